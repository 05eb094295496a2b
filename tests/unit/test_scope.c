/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may see of the past: what outside it happened is in no row and no number of any question; and a scope that is none is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/perf.h"
#include "db/objects.h"
#include "db/past.h"
#include "db/series_ask.h"
#include "small_model.h"
#include "temp_dir.h"
#include "wire/json_read.h"

/* Who is told of what, in the order of the checks of a snapshot: `web` of all of a, and of b only of its disk. c is gone. */
enum { A, B, A_DISK, B_DISK, B_LOAD, C, OBJECTS, CHECKS = C };
static const struct small_check then[] = {{"a", NULL},   {"b", NULL},   {"c", NULL},
                                          {"a", "disk"}, {"b", "disk"}, {"b", "load"}},
                                now[] = {
                                    {"a", NULL}, {"b", NULL}, {"a", "disk"}, {"b", "disk"}, {"b", "load"}};
static const struct small_told told[] = {{1, "ops"}, {4, "ops"}, {0, "web"}, {3, "web"}};

struct place {
    char dir[128], path[160], objects_path[160];
    struct buf snapshot;
    struct model m;
    struct history h;
    struct sql objects;
    struct past_names names;
    uint64_t oid[OBJECTS];
    uint64_t seq;
};

static void register_all(struct place *p, const struct small_check *list, uint32_t n, uint64_t *oid)
{
    struct objects o;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;
    struct model m;
    bool moved;

    assert_int_equal(objects_open(&o, p->objects_path, 0, (struct wall){1}, &moved, &err), 0);
    small_model(list, n, &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    assert_int_equal(objects_register(&o, &m, (struct wall){1}, oid, &err), 0);
    objects_close(&o);
    buf_release(&b);
}

static void add(struct place *p, int64_t s, struct record_event e)
{
    assert_int_equal(history_add(&p->h, ++p->seq, (struct wall){s * TIME_S}, &e), 0);
    history_seen(&p->h, (struct wall){s * TIME_S});
}

/* The same of each object, a second after the other: an alert, a downtime, a decision about a notification. And the program's own. */
static void live(struct place *p)
{
    assert_int_equal(history_begin(&p->h), 0);
    assert_int_equal(history_watch(&p->h, ++p->seq, (struct wall){100 * TIME_S}, p->oid, OBJECTS), 0);
    history_seen(&p->h, (struct wall){100 * TIME_S});
    for (int i = 0; i < OBJECTS; i++) {
        char text[40];
        struct record_event e = {
            .oid = p->oid[i], .kind = RECORD_EVENT_ALERT, .state = 1, .hard = 1, .attempt = 1};

        snprintf(text, sizeof(text), "word of %d", i);
        e.text = str_of(text);
        add(p, 110 + i, e);
        add(p, 120 + i, (struct record_event){.oid = p->oid[i], .kind = RECORD_EVENT_DECISION, .state = 1});
        add(p, 130 + i,
            (struct record_event){.oid = p->oid[i], .kind = RECORD_EVENT_DOWNTIME_START, .ref = 1});
    }
    add(p, 140, (struct record_event){.kind = RECORD_EVENT_START});
    assert_int_equal(history_end(&p->h, p->seq), 0);
}

static void place_make(struct place *p)
{
    struct err err = ERR_INIT;
    uint64_t before[OBJECTS] = {0}, after[CHECKS] = {0};
    bool moved;

    *p = (struct place){.seq = 0};
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/h.db", p->dir);
    snprintf(p->objects_path, sizeof(p->objects_path), "%s/o.db", p->dir);
    register_all(p, then, OBJECTS, before);
    register_all(p, now, CHECKS, after);
    memcpy(p->oid, after, sizeof(after));
    p->oid[C] = before[2];
    small_model_told(now, CHECKS, told, ARRAY_LEN(told), &p->snapshot);
    assert_int_equal(model_open(&p->m, p->snapshot.data, p->snapshot.len, &err), 0);
    assert_int_equal(sql_open(&p->objects, p->objects_path, SQL_READ, &schema_objects, &err), 0);
    assert_int_equal(past_names_refresh(&p->names, &p->objects, &err), 0);
    assert_int_equal(history_open(&p->h, p->path, (struct wall){1}, &moved, &err), 0);
    live(p);
}

static void place_remove(struct place *p)
{
    history_close(&p->h);
    past_names_release(&p->names);
    sql_close(&p->objects);
    buf_release(&p->snapshot);
    temp_dir_remove(p->dir);
}

/* ---- as text ---- */

static void test_text(void **state UNUSED)
{
    static const char *const none[] = {"",    " ",       "00",    "0 ",    " 0",    "1",    "-1",
                                       "0x0", "c",       "C:web", "c;web", "c web", ":web", "all",
                                       "*",   "0,c:web", "o:1",   "\xff",  "null"};
    struct place p;
    struct scope s;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;

    place_make(&p);
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_int_equal(scope_parse(&s, str_of(none[i]), &p.m, &p.names, &err), E_INVAL);
        assert_false(s.everything);
        for (int o = 0; o < OBJECTS; o++)
            assert_false(scope_sees(&s, p.oid[o]));
        err_clear(&err);
    }
    assert_int_equal(scope_parse(&s, STR_NULL, &p.m, &p.names, &err), E_INVAL);
    assert_int_equal(scope_parse(&s, STR("0"), NULL, NULL, &err), 0);
    assert_true(s.everything);
    scope_put_contact(&b, STR("web"));
    assert_int_equal(scope_parse(&s, buf_str(&b), NULL, &p.names, &err), E_CLOSED);
    assert_false(s.everything);
    assert_int_equal(scope_parse(&s, buf_str(&b), &p.m, NULL, &err), E_CLOSED);
    assert_int_equal(scope_parse(&s, buf_str(&b), &p.m, &p.names, &err), 0);
    for (int o = 0; o < OBJECTS; o++)
        assert_int_equal(scope_sight(&s, p.oid[o]), o == A || o == A_DISK || o == B_DISK ? SCOPE_SEEN
                                                    : o == B                             ? SCOPE_AS_HOST
                                                                                         : SCOPE_NOT);
    assert_false(scope_sees(&s, 0));
    assert_false(scope_sees(&s, UINT64_MAX));
    buf_release(&b);
    place_remove(&p);
}

