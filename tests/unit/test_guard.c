/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what: what each role may and what routes ask for, written down here; every route for every role and for each right alone; and the rules against other sites. */
#include "api/api_ask.h"
#include "api/route.h"
#include "api_world.h"
#include "wire/dialect.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

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

/* ---- each route for each role ---- */

/* What each role may, written down here once more and not read from the table: whoever gives a role more than this says so twice. */
static const struct {
    const char *word;
    enum api_role least;
    bool privileged;
} expected[] = {
    {"resources.read", API_ROLE_VIEWER, false},
    {"events.read", API_ROLE_VIEWER, false},
    {"series.read", API_ROLE_VIEWER, false},
    {"platform.read", API_ROLE_VIEWER, false},
    {"renames.read", API_ROLE_VIEWER, false},
    {"commands.read", API_ROLE_VIEWER, false},
    {"resources.check", API_ROLE_OPERATOR, false},
    {"resources.acknowledge", API_ROLE_OPERATOR, false},
    {"resources.downtime", API_ROLE_OPERATOR, false},
    {"resources.comment", API_ROLE_OPERATOR, false},
    {"resources.submit", API_ROLE_OPERATOR, false},
    {"filters.share", API_ROLE_OPERATOR, false},
    {"users.read", API_ROLE_ADMIN, false},
    {"roles.read", API_ROLE_ADMIN, false},
    {"tokens.read", API_ROLE_ADMIN, false},
    {"sessions.read", API_ROLE_ADMIN, false},
    {"audit.read", API_ROLE_ADMIN, false},
    {"jobs.read", API_ROLE_ADMIN, false},
    {"jobs.cancel", API_ROLE_ADMIN, false},
    {"reload.run", API_ROLE_ADMIN, true},
    {"commands.send", API_ROLE_ADMIN, true},
    {"renames.write", API_ROLE_ADMIN, true},
    {"users.write", API_ROLE_ADMIN, true},
    {"users.view_as", API_ROLE_ADMIN, true},
    {"roles.write", API_ROLE_ADMIN, true},
    {"tokens.write", API_ROLE_ADMIN, true},
    {"sessions.end", API_ROLE_ADMIN, true},
};

static size_t expected_of(enum right right)
{
    for (size_t i = 0; i < ARRAY_LEN(expected); i++)
        if (strcmp(expected[i].word, right_word(right)) == 0)
            return i;
    fail_msg("%s: nothing here says who may have it", right_word(right));
    return 0;
}

static enum api_role least(enum right right)
{
    switch (right) {
    case RIGHT_OPEN:
    case RIGHT_HERE: return API_ROLE_NONE;
    case RIGHT_SELF: return API_ROLE_VIEWER;
    default: return expected[expected_of(right)].least;
    }
}

static void test_roles(void **state UNUSED)
{
    assert_int_equal(ARRAY_LEN(expected), RIGHT_END - RIGHT_FIRST);
    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        size_t i = expected_of((enum right)r);

        for (int role = API_ROLE_NONE; role <= API_ROLE_ADMIN; role++)
            if (((right_mask((enum api_role)role) & right_bit((enum right)r)) != 0) !=
                (role >= (int)expected[i].least))
                fail_msg("%s: %s", who_role_word((enum api_role)role), expected[i].word);
        if (right_row((enum right)r)->privileged != expected[i].privileged)
            fail_msg("%s: privileged", expected[i].word);
    }
}

/* ---- rules over all routes ---- */

