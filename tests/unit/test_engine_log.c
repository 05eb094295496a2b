/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the log waits in role engine: what comes at once is no sign that nothing is written, and what is lost while nothing is, is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "role/engine_in.h"

#define MIB (1024u * 1024)

static struct role role; /* no store is there */

/* One event with lines of so many bytes in all. */
static void come(struct engine *e, size_t bytes)
{
    static const char line[] =
        "[1767268800] CURRENT SERVICE STATE: a-host;a service of it;OK;HARD;1;all that it said";

    for (size_t n = 0; n < bytes; n += sizeof(line))
        engine_log_line(e, str_of(line));
    engine_log_put(e);
}

/* The store has written all. How many lines that were. */
static uint64_t write_all(struct engine *e)
{
    uint64_t before = nlog_queue_reached(&e->log.lines);

    while (nlog_queue_next(&e->log.lines)) {
        nlog_queue_handed(&e->log.lines);
        nlog_queue_written(&e->log.lines, e->log.lines.last);
    }
    return nlog_queue_reached(&e->log.lines) - before;
}

static void test_much_at_once(void **state UNUSED)
{
    struct engine e = {.role = &role};

    come(&e, 12 * MIB);
    come(&e, 3 * MIB); /* they are kept, too */
    assert_int_equal(e.log.lost, 0);
    write_all(&e);
    engine_log_put(&e);
    assert_int_equal(write_all(&e), 0); /* nothing was lost, and nothing is said of it */
    come(&e, 3 * MIB);
    come(&e, 12 * MIB);
    come(&e, 1);
    assert_int_equal(e.log.lost, 0);
    nlog_queue_release(&e.log.lines);
}

static void test_nothing_is_written(void **state UNUSED)
{
    struct engine e = {.role = &role};
    const struct nlog_chunk *c;
    uint64_t lost;
    char wanted[64];

    for (unsigned i = 0; i < 100; i++)
        come(&e, MIB / 4);
    assert_true(e.log.lines.bytes < 5 * MIB);
    lost = e.log.lost;
    assert_true(lost > 0);
    write_all(&e);
    engine_log_put(&e);
    c = nlog_queue_next(&e.log.lines);
    assert_non_null(c);
    snprintf(wanted, sizeof(wanted), "] Warning: %llu lines of this log were given up",
             (unsigned long long)lost);
    assert_non_null(strstr(c->text.data, wanted));
    assert_int_equal(c->n, 1);
    come(&e, MIB);
    assert_int_equal(e.log.lost, lost);
    nlog_queue_release(&e.log.lines);
}

static struct msg_put next(struct engine *e)
{
    struct msg_put m = {0};

    engine_log_with(e, &m);
    return m;
}

/* Each message says how much is lost if it was the last one: what is behind a new file, what is too much to be handed over, and what was given up while nothing says so. */
static void test_what_a_kill_takes(void **state UNUSED)
{
    struct engine e = {.role = &role};
    struct msg_put m;

    come(&e, 3 * MIB); /* what may wait is in no danger */
    while ((m = next(&e)).lines.n)
        engine_log_handed(&e, &m);
    assert_true(m.lines_held == 0 && m.lines_unsaid == 0 && m.lines_lost == 0);
    engine_log_line(&e, STR("[1] one"));
    engine_log_rotate(&e, STR("nagios-1.log"));
    engine_log_line(&e, STR("[1] two"));
    engine_log_line(&e, STR("[1] three"));
    m = next(&e);
    assert_true(str_eq_c(m.lines, "[1] one\n"));
    assert_int_equal(m.lines_held, 2);
    engine_log_handed(&e, &m);
    assert_int_equal(e.log.held_told, 2);
    m = next(&e);
    assert_true(m.lines.n == 0 && m.lines_held == 2);
    for (unsigned i = 0; i < 10; i++)
        come(&e, MIB / 4);
    m = next(&e);
    assert_true(m.lines_lost > 0 && m.lines_unsaid == m.lines_lost && m.lines_held > 2);
    engine_log_handed(&e, &m);
    m = next(&e);
    assert_true(m.lines_lost == 0 && m.lines_unsaid == e.log.lost);
    nlog_queue_release(&e.log.lines);
}

/* Reloads on a full disk, each with the states of all. */
static void test_much_again_and_again(void **state UNUSED)
{
    struct engine e = {.role = &role};

    for (unsigned i = 0; i < 10; i++)
        come(&e, 6 * MIB);
    assert_true(e.log.lost > 0);
    assert_true(e.log.lines.bytes < 17 * MIB);
    nlog_queue_release(&e.log.lines);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_much_at_once), cmocka_unit_test(test_nothing_is_written),
        cmocka_unit_test(test_much_again_and_again), cmocka_unit_test(test_what_a_kill_takes)};

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
