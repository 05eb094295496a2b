/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the runner share: runner.c (messages, life), runner_words.c (command and environment), runner_run.c (one execution), runner_turn.c (which commands wait for others), runner_trial.c (do ICMP plugins work?). */
#include "base/map.h"
#include "base/vec.h"
#include "role/secrets.h"
#include "os/loop.h"
#include "os/proc.h"
#include "role/keep.h"
#include "role/role.h"

enum run_how { RUN_EXIT, RUN_SIGNAL, RUN_TIMEOUT, RUN_NOT_STARTED, RUN_LOST };
enum run_kind { RUN_CHECK, RUN_NOTIFICATION, RUN_HANDLER };

#define RUN_TRIAL 0 /* run id of our own trial: an engine's ids are never 0 */

/* argv or envp: NUL-ended words in one block. */
struct words {
    struct buf block;
    VEC(size_t) at;
    VEC(const char *) list; /* ended by NULL */
    char shown[512];        /* the first word with its secrets masked, for people; empty: it has none */
};

/* One execution, from RUN to RESULT. */
struct run {
    struct role *role;
    uint64_t run_id;
    uint64_t oid; /* of the check; 0: none */
    enum run_kind kind;
    struct words argv, env; /* until the process runs */
    struct proc proc;       /* pid 0: waits for room to start, or has ended */
    struct loop_fd exited, out_watch, err_watch;
    int out_fd, err_fd; /* -1: closed */
    struct buf out, err;
    bool truncated, timed_out, unwanted, pings;
    bool orphan; /* a handler of an engine that is gone: nobody asks how it ended */
    size_t out_max;
    struct loop_timer timer;
    struct mono began, deadline;
    struct wall began_wall;
    int64_t timeout_us;
    struct run *behind; /* in the queue of those that wait for their turn */
    bool waits, counts; /* it is in that queue; it is one of those that run at once */
};

/* Commands of one kind that run at once, and those that wait until one of them ends, in their order. */
struct runner_turn {
    struct run *first, *last;
    uint64_t most, running, waiting;
};

struct runner {
    struct secrets secrets;
    struct secret secret; /* of the run being begun */
    struct map runs;      /* run id -> struct run */
    struct map pids;      /* of running plugins -> struct run */
    struct keep keep;
    struct buf env; /* base environment: words ended by NUL */
    uint64_t files; /* descriptors a plugin may have open: what we had before we took more */
    struct loop_timer sweep;
    bool sweeping;
    struct runner_turn turn[2]; /* of notifications; of handlers, obsess and perfdata commands */
    struct loop_timer next_turn;
};

struct msg_run;

/* runner_run.c */
void runner_start(struct role *r, const struct msg_run *m);
void runner_kill(struct role *r, uint64_t run_id);
void runner_end_all(struct role *r); /* nothing that a run started lives on */

/* It waited for its turn: from now on its time counts. */
void runner_begin(struct run *run);

/* runner_turn.c */
void runner_turn_birth(struct role *r);
/* False: others of its kind run already, as many as may, and it waits; runner_begin comes then. Checks never wait. */
bool runner_turn_may(struct run *run);
/* So many wait that no more may. */
bool runner_turn_is_full(const struct run *run);
void runner_turn_over(struct run *run); /* it ended, or waits no longer */
void runner_turn_stop(struct runner *self);

/* runner_words.c */
void runner_env_base(struct buf *env, const char *home);
void runner_env_add(struct buf *env,
                    struct str option); /* "vigie_env=NAME=value"; other options are passed over */
int runner_words(const struct runner *self, const struct msg_run *m, struct words *argv, struct words *env);
void runner_words_release(struct words *w); /* wipes: secrets may be in them */
/* The program of a command as a shell would find it. path: room for the answer. */
const char *runner_find_program(const char *name, char *path, size_t size);
/* Why a program could not be executed, for people: error is errno of exec; shown: what it is called, when its name holds a secret, else empty. */
void runner_why_not_started(const char *program, const char *shown, int error, char *text, size_t size);
/* True for commands that send ICMP, which needs a right that Vigie may not have. */
bool runner_is_ping(const struct words *argv);
/* Words by which plugins say that a right was missing: the result says nothing about the host. pings: it is such a command. */
bool runner_is_rightless(bool pings, struct str out, struct str err);

/* runner.c: takes a run out of the tables, sends its RESULT and frees it. */
void runner_finish(struct run *run, const struct msg_result *res);

/* runner_trial.c */
void runner_trial_begin(struct role *r);
void runner_trial_end(const struct msg_result *m);
