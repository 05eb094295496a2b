/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The rules by which a monitoring engine judges and tells, once more, as the manual of Nagios states them and without a look at how src/core does it: soft and hard, attempts,
 * hosts behind hosts, flapping, acknowledgements, downtimes, who is told. It is slow and plain, knows neither schedules nor texts, and exists to contradict the engine.
 * What it takes from outside: the compiled configuration, and whether a moment lies in a time period (both tested by themselves).
 *
 * Waiting (until a problem is told again, until it is told first) is by elapsed time, downtimes and periods are by the wall clock: so a clock that is set may move the latter only.
 */
#include "core/record.h"
#include "core/state.h"
#include "core/when.h"
#include "core/world.h"

enum { RULES_STATES = 21 }; /* looked at for flapping */

struct rules_check {
    uint64_t oid;
    uint32_t idx; /* in the present configuration; MODEL_NONE: not there any more */
    unsigned state, hard_state, attempt, max;
    bool hard, checked, max_by_command;
    bool forced;                         /* somebody once wanted it checked whatever it depends by */
    unsigned char history[RULES_STATES]; /* the oldest first */
    unsigned percent;                    /* in 1/100 */
    bool flapping, owes_recovery;
    unsigned ack; /* 0, 1 normal, 2 sticky */
    bool muted, muted_by_command;
    unsigned number;
    uint32_t told_states; /* enum model_on */
    int64_t again;        /* elapsed seconds; not told again before */
    bool never_again;
    int64_t hard_since; /* elapsed seconds */
    /* Of the last step: */
    bool hard_changed;
    unsigned why; /* enum why_code of the last try to tell; WHY_NONE: there was none */
};

/* What its trigger did, which it does too, if it was not done yet. */
enum rules_follows {
    RULES_FOLLOWS_NOTHING,
    RULES_BEGINS,
    RULES_ENDS,
    RULES_ORPHAN /* went with its object, or was not there when an engine began */
};

struct rules_downtime {
    uint64_t id, oid, trigger;
    int64_t start, end, lasts, began; /* wall µs */
    bool fixed, on;
    enum rules_follows follows;
};

struct rules_done { /* what the record says that was done with a downtime */
    uint64_t id;
    bool ended; /* else it began */
};

struct rules_told { /* somebody must have been told in this step */
    uint64_t oid;
    unsigned type; /* enum notify_type */
    uint32_t contact;
    bool event, intent; /* for who compares: found among what was recorded */
};

struct rules {
    const struct model *m;
    struct when when;
    struct world_now now;
    int64_t offset, slewed; /* of the two clocks; what the wall clock gained without being set */
    bool began;
    VEC(struct rules_check) checks;
    VEC(uint32_t) place;                  /* in checks, by index of the configuration */
    VEC(struct rules_downtime) downtimes; /* by id */
    uint64_t next_downtime;
    VEC(struct rules_told) told;
};

void rules_init(struct rules *r);
void rules_release(struct rules *r);
/* All that is known of the checks; the configuration of `to` stays until rules_configure. */
void rules_copy(struct rules *to, const struct rules *from);
/* The configuration that is in force from now on, and who is who in it. m must outlive the next call. */
void rules_configure(struct rules *r, const struct model *m, const uint64_t *oids);
/* Another engine begins: it takes out what stands behind a trigger that is not there. */
void rules_new_life(struct rules *r);
/* A step: begin, what came in it, and behind each of that and at the end what the wall clock makes due. */
void rules_begin(struct rules *r, struct world_now now);
void rules_result(struct rules *r, const struct record_result *result);
void rules_command(struct rules *r, struct str text); /* one that was accepted */
/* One that is for many was done to this one. trigger: of the downtimes that others begin with, which the first of them sets. */
void rules_part(struct rules *r, struct str text, uint64_t oid, uint64_t *trigger);
/* Such a one cancelled a downtime like this one; those it triggers are cancelled by themselves. */
void rules_cancel_like(struct rules *r, const struct record_downtime *d);
/* done: only these, of all that is due; NULL: all of it. */
void rules_end(struct rules *r, const struct rules_done *done, size_t n);

struct rules_check *rules_find(struct rules *r, uint64_t oid); /* NULL: there is none */
struct rules_check *rules_at(struct rules *r, uint32_t idx);
unsigned rules_depth(const struct rules *r, uint64_t oid); /* downtimes in effect */
bool rules_rests(struct rules *r, uint32_t idx); /* what it depends by keeps it from being checked */
