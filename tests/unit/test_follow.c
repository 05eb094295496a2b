/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history catches up with the journal in turns: what comes out is the database that was written batch by batch when it happened, row by row, although the journal goes on
 * meanwhile, the process is killed in the middle, a transaction fails, or a segment that was being read is removed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "core/record.h"
#include "db/follow.h"
#include "memdisk.h"
#include "temp_dir.h"

enum { OBJECTS = 12, BATCH = 23 };

struct world {
    struct memdisk disk;
    struct journal_io io;
    struct journal_options o;
    struct journal j;
    struct history live, made; /* written when it happened; made from the journal */
    struct follow f;
    struct wall now;
    bool calm; /* one configuration, and a clock that nobody sets */
    char dir[128];
};

static const struct wall noon = {1767268800 * TIME_S};

/* ---- what happens ---- */

/* The configuration with hash aaa... has objects 1 to 8, bbb... 2 to 9, and so on. */
static int watch_hash(struct history *h, uint64_t seq, struct wall at, char first)
{
    uint64_t oid[8];

    for (size_t i = 0; i < ARRAY_LEN(oid); i++)
        oid[i] = i + 1 + (uint64_t)(first - 'a');
    return history_watch(h, seq, at, oid, ARRAY_LEN(oid));
}

static int on_snapshot(void *user, const struct segment_record *r)
{
    struct record_snapshot s;

    assert_int_equal(record_get(RECORD_SNAPSHOT, r->payload, &s), 0);
    return watch_hash(user, r->seq, r->at, s.hash.p[0]);
}

static struct record_event draw_event(struct world *w)
{
    static const enum record_event_kind of_object[] = {
        RECORD_EVENT_ALERT,          RECORD_EVENT_ALERT,          RECORD_EVENT_NOTIFICATION,
        RECORD_EVENT_DOWNTIME_START, RECORD_EVENT_DOWNTIME_END,   RECORD_EVENT_ACK,
        RECORD_EVENT_ACK_REMOVED,    RECORD_EVENT_FLAPPING_START, RECORD_EVENT_FLAPPING_END};
    struct record_event e = {.oid = 1 + memdisk_random(&w->disk, OBJECTS),
                             .kind = of_object[memdisk_random(&w->disk, ARRAY_LEN(of_object))],
                             .state = memdisk_random(&w->disk, 4),
                             .hard = memdisk_random(&w->disk, 2),
                             .attempt = 1 + memdisk_random(&w->disk, 3),
                             .type = 1,
                             .text = STR("what a plugin said, as long as such words are")};

    if (memdisk_random(&w->disk, 40) == 0)
        e = (struct record_event){.kind = RECORD_EVENT_START};
    return e;
}

static void add(struct world *w, enum record_kind kind, const void *record)
{
    struct buf batch = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&batch, kind, w->now, record);
    rest = buf_str(&batch);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_true(journal_add(&w->j, w->j.next, (uint16_t)kind, w->now, f.payload));
    buf_release(&batch);
}

/* A record into the journal and into the history that is written as it happens. Now and then the clock is set back, by more and by less than what counts. */
static void one_record(struct world *w)
{
    static const int64_t steps_s[] = {1, 7, 90, 1, 4000, -3, 2, -400};
    uint64_t seq = w->j.next, what = memdisk_random(&w->disk, 50);

    w->now.us +=
        steps_s[memdisk_random(&w->disk, w->calm || memdisk_random(&w->disk, 20) ? 5 : ARRAY_LEN(steps_s))] *
        TIME_S;
    if (!w->calm &&
        memdisk_random(&w->disk, 150) == 0) { /* wrong for a while, or wrong before: which, is seen later */
        struct record_event e = {.kind = RECORD_EVENT_START};

        w->now.us -= (2 + (int64_t)memdisk_random(&w->disk, 3)) * TIME_DAY;
        add(w, RECORD_EVENT, &e);
        assert_int_equal(history_add(&w->live, seq, w->now, &e), 0);
        history_seen(&w->live, w->now);
        return;
    }
    if (what == 0 && !(w->calm && w->j.next > 100)) {
        char hash[SEGMENT_HASH + 1] = "";
        struct record_snapshot s;

        memset(hash, 'a' + (int)memdisk_random(&w->disk, 4), SEGMENT_HASH);
        s = (struct record_snapshot){.hash = str_of(hash)};
        add(w, RECORD_SNAPSHOT, &s);
        assert_int_equal(watch_hash(&w->live, seq, w->now, hash[0]), 0);
        return;
    }
    if (what < 20) {
        struct record_result r = {.oid = 1, .run_id = seq, .output = STR("as before")};

        add(w, RECORD_RESULT, &r);
    } else {
        struct record_event e = draw_event(w);

        add(w, RECORD_EVENT, &e);
        assert_int_equal(history_add(&w->live, seq, w->now, &e), 0);
    }
    history_seen(&w->live, w->now);
}

