/* SPDX-License-Identifier: Apache-2.0 */
/* What gate asks the reader about measurements, what it refuses itself, and how the answer is passed on. */
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

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2);

    w->api.made_up = true;
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static int ask(struct api_world *w, const char *path, const char *query)
{
    return api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER);
}

static void says(const struct buf *b, const char *text)
{
    if (!str_contains(buf_str(b), str_of(text)))
        fail_msg("no %s in %s", text, b->data);
}

static void test_questions(void **state)
{
    struct api_world *w = *state;

    ask(w, "/api/v1/series", "host=h0001&label=a%20b&q=x+y&kind=service&limit=7&cursor=o14");
    says(&w->question, "series_list|scope=0|now=");
    says(&w->question, "|host=h0001|label=a b|q=x y|kind=service|limit=7|cursor=o14");
    ask(w, "/api/v1/series/data",
        "resource=1000,1001&from=2023-11-14T21:00:00Z&to=2023-11-14T22:00:00Z&step=60&aggregate=max,p99&rate="
        "1&"
        "compare=1d");
    says(&w->question, "series_data|scope=0|now=");
    says(&w->question,
         "|resource=1000,1001|step=60|rate=1|from=1699995600000000|to=1699999200000000|aggregate=max,p99|"
         "compare=1d");
    w->accept = "text/csv";
    ask(w, "/api/v1/series/data", "");
    says(&w->question, "|format=csv");
    w->accept = "text/html,*/*;q=0.1";
    ask(w, "/api/v1/series/data", "");
    assert_false(str_contains(buf_str(&w->question), STR("format")));
    w->accept = NULL;
}

static void test_refusals(void **state)
{
    static const struct {
        const char *query, *field;
        int status;
    } table[] = {
        {"resource=x", "resource", 404},
        {"kind=group", "kind", 400},
        {"limit=0", "limit", 400},
        {"limit=1001", "limit", 400},
        {"step=0", "step", 400},
        {"points=x", "points", 400},
        {"rate=2", "rate", 400},
        {"format=xml", "format", 400},
        {"from=now", "from", 400},
        {"to=2001-01-01", "to", 400},
        {"from=2999-01-01T00:00:00Z", "from", 400},
        {"host=a&host=b", "host", 400},
        {"nothing=1", "nothing", 400},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        char field[40];
        unsigned asked = w->asked_reader;

        snprintf(field, sizeof(field), "\"field\":\"%s\"", table[i].field);
        if (ask(w, "/api/v1/series/data", table[i].query) != table[i].status)
            fail_msg("%s: %d", table[i].query, w->status);
        says(&w->body, field);
        assert_int_equal(w->asked_reader, asked);
    }
}

static void test_answers(void **state)
{
    struct api_world *w = *state;

    ask(w, "/api/v1/series", "");
    api_world_rows(w, "200 application/json\n{\"series\":[],\n\"next\":null}");
    assert_int_equal(w->status, 200);
    assert_string_equal(w->body.data, "{\"series\":[],\n\"next\":null}");
    says(&w->headers, "Content-Type: application/json\n");
    ask(w, "/api/v1/series/data", "format=csv");
    api_world_rows(w, "200 text/csv; charset=utf-8\ntime\r\n");
    says(&w->headers, "Content-Type: text/csv; charset=utf-8\n");
    assert_string_equal(w->body.data, "time\r\n");
    ask(w, "/api/v1/series/data", "compare=1x");
    api_world_rows(w, "400 problem compare PARAMETER_WORD\ncompare\n1h ... (<= 4)\n");
    assert_int_equal(w->status, 400);
    says(&w->body,
         "\"code\":\"compare_spans\",\"detail\":\"\\\"compare\\\" takes four spans of time at most");
    ask(w, "/api/v1/series", "host=nobody");
    api_world_rows(w, "404 problem host NO_HOST\nnobody\n\n");
    assert_int_equal(w->status, 404);
    says(&w->body, "There is no host called nobody.");
    says(&w->body, "\"field\":\"host\"");
    ask(w, "/api/v1/series", "");
    api_world_rows(w, "nonsense");
    assert_int_equal(w->status, 500);
    ask(w, "/api/v1/series", "");
    api_answered(&w->api, w->serial, &(struct api_answer){.kind = API_FROM_READER, .error = STR("too slow")});
    assert_int_equal(w->status, 503);
    says(&w->body, "too slow");
}

/* The begin of a long answer, and part gets more of it. */
static void begin_long(struct api_world *w, struct buf *part)
{
    buf_clear(part);
    buf_add_c(part, "200 application/json\n[");
    while (part->len < 70000)
        buf_add_c(part, "1234567,");
    ask(w, "/api/v1/series/data", "");
    api_rows(&w->api, w->serial, STR("200 appl"));
    assert_int_equal(w->status, 0);
    api_rows(&w->api, w->serial, str_sub(buf_str(part), 8, SIZE_MAX));
    assert_int_equal(w->status, 200);
    assert_true(w->more);
    assert_int_equal(w->body.data[0], '[');
}

