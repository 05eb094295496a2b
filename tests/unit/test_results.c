/* SPDX-License-Identifier: Apache-2.0 */
/* Results that are sent in, many in one request: what a body may be, what is wrong with a row, what the engine is asked, and what the world does with them. */
#include "api/api_ask.h"
#include "api/results.h"
#include "api_world.h"
#include "core/passive.h"
#include "lab.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    *state = api_world_new(3, 2);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static int post(struct api_world *w, const char *query, const char *body)
{
    return api_world_ask(w, "POST", "/api/v1/results", query, body, API_ROLE_OPERATOR);
}

static void answer(struct api_world *w, const char *error, uint64_t row, const char *why)
{
    struct buf refused = BUF_INIT;

    if (row)
        passive_refuse(&refused, &(struct passive_refusal){row, str_of(why)});
    api_answered(
        &w->api, w->serial,
        &(struct api_answer){
            .kind = API_FROM_ENGINE, .ok = true, .error = str_of(error), .refused = buf_str(&refused)});
    buf_release(&refused);
}

static bool says(const struct api_world *w, const char *text)
{
    return str_contains(buf_str(&w->body), str_of(text));
}

/* The rows of the last question: who|rows|all or some. */
static struct str rows_asked(struct api_world *w)
{
    struct str rest = buf_str(&w->question);

    str_cut(&rest, '|');
    return str_sub(rest, 0, rest.n - 5); /* |some */
}

static void test_good_rows_go_to_the_engine(void **state)
{
    struct api_world *w = *state;
    struct passive_row r;
    struct str rest;

    assert_int_equal(
        post(w, "",
             "[{\"host\":\"h0000\",\"service\":\"s00\",\"state\":\"CRITICAL\",\"output\":\"bad\\nmore\","
             "\"performance_data\":\"v=1\",\"long_output\":\"and more\",\"time\":\"2023-11-14T22:00:00Z\","
             "\"source\":\"nsca\"},"
             "{\"host\":\"h0001\",\"state\":1,\"output\":\"gone | x=2\",\"performance_data\":\"v=1\"}]"),
        0);
    assert_int_equal(w->asked_results, 1);
    rest = rows_asked(w);
    assert_int_equal(passive_next(&rest, &r), 1);
    assert_int_equal(r.row, 1);
    assert_int_equal(r.code, 2);
    assert_int_equal(r.said.us, 1699999200 * TIME_S);
    assert_true(str_eq_c(r.output, "bad|v=1\nmore\nand more"));
    assert_true(str_eq_c(r.through, "nsca"));
    assert_int_equal(passive_next(&rest, &r), 1);
    assert_int_equal(r.oid, 1001);
    assert_int_equal(r.code, 1);
    assert_true(str_eq_c(r.output, "gone | x=2 v=1"));
    assert_int_equal(passive_next(&rest, &r), 0);
    answer(w, "", 0, NULL);
    assert_int_equal(w->status, 200);
    assert_string_equal(w->body.data, "{\"accepted\":2,\"refused\":0,\"problems\":[]}");
}

/* Each bad row is told of, and hinders no other one. */
static void test_bad_rows_are_named(void **state)
{
    static const struct {
        const char *row, *said;
    } table[] = {
        {"{\"host\":\"h0000\",\"service\":\"nothing\",\"state\":0,\"output\":\"\"}",
         "\"row\":2,\"field\":\"service\",\"code\":\"no_service_of\",\"detail\":\"The host h0000 has no service "
         "called "
         "nothing.\""},
        {"{\"host\":\"h9\",\"state\":0,\"output\":\"\"}",
         "\"row\":2,\"field\":\"host\",\"code\":\"no_host\""},
        {"{\"host\":\"h0000\",\"state\":\"ok\",\"output\":\"\"}",
         "\"field\":\"state\",\"code\":\"state_host\""},
        {"{\"host\":\"h0000\",\"service\":\"s00\",\"state\":\"up\",\"output\":\"\"}",
         "\"field\":\"state\",\"code\":\"state_service\""},
        {"{\"host\":\"h0000\",\"state\":3,\"output\":\"\"}", "\"field\":\"state\",\"code\":\"state_host\""},
        {"{\"host\":\"h0000\",\"state\":4,\"output\":\"\"}", "\"field\":\"state\",\"code\":\"member_word\""},
        {"{\"host\":\"h0000\",\"state\":true,\"output\":\"\"}",
         "\"field\":\"state\",\"code\":\"member_word\""},
        {"{\"host\":\"h0000\",\"state\":\"fine\",\"output\":\"\"}",
         "\"field\":\"state\",\"code\":\"member_word\""},
        {"{\"host\":\"h0000\",\"state\":0}", "\"field\":\"output\",\"code\":\"member_missing\""},
        {"{\"host\":\"h0000\",\"state\":0,\"output\":\"\",\"colour\":1}",
         "\"field\":\"colour\",\"code\":\"member_unknown\""},
        {"{\"host\":\"h0000\",\"state\":0,\"output\":\"\",\"time\":\"now\"}",
         "\"field\":\"time\",\"code\":\"member_time\""},
        {"{\"host\":\"h0000\",\"service\":\"\",\"state\":0,\"output\":\"\"}",
         "\"field\":\"service\",\"code\":\"member_empty\""},
        {"7", "\"row\":2,\"code\":\"row_object\""},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct buf body = BUF_INIT;

        buf_printf(&body,
                   "[{\"host\":\"h0000\",\"state\":0,\"output\":\"x\"},%s,{\"host\":\"h0001\",\"state\":0,"
                   "\"output\":\"y\"}]",
                   table[i].row);
        assert_int_equal(post(w, "", body.data), 0);
        answer(w, "", 0, NULL);
        assert_int_equal(w->status, 200);
        assert_true(says(w, "\"accepted\":2,\"refused\":1"));
        assert_true(says(w, table[i].said));
        buf_release(&body);
        buf_init(&body);
        buf_printf(&body, "[{\"host\":\"h0000\",\"state\":0,\"output\":\"x\"},%s]", table[i].row);
        w->asked_results = 0;
        assert_int_equal(post(w, "all_or_nothing=1", body.data), 422);
        assert_int_equal(w->asked_results, 0);
        assert_true(says(w, "\"accepted\":0,\"refused\":1"));
        assert_true(says(w, "\"code\":\"rows_refused\""));
        buf_release(&body);
    }
}

