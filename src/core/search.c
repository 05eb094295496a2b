/* SPDX-License-Identifier: Apache-2.0 */
#include "core/search.h"

#include <string.h>

#define NEAR_MIN 4u /* letters of a key that is looked for among those that are near */

static const struct search_word keys[SEARCH_KEYS] = {
#define KEY(ID, kind, name, others, en, fr) [SEARCH_KEY_##ID] = {name, others, en, fr, SEARCH_##kind},
#include "core/search.def"
#undef KEY
};
static const struct search_word marks[SEARCH_MARKS] = {
#define MARK(ID, word, others, en, fr) [SEARCH_MARK_##ID] = {word, others, en, fr, SEARCH_MARK},
#include "core/search.def"
#undef MARK
};
_Static_assert(SEARCH_MARKS <= 32, "marks are bits of a term");

struct reader {
    struct arena *arena;
    struct str all, rest;
    struct search_error *e;
};

const struct search_word *search_key_word(enum search_key k)
{
    BUG_ON(k <= SEARCH_WORD || k >= SEARCH_KEYS);
    return &keys[k];
}

const struct search_word *search_mark_word(enum search_mark m)
{
    BUG_ON((unsigned)m >= SEARCH_MARKS);
    return &marks[m];
}

static bool is_word(const struct search_word *w, struct str name)
{
    struct str others = str_of(w->others);

    if (str_ieq(str_of(w->name), name))
        return true;
    while (others.p) {
        struct str one = str_cut(&others, ' ');

        if (one.n && str_ieq(one, name))
            return true;
    }
    return false;
}

enum search_key search_key_of(struct str name)
{
    enum search_key k = (enum search_key)(SEARCH_WORD + 1);

    while (k < SEARCH_KEYS && !is_word(&keys[k], name))
        k++;
    return k;
}

/* ---- reading ---- */

static unsigned column(const struct reader *r, struct str at)
{
    struct str before = str_sub(r->all, 0, (size_t)(at.p - r->all.p));
    unsigned n = 1;

    for (size_t i = 0; i < before.n; i++)
        n += ((unsigned char)before.p[i] & 0xc0) != 0x80;
    return n;
}

static bool wrong(struct reader *r, enum search_wrong w, struct str at, struct str name)
{
    if (!r->e->wrong)
        *r->e = (struct search_error){w, column(r, at), name};
    return false;
}

static void skip(struct reader *r, size_t n)
{
    r->rest = str_sub(r->rest, n, r->rest.n);
}

static int peek(const struct reader *r)
{
    return r->rest.n ? (unsigned char)r->rest.p[0] : -1;
}