/* By the terms of core/sight: of what is configured all of them count, of what is gone (c) its names alone. */
static void test_sights(void **state UNUSED)
{
    static const struct {
        const char *text;
        enum scope_sight sight[OBJECTS];
    } cases[] = {
        {"s:", {SCOPE_NOT}},
        {"s:host:a\n\n", {[A] = SCOPE_SEEN, [A_DISK] = SCOPE_SEEN}},
        {"s:service:*/disk\n\n",
         {[A] = SCOPE_AS_HOST, [B] = SCOPE_AS_HOST, [A_DISK] = SCOPE_SEEN, [B_DISK] = SCOPE_SEEN}},
        {"s:host:c\n\n", {[C] = SCOPE_SEEN}},
        {"s:host:*\n!host:a\n\n",
         {[B] = SCOPE_SEEN, [B_DISK] = SCOPE_SEEN, [B_LOAD] = SCOPE_SEEN, [C] = SCOPE_SEEN}},
        {"s:host:*\n!contact:ops\n\n", {[A] = SCOPE_SEEN, [A_DISK] = SCOPE_SEEN}},
        {"s:contact:web\n\nhost:c\n\n",
         {[A] = SCOPE_SEEN,
          [B] = SCOPE_AS_HOST,
          [A_DISK] = SCOPE_SEEN,
          [B_DISK] = SCOPE_SEEN,
          [C] = SCOPE_SEEN}},
    };
    static const char *const none[] = {"s:x\n\n", "s:host:a", "s:host:a\n", "s:0", "s"};
    struct place p;
    struct scope s;

    place_make(&p);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(scope_parse(&s, str_of(cases[i].text), &p.m, &p.names, &err), 0);
        for (int o = 0; o < OBJECTS; o++)
            if (scope_sight(&s, p.oid[o]) != cases[i].sight[o])
                fail_msg("%s: object %d is %d", cases[i].text, o, scope_sight(&s, p.oid[o]));
        assert_false(scope_sees(&s, 0) || scope_sees(&s, UINT64_MAX));
        scope_release(&s);
        assert_int_equal(scope_parse(&s, str_of(cases[i].text), NULL, &p.names, &err), E_CLOSED);
        scope_release(&s);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(scope_parse(&s, str_of(none[i]), &p.m, &p.names, &err), E_INVAL);
        for (int o = 0; o < OBJECTS; o++)
            assert_false(scope_sees(&s, p.oid[o]));
        scope_release(&s);
    }
    place_remove(&p);
}

