/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants: what somebody may do where is decided by one of them, whatever the others say; grants that are none give nothing; and who sees things as somebody else does. Two hosts with two services each; of group g2
 * is the second one.
 */
#include "api/right.h"
#include "api/stream.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define PART "[\"hostgroup:g2\"]"

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

static bool says(const struct api_world *w, const char *text)
{
    return w->body.len && strstr(w->body.data, text);
}

static const char *get(struct api_world *w, const char *path, const char *query)
{
    assert_int_equal(api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER), 200);
    return w->body.data;
}

/* ---- rights and scopes together ---- */

static void grants(struct api_world *w, const char *json)
{
    struct api_who who = {.by = API_BY_TOKEN, .role = "own", .name = "ann"};

    assert_true(who_grants(&who, str_of(json), w->api.sights));
    who_key(STR("vgt_viewer"), who.key);
    who_cache_put(w->api.cache, WHO_BY_SECRET, &who, w->mono);
}

/* The right to act on some and to see all is not the right to act on all. */
static void test_each_right_has_its_scope(void **state)
{
    struct api_world *w = *state;
    char path[64];

    grants(w, "[{\"rights\":[\"resources.read\"],\"scope\":null},"
              "{\"rights\":[\"resources.read\",\"resources.check\"],\"scope\":[\"hostgroup:g2\"]}]");
    assert_non_null(strstr(get(w, "/api/v1/resources", ""), "\"total\":6"));
    snprintf(path, sizeof(path), "/api/v1/resources/%u/check", 1000u);
    assert_int_equal(api_world_ask(w, "POST", path, "", "{}", API_ROLE_VIEWER), 403);
    assert_true(says(w, "\"code\":\"needs_right_here\"") && says(w, "\"right\":\"resources.check\""));
    snprintf(path, sizeof(path), "/api/v1/resources/%u/check", 1001u);
    assert_int_equal(api_world_ask(w, "POST", path, "", "{}", API_ROLE_VIEWER), 0);
    api_world_engine(w, true, "");

    grants(w, "[{\"rights\":[\"resources.read\"],\"scope\":[\"service:h0000/s00\"]},"
              "{\"rights\":[\"resources.read\"],\"scope\":[\"hostgroup:g2\"]},"
              "{\"rights\":[\"resources.check\"],\"scope\":null}]");
    assert_non_null(strstr(get(w, "/api/v1/resources", ""), "\"total\":4"));
    grants(w, "[]");
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", "", "", API_ROLE_VIEWER), 403);
}

static void test_grants_that_are_none(void **state)
{
    static const char *const cases[] = {"",
                                        "{}",
                                        "[1]",
                                        "[{}]",
                                        "[{\"rights\":[\"resources.read\"]}]",
                                        "[{\"rights\":[\"resources.read\"],\"scope\":\"host:*\"}]",
                                        "[{\"rights\":[\"resources.read\"],\"scope\":null},{\"rights\":["
                                        "\"resources.read\"],\"scope\":[\"x\"]}]",
                                        "[{\"rights\":[\"resources.read\"],\"scope\":[1]}]"};
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct api_who who = {.by = API_BY_TOKEN, .name = "ann"};

        if (who_grants(&who, str_of(cases[i]), w->api.sights) || who.rights || who.n_grants)
            fail_msg("%s gives rights", cases[i]);
    }
}

/* Sights of people who are gone do not stay. */
static void test_sweep(void **state)
{
    struct api_world *w = *state;
    char scope[64];

    w->scope = PART;
    who_cache_clear(w->api.cache);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/stream", "", "", API_ROLE_VIEWER), 200);
    for (unsigned i = 0; i < 4 * SIGHTS_MANY; i++) {
        snprintf(scope, sizeof(scope), "[\"host:h%u\"]", i);
        w->scope = scope;
        who_cache_clear(w->api.cache);
        get(w, "/api/v1/resources", "");
        assert_true(i < 2 * SIGHTS_MANY || !sights_many(w->api.sights) || i % SIGHTS_MANY);
    }
    buf_clear(&w->streamed);
    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "new output");
    api_world_forward(w, STREAM_ROUND_US);
    stream_tick(&w->api);
    assert_non_null(strstr(w->streamed.data, "new output"));
}

/* ---- as another ---- */

static int view_as(struct api_world *w, const char *method, const char *path, const char *name,
                   enum api_role role)
{
    int status;

    w->view_as = name;
    status = api_world_ask(w, method, path, "", strcmp(method, "POST") == 0 ? "{}" : "", role);
    w->view_as = NULL;
    return status;
}

static void test_view_as(void **state)
{
    struct api_world *w = *state;
    char path[64];

    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "eve", API_ROLE_ADMIN), 0);
    assert_string_equal(w->question.data, "grants|eve");
    w->scope = PART;
    api_world_auth(w, true, "ok", "", "eve", "viewer");
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"total\":3") && !says(w, "h0000"));
    assert_int_equal(view_as(w, "GET", "/api/v1/session", "eve", API_ROLE_ADMIN), 200); /* remembered */
    assert_true(says(w, "\"user\":\"eve\"") && says(w, "\"viewed_by\":\"tester\"") &&
                !says(w, "users.write"));
    assert_int_equal(view_as(w, "GET", "/api/v1/users", "eve", API_ROLE_ADMIN), 403);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/users", "", "", API_ROLE_ADMIN),
                     0); /* and as himself */
    api_source_lost(&w->api, API_BY_WEB);
    snprintf(path, sizeof(path), "/api/v1/resources/%u/check", 1001u);
    assert_int_equal(view_as(w, "POST", path, "eve", API_ROLE_ADMIN), 403);
    assert_true(says(w, "\"code\":\"view_as_looks\"") && says(w, "\"field\":\"X-View-As\""));
    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "nobody", API_ROLE_ADMIN), 0);
    api_world_auth(w, false, "invalid", "user", "", "");
    assert_int_equal(w->status, 404);
    assert_true(says(w, "\"code\":\"view_as_whom\""));
    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "eve", API_ROLE_NONE), 401);
}

/* Who may not, and who may only of some of it all. */
static void test_view_as_is_a_right(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "eve", API_ROLE_OPERATOR), 403);
    assert_true(says(w, "\"right\":\"users.view_as\""));
    grants(w, "[{\"rights\":[\"resources.read\",\"users.view_as\"],\"scope\":[\"host:h0001\"]}]");
    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "eve", API_ROLE_VIEWER), 403);
    assert_true(says(w, "\"code\":\"needs_everything\""));
    grants(w, "[{\"rights\":[\"users.view_as\"],\"scope\":null}]");
    assert_int_equal(view_as(w, "GET", "/api/v1/resources", "eve", API_ROLE_VIEWER), 0);
    api_source_lost(&w->api, API_BY_WEB);
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_each_right_has_its_scope),
        WORLD(test_grants_that_are_none),
        WORLD(test_sweep),
        WORLD(test_view_as),
        WORLD(test_view_as_is_a_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
