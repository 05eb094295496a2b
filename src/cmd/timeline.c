/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/timeline.h"

#include "base/buf.h"
#include "base/limits.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MOST 100000u

struct reading {
    struct timeline *t;
    struct err *err;
    char path[256]; /* of the value being read */
};

/* ---- places ---- */

static void enter(struct reading *r, const char *fmt, ...) PRINTF(2, 3);
static void enter(struct reading *r, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->path, sizeof(r->path), fmt, ap);
    va_end(ap);
}

static int wrong(struct reading *r, const char *wanted)
{
    return err_set(r->err, E_INVAL, "%s: %s", r->path, wanted);
}

/* ---- simple values ---- */

static const char *keep(struct reading *r, struct str s)
{
    return arena_dup(&r->t->arena, s);
}

static int read_text(struct reading *r, const struct json_value *v, const char **out)
{
    struct str s = json_read_text(v);

    if (!s.p)
        return wrong(r, "a text is wanted");
    if (memchr(s.p, '\0', s.n))
        return wrong(r, "a text cannot hold NUL");
    *out = keep(r, s);
    return 0;
}

/* A text, or a number as it is written. */
static int read_word(struct reading *r, const struct json_value *v, const char **out)
{
    struct buf b = BUF_INIT;

    if (json_read_type(v) != JSON_IS_INT && json_read_type(v) != JSON_IS_REAL)
        return read_text(r, v, out);
    json_read_copy(v, &b);
    *out = keep(r, buf_str(&b));
    buf_release(&b);
    return 0;
}

static int read_seconds(struct reading *r, const struct json_value *v, int64_t *ms)
{
    if (!json_read_milli(v, ms))
        return wrong(r, "a number of seconds is wanted");
    if (*ms < 0 || *ms > TIMELINE_MOST_MS)
        return wrong(r, "it must be from 0 to ten years");
    return 0;
}

static int read_code(struct reading *r, const struct json_value *v, uint64_t *code)
{
    int64_t n = json_read_int(v);

    if (json_read_type(v) != JSON_IS_INT || n < 0 || n > 255)
        return wrong(r, "an exit status from 0 to 255 is wanted");
    *code = (uint64_t)n;
    return 0;
}

static int read_signal(struct reading *r, const struct json_value *v, uint64_t *signal)
{
    static const struct {
        const char *name;
        uint64_t number;
    } names[] = {{"HUP", 1}, {"INT", 2}, {"ABRT", 6}, {"KILL", 9}, {"SEGV", 11}, {"PIPE", 13}, {"TERM", 15}};
    int64_t n = json_read_int(v);

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_c(json_read_text(v), names[i].name)) {
            *signal = names[i].number;
            return 0;
        }
    if (json_read_type(v) != JSON_IS_INT || n < 0 || n > 64)
        return wrong(r, "the number of a signal is wanted, or HUP, INT, ABRT, KILL, SEGV, PIPE or TERM");
    *signal = (uint64_t)n;
    return 0;
}

/* ---- answers of plugins ---- */

static int answer_list(struct reading *r, const struct json_value *v, struct timeline_answer *a)
{
    char at[256];
    int rc;

    if (json_read_length(v) != 2)
        return wrong(r, "write [exit status, output]");
    str_copy(at, sizeof(at), str_of(r->path));
    enter(r, "%s[0]", at);
    rc = read_code(r, json_read_element(v, 0), &a->code);
    if (rc == 0) {
        enter(r, "%s[1]", at);
        rc = read_word(r, json_read_element(v, 1), &a->output);
    }
    a->has_code = a->has_output = true;
    return rc;
}

static void ignore(struct reading *r)
{
    *VEC_ADD(&r->t->ignored) = keep(r, str_of(r->path));
}

static int answer_member(struct reading *r, struct str key, const struct json_value *v,
                         struct timeline_answer *a)
{
    if (str_eq_c(key, "rc")) {
        a->has_code = true;
        return read_code(r, v, &a->code);
    }
    if (str_eq_c(key, "out")) {
        a->has_output = true;
        return read_word(r, v, &a->output);
    }
    if (str_eq_c(key, "sleep"))
        return read_seconds(r, v, &a->sleep_ms);
    if (str_eq_c(key, "sig"))
        return read_signal(r, v, &a->signal);
    ignore(r);
    return 0;
}

