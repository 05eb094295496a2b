/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/openapi.json: the tables of routes, parameters, bodies and answers as an OpenAPI 3.1 document. What is not in the tables is not in the document, and the other way round. */
#include "api/openapi.h"

#include "api/api_reply.h"
#include "api/once.h"
#include "api/param.h"
#include "api/resource.h"
#include "api/route.h"
#include "build_id.h"
#include "wire/dialect.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

/* ---- small help ---- */

static void open_map(struct json *j, const char *key)
{
    json_key(j, key);
    json_map(j);
}

static void close_maps(struct json *j, unsigned n)
{
    while (n--)
        json_map_end(j);
}

static void words(struct json *j, const char *const *w)
{
    json_key(j, "enum");
    json_list(j);
    for (; *w; w++)
        json_c(j, *w);
    json_list_end(j);
}

static bool changes(const struct api_route *r)
{
    return strcmp(r->method, "GET") != 0 && !r->form;
}

/* ---- bodies ---- */

static void body_member(struct json *j, const struct body_field *f)
{
    static const char *const types[] = {"string", "string", "boolean", "integer", "string", "string",
                                        "array",  "array",  "string",  "array",   "object"};
    bool may_be_null = !f->required || f->type == BODY_SCOPE, several = may_be_null || f->type == BODY_STATE;

    open_map(j, f->name);
    json_key(j, "type");
    if (several)
        json_list(j);
    json_c(j, types[f->type]);
    if (f->type == BODY_STATE) /* or the number */
        json_c(j, "integer");
    if (may_be_null) /* null is as if it were left out */
        json_c(j, "null");
    if (several)
        json_list_end(j);
    if (f->type == BODY_LIST || f->type == BODY_SCOPE || f->type == BODY_IDS) {
        open_map(j, "items");
        json_key_c(j, "type", "string");
        json_map_end(j);
        json_key_i64(j, "maxItems", f->max);
    }
    if (f->type == BODY_TIME)
        json_key_c(j, "format", "date-time");
    if (f->type == BODY_INT) {
        json_key_i64(j, "minimum", f->min);
        json_key_i64(j, "maximum", f->max);
    }
    if (f->type == BODY_TEXT || f->type == BODY_LINE) {
        json_key_i64(j, "minLength", f->min > 0);
        json_key_i64(j, "maxLength", f->max);
    }
    if (f->type == BODY_WORD)
        words(j, f->words);
    if (f->type == BODY_MAP) {
        open_map(j, "additionalProperties");
        json_key_c(j, "type", "string");
        json_map_end(j);
        json_key_i64(j, "maxProperties", f->max);
    }
    json_key_c(j, "description", f->doc);
    json_map_end(j);
}

static void body_example(struct json *j, const struct api_route *r)
{
    const struct body_field *f = r->body;

    json_key(j, "example");
    if (r->rows)
        json_list(j);
    json_map(j);
    for (; f->name; f++) {
        if (!f->required)
            continue;
        json_key(j, f->name);
        switch (f->type) {
        case BODY_TEXT:
        case BODY_LINE: json_c(j, "text"); break;
        case BODY_BOOL: json_bool(j, true); break;
        case BODY_INT: json_i64(j, f->min); break;
        case BODY_TIME: json_c(j, "2026-11-23T09:00:00Z"); break;
        case BODY_STATE:
        case BODY_WORD: json_c(j, f->words[0]); break;
        case BODY_LIST: json_raw(j, STR("[]")); break;
        case BODY_SCOPE:
        case BODY_IDS:
        case BODY_MAP: json_none(j); break;
        }
    }
    json_map_end(j);
    if (r->rows)
        json_list_end(j);
}

static void request_body(struct json *j, const struct api_route *r)
{
    bool needed = false;

    if (!r->body)
        return;
    for (size_t i = 0; r->body[i].name; i++)
        needed |= r->body[i].required;
    open_map(j, "requestBody");
    json_key_bool(j, "required", needed);
    open_map(j, "content");
    open_map(j, "application/json");
    open_map(j, "schema");
    if (r->rows) {
        json_key_c(j, "type", "array");
        open_map(j, "items");
    }
    json_key_c(j, "type", "object");
    json_key_bool(j, "additionalProperties", r->more);
    open_map(j, "properties");
    for (size_t i = 0; r->body[i].name; i++)
        body_member(j, &r->body[i]);
    json_map_end(j);
    json_key(j, "required");
    json_list(j);
    for (size_t i = 0; r->body[i].name; i++) {
        if (r->body[i].required)
            json_c(j, r->body[i].name);
    }
    json_list_end(j);
    close_maps(j, r->rows ? 2 : 1);
    body_example(j, r);
    close_maps(j, 3);
}

