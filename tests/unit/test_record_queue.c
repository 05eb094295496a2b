/* SPDX-License-Identifier: Apache-2.0 */
/* Records that wait for the store: what is given up when there is no more room, in which order, and that numbers stay what they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/record.h"
#include "core/record_queue.h"

#define MOST (256u * 1024)

/* What an ordinary check brings: its result, the state that it left, and sometimes an event; and among them results that somebody handed in. */
static size_t put_check(struct buf *b, uint64_t i)
{
    char output[200];
    struct record_result result = {.oid = 1 + i % 50,
                                   .output = STR_NULL,
                                   .source = i % 10 == 3 ? RECORD_SOURCE_PASSIVE : RECORD_SOURCE_ACTIVE};
    struct record_state state = {.oid = 1 + i % 50, .state = i % 4};
    struct record_event event = {.oid = 1 + i % 50, .kind = RECORD_EVENT_ALERT};

    memset(output, 'x', sizeof(output));
    result.output = str_make(output, sizeof(output));
    record_put(b, RECORD_RESULT, (struct wall){0}, &result);
    record_put(b, RECORD_STATE, (struct wall){0}, &state);
    if (i % 7)
        return 2;
    record_put(b, RECORD_EVENT, (struct wall){0}, &event);
    return 3;
}

/* Ten checks a batch, until there is no more room or n are in. Returns how many were. */
static uint64_t fill(struct record_queue *q, uint64_t n, uint64_t *seq)
{
    for (uint64_t k = 0; k < n; k++) {
        struct buf b = BUF_INIT;
        uint64_t records = 0;
        bool fits;

        for (uint64_t i = 0; i < 10; i++)
            records += put_check(&b, k * 10 + i);
        fits = record_queue_add(q, buf_str(&b), *seq, records, false, MOST);
        buf_release(&b);
        if (!fits)
            return k;
        *seq += records;
    }
    return n;
}

struct found {
    uint64_t numbers, active, passive, states, events, gone;
};

static struct found look(const struct record_queue *q)
{
    struct found is = {0};
    uint64_t next = q->batch.n ? q->batch.at[0].first : 0;
    size_t bytes = 0;

    for (size_t i = 0; i < q->batch.n; i++) {
        const struct record_batch *b = &q->batch.at[i];
        struct str rest = buf_str(&b->records);
        struct record_given_up gone;
        struct record_frame f;
        uint64_t n = 0;

        assert_int_equal(b->first, next);
        while (record_next(&rest, &f) == 1) {
            n++;
            is.states += f.kind == RECORD_STATE;
            is.events += f.kind == RECORD_EVENT;
            is.active += record_is_sample(&f);
            is.passive += f.kind == RECORD_RESULT && !record_is_sample(&f);
            if (f.kind != RECORD_GIVEN_UP)
                continue;
            assert_int_equal(record_get(f.kind, f.payload, &gone), 0);
            assert_true(gone.n > 0);
            n += gone.n - 1;
            is.gone += gone.n;
        }
        assert_int_equal(n, b->n);
        next += n;
        bytes += b->records.len;
    }
    assert_int_equal(bytes, q->bytes);
    is.numbers = q->batch.n ? next - q->batch.at[0].first : 0;
    return is;
}

static void test_samples_go_first_and_the_oldest_of_them(void **state)
{
    struct record_queue q = {.handed = 0};
    uint64_t seq = 1, n = fill(&q, 200, &seq);
    struct found is = look(&q);
    struct record_frame f;
    struct str rest;

    (void)state;
    assert_int_equal(n, 200); /* which is more than has room with all samples */
    assert_true(q.bytes <= MOST);
    assert_int_equal(is.numbers, seq - 1);
    assert_int_equal(is.states, 2000);
    assert_int_equal(is.passive, 200);
    assert_int_equal(is.events, 286);
    assert_int_equal(is.gone, q.given_up);
    assert_int_equal(is.active + is.gone, 1800);
    assert_true(is.gone > 300 && is.active > 300);
    rest = buf_str(&q.batch.at[0].records);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_int_equal(f.kind, RECORD_GIVEN_UP);
    rest = buf_str(&q.batch.at[q.batch.n - 1].records);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_int_equal(f.kind, RECORD_RESULT);
    record_queue_release(&q);
}

