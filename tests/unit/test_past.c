/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about the past: availability of random lives, stops, losses and clock steps beside a reference that paints every second from the same events;
 * the list as it was; a database of version 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/span.h"
#include "past_place.h"
#include "small_model.h"

enum { SECONDS = 40000, OBJECTS = 4, EVENTS = 300 };

static int64_t member(const struct json_value *row, const char *key)
{
    return json_read_int(json_read_member(row, key));
}

/* ---- random lives ---- */

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

struct life { /* as it is now, and every second of it */
    uint8_t state, hard_state, downtimes;
    uint8_t painted[SECONDS], painted_hard[SECONDS];
    bool down[SECONDS];
};
struct lives {
    struct history h;
    struct life of[OBJECTS]; /* the last one is the host of the others */
    bool blind[SECONDS], here[OBJECTS];
    int64_t now, alive; /* µs behind begin_s */
    uint64_t seq;
};

static int64_t second_of(int64_t us)
{
    return MIN(us / TIME_S, (int64_t)SECONDS);
}

static void paint(struct lives *l, int64_t from_us)
{
    for (int i = 0; i < OBJECTS; i++)
        for (int64_t s = second_of(from_us); s < SECONDS; s++) {
            l->of[i].painted[s] = l->of[i].state;
            l->of[i].painted_hard[s] = l->of[i].hard_state;
            l->of[i].down[s] = l->of[i].downtimes;
        }
}

static void blind(struct lives *l, int64_t from_us, int64_t to_us, bool is)
{
    for (int64_t s = second_of(from_us); s < second_of(to_us); s++)
        l->blind[s] = is;
}

static void put(struct lives *l, struct record_event e)
{
    struct wall at = {begin_s * TIME_S + l->now};

    assert_int_equal(history_add(&l->h, ++l->seq, at, &e), 0);
    history_seen(&l->h, at);
    l->alive = l->now;
}

static void reload(struct lives *l)
{
    struct wall at = {begin_s * TIME_S + l->now};
    uint64_t oid[OBJECTS];
    size_t n = 0;

    for (int i = 0; i < OBJECTS; i++) {
        bool here = draw(3) != 0;

        if (here)
            oid[n++] = (uint64_t)(OBJECTS - i);
        if (here != l->here[OBJECTS - i - 1]) {
            struct life *o = &l->of[OBJECTS - i - 1];

            o->state = o->hard_state = here ? AVAIL_PENDING : AVAIL_GONE;
            o->downtimes = 0;
        }
        l->here[OBJECTS - i - 1] = here;
    }
    assert_int_equal(history_watch(&l->h, ++l->seq, at, oid, n), 0);
    history_seen(&l->h, at);
    l->alive = l->now;
}

static void of_object(struct lives *l)
{
    unsigned i = draw(OBJECTS);
    struct life *o = &l->of[i];
    struct record_event e = {.oid = i + 1, .state = draw(4), .hard = draw(2), .attempt = 1};

    if (!l->here[i])
        return;
    switch (draw(6)) {
    case 0:
        e.kind = RECORD_EVENT_DOWNTIME_START;
        o->downtimes++;
        break;
    case 1:
        e.kind = RECORD_EVENT_DOWNTIME_END;
        o->downtimes -= o->downtimes > 0;
        break;
    case 2: e.kind = RECORD_EVENT_NOTIFICATION; break;
    case 3:
        e.kind = RECORD_EVENT_PENDING;
        o->state = o->hard_state = AVAIL_PENDING;
        break;
    default:
        e.kind = draw(2) ? RECORD_EVENT_ALERT : RECORD_EVENT_FIRST_RESULT;
        o->state = (uint8_t)e.state;
        o->hard_state = e.hard ? o->state : o->hard_state;
        break;
    }
    put(l, e);
}

static void start(struct lives *l)
{
    if (l->now < l->alive - 30 * TIME_S)
        blind(l, l->now, SECONDS * TIME_S, false);
    else
        blind(l, l->alive, l->now, true);
    put(l, (struct record_event){.kind = RECORD_EVENT_START});
}

