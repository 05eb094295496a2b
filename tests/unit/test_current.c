/* SPDX-License-Identifier: Apache-2.0 */
/* The database of states: what a record says stands in the columns of its name; what is over is gone; what did not change need not be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "db/current.h"
#include "state_version_1.h"
#include "temp_dir.h"

static const struct wall noon = {1767268800 * TIME_S};

struct place {
    char dir[128], path[256];
    struct current c;
};

static void begin(struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/state.db", p->dir);
    assert_int_equal(current_open(&p->c, p->path, noon, &moved, &err), 0);
    assert_false(moved);
}

static void end(struct place *p)
{
    struct err err = ERR_INIT;

    current_close(&p->c);
    if (sql_look(p->path, &err) < 0) /* as a restore does it */
        fail_msg("%s", err.text);
    temp_dir_remove(p->dir);
}

/* What `SELECT what` answers, as the test's own SQL sees it. */
static const char *ask(struct place *p, const char *what, ...)
{
    static char out[8192];
    char sql[700];
    sqlite3_stmt *st;
    va_list ap;
    int n = snprintf(sql, sizeof(sql), "SELECT ");

    va_start(ap, what);
    vsnprintf(sql + n, sizeof(sql) - (size_t)n, what, ap);
    va_end(ap);
    if (sqlite3_prepare_v2(p->c.sql.db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(p->c.sql.db));
    if (sqlite3_step(st) == SQLITE_ROW)
        snprintf(out, sizeof(out), "%s", (const char *)sqlite3_column_text(st, 0));
    else
        snprintf(out, sizeof(out), "none");
    sqlite3_finalize(st);
    return out;
}

static void put(struct place *p, uint64_t seq, enum record_kind kind, const void *record)
{
    struct buf b = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&b, kind, noon, record);
    rest = buf_str(&b);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_int_equal(current_begin(&p->c), 0);
    assert_int_equal(current_put(&p->c, seq, f.at, f.kind, f.payload), 0);
    assert_int_equal(current_end(&p->c, seq, seq), 0);
    buf_release(&b);
}

/* A value of its own for each field of a record; its texts are called as their field. */
#define FILL_U64(name, field, tag) r_##name.field = ++value;
#define FILL_I64(name, field, tag) r_##name.field = (int64_t)++value;
#define FILL_STR(name, field, tag) r_##name.field = STR(#field);

/* The field is a column, and has its value there, whatever the order of the statement. */
static void expect(struct place *p, const char *table, const char *field, uint64_t value, const char *text)
{
    char wanted[64];

    snprintf(wanted, sizeof(wanted), "%llu", (unsigned long long)value);
    if (strcmp(ask(p, "\"%s\" FROM %s", field, table), text ? text : wanted) != 0)
        fail_msg("%s.%s is %s, not %s", table, field, ask(p, "\"%s\" FROM %s", field, table),
                 text ? text : wanted);
}

static const char *table_of(struct place *p, const char *field)
{
    return ask(p, "count(*) FROM pragma_table_info('state') WHERE name = '%s'", field)[0] == '1' ? "state"
                                                                                                 : "result";
}

/* What is read back is the record that was put, to the last field. */
static void expect_back(struct place *p, enum record_kind kind, const void *record)
{
    struct current_cursor cur = {.c = &p->c};
    struct current_row row;
    struct buf was = BUF_INIT, is = BUF_INIT;
    int got;

    record_put(&was, kind, noon, record);
    while ((got = current_next(&cur, (struct wall){0}, &row, &is)) == 1 && row.kind != kind)
        buf_clear(&is);
    assert_int_equal(got, 1);
    assert_int_equal(is.len, was.len);
    assert_memory_equal(is.data, was.data, is.len);
    current_stop(&cur);
    assert_int_equal(current_next(&cur, noon, &row, &is), 0);
    buf_release(&was);
    buf_release(&is);
}

