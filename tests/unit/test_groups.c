/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of groups, and the groups themselves: of host group g1 all hosts, of g2 host h0001; service group sg has s01 of each host. */
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define HOSTS    10u
#define SERVICES 3u

static int set_up(void **state)
{
    *state = api_world_new(HOSTS, SERVICES);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static void answers(struct api_world *w, const char *path, const char *query, int status, const char *part)
{
    assert_int_equal(api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER), status);
    if (!strstr(w->body.data, part))
        fail_msg("%s?%s has no %s: %s", path, query, part, w->body.data);
}

static void test_lists(void **state)
{
    static const struct {
        const char *query;
        unsigned n;
    } good[] = {{"group=g1", HOSTS * (SERVICES + 1)},
                {"group=g2", SERVICES + 1},
                {"group=g2&kind=host", 1},
                {"group=sg", HOSTS},
                {"group=g2,sg", SERVICES + HOSTS},
                {"servicegroup=sg", HOSTS},
                {"group=g2&servicegroup=sg", 1},
                {"group=g2&q=s01", 1},
                {"group=g2&filter=problems", 0}};
    char part[32];

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        snprintf(part, sizeof(part), "\"matched\":%u,", good[i].n);
        answers(*state, "/api/v1/resources", good[i].query, 200, part);
    }
    snprintf(part, sizeof(part), "\"ok\":%u,", HOSTS * SERVICES);
    answers(*state, "/api/v1/resources", "group=g2", 200, part); /* counts are of all, as with any filter */
}

static void test_unknown(void **state)
{
    answers(*state, "/api/v1/resources", "group=g2,sgg", 400, "called sgg. Did you mean sg?");
    answers(*state, "/api/v1/resources", "servicegroup=g1", 400, "no_service_group");
    answers(*state, "/api/v1/resources", "group=", 400, "\"field\":\"group\"");
    answers(*state, "/api/v1/resources", "group=g1&as_of=2020-01-01T00:00:00Z", 400, "groups_then");
    answers(*state, "/api/v1/resources", "tag=web", 400, "no_tag");
    answers(*state, "/api/v1/stream", "group=nothing", 400, "no_group");
}

static void test_names(void **state)
{
    answers(*state, "/api/v1/groups", "", 200, "\"matched\":3");
    answers(*state, "/api/v1/groups", "q=GROUP+2", 200,
            "[{\"name\":\"g2\",\"kind\":\"hostgroup\",\"alias\":\"Group 2\",\"hosts\":1,\"services\":3}]");
    answers(*state, "/api/v1/groups", "name=sg", 200, "\"kind\":\"servicegroup\"");
    answers(*state, "/api/v1/groups", "name=s", 200, "{\"groups\":[],\"matched\":0}");
    answers(*state, "/api/v1/groups", "q=g&limit=1", 200, "\"matched\":3");
    assert_null(strstr(((struct api_world *)*state)->body.data, "\"g2\""));
    answers(*state, "/api/v1/groups", "limit=0", 400, "\"field\":\"limit\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
