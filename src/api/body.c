/* SPDX-License-Identifier: Apache-2.0 */
#include "api/body.h"

#include "api/api_reply.h"
#include "api/route.h"

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
        if (f->type == BODY_STATE ? str_ieq(s, str_of(f->words[i])) : str_eq_c(s, f->words[i]))
            return i;
    }
    return -1;
}

static enum problem take_line(const struct json_value *v, struct api_request *q, struct str *out)
{
    if (json_read_type(v) != JSON_IS_TEXT)
        return PROBLEM_MEMBER_LINES;
    *out = arena_str(&q->arena, json_read_text(v));
    return is_line(*out) ? PROBLEM_NONE : PROBLEM_MEMBER_LINE;
}

static enum problem take_ids(const struct body_field *f, const struct json_value *v, struct api_request *q,
                             struct body_value *out)
{
    size_t n = json_read_length(v);
    enum problem wrong = PROBLEM_NONE;

    if (json_read_type(v) != JSON_IS_ARRAY)
        return PROBLEM_MEMBER_LINES;
    if ((int64_t)n < f->min || (int64_t)n > f->max)
        return n ? PROBLEM_MEMBER_MANY : PROBLEM_MEMBER_EMPTY;
    out->list = arena_alloc(&q->arena, (n + 1) * sizeof(*out->list));
    for (size_t i = 0; i < n && !wrong; i++)
        wrong = take_line(json_read_element(v, i), q, &out->list[out->n_list++]);
    return wrong;
}

static enum problem take_map(const struct body_field *f, const struct json_value *v, struct api_request *q,
                             struct body_value *out)
{
    const struct json_value *value;
    enum problem wrong = PROBLEM_NONE;
    struct str key;
    void *at = NULL;

    if (json_read_type(v) != JSON_IS_OBJECT)
        return PROBLEM_MEMBER_OBJECT;
    out->list = arena_alloc(&q->arena, ((size_t)f->max + 1) * 2 * sizeof(*out->list));
    while (!wrong && json_read_next(v, &at, &key, &value)) {
        if (out->n_list >= (size_t)f->max * 2)
            return PROBLEM_MEMBER_MANY;
        out->list[out->n_list++] = arena_str(&q->arena, key);
        wrong = take_line(value, q, &out->list[out->n_list++]);
    }
    return wrong;
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
    if (f->type == BODY_WORD || f->type == BODY_STATE) {
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

static enum problem take_int(const struct body_field *f, const struct json_value *v, struct body_value *out)
{
    if (json_read_type(v) != JSON_IS_INT)
        return PROBLEM_MEMBER_INT;
    out->number = json_read_int(v);
    return out->number < f->min || out->number > f->max ? PROBLEM_MEMBER_RANGE : PROBLEM_NONE;
}

static enum problem take(const struct body_field *f, const struct json_value *v, struct api_request *q,
                         struct body_value *out)
{
    out->there = true;
    switch (f->type) {
    case BODY_BOOL:
        out->number = json_read_is(v);
        return json_read_type(v) == JSON_IS_BOOL ? PROBLEM_NONE : PROBLEM_MEMBER_BOOL;
    case BODY_STATE:
        if (json_read_type(v) == JSON_IS_TEXT)
            return take_text(f, v, q, out);
        if (take_int(f, v, out))
            return PROBLEM_MEMBER_WORD;
        out->number += BODY_NUMBER;
        return PROBLEM_NONE;
    case BODY_INT: return take_int(f, v, out);
    case BODY_IDS: return take_ids(f, v, q, out);
    case BODY_MAP: return take_map(f, v, q, out);
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

static bool is_wrong(struct body_wrong *wrong, const char *field, enum problem p, struct str arg0,
                     struct str arg1)
{
    *wrong = (struct body_wrong){field, p, {arg0, arg1}};
    return false;
}

static bool are_there(const struct body_field *fields, const struct body_value *values,
                      struct body_wrong *wrong)
{
    for (size_t i = 0; fields[i].name; i++) {
        if (fields[i].required && !values[i].there)
            return is_wrong(wrong, fields[i].name, PROBLEM_MEMBER_MISSING, str_of(fields[i].name),
                            str_of(fields[i].doc));
    }
    return true;
}

static struct str second_arg(struct api_request *q, const struct body_field *f, enum problem p)
{
    struct buf b = BUF_INIT;
    struct str s = STR_NULL;

    if (p == PROBLEM_MEMBER_WORD)
        return body_words(q, f->words);
    if (p == PROBLEM_MEMBER_MANY) {
        buf_add_i64(&b, f->max);
        s = arena_str(&q->arena, buf_str(&b));
    }
    buf_release(&b);
    return s;
}

bool body_take(struct api_request *q, const struct json_value *root, const struct body_field *fields,
               struct body_value *values, const struct body_field *more, struct body_value *more_values,
               struct body_wrong *wrong)
{
    const struct json_value *v;
    struct str key;
    void *at = NULL;

    memset(values, 0, n_fields(fields) * sizeof(*values));
    if (more)
        memset(more_values, 0, n_fields(more) * sizeof(*more_values));
    if (json_read_type(root) != JSON_IS_OBJECT)
        return is_wrong(wrong, NULL, PROBLEM_BODY_OBJECT, STR_NULL, STR_NULL);
    while (json_read_next(root, &at, &key, &v)) {
        const struct body_field *f = find(fields, key);
        struct body_value *to = f ? &values[f - fields] : NULL;
        enum problem p;

        if (!f && more && (f = find(more, key)))
            to = &more_values[f - more];
        if (!f)
            return is_wrong(wrong, arena_dup(&q->arena, str_sub(key, 0, 64)), PROBLEM_MEMBER_UNKNOWN,
                            STR_NULL, STR_NULL);
        if (json_read_type(v) == JSON_IS_NULL && !f->required)
            continue;
        p = take(f, v, q, to);
        if (p)
            return is_wrong(wrong, f->name, p, str_of(f->name), second_arg(q, f, p));
    }
    return are_there(fields, values, wrong) && (!more || are_there(more, more_values, wrong));
}

struct json_value *body_parse(struct api *a, struct api_request *q)
{
    struct str text = q->body.n ? q->body : STR("{}");
    struct err err = ERR_INIT;
    struct json_value *root = json_read(&text, &err);

    if (root && !text.n)
        return root;
    api_fail_with(a, q, 400, NULL, root ? PROBLEM_BODY_MORE : PROBLEM_BODY_SYNTAX, str_of(err.text),
                  STR_NULL);
    json_read_free(root);
    return NULL;
}

bool body_read(struct api *a, struct api_request *q, struct body_value values[BODY_FIELDS_MAX])
{
    struct json_value *root = body_parse(a, q);
    struct body_wrong wrong;
    bool ok;

    BUG_ON(n_fields(q->route->body) > BODY_FIELDS_MAX);
    if (!root)
        return false;
    ok = body_take(q, root, q->route->body, values, NULL, NULL, &wrong);
    if (!ok)
        api_fail_with(a, q, 422, wrong.field, wrong.problem, wrong.arg[0], wrong.arg[1]);
    json_read_free(root);
    return ok;
}
