/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases on a disk that loses power, tears pages, fails or is full, at every one of many calls: a projection is then what it was after one of its transactions, whole, and
 * goes on from there; an identity or a rename that was acknowledged is there. VIGIE_CRASH_POINTS: how many points (tests/long/crash-points.sh: all that are asked for).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "crash_vfs.h"
#include "db/current.h"
#include "db/history.h"
#include "db/objects.h"

#define OBJECTS "/crash/objects.db"

enum { ROUNDS = 12, EACH = 7, MORE_EVERY = 4 };
static const struct wall noon = {1767268800 * TIME_S};

static uint64_t points(void)
{
    const char *text = getenv("VIGIE_CRASH_POINTS");

    return text ? strtoull(text, NULL, 10) : 200;
}

/* ---- the projections ---- */

/* A database that follows the journal by rounds of EACH records in one transaction. */
struct subject {
    const char *path;
    int (*open)(const char *path, bool *moved, struct err *err);
    uint64_t (*applied)(void);
    struct sql *(*sql)(void);
    void (*close)(void);
    int (*add_round)(uint64_t from);
    uint64_t (*found)(
        void); /* how many records it holds; not that number when something is there that should not be */
};

static struct history history;
static struct current current;

static int open_history(const char *path, bool *moved, struct err *err)
{
    return history_open(&history, path, noon, moved, err);
}

static uint64_t history_applied(void)
{
    return history.applied;
}

static struct sql *history_sql(void)
{
    return &history.sql;
}

/* As one that catches up. */
static int open_hurrying(const char *path, bool *moved, struct err *err)
{
    int r = open_history(path, moved, err);

    history_hurry(&history, true);
    return r;
}

static void close_history(void)
{
    history_close(&history);
}

static int add_events(uint64_t from)
{
    int r = history_begin(&history);

    for (uint64_t seq = from + 1; r == 0 && seq <= from + EACH; seq++) {
        char text[700];
        struct record_event e = {.oid = 1 + seq % 3, .kind = RECORD_EVENT_ALERT, .state = seq % 4, .hard = 1};

        memset(text, 'a' + (int)(seq % 26), sizeof(text));
        e.text = str_make(text, 50 + seq * 97 % 600);
        r = history_add(&history, seq, (struct wall){noon.us + (int64_t)seq * TIME_S}, &e);
    }
    return r < 0 ? r : history_end(&history, from + EACH);
}

static void count_rows(void *user, struct str json)
{
    for (size_t i = 0; i + 5 < json.n; i++)
        *(uint64_t *)user += memcmp(json.p + i, "\"id\":", 5) == 0;
}

