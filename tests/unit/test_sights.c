/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every route for every built-in role and for who sees everything, a part, or nothing: the verdict follows from the table of routes alone. What is out of sight is called ZZ, in every name, output, comment and
 * group, and no answer, question or stream holds a ZZ; and whoever asks for a ZZ by name is told the same as of a name that there never was. A route that is added is walked with the others.
 */
#include "api/resource.h"
#include "api/route.h"
#include "api/stream.h"
#include "api_world.h"
#include "core/why.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define PART    "[\"hostgroup:seen\",\"service:half/ok\"]"
#define NOTHING "[]"

#define HOST(name, more)                                                                                     \
    "define host {\n host_name " name "\n check_command ping!a\n max_check_attempts 3\n"                     \
    " check_period always\n notification_period always\n" more "}\n"
#define SERVICE(host, name, more)                                                                            \
    "define service {\n host_name " host "\n service_description " name                                      \
    "\n check_command ping!a\n max_check_attempts 3\n"                                                       \
    " check_period always\n notification_period always\n contacts ann\n" more "}\n"

#define PERSON(name)                                                                                         \
    "define contact {\n contact_name " name "\n alias " name "alias\n host_notifications_enabled 0\n"        \
    " service_notifications_enabled 0\n host_notification_period always\n"                                   \
    " service_notification_period always\n host_notification_commands ping\n"                                \
    " service_notification_commands ping\n}\n"

/* Of host half only the service ok is in sight; web hangs behind ZZrouter, and ZZchild behind web. What ZZother refers to is nobody else's. */
static const char objects[] =
    "define command {\n command_name ZZcommand\n command_line /bin/true\n}\n"
    "define timeperiod {\n timeperiod_name ZZperiod\n alias ZZtime\n monday 00:00-24:00\n}\n" PERSON(
        "ZZperson") "define contactgroup {\n contactgroup_name ZZteam\n alias ZZteamalias\n members "
                    "ZZperson,ann\n}\n"
                    "define host {\n host_name ZZother\n check_command ZZcommand\n max_check_attempts 3\n"
                    " check_period ZZperiod\n notification_period ZZperiod\n contacts ann\n contact_groups "
                    "ZZteam\n}\n"
                    "define hostgroup {\n hostgroup_name seen\n alias In sight\n members web\n}\n"
                    "define hostgroup {\n hostgroup_name ZZgroup\n alias ZZalias\n members "
                    "ZZhost,ZZrouter\n}\n"
                    "define hostgroup {\n hostgroup_name mixed\n members web,ZZhost,half\n}\n"
                    "define servicegroup {\n servicegroup_name ZZsg\n members ZZhost,ZZsvc,half,ZZhidden\n}\n"
                    "define servicegroup {\n servicegroup_name mixedsg\n members "
                    "web,http,ZZhost,ZZsvc,half,ok\n}\n" HOST(
                        "web", " alias Web\n address 192.0.2.1\n parents ZZrouter\n contacts ann\n")
                        HOST("half", " alias ZZhalf\n display_name ZZdisplay\n address ZZ.example\n contacts "
                                     "ann\n _SECRET ZZvar\n")
                            HOST("ZZhost", " alias ZZa\n address 192.0.2.99\n contacts ann\n")
                                HOST("ZZrouter", " address 192.0.2.98\n contacts ann\n")
                                    HOST("ZZchild", " address 192.0.2.97\n parents web\n contacts ann\n")
                                        SERVICE("web", "http", "") SERVICE("ZZhost", "ZZsvc", "")
                                            SERVICE("half", "ZZhidden", "")
                                                SERVICE("half", "ok",
                                                        " notes $HOSTALIAS$ $HOSTADDRESS$ $HOSTOUTPUT$ "
                                                        "$_HOSTSECRET$ $HOSTNAME$\n");

enum { DOWNTIME_SEEN = 11, DOWNTIME_ZZ, COMMENT_SEEN, COMMENT_ZZ, NOBODY = 999999 };

static uint32_t host_of(const struct api_world *w, const char *name)
{
    return model_find_host(&w->model, str_of(name));
}

