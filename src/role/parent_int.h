/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files of the parent share. One struct parent a process, in parent.c; everything is reached through it.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/vec.h"
#include "core/model.h"
#include "os/lasting.h"
#include "os/loop.h"
#include "os/proc.h"
#include "role/parent.h"
#include "role/rights.h"
#include "role/role.h"
#include "wire/json.h"
#include "wire/link.h"

enum child_state {
    CHILD_DOWN,     /* not started, or waiting for its restart */
    CHILD_STARTING, /* GO was sent, READY not yet received */
    CHILD_READY,
    CHILD_STOPPING, /* STOP was sent */
    CHILD_ENDED,    /* ended as asked; not started again */
};

struct parent;
struct child {
    struct parent *parent;
    enum role_id id;
    unsigned instance;
    enum child_state state;
    struct proc proc;      /* pid and pidfd; pid 0 with --one-process */
    struct loop_fd exited; /* watches the pidfd */
    struct link *control;
    struct role *inside;     /* --one-process: the role in this process */
    struct loop_timer timer; /* restart, or the end of patience while stopping */
    uint64_t landlock;       /* what it said of itself: /proc does not show it */
    bool anew;               /* it ended of itself, to be begun with options that a reload changed */
    unsigned restarts;       /* since the start of Vigie, of those that died */
    unsigned in_a_row;       /* deaths without a quiet minute between: the back-off */
    struct mono started;
};

/* How a role is started: which executable (one per set of linked libraries), how many, which parts of the snapshot it may see. */
struct plan {
    enum role_id id;
    const char *exe;
    bool per_core;
    bool snapshot, secret;
};

/* What one reading of the configuration found, errors and warnings apart. Bounded: all are counted, the first are kept. */
struct findings {
    struct buf json; /* elements of a list */
    size_t kept;
    uint64_t count;
};
struct reading {
    struct findings error, warning;
    struct buf lines; /* the first errors as text, each begun by a line end */
};

enum parent_phase { PHASE_CONF, PHASE_START, PHASE_RUN, PHASE_STOP };

#define PARENT_CHILDREN_MAX ROLE_PEERS_MAX
#define PARENT_TEST_ENV     4
#define PARENT_ASKED_MOST   64 /* RELOADs that wait for one reading of the configuration */

struct parent_lines { /* a file of external commands */
    uint64_t id;
    char *path;
    int fd; /* -1: there is none */
    bool remove;
};

struct parent {
    struct parent_options options;
    enum parent_phase phase;
    int exit_status;
    int stop_signal; /* what asked for the end; 0: nobody did */
    struct loop *loop;
    int exe_dir;             /* folder of our own executables */
    char main_file[4096];    /* absolute */
    struct rights_uids uids; /* who the roles and the plugins run as */

    /* the configuration in force */
    struct role_snapshot snap;
    struct model model;
    struct child conf;  /* the one-shot compiler; state CHILD_DOWN when none runs */
    bool reload_wanted; /* SIGHUP came while conf was running */
    uint64_t generation;
    bool conf_accepted;       /* the running conf delivered a snapshot that is now in force */
    VEC(uint64_t) asked;      /* the gate's RELOADs that the running conf answers, ... */
    VEC(uint64_t) asked_next; /* and those that came while it ran: the next one does */
    struct reading reading;   /* what the running conf finds */
    struct buf log_stays;     /* why the log is not rotated, or could not be; empty: it can be */
    struct buf reload_json;   /* the last reload for STATUS, empty: there was none */
    struct buf warnings_json; /* the warnings on the configuration in force: elements of a list, ... */
    uint64_t warnings;        /* and how many there are in all */

    /* the state folder and what is handed over */
    uint32_t site;
    char state_dir[4096];
    int state_fd, lock_fd, http_fd, ls_fd, tcp_fd, tls_fd, ctl_fd, log_fd, pipe_fd;
    int doing_fd;        /* what the engine is doing (wire/doing.h) */
    struct lasting hold; /* lines of the command file; without a path: it goes with the last process */
    int pipe_keep_fd; /* the write end of the command file, held so that a restart of local loses nothing */
    struct parent_lines lines;      /* what local reads, ... */
    uint64_t lines_over;            /* and the last that is over */
    struct parent_results *results; /* parent_results.h; NULL: there is no check_result_path */
    char pipe_at[4096],
        ls_at[108];    /* what was opened and is removed at the end, whatever a reload names now */
    char http_at[128]; /* "127.0.0.1:8080", with the port really bound */
    bool http_tls;     /* the page has TLS; its certificate: */
    char page_print[96];
    int64_t page_until; /* seconds since 1970 */
    bool page_own;      /* Vigie made it */
    char tcp_at[128];   /* the same of vigie_livestatus_tcp */
    char tls_at[128];   /* ... and of vigie_livestatus_tls */
    uint32_t epoch;
    /* Builds with sanitizers hand on what moves the clock (faketime) and steers the sanitizers: "NAME=value", ended by NULL. */
    const char *test_env[PARENT_TEST_ENV + 1];
    int board_fd; /* the engine's, for a gate that starts later */
    uint64_t board_generation;
    char setup_token[128];
    struct child child[PARENT_CHILDREN_MAX];
    size_t n_children;
    bool announced; /* READY was printed */
    struct loop_timer status_timer, stray_timer;
};