/* A checkpoint that says nothing, so that the next segment may begin. */
static void checkpoint(struct world *w)
{
    if (journal_asks_checkpoint(&w->j))
        journal_add_checkpoint(&w->j, w->j.next - 1, RECORD_CHECKPOINT_END, w->now, STR(""));
}

static void happen(struct world *w, unsigned batches)
{
    for (unsigned i = 0; i < batches; i++) {
        checkpoint(w);
        assert_int_equal(history_begin(&w->live), 0);
        for (unsigned k = 0; k < BATCH; k++)
            one_record(w);
        assert_int_equal(journal_commit(&w->j, w->now), 0);
        assert_int_equal(history_end(&w->live, journal_stored(&w->j)), 0);
    }
}

/* ---- the two histories ---- */

static void open_history(struct world *w, struct history *h, const char *name)
{
    struct err err = ERR_INIT;
    char path[200];
    bool moved;

    snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    if (history_open(h, path, noon, &moved, &err) < 0 || moved)
        fail_msg("%s", err.text);
}

static void begin(struct world *w, uint64_t seed)
{
    struct err err = ERR_INIT;

    memset(w, 0, sizeof(*w));
    w->o = (struct journal_options){
        .segment_bytes = 15000, .reserve = 4096, .keep_bytes = 1u << 30, .keep_us = 1000 * TIME_DAY};
    w->now = noon;
    memdisk_init(&w->disk, seed);
    memdisk_io(&w->io, &w->disk);
    assert_int_equal(journal_open(&w->j, &w->io, &w->o, &err), 0);
    temp_dir_make(w->dir, sizeof(w->dir));
    open_history(w, &w->live, "live.db");
    open_history(w, &w->made, "made.db");
    follow_init(&w->f, &w->made, &w->j, on_snapshot, &w->made);
    history_hurry(&w->made, true);
}

static void end(struct world *w)
{
    history_close(&w->live);
    history_close(&w->made);
    journal_release(&w->j);
    memdisk_release(&w->disk);
    temp_dir_remove(w->dir);
}

static int add_row(void *user, int n, char **value, char **name UNUSED)
{
    for (int i = 0; i < n; i++)
        buf_printf(user, "%s|", value[i]);
    buf_add_char(user, '\n');
    return 0;
}

static void dump(const struct history *h, const char *from, const char *columns, struct buf *out)
{
    char text[200];

    snprintf(text, sizeof(text), "SELECT '%s', %s FROM %s ORDER BY 2, 3, 4", from, columns, from);
    assert_int_equal(sqlite3_exec(h->sql.db, text, add_row, out, NULL), SQLITE_OK);
}

static void dump_all(const struct history *h, struct buf *out)
{
    buf_clear(out);
    dump(h, "event", "*", out);
    dump(h, "object_event", "*", out);
    dump(h, "span", "*", out);
    dump(h, "gap", "*", out);
    dump(h, "watched", "oid, 0, 0", out);
    buf_printf(out, "%llu %lld\n", (unsigned long long)h->applied, (long long)h->alive);
}

