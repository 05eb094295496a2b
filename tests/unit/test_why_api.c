/* SPDX-License-Identifier: Apache-2.0 */
/* GET /resources/{id}/why: the engine's reasons of now and what the history knows, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api_world.h"

static int set_up(void **state)
{
    *state = api_world_new(2, 2);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static void has(const struct api_world *w, const char *text)
{
    if (!str_contains(buf_str(&w->body), str_of(text)))
        fail_msg("no %s in %s", text, w->body.data);
}

static void test_why(void **state)
{
    struct api_world *w = *state;

    api_world_ask(w, "GET", "/api/v1/resources/1000/why", "", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "why|1000");
    api_world_why(w, "0 60 0 0\t\t\n1 82 0 1700000000000000\talways\t\n2 101 1700000060000000 300000000\t\t\n"
                     "5 54 0 0\t\t\n6 52 0 0\t\tann\n");
    assert_string_equal(w->question.data, "decided|0|1700000000000000|1000");
    api_world_rows(
        w,
        "[{\"kind\":25,\"time\":\"2023-11-14T22:00:00Z\",\"state\":1,\"hard\":true,\"number\":1,\"type\":0,"
        "\"reasons\":\"3 1 1 0\\t\\t\\n4 51 0 0\\t\\tann\\n4 41 0 0\\tnever\\tbob\\n\"}]");
    assert_int_equal(w->status, 200);
    has(w, "\"why\":{\"code\":\"STATE_RESULT\"");
    has(w, "\"ran\":{\"code\":\"RUN_PERIOD\",\"object\":\"always\"");
    has(w, "It did not run at 2023-11-14 22:13:20: outside its check period always.");
    has(w, "toutes les 5 min.");
    has(w, "\"decision\":{\"time\":\"2023-11-14T22:00:00Z\",\"about\":\"problem\",\"state\":\"down\","
           "\"hard\":true,\"number\":1");
    has(w, "{\"contact\":\"ann\",\"told\":true,\"reason\":{\"code\":\"CONTACT_TOLD\"");
    has(w,
        "{\"contact\":\"bob\",\"told\":false,\"reason\":{\"code\":\"CONTACT_PERIOD\",\"object\":\"never\"");
    has(w, "\"would\":{\"reason\":{\"code\":\"NOTIFY_GO\"");

    /* a name stays as it is at the head of a sentence */
    api_world_ask(w, "GET", "/api/v1/resources/1000/why", "", "", API_ROLE_VIEWER);
    api_world_why(w, "0 60 0 0\t\t\n1 83 0 1700000000000000\tdb1;SQL\t\n2 83 0 0\tdb1;SQL\t\n");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    has(w, "\"object\":\"db1;SQL\"");
    has(w, "\"It did not run at 2023-11-14 22:13:20: db1 > SQL, on which it depends, has a problem.\"");
    has(w, "\"db1 > SQL, on which it depends, has a problem.\"");
    has(w, "\"db1 > SQL, dont il dépend, a un problème.\"");

    api_world_ask(w, "GET", "/api/v1/resources/1000/why", "at=2023-11-14T22:10:00Z", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "state_at|0|1699999800000000|1000");
    api_world_rows(w, "");
    assert_string_equal(w->question.data, "decided|0|1699999800000000|1000");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    has(w, "\"at\":\"2023-11-14T22:10:00.000Z\",\"state\":null,\"ran\":null,\"decision\":null}");

    api_world_ask(w, "GET", "/api/v1/resources/1000/why", "", "", API_ROLE_VIEWER);
    api_world_why(w, "");
    assert_int_equal(w->status, 404);
    api_world_ask(w, "GET", "/api/v1/resources/1000/why", "at=soon", "", API_ROLE_VIEWER);
    assert_int_equal(w->status, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_why, set_up, tear_down)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
