/* SPDX-License-Identifier: Apache-2.0 */
/* What was begun with a right that is taken away: jobs, streams, files and what goes step by step; and sessions that end while something is on its way. */
#include "api/revoke.h"

#include "api/jobs.h"
#include "api/livestatus_who.h"
#include "api/stream.h"
#include "api/api_ask.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static int set_up(void **state)
{
    *state = api_world_new(200, 1);
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* Somebody in a browser, whose session has that secret. */
static int person(struct api_world *w, const char *method, const char *path, const char *body,
                  const char *secret)
{
    unsigned before = w->asked_auth;
    char cookie[64], csrf[HASH_SHA256_HEX];
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = str_of(method),
                            .path = str_of(path),
                            .body = str_of(body),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .view_as = str_of(w->view_as),
                            .content_type = STR("application/json")};

    snprintf(cookie, sizeof(cookie), "vigie_session=%s", secret);
    q.cookie = str_of(cookie);
    who_csrf(str_of(secret), csrf);
    q.csrf = str_of(csrf);
    w->status = 0;
    api_world_receive(w, &q);
    if (w->asked_auth > before && str_starts(buf_str(&w->question), STR("session_check")))
        api_world_auth(w, true, "ok", "", "tester", "operator");
    return w->status;
}

static bool says(const struct api_world *w, const char *text)
{
    return w->body.len && strstr(w->body.data, text);
}

static void engine_says(struct api_world *w, uint64_t from, uint64_t to)
{
    for (uint64_t s = from; s <= to; s++)
        api_answered(&w->api, s, &(struct api_answer){.kind = API_FROM_ENGINE, .ok = true, .error = STR("")});
}

#define MANY "{\"action\":\"check\",\"filter\":{\"kind\":\"host\"}}"

/* A job for 200 hosts is under way when its owner is left with one of them. */
static void test_job(void **state)
{
    struct api_world *w = *state;
    uint64_t last;

    assert_int_equal(person(w, "POST", "/api/v1/actions", MANY, "one"), 202);
    assert_int_equal(w->asked_engine, JOBS_WINDOW);
    last = w->serial;
    revoke_name(&w->api, NULL, STR("Tester"));
    assert_string_equal(w->question.data, "grants|tester");
    engine_says(w, last - JOBS_WINDOW + 1, last);
    assert_int_equal(w->asked_engine, JOBS_WINDOW); /* nothing more before auth has answered */
    api_lost(&w->api, API_FROM_AUTH);
    w->question.data[0] = '\0';
    api_tick(&w->api); /* it is asked again */
    assert_string_equal(w->question.data, "grants|tester");
    w->scope = "[\"host:h0199\"]";
    api_world_auth(w, true, "ok", "", "tester", "operator");
    assert_int_equal(w->asked_engine, JOBS_WINDOW + 1);
    engine_says(w, w->serial, w->serial);
    assert_int_equal(person(w, "GET", "/api/v1/jobs", "", "one"), 200);
    assert_true(says(w, "\"state\":\"done\",\"total\":200,\"done\":65,\"failed\":135"));
}

static void test_job_of_nobody(void **state)
{
    struct api_world *w = *state;
    uint64_t last;

    assert_int_equal(person(w, "POST", "/api/v1/actions", MANY, "one"), 202);
    last = w->serial;
    revoke_all(&w->api, NULL);
    api_world_auth(w, false, "invalid", "user", "", "");
    engine_says(w, last - JOBS_WINDOW + 1, last);
    assert_int_equal(w->asked_engine, JOBS_WINDOW);
    assert_int_equal(person(w, "GET", "/api/v1/jobs", "", "one"), 200);
    assert_true(says(w, "\"done\":64,\"failed\":136"));
}

/* Of others nothing changes; a token is asked for by its own name, and its jobs are not those of the person called so. */
static void test_whose_job(void **state)
{
    struct api_world *w = *state;
    unsigned asked;

    assert_int_equal(api_world_ask(w, "POST", "/api/v1/actions", "", MANY, API_ROLE_OPERATOR), 202);
    asked = w->asked_auth;
    revoke_name(&w->api, NULL, STR("somebody"));
    assert_int_equal(w->asked_auth, asked);
    revoke_name(&w->api, NULL, STR("tester"));
    assert_string_equal(w->question.data, "token_grants|tester");
    api_world_auth(w, true, "ok", "", "tester", "operator");
    assert_int_equal(person(w, "GET", "/api/v1/jobs", "", "one"), 200);
    assert_true(says(w, "{\"jobs\":[]}"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/jobs", "", "", API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"state\":\"running\""));
    /* the right to those of others is one for everything */
    w->scope = "[\"host:h0001\"]";
    who_cache_clear(w->api.cache);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/jobs", "", "", API_ROLE_OPERATOR), 200);
    assert_true(says(w, "\"state\":\"running\""));
}

static void test_file(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/resources/export", "", "", API_ROLE_VIEWER), 200);
    assert_true(w->more);
    revoke_name(&w->api, NULL, STR("somebody"));
    assert_int_equal(w->broken, 0);
    revoke_name(&w->api, NULL, STR("tester"));
    assert_int_equal(w->broken, 1);
    assert_int_equal(w->api.n_pending, 0);
}

