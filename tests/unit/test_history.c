/* SPDX-License-Identifier: Apache-2.0 */
/* Projections: history is applied once and in order, a damaged file is moved aside, a newer one refused. */
#include <sys/stat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/history.h"
#include "temp_dir.h"

static const struct wall noon = {1767268800 * TIME_S};

struct place {
    char dir[128], path[160];
};

static void begin(struct place *p)
{
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/a.db", p->dir);
}

static void fill(struct history *h, uint64_t from, uint64_t to)
{
    assert_int_equal(history_begin(h), 0);
    for (uint64_t seq = from; seq <= to; seq++) {
        struct record_event e = {.oid = 1 + seq % 3,
                                 .kind = RECORD_EVENT_ALERT,
                                 .state = 2,
                                 .hard = seq % 2,
                                 .attempt = 3,
                                 .text = STR("dead <b>")};

        assert_int_equal(history_add(h, seq, (struct wall){noon.us + (int64_t)seq * TIME_S}, &e), 0);
    }
    assert_int_equal(history_end(h, to), 0);
}

static void gather(void *user, struct str json)
{
    buf_add_str(user, json);
}

static int ask(struct history *h, struct buf *out, const char *stmt, const char *a, const char *b,
               const char *c)
{
    struct str args[4] = {STR("0"), str_of(a), str_of(b), str_of(c)};
    struct history_args q = {
        .stmt = str_of(stmt), .at = args, .n = (size_t)(1 + (a != NULL) + (b != NULL) + (c != NULL))};
    struct err err = ERR_INIT;

    buf_clear(out);
    return history_query(h, &q, gather, out, &err);
}

