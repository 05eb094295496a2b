/* SPDX-License-Identifier: Apache-2.0 */
/* The strict request parser, and the HTTP server over real sockets of the loopback. */
#include "wire/http.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loopback.h"

static const struct {
    const char *in;
    int status;
} parse_cases[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"GET /x?y=1 HTTP/1.0\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n", 0},
    {"GET / HTTP/1.1\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: a\001b\r\n\r\n", 400},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"\r\n\r\n", 400},
};

static void test_parse(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
        struct http_head h;
        const char *why = NULL;
        int status = http_parse_head(str_of(parse_cases[i].in), &h, &why);

        if (status != parse_cases[i].status)
            fail_msg("%s: %d (%s)", parse_cases[i].in, status, why);
    }
}

static void test_parse_parts(void **state UNUSED)
{
    struct http_head h;
    const char *why;
    struct str in = STR("POST /a/b?c=d HTTP/1.1\r\nHost:  x \r\nConnection: x, Close\r\nExpect: "
                        "100-continue\r\nContent-Length: 7\r\n\r\n");
    size_t scanned = 0;

    assert_int_equal(http_parse_head(in, &h, &why), 0);
    assert_true(str_eq_c(h.path, "/a/b") && str_eq_c(h.query, "c=d") && str_eq_c(h.method, "POST"));
    assert_true(str_eq_c(http_parse_field(&h, "host"), "x"));
    assert_false(h.keep_alive);
    assert_true(h.expect_continue);
    assert_int_equal(h.length, 7);
    for (size_t n = 0; n < in.n; n++)
        assert_int_equal(http_parse_end(str_sub(in, 0, n), &scanned), 0);
    assert_int_equal(http_parse_end(in, &scanned), in.n);
}

struct world {
    struct loop *loop;
    struct http_server *s;
    int listen_fd;
    struct sockaddr_in at;
    unsigned requests, asked, gone, taken;
    uint64_t last, streaming; /* ids */
    bool whole;               /* what /stream begins has an end */
    struct buf body;
};

static void on_request(void *user, const struct http_request *rq)
{
    struct world *w = user;
    struct str type = STR("Content-Type: text/plain"), bad = STR("X: a\r\nSet-Cookie: b");
    struct http_answer a = {.status = 200, .headers = &type, .n_headers = 1, .body = STR("hello")};

    w->requests++;
    w->last = rq->id;
    buf_clear(&w->body);
    buf_add_str(&w->body, rq->body);
    if (str_eq_c(rq->head->path, "/later"))
        return;
    if (str_eq_c(rq->head->path, "/stream")) {
        w->streaming = rq->id;
        a.body = STR("first");
        a.whole = w->whole;
        assert_int_equal(http_begin(w->s, rq->id, &a), !str_eq_c(rq->head->method, "HEAD"));
        return;
    }
    if (str_eq_c(rq->head->path, "/split"))
        a.headers = &bad;
    assert_true(http_answer(w->s, rq->id, &a));
}

/* /later decides later, /never at once. */
static void on_large(void *user, const struct http_request *rq)
{
    struct world *w = user;
    struct http_answer no = {.status = 401, .body = STR("who are you?")};

    w->asked++;
    w->last = rq->id;
    assert_int_equal(rq->body.n, 0);
    if (str_eq_c(rq->head->path, "/never"))
        assert_true(http_answer(w->s, rq->id, &no));
    else if (!str_eq_c(rq->head->path, "/later"))
        assert_true(http_take(w->s, rq->id));
}

static void on_gone(void *user, uint64_t id)
{
    struct world *w = user;

    w->gone++;
    assert_int_equal(id, w->last);
}

static void on_taken(void *user, uint64_t id)
{
    struct world *w = user;

    w->taken++;
    assert_int_equal(id, w->last);
    assert_true(http_waiting(w->s, id) < 65536 / 2);
}

static const struct str refusal_type = {"Content-Type: text/plain", 24};