/* Where anybody comes in without signing in, and what somebody does with his own session. All other routes take a right. */
static bool takes_no_right(const struct api_route *r)
{
    static const char *const open[] = {"GET /api/v1/setup",
                                       "POST /api/v1/setup",
                                       "POST /api/v1/setup/check",
                                       "POST /api/v1/login",
                                       "GET /centreon/api/{version}/platform/versions",
                                       "POST /centreon/api/{version}/login"},
                             *const own[] = {
                                 "POST /api/v1/logout", "GET /api/v1/session",
                                 "POST /api/v1/session/password", "GET /api/v1/openapi.json",
                                 "POST /api/v1/session/totp", "POST /api/v1/session/totp/confirm",
                                 "POST /api/v1/session/totp/off", "POST /api/v1/session/totp/recovery",
                                 /* the right is the action's, of which the handler asks */
                                 "POST /api/v1/actions",
                                 /* one's own; those of others take a right, of which the handler asks */
                                 "GET /api/v1/jobs", "GET /api/v1/jobs/{id}", "DELETE /api/v1/jobs/{id}",
                                 "GET /api/v1/filters", "PUT /api/v1/filters/{name}",
                                 "DELETE /api/v1/filters/{name}", "GET /api/v1/sessions",
                                 "DELETE /api/v1/sessions", "DELETE /api/v1/sessions/{id}",
                                 "GET /centreon/api/{version}/logout"};
    char text[128];

    snprintf(text, sizeof(text), "%s %s", r->method, r->path);
    for (size_t i = 0; i < ARRAY_LEN(open); i++)
        if (r->right == RIGHT_OPEN && strcmp(text, open[i]) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        if (r->right == RIGHT_SELF && strcmp(text, own[i]) == 0)
            return true;
    return r->right == RIGHT_HERE && strcmp(text, "GET /metrics") == 0;
}

/* Paths of what rules Vigie, and what their rights are of. */
static const char *ruled(const char *path)
{
    static const char *const parts[][2] = {
        {"/api/v1/users", "users."},       {"/api/v1/tokens", "tokens."},
        {"/api/v1/roles", "roles."},       {"/api/v1/sessions", "sessions."},
        {"/api/v1/audit", "audit."},       {"/api/v1/jobs", "jobs."},
        {"/api/v1/renames", "renames."},   {"/api/v1/reload", "reload."},
        {"/api/v1/commands", "commands."}, {"/api/v1/setup/link", "users."},
        {"/api/v1/user-groups", "users."},
    };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t n = strlen(parts[i][0]);

        if (strncmp(path, parts[i][0], n) == 0 && (!path[n] || path[n] == '/'))
            return parts[i][1];
    }
    return NULL;
}

/* What a right opens: what a route does decides which right it asks for, at the least. */
static void test_routes(void **state UNUSED)
{
    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        bool changes = strcmp(r->method, "GET") != 0 && !r->form;
        const char *of = ruled(r->path), *word = right_word(r->right);
        size_t e;

        if (takes_no_right(r))
            continue;
        e = expected_of(r->right);
        if (changes != (strstr(word, ".read") == NULL))
            fail_msg("%s %s asks for %s: %s", r->method, r->path, word,
                     changes ? "it changes something" : "it only reads");
        if (changes && expected[e].least == API_ROLE_VIEWER)
            fail_msg("%s %s changes something, and a viewer may", r->method, r->path);
        if (changes && r->scope == SCOPE_ALL && !expected[e].privileged)
            fail_msg("%s %s rules everything, and %s is no right of that kind", r->method, r->path, word);
        if (of ? strncmp(word, of, strlen(of)) != 0
               : strncmp(word, "resources.", 10) != 0 && strncmp(word, "events.", 7) != 0 &&
                     strncmp(word, "series.", 7) != 0 && strncmp(word, "platform.", 9) != 0)
            fail_msg("%s %s asks for %s, not for one of %s", r->method, r->path, word,
                     of ? of : "what is watched");
    }
}

