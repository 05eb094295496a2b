/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all routes have in common, tried on every one of the table: parameters and bodies as they must not be are refused with the place; and what the table says of itself is whole. test_once.c: keys and entity
 * tags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api_ask.h"
#include "api/once.h"
#include "api/param.h"
#include "api/route.h"
#include "api_send.h"
#include "api_world.h"
#include "wire/json_read.h"

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

static void fill(const char *pattern, char *out, size_t size)
{
    size_t n = 0;

    for (; *pattern && n + 8 < size; pattern++) {
        if (*pattern == '{') {
            n += (size_t)snprintf(out + n, size - n, "%s",
                                  strstr(pattern, "{service}") == pattern ? "s00"
                                  : strstr(pattern, "{host}") == pattern  ? "h0000"
                                                                          : "1000");
            pattern = strchr(pattern, '}');
        } else {
            out[n++] = *pattern;
        }
    }
    out[n] = '\0';
}

/* ---- the table itself ---- */

static void test_whole(void **state UNUSED)
{
    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];

        /* its second character tells a path from those of others (route.c) */
        assert_int_equal(r->path[1] == 'a', strncmp(r->path, "/api/v1/", 8) == 0);
        if (!r->answer)
            fail_msg("%s %s says nothing of its answer", r->method, r->path);
        for (size_t k = 0; r->query && r->query[k]; k++)
            if (!param_find(r->path, r->query[k]))
                fail_msg("%s %s: nothing is said of its parameter %s", r->method, r->path, r->query[k]);
        for (size_t k = 0; r->body && r->body[k].name; k++)
            assert_non_null(r->body[k].doc);
        if ((r->rows || r->audited) && r->right != RIGHT_OPEN && !once_takes(r))
            fail_msg("%s %s takes no Idempotency-Key", r->method, r->path);
    }
}

/* ---- parameters ---- */

/* The refusal names its place, and says something. */
static void refused(struct api_world *w, const struct api_route *r, const char *what, const char *place,
                    int from, int to)
{
    struct str text = buf_str(&w->body);
    struct json_value *root = json_read(&text, NULL);
    const struct json_value *wrong = json_read_element(json_read_member(root, "errors"), 0);

    if (w->status < from || w->status > to)
        fail_msg("%s %s, %s: %d %s", r->method, r->path, what, w->status, w->body.data);
    if (place && (!str_eq_c(json_read_text(json_read_member(root, "field")), place) || !wrong))
        fail_msg("%s %s, %s: not at %s: %s", r->method, r->path, what, place, w->body.data);
    assert_true(json_read_text(json_read_member(root, "detail")).n > 0);
    json_read_free(root);
}

/* No answer in parts, and no question to another role, stays under way. */
static void let_go(struct api_world *w)
{
    api_source_lost(&w->api, API_BY_WEB);
    api_tick(&w->api);
}

static void try_param(struct api_world *w, const struct api_route *r, const struct param *p)
{
    char path[128], query[256];
    const char *const wrong[] = {
        [PARAM_INT] = "x", [PARAM_TIME] = "yesterday", [PARAM_WORD] = "nonsense", [PARAM_WORDS] = "nonsense"};

    fill(r->path, path, sizeof(path));
    snprintf(query, sizeof(query), "%s=1&%s=1", p->name, p->name);
    api_send(w, &(struct api_sent){r->method, path, query});
    refused(w, r, query, p->name, 400, 400);
    snprintf(query, sizeof(query), "%s=%%ff%%00", p->name);
    api_send(w, &(struct api_sent){r->method, path, query});
    refused(w, r, query, NULL, 400, 404);
    if (p->type == PARAM_TEXT || p->type == PARAM_TEXTS || p->type == PARAM_MANY)
        return;
    snprintf(query, sizeof(query), "%s=%s", p->name, wrong[p->type]);
    api_send(w, &(struct api_sent){r->method, path, query});
    refused(w, r, query, p->name, 400, 400);
    if (p->type == PARAM_INT) {
        snprintf(query, sizeof(query), "%s=%lld", p->name, (long long)p->max + 1);
        api_send(w, &(struct api_sent){r->method, path, query});
        refused(w, r, query, p->name, 400, 400);
        snprintf(query, sizeof(query), "%s=-1", p->name);
        api_send(w, &(struct api_sent){r->method, path, query});
        refused(w, r, query, p->name, 400, 400);
    }
    for (size_t i = 0; p->words && p->words[i]; i++) {
        snprintf(query, sizeof(query), "%s=%s", p->name, p->words[i]);
        if (api_send(w, &(struct api_sent){r->method, path, query}) == 400)
            fail_msg("%s %s?%s: %s", r->method, r->path, query, w->body.data);
    }
    let_go(w);
}