static int64_t number(struct history *h, const char *question)
{
    sqlite3_stmt *st;
    int64_t n;

    assert_int_equal(sqlite3_prepare_v2(h->sql.db, question, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* Each event stands where it is found by its object, and nothing else does. */
static void expect_places(struct history *h)
{
    assert_int_equal(number(h, "SELECT count(*) FROM object_event"), number(h, "SELECT count(*) FROM event"));
    assert_int_equal(number(h, "SELECT count(*) FROM event NATURAL JOIN object_event"),
                     number(h, "SELECT count(*) FROM event"));
}

static unsigned count(struct str s, const char *word)
{
    unsigned n = 0;

    for (size_t i = 0; i + strlen(word) <= s.n; i++)
        n += memcmp(s.p + i, word, strlen(word)) == 0;
    return n;
}

static void test_events(void **state UNUSED)
{
    struct history h, reader;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_not_equal(history_open_read(&reader, p.path, &err), 0);
    err_clear(&err);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_false(moved);
    fill(&h, 1, 10);
    assert_int_equal(history_open_read(&reader, p.path, &err), 0);
    assert_int_equal(ask(&reader, &out, "events_of", "2", "", "2"), 0);
    assert_string_equal(out.data, "[{\"id\":\"10\",\"time\":\"2026-01-01T12:00:10.000Z\",\"oid\":\"2\","
                                  "\"kind\":\"alert\",\"state\":2,\"hard\":false,\"attempt\":3,"
                                  "\"type\":0,\"ref\":\"0\",\"text\":\"dead \\u003cb>\"},"
                                  "{\"id\":\"7\",\"time\":\"2026-01-01T12:00:07.000Z\",\"oid\":\"2\","
                                  "\"kind\":\"alert\",\"state\":2,\"hard\":true,\"attempt\":3,"
                                  "\"type\":0,\"ref\":\"0\",\"text\":\"dead \\u003cb>\"}]");
    assert_int_equal(ask(&reader, &out, "events_of", "2", "7", "2"), 0); /* the next page */
    assert_int_equal(count(buf_str(&out), "\"id\":"), 2);
    assert_int_equal(count(buf_str(&out), "\"id\":\"4\""), 1);
    assert_int_equal(ask(&reader, &out, "events_recent", "0", "1000", NULL), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 10);
    history_close(&reader);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static void test_questions_are_checked(void **state UNUSED)
{
    static const char *const wrong[][4] = {
        {"drop table event", NULL, NULL, NULL},
        {"events_of", "1", "", NULL},
        {"events_of", "x", "", "5"},
        {"events_of", "", "", "5"},
        {"events_of", "1", "", "0"},
        {"events_of", "1", "", "1001"},
        {"events_of", "1", "-1", "5"},
        {"events_recent", "", "5", "5"},
        {"events_recent", "", "1;", NULL},
        {"events_of", "18446744073709551615", "", "5"},
    };
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(ask(&h, &out, wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3]), E_INVAL);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static int ask_page(struct history *h, struct buf *out, const char *question, int64_t from_s, int64_t to_s,
                    const char *cursor, const char *limit)
{
    char from[32], to[32];
    struct str args[] = {STR("0"), STR_NULL, STR_NULL, str_of(cursor), str_of(limit)};
    struct history_args q = {.stmt = str_of(question), .at = args, .n = ARRAY_LEN(args)};
    struct err err = ERR_INIT;

    snprintf(from, sizeof(from), "%lld", (long long)(noon.us + from_s * TIME_S));
    snprintf(to, sizeof(to), "%lld", (long long)(noon.us + to_s * TIME_S));
    args[1] = str_of(from);
    args[2] = str_of(to);
    buf_clear(out);
    return history_query(h, &q, gather, out, &err);
}

static int ask_between(struct history *h, struct buf *out, int64_t from_s, int64_t to_s, const char *cursor,
                       const char *limit)
{
    return ask_page(h, out, "events_between", from_s, to_s, cursor, limit);
}

/* Results that were handed in stand among the events for who asks for the log, and nowhere else; they go by an age of their own. */
static void test_passive(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h, 1, 10);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t seq = 11; seq <= 13; seq++) {
        struct record_event e = {
            .oid = 2, .kind = RECORD_EVENT_PASSIVE, .state = seq - 4, .text = STR("said")};

        assert_int_equal(history_add(&h, seq, (struct wall){noon.us + ((int64_t)seq - 6) * TIME_S}, &e), 0);
    }
    assert_int_equal(history_end(&h, 13), 0);
    assert_int_equal(ask_page(&h, &out, "log_between", 5, 6, "0", "10"), 0); /* 12, 6, 11, 5 */
    assert_int_equal(count(buf_str(&out), "\"id\":"), 4);
    assert_true(
        str_starts(buf_str(&out), STR("[{\"at\":\"1767268806000000\",\"passive\":true,\"id\":\"12\",")));
    assert_int_equal(count(buf_str(&out), "\"state\":8,"), 1);
    assert_int_equal(count(buf_str(&out), "\"text\":\"said\""), 2);
    assert_int_equal(ask_page(&h, &out, "log_between", 5, 6, "12", "2"), 0);
    assert_true(strstr(out.data, "\"id\":\"6\"") < strstr(out.data, "\"id\":\"11\""));
    assert_int_equal(count(buf_str(&out), "\"id\":"), 2);
    assert_int_equal(ask_between(&h, &out, 0, 20, "0", "100"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 10);
    assert_int_equal(ask(&h, &out, "events_of", "2", "", "100"), 0);
    assert_int_equal(count(buf_str(&out), "said"), 0);
    expect_places(&h);
    assert_int_equal(history_trim(&h, &(struct history_kept){.passive = {noon.us + 7 * TIME_S}}, 10), 2);
    assert_int_equal(ask_page(&h, &out, "log_between", 0, 20, "0", "100"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 11);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

/* Event n happens n seconds after noon, 20 and 21 when 5 does. Pages meet without a gap, also within one moment. */
static void test_between(void **state UNUSED)
{
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT};
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h, 1, 10);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_add(&h, 20, (struct wall){noon.us + 5 * TIME_S}, &e), 0);
    assert_int_equal(history_add(&h, 21, (struct wall){noon.us + 5 * TIME_S}, &e), 0);
    assert_int_equal(history_end(&h, 21), 0);
    assert_int_equal(ask_between(&h, &out, 3, 6, "0", "3"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 3);
    assert_true(str_starts(buf_str(&out), STR("[{\"at\":\"1767268806000000\",\"id\":\"6\",")));
    assert_int_equal(count(buf_str(&out), "\"id\":\"21\"") + count(buf_str(&out), "\"id\":\"20\""), 2);
    assert_int_equal(ask_between(&h, &out, 3, 5, "21", "1000"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 4); /* 20, 5, 4, 3 */
    assert_int_equal(count(buf_str(&out), "\"id\":\"20\""), 1);
    assert_int_equal(ask_between(&h, &out, 3, 5, "20", "1000"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 3);
    assert_int_equal(ask_between(&h, &out, 6, 3, "0", "1000"), 0);
    assert_string_equal(out.data, "[]");
    assert_int_equal(ask_between(&h, &out, 1, 2, "0", "1001"), E_INVAL);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static int64_t file_size(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

/* A transaction that was not ended leaves nothing; adding twice changes nothing. */
static void test_once(void **state UNUSED)
{
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT};
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h, 1, 5);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_add(&h, 6, noon, &e), 0);
    history_close(&h); /* as if killed */
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_int_equal(h.applied, 5);
    fill(&h, 4, 8);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 8);
    assert_int_equal(history_trim(&h, &(struct history_kept){.events = {noon.us + 4 * TIME_S}}, 2), 2);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 6);
    expect_places(&h);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

/* Each class goes by its own age, and what is gone takes no room. */
static void test_trim_classes(void **state UNUSED)
{
    struct history h;
    struct place p;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    char text[2000];
    int64_t before;
    bool moved;

    begin(&p);
    memset(text, 'x', sizeof(text));
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t seq = 1; seq <= 2000; seq++) {
        struct record_event e = {.oid = 1,
                                 .kind = seq % 100 ? RECORD_EVENT_ALERT : RECORD_EVENT_COMMAND,
                                 .text = str_make(text, sizeof(text))};

        assert_int_equal(history_add(&h, seq, (struct wall){noon.us + (int64_t)seq * TIME_S}, &e), 0);
    }
    assert_int_equal(history_end(&h, 2000), 0);
    history_close(&h);
    before = file_size(p.path);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    /* Alerts of before the 1900th are gone, commands of before the 1000th. */
    assert_int_equal(history_trim(&h,
                                  &(struct history_kept){.events = {noon.us + 1900 * TIME_S},
                                                         .audit = {noon.us + 1000 * TIME_S}},
                                  10000),
                     1899 - 18 + 9);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), 0);
    assert_int_equal(count(buf_str(&out), "\"kind\":\"alert\""), 99);
    assert_int_equal(count(buf_str(&out), "\"kind\":\"command\""), 11);
    expect_places(&h);
    history_close(&h);
    assert_true(file_size(p.path) < before / 4);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

/* In a hurry what was committed is as safe, and what was not is as absent. */
static void test_hurry(void **state UNUSED)
{
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT};
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    history_hurry(&h, true);
    assert_true(h.sql.hurries);
    fill(&h, 1, 5);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_add(&h, 6, noon, &e), 0);
    history_close(&h);       /* as if killed */
    history_hurry(&h, true); /* closed: no effect */
    assert_false(h.sql.hurries);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_int_equal(h.applied, 5);
    history_hurry(&h, true);
    fill(&h, 6, 8);
    history_hurry(&h, false);
    assert_false(h.sql.hurries);
    fill(&h, 9, 9);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":"), 9);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

