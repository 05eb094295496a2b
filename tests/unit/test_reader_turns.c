/* SPDX-License-Identifier: Apache-2.0 */
/* In what order the reader's questions begin, and how long each may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "role/reader_turns.h"

static struct mono at(int64_t s)
{
    return (struct mono){s * TIME_S};
}

static void add(struct reader_turns *t, struct reader_turn *q, enum reader_rank rank, int64_t s)
{
    *q = (struct reader_turn){.rank = rank};
    assert_true(reader_turns_add(t, q, at(s)));
}

static void test_lower_ranks_are_let_in(void **state UNUSED)
{
    struct reader_turns t = {0};
    struct reader_turn series, other, longer, brief, late;

    add(&t, &series, READER_SERIES, 0);
    add(&t, &other, READER_SERIES, 0);
    assert_ptr_equal(reader_turns_begin(&t, at(0)), &series);
    assert_null(reader_turns_begin(&t, at(0))); /* of the same rank: in turn */
    add(&t, &longer, READER_LONG, 1);
    add(&t, &brief, READER_BRIEF, 1);
    assert_ptr_equal(reader_turns_begin(&t, at(1)), &longer);
    assert_ptr_equal(reader_turns_begin(&t, at(1)), &brief);
    add(&t, &late, READER_BRIEF, 1);
    assert_null(reader_turns_begin(&t, at(1)));
    reader_turns_end(&t);
    assert_ptr_equal(t.now, &longer);
    assert_ptr_equal(reader_turns_begin(&t, at(1)), &late);
    reader_turns_end(&t);
    reader_turns_end(&t);
    assert_ptr_equal(t.now, &series);
    reader_turns_end(&t);
    assert_ptr_equal(reader_turns_begin(&t, at(2)), &other);
    reader_turns_end(&t);
    assert_null(t.now);
    VEC_RELEASE(&t.waiting);
}

/* What a question reads is kept for it until it ends: those that it lets in do not make that much longer. */
static void test_all_end_with_the_first(void **state UNUSED)
{
    struct reader_turns t = {0};
    struct reader_turn series, longer, brief;

    add(&t, &series, READER_SERIES, 0);
    assert_ptr_equal(reader_turns_begin(&t, at(0)), &series);
    assert_int_equal(series.deadline.us, LIMIT_READER_US);
    add(&t, &longer, READER_LONG, 10);
    assert_ptr_equal(reader_turns_begin(&t, at(10)), &longer);
    assert_int_equal(longer.deadline.us, at(20).us); /* 20 s were left */
    add(&t, &brief, READER_BRIEF, 18);
    assert_ptr_equal(reader_turns_begin(&t, at(18)), &brief);
    assert_int_equal(brief.deadline.us, at(18).us + READER_LEAST_US);
    reader_turns_end(&t);
    reader_turns_end(&t);
    add(&t, &longer, READER_LONG, 22); /* it would get 4 s */
    add(&t, &brief, READER_BRIEF, 22);
    assert_ptr_equal(reader_turns_begin(&t, at(22)), &brief);
    reader_turns_end(&t);
    assert_null(reader_turns_begin(&t, at(22)));
    reader_turns_end(&t);
    assert_ptr_equal(reader_turns_begin(&t, at(26)), &longer);
    assert_int_equal(longer.deadline.us, at(26).us + LIMIT_READER_US);
    VEC_RELEASE(&t.waiting);
}

/* Many long ones, one after the other: who asked is told after LIMIT_ANSWER_US that there was no answer, and the rest would be read for nobody. */
static void test_nobody_waits_any_more(void **state UNUSED)
{
    struct reader_turns t = {0};
    struct reader_turn q[5];
    int64_t now = 0, worked = 0;

    for (size_t i = 0; i < ARRAY_LEN(q); i++)
        add(&t, &q[i], READER_LONG, 0);
    for (size_t i = 0; i < ARRAY_LEN(q); i++) { /* each takes all the time that it gets */
        struct reader_turn *begun = reader_turns_begin(&t, (struct mono){now});

        assert_ptr_equal(begun, &q[i]);
        worked += begun->deadline.us - now;
        now = begun->deadline.us;
        reader_turns_end(&t);
    }
    assert_int_equal(worked, LIMIT_ANSWER_US);
    add(&t, &q[0], READER_SERIES, 100);
    reader_turns_begin(&t, at(100));
    add(&t, &q[1], READER_LONG, 0); /* also within another one, however little is left to that */
    assert_ptr_equal(reader_turns_begin(&t, at(129)), &q[1]);
    assert_int_equal(q[1].deadline.us, at(129).us);
    VEC_RELEASE(&t.waiting);
}

static void test_too_many(void **state UNUSED)
{
    static struct reader_turn q[READER_WAITING_MOST + 1];
    struct reader_turns t = {0};

    for (size_t i = 0; i < READER_WAITING_MOST; i++)
        add(&t, &q[i], READER_LONG, 0);
    assert_false(reader_turns_add(&t, &q[READER_WAITING_MOST], at(0)));
    assert_ptr_equal(reader_turns_begin(&t, at(0)), &q[0]);
    assert_true(reader_turns_add(&t, &q[READER_WAITING_MOST], at(0)));
    VEC_RELEASE(&t.waiting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lower_ranks_are_let_in),
        cmocka_unit_test(test_all_end_with_the_first),
        cmocka_unit_test(test_nobody_waits_any_more),
        cmocka_unit_test(test_too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
