/* SPDX-License-Identifier: Apache-2.0 */
/* One action for many: which are meant, what the engine is told, what is answered, jobs and their end, how it is taken back, and what a downtime would mean. */
#include "api/actions.h"
#include "api/api_ask.h"
#include "api/jobs.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define LONG_HOSTS 80 /* with their services more than are answered at once */

static int set_up(void **state)
{
    *state = api_world_new(3, 2);
    return 0;
}

static int set_up_many(void **state)
{
    *state = api_world_new(LONG_HOSTS, 1);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static int post(struct api_world *w, const char *body)
{
    return api_world_ask(w, "POST", "/api/v1/actions", "", body, API_ROLE_OPERATOR);
}

static bool says(const struct api_world *w, const char *text)
{
    return str_contains(buf_str(&w->body), str_of(text));
}

static bool asked(const struct api_world *w, const char *text)
{
    return str_contains(buf_str(&w->question), str_of(text));
}

/* The engine does all that is under way, and what follows from it; how many that were. */
static unsigned obey(struct api_world *w)
{
    uint64_t done = w->api.serials;
    unsigned n = 0;

    for (uint64_t serial = done > 400 ? done - 400 : 1; serial <= w->api.serials; serial++, n++)
        api_answered(&w->api, serial, &(struct api_answer){.kind = API_FROM_ENGINE, .ok = true});
    return n;
}

static void test_named_ones(void **state)
{
    struct api_world *w = *state;

    api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us, "down");
    assert_int_equal(
        post(w,
             "{\"action\":\"acknowledge\",\"resources\":[\"1000\"],\"comment\":\"we know\",\"sticky\":true}"),
        0);
    assert_int_equal(w->asked_engine, 1);
    assert_true(asked(w, "ACKNOWLEDGE_HOST_PROBLEM;h0000;2;1;0;tester;we know"));
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"action\":\"acknowledge\",\"state\":\"done\",\"total\":1,\"done\":1,\"failed\":0"));
    assert_true(says(w, "\"undo\":{\"action\":\"unacknowledge\",\"resources\":[\"1000\"]}"));
    /* Refused: nothing was done, and that is no success. */
    assert_int_equal(post(w, "{\"action\":\"comment\",\"resources\":[\"1000\"],\"comment\":\"x\"}"), 0);
    api_world_engine(w, false, "there is no room");
    assert_int_equal(w->status, 422);
    assert_true(says(
        w, "\"host\":\"h0000\",\"service\":\"\",\"code\":\"engine_refuses\",\"detail\":\"It was refused: "
           "there is no room.\""));
    assert_true(says(w, "\"code\":\"none_done\""));
    /* Done, and not on disk. */
    assert_int_equal(post(w, "{\"action\":\"check\",\"resources\":[\"1000\"]}"), 0);
    api_world_engine(w, true, "the disk is full");
    assert_int_equal(w->status, 503);
    /* What there is nothing to do for is left out, and that is no failure. */
    assert_int_equal(post(w, "{\"action\":\"acknowledge\",\"resources\":[\"1001\"],\"comment\":\"x\"}"), 200);
    assert_true(says(w, "\"total\":0,\"done\":0,\"failed\":0"));
    /* One that cannot be done for this kind. */
    assert_int_equal(
        post(w, "{\"action\":\"submit\",\"resources\":[\"1000\"],\"state\":\"ok\",\"output\":\"x\"}"), 422);
    assert_true(says(w, "\"code\":\"state_host\""));
}