static void expect_same(struct world *w)
{
    struct buf want = BUF_INIT, got = BUF_INIT;
    size_t i = 0;

    assert_int_equal(w->made.applied, journal_stored(&w->j));
    dump_all(&w->live, &want);
    dump_all(&w->made, &got);
    assert_true(want.len > 20000);
    while (i < want.len && i < got.len && want.data[i] == got.data[i])
        i++;
    if (i < want.len || i < got.len) {
        i -= MIN(i, (size_t)60);
        fail_msg("they differ at %zu\nwritten as it happened: %.160s\nmade again: %.160s", i, want.data + i,
                 got.data + i);
    }
    buf_release(&want);
    buf_release(&got);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

/* The events are the same, but for those with these numbers. */
static void expect_events_without(struct world *w, uint64_t first, uint64_t last)
{
    struct buf had = BUF_INIT, has = BUF_INIT;
    char wanted[120];

    snprintf(wanted, sizeof(wanted), "SELECT * FROM event WHERE seq < %llu OR seq > %llu ORDER BY seq",
             (unsigned long long)first, (unsigned long long)last);
    assert_int_equal(sqlite3_exec(w->live.sql.db, wanted, add_row, &had, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(w->made.sql.db, "SELECT * FROM event ORDER BY seq", add_row, &has, NULL),
                     SQLITE_OK);
    assert_string_equal(had.data, has.data);
    buf_release(&had);
    buf_release(&has);
}

/* ---- the tests ---- */

static void happen_in_segments(struct world *w, unsigned batches)
{
    happen(w, batches);
    assert_true(w->j.list.v.n > 5);
}

/* A reader that begins where another one stood gives what the one before it would have given, from anywhere. */
static void test_stand(void **state UNUSED)
{
    struct journal_stand stand = {.expect = 0};
    struct journal_reader all, one;
    struct journal_record want, got;
    struct err err = ERR_INIT;
    struct world w;

    begin(&w, 15);
    happen_in_segments(&w, 60);
    assert_false(journal_read_at(&w.j, &stand, &one));
    journal_read_from(&w.j, 1, &all);
    journal_reader_stand(&all, &stand);
    assert_false(journal_read_at(&w.j, &stand, &one)); /* nothing was read */
    assert_int_equal(journal_reader_next(&all, &want, &err), 1);
    for (;;) {
        int r;

        journal_reader_stand(&all, &stand);
        assert_true(journal_read_at(&w.j, &stand, &one));
        r = journal_reader_next(&all, &want, &err);
        assert_int_equal(journal_reader_next(&one, &got, &err), r);
        assert_int_equal(one.damage.places, 0);
        journal_reader_release(&one);
        if (r == 0)
            break;
        assert_true(got.r.seq == want.r.seq && got.segment == want.segment && got.offset == want.offset);
    }
    journal_reader_release(&all);
    end(&w);
}

/* Turns without time: each does as little as a turn may. In between the journal goes on, until it has had enough. */
static void follow_all(struct world *w, unsigned more)
{
    int r;

    while ((r = follow_turn(&w->f, 0)) == 1)
        if (more) {
            happen(w, 1);
            more--;
        }
    assert_int_equal(r, 0);
}

static void test_same(void **state UNUSED)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct world w;

        begin(&w, seed);
        w.f.most = seed % 2 ? 700 : FOLLOW_EVENTS; /* of many transactions, and of one */
        w.f.part = seed % 3 ? FOLLOW_PART : 0;     /* some in parts */
        happen_in_segments(&w, 100);
        follow_all(&w, 15);
        expect_same(&w);
        happen(&w, 3); /* behind once more: from where it was, not from the begin of the segment */
        follow_all(&w, 0);
        expect_same(&w);
        end(&w);
    }
}

static bool at_once(void *user UNUSED)
{
    return true;
}

/* Killed at a turn's end: what was not committed is read again, and what was committed in parts counts for nothing. */
static void killed(uint64_t seed, unsigned part, unsigned most, unsigned *kills, unsigned *in_parts)
{
    struct world w;
    int r = 1;

    begin(&w, seed);
    w.calm = seed % 4;
    happen_in_segments(&w, 250);
    while (r == 1) {
        w.f.most = most;
        w.f.part = part;
        r = follow_turn(&w.f, 0);
        if ((!w.made.sql.in_transaction && !w.f.in_parts) || memdisk_random(&w.disk, 3))
            continue;
        ++*kills;
        *in_parts += w.made.parts;
        if (memdisk_random(&w.disk, 2)) { /* or only its transaction */
            sql_rollback(&w.made.sql);
            history_close(&w.made);
            open_history(&w, &w.made, "made.db");
            follow_init(&w.f, &w.made, &w.j, on_snapshot, &w.made);
        } else {
            sql_limit(&w.made.sql, at_once, NULL);
            while (follow_turn(&w.f, 0) == 1)
                continue;
            sql_limit(&w.made.sql, NULL, NULL);
        }
    }
    assert_int_equal(r, 0);
    assert_false(w.made.parts);
    expect_same(&w);
    end(&w);
}