/* What state.db does not keep. */
#define FILL_snapshot(...)
#define FILL_result(...)
#define FILL_event(...)
#define FILL_notify_intent(...)
#define FILL_notified(...)
#define FILL_comment_del(...)
#define FILL_downtime_del(...)
#define FILL_command(...)
#define FILL_clock(...)
#define FILL_checkpoint_end(...)
#define FILL_state_end(...)
#define FILL_skip(...)
#define FILL_command_waits(...)
#define FILL_file_waits(...)
#define FILL_file_read(...)
#define FILL_doubt(...)
#define FILL_command_part(...)
#define FILL_command_end(...)
#define FILL_telling(...)
#define FILL_telling_part(...)
#define FILL_given_up(...)
#define FILL_audit_head(...)

static void test_each_field_has_its_column(void **state UNUSED)
{
    static struct record_state r_state;
    static struct record_comment r_comment;
    static struct record_downtime r_downtime;
    static struct record_contact r_contact;
    static struct record_program r_program;
    static const char *const all[] = {"state", "result", "comment", "downtime", "contact", "program"};
    uint64_t value = 100;
    struct place p;

#define RECORD(NAME, name, number)
#define F_U64(name, field, tag) FILL_##name(U64, name, field, tag)
#define F_I64(name, field, tag) FILL_##name(I64, name, field, tag)
#define F_STR(name, field, tag) FILL_##name(STR, name, field, tag)
#define END(name)
#define FILL_state(type, ...)    FILL_##type(__VA_ARGS__)
#define FILL_comment(type, ...)  FILL_##type(__VA_ARGS__)
#define FILL_downtime(type, ...) FILL_##type(__VA_ARGS__)
#define FILL_contact(type, ...)  FILL_##type(__VA_ARGS__)
#define FILL_program(type, ...)  FILL_##type(__VA_ARGS__)
#include "core/record.def"
    begin(&p);
    put(&p, 1, RECORD_STATE, &r_state);
    put(&p, 2, RECORD_COMMENT, &r_comment);
    put(&p, 3, RECORD_DOWNTIME, &r_downtime);
    put(&p, 4, RECORD_CONTACT, &r_contact);
    put(&p, 5, RECORD_PROGRAM, &r_program);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        assert_string_equal(ask(&p, "count(*) FROM %s", all[i]), "1");
    expect_back(&p, RECORD_STATE, &r_state);
    expect_back(&p, RECORD_COMMENT, &r_comment);
    expect_back(&p, RECORD_DOWNTIME, &r_downtime);
    expect_back(&p, RECORD_CONTACT, &r_contact);
    expect_back(&p, RECORD_PROGRAM, &r_program);
    value = 100;
#undef FILL_U64
#undef FILL_I64
#undef FILL_STR
#define FILL_U64(name, field, tag)                                                                           \
    value++;                                                                                                 \
    EXPECT_##name(#field, value, NULL)
#define FILL_I64(name, field, tag)                                                                           \
    value++;                                                                                                 \
    EXPECT_##name(#field, value, NULL)
#define FILL_STR(name, field, tag) EXPECT_##name(#field, 0, #field)
#define EXPECT_state(field, ...)   expect(&p, table_of(&p, field), field, __VA_ARGS__);
#define EXPECT_comment(...)        expect(&p, "comment", __VA_ARGS__);
#define EXPECT_downtime(...)       expect(&p, "downtime", __VA_ARGS__);
#define EXPECT_contact(...)        expect(&p, "contact", __VA_ARGS__);
#define EXPECT_program(...)                                                                                  \
    if (r_program.epoch != value) /* its row has the number 1, not a field */                                \
        expect(&p, "program", __VA_ARGS__);
#include "core/record.def"
    assert_string_equal(ask(&p, "seq || ' ' || at FROM downtime"), "3 1767268800000000");
    assert_string_equal(ask(&p, "name || ' ' || site || ' ' || seq FROM contact"), "name 0 4");
    end(&p);
}

