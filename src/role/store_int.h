/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parts of role store: store.c (frame, records in, answers out), store_load.c (the record for a starting engine), store_merge.c (what the database of states adds to it),
 * store_names.c (snapshots kept and identities), store_rename.c (announced renames), store_past.c (the history projection), store_current.c (the projection of states), store_log.c
 * (the log in the Nagios format, syslog), store_perf.c (files of performance data), store_series.c (measurements), store_import.c (those of
 * others), store_damage.c (damaged databases, and what is lost with them), store_audit.c (the audit record). The journal comes first and is all that an acknowledgement waits for; everything else follows, and may fail.
 */
#include "base/map.h"
#include "core/damage.h"
#include "core/model.h"
#include "core/oids.h"
#include "db/age.h"
#include "db/follow.h"
#include "db/current.h"
#include "db/history.h"
#include "db/history_rescue.h"
#include "db/journal_pick.h"
#include "db/objects.h"
#include "os/loop.h"
#include "role/role.h"
#include "role/store_audit.h"
#include "role/store_damage.h"
#include "role/store_log.h"
#include "role/store_merge.h"
#include "role/store_perf.h"
#include "role/store_series.h"

#define STORE_RETRY_US (1 * TIME_S) /* between two tries on a disk that does not take what is written */

struct store_start { /* the event START of a life */
    uint64_t seq;
    struct wall before; /* when the last record before it was written */
};

struct store {
    struct role *role;
    int state_fd, snapshots_fd, log_fd; /* -1: not there */
    bool opened;                        /* past role_ops.open */
    struct buf frame;                   /* the message being made */

    struct journal_dir dir;
    uint32_t site;
    struct journal journal;
    bool fails, planned;     /* the last commit did; one stands at the end of this round */
    uint64_t given_up;       /* results that engine gave up, because this role did not keep up */
    struct loop_timer retry; /* when something could not be written */
    char degraded[640];      /* as last told; empty: all is written */
    unsigned bad;            /* the worst of this time, as store.c ranks it; 0: all is written */
    struct mono told_gate;   /* when gate was last told */
    bool told_lag;           /* that the history is behind */
    uint64_t told_lost;      /* lines of the log and of syslog */

    /* A checkpoint to be asked for. */
    bool engine_loaded;     /* it can answer */
    bool engine_serves;     /* it has sent its first batch */
    struct mono engine_due; /* until then what can wait leaves the machine to its start */
    bool ask;
    struct mono asked;

    /* The record being sent to an engine. */
    struct peer *loading; /* NULL: none */
    struct journal_reader reader;
    unsigned load_tries;          /* reads of the disk that failed */
    struct loop_timer load_again; /* until the next */
    bool from_disk;               /* the disk's part is not at its end */
    size_t queue_at;              /* next of the records that wait in memory */
    struct wall load_at;          /* time of the last record that was read */
    struct store_merge merge;
    struct buf batch;

    /* Identities of the snapshot in force. */
    struct model model;
    int oids_fd;      /* sealed copy for engine and gate; -1 */
    struct oids oids; /* of each check, and the check of each */
    struct objects objects;
    bool names_owed; /* a registration is not on disk yet */
    bool names_anew; /* the table was made anew: no number is given before it is known which are taken */
    char names_why[256];

    /* History. */
    struct history history;
    struct follow follow;
    struct history_rescue rescue;   /* of one that was damaged */
    bool behind;                    /* events are missing that the journal has */
    struct buf events;              /* live ones not yet applied: whole records of db/segment.h */
    uint64_t events_to;             /* the number they reach */
    struct wall events_at;          /* when the record with that number was written */
    VEC(struct store_start) starts; /* the STARTs among them */
    struct {                        /* a SNAPSHOT whose identities are not known yet; seq 0: none */
        uint64_t seq;
        struct wall at;
        char hash[SEGMENT_HASH + 1];
    } watch_owed;
    struct loop_timer past, trim;
    struct age age;        /* by which time events are old */
    struct mono trimmed;   /* when it was last asked */
    struct mono applied;   /* when events were last put into the history */
    int64_t apply_took_us; /* that time */
    char past_why[320];

