/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"

#include "api/api_reply.h"
#include "api/route.h"
#include "wire/json_read.h"

#include <string.h>

static const struct body_field *find(const struct body_field *fields, struct str name)
{
    for (; fields->name; fields++) {
        if (str_eq_c(name, fields->name))
            return fields;
    }
    return NULL;
}

static size_t n_fields(const struct body_field *fields)
{
    size_t n = 0;

    while (fields[n].name)
        n++;
    return n;
}

static bool is_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return true;
}

static int64_t word_place(const struct body_field *f, struct str s)
{
    for (int64_t i = 0; f->words[i]; i++) {
        if (str_eq_c(s, f->words[i]))
            return i;
    }
    return -1;
}

/* PROBLEM_NONE: good. */
static enum problem take_text(const struct body_field *f, const struct json_value *v, struct api_request *q,
                              struct body_value *out)
{
    struct wall t;

    if (json_read_type(v) != JSON_IS_TEXT)
        return PROBLEM_MEMBER_TEXT;
    out->text = arena_str(&q->arena, json_read_text(v));
    if (memchr(out->text.p, '\0', out->text.n))
        return PROBLEM_MEMBER_NUL;
    if (f->type == BODY_TIME) {
        if (!time_parse_rfc3339(out->text, &t))
            return PROBLEM_MEMBER_TIME;
        out->number = t.us;
        return PROBLEM_NONE;
    }
    if (f->type == BODY_WORD) {
        out->number = word_place(f, out->text);
        return out->number < 0 ? PROBLEM_MEMBER_WORD : PROBLEM_NONE;
    }
    if ((int64_t)out->text.n < f->min)
        return f->min == 1 ? PROBLEM_MEMBER_EMPTY : PROBLEM_MEMBER_SHORT;
    if (f->max && (int64_t)out->text.n > f->max)
        return PROBLEM_MEMBER_LONG;
    return f->type == BODY_LINE && !is_line(out->text) ? PROBLEM_MEMBER_LINE : PROBLEM_NONE;
}

/* Texts, as JSON again. */
static enum problem take_list(const struct body_field *f, const struct json_value *v, struct api_request *q,
                              struct body_value *out)
{
    struct buf b = BUF_INIT;

    if (f->type == BODY_SCOPE && json_read_type(v) == JSON_IS_NULL) {
        out->text = STR("null");
        return PROBLEM_NONE;
    }
    if (json_read_type(v) != JSON_IS_ARRAY)
        return f->type == BODY_SCOPE ? PROBLEM_SCOPE_FORM : PROBLEM_MEMBER_LIST;
    if ((int64_t)json_read_length(v) > f->max)
        return PROBLEM_MEMBER_LONG;
    for (size_t i = 0; i < json_read_length(v); i++) {
        struct str s = json_read_text(json_read_element(v, i));

        if (!s.p)
            return PROBLEM_MEMBER_LIST;
        if (memchr(s.p, '\0', s.n) || !is_line(s))
            return PROBLEM_MEMBER_LINE;
    }
    json_read_copy(v, &b);
    out->text = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return PROBLEM_NONE;
}

static enum problem take(const struct body_field *f, const struct json_value *v, struct api_request *q,
                         struct body_value *out)
{
    out->there = true;
    switch (f->type) {
    case BODY_BOOL:
        out->number = json_read_is(v);
        return json_read_type(v) == JSON_IS_BOOL ? PROBLEM_NONE : PROBLEM_MEMBER_BOOL;
    case BODY_INT:
        if (json_read_type(v) != JSON_IS_INT)
            return PROBLEM_MEMBER_INT;
        out->number = json_read_int(v);
        return out->number < f->min || out->number > f->max ? PROBLEM_MEMBER_RANGE : PROBLEM_NONE;
    case BODY_TEXT:
    case BODY_LINE:
    case BODY_TIME:
    case BODY_WORD: return take_text(f, v, q, out);
    case BODY_LIST:
    case BODY_SCOPE: return take_list(f, v, q, out);
    }
    BUG("body type");
}

struct str body_words(struct api_request *q, const char *const *words)
{
    struct buf b = BUF_INIT;
    struct str s;

    for (size_t i = 0; words[i]; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
    s = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return s;
}

static bool take_all(struct api *a, struct api_request *q, const struct json_value *root,
                     struct body_value *values)
{
    const struct body_field *fields = q->route->body;
    const struct json_value *v;
    struct str key;
    void *at = NULL;

    while (json_read_next(root, &at, &key, &v)) {
        const struct body_field *f = find(fields, key);
        enum problem wrong;

        if (!f) {
            api_fail(a, q, 422, arena_dup(&q->arena, str_sub(key, 0, 64)), PROBLEM_MEMBER_UNKNOWN);
            return false;
        }
        if (json_read_type(v) == JSON_IS_NULL && !f->required)
            continue;
        wrong = take(f, v, q, &values[f - fields]);
        if (wrong) {
            api_fail_with(a, q, 422, f->name, wrong, str_of(f->name),
                          wrong == PROBLEM_MEMBER_WORD ? body_words(q, f->words) : STR_NULL);
            return false;
        }
    }
    for (size_t i = 0; fields[i].name; i++) {
        if (fields[i].required && !values[i].there) {
            api_fail_with(a, q, 422, fields[i].name, PROBLEM_MEMBER_MISSING, str_of(fields[i].name),
                          str_of(fields[i].doc));
            return false;
        }
    }
    return true;
}

bool body_read(struct api *a, struct api_request *q, struct body_value values[BODY_FIELDS_MAX])
{
    struct str text = q->body.n ? q->body : STR("{}");
    struct err err = ERR_INIT;
    struct json_value *root;
    bool ok;

    BUG_ON(n_fields(q->route->body) > BODY_FIELDS_MAX);
    memset(values, 0, BODY_FIELDS_MAX * sizeof(*values));
    root = json_read(&text, &err);
    if (!root || text.n) {
        api_fail_with(a, q, 400, NULL, root ? PROBLEM_BODY_MORE : PROBLEM_BODY_SYNTAX, str_of(err.text),
                      STR_NULL);
        json_read_free(root);
        return false;
    }
    ok = json_read_type(root) == JSON_IS_OBJECT;
    if (!ok)
        api_fail(a, q, 422, NULL, PROBLEM_BODY_OBJECT);
    else
        ok = take_all(a, q, root, values);
    json_read_free(root);
    return ok;
}