/* Centreon's clients name many, which are done one by one. */
static void test_step_by_step(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {
        .source = API_BY_WEB,
        .id = ++w->ids,
        .method = STR("POST"),
        .path = STR("/centreon/api/latest/monitoring/resources/check"),
        .body = STR("{\"check\":{},\"resources\":[{\"type\":\"host\",\"id\":1000,\"parent\":null},"
                    "{\"type\":\"host\",\"id\":1001,\"parent\":null}]}"),
        .peer = STR("127.0.0.1"),
        .host = STR("localhost"),
        .uid = -1,
        .auth_token = STR("one")};

    api_world_receive(w, &q);
    assert_string_equal(w->question.data, "session_check|one");
    api_world_auth(w, true, "ok", "", "tester", "operator");
    assert_int_equal(w->asked_engine, 1);
    revoke_all(&w->api, NULL);
    api_world_engine(w, true, "");
    assert_int_equal(w->asked_engine, 1);
    assert_int_equal(w->status, 422);
    assert_true(says(w, "what you may do has changed meanwhile"));
}

/* The reader was asked for what could be seen then; the answer is not for who may see less now. */
static void test_reader(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/events", "", "", API_ROLE_VIEWER), 0);
    assert_int_equal(w->asked_reader, 1);
    revoke_name(&w->api, NULL, STR("tester"));
    api_world_rows(w, "[]");
    assert_int_equal(w->status, 403);
    assert_true(says(w, "\"code\":\"right_gone\""));
    assert_int_equal(w->api.n_pending, 0);
}

/* ---- sessions ---- */

static void test_streams_end_with_their_session(void **state)
{
    struct api_world *w = *state;
    struct str values[API_AUTH_VALUES] = {STR("ok"), STR(""), STR("0"), STR(""), STR(""), STR(""), STR("")};
    unsigned char key[HASH_SHA256_BYTES];
    char hex[HASH_SHA256_HEX], want[128];
    unsigned asked;

    who_key(STR("one"), key);
    hash_hex(key, sizeof(key), hex);
    snprintf(want, sizeof(want), "sessions_over|%s", hex);
    assert_int_equal(person(w, "GET", "/api/v1/stream", "", "one"), 200);
    asked = w->asked_auth;
    api_world_forward(w, STREAM_ROUND_US);
    stream_tick(&w->api);
    assert_int_equal(w->asked_auth, asked);
    api_world_forward(w, STREAM_ALIVE_US);
    stream_tick(&w->api);
    assert_string_equal(w->question.data, want);
    values[API_AUTH_EXPIRES] = values[API_AUTH_GRANTS] = values[API_AUTH_TOTP] = STR("");
    values[API_AUTH_LIST] = STR("");
    api_answered(&w->api, w->serial,
                 &(struct api_answer){
                     .kind = API_FROM_AUTH, .ok = true, .values = values, .n_values = API_AUTH_VALUES});
    assert_int_equal(w->ended, 0);
    api_world_forward(w, STREAM_ALIVE_US);
    stream_tick(&w->api);
    assert_string_equal(w->question.data, want);
    values[API_AUTH_LIST] = str_of(hex);
    api_answered(&w->api, w->serial,
                 &(struct api_answer){
                     .kind = API_FROM_AUTH, .ok = true, .values = values, .n_values = API_AUTH_VALUES});
    assert_int_equal(w->ended, 1);
    asked = w->asked_auth;
    person(w, "GET", "/api/v1/session", "", "one");
    assert_int_equal(w->asked_auth, asked + 1); /* and nothing of it is remembered */
}

/* An answer about a session that was on its way when it was ended does not bring it back for half a minute. */
static void test_an_ended_session_stays_so(void **state)
{
    struct api_world *w = *state;
    struct api_who_cache *c = who_cache_new();
    struct api_who one = {.by = API_BY_SESSION}, found;

    (void)w;
    who_key(STR("one"), one.key);
    who_cache_drop(c, one.key);
    who_cache_put(c, WHO_BY_SECRET, &one, (struct mono){1});
    assert_false(who_cache_get(c, WHO_BY_SECRET, one.key, (struct mono){2}, &found));
    who_key(STR("two"), one.key);
    who_cache_put(c, WHO_BY_SECRET, &one, (struct mono){1});
    assert_true(who_cache_get(c, WHO_BY_SECRET, one.key, (struct mono){2}, &found));
    who_cache_drop(c, one.key);
    assert_false(who_cache_get(c, WHO_BY_SECRET, one.key, (struct mono){2}, &found));
    who_cache_free(c);
}

/* ---- secrets ---- */

