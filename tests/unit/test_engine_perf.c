/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of performance data that wait in role engine while a command has their file: which of them are lost, and what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/engine_in.h"

#define KIB 1024u

static struct role role; /* no store is there */
static struct buf said;  /* in the log */

static void note(enum log_level level UNUSED, const char *line, size_t n)
{
    buf_add(&said, line, n);
}

static unsigned lines_said(void)
{
    unsigned n = 0;

    for (size_t i = 0; i < said.len; i++)
        n += said.data[i] == '\n';
    return n;
}

static void come(struct engine *e, char c, size_t n)
{
    struct buf b = BUF_INIT;

    while (b.len < n)
        buf_add_char(&b, c);
    engine_perf_line(e, false, buf_str(&b));
    buf_release(&b);
}

/* The store has written all: their first characters. */
static const char *write_all(struct engine *e)
{
    struct nlog_queue *q = &e->perf[false].lines;
    static char out[64];
    const struct nlog_chunk *c;
    size_t n = 0;

    while ((c = nlog_queue_next(q))) {
        struct str rest = buf_str(&c->text);

        while (rest.n && n < sizeof(out) - 1)
            out[n++] = str_cut(&rest, '\n').p[0];
        nlog_queue_handed(q);
        nlog_queue_written(q, q->last);
    }
    out[n] = 0;
    return out;
}

static void test_a_line_is_too_long(void **state UNUSED)
{
    struct engine e = {.role = &role};

    buf_clear(&said);
    engine_perf_hold(&e, false);
    come(&e, 'a', 10);
    come(&e, 'b', 200 * KIB);
    come(&e, 'c', 10);
    assert_int_equal(lines_said(), 1);
    assert_non_null(strstr(said.data, "of services is lost, for it has 204800 bytes"));
    assert_non_null(strstr(said.data, "it begins with \"bbbb"));
    for (unsigned i = 0; i < 99; i++)
        come(&e, 'b', 200 * KIB);
    come(&e, 'd', 10);
    assert_int_equal(lines_said(), 7); /* the 64th is the last of which it is said */
    assert_non_null(strstr(said.data, "number 64;"));
    assert_string_equal(write_all(&e), "acd");
    nlog_queue_release(&e.perf[false].lines);
}

/* Where there is no room for one there is none for the next: the file has one gap, and not a line here and there. */
static void test_there_is_no_room(void **state UNUSED)
{
    struct engine e = {.role = &role};

    buf_clear(&said);
    engine_perf_hold(&e, false);
    for (unsigned i = 0; i < 200; i++)
        come(&e, 'a', 100 * KIB);
    come(&e, 'b', 200 * KIB);
    come(&e, 'b', 10);
    assert_int_equal(lines_said(), 2);
    assert_null(strchr(write_all(&e), 'b'));
    e.perf[false].holding = false; /* the command is through */
    engine_perf_flush(&e);
    assert_non_null(strstr(said.data, " 38 lines of performance data of services were lost meanwhile"));
    come(&e, 'c', 10);
    assert_string_equal(write_all(&e), "c");
    nlog_queue_release(&e.perf[false].lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_line_is_too_long),
                                       cmocka_unit_test(test_there_is_no_room)};
    int r;

    log_init("test", LOG_WARN);
    log_set_sink(note);
    r = cmocka_run_group_tests(tests, NULL, NULL);
    buf_release(&said);
    return r;
}