static uint32_t service_of(const struct api_world *w, const char *host, const char *name)
{
    return model_find_service(&w->model, str_of(host), str_of(name));
}

static void note(struct api_world *w, uint32_t idx, unsigned downtime, unsigned comment, const char *text)
{
    assert_true(board_put_downtime(&w->writer, &(struct board_downtime){.id = downtime, .idx = idx},
                                   STR("ann"), str_of(text)));
    assert_true(board_put_comment(&w->writer,
                                  &(struct board_comment){.id = comment, .idx = idx, .entry_type = 1},
                                  STR("ann"), str_of(text)));
}

static int set_up(void **state)
{
    struct api_world *w = api_world_more(0, 0, objects);
    struct board_check c;
    uint32_t web = host_of(w, "web");

    for (uint32_t i = 0; i < w->model.n_check; i++)
        api_world_put(w, i, 1, BOARD_CHECKED, w->wall.us - TIME_H, "ZZoutput");
    api_world_put(w, web, 0, BOARD_CHECKED, w->wall.us - TIME_H, "clear output");
    api_world_put(w, service_of(w, "web", "http"), 1, BOARD_CHECKED, w->wall.us - TIME_H, "clear output");
    api_world_put(w, service_of(w, "half", "ok"), 2, BOARD_CHECKED, w->wall.us - TIME_H, "clear output");
    buf_add_c(
        &w->api.reload,
        "{\"time\":\"2023-11-14T22:13:20Z\",\"ok\":false,\"generation\":1,\"error_count\":1,\"errors\":["
        "{\"file\":\"ZZ.cfg\",\"line\":1,\"column\":2,\"text\":\"ZZhost\"}]}");
    buf_add_c(&w->api.config_warnings,
              "[{\"file\":\"ZZ.cfg\",\"line\":1,\"column\":2,\"text\":\"ZZhost has no contact\"}]");
    board_read_check(&w->api.board, web, &c); /* its board says why: the parents, and a master */
    c.why_state = (struct board_why){.code = WHY_STATE_PARENTS, .idx = web};
    c.why_notify = (struct board_why){.code = WHY_NOTIFY_DEPENDENCY, .idx = service_of(w, "ZZhost", "ZZsvc")};
    board_put_check(&w->writer, web, &c, STR("clear output"), STR(""), STR("time=1s"), STR_NULL);
    note(w, web, DOWNTIME_SEEN, COMMENT_SEEN, "clear note");
    note(w, host_of(w, "ZZhost"), DOWNTIME_ZZ, COMMENT_ZZ, "ZZnote");
    w->api.series.last_oid = 1000 + host_of(w, "ZZhost");
    snprintf(w->api.series.last_label, sizeof(w->api.series.last_label), "ZZlabel");
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

/* ---- asking, until there is an answer ---- */

static struct api_request *under_way(struct api_world *w)
{
    struct str key;
    uint64_t p;

    for (size_t i = 0; i < w->api.pending.n_entry; i++)
        if (map_at(&w->api.pending, i, &key, &p))
            return (struct api_request *)(uintptr_t)p;
    return NULL;
}

/* What the reader is asked is bounded by the scope of who asks. */
static void check_question(const struct api_world *w, const struct api_request *q)
{
    struct buf want = BUF_INIT;
    bool named = strstr(w->question.data, "scope=") != NULL;
    const char *at = named ? strstr(w->question.data, "scope=") + 6 : strchr(w->question.data, '|') + 1;

    if (q->route->scope == SCOPE_ALL) /* only for who sees everything: of the audit record */
        return;
    if (q->sight)
        buf_printf(&want, "s:" STR_FMT "|", STR_ARG(buf_str(&q->sight->text)));
    else
        buf_add_c(&want, "0|");
    if (strncmp(at, want.data, want.len) != 0)
        fail_msg("the reader is asked %s", w->question.data);
    buf_release(&want);
}

/* The other roles' answers, as they are when they know nothing; the engine's reasons name what is out of sight. */
static void settle(struct api_world *w)
{
    struct api_request *q;

    for (int rounds = 0; (q = under_way(w)) != NULL && rounds < 20; rounds++) {
        switch (q->waits_for) {
        case API_FROM_READER:
            check_question(w, q);
            api_world_rows(w, "[]");
            break;
        case API_FROM_ENGINE:
            if (str_starts(buf_str(&w->question), STR("why")))
                api_world_why(w,
                              "0 66 0 0\tZZrouter, half\t\n1 94 0 1\tZZhost;ZZsvc\t\n3 24 0 0\tZZhost\t\n");
            else
                api_world_engine(w, true, "");
            break;
        case API_FROM_AUTH: api_world_auth(w, true, "ok", "", "tester", "viewer"); break;
        default: api_gone(&w->api, q->source, q->id);
        }
    }
    assert_null(under_way(w));
    api_source_lost(&w->api, API_BY_WEB); /* a stream is left */
}

static int ask(struct api_world *w, const struct api_route *r, const char *path, const char *query,
               enum api_role role, const char *scope)
{
    unsigned answers = w->answers;

    w->scope = scope;
    who_cache_clear(w->api.cache);
    buf_clear(&w->body);
    buf_clear(&w->question);
    api_world_ask(w, r->method, path, query, strcmp(r->method, "POST") == 0 && !r->form ? "{}" : "", role);
    settle(w);
    if (w->answers == answers)
        w->status = 0;
    return w->status;
}

/* The parts in braces become these, by turns; but the version in the addresses of Centreon's API. */
static void fill_names(const char *pattern, const char *first, const char *second, char *out, size_t size)
{
    const char *names[] = {first, second};
    size_t n = 0, k = 0;

    for (const char *p = pattern; *p && n + 1 < size; p++) {
        bool version = strncmp(p, "{version}", 9) == 0;

        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        n += (size_t)snprintf(out + n, size - n, "%s", version ? "latest" : names[k++ & 1]);
        p = strchr(p, '}');
    }
    out[MIN(n, size - 1)] = '\0';
}

static void fill(const char *pattern, unsigned id, char *out, size_t size)
{
    char text[16];

    snprintf(text, sizeof(text), "%u", id);
    fill_names(pattern, text, text, out, size);
}

/* ---- the verdicts ---- */

static bool needs_right(const struct api_route *r)
{
    return right_row(r->right) != NULL;
}

static bool may(const struct api_route *r, enum api_role role)
{
    return role != API_ROLE_NONE && (right_mask(role) & right_bit(r->right));
}

static bool says(const struct api_world *w, const char *text)
{
    return w->body.len && strstr(w->body.data, text);
}

static void clean(const struct api_world *w, const struct api_route *r, const char *scope)
{
    if (says(w, "ZZ") || strstr(w->headers.data, "ZZ"))
        fail_msg("%s %s tells who sees %s what is out of sight: %s", r->method, r->path, scope, w->body.data);
    if (strcmp(scope, NOTHING) == 0 && r->scope != SCOPE_NONE && /* whose answers are the same for all */
        (says(w, "\"web\"") || says(w, "half") || says(w, "clear") || says(w, "mixed")))
        fail_msg("%s %s tells who sees nothing of something: %s", r->method, r->path, w->body.data);
}

/* NRDP refuses in its own words. */
static void walk(struct api_world *w, const struct api_route *r, enum api_role role, const char *scope)
{
    char path[128];
    int status;

    fill(r->path, 1000 + host_of(w, "web"), path, sizeof(path));
    status = ask(w, r, path, "", role, scope);
    if (!needs_right(r)) {
        if (scope)
            clean(w, r, scope);
        return;
    }
    if (!may(r, role)) {
        if (strcmp(r->path, "/nrdp") == 0 ? !says(w, "<status>-1</status>")
                                          : status != (role == API_ROLE_NONE ? 401 : 403))
            fail_msg("%s %s as %s: %d %s", r->method, path, who_role_word(role), status, w->body.data);
        return;
    }
    if (scope)
        clean(w, r, scope);
    if (scope && r->scope == SCOPE_ALL) {
        if (status != 403 || !says(w, "\"code\":\"needs_everything\"") || !says(w, right_word(r->right)))
            fail_msg("%s %s of who sees a part: %d %s", r->method, r->path, status, w->body.data);
    } else if (status == 401 || status == 403) {
        fail_msg("%s %s as %s is refused: %s", r->method, r->path, who_role_word(role), w->body.data);
    }
}

static void test_every_route(void **state)
{
    static const char *const scopes[] = {NULL, PART, NOTHING};

    for (size_t i = 0; i < route_count; i++)
        for (int role = API_ROLE_NONE; role <= API_ROLE_ADMIN; role++)
            for (size_t s = 0; s < ARRAY_LEN(scopes); s++)
                walk(*state, &route_table[i], (enum api_role)role, scopes[s]);
}

/* What is out of sight is answered to the last letter like what never was. */
static void one_of(struct api_world *w, const struct api_route *r, unsigned seen, unsigned unseen)
{
    char path[128], none[32], id[32];
    struct buf never = BUF_INIT;
    int status;

    fill(r->path, unseen, path, sizeof(path));
    status = ask(w, r, path, "", API_ROLE_ADMIN, NULL);
    if (status == 401 || status == 403 || (status == 404 && strncmp(r->path, "/api/v1/resources/", 18) != 0))
        fail_msg("%s %s: who sees everything is told %d %s", r->method, path, status, w->body.data);
    fill(r->path, NOBODY, path, sizeof(path));
    assert_int_equal(ask(w, r, path, "", API_ROLE_ADMIN, PART), 404);
    buf_add_str(&never, buf_str(&w->body));
    fill(r->path, unseen, path, sizeof(path));
    if (ask(w, r, path, "", API_ROLE_ADMIN, PART) != 404 || !str_eq(buf_str(&never), buf_str(&w->body)))
        fail_msg("%s %s: %d %s, and of what never was %s", r->method, path, w->status, w->body.data,
                 never.data);
    snprintf(id, sizeof(id), "%u", unseen);
    snprintf(none, sizeof(none), "%u", NOBODY);
    assert_int_equal(ask(w, r, path, "", API_ROLE_ADMIN, NOTHING), 404);
    fill(r->path, seen, path, sizeof(path));
    status = ask(w, r, path, "", API_ROLE_ADMIN, PART);
    if (status == 401 || status == 403 || says(w, "\"code\":\"no_check\"") ||
        says(w, "\"code\":\"no_entry\""))
        fail_msg("%s %s is in sight: %d %s", r->method, path, status, w->body.data);
    buf_release(&never);
}

static void test_one_of_them(void **state)
{
    struct api_world *w = *state;
    unsigned walked = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        if (r->scope != SCOPE_RESOURCE)
            continue;
        walked++;
        if (strstr(r->path, "/downtimes/"))
            one_of(w, r, DOWNTIME_SEEN, DOWNTIME_ZZ);
        else if (strstr(r->path, "/comments/"))
            one_of(w, r, COMMENT_SEEN, COMMENT_ZZ);
        else {
            one_of(w, r, 1000 + host_of(w, "web"), 1000 + host_of(w, "ZZhost"));
            one_of(w, r, 1000 + service_of(w, "half", "ok"), 1000 + host_of(w, "half"));
            one_of(w, r, 1000 + service_of(w, "web", "http"), 1000 + service_of(w, "half", "ZZhidden"));
        }
    }
    assert_true(walked >= 12);
}

