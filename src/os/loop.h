/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The event loop: one epoll descriptor, a heap of timers, signals by signalfd. Single-threaded. Several users may share one loop (--one-process runs all roles
 * on one), so nothing here is global. A callback may remove any watch, its own too, and free its memory: events already fetched for it are dropped.
 */
#include "base/heap.h"
#include "base/time.h"

#include <sys/epoll.h>

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *l); /* all watches must be gone or never be used again */
void loop_run(struct loop *l);  /* until loop_stop */
void loop_stop(struct loop *l);
/* One round: waits at most max_us (-1: for ever), dispatches what is there. For tests and for guests in other loops. */
void loop_once(struct loop *l, int64_t max_us);
struct mono loop_now(const struct loop *l); /* the clock as read once a round */

/* A descriptor. events are EPOLLIN, EPOLLOUT; EPOLLHUP and EPOLLERR come always. The descriptor stays the caller's: remove the watch before closing it. */
typedef void loop_fd_f(void *user, uint32_t events);
struct loop_fd {
    struct loop *loop; /* NULL: not watched */
    int fd;
    uint32_t slot;
    loop_fd_f *call;
    void *user;
};
void loop_fd_add(struct loop *l, struct loop_fd *w, int fd, uint32_t events, loop_fd_f *call, void *user);
void loop_fd_events(struct loop_fd *w, uint32_t events);
void loop_fd_remove(struct loop_fd *w); /* no effect when not watched */

/* A timer: fires once at or after its time, never early. Zeroed memory is a valid timer that is not set. */
typedef void loop_timer_f(void *user);
struct loop_timer {
    struct loop *loop;
    uint32_t slot; /* + 1; 0: not set */
    loop_timer_f *call;
    void *user;
};
void loop_timer_set(struct loop *l, struct loop_timer *t, struct mono at, loop_timer_f *call,
                    void *user);              /* sets, or moves */
void loop_timer_cancel(struct loop_timer *t); /* no effect when not set */

/* A signal, blocked for the process and delivered by the loop. One receiver a signal and loop. */
typedef void loop_signal_f(void *user, int signo);
void loop_signal(struct loop *l, int signo, loop_signal_f *call, void *user);

/* Called once at the end of this round, before waiting again. */
typedef void loop_later_f(void *user);
void loop_later(struct loop *l, loop_later_f *call, void *user);
