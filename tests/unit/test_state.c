/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine: a table of the transitions people rely on, then the whole product of states against a second, independent wording. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/flap.h"
#include "core/state.h"

enum { SOFT = 0, HARD = 1 };

struct row {
    const char *what;
    uint8_t state, hard, attempt; /* before */
    uint32_t max;
    uint8_t code, at_once, full;
    uint8_t to_hard, to_attempt; /* after, before settling */
    uint8_t changed, hard_change, recovery, hard_recovery, retry;
};

static const struct row rows[] = {
    {"ok stays", 0, HARD, 1, 3, 0, 0, 0, HARD, 1, 0, 0, 0, 0, 0},
    {"a problem begins soft", 0, HARD, 1, 3, 2, 0, 0, SOFT, 1, 1, 0, 0, 0, 1},
    {"second try", 2, SOFT, 1, 3, 2, 0, 0, SOFT, 2, 0, 0, 0, 0, 1},
    {"another problem goes on counting", 1, SOFT, 1, 3, 2, 0, 0, SOFT, 2, 1, 0, 0, 0, 1},
    {"last try is hard", 2, SOFT, 2, 3, 2, 0, 0, HARD, 3, 0, 1, 0, 0, 0},
    {"hard stays", 2, HARD, 3, 3, 2, 0, 0, HARD, 3, 0, 0, 0, 0, 0},
    {"hard changes kind", 2, HARD, 3, 3, 1, 0, 0, HARD, 3, 1, 1, 0, 0, 0},
    {"hard recovery", 2, HARD, 3, 3, 0, 0, 0, HARD, 1, 1, 0, 1, 1, 0},
    {"soft recovery of a service counts the try", 2, SOFT, 1, 3, 0, 0, 1, SOFT, 2, 1, 0, 1, 0, 0},
    {"soft recovery of a host begins anew", 2, SOFT, 2, 3, 0, 0, 0, SOFT, 1, 1, 0, 1, 0, 0},
    {"one attempt: hard at once", 0, HARD, 1, 1, 2, 0, 0, HARD, 1, 1, 1, 0, 0, 0},
    {"service of a down host", 0, HARD, 1, 3, 2, 1, 1, HARD, 1, 1, 1, 0, 0, 0},
    {"host went down between the tries", 2, SOFT, 1, 3, 2, 1, 1, HARD, 3, 0, 1, 0, 0, 0},
    {"worse while the host is down", 1, HARD, 1, 3, 2, 1, 1, HARD, 3, 1, 1, 0, 0, 0},
    {"the same while the host is down", 2, HARD, 1, 3, 2, 1, 1, HARD, 1, 0, 0, 0, 0, 0},
    {"passive host", 0, HARD, 1, 5, 1, 1, 0, HARD, 1, 1, 1, 0, 0, 0},
    {"passive host up from soft", 1, SOFT, 2, 5, 0, 1, 0, HARD, 1, 1, 0, 1, 1, 0},
    {"hard with a low attempt stays hard", 2, HARD, 1, 3, 2, 0, 0, HARD, 1, 0, 0, 0, 0, 0},
    {"hard without its tries, and another kind", 2, HARD, 1, 3, 3, 0, 0, SOFT, 1, 1, 0, 0, 0, 1},
    {"hard without its tries, and well", 2, HARD, 1, 3, 0, 0, 0, HARD, 1, 1, 0, 1, 1, 0},
};

static struct state make(uint8_t state, bool hard, uint32_t attempt, uint32_t max)
{
    struct state s = {.state = state, .hard = hard, .attempt = attempt, .max_attempts = max, .checked = true};

    s.last_hard_state = hard ? state : STATE_OK;
    return s;
}

static void test_rows(void **st UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        struct state s = make(r->state, r->hard, r->attempt, r->max);
        struct state_in in = {
            .code = r->code, .hard_at_once = r->at_once, .full_attempt = r->full, .at = {5}, .now = {7}};
        struct state_out out = state_step(&s, &in);

        print_message("  %s\n", r->what);
        assert_int_equal(s.state, r->code);
        assert_int_equal(s.hard, r->to_hard);
        assert_int_equal(s.attempt, r->to_attempt);
        assert_int_equal(out.changed, r->changed);
        assert_int_equal(out.hard_change, r->hard_change);
        assert_int_equal(out.recovery, r->recovery);
        assert_int_equal(out.hard_recovery, r->hard_recovery);
        assert_int_equal(out.retry, r->retry);
    }
}