static void test_killed(void **state UNUSED)
{
    unsigned kills = 0, in_parts = 0;

    killed(12, FOLLOW_PART, 300, &kills, &in_parts);
    assert_true(kills > 2 && !in_parts);
    for (uint64_t seed = 1; seed <= 12; seed++)
        killed(seed, 0, seed % 2 ? 300 : 1200, &kills, &in_parts);
    print_message("%u kills, %u in parts\n", kills, in_parts);
    assert_true(in_parts > 12);
}

/* However much one transaction has, SQLite's log stays short: it is committed in parts, and the log goes into the file between them. */
static void test_log_is_short(void **state UNUSED)
{
    enum { TEXT = 4000, ROUNDS = 400, EVENTS = 40, MOST = 48 << 20 }; /* 64 MB in all */
    static char text[TEXT];
    struct record_event e = {.oid = 1, .kind = RECORD_EVENT_NOTIFICATION, .text = {text, TEXT}};
    char log[220];
    struct stat st;
    struct world w;
    off_t longest = 0;
    int r;

    memset(text, 'x', TEXT);
    begin(&w, 1);
    w.j.o.segment_bytes = 8 << 20;
    for (int i = 0; i < ROUNDS; i++) {
        checkpoint(&w);
        for (int k = 0; k < EVENTS; k++)
            add(&w, RECORD_EVENT, &e);
        assert_int_equal(journal_commit(&w.j, w.now), 0);
    }
    snprintf(log, sizeof(log), "%s/made.db-wal", w.dir);
    do {
        r = follow_turn(&w.f, TIME_MS);
        assert_int_equal(stat(log, &st), 0);
        longest = MAX(longest, st.st_size);
    } while (r == 1);
    assert_int_equal(r, 0);
    assert_int_equal(w.made.applied, journal_stored(&w.j));
    assert_in_range(longest, 1 << 20, MOST);
    end(&w);
}

/* A statement that fails takes the transaction with it. The next one is short; then it goes on as before. */
static void test_fails(void **state UNUSED)
{
    struct world w;
    int r;

    begin(&w, 12);
    happen_in_segments(&w, 100);
    for (int i = 0; i < 3; i++)
        assert_int_equal(follow_turn(&w.f, 0), 1);
    assert_true(w.made.sql.in_transaction && w.f.to > 0);
    sql_limit(&w.made.sql, at_once, NULL);
    while ((r = follow_turn(&w.f, 0)) == 1)
        continue;
    assert_int_equal(r, E_TIMEOUT);
    assert_false(w.made.sql.in_transaction);
    assert_int_equal(w.made.applied, 0);
    assert_true(w.f.most < FOLLOW_EVENTS);
    sql_limit(&w.made.sql, NULL, NULL);
    follow_all(&w, 0);
    expect_same(&w);
    assert_true(w.f.most > 2000);
    end(&w);
}

/* The segment that is being read is removed, because it is too old: what was read stays, what is left follows. */
static void test_removed(void **state UNUSED)
{
    struct world w;
    uint64_t read, first;

    begin(&w, 13);
    happen_in_segments(&w, 60);
    assert_int_equal(follow_turn(&w.f, 0), 1);
    read = w.f.to;
    w.j.o.keep_bytes = 1;
    for (int i = 0; i < 3; i++) {
        w.j.rotate = true;
        happen(&w, 2);
    }
    first = w.j.list.v.at[0].first_seq;
    assert_true(first > read + 1);
    follow_all(&w, 0);
    assert_int_equal(w.made.applied, journal_stored(&w.j));
    expect_events_without(&w, read + 1, first - 1);
    end(&w);
}

/* ---- a disk that does not give what it has ---- */

static struct {
    char text[4096];
    size_t n;
} said;

static void take_line(enum log_level level UNUSED, const char *line, size_t n)
{
    n = MIN(n, sizeof(said.text) - 1 - said.n);
    memcpy(said.text + said.n, line, n);
    said.n += n;
    said.text[said.n] = '\0';
}

/* A hundred bytes in the middle of a segment in the middle: the block that they lie in. */
static void spoil(struct world *w, unsigned times)
{
    const struct journal_segment *s = &w->j.list.v.at[w->j.list.v.n / 2];

    assert_true(s->size > 4 * 4096);
    memcpy(w->disk.bad.name, s->name, sizeof(s->name));
    w->disk.bad.from = 3 * 4096 + 100;
    w->disk.bad.to = 3 * 4096 + 200;
    w->disk.bad.times = times;
}

