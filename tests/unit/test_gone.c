/* SPDX-License-Identifier: Apache-2.0 */
/* What is configured no more, asked of the API by its id and by the name that it had last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api_world.h"

#define EVENTS                                                                                               \
    "[{\"id\":\"7\",\"time\":\"2023-11-14T22:00:00Z\",\"oid\":\"77\",\"gone\":true,\"host\":\"old\","        \
    "\"service\":\"disk\",\"kind\":\"alert\",\"state\":2,\"hard\":true,\"attempt\":3,\"type\":0,"            \
    "\"ref\":\"0\",\"text\":\"full\"}]"
#define OLD_DISK "[{\"oid\":\"77\",\"host\":\"old\",\"service\":\"disk\",\"gone\":true}]"
#define OLD_BOTH                                                                                             \
    "[{\"oid\":\"76\",\"host\":\"old\",\"gone\":true},{\"oid\":\"77\",\"host\":\"old\","                     \
    "\"service\":\"disk\",\"gone\":true}]"
#define FIGURES(oid, good)                                                                                   \
    "{\"oid\":\"" oid "\",\"seconds\":[" good ",0,0,0,0,0,0,0],\"in_downtime\":[0,0,0,0,0,0,0,0],"           \
    "\"outside\":0,\"good\":" good ",\"bad\":0,\"outages\":0}"

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

static void get(struct api_world *w, const char *path, const char *query, const char *question)
{
    api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, question);
}

static void says(const struct api_world *w, const char *text)
{
    if (!str_contains(buf_str(&w->body), str_of(text)))
        fail_msg("no %s in %s", text, w->body.data);
}

static void asks(const struct api_world *w, const char *text)
{
    if (!str_contains(buf_str(&w->question), str_of(text)))
        fail_msg("no %s in %s", text, w->question.data);
}

static void test_by_id(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/resources/77/events", "", "object|0|77||");
    api_world_rows(w, OLD_DISK);
    assert_string_equal(w->question.data, "events_of|0|77|0|20");
    api_world_rows(w, EVENTS);
    assert_int_equal(w->status, 200);
    says(w, "\"state\":\"critical\",\"hard\":true");
    says(w, "\"host\":\"old\",\"service\":\"disk\",\"gone\":true");
    says(w, "\"gone\":[{\"id\":\"77\",\"kind\":\"service\",\"host\":\"old\",\"service\":\"disk\"}]");
    get(w, "/api/v1/resources/77", "as_of=2023-11-14T22:00:00Z", "object|0|77||");
    api_world_rows(w, OLD_DISK);
    asks(w, "state_at|0|");
    api_world_rows(w, "[{\"state\":2,\"hard\":true,\"attempt\":3,\"output\":\"full\"}]");
    assert_int_equal(w->status, 200);
    says(w, "\"host\":\"old\",\"service\":\"disk\",\"gone\":true,\"state\":\"critical\"");
    get(w, "/api/v1/resources/77/availability", "", "object|0|77||");
    api_world_rows(w, OLD_DISK);
    asks(w, "|77:77");
    api_world_rows(w, "[" FIGURES("77", "60") "]");
    assert_int_equal(w->status, 200);
    says(w, "\"host\":\"old\",\"service\":\"disk\",\"gone\":true,\"availability\":100.0000");
}

/* Why it is as it is, and how it was: what the history knows. */
static void test_why_and_states(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/resources/77/why", "", "object|0|77||");
    api_world_rows(w, OLD_DISK);
    assert_string_equal(w->question.data, "state_at|0|1700000000000000|77");
    api_world_rows(w, "[{\"state\":5,\"hard\":false,\"attempt\":0,\"since\":\"2023-11-14T22:00:00Z\"}]");
    assert_string_equal(w->question.data, "decided|0|1700000000000000|77");
    api_world_rows(w,
                   "[{\"kind\":25,\"time\":\"2023-11-14T21:00:00Z\",\"state\":2,\"hard\":true,\"number\":1,"
                   "\"type\":0,\"reasons\":\"3 1 1 0\\t\\t\\n\"}]");
    assert_int_equal(w->status, 200);
    says(w, "\"kind\":\"service\",\"host\":\"old\",\"service\":\"disk\",\"gone\":true,\"now\":");
    says(w, "\"state\":{\"state\":\"not_configured\"");
    says(w, "\"decision\":{\"time\":\"2023-11-14T21:00:00Z\",\"about\":\"problem\",\"state\":\"critical\"");
    get(w, "/api/v1/resources/77/why", "at=2023-11-14T21:30:00Z", "object|0|77||");
    api_world_rows(w, OLD_DISK);
    asks(w, "state_at|0|1699997400000000|77");
    api_world_rows(w, "[]");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    says(w,
         "\"gone\":true,\"at\":\"2023-11-14T21:30:00.000Z\",\"state\":null,\"ran\":null,\"decision\":null}");
    get(w, "/api/v1/resources/77/why", "", "object|0|77||");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 404);

    get(w, "/api/v1/resources/77/states", "from=2023-11-14T21:00:00Z&to=2023-11-14T22:00:00Z",
        "object|0|77||");
    api_world_rows(w, OLD_DISK);
    assert_string_equal(w->question.data, "spans|0|1699995600|1699999200|77");
    api_world_rows(w, "[{\"at\":1699995600,\"state\":2,\"downtime\":false},"
                      "{\"at\":1699997400,\"state\":5,\"downtime\":false}]");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 200);
    says(w, "{\"id\":\"77\",\"gone\":true,");
    says(w, "\"state\":\"critical\"");
    says(w, "\"state\":\"not_configured\"");
}

static void test_by_name(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/events", "host=old", "object|0|0|old|");
    api_world_rows(w, OLD_BOTH);
    asks(w, "events_find|0|");
    asks(w, "|76,77");
    api_world_rows(w, EVENTS);
    assert_int_equal(w->status, 200);
    says(w, "\"gone\":[{\"id\":\"76\",\"kind\":\"host\",\"host\":\"old\"},{\"id\":\"77\"");
    get(w, "/api/v1/events", "host=h0000&service=disk", "object|0|0|h0000|disk"); /* its host is there */
    api_world_rows(w, "[]");
    asks(w, "events_find|0|");
    get(w, "/api/v1/availability", "host=old&kind=service", "object|0|0|old|");
    api_world_rows(w, OLD_BOTH);
    asks(w, "|77:76");
    api_world_rows(w, "[" FIGURES("77", "60") "]");
    says(w, "\"summary\":{\"resources\":1,");
    says(w,
         "\"worst\":{\"id\":\"77\",\"kind\":\"service\",\"host\":\"old\",\"service\":\"disk\",\"gone\":true");
}

/* Nobody was ever called so; and of what may not be seen there is no row, and no zero either. */
static void test_nothing(void **state)
{
    struct api_world *w = *state;

    get(w, "/api/v1/resources/77/events", "", "object|0|77||");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 404);
    get(w, "/api/v1/events", "host=old", "object|0|0|old|");
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 404);
    says(w, "There is no host called old.");
    api_world_ask(w, "GET", "/api/v1/availability", "host=h0000", "", API_ROLE_VIEWER);
    api_world_rows(w, "[" FIGURES("1003", "60") "]");
    assert_int_equal(w->status, 200);
    says(w, "\"resources\":[{\"id\":\"1003\"");
    says(w, "\"summary\":{\"resources\":1,\"with_basis\":1,");
    api_world_ask(w, "GET", "/api/v1/resources/1000/availability", "", "", API_ROLE_VIEWER);
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_id),
        cmocka_unit_test(test_why_and_states),
        cmocka_unit_test(test_by_name),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
