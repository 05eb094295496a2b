/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: who asks from where, request bodies, sessions, and what happens when another role is slow, full or dead. What is judged before is in test_guard.c.
 */
#include "api/api_ask.h"
#include "api/route.h"
#include "api_world.h"
#include "base/limits.h"
#include "wire/json_read.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define COOKIE "vigie_session" /* of a host without a port */

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

static void test_not_found(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/nothing", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/1000/", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/%00", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/999999", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/-1", "", "", API_ROLE_ADMIN), 404);
    assert_int_equal(api_world_ask(w, "PUT", "/api/v1/resources", "", "", API_ROLE_ADMIN), 405);
    assert_non_null(strstr(w->headers.data, "Allow: GET"));
    assert_non_null(strstr(w->headers.data, "application/problem+json"));
    assert_int_equal(api_world_ask(w, "HEAD", "/api/v1/resources", "", "", API_ROLE_VIEWER), 200);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", "x=1", "", API_ROLE_VIEWER), 400);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", "q=a&q=b", "", API_ROLE_VIEWER), 400);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", "q=%zz", "", API_ROLE_VIEWER), 400);
}

/* ---- who asks from where ---- */

static int metrics(struct api_world *w, const char *peer, bool forwarded, const char *token)
{
    struct api_request q = {.source = API_BY_WEB,
                            .method = STR("GET"),
                            .path = STR("/metrics"),
                            .host = STR("localhost"),
                            .peer = str_of(peer),
                            .forwarded = forwarded,
                            .authorization = str_of(token),
                            .uid = -1};

    w->status = 0;
    api_world_receive(w, &q);
    return w->status;
}

/* Whoever asks from this machine itself may read the metrics; from elsewhere, also behind a reverse proxy, who shows a token. */
static void test_metrics_elsewhere(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(metrics(w, "::1", false, NULL), 200);
    assert_int_equal(metrics(w, "192.0.2.7", false, NULL), 401);
    assert_int_equal(metrics(w, "::1", true, NULL), 401);
    assert_non_null(strstr(w->headers.data, "WWW-Authenticate: Bearer"));
    assert_non_null(strstr(w->body.data, "\"code\":\"sign_in\""));
    assert_int_equal(w->asked_auth, 0);
    assert_int_equal(metrics(w, "::1", true, "Bearer vgt_wrong"), 0);
    assert_string_equal(w->question.data, "token_check|vgt_wrong");
    api_world_auth(w, false, "denied", "", "", "");
    assert_int_equal(w->status, 401);
    assert_int_equal(metrics(w, "::1", true, "Bearer vgt_right"), 0);
    api_world_auth(w, true, "ok", "", "prometheus", "viewer");
    assert_int_equal(w->status, 200);
    assert_int_equal(metrics(w, "192.0.2.7", false, "Bearer vgt_right"), 200);
}

static int local_ask(struct api_world *w, int64_t uid, const char *user)
{
    struct api_request q = {.source = API_BY_LOCAL,
                            .id = 7,
                            .method = STR("POST"),
                            .path = STR("/api/v1/commands"),
                            .uid = uid,
                            .user = str_of(user),
                            .body = STR("{\"command\":\"[1] STOP_EXECUTING_SVC_CHECKS\"}"),
                            .peer = STR("local")};

    w->status = 0;
    api_world_receive(w, &q);
    return w->status;
}

static void test_local_users(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(local_ask(w, 999, "root"), 401);
    assert_int_equal(w->asked_engine, 0);
    assert_int_equal(local_ask(w, 0, "root"),
                     0); /* the number says what is allowed, the name is for people */
    assert_string_equal(w->question.data, "[1] STOP_EXECUTING_SVC_CHECKS|root|ctl");
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    assert_int_equal(local_ask(w, 1234, ""), 0);
    assert_string_equal(w->question.data, "[1] STOP_EXECUTING_SVC_CHECKS|uid:1234|ctl");
    assert_int_equal(w->asked_engine, 2);
}