/* In a hurry a commit leaves the log as it is; a long one goes into the file when it is told to. */
static void test_tidy(void **state UNUSED)
{
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT};
    struct buf text = BUF_INIT;
    struct history h;
    struct err err = ERR_INIT;
    struct place p;
    int64_t before;
    bool moved;

    begin(&p);
    for (int i = 0; i < 60000; i++)
        buf_add_char(&text, 'x');
    e.long_text = buf_str(&text);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    history_hurry(&h, true);
    before = file_size(p.path);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t seq = 1; seq <= 1200; seq++)
        assert_int_equal(history_add(&h, seq, noon, &e), 0);
    assert_false(sql_tidy(&h.sql)); /* not within a transaction */
    assert_int_equal(history_end(&h, 1200), 0);
    assert_int_equal(file_size(p.path), before);
    assert_true(sql_tidy(&h.sql));
    assert_true(file_size(p.path) > 1200 * 60000);
    assert_false(sql_tidy(&h.sql));
    history_close(&h);
    buf_release(&text);
    temp_dir_remove(p.dir);
}

/* An answer of many long rows comes in pieces, each a whole array. */
static void count_piece(void *user, struct str json)
{
    unsigned *n = user;

    assert_true(json.n < HISTORY_CHUNK + 200 * 1024);
    assert_true(json.p[0] == '[' && json.p[json.n - 1] == ']');
    ++*n;
}

static void test_pieces(void **state UNUSED)
{
    struct str args[] = {STR("0"), STR(""), STR("100")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 3};
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_ALERT};
    struct history h;
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    struct place p;
    unsigned n = 0;
    bool moved;

    begin(&p);
    for (int i = 0; i < 60000; i++)
        buf_add_char(&text, '<');
    e.long_text = buf_str(&text);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_int_equal(history_begin(&h), 0);
    for (uint64_t i = 1; i <= 20; i++)
        assert_int_equal(history_add(&h, i, noon, &e), 0);
    assert_int_equal(history_end(&h, 20), 0);
    assert_int_equal(history_query(&h, &q, count_piece, &n, &err), 0);
    assert_true(n > 10);
    history_close(&h);
    buf_release(&text);
    temp_dir_remove(p.dir);
}