static void of_program(struct lives *l)
{
    int64_t was = l->now, step = (int64_t)draw(2000) * TIME_S + 60 * TIME_S;

    switch (draw(4)) {
    case 0: reload(l); break;
    case 1: /* stopped, or killed: then there is no last word */
        if (draw(2))
            put(l, (struct record_event){.kind = RECORD_EVENT_STOP});
        l->now += draw(900) * TIME_S + 1;
        start(l);
        break;
    case 2: /* while it was stopped the clock was set back */
        l->now += l->now > step + 60 * TIME_S ? -step : step;
        start(l);
        break;
    default:
        if (draw(2) && l->now > step)
            step = -step;
        l->now += step;
        put(l, (struct record_event){.kind = RECORD_EVENT_CLOCK_STEP, .ref = (uint64_t)step});
        blind(l, step < 0 ? l->now : was, step < 0 ? SECONDS * TIME_S : l->now, step > 0);
        break;
    }
}

static void live(struct lives *l)
{
    *l = (struct lives){.now = 100 * TIME_S};
    for (int i = 0; i < OBJECTS; i++)
        l->of[i].state = l->of[i].hard_state = AVAIL_NO_DATA;
    paint(l, 0);
}

static void reference(const struct lives *l, unsigned i, int64_t from, int64_t to, bool hard, bool exclude,
                      struct avail_out *o)
{
    const struct life *x = &l->of[i], *host = &l->of[OBJECTS - 1];
    bool bad_before = false;

    *o = (struct avail_out){.outages = 0};
    for (int64_t s = from; s < to; s++) {
        unsigned state = hard ? x->painted_hard[s] : x->painted[s];
        bool down = x->down[s] || host->down[s], bad = state >= (x == host ? 1 : 2);

        if (l->blind[s]) {
            o->seconds[AVAIL_UNMONITORED]++;
            continue;
        }
        (down ? o->in_downtime : o->seconds)[state]++;
        if (state > 3 || (down && exclude))
            continue;
        o->good_s += !bad;
        o->bad_s += bad;
        o->outages += bad && !bad_before;
        bad_before = bad;
    }
}

static void compare(struct lives *l, unsigned round, struct history *reader)
{
    int64_t from = draw(SECONDS), to = from + draw((uint32_t)(SECONDS - from + 1));
    bool hard = draw(2), exclude = draw(2);
    unsigned i = draw(OBJECTS);
    struct avail_out want, got = {.outages = 0};
    struct json_value *v;
    const struct json_value *row;
    char line[200];

    snprintf(line, sizeof(line), "0|%lld|%lld||%s%s|%u:%d", (long long)(begin_s + from),
             (long long)(begin_s + to), exclude ? "x" : "", hard ? "h" : "", i + 1,
             i == OBJECTS - 1 ? 0 : OBJECTS);
    v = ask(reader, NULL, "availability", line);
    assert_non_null(v);
    row = json_read_element(v, 0);
    for (size_t k = 0; k < AVAIL_STATES; k++) {
        got.seconds[k] = json_read_int(json_read_element(json_read_member(row, "seconds"), k));
        got.in_downtime[k] = json_read_int(json_read_element(json_read_member(row, "in_downtime"), k));
    }
    got.good_s = member(row, "good");
    got.bad_s = member(row, "bad");
    got.outages = member(row, "outages");
    reference(l, i, from, to, hard, exclude, &want);
    if (memcmp(&got, &want, sizeof(got)) != 0)
        fail_msg("round %u, %s: good %lld, wanted %lld; bad %lld, wanted %lld; outages %lld, wanted %lld; "
                 "blind %lld, "
                 "wanted %lld",
                 round, line, (long long)got.good_s, (long long)want.good_s, (long long)got.bad_s,
                 (long long)want.bad_s, (long long)got.outages, (long long)want.outages,
                 (long long)got.seconds[AVAIL_UNMONITORED], (long long)want.seconds[AVAIL_UNMONITORED]);
    json_read_free(v);
}

