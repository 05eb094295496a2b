/* SPDX-License-Identifier: Apache-2.0 */
/* A question about the past that takes too long: by the clock it is given, not the one on the wall; and what the asker gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/api_ask.h"
#include "api_world.h"
#include "base/limits.h"
#include "db/objects.h"
#include "db/past.h"
#include "small_model.h"
#include "temp_dir.h"

enum { OBJECTS = 40 };

struct place {
    char dir[128], path[160], objects_path[160];
    struct history h;
    struct sql objects;
    struct past_names names;
    uint64_t oid[OBJECTS];
};

static void make_objects(struct place *p)
{
    struct small_check list[OBJECTS];
    char host[OBJECTS][16];
    struct objects o;
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;
    struct model m;
    bool moved;

    for (int i = 0; i < OBJECTS; i++) {
        snprintf(host[i], sizeof(host[i]), "h%02d", i);
        list[i] = (struct small_check){.host = host[i]};
    }
    assert_int_equal(objects_open(&o, p->objects_path, 0, (struct wall){1}, &moved, &err), 0);
    small_model(list, OBJECTS, &b);
    assert_int_equal(model_open(&m, b.data, b.len, &err), 0);
    assert_int_equal(objects_register(&o, &m, (struct wall){1}, p->oid, &err), 0);
    objects_close(&o);
    assert_int_equal(sql_open(&p->objects, p->objects_path, SQL_READ, &schema_objects, &err), 0);
    assert_int_equal(past_names_refresh(&p->names, &p->objects, &err), 0);
    buf_release(&b);
}

static void place_make(struct place *p)
{
    struct err err = ERR_INIT;
    bool moved;

    *p = (struct place){.h = {.applied = 0}};
    temp_dir_make(p->dir, sizeof(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/h.db", p->dir);
    snprintf(p->objects_path, sizeof(p->objects_path), "%s/o.db", p->dir);
    make_objects(p);
    assert_int_equal(history_open(&p->h, p->path, (struct wall){1}, &moved, &err), 0);
    assert_int_equal(history_begin(&p->h), 0);
    assert_int_equal(history_watch(&p->h, 1, (struct wall){100 * TIME_S}, p->oid, OBJECTS), 0);
    assert_int_equal(history_end(&p->h, 1), 0);
}

static void place_remove(struct place *p)
{
    history_close(&p->h);
    past_names_release(&p->names);
    sql_close(&p->objects);
    temp_dir_remove(p->dir);
}

/* A second goes by at each look. */
static bool clock_ends(void *user)
{
    int64_t *left_us = user;

    *left_us -= TIME_S;
    return *left_us < 0;
}

static void gather(void *user, struct str json)
{
    buf_add_str(user, json);
}

static int ask(struct place *p, const char *stmt, const char *line, const char *each, int64_t left_us,
               char *said, size_t size)
{
    struct buf text = BUF_INIT, out = BUF_INIT;
    struct str rest, args[16];
    struct history_args q = {.stmt = str_of(stmt), .at = args, .names = &p->names};
    struct err err = ERR_INIT;
    int r;

    buf_add_c(&text, line);
    for (int i = 0; each && i < OBJECTS; i++)
        buf_printf(&text, "%s%llu%s", i ? "," : "", (unsigned long long)p->oid[i], each);
    rest = buf_str(&text);
    while (rest.p)
        args[q.n++] = str_cut(&rest, '|');
    sql_limit(&p->h.sql, clock_ends, &left_us);
    r = history_query(&p->h, &q, gather, &out, &err);
    sql_limit(&p->h.sql, NULL, NULL);
    str_copy(said, size, str_of(err.text));
    buf_release(&text);
    buf_release(&out);
    return r;
}

static void test_given_up(void **state UNUSED)
{
    static const struct {
        const char *stmt, *line, *each; /* behind each object of a list at the end; NULL: there is none */
    } all[] = {{"availability", "0|100|31536100|||", ":0"},
               {"spans", "0|100|31536100|", ""},
               {"events_find", "0|0|99999999999|0|5|||", ""},
               {"as_of", "0|200000000|all||0||||name|asc|50|0", NULL}};
    struct place p;
    char said[256];

    place_make(&p);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (ask(&p, all[i].stmt, all[i].line, all[i].each, LIMIT_READER_US, said, sizeof(said)) != E_TIMEOUT)
            fail_msg("%s takes its time", all[i].stmt);
        assert_string_equal(said, ROWS_TOO_LONG);
        assert_int_equal(
            ask(&p, all[i].stmt, all[i].line, all[i].each, 10 * LIMIT_READER_US, said, sizeof(said)), 0);
    }
    place_remove(&p);
}

static void test_what_is_said(void **state UNUSED)
{
    struct api_world *w = api_world_new(2, 2);
    struct api_answer late = {.kind = API_FROM_READER, .error = STR(ROWS_TOO_LONG)};

    assert_true(str_contains(STR(ROWS_TOO_LONG), STR(" 30 s ")) && LIMIT_READER_US == 30 * TIME_S);
    api_world_ask(w, "GET", "/api/v1/availability", "from=2023-01-01T00:00:00Z", "", API_ROLE_VIEWER);
    api_world_forward(w, LIMIT_READER_US + TIME_S); /* the reader's own word comes */
    api_tick(&w->api);
    assert_int_equal(w->status, 0);
    api_answered(&w->api, w->serial, &late);
    assert_int_equal(w->status, 504);
    assert_true(str_contains(buf_str(&w->body), STR("\"code\":\"question_long\"")));
    assert_true(
        str_contains(buf_str(&w->body), STR("ask for a shorter time, or for fewer hosts and services")));
    api_world_ask(w, "GET", "/api/v1/events", "text=x", "", API_ROLE_VIEWER);
    api_world_forward(w, LIMIT_ANSWER_US); /* it does not */
    api_tick(&w->api);
    assert_int_equal(w->status, 504);
    api_world_free(w);
}

/* Those that take a moment only are let in while others are answered. */
static void test_brief(void **state UNUSED)
{
    static const struct {
        const char *stmt, *line;
        bool brief;
    } all[] = {{"object", "0|1||", true},
               {"state_at", "0|1|1", true},
               {"events_of", "0|1|0|20", true},
               {"events_find", "0|0|9|0|50|||", true},
               {"events_find", "0|0|9|0|50|||1,2,3", true},
               {"events_find", "0|0|9|0|50||a text|", false},
               {"spans", "0|0|9|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", true},
               {"spans", "0|0|9|1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", false},
               {"availability", "0|0|9|||1:1", true},
               {"as_of", "0|1|all||0||||name|asc|50|0", false},
               {"as_of", "0|1", false},
               {"prom", "0", false}};

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct str rest = str_of(all[i].line), args[16];
        size_t n = 0;

        while (rest.p)
            args[n++] = str_cut(&rest, '|');
        if (past_is_brief(str_of(all[i].stmt), args, n) != all[i].brief)
            fail_msg("%s|%s", all[i].stmt, all[i].line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_brief),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