/* ---- bodies ---- */

static void test_bodies(void **state)
{
    static const struct {
        const char *body, *field;
        int status;
    } cases[] = {
        {"", "comment", 422},
        {"[]", NULL, 422},
        {"{", NULL, 400},
        {"{}x", NULL, 400},
        {"{\"comment\":\"a\",\"comment\":\"b\"}", NULL, 400},
        {"{\"comment\":1}", "comment", 422},
        {"{\"comment\":\"\"}", "comment", 422},
        {"{\"comment\":\"a\\nb\"}", "comment", 422},
        {"{\"comment\":\"a\",\"sticky\":1}", "sticky", 422},
        {"{\"comment\":\"a\",\"extra\":true}", "extra", 422},
        {"{\"comment\":\"a\\u0000b\"}", "comment", 422},
        {"{\"comment\":null}", "comment", 422},
        {"\"x\"", NULL, 400},
    };
    struct api_world *w = *state;
    struct buf deep = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char field[64];
        int status = api_world_ask(w, "POST", "/api/v1/resources/1000/acknowledge", "", cases[i].body,
                                   API_ROLE_OPERATOR);

        snprintf(field, sizeof(field), "\"field\":\"%s\"", cases[i].field ? cases[i].field : "");
        if (status != cases[i].status || (cases[i].field && !strstr(w->body.data, field)))
            fail_msg("%s: %d %s", cases[i].body, status, w->body.data);
    }
    assert_int_equal(w->asked_engine, 0);
    for (unsigned i = 0; i < LIMIT_JSON_DEPTH + 1; i++)
        buf_add_c(&deep, "[");
    assert_int_equal(
        api_world_ask(w, "POST", "/api/v1/resources/1000/acknowledge", "", deep.data, API_ROLE_OPERATOR),
        400);
    assert_non_null(strstr(w->body.data, "nested"));
    buf_release(&deep);
}

/* ---- actions ---- */

static void acts(struct api_world *w, const char *method, const char *path, const char *body,
                 const char *line)
{
    char want[256];

    assert_int_equal(api_world_ask(w, method, path, "", body, API_ROLE_OPERATOR), 0);
    snprintf(want, sizeof(want), "[1700000000] %s|tester|api", line);
    assert_string_equal(w->question.data, want);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
}