/* A long answer goes on while it comes; what fails then breaks it off: that is no second answer, and no end as of a whole one. */
static void test_flow(void **state)
{
    struct api_world *w = *state;
    struct buf part = BUF_INIT;
    unsigned datas;

    for (unsigned fails = 0; fails < 2; fails++) {
        begin_long(w, &part);
        datas = w->datas;
        api_rows(&w->api, w->serial, buf_str(&part));
        assert_int_equal(w->datas, datas + 1);
        if (fails)
            api_answered(&w->api, w->serial,
                         &(struct api_answer){.kind = API_FROM_READER, .error = STR("too slow")});
        else
            api_world_rows(w, "1]");
        assert_int_equal(w->datas, datas + 2 - fails);
        assert_int_equal(w->ended, 1);
        assert_int_equal(w->broken, fails);
        assert_int_equal(w->status, 200);
    }
    begin_long(w, &part);
    api_lost(&w->api, API_FROM_READER);
    assert_int_equal(w->broken, 2);
    begin_long(w, &part);
    api_world_forward(w, LIMIT_ANSWER_US);
    api_tick(&w->api);
    assert_int_equal(w->broken, 3);
    assert_int_equal(w->ended, 1);
    buf_release(&part);
    assert_int_equal(w->api.n_pending, 0);
}

/* A part that cannot be sent: none follows, and that it is broken off is said as soon as there is room for that. */
static void test_hole(void **state)
{
    struct api_world *w = *state;
    struct buf part = BUF_INIT;

    begin_long(w, &part);
    w->refuse = w->refuse_broken = E_LIMIT;
    api_rows(&w->api, w->serial, buf_str(&part));
    w->refuse = 0;
    api_rows(&w->api, w->serial, buf_str(&part));
    api_world_rows(w, "1]");
    api_tick(&w->api);
    assert_int_equal(w->datas, 0);
    assert_int_equal(w->broken, 0);
    assert_int_equal(w->api.n_pending, 1);
    w->refuse_broken = 0;
    api_tick(&w->api);
    assert_int_equal(w->broken, 1);
    assert_int_equal(w->api.n_pending, 0);
    begin_long(w, &part);
    w->refuse = E_LIMIT;
    api_world_rows(w, "1]"); /* the last one */
    assert_int_equal(w->broken, 2);
    assert_int_equal(w->answers, 2);
    assert_int_equal(w->api.n_pending, 0);
    buf_release(&part);
}

static void test_prometheus(void **state)
{
    struct api_world *w = *state;

    ask(w, "/prometheus/api/v1/query", "query=a%2Bb&time=5&unknown=1&query=c");
    says(&w->question, "prom|scope=0|now=");
    says(&w->question, "|endpoint=query|query=a+b|time=5|query=c");
    assert_false(str_contains(buf_str(&w->question), STR("unknown")));
    ask(w, "/prometheus/api/v1/label/ho%73t/values", "match%5B%5D=x&match[]=y");
    says(&w->question, "|endpoint=values|name=host|match[]=x|match[]=y");
    w->type = "application/x-www-form-urlencoded";
    api_world_ask(w, "POST", "/prometheus/api/v1/query_range", "", "query=1+%2b+1&start=1&end=2&step=1",
                  API_ROLE_VIEWER);
    says(&w->question, "|endpoint=query_range|query=1 + 1|start=1|end=2|step=1");
    w->type = NULL;
    assert_int_equal(
        api_world_ask(w, "POST", "/prometheus/api/v1/query", "", "{\"query\":\"1\"}", API_ROLE_VIEWER), 415);
    assert_int_equal(ask(w, "/prometheus/api/v1/query", "query=%zz"), 400);
    assert_int_equal(api_world_ask(w, "GET", "/prometheus/api/v1/query", "query=1", "", API_ROLE_NONE), 401);
    ask(w, "/prometheus/api/v1/query", "query=1");
    api_world_rows(w, "422 application/json\n{\"status\":\"error\"}");
    assert_int_equal(w->status, 422);
    ask(w, "/prometheus/api/v1/query", "query=1");
    api_answered(&w->api, w->serial,
                 &(struct api_answer){.kind = API_FROM_READER, .error = STR("it is away")});
    assert_int_equal(w->status, 503);
    assert_string_equal(w->body.data,
                        "{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\"it is away\"}");
    assert_int_equal(ask(w, "/prometheus/api/v1/status/buildinfo", ""), 200);
    says(&w->body, "\"version\":\"2.42.0\"");
}

/* Whatever is refused below /prometheus is refused in its words. */
static void test_prometheus_refusals(void **state)
{
    static const struct {
        const char *method, *path, *type;
        enum api_role role;
        int status;
    } table[] = {
        {"GET", "/prometheus/api/v1/nothing", "not_found", API_ROLE_VIEWER, 404},
        {"GET", "/prometheus/api/v1/rules", "not_found", API_ROLE_NONE, 404},
        {"GET", "/prometheus/-/healthy", "not_found", API_ROLE_VIEWER, 404},
        {"POST", "/prometheus/api/v1/label/host/values", "bad_data", API_ROLE_VIEWER, 405},
        {"DELETE", "/prometheus/api/v1/series", "bad_data", API_ROLE_VIEWER, 405},
        {"GET", "/prometheus/api/v1/query", "bad_data", API_ROLE_NONE, 401},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        char begin[80];

        snprintf(begin, sizeof(begin), "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"",
                 table[i].type);
        if (api_world_ask(w, table[i].method, table[i].path, "", "", table[i].role) != table[i].status)
            fail_msg("%s: %d", table[i].path, w->status);
        if (!str_starts(buf_str(&w->body), str_of(begin)))
            fail_msg("%s: %s", table[i].path, w->body.data);
        says(&w->headers, "Content-Type: application/json\n");
    }
    ask(w, "/prometheus/api/v1/labels", "");
    api_world_forward(w, TIME_MIN);
    api_tick(&w->api);
    assert_int_equal(w->status, 504);
    says(&w->body, "\"errorType\":\"timeout\"");
    assert_int_equal(ask(w, "/api/v1/nothing", ""), 404);
    says(&w->headers, "Content-Type: application/problem+json\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_questions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_flow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prometheus, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prometheus_refusals, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
