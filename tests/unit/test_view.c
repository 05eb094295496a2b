/* SPDX-License-Identifier: Apache-2.0 */
/* Lists whose rows stand for several checks: by host, by service, by problem with what follows from it; and the whole of a list as a file. */
#include "api/download.h"
#include "api_world.h"
#include "wire/json_read.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define HOSTS    4u
#define SERVICES 3u

/* A switch behind h0000, and a machine behind the switch. */
static const char more[] = "define host {\n host_name sw\n address 192.0.2.9\n check_command ping!a\n "
                           "max_check_attempts 3\n check_period always\n contacts ann\n "
                           "notification_period always\n parents h0000\n}\n"
                           "define host {\n host_name vm\n address 192.0.2.10\n check_command ping!a\n "
                           "max_check_attempts 3\n check_period always\n contacts ann\n "
                           "notification_period always\n parents sw\n}\n"
                           "define service {\n host_name vm\n service_description s00\n check_command "
                           "ping!b\n max_check_attempts 3\n check_period always\n contacts ann\n "
                           "notification_period always\n}\n";

static int set_up(void **state)
{
    struct api_world *w = api_world_more(HOSTS, SERVICES, more);
    const struct model *m = &w->model;
    int64_t t = w->wall.us;

    api_world_put(w, model_find_host(m, STR("h0000")), 1, BOARD_CHECKED, t - TIME_H, "down");
    api_world_put(w, model_find_service(m, STR("h0000"), STR("s00")), 2, BOARD_CHECKED, t - TIME_H,
                  "no answer");
    api_world_put(w, model_find_host(m, STR("sw")), 2, BOARD_CHECKED, t - TIME_H, "unreachable");
    api_world_put(w, model_find_host(m, STR("vm")), 2, BOARD_CHECKED, t - TIME_H, "unreachable");
    api_world_put(w, model_find_service(m, STR("vm"), STR("s00")), 2, BOARD_CHECKED | BOARD_ACKNOWLEDGED,
                  t - TIME_H, "no answer");
    api_world_put(w, model_find_service(m, STR("h0001"), STR("s00")), 1, BOARD_CHECKED, t - TIME_MIN, "slow");
    api_world_put(w, model_find_service(m, STR("h0002"), STR("s02")), 2, BOARD_CHECKED, t - TIME_MIN,
                  "broken");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* "host[/service] count worst unhandled" of each row, parted by '; ', and how many there are. */
static void expect(struct api_world *w, const char *query, const char *rows)
{
    struct buf said = BUF_INIT;
    struct json_value *root;
    const struct json_value *list;
    struct str text;

    if (api_world_ask(w, "GET", "/api/v1/resources", query, "", API_ROLE_VIEWER) != 200)
        fail_msg("%s: %s", query, w->body.data);
    text = buf_str(&w->body);
    root = json_read(&text, NULL);
    list = json_read_member(root, "resources");
    for (size_t i = 0; i < json_read_length(list); i++) {
        const struct json_value *r = json_read_element(list, i), *f = json_read_member(r, "folded");
        struct str service = json_read_text(json_read_member(r, "service"));

        buf_printf(&said, "%s" STR_FMT "%s" STR_FMT, i ? "; " : "",
                   STR_ARG(json_read_text(json_read_member(r, "host"))), service.n ? "/" : "",
                   STR_ARG(service));
        if (f)
            buf_printf(&said, " %lld " STR_FMT " %lld",
                       (long long)json_read_int(json_read_member(f, "count")),
                       STR_ARG(json_read_text(json_read_member(f, "worst"))),
                       (long long)json_read_int(json_read_member(f, "unhandled")));
    }
    if (!str_eq_c(buf_str(&said), rows))
        fail_msg("%s: %s", query, said.data);
    json_read_free(root);
    buf_release(&said);
}

static void test_hosts(void **state)
{
    struct api_world *w = *state;

    expect(w, "view=hosts&sort=name",
           "h0000 4 down 2; h0001 4 warning 1; h0002 4 critical 1; h0003 4 up 0; sw 1 unreachable 1; vm 2 "
           "critical 1");
    expect(w, "view=hosts",
           "h0000 4 down 2; h0002 4 critical 1; vm 2 critical 1; sw 1 unreachable 1; h0001 4 warning 1; "
           "h0003 4 up 0");
    expect(w, "view=hosts&filter=problems&sort=name&order=desc",
           "vm 2 critical 1; sw 1 unreachable 1; h0002 1 critical 1; h0001 1 warning 1; h0000 2 down 2");
    expect(w, "view=hosts&q=s02&sort=name&limit=2&cursor=o1", "h0001 1 ok 0; h0002 1 critical 1");
}

static void test_services(void **state)
{
    struct api_world *w = *state;

    expect(w, "view=services&sort=name", "h0000/s00 5 critical 2; h0000/s01 4 ok 0; h0002/s02 4 critical 1");
    expect(w, "view=services&filter=unhandled&sort=name", "h0000/s00 2 critical 2; h0002/s02 1 critical 1");
}

static void test_problems(void **state)
{
    struct api_world *w = *state;
    uint32_t h0 = model_find_host(&w->model, STR("h0000"));
    char query[80];

    expect(w, "view=problems", "h0000 4 down 4; h0002/s02 0 critical 1; h0001/s00 0 warning 1");
    expect(w, "view=problems&q=!host:vm", "h0000 2 down 3; h0002/s02 0 critical 1; h0001/s00 0 warning 1");
    snprintf(query, sizeof(query), "sort=name&under=%u", 1000 + h0);
    expect(w, query, "h0000/s00; sw; vm; vm/s00");
    snprintf(query, sizeof(query), "sort=name&filter=unhandled&under=%u", 1000 + h0);
    expect(w, query, "h0000/s00; sw; vm");
    snprintf(query, sizeof(query), "under=%u", 1001 + h0);
    expect(w, query, "");
}

static void test_bad(void **state)
{
    static const char *const bad[] = {"view=x", "view=hosts&sort=output", "under=99999",
                                      "under=", "view=hosts&as_of=2023-11-14T22:00:00Z"};
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", bad[i], "", API_ROLE_VIEWER), 400);
}

/* Page after page of one row each: the same rows, in the same order, as in one page. */
static void test_pages(void **state)
{
    static const char *const views[] = {"hosts", "services", "problems"}, *const sorts[] = {"severity",
                                                                                            "name", "since"};
    struct api_world *w = *state;

    for (size_t k = 0; k < ARRAY_LEN(views) * ARRAY_LEN(sorts); k++) {
        char query[96], one[160];
        struct json_value *all, *row;
        const struct json_value *rows;

        snprintf(query, sizeof(query), "view=%s&sort=%s", views[k / 3], sorts[k % 3]);
        assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", query, "", API_ROLE_VIEWER), 200);
        all = json_read(&(struct str){w->body.data, w->body.len}, &(struct err){0});
        rows = json_read_member(all, "resources");
        assert_true(json_read_length(rows) > 2);
        for (size_t i = 0; i < json_read_length(rows); i++) {
            snprintf(one, sizeof(one), "%s&limit=1&cursor=o%zu", query, i);
            assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", one, "", API_ROLE_VIEWER), 200);
            row = json_read(&(struct str){w->body.data, w->body.len}, &(struct err){0});
            assert_true(str_eq(json_read_text(json_read_member(
                                   json_read_element(json_read_member(row, "resources"), 0), "id")),
                               json_read_text(json_read_member(json_read_element(rows, i), "id"))));
            json_read_free(row);
        }
        json_read_free(all);
    }
}

/* A whole list waits for who takes it slowly, and goes on when he has. */
static void test_file_is_held(void **state)
{
    struct api_world *w = *state;
    unsigned wakes;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/export", "format=csv", "", API_ROLE_VIEWER),
                     200);
    api_hold(&w->api, API_BY_WEB, w->answer_id, true);
    assert_false(download_step(&w->api));
    assert_int_equal(w->datas, 0);
    wakes = w->wakes;
    api_hold(&w->api, API_BY_WEB, w->answer_id, false);
    assert_int_equal(w->wakes, wakes + 1);
    while (download_step(&w->api))
        ;
    assert_int_equal(w->ended, 1);
    api_hold(&w->api, API_BY_WEB, w->answer_id, true); /* it is over */
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {WORLD(test_hosts), WORLD(test_services), WORLD(test_problems),
                                       WORLD(test_bad),   WORLD(test_pages),    WORLD(test_file_is_held)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
