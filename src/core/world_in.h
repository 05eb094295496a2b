/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The inside of struct world, for the files of core/ that are its parts (world, carry, sched, result, notify, tell, note, excmd, expand, nlog, retain). Nobody
 * else includes this. Each part declares its functions in its own header; all of them take the world and indexes.
 */
#include "base/heap.h"
#include "base/map.h"
#include "base/vec.h"
#include "core/checkpoint.h"
#include "core/excmd_file.h"
#include "core/excmd_queue.h"
#include "core/tell_again.h"
#include "core/note_in.h"
#include "core/oids.h"
#include "core/over.h"
#include "core/record.h"
#include "core/state.h"
#include "core/telling.h"
#include "core/totals.h"
#include "core/when.h"
#include "core/world.h"
#include "core/world_room.h"
#include "core/world_size.h"

struct world_run {   /* something a runner has been given */
    uint64_t id;     /* 0: the slot is free */
    uint64_t intent; /* a notification's */
    uint32_t check;
    uint8_t kind, job; /* enum world_run_kind; of a handler, enum handler_job */
    uint8_t options;
    uint8_t instance; /* of the runner */
    bool listed;      /* the runner that came back still has it */
    bool in_turn;     /* no check: the runner has it, and has not begun it */
    bool forced_next; /* a forced check fell due meanwhile: it begins when this one is over */
    struct mono due, sent;
    int64_t timeout_us;
};

struct world_around { /* a host that changed: its children are worth while to be checked, from the next on */
    uint32_t host, next;
};

struct world_contact {
    bool host_off, service_off;
    bool dirty;
    int64_t last_host, last_service;
    uint32_t modified, modified_host, modified_service;
    struct over *over; /* periods and variables that a command set; owned; NULL: nothing */
};

struct world_intent { /* a notification on its way: kept until the answer, sent again after a restart */
    uint64_t id;
    char *record; /* its NOTIFY_INTENT payload; NULL: it is answered, and will be taken out */
    size_t n;
    bool sent; /* in this life of the engine */
    bool by_command;
};

/* A file of performance data that a command takes over (core/perfdata.h). */
struct world_perf {
    int64_t due; /* mono µs; INT64_MAX never */
    bool asked;  /* the store is to hold lines back */
    uint64_t run;
};

