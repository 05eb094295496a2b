/* SPDX-License-Identifier: Apache-2.0 */
/* The prober from outside: native checks of real sockets, and what it says of them. argv[1]: the program that holds the role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"

enum { EXIT, SIGNALED, TIMEOUT, NOT_STARTED, LOST };
enum { OK, WARNING, CRITICAL, UNKNOWN };

static const char *program;

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
    static struct rig g;

    rig_begin(&g, program, ROLE_PROBER, NULL);
    *state = &g;
    return 0;
}

static int teardown(void **state)
{
    rig_end(*state);
    return 0;
}

static const struct rig_answer *probe(struct rig *g, const char *const *argv)
{
    static uint64_t id = 1;

    rig_run(g, ++id, 3, 20 * TIME_S, argv);
    return rig_answer(g, id);
}

/* A listener on the loopback address; port as text. */
static int listener(int family, int backlog, char *port, size_t size)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {0};
    socklen_t len = sizeof(a);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    a.any.sa_family = (sa_family_t)family;
    if (family == AF_INET)
        a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        a.v6.sin6_addr = in6addr_loopback;
    if (fd < 0 || bind(fd, &a.any, family == AF_INET ? sizeof(a.v4) : sizeof(a.v6)) < 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, &a.any, &len), 0);
    snprintf(port, size, "%u", ntohs(family == AF_INET ? a.v4.sin_port : a.v6.sin6_port));
    return fd;
}

static void assert_says(const struct rig_answer *a, uint64_t code, const char *text)
{
    if (a->how != EXIT || a->code != code || !strstr(a->output, text))
        fail_msg("how %d, code %d, '%s': not %d, '%s'", (int)a->how, (int)a->code, a->output, (int)code,
                 text);
}

static void test_tcp(void **state)
{
    struct rig *g = *state;
    char port[16];
    int fd = listener(AF_INET, 16, port, sizeof(port));

    assert_says(probe(g, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port)), OK, "TCP OK: 127.0.0.1 port ");
    assert_says(probe(g, ARGV("vigie:tcp", "-H127.0.0.1", "-p", port, "-w", "5s", "-c", "7.5")), OK,
                "s;5.000000;7.500000;0");
    assert_says(probe(g, ARGV("vigie:tcp", "-H", "localhost", "-p", port)), OK, "TCP OK: localhost port ");
    assert_says(probe(g, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port, "-w", "1us", "-c", "9s")), WARNING,
                "TCP WARNING");
    assert_says(probe(g, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port, "-c", "1us")), CRITICAL,
                "TCP CRITICAL");
    close(fd);
    assert_says(probe(g, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port)), CRITICAL, "Connection refused");
}