static void test_actions(void **state)
{
    struct api_world *w = *state;
    const char *s = "/api/v1/resources/1002/";
    char path[128];

    snprintf(path, sizeof(path), "%scheck", s);
    acts(w, "POST", path, "{}", "SCHEDULE_FORCED_SVC_CHECK;h0000;s00;1700000000");
    acts(w, "POST", "/api/v1/resources/1000/check", "", "SCHEDULE_FORCED_HOST_CHECK;h0000;1700000000");
    snprintf(path, sizeof(path), "%sacknowledge", s);
    acts(w, "POST", path, "{\"comment\":\"on it; really\",\"sticky\":true,\"notify\":false}",
         "ACKNOWLEDGE_SVC_PROBLEM;h0000;s00;2;0;0;tester;on it; really");
    snprintf(path, sizeof(path), "%sacknowledgement", s);
    acts(w, "DELETE", path, "", "REMOVE_SVC_ACKNOWLEDGEMENT;h0000;s00");
    snprintf(path, sizeof(path), "%sdowntime", s);
    acts(w, "POST", path,
         "{\"start\":\"2023-11-14T22:13:20Z\",\"end\":\"2023-11-14T23:13:20Z\",\"comment\":\"c\"}",
         "SCHEDULE_SVC_DOWNTIME;h0000;s00;1700000000;1700003600;1;0;3600;tester;c");
    snprintf(path, sizeof(path), "%scomment", s);
    acts(w, "POST", path, "{\"comment\":\"c\"}", "ADD_SVC_COMMENT;h0000;s00;1;tester;c");
    snprintf(path, sizeof(path), "%ssubmit", s);
    acts(w, "POST", path, "{\"state\":\"critical\",\"output\":\"a\\nb\\\\c\",\"perfdata\":\"x=1\"}",
         "PROCESS_SERVICE_CHECK_RESULT;h0000;s00;2;a\\nb\\\\c|x=1");
    assert_true(
        board_put_downtime(&w->writer, &(struct board_downtime){.id = 16, .idx = 0}, STR("a"), STR("b")));
    assert_true(
        board_put_downtime(&w->writer, &(struct board_downtime){.id = 17, .idx = 2}, STR("a"), STR("b")));
    assert_true(
        board_put_comment(&w->writer, &(struct board_comment){.id = 18, .idx = 1}, STR("a"), STR("b")));
    assert_true(
        board_put_comment(&w->writer, &(struct board_comment){.id = 19, .idx = 2}, STR("a"), STR("b")));
    acts(w, "DELETE", "/api/v1/downtimes/16", "", "DEL_HOST_DOWNTIME;16");
    acts(w, "DELETE", "/api/v1/downtimes/17", "", "DEL_SVC_DOWNTIME;17");
    acts(w, "DELETE", "/api/v1/comments/18", "", "DEL_HOST_COMMENT;18");
    acts(w, "DELETE", "/api/v1/comments/19", "", "DEL_SVC_COMMENT;19");
    assert_int_equal(
        api_world_ask(w, "POST", path, "", "{\"state\":\"down\",\"output\":\"a\"}", API_ROLE_OPERATOR), 422);
    snprintf(path, sizeof(path), "%sdowntime", s);
    assert_int_equal(
        api_world_ask(
            w, "POST", path, "",
            "{\"start\":\"2023-11-14T23:13:20Z\",\"end\":\"2023-11-14T22:13:20Z\",\"comment\":\"c\"}",
            API_ROLE_OPERATOR),
        422);
    assert_non_null(strstr(w->body.data, "\"field\":\"end\""));
    assert_int_equal(
        api_world_ask(w, "POST", "/api/v1/commands", "", "{\"command\":\"no time\"}", API_ROLE_ADMIN), 422);
}

static void test_engine_refuses(void **state)
{
    struct api_world *w = *state;

    api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR);
    api_world_engine(w, false, "no such host");
    assert_int_equal(w->status, 422);
    assert_non_null(strstr(w->body.data, "no such host"));
}

/* What came with a request lives as long as it, and not as the message that brought it. */
static void test_headers_stay(void **state)
{
    struct api_world *w = *state;
    char text[] = "\"v1\"", any[] = "*";
    struct api_request q = {.source = API_BY_LOCAL,
                            .method = STR("POST"),
                            .path = STR("/api/v1/resources/1000/check"),
                            .if_match = str_of(any),
                            .if_none_match = str_of(text),
                            .idempotency_key = str_of(text)};
    const struct api_request *kept;
    struct str key;
    uint64_t p;

    api_world_receive(w, &q);
    memset(text, 'x', sizeof(text) - 1);
    any[0] = 'x';
    assert_true(map_at(&w->api.pending, 0, &key, &p));
    kept = (const struct api_request *)(uintptr_t)p;
    assert_true(str_eq_c(kept->if_match, "*"));
    assert_true(str_eq_c(kept->if_none_match, "\"v1\""));
    assert_true(str_eq_c(kept->idempotency_key, "\"v1\""));
}

/* ---- when others are slow, full or dead ---- */

