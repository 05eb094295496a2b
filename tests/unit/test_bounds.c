/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins say beside their values: a row when it changes, whatever the order in which it comes and how often; in base units as the measurements are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "db/bounds.h"
#include "temp_dir.h"

static const struct wall noon = {1767268800 * TIME_S};

struct place {
    char dir[128], path[256];
    struct bounds b;
};

static void begin(struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/bounds.db", p->dir);
    assert_int_equal(bounds_open(&p->b, p->path, noon, &moved, &err), 0);
    assert_false(moved);
}

static void end(struct place *p)
{
    struct err err = ERR_INIT;

    bounds_close(&p->b);
    if (sql_look(p->path, &err) < 0)
        fail_msg("%s", err.text);
    temp_dir_remove(p->dir);
}

static const struct series_key load = {.oid = 7, .unit = PERF_NONE, .label = {"load1", 5}};

/* warn at a time; the rest is always the same */
static void say(struct place *p, const struct series_key *k, int64_t at, const char *warn)
{
    struct bounds_row row = {.since_us = at, .uom = STR("s"), .warn = str_of(warn), .max = STR("100")};

    assert_int_equal(bounds_begin(&p->b), 0);
    assert_int_equal(bounds_put(&p->b, (uint64_t)at, k, &row), 0);
    assert_int_equal(bounds_end(&p->b, (uint64_t)at), 0);
}

static bool list_one(void *user, const struct bounds_row *row)
{
    buf_printf(user, "%lld:" STR_FMT " ", (long long)row->since_us, STR_ARG(row->warn));
    return true;
}

static void assert_rows(struct place *p, const struct series_key *k, int64_t from, int64_t to,
                        const char *wanted)
{
    struct buf b = BUF_INIT;

    assert_int_equal(bounds_read(&p->b, k, from, to, list_one, &b), 0);
    buf_add_char(&b, 0);
    assert_string_equal(b.data, wanted);
    buf_release(&b);
}

static void test_changes_only(void **state UNUSED)
{
    struct place p;

    begin(&p);
    say(&p, &load, 10, "5");
    say(&p, &load, 20, "5");
    say(&p, &load, 30, "6");
    say(&p, &load, 40, "6");
    say(&p, &load, 50, "");
    assert_rows(&p, &load, 0, 100, "10:5 30:6 50: ");
    assert_rows(&p, &load, 35, 100, "30:6 50: "); /* what held already */
    assert_rows(&p, &load, 30, 50, "30:6 ");
    assert_rows(&p, &load, 0, 10, "");
    assert_int_equal(p.b.applied, 50);
    end(&p);
}

/* Once more, and in another order. */
static void test_again_and_late(void **state UNUSED)
{
    struct place p;

    begin(&p);
    say(&p, &load, 30, "6");
    say(&p, &load, 10, "5"); /* late */
    say(&p, &load, 20, "6"); /* later still: so it was 6 from then on */
    assert_rows(&p, &load, 0, 100, "10:5 20:6 ");
    say(&p, &load, 10, "5");
    say(&p, &load, 20, "6");
    say(&p, &load, 30, "6");
    assert_rows(&p, &load, 0, 100, "10:5 20:6 ");
    say(&p, &load, 20, "7"); /* the later word counts */
    assert_rows(&p, &load, 0, 100, "10:5 20:7 ");
    end(&p);
}

/* Nothing was said: no row; and series are told apart by all of their key. */
static void test_series(void **state UNUSED)
{
    struct series_key other = load, bytes = {.oid = 7, .unit = PERF_NONE, .label = {"\xff'\x01\"", 4}};
    struct bounds_row nothing = {.since_us = 10};
    struct place p;

    begin(&p);
    assert_int_equal(bounds_begin(&p.b), 0);
    assert_int_equal(bounds_put(&p.b, 1, &load, &nothing), 0);
    assert_int_equal(bounds_end(&p.b, 1), 0);
    assert_rows(&p, &load, 0, 100, "");
    other.unit = PERF_SECONDS;
    say(&p, &other, 11, "1");
    say(&p, &bytes, 12, "2");
    assert_rows(&p, &load, 0, 100, "");
    assert_rows(&p, &other, 0, 100, "11:1 ");
    assert_rows(&p, &bytes, 0, 100, "12:2 ");
    end(&p);
}

static void test_reader(void **state UNUSED)
{
    struct err err = ERR_INIT;
    struct place p;
    struct bounds reader;
    bool moved;

    begin(&p);
    say(&p, &load, 10, "5");
    assert_int_equal(bounds_open_read(&reader, p.path, &err), 0);
    say(&p, &load, 20, "6");
    bounds_close(&p.b);
    p.b = reader;
    assert_rows(&p, &load, 0, 100, "10:5 20:6 ");
    bounds_close(&p.b);
    assert_int_equal(bounds_open(&p.b, p.path, noon, &moved, &err), 0);
    assert_int_equal(p.b.applied, 20);
    end(&p);
}

