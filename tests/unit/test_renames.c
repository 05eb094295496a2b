/* SPDX-License-Identifier: Apache-2.0 */
/* The API's renames: who may announce them, which are refused, what the store is asked. */
#include "api/api_ask.h"
#include "api/rename.h"
#include "api_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static int begin(void **state)
{
    struct api_world *w = api_world_new(2, 2);

    w->api.made_up = true;
    *state = w;
    return 0;
}

static int end(void **state)
{
    api_world_free(*state);
    return 0;
}

static void test_renames(void **state)
{
    struct api_world *w = *state;
    const char *body =
        "{\"host\":\"h0000\",\"service\":\"s00\",\"to_host\":\"h0001\",\"to_service\":\"other\"}";

    assert_int_equal(api_world_ask(w, "POST", "/api/v1/renames", "", body, API_ROLE_OPERATOR), 403);
    assert_int_equal(w->asked_store, 0);
    api_world_ask(w, "POST", "/api/v1/renames", "", body, API_ROLE_ADMIN);
    assert_int_equal(w->asked_store, 1);
    assert_non_null(strstr(w->question.data, "|h0000|s00|h0001|other"));
    api_answered(&w->api, w->serial, &(struct api_answer){.kind = API_FROM_STORE, .error = STR("no room")});
    assert_int_equal(w->status, 409);
    assert_non_null(strstr(w->body.data, "no room"));
    api_world_ask(w, "POST", "/api/v1/renames", "",
                  "{\"host\":\"h0000\",\"to_host\":\"h0001\",\"swap\":true}", API_ROLE_ADMIN);
    assert_non_null(strstr(w->question.data, "|h0000||h0001||h0001||h0000|"));
    api_answered(&w->api, w->serial, &(struct api_answer){.kind = API_FROM_STORE, .ok = true});
    assert_int_equal(w->status, 202);
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/renames", "",
                                   "{\"host\":\"h0000\",\"to_host\":\"h0001\"}", API_ROLE_ADMIN),
                     409); /* both are configured */
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/renames", "",
                                   "{\"host\":\"h0000\",\"to_host\":\"new\",\"to_service\":\"s\"}",
                                   API_ROLE_ADMIN),
                     422);
    assert_int_equal(w->asked_store, 2);
    rename_take(&w->api, STR("[{\"id\":\"5\"}]"), 7);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/renames", "", "", API_ROLE_VIEWER), 200);
    assert_string_equal(w->body.data, "{\"renames\":[{\"id\":\"5\"}],\"total\":7}");
    api_world_ask(w, "DELETE", "/api/v1/renames/5", "", "", API_ROLE_ADMIN);
    assert_int_equal(w->asked_store, 3);
    api_lost(&w->api, API_FROM_STORE);
    assert_int_equal(w->status, 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_renames, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