static void on_refusal(void *user UNUSED, struct str path, const char *why, struct http_answer *a,
                       struct buf *body)
{
    a->headers = &refusal_type;
    a->n_headers = 1;
    buf_printf(body, "%d " STR_FMT " %s", a->status, STR_ARG(path), why);
}

static int set_up(void **state)
{
    struct world *w = mem_zalloc(sizeof(*w));
    struct http_config k = {.connections_max = 4,
                            .head_max = 2048,
                            .body_max = 4096,
                            .body_unasked = 64,
                            .waiting_max = 65536,
                            .head_us = TIME_H,
                            .body_us = TIME_H,
                            .idle_us = TIME_H,
                            .stall_us = TIME_H,
                            .always = "X-Always: yes\r\n",
                            .refusal = on_refusal,
                            .request = on_request,
                            .large = on_large,
                            .gone = on_gone,
                            .taken = on_taken,
                            .user = w};

    w->loop = loop_new();
    buf_init(&w->body);
    w->listen_fd = loopback_listen(&w->at);
    w->s = http_new(w->loop, &k);
    http_listen(w->s, w->listen_fd);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    http_free(w->s);
    loop_free(w->loop);
    close(w->listen_fd);
    buf_release(&w->body);
    mem_free(w);
    return 0;
}

static int dial(struct world *w)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&w->at, sizeof(w->at)), 0);
    return fd;
}

/* Runs the loop until the client has read `want` (or the end of the connection, want NULL). */
static void expect(struct world *w, int fd, struct buf *got, const char *want)
{
    for (int i = 0; i < 2000; i++) {
        char chunk[4096];
        ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

        if (n > 0)
            buf_add(got, chunk, (size_t)n);
        if (want && str_contains(buf_str(got), str_of(want)))
            return;
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            if (want)
                fail_msg("closed before \"%s\"; got: %s", want, got->data);
            return;
        }
        if (n < 0)
            loop_once(w->loop, 10 * TIME_MS);
    }
    fail_msg("never came: %s; got: %s", want ? want : "the end", got->data);
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static unsigned count(const struct buf *b, const char *what)
{
    unsigned n = 0;

    for (const char *p = b->data; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static void test_keep_alive(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: "
            "a\r\nConnection: close\r\n\r\n");
    expect(w, fd, &got, NULL);
    assert_int_equal(w->requests, 3);
    assert_int_equal(count(&got, "HTTP/1.1 200 OK"), 3);
    assert_int_equal(count(&got, "X-Always: yes"), 3);
    assert_int_equal(count(&got, "Content-Length: 5"), 3);
    assert_int_equal(count(&got, "hello"), 2); /* HEAD has no body */
    assert_true(str_ends(buf_str(&got), STR("Connection: close\r\n\r\n")));
    close(fd);
    buf_release(&got);
}

static void test_body_in_pieces(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Le");
    for (int i = 0; i < 3; i++)
        loop_once(w->loop, TIME_MS);
    say(fd, "ngth: 6\r\n\r\n");
    expect(w, fd, &got, "100 Continue\r\n\r\n");
    say(fd, "abc");
    for (int i = 0; i < 3; i++)
        loop_once(w->loop, TIME_MS);
    assert_int_equal(w->requests, 0);
    say(fd, "def");
    expect(w, fd, &got, "hello");
    assert_string_equal(w->body.data, "abcdef");
    close(fd);
    buf_release(&got);
}

static void refused(struct world *w, const char *request, const char *status)
{
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, request);
    expect(w, fd, &got, NULL);
    if (!str_starts(buf_str(&got), str_of(status)) || count(&got, "X-Always: yes") != 1)
        fail_msg("%s: %s", request, got.data);
    assert_int_equal(count(&got, "Date: "), 1);
    assert_int_equal(count(&got, "Content-Type: text/plain"), 1);
    /* What is refused is known where the head can be read. */
    assert_int_equal(count(&got, " /a/b The body is too large."), strstr(status, "413") != NULL);
    close(fd);
    buf_release(&got);
}