/* Asked for by name, in any parameter. */
static void replace(const struct buf *from, struct buf *to)
{
    buf_clear(to);
    for (size_t i = 0; i < from->len; i++)
        buf_add_char(to, from->data[i] == 'Q' ? 'Z' : from->data[i] == 'q' ? 'z' : from->data[i]);
}

/* before: all of the query that stands before the name. */
static void same_as_never(struct api_world *w, const struct api_route *r, const char *before,
                          const char *name)
{
    static const char *const scopes[] = {PART, NOTHING};
    struct buf answer = BUF_INIT, question = BUF_INIT, want = BUF_INIT;
    char query[128];

    for (size_t s = 0; s < ARRAY_LEN(scopes); s++) {
        int status, never;

        snprintf(query, sizeof(query), "%sQQ%s", before, name);
        never = ask(w, r, r->path, query, API_ROLE_ADMIN, scopes[s]);
        replace(&w->body, &answer);
        replace(&w->question, &question);
        snprintf(query, sizeof(query), "%sZZ%s", before, name);
        status = ask(w, r, r->path, query, API_ROLE_ADMIN, scopes[s]);
        replace(&w->body, &want);
        if (status != never || !str_eq(buf_str(&answer), buf_str(&want)))
            fail_msg("%s %s?%s: %d %s, and of what never was %d %s", r->method, r->path, query, status,
                     w->body.data, never, answer.data);
        replace(&w->question, &want);
        if (!str_eq(buf_str(&question), buf_str(&want)))
            fail_msg("%s %s?%s asks %s", r->method, r->path, query, w->question.data);
    }
    buf_release(&answer);
    buf_release(&question);
    buf_release(&want);
}