static void test_bodies(void **state)
{
    static const struct {
        const char *body, *said;
        int status;
    } table[] = {
        {"{}", "\"field\":\"action\"", 422},
        {"[]", "body_object", 422},
        {"{\"action\":\"dance\"}", "\"field\":\"action\"", 422},
        {"{\"action\":\"check\"}", "choose_one", 422},
        {"{\"action\":\"check\",\"resources\":[\"1000\"],\"filter\":{}}", "choose_one", 422},
        {"{\"action\":\"check\",\"resources\":[]}", "\"field\":\"resources\"", 422},
        {"{\"action\":\"check\",\"resources\":\"1000\"}", "member_lines", 422},
        {"{\"action\":\"check\",\"resources\":[1000]}", "member_lines", 422},
        {"{\"action\":\"check\",\"filter\":[]}", "member_object", 422},
        {"{\"action\":\"check\",\"filter\":{\"limit\":\"5\"}}", "\"field\":\"limit\"", 422},
        {"{\"action\":\"check\",\"filter\":{\"colour\":\"red\"}}", "\"field\":\"colour\"", 422},
        {"{\"action\":\"check\",\"filter\":{\"state\":\"red\"}}", "parameter_state", 400},
        {"{\"action\":\"check\",\"filter\":{\"host\":7}}", "member_lines", 422},
        {"{\"action\":\"check\",\"resources\":[\"1000\"],\"comment\":\"x\"}", "\"field\":\"comment\"", 422},
        {"{\"action\":\"comment\",\"resources\":[\"1000\"]}", "\"field\":\"comment\"", 422},
        {"{\"action\":\"check\",\"job\":\"7\"}", "no_entry", 404},
        {"{\"action\":\"check\",\"job\":\"1690000000000000-7\"}", "job_lost", 410},
        {"{\"action\":\"downtime\",\"resources\":[\"1000\"],\"comment\":\"x\",\"start\":\"2023-11-15T00:00:"
         "00Z\",\"end\":"
         "\"2023-11-14T00:00:00Z\"}",
         "end_before_start", 422},
        {"{\"action\":\"check\",\"resources\":[\"1000\"],\"expected\":2}", "not_as_expected", 409},
        {"{\"action\":\"check\",\"resources\":[\"9\"],\"preview\":true}",
         "\"total\":0,\"hosts\":0,\"services\":0,\"skipped\":0,\"unknown\":1", 200},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        assert_int_equal(post(w, table[i].body), table[i].status);
        if (!says(w, table[i].said))
            fail_msg("%s: %s", table[i].body, w->body.data);
    }
    assert_int_equal(w->asked_engine, 0);
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/actions", "",
                                   "{\"action\":\"check\",\"resources\":[\"1000\"]}", API_ROLE_VIEWER),
                     403);
    assert_true(says(w, "\"right\":\"resources.check\""));
}

/* All that the list shows, at this moment. */
static void test_all_matching(void **state)
{
    struct api_world *w = *state;

    api_world_put(w, 1, 1, BOARD_CHECKED, w->wall.us, "down");
    api_world_put(w, 4, 2, BOARD_CHECKED, w->wall.us, "bad");
    api_world_put(w, 5, 2, BOARD_CHECKED | BOARD_ACKNOWLEDGED, w->wall.us, "bad");
    assert_int_equal(post(w,
                          "{\"action\":\"acknowledge\",\"filter\":{\"filter\":\"problems\"},\"preview\":true,"
                          "\"comment\":\"x\",\"expected\":3}"),
                     200);
    assert_true(says(w, "\"total\":2,\"hosts\":1,\"services\":1,\"skipped\":1"));
    assert_int_equal(
        post(w, "{\"action\":\"acknowledge\",\"filter\":{\"filter\":\"problems\"},\"comment\":\"x\","
                "\"expected\":2}"),
        409);
    assert_true(says(w, "it is 3 now, not 2"));
    assert_int_equal(
        post(w, "{\"action\":\"acknowledge\",\"filter\":{\"filter\":\"problems\"},\"comment\":\"x\","
                "\"expected\":3}"),
        0);
    assert_int_equal(w->asked_engine, 2);
    obey(w);
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"done\":2"));
}