static int answer_map(struct reading *r, const struct json_value *v, struct timeline_answer *a)
{
    const struct json_value *member;
    char at[256];
    void *it = NULL;
    struct str key;
    int rc = 0;

    str_copy(at, sizeof(at), str_of(r->path));
    while (rc == 0 && json_read_next(v, &it, &key, &member)) {
        enter(r, "%s." STR_FMT, at, STR_ARG(str_sub(key, 0, 40)));
        rc = answer_member(r, key, member, a);
    }
    return rc;
}

static size_t count_members(const struct json_value *v)
{
    const struct json_value *member;
    void *it = NULL;
    struct str key;
    size_t n = 0;

    while (json_read_next(v, &it, &key, &member))
        n++;
    return n;
}

static int read_answers(struct reading *r, const struct json_value *v, const struct timeline_answer **out,
                        size_t *n)
{
    struct timeline_answer *list;
    const struct json_value *member;
    char at[256];
    void *it = NULL;
    struct str key;
    int rc = 0;

    if (json_read_type(v) != JSON_IS_OBJECT)
        return wrong(r, "an object with an answer for each plugin is wanted");
    str_copy(at, sizeof(at), str_of(r->path));
    list = arena_alloc(&r->t->arena, (count_members(v) + 1) * sizeof(*list));
    *out = list;
    for (*n = 0; rc == 0 && json_read_next(v, &it, &key, &member); (*n)++) {
        enter(r, "%s." STR_FMT, at, STR_ARG(str_sub(key, 0, 60)));
        list[*n].key = keep(r, key);
        list[*n].output = "";
        list[*n].number = r->t->n_all_answers++;
        if (json_read_type(member) == JSON_IS_ARRAY)
            rc = answer_list(r, member, &list[*n]);
        else if (json_read_type(member) == JSON_IS_OBJECT)
            rc = answer_map(r, member, &list[*n]);
        else
            rc = wrong(r, "write [exit status, output], or an object with rc, out, sleep, sig");
    }
    return rc;
}

/* ---- steps ---- */

static int read_commands(struct reading *r, const struct json_value *v, struct timeline_step *s)
{
    size_t n = json_read_type(v) == JSON_IS_ARRAY ? json_read_length(v) : 1;
    const char **list = arena_alloc(&r->t->arena, (n + 1) * sizeof(*list));
    char at[256];
    int rc = 0;

    s->commands = list;
    if (json_read_type(v) != JSON_IS_ARRAY) {
        s->n_commands = 1;
        return read_text(r, v, &list[0]);
    }
    str_copy(at, sizeof(at), str_of(r->path));
    for (size_t i = 0; rc == 0 && i < n; i++) {
        enter(r, "%s[%zu]", at, i);
        rc = read_text(r, json_read_element(v, i), &list[i]);
        s->n_commands = i + 1;
    }
    return rc;
}

static int read_action(struct reading *r, const struct json_value *v, enum timeline_action *out)
{
    static const char *const words[] = {"", "stop", "start", "restart", "hup"};

    for (size_t i = 1; i < ARRAY_LEN(words); i++)
        if (str_eq_c(json_read_text(v), words[i])) {
            *out = (enum timeline_action)i;
            return 0;
        }
    return wrong(r, "write stop, start, restart or hup");
}

static int read_objects(struct reading *r, const struct json_value *v, const char **objects)
{
    struct buf b = BUF_INIT;
    const char *line = "";
    char at[256];
    int rc = 0;

    if (json_read_type(v) == JSON_IS_TEXT)
        return read_text(r, v, objects);
    if (json_read_type(v) != JSON_IS_ARRAY)
        return wrong(r, "lines are wanted, or one text");
    str_copy(at, sizeof(at), str_of(r->path));
    for (size_t i = 0; rc == 0 && i < json_read_length(v); i++) {
        enter(r, "%s[%zu]", at, i);
        rc = read_text(r, json_read_element(v, i), &line);
        buf_printf(&b, "%s\n", rc == 0 ? line : "");
    }
    *objects = keep(r, buf_str(&b));
    buf_release(&b);
    return rc;
}

