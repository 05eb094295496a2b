/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A laboratory: the engine's world, a runner that runs nothing and a record in memory, in virtual time. What a run brings is a function; time goes from one due moment to the
 * next. Nothing waits, nothing is random. `vigie simulate` and the simulator of the tests stand on it.
 */
#include "core/model.h"
#include "core/state.h"
#include "core/world.h"

#include "base/vec.h"

struct lab;

struct lab_answer {     /* what a run will bring */
    uint64_t how, code; /* enum record_how */
    int64_t lasts_us;   /* < 0: never answers */
    const char *output;
    bool rightless;
};
/* Called for every check that is started. */
typedef struct lab_answer lab_plugin_f(struct lab *lab, uint32_t check, uint64_t n);

struct lab_run {
    uint64_t id;
    uint32_t check;
    uint8_t kind;
    int64_t ends; /* mono µs */
    int64_t began;
    struct wall began_wall; /* as the clock read then */
    struct lab_answer answer;
};

struct lab_config { /* one that was in force */
    struct buf snapshot;
    struct model *model;
    uint64_t *oids;
};

struct lab {
    struct buf snapshot, secret;
    struct model *model;
    struct world *w;
    int64_t mono, wall_offset;
    uint64_t seed; /* the owner's */
    lab_plugin_f *plugin;
    /* Takes the place of plugin, and sees every run; sees every effect, before it is carried out. */
    void (*on_run)(struct lab *lab, const struct world_effect *e, struct lab_answer *answer);
    void (*on_effect)(struct lab *lab, const struct world_effect *e);
    /* Called when something came out of the world, before it is carried out; step: of an event, not of a start or reload. */
    void (*watch)(struct lab *lab, bool step);
    unsigned models; /* how often a world was begun or has got another configuration */
    VEC(struct lab_run) runs;
    uint32_t *running;         /* by check: runs under way */
    uint64_t *started;         /* by check: how many */
    struct buf log;            /* Nagios log lines */
    struct buf told;           /* "contact TYPE host;service STATE n" a line, from the intents */
    struct buf journal;        /* all records */
    uint64_t n_records, trace; /* trace: hash over everything that came out */
    uint64_t started_checks, applied, two_at_once, most_late_us;
    uint64_t commands, last_done; /* how many were given, and which one was over last */
    bool last_refused;
    uint32_t part, tell_part; /* struct world_options */
    bool held[2]; /* the store was asked to hold performance data back, and answers before time goes on */
    uint64_t generation, last_ended;
    uint64_t *oids;
    unsigned mutation;
    const char *version;         /* for the log; NULL: "test" */
    VEC(struct lab_config) past; /* and the present one, whose memory is the members' above */
    struct buf kept;             /* the records of a world that was stopped */
    /* What the runner says that it still runs when the next world begins; taken then. */
    const struct world_listed *listed;
    size_t n_listed;
};

/* lab is zero but for plugin, on_run, on_effect, watch, seed and mutation. A compiled configuration is taken; the world is started at start_s (wall seconds). */
void lab_begin(struct lab *lab, struct buf *snapshot, struct buf *secret, int64_t start_s);
/* Another configuration for the same world. */
void lab_take(struct lab *lab, struct buf *snapshot, struct buf *secret);
/* Another configuration while no world is there: the next one begins with it. */
void lab_configure(struct lab *lab, struct buf *snapshot, struct buf *secret);
void lab_close(struct lab *lab);
/* Lets time go on until that many µs have passed. */
void lab_run(struct lab *lab, int64_t us);
/* One external command, now, and all its parts. False: refused. */
bool lab_command(struct lab *lab, const char *text);
/* Only the command: it may be under way, or wait, when this returns. Its number, which WORLD_DONE has. */
uint64_t lab_send_command(struct lab *lab, const char *text);
/* One event of any kind, now. */
void lab_event(struct lab *lab, const struct world_event *e);
void lab_clock_step(struct lab *lab, int64_t us);
/* Ends the world and makes a new one from its records; with checkpoint, only from world_export. */
void lab_restart(struct lab *lab, bool checkpoint);
void lab_stop(struct lab *lab, bool checkpoint);
/* The engine dies without a word, the runner lives: the next one hears what still runs. */
void lab_engine_dies(struct lab *lab);
/* The runner and what it runs, too. */
void lab_all_die(struct lab *lab);
void lab_start(struct lab *lab);
/* Identities of the present checks: the same object has the same one for ever. */
const uint64_t *lab_oids(struct lab *lab);
/* The runner lost this run: no result comes. */
void lab_lose(struct lab *lab, size_t i);
struct world_now lab_now(const struct lab *lab);
