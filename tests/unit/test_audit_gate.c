/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate writes into the audit record, and what it does when that cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/api_ask.h"
#include "api/audit.h"
#include "api/audit_body.h"
#include "api/route.h"
#include "api_world.h"

#define ACK  "/api/v1/resources/1000/acknowledge"
#define TEXT "{\"comment\":\"mine\"}"

static int setup(void **state)
{
    *state = api_world_new(2, 1);
    return 0;
}

static int teardown(void **state)
{
    api_world_free(*state);
    return 0;
}

static bool has(const struct api_world *w, const char *text)
{
    return strstr(w->audit.data, text) != NULL;
}

static unsigned count(const struct api_world *w, const char *text)
{
    unsigned n = 0;

    for (const char *at = strstr(w->audit.data, text); at; at = strstr(at + 1, text))
        n++;
    return n;
}

/* Nothing reaches the engine before the entry is on disk. */
static void test_before(void **state)
{
    struct api_world *w = *state;

    w->audit_waits = true;
    api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us - TIME_H, "DOWN");
    assert_int_equal(api_world_ask(w, "POST", ACK, "", TEXT, API_ROLE_OPERATOR), 0);
    assert_int_equal(w->asked_engine, 0);
    assert_true(has(
        w,
        "\"kind\":\"asked\",\"who\":\"tester\",\"by\":\"token\",\"role\":\"operator\",\"from\":\"127.0.0.1\","
        "\"method\":\"POST\",\"route\":\"/api/v1/resources/{id}/acknowledge\""));
    assert_true(has(w, "\"objects\":[\"h0000\"],\"body\":{\"comment\":\"mine\"}"));
    w->audit_waits = false;
    w->audit_serial = w->api.serials;
    api_world_audited(w);
    assert_int_equal(w->asked_engine, 1);
    assert_int_equal(count(w, "\"kind\":\"done\""), 0);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    assert_true(has(w, "\"kind\":\"done\",\"of\":1,\"status\":200"));
    assert_true(has(w, "\"n\":2"));
}

/* Who asked left meanwhile: it is not done, and that is noted. */
static void test_left(void **state)
{
    struct api_world *w = *state;
    uint64_t serial;

    w->audit_waits = true;
    api_world_ask(w, "POST", ACK, "", TEXT, API_ROLE_OPERATOR);
    serial = w->api.serials;
    api_gone(&w->api, API_BY_WEB, w->ids);
    audit_answered(&w->api, serial, 1, STR(""));
    assert_int_equal(w->asked_engine, 0);
    assert_true(has(w, "\"kind\":\"done\",\"of\":1,\"status\":499"));
}

static void test_away(void **state)
{
    struct api_world *w = *state;

    w->audit_why = "audit/1.audit: writing failed: the disk is full";
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/commands", "",
                                   "{\"command\":\"[1] STOP_EXECUTING_SVC_CHECKS\"}", API_ROLE_ADMIN),
                     503);
    assert_int_equal(w->asked_engine, 0);
    assert_non_null(strstr(w->body.data, "\"code\":\"not_audited\""));
    assert_non_null(strstr(w->body.data, "audit/1.audit: writing failed"));
    assert_int_equal(w->api.audit.refused, 1);
    assert_int_equal(api_world_ask(w, "POST", ACK, "", TEXT, API_ROLE_OPERATOR), 0); /* goes on */
    assert_int_equal(w->asked_engine, 1);
    assert_int_equal(w->api.audit.without, 1);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    /* for many at once it is the same */
    api_world_put(w, 0, 1, BOARD_CHECKED, w->wall.us - TIME_H, "DOWN");
    assert_int_equal(
        api_world_ask(w, "POST", "/api/v1/actions", "",
                      "{\"action\":\"acknowledge\",\"resources\":[\"1000\"],\"comment\":\"mine\"}",
                      API_ROLE_OPERATOR),
        0);
    assert_int_equal(w->asked_engine, 2);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
    assert_int_equal(w->api.audit.without, 2);
    /* the store is away */
    w->refuse_audit = E_CLOSED;
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/reload", "", "", API_ROLE_ADMIN), 503);
    assert_int_equal(w->asked_reload, 0);
    assert_int_equal(api_world_ask(w, "POST", ACK, "", TEXT, API_ROLE_OPERATOR), 0);
    assert_int_equal(w->asked_engine, 3);
    api_world_engine(w, true, "");
}