static bool at_once(void *user UNUSED)
{
    return true;
}

static void test_limit(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h, 1, 20000);
    sql_limit(&h.sql, at_once, NULL);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), E_TIMEOUT);
    sql_limit(&h.sql, NULL, NULL);
    assert_int_equal(ask(&h, &out, "events_recent", "", "1000", NULL), 0);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static void overwrite(const char *path, long at, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "r+b");

    assert_non_null(f);
    fseek(f, at, SEEK_SET);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void test_damaged_and_newer(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct place p;
    char aside[200];
    bool moved;

    begin(&p);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    fill(&h, 1, 5);
    history_close(&h);
    overwrite(p.path, 0, "no database, this one", 21);
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), 0);
    assert_true(moved);
    assert_int_equal(h.applied, 0);
    snprintf(aside, sizeof(aside), "%s.damaged-1767268800", p.path);
    assert_int_equal(access(aside, F_OK), 0);
    fill(&h, 1, 5);
    history_close(&h);
    overwrite(p.path, 60, "\0\0\0\x63", 4); /* user_version 99 */
    assert_int_equal(history_open(&h, p.path, noon, &moved, &err), E_INVAL);
    assert_non_null(strstr(err.text, "newer Vigie"));
    assert_false(moved);
    temp_dir_remove(p.dir);
}

/* Moved aside again and again: the newest stays, and of the others the one from which most can be had. */
static void test_damaged_again_and_again(void **state UNUSED)
{
    static const char *const stay[] = {".damaged-1767268802", ".damaged-1767268802-wal",
                                       ".damaged-1767268805"};
    static const char *const goes[] = {".damaged-1767268800", ".damaged-1767268800-wal",
                                       ".damaged-1767268801", ".damaged-1767268803", ".damaged-1767268804"};
    struct wall at = noon;
    struct history h;
    struct err err = ERR_INIT;
    struct place p;
    char path[200], text[800];
    bool moved;

    begin(&p);
    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < 6; i++, at.us += TIME_S) {
        FILE *f = fopen(p.path, "w");

        assert_non_null(f);
        fwrite(text, 1, i == 2 ? 800 : 700, f); /* the third is the largest */
        fclose(f);
        if (i % 2 == 0) {
            snprintf(path, sizeof(path), "%s-wal", p.path);
            fclose(fopen(path, "w"));
        }
        assert_int_equal(history_open(&h, p.path, at, &moved, &err), 0);
        assert_true(moved);
        history_close(&h);
    }
    for (size_t i = 0; i < ARRAY_LEN(stay); i++) {
        snprintf(path, sizeof(path), "%s%s", p.path, stay[i]);
        assert_int_equal(access(path, F_OK), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(goes); i++) {
        snprintf(path, sizeof(path), "%s%s", p.path, goes[i]);
        assert_int_equal(access(path, F_OK), -1);
    }
    temp_dir_remove(p.dir);
}

/* Databases as each version made them. A version that was in a release is never taken out: every later one must read it. */
static const char history_1[] =
    "PRAGMA journal_mode=WAL; PRAGMA application_id=1447512113; PRAGMA user_version=1;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, site INTEGER NOT NULL, scope INTEGER "
    "NOT NULL,"
    " oid INTEGER NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL, hard INTEGER NOT NULL, attempt "
    "INTEGER NOT NULL,"
    " type INTEGER NOT NULL, ref INTEGER NOT NULL, text TEXT NOT NULL, long_text TEXT NOT NULL, contact TEXT "
    "NOT NULL,"
    " author TEXT NOT NULL, command TEXT NOT NULL) STRICT;"
    "CREATE INDEX event_by_object ON event (oid);"
    "CREATE INDEX event_by_time ON event (at);"
    "INSERT INTO meta VALUES ('applied_seq', 41);"
    "INSERT INTO event VALUES (40, 1767268800000000, 0, 0, 9, 2, 2, 1, 3, 0, 0, 'down', '', 'ann', '', "
    "'mail');";

