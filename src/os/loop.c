/* SPDX-License-Identifier: Apache-2.0 */
#include "os/loop.h"

#include "base/vec.h"
#include "os/clock.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EVENTS_A_ROUND = 128, TIMERS_FIRST = 64 };

struct later {
    loop_later_f *call;
    void *user;
};

struct loop {
    int epoll, sigfd;
    bool stop;
    struct mono now;
    VEC(struct loop_fd *) fds; /* by slot; NULL: free */
    VEC(uint32_t)
    generation; /* by slot: raised when the slot is freed, so that a fetched event finds nobody */
    VEC(uint32_t) free_fds;
    struct heap heap; /* timers by slot */
    VEC(struct loop_timer *) timers;
    VEC(uint32_t) free_timers;
    VEC(struct later) later;
    sigset_t mask;
    struct loop_fd sig_watch;
    struct {
        loop_signal_f *call;
        void *user;
    } signals[65];
};

struct loop *loop_new(void)
{
    struct loop *l = mem_zalloc(sizeof(*l));

    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    BUG_ON(l->epoll < 0);
    l->sigfd = -1;
    l->now = clock_mono();
    sigemptyset(&l->mask);
    heap_init(&l->heap, TIMERS_FIRST);
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->sigfd >= 0)
        close(l->sigfd);
    close(l->epoll);
    VEC_RELEASE(&l->fds);
    VEC_RELEASE(&l->generation);
    VEC_RELEASE(&l->free_fds);
    VEC_RELEASE(&l->timers);
    VEC_RELEASE(&l->free_timers);
    VEC_RELEASE(&l->later);
    l->heap.count = 0;
    heap_release(&l->heap);
    mem_free(l);
}

struct mono loop_now(const struct loop *l)
{
    return l->now;
}

void loop_stop(struct loop *l)
{
    l->stop = true;
}

/* ---- descriptors ---- */

static uint64_t token_of(const struct loop *l, uint32_t slot)
{
    return (uint64_t)l->generation.at[slot] << 32 | slot;
}

void loop_fd_add(struct loop *l, struct loop_fd *w, int fd, uint32_t events, loop_fd_f *call, void *user)
{
    struct epoll_event e = {.events = events};
    uint32_t slot = (uint32_t)l->fds.n;

    BUG_ON(w->loop);
    if (l->free_fds.n) {
        slot = VEC_LAST(&l->free_fds);
        l->free_fds.n--;
    } else {
        *VEC_ADD(&l->fds) = NULL;
        *VEC_ADD(&l->generation) = 1;
    }
    l->fds.at[slot] = w;
    *w = (struct loop_fd){.loop = l, .fd = fd, .slot = slot, .call = call, .user = user};
    e.data.u64 = token_of(l, slot);
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) < 0)
        BUG("epoll_ctl add");
}

void loop_fd_events(struct loop_fd *w, uint32_t events)
{
    struct epoll_event e = {.events = events};

    BUG_ON(!w->loop);
    e.data.u64 = token_of(w->loop, w->slot);
    if (epoll_ctl(w->loop->epoll, EPOLL_CTL_MOD, w->fd, &e) < 0)
        BUG("epoll_ctl mod");
}

void loop_fd_remove(struct loop_fd *w)
{
    struct loop *l = w->loop;

    if (!l)
        return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    l->fds.at[w->slot] = NULL;
    l->generation.at[w->slot]++;
    *VEC_ADD(&l->free_fds) = w->slot;
    w->loop = NULL;
}

/* ---- timers ---- */

void loop_timer_set(struct loop *l, struct loop_timer *t, struct mono at, loop_timer_f *call, void *user)
{
    if (!t->slot) {
        if (l->free_timers.n) {
            t->slot = VEC_LAST(&l->free_timers) + 1;
            l->free_timers.n--;
        } else {
            *VEC_ADD(&l->timers) = NULL;
            t->slot = (uint32_t)l->timers.n;
            if (l->timers.n > l->heap.items)
                heap_resize(&l->heap, l->heap.items * 2);
        }
        l->timers.at[t->slot - 1] = t;
    }
    t->loop = l;
    t->call = call;
    t->user = user;
    heap_set(&l->heap, t->slot - 1, at.us);
}