/* Whatever it is: it is refused, or it sees no more than a contact does. */
static void test_any_text(void **state UNUSED)
{
    static const char letters[] = "0c:web ops\n\xff";
    uint64_t seed = 1;
    struct place p;
    struct scope s;

    place_make(&p);
    for (int round = 0; round < 20000; round++) {
        struct err err = ERR_INIT;
        char text[9];
        size_t n;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        n = (seed >> 33) % sizeof(text);
        for (size_t i = 0; i < n; i++)
            text[i] = letters[(seed >> (20 + 4 * i)) % sizeof(letters)];
        if (scope_parse(&s, str_make(text, n), &p.m, &p.names, &err) == 0 && !s.everything)
            assert_false(scope_sees(&s, p.oid[C]) || scope_sees(&s, 0));
        if (s.everything)
            assert_true(n == 1 && text[0] == '0');
        scope_release(&s);
    }
    place_remove(&p);
}

/* ---- questions ---- */

static void gather(void *user, struct str json)
{
    buf_add_str(user, json);
}

/* '@N' in the line stands for the identity of object N. */
static int ask(struct place *p, const char *stmt, const char *scope, const char *line, struct buf *out)
{
    struct buf text = BUF_INIT;
    struct str rest, args[16];
    struct history_args q = {.stmt = str_of(stmt), .at = args, .m = &p->m, .names = &p->names};
    struct err err = ERR_INIT;
    int r;

    for (buf_printf(&text, "%s|", scope); *line; line++)
        if (*line == '@')
            buf_add_u64(&text, p->oid[*++line - '0']);
        else
            buf_add_char(&text, *line);
    rest = buf_str(&text);
    while (rest.p)
        args[q.n++] = str_cut(&rest, '|');
    buf_clear(out);
    r = history_query(&p->h, &q, gather, out, &err);
    assert_true(r == 0 || err.text[0]);
    buf_release(&text);
    return r;
}

static const struct {
    const char *stmt, *line;
    const char *objects; /* of which there are rows, for `web` */
    size_t rows;         /* how many; of everything */
} questions[] = {
    {"events_recent", "0|1000", "3 3 2 2 0 0", 13},
    {"events_recent", "0|3", "3 3 2", 3},
    {"events_between", "0|999000000|0|1000", "3 2 0 3 2 0", 13},
    {"log_between", "0|999000000|0|1000", "3 2 0 3 2 0", 13},
    {"events_of", "@0|0|10", "0 0", 2},
    {"events_of", "@1|0|10", "", 2},
    {"events_of", "@4|0|10", "", 2},
    {"events_of", "@5|0|10", "", 2},
    {"events_of", "0|0|10", "", 1},
    {"events_find", "0|999000000|0|100|||", "3 2 0 3 2 0", 13},
    {"events_find", "0|999000000|0|100|alert||", "3 2 0", 6},
    {"events_find", "0|999000000|0|100||word|", "3 2 0", 6},
    {"events_find", "0|999000000|0|100||word of 4|", "", 1},
    {"events_find", "0|999000000|0|100|||@1", "", 2},
    {"events_find", "0|999000000|0|100|||@1,@4,@5", "", 6},
    {"events_find", "0|999000000|0|100|||@1,@3", "3 3", 4},
    {"events_find", "0|999000000|0|100|start||", "", 1},
    {"availability", "100|200|||@0:0,@1:0,@3:@1,@4:@1,@5:0", "0 3", 5},
    {"spans", "100|200|@0,@3,@4,@5", "0 0 0 3 3 3", 12},
    {"state_at", "135000000|@3", "-", 1},
    {"state_at", "135000000|@1", "", 1},
    {"state_at", "135000000|@5", "", 1},
    {"decided", "135000000|@3", "-", 1},
    {"decided", "135000000|@4", "", 1},
    {"decided", "135000000|@1", "", 1},
    {"decisions", "0|999000000|0|100|0|||", "3 2 0", 6},
    {"decisions", "0|999000000|0|2|0|||", "3 2", 2},
    {"decisions", "0|999000000|0|100|0|||@1", "", 1},
    {"decisions", "0|999000000|0|100|0|||@1,@3", "3", 2},
};