static void by_name(struct api_world *w, const struct api_route *r, const char *parameter, const char *name)
{
    char before[64];

    snprintf(before, sizeof(before), "%s=", parameter);
    same_as_never(w, r, before, name);
}

static void test_by_name(void **state)
{
    static const char *const names[] = {"host",  "svc",     "group",  "grou",     "sg",
                                        "alias", "hidden",  "half",   "output",   "note",
                                        "a",     "display", "router", ".example", ""};

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        for (size_t p = 0; r->scope == SCOPE_LIST && r->query && !strchr(r->path, '{') && r->query[p]; p++)
            for (size_t n = 0; n < ARRAY_LEN(names); n++)
                by_name(*state, r, r->query[p], names[n]);
    }
}

/* What a search goes on with, and what it says of a name that there is not for who asks. */
static void test_searches(void **state)
{
    static const struct {
        const char *key, *plant; /* what who sees everything is offered */
    } keys[] = {{"host", "ZZhost"},         {"service", "ZZsvc"},
                {"name", "ZZsvc"},          {"alias", "ZZa"},
                {"address", "ZZ.example"},  {"parent", "ZZrouter"},
                {"group", "ZZgroup"},       {"hostgroup", "ZZgroup"},
                {"servicegroup", "ZZsg"},   {"contact", "ZZperson"},
                {"contactgroup", "ZZteam"}, {"command", "ZZcommand"},
                {"period", "ZZperiod"},     {"label", NULL},
                {"severity", NULL},         {"tag", NULL}};
    static const char *const ends[] = {"", "host", "person", "perso", "team", "command", "period", "alias"};
    struct api_world *w = *state;
    const struct api_route list = {.method = "GET", .path = "/api/v1/resources"},
                           complete = {.method = "GET", .path = "/api/v1/resources/complete"};

    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        char query[128];

        snprintf(query, sizeof(query), "q=%s%%3Azz", keys[k].key);
        ask(w, &complete, complete.path, query, API_ROLE_ADMIN, NULL);
        assert_int_equal(w->status, 200);
        if (keys[k].plant && !says(w, keys[k].plant))
            fail_msg("%s is not offered: %s", query, w->body.data);
        ask(w, &complete, complete.path, query, API_ROLE_ADMIN, PART);
        clean(w, &complete, PART);
        for (size_t n = 0; n < ARRAY_LEN(ends); n++) {
            char parameter[64];

            snprintf(parameter, sizeof(parameter), "q=%s%%3A", keys[k].key);
            same_as_never(w, &list, parameter, ends[n]);
            same_as_never(w, &complete, parameter, ends[n]);
        }
    }
}

