/* SPDX-License-Identifier: Apache-2.0 */
/* What the API says over time: how many events there were in each part of a stretch, also where the reader has to be asked more than once; and when recurring downtimes will be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api_world.h"

#define SERVICE(name, more)                                                                                  \
    "define service {\n host_name web\n service_description " name                                           \
    "\n check_command ping!a\n max_check_attempts 3\n"                                                       \
    " check_period always\n notification_period always\n contacts ann\n" more "}\n"

static const char objects[] =
    "define timeperiod {\n timeperiod_name nightly\n alias Backup\n sunday 02:00-04:00\n monday 02:00-04:00\n"
    " tuesday 02:00-04:00\n wednesday 02:00-04:00\n thursday 02:00-04:00\n friday 02:00-04:00\n"
    " saturday 02:00-04:00\n vigie_timezone UTC\n}\n"
    "define host {\n host_name web\n check_command ping!a\n max_check_attempts 3\n check_period always\n"
    " notification_period always\n contacts ann\n vigie_downtime_period nightly\n}\n" SERVICE(
        "disk", " vigie_downtime_period always\n") SERVICE("load", "");

static int set_up(void **state)
{
    *state = api_world_more(0, 0, objects);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static int get(struct api_world *w, const char *path, const char *query)
{
    return api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER);
}

static void says(const struct api_world *w, const char *what)
{
    if (!strstr(w->body.data, what))
        fail_msg("%s is not in %s", what, w->body.data);
}

#define HOUR "from=2023-11-14T21:00:00Z&to=2023-11-14T22:00:00Z&buckets=2"

static void test_histogram(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/events/histogram", HOUR "&kind=alert,comment&text=disk");
    assert_string_equal(w->question.data,
                        "events_histogram|0|1699995600000000|1699999200000000|0|2|alert,comment|disk|");
    api_world_rows(w, "[{\"part\":1,\"kind\":\"alert\",\"n\":3},{\"id\":\"77\",\"searched\":true}]");
    assert_string_equal(w->question.data,
                        "events_histogram|0|1699995600000000|1699999200000000|77|2|alert,comment|disk|");
    api_world_rows(w, "[{\"part\":0,\"kind\":\"comment\",\"n\":2},{\"part\":1,\"kind\":\"alert\",\"n\":4}]");
    assert_int_equal(w->status, 200);
    says(w, "\"complete\":true,\"buckets\":[{\"from\":\"2023-11-14T21:00:00.000Z\",\"to\":\"2023-11-14T21:30:"
            "00.000Z\","
            "\"counts\":{\"comment\":2},\"total\":2}");
    says(w, "\"counts\":{\"alert\":7},\"total\":7}]");
}

/* Whoever asks for a year of very much gets what could be counted, and is told so. */
static void test_too_many(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/events/histogram", HOUR);
    for (int i = 0; i < 20; i++)
        api_world_rows(w, "[{\"part\":1,\"kind\":\"alert\",\"n\":1},{\"id\":\"77\",\"searched\":true}]");
    assert_int_equal(w->status, 200);
    says(w, "\"complete\":false");
    says(w, "\"total\":20");
}

static void test_histogram_refused(void **state)
{
    static const char *const wrong[] = {
        "buckets=0",     "buckets=501",    "buckets=x",
        "kind=nonsense", "from=yesterday", "from=2023-11-14T21:00:00Z&to=2023-11-14T20:00:00Z"};

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(get(*state, "/api/v1/events/histogram", wrong[i]), 400);
}