static bool is_blank(int ch)
{
    return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How much of rest is the name of a key, with a colon behind it; 0: none is. */
static size_t key_length(struct str s)
{
    size_t n = 0;

    while (n < s.n && (is_letter(s.p[n]) || (n && (is_digit(s.p[n]) || s.p[n] == '.'))))
        n++;
    return n && n < s.n && s.p[n] == ':' ? n : 0;
}

/* "text" at the beginning of rest; what is quoted goes into the arena. */
static bool read_quoted(struct reader *r, struct str *out)
{
    struct str at = r->rest;
    char *text = arena_alloc(r->arena, at.n + 1);
    size_t n = 0;

    skip(r, 1);
    while (r->rest.n && peek(r) != '"') {
        if (peek(r) == '\\' && r->rest.n > 1 && (r->rest.p[1] == '"' || r->rest.p[1] == '\\'))
            skip(r, 1);
        text[n++] = r->rest.p[0];
        skip(r, 1);
    }
    if (!r->rest.n)
        return wrong(r, SEARCH_QUOTE, at, STR_NULL);
    skip(r, 1);
    *out = str_make(text, n);
    return true;
}

static struct str read_bare(struct reader *r, bool list)
{
    struct str at = r->rest;

    while (r->rest.n && !is_blank(peek(r)) && !(list && peek(r) == ','))
        skip(r, 1);
    return str_sub(at, 0, at.n - r->rest.n);
}

static struct str lowered(struct reader *r, struct str s)
{
    char *copy = arena_dup(r->arena, s);

    for (size_t i = 0; i < s.n; i++)
        copy[i] = small(copy[i]);
    return str_make(copy, s.n);
}

static bool looks_like_regex(struct str s)
{
    return s.n > 1 && (s.p[0] == '^' || s.p[s.n - 1] == '$' || str_contains(s, STR(".*")) ||
                       str_contains(s, STR(".+")) || str_contains(s, STR("|")));
}

static bool has_wildcard(struct str s)
{
    return str_find_char(s, '*') >= 0 || str_find_char(s, '?') >= 0;
}

/* Of words a wildcard may stand anywhere in what is searched. */
static struct str around(struct reader *r, struct str s)
{
    char *text = arena_alloc(r->arena, s.n + 3);

    text[0] = '*';
    memcpy(text + 1, s.p, s.n);
    text[s.n + 1] = '*';
    return str_make(text, s.n + 2);
}

/* How a text is compared: by what it begins with and holds. */
static void read_how(struct reader *r, struct search_value *v, enum search_key key, char sign, bool quoted)
{
    bool part = key == SEARCH_WORD || key == SEARCH_KEY_OUTPUT;

    if (sign == '~' || (!quoted && !sign && key != SEARCH_WORD && looks_like_regex(v->text))) {
        v->how = SEARCH_REGEX;
        return;
    }
    v->text = lowered(r, v->text);
    if (sign == '=') {
        v->how = SEARCH_IS;
    } else if (!quoted && has_wildcard(v->text)) {
        v->how = SEARCH_GLOB;
        v->text = part ? around(r, v->text) : v->text;
    }
}

static bool read_text(struct reader *r, struct search_value *v, enum search_key key)
{
    struct str at = r->rest;
    char sign = 0;
    bool quoted;

    if (r->rest.n > 1 && (peek(r) == '~' || (peek(r) == '=' && key != SEARCH_WORD))) {
        sign = r->rest.p[0];
        skip(r, 1);
    }
    quoted = peek(r) == '"';
    if (!quoted)
        v->text = read_bare(r, key != SEARCH_WORD);
    else if (!read_quoted(r, &v->text))
        return false;
    if (!v->text.n)
        return wrong(r, SEARCH_EMPTY, at, key == SEARCH_WORD ? STR("~\"\"") : str_of(keys[key].name));
    read_how(r, v, key, sign, quoted);
    return true;
}

static bool read_mark(struct reader *r, struct search_term *t)
{
    struct str at = r->rest, word = read_bare(r, true);

    for (size_t i = 0; i < SEARCH_MARKS; i++) {
        if (word.n && is_word(&marks[i], word)) {
            t->marks |= 1u << i;
            return true;
        }
    }
    return wrong(r, SEARCH_NO_MARK, at, word);
}

static enum search_compare read_compare(struct reader *r, enum search_compare without)
{
    static const struct {
        struct str sign;
        enum search_compare compare;
    } signs[] = {{{"<=", 2}, SEARCH_LE},
                 {{">=", 2}, SEARCH_GE},
                 {{"<", 1}, SEARCH_LT},
                 {{">", 1}, SEARCH_GT},
                 {{"=", 1}, SEARCH_EQ}};

    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (str_starts(r->rest, signs[i].sign)) {
            skip(r, signs[i].sign.n);
            return signs[i].compare;
        }
    }
    return without;
}

/* "1.5s" and "200ms" beside what durations are. */
static bool read_span(struct str s, int64_t *us)
{
    int64_t n;

    if (str_ends(s, STR("ms")) && s.n < 12 && str_to_i64(str_sub(s, 0, s.n - 2), &n) && n >= 0) {
        *us = n * TIME_MS;
        return true;
    }
    return time_parse_duration(s, us);
}