/* The store died while the entry was on its way. */
static void test_lost(void **state)
{
    struct api_world *w = *state;

    w->audit_waits = true;
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/reload", "", "", API_ROLE_ADMIN), 0);
    api_lost(&w->api, API_FROM_AUDIT);
    assert_int_equal(w->status, 503);
    assert_int_equal(w->asked_reload, 0);
    assert_int_equal(api_world_ask(w, "POST", ACK, "", TEXT, API_ROLE_OPERATOR), 0);
    api_lost(&w->api, API_FROM_AUDIT);
    assert_int_equal(w->asked_engine, 1);
    api_world_engine(w, true, "");
    assert_int_equal(w->status, 200);
}

/* ---- signing in ---- */

static int login(struct api_world *w)
{
    return api_world_ask(w, "POST", "/api/v1/login", "",
                         "{\"user\":\"anna\",\"password\":\"a very secret thing\"}", API_ROLE_NONE);
}

static void test_login(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(login(w), 0);
    assert_int_equal(w->audit.len, 0); /* there is nothing to tell yet */
    w->audit_waits = true;
    api_world_auth(w, true, "ok", "", "anna", "admin");
    assert_int_equal(w->status, 0); /* nobody has the session */
    assert_true(has(w, "\"kind\":\"asked\",\"who\":\"anna\",\"by\":\"nobody\""));
    assert_true(has(w, "\"password\":\"***\""));
    w->audit_waits = false;
    w->audit_serial = w->api.serials;
    api_world_audited(w);
    assert_int_equal(w->status, 200);
    assert_non_null(strstr(w->headers.data, "Set-Cookie: "));
    assert_true(has(w, "\"kind\":\"done\",\"of\":1,\"status\":200"));
    assert_false(has(w, "secret thing"));
    w->audit_why = "no room";
    assert_int_equal(login(w), 0);
    api_world_auth(w, true, "ok", "", "anna", "admin");
    assert_int_equal(w->status, 503);
    assert_null(strstr(w->headers.data, "Set-Cookie: "));
    /* it is known: no password is tried */
    str_copy(w->api.audit.why, sizeof(w->api.audit.why), STR("no room"));
    assert_int_equal(login(w), 503);
    assert_int_equal(w->asked_auth, 2);
}

/* A flood of wrong passwords: ten entries a minute and one that counts the others. */
static void test_flood(void **state)
{
    struct api_world *w = *state;

    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(login(w), 0);
        api_world_auth(w, false, "denied", "", "", "");
        assert_int_equal(w->status, 401);
    }
    assert_int_equal(count(w, "\"kind\":\"refused\",\"status\":401"), AUDIT_PACE_ENTRIES);
    assert_false(has(w, "secret thing"));
    assert_int_equal(count(w, "\"kind\":\"many\""), 0);
    api_world_forward(w, TIME_MIN);
    api_tick(&w->api);
    api_tick(&w->api);
    assert_int_equal(count(w, "\"kind\":\"many\""), 1);
    assert_true(has(w, "\"from\":\"127.0.0.1\",\"count\":990"));
    assert_int_equal(login(w), 0);
    api_world_auth(w, false, "denied", "", "", "");
    assert_int_equal(count(w, "\"kind\":\"refused\",\"status\":401"), AUDIT_PACE_ENTRIES + 1);
}

/* From many places at once. */
static void test_sources(void **state UNUSED)
{
    struct audit_pace p = {.n = 0};
    struct wall now = {1767268800 * TIME_S}, since;
    struct audit_pace_source s;
    unsigned entries = 0, told = 0;
    uint64_t more = 0;
    char from[32];

    for (unsigned i = 0; i < 100000; i++) {
        snprintf(from, sizeof(from), "10.%u.%u.%u", i % 50000 / 65536, i % 50000 / 256 % 256, i % 256);
        entries += audit_pace_take(&p, str_of(from), now);
    }
    assert_true(entries <= AUDIT_PACE_SOURCES * AUDIT_PACE_ENTRIES);
    assert_false(audit_pace_over(&p, now, &s, &since));
    now.us += TIME_MIN;
    while (audit_pace_over(&p, now, &s, &since)) {
        told++;
        more += s.more;
    }
    assert_true(told && told <= AUDIT_PACE_SOURCES);
    assert_int_equal(entries + more, 100000);
}

