/* SPDX-License-Identifier: Apache-2.0 */
/* Role store and the database of states: what changes is in it, and an engine that starts on a damaged journal gets from it what is newer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/current.h"
#include "db/journal_read.h"
#include "state_version_1.h"
#include "store_rig.h"

/* What the database of states has of a check: number and attempt, or -1. */
static int64_t known(const struct rig *g, uint64_t oid, enum sql_id id)
{
    struct current c;
    struct err err = ERR_INIT;
    char path[256];
    int64_t seq = -1;

    snprintf(path, sizeof(path), "%s/db/state.db", g->dir);
    assert_int_equal(current_open_read(&c, path, &err), 0);
    assert_int_equal(sql_start(&c.sql, id), 0);
    sql_bind_i64(&c.sql, id, 1, (int64_t)oid);
    if (sql_step(&c.sql, id) == 1)
        seq = sql_i64(&c.sql, id, 0);
    sql_end(&c.sql, id);
    current_close(&c);
    return seq;
}

static bool states_are_in(struct rig *g)
{
    return known(g, g->engine.oid[2], SQL_STATE_SEQ) == 89 && known(g, g->engine.oid[1], SQL_STATE_SEQ) == 88;
}

static bool results_are_in(struct rig *g)
{
    return states_are_in(g) && known(g, g->engine.oid[2], SQL_RESULT_SEQ) == 89 &&
           known(g, g->engine.oid[1], SQL_RESULT_SEQ) == 88;
}

/* 60 records and their checkpoint, and 30 behind it. */
static void begin_with_a_past(struct rig *g)
{
    rig_make_folders(g);
    rig_begin(g, RIG_CHECKS);
    rig_load(g);
    rig_until(g, rig_is_asked);
    rig_put_and_wait(g, 1, 60);
    rig_send_checkpoint(g, 60);
    rig_put_and_wait(g, 61, 30);
}