static void test_others_fail(void **state)
{
    struct api_world *w = *state;

    api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR);
    assert_int_equal(w->api.n_pending, 1);
    api_world_forward(w, API_DUE_US - 1);
    api_tick(&w->api);
    assert_int_equal(w->api.n_pending, 1);
    api_world_forward(w, 1);
    api_tick(&w->api);
    assert_int_equal(w->status, 504);
    assert_int_equal(w->api.n_pending, 0);
    api_world_engine(w, true, ""); /* too late: nobody is there any more */
    assert_int_equal(w->status, 504);

    api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR);
    api_lost(&w->api, API_FROM_READER);
    assert_int_equal(w->api.n_pending, 1);
    api_lost(&w->api, API_FROM_ENGINE);
    assert_int_equal(w->status, 503);
    assert_int_equal(w->api.n_pending, 0);

    api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR);
    api_gone(&w->api, API_BY_WEB, w->ids);
    assert_int_equal(w->api.n_pending, 0);

    w->refuse = E_LIMIT;
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR),
                     503);
    w->refuse = 0;

    for (unsigned i = 0; i < API_PENDING_MAX; i++)
        assert_int_equal(api_world_ask(w, "POST", "/api/v1/resources/1000/check", "", "", API_ROLE_OPERATOR),
                         0);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources", "", "", API_ROLE_OPERATOR), 503);
    api_source_lost(&w->api, API_BY_WEB);
    assert_int_equal(w->api.n_pending, 0);
}

/* ---- sessions ---- */

static int by_cookie(struct api_world *w, const char *method, const char *path, const char *secret,
                     const char *csrf, const char *bearer)
{
    char cookie[128];
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = str_of(method),
                            .path = str_of(path),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .csrf = str_of(csrf),
                            .authorization = str_of(bearer)};

    snprintf(cookie, sizeof(cookie), "other=1; " COOKIE "=%s", secret);
    q.cookie = str_of(cookie);
    w->status = 0;
    api_world_receive(w, &q);
    return w->status;
}

static void test_session(void **state)
{
    struct api_world *w = *state;
    char csrf[HASH_SHA256_HEX];

    assert_int_equal(by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL), 0);
    assert_string_equal(w->question.data, "session_check|abc");
    api_world_auth(w, true, "ok", "", "ann", "operator");
    assert_int_equal(w->status, 200);
    who_csrf(STR("abc"), csrf);
    assert_non_null(strstr(w->body.data, csrf));
    assert_non_null(strstr(w->body.data, "\"role\":\"operator\""));
    assert_non_null(strstr(w->body.data, "\"rights\":[\"resources.read\",\"resources.check\""));
    assert_null(strstr(w->body.data, "users.write"));
    assert_int_equal(by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL), 200); /* remembered */
    assert_int_equal(w->asked_auth, 1);
    assert_int_equal(by_cookie(w, "POST", "/api/v1/resources/1000/check", "abc", NULL, NULL), 403);
    assert_int_equal(by_cookie(w, "POST", "/api/v1/resources/1000/check", "abc", csrf, NULL), 0);
    assert_non_null(strstr(w->question.data, "|ann|api"));
    api_world_forward(w, API_WHO_FRESH_US);
    assert_int_equal(by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL), 0); /* asked again */
    api_world_auth(w, false, "denied", "", "", "viewer");
    assert_int_equal(w->status, 401);
}

static void test_logout(void **state)
{
    struct api_world *w = *state;
    char csrf[HASH_SHA256_HEX];

    by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL);
    api_world_auth(w, true, "ok", "", "ann", "viewer");
    who_csrf(STR("abc"), csrf);
    assert_int_equal(by_cookie(w, "POST", "/api/v1/logout", "abc", csrf, NULL), 0);
    assert_string_equal(w->question.data, "session_end|abc");
    api_world_auth(w, true, "ok", "", "", "viewer");
    assert_int_equal(w->status, 200);
    assert_non_null(strstr(w->headers.data, "Max-Age=0"));
    assert_int_equal(by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL), 0); /* no longer remembered */
}

/* A bad token does not fall back to the cookie beside it. */
static void test_token_beats_cookie(void **state)
{
    struct api_world *w = *state;

    by_cookie(w, "GET", "/api/v1/session", "abc", NULL, NULL);
    api_world_auth(w, true, "ok", "", "ann", "admin");
    by_cookie(w, "GET", "/api/v1/session", "abc", NULL, "Bearer vgt_wrong");
    assert_string_equal(w->question.data, "token_check|vgt_wrong");
    api_world_auth(w, false, "denied", "", "", "viewer");
    assert_int_equal(w->status, 401);
    assert_int_equal(by_cookie(w, "GET", "/api/v1/session", "abc", NULL, "Basic YTpi"), 401);
}

