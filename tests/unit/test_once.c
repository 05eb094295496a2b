/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent again is done once (Idempotency-Key), and what is so still is not told again (entity tags). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/api_ask.h"
#include "api/once.h"
#include "api_send.h"
#include "api_world.h"

static int set_up(void **state)
{
    *state = api_world_new(3, 2);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* ---- done once ---- */

#define COMMENT "/api/v1/resources/1000/comment"

static void test_once(void **state)
{
    struct api_world *w = *state;
    const struct str one = STR("{\"comment\":\"one\"}"), two = STR("{\"comment\":\"two\"}");
    const struct api_sent first = {"POST", COMMENT, .key = "k-1", .body = one};
    unsigned before = w->asked_engine;

    api_send(w, &first);
    assert_int_equal(w->asked_engine, before + 1);
    assert_int_equal(api_send(w, &first), 409); /* under way */
    assert_non_null(strstr(w->body.data, "key_running"));
    api_send(w, &first);
    assert_int_equal(w->asked_engine, before + 1);
    w->serial = 1; /* the first request's */
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    assert_int_equal(api_send(w, &first), 200);
    assert_non_null(strstr(w->body.data, "{\"ok\":true,\"undo\":"));
    assert_non_null(strstr(w->headers.data, "Idempotency-Replayed: true"));
    assert_int_equal(w->asked_engine, before + 1);
    assert_int_equal(api_send(w, &(struct api_sent){"POST", COMMENT, .key = "k-1", .body = two}), 422);
    assert_non_null(strstr(w->body.data, "key_other"));
    api_send(w, &(struct api_sent){"POST", COMMENT, .key = "k-1", .body = one,
                                   .token = "Bearer vgt_other"}); /* of somebody else it is another */
    assert_int_equal(w->asked_engine, before + 2);
    assert_int_equal(api_send(w, &(struct api_sent){"POST", COMMENT, .key = "a b", .body = one}), 400);
    api_world_forward(w, ONCE_US + TIME_S);
    api_send(w, &first);
    assert_int_equal(w->asked_engine, before + 3);
}

/* Who asked is gone before the answer: it is kept for when he asks again. What could not be done is not. */
static void test_once_gone(void **state)
{
    struct api_world *w = *state;
    const struct api_sent s = {"POST", COMMENT, .key = "k-2", .body = STR("{\"comment\":\"one\"}")};
    unsigned answers;

    api_send(w, &s);
    api_gone(&w->api, API_BY_WEB, w->ids);
    answers = w->answers;
    api_world_engine(w, true, "");
    assert_int_equal(w->answers, answers);
    assert_int_equal(api_send(w, &s), 200);
    w->refuse = -1;
    assert_int_equal(api_send(w, &(struct api_sent){"POST", COMMENT, .key = "k-3", .body = s.body}), 503);
    w->refuse = 0;
    api_send(w, &(struct api_sent){"POST", COMMENT, .key = "k-3", .body = s.body});
    assert_int_equal(w->status, 0); /* it is tried */
}

static void test_once_bounded(void **state)
{
    struct api_world *w = *state;
    char key[24];

    for (unsigned i = 0; i < ONCE_EACH + 2; i++) {
        snprintf(key, sizeof(key), "n%u", i);
        api_send(w, &(struct api_sent){"POST", COMMENT, .key = key, .body = STR("{\"comment\":\"one\"}")});
        api_world_engine(w, true, "");
        assert_int_equal(w->status, 200);
    }
    assert_int_equal(
        api_send(w, &(struct api_sent){"POST", COMMENT, .key = "n1", .body = STR("{\"comment\":\"one\"}")}),
        0); /* has given way */
}

/* ---- entity tags ---- */

static void tag_of(struct api_world *w, char *out, size_t size)
{
    const char *at = strstr(w->headers.data, "ETag: ");

    assert_non_null(at);
    snprintf(out, size, "%.18s", at + 6);
}

static void test_tags(void **state)
{
    struct api_world *w = *state;
    char tag[24], again[24];

    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/hosts/h0001"}), 200);
    tag_of(w, tag, sizeof(tag));
    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/hosts/h0001", .if_none_match = tag}),
                     304);
    assert_int_equal(w->body.len, 0);
    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/hosts/h0002", .if_none_match = tag}),
                     200);
    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/resources/1000"}), 200);
    tag_of(w, tag, sizeof(tag));
    api_world_forward(w, TIME_MIN);
    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/resources/1000", .if_none_match = tag}),
                     304); /* later, and still so */
    assert_int_equal(
        api_send(w, &(struct api_sent){"POST", COMMENT, .if_match = tag, .body = STR("{\"comment\":\"c\"}")}),
        0);
    api_world_engine(w, true, "");
    api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us, "it is not");
    assert_int_equal(
        api_send(w, &(struct api_sent){"POST", COMMENT, .if_match = tag, .body = STR("{\"comment\":\"c\"}")}),
        412);
    assert_non_null(strstr(w->body.data, "\"code\":\"stale\""));
    assert_int_equal(api_send(w, &(struct api_sent){"GET", "/api/v1/resources/1000", .if_none_match = tag}),
                     200);
    tag_of(w, again, sizeof(again));
    assert_string_not_equal(tag, again);
    assert_int_equal(api_send(w, &(struct api_sent){"POST", "/api/v1/commands", .if_match = tag,
                                                    .body = STR("{\"command\":\"[1] X\"}")}),
                     412);
    assert_non_null(strstr(w->body.data, "no_version"));
}

/* A list holds the moment at which it is told: it is another version when one of its rows or counts is, and not before. */
static void test_tags_of_lists(void **state)
{
    static const char *const lists[][2] = {{"/api/v1/resources", "limit=2"},
                                           {"/api/v1/resources", "view=hosts&sort=name"},
                                           {"/api/v1/problems", "limit=5"}};
    struct api_world *w = *state;
    char tag[24], again[24];

    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        api_world_put(w, 0, 0, BOARD_CHECKED, w->wall.us, "it is up");
        assert_int_equal(api_send(w, &(struct api_sent){"GET", lists[i][0], lists[i][1]}), 200);
        tag_of(w, tag, sizeof(tag));
        api_world_forward(w, TIME_MIN);
        assert_int_equal(
            api_send(w, &(struct api_sent){"GET", lists[i][0], lists[i][1], .if_none_match = tag}), 304);
        assert_int_equal(w->body.len, 0);
        api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us, "it is down");
        assert_int_equal(
            api_send(w, &(struct api_sent){"GET", lists[i][0], lists[i][1], .if_none_match = tag}), 200);
        tag_of(w, again, sizeof(again));
        assert_string_not_equal(tag, again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tags_of_lists, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