/* The same in equal parts, each beside what is so. */
static void compare_parts(struct lives *l, struct history *reader)
{
    int64_t from = draw(SECONDS), to = from + draw((uint32_t)(SECONDS - from + 1)), n = 1 + draw(40);
    bool hard = draw(2), exclude = draw(2);
    unsigned i = draw(OBJECTS);
    const struct json_value *parts;
    struct json_value *v;
    char line[200];

    snprintf(line, sizeof(line), "0|%lld|%lld||%s%s|%u:%d|%lld", (long long)(begin_s + from),
             (long long)(begin_s + to), exclude ? "x" : "", hard ? "h" : "", i + 1,
             i == OBJECTS - 1 ? 0 : OBJECTS, (long long)n);
    v = ask(reader, NULL, "availability_parts", line);
    assert_non_null(v);
    parts = json_read_member(json_read_element(v, 0), "parts");
    assert_int_equal(json_read_length(parts), 2 * n);
    for (int64_t k = 0; k < n; k++) {
        struct avail_out want;

        reference(l, i, from + (to - from) * k / n, from + (to - from) * (k + 1) / n, hard, exclude, &want);
        if (json_read_int(json_read_element(parts, (size_t)(2 * k))) != want.good_s ||
            json_read_int(json_read_element(parts, (size_t)(2 * k + 1))) != want.bad_s)
            fail_msg("%s: part %lld is not good %lld, bad %lld", line, (long long)k, (long long)want.good_s,
                     (long long)want.bad_s);
    }
    json_read_free(v);
}

static void test_availability(void **state UNUSED)
{
    static struct lives l;

    for (unsigned round = 0; round < 12; round++) {
        struct place p;

        seed = round;
        place_make(&p);
        live(&l);
        open_new(&l.h, &p);
        assert_int_equal(history_begin(&l.h), 0);
        reload(&l);
        paint(&l, l.now);
        for (int k = 0; k < EVENTS && l.now < (SECONDS - 4000) * TIME_S; k++) {
            l.now += draw(4) ? draw(200) * TIME_S / 2 : draw(900000);
            if (draw(12))
                of_object(&l);
            else
                of_program(&l);
            paint(&l, l.now);
        }
        assert_int_equal(history_end(&l.h, l.seq), 0);
        for (int k = 0; k < 40; k++)
            compare(&l, round, &l.h);
        for (int k = 0; k < 20; k++)
            compare_parts(&l, &l.h);
        history_close(&l.h);
        temp_dir_remove(p.dir);
    }
}

/* ---- the list as it was ---- */