static void test_what_the_engine_refuses(void **state)
{
    struct api_world *w = *state;
    const char *two = "[{\"host\":\"h0000\",\"state\":0,\"output\":\"x\"},{\"host\":\"h0001\",\"state\":0,"
                      "\"output\":\"y\"}]";

    post(w, "", two);
    answer(w, "", 2, "passive checks of this object are switched off");
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"accepted\":1,\"refused\":1"));
    assert_true(
        says(w, "\"row\":2,\"code\":\"engine_refuses\",\"detail\":\"It was refused: passive checks of this "
                "object are switched off.\""));
    post(w, "all_or_nothing=1", two);
    assert_true(str_contains(buf_str(&w->question), STR("|all")));
    answer(w, "", 2, "no");
    assert_int_equal(w->status, 422);
    assert_true(says(w, "\"accepted\":0"));
    post(w, "all_or_nothing=0", two);
    answer(w, "the disk is full", 0, NULL);
    assert_int_equal(w->status, 503);
    assert_true(says(w, "\"code\":\"not_stored\""));
    w->refuse = -1;
    assert_int_equal(post(w, "", two), 503);
    w->refuse = 0;
}

static void test_bodies(void **state)
{
    struct api_world *w = *state;
    struct buf many = BUF_INIT;

    assert_int_equal(post(w, "", "[]"), 200);
    assert_int_equal(post(w, "", "[1"), 400);
    assert_true(says(w, "body_syntax"));
    assert_int_equal(post(w, "", "7"), 400);
    assert_int_equal(post(w, "all_or_nothing=yes", "[]"), 400);
    assert_int_equal(post(w, "", "{\"host\":\"h0000\",\n\"state\":0,\"output\":\"one object\"}"), 0);
    answer(w, "", 0, NULL);
    assert_true(says(w, "\"accepted\":1"));
    for (unsigned i = 0; i <= RESULTS_ROWS; i++)
        buf_printf(&many, "%s{\"host\":\"h0000\",\"state\":0,\"output\":\"%u\"}", i ? ",\n" : "[", i);
    buf_add_char(&many, ']');
    assert_int_equal(post(w, "", many.data), 413);
    assert_true(says(w, "rows_many"));
    buf_release(&many);
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/results", "", "[]", API_ROLE_VIEWER), 403);
    w->type = "text/plain";
    assert_int_equal(post(w, "", "[]"), 415);
    assert_true(says(w, "rows_type"));
    w->type = NULL;
}

/* One object a line: a line that is no JSON is a bad row, not a bad body; empty lines are none. */
static void test_lines(void **state)
{
    struct api_world *w = *state;

    w->type = "application/x-ndjson; charset=utf-8";
    assert_int_equal(post(w, "",
                          "{\"host\":\"h0000\",\"state\":0,\"output\":\"x\"}\r\n\n{\"host\":\n"
                          "{\"host\":\"h0001\",\"state\":0,\"output\":\"y\"} 7\n"
                          "{\"host\":\"h0001\",\"state\":\"UP\",\"output\":\"y\"}"),
                     0);
    answer(w, "", 0, NULL);
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"accepted\":2,\"refused\":2"));
    assert_true(says(w, "\"row\":2,\"code\":\"row_syntax\""));
    assert_true(says(w, "\"row\":3,\"code\":\"row_syntax\""));
    w->type = NULL;
}

