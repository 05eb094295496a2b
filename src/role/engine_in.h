/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The inside of the engine role, which its files share: engine.c (messages to events), engine_out.c (effects to messages), engine_log.c (lines of the log), engine_conf.c (its configuration), engine_board.c. */
#include "base/vec.h"
#include "core/board_w.h"
#include "core/nlog_queue.h"
#include "core/record_queue.h"
#include "core/world.h"
#include "os/loop.h"
#include "role/role.h"

#define ENGINE_PIECE                                                                                         \
    (160u * 1024) /* of records in one message; one record may be larger, up to LIMIT_RECORD */

struct engine_results;
struct engine_done { /* an answer that waits until the record of it is durable */
    uint64_t seq;
    enum role_id to;
    unsigned instance;
    uint64_t id;                    /* of the command; of the result in its runner's count */
    struct engine_results *results; /* owned: it answers RESULTS; NULL: a command or a result */
};

struct engine_command { /* a command under way: the world sees only our token */
    uint64_t token, id;
    enum role_id from;
    unsigned instance;
};

struct engine_failed { /* a run that could not be handed over; told to the world after its effects are done */
    uint64_t run_id;
    bool too_long;
    bool intent;
};

struct
    engine_conf { /* a snapshot, mapped here for as long as the world uses it; of the identities the first three */
    uint64_t generation;
    const void *base; /* NULL: not there */
    size_t len;
    struct model model;
};

struct engine_board { /* memory for a board */
    void *mem;        /* NULL: there is none */
    size_t len;
    int fd;
    struct board_shape shape;
};

struct engine_perf { /* performance data for a file (engine_perf.c) */
    struct nlog_queue lines;
    bool holding;      /* a command takes the file over */
    bool go;           /* and has done so: the store is still to be told */
    uint64_t lost;     /* lines; while it is not 0 there is no room for any */
    uint64_t too_long; /* lines that no message takes */
};

struct engine_log {
    struct nlog_queue lines;
    uint64_t file,
        size; /* inode of the log, and how long it was when all lines known to be written were in it; 0: not known, or there is none */
    bool asked, told, stays; /* for a new file; which one it is now; it is the old one */
    uint64_t new_file;
    size_t waited,
        on_top; /* bytes that waited at the last flush; the most that came between two, while too many wait */
    bool full;  /* lines are given up until there is room again */
    uint64_t lost, lost_before, lost_told; /* ever; before this time; that the store knows of */
    uint64_t held_told, unsaid_told;       /* as the store knows them */
};

struct engine {
    struct role *role;
    struct world *world;
    struct engine_conf conf[2]; /* the one in force, and the next one while its identities are not here */
    unsigned current;           /* of conf */
    struct engine_conf oids;    /* as the store sent them last: u64 by check */
    struct board_w board;
    void *board_mem;
    size_t board_len;
    int board_fd;        /* until the new board is whole; then -1 */
    uint32_t board_next; /* the first check that is not yet on it */
    bool board_planned;
    struct engine_board spare; /* for the configuration that waits */
    size_t spare_there;        /* so many bytes of its checks have their memory */
    bool preparing, prepared;  /* memory for it */
    uint64_t arena_size;
    struct loop_timer timer, stop_timer;
    bool store_up, have_oids, load_sent, loaded, out_planned;
    bool board_behind; /* it does not show all of the world yet */
    uint64_t next_token;
    VEC(struct engine_done) acks;    /* results, in the order of seq */
    VEC(struct engine_done) answers; /* commands, likewise */
    struct record_queue queue;       /* records that are not known to be durable */
    uint64_t given_up;               /* results that never came to the queue */
    uint64_t given_up_told;          /* of all that were given up: the store knows */
    bool behind;                     /* results are given up; said once */
    bool gap;      /* so much was waiting that some was dropped: the store gets everything anew */
    uint64_t gaps; /* how often that was so */
    bool anew;     /* the next batch is the first of that */
    uint64_t stored;
    char degraded[256];
    bool unwritten;   /* the store could not write what it has, when it last said something */
    struct buf batch; /* records not yet given to the store */
    uint64_t batch_first, batch_n;
    struct engine_log log;
    struct engine_perf perf[2]; /* of services, of hosts */
    struct {
        bool on, planned;
        uint64_t name;
    } checkpoint; /* that is being sent */
    VEC(struct engine_failed) failed;
    VEC(struct engine_command)
    commands; /* under way, by token; those that are for many, and those behind them, are for some time */
    struct buf frame;
    struct buf refused;          /* of the RESULTS that are being taken: core/passive.h */
    struct buf early[32];        /* runs that runners listed before the world began */
    struct doing_segment *doing; /* wire/doing.h; NULL: not yet here */
};