static int step_member(struct reading *r, struct str key, const struct json_value *v, struct timeline_step *s)
{
    if (str_eq_c(key, "at"))
        return read_seconds(r, v, &s->at_ms);
    if (str_eq_c(key, "cmd"))
        return read_commands(r, v, s);
    if (str_eq_c(key, "plugin"))
        return read_answers(r, v, &s->answers, &s->n_answers);
    if (str_eq_c(key, "do"))
        return read_action(r, v, &s->action);
    if (str_eq_c(key, "objects"))
        return read_objects(r, v, &s->objects);
    if (str_eq_c(key, "probe"))
        return read_text(r, v, &s->probe);
    if (!str_eq_c(key, "fields") && !str_eq_c(key, "what"))
        ignore(r);
    return 0;
}

static int read_step(struct reading *r, size_t i, const struct json_value *v)
{
    struct timeline_step s = {.at_ms = -1, .place = i};
    const struct json_value *member;
    void *it = NULL;
    struct str key;
    int rc = 0;

    enter(r, "steps[%zu]", i);
    if (json_read_type(v) != JSON_IS_OBJECT)
        return wrong(r, "an object is wanted");
    while (rc == 0 && json_read_next(v, &it, &key, &member)) {
        enter(r, "steps[%zu]." STR_FMT, i, STR_ARG(str_sub(key, 0, 60)));
        rc = step_member(r, key, member, &s);
    }
    if (rc == 0 && s.at_ms < 0) {
        enter(r, "steps[%zu].at", i);
        rc = wrong(r, "it is missing; say at which second this happens");
    }
    if (rc == 0)
        *VEC_ADD(&r->t->steps) = s;
    return rc;
}

/* What happens at one time happens as it was written. */
static int by_time(const void *a, const void *b)
{
    const struct timeline_step *x = a, *y = b;

    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int read_steps(struct reading *r, const struct json_value *v)
{
    int rc = 0;

    if (json_read_type(v) != JSON_IS_ARRAY)
        return wrong(r, "a list of steps is wanted");
    if (json_read_length(v) > STEPS_MOST)
        return wrong(r, "there are more than 100000");
    for (size_t i = 0; rc == 0 && i < json_read_length(v); i++)
        rc = read_step(r, i, json_read_element(v, i));
    if (r->t->steps.n)
        qsort(r->t->steps.at, r->t->steps.n, sizeof(*r->t->steps.at), by_time);
    return rc;
}

/* ---- the rest ---- */

static int read_main(struct reading *r, const struct json_value *v)
{
    const struct json_value *member;
    void *it = NULL;
    struct str key;
    int rc = 0;

    if (json_read_type(v) != JSON_IS_OBJECT)
        return wrong(r, "an object with directives is wanted");
    while (rc == 0 && json_read_next(v, &it, &key, &member)) {
        struct timeline_directive *d = VEC_ADD(&r->t->main);

        enter(r, "main." STR_FMT, STR_ARG(str_sub(key, 0, 100)));
        d->name = keep(r, key);
        if (json_read_type(member) != JSON_IS_NULL)
            rc = read_word(r, member, &d->value);
        if (rc == 0 && (strpbrk(d->name, "=\n\r") || (d->value && strpbrk(d->value, "\n\r"))))
            rc = wrong(r, "a directive is one line: a name and a value");
    }
    return rc;
}

static int top_member(struct reading *r, struct str key, const struct json_value *v)
{
    static const char *const others[] = {"compare",        "tolerance", "unspecified",
                                         "ignore_runs_of", "env",       "real"};
    struct timeline *t = r->t;

    if (str_eq_c(key, "name"))
        return read_text(r, v, &t->name);
    if (str_eq_c(key, "what"))
        return read_text(r, v, &t->what);
    if (str_eq_c(key, "main"))
        return read_main(r, v);
    if (str_eq_c(key, "objects"))
        return read_objects(r, v, &t->objects);
    if (str_eq_c(key, "plugins"))
        return read_answers(r, v, &t->answers, &t->n_answers);
    if (str_eq_c(key, "steps"))
        return read_steps(r, v);
    if (str_eq_c(key, "end"))
        return read_seconds(r, v, &t->end_ms);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq_c(key, others[i]))
            return 0;
    ignore(r);
    return 0;
}