/* The answer to whoever sends this as his secret: as NRDP's token, as a program's, and as a browser's. */
static void nobody_by(struct api_world *w, struct str secret)
{
    struct buf form = BUF_INIT, bearer = BUF_INIT, cookie = BUF_INIT;
    struct api_request q = {.source = API_BY_WEB,
                            .method = STR("POST"),
                            .path = STR("/nrdp/"),
                            .content_type = STR("application/x-www-form-urlencoded"),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1};
    unsigned asked = w->asked_auth;

    buf_add_c(&form,
              "cmd=submitcheck&XMLDATA=<checkresults><checkresult type='host'><hostname>h0001</hostname>"
              "<state>1</state><output>a</output></checkresult></checkresults>&token=");
    for (size_t i = 0; i < secret.n; i++)
        buf_printf(&form, "%%%02x", (unsigned char)secret.p[i]);
    buf_printf(&bearer, "Bearer " STR_FMT, STR_ARG(secret));
    buf_printf(&cookie, "vigie_session=" STR_FMT, STR_ARG(secret));
    q.body = buf_str(&form);
    for (int way = 0; way < 3; way++) {
        w->status = 0;
        q.id = ++w->ids;
        api_world_receive(w, &q);
        assert_true(way == 0 ? w->status == 401 || says(w, "<status>-1<") : w->status == 401);
        q.method = STR("GET");
        q.path = STR("/api/v1/resources");
        q.body = STR("");
        q.authorization = way == 0 ? buf_str(&bearer) : STR_NULL;
        q.cookie = way == 1 ? buf_str(&cookie) : STR_NULL;
    }
    assert_int_equal(w->asked_results + w->asked_engine, 0);
    assert_int_equal(w->asked_auth, asked);
    buf_release(&form);
    buf_release(&bearer);
    buf_release(&cookie);
}

/* What is remembered of a name that Livestatus gave, or of a view, was found by whoever sent as his secret what its key was made of. */
static void test_a_name_is_no_secret(void **state)
{
    struct api_world *w = *state;
    struct livestatus_eyes eyes;
    struct buf view = BUF_INIT;
    unsigned char own[HASH_SHA256_BYTES];
    struct str values[API_AUTH_VALUES] = {STR("ok"),    STR(""),      STR("0"), STR(""),
                                          STR("alice"), STR("admin"), STR("")};

    values[API_AUTH_GRANTS] = STR("[{\"rights\":[\"resources.read\",\"resources.submit\"],\"scope\":null}]");
    assert_true(livestatus_who_said(
        &w->api, STR("alice"),
        &(struct api_answer){
            .kind = API_FROM_AUTH, .ok = true, .values = values, .n_values = API_AUTH_VALUES},
        &eyes));
    livestatus_eyes_release(&w->api, &eyes);
    assert_true(livestatus_who_known(&w->api, STR("alice"), &eyes));
    livestatus_eyes_release(&w->api, &eyes);
    nobody_by(w, STR("vigie name\nalice"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/session", "", "", API_ROLE_ADMIN), 200);
    w->view_as = "alice";
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/session", "", "", API_ROLE_ADMIN), 0);
    api_world_auth(w, true, "ok", "", "alice", "admin");
    assert_int_equal(w->status, 200);
    w->view_as = NULL;
    who_key(STR("vgt_admin"), own);
    buf_add_c(&view, "vigie view as\n");
    buf_add(&view, own, sizeof(own));
    buf_add_c(&view, "alice");
    w->asked_engine = 0;
    nobody_by(w, buf_str(&view));
    buf_release(&view);
}

/* Entries of one kind are not found as those of another, whatever their key. */
static void test_kinds(void **state)
{
    struct api_world *w = *state;
    struct api_who_cache *c = w->api.cache, *other = who_cache_new();
    struct api_who who = {.by = API_BY_SESSION}, found;
    unsigned char key[HASH_SHA256_BYTES];

    who_name_key(c, STR("ann"), who.key);
    who_cache_put(c, WHO_BY_NAME, &who, w->mono);
    assert_true(who_cache_get(c, WHO_BY_NAME, who.key, w->mono, &found));
    assert_false(who_cache_get(c, WHO_BY_SECRET, who.key, w->mono, &found));
    assert_false(who_cache_get(c, WHO_BY_VIEW, who.key, w->mono, &found));
    who_name_key(other, STR("ann"), key);
    assert_memory_not_equal(key, who.key, sizeof(key));
    who_cache_free(other);
}

/* Signing out is a GET in Centreon's API, and looking as somebody else never does anything. */
static void test_view_as_only_looks(void **state)
{
    struct api_world *w = *state;
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = STR("GET"),
                            .path = STR("/centreon/api/latest/logout"),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .view_as = STR("ann"),
                            .auth_token = STR("one")};

    api_world_receive(w, &q);
    api_world_auth(w, true, "ok", "", "tester", "admin");
    assert_int_equal(w->status, 403);
    assert_string_equal(w->question.data, "session_check|one");
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_job),
        WORLD(test_job_of_nobody),
        WORLD(test_whose_job),
        WORLD(test_file),
        WORLD(test_step_by_step),
        WORLD(test_reader),
        WORLD(test_streams_end_with_their_session),
        WORLD(test_an_ended_session_stays_so),
        WORLD(test_a_name_is_no_secret),
        WORLD(test_kinds),
        WORLD(test_view_as_only_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
