/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One simulation, for its files: sim (the run and what must hold), fate (what happens), identity (what a reload must keep). */
#include "judge.h"
#include "lab.h"
#include "site.h"

#define SIM_CHECKS_MAX (SITE_HOSTS * (SITE_SERVICES + 2))
#define SIM_TIME_OUT   (5 * TIME_S)

struct sim {
    struct lab lab; /* first: the hooks of the laboratory find the simulation by it */
    struct judge judge;
    bool judged, replayed; /* by the rules; and what was recorded is played again */
    unsigned models;       /* zone is of which configuration */
    struct model_zone_view zone;
    struct site site;
    struct buf main;
    uint64_t seed;
    /* By check: its last start, or what excused it; from then on it must be started within its interval. */
    int64_t *since;
    uint32_t *starts;                        /* by check, in this step */
    uint64_t applied_before, counted_before; /* sums over the lives of the engine */
    bool runner_up, failed, quiet;
    const char *broken; /* the first invariant that did not hold */
    unsigned actions;
    VEC(uint64_t) dead;        /* runs that were given up or ended: their results must count for nothing */
    struct wall checkpoint_at; /* of the one at the head of the journal */
    char checkpoint_hash[128];
    /* While nothing can be stored: what an engine that dies comes back to. */
    bool disk_full;
    size_t durable;
    struct rules then;
    struct judge_debts debts_then;
};

void sim_fail(struct sim *s, const char *invariant, const char *what, int64_t a, int64_t b);
/* Something legitimate interrupted all schedules. */
void sim_forgive(struct sim *s);

/* Results that this life of the engine says it applied. */
uint64_t sim_counted(const struct sim *s);

/* What a plugin that is started now will bring. */
struct lab_answer fate_plugin(struct sim *s, uint32_t check);
/* One thing that happens. */
void fate_act(struct sim *s);

/* What is known of all checks before a reload, and whether it still is behind it. */
struct identity;
struct identity *identity_know(const struct sim *s);
void identity_check(struct sim *s, struct identity *before);