static int64_t number(const char *question)
{
    sqlite3_stmt *st;
    int64_t n;

    assert_int_equal(sqlite3_prepare_v2(history.sql.db, question, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* Each event once, also by its object; and each began a span. */
static uint64_t found_events(void)
{
    struct str args[] = {STR("0"), STR(""), STR("1000")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 3};
    uint64_t found = 0;
    struct err err = ERR_INIT;

    assert_int_equal(history_query(&history, &q, count_rows, &found, &err), 0);
    if (number("SELECT count(*) FROM event NATURAL JOIN object_event") != (int64_t)found ||
        number("SELECT count(*) FROM object_event") != (int64_t)found ||
        number("SELECT count(*) FROM span") != (int64_t)found)
        return UINT64_MAX;
    return found;
}

static int open_current(const char *path, bool *moved, struct err *err)
{
    return current_open(&current, path, noon, moved, err);
}

static uint64_t current_applied(void)
{
    return current.applied;
}

static struct sql *current_sql(void)
{
    return &current.sql;
}

static void close_current(void)
{
    current_close(&current);
}

/* Seven checks whose rows grow with each round. */
static int add_states(uint64_t from)
{
    int r = current_begin(&current);

    for (uint64_t seq = from + 1; r == 0 && seq <= from + EACH; seq++) {
        static char text[4000];
        struct record_state s = {.oid = 1 + seq % EACH, .attempt = seq};

        memset(text, 'a' + (int)(seq % 26), sizeof(text));
        s.output = str_make(text, 50 + seq * 97 % 3900);
        r = current_put_state(&current, seq, noon, &s, CURRENT_WHOLE);
    }
    return r < 0 ? r : current_end(&current, from + EACH, from + EACH);
}

static int64_t number_in(enum sql_id id, uint64_t oid)
{
    struct sql *s = &current.sql;
    int64_t seq = 0;
    int got;

    assert_int_equal(sql_start(s, id), 0);
    sql_bind_i64(s, id, 1, (int64_t)oid);
    got = sql_step(s, id);
    if (got == 1)
        seq = sql_i64(s, id, 0);
    assert_true(got >= 0);
    sql_end(s, id);
    return seq;
}

/* Each row of both tables is of the last round. */
static uint64_t found_states(void)
{
    uint64_t most = 0;

    for (uint64_t oid = 1; oid <= EACH; oid++) {
        int64_t seq = number_in(SQL_STATE_SEQ, oid);

        if (seq != number_in(SQL_RESULT_SEQ, oid) || (seq && (uint64_t)seq + EACH <= current.applied))
            return UINT64_MAX;
        most = MAX(most, (uint64_t)seq);
    }
    return most;
}

static const struct subject subjects[] = {
    {"/crash/history.db", open_history, history_applied, history_sql, close_history, add_events,
     found_events},
    {"/crash/history.db", open_hurrying, history_applied, history_sql, close_history, add_events,
     found_events},
    {"/crash/state.db", open_current, current_applied, current_sql, close_current, add_states, found_states},
};

/* It has what belongs to the rounds up to applied, and nothing else; the file is whole. */
static void judge(const struct subject *s, uint64_t least, uint64_t most, uint64_t point)
{
    uint64_t applied = s->applied(), found;

    if (applied < least || applied > most || applied % EACH)
        fail_msg("%s, point %llu: applied %llu, not %llu to %llu", s->path, (unsigned long long)point,
                 (unsigned long long)applied, (unsigned long long)least, (unsigned long long)most);
    found = s->found();
    if (found != applied)
        fail_msg("%s, point %llu: %llu records, applied %llu", s->path, (unsigned long long)point,
                 (unsigned long long)found, (unsigned long long)applied);
}

static void open_again(const struct subject *s, uint64_t point)
{
    struct err err = ERR_INIT;
    bool moved;

    if (s->open(s->path, &moved, &err) < 0 || moved)
        fail_msg("%s, point %llu: %s", s->path, (unsigned long long)point,
                 err.text[0] ? err.text : "it was moved aside");
}

/* Rounds until the disk is gone, or all are in. The number that is surely in. */
static uint64_t work(const struct subject *s, uint64_t *tried)
{
    struct err err = ERR_INIT;
    uint64_t done = 0;
    bool moved;

    *tried = 0;
    if (s->open(s->path, &moved, &err) == 0) {
        while (s->applied() < ROUNDS * EACH) {
            *tried = s->applied() + EACH;
            if (s->add_round(s->applied()) < 0)
                break;
            done = s->applied();
            if (done / EACH % MORE_EVERY ==
                0) /* a checkpoint of SQLite's, as they are made by the size of the log */
                sqlite3_wal_checkpoint_v2(s->sql()->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        }
        s->close();
    }
    return done;
}

/* All that is missing, from where it is. */
static void finish(const struct subject *s, uint64_t point)
{
    while (s->applied() < ROUNDS * EACH)
        assert_int_equal(s->add_round(s->applied()), 0);
    judge(s, ROUNDS * EACH, ROUNDS * EACH, point);
    s->close();
    crash_vfs_end();
}

static uint64_t calls_of_all(const struct subject *s)
{
    uint64_t tried, n;

    crash_vfs_begin(1);
    assert_int_equal(work(s, &tried), ROUNDS * EACH);
    n = crash_vfs_calls();
    crash_vfs_end();
    return n;
}

static void lose_power(const struct subject *s)
{
    uint64_t all = calls_of_all(s), n = points();

    for (uint64_t i = 0; i < n; i++) {
        uint64_t point = 1 + i * all / n % all, tried;

        crash_vfs_begin(i + 7);
        crash_vfs_plan(CRASH_POWER, n < all ? point : 1 + i % all);
        work(s, &tried);
        assert_true(crash_vfs_happened());
        crash_vfs_power_back();
        open_again(s, i);
        judge(s, 0, tried, i); /* a projection may lose what it had: the journal has it */
        finish(s, i);
    }
}

static void test_power_lost(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
        lose_power(&subjects[i]);
}

/* A call that fails, or a full disk: what was said to be in is in, and after a while all is. */
static void fail_calls(const struct subject *s)
{
    uint64_t all = calls_of_all(s), n = points();

    for (uint64_t i = 0; i < n; i++) {
        uint64_t tried, done;

        crash_vfs_begin(i + 7);
        crash_vfs_plan(i & 1 ? CRASH_IO : CRASH_FULL, 1 + i * all / n % all);
        done = work(s, &tried);
        crash_vfs_plan(CRASH_NONE, 0);
        open_again(s, i);
        judge(s, done, tried, i);
        finish(s, i);
    }
}

static void test_failing(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
        fail_calls(&subjects[i]);
}

/* ---- what must be there once it was acknowledged ---- */

/* Announces renames until one is refused; how many were taken. */
static unsigned announce(unsigned most)
{
    struct objects o;
    struct err err = ERR_INIT;
    unsigned done = 0;
    bool moved;

    if (objects_open(&o, OBJECTS, 0, noon, &moved, &err) < 0)
        return 0;
    for (; done < most; done++) {
        char id[32];

        snprintf(id, sizeof(id), "%u", done);
        if (sql_start(&o.sql, SQL_OBJECT_ADD) < 0)
            break;
        sql_bind_i64(&o.sql, SQL_OBJECT_ADD, 1, done + 1);
        sql_bind_i64(&o.sql, SQL_OBJECT_ADD, 2, 0);
        sql_bind_i64(&o.sql, SQL_OBJECT_ADD, 3, 0);
        sql_bind_str(&o.sql, SQL_OBJECT_ADD, 4, str_of(id));
        sql_bind_str(&o.sql, SQL_OBJECT_ADD, 5, STR(""));
        sql_bind_i64(&o.sql, SQL_OBJECT_ADD, 6, 0);
        sql_bind_str(&o.sql, SQL_OBJECT_ADD, 7, STR(""));
        if (sql_step(&o.sql, SQL_OBJECT_ADD) < 0) {
            sql_end(&o.sql, SQL_OBJECT_ADD);
            break;
        }
        sql_end(&o.sql, SQL_OBJECT_ADD);
    }
    objects_close(&o);
    return done;
}

static unsigned found(uint64_t point)
{
    struct objects o;
    struct err err = ERR_INIT;
    unsigned n = 0;
    bool moved;

    if (objects_open(&o, OBJECTS, 0, noon, &moved, &err) < 0 || moved)
        fail_msg("point %llu: %s", (unsigned long long)point, err.text[0] ? err.text : "it was moved aside");
    assert_int_equal(sql_start(&o.sql, SQL_OBJECT_SERIES), 0);
    while (sql_step(&o.sql, SQL_OBJECT_SERIES) == 1)
        n++;
    sql_end(&o.sql, SQL_OBJECT_SERIES);
    objects_close(&o);
    return n;
}

static void test_identities_stay(void **state UNUSED)
{
    uint64_t all, n = points();

    crash_vfs_begin(1);
    assert_int_equal(announce(20), 20);
    all = crash_vfs_calls();
    crash_vfs_end();
    for (uint64_t i = 0; i < n; i++) {
        unsigned done, there;

        crash_vfs_begin(i + 7);
        crash_vfs_plan(CRASH_POWER, 1 + i % all);
        done = announce(20);
        crash_vfs_power_back();
        there = found(i);
        if (there != done && there != done + 1) /* the one under way may be there */
            fail_msg("point %llu: %u acknowledged, %u found", (unsigned long long)i, done, there);
        crash_vfs_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_power_lost),
        cmocka_unit_test(test_failing),
        cmocka_unit_test(test_identities_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