/* A host's downtime with its services; and its number is not needed to take it back. */
static void test_downtime_and_back(void **state)
{
    struct api_world *w = *state;
    const char *body =
        "{\"comment\":\"moves\",\"start\":\"2023-11-15T00:00:00Z\",\"end\":\"2023-11-15T02:00:00Z\","
        "\"services\":true}";
    struct board_downtime d = {.id = 7, .idx = 0, .start = 1700006400 * TIME_S, .end = 1700013600 * TIME_S};

    assert_int_equal(api_world_ask(w, "POST", "/api/v1/resources/1000/downtime", "", body, API_ROLE_OPERATOR),
                     0);
    assert_int_equal(w->asked_engine, 3);
    obey(w);
    assert_int_equal(w->status, 200);
    assert_true(says(w, "\"done\":3"));
    assert_true(says(
        w,
        "\"undo\":{\"action\":\"cancel_downtimes\",\"comment\":\"moves\",\"start\":\"2023-11-15T00:00:00"));
    board_put_downtime(&w->writer, &d, STR("tester"), STR("moves"));
    d.id = 8;
    board_put_downtime(&w->writer, &d, STR("tester"), STR("something else"));
    d.id = 9;
    board_put_downtime(&w->writer, &d, STR("another"), STR("moves"));
    w->asked_engine = 0;
    assert_int_equal(
        post(w, "{\"action\":\"cancel_downtimes\",\"resources\":[\"1000\"],\"comment\":\"moves\",\"start\":"
                "\"2023-11-15T00:00:00Z\",\"mine\":true}"),
        0);
    assert_int_equal(w->asked_engine, 1);
    assert_true(asked(w, "DEL_HOST_DOWNTIME;7"));
    obey(w);
    assert_true(says(w, "\"done\":1"));
}

#define WHEN                                                                                                 \
    "{\"resources\":[\"1000\",\"5\"],\"start\":\"2023-11-15T01:00:00Z\",\"end\":\"2023-11-15T02:00:00Z\""

static void test_preview(void **state)
{
    struct api_world *w = *state;
    struct board_downtime d = {.id = 7, .idx = 0, .start = 1700006400 * TIME_S, .end = 1700013600 * TIME_S};

    board_put_downtime(&w->writer, &d, STR("ann"), STR("moves"));
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/downtimes/preview", "", WHEN "}", API_ROLE_OPERATOR),
                     200);
    assert_true(says(
        w, "\"hosts\":1,\"services\":0,\"quiet_services\":2,\"contacts\":[\"ann\"],\"contact_count\":1"));
    assert_true(says(w, "\"overlaps\":[{\"id\":\"7\",\"resource\":\"1000\",\"host\":\"h0000\""));
    assert_true(says(w, "\"overlap_count\":1,\"unknown\":1"));
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/downtimes/preview", "", WHEN ",\"services\":true}",
                                   API_ROLE_OPERATOR),
                     200);
    assert_true(says(w, "\"hosts\":1,\"services\":2,\"quiet_services\":0"));
    assert_int_equal(w->asked_engine, 0);
}

/* ---- jobs ---- */

/* The id in the last answer; static memory. */
static const char *job_id(struct api_world *w)
{
    static char id[64];
    struct str rest = buf_str(&w->body);

    str_cut(&rest, '"');
    str_cut(&rest, '"');
    str_cut(&rest, '"');
    str_copy(id, sizeof(id), str_cut(&rest, '"'));
    return id;
}

static int look(struct api_world *w, const char *method, const char *id, enum api_role role)
{
    char path[96];

    snprintf(path, sizeof(path), "/api/v1/jobs/%s", id);
    return api_world_ask(w, method, path, "", "", role);
}

