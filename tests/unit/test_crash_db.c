/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases on a disk that loses power, tears pages, fails or is full, at every one of many calls: the history is then what it was after one of its transactions, whole, and
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
#include "db/history.h"
#include "db/objects.h"

#define HISTORY "/crash/history.db"
#define OBJECTS "/crash/objects.db"

enum { ROUNDS = 12, EACH = 7, MORE_EVERY = 4 };
static const struct wall noon = {1767268800 * TIME_S};

static uint64_t points(void)
{
    const char *text = getenv("VIGIE_CRASH_POINTS");

    return text ? strtoull(text, NULL, 10) : 200;
}

/* ---- the history ---- */

static int add_round(struct history *h, uint64_t from)
{
    int r = history_begin(h);

    for (uint64_t seq = from + 1; r == 0 && seq <= from + EACH; seq++) {
        char text[700];
        struct record_event e = {.oid = 1 + seq % 3, .kind = RECORD_EVENT_ALERT, .state = seq % 4, .hard = 1};

        memset(text, 'a' + (int)(seq % 26), sizeof(text));
        e.text = str_make(text, 50 + seq * 97 % 600);
        r = history_add(h, seq, (struct wall){noon.us + (int64_t)seq * TIME_S}, &e);
    }
    return r < 0 ? r : history_end(h, from + EACH);
}

static void count_rows(void *user, struct str json)
{
    *(size_t *)user += json.n > 2;
    for (size_t i = 0; i + 5 < json.n; i++)
        *((size_t *)user + 1) += memcmp(json.p + i, "\"id\":", 5) == 0;
}

/* It has the events up to applied, each once, and no other; the file is whole. */
static void judge(struct history *h, uint64_t least, uint64_t most, uint64_t point)
{
    struct str args[] = {STR(""), STR("1000")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 2};
    size_t found[2] = {0, 0};
    struct err err = ERR_INIT;

    if (h->applied < least || h->applied > most || h->applied % EACH)
        fail_msg("point %llu: applied %llu, not %llu to %llu", (unsigned long long)point,
                 (unsigned long long)h->applied, (unsigned long long)least, (unsigned long long)most);
    assert_int_equal(history_query(h, &q, count_rows, found, &err), 0);
    if (found[1] != h->applied)
        fail_msg("point %llu: %zu events, applied %llu", (unsigned long long)point, found[1],
                 (unsigned long long)h->applied);
}

static void open_again(struct history *h, uint64_t point)
{
    struct err err = ERR_INIT;
    bool moved;

    if (history_open(h, HISTORY, noon, &moved, &err) < 0 || moved)
        fail_msg("point %llu: %s", (unsigned long long)point, err.text[0] ? err.text : "it was moved aside");
}

/* Rounds until the disk is gone, or all are in. The number that is surely in. */
static uint64_t work(uint64_t *tried)
{
    struct history h;
    struct err err = ERR_INIT;
    uint64_t done = 0;
    bool moved;

    *tried = 0;
    if (history_open(&h, HISTORY, noon, &moved, &err) == 0) {
        while (h.applied < ROUNDS * EACH) {
            *tried = h.applied + EACH;
            if (add_round(&h, h.applied) < 0)
                break;
            done = h.applied;
            if (done / EACH % MORE_EVERY ==
                0) /* a checkpoint of SQLite's, as store makes them by the size of the log */
                sqlite3_wal_checkpoint_v2(h.sql.db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        }
        history_close(&h);
    }
    return done;
}

static uint64_t calls_of_all(void)
{
    uint64_t tried, n;

    crash_vfs_begin(1);
    assert_int_equal(work(&tried), ROUNDS * EACH);
    n = crash_vfs_calls();
    crash_vfs_end();
    return n;
}

static void test_power_lost(void **state UNUSED)
{
    uint64_t all = calls_of_all(), n = points();

    for (uint64_t i = 0; i < n; i++) {
        uint64_t point = 1 + i * all / n % all, tried;
        struct history h;

        crash_vfs_begin(i + 7);
        crash_vfs_plan(CRASH_POWER, n < all ? point : 1 + i % all);
        work(&tried);
        assert_true(crash_vfs_happened());
        crash_vfs_power_back();
        open_again(&h, i);
        judge(&h, 0, tried, i); /* a projection may lose what it had: the journal has it */
        while (h.applied < ROUNDS * EACH)
            assert_int_equal(add_round(&h, h.applied), 0);
        judge(&h, ROUNDS * EACH, ROUNDS * EACH, i);
        history_close(&h);
        crash_vfs_end();
    }
}

/* A call that fails, or a full disk: what was said to be in is in, and after a while all is. */
static void test_failing(void **state UNUSED)
{
    uint64_t all = calls_of_all(), n = points();

    for (uint64_t i = 0; i < n; i++) {
        uint64_t tried, done;
        struct history h;

        crash_vfs_begin(i + 7);
        crash_vfs_plan(i & 1 ? CRASH_IO : CRASH_FULL, 1 + i * all / n % all);
        done = work(&tried);
        crash_vfs_plan(CRASH_NONE, 0);
        open_again(&h, i);
        judge(&h, done, tried, i);
        while (h.applied < ROUNDS * EACH)
            assert_int_equal(add_round(&h, h.applied), 0);
        judge(&h, ROUNDS * EACH, ROUNDS * EACH, i);
        history_close(&h);
        crash_vfs_end();
    }
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
    assert_int_equal(sql_start(&o.sql, SQL_OBJECT_NAMES), 0);
    while (sql_step(&o.sql, SQL_OBJECT_NAMES) == 1)
        n++;
    sql_end(&o.sql, SQL_OBJECT_NAMES);
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
