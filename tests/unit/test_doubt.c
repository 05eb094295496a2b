/* SPDX-License-Identifier: Apache-2.0 */
/* A clock that goes back by a year: what the spans know of the time before stays until the clock has been so for a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>

#include "base/log.h"
#include "db/age.h"
#include "db/history.h"
#include "db/span.h"
#include "temp_dir.h"

struct place {
    char dir[128], path[160];
};

static void open_at(struct history *h, const struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    if (history_open(h, p->path, (struct wall){1}, &moved, &err) < 0)
        fail_msg("%s", err.text);
}

static void open_new(struct history *h, struct place *p)
{
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
    open_at(h, p);
}

static void add(struct history *h, uint64_t seq, int64_t s, struct record_event e)
{
    assert_int_equal(history_add(h, seq, (struct wall){s * TIME_S}, &e), 0);
    history_seen(h, (struct wall){s * TIME_S});
}

#define DAY_S (86400)

static unsigned state_at(struct history *h, int64_t s)
{
    struct span p;

    assert_int_equal(span_at(&h->sql, 7, (struct wall){s * TIME_S}, &p), 1);
    return p.state;
}

static void alert_at(struct history *h, uint64_t *seq, int64_t s, unsigned state)
{
    add(h, ++*seq, s, (struct record_event){.oid = 7, .kind = RECORD_EVENT_ALERT, .state = state, .hard = 1});
}

/* It was OK from 400 days on, CRITICAL for ten seconds, and Vigie was stopped at T + 100 s. Then the clock says a year less, and the object is CRITICAL. */
static void begin_wrong(struct history *h, uint64_t *seq, int64_t t, bool by_step)
{
    uint64_t oid = 7;

    assert_int_equal(history_begin(h), 0);
    assert_int_equal(history_watch(h, ++*seq, (struct wall){t * TIME_S}, &oid, 1), 0);
    alert_at(h, seq, t, 0);
    alert_at(h, seq, t + 10, 2);
    alert_at(h, seq, t + 20, 0);
    add(h, ++*seq, t + 100, (struct record_event){.kind = RECORD_EVENT_STOP});
    assert_int_equal(history_end(h, *seq), 0);
    assert_int_equal(history_begin(h), 0);
    t -= 365 * DAY_S;
    if (!by_step)
        add(h, ++*seq, t, (struct record_event){.kind = RECORD_EVENT_START});
    add(h, ++*seq, t,
        (struct record_event){.kind = RECORD_EVENT_CLOCK_STEP,
                              .ref = (uint64_t)(-(int64_t)(365 * DAY_S + 100) * TIME_S)});
    alert_at(h, seq, t + 10, 2);
    assert_int_equal(history_end(h, *seq), 0);
}

static void go_forward(struct history *h, uint64_t *seq, int64_t t, bool by_step)
{
    add(h, ++*seq, t + 200,
        by_step
            ? (struct record_event){.kind = RECORD_EVENT_CLOCK_STEP, .ref = (uint64_t)365 * DAY_S * TIME_S}
            : (struct record_event){.kind = RECORD_EVENT_START});
    alert_at(h, seq, t + 210, 0);
}

static int one_number(void *to, int n UNUSED, char **values, char **names UNUSED)
{
    struct str text = str_of(values[0] ? values[0] : "0");
    uint64_t number;

    assert_true(str_to_u64(text, &number));
    *(uint64_t *)to = number;
    return 0;
}

static uint64_t number_of(struct history *h, const char *question)
{
    uint64_t n = 0;

    assert_int_equal(sqlite3_exec(h->sql.db, question, one_number, &n, NULL), SQLITE_OK);
    return n;
}