static void test_a_job(void **state)
{
    struct api_world *w = *state;
    char id[64], undo[160];

    assert_int_equal(post(w, "{\"action\":\"comment\",\"filter\":{},\"comment\":\"all\"}"), 202);
    assert_true(str_contains(buf_str(&w->headers), STR("Location: /api/v1/jobs/")));
    assert_true(says(w, "\"state\":\"running\",\"total\":160,\"done\":0"));
    snprintf(id, sizeof(id), "%s", job_id(w));
    assert_int_equal(w->asked_engine, JOBS_WINDOW);
    assert_int_equal(look(w, "GET", id, API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"undo\":null"));
    snprintf(undo, sizeof(undo),
             "{\"action\":\"delete_comments\",\"job\":\"%s\",\"comment\":\"all\",\"mine\":true}", id);
    assert_int_equal(post(w, undo), 409);
    while (w->asked_engine < 160)
        obey(w);
    obey(w);
    assert_int_equal(look(w, "GET", id, API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"state\":\"done\",\"total\":160,\"done\":160,\"failed\":0"));
    assert_true(
        says(w, "\"undo\":{\"action\":\"delete_comments\",\"comment\":\"all\",\"mine\":true,\"job\":"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/jobs", "", "", API_ROLE_OPERATOR), 200);
    assert_true(says(w, id));
    assert_int_equal(post(w, undo), 200);
    assert_true(says(w, "\"total\":0"));
}

static void test_a_job_is_cancelled(void **state)
{
    struct api_world *w = *state;
    char id[64];

    post(w, "{\"action\":\"check\",\"filter\":{}}");
    snprintf(id, sizeof(id), "%s", job_id(w));
    assert_int_equal(look(w, "DELETE", id, API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"state\":\"cancelled\""));
    obey(w);
    assert_int_equal(w->asked_engine, JOBS_WINDOW);
    assert_int_equal(look(w, "GET", id, API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"total\":160,\"done\":64,\"failed\":0"));
    assert_int_equal(look(w, "GET", "1690000000000000-1", API_ROLE_OPERATOR), 410);
    assert_int_equal(look(w, "GET", "nothing", API_ROLE_OPERATOR), 404);
}

/* What was on its way when the engine died is not known; the others wait for the next one. */
static void test_the_engine_dies(void **state)
{
    struct api_world *w = *state;
    char id[64];

    post(w, "{\"action\":\"check\",\"filter\":{}}");
    snprintf(id, sizeof(id), "%s", job_id(w));
    w->refuse = -1;
    api_lost(&w->api, API_FROM_ENGINE);
    api_tick(&w->api);
    assert_int_equal(w->asked_engine, JOBS_WINDOW);
    w->refuse = 0;
    api_tick(&w->api);
    while (w->asked_engine < 160)
        obey(w);
    obey(w);
    look(w, "GET", id, API_ROLE_OPERATOR);
    assert_true(says(w, "\"state\":\"done\",\"total\":160,\"done\":96,\"failed\":64"));
    assert_true(says(w, "\"code\":\"part_restarted\""));
}

static void test_at_most_so_many(void **state)
{
    struct api_world *w = *state;

    for (unsigned i = 0; i < JOBS_RUNNING; i++)
        assert_int_equal(post(w, "{\"action\":\"check\",\"filter\":{}}"), 202);
    assert_int_equal(post(w, "{\"action\":\"check\",\"filter\":{}}"), 429);
    assert_true(says(w, "jobs_many"));
}

static void test_a_view_is_told(void **state)
{
    struct api_world *w = *state;

    api_world_ask(w, "GET", "/api/v1/stream", "", "", API_ROLE_OPERATOR);
    post(w, "{\"action\":\"check\",\"filter\":{}}");
    obey(w);
    api_world_forward(w, TIME_S);
    api_tick(&w->api);
    assert_true(str_contains(buf_str(&w->streamed), STR("event: job\ndata: {\"id\":\"")));
    assert_true(str_contains(buf_str(&w->streamed), STR("\"action\":\"check\",\"state\":\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_named_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_matching, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_downtime_and_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_preview, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_job, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_a_job_is_cancelled, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_the_engine_dies, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_at_most_so_many, set_up_many, tear_down),
        cmocka_unit_test_setup_teardown(test_a_view_is_told, set_up_many, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