static void make_names(const struct place *p, uint64_t *oid, struct sql *names)
{
    static const struct small_check list[] = {{"a", NULL}, {"b", NULL}, {"a", "disk"}, {"b", "disk"}};
    struct objects o;
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;
    struct model m;
    bool moved;

    assert_int_equal(objects_open(&o, p->names, 0, (struct wall){1}, &moved, &err), 0);
    small_model(list, ARRAY_LEN(list), &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    assert_int_equal(objects_register(&o, &m, (struct wall){1}, oid, &err), 0);
    objects_close(&o);
    assert_int_equal(sql_open(names, p->names, SQL_READ, &schema_objects, &err), 0);
    buf_release(&b);
}

static void add(struct history *h, uint64_t seq, int64_t s, struct record_event e)
{
    assert_int_equal(history_add(h, seq, (struct wall){s * TIME_S}, &e), 0);
    history_seen(h, (struct wall){s * TIME_S});
}

/* host service state of each row, in order */
static void expect_list(struct history *h, struct sql *names, const char *line, const char *want)
{
    struct json_value *v = ask(h, names, "as_of", line);
    struct buf got = BUF_INIT;

    assert_non_null(v);
    buf_printf(&got, "%lld/%lld%s:", (long long)member(json_read_element(v, 0), "matched"),
               (long long)member(json_read_element(v, 0), "total"),
               json_read_is(json_read_member(json_read_element(v, 0), "monitored")) ? "" : "!");
    for (size_t i = 1; i < json_read_length(v); i++) {
        const struct json_value *row = json_read_element(v, i);
        struct str service = json_read_text(json_read_member(row, "service"));

        buf_printf(&got, " " STR_FMT, STR_ARG(json_read_text(json_read_member(row, "host"))));
        if (service.n)
            buf_printf(&got, ">" STR_FMT, STR_ARG(service));
        buf_printf(&got, "=" STR_FMT, STR_ARG(json_read_text(json_read_member(row, "state"))));
    }
    assert_string_equal(got.data, want);
    buf_release(&got);
    json_read_free(v);
}

static void test_as_of(void **state UNUSED)
{
    uint64_t oid[4] = {0};
    struct history h;
    struct sql names;
    struct json_value *v;
    struct place p;
    char line[80];

    place_make(&p);
    make_names(&p, oid, &names);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_watch(&h, 1, (struct wall){100 * TIME_S}, oid, 4), 0);
    history_seen(&h, (struct wall){100 * TIME_S});
    add(&h, 2, 110, (struct record_event){.oid = oid[0], .kind = RECORD_EVENT_FIRST_RESULT, .hard = 1});
    add(&h, 3, 120,
        (struct record_event){.oid = oid[2],
                              .kind = RECORD_EVENT_ALERT,
                              .state = 2,
                              .attempt = 1,
                              .text = STR("full"),
                              .long_text = STR("to the brim")});
    add(&h, 4, 130, (struct record_event){.oid = oid[3], .kind = RECORD_EVENT_ALERT, .state = 1, .hard = 1});
    add(&h, 5, 140, (struct record_event){.oid = oid[0], .kind = RECORD_EVENT_DOWNTIME_START});
    add(&h, 6, 150, (struct record_event){.oid = oid[2], .kind = RECORD_EVENT_ACK, .type = 2});
    add(&h, 7, 170, (struct record_event){.kind = RECORD_EVENT_START});
    assert_int_equal(history_watch(&h, 8, (struct wall){180 * TIME_S}, oid, 3), 0); /* b>disk is gone */
    assert_int_equal(history_end(&h, 8), 0);
    expect_list(&h, &names, "0|99000000|all||0||||severity|desc|50|0", "0/0:");
    expect_list(&h, &names, "0|109000000|all||0||||name|asc|50|0",
                "4/4: a=pending a>disk=pending b=pending b>disk=pending");
    expect_list(&h, &names, "0|130000000|all||0||||severity|desc|50|0",
                "4/4: a>disk=critical b>disk=warning b=pending a=up");
    expect_list(&h, &names, "0|130000000|unhandled||0||||severity|desc|50|0",
                "2/4: a>disk=critical b>disk=warning");
    expect_list(&h, &names, "0|140000000|unhandled||0||||severity|desc|50|0", "1/4: b>disk=warning");
    expect_list(&h, &names, "0|140000000|all|service|0||||name|desc|50|0",
                "2/4: b>disk=warning a>disk=critical");
    expect_list(&h, &names, "0|140000000|all||64||||name|desc|50|0", "1/4: a>disk=critical");
    expect_list(&h, &names, "0|140000000|all||0|b|||name|asc|50|0", "2/4: b=pending b>disk=warning");
    expect_list(&h, &names, "0|140000000|all||0|||disk ful|name|asc|50|0", "1/4: a>disk=critical");
    expect_list(&h, &names, "0|140000000|all||0||||since|asc|2|1", "4/4: a=up a>disk=critical");
    expect_list(&h, &names, "0|160000000|problems||0||||since|desc|2|0",
                "2/4!: b>disk=warning a>disk=critical");
    expect_list(&h, &names, "0|190000000|all||0||||name|asc|50|0", "3/3: a=up a>disk=critical b=pending");
    snprintf(line, sizeof(line), "0|155000000|%llu", (unsigned long long)oid[2]);
    v = ask(&h, &names, "state_at", line);
    assert_int_equal(member(json_read_element(v, 0), "state"), 2);
    assert_int_equal(member(json_read_element(v, 0), "attempt"), 1);
    assert_true(json_read_is(json_read_member(json_read_element(v, 0), "acknowledged")));
    assert_true(
        str_eq_c(json_read_text(json_read_member(json_read_element(v, 0), "long_output")), "to the brim"));
    json_read_free(v);
    sql_close(&names);
    history_close(&h);
    temp_dir_remove(p.dir);
}

/* ---- a database of version 1, and one made anew ---- */