static void test_refusals(void **state)
{
    struct world *w = *state;
    struct buf big = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
        char status[32];

        if (!parse_cases[i].status)
            continue;
        snprintf(status, sizeof(status), "HTTP/1.1 %d ", parse_cases[i].status);
        refused(w, parse_cases[i].in, status);
    }
    refused(w, "POST /a/b?c HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nContent-Length: 5000\r\n\r\n",
            "HTTP/1.1 413 ");
    buf_add_c(&big, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    for (int i = 0; i < 4000; i++)
        buf_add_char(&big, 'a');
    refused(w, big.data, "HTTP/1.1 431 ");
    buf_clear(&big);
    buf_add_c(&big, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 70; i++)
        buf_printf(&big, "X%d: a\r\n", i);
    buf_add_c(&big, "\r\n");
    refused(w, big.data, "HTTP/1.1 431 ");
    assert_int_equal(w->requests, 0);
    for (int i = 0; i < 200 && http_stats(w->s).open; i++)
        loop_once(w->loop, 10 * TIME_MS);
    assert_int_equal(http_stats(w->s).open, 0);
    buf_release(&big);
}

/* A large body is not read before the user, asked by the head, takes it. */
static void test_large(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT, body = BUF_INIT;
    struct http_answer yes = {.status = 200, .body = STR("all of it")};
    uint64_t asked;
    int fd = dial(w);

    for (int i = 0; i < 1000; i++)
        buf_add_char(&body, 'b');
    say(fd, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    say(fd, body.data);
    expect(w, fd, &got, "hello");
    assert_int_equal(w->asked, 1);
    assert_int_equal(w->body.len, 1000);
    buf_clear(&got);
    say(fd, "POST /later HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 200 && w->asked < 2; i++)
        loop_once(w->loop, 10 * TIME_MS);
    say(fd, body.data);
    for (int i = 0; i < 5; i++)
        loop_once(w->loop, TIME_MS);
    assert_int_equal(w->asked, 2);
    assert_int_equal(w->requests, 1);
    asked = w->last;
    assert_true(http_take(w->s, asked));
    assert_false(http_take(w->s, asked));
    expect(w, fd, &got, "100 Continue");
    for (int i = 0; i < 200 && w->requests < 2; i++)
        loop_once(w->loop, 10 * TIME_MS);
    assert_true(w->last != asked);
    assert_int_equal(w->body.len, 1000);
    assert_true(http_answer(w->s, w->last, &yes));
    expect(w, fd, &got, "all of it");
    buf_clear(&got);
    say(fd, "POST /never HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
    expect(w, fd, &got, NULL);
    assert_true(str_starts(buf_str(&got), STR("HTTP/1.1 401 ")));
    assert_int_equal(count(&got, "Connection: close"), 1);
    assert_int_equal(w->requests, 2);
    assert_int_equal(w->gone, 0);
    close(fd);
    fd = dial(w);
    say(fd, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 200 && w->asked < 4; i++)
        loop_once(w->loop, 10 * TIME_MS);
    http_abort(w->s, w->last);
    assert_int_equal(w->gone, 1);
    close(fd);
    buf_release(&got);
    buf_release(&body);
}

static void test_header_injection(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "GET /split HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(w, fd, &got, NULL);
    assert_int_equal(count(&got, "Set-Cookie"), 0);
    close(fd);
    buf_release(&got);
}

static void test_stream(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "5\r\nfirst\r\n");
    assert_int_equal(http_stats(w->s).streams, 1);
    assert_true(http_more(w->s, w->streaming, STR("again")));
    expect(w, fd, &got, "5\r\nagain\r\n");
    assert_true(http_end(w->s, w->streaming));
    expect(w, fd, &got, "0\r\n\r\n");
    assert_int_equal(http_stats(w->s).streams, 0);
    assert_false(http_more(w->s, w->streaming, STR("x"))); /* the id is gone */
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");          /* and the connection serves on */
    expect(w, fd, &got, "hello");
    assert_int_equal(w->gone, 0);
    close(fd);
    buf_release(&got);
}

static void test_client_leaves(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "first");
    close(fd);
    for (int i = 0; i < 200 && !w->gone; i++)
        loop_once(w->loop, 10 * TIME_MS);
    assert_int_equal(w->gone, 1);
    assert_false(http_more(w->s, w->streaming, STR("x")));
    assert_int_equal(http_stats(w->s).open, 0);
    buf_release(&got);
}

/* Chunks of 64 kB, each of one letter, from the first on. */
static void check_letters(struct str rest, unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        assert_true(str_starts(rest, STR("10000\r\n")) && rest.n > 65536 + 9);
        for (size_t k = 0; k < 65536; k++)
            assert_int_equal(rest.p[7 + k], 'a' + (char)(i % 26));
        assert_memory_equal(rest.p + 7 + 65536, "\r\n", 2);
        rest = str_sub(rest, 65536 + 9, SIZE_MAX);
    }
    assert_true(str_eq(rest, STR("0\r\n\r\n")));
}

