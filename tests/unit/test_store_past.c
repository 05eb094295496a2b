/* SPDX-License-Identifier: Apache-2.0 */
/* Role store and its history: lost or behind, it is made good from the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "base/limits.h"
#include "db/history.h"
#include "role/store_int.h"
#include "store_rig.h"

/* objects.db and history.db are projections: lost, they are made again. */
static void test_projections_come_back(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    uint64_t oid[8];
    struct rig g;
    char path[256];
    bool moved;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 90);
    memcpy(oid, g.engine.oid, sizeof(oid));
    rig_end(&g);
    rig_remove_file(&g, "db/objects.db");
    rig_remove_file(&g, "db/history.db");
    rig_begin(&g, RIG_CHECKS + 1);
    assert_true(g.engine.oid[0] == oid[0] && g.engine.oid[1] == oid[1] && g.engine.oid[2] == oid[2]);
    assert_int_equal(g.engine.oid[3], RIG_CHECKS + 1);
    rig_load(&g);
    rig_put_and_wait(&g, 91, 3);
    loop_once(g.loop, TIME_S);
    rig_end(&g);
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_true(h.applied >= 90);
    history_close(&h);
    temp_dir_remove(g.dir);
}

static bool is_behind(struct rig *g)
{
    return g->gate.lag >= rig_wanted && strstr(g->gate.degraded, "the history is not written");
}

static bool has_caught_up(struct rig *g)
{
    return !g->gate.lag && g->gate.applied >= rig_wanted && !g->gate.degraded[0];
}

static void count_events(void *user, struct str json)
{
    for (size_t i = 0; i + 5 < json.n; i++)
        *(unsigned *)user += memcmp(json.p + i, "\"id\":", 5) == 0;
}

/* A history that is lost, and cannot be made anew at first: how far it is behind is told; as soon as it can be it has all, of before and of meanwhile. */
static void test_lag_is_told(void **state UNUSED)
{
    struct str args[] = {STR("0"), STR(""), STR("1000")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 3};
    struct history h;
    struct err err = ERR_INIT;
    struct rig g;
    char path[256];
    unsigned events = 0;
    bool moved;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 900);
    rig_wanted = 900;
    rig_until(&g, has_caught_up);
    rig_end(&g);
    rig_remove_file(&g, "db/history.db");
    rig_remove_file(&g, "db/history.db-wal");
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(mkdir(path, 0700), 0); /* no file can be there */
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_wanted = 900;
    rig_until(&g, is_behind);
    rig_put_and_wait(&g, 901, 300);
    rig_wanted = 1200;
    rig_until(&g, is_behind);
    assert_int_equal(g.gate.applied, 0);
    assert_int_equal(rmdir(path), 0);
    rig_until(&g, has_caught_up);
    rig_end(&g);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_int_equal(h.applied, 1200);
    assert_int_equal(history_query(&h, &q, count_events, &events, &err), 0);
    assert_int_equal(events, 1200 / 3);
    history_close(&h);
    temp_dir_remove(g.dir);
}

/* ---- how long nothing ran ---- */

static void at(struct buf *batch, int64_t s, enum record_kind kind, const void *record)
{
    record_put(batch, kind, (struct wall){rig_noon.us + s * TIME_S}, record);
}

static void say(struct buf *batch, int64_t s)
{
    at(batch, s, RECORD_RESULT, &(struct record_result){.oid = 1});
}

/* As an engine that begins. */
static void life(struct buf *batch, int64_t s)
{
    at(batch, s, RECORD_SNAPSHOT, &(struct record_snapshot){.generation = 1});
    at(batch, s, RECORD_EVENT, &(struct record_event){.kind = RECORD_EVENT_START});
}

static bool is_applied(struct rig *g)
{
    struct sql db = {.db = NULL};
    struct err err = ERR_INIT;
    char path[256];
    int64_t applied = 0;

    snprintf(path, sizeof(path), "%s/db/history.db", g->dir);
    if (sql_open(&db, path, SQL_READ, &schema_history, &err) == 0)
        assert_int_equal(sql_meta_get(&db, "applied_seq", 0, &applied), 0);
    sql_close(&db);
    return applied >= (int64_t)rig_wanted;
}