static void test_history_of_version_1(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    sqlite3 *db;
    bool moved;

    begin(&p);
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, history_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    if (history_open(&h, p.path, noon, &moved, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(moved);
    assert_int_equal(h.applied, 41);
    assert_false(h.filled);
    assert_int_equal(ask(&h, &out, "events_of", "9", "", "5"), 0);
    assert_int_equal(count(buf_str(&out), "\"kind\":\"notification\""), 1);
    assert_int_equal(count(buf_str(&out), "\"contact\":\"ann\",\"command\":\"mail\""), 1);
    fill(&h, 42, 43);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static const char history_2[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA application_id=1447512113; PRAGMA "
    "user_version=2;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, site INTEGER NOT NULL, scope INTEGER "
    "NOT NULL,"
    " oid INTEGER NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL, hard INTEGER NOT NULL, attempt "
    "INTEGER NOT NULL,"
    " type INTEGER NOT NULL, ref INTEGER NOT NULL, text TEXT NOT NULL, long_text TEXT NOT NULL, contact TEXT "
    "NOT NULL,"
    " author TEXT NOT NULL, command TEXT NOT NULL) STRICT;"
    "CREATE INDEX event_by_object ON event (oid, at);"
    "CREATE INDEX event_by_time ON event (at);"
    "CREATE INDEX event_by_kind ON event (kind, at);"
    "CREATE TABLE span (oid INTEGER NOT NULL, since INTEGER NOT NULL, seq INTEGER NOT NULL, state INTEGER "
    "NOT "
    "NULL, hard_state INTEGER NOT NULL, hard INTEGER NOT NULL, attempt INTEGER NOT NULL, acknowledged "
    "INTEGER "
    "NOT NULL, downtimes INTEGER NOT NULL, flapping INTEGER NOT NULL, changed INTEGER NOT NULL, said INTEGER "
    "NOT NULL, PRIMARY KEY (oid, since, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE gap (seq INTEGER PRIMARY KEY, since INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
    "CREATE TABLE watched (oid INTEGER PRIMARY KEY) STRICT;"
    "INSERT INTO meta VALUES ('applied_seq', 43), ('alive', 1767268800000000), ('spans_filled', 1), "
    "('spans_seeded', 1);"
    "INSERT INTO watched VALUES (9);"
    "INSERT INTO event VALUES (40, 1767268800000000, 0, 0, 9, 1, 2, 1, 3, 0, 0, 'down', '', '', '', ''),"
    " (41, 1767268800000000, 0, 0, 9, 2, 2, 1, 3, 0, 0, 'down', '', 'ann', '', 'mail'),"
    " (42, 1767268700000000, 0, 0, 9, 1, 0, 1, 1, 0, 0, 'by a slow clock', '', '', '', ''),"
    " (43, 1767268800000000, 0, 0, 0, 15, 0, 0, 0, 0, 0, 'reload', '', '', '', '');"
    "INSERT INTO span VALUES (9, 1767268800000000, 40, 2, 2, 1, 3, 0, 0, 0, 1767268800000000, 40);";

static void test_history_of_version_2(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;
    struct place p;
    struct span s;
    sqlite3 *db;
    bool moved;

    begin(&p);
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, history_2, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    if (history_open(&h, p.path, noon, &moved, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(moved);
    assert_true(h.filled && h.seeded);
    assert_int_equal(h.applied, 43);
    expect_places(&h);
    fill(&h, 44, 50);
    expect_places(&h);
    assert_int_equal(ask(&h, &out, "events_of", "9", "", "5"), 0); /* by time, then by number */
    assert_int_equal(count(buf_str(&out), "\"oid\":\"9\""), 3);
    assert_true(strstr(out.data, "\"id\":\"41\"") < strstr(out.data, "\"id\":\"40\""));
    assert_true(strstr(out.data, "\"id\":\"40\"") < strstr(out.data, "\"id\":\"42\""));
    assert_int_equal(ask(&h, &out, "events_of", "9", "41", "1"), 0);
    assert_int_equal(count(buf_str(&out), "\"id\":\"40\""), 1);
    assert_int_equal(span_at(&h.sql, 9, noon, &s), 1);
    assert_int_equal(s.state, 2);
    assert_int_equal(history_trim(&h, &(struct history_kept){noon, noon, noon}, 10), 1);
    expect_places(&h);
    history_close(&h);
    buf_release(&out);
    temp_dir_remove(p.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_questions_are_checked),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_passive),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_hurry),
        cmocka_unit_test(test_trim_classes),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_damaged_and_newer),
        cmocka_unit_test(test_damaged_again_and_again),
        cmocka_unit_test(test_history_of_version_1),
        cmocka_unit_test(test_history_of_version_2),
        cmocka_unit_test(test_tidy),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