/* Changes are in a moment later; after a loss all of it is made again from the journal, also what stood behind the checkpoint. */
static void test_states_in_the_database(void **state UNUSED)
{
    struct rig g;

    begin_with_a_past(&g);
    rig_until(&g, states_are_in);
    rig_end(&g);
    rig_remove_file(&g, "db/state.db");
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_until(&g, results_are_in);
    assert_int_equal(known(&g, g.engine.oid[0], SQL_STATE_SEQ), 60); /* it stands in the checkpoint only */
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* What `SELECT what` answers of the database of states: a number. */
static int64_t ask(const struct rig *g, const char *what)
{
    char path[256], text[256];
    sqlite3_stmt *st;
    sqlite3 *db;
    int64_t n;

    snprintf(path, sizeof(path), "%s/db/state.db", g->dir);
    snprintf(text, sizeof(text), "SELECT %s", what);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

static bool nothing_old_is_in(struct rig *g)
{
    return results_are_in(g) && ask(g, "count(*) FROM state") == RIG_CHECKS &&
           ask(g, "count(*) FROM result") == RIG_CHECKS;
}

/* One that the first version left: what it says counts for nothing, and all is made again from the journal. */
static void test_database_of_version_1(void **state UNUSED)
{
    struct rig g;
    sqlite3 *db;
    char path[256];

    begin_with_a_past(&g);
    rig_end(&g);
    rig_remove_file(&g, "db/state.db");
    snprintf(path, sizeof(path), "%s/db/state.db-wal", g.dir);
    unlink(path);
    snprintf(path, sizeof(path), "%s/db/state.db", g.dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, state_version_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_until(&g, nothing_old_is_in);
    assert_int_equal(known(&g, g.engine.oid[0], SQL_STATE_SEQ), 60);
    assert_int_equal(ask(&g, "(SELECT count(*) FROM comment) + (SELECT count(*) FROM downtime) + (SELECT "
                             "count(*) FROM contact) + (SELECT count(*) FROM program)"),
                     0);
    assert_int_equal(ask(&g, "value FROM meta WHERE name = 'reached_seq'"), 90);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* ---- a damaged journal ---- */

/* Overwrites the records that `hit` names, wherever they stand. */
static unsigned damage(const struct rig *g, bool (*hit)(const struct segment_record *r))
{
    struct journal_dir dir = {rig_open_at(g, "/journal", O_RDONLY | O_DIRECTORY)};
    struct journal_io io;
    struct journal_list list = {.v = {0}};
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;
    unsigned n = 0;

    journal_io_dir(&io, &dir);
    assert_int_equal(journal_list_read(&list, &io, &err), 0);
    journal_reader_init(&rd, &io, &list, 0, list.v.n);
    while (journal_reader_next_whole(&rd, &rec) == 1)
        if (hit(&rec.r)) {
            int fd = openat(dir.fd, list.v.at[rec.segment].name, O_WRONLY | O_CLOEXEC);
            size_t from = SEGMENT_RECORD_HEADER;

            for (; from < rec.size; from++)
                assert_int_equal(pwrite(fd, "\xa5", 1, (off_t)(rec.offset + from)), 1);
            close(fd);
            n++;
        }
    journal_reader_release(&rd);
    journal_list_release(&list);
    close(dir.fd);
    return n;
}

/* The last that the load says of an object: its record's kind, or 0; the text of a comment, the attempt of a state. */
struct said {
    enum record_kind kind;
    uint64_t number;
    char text[64];
};

static uint64_t number_of(enum record_kind kind, struct str payload, struct said *s)
{
    union {
        struct record_state state;
        struct record_comment comment;
        struct record_comment_del comment_del;
        struct record_downtime downtime;
        struct record_downtime_del downtime_del;
        struct record_program program;
    } u;

    if (kind == RECORD_CONTACT || record_get(kind, payload, &u) < 0)
        return UINT64_MAX;
    switch (kind) {
    case RECORD_STATE:
        s->number = u.state.attempt;
        str_copy(s->text, sizeof(s->text), u.state.check_command);
        return u.state.oid;
    case RECORD_COMMENT: str_copy(s->text, sizeof(s->text), u.comment.text); return u.comment.id;
    case RECORD_COMMENT_DEL: return u.comment_del.id;
    case RECORD_DOWNTIME: str_copy(s->text, sizeof(s->text), u.downtime.text); return u.downtime.id;
    case RECORD_DOWNTIME_DEL: return u.downtime_del.id;
    case RECORD_PROGRAM: s->number = u.program.next_comment; return 0;
    default: return UINT64_MAX;
    }
}

static struct said said_of(const struct rig *g, enum record_kind kind, uint64_t id)
{
    struct str rest = buf_str(&g->engine.loaded);
    struct record_frame f;
    struct said last = {.number = 0};

    while (rest.n) {
        struct said now = {.number = 0};

        assert_int_equal(record_next(&rest, &f), 1);
        if (f.kind != kind && !(kind == RECORD_COMMENT && f.kind == RECORD_COMMENT_DEL) &&
            !(kind == RECORD_DOWNTIME && f.kind == RECORD_DOWNTIME_DEL))
            continue;
        now.kind = f.kind;
        if (number_of(f.kind, f.payload, &now) == id)
            last = now;
    }
    return last;
}

static int64_t reached(const struct rig *g)
{
    struct current c;
    struct err err = ERR_INIT;
    char path[256];
    int64_t seq = -1;

    snprintf(path, sizeof(path), "%s/db/state.db", g->dir);
    assert_int_equal(current_open_read(&c, path, &err), 0);
    assert_int_equal(sql_meta_get(&c.sql, "reached_seq", 0, &seq), 0);
    current_close(&c);
    return seq;
}

static bool all_is_in(struct rig *g)
{
    return reached(g) == (int64_t)rig_wanted;
}

static void comment(struct rig *g, uint64_t seq, uint64_t id, const char *text)
{
    rig_put_one(g, seq, RECORD_COMMENT,
                &(struct record_comment){.id = id, .oid = g->engine.oid[0], .text = str_of(text)});
}

static void downtime(struct rig *g, uint64_t seq, uint64_t id, const char *text)
{
    rig_put_one(g, seq, RECORD_DOWNTIME,
                &(struct record_downtime){.id = id, .oid = g->engine.oid[1], .text = str_of(text)});
}

/* What is so after record 20. */
static void whole_checkpoint(struct rig *g, uint64_t last)
{
    static const char *const text[] = {"one", "two", "three"};
    static const uint64_t attempt[RIG_CHECKS] = {1000, 16, 14};
    struct record_checkpoint_end done = {.last = last};
    struct buf batch = BUF_INIT;

    for (uint64_t i = 0; i < RIG_CHECKS; i++)
        record_put(&batch, RECORD_STATE, rig_noon,
                   &(struct record_state){.oid = g->engine.oid[i], .attempt = attempt[i]});
    for (uint64_t id = 1; id <= 3; id++)
        record_put(&batch, RECORD_COMMENT, rig_noon,
                   &(struct record_comment){.id = id, .oid = g->engine.oid[0], .text = str_of(text[id - 1])});
    record_put(&batch, RECORD_DOWNTIME, rig_noon,
               &(struct record_downtime){.id = 5, .oid = g->engine.oid[1], .text = STR("five")});
    record_put(&batch, RECORD_CHECKPOINT_END, rig_noon, &done);
    rig_send_records(g, last, &batch);
    buf_release(&batch);
}

/* 20 records, a checkpoint, and a tail in which all kinds of things happen. */
static void some_life(struct rig *g)
{
    rig_make_folders(g);
    rig_begin(g, RIG_CHECKS);
    rig_load(g);
    rig_until(g, rig_is_asked);
    rig_put_and_wait(g, 1, 16);
    comment(g, 17, 1, "one");
    comment(g, 18, 2, "two");
    comment(g, 19, 3, "three");
    downtime(g, 20, 5, "five");
    whole_checkpoint(g, 20);
    rig_put_one(g, 21, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = 2});
    rig_put_one(g, 22, RECORD_DOWNTIME_DEL, &(struct record_downtime_del){.id = 5});
    comment(g, 23, 4, "four");
    downtime(g, 24, 6, "six");
    rig_put_one(g, 25, RECORD_STATE,
                &(struct record_state){
                    .oid = g->engine.oid[0], .attempt = 7, .ack_type = 2, .check_command = STR("other")});
    rig_put_one(g, 26, RECORD_PROGRAM, &(struct record_program){.next_comment = 99});
    rig_put_one(g, 27, RECORD_STATE, &(struct record_state){.oid = g->engine.oid[1], .attempt = 8});
}

static void expect_end(struct rig *g)
{
    struct said s = said_of(g, RECORD_STATE, g->engine.oid[0]);

    assert_int_equal(s.number, 7);
    assert_string_equal(s.text, "other");
    assert_int_equal(said_of(g, RECORD_STATE, g->engine.oid[1]).number, 8);
    assert_int_equal(said_of(g, RECORD_STATE, g->engine.oid[2]).number, 14);
    assert_string_equal(said_of(g, RECORD_COMMENT, 1).text, "one");
    assert_string_equal(said_of(g, RECORD_COMMENT, 4).text, "four");
    assert_string_equal(said_of(g, RECORD_DOWNTIME, 6).text, "six");
    assert_true(said_of(g, RECORD_COMMENT, 2).kind != RECORD_COMMENT);
    assert_true(said_of(g, RECORD_DOWNTIME, 5).kind != RECORD_DOWNTIME);
    assert_int_equal(said_of(g, RECORD_PROGRAM, 0).number, 99);
}

static bool in_the_tail(const struct segment_record *r)
{
    return !(r->flags & SEGMENT_CHECKPOINT) && r->seq > 20 && r->seq < 27;
}

static bool in_the_checkpoint(const struct segment_record *r)
{
    return (r->flags & SEGMENT_CHECKPOINT && r->kind != RECORD_CHECKPOINT_END) || in_the_tail(r) ||
           (r->seq > 10 && r->seq < 27);
}

static bool last_of_all(const struct segment_record *r)
{
    return r->seq >= 25;
}

static bool rotated(struct rig *g)
{
    return g->engine.segments > 0;
}

/* After damage the store has the journal made whole by a checkpoint in a new segment; then the database is made anew from it. */
static void expect_mended(struct rig *g, uint64_t seq)
{
    g->engine.segments = 0;
    rig_put_one(g, seq, RECORD_PROGRAM, &(struct record_program){.next_comment = 100});
    rig_until(g, rotated);
    whole_checkpoint(g, seq);
    rig_put_one(g, seq + 1, RECORD_STATE, &(struct record_state){.oid = g->engine.oid[0], .attempt = 9});
    rig_until(g, all_is_in);
    rig_end(g);
    rig_begin(g, RIG_CHECKS);
    rig_load(g);
    assert_int_equal(g->engine.next_seq, seq + 2);
    assert_int_equal(said_of(g, RECORD_STATE, g->engine.oid[0]).number, 9);
    assert_string_equal(said_of(g, RECORD_COMMENT, 2).text, "two"); /* it is there again */
    assert_true(said_of(g, RECORD_COMMENT, 4).kind == 0);
}

/* Is the engine told that commands which wait cannot go on? */
static bool ends_commands(const struct rig *g)
{
    struct str rest = buf_str(&g->engine.loaded);
    struct record_command_end end;
    struct record_frame f;
    bool found = false;

    while (record_next(&rest, &f) == 1)
        found = found ||
                (f.kind == RECORD_COMMAND_END && record_get(f.kind, f.payload, &end) == 0 && end.all == 2);
    return found;
}

static void damaged(bool (*hit)(const struct segment_record *r), unsigned least)
{
    struct rig g;

    some_life(&g);
    expect_end((rig_load(&g), &g));
    assert_false(ends_commands(&g));
    rig_until(&g, all_is_in);
    rig_end(&g);
    assert_true(damage(&g, hit) >= least);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    expect_end(&g);
    assert_true(ends_commands(&g));
    assert_true(g.engine.next_seq >= 28);
    rig_end(&g); /* before it is mended: it is as it was */
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    expect_end(&g);
    expect_mended(&g, g.engine.next_seq);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void test_damaged_tail(void **state UNUSED)
{
    damaged(in_the_tail, 6);
}

static void test_damaged_checkpoint(void **state UNUSED)
{
    damaged(in_the_checkpoint, 18);
}

static void test_damaged_end(void **state UNUSED)
{
    damaged(last_of_all, 3);
}

static void copy(const struct rig *g, const char *from, const char *to)
{
    int in = rig_open_at(g, from, O_RDONLY), out = rig_open_at(g, to, O_WRONLY | O_CREAT | O_TRUNC);
    char piece[4096];
    ssize_t n;

    while ((n = read(in, piece, sizeof(piece))) > 0)
        assert_int_equal(write(out, piece, (size_t)n), n);
    close(in);
    close(out);
}

static bool number_25(const struct segment_record *r)
{
    return r->seq == 25;
}

/* A database that was left behind brings nothing back: where the journal knows better, it wins. */
static void test_database_put_back(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_until(&g, rig_is_asked);
    comment(&g, 1, 1, "one");
    comment(&g, 2, 2, "two");
    downtime(&g, 3, 5, "five");
    rig_put_one(&g, 4, RECORD_STATE, &(struct record_state){.oid = g.engine.oid[0], .attempt = 4});
    rig_until(&g, all_is_in);
    rig_end(&g);
    copy(&g, "/db/state.db", "/old");
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_one(&g, 5, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = 2});
    rig_put_one(&g, 6, RECORD_DOWNTIME_DEL, &(struct record_downtime_del){.id = 5});
    comment(&g, 7, 3, "three");
    rig_put_one(&g, 8, RECORD_STATE, &(struct record_state){.oid = g.engine.oid[0], .attempt = 8});
    rig_put_one(&g, 25, RECORD_PROGRAM, &(struct record_program){.next_comment = 25});
    rig_put_one(&g, 26, RECORD_PROGRAM, &(struct record_program){.next_comment = 26});
    rig_end(&g);
    copy(&g, "/old", "/db/state.db");
    assert_int_equal(damage(&g, number_25), 1);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    assert_string_equal(said_of(&g, RECORD_COMMENT, 1).text, "one");
    assert_true(said_of(&g, RECORD_COMMENT, 2).kind != RECORD_COMMENT);
    assert_string_equal(said_of(&g, RECORD_COMMENT, 3).text, "three");
    assert_true(said_of(&g, RECORD_DOWNTIME, 5).kind != RECORD_DOWNTIME);
    assert_int_equal(said_of(&g, RECORD_STATE, g.engine.oid[0]).number, 8);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_in_the_database), cmocka_unit_test(test_damaged_tail),
        cmocka_unit_test(test_damaged_checkpoint),     cmocka_unit_test(test_damaged_end),
        cmocka_unit_test(test_database_put_back),      cmocka_unit_test(test_database_of_version_1),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