/* Far too long: refused, or searched for in vain; never more than an answer's worth of it comes back. */
static void try_long(struct api_world *w, const struct api_route *r, const struct param *p)
{
    struct buf query = BUF_INIT;
    char path[128];

    fill(r->path, path, sizeof(path));
    buf_printf(&query, "%s=", p->name);
    for (int i = 0; i < 8000; i++)
        buf_add_char(&query, 'x');
    api_send(w, &(struct api_sent){r->method, path, query.data});
    if (w->status >= 400)
        refused(w, r, p->name, NULL, 400, 422);
    if (w->body.len > 16384)
        fail_msg("%s %s, %s: an answer of %zu bytes", r->method, r->path, p->name, w->body.len);
    buf_release(&query);
    let_go(w);
}

static void test_parameters(void **state)
{
    unsigned tried = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        struct api_world *w = *state;
        char path[128];

        if (r->form || r->right == RIGHT_OPEN ||
            r->secret) /* secret: those of others have rules of their own */
            continue;
        fill(r->path, path, sizeof(path));
        api_send(w, &(struct api_sent){r->method, path, "no%20such=1"});
        refused(w, r, "unknown parameter", "no%20such", 400, 400);
        for (size_t k = 0; r->query && r->query[k] && !strstr(r->path, "/stream"); k++, tried++)
            try_param(w, r, param_find(r->path, r->query[k]));
        for (size_t k = 0; r->query && r->query[k] && !strstr(r->path, "/stream"); k++)
            if (param_find(r->path, r->query[k])->type == PARAM_TEXT)
                try_long(w, r, param_find(r->path, r->query[k]));
    }
    assert_true(tried > 80);
}

/* ---- bodies ---- */

static const char *good_value(const struct body_field *f, char *room, size_t size)
{
    switch (f->type) {
    case BODY_BOOL: return "true";
    case BODY_INT: snprintf(room, size, "%lld", (long long)f->min); return room;
    case BODY_TIME: return "\"2036-01-01T00:00:00Z\"";
    case BODY_WORD: snprintf(room, size, "\"%s\"", f->words[0]); return room;
    case BODY_LIST: return "[\"text\"]";
    case BODY_SCOPE: return "null";
    case BODY_STATE: return "0";
    case BODY_IDS: return "[\"1\"]";
    case BODY_MAP: return "{}";
    case BODY_TEXT:
    case BODY_LINE: break;
    }
    return "\"text\"";
}

/* All that is required, with `value` for one of them. */
static void build(struct buf *b, const struct body_field *fields, const struct body_field *of,
                  const char *value)
{
    char room[64];

    buf_clear(b);
    for (const struct body_field *f = fields; f->name; f++) {
        if (f == of ? !value : !f->required)
            continue;
        buf_printf(b, "%s\"%s\":%s", b->len ? "," : "{", f->name,
                   f == of ? value : good_value(f, room, sizeof(room)));
    }
    buf_add_c(b, b->len ? "}" : "{}");
}

static int send_body(struct api_world *w, const struct api_route *r, const char *path, struct str body)
{
    if (r->right == RIGHT_OPEN) { /* who has not signed in is recorded, and heard, ten times a minute */
        api_world_forward(w, TIME_MIN);
        api_tick(&w->api);
    }
    return api_send(w, &(struct api_sent){r->method, path, .body = body, .person = r->right == RIGHT_SELF});
}

static void try_member(struct api_world *w, const struct api_route *r, const char *path,
                       const struct body_field *f)
{
    static const struct {
        enum body_type type;
        const char *value;
    } wrong[] = {
        {BODY_TEXT, "1"},
        {BODY_TEXT, "[]"},
        {BODY_TEXT, "{}"},
        {BODY_TEXT, "\"a\\u0000b\""},
        {BODY_LINE, "1"},
        {BODY_LINE, "true"},
        {BODY_LINE, "\"a\\nb\""},
        {BODY_LINE, "\"a\\u0000b\""},
        {BODY_BOOL, "1"},
        {BODY_BOOL, "\"true\""},
        {BODY_INT, "\"1\""},
        {BODY_INT, "1.5"},
        {BODY_INT, "1e400"},
        {BODY_INT, "99999999999999999999"},
        {BODY_INT, "-1"},
        {BODY_TIME, "1"},
        {BODY_TIME, "\"tomorrow\""},
        {BODY_TIME, "\"2026-02-30T00:00:00Z\""},
        {BODY_WORD, "\"nonsense\""},
        {BODY_LIST, "1"},
        {BODY_LIST, "\"text\""},
        {BODY_LIST, "[1]"},
        {BODY_LIST, "[[]]"},
        {BODY_SCOPE, "1"},
        {BODY_SCOPE, "\"text\""},
        {BODY_SCOPE, "[1]"},
        {BODY_WORD, "1"},
    };
    struct buf b = BUF_INIT, text = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        if (wrong[i].type != f->type)
            continue;
        build(&b, r->body, f, wrong[i].value);
        send_body(w, r, path, buf_str(&b));
        refused(w, r, b.data,
                strchr(wrong[i].value, 'e') == wrong[i].value + 1 || strlen(wrong[i].value) > 18 ? NULL
                                                                                                 : f->name,
                400, 422);
    }
    if ((f->type == BODY_TEXT || f->type == BODY_LINE) && f->max) {
        buf_add_char(&text, '"');
        for (int64_t i = 0; i <= f->max; i++)
            buf_add_char(&text, 'x');
        buf_add_char(&text, '"');
        build(&b, r->body, f, text.data);
        send_body(w, r, path, buf_str(&b));
        refused(w, r, "too long", f->name, 422, 422);
    }
    if (f->required) {
        build(&b, r->body, f, NULL);
        send_body(w, r, path, buf_str(&b));
        refused(w, r, b.data, f->name, 422, 422);
    }
    if (f->required && f->type != BODY_SCOPE) { /* of which null is everything */
        build(&b, r->body, f, "null");
        send_body(w, r, path, buf_str(&b));
        refused(w, r, b.data, f->name, 422, 422);
    }
    buf_release(&b);
    buf_release(&text);
}