/* Which right a change of something watched takes, by the end of its path. */
static void test_changes(void **state UNUSED)
{
    static const struct {
        const char *method, *path, *word;
    } changes[] = {
        {"POST", "/api/v1/resources/{id}/check", "resources.check"},
        {"POST", "/api/v1/resources/{id}/acknowledge", "resources.acknowledge"},
        {"DELETE", "/api/v1/resources/{id}/acknowledgement", "resources.acknowledge"},
        {"POST", "/api/v1/resources/{id}/downtime", "resources.downtime"},
        {"POST", "/api/v1/resources/{id}/comment", "resources.comment"},
        {"POST", "/api/v1/resources/{id}/submit", "resources.submit"},
        {"DELETE", "/api/v1/downtimes/{id}", "resources.downtime"},
        {"DELETE", "/api/v1/comments/{id}", "resources.comment"},
        {"POST", "/api/v1/commands", "commands.send"},
        {"POST", "/api/v1/reload", "reload.run"},
        {"POST", "/api/v1/setup/link", "users.write"},
        {"POST", "/centreon/api/{version}/monitoring/resources/acknowledge", "resources.acknowledge"},
        {"POST", "/centreon/api/{version}/monitoring/resources/downtime", "resources.downtime"},
        {"POST", "/centreon/api/{version}/monitoring/resources/check", "resources.check"},
        {"POST", "/nrdp", "resources.submit"},
        {"POST", "/api/v1/results", "resources.submit"},
        {"POST", "/api/v1/downtimes/preview", "resources.downtime"},
    };
    unsigned found = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        bool is_known = takes_no_right(r) || strcmp(r->method, "GET") == 0 || r->form ||
                        strstr(right_word(r->right), ".write");

        for (size_t k = 0; k < ARRAY_LEN(changes); k++) {
            if (strcmp(r->method, changes[k].method) != 0 || strcmp(r->path, changes[k].path) != 0)
                continue;
            found++;
            is_known = true;
            assert_string_equal(right_word(r->right), changes[k].word);
        }
        if (!is_known)
            fail_msg("%s %s: nothing here says which right it takes", r->method, r->path);
    }
    assert_int_equal(found, ARRAY_LEN(changes));
}

static void fill(const char *pattern, char *out, size_t size)
{
    const char *brace = strchr(pattern, '{');
    const char *end = brace ? strchr(brace, '}') : NULL;

    if (brace)
        snprintf(out, size, "%.*s%s%s", (int)(brace - pattern), pattern,
                 str_starts(str_of(brace), STR("{version}")) ? "v24.04" : "1000", end + 1);
    else
        snprintf(out, size, "%s", pattern);
}

/* What the status means: NRDP's clients get 200 with their own, and the words. */
static int meant(const struct api_world *w, const char *path, int status)
{
    if (dialect_of(str_of(path)) != DIALECT_NRDP || status != 200 || !strstr(w->body.data, "<status>-1<"))
        return status;
    return strstr(w->body.data, "The token is missing")   ? 401
           : strstr(w->body.data, "This needs the right") ? 403
                                                          : 400;
}

static unsigned asked(const struct api_world *w)
{
    return w->asked_auth + w->asked_engine + w->asked_why + w->asked_reader + w->asked_reload +
           w->asked_store;
}

/* A change is recorded. Of the questions that are no GET one holds a secret, which shall stand in no address, those with a form or a choice are too long for one. Results of programs are the journal's
 * inputs, thousands a second, and stand there. */
static bool may_be_unrecorded(const struct api_route *r)
{
    return strcmp(r->method, "GET") == 0 || r->form || strcmp(r->path, "/api/v1/setup/check") == 0 ||
           strcmp(r->path, "/api/v1/downtimes/preview") == 0 || strcmp(r->path, "/api/v1/results") == 0 ||
           strcmp(r->path, "/nrdp") == 0;
}