static bool send_letters(struct world *w, unsigned i)
{
    struct buf much = BUF_INIT;
    bool there;

    for (int k = 0; k < 65536; k++)
        buf_add_char(&much, 'a' + (char)(i % 26));
    there = http_more(w->s, w->streaming, buf_str(&much));
    buf_release(&much);
    return there;
}

/* Until so many bytes came, or the end of the connection. */
static void read_up_to(struct world *w, int fd, struct buf *got, size_t n)
{
    for (int i = 0; i < 100000 && got->len < n; i++) {
        static char chunk[65536];
        ssize_t r = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

        if (r == 0)
            return;
        buf_add(got, chunk, r > 0 ? (size_t)r : 0);
        if (r < 0)
            loop_once(w->loop, 10 * TIME_MS);
    }
}

/* A long answer in parts is not cut, however much of it waits, and comes as it was said: what waited, and what went at once when nothing waited any more. */
static void test_slow_client_of_a_whole(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    w->whole = true;
    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    expect(w, fd, &got, "5\r\nfirst\r\n");
    buf_clear(&got);
    for (unsigned i = 0; i < 400; i++)
        assert_true(send_letters(w, i));
    assert_int_equal(http_stats(w->s).overflowed, 0);
    assert_true(http_waiting(w->s, w->streaming) > 65536); /* who makes it can see that it runs ahead */
    assert_int_equal(w->taken, 0);
    for (unsigned i = 400; i < 450; i++) {
        read_up_to(w, fd, &got, i * (65536 + 9));
        assert_int_equal(got.len, i * (65536 + 9));
        assert_int_equal(w->taken, 1); /* and was told, once, when it did no more */
        assert_true(send_letters(w, i));
    }
    assert_int_equal(http_waiting(w->s, w->streaming), 0);
    assert_true(http_end(w->s, w->streaming));
    read_up_to(w, fd, &got, SIZE_MAX);
    check_letters(buf_str(&got), 450);
    w->whole = false;
    close(fd);
    buf_release(&got);
}

static void test_slow_client(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT, much = BUF_INIT;
    int fd = dial(w), rounds = 0;

    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "first");
    for (int i = 0; i < 65536; i++)
        buf_add_char(&much, 'x');
    while (http_more(w->s, w->streaming, buf_str(&much)) && ++rounds < 1000)
        ;
    assert_true(rounds < 1000); /* it was cut off, and what waited was bounded */
    assert_int_equal(w->gone, 1);
    assert_int_equal(http_stats(w->s).overflowed, 1);
    close(fd);
    buf_release(&got);
    buf_release(&much);
}