/* ---- parameters ---- */

static void param_schema(struct json *j, const struct param *p)
{
    bool many = p && (p->type == PARAM_WORDS || p->type == PARAM_TEXTS || p->type == PARAM_MANY);

    open_map(j, "schema");
    if (many) {
        json_key_c(j, "type", "array");
        open_map(j, "items");
    }
    json_key_c(j, "type", p && p->type == PARAM_INT ? "integer" : "string");
    if (p && p->type == PARAM_INT) {
        json_key_i64(j, "minimum", p->min);
        json_key_i64(j, "maximum", p->max);
    }
    if (p && p->type == PARAM_TIME)
        json_key_c(j, "format", "date-time");
    if (p && p->words)
        words(j, p->words);
    close_maps(j, many ? 2 : 1);
}

static void parameter(struct json *j, const struct api_route *r, struct str name, bool in_path)
{
    const struct param *p = in_path ? NULL : param_find(r->path, name.p);

    json_map(j);
    json_key_str(j, "name", name);
    json_key_c(j, "in", in_path ? "path" : "query");
    if (in_path)
        json_key_bool(j, "required", true);
    if (p)
        json_key_c(j, "description", p->doc);
    if (p && (p->type == PARAM_WORDS || p->type == PARAM_TEXTS))
        json_key_bool(j, "explode", false);
    param_schema(j, p);
    json_map_end(j);
}

static void header(struct json *j, const char *name)
{
    struct buf b = BUF_INIT;

    json_map(j);
    buf_printf(&b, "#/components/parameters/%s", name);
    json_key_str(j, "$ref", buf_str(&b));
    json_map_end(j);
    buf_release(&b);
}

static void parameters(struct json *j, const struct api_route *r)
{
    struct str rest = str_of(r->path);

    json_key(j, "parameters");
    json_list(j);
    while (rest.p) {
        struct str part = str_cut(&rest, '/');

        if (part.n > 2 && part.p[0] == '{')
            parameter(j, r, str_sub(part, 1, part.n - 2), true);
    }
    for (size_t i = 0; r->query && r->query[i]; i++)
        parameter(j, r, str_of(r->query[i]), false);
    if (strcmp(r->method, "GET") == 0 && !r->form)
        header(j, "If-None-Match");
    if (changes(r) && resource_has_version(r))
        header(j, "If-Match");
    if (once_takes(r))
        header(j, "Idempotency-Key");
    json_list_end(j);
}

/* ---- answers ---- */

static const struct refusal {
    int status;
    const char *name, *doc;
} refusals[] = {
    {400, "BadRequest", "The query or the body cannot be read; `field` and `errors` say where"},
    {401, "Unauthorized", "Nobody is signed in, or the token is over"},
    {403, "Forbidden", "`right` is the right that is missing"},
    {404, "NotFound", "It is not there, or not in sight"},
    {409, "Conflict", "It contradicts what there is"},
    {412, "Stale", "If-Match: it has changed since it was read"},
    {415, "UnsupportedMediaType", "Send the body as application/json"},
    {422, "Unprocessable",
     "A member is unknown, missing, twice there, of another type, too long, or contradicts another"},
    {429, "TooMany", "Too many at once: Retry-After says when to try again"},
    {503, "Unavailable", "A part of Vigie is starting or overloaded: Retry-After says when to try again"},
    {504, "TooLate", "The answer did not come in time"},
};

static bool may_answer(const struct api_route *r, int status)
{
    switch (status) {
    case 400: return r->query || r->body;
    case 401:
    case 403: return r->right != RIGHT_OPEN;
    case 404: return strchr(r->path, '{') != NULL;
    case 415:
    case 422: return r->body != NULL || r->form;
    case 409:
    case 412:
    case 429: return changes(r);
    default: return true;
    }
}

static void content(struct json *j, const struct shape *s)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "#/components/schemas/%s", s->name);
    open_map(j, "content");
    open_map(j, s->media ? s->media : "application/json");
    open_map(j, "schema");
    json_key_str(j, "$ref", buf_str(&b));
    json_map_end(j);
    if (s->field || s->either) {
        json_key(j, "example");
        shape_example(j, s);
    }
    json_map_end(j);
    if (s->also) {
        open_map(j, s->also);
        open_map(j, "schema");
        json_key_c(j, "type", "string");
        close_maps(j, 2);
    }
    json_map_end(j);
    buf_release(&b);
}