static const char *objects_of(struct place *p, const struct buf *out, size_t *rows)
{
    static char text[200];
    struct str rest = buf_str(out);
    size_t n = 0;

    *rows = 0;
    text[0] = '\0';
    while (rest.n) {
        struct json_value *v = json_read(&rest, NULL);

        assert_non_null(v);
        for (size_t i = 0; i < json_read_length(v); i++, ++*rows) {
            struct str oid = json_read_text(json_read_member(json_read_element(v, i), "oid"));
            uint64_t number = 0;
            int o = 0;

            str_to_u64(oid, &number);
            while (oid.n && o < OBJECTS && p->oid[o] != number)
                o++;
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%c", n ? " " : "", oid.n ? '0' + o : '-');
        }
        json_read_free(v);
    }
    return text;
}

static void test_questions(void **state UNUSED)
{
    struct buf out = BUF_INIT;
    struct place p;
    size_t rows;

    place_make(&p);
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
        const char *stmt = questions[i].stmt, *line = questions[i].line;

        assert_int_equal(ask(&p, stmt, "c:web", line, &out), 0);
        if (strcmp(objects_of(&p, &out, &rows), questions[i].objects) != 0)
            fail_msg("%s|%s: %s", stmt, line, objects_of(&p, &out, &rows));
        assert_int_equal(ask(&p, stmt, "0", line, &out), 0);
        objects_of(&p, &out, &rows);
        if (rows != questions[i].rows)
            fail_msg("%s|%s: %zu rows of everything", stmt, line, rows);
        assert_int_equal(ask(&p, stmt, "c:nobody", line, &out), 0);
        assert_string_equal(objects_of(&p, &out, &rows), "");
        assert_int_equal(ask(&p, stmt, "c:", line, &out), 0);
        assert_string_equal(objects_of(&p, &out, &rows), "");
        assert_int_equal(ask(&p, stmt, "", line, &out), E_INVAL);
        assert_int_equal(ask(&p, stmt, "1", line, &out), E_INVAL);
        assert_int_equal(out.len, 0);
    }
    buf_release(&out);
    place_remove(&p);
}

static int64_t total(const struct buf *out, const char *key)
{
    struct str rest = buf_str(out);
    struct json_value *v = json_read(&rest, NULL);
    int64_t n = json_read_int(json_read_member(json_read_element(v, 0), key));

    json_read_free(v);
    return n;
}

static bool says(const struct buf *out, const char *text)
{
    return str_contains(buf_str(out), str_of(text));
}

/* Totals and counts are of what is seen; a service of a host that is not seen itself still knows of its downtime, as its row tells it. */
static void test_as_of(void **state UNUSED)
{
    static const char line[] = "139000000|all||0||||name|asc|50|0";
    struct buf out = BUF_INIT;
    struct place p;

    place_make(&p);
    assert_int_equal(ask(&p, "as_of", "0", line, &out), 0);
    assert_int_equal(total(&out, "total"), 6);
    assert_true(says(&out, "\"host\":\"c\",\"gone\":true"));
    assert_false(says(&out, "\"host\":\"b\",\"gone\""));
    assert_int_equal(ask(&p, "as_of", "c:web", line, &out), 0);
    assert_int_equal(total(&out, "total"), 3);
    assert_int_equal(total(&out, "matched"), 3);
    assert_true(says(&out, "\"down\":1,\"critical\":0,\"unreachable\":0,\"warning\":2"));
    assert_true(says(&out, "word of 3"));
    assert_false(says(&out, "word of 1") || says(&out, "word of 4") || says(&out, "word of 5"));
    assert_int_equal(ask(&p, "as_of", "c:web", "139000000|all||0|b|||name|asc|50|0", &out), 0);
    assert_int_equal(total(&out, "matched"), 1);
    assert_true(says(&out, "\"host_in_downtime\":true"));
    assert_int_equal(ask(&p, "as_of", "c:ops", line, &out), 0);
    assert_int_equal(total(&out, "total"), 3); /* b, and with it its services */
    assert_int_equal(ask(&p, "as_of", "c:nobody", line, &out), 0);
    assert_int_equal(total(&out, "total"), 0);
    buf_release(&out);
    place_remove(&p);
}