static bool read_number(struct reader *r, struct search_value *v, enum search_key key)
{
    struct str at = r->rest, word, name = str_of(keys[key].name);
    bool span = keys[key].kind == SEARCH_SPAN;
    struct wall moment;
    enum search_compare none = (enum search_compare) - 1;

    v->compare = read_compare(r, none);
    word = read_bare(r, true);
    v->never = span && v->compare == none && str_eq_c(word, "never");
    if (v->never) {
        v->compare = SEARCH_EQ;
        return true;
    }
    if (span && word.n && read_span(word, &v->number)) {
        v->compare = v->compare == none ? SEARCH_LE : v->compare;
        return true;
    }
    if (span && time_parse_rfc3339(word, &moment)) {
        v->moment = true;
        v->number = moment.us;
        v->compare = v->compare == none ? SEARCH_GE : v->compare;
        return true;
    }
    if (span)
        return wrong(r, SEARCH_NO_SPAN, at, name);
    v->compare = v->compare == none ? SEARCH_EQ : v->compare;
    return (word.n && word.n < 10 && is_digit(word.p[0]) && str_to_i64(word, &v->number)) ||
           wrong(r, SEARCH_NO_NUMBER, at, name);
}

/* NAME, NAME=value, NAME:value; with a name that was read already, value. */
static bool read_label(struct reader *r, struct search_value *v, struct str name)
{
    struct str at = r->rest;
    size_t n = 0;
    char *copy;

    while (!name.n && n < at.n && !is_blank(at.p[n]) && at.p[n] != ',' && at.p[n] != '=' && at.p[n] != ':')
        n++;
    skip(r, n);
    v->name = name.n ? name : str_sub(at, 0, n);
    if (!v->name.n)
        return wrong(r, SEARCH_EMPTY, at, STR("label"));
    copy = arena_dup(r->arena, v->name);
    for (size_t i = 0; i < v->name.n; i++)
        copy[i] = copy[i] >= 'a' && copy[i] <= 'z' ? (char)(copy[i] - 'a' + 'A') : copy[i];
    v->name = str_make(copy, v->name.n);
    if (!name.n && peek(r) != '=' && peek(r) != ':')
        return true;
    if (!name.n)
        skip(r, 1);
    return read_text(r, v, SEARCH_KEY_LABEL);
}

static bool read_value(struct reader *r, struct search_term *t, struct str label)
{
    struct search_value *v = &t->value[t->n];

    v->column = column(r, r->rest);
    if (!r->rest.n || is_blank(peek(r)) || peek(r) == ',')
        return wrong(r, SEARCH_EMPTY, r->rest, str_of(keys[t->key].name));
    switch (keys[t->key].kind) {
    case SEARCH_MARK: return read_mark(r, t);
    case SEARCH_COUNT:
    case SEARCH_SPAN: t->n++; return read_number(r, v, t->key);
    case SEARCH_LABEL: t->n++; return read_label(r, v, label);
    default: t->n++; return read_text(r, v, t->key);
    }
}

static bool read_values(struct reader *r, struct search_term *t, struct str label)
{
    t->value = arena_alloc(r->arena, SEARCH_VALUES_MAX * sizeof(*t->value));
    for (size_t i = 0;; i++) {
        if (i == SEARCH_VALUES_MAX)
            return wrong(r, SEARCH_MANY, r->rest, STR_NULL);
        if (!read_value(r, t, label))
            return false;
        if (peek(r) != ',')
            break;
        skip(r, 1);
    }
    return !r->rest.n || is_blank(peek(r)) || wrong(r, SEARCH_QUOTE, r->rest, STR_NULL);
}

/* The key that is a slip away from this name; NULL: none is. */
static const char *near_key(struct str name)
{
    for (size_t i = SEARCH_WORD + 1; name.n >= NEAR_MIN && i < SEARCH_KEYS; i++) {
        if (str_distance(name, str_of(keys[i].name), 1) <= 1)
            return keys[i].name;
    }
    return NULL;
}