/* Of many the mean of those of which there is something to say. */
static void test_buckets(void **state)
{
    static const char span[] = "from=2023-11-14T00:00:00Z&to=2023-11-14T03:00:00Z&buckets=3",
                      one[] = "/api/v1/resources/1001/availability/buckets";
    struct api_world *w = *state;
    char query[160];

    snprintf(query, sizeof(query), "kind=service&%s", span);
    get(w, "/api/v1/availability/buckets", query);
    assert_string_equal(w->question.data,
                        "availability_parts|0|1699920000|1699930800|||1001:1000,1002:1000|3");
    api_world_rows(w, "[{\"oid\":\"1001\",\"parts\":[3600,0,1800,1800,0,0]},"
                      "{\"oid\":\"1002\",\"parts\":[0,3600,0,0,0,0]}]");
    assert_int_equal(w->status, 200);
    says(w, "\"resources\":2,\"buckets\":[{\"from\":\"2023-11-14T00:00:00.000Z\",\"to\":\"2023-11-14T01:00:"
            "00.000Z\","
            "\"availability\":50.0000,\"with_basis\":2},");
    says(w, "\"availability\":50.0000,\"with_basis\":1}");
    says(w, "\"availability\":null,\"with_basis\":0}]}");
    get(w, one, span);
    assert_string_equal(w->question.data, "availability_parts|0|1699920000|1699930800|||1001:1000|3");
    api_world_rows(w, "[{\"oid\":\"1001\",\"parts\":[3600,0,1800,1800,0,0]}]");
    says(w, "\"availability\":100.0000,\"with_basis\":1}");
    get(w, one, span);
    api_world_rows(w, "[]"); /* nothing is known of it, or it is out of sight */
    assert_int_equal(w->status, 404);
    assert_int_equal(get(w, "/api/v1/availability/buckets", "buckets=501"), 400);
    says(w, "\"field\":\"buckets\"");
}

static size_t objects_asked(const struct api_world *w)
{
    size_t n = 1;

    for (const char *p = w->question.data; *p; p++)
        n += *p == ',';
    return n;
}

/* Of narrow parts fewer objects are asked for at once: what comes back is read in one go, and nothing else is served meanwhile. */
static void test_buckets_of_many(void **state UNUSED)
{
    struct api_world *w = api_world_new(2, 35);

    get(w, "/api/v1/availability/buckets", "kind=service&buckets=500");
    assert_int_equal(objects_asked(w), 30);
    api_world_rows(w, "[]");
    assert_int_equal(objects_asked(w), 30);
    api_world_rows(w, "[]");
    assert_int_equal(objects_asked(w), 10);
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    get(w, "/api/v1/availability/buckets", "kind=service&buckets=1");
    assert_int_equal(objects_asked(w), 70);
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    api_world_free(w);
}

static void test_recurring(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(
        get(w, "/api/v1/downtimes/recurring", "from=2023-11-15T03:00:00Z&to=2023-11-17T00:00:00Z"), 200);
    says(w, "\"host\":\"web\",\"service\":\"\",\"period\":\"nightly\",\"alias\":\"Backup\",\"occurrences\":["
            "{\"start\":\"2023-11-15T03:00:00.000Z\",\"end\":\"2023-11-15T04:00:00.000Z\"},"
            "{\"start\":\"2023-11-16T02:00:00.000Z\",\"end\":\"2023-11-16T04:00:00.000Z\"}],\"more\":false}");
    says(w, "\"service\":\"disk\",\"period\":\"always\",\"alias\":\"Always\",\"occurrences\":["
            "{\"start\":\"2023-11-15T03:00:00.000Z\",\"end\":null}]");
    says(w, "\"matched\":2,\"next\":null");
    assert_null(strstr(w->body.data, "\"load\""));
    assert_int_equal(get(w, "/api/v1/downtimes/recurring", "limit=1"), 200);
    says(w, "\"next\":\"o1\"");
    assert_int_equal(get(w, "/api/v1/downtimes/recurring", "service=disk&from=2023-11-15T00:00:00Z"), 200);
    says(w, "\"to\":\"2023-12-13T00:00:00.000Z\"");
    says(w, "\"matched\":1");
    assert_int_equal(get(w, "/api/v1/downtimes/recurring", "to=2023-11-01T00:00:00Z"), 400);
    assert_int_equal(get(w, "/api/v1/downtimes/recurring", "to=2033-11-01T00:00:00Z"), 400);
}

/* A service in sight does not bring its host there. */
static void test_recurring_in_sight(void **state)
{
    struct api_world *w = *state;

    w->scope = "[\"service:web/disk\"]";
    assert_int_equal(get(w, "/api/v1/downtimes/recurring", ""), 200);
    says(w, "\"matched\":1");
    assert_null(strstr(w->body.data, "nightly"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_histogram, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_histogram_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_buckets, set_up, tear_down),
        cmocka_unit_test(test_buckets_of_many),
        cmocka_unit_test_setup_teardown(test_recurring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_recurring_in_sight, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