/* What a scope would show: counted is what one sees oneself, and a group or contact out of sight is one that there is not. */
static void test_scope_shown(void **state)
{
    static const char *const kinds[] = {"hostgroup", "servicegroup", "contact"};
    static const char *const names[] = {"group", "sg", "person", "nothing"};
    const struct api_route r = {.method = "GET", .path = "/api/v1/scope"};
    struct api_world *w = *state;
    char before[64];

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        for (size_t n = 0; n < ARRAY_LEN(names); n++) {
            char query[128];

            snprintf(before, sizeof(before), "terms=%%5B%%22%s%%3A", kinds[k]);
            snprintf(query, sizeof(query), "%s%%22%%5D", names[n]);
            same_as_never(w, &r, before, query);
        }
    }
    ask(w, &r, r.path, "terms=%5B%22host%3A*%22%5D", API_ROLE_ADMIN, PART);
    assert_string_equal(w->body.data, "{\"hosts\":1,\"services\":2,\"unknown\":[]}");
    ask(w, &r, r.path, "terms=%5B%22hostgroup%3Aseen%22,%22contact%3Aann%22,%22hostgroup%3AZZgroup%22%5D",
        API_ROLE_ADMIN, NULL);
    assert_true(says(w, "\"unknown\":[]"));
    ask(w, &r, r.path, "terms=%5B%22hostgroup%3Anone%22,%22contact%3Aann%22%5D", API_ROLE_ADMIN, PART);
    assert_true(says(w, "\"unknown\":[\"hostgroup:none\"]"));
    assert_int_equal(ask(w, &r, r.path, "terms=%5B%22host%3A%22%5D", API_ROLE_ADMIN, PART), 400);
}