static void test_what_is_no_sample_is_never_given_up(void **state)
{
    struct record_queue q = {.handed = 0};
    uint64_t seq = 1, n = fill(&q, 5000, &seq);
    struct found is = look(&q);

    (void)state;
    assert_true(n < 5000);
    assert_true(q.bytes <= MOST);
    assert_int_equal(is.states, n * 10);
    assert_int_equal(is.numbers, seq - 1);
    record_queue_clear(&q);
    assert_int_equal(q.bytes, 0);
    assert_int_equal(fill(&q, 20, &seq), 20); /* there is room again */
    record_queue_release(&q);
}

static void test_handing_over_and_acknowledging(void **state)
{
    struct record_queue q = {.handed = 0};
    const struct record_batch *b;
    uint64_t seq = 1;

    (void)state;
    assert_null(record_queue_next(&q));
    fill(&q, 50, &seq);
    for (unsigned i = 0; (b = record_queue_next(&q)); i++) {
        assert_ptr_equal(b, &q.batch.at[i]);
        record_queue_handed(&q);
    }
    assert_int_equal(q.under_way, q.bytes);
    record_queue_stored(&q, q.batch.at[3].first); /* in the middle of one */
    assert_int_equal(q.batch.n, 47);
    assert_int_equal(q.handed, 47);
    /* Of what was handed over only the copy gets thin: who has it has all. */
    while (!look(&q).gone)
        assert_int_equal(fill(&q, 1, &seq), 1);
    assert_int_equal(q.given_up, 0);
    fill(&q, 140, &seq);
    assert_true(q.given_up > 0 && q.given_up < look(&q).gone);
    record_queue_again(&q);
    assert_int_equal(q.given_up, look(&q).gone);
    assert_int_equal(q.under_way, 0);
    b = record_queue_next(&q);
    assert_ptr_equal(b, &q.batch.at[0]);
    record_queue_handed(&q);
    record_queue_stored(&q, seq - 1);
    assert_int_equal(q.batch.n + q.handed + q.bytes + q.under_way, 0);
    record_queue_release(&q);
}

static void test_only_so_much_is_under_way(void **state)
{
    struct record_queue q = {.handed = 0};
    struct buf b = BUF_INIT;
    uint64_t handed = 0, n = 200;

    (void)state;
    for (unsigned i = 0; i < 600; i++)
        put_check(&b, i);
    for (uint64_t i = 0; i < n; i++)
        assert_true(record_queue_add(&q, buf_str(&b), 1 + i * 1286, 1286, false, SIZE_MAX / 2));
    for (; record_queue_next(&q); handed++)
        record_queue_handed(&q);
    assert_true(handed < n && q.under_way > RECORD_QUEUE_UNDER_WAY &&
                q.under_way <= RECORD_QUEUE_UNDER_WAY + b.len);
    record_queue_stored(&q, 1286);
    assert_non_null(record_queue_next(&q));
    buf_release(&b);
    record_queue_release(&q);
}

/* A store that was killed while it wrote a batch has the front of it: what it lacks is here, and is not said anew. */
static void test_goes_on_within_a_batch(void **state UNUSED)
{
    struct record_queue q = {0};
    uint64_t next = 1, second;

    assert_true(record_queue_has(&q, 1, 1));
    assert_false(record_queue_has(&q, 1, 2));
    assert_int_equal(fill(&q, 1, &next), 1);
    second = next;
    assert_int_equal(fill(&q, 2, &next), 2);
    record_queue_stored(&q, second);
    assert_int_equal(q.batch.n, 2);
    for (uint64_t seq = second; seq < second + q.batch.at[0].n; seq++)
        assert_true(record_queue_has(&q, seq, next));
    assert_false(record_queue_has(&q, second - 1, next));
    assert_false(record_queue_has(&q, next, next));
    record_queue_release(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_go_first_and_the_oldest_of_them),
        cmocka_unit_test(test_what_is_no_sample_is_never_given_up),
        cmocka_unit_test(test_handing_over_and_acknowledging),
        cmocka_unit_test(test_only_so_much_is_under_way),
        cmocka_unit_test(test_goes_on_within_a_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
