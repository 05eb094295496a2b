/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over a real socket pair and loop: order, descriptors, bounds, hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/loop.h"
#include "os/sock.h"
#include "wire/link.h"

struct end {
    struct link *link;
    unsigned n, closed, drained, fds;
    uint64_t last;
    char error[800];
    bool free_inside;
    int64_t takes_us; /* each message, of the processor */
};

static void on_message(void *user, const struct msg *m, int *fds, size_t n_fds)
{
    struct end *e = user;

    for (int64_t until = clock_mono().us + e->takes_us; clock_mono().us < until;)
        ;
    e->n++;
    e->fds += (unsigned)n_fds;
    for (size_t i = 0; i < n_fds; i++)
        assert_true(fcntl(fds[i], F_GETFD) >= 0);
    if (m->type == MSG_KILL)
        e->last = m->u.kill.run_id;
    if (e->free_inside) {
        link_free(e->link);
        e->link = NULL;
    }
}

static void on_closed(void *user, const struct err *err)
{
    struct end *e = user;

    e->closed++;
    snprintf(e->error, sizeof(e->error), "%s", err ? err->text : "");
}

static void on_drained(void *user)
{
    ((struct end *)user)->drained++;
}

static const struct link_ops ops = {on_message, on_closed, on_drained};

static void make(struct loop **l, struct end *a, struct end *b)
{
    int fd[2];

    *l = loop_new();
    assert_int_equal(sock_pair(fd, NULL), 0);
    a->link = link_new(*l, fd[0], &ops, a);
    b->link = link_new(*l, fd[1], &ops, b);
}

static void finish(struct loop *l, struct end *a, struct end *b)
{
    link_free(a->link);
    link_free(b->link);
    loop_free(l);
}

static void test_order_and_fds(void **state UNUSED)
{
    struct end a = {0}, b = {0};
    struct buf out = BUF_INIT;
    struct loop *l;
    int pipe_fd[2];

    make(&l, &a, &b);
    assert_int_equal(pipe(pipe_fd), 0);
    for (uint64_t i = 1; i <= 3000; i++) {
        msg_must(msg_put_kill(&out, &(struct msg_kill){.run_id = i}));
        assert_int_equal(link_send(a.link, &out, NULL, 0), 0);
        if (i % 100 == 0) {
            msg_must(msg_put_fdpass(&out, &(struct msg_fdpass){.purpose = STR("x")}));
            assert_int_equal(link_send(a.link, &out, pipe_fd, 1), 0);
        }
    }
    while (b.n < 3030)
        loop_once(l, -1);
    assert_int_equal(b.last, 3000);
    assert_int_equal(b.fds, 30);
    link_free(a.link);
    a.link = NULL;
    while (!b.closed)
        loop_once(l, -1);
    close(pipe_fd[0]);
    close(pipe_fd[1]);
    buf_release(&out);
    finish(l, &a, &b);
}

static void test_last_words(void **state UNUSED)
{
    struct end a = {0}, b = {0};
    struct buf out = BUF_INIT;
    struct loop *l;

    make(&l, &a, &b);
    for (uint64_t i = 1; i <= 1000; i++)
        msg_must(msg_put_kill(&out, &(struct msg_kill){.run_id = i}));
    link_send(a.link, &out, NULL, 0);
    link_flush(a.link, TIME_S);
    link_free(a.link);
    a.link = NULL;
    while (!b.closed)
        loop_once(l, -1);
    assert_int_equal(b.n, 1000);
    buf_release(&out);
    finish(l, &a, &b);
}

static void test_bound_and_drain(void **state UNUSED)
{
    struct end a = {0}, b = {0};
    struct buf out = BUF_INIT, big = BUF_INIT;
    struct loop *l;
    unsigned sent = 0;

    make(&l, &a, &b);
    link_pause(b.link);
    for (int i = 0; i < 200 * 1000; i++)
        buf_add_char(&big, 'x');
    for (;;) {
        msg_must(msg_put_status(&out, &(struct msg_status){.json = buf_str(&big)}));
        if (link_send(a.link, &out, NULL, 0) < 0)
            break;
        sent++;
        assert_true(sent < 1000);
    }
    assert_true(out.len > 0); /* refused whole */
    assert_true(link_queued(a.link) <= LIMIT_QUEUE);
    link_resume(b.link);
    while (b.n < sent)
        loop_once(l, -1);
    assert_int_equal(a.drained, 1);
    buf_release(&out);
    buf_release(&big);
    finish(l, &a, &b);
}