/* A database of version 1, which is that of today: whatever follows, this one is read. */
static const char version_1[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA application_id=0x56474231; PRAGMA "
    "user_version=1;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE bound (oid INTEGER NOT NULL, label TEXT NOT NULL, unit INTEGER NOT NULL, since INTEGER NOT "
    "NULL,"
    " site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER NOT NULL, uom TEXT NOT NULL, warn TEXT NOT "
    "NULL,"
    " crit TEXT NOT NULL, min TEXT NOT NULL, max TEXT NOT NULL, PRIMARY KEY (oid, label, unit, since)) "
    "STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('applied_seq', 41);"
    "INSERT INTO bound VALUES (7, 'load1', 0, 10, 0, 0, 30, 's', '5', '', '', '100'),"
    " (7, 'load1', 0, 20, 0, 0, 40, 's', '6', '', '', '100'),"
    " (8, 'rta', 0, 10, 0, 0, 31, 'ms', '100', '500', '0', '');";

static void sql(struct place *p, const char *text)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void test_version_1(void **state UNUSED)
{
    struct series_key rta = {.oid = 8, .unit = PERF_NONE, .label = {"rta", 3}};
    struct err err = ERR_INIT;
    char unit[BOUNDS_TEXT_MAX + 1];
    struct place p;
    bool moved;

    temp_dir_make(p.dir, sizeof(p.dir));
    snprintf(p.path, sizeof(p.path), "%s/bounds.db", p.dir);
    sql(&p, version_1);
    if (bounds_open(&p.b, p.path, noon, &moved, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(moved);
    assert_int_equal(p.b.applied, 41);
    assert_rows(&p, &load, 0, 100, "10:5 20:6 ");
    assert_rows(&p, &rta, 0, 100, "10:100 ");
    assert_int_equal(bounds_unit(&p.b, 8, STR("rta"), unit), 1);
    assert_string_equal(unit, "ms");
    say(&p, &load, 42, "6"); /* it holds already */
    say(&p, &load, 43, "7");
    assert_rows(&p, &load, 0, 100, "10:5 20:6 43:7 ");
    assert_int_equal(p.b.applied, 43);
    end(&p);
}

/* One of a newer version is refused, by whoever writes and by whoever reads, and stays as it is. */
static void test_newer(void **state UNUSED)
{
    struct err err = ERR_INIT;
    struct place p;
    bool moved;

    begin(&p);
    say(&p, &load, 10, "5");
    bounds_close(&p.b);
    sql(&p, "PRAGMA user_version=99");
    assert_int_equal(bounds_open(&p.b, p.path, noon, &moved, &err), E_INVAL);
    assert_false(moved);
    assert_non_null(strstr(err.text, "newer Vigie (schema 99, this one knows "));
    assert_int_equal(bounds_open_read(&p.b, p.path, &err), E_INVAL);
    sql(&p, "PRAGMA user_version=1");
    assert_int_equal(bounds_open(&p.b, p.path, noon, &moved, &err), 0);
    assert_rows(&p, &load, 0, 100, "10:5 ");
    end(&p);
}

static bool is_seven(void *user UNUSED, uint64_t oid)
{
    return oid == 7;
}

static void test_trim(void **state UNUSED)
{
    struct series_key gone = {.oid = 8, .label = {"x", 1}}, lately = {.oid = 9, .label = {"x", 1}};
    struct place p;
    int r;

    begin(&p);
    for (int64_t at = 10; at < 60; at += 10)
        say(&p, &load, at, at % 20 ? "1" : "2");
    say(&p, &gone, 10, "1");
    say(&p, &gone, 20, "2");
    say(&p, &lately, 35, "1");
    do
        r = bounds_trim(&p.b, (struct wall){30}, is_seven, NULL, 1);
    while (r == 1);
    assert_int_equal(r, 0);
    assert_rows(&p, &load, 0, 100, "30:1 40:2 50:1 "); /* that of 30 holds at 30 */
    assert_rows(&p, &gone, 0, 100, "");
    assert_rows(&p, &lately, 0, 100, "35:1 ");
    end(&p);
}

static void assert_value(struct perf_value v, const char *wanted)
{
    char text[PERF_TEXT];

    perf_text(&v, text);
    assert_string_equal(text, wanted);
}

static void test_base_units(void **state UNUSED)
{
    struct perf_range r = bounds_range(STR("ms"), STR("@10:500"));

    assert_true(r.inverted && r.given);
    assert_value(r.low, "0.01");
    assert_value(r.high, "0.5");
    r = bounds_range(STR("TiB"), STR("~:2"));
    assert_false(r.low.known);
    assert_value(r.high, "2199023255552");
    r = bounds_range(STR("%"), STR("90"));
    assert_value(r.low, "0");
    assert_value(r.high, "90");
    assert_value(bounds_number(STR("MB"), STR("1.5")), "1500000");
    assert_value(bounds_number(STR("furlongs"), STR("3")), "3");
    assert_value(bounds_number(STR(""), STR("3 or so")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_only), cmocka_unit_test(test_again_and_late),
        cmocka_unit_test(test_series),       cmocka_unit_test(test_reader),
        cmocka_unit_test(test_trim),         cmocka_unit_test(test_base_units),
        cmocka_unit_test(test_version_1),    cmocka_unit_test(test_newer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
