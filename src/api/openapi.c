/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/openapi.json: the table of routes as an OpenAPI 3.1 document. What is not in the table is not in the document, and the other way round. */
#include "api/openapi.h"

#include "api/api_reply.h"
#include "api/route.h"
#include "build_id.h"
#include "wire/json.h"

#include <string.h>

static void body_member(struct json *j, const struct body_field *f)
{
    static const char *const types[] = {"string", "string", "boolean", "integer", "string", "string"};

    json_key(j, f->name);
    json_map(j);
    json_key_c(j, "type", types[f->type]);
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
    if (f->type == BODY_WORD) {
        json_key(j, "enum");
        json_list(j);
        for (size_t i = 0; f->words[i]; i++)
            json_c(j, f->words[i]);
        json_list_end(j);
    }
    json_key_c(j, "description", f->doc);
    json_map_end(j);
}

static void request_body(struct json *j, const struct api_route *r)
{
    if (!r->body)
        return;
    json_key(j, "requestBody");
    json_map(j);
    json_key(j, "content");
    json_map(j);
    json_key(j, "application/json");
    json_map(j);
    json_key(j, "schema");
    json_map(j);
    json_key_c(j, "type", "object");
    json_key_bool(j, "additionalProperties", false);
    json_key(j, "properties");
    json_map(j);
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
    for (int i = 0; i < 4; i++)
        json_map_end(j);
}

static void parameter(struct json *j, struct str name, const char *in)
{
    json_map(j);
    json_key_str(j, "name", name);
    json_key_c(j, "in", in);
    if (strcmp(in, "path") == 0)
        json_key_bool(j, "required", true);
    json_key(j, "schema");
    json_map(j);
    json_key_c(j, "type", "string");
    json_map_end(j);
    json_map_end(j);
}

static void parameters(struct json *j, const struct api_route *r)
{
    struct str rest = str_of(r->path);

    json_key(j, "parameters");
    json_list(j);
    while (rest.p) {
        struct str part = str_cut(&rest, '/');

        if (part.n > 2 && part.p[0] == '{')
            parameter(j, str_sub(part, 1, part.n - 2), "path");
    }
    for (size_t i = 0; r->query && r->query[i]; i++)
        parameter(j, str_of(r->query[i]), "query");
    json_list_end(j);
}

static void operation(struct json *j, const struct api_route *r)
{
    char method[8] = {0};

    for (size_t i = 0; r->method[i] && i + 1 < sizeof(method); i++)
        method[i] = (char)(r->method[i] - 'A' + 'a');
    json_key(j, method);
    json_map(j);
    json_key_c(j, "summary", r->doc);
    json_key_c(j, "x-right", right_word(r->right));
    json_key_bool(j, "x-audited", r->audited);
    parameters(j, r);
    request_body(j, r);
    json_key(j, "responses");
    json_map(j);
    json_key(j, "default");
    json_map(j);
    json_key_c(
        j, "description",
        "2xx: as told; otherwise application/problem+json (RFC 9457) with the wrong field, if there is one");
    json_map_end(j);
    json_map_end(j);
    json_map_end(j);
}

void openapi_show(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "openapi", "3.1.0");
    json_key(&j, "info");
    json_map(&j);
    json_key_c(&j, "title", "Vigie");
    json_key_c(&j, "version", BUILD_VERSION);
    json_map_end(&j);
    json_key(&j, "paths");
    json_map(&j);
    for (size_t i = 0; i < route_count; i++) {
        bool first = true;

        for (size_t k = 0; k < i; k++)
            first &= strcmp(route_table[k].path, route_table[i].path) != 0;
        if (!first)
            continue; /* written with the path's first entry */
        json_key(&j, route_table[i].path);
        json_map(&j);
        for (size_t k = i; k < route_count; k++) {
            if (strcmp(route_table[k].path, route_table[i].path) == 0)
                operation(&j, &route_table[k]);
        }
        json_map_end(&j);
    }
    json_map_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}
