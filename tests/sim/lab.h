/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A laboratory: the engine's world, a fake runner and a fake store in one process under virtual time. A configuration is given as text, plugins are a function,
 * time goes from one due moment to the next. Nothing waits, nothing is random but the seed.
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

struct lab_site { /* the files of a configuration */
    const char *main_text, *objects, *resource;
    bool bare; /* objects do not stand on lab_objects */
};

struct lab_run {
    uint64_t id;
    uint32_t check;
    uint8_t kind;
    int64_t ends; /* mono µs */
    int64_t began;
    struct wall began_wall; /* as the clock read then */
    struct lab_answer answer;
};

struct lab {
    struct buf snapshot, secret;
    struct model *model;
    struct world *w;
    int64_t mono, wall_offset;
    uint64_t seed;
    lab_plugin_f *plugin;
    /* Takes the place of plugin, and sees every run. */
    void (*on_run)(struct lab *lab, const struct world_effect *e, struct lab_answer *answer);
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
    uint64_t generation, last_ended;
    uint64_t *oids;
    unsigned mutation;
    struct buf kept; /* the records of a world that was stopped */
    /* What the runner says that it still runs when the next world begins; taken then. */
    const struct world_listed *listed;
    size_t n_listed;
};

/* Main file, and objects behind lab_objects. The world is started at start_s (wall seconds). */
void lab_open(struct lab *lab, const char *main_text, const char *objects, int64_t start_s, uint64_t seed,
              lab_plugin_f *plugin, unsigned mutation);
/* lab->on_run must be set, or NULL, before. */
void lab_open_site(struct lab *lab, const struct lab_site *site, int64_t start_s, uint64_t seed,
                   lab_plugin_f *plugin, unsigned mutation);
void lab_close(struct lab *lab);
/* Lets time go on until that many µs have passed. */
void lab_run(struct lab *lab, int64_t us);
/* One external command, now. False: refused. */
bool lab_command(struct lab *lab, const char *text);
/* One event of any kind, now. */
void lab_event(struct lab *lab, const struct world_event *e);
void lab_clock_step(struct lab *lab, int64_t us);
/* Ends the world and makes a new one from its records; with checkpoint, only from world_export. */
void lab_restart(struct lab *lab, bool checkpoint);
void lab_stop(struct lab *lab, bool checkpoint);
/* The engine dies without a word, the runner lives: the next one hears what still runs. */
void lab_engine_dies(struct lab *lab);
void lab_start(struct lab *lab);
/* Another configuration for the same world. */
void lab_reload(struct lab *lab, const char *main_text, const char *objects);
/* Identities of the present checks: the same object has the same one for ever. */
const uint64_t *lab_oids(struct lab *lab);
/* The runner lost this run: no result comes. */
void lab_lose(struct lab *lab, size_t i);
void lab_reload_site(struct lab *lab, const struct lab_site *site);
uint64_t lab_random(struct lab *lab); /* the next number of the seed */
uint32_t lab_check(const struct lab *lab, const char *host, const char *service); /* service NULL: the host */
const struct state *lab_state(const struct lab *lab, const char *host, const char *service);
/* How often the text occurs in the log, or in told. */
unsigned lab_count(const struct buf *b, const char *text);
struct world_now lab_now(const struct lab *lab);
/* Configurations in which everything is said that a test does not care about. */
extern const char *const lab_main, *const lab_objects;
