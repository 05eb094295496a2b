/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The world: everything the engine knows and decides. It is given events (a result, a command, time) with the time of both clocks, and answers with
 * effects, which are data: run this, tell that one, write this line. It never looks at a clock, a file or a descriptor; the same events give the same
 * effects. role/engine is the shell around it, tests/sim another.
 *
 *   world_new, world_set_model, world_set_oids, world_load*, world_start, then world_step and world_reload for ever;
 *   after each call: world_effects and world_take_records are carried out, then world_clear.
 *
 * Schedules are on the monotonic clock, everything people see on the wall clock. A step of the wall clock is an input: it is recorded, moves what stands on
 * the wall clock (downtimes, periods) and nothing else. What people see of the past stays as it was written; a time of the past that lies ahead, because the clock was set back since,
 * decides nothing.
 */
#include "base/buf.h"
#include "base/time.h"
#include "core/board_w.h"
#include "core/model.h"
#include "core/mutation.h"

struct world;

struct world_now {
    struct mono mono;
    struct wall wall;
};

enum world_event_kind {
    WORLD_TICK,    /* time went on: nothing else happened */
    WORLD_RESULT,  /* a run ended */
    WORLD_COMMAND, /* an external command */
    WORLD_BEGUN,   /* the run (number) that a runner was given, it has begun now */
    WORLD_RUNNERS, /* runner `instance` came (up) with the runs it still has, or went */
    WORLD_NOT_SENT, /* a RUN (number), or with ok an intent (number; 0: all of the built-in channels), could not be handed over */
    WORLD_NOTIFIED,  /* a built-in channel did, or did not, deliver */
    WORLD_STORED,    /* how storing goes: text = why not, or empty; number = last durable record */
    WORLD_PERF_HELD, /* the store holds lines of performance data back; ok: those of hosts */
    WORLD_FILE_OVER, /* the file of commands with that number is read and done, or cannot be read */
    WORLD_HANDED,    /* a result of a result file: handed, result */
    WORLD_PASSIVE,   /* results that were sent in, many at once: core/passive.h */
    WORLD_STOP, /* the engine ends: state is written, running checks are told to end; text: what asked for it, for the log */
};

struct world_result {
    uint64_t run_id;
    uint64_t oid; /* of the check, for a run of an engine before us; 0: not a check's */
    uint64_t how; /* enum record_how */
    uint64_t code;
    struct wall started;
    int64_t lasted_us;
    struct str output, error;
    int64_t untimed_us;        /* the time that it says, where that cannot be (struct record_result) */
    bool truncated, rightless; /* rightless: a right was missing, not that the host is down */
};

struct world_listed { /* a run that a runner has: oid as in struct world_result */
    uint64_t id, oid;
};
struct world_handed {
    struct str file;                   /* what it is called, and by what it is known again */
    struct str host, service, refused; /* refused: why it is none */
    uint64_t index, line;              /* in the file, from 1 */
    bool passive;
    int64_t latency_us;
};
struct world_event {
    enum world_event_kind kind;
    struct world_result result;
    struct world_handed handed;
    struct {
        uint64_t id, source;     /* given back in WORLD_DONE (core/source.h); of the pipe id: its line */
        uint64_t file, at, mark; /* of a line of a file: core/excmd_file.h */
        struct str who, text;
        bool cut;      /* text is the begin of a line that is too long */
        bool left_out; /* engines ended while they did it: it is not done, and that is said */
    } command;
    struct {
        unsigned instance;
        bool up;
        const struct world_listed *runs; /* those it says it still has */
        size_t n_runs;
    } runner;
    uint64_t number; /* NOT_SENT, BEGUN: run id; NOTIFIED: intent; STORED: sequence */
    bool ok;
    struct str text;
};

struct world_span { /* a text of world_text() */
    uint32_t off, n;
};

enum world_effect_kind {
    WORLD_RUN,     /* id, check, run_kind, words, env (packed: record_next_word), timeout_us, privileged */
    WORLD_KILL,    /* id, check */
    WORLD_NOTIFY,  /* id = intent; contact, channel, target, subject, body, json */
    WORLD_LOGLINE, /* words = the line, without newline */
    WORLD_ROTATE, /* a new log file begins; words = name of the old one in the archive. Its first lines go up to a second one, without words */
    WORLD_PERF_LINE, /* words = a line for the file of performance data; status 1: that of hosts */
    WORLD_PERF_HOLD, /* the file is about to be taken: lines are to be held back, WORLD_PERF_HELD answers */
    WORLD_PERF_GO,   /* it was taken: the lines go into a new one */
    WORLD_END,       /* a command asks for it: status 0 the end of Vigie, 1 its configuration read again */
    WORLD_REFUSED,   /* id = row of a WORLD_PASSIVE, words = why it is not taken; in that step */
    WORLD_FILE,      /* it is the turn of another file of commands: excmd_file_first */
    WORLD_DONE, /* id of the command, source; status 0 or 1, words = why refused; seq = durable when this is. In the step of the command, or of a tick later */
};
enum world_run_kind { WORLD_RUN_CHECK, WORLD_RUN_NOTIFY, WORLD_RUN_HANDLER };

struct world_effect {
    enum world_effect_kind kind;
    uint64_t id, seq, source;
    uint32_t check;
    uint8_t run_kind, status;
    bool privileged;
    int64_t timeout_us;
    struct world_span words, env, contact, channel, target, subject, body, json;
};

