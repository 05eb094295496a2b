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

static const char decisions[] =
    "[{\"id\":\"9\",\"at\":\"1699999000000000\",\"time\":\"2023-11-14T21:56:40Z\",\"oid\":\"1000\",\"state\":"
    "1,"
    "\"hard\":true,\"number\":2,\"type\":0,\"reasons\":\"3 1 1 0\\t\\t\\n4 51 0 0\\t\\tann\\n4 41 0 "
    "0\\tnever\\tbob\\n\",\"undelivered\":[{\"kind\":27,\"time\":\"2023-11-14T21:56:41Z\",\"contact\":"
    "\"ann\","
    "\"command\":\"mail\",\"text\":\"no route\"}]},"
    "{\"id\":\"7\",\"at\":\"1699998000000000\",\"time\":\"2023-11-14T21:40:00Z\",\"oid\":\"77\",\"gone\":"
    "true,"
    "\"host\":\"old\",\"service\":\"disk\",\"state\":2,\"hard\":true,\"number\":1,\"type\":1,\"reasons\":"
    "\"\","
    "\"undelivered\":[]}]";

/* The list of all of them: what is asked of the history, and its answer in words. */
static void test_notifications(void **state)
{
    static const char path[] = "/api/v1/notifications";
    struct api_world *w = *state;

    api_world_ask(w, "GET", path, "", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "decisions|0|0|9223372036854775807|0|20|0|||");
    api_world_rows(w, decisions);
    assert_int_equal(w->status, 200);
    has(w,
        "{\"notifications\":[{\"id\":\"9\",\"time\":\"2023-11-14T21:56:40Z\",\"resource\":\"1000\",\"host\":"
        "\"h0000\","
        "\"about\":\"problem\",\"state\":\"down\",\"hard\":true,\"number\":2,\"reason\":{\"code\":\"TOLD\"");
    has(w, "{\"contact\":\"ann\",\"told\":true,\"reason\":{\"code\":\"CONTACT_TOLD\"");
    has(w,
        "{\"contact\":\"bob\",\"told\":false,\"reason\":{\"code\":\"CONTACT_PERIOD\",\"object\":\"never\"");
    has(w, "\"undelivered\":[{\"time\":\"2023-11-14T21:56:41Z\",\"contact\":\"ann\",\"command\":\"mail\","
           "\"text\":\"no route\"}]");
    has(w, "\"resource\":\"77\",\"host\":\"old\",\"service\":\"disk\",\"gone\":true,\"about\":\"recovery\","
           "\"state\":\"critical\"");
    has(w, "\"reason\":null,\"contacts\":[],\"undelivered\":[]}],\"next\":null}");

    api_world_ask(w, "GET", path,
                  "limit=2&contact=ann&told=no&about=problem,custom&from=2023-11-14T21:00:00Z", "",
                  API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "decisions|0|1699995600000000|9223372036854775807|0|2|513|ann|no|");
    api_world_rows(w, decisions);
    has(w, "\"next\":\"1699998000000000-7\"");
    api_world_ask(w, "GET", path, "host=h0001&cursor=1699998000000000-7&to=2023-11-14T22:00:00Z", "",
                  API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "decisions|0|0|1699998000000000|7|20|0|||1001,1004,1005");
    api_world_rows(w, "[{\"id\":\"5\",\"at\":\"1699990000000000\",\"searched\":true}]");
    has(w, "{\"notifications\":[],\"next\":\"1699990000000000-5\"}");
    api_world_ask(w, "GET", path, "service=s01", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "decisions|0|0|9223372036854775807|0|20|0|||1003,1005");
    api_world_rows(w, "[]");
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(api_world_ask(w, "GET", path,
                                       (const char *const[]){"cursor=7", "cursor=x-7", "cursor=7-0"}[i], "",
                                       API_ROLE_VIEWER),
                         400);
        has(w, "\"field\":\"cursor\"");
    }
}

/* A service's description alone chooses all services of that name, of whatever host. */
static void test_service_alone(void **state)
{
    struct api_world *w = *state;

    api_world_ask(w, "GET", "/api/v1/events", "service=s01", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "events_find|0|0|9223372036854775807|0|20|||1003,1005");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    api_world_ask(w, "GET", "/api/v1/events", "service=none", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "events_find|0|0|9223372036854775807|0|20|||9223372036854775807");
    api_world_rows(w, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_notifications, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_alone, set_up, tear_down)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