/* ... and in the path. */
static void by_path(struct api_world *w, const struct api_route *r, const char *name, const char *host)
{
    struct buf answer = BUF_INIT, want = BUF_INIT;
    char path[256], plant[64], never[64];
    int status;

    snprintf(plant, sizeof(plant), "ZZ%s", name);
    snprintf(never, sizeof(never), "QQ%s", name);
    fill_names(r->path, host ? host : never, never, path, sizeof(path));
    status = ask(w, r, path, "", API_ROLE_ADMIN, PART);
    replace(&w->body, &answer);
    fill_names(r->path, host ? host : plant, plant, path, sizeof(path));
    if (ask(w, r, path, "", API_ROLE_ADMIN, PART) != status)
        fail_msg("%s %s: %d, and of what never was %d", r->method, path, w->status, status);
    replace(&w->body, &want);
    if (!str_eq(buf_str(&answer), buf_str(&want)))
        fail_msg("%s %s: %s, and of what never was %s", r->method, path, w->body.data, answer.data);
    buf_release(&answer);
    buf_release(&want);
}

static void test_by_path(void **state)
{
    static const char *const names[] = {"host", "svc", "group", "grou", "sg", "hidden", "router", "child"};
    unsigned walked = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        for (size_t n = 0; r->scope == SCOPE_LIST && strchr(r->path, '{') && n < ARRAY_LEN(names); n++) {
            by_path(*state, r, names[n], NULL);
            by_path(*state, r, names[n], "half");
            walked++;
        }
    }
    assert_true(walked > 0);
}

/* The plants are there: who sees everything is told of them. */
static void test_plants(void **state)
{
    static const char *const paths[][2] = {
        {"/api/v1/resources", "ZZoutput"},   {"/api/v1/groups", "ZZalias"},
        {"/api/v1/downtimes", "ZZnote"},     {"/api/v1/comments", "ZZnote"},
        {"/api/v1/resources", "ZZdisplay"},  {"/api/v1/status", "ZZlabel"},
        {"/api/v1/contacts", "ZZperson"},    {"/api/v1/time-periods", "ZZperiod"},
        {"/api/v1/commands", "ZZcommand"},   {"/api/v1/contact-groups", "ZZteam"},
        {"/api/v1/status", "\"not_yet\":["}, {"/api/v1/status", "ZZ.cfg"},
    };
    struct api_world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_int_equal(api_world_ask(w, "GET", paths[i][0], "", "", API_ROLE_VIEWER), 200);
        if (!says(w, paths[i][1]))
            fail_msg("%s: %s", paths[i][0], w->body.data);
    }
}

/* ---- actions on many, and results ---- */