static void responses(struct json *j, const struct api_route *r)
{
    enum dialect d = dialect_of(str_of(r->path));
    static const char *const refusal_of[] = {
        [DIALECT_OURS] = "#/components/responses/Refused",
        [DIALECT_PROMETHEUS] = "#/components/responses/PrometheusError",
        [DIALECT_CENTREON] = "#/components/responses/CentreonError",
        [DIALECT_NRDP] = "#/components/responses/NrdpError",
    };
    char status[12];

    open_map(j, "responses");
    snprintf(status, sizeof(status), "%d", r->status ? r->status : 200);
    open_map(j, status);
    json_key_c(j, "description", "Done");
    if (r->answer)
        content(j, r->answer);
    json_map_end(j);
    if (r->later) {
        open_map(j, "202");
        json_key_c(j, "description", "It has become a job: Location says where it can be looked at");
        content(j, r->answer);
        json_map_end(j);
    }
    for (size_t i = 0; i < ARRAY_LEN(refusals) && d == DIALECT_OURS; i++) {
        struct buf b = BUF_INIT;

        if (!may_answer(r, refusals[i].status))
            continue;
        snprintf(status, sizeof(status), "%d", refusals[i].status);
        open_map(j, status);
        buf_printf(&b, "#/components/responses/%s", refusals[i].name);
        json_key_str(j, "$ref", buf_str(&b));
        json_map_end(j);
        buf_release(&b);
    }
    open_map(j, "default");
    json_key_c(j, "$ref", refusal_of[d]);
    close_maps(j, 2);
}

/* ---- operations ---- */

/* "get_resources_id_events" */
static void operation_id(struct json *j, const struct api_route *r)
{
    const char *path = strncmp(r->path, "/api/v1", 7) == 0 ? r->path + 7 : r->path;
    struct buf b = BUF_INIT;

    for (const char *c = r->method; *c; c++)
        buf_add_char(&b, (char)(*c - 'A' + 'a'));
    for (; *path; path++) {
        bool part = (*path >= 'a' && *path <= 'z') || (*path >= '0' && *path <= '9');

        if (part || b.data[b.len - 1] != '_')
            buf_add_char(&b, part ? *path : '_');
    }
    if (b.data[b.len - 1] == '_')
        buf_truncate(&b, b.len - 1);
    json_key_str(j, "operationId", buf_str(&b));
    buf_release(&b);
}

/* The first part of the path that says of what it is. */
static void tag(struct json *j, const struct api_route *r)
{
    struct str rest = str_of(r->path), part = str_cut(&rest, '/');

    part = str_cut(&rest, '/');
    if (str_eq_c(part, "api")) {
        str_cut(&rest, '/');
        part = str_cut(&rest, '/');
    }
    json_key(j, "tags");
    json_list(j);
    json_str(j, part);
    json_list_end(j);
}

static void security(struct json *j, const struct api_route *r)
{
    json_key(j, "security");
    json_list(j);
    for (int by = 0; by < 2 && r->right != RIGHT_OPEN && r->right != RIGHT_HERE; by++) {
        json_map(j);
        json_key(j, by ? "session" : "token");
        json_list(j);
        json_list_end(j);
        if (by && changes(r)) {
            json_key(j, "csrf");
            json_list(j);
            json_list_end(j);
        }
        json_map_end(j);
    }
    json_list_end(j);
}

static struct str first_words(struct str doc)
{
    for (size_t i = 0; i + 1 < doc.n; i++)
        if ((doc.p[i] == ':' || doc.p[i] == ';' || doc.p[i] == '.') && doc.p[i + 1] == ' ')
            return str_sub(doc, 0, i);
    return doc;
}

static void operation(struct json *j, const struct api_route *r)
{
    char method[8] = {0};

    for (size_t i = 0; r->method[i] && i + 1 < sizeof(method); i++)
        method[i] = (char)(r->method[i] - 'A' + 'a');
    open_map(j, method);
    operation_id(j, r);
    tag(j, r);
    json_key_str(j, "summary", first_words(str_of(r->doc)));
    json_key_c(j, "description", r->doc);
    json_key_c(j, "x-right", right_word(r->right));
    json_key_bool(j, "x-audited", r->audited);
    security(j, r);
    parameters(j, r);
    request_body(j, r);
    responses(j, r);
    json_map_end(j);
}

static void paths(struct json *j)
{
    open_map(j, "paths");
    for (size_t i = 0; i < route_count; i++) {
        bool first = true;

        for (size_t k = 0; k < i; k++)
            first &= strcmp(route_table[k].path, route_table[i].path) != 0;
        if (!first)
            continue; /* written with the path's first entry */
        open_map(j, route_table[i].path);
        for (size_t k = i; k < route_count; k++) {
            if (strcmp(route_table[k].path, route_table[i].path) == 0)
                operation(j, &route_table[k]);
        }
        json_map_end(j);
    }
    json_map_end(j);
}