static void test_matrix(void **state)
{
    struct api_world *w = *state;
    char path[128];
    unsigned checked = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        assert_non_null(r->doc);
        assert_true(r->audited || may_be_unrecorded(r));
        fill(r->path, path, sizeof(path));
        for (int role = API_ROLE_NONE; role <= API_ROLE_ADMIN; role++) {
            unsigned answers = w->answers, before = asked(w);
            int status = api_world_ask(w, r->method, path, "", "", (enum api_role)role);
            bool refused;

            status = meant(w, path, status);
            refused = w->answers > answers && (status == 401 || status == 403);

            if (role < (int)least(r->right)) {
                if (!refused || status != (role == API_ROLE_NONE ? 401 : 403))
                    fail_msg("%s %s as %s: %d", r->method, r->path, who_role_word((enum api_role)role),
                             status);
                /* and nobody else has heard of it: at most auth was asked who this is */
                assert_true(asked(w) <= before + 1);
            } else if (refused) {
                fail_msg("%s %s as %s is refused: %d %s", r->method, r->path,
                         who_role_word((enum api_role)role), status, w->body.data);
            }
            checked++;
        }
    }
    assert_int_equal(checked, route_count * 4);
}

/* A request of somebody with these rights, whatever their role is called. */
static int with_rights(struct api_world *w, const char *method, const char *path, uint64_t rights)
{
    struct api_who who = {.by = API_BY_TOKEN,
                          .role = "viewer",
                          .rights = rights,
                          .grant = {{rights, NULL}},
                          .n_grants = 1,
                          .name = "custom"};
    struct api_request q = {.source = API_BY_WEB,
                            .id = ++w->ids,
                            .method = str_of(method),
                            .path = str_of(path),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .authorization = STR("Bearer vgt_custom")};

    who_key(STR("vgt_custom"), who.key);
    who_cache_put(w->api.cache, WHO_BY_SECRET, &who, w->mono);
    w->status = 0;
    api_world_receive(w, &q);
    return w->status;
}

/* Each right alone opens the routes that ask for it, and no other: a mask of one's own needs no code of its own. */
static void test_one_right_alone(void **state)
{
    struct api_world *w = *state;
    char path[128], want[64];

    for (int right = RIGHT_FIRST; right < RIGHT_END; right++) {
        for (size_t i = 0; i < route_count; i++) {
            const struct api_route *r = &route_table[i];
            bool may = (int)r->right == right || !right_row(r->right);
            unsigned before = asked(w);
            int status;

            fill(r->path, path, sizeof(path));
            status = meant(w, path, with_rights(w, r->method, path, right_bit((enum right)right)));
            if (may && (status == 401 || status == 403))
                fail_msg("%s %s with %s alone is refused", r->method, r->path, right_word((enum right)right));
            if (may)
                continue;
            snprintf(want, sizeof(want), "\"right\":\"%s\"", right_word(r->right));
            if (status != 403 || asked(w) != before ||
                (dialect_of(str_of(path)) == DIALECT_OURS && !strstr(w->body.data, want)))
                fail_msg("%s %s with %s alone: %d %s", r->method, r->path, right_word((enum right)right),
                         status, w->body.data);
        }
        api_source_lost(&w->api, API_BY_WEB);
    }
}

static void test_rights_table(void **state UNUSED)
{
    uint64_t all = 0;

    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        const struct right_row *row = right_row((enum right)r);

        assert_int_equal(all & right_bit((enum right)r), 0);
        all |= right_bit((enum right)r);
        for (int k = RIGHT_FIRST; k < r; k++)
            assert_string_not_equal(row->word, right_row((enum right)k)->word);
        assert_true(strchr(row->word, '.') && row->least != API_ROLE_NONE);
        assert_true(str_is_utf8(str_of(row->fr)));
        assert_string_not_equal(row->en, row->fr);
        assert_true(!row->privileged || row->least == API_ROLE_ADMIN);
    }
    assert_int_equal(right_mask(API_ROLE_NONE), 0);
    assert_true(right_mask(API_ROLE_VIEWER) & right_bit(RIGHT_RESOURCES_READ));
    assert_true(right_mask(API_ROLE_ADMIN) == all);
    assert_int_equal(right_bit(RIGHT_NOBODY) | right_bit(RIGHT_SELF) | right_bit(RIGHT_END), 0);
}