static int read_top(struct reading *r, const struct json_value *root)
{
    const struct json_value *member;
    void *it = NULL;
    struct str key;
    int rc = 0;

    if (json_read_type(root) != JSON_IS_OBJECT)
        return err_set(r->err, E_INVAL, "a timeline is a JSON object with steps and an end");
    while (rc == 0 && json_read_next(root, &it, &key, &member)) {
        enter(r, STR_FMT, STR_ARG(str_sub(key, 0, 100)));
        rc = top_member(r, key, member);
    }
    if (rc == 0 && r->t->end_ms < 0) {
        enter(r, "end");
        rc = wrong(r, "it is missing; say at which second the timeline ends");
    }
    return rc;
}

int timeline_read(struct timeline *t, struct str text, struct err *err)
{
    struct reading r = {.t = t, .err = err};
    struct json_value *root;
    int rc;

    *t = (struct timeline){.name = "", .what = "", .objects = "", .end_ms = -1};
    text = str_trim(text);
    root = json_read(&text, err);
    if (!root)
        return E_FORMAT;
    rc = text.n ? err_set(err, E_FORMAT, "something stands behind the end of the timeline")
                : read_top(&r, root);
    json_read_free(root);
    if (rc < 0)
        timeline_release(t);
    return rc;
}

/* ---- places in the file ---- */

struct scan {
    struct str keys[LIMIT_JSON_DEPTH + 1]; /* by depth: the key that is open */
    unsigned depth;
};

static bool is_wanted(const struct scan *s, enum timeline_key what)
{
    if (what == TIMELINE_DIRECTIVE)
        return s->depth == 2 && str_eq_c(s->keys[1], "main");
    return (s->depth == 2 && str_eq_c(s->keys[1], "plugins")) ||
           (s->depth == 4 && str_eq_c(s->keys[1], "steps") && str_eq_c(s->keys[3], "plugin"));
}

/* The end of the text that begins at i, and whether it is a key. */
static size_t pass_text(struct str text, size_t i, bool *key)
{
    size_t end = i + 1, next;

    while (end < text.n && text.p[end] != '"')
        end += text.p[end] == '\\' ? 2 : 1;
    for (next = end + 1; next < text.n && memchr(" \t\r\n", text.p[next], 4);)
        next++;
    *key = next < text.n && text.p[next] == ':';
    return end;
}

bool timeline_place(struct str text, enum timeline_key what, size_t number, unsigned *line, unsigned *column)
{
    struct scan s = {.depth = 0};
    size_t begin = 0, end;
    bool key;

    *line = 1;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '\n') {
            ++*line;
            begin = i + 1;
        } else if (c == '{' || c == '[') {
            if (s.depth++ == LIMIT_JSON_DEPTH)
                break;
            s.keys[s.depth] = STR_NULL;
        } else if ((c == '}' || c == ']') && s.depth) {
            s.depth--;
        } else if (c == '"') {
            end = pass_text(text, i, &key);
            if (key)
                s.keys[s.depth] = str_sub(text, i + 1, end - i - 1);
            if (key && is_wanted(&s, what) && number-- == 0) {
                *column = (unsigned)(i - begin) + 1;
                return true;
            }
            i = end;
        }
    }
    *line = *column = 1;
    return false;
}

void timeline_release(struct timeline *t)
{
    VEC_RELEASE(&t->main);
    VEC_RELEASE(&t->steps);
    VEC_RELEASE(&t->ignored);
    arena_release(&t->arena);
}