static void test_late_answer(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    struct http_answer a = {.status = 504, .body = STR("late")};
    int fd = dial(w);

    say(fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!w->requests)
        loop_once(w->loop, TIME_MS);
    loop_once(w->loop, TIME_MS);
    assert_int_equal(w->requests, 1); /* the second waits for the first */
    assert_true(http_answer(w->s, w->last, &a));
    expect(w, fd, &got, "hello");
    assert_int_equal(w->requests, 2);
    assert_int_equal(count(&got, "HTTP/1.1 504 Gateway Timeout"), 1);
    close(fd);
    buf_release(&got);
}

/* With all connections in use an idle one gives way to a new one. */
static void test_full(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int idle[4], fd;

    for (int i = 0; i < 4; i++) {
        idle[i] = dial(w);
        while (http_stats(w->s).accepted < (uint64_t)i + 1)
            loop_once(w->loop, TIME_MS);
    }
    fd = dial(w);
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "hello");
    assert_int_equal(http_stats(w->s).open, 4);
    expect(w, idle[0], &got, NULL); /* the oldest one was closed */
    for (int i = 0; i < 4; i++)
        close(idle[i]);
    close(fd);
    buf_release(&got);
}

/* Clients that owe the rest of a body, or take nothing of an answer, do not shut out others. */
static void test_full_of_slow_ones(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int slow[4], fd;

    for (int i = 0; i < 4; i++) {
        slow[i] = dial(w);
        say(slow[i], "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nno more");
        while (http_stats(w->s).accepted < (uint64_t)i + 1)
            loop_once(w->loop, TIME_MS);
        loop_once(w->loop, TIME_MS);
    }
    fd = dial(w);
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "hello");
    assert_int_equal(http_stats(w->s).open, 4);
    expect(w, slow[0], &got, NULL); /* the one that had longest to send it */
    for (int i = 0; i < 4; i++)
        close(slow[i]);
    close(fd);
    buf_release(&got);
}

/* Who has nothing more to say still gets the whole of a long answer; of a live view that is its end. */
static void test_half_closed(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w), live = dial(w);

    w->whole = true;
    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    shutdown(fd, SHUT_WR);
    expect(w, fd, &got, "first");
    for (int i = 0; i < 10; i++)
        loop_once(w->loop, 0);
    assert_true(http_more(w->s, w->streaming, STR("and more")));
    assert_true(http_end(w->s, w->streaming));
    expect(w, fd, &got, "and more\r\n0\r\n\r\n");
    assert_int_equal(w->gone, 0);
    w->whole = false;
    say(live, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    shutdown(live, SHUT_WR);
    for (int i = 0; i < 200 && !w->gone; i++)
        loop_once(w->loop, 10 * TIME_MS);
    assert_int_equal(w->gone, 1);
    close(fd);
    close(live);
    buf_release(&got);
}

/* HEAD of what has no end is over with its head, and who makes it is told that nobody waits. */
static void test_head_of_a_stream(void **state)
{
    struct world *w = *state;
    struct buf got = BUF_INIT;
    int fd = dial(w);

    say(fd, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "\r\n\r\n");
    assert_int_equal(w->gone, 1);
    assert_int_equal(http_stats(w->s).streams, 0);
    assert_false(http_more(w->s, w->streaming, STR("x")));
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(w, fd, &got, "hello");
    assert_int_equal(count(&got, "first"), 0);
    close(fd);
    buf_release(&got);
}

int main(void)
{
#define SERVER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_parts),
        SERVER(test_keep_alive),
        SERVER(test_body_in_pieces),
        SERVER(test_refusals),
        SERVER(test_large),
        SERVER(test_header_injection),
        SERVER(test_stream),
        SERVER(test_client_leaves),
        SERVER(test_slow_client),
        SERVER(test_slow_client_of_a_whole),
        SERVER(test_late_answer),
        SERVER(test_full),
        SERVER(test_full_of_slow_ones),
        SERVER(test_head_of_a_stream),
        SERVER(test_half_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