/* Who asks for it is called long before the queue is full, and once. */
static void test_call_below(void **state UNUSED)
{
    enum { MESSAGES = 20, BYTES = 100 * 1000, BELOW = 300 * 1000 };
    struct end a = {0}, b = {0};
    struct buf out = BUF_INIT, big = BUF_INIT;
    struct loop *l;

    make(&l, &a, &b);
    link_pause(b.link);
    for (int i = 0; i < BYTES; i++)
        buf_add_char(&big, 'x');
    for (int i = 0; i < MESSAGES; i++) {
        msg_must(msg_put_status(&out, &(struct msg_status){.json = buf_str(&big)}));
        assert_int_equal(link_send(a.link, &out, NULL, 0), 0);
    }
    assert_true(link_queued(a.link) > BELOW);
    link_call_below(a.link, BELOW);
    link_resume(b.link);
    while (!a.drained)
        loop_once(l, -1);
    assert_true(link_queued(a.link) < BELOW);
    while (b.n < MESSAGES)
        loop_once(l, -1);
    assert_int_equal(a.drained, 1);
    assert_int_equal(link_queued(a.link), 0); /* whatever emptied it */
    link_call_below(a.link, BELOW);
    msg_must(msg_put_status(&out, &(struct msg_status){.json = STR("x")}));
    assert_int_equal(link_send(a.link, &out, NULL, 0), 0);
    while (a.drained < 2)
        loop_once(l, -1);
    buf_release(&out);
    buf_release(&big);
    finish(l, &a, &b);
}

/* Messages that take long do not keep timers and others waiting until all that came are done. */
static void test_long_ones_take_turns(void **state UNUSED)
{
    struct end a = {0}, b = {.takes_us = 6 * TIME_MS};
    struct buf frames = BUF_INIT;
    struct loop *l;

    make(&l, &a, &b);
    for (uint64_t i = 0; i < 6; i++)
        assert_int_equal(msg_put_kill(&frames, &(struct msg_kill){.run_id = i}), 0);
    assert_int_equal(link_send(a.link, &frames, NULL, 0), 0);
    loop_once(l, -1);
    assert_true(b.n && b.n < 6);
    for (int i = 0; i < 6 && b.n < 6; i++)
        loop_once(l, 0);
    assert_int_equal(b.n, 6);
    assert_int_equal(b.last, 5);
    finish(l, &a, &b);
    buf_release(&frames);
}

static void test_hostile(void **state UNUSED)
{
    static const char *const bad[] = {"\xff\xff\xff\xff\xff\xff\xff\xff", "\x15\0\1\1\0\0\0\0",
                                      "\x15\0\1\0\xff\xff\xff\x7f", "\x15\0\1\0\0\0\0\0",
                                      "\x15\0\2\0\2\0\0\0"};

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct end a = {0}, b = {0};
        struct loop *l;
        int fd[2];

        l = loop_new();
        assert_int_equal(sock_pair(fd, NULL), 0);
        b.link = link_new(l, fd[1], &ops, &b);
        assert_int_equal(write(fd[0], bad[i], 8), 8);
        if (i == 4)
            assert_int_equal(write(fd[0], "\x02\x01", 2), 2);
        while (!b.closed)
            loop_once(l, -1);
        assert_true(b.error[0]);
        assert_int_equal(b.n, 0);
        close(fd[0]);
        finish(l, &a, &b);
    }
}

static void test_free_inside(void **state UNUSED)
{
    struct end a = {0}, b = {.free_inside = true};
    struct buf out = BUF_INIT;
    struct loop *l;

    make(&l, &a, &b);
    for (uint64_t i = 1; i <= 3; i++)
        msg_must(msg_put_kill(&out, &(struct msg_kill){.run_id = i}));
    link_send(a.link, &out, NULL, 0);
    while (b.n < 1)
        loop_once(l, -1);
    assert_int_equal(b.n, 1);
    buf_release(&out);
    finish(l, &a, &b);
}

/* Who computes for the other side hears that it is gone, before the loop can tell. */
static void test_drain_tells_of_the_end(void **state UNUSED)
{
    struct end a = {0}, b = {0};
    struct buf out = BUF_INIT;
    struct loop *l;

    make(&l, &a, &b);
    assert_true(link_drain(b.link));
    msg_must(msg_put_kill(&out, &(struct msg_kill){.run_id = 7}));
    assert_int_equal(link_send(a.link, &out, NULL, 0), 0);
    assert_true(link_drain(b.link));
    assert_int_equal(b.last, 7);
    msg_must(msg_put_kill(&out, &(struct msg_kill){.run_id = 8}));
    assert_int_equal(link_send(a.link, &out, NULL, 0), 0);
    link_free(a.link);
    a.link = NULL;
    assert_false(link_drain(b.link));
    assert_int_equal(b.last, 8); /* its last words are heard */
    assert_int_equal(b.closed, 0);
    while (!b.closed)
        loop_once(l, -1);
    finish(l, &a, &b);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_fds),        cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_bound_and_drain),      cmocka_unit_test(test_call_below),
        cmocka_unit_test(test_long_ones_take_turns), cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_free_inside),          cmocka_unit_test(test_drain_tells_of_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