static void test_what_is_over_is_gone(void **state UNUSED)
{
    struct place p;

    begin(&p);
    for (uint64_t oid = 1; oid <= 2; oid++) {
        put(&p, oid, RECORD_STATE, &(struct record_state){.oid = oid, .output = STR("said")});
        put(&p, oid, RECORD_COMMENT, &(struct record_comment){.id = oid, .oid = oid});
        put(&p, oid, RECORD_COMMENT, &(struct record_comment){.id = 10 + oid, .oid = oid});
        put(&p, oid, RECORD_DOWNTIME, &(struct record_downtime){.id = oid, .oid = oid});
        put(&p, oid, RECORD_DOWNTIME, &(struct record_downtime){.id = 10 + oid, .oid = oid});
    }
    put(&p, 3, RECORD_STATE_END, &(struct record_state_end){.oid = 2});
    put(&p, 4, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = 11});
    put(&p, 5, RECORD_DOWNTIME_DEL, &(struct record_downtime_del){.id = 1});
    assert_string_equal(ask(&p, "group_concat(oid) FROM state"), "1");
    assert_string_equal(ask(&p, "group_concat(oid) FROM result"), "1");
    assert_string_equal(ask(&p, "group_concat(id) FROM comment"), "1");
    assert_string_equal(ask(&p, "group_concat(id) FROM downtime"), "11");
    assert_int_equal(p.c.applied, 5);
    /* From a checkpoint on: what it does not name is over. */
    assert_int_equal(current_begin(&p.c), 0);
    assert_int_equal(current_renew(&p.c), 0);
    assert_int_equal(current_put_state(&p.c, 9, noon, &(struct record_state){.oid = 7}, CURRENT_WHOLE), 0);
    assert_int_equal(current_sweep(&p.c, 9), 0);
    assert_int_equal(current_end(&p.c, 9, 9), 0);
    assert_string_equal(ask(&p, "group_concat(oid) FROM state"), "7");
    assert_string_equal(ask(&p, "group_concat(oid) FROM result"), "7");
    assert_string_equal(ask(&p, "count(*) FROM comment"), "0");
    end(&p);
}

static bool is_bob(void *user UNUSED, struct str name)
{
    return str_eq_c(name, "bob");
}

static void test_contacts_that_are_gone(void **state UNUSED)
{
    struct place p;

    begin(&p);
    put(&p, 1, RECORD_CONTACT, &(struct record_contact){.name = STR("ann")});
    put(&p, 2, RECORD_CONTACT, &(struct record_contact){.name = STR("bob")});
    put(&p, 3, RECORD_CONTACT, &(struct record_contact){.name = STR("cy")});
    assert_int_equal(current_begin(&p.c), 0);
    assert_int_equal(current_keep_contacts(&p.c, is_bob, NULL), 0);
    assert_int_equal(current_end(&p.c, 3, 3), 0);
    assert_string_equal(ask(&p, "group_concat(name) FROM contact"), "bob");
    end(&p);
}

static void test_what_did_not_change(void **state UNUSED)
{
    struct record_state a = {.oid = 1, .state = 2, .output = STR("one"), .last_check = 1}, b = a;
    struct place p;

    b.last_check = 2;
    b.output = STR("two");
    b.next_check = 7;
    b.flap_history = 5;
    assert_int_equal(current_digest(&a), current_digest(&b));
    assert_int_not_equal(current_digest(&a), 0);
    begin(&p);
    put(&p, 1, RECORD_STATE, &a);
    assert_int_equal(current_begin(&p.c), 0);
    assert_int_equal(current_put_state(&p.c, 2, noon, &b, CURRENT_RESULT), 0);
    assert_int_equal(current_end(&p.c, 2, 2), 0);
    assert_string_equal(ask(&p, "seq FROM state"), "1");
    assert_string_equal(ask(&p, "output || next_check || seq FROM result"), "two72");
    b.ack_type = 1;
    assert_int_not_equal(current_digest(&a), current_digest(&b));
    end(&p);
}