/* ---- components ---- */

static void scheme(struct json *j, const char *name, const char *type, const char *in, const char *what,
                   const char *doc)
{
    open_map(j, name);
    json_key_c(j, "type", type);
    if (in) {
        json_key_c(j, "in", in);
        json_key_c(j, "name", what);
    } else {
        json_key_c(j, "scheme", what);
    }
    json_key_c(j, "description", doc);
    json_map_end(j);
}

static void schemas(struct json *j)
{
    struct shape_seen seen = {.n = 0};

    shape_collect(&shape_problem, &seen);
    shape_collect(&shape_prom_error, &seen);
    shape_collect(&shape_centreon_error, &seen);
    shape_collect(&shape_nrdp, &seen);
    for (size_t i = 0; i < route_count; i++)
        if (route_table[i].answer)
            shape_collect(route_table[i].answer, &seen);
    open_map(j, "schemas");
    for (size_t i = 0; i < seen.n; i++) {
        json_key(j, seen.at[i]->name);
        shape_schema(j, seen.at[i]);
    }
    json_map_end(j);
}

static void refused(struct json *j, const char *name, const char *doc, const struct shape *s)
{
    open_map(j, name);
    json_key_c(j, "description", doc);
    content(j, s);
    json_map_end(j);
}

static void header_parameter(struct json *j, const char *name, const char *doc)
{
    open_map(j, name);
    json_key_c(j, "name", name);
    json_key_c(j, "in", "header");
    json_key_c(j, "description", doc);
    param_schema(j, NULL);
    json_map_end(j);
}

static void components(struct json *j)
{
    open_map(j, "components");
    schemas(j);
    open_map(j, "responses");
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
        refused(j, refusals[i].name, refusals[i].doc, &shape_problem);
    refused(j, "Refused", "It was not done; `code` and `detail` say why", &shape_problem);
    refused(j, "PrometheusError", "As Prometheus tells it", &shape_prom_error);
    refused(j, "CentreonError", "As Centreon tells it", &shape_centreon_error);
    refused(j, "NrdpError", "As NRDP tells it; what is wrong with the request comes with 200", &shape_nrdp);
    json_map_end(j);
    open_map(j, "parameters");
    header_parameter(j, "If-None-Match",
                     "the ETag of an answer one has: while it is still so, 304 comes without it");
    header_parameter(
        j, "If-Match",
        "the ETag of what one has seen: if it is not so any more, nothing is done, and 412 comes");
    header_parameter(j, "Idempotency-Key",
                     "a text of one's own, such as a UUID: sent again within 24 hours with the same request, "
                     "the first answer comes again and nothing is done twice");
    json_map_end(j);
    open_map(j, "securitySchemes");
    scheme(j, "token", "http", NULL, "bearer", "A token of a program: vgt_...");
    scheme(j, "session", "apiKey", "cookie", "vigie_session_PORT",
           "What POST /login sets; its name ends with the port of the page");
    scheme(j, "csrf", "apiKey", "header", "X-CSRF",
           "The session's csrf, with everything that changes something");
    close_maps(j, 2);
}

void openapi_show(struct api *a, struct api_request *q)
{
    struct json j;

    if (a->openapi.len) { /* it does not change while Vigie runs */
        api_reply_json(a, q, 200, &a->openapi);
        return;
    }
    json_init(&j, &a->openapi);
    json_map(&j);
    json_key_c(&j, "openapi", "3.1.0");
    open_map(&j, "info");
    json_key_c(&j, "title", "Vigie");
    json_key_c(&j, "version", BUILD_VERSION);
    json_key_c(&j, "description",
               "Everything that the web page and vigie ctl use. docs/API.md says the same to people.");
    open_map(&j, "license");
    json_key_c(&j, "name", "Apache 2.0");
    json_key_c(&j, "identifier", "Apache-2.0");
    close_maps(&j, 2);
    paths(&j);
    components(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &a->openapi);
}

/* ---- what the answer looks like ---- */

static const struct shape_field fields[] = {
    {"openapi", SHAPE_TEXT, 0, NULL, .like = "\"3.1.0\""},
    {"info", SHAPE_ANY, 0, NULL},
    {"paths", SHAPE_ANY, 0, NULL},
    {"components", SHAPE_ANY, 0, NULL},
    {NULL},
};
const struct shape openapi_shape = {"OpenAPI", fields, .open = true};