static void test_refused(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "POST", "/api/v1/reload", "", "", API_ROLE_OPERATOR), 403);
    assert_true(has(w, "\"kind\":\"refused\",\"status\":403,\"who\":\"tester\""));
    assert_true(has(w, "\"right\":\"reload.run\""));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/users", "", "", API_ROLE_VIEWER), 403);
    assert_int_equal(count(w, "\"kind\":\"refused\""), 1); /* reading changes nothing */
}

/* ---- the table ---- */

static void test_table(void **state UNUSED)
{
    static const char *const read_only[] = {"/api/v1/setup/check", "/api/v1/downtimes/preview",
                                            "/api/v1/results", "/nrdp"};

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        bool reads = strcmp(r->method, "GET") == 0 || r->form;

        for (size_t k = 0; k < ARRAY_LEN(read_only); k++)
            reads = reads || strcmp(r->path, read_only[k]) == 0;
        if (!reads && !r->audited)
            fail_msg("%s %s changes something and is not in the audit record: .audited = true", r->method,
                     r->path);
        if (r->audited && strcmp(r->method, "GET") == 0 && !strstr(r->path, "/logout")) /* Centreon's */
            fail_msg("%s %s: reading is not recorded", r->method, r->path);
        for (const struct body_field *f = r->body; f && f->name; f++)
            if (f->secret && !audit_body_hides(r, str_of(f->name)))
                fail_msg("%s %s: %s is a secret and would be recorded", r->method, r->path, f->name);
    }
}

/* ---- secrets ---- */