/* The rules once more, said differently: how many results in a row were bad decides. */
static void expect(const struct state *b, const struct state_in *in, bool *hard, uint32_t *attempt)
{
    bool was_bad = b->state != 0, is_bad = in->code != 0;
    uint32_t bad_in_row = was_bad ? b->attempt + 1 : 1;

    if (!is_bad) {
        bool was_hard = b->last_hard_state != 0; /* and soft now: another problem */

        *hard = b->hard || !was_bad || (in->hard_at_once && (!in->full_attempt || was_hard)) ||
                (in->full_attempt && was_hard && bad_in_row >= b->max_attempts);
        *attempt = *hard || !in->full_attempt ? 1 : MIN(bad_in_row, b->max_attempts);
        return;
    }
    if (was_bad && b->hard) {
        *hard = in->hard_at_once || in->code == b->state || b->attempt == b->max_attempts;
        *attempt = !in->hard_at_once || in->code == b->state ? b->attempt
                   : in->full_attempt                        ? b->max_attempts
                                                             : 1;
    } else if (in->hard_at_once && (!in->full_attempt || in->code != b->last_hard_state)) {
        *hard = true;
        *attempt = was_bad && in->full_attempt       ? b->max_attempts
                   : was_bad && in->code == b->state ? MIN(bad_in_row, b->max_attempts)
                                                     : 1;
    } else {
        *attempt = bad_in_row > b->max_attempts ? b->max_attempts : bad_in_row;
        *hard = *attempt == b->max_attempts;
    }
}

static void check_one(struct state before, const struct state_in *in)
{
    uint8_t state = before.state;
    struct state s = before;
    struct state_out out = state_step(&s, in);
    bool want_hard;
    uint32_t want_attempt;

    expect(&before, in, &want_hard, &want_attempt);
    assert_int_equal(s.hard, want_hard);
    assert_int_equal(s.attempt, want_attempt);
    assert_int_equal(out.changed, state != in->code);
    assert_int_equal(out.recovery, state != 0 && in->code == 0);
    assert_int_equal(out.hard_recovery, out.recovery && want_hard);
    assert_int_equal(out.retry, in->code != 0 && !want_hard);
    assert_int_equal(s.last_state, state);
    assert_int_equal(s.last_time_s[in->code], 11);
    assert_int_equal(s.last_state_change, out.changed ? 13 * TIME_S : 0);
    assert_int_equal(s.last_hard_state, want_hard ? in->code : before.last_hard_state);
    state_settle(&s, in->full_attempt ? MODEL_SERVICE : MODEL_HOST);
    if (in->code == 0)
        assert_true((s.hard || !in->full_attempt) && s.attempt == 1 && s.last_hard_state == STATE_OK);
}

static void test_product(void **st UNUSED)
{
    unsigned n = 0;

    for (uint32_t max = 1; max <= 5; max++)
        for (uint32_t attempt = 1; attempt <= max; attempt++)
            for (uint8_t state = 0; state <= 3; state++)
                for (int bits = 0; bits < 16; bits++)
                    for (uint8_t code = 0; code <= 3; code++) {
                        struct state_in in = {.code = code,
                                              .hard_at_once = (bits & 2) != 0,
                                              .full_attempt = (bits & 4) != 0,
                                              .at = {11 * TIME_S},
                                              .now = {13 * TIME_S}};

                        struct state before = make(state, bits & 1, attempt, max);

                        if (state == 0 && (!(bits & 1) || attempt > 1))
                            continue; /* settled: OK is always hard with attempt 1 */
                        if (state != 0 && !(bits & 1) && attempt == max)
                            continue; /* the last try is never soft */
                        if (bits & 1 && bits & 8)
                            continue;
                        if (bits & 8) /* soft, and another problem was hard before */
                            before.last_hard_state = state % 3 + 1;
                        check_one(before, &in);
                        n++;
                    }
    assert_int_equal(n, 1760);
}