static void test_no_right_denies(void **state UNUSED)
{
    struct api_request q = {.who = {.by = API_BY_UID, .role = "admin", .rights = UINT64_MAX},
                            .method = STR("GET")};

    assert_int_equal(guard_right(&q, RIGHT_NOBODY).status, 403);
    assert_int_equal(guard_right(&q, RIGHT_NOBODY).problem, PROBLEM_NOBODY_MAY);
    assert_int_equal(guard_right(&q, RIGHT_END).status, 403);
    assert_int_equal(guard_right(&q, RIGHT_END).problem, PROBLEM_NOBODY_MAY);
}

/* What is open to this machine needs a right from elsewhere, and one that fits. */
static void test_right_of_here(void **state UNUSED)
{
    struct api_request q = {.source = API_BY_WEB,
                            .who = {.by = API_BY_TOKEN, .rights = ~right_bit(RIGHT_PLATFORM_READ)},
                            .peer = STR("192.0.2.7"),
                            .method = STR("GET")};

    assert_int_equal(guard_right(&q, RIGHT_HERE).status, 403);
    assert_int_equal(guard_right(&q, RIGHT_HERE).right, RIGHT_PLATFORM_READ);
    q.who.rights = right_bit(RIGHT_PLATFORM_READ);
    assert_int_equal(guard_right(&q, RIGHT_HERE).status, 0);
    q.who.by = API_BY_NOBODY;
    assert_int_equal(guard_right(&q, RIGHT_HERE).status, 401);
    q.peer = STR("127.0.0.1");
    assert_int_equal(guard_right(&q, RIGHT_HERE).status, 0);
}

/* Each route says of which hosts and services it speaks; one that does not is denied. */
static void test_scopes(void **state UNUSED)
{
    static const struct sight bounded;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        bool one = strstr(r->path, "/resources/{id}") || strstr(r->path, "/downtimes/{id}") ||
                   strstr(r->path, "/comments/{id}");

        if (r->scope == SCOPE_MISSING || one != (r->scope == SCOPE_RESOURCE))
            fail_msg("%s %s says nothing, or something else, of what it speaks of", r->method, r->path);
        if (right_row(r->right) && right_row(r->right)->privileged && r->scope != SCOPE_ALL)
            fail_msg("%s %s rules everything, and is not for those alone who see everything", r->method,
                     r->path);
        assert_int_equal(guard_scope(r->scope, NULL, r->right).status, 0);
        assert_int_equal(guard_scope(r->scope, &bounded, r->right).status, r->scope == SCOPE_ALL ? 403 : 0);
    }
    assert_int_equal(guard_scope(SCOPE_MISSING, NULL, RIGHT_RESOURCES_READ).status, 403);
}

/* The refusal says what it takes, in the language of who asks. */
static void test_refusal_names_the_right(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(
        api_world_ask(w, "POST", "/api/v1/resources/1000/acknowledge", "", "{}", API_ROLE_VIEWER), 403);
    assert_non_null(strstr(w->body.data, "\"code\":\"needs_right\",\"detail\":\"This needs the right to "
                                         "acknowledge problems; your role viewer does not have it.\","
                                         "\"right\":\"resources.acknowledge\""));
    w->language = "fr";
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/users", "", "{}", API_ROLE_OPERATOR), 403);
    assert_non_null(strstr(w->body.data, "Il faut pour cela le droit suivant : créer, modifier et supprimer "
                                         "des utilisateurs. Votre rôle (opérateur) ne l'a pas."));
    assert_non_null(strstr(w->body.data, "\"right\":\"users.write\""));
    assert_int_equal(api_world_ask(w, "POST", "/api/v1/users", "", "{}", API_ROLE_NONE), 401);
    assert_null(strstr(w->body.data, "\"right\""));
}

/* ---- other sites ---- */

