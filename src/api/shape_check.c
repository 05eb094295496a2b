/* SPDX-License-Identifier: Apache-2.0 */
#include "api/shape.h"

#include "base/time.h"
#include "wire/json_read.h"

#include <string.h>

static bool object(const struct shape *s, const struct json_value *v, struct buf *at, const char **wrong);

static bool is_digits(struct str s)
{
    for (size_t i = s.n && s.p[0] == '-'; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool is_word(const char *const *words, struct str s)
{
    for (; *words; words++)
        if (str_eq_c(s, *words))
            return true;
    return false;
}

/* What a value of this type is not, or NULL. */
static const char *basic(const struct shape_field *f, const struct json_value *v)
{
    enum json_read_type is = json_read_type(v);
    struct wall t;

    switch (f->type) {
    case SHAPE_TEXT: return is == JSON_IS_TEXT ? NULL : "not a text";
    case SHAPE_BOOL: return is == JSON_IS_BOOL ? NULL : "neither true nor false";
    case SHAPE_INT: return is == JSON_IS_INT ? NULL : "not a whole number";
    case SHAPE_NUMBER: return is == JSON_IS_INT || is == JSON_IS_REAL ? NULL : "not a number";
    case SHAPE_ID: return is_digits(json_read_text(v)) ? NULL : "not a text of digits";
    case SHAPE_TIME: return time_parse_rfc3339(json_read_text(v), &t) ? NULL : "not a time";
    case SHAPE_WORD: return is_word(f->words, json_read_text(v)) ? NULL : "not one of its words";
    case SHAPE_OBJECT:
    case SHAPE_INSIDE:
    case SHAPE_ANY: return NULL;
    }
    BUG("shape");
}

static bool value(const struct shape_field *f, const struct json_value *v, struct buf *at, const char **wrong)
{
    if (f->type == SHAPE_OBJECT)
        return object(f->of, v, at, wrong);
    *wrong = basic(f, v);
    return !*wrong;
}

static bool elements(const struct shape_field *f, const struct json_value *v, struct buf *at,
                     const char **wrong)
{
    size_t before = at->len;

    *wrong = "not a list";
    if (json_read_type(v) != JSON_IS_ARRAY)
        return false;
    for (size_t i = 0; i < json_read_length(v); i++) {
        buf_printf(at, "/%zu", i);
        if (!(f->bits & SHAPE_HOLES && json_read_type(json_read_element(v, i)) == JSON_IS_NULL) &&
            !value(f, json_read_element(v, i), at, wrong))
            return false;
        buf_truncate(at, before);
    }
    return true;
}

static bool named(const struct shape_field *f, const struct json_value *v, struct buf *at, const char **wrong)
{
    const struct json_value *member;
    size_t before = at->len;
    void *place = NULL;
    struct str key;

    *wrong = "not an object";
    if (json_read_type(v) != JSON_IS_OBJECT)
        return false;
    while (json_read_next(v, &place, &key, &member)) {
        buf_printf(at, "/" STR_FMT, STR_ARG(key));
        if (!value(f, member, at, wrong))
            return false;
        buf_truncate(at, before);
    }
    return true;
}

static const struct shape_field *find(const struct shape_field *f, struct str name)
{
    for (; f && f->name; f++) {
        const struct shape_field *in = f->type == SHAPE_INSIDE ? find(f->of->field, name) : NULL;

        if (in)
            return in;
        if (f->type != SHAPE_INSIDE && str_eq_c(name, f->name))
            return f;
    }
    return NULL;
}

static bool all_there(const struct shape_field *f, const struct json_value *v, struct buf *at)
{
    for (; f && f->name; f++) {
        if (f->type == SHAPE_INSIDE ? !all_there(f->of->field, v, at)
                                    : !(f->bits & SHAPE_MAYBE) && !json_read_member(v, f->name)) {
            if (f->type != SHAPE_INSIDE)
                buf_printf(at, "/%s", f->name);
            return false;
        }
    }
    return true;
}

static bool member_is(const struct shape_field *f, const struct json_value *v, struct buf *at,
                      const char **wrong)
{
    if (f->bits & SHAPE_NULL && json_read_type(v) == JSON_IS_NULL)
        return true;
    if (f->bits & SHAPE_LIST)
        return elements(f, v, at, wrong);
    return f->bits & SHAPE_NAMES ? named(f, v, at, wrong) : value(f, v, at, wrong);
}

static bool members(const struct shape *s, const struct json_value *v, struct buf *at, const char **wrong)
{
    const struct json_value *member;
    size_t before = at->len;
    void *place = NULL;
    struct str key;

    while (json_read_next(v, &place, &key, &member)) {
        const struct shape_field *f = find(s->field, key);

        buf_printf(at, "/" STR_FMT, STR_ARG(key));
        *wrong = "not written down";
        if (!f && !s->open)
            return false;
        if (f && !member_is(f, member, at, wrong))
            return false;
        buf_truncate(at, before);
    }
    *wrong = "missing";
    return all_there(s->field, v, at);
}

static bool object(const struct shape *s, const struct json_value *v, struct buf *at, const char **wrong)
{
    size_t before = at->len;

    for (size_t i = 0; s->either && s->either[i]; i++) {
        if (object(s->either[i], v, at, wrong))
            return true;
        if (s->either[i + 1])
            buf_truncate(at, before);
    }
    if (s->either)
        return false;
    *wrong = "not an object";
    return json_read_type(v) == JSON_IS_OBJECT && members(s, v, at, wrong);
}

static bool is_type(struct str type, const char *want)
{
    return want && str_starts(type, str_of(want)) && (type.n == strlen(want) || type.p[strlen(want)] == ';');
}

bool shape_check(const struct shape *s, struct str type, struct str body, struct buf *why)
{
    struct buf at = BUF_INIT;
    struct json_value *root;
    const char *wrong = NULL;
    bool ok;

    if (!s || (is_type(type, s->also)))
        return true;
    if (!is_type(type, s->media ? s->media : "application/json")) {
        buf_printf(why, "its type is " STR_FMT, STR_ARG(type));
        return false;
    }
    if (!s->field && !s->either)
        return true;
    root = json_read(&body, NULL);
    ok = root && object(s, root, &at, &wrong);
    if (!ok)
        buf_printf(why, STR_FMT ": %s", STR_ARG(buf_str(&at)), root ? wrong : "no JSON");
    json_read_free(root);
    buf_release(&at);
    return ok;
}