/* The host of a service that is seen: what the service's row tells of it, and no word more. */
static void test_only_as_host(void **state UNUSED)
{
    struct buf out = BUF_INIT;
    struct place p;
    size_t rows;

    place_make(&p);
    assert_int_equal(ask(&p, "spans", "c:web", "100|200|@1", &out), 0);
    assert_string_equal(objects_of(&p, &out, &rows), "1 1 1");
    assert_true(says(&out, "\"downtime\":true"));
    assert_false(says(&out, "word"));
    assert_int_equal(ask(&p, "spans", "0", "100|200|@1", &out), 0);
    assert_true(says(&out, "word of 1"));
    /* its downtime counts for the service, whoever asks */
    assert_int_equal(ask(&p, "availability", "c:web", "100|140|||@3:@1", &out), 0);
    assert_true(says(&out, "\"in_downtime\":[0,4,"));
    buf_release(&out);
    place_remove(&p);
}

/* Of what is configured no more each event has its name, for who may see it. */
static void test_names_of_the_gone(void **state UNUSED)
{
    struct buf out = BUF_INIT;
    struct place p;

    place_make(&p);
    assert_int_equal(ask(&p, "events_of", "0", "@5|0|1", &out), 0);
    assert_true(says(&out, "\"gone\":true,\"host\":\"c\",\"kind\""));
    assert_int_equal(ask(&p, "events_of", "0", "@4|0|1", &out), 0);
    assert_false(says(&out, "gone") || says(&out, "host"));
    buf_release(&out);
    place_remove(&p);
}

/* A page ends when much was looked at, says where, and goes on from there. */
static void test_search_goes_on(void **state UNUSED)
{
    struct buf out = BUF_INIT;
    struct place p;

    place_make(&p);
    assert_int_equal(history_begin(&p.h), 0);
    for (int64_t i = 0; i < (int64_t)PAST_SCAN_MOST + 10; i++)
        add(&p, 200, (struct record_event){.oid = p.oid[B_LOAD], .kind = RECORD_EVENT_ALERT});
    assert_int_equal(history_end(&p.h, p.seq), 0);
    assert_int_equal(ask(&p, "events_between", "c:web", "0|999000000|0|1000", &out), 0);
    assert_string_equal(out.data, "[{\"id\":\"31\",\"at\":\"200000000\",\"searched\":true}]");
    assert_int_equal(ask(&p, "events_between", "c:web", "0|200000000|31|1", &out), 0);
    assert_true(says(&out, "\"kind\":\"downtime_start\""));
    assert_int_equal(ask(&p, "events_recent", "c:web", "0|1000", &out), 0);
    assert_string_equal(out.data, "[{\"id\":\"31\",\"searched\":true}]");
    buf_release(&out);
    place_remove(&p);
}

/* ---- measurements ---- */

struct measured {
    struct place p;
    struct journal_dir dir;
    struct journal_io io;
    struct series s;
    struct series_reader r;
};