/* parent_child.c: a role's process */
const struct plan *parent_plan_of(enum role_id id);
void parent_plan_children(struct parent *p); /* fills p->child from the settings */
void parent_more_children(struct parent *p); /* after a reload: starts what it asks for besides */
int parent_spawn(struct parent *p, struct child *c, struct err *err); /* process and control link only */
int parent_start_child(struct parent *p, struct child *c, struct err *err); /* and all it is told before GO */
void parent_go(struct child *c);
void parent_stop_all(struct parent *p, int exit_status); /* the end of the loop follows when all have ended */
struct child *parent_find(struct parent *p, enum role_id id, unsigned instance);
void parent_on_sigchld(void *user, int signo);

/* parent_tell.c: what a child is told */
void parent_tell_start(struct parent *p, struct child *c);
void parent_tell_descriptors(struct parent *p, struct child *c);
void parent_tell_peers(struct parent *p, struct child *c); /* PEER to c and its peers that live */
void parent_tell_snapshot(struct parent *p, struct child *c);
void parent_tell_board(struct parent *p, struct child *gate);
void parent_tell_export(struct parent *p); /* after a reload: its file of authorities may be another one */
/* Hands fd over to c under that purpose; fd stays ours. -1 is passed over. */
void parent_pass(struct child *c, const char *purpose, const char *arg, int fd);
bool parent_child_lives(const struct child *c);

/* parent_open.c */
int parent_open_executables(struct parent *p, struct err *err);
int parent_open_state(struct parent *p, struct err *err);
int parent_open_listeners(struct parent *p, struct err *err);
int parent_pipe_is_free(struct parent *p, struct err *err);
int parent_open_pipe(struct parent *p, struct err *err); /* the last step of a start */
int parent_raise_epoch(struct parent *p, struct err *err);
void parent_close_all(struct parent *p); /* and takes away the files that others look for */

/* parent_lines.c */
void parent_lines_open(struct parent *p, const struct msg_command_lines *m);
void parent_lines_read(struct parent *p, uint64_t id); /* to its end, and all of it is done */
void parent_lines_release(struct parent *p);

/* parent_conf.c */
int parent_conf_start(struct parent *p, struct err *err);
bool parent_conf_message(struct parent *p, const struct msg *m, int *fds, size_t n_fds);
void parent_conf_ended(struct parent *p);
void parent_reload(struct parent *p, uint64_t id); /* id: of a RELOAD to be answered, 0: none */
/* parent_perf.c */
void parent_perf_pass(struct parent *p, struct child *store,
                      bool again); /* both files, or that there is none */
bool parent_perf_open(struct parent *p, struct child *store, struct str purpose); /* anew; false: not ours */

/* parent_said.c: what a reading found, for STATUS, the Nagios-format log and who asked for it */
void parent_said_begin(struct parent *p);
void parent_said_take(struct parent *p, const struct msg_conf_diag *d);
void parent_said_error(struct parent *p, const char *text); /* one that has no place */
void parent_said_end(struct parent *p, bool accepted);
void parent_said_status(const struct parent *p, struct json *j);
void parent_said_release(struct parent *p);

/* parent_status.c */
void parent_status_send(struct parent *p);   /* levels of all roles to gate */
void parent_status_levels(struct parent *p); /* one line at start: what was reached, what not */

/* parent.c */
void parent_start_roles(struct parent *p); /* a configuration is there: the second half of the start */
void parent_give_up(struct parent *p, const char *why);
void parent_wish(struct parent *p, bool reload);            /* an external command's */
void parent_child_ready(struct parent *p, struct child *c); /* a role said READY */
void parent_all_ended(struct parent *p);
void parent_notify_systemd(const char *text); /* sd_notify, nothing when not asked */