struct world {
    struct world_options opt;
    const struct model *m;
    uint64_t generation;
    struct when when;
    bool started, stopping;
    struct world_now now;
    int64_t offset;           /* wall - mono */
    int64_t steps_us;         /* by how much the wall clock was set in this life, all in all */
    struct mono stepped;      /* when it was last */
    struct mono failure_said; /* when a handler that failed was last said; 0: never */
    struct state *st;
    uint32_t n;
    struct world_room room;
    struct world_contact *contact;
    struct oids oids;
    struct map hosts_by_address, contacts_by_alias; /* each filled when first asked */
    /* schedule */
    struct heap due;      /* check -> mono µs */
    struct heap deadline; /* run slot -> mono µs */
    VEC(struct world_run) runs;
    VEC(uint32_t) free_runs;
    struct map run_by_id;
    uint64_t next_run;
    uint32_t running, running_checks, max_parallel;
    uint32_t in_turn[2]; /* notification commands, and handlers, that are given to a runner and wait there */
    unsigned runners;
    struct mono next_freshness[2]; /* of hosts, of services: enum model_kind */
    uint32_t fresh_at
        [2]; /* likewise; in a round that looks for stale results, how far it is; 0: there is none under way */
    struct mono next_sweep;
    VEC(struct world_around) around; /* hosts whose children are looked at */
    int64_t next_recur; /* when a recurring downtime is to be looked at, on the wall clock; INT64_MAX never */
    int64_t recur_later; /* the same by the checks before recur_at, the first that waits for the next step */
    uint32_t recur_at;
    bool recur_refused, environment_cut; /* it was said that there is no room for them */
    struct world_perf perf[2];           /* of services, of hosts */
    int64_t next_rotation;               /* of the log, on the wall clock; INT64_MAX never */
    int64_t next_wall; /* the next moment on the wall clock at which a note begins or ends; INT64_MAX none */
    struct wall loaded_at; /* when the last record of before was written */
    struct wall
        planned_at; /* of the checks that have no plan in the records: when the engine before planned them; 0: not known */
    int64_t behind_us; /* world_behind */
    struct map gone;   /* while records are loaded: oids that have a state and are not configured */
    /* notes */
    VEC(struct world_comment) comments;               /* by id */
    VEC(struct world_downtime) downtimes;             /* by id */
    uint32_t gone_comments, gone_downtimes, expiring; /* expiring: comments that are deleted at a time */
    struct map downtimes_of;                          /* check -> its newest downtime, if it has one */
    VEC(struct world_begin) begins;
    uint64_t note_from;  /* in a round over the downtimes, the id that is next; 0: there is none under way */
    int64_t note_next;   /* what that round found to be the next moment */
    uint32_t unsent;     /* of the intents */
    size_t intents_gone; /* those that are answered */
    VEC(struct world_intent) intents; /* by id */
    uint64_t next_comment, next_downtime, next_event, next_problem, next_intent, next_notification;
    char *handed_file;           /* the result file that was had last; owned; NULL: none */
    uint64_t handed_n, pipe_had; /* of its results; world_pipe_had */
    struct excmd_queue commands;
    VEC(uint64_t) left_out; /* sched_leave_out */
    struct excmd_files files;
    struct telling_queue tellings;
    struct tell_doubts doubts;
    /* global switches: BOARD_SW_* */
    uint32_t switches;
    uint64_t modified_host, modified_service;
    bool was_stopped;               /* the engine before came to an orderly end */
    struct over *global_handler[2]; /* set by command: of hosts, of services; NULL: as configured */
    struct {
        int64_t at;         /* wall; INT64_MAX: never */
        bool restart, said; /* said: that it ends */
    } end;                  /* a restart or shutdown that a command asked for */
    struct heap postponed;  /* core/postpone: check -> wall µs; empty where nothing is put off */
    int64_t next_postponed; /* wall; INT64_MAX: none waits */
    struct heap
        acks_expiring; /* check -> wall µs; also some whose acknowledgement is gone; made with the first */
    /* what happened since world_clear */
    VEC(struct world_effect) effects;
    struct buf text, records;
    uint64_t next_seq, n_records;
    struct checkpoint checkpoint;
    VEC(uint32_t) dirty;  /* checks whose state must be stored */
    VEC(uint32_t) unseen; /* checks whose board entry is old */
    VEC(uint64_t) unseen_comments, unseen_downtimes;
    size_t dirty_bytes; /* what their records will take, about */
    size_t weight;      /* world_did_enough */
    int64_t held_next;  /* when checks that are held are counted again */
    bool program_dirty, program_unseen, contacts_dirty, contacts_unseen;
    struct board_program prog;
    struct totals totals;
    struct buf scratch, scratch2; /* for building one text; never kept over a call */
};

/* ---- world.c: what every part uses ---- */
struct world_effect *world_effect(struct world *w, enum world_effect_kind kind);
struct world_span world_keep(struct world *w, struct str s); /* copies s into the texts of the effects */
/* The identities in w->st changed: they can be looked for. */
void world_know_oids(struct world *w);
/* Writes a record with the time of this step. */
void world_record(struct world *w, enum record_kind kind, const void *record);
/* What was written from `end` on comes before what was written from `before` on (bytes of w->records). */
void world_move_before(struct world *w, size_t before, size_t end);
/* The state of a check changed: it will be stored and shown once this event is done. */
void world_touch(struct world *w, uint32_t check);
/* What time brings to notes and what was put off: behind each input, also when several are done in one step, as the replay does it. */
void world_time_passes(struct world *w);
/* Only shown: nothing that must survive. */
void world_touch_board(struct world *w, uint32_t check);
void world_touch_contact(struct world *w, uint32_t contact); /* must be stored */
void world_event(struct world *w, enum record_event_kind kind, uint32_t check, struct record_event *e);
static inline enum model_kind world_kind(const struct world *w, uint32_t check)
{
    return check < w->m->n_hosts ? MODEL_HOST : MODEL_SERVICE;
}
static inline struct wall world_to_wall(const struct world *w, struct mono t)
{
    return (struct wall){t.us + w->offset};
}
static inline struct mono world_to_mono(const struct world *w, struct wall t)
{
    return (struct mono){t.us - w->offset};
}
/* The host of a check; a host's own. */
static inline uint32_t world_host(const struct world *w, uint32_t check)
{
    return model_check(w->m, check)->host;
}
static inline bool world_switch(const struct world *w, enum board_switch s)
{
    return (w->switches & s) != 0;
}