static void try_whole(struct api_world *w, const struct api_route *r, const char *path)
{
    static const struct {
        const char *text;
        size_t n;
    } wrong[] = {{"nonsense", 8},       {"[]", 2},
                 {"\"text\"", 6},       {"{\"a\":1", 6},
                 {"{}{}", 4},           {"{\"a\":1,\"a\":1}", 13},
                 {"{\"\0\":1}", 7},     {"{\"a\":\"\xff\xfe\"}", 10},
                 {"\xef\xbb\xbf{}", 5}, {"null", 4},
                 {"{'a':1}", 7}};
    struct buf deep = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        send_body(w, r, path, str_make(wrong[i].text, wrong[i].n));
        refused(w, r, wrong[i].text, NULL, 400, 422);
    }
    send_body(w, r, path, STR("{\"no/such~member\":1}"));
    refused(w, r, "unknown member", "no/such~member", 422, 422);
    if (!strstr(w->body.data, "\"pointer\":\"#/no~1such~0member\""))
        fail_msg("%s", w->body.data);
    buf_add_c(&deep, "{\"a\":");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&deep, '[');
    send_body(w, r, path, buf_str(&deep));
    refused(w, r, "deep", NULL, 400, 422);
    buf_release(&deep);
}

static void test_bodies(void **state)
{
    struct api_world *w = *state;
    unsigned tried = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        char path[128];

        if (!r->body || r->rows || r->more) /* these are read otherwise: test_results.c, test_actions.c */
            continue;
        fill(r->path, path, sizeof(path));
        try_whole(w, r, path);
        for (const struct body_field *f = r->body; f->name; f++, tried++)
            try_member(w, r, path, f);
    }
    assert_true(tried > 20);
}

/* ---- heads ---- */

static const char *const methods[] = {"GET",     "POST",  "PUT", "PATCH", "DELETE",
                                      "OPTIONS", "TRACE", "get", "X"};

/* Is the path one of that pattern? */
static bool fits(const char *pattern, const char *path)
{
    struct str want = str_of(pattern), have = str_of(path);

    while (want.p && have.p) {
        struct str w = str_cut(&want, '/'), h = str_cut(&have, '/');

        if (!str_eq(w, h) && (!w.n || w.p[0] != '{' || !h.n))
            return false;
    }
    return !want.p && !have.p;
}

static bool has_method(const char *path, const char *method)
{
    for (size_t i = 0; i < route_count; i++)
        if (fits(route_table[i].path, path) && strcmp(route_table[i].method, method) == 0)
            return true;
    return false;
}

/* Another method than the address has: Allow names those that it has. */
static void test_methods(void **state)
{
    struct api_world *w = *state;
    unsigned tried = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        char path[128];

        fill(r->path, path, sizeof(path));
        if (r->secret)
            continue;
        for (size_t k = 0; k < ARRAY_LEN(methods); k++) {
            if (has_method(path, methods[k]))
                continue;
            tried++;
            api_send(w, &(struct api_sent){methods[k], path});
            if (strncmp(r->path, "/prometheus", 11) == 0)
                continue; /* that is told as Prometheus does */
            refused(w, r, methods[k], NULL, 405, 405);
            if (!strstr(w->body.data, "\"no_method\"") || !strstr(w->headers.data, "Allow: ") ||
                !strstr(w->headers.data, r->method))
                fail_msg("%s %s: %s %s", methods[k], r->path, w->headers.data, w->body.data);
        }
    }
    assert_true(tried > 200);
}