/* It was wrong for an hour: what was known stays, and what was seen meanwhile has no time. */
static void test_clock_wrong_for_a_while(void **state UNUSED)
{
    const int64_t t = 400 * DAY_S;

    for (int by_step = 0; by_step < 2; by_step++) {
        uint64_t seq = 0;
        struct history h;
        struct place p;

        open_new(&h, &p);
        begin_wrong(&h, &seq, t, by_step);
        assert_true(state_at(&h, t + 5) == 0 && state_at(&h, t + 15) == 2 && state_at(&h, t + 99) == 0);
        history_close(&h); /* another store goes on */
        open_at(&h, &p);
        assert_int_equal(history_begin(&h), 0);
        go_forward(&h, &seq, t, by_step);
        assert_int_equal(history_end(&h, seq), 0);
        assert_true(state_at(&h, t + 5) == 0 && state_at(&h, t + 15) == 2 && state_at(&h, t + 99) == 0);
        assert_true(state_at(&h, t + 205) == 2 && state_at(&h, t + 211) == 0);
        assert_int_equal(number_of(&h, "SELECT count(*) FROM gap"), 1);
        assert_true(number_of(&h, "SELECT since FROM gap") == (uint64_t)(t + 100) * TIME_S);
        assert_true(number_of(&h, "SELECT until FROM gap") == (uint64_t)(t + 200) * TIME_S);
        history_close(&h);
        temp_dir_remove(p.dir);
    }
}

/* It stays so for more than a day: then it was wrong before. */
static void test_clock_was_wrong(void **state UNUSED)
{
    const int64_t t = 400 * DAY_S, back = t - 365 * DAY_S;
    uint64_t seq = 0;
    struct history h;
    struct place p;

    open_new(&h, &p);
    begin_wrong(&h, &seq, t, false);
    assert_int_equal(history_begin(&h), 0);
    alert_at(&h, &seq, back + DAY_S + 1, 1);
    assert_int_equal(history_end(&h, seq), 0);
    assert_true(state_at(&h, back + DAY_S + 1) == 1);
    assert_int_equal(history_begin(&h), 0);
    alert_at(&h, &seq, back + DAY_S + 60, 0);
    assert_int_equal(history_end(&h, seq), 0);
    assert_true(state_at(&h, back + DAY_S + 2) == 1 && state_at(&h, back + DAY_S + 60) == 0);
    assert_true(state_at(&h, t + 15) == 0);
    assert_int_equal(number_of(&h, "SELECT count(*) FROM gap"), 0);
    history_close(&h);
    temp_dir_remove(p.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

/* A clock that is ahead makes nothing old before a day, and then not at once; what is known of that outlives a restart. */
static void test_age(void **state UNUSED)
{
    const int64_t now = 1767268800 * TIME_S, ahead = now + 500 * TIME_DAY, turn = 10 * TIME_MIN;
    struct place p;
    struct history h;
    struct age a;

    open_new(&h, &p);
    assert_int_equal(age_load(&a, &h.sql, now), 0);
    assert_true(age_step(&a, now + TIME_DAY, turn) == now + TIME_DAY); /* it was off for a day */
    assert_true(age_step(&a, now, turn) == now);                       /* set back */
    for (int i = 0; i < 143; i++)
        assert_true(age_step(&a, ahead + i * turn, turn) == now);
    assert_int_equal(age_store(&a, &h.sql), 0);
    history_close(&h);
    open_at(&h, &p);
    a = (struct age){0};
    assert_int_equal(age_load(&a, &h.sql, 5), 0);
    assert_true(age_step(&a, ahead + 100 * TIME_DAY, turn) ==
                now); /* the 144th; further ahead is not longer ahead */
    assert_true(age_step(&a, ahead, turn) == now + TIME_DAY); /* now it is believed, a day at a time */
    assert_true(age_step(&a, ahead, TIME_S) == now + TIME_DAY + 144 * TIME_S);
    for (int i = 0; i < 600; i++)
        age_step(&a, ahead, turn);
    assert_true(a.now == ahead && a.lasted == 0);
    assert_true(age_step(&a, now, turn) == now); /* it was wrong after all */
    assert_true(age_step(&a, ahead, turn) == now && a.lasted == turn);
    assert_true(age_step(&a, now + turn, turn) == now + turn && a.lasted == 0);
    history_close(&h);
    temp_dir_remove(p.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_wrong_for_a_while),
        cmocka_unit_test(test_clock_was_wrong),
        cmocka_unit_test(test_age),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