    /* What is so now (store_current.c). */
    struct {
        struct current db;
        uint64_t *mark;   /* by check: where its newest record stands that is not in; 0: it is in */
        uint32_t *digest; /* by check: of what table state holds; 0: not known */
        size_t marked;
        VEC(struct journal_place) segment; /* that marks lie in */
        struct buf waiting;                /* whole records that are applied soon */
        uint64_t reached;                  /* marks and what waits go up to this number */
        uint64_t before;                   /* how many of them were forgotten */
        bool behind;                       /* both are to be made again from the journal */
        bool contacts_changed;             /* some may not be configured any more */
        bool filling;                      /* they were, and not all of it is written */
        struct {
            bool on;
            uint32_t at;
            uint64_t segment, to;
        } round;               /* over what is marked */
        uint64_t sweep_before; /* at its end; 0: not */
        struct mono round_due, due;
        struct loop_timer timer;
        char why[256];
    } now;

    struct store_damage damage;
    struct store_audit audit;

    struct store_series series;
    struct store_perf perf[2]; /* of services, of hosts */

    struct store_log log;
    struct store_syslog syslog[8];
    size_t n_syslog;
    uint64_t syslog_wanted; /* how many there should be */
    uint64_t syslog_lost;
    bool syslog_away; /* one of them refuses: the parent is asked to connect again */
    struct mono syslog_asked;
};

/* store.c */
void store_plan(struct store *s);       /* a commit at the end of this round */
void store_plan_retry(struct store *s); /* what could not be written is tried again in a moment */
void store_tell_degraded(struct store *s);
struct mono store_now(const struct store *s);
/* The engine is starting, or should be before long: projections wait for it, since no check runs before. */
bool store_engine_first(const struct store *s);

/* store_load.c */
void store_load_begin(struct store *s, struct peer *engine);
void store_load_go_on(struct store *s);
void store_load_abort(struct store *s);

/* store_names.c */
void store_names_open(struct store *s);
/* the role's snapshot is new: keeps it, gives identities, tells engine and gate. old, NULL at first: still mapped */
void store_names_snapshot(struct store *s, const struct role_snapshot *old);
void store_names_retry(struct store *s);
void store_names_damaged(struct store *s); /* as store_past_damaged */
/* The identities of a snapshot's checks, in memory of the caller's; NULL: not known (any more, or yet). */
uint64_t *store_names_of(const struct store *s, struct str hash, size_t *n);
void store_names_tell(struct store *s, struct peer *p);
void store_names_ask(struct role *r, struct peer *p, const struct msg *m); /* NAME */
void store_names_look(const struct store *s); /* says which configurations of the past are not kept */
void store_names_recorded(struct store *s, const char *hash); /* a record names it */
void store_names_trim(struct store *s);                       /* removes kept snapshots that nothing names */
void store_names_release(struct store *s);

/* store_rename.c */
void store_rename_message(struct role *r, struct peer *gate, const struct msg *m);
void store_rename_tell(struct store *s); /* gate, which wait */

/* store_past.c */
void store_past_open(struct store *s);
void store_past_take(struct store *s, const struct buf *batch); /* events of a batch that is on disk */
void store_past_flush(struct store *s);
bool store_past_damaged(struct store *s); /* a damaged page was met: it is made anew; false: not now */
void store_past_go_on(struct store *s);   /* the engine serves now */
void store_past_release(struct store *s);

/* store_current.c */
void store_current_open(struct store *s);
void store_current_snapshot(struct store *s, const struct oids *was); /* the checks are others than before */
void store_current_take(struct store *s, const struct buf *batch);    /* of a batch that is on disk */
void store_current_renew(
    struct store *s); /* what it was made from lacks records: again, from the newest checkpoint */
/* Records that it should know and does not; those of the last minute, which the next round brings, do not count. */
uint64_t store_current_lag(const struct store *s);
void store_current_go_on(struct store *s);   /* as store_past_go_on */
void store_current_damaged(struct store *s); /* as store_past_damaged */
void store_current_release(struct store *s);
