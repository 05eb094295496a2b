/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the two files of the runner share: runner.c (messages, results kept until stored), runner_run.c (one execution). */
#include "base/map.h"
#include "base/vec.h"
#include "core/secret.h"
#include "os/loop.h"
#include "os/proc.h"
#include "role/keep.h"
#include "role/role.h"

enum run_how { RUN_EXIT, RUN_SIGNAL, RUN_TIMEOUT, RUN_NOT_STARTED, RUN_LOST };

/* One execution, from RUN to RESULT. */
struct run {
    struct role *role;
    uint64_t run_id;
    struct proc proc;
    struct loop_fd exited, out_watch, err_watch;
    int out_fd, err_fd; /* -1: closed */
    struct buf out, err;
    bool truncated, timed_out, killed, unwanted;
    size_t out_max;
    struct loop_timer timer;
    struct mono began, deadline;
    struct wall began_wall;
};

struct runner {
    struct secret secret;
    bool has_secret;
    struct map runs;         /* run id -> struct run */
    struct keep keep;
    struct buf env;          /* base environment: words ended by NUL */
    struct loop_timer sweep;
};

struct msg_run;
void runner_start(struct role *r, const struct msg_run *m);
void runner_kill(struct role *r, uint64_t run_id);
void runner_kill_all(struct role *r);
/* Takes a run out of the table, sends its RESULT and frees it. */
void runner_finish(struct run *run, const struct msg_result *res);
void runner_sweep(void *user); /* ends processes that left their plugin's group and outlived its deadline */