static const char *post(struct api_world *w, const char *path, const char *before, unsigned id,
                        const char *behind)
{
    struct buf body = BUF_INIT;

    buf_printf(&body, "%s%u%s", before, id, behind);
    who_cache_clear(w->api.cache);
    w->scope = PART;
    buf_clear(&w->body);
    api_world_ask(w, "POST", path, "", body.data, API_ROLE_ADMIN);
    buf_release(&body);
    return w->body.data ? w->body.data : "";
}

#define WHEN "\"start\":\"2023-11-14T22:13:20Z\",\"end\":\"2033-11-14T23:13:20Z\",\"comment\":\"c\""

static void test_actions(void **state)
{
    static const struct {
        const char *path, *before, *behind;
    } cases[] = {
        {"/api/v1/actions", "{\"action\":\"check\",\"resources\":[\"", "\"],\"preview\":true}"},
        {"/api/v1/downtimes/preview", "{\"resources\":[\"", "\"]," WHEN "}"},
    };
    struct api_world *w = *state;
    unsigned web = 1000 + host_of(w, "web");
    char path[64];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *p = cases[i].path, *before = cases[i].before, *behind = cases[i].behind;
        struct buf never = BUF_INIT;

        buf_add_c(&never, post(w, p, before, NOBODY, behind));
        assert_int_equal(w->status, 200);
        assert_string_equal(post(w, p, before, 1000 + host_of(w, "ZZhost"), behind), never.data);
        assert_string_not_equal(post(w, p, before, web, behind), never.data);
        assert_false(says(w, "ZZ"));
        buf_release(&never);
    }
    snprintf(path, sizeof(path), "/api/v1/resources/%u/downtime", web);
    post(w, path, "{" WHEN ",\"triggered_by\":", DOWNTIME_ZZ, "}");
    assert_int_equal(w->status, 422);
    post(w, path, "{" WHEN ",\"triggered_by\":", NOBODY, "}");
    assert_int_equal(w->status, 422);
    post(w, path, "{" WHEN ",\"children\":\"plain\",\"duration_s\":", 60, "}"); /* ZZchild is behind it */
    assert_int_equal(w->status, 403);
    assert_true(says(w, "\"code\":\"needs_right_here\""));
    post(w, path, "{" WHEN ",\"triggered_by\":", DOWNTIME_SEEN, "}");
    assert_int_equal(w->status, 0);
    settle(w);
}

/* ---- what is counted and named ---- */

static const char *get(struct api_world *w, const char *path, const char *query)
{
    assert_int_equal(api_world_ask(w, "GET", path, query, "", API_ROLE_VIEWER), 200);
    return w->body.data;
}

static void test_counts(void **state)
{
    struct api_world *w = *state;
    char path[64];

    w->scope = PART;
    assert_non_null(strstr(get(w, "/api/v1/resources", ""), "\"total\":3,\"matched\":3"));
    assert_non_null(strstr(w->body.data,
                           "\"counts\":{\"down\":0,\"critical\":1,\"unreachable\":0,\"warning\":1,"
                           "\"unknown\":0,\"pending\":0,\"up\":1,\"ok\":0,\"unhandled\":2}"));
    assert_non_null(strstr(w->body.data, "\"host\":\"half\",\"host_display\":\"half\",\"service\":\"ok\""));
    assert_non_null(strstr(get(w, "/api/v1/resources", "host=half"), "\"matched\":1"));
    assert_non_null(strstr(get(w, "/api/v1/resources", "q=zz"), "\"matched\":0"));
    assert_non_null(strstr(get(w, "/api/v1/resources", "q=half"), "\"matched\":1"));
    assert_non_null(strstr(get(w, "/api/v1/resources", "group=mixed"), "\"matched\":3"));
    assert_non_null(strstr(get(w, "/api/v1/groups", ""),
                           "[{\"name\":\"mixed\",\"kind\":\"hostgroup\",\"alias\":\"mixed\",\"hosts\":1,"
                           "\"services\":2},{\"name\":\"seen\",\"kind\":\"hostgroup\",\"alias\":\"In sight\","
                           "\"hosts\":1,\"services\":1},{\"name\":\"mixedsg\",\"kind\":\"servicegroup\","
                           "\"alias\":\"mixedsg\",\"hosts\":0,\"services\":2}],\"matched\":3"));
    assert_non_null(strstr(get(w, "/api/v1/status", ""), "\"hosts\":1,\"services\":2"));
    assert_non_null(strstr(w->body.data, "\"not_yet\":null"));
    snprintf(path, sizeof(path), "/api/v1/resources/%u", 1000 + host_of(w, "web"));
    assert_non_null(strstr(get(w, path, ""), "\"parents\":[],\"children\":[]"));
    assert_non_null(strstr(w->body.data, "a host or service outside your scope"));
    assert_non_null(strstr(w->body.data, "un hôte ou service hors de votre périmètre"));
    assert_null(strstr(get(w, "/api/v1/contacts/ann", ""), "ZZ")); /* who is in others' groups, too */
    snprintf(path, sizeof(path), "/api/v1/resources/%u", 1000 + service_of(w, "half", "ok"));
    assert_non_null(strstr(get(w, path, ""), "\"address\":\"\""));
    assert_non_null(strstr(w->body.data, "\"notes\":\"    half\""));
}