static void test_login(void **state)
{
    struct api_world *w = *state;
    const char *body = "{\"user\":\"ann\",\"password\":\"pass word\"}";

    assert_int_equal(api_world_ask(w, "POST", "/api/v1/login", "", body, API_ROLE_NONE), 0);
    assert_string_equal(w->question.data, "login|ann|pass word||127.0.0.1");
    api_world_auth(w, true, "ok", "", "ann", "admin");
    assert_int_equal(w->status, 200);
    assert_non_null(strstr(w->headers.data,
                           "Set-Cookie: " COOKIE
                           "=secretsecret; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"));
    assert_null(strstr(w->body.data, "secretsecret"));
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/login", "", body, API_ROLE_NONE), 0);
    api_world_auth(w, false, "slow", "", "", "viewer");
    assert_int_equal(w->status, 429);
    assert_non_null(strstr(w->headers.data, "Retry-After: "));
    for (unsigned i = 0; i < API_LOGINS_MAX; i++)
        assert_int_equal(api_world_ask(w, "POST", "/api/v1/login", "", body, API_ROLE_NONE), 0);
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/login", "", body, API_ROLE_NONE),
                     429); /* a flood costs auth no more */
    api_lost(&w->api, API_FROM_AUTH);
    assert_int_equal(w->api.n_logins, 0);
}

