/* SPDX-License-Identifier: Apache-2.0 */
#include "api/shape.h"

#include "wire/json.h"

#include <string.h>

const char *const shape_kinds[] = {"host", "service", NULL};

static const struct shape_field ok_fields[] = {{"ok", SHAPE_BOOL, 0, "true", .like = "true"}, {NULL}};
const struct shape shape_ok = {"Ok", ok_fields};

static const struct shape_field wrong_fields[] = {
    {"pointer", SHAPE_TEXT, SHAPE_MAYBE, "of a body: the member, as a JSON pointer (RFC 6901)",
     .like = "\"#/comment\""},
    {"parameter", SHAPE_TEXT, SHAPE_MAYBE, "of a query: the parameter"},
    {"header", SHAPE_TEXT, SHAPE_MAYBE, "the header"},
    {"detail", SHAPE_TEXT, 0, "what is wrong with it, and what to write instead"},
    {NULL},
};
static const struct shape wrong_shape = {"Wrong", wrong_fields};

static const struct shape_field trouble_fields[] = {
    {"row", SHAPE_INT, SHAPE_MAYBE, "of what was sent, from 1"},
    {"field", SHAPE_TEXT, SHAPE_MAYBE, "the member of it that is wrong"},
    {"resource", SHAPE_ID, SHAPE_MAYBE, "the id of the host or service"},
    {"host", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, "empty: it is the host"},
    {"code", SHAPE_TEXT, 0, "a word that does not change: docs/API.md has them all", .like = "\"no_host\""},
    {"detail", SHAPE_TEXT, 0, "a sentence for people, in their language"},
    {NULL},
};
const struct shape shape_trouble = {"Trouble", trouble_fields};

static const struct shape_field problem_fields[] = {
    {"type", SHAPE_TEXT, 0, "about:blank: `title` says what the status means", .like = "\"about:blank\""},
    {"title", SHAPE_TEXT, 0, "what the status means", .like = "\"Unprocessable Content\""},
    {"status", SHAPE_INT, 0, "the status of the answer", .like = "422"},
    {"code", SHAPE_TEXT, 0, "a word that does not change: docs/API.md has them all",
     .like = "\"member_missing\""},
    {"detail", SHAPE_TEXT, 0, "a sentence for people, in their language",
     .like = "\"\\\"comment\\\" is missing: what is being done about it.\""},
    {"field", SHAPE_TEXT, SHAPE_MAYBE, "the member, parameter or header that is wrong",
     .like = "\"comment\""},
    {"right", SHAPE_TEXT, SHAPE_MAYBE, "the right that is missing"},
    {"accepted", SHAPE_INT, SHAPE_MAYBE, "of many: for how many it was done; always 0 here"},
    {"refused", SHAPE_INT, SHAPE_MAYBE, "and for how many not"},
    {"problems", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "what is wrong with each of them",
     .of = &shape_trouble},
    {"errors", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "the place of what is wrong", .of = &wrong_shape},
    {NULL},
};
const struct shape shape_problem = {"Problem", problem_fields, .media = "application/problem+json"};

static const struct shape_field prom_error_fields[] = {
    {"status", SHAPE_TEXT, 0, "error", .like = "\"error\""},
    {"errorType", SHAPE_TEXT, 0, NULL, .like = "\"bad_data\""},
    {"error", SHAPE_TEXT, 0, "a sentence for people"},
    {NULL},
};
const struct shape shape_prom_error = {"PrometheusError", prom_error_fields};

static const struct shape_field centreon_error_fields[] = {
    {"code", SHAPE_INT, 0, "the status"},
    {"message", SHAPE_TEXT, 0, "a sentence for people"},
    {NULL},
};
const struct shape shape_centreon_error = {"CentreonError", centreon_error_fields};
const struct shape shape_nrdp = {"NrdpAnswer", .media = "text/xml", .also = "application/json"};
const struct shape shape_nothing = {"Nothing", .media = "text/plain"};

/* ---- the schema ---- */

static const struct {
    const char *type, *format, *pattern, *like;
} basics[] = {
    [SHAPE_TEXT] = {"string", NULL, NULL, "\"text\""},
    [SHAPE_BOOL] = {"boolean", NULL, NULL, "false"},
    [SHAPE_INT] = {"integer", NULL, NULL, "0"},
    [SHAPE_NUMBER] = {"number", NULL, NULL, "0.5"},
    [SHAPE_ID] = {"string", NULL, "^-?[0-9]+$", "\"1000\""},
    [SHAPE_TIME] = {"string", "date-time", NULL, "\"2026-11-23T09:00:00Z\""},
    [SHAPE_WORD] = {"string", NULL, NULL, NULL},
    [SHAPE_OBJECT] = {NULL, NULL, NULL, NULL},
    [SHAPE_INSIDE] = {NULL, NULL, NULL, NULL},
    [SHAPE_ANY] = {NULL, NULL, NULL, "null"},
};

static void reference(struct json *j, const struct shape *s)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "#/components/schemas/%s", s->name);
    json_key_str(j, "$ref", buf_str(&b));
    buf_release(&b);
}