/* Members of bodies that nobody may read in the record; by hand, so that it does not follow what hides them. */
static bool is_secret(const char *name)
{
    static const char *const names[] = {"password", "old", "token", "code"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_text(const struct body_field *f)
{
    return f->type == BODY_TEXT || f->type == BODY_LINE;
}

/* Every text of the body says SECRET or PLAIN and its name. */
static void body_of(const struct api_route *r, struct buf *out)
{
    const char *comma = "";

    if (r->secret && r->late) {
        buf_printf(
            out,
            "{\"security\":{\"credentials\":{\"login\":\"PLAINlogin\",\"password\":\"SECRETpassword\"}}}");
        return;
    }
    if (!r->body)
        return;
    buf_add_char(out, '{');
    for (const struct body_field *f = r->body; f && f->name; f++) {
        if (!is_text(f))
            continue;
        buf_printf(out, "%s\"%s\":\"%s%s\"", comma, f->name, is_secret(f->name) ? "SECRET" : "PLAIN",
                   f->name);
        comma = ",";
    }
    buf_add_char(out, '}');
}

/* The route's path, with a service or a name in place of what is in braces. */
static void path_of(const struct api_route *r, struct buf *out)
{
    bool resource = strstr(r->path, "/resources/{") != NULL;

    for (const char *at = r->path; *at; at++) {
        if (*at != '{') {
            buf_add_char(out, *at);
            continue;
        }
        buf_add_str(out, str_of(strncmp(at, "{version}", 9) == 0 ? "v21.10"
                                : resource                       ? "1002"
                                                                 : "somebody"));
        at = strchr(at, '}');
    }
}

static void ask_for(struct api_world *w, const struct api_route *r)
{
    struct buf path = BUF_INIT, body = BUF_INIT, query = BUF_INIT;
    bool open = r->right == RIGHT_OPEN;

    path_of(r, &path);
    body_of(r, &body);
    buf_printf(&query, "%s%s", r->query ? r->query[0] : "", r->query ? "=me" : "");
    buf_clear(&w->audit);
    api_world_ask(w, r->method, path.data, query.data, body.data,
                  open || r->secret ? API_ROLE_NONE : API_ROLE_ADMIN);
    if (r->late)
        api_world_auth(w, true, "ok", "", "anna", "admin");
    api_gone(&w->api, API_BY_WEB, w->ids);
    if (!has(w, "\"kind\":"))
        fail_msg("%s %s is in no entry: answered with %d", r->method, r->path, w->status);
    if (has(w, "SECRET") || has(w, "vgt_"))
        fail_msg("%s %s: a secret stands in the record: %s", r->method, r->path, w->audit.data);
    if (has(w, "\"kind\":\"asked\""))
        for (const struct body_field *f = r->body; f && f->name; f++)
            if (is_text(f) && !is_secret(f->name) && !strstr(w->audit.data, f->name))
                fail_msg("%s %s: what was asked as %s is not in the record: %s", r->method, r->path, f->name,
                         w->audit.data);
    if (strstr(r->path, "/resources/{id}") && !has(w, "\"objects\":[\"h0000;s00\"]"))
        fail_msg("%s %s does not name whom it is about: %s", r->method, r->path, w->audit.data);
    if (strstr(r->path, "{name}") && !has(w, "\"objects\":[\"somebody\"]"))
        fail_msg("%s %s does not name whom it is about: %s", r->method, r->path, w->audit.data);
    if (r->query && !has(w, ":\"me\""))
        fail_msg("%s %s: what its address said is not in the record: %s", r->method, r->path, w->audit.data);
    buf_release(&path);
    buf_release(&body);
    buf_release(&query);
}

static void test_secrets(void **state)
{
    struct api_world *w = *state;
    unsigned asked = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        if (!r->audited)
            continue;
        api_world_forward(w, TIME_MIN); /* no flood */
        api_tick(&w->api);
        ask_for(w, r);
        asked += has(w, "\"kind\":\"asked\"");
    }
    assert_true(asked > 30);
}

static void test_body(void **state UNUSED)
{
    static const struct body_field fields[] = {{"old", BODY_TEXT, true, 1, 10, NULL, "", .secret = true},
                                               {"name", BODY_TEXT, true, 1, 10, NULL, ""},
                                               {NULL}};
    static const struct api_route route = {.body = fields};
    static const struct {
        const char *body, *want;
    } cases[] = {
        {"{\"old\":\"x\",\"name\":\"n\"}", "{\"old\":\"***\",\"name\":\"n\"}"},
        {"{\"a\":[{\"newPassword\":\"x\",\"b\":1}],\"totp_code\":123456}",
         "{\"a\":[{\"newPassword\":\"***\",\"b\":1}],\"totp_code\":\"***\"}"},
        {"{\"t\":true,\"n\":null,\"f\":1.5}", "{\"t\":true,\"n\":null,\"f\":1.5}"},
        {"{\"password\":\"x\"", "{\"bytes\":15}"}, /* no JSON: who knows what it holds */
        {"password=x", "{\"bytes\":10}"},
    };
    struct arena arena = ARENA_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str got = audit_body(&arena, &route, str_of(cases[i].body));

        if (!str_eq_c(got, cases[i].want))
            fail_msg("%s became " STR_FMT, cases[i].body, STR_ARG(got));
    }
    arena_release(&arena);
}

static void test_list(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/audit", "", "", API_ROLE_OPERATOR), 403);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/audit", "outcome=good", "", API_ROLE_ADMIN), 400);
    assert_non_null(strstr(w->body.data, "done, refused, failed, unknown"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/audit", "limit=0", "", API_ROLE_ADMIN), 400);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/audit", "from=now", "", API_ROLE_ADMIN), 400);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/audit", "who=anna&limit=5", "", API_ROLE_ADMIN), 0);
    assert_string_equal(w->question.data, "audit|limit=5|who=anna");
    api_world_rows(w, "200 application/json\n{\"entries\":[],\"next\":null}");
    assert_int_equal(w->status, 200);
    assert_string_equal(w->body.data, "{\"entries\":[],\"next\":null}");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE(test_before), CASE(test_left),  CASE(test_away),    CASE(test_lost),
        CASE(test_login),  CASE(test_flood), CASE(test_refused), CASE(test_sources),
        CASE(test_table),  CASE(test_body),  CASE(test_list),    CASE(test_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