/* The numbers of the records in that block. */
static void spoilt(struct world *w, uint64_t *first, uint64_t *last)
{
    struct journal_reader rd;
    struct journal_record rec;
    struct err err = ERR_INIT;

    *first = *last = 0;
    journal_read_from(&w->j, 1, &rd);
    while (journal_reader_next(&rd, &rec, &err) == 1)
        if (rec.segment == w->j.list.v.n / 2 && !(rec.r.flags & SEGMENT_CHECKPOINT) &&
            rec.offset + rec.size > 3 * 4096 && rec.offset < 4 * 4096) {
            *first = *first ? *first : rec.r.seq;
            *last = rec.r.seq;
        }
    journal_reader_release(&rd);
    assert_true(*first && *last > *first);
}

/* Follows to the end; how many turns said that they could not read. */
static unsigned follow_patiently(struct world *w)
{
    unsigned waits = 0;
    int r;

    while ((r = follow_turn(&w->f, 0)) == 1)
        waits += w->f.why[0] != '\0';
    assert_int_equal(r, 0);
    assert_string_equal(w->f.why, "");
    return waits;
}

/* It is behind as long as that lasts, says so, and lacks nothing in the end. */
static void test_unreadable_for_a_while(void **state UNUSED)
{
    struct world w;

    begin(&w, 16);
    w.j.o.segment_bytes = 25000;
    happen_in_segments(&w, 100);
    spoil(&w, 5);
    assert_true(follow_patiently(&w) >= 2);
    assert_int_equal(w.disk.bad.times, 0);
    expect_same(&w);
    end(&w);
}

/* What stays unreadable is named, and all before and behind it is there. */
static void test_unreadable_for_ever(void **state UNUSED)
{
    uint64_t first, last;
    char name[80];
    struct world w;

    begin(&w, 16);
    w.j.o.segment_bytes = 25000;
    happen_in_segments(&w, 100);
    spoilt(&w, &first, &last);
    spoil(&w, UINT_MAX);
    said.n = 0;
    log_set_sink(take_line);
    assert_int_equal(follow_patiently(&w), FOLLOW_TRIES - 1);
    log_set_sink(quiet);
    assert_int_equal(w.made.applied, journal_stored(&w.j));
    expect_events_without(&w, first, last);
    snprintf(name, sizeof(name), "%s:%u: cannot be read", w.disk.bad.name, 3 * 4096);
    if (!strstr(said.text, name))
        fail_msg("not named: %s", said.text);
    end(&w);
}

/* A journal without records is one that the history has read. */
static void test_empty(void **state UNUSED)
{
    struct world w;

    begin(&w, 17);
    assert_int_equal(follow_turn(&w.f, 0), 0);
    assert_int_equal(w.made.applied, 0);
    happen(&w, 1);
    follow_all(&w, 0);
    assert_int_equal(w.made.applied, journal_stored(&w.j));
    end(&w);
}

/* What nothing happened to is known from a checkpoint. */
static void test_seeded(void **state UNUSED)
{
    const struct record_state still = {.oid = 30, .state = 2, .hard = 1, .checked = 1};
    struct buf batch = BUF_INIT;
    struct record_frame f;
    struct world w;
    struct span s;
    struct str rest;

    begin(&w, 14);
    happen(&w, 1);
    record_put(&batch, RECORD_STATE, w.now, &still);
    rest = buf_str(&batch);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_true(journal_asks_checkpoint(&w.j));
    journal_add_checkpoint(&w.j, w.j.next - 1, RECORD_STATE, w.now, f.payload);
    journal_add_checkpoint(&w.j, w.j.next - 1, RECORD_CHECKPOINT_END, w.now, STR(""));
    happen(&w, 1);
    assert_false(w.made.seeded);
    follow_all(&w, 0);
    assert_true(w.made.seeded);
    assert_int_equal(span_at(&w.made.sql, 30, (struct wall){w.now.us + TIME_DAY}, &s), 1);
    assert_int_equal(s.state, 2);
    buf_release(&batch);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stand),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_log_is_short),
        cmocka_unit_test(test_fails),
        cmocka_unit_test(test_removed),
        cmocka_unit_test(test_unreadable_for_a_while),
        cmocka_unit_test(test_unreadable_for_ever),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_seeded),
    };

    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