static const char version_1[] =
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
    "INSERT INTO meta VALUES ('applied_seq', 90);"
    "INSERT INTO event VALUES (40, 1000000000, 0, 0, 9, 1, 2, 1, 3, 0, 0, 'down', '', '', '', ''),"
    " (41, 1010000000, 0, 0, 9, 5, 2, 0, 0, 0, 1, 'x', '', '', '', ''),"
    " (50, 1020000000, 0, 0, 0, 14, 0, 0, 0, 0, 0, '', '', '', '', ''),"
    " (51, 1040000000, 0, 0, 0, 13, 0, 0, 0, 0, 0, '', '', '', '', ''),"
    " (60, 1050000000, 0, 0, 9, 6, 2, 0, 0, 0, 1, '', '', '', '', ''),"
    " (61, 1070000000, 0, 0, 9, 1, 0, 1, 1, 2, 0, 'up', '', '', '', '');";

static void test_version_1(void **state UNUSED)
{
    const struct record_state still = {.oid = 7, .state = 1, .hard = 1, .checked = 1, .last_state_change = 5};
    const struct record_state late = {.oid = 9, .state = 3, .hard = 1, .checked = 1};
    struct history h;
    struct span s;
    struct json_value *v;
    struct place p;
    sqlite3 *db;

    place_make(&p);
    assert_int_equal(sqlite3_open(p.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, version_1, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    open_new(&h, &p);
    assert_int_equal(h.applied, 90);
    while (!h.filled)
        assert_int_equal(history_fill(&h), 0);
    history_close(&h);
    open_new(&h, &p);
    assert_true(h.filled);
    assert_false(h.seeded);
    assert_int_equal(h.alive, 1070000000);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_seed(&h, 30, (struct wall){900 * TIME_S}, &still), 0);
    assert_int_equal(history_seed(&h, 30, (struct wall){900 * TIME_S}, &late), 0); /* events know better */
    assert_int_equal(history_seeded(&h), 0);
    assert_int_equal(history_end(&h, 90), 0);
    v = ask(&h, NULL, "availability", "0|990|1080|||9:0,7:0");
    assert_non_null(v);
    assert_int_equal(member(json_read_element(v, 0), "good"), 10);
    assert_int_equal(member(json_read_element(v, 0), "bad"),
                     50); /* 20 s before the stop and 30 s after the start */
    assert_int_equal(json_read_int(json_read_element(json_read_member(json_read_element(v, 0), "in_downtime"),
                                                     AVAIL_CRITICAL)),
                     20);
    assert_int_equal(member(json_read_element(v, 1), "bad"), 70);
    json_read_free(v);
    assert_int_equal(span_at(&h.sql, 7, (struct wall){1000 * TIME_S}, &s), 1);
    assert_int_equal(s.state, 1);
    history_close(&h);
    temp_dir_remove(p.dir);
}

/* What was over before the kept time goes, the span that was in force then stays. */
static void test_trim(void **state UNUSED)
{
    const uint64_t oid[] = {1, 2};
    struct history h;
    struct span s;
    struct place p;

    place_make(&p);
    open_new(&h, &p);
    assert_int_equal(history_begin(&h), 0);
    assert_int_equal(history_watch(&h, 1, (struct wall){1 * TIME_S}, oid, 2), 0);
    for (uint64_t seq = 2; seq < 20; seq++)
        add(&h, seq, (int64_t)seq,
            (struct record_event){
                .oid = 1 + seq % 2, .kind = RECORD_EVENT_ALERT, .state = seq / 2 % 3, .hard = 1});
    assert_int_equal(history_end(&h, 20), 0);
    for (int i = 0; i < 3; i++)
        assert_true(history_trim(&h, &(struct history_kept){{12 * TIME_S}, {12 * TIME_S}, {0}}, 100) >= 0);
    assert_int_equal(span_at(&h.sql, 1, (struct wall){9 * TIME_S}, &s), 0);
    assert_int_equal(span_at(&h.sql, 2, (struct wall){10 * TIME_S}, &s), 0);
    assert_int_equal(span_at(&h.sql, 1, (struct wall){12 * TIME_S}, &s), 1);
    assert_int_equal(s.seq, 12);
    assert_int_equal(span_at(&h.sql, 2, (struct wall){12 * TIME_S}, &s), 1);
    assert_int_equal(s.seq, 11);
    history_close(&h);
    open_new(&h, &p);
    assert_true(h.filled); /* it had spans from its begin */
    history_close(&h);
    temp_dir_remove(p.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_availability),
        cmocka_unit_test(test_as_of),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_trim),
    };

    json_read_init();
    log_init("test", LOG_ERROR);
    log_set_sink(quiet);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