static bool read_word(struct reader *r, struct search_term *t)
{
    t->value = arena_alloc(r->arena, sizeof(*t->value));
    t->value->column = column(r, r->rest);
    t->n = 1;
    return read_text(r, t->value, SEARCH_WORD) &&
           (!r->rest.n || is_blank(peek(r)) || wrong(r, SEARCH_QUOTE, r->rest, STR_NULL));
}

static bool read_term(struct reader *r, struct search_term *t)
{
    struct str at = r->rest, name;
    bool more = at.n > 1 && !is_blank(at.p[1]);
    const char *near;
    bool good;

    t->column = column(r, at);
    t->negated = more && (peek(r) == '!' || (peek(r) == '-' && !is_digit(at.p[1]) && at.p[1] != '-'));
    if (t->negated)
        skip(r, 1);
    name = str_sub(r->rest, 0, key_length(r->rest));
    t->key = name.n ? search_key_of(name) : SEARCH_KEYS;
    near = t->key == SEARCH_KEYS ? near_key(name) : NULL;
    if (near && r->rest.n > name.n + 1 && !is_blank(r->rest.p[name.n + 1]) && r->rest.p[name.n + 1] != '/')
        return wrong(r, SEARCH_NO_KEY, r->rest, str_of(near));
    if (t->key < SEARCH_KEYS || (name.n > 1 && name.p[0] == '_')) {
        bool label = t->key == SEARCH_KEYS;

        t->key = label ? SEARCH_KEY_LABEL : t->key;
        skip(r, name.n + 1);
        good = read_values(r, t, label ? str_sub(name, 1, name.n) : STR_NULL);
    } else {
        t->key = SEARCH_WORD;
        good = read_word(r, t);
    }
    t->text = str_sub(at, 0, at.n - r->rest.n);
    return good;
}

static bool is_or(struct str s)
{
    return str_starts(s, STR("OR")) && (s.n == 2 || is_blank(s.p[2]));
}

bool search_parse(struct str text, struct arena *arena, struct search *out, struct search_error *e)
{
    struct reader r = {
        .arena = arena, .all = text.p ? text : STR(""), .rest = text.p ? text : STR(""), .e = e};
    bool joined = false;

    *e = (struct search_error){0};
    *out = (struct search){.term = arena_alloc(arena, SEARCH_TERMS_MAX * sizeof(*out->term))};
    if (text.n > SEARCH_TEXT_MAX)
        return wrong(&r, SEARCH_LONG, r.rest, STR_NULL);
    for (;;) {
        while (r.rest.n && is_blank(peek(&r)))
            skip(&r, 1);
        if (!r.rest.n)
            return !joined || wrong(&r, SEARCH_LONE_OR, r.rest, STR_NULL);
        if (is_or(r.rest)) {
            if (!out->n || joined)
                return wrong(&r, SEARCH_LONE_OR, r.rest, STR_NULL);
            joined = true;
            skip(&r, 2);
            continue;
        }
        if (out->n == SEARCH_TERMS_MAX)
            return wrong(&r, SEARCH_MANY, r.rest, STR_NULL);
        out->term[out->n].joined = joined;
        joined = false;
        if (!read_term(&r, &out->term[out->n]))
            return false;
        out->n++;
    }
}

/* One pass; at a mismatch it goes back to the last *, which takes one character more. */
bool search_glob(struct str p, struct str s)
{
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

    while (k < s.n) {
        if (i < p.n && p.p[i] == '*') {
            star = i++;
            from = k;
        } else if (i < p.n && p.p[i] == '?') {
            size_t n = str_utf8_len(str_sub(s, k, s.n));

            i++;
            k += n ? n : 1;
        } else if (i < p.n && p.p[i] == small(s.p[k])) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < p.n && p.p[i] == '*')
        i++;
    return i == p.n;
}