void loop_timer_cancel(struct loop_timer *t)
{
    if (!t->slot)
        return;
    heap_remove(&t->loop->heap, t->slot - 1);
    t->loop->timers.at[t->slot - 1] = NULL;
    *VEC_ADD(&t->loop->free_timers) = t->slot - 1;
    t->slot = 0;
}

/* Fires what is due at the time read at the round's begin: a timer that sets itself to "now" waits for the next round. */
static void run_timers(struct loop *l)
{
    uint32_t slot;
    int64_t key;
    size_t budget = l->heap.count;

    while (budget-- && heap_peek(&l->heap, &slot, &key) && key <= l->now.us) {
        struct loop_timer *t = l->timers.at[slot];

        loop_timer_cancel(t);
        t->call(t->user);
    }
}

/* ---- signals ---- */

static void on_sigfd(void *user, uint32_t events UNUSED)
{
    struct loop *l = user;
    struct signalfd_siginfo si;

    while (l->sigfd >= 0 && read(l->sigfd, &si, sizeof(si)) == (ssize_t)sizeof(si)) {
        if (si.ssi_signo < ARRAY_LEN(l->signals) && l->signals[si.ssi_signo].call)
            l->signals[si.ssi_signo].call(l->signals[si.ssi_signo].user, (int)si.ssi_signo);
    }
}

void loop_signal(struct loop *l, int signo, loop_signal_f *call, void *user)
{
    BUG_ON(signo < 1 || (size_t)signo >= ARRAY_LEN(l->signals));
    l->signals[signo].call = call;
    l->signals[signo].user = user;
    sigaddset(&l->mask, signo);
    sigprocmask(SIG_BLOCK, &l->mask, NULL);
    if (l->sigfd < 0) {
        l->sigfd = signalfd(-1, &l->mask, SFD_NONBLOCK | SFD_CLOEXEC);
        BUG_ON(l->sigfd < 0);
        loop_fd_add(l, &l->sig_watch, l->sigfd, EPOLLIN, on_sigfd, l);
    } else if (signalfd(l->sigfd, &l->mask, 0) < 0) {
        BUG("signalfd");
    }
}

/* ---- rounds ---- */

void loop_later(struct loop *l, loop_later_f *call, void *user)
{
    *VEC_ADD(&l->later) = (struct later){call, user};
}

static void run_later(struct loop *l)
{
    size_t n = l->later.n;

    /* What a callback adds waits for the next round. */
    for (size_t i = 0; i < n; i++)
        l->later.at[i].call(l->later.at[i].user);
    memmove(l->later.at, l->later.at + n, (l->later.n - n) * sizeof(*l->later.at));
    l->later.n -= n;
}

static int wait_ms(struct loop *l, int64_t max_us)
{
    uint32_t slot;
    int64_t key, us = max_us;

    if (l->later.n)
        return 0;
    if (heap_peek(&l->heap, &slot, &key)) {
        int64_t left = MAX(key - clock_mono().us, (int64_t)0);

        us = us < 0 ? left : MIN(us, left);
    }
    if (us < 0)
        return -1;
    return (int)MIN((us + 999) / 1000, (int64_t)3600000); /* rounded up: a timer is never early */
}

void loop_once(struct loop *l, int64_t max_us)
{
    struct epoll_event e[EVENTS_A_ROUND];
    int n = epoll_wait(l->epoll, e, EVENTS_A_ROUND, wait_ms(l, max_us));

    BUG_ON(n < 0 && errno != EINTR);
    l->now = clock_mono();
    run_timers(l);
    for (int i = 0; i < n; i++) {
        uint32_t slot = (uint32_t)e[i].data.u64, generation = (uint32_t)(e[i].data.u64 >> 32);
        struct loop_fd *w = l->fds.at[slot];

        if (w && l->generation.at[slot] == generation)
            w->call(w->user, e[i].events);
    }
    if (l->later.n)
        run_later(l);
}

void loop_run(struct loop *l)
{
    l->stop = false;
    while (!l->stop)
        loop_once(l, -1);
}