/* The times between, in seconds: "from-to from-to". */
static void expect_gaps(struct rig *g, const char *wanted)
{
    struct history h;
    struct err err = ERR_INIT;
    struct buf found = BUF_INIT;
    char path[256];
    bool moved;

    snprintf(path, sizeof(path), "%s/db/history.db", g->dir);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_int_equal(sql_start(&h.sql, SQL_GAPS), 0);
    sql_bind_i64(&h.sql, SQL_GAPS, 1, rig_noon.us);
    sql_bind_i64(&h.sql, SQL_GAPS, 2, INT64_MAX);
    while (sql_step(&h.sql, SQL_GAPS) == 1)
        buf_printf(&found, "%s%lld-%lld", found.len ? " " : "",
                   (long long)((sql_i64(&h.sql, SQL_GAPS, 0) - rig_noon.us) / TIME_S),
                   (long long)((sql_i64(&h.sql, SQL_GAPS, 1) - rig_noon.us) / TIME_S));
    sql_end(&h.sql, SQL_GAPS);
    history_close(&h);
    buf_add_char(&found, 0);
    assert_string_equal(found.data, wanted);
    buf_release(&found);
}

/* Two lives that begin in one batch: each has its own time before it. */
static void test_two_starts_at_once(void **state UNUSED)
{
    struct buf batch = BUF_INIT;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    life(&batch, 1);
    say(&batch, 10);
    life(&batch, 100);
    say(&batch, 150);
    life(&batch, 300);
    say(&batch, 310);
    rig_put_batch(&g, 1, 9, &batch);
    rig_wanted = 9;
    rig_until(&g, is_applied);
    rig_end(&g);
    expect_gaps(&g, "10-100 150-300");
    buf_release(&batch);
    temp_dir_remove(g.dir);
}

/* ---- what waits is dropped: too much of it came ---- */

/* From now on live events wait, and nothing is read again from the journal, until let_go. */
static struct store *hold_back(struct rig *g)
{
    struct store *s = g->role->self;

    loop_timer_cancel(&s->past);
    s->applied.us += TIME_DAY;
    s->apply_took_us = TIME_S;
    return s;
}

static void let_go(struct rig *g)
{
    struct store *s = g->role->self;

    loop_timer_cancel(&s->past);
    while (s->behind)
        store_past_flush(s);
    s->applied.us -= TIME_DAY;
}

/* More events than may wait; the number of the last. */
static uint64_t flood(struct rig *g, uint64_t first, int64_t s)
{
    enum { TEXT = 4000, PIECE = 40, PIECES = 60 };
    static char text[TEXT];
    struct record_event e = {
        .oid = 1, .kind = RECORD_EVENT_COMMAND, .text = {text, TEXT}, .command = STR("ADD_HOST_COMMENT")};
    struct buf batch = BUF_INIT;

    memset(text, 'x', sizeof(text));
    for (int i = 0; i < PIECES; i++, first += PIECE) {
        for (int k = 0; k < PIECE; k++)
            at(&batch, s, RECORD_EVENT, &e);
        rig_put_batch(g, first, PIECE, &batch);
        rig_wanted = first + PIECE - 1;
        rig_until(g, rig_is_stored);
        buf_clear(&batch);
    }
    buf_release(&batch);
    return first - 1;
}

static unsigned all_events(struct rig *g)
{
    struct history h;
    struct err err = ERR_INIT;
    char path[256];
    bool moved;
    unsigned n = 0;

    snprintf(path, sizeof(path), "%s/db/history.db", g->dir);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_int_equal(sql_start(&h.sql, SQL_EVENTS_BEHIND), 0);
    sql_bind_i64(&h.sql, SQL_EVENTS_BEHIND, 1, 0);
    sql_bind_i64(&h.sql, SQL_EVENTS_BEHIND, 2, INT64_MAX);
    while (sql_step(&h.sql, SQL_EVENTS_BEHIND) == 1)
        n++;
    sql_end(&h.sql, SQL_EVENTS_BEHIND);
    history_close(&h);
    return n;
}