static void test_setup_here_only(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {.source = API_BY_WEB,
                            .id = 1,
                            .method = STR("POST"),
                            .path = STR("/api/v1/setup"),
                            .peer = STR("192.0.2.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .content_type = STR("application/json"),
                            .body = STR("{\"token\":\"t\",\"user\":\"u\",\"password\":\"p\"}")};

    api_world_receive(w, &q);
    assert_int_equal(w->status, 403);
    q.peer = STR("127.0.0.1");
    q.forwarded = true;
    api_world_receive(w, &q);
    assert_int_equal(w->status, 403);
    assert_int_equal(w->asked_auth, 0);
    q.forwarded = false;
    api_world_receive(w, &q);
    assert_string_equal(w->question.data, "setup_create|t|u|p|127.0.0.1");
    api_world_auth(w, true, "ok", "", "u", "admin");
    assert_int_equal(w->status, 201);
    api_world_receive(w, &q);
    api_world_auth(w, false, "gone", "token", "", "viewer");
    assert_int_equal(w->status, 410);
    assert_non_null(strstr(w->body.data, "\"field\":\"token\""));

    q.path = STR("/api/v1/setup/check");
    q.body = STR("{\"token\":\"t\"}");
    api_world_receive(w, &q);
    assert_string_equal(w->question.data, "setup_check|t");
    api_world_auth(w, false, "denied", "token", "", "viewer");
    assert_int_equal(w->status, 401);
    q.peer = STR("192.0.2.1");
    api_world_receive(w, &q);
    assert_int_equal(w->status, 403);
}

/* ---- words ---- */

static unsigned places(struct str s)
{
    return (str_contains(s, STR("{0}")) ? 1u : 0u) | (str_contains(s, STR("{1}")) ? 2u : 0u);
}

static void test_catalogue(void **state UNUSED)
{
    const struct str none[PROBLEM_ARGS] = {STR("{0}"), STR("{1}")};

    for (int p = 1; p < PROBLEM_COUNT; p++) {
        struct buf en = BUF_INIT, fr = BUF_INIT;
        enum problem back;

        problem_render(&en, (enum problem)p, false, none);
        problem_render(&fr, (enum problem)p, true, none);
        if (!en.len || !fr.len || str_eq(buf_str(&en), buf_str(&fr)) ||
            places(buf_str(&en)) != places(buf_str(&fr)))
            fail_msg("%s: %s | %s", problem_code((enum problem)p), en.data, fr.data);
        assert_true(str_is_utf8(buf_str(&fr)));
        assert_true(problem_parse(str_of(problem_code((enum problem)p)), &back));
        assert_int_equal(back, p); /* no code stands there twice */
        buf_release(&en);
        buf_release(&fr);
    }
}

static void test_language(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {
        .source = API_BY_WEB, .id = 1, .method = STR("GET"), .path = STR("/nothing"), .uid = -1};

    api_world_receive(w, &q);
    assert_non_null(strstr(w->body.data, "\"code\":\"no_address\",\"detail\":\"There is nothing"));
    q.accept_language = STR("fr-CA,en;q=0.5");
    api_world_receive(w, &q);
    assert_non_null(strstr(w->body.data, "\"code\":\"no_address\",\"detail\":\"Il n'y a rien"));
    q.accept_language = STR("fr;q=0.2,en");
    api_world_receive(w, &q);
    assert_non_null(strstr(w->body.data, "There is nothing"));
}

/* ---- documents made from the tables ---- */

static void test_openapi(void **state)
{
    struct api_world *w = *state;
    struct str text;
    struct json_value *root;
    struct err err = ERR_INIT;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/openapi.json", "", "", API_ROLE_VIEWER), 200);
    text = buf_str(&w->body);
    root = json_read(&text, &err);
    assert_non_null(root);
    for (size_t i = 0; i < route_count; i++)
        assert_non_null(json_read_member(json_read_member(root, "paths"), route_table[i].path));
    json_read_free(root);
}

/* A list may come before the identities and the next request after them. */
static void test_ids_without_identity(void **state)
{
    struct api_world *w = *state;
    char path[128];

    snprintf(path, sizeof(path), "/api/v1/resources/i%.12s.0", w->api.model.hash);
    assert_int_equal(api_world_ask(w, "GET", path, "", "", API_ROLE_VIEWER), 200);
    assert_non_null(strstr(w->body.data, "\"host\":\"h0000\""));
    snprintf(path, sizeof(path), "/api/v1/resources/i%.12s.%u", w->api.model.hash, w->api.model.n_check);
    assert_int_equal(api_world_ask(w, "GET", path, "", "", API_ROLE_VIEWER), 404);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/i000000000000.0", "", "", API_ROLE_VIEWER),
                     404); /* of another configuration: that one may be somebody else */
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/i0", "", "", API_ROLE_VIEWER), 404);
}

static void test_cookie_names(void **state UNUSED)
{
    static const struct {
        const char *host;
        bool tls;
        const char *name;
    } rows[] = {
        {"localhost", false, "vigie_session"},
        {"127.0.0.1:8321", false, "vigie_session_8321"},
        {"[::1]:8484", false, "vigie_session_8484"},
        {"[::1]", false, "vigie_session"},
        {"v.example:443", true, "__Host-vigie_session_443"},
        {"", true, "__Host-vigie_session"},
        {"a:", false, "vigie_session"},
        {"a:12x", false, "vigie_session"},
        {"a:1234567", false, "vigie_session"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char name[API_COOKIE_MAX];

        who_cookie(str_of(rows[i].host), rows[i].tls, name);
        assert_string_equal(name, rows[i].name);
    }
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cookie_names),
        WORLD(test_not_found),
        WORLD(test_metrics_elsewhere),
        WORLD(test_local_users),
        WORLD(test_bodies),
        WORLD(test_actions),
        WORLD(test_engine_refuses),
        WORLD(test_headers_stay),
        WORLD(test_others_fail),
        WORLD(test_session),
        WORLD(test_logout),
        WORLD(test_token_beats_cookie),
        WORLD(test_login),
        WORLD(test_setup_here_only),
        cmocka_unit_test(test_catalogue),
        WORLD(test_language),
        WORLD(test_openapi),
        WORLD(test_ids_without_identity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
