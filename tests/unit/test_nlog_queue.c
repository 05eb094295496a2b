/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log that wait for the store: each is handed over once to each store until it is written, in order, and none behind a mark before that is passed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/nlog_queue.h"

static void add(struct nlog_queue *q, uint64_t from, uint64_t to)
{
    struct buf line = BUF_INIT;

    for (uint64_t i = from; i <= to; i++) {
        buf_clear(&line);
        buf_printf(&line, "line %llu", (unsigned long long)i);
        nlog_queue_add(q, buf_str(&line));
    }
    buf_release(&line);
}

/* All that may go is handed over: the lines, their ends shown as blanks. */
static const char *take(struct nlog_queue *q, struct buf *out)
{
    const struct nlog_chunk *c;

    buf_clear(out);
    while ((c = nlog_queue_next(q))) {
        buf_printf(out, "%llu: ", (unsigned long long)c->first);
        buf_add_str(out, buf_str(&c->text));
        nlog_queue_handed(q);
    }
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] == '\n')
            out->data[i] = ' ';
    return out->data;
}

static void test_again(void **state)
{
    struct nlog_queue q = {0};
    struct buf got = BUF_INIT;

    (void)state;
    add(&q, 1, 3);
    assert_string_equal(take(&q, &got), "1: line 1 line 2 line 3 ");
    add(&q, 4, 4);
    assert_string_equal(take(&q, &got), "4: line 4 ");
    assert_string_equal(take(&q, &got), "");
    nlog_queue_written(&q, 2);
    assert_int_equal(nlog_queue_reached(&q), 2);
    nlog_queue_again(&q);
    assert_string_equal(take(&q, &got), "3: line 3 4: line 4 ");
    nlog_queue_written(&q, 4);
    assert_int_equal(nlog_queue_reached(&q), 4);
    assert_int_equal(q.bytes, 0);
    nlog_queue_again(&q);
    assert_string_equal(take(&q, &got), "");
    add(&q, 5, 5);
    nlog_queue_written(&q, 4); /* what is not handed over is not written */
    assert_string_equal(take(&q, &got), "5: line 5 ");
    nlog_queue_release(&q);
    buf_release(&got);
}

static void test_mark(void **state)
{
    struct nlog_queue q = {0};
    struct buf got = BUF_INIT;
    struct str name;

    (void)state;
    add(&q, 1, 1);
    nlog_queue_mark(&q, STR("nagios-1.log"));
    add(&q, 2, 2);
    nlog_queue_mark(&q, STR("nagios-2.log"));
    assert_false(nlog_queue_at_mark(&q, &name));
    assert_string_equal(take(&q, &got), "1: line 1 ");
    assert_false(nlog_queue_at_mark(&q, &name));
    nlog_queue_written(&q, 1);
    assert_true(nlog_queue_at_mark(&q, &name) && str_eq_c(name, "nagios-1.log"));
    assert_int_equal(nlog_queue_reached(&q), 1);
    nlog_queue_pass(&q);
    assert_string_equal(take(&q, &got), "2: line 2 ");
    nlog_queue_written(&q, 2);
    assert_true(nlog_queue_at_mark(&q, &name) && str_eq_c(name, "nagios-2.log"));
    add(&q, 3, 3);
    assert_string_equal(take(&q, &got), "");
    nlog_queue_drop_marks(&q);
    assert_string_equal(take(&q, &got), "3: line 3 ");
    nlog_queue_release(&q);
    assert_int_equal(q.bytes, 0);
    buf_release(&got);
}

/* There is no new file: what it would have begun with is dropped, all else is there, and no number is missing. */
static void test_stay(void **state)
{
    struct nlog_queue q = {0};
    struct buf got = BUF_INIT;
    struct str name;

    (void)state;
    add(&q, 1, 1);
    nlog_queue_mark(&q, STR("nagios-1.log"));
    add(&q, 2, 4);
    nlog_queue_begun(&q);
    add(&q, 5, 6);
    nlog_queue_mark(&q, STR("nagios-2.log"));
    add(&q, 7, 7);
    nlog_queue_begun(&q);
    assert_string_equal(take(&q, &got), "1: line 1 ");
    nlog_queue_written(&q, 1);
    assert_true(nlog_queue_at_mark(&q, &name));
    nlog_queue_stay(&q);
    assert_string_equal(take(&q, &got), "2: line 5 line 6 ");
    nlog_queue_written(&q, 3);
    assert_true(nlog_queue_at_mark(&q, &name) && str_eq_c(name, "nagios-2.log"));
    nlog_queue_stay(&q);
    add(&q, 8, 8);
    assert_string_equal(take(&q, &got), "4: line 8 ");
    nlog_queue_written(&q, 4);
    nlog_queue_mark(&q, STR("nagios-3.log")); /* with no line of its own */
    add(&q, 9, 9);
    nlog_queue_stay(&q);
    assert_string_equal(take(&q, &got), "5: line 9 ");
    nlog_queue_written(&q, 5);
    assert_true(q.bytes == 0 && q.under_way == 0 && !q.chunk.n);
    nlog_queue_release(&q);
    buf_release(&got);
}

static void test_under_way(void **state)
{
    struct nlog_queue q = {0};
    const struct nlog_chunk *c;
    uint64_t seen = 0;

    (void)state;
    add(&q, 1, 1000000);
    while ((c = nlog_queue_next(&q))) {
        assert_int_equal(c->first, seen + 1);
        assert_true(c->text.len <= NLOG_QUEUE_CHUNK);
        seen += c->n;
        nlog_queue_handed(&q);
    }
    assert_true(seen < 1000000 && q.under_way < NLOG_QUEUE_UNDER_WAY + NLOG_QUEUE_CHUNK);
    while (seen < 1000000) {
        nlog_queue_written(&q, seen - 7); /* in the middle of a piece */
        while ((c = nlog_queue_next(&q))) {
            assert_int_equal(c->first, seen + 1);
            seen += c->n;
            nlog_queue_handed(&q);
        }
    }
    nlog_queue_written(&q, seen);
    assert_int_equal(q.bytes, 0);
    assert_int_equal(q.under_way, 0);
    nlog_queue_release(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_again), cmocka_unit_test(test_mark),
                                       cmocka_unit_test(test_stay), cmocka_unit_test(test_under_way)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