/* Of another type, or packed: told what to send, before anything of it is read. */
static void test_types(void **state)
{
    static const char *const types[] = {"text/plain", "application/x-www-form-urlencoded",
                                        "application/jsonx", "", "multipart/form-data; boundary=x"};
    struct api_world *w = *state;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        char path[128];

        if (!r->body || r->secret)
            continue;
        fill(r->path, path, sizeof(path));
        for (size_t k = 0; k < ARRAY_LEN(types); k++) {
            api_send(w, &(struct api_sent){r->method, path, .type = types[k], .body = STR("{}")});
            refused(w, r, types[k], "Content-Type", 415, 415);
            if (!strstr(w->body.data, "application/json") ||
                !strstr(w->body.data, "\"header\":\"Content-Type\""))
                fail_msg("%s %s: %s", r->method, r->path, w->body.data);
        }
        api_send(w, &(struct api_sent){r->method, path, .coding = "gzip", .body = STR("\x1f\x8b")});
        refused(w, r, "gzip", "Content-Encoding", 415, 415);
        assert_non_null(strstr(w->headers.data, "Accept-Encoding: identity\n"));
        api_send(w, &(struct api_sent){r->method, path, .coding = "identity", .body = STR("[")});
        assert_int_not_equal(w->status, 415);
        let_go(w);
    }
}

/* A version that is not there any more stops each change of something that has one; where nothing has one, that is said. */
static void test_stale(void **state)
{
    struct api_world *w = *state;
    unsigned stale = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        char path[128];

        if (!r->audited || r->secret || r->right == RIGHT_OPEN)
            continue;
        fill(r->path, path, sizeof(path));
        api_send(w,
                 &(struct api_sent){r->method, path, .if_match = "\"00\"", .person = r->right == RIGHT_SELF});
        refused(w, r, "a stale If-Match", "If-Match", 412, 412);
        stale += strstr(w->body.data, "\"stale\"") != NULL;
        if (strstr(r->path, "/resources/{id}/") && !strstr(w->body.data, "\"stale\""))
            fail_msg("%s %s: %s", r->method, r->path, w->body.data);
        if (!strstr(r->path, "/resources/{id}/") && !strstr(w->body.data, "\"no_version\""))
            fail_msg("%s %s: %s", r->method, r->path, w->body.data);
    }
    assert_true(stale >= 6);
}

/* A key that came with another request, on each address that takes one; and one that is none. */
static void test_keys(void **state)
{
    struct api_world *w = *state;
    unsigned tried = 0;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        struct api_sent s = {r->method, .person = r->right == RIGHT_SELF, .key = "key"};
        struct buf body = BUF_INIT;
        char path[128];

        if (!once_takes(r) || r->secret || strcmp(r->method, "GET") == 0)
            continue;
        fill(r->path, path, sizeof(path));
        s.path = path;
        s.key = "no key";
        api_send(w, &s);
        refused(w, r, "a key that is none", "Idempotency-Key", 400, 400);
        s.key = "key";
        build(&body, r->body ? r->body : (const struct body_field[]){{NULL}}, NULL, NULL);
        s.body = r->body ? buf_str(&body) : STR_NULL;
        if (r->rows)
            s.body = STR("[{\"host\":\"h0000\",\"state\":0,\"output\":\"x\"}]");
        api_send(w, &s);
        if (w->status < 500) { /* what came to nothing may be tried again */
            s.body = STR("{\"another\":\"body\"}");
            api_send(w, &s);
            refused(w, r, "a key with another body", "Idempotency-Key", 422, 422);
            tried++;
        }
        buf_release(&body);
        api_lost(&w->api, API_FROM_AUTH);
        once_free(w->api.once);
        w->api.once = once_new();
        let_go(w);
    }
    assert_true(tried > 20);
}

/* Addresses that are none: an id, a name and a segment as they must not be. */
static void test_paths(void **state)
{
    static const char *const segments[] = {
        "%ff", "%", "%zz", "%00", "..", "%2e%2e%2f", "-1", "99999999999999999999", "x%0d%0ay"};
    struct api_world *w = *state;

    for (size_t i = 0; i < route_count; i++) {
        const struct api_route *r = &route_table[i];
        const char *at = strchr(r->path, '{');

        if (!at || r->secret || r->form)
            continue;
        for (size_t k = 0; k < ARRAY_LEN(segments); k++) {
            char path[160], rest[128];

            fill(strchr(at, '}') + 1, rest, sizeof(rest));
            snprintf(path, sizeof(path), "%.*s%s%s", (int)(at - r->path), r->path, segments[k], rest);
            api_send(w, &(struct api_sent){r->method, path, .person = r->right == RIGHT_SELF});
            if (w->status >= 400)
                refused(w, r, path, NULL, 400, 422);
            let_go(w);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test_setup_teardown(test_parameters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bodies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_methods, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