struct world_options {
    uint64_t epoch; /* in every run id */
    uint32_t pid;   /* for the log */
    const char *version;
    uint32_t max_parallel; /* 0: LIMIT_RUNS; the main file's max_concurrent_checks counts if smaller */
    bool rehearses; /* decides as ever, and carries nothing out: its only records are events (core/replay) */
    bool resumes;   /* begins in the middle: what is loaded stands as it is; world_resume */
    uint64_t
        own_oids; /* rehearses another configuration: from here on they are of objects that the record never had; 0: it has all */
    uint32_t part;             /* of a command that is for many, in one step; 0: as it is best. For tests */
    uint32_t tell_part;        /* likewise of a notification: contacts that are told in one step */
    struct world_doing *doing; /* where it stands (core/excmd_queue.h); NULL: nowhere */
    unsigned mutation;         /* enum world_mutation: tests/sim proves that it would notice */
};

struct world *world_new(const struct world_options *o);
void world_free(struct world *w);
uint64_t world_oid(const struct world *w, uint32_t check);
/* The configuration that the world begins with. m must outlive the world or the next world_reload. */
void world_set_model(struct world *w, const struct model *m, uint64_t generation, struct world_now now);
/* Memory for the checks of the next configuration, a piece at a time, so that its reload need not wait for it. True: all of it. May be left out. */
bool world_prepare(struct world *w, uint32_t n_check);
/* Another one for a world that was started, with the identities of its checks: state goes over by these, what runs runs on, what has none of these any more ends. */
void world_reload(struct world *w, const struct model *m, uint64_t generation, const uint64_t *oids,
                  struct world_now now);
/* Identities of the checks of this generation, by idx: before world_load, and when the store says them again. Ignored for another generation. True: taken. */
bool world_set_oids(struct world *w, uint64_t generation, const uint64_t *oids, size_t n);
/* Records of before, in order (before world_start). E_FORMAT on damage; what refers to unknown objects is dropped and counted. */
int world_load(struct world *w, struct str records);
void world_load_end(struct world *w, uint64_t next_seq);
void world_start(struct world *w, struct world_now now);
int64_t world_behind(const struct world *w); /* the start's clock behind the last record, µs; or 0 */
/* Instead of world_start, for one that resumes. */
void world_resume(struct world *w, struct world_now now);
bool world_started(const struct world *w);
/* Which runner was given a run: it is asked for it when it comes back. tells: it says when it begins it (WORLD_BEGUN), and until then the run's time-out does not count. */
void world_sent(struct world *w, uint64_t run_id, unsigned instance, bool tells);
/* The last line of the pipe that was done, by an engine before us, too. */
uint64_t world_pipe_had(const struct world *w);
void world_step(struct world *w, const struct world_event *e, struct world_now now);
/* An input from the record once more, as it was recorded (RESULT, COMMAND); any other kind: time went on. */
struct record_frame;
void world_step_again(struct world *w, const struct record_frame *f, struct world_now now);
/* While it is held, no next part of a command that is for many is done, and nothing that waits: what came of those before is not stored yet. Says nothing in the record. */
void world_hold_commands(struct world *w, bool hold);
/* What was given up of what waits for the store, since the engine began: lines of the log, results, and how often everything. Shown with the next change. */
void world_say_given_up(struct world *w, uint64_t lines, uint64_t results, uint64_t gaps);
void world_say_log_waits(struct world *w, uint64_t lines); /* that are not known to be in the log */
/* When the next thing is due, as a monotonic time; false: nothing. */
bool world_next_due(const struct world *w, struct mono *at);

const struct world_effect *world_effects(const struct world *w, size_t *n);
struct str world_text(const struct world *w, struct world_span s);
/* Records since world_clear: numbered *first .. *first + *n - 1. */
struct str world_records(const struct world *w, uint64_t *first, uint64_t *n);
uint64_t world_next_seq(const struct world *w);
/* a store that lost some: only with world_records empty */
void world_renumber(struct world *w, uint64_t next_seq);
void world_clear(struct world *w);
/* Everything as records, closed by CHECKPOINT_END{last}; they have no numbers of their own. */
void world_export(const struct world *w, struct world_now now, uint64_t last, struct buf *out);
/* The same a piece at a time, between steps, while the world goes on: all pieces in their order say what is so when the last one is made. Begun again, a former one comes to nothing. */
void world_checkpoint_begin(struct world *w);
void world_checkpoint_stop(struct world *w);
/* No longer: so much changed while nobody took a piece that it was given up. */
bool world_checkpoint_on(const struct world *w);
/* The next piece, behind what out has. True: it is the last, and closed by CHECKPOINT_END with the number of the last record. Everything recorded so far is to be stored before. */
bool world_checkpoint_part(struct world *w, struct world_now now, struct buf *out);

/* Brings what changed since the last call onto the board; NULL: there is none, nobody wants it. True: not all of it yet, since it is much; again soon, when other work had its turn. */
bool world_show(struct world *w, struct board_w *board);
/* Fills a new board: the next n checks from `from`, and with the last ones all the rest. Where to go on; MODEL_NONE: the board is whole. What changes between
 * the calls comes by world_show, as ever. */
uint32_t world_show_new(struct world *w, struct board_w *board, uint32_t from, uint32_t n);

/* For tests and the simulator. */
struct state;
const struct state *world_state(const struct world *w, uint32_t check);
/* The interval in force, µs: the configured one, or what a command made of it. 0: checked only when asked for. */
int64_t world_interval(const struct world *w, uint32_t check, bool retry);
uint32_t world_running(const struct world *w);
size_t world_memory(const struct world *w); /* bytes of everything that could grow */
const struct board_program *world_program(const struct world *w);