static void test_csrf(void **state UNUSED)
{
    static const struct {
        const char *method, *origin, *fetch_site, *type, *csrf, *body;
        enum api_by by;
        int status;
    } cases[] = {
        {"GET", NULL, NULL, NULL, NULL, "", API_BY_SESSION, 0},
        {"GET", "http://evil", "cross-site", NULL, NULL, "", API_BY_SESSION, 403},
        {"GET", NULL, "same-site", NULL, NULL, "", API_BY_SESSION, 403}, /* another port of this machine */
        {"GET", NULL, "none", NULL, NULL, "", API_BY_SESSION, 0},        /* typed by hand */
        {"POST", NULL, NULL, "application/json", "good", "{}", API_BY_SESSION, 0},
        {"POST", "http://vigie:80", "same-origin", "application/json", "good", "{}", API_BY_SESSION, 0},
        {"POST", "http://vigie:80", "same-origin", "application/json; charset=utf-8", "good", "{}",
         API_BY_SESSION, 0},
        {"POST", "http://vigie:80", "same-origin", "application/json", "bad", "{}", API_BY_SESSION, 403},
        {"POST", "http://vigie:80", "same-origin", "application/json", "", "{}", API_BY_SESSION, 403},
        {"POST", "http://vigie:80", "same-origin", "application/json", NULL, "{}", API_BY_SESSION, 403},
        {"POST", "http://vigie:80", "same-origin", "application/json", "goodgood", "{}", API_BY_SESSION, 403},
        {"POST", "https://vigie:80", NULL, "application/json", "good", "{}", API_BY_SESSION, 403},
        {"POST", "http://vigie:81", NULL, "application/json", "good", "{}", API_BY_SESSION, 403},
        {"POST", "http://vigie:80.evil", NULL, "application/json", "good", "{}", API_BY_SESSION, 403},
        {"POST", "null", NULL, "application/json", "good", "{}", API_BY_SESSION, 403},
        {"POST", NULL, "cross-site", "application/json", "good", "{}", API_BY_SESSION, 403},
        {"POST", NULL, NULL, "text/plain", "good", "{}", API_BY_SESSION, 415},
        {"POST", NULL, NULL, "application/x-www-form-urlencoded", "good", "a=b", API_BY_SESSION, 415},
        {"POST", NULL, NULL, NULL, "good", "{}", API_BY_SESSION, 415},
        {"DELETE", NULL, NULL, NULL, "good", "", API_BY_SESSION, 0},
        {"DELETE", NULL, NULL, NULL, NULL, "", API_BY_SESSION, 403},
        {"POST", NULL, NULL, "application/json", NULL, "{}", API_BY_TOKEN,
         0}, /* a token is not sent by a browser of itself */
        {"POST", "http://evil", NULL, "application/json", NULL, "{}", API_BY_TOKEN, 403},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct api_request q = {.source = API_BY_WEB,
                                .method = str_of(cases[i].method),
                                .origin = str_of(cases[i].origin),
                                .fetch_site = str_of(cases[i].fetch_site),
                                .content_type = str_of(cases[i].type),
                                .csrf = str_of(cases[i].csrf),
                                .body = str_of(cases[i].body),
                                .host = STR("vigie:80"),
                                .who = {.by = cases[i].by, .csrf = "good"}};
        struct guard_verdict v = guard_request(&q);

        who_grant(&q.who, API_ROLE_ADMIN);
        if (!v.status)
            v = guard_right(&q, RIGHT_RESOURCES_CHECK);
        if (v.status != cases[i].status)
            fail_msg("case %zu: %d instead of %d", i, v.status, cases[i].status);
    }
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_changes),
        WORLD(test_matrix),
        WORLD(test_one_right_alone),
        cmocka_unit_test(test_rights_table),
        cmocka_unit_test(test_no_right_denies),
        cmocka_unit_test(test_right_of_here),
        cmocka_unit_test(test_scopes),
        WORLD(test_refusal_names_the_right),
        cmocka_unit_test(test_csrf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
