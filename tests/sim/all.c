/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All roles in one process under virtual time: the real parent, engine, store, gate, auth, web, local, notifier, prober and reader, with their messages, journal, databases and
 * fsyncs; only what would execute plugins answers by a seed, and the clock runs on to the next moment whenever nobody has anything to do.
 *   all MAIN_FILE RESULTS SEED
 * Plugins are slow, hang, crash and lie; answers are lost, come twice and out of order; the wall clock is set; the
 * configuration is read again in the midst of it. Ends when so many results were given and every one of them was
 * acknowledged as on disk. Prints results, seconds of processor time of all roles together, and results a second. tests/scenario/all-roles.py looks at what was recorded.
 * The executables of Vigie must stand in the same folder, for the one-shot that reads the configuration.
 */
#include "base/log.h"
#include "base/map.h"
#include "os/clock.h"
#include "os/loop.h"
#include "role/keep.h"
#include "role/tls_take.h"
#include "role/main_roles.h"
#include "role/parent.h"
#include "role/runner_int.h"

#include "core/record.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

/* ---- time ---- */

struct virtual_time {
    bool on;
    bool waits;           /* for another process, which has only real time: no faster than that */
    int64_t mono, offset; /* µs; wall - mono */
};

static struct virtual_time *now(void)
{
    static struct virtual_time t;

    return &t;
}

static int64_t read_us(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * TIME_S + ts.tv_nsec / 1000;
}

struct mono clock_mono(void)
{
    return (struct mono){now()->on ? now()->mono : read_us(CLOCK_MONOTONIC)};
}

struct wall clock_wall(void)
{
    return (struct wall){now()->on ? now()->mono + now()->offset : read_us(CLOCK_REALTIME)};
}

int64_t clock_busy_us(void)
{
    return read_us(CLOCK_THREAD_CPUTIME_ID);
}

static void begin_virtual(void)
{
    struct virtual_time *t = now();

    if (t->on)
        return;
    t->mono = read_us(CLOCK_MONOTONIC);
    t->offset = read_us(CLOCK_REALTIME) - t->mono;
    t->on = true;
}

/* The linker puts this in the place of epoll_wait. */
int __real_epoll_wait(int fd, struct epoll_event *e, int most, int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *e, int most, int timeout_ms);
int __wrap_epoll_wait(int fd, struct epoll_event *e, int most, int timeout_ms)
{
    int n;

    if (!now()->on || timeout_ms < 0)
        return __real_epoll_wait(fd, e, most, timeout_ms);
    if (now()->waits)
        timeout_ms = MIN(timeout_ms, 1);
    n = __real_epoll_wait(fd, e, most, now()->waits ? timeout_ms : 0);
    if (n == 0)
        now()->mono += timeout_ms * TIME_MS;
    return n;
}

/* ---- the runner that executes nothing ---- */

struct answer {
    struct role *role;
    struct loop_timer timer;
    struct msg_result m;
    bool twice, check; /* else a notification or handler */
};

struct fake {
    struct keep keep;
    struct map runs; /* id -> struct answer */
    uint64_t seed, given, wanted, told, lost;
    bool over;
};

static struct fake *plan(void) /* what main wants, and what came of it */
{
    static struct fake f;

    return &f;
}