static void test_given_up_and_again(void **state UNUSED)
{
    struct place p;
    struct err err = ERR_INIT;
    bool moved;

    begin(&p);
    put(&p, 1, RECORD_STATE, &(struct record_state){.oid = 1});
    assert_int_equal(current_begin(&p.c), 0);
    assert_int_equal(current_put_state(&p.c, 2, noon, &(struct record_state){.oid = 2}, CURRENT_WHOLE), 0);
    current_close(&p.c); /* killed */
    assert_int_equal(current_open(&p.c, p.path, noon, &moved, &err), 0);
    assert_int_equal(p.c.applied, 1);
    assert_string_equal(ask(&p, "group_concat(oid) FROM state"), "1");
    end(&p);
}

/* The database as it was made then is opened, and closed again. */
static void make(struct place *p, const char *text)
{
    char log[300];
    sqlite3 *db;

    current_close(&p->c);
    snprintf(log, sizeof(log), "%s-wal", p->path);
    unlink(log);
    unlink(p->path);
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void reopen(struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    if (current_open(&p->c, p->path, noon, &moved, &err) < 0)
        fail_msg("%s", err.text);
    assert_false(moved);
}

/* Every column of every table, in order. */
static void columns(struct place *p, char *out, size_t n)
{
    snprintf(out, n, "%s",
             ask(p,
                 "group_concat(x, '') FROM (SELECT m.name || c.cid || c.name || c.type || c.\"notnull\" || "
                 "c.pk || coalesce(c.dflt_value, '-') AS x FROM sqlite_schema AS m, "
                 "pragma_table_info(m.name) AS c WHERE m.type = 'table' ORDER BY m.name, c.cid)"));
}

/* It comes to the form of today: what lacked fields is made again from the journal, all of it; comments and downtimes are as they were until then. */
static void test_version_1(void **state UNUSED)
{
    char wanted[8192], got[8192];
    struct place p;

    begin(&p);
    columns(&p, wanted, sizeof(wanted));
    make(&p, state_version_1);
    reopen(&p);
    columns(&p, got, sizeof(got));
    assert_string_equal(got, wanted);
    assert_true(strlen(got) > 2000);
    assert_true(p.c.applied == 0 && p.c.reached == 0);
    assert_string_equal(ask(&p, "(SELECT count(*) FROM state) + (SELECT count(*) FROM result) + (SELECT "
                                "count(*) FROM contact) + (SELECT count(*) FROM program)"),
                        "0");
    assert_string_equal(
        ask(&p, "group_concat(id || ' ' || oid || ' ' || seq || author || text) FROM comment"),
        "3 9 40annwords");
    assert_string_equal(ask(&p, "group_concat(id || ' ' || start || ' ' || \"end\" || text) FROM downtime"),
                        "4 13 14moved");
    expect_back(&p, RECORD_COMMENT,
                &(struct record_comment){.id = 3,
                                         .oid = 9,
                                         .entry_type = 1,
                                         .source = 1,
                                         .persistent = 1,
                                         .entry_time = 11,
                                         .author = STR("ann"),
                                         .text = STR("words")});
    assert_int_equal(current_begin(&p.c), 0);
    assert_int_equal(current_renew(&p.c), 0);
    assert_int_equal(current_end(&p.c, 0, 0), 0);
    put(&p, 42, RECORD_STATE, &(struct record_state){.oid = 9, .attempt = 2, .check_command = STR("other")});
    put(&p, 43, RECORD_CONTACT, &(struct record_contact){.name = STR("ann"), .host_period = STR("always")});
    assert_string_equal(ask(&p, "check_command || attempt FROM state"), "other2");
    assert_string_equal(ask(&p, "host_period FROM contact"), "always");
    assert_string_equal(ask(&p, "count(*) FROM comment"), "0");
    assert_int_equal(p.c.reached, 43);
    current_close(&p.c); /* and it is not done once more */
    reopen(&p);
    assert_true(p.c.applied == 43 && p.c.reached == 43);
    end(&p);
}

/* One of a newer version is refused, and nothing in it is another than before. */
static void test_newer(void **state UNUSED)
{
    struct err err = ERR_INIT;
    struct place p;
    sqlite3 *db;
    bool moved;

    begin(&p);
    put(&p, 1, RECORD_STATE, &(struct record_state){.oid = 9});
    assert_int_equal(sqlite3_exec(p.c.sql.db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
    current_close(&p.c);
    assert_int_equal(current_open(&p.c, p.path, noon, &moved, &err), E_INVAL);
    assert_false(moved);
    assert_non_null(strstr(err.text, "newer Vigie (schema 99, this one knows "));
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    p.c.sql.db = db;
    assert_string_equal(ask(&p, "user_version || ' ' || (SELECT seq FROM state) FROM pragma_user_version"),
                        "99 1");
    end(&p);
}

/* A database as version 3 made it. It lacks fields, so nothing of its rows is used any more, and all is made again from the journal. */
static const char version_3[] =
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA application_id=0x56475331; PRAGMA "
    "user_version=3;"
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE state (oid INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER "
    "NOT NULL, at INTEGER NOT NULL, checked INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;"
    "CREATE TABLE result (oid INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq "
    "INTEGER "
    "NOT NULL, at INTEGER NOT NULL, passive INTEGER NOT NULL, output TEXT NOT NULL) STRICT;"
    "CREATE TABLE comment (id INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq "
    "INTEGER "
    "NOT NULL, at INTEGER NOT NULL, oid INTEGER NOT NULL, entry_type INTEGER NOT NULL, source INTEGER NOT "
    "NULL, persistent INTEGER NOT NULL, expires INTEGER NOT NULL, entry_time INTEGER NOT NULL, expire_time "
    "INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE downtime (id INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq "
    "INTEGER "
    "NOT NULL, at INTEGER NOT NULL, oid INTEGER NOT NULL, entry_time INTEGER NOT NULL, start INTEGER NOT "
    "NULL, "
    "\"end\" INTEGER NOT NULL, duration_us INTEGER NOT NULL, fixed INTEGER NOT NULL, triggered_by INTEGER "
    "NOT "
    "NULL, in_effect INTEGER NOT NULL, actual_start INTEGER NOT NULL, comment_id INTEGER NOT NULL, author "
    "TEXT "
    "NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE TABLE contact (name TEXT PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq INTEGER "
    "NOT NULL, at INTEGER NOT NULL, host_off INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE program (id INTEGER PRIMARY KEY, site INTEGER NOT NULL, scope INTEGER NOT NULL, seq "
    "INTEGER "
    "NOT NULL, at INTEGER NOT NULL, switches INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES ('applied_seq', 41);"
    "INSERT INTO state VALUES (9, 0, 0, 40, 1767268800000000, 1, 2);"
    "INSERT INTO result VALUES (9, 0, 0, 40, 1767268800000000, 1, 'down');"
    "INSERT INTO comment VALUES (3, 0, 0, 41, 1767268800000000, 9, 1, 0, 1, 0, 0, 0, 'ann', 'words');";

static void test_version_3(void **state UNUSED)
{
    struct place p;

    begin(&p);
    make(&p, version_3);
    reopen(&p);
    assert_int_equal(p.c.applied, 0);
    assert_int_equal(p.c.reached, 0);
    assert_string_equal(ask(&p, "count(*) FROM state"), "0");
    put(&p, 42, RECORD_STATE, &(struct record_state){.oid = 9, .check_command = STR("other")});
    assert_string_equal(ask(&p, "check_command FROM state"), "other");
    assert_int_equal(p.c.reached, 42);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_field_has_its_column),
        cmocka_unit_test(test_what_is_over_is_gone),
        cmocka_unit_test(test_what_did_not_change),
        cmocka_unit_test(test_contacts_that_are_gone),
        cmocka_unit_test(test_given_up_and_again),
        cmocka_unit_test(test_version_3),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_newer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