/* Many rows go in several messages, and are answered once, when the last of them is. */
static void test_parts(void **state)
{
    struct api_world *w = *state;
    struct buf many = BUF_INIT;

    for (unsigned i = 0; i < 600; i++)
        buf_printf(&many, "%s{\"host\":\"h0000\",\"state\":0,\"output\":\"%u\"}", i ? ",\n" : "[", i);
    buf_add_char(&many, ']');
    assert_int_equal(post(w, "", many.data), 0);
    assert_int_equal(w->asked_results, 3);
    answer(w, "", 0, NULL);
    answer(w, "", 300, "no");
    assert_int_equal(w->status, 0);
    answer(w, "", 0, NULL);
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"accepted\":599,\"refused\":1"));
    w->asked_results = 0;
    assert_int_equal(post(w, "all_or_nothing=1", many.data), 0);
    assert_int_equal(w->asked_results, 1);
    answer(w, "", 0, NULL);
    assert_true(says(w, "\"accepted\":600"));
    buf_release(&many);
}

/* ---- the world ---- */

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 100 * TIME_MS, .output = "fine"};
}

static unsigned refused;

static void watch(struct lab *lab UNUSED, const struct world_effect *e)
{
    refused += e->kind == WORLD_REFUSED;
}

static void send(struct lab *lab, const struct passive_row *rows, size_t n, bool look)
{
    struct buf b = BUF_INIT;
    struct world_event e = {.kind = WORLD_PASSIVE, .ok = look};

    for (size_t i = 0; i < n; i++)
        passive_put(&b, &rows[i]);
    refused = 0;
    e.text = buf_str(&b);
    e.command.who = STR("ann");
    lab_event(lab, &e);
    buf_release(&b);
}

static void test_the_world_takes_them(void **state UNUSED)
{
    struct lab lab = {.on_effect = watch};
    struct passive_row rows[] = {{.row = 1, .code = 2, .output = STR("bad"), .through = STR("nsca")},
                                 {.row = 2, .oid = 4711, .output = STR("nobody")},
                                 {.row = 3, .code = 1, .output = STR("down")}};
    uint32_t host, service;

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n}\ndefine service {\n host_name h1\n "
             "service_description s1\n use st\n active_checks_enabled 0\n}\n",
             1800000000, 1, up, 0);
    lab_run(&lab, TIME_S);
    host = model_find_host(lab.model, STR("h1"));
    service = model_find_service(lab.model, STR("h1"), STR("s1"));
    rows[0].oid = world_oid(lab.w, service);
    rows[2].oid = world_oid(lab.w, host);
    send(&lab, rows, 3, true);
    assert_int_equal(refused, 1);
    assert_int_equal(world_state(lab.w, service)->state, 0);
    send(&lab, rows, 3, false);
    assert_int_equal(refused, 1);
    assert_int_equal(world_state(lab.w, service)->state, 2);
    assert_int_equal(world_state(lab.w, host)->state, 1);
    assert_true(str_contains(buf_str(&lab.journal), STR("ann (nsca)")));
    assert_true(lab_command(&lab, "DISABLE_PASSIVE_SVC_CHECKS;h1;s1"));
    rows[0].code = 0;
    send(&lab, rows, 1, false);
    assert_int_equal(refused, 1);
    assert_int_equal(world_state(lab.w, service)->state, 2);
    lab_close(&lab);
}

static void test_rows_are_cut(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct str rest, part;
    struct passive_row r;

    for (uint64_t i = 1; i <= 5; i++)
        passive_put(&b,
                    &(struct passive_row){.row = i, .oid = i << 40, .said = {INT64_MAX}, .output = STR("x")});
    rest = buf_str(&b);
    part = passive_cut(&rest, 2);
    assert_int_equal(passive_next(&part, &r), 1);
    assert_int_equal(passive_next(&part, &r), 1);
    assert_int_equal(r.row, 2);
    assert_int_equal(passive_next(&part, &r), 0);
    passive_cut(&rest, 2);
    part = passive_cut(&rest, 2);
    assert_int_equal(passive_next(&part, &r), 1);
    assert_int_equal(r.row, 5);
    assert_int_equal(rest.n, 0);
    rest = str_sub(buf_str(&b), 0, b.len - 1); /* damaged */
    part = passive_cut(&rest, 9);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(passive_next(&part, &r), 1);
    assert_int_equal(passive_next(&part, &r), 0);
    assert_int_equal(rest.n, 0);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good_rows_go_to_the_engine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_rows_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_the_engine_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parts, set_up, tear_down),
        cmocka_unit_test(test_the_world_takes_them),
        cmocka_unit_test(test_rows_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