static uint64_t random_of(struct fake *f)
{
    uint64_t z = f->seed += 0x9e3779b97f4a7c15u; /* splitmix64 */

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void end_when_all_is_stored(struct fake *f)
{
    if (f->over || now()->waits || f->given < f->wanted || f->keep.at < f->keep.kept.n)
        return;
    f->over = true;
    raise(SIGTERM); /* as an administrator would */
}

static void give(void *user)
{
    struct answer *a = user;
    struct role *r = a->role;
    struct fake *f = plan();
    struct buf again = BUF_INIT;

    map_remove_u64(&f->runs, a->m.run_id);
    a->m.lasted_us = clock_mono().us - a->m.lasted_us;
    keep_send(&f->keep, role_peer(r, ROLE_ENGINE, 0), &a->m);
    if (a->twice && msg_put_result(&again, &a->m) == 0)
        role_send(role_peer(r, ROLE_ENGINE, 0), &again, -1);
    buf_release(&again);
    f->given += a->check;
    if (a->check && f->given == f->wanted / 3) {
        now()->waits = true;
        raise(SIGHUP);
    }
    f->told += !a->check;
    mem_free(a);
}

static void choose(struct fake *f, struct answer *a, int64_t *after)
{
    static const char *const outputs[] = {"fine|a=1;2;3", "",    "bad\nlong\nmore|b=2",
                                          "\xff\xfe",     "|||", "OK - 42 percent|used=42%;80;90"};
    uint64_t r = random_of(f);

    a->m.output = str_of(outputs[r % 50 < 45 ? 5 : r % ARRAY_LEN(outputs)]);
    a->m.code = (r >> 8) % 100 < 97 ? 0 : (r >> 16) % 4;
    *after = (int64_t)((r >> 24) % 40) * TIME_MS;
    a->twice = (r >> 32) % 500 == 0;
    switch ((r >> 40) % 1000) {
    case 0: a->m.how = RECORD_HOW_SIGNAL, a->m.code = 11; break;
    case 1: a->m.how = RECORD_HOW_TIMEOUT, *after = 5 * TIME_S; break;
    case 2: a->m.code = r; break;
    case 3: *after = 4 * TIME_S; break;
    default: break;
    }
}

static void on_run(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct fake *f = plan();
    struct answer *a;
    int64_t after = TIME_MS;

    begin_virtual();
    if (m->u.run.kind == RUN_CHECK && f->given + f->runs.count >= f->wanted)
        return; /* enough: this one is never answered */
    if (m->u.run.kind == RUN_CHECK && random_of(f) % 5000 == 0) {
        f->lost++;
        return;
    }
    if (random_of(f) % 20000 == 0)
        now()->offset += (int64_t)(random_of(f) % 7200) * TIME_S - TIME_H;
    a = mem_calloc(1, sizeof(*a));
    a->role = r;
    a->m.run_id = m->u.run.run_id;
    a->m.oid = m->u.run.oid;
    a->m.started_us = clock_wall().us;
    a->m.lasted_us = clock_mono().us;
    a->check = m->u.run.kind == RUN_CHECK;
    if (a->check)
        choose(f, a, &after);
    map_put_u64(&f->runs, a->m.run_id, (uint64_t)(uintptr_t)a);
    loop_timer_set(r->loop, &a->timer, (struct mono){clock_mono().us + after}, give, a);
}

static void on_kill(struct role *r UNUSED, struct peer *p UNUSED, const struct msg *m)
{
    struct fake *f = plan();
    struct answer *a;
    uint64_t v;

    if (!map_get_u64(&f->runs, m->u.kill.run_id, &v))
        return;
    a = (struct answer *)(uintptr_t)v;
    loop_timer_cancel(&a->timer);
    map_remove_u64(&f->runs, m->u.kill.run_id);
    mem_free(a);
}

static void on_stored(struct role *r UNUSED, struct peer *p UNUSED, const struct msg *m)
{
    struct fake *f = plan();

    keep_stored(&f->keep, m->u.result_stored.seq);
    end_when_all_is_stored(f);
}

static void serve(struct role *r)
{
    role_ready(r);
}

static uint64_t oid_of(uint64_t v)
{
    return ((const struct answer *)(uintptr_t)v)->m.oid;
}

static void hello(struct role *r UNUSED, struct msg_hello *mine)
{
    mine->runs = keep_list(&plan()->keep, &plan()->runs, oid_of);
}

static void peer_up(struct role *r UNUSED, struct peer *p)
{
    keep_resend(&plan()->keep, p);
}

static void drained(struct role *r UNUSED, struct peer *p)
{
    keep_go_on(&plan()->keep, p);
}

static void snapshot(struct role *r UNUSED, const struct role_snapshot *s UNUSED,
                     const struct role_snapshot *old)
{
    if (old)
        now()->waits = false;
}

static void stop(struct role *r)
{
    struct fake *f = plan();
    struct str key;
    uint64_t v;

    for (size_t i = 0; i < f->runs.n_entry; i++)
        if (map_at(&f->runs, i, &key, &v)) {
            loop_timer_cancel(&((struct answer *)(uintptr_t)v)->timer);
            mem_free((struct answer *)(uintptr_t)v);
        }
    map_release(&f->runs);
    keep_release(&f->keep);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_RUN, 1u << ROLE_ENGINE, on_run},
    {MSG_KILL, 1u << ROLE_ENGINE, on_kill},
    {MSG_RESULT_STORED, 1u << ROLE_ENGINE, on_stored},
};

static const struct role_ops fake_runner = {
    .id = ROLE_RUNNER,
    .self_size = 8,
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .snapshot = snapshot,
    .serve = serve,
    .hello = hello,
    .peer_up = peer_up,
    .drained = drained,
    .stop = stop,
};

const struct tls_library *const role_tls = NULL; /* nobody connects */
const struct role_ops *const main_roles[] = {
    &role_conf,   &role_engine, &fake_runner, &role_prober, &role_notifier, &role_store,
    &role_reader, &role_gate,   &role_auth,   &role_web,    &role_local,
};
const size_t main_roles_n = ARRAY_LEN(main_roles);

int main(int argc, char **argv)
{
    struct parent_options options = {.one_process = true};
    struct fake *f = plan();
    int64_t busy;
    int status;

    if (argc != 4) {
        fprintf(stderr, "usage: all MAIN_FILE RESULTS SEED\n");
        return 2;
    }
    options.main_file = argv[1];
    f->wanted = strtoull(argv[2], NULL, 10);
    f->seed = strtoull(argv[3], NULL, 10);
    busy = read_us(CLOCK_PROCESS_CPUTIME_ID);
    status = parent_run(&options);
    busy = read_us(CLOCK_PROCESS_CPUTIME_ID) - busy;
    printf("%llu results and %llu notifications on disk, %llu lost on the way, %.2f s of processor time, "
           "%.0f results/s\n",
           (unsigned long long)f->given, (unsigned long long)f->told, (unsigned long long)f->lost,
           (double)busy / TIME_S, (double)f->given * TIME_S / (double)busy);
    return f->over ? status : 1;
}