/* The members of the schema of one value. */
static void value(struct json *j, const struct shape_field *f, bool none)
{
    const char *type = basics[f->type].type;

    if (f->type == SHAPE_OBJECT && none) {
        json_key(j, "anyOf");
        json_list(j);
        json_map(j);
        reference(j, f->of);
        json_map_end(j);
        json_map(j);
        json_key_c(j, "type", "null");
        json_map_end(j);
        json_list_end(j);
        return;
    }
    if (f->type == SHAPE_OBJECT) {
        reference(j, f->of);
        return;
    }
    if (!type)
        return;
    json_key(j, "type");
    if (none)
        json_list(j);
    json_c(j, type);
    if (none) {
        json_c(j, "null");
        json_list_end(j);
    }
    if (basics[f->type].format)
        json_key_c(j, "format", basics[f->type].format);
    if (basics[f->type].pattern)
        json_key_c(j, "pattern", basics[f->type].pattern);
    if (f->type != SHAPE_WORD)
        return;
    json_key(j, "enum");
    json_list(j);
    for (size_t i = 0; f->words[i]; i++)
        json_c(j, f->words[i]);
    if (none)
        json_none(j);
    json_list_end(j);
}

static void field(struct json *j, const struct shape_field *f)
{
    bool none = f->bits & SHAPE_NULL;

    json_map(j);
    if (f->bits & (SHAPE_LIST | SHAPE_NAMES)) {
        bool list = f->bits & SHAPE_LIST;

        json_key(j, "type");
        json_list(j);
        json_c(j, list ? "array" : "object");
        if (none)
            json_c(j, "null");
        json_list_end(j);
        json_key(j, list ? "items" : "additionalProperties");
        json_map(j);
        value(j, f, f->bits & SHAPE_HOLES);
        json_map_end(j);
    } else {
        value(j, f, none);
    }
    if (f->doc)
        json_key_c(j, "description", f->doc);
    if (f->like && !(f->bits & (SHAPE_LIST | SHAPE_NAMES))) {
        json_key(j, "examples");
        json_list(j);
        json_raw(j, str_of(f->like));
        json_list_end(j);
    }
    json_map_end(j);
}

static void each_field(const struct shape_field *f, struct json *j,
                       void (*write)(struct json *j, const struct shape_field *f))
{
    for (; f && f->name; f++) {
        if (f->type == SHAPE_INSIDE)
            each_field(f->of->field, j, write);
        else
            write(j, f);
    }
}

static void property(struct json *j, const struct shape_field *f)
{
    json_key(j, f->name);
    field(j, f);
}

static void required(struct json *j, const struct shape_field *f)
{
    if (!(f->bits & SHAPE_MAYBE))
        json_c(j, f->name);
}

void shape_schema(struct json *j, const struct shape *s)
{
    json_map(j);
    if (s->either) {
        json_key(j, "anyOf");
        json_list(j);
        for (size_t i = 0; s->either[i]; i++) {
            json_map(j);
            reference(j, s->either[i]);
            json_map_end(j);
        }
        json_list_end(j);
    } else if (!s->field) {
        json_key_c(j, "type", "string");
    } else {
        json_key_c(j, "type", "object");
        json_key_bool(j, "additionalProperties", s->open);
        json_key(j, "properties");
        json_map(j);
        each_field(s->field, j, property);
        json_map_end(j);
        json_key(j, "required");
        json_list(j);
        each_field(s->field, j, required);
        json_list_end(j);
    }
    json_map_end(j);
}

/* ---- an example ---- */

static void example_value(struct json *j, const struct shape_field *f)
{
    if (f->like)
        json_raw(j, str_of(f->like));
    else if (f->type == SHAPE_OBJECT)
        shape_example(j, f->of);
    else if (f->type == SHAPE_WORD)
        json_c(j, f->words[0]);
    else
        json_raw(j, str_of(basics[f->type].like));
}

static void example_member(struct json *j, const struct shape_field *f)
{
    if (f->bits & SHAPE_MAYBE)
        return;
    json_key(j, f->name);
    if (f->bits & SHAPE_LIST) {
        json_list(j);
        example_value(j, f);
        json_list_end(j);
    } else if (f->bits & SHAPE_NAMES) {
        json_map(j);
        json_key(j, "name");
        example_value(j, f);
        json_map_end(j);
    } else {
        example_value(j, f);
    }
}

void shape_example(struct json *j, const struct shape *s)
{
    if (s->either) {
        shape_example(j, s->either[0]);
        return;
    }
    json_map(j);
    each_field(s->field, j, example_member);
    json_map_end(j);
}

/* ---- all there are ---- */

void shape_collect(const struct shape *s, struct shape_seen *seen)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->at[i] == s)
            return;
    BUG_ON(seen->n == SHAPES_MAX);
    seen->at[seen->n++] = s;
    for (size_t i = 0; s->either && s->either[i]; i++)
        shape_collect(s->either[i], seen);
    for (const struct shape_field *f = s->field; f && f->name; f++) {
        if (f->type == SHAPE_OBJECT)
            shape_collect(f->of, seen);
        for (const struct shape_field *in = f->type == SHAPE_INSIDE ? f->of->field : NULL; in && in->name;
             in++)
            if (in->type == SHAPE_OBJECT)
                shape_collect(in->of, seen);
    }
}