struct world_now engine_now(void);
/* Who executes runs (runners, the prober), and by which number below 32 the world knows it. */
bool engine_executes(const struct peer *p);
unsigned engine_slot(const struct peer *p);
/* One event, everything that comes of it, and the timer for the next. */
void engine_step(struct engine *e, const struct world_event *ev);
/* Carries out the effects of what the world was just told. */
void engine_carry_out(struct engine *e);
/* False, and it is said: a message does not take this record, which the bounds of what goes into one should have seen to. */
bool engine_fits(struct str record);
/* COMMAND_DONE to who asked. */
void engine_answer(struct engine *e, enum role_id to, unsigned instance, uint64_t id, bool refused,
                   struct str error);
/* Gives records and log lines to the store now. */
void engine_flush(struct engine *e);
void engine_plan_flush(struct engine *e); /* at the end of this round */
/* engine_log.c: a line for the log in Nagios' format; lines behind this go into a new file. */
void engine_log_line(struct engine *e, struct str line);
void engine_log_rotate(struct engine *e, struct str name);
/* Adds to a message with records what of the log goes with them, if it does; it is handed when the message went. */
void engine_log_with(const struct engine *e, struct msg_put *m);
void engine_log_handed(struct engine *e, const struct msg_put *m);
void engine_log_put(struct engine *e);   /* what is left: never before the records of what it tells */
void engine_log_again(struct engine *e); /* to another store */
void engine_log_last(struct engine *e);  /* no new file is waited for any more */
void engine_log_message(struct role *r, struct peer *p, const struct msg *m); /* LOGLINE, LOGGED, LOG_IS */
void engine_read_lines(struct engine *e); /* the file of commands whose turn it is, if one waits */
/* engine_doing.c: the segment that says what is being done; its descriptor is taken. */
void engine_doing_open(struct engine *e, int fd);
void engine_doing_world(struct engine *e,
                        struct world_options *o); /* for a new world: before and behind world_new */
void engine_doing_leave_out(struct engine *e);
void engine_doing_release(struct engine *e);
/* As engine_step, with a line of the command file or a result of a result file; one at which engines ended is refused. */
void engine_doing_line(struct engine *e, struct world_event *ev);
void engine_doing_result(struct engine *e, struct world_event *ev);
/* engine_results.c: RESULTS; one of its rows is refused; the answer, and what it owns. */
void engine_results_message(struct role *r, struct peer *p, const struct msg *m);
void engine_results_refused(struct engine *e, uint64_t row, struct str why);
void engine_results_answer(struct engine *e, const struct engine_done *d, struct str error);
void engine_results_release(struct engine_done *d);
/* engine_perf.c: performance data for the files of hosts or services. */
void engine_perf_line(struct engine *e, bool host, struct str line);
void engine_perf_hold(struct engine *e, bool host);
void engine_perf_go(struct engine *e, bool host);
void engine_perf_flush(struct engine *e);
void engine_perf_again(struct engine *e); /* to another store */
void engine_perf_last(struct engine *e);  /* all of it goes to the store */
void engine_perf_message(struct role *r, struct peer *p, const struct msg *m); /* PERF_HELD, PERF_WRITTEN */
/* The store is there (again) and has everything before next_seq. */
void engine_resync(struct engine *e, uint64_t next_seq);
void engine_close_gap(
    struct engine *e); /* if there is one, and the store takes records again: all as it is now */
/* Up to seq all is on disk; up to taken, the store tried. */
void engine_stored(struct engine *e, uint64_t seq, uint64_t taken, struct str degraded);
/* engine_checkpoint.c: begins one, in the place of one under way; goes on when the store takes more; what is under way comes to nothing. */
void engine_checkpoint(struct engine *e);
void engine_checkpoint_go_on(struct engine *e);
void engine_checkpoint_stop(struct engine *e);
/* The last word: gives everything back and tells the frame. */
void engine_end(struct engine *e);
/* A snapshot, or the identities of one, came. */
void engine_conf_snapshot(struct engine *e, const struct role_snapshot *now);
void engine_conf_oids(struct engine *e, uint64_t generation, int fd);
/* The store that was giving the record is gone: what it gave is forgotten, another one begins at the beginning. */
void engine_conf_load_anew(struct engine *e);
/* Does what snapshot and identities allow: the world begins to load, or is reloaded. */
void engine_conf_go_on(struct engine *e);
void engine_conf_release(struct engine *e);
/* A new board of the present world, which the gate gets by way of the parent when it is whole. */
void engine_new_board(struct engine *e);
/* Its memory, made before it is wanted: a reload shall not wait for that. Then a piece of it at a time; true: that was all. */
void engine_prepare_board(struct engine *e, const struct engine_conf *c);
bool engine_prepare_board_piece(struct engine *e);
/* Now, not a piece at a time. */
void engine_finish_board(struct engine *e);
void engine_release_board(struct engine *e);