/* ---- streams ---- */

static void stream_as(struct api_world *w, const char *scope)
{
    w->scope = scope;
    who_cache_clear(w->api.cache);
    buf_clear(&w->streamed);
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/stream", "", "", API_ROLE_VIEWER), 200);
    buf_add_str(&w->streamed, buf_str(&w->body));
}

static void change(struct api_world *w, uint32_t idx, unsigned state, const char *output)
{
    api_world_put(w, idx, state, BOARD_CHECKED, w->wall.us, output);
    api_world_forward(w, STREAM_ROUND_US);
    stream_tick(&w->api);
}

static void test_streams(void **state)
{
    struct api_world *w = *state;

    stream_as(w, PART);
    assert_non_null(strstr(w->streamed.data, "\"total\":3"));
    stream_as(w, NULL);
    assert_non_null(strstr(w->streamed.data, "\"total\":10"));
    stream_as(w, PART);
    api_gone(&w->api, API_BY_WEB, w->ids - 1); /* who sees everything leaves */
    buf_clear(&w->streamed);
    change(w, host_of(w, "ZZhost"), 2, "ZZmore");
    change(w, host_of(w, "half"), 2, "ZZmore");
    assert_int_equal(w->streamed.len, 0);
    change(w, service_of(w, "half", "ok"), 0, "new output");
    assert_non_null(strstr(w->streamed.data, "new output"));
    assert_non_null(strstr(w->streamed.data, "\"host_display\":\"half\""));
    assert_null(strstr(w->streamed.data, "ZZ"));
    assert_non_null(strstr(w->streamed.data, "\"ok\":1"));
}

/* One who sees the host and one who does not get the same row, each as he may see it. */
static void test_streams_side_by_side(void **state)
{
    struct api_world *w = *state;

    stream_as(w, PART);
    stream_as(w, NULL);
    buf_clear(&w->streamed);
    change(w, service_of(w, "half", "ok"), 0, "new output");
    assert_non_null(strstr(w->streamed.data, "\"host_display\":\"half\""));
    assert_non_null(strstr(w->streamed.data, "\"host_display\":\"ZZdisplay\""));
}

/* After a reload they begin anew, and a change of who may do what ends them. */
static void test_streams_end(void **state)
{
    struct api_world *w = *state;
    struct board b = w->api.board;
    unsigned ended = w->ended;

    stream_as(w, PART);
    api_world(&w->api, &w->model, &b, NULL);
    assert_int_equal(w->ended, ended + 1);
    assert_null(strstr(w->streamed.data, "ZZ"));
    stream_as(w, PART);
    stream_all_ended(&w->api);
    assert_int_equal(w->ended, ended + 2);
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_every_route), WORLD(test_one_of_them), WORLD(test_by_name),
        WORLD(test_by_path),     WORLD(test_actions),     WORLD(test_plants),
        WORLD(test_counts),      WORLD(test_streams),     WORLD(test_streams_side_by_side),
        WORLD(test_streams_end), WORLD(test_searches),    WORLD(test_scope_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