/* Hard without its tries, then another kind: the end of that one is hard where it is the last try, or where the host is down; what was hard before is hard again. */
static void test_after_another(void **st UNUSED)
{
    struct state_in in = {.full_attempt = true, .at = {5}, .now = {7}};
    struct state s = make(STATE_WARNING, false, 1, 2);

    s.last_hard_state = STATE_CRITICAL;
    assert_true(state_step(&s, &in).hard_recovery);
    s = make(STATE_WARNING, false, 1, 3);
    s.last_hard_state = STATE_CRITICAL;
    assert_false(state_step(&s, &in).hard_recovery);
    s = make(STATE_WARNING, false, 1, 3);
    s.last_hard_state = STATE_CRITICAL;
    in.hard_at_once = true;
    assert_true(state_step(&s, &in).hard_recovery);
    s = make(STATE_WARNING, false, 1, 3);
    s.last_hard_state = in.code = STATE_CRITICAL;
    assert_true(!state_step(&s, &in).hard_change && !s.hard && s.attempt == 2);
}

/* A maximum that was set below the tries there were: a soft recovery adds none. */
static void test_fewer_attempts(void **st UNUSED)
{
    struct state_in in = {.full_attempt = true, .at = {5}, .now = {7}};
    struct state s = make(STATE_WARNING, false, 2, 1);

    state_step(&s, &in);
    assert_true(!s.hard && s.attempt == 2);
}

static void test_tenths(void **st UNUSED)
{
    assert_int_equal(flap_tenths(2395), 239); /* 23.947: once rounded */
    assert_int_equal(flap_tenths(625), 62);   /* a half: to even */
    assert_int_equal(flap_tenths(375), 38);
    assert_int_equal(flap_tenths(10000), 1000);
}

static void test_codes(void **st UNUSED)
{
    assert_int_equal(state_of_service_code(3), 3);
    assert_int_equal(state_of_service_code(4), STATE_CRITICAL);
    assert_int_equal(state_of_service_code(255), STATE_CRITICAL);
    assert_int_equal(state_of_host_code(0, true), STATE_UP);
    assert_int_equal(state_of_host_code(1, false), STATE_UP);
    assert_int_equal(state_of_host_code(1, true), STATE_DOWN);
    assert_int_equal(state_of_host_code(127, false), STATE_DOWN);
}

static void test_text(void **st UNUSED)
{
    struct state s = {0};

    state_set_text(&s, STR("out"), STR("long"), STR("p=1"));
    assert_true(str_eq_c(state_output(&s), "out") && str_eq_c(state_long(&s), "long") &&
                str_eq_c(state_perf(&s), "p=1"));
    state_set_text(&s, state_long(&s), STR_NULL, state_output(&s)); /* from itself */
    assert_true(str_eq_c(state_output(&s), "long") && str_eq_c(state_perf(&s), "out"));
    state_release(&s);
}

/* The percentages an administrator knows from the old engine: alternating states give 100, one change in the middle about 5. */
static void test_flap(void **st UNUSED)
{
    struct state s = {0};

    for (int i = 0; i < 21; i++) {
        s.state = i % 2 ? 2 : 0;
        flap_add(&s);
    }
    assert_int_equal(s.flap_percent, 10000);
    assert_true(flap_begins(&s, 2000));
    s.state = 0;
    for (int i = 0; i < 21; i++)
        flap_add(&s);
    assert_int_equal(s.flap_percent, 0);
    s.flapping = true;
    assert_true(flap_ends(&s, 500));
    s.state = 2;
    flap_add(&s); /* one change, the newest: 1.25 of 20 */
    assert_int_equal(s.flap_percent, 625);
    assert_false(flap_ends(&s, 500));
    for (int i = 0; i < 19; i++)
        flap_add(&s); /* now the oldest: 0.75 of 20 */
    assert_int_equal(s.flap_percent, 375);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_product),
        cmocka_unit_test(test_after_another), cmocka_unit_test(test_fewer_attempts),
        cmocka_unit_test(test_tenths),        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_text),          cmocka_unit_test(test_flap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