/* The time before a life that begins after a catch-up is that of the record that was read last, not of the one before which live events were dropped. */
static void test_start_after_catching_up(void **state UNUSED)
{
    struct buf batch = BUF_INIT;
    uint64_t last;
    struct store *s;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    life(&batch, 1);
    say(&batch, 10);
    rig_put_batch(&g, 1, 3, &batch);
    rig_wanted = 3;
    rig_until(&g, is_applied);
    s = hold_back(&g);
    last = flood(&g, 4, 20);
    assert_true(s->behind);
    buf_clear(&batch);
    say(&batch, 100);
    rig_put_batch(&g, ++last, 1, &batch);
    rig_wanted = last;
    rig_until(&g, rig_is_stored);
    let_go(&g);
    assert_int_equal(s->events_at.us, rig_noon.us + 100 * TIME_S);
    buf_clear(&batch);
    life(&batch, 300);
    rig_put_batch(&g, last + 1, 2, &batch);
    rig_wanted = last + 2;
    rig_until(&g, is_applied);
    rig_end(&g);
    expect_gaps(&g, "100-300");
    buf_release(&batch);
    temp_dir_remove(g.dir);
}

/* Lives that begin while others' events wait, and then all of it is dropped: what reads the journal brings each event once, and each life's time before it. */
static void test_starts_that_are_dropped(void **state UNUSED)
{
    struct buf batch = BUF_INIT;
    struct store *s;
    struct rig g;
    uint64_t last;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    say(&batch, 1);
    rig_put_batch(&g, 1, 1, &batch);
    rig_wanted = 1;
    rig_until(&g, rig_is_stored);
    s = hold_back(&g);
    for (uint64_t i = 0; i < 2; i++) { /* a second START, in a batch of its own, while the first one waits */
        buf_clear(&batch);
        life(&batch, 100 + 200 * (int64_t)i);
        say(&batch, 150 + 200 * (int64_t)i);
        rig_put_batch(&g, 2 + 3 * i, 3, &batch);
        rig_wanted = 4 + 3 * i;
        rig_until(&g, rig_is_stored);
        assert_int_equal(s->starts.n, i + 1);
    }
    assert_false(s->behind);
    last = flood(&g, 8, 360);
    assert_true(s->behind);
    assert_int_equal(s->starts.n, 0);
    buf_clear(&batch);
    life(&batch, 500); /* and one while nothing is taken */
    rig_put_batch(&g, last + 1, 2, &batch);
    rig_wanted = last + 2;
    rig_until(&g, rig_is_stored);
    let_go(&g);
    assert_int_equal(s->history.applied, last + 2);
    rig_end(&g);
    expect_gaps(&g, "1-100 150-300 360-500");
    assert_int_equal(all_events(&g), 3 + (last - 7));
    buf_release(&batch);
    temp_dir_remove(g.dir);
}

/* The same two lives, and nothing is dropped: the events wait, and are applied at once. */
static void test_starts_that_wait(void **state UNUSED)
{
    struct buf batch = BUF_INIT;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    say(&batch, 1);
    rig_put_batch(&g, 1, 1, &batch);
    rig_wanted = 1;
    rig_until(&g, rig_is_stored);
    hold_back(&g);
    for (uint64_t i = 0; i < 2; i++) {
        buf_clear(&batch);
        life(&batch, 100 + 200 * (int64_t)i);
        say(&batch, 150 + 200 * (int64_t)i);
        rig_put_batch(&g, 2 + 3 * i, 3, &batch);
        rig_wanted = 4 + 3 * i;
        rig_until(&g, rig_is_stored);
    }
    store_past_flush(g.role->self);
    let_go(&g);
    rig_end(&g);
    expect_gaps(&g, "1-100 150-300");
    assert_int_equal(all_events(&g), 2);
    buf_release(&batch);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_projections_come_back),   cmocka_unit_test(test_lag_is_told),
        cmocka_unit_test(test_two_starts_at_once),      cmocka_unit_test(test_start_after_catching_up),
        cmocka_unit_test(test_starts_that_are_dropped), cmocka_unit_test(test_starts_that_wait),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