/* A series of each object. */
static void measure(struct measured *m)
{
    static const struct series_options options = {
        .keep_us = {6 * TIME_DAY, 20 * TIME_DAY, 4000 * TIME_DAY, 4000 * TIME_DAY}, .grace_us = TIME_H};
    const struct wall at = {20000 * TIME_DAY};
    struct err err = ERR_INIT;

    place_make(&m->p);
    m->dir.fd = open(m->p.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    journal_io_dir(&m->io, &m->dir);
    assert_int_equal(series_open(&m->s, &m->io, &options, &err), 0);
    for (int i = 0; i < OBJECTS; i++) {
        struct series_key k = {.oid = m->p.oid[i], .unit = PERF_SECONDS, .label = STR("rta")};

        assert_int_equal(series_add(&m->s, &k, &(struct series_sample){at.us, 10 + i, 0}, at), 0);
    }
    assert_int_equal(series_commit(&m->s, 1, at), 0);
    series_read_init(&m->r, &m->io);
}

static void measured_release(struct measured *m)
{
    series_read_release(&m->r);
    series_release(&m->s);
    close(m->dir.fd);
    place_remove(&m->p);
}

static bool never(void *user UNUSED)
{
    return false;
}

static int ask_series(struct measured *m, const char *stmt, const char *line, struct buf *out)
{
    struct str rest = str_of(line), args[8];
    struct series_ask q = {.r = &m->r,
                           .names = &m->p.names,
                           .m = &m->p.m,
                           .stmt = str_of(stmt),
                           .arg = args,
                           .piece = gather,
                           .overdue = never,
                           .user = out};
    struct err err = ERR_INIT;

    while (rest.p)
        args[q.n++] = str_cut(&rest, '|');
    buf_clear(out);
    return series_ask(&q, &err);
}

static void test_series(void **state UNUSED)
{
    static const struct {
        const char *stmt, *line;
    } all[] = {{"series_list", "now=1"},
               {"series_data", "now=1728000000000000|from=1727999000000000|to=1728000001000000"},
               {"series_data", "now=1728000000000000|from=1727999000000000|to=1728000001000000|format=csv"},
               {"prom", "now=1728000000000000|endpoint=query|query=vigie_perfdata"},
               {"prom", "now=1728000000000000|endpoint=series|match[]=vigie_perfdata"},
               {"prom", "now=1728000000000000|endpoint=values|name=host"}};
    struct buf out = BUF_INIT, line = BUF_INIT;
    struct measured m;

    measure(&m);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        buf_clear(&line);
        buf_printf(&line, "scope=0|%s", all[i].line);
        assert_int_equal(ask_series(&m, all[i].stmt, line.data, &out), 0);
        if (!says(&out, "c") || !says(&out, i < 5 ? "load" : "\"c\""))
            fail_msg("%s: %s", line.data, out.data);
        buf_clear(&line);
        buf_printf(&line, "scope=c:web|%s", all[i].line);
        assert_int_equal(ask_series(&m, all[i].stmt, line.data, &out), 0);
        if (!says(&out, i < 5 ? "disk" : "\"b\"") || says(&out, "load") || says(&out, "\"c\""))
            fail_msg("%s: %s", line.data, out.data);
        assert_int_equal(ask_series(&m, all[i].stmt, all[i].line, &out), E_INVAL); /* no scope */
        assert_int_equal(out.len, 0);
    }
    assert_int_equal(ask_series(&m, "series_list", "scope=c:web|now=1", &out), 0);
    assert_true(says(&out, "\"matched\":3,"));
    assert_int_equal(ask_series(&m, "prom",
                                "scope=c:web|now=1728000000000000|endpoint=query|query=count(vigie_perfdata)",
                                &out),
                     0);
    assert_true(says(&out, "\"3\"]"));
    /* what is not seen is as what there is not */
    assert_int_equal(ask_series(&m, "series_list", "scope=c:web|now=1|host=c", &out), 0);
    assert_string_equal(out.data, "404 problem host NO_HOST\nc\n\n");
    assert_int_equal(ask_series(&m, "series_list", "scope=0|now=1|host=c", &out), 0);
    assert_true(says(&out, "\"matched\":1,"));
    buf_release(&out);
    buf_release(&line);
    measured_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_sights),
        cmocka_unit_test(test_any_text),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_as_of),
        cmocka_unit_test(test_only_as_host),
        cmocka_unit_test(test_names_of_the_gone),
        cmocka_unit_test(test_search_goes_on),
        cmocka_unit_test(test_series),
    };

    json_read_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