/* As a runner: without its secrets nothing is probed. */
static void test_another_configuration(void **state)
{
    struct rig *g = *state;

    rig_run_of(g, 900, 0, 20 * TIME_S, 7, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", "1"));
    assert_int_equal(rig_answer(g, 900)->how, LOST);
    rig_run_of(g, 901, 0, 20 * TIME_S, 1, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", "1"));
    assert_int_equal(rig_answer(g, 901)->how, EXIT);
}

static void test_tcp6(void **state)
{
    char port[16];
    int fd = listener(AF_INET6, 16, port, sizeof(port));

    if (fd < 0)
        skip(); /* no IPv6 here */
    assert_says(probe(*state, ARGV("vigie:tcp", "-H", "::1", "-p", port)), OK, "TCP OK: ::1 port ");
    close(fd);
}

/* A listener whose queue is full answers nobody. */
static void test_tcp_no_answer(void **state)
{
    struct rig *g = *state;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char port[16];
    int fd = listener(AF_INET, 0, port, sizeof(port)), filler[8];

    a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    for (size_t i = 0; i < ARRAY_LEN(filler); i++) {
        filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(connect(filler[i], (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS);
    }
    assert_says(probe(g, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port, "-t", "300ms")), CRITICAL,
                "no answer in time");
    /* Vigie's own time-out for checks comes first. */
    rig_run(g, 1000000, 3, 200 * TIME_MS, ARGV("vigie:tcp", "-H", "127.0.0.1", "-p", port));
    assert_int_equal(rig_answer(g, 1000000)->how, TIMEOUT);
    for (size_t i = 0; i < ARRAY_LEN(filler); i++)
        close(filler[i]);
    close(fd);
}

static void test_wrong_words(void **state)
{
    static const struct {
        const char *argv[8];
        const char *says;
    } cases[] = {
        {{"vigie:nothing"}, "no native check has this name"},
        {{"vigie:tcp"}, "-H HOST is missing"},
        {{"vigie:tcp", "-H", "127.0.0.1"}, "-p PORT is missing"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p"}, "a value is needed behind -p"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p", "70000"}, "-p"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p", "80", "-w", "soon"}, "-w"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p", "80", "-t", "0"}, "-t"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p", "80", "-x", "1"}, "-x"},
        {{"vigie:tcp", "-H", "127.0.0.1", "-p", "80", "word"}, "'word' is no option"},
        {{"vigie:tcp", "-H", "", "-p", "80"}, "-H HOST is missing"},
        {{"vigie:ping", "-H", "127.0.0.1", "-n", "65"}, "-n"},
        {{"vigie:ping", "-H", "127.0.0.1", "-w", "100ms,101%"}, "-w"},
        {{"vigie:ping", "-H", "127.0.0.1", "-c", ",20%"}, "-c"},
        {{"vigie:ping", "-H", "127.0.0.1", "-p", "80"}, "-p"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_says(probe(*state, cases[i].argv), UNKNOWN, cases[i].says);
}

static void test_unknown_name(void **state)
{
    struct rig *g = *state;
    const struct rig_answer *a;

    /* With a name server it says so at once, without one the time ends. */
    rig_run(g, 1000001, 3, 1 * TIME_S, ARGV("vigie:tcp", "-H", "no-such-host.invalid", "-p", "80"));
    a = rig_answer(g, 1000001);
    if (a->how != TIMEOUT)
        assert_says(a, UNKNOWN, "no-such-host.invalid cannot be resolved");
}

static void test_ping(void **state)
{
    const struct rig_answer *a =
        probe(*state, ARGV("vigie:ping", "-H", "127.0.0.1", "-n", "3", "-w", "1s,20%", "-c", "2s,60%"));

    if (a->rightless) { /* no right to send ICMP: that is said, and the result marked */
        assert_says(a, UNKNOWN, "no right to send ICMP");
        skip();
    }
    assert_says(a, OK, "PING OK: 127.0.0.1: round trip ");
    assert_non_null(strstr(a->output, "0% of 3 lost|rta="));
    assert_non_null(strstr(a->output, "pl=0%;20;60;0;100"));
    assert_says(probe(*state, ARGV("vigie:ping", "-H", "127.0.0.1", "-n", "1", "-c", "1us")), CRITICAL,
                "PING CRITICAL");
    assert_says(probe(*state, ARGV("vigie:ping", "-H", "127.0.0.1", "-n", "1", "-w", "1us")), WARNING,
                "PING WARNING");
    /* Nobody may send there: each packet counts as lost. */
    assert_says(probe(*state, ARGV("vigie:ping", "-H", "255.255.255.255", "-n", "2", "-t", "300ms")),
                CRITICAL, "100% of 2 lost");
}

static void test_many_pings(void **state)
{
    enum { N = 200 };
    struct rig *g = *state;

    if (probe(g, ARGV("vigie:ping", "-H", "127.0.0.1", "-n", "1"))->rightless)
        skip();
    rig_forget(g);
    for (uint64_t i = 0; i < N; i++)
        rig_run(g, 2000 + i, 3, 20 * TIME_S, ARGV("vigie:ping", "-H", "127.0.0.1", "-n", "2"));
    for (uint64_t i = 0; i < N; i++)
        assert_says(rig_answer(g, 2000 + i), OK, "0% of 2 lost");
}

static void test_kill(void **state)
{
    struct rig *g = *state;
    struct buf b = BUF_INIT;

    rig_run(g, 3000, 3, 60 * TIME_S, ARGV("vigie:ping", "-H", "255.255.255.255", "-n", "9", "-t", "50s"));
    rig_connect(g);
    if (rig_has(g, 3000))
        skip(); /* no right to send ICMP */
    assert_true(g->listed.n == 1 && g->listed.at[0] == 3000);
    msg_must(msg_put_kill(&b, &(struct msg_kill){.run_id = 3000}));
    rig_send(g, &b);
    buf_release(&b);
    probe(g, ARGV("vigie:nothing")); /* what comes after it is answered */
    rig_connect(g);
    assert_int_equal(g->listed.n, 0);
    assert_false(rig_has(g, 3000));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_tcp6),
        cmocka_unit_test(test_another_configuration),
        cmocka_unit_test(test_tcp_no_answer),
        cmocka_unit_test(test_wrong_words),
        cmocka_unit_test(test_unknown_name),
        cmocka_unit_test(test_ping),
        cmocka_unit_test(test_many_pings),
        cmocka_unit_test(test_kill),
    };

    if (argc < 2) {
        fprintf(stderr, "usage: test_prober PROGRAM\n");
        return 2;
    }
    program = argv[1];
    return cmocka_run_group_tests(tests, setup, teardown);
}
