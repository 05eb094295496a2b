/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sight.h"

#include "base/glob.h"

#include <string.h>

static const struct {
    const char *word;
    enum sight_kind kind;
    const char *example;
} kinds[] = {
    {"hostgroup", SIGHT_HOST_GROUP, "hostgroup:linux"},
    {"servicegroup", SIGHT_SERVICE_GROUP, "servicegroup:web"},
    {"host", SIGHT_HOST, "host:web*"},
    {"service", SIGHT_SERVICE, "service:web*/HTTP*"},
    {"contact", SIGHT_CONTACT, "contact:anna"},
};

/* ---- terms ---- */

/* Where the host's pattern of "HOST/SERVICE" ends: at the first `/` that no backslash quotes. -1: there is none. */
static long slash(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n && strchr("*?\\/", s.p[i + 1]))
            i++;
        else if (s.p[i] == '/')
            return (long)i;
    }
    return -1;
}

/* As base/glob reads it, which knows no quoted slash. */
static struct str pattern_of(struct arena *arena, struct str s)
{
    struct buf b = BUF_INIT;
    struct str copy;

    for (size_t i = 0; i < s.n; i++) {
        bool quotes = s.p[i] == '\\' && i + 1 < s.n;

        if (quotes && s.p[i + 1] == '/')
            i++;
        else if (quotes && s.p[i + 1] == '\\')
            buf_add_char(&b, s.p[i++]);
        buf_add_char(&b, s.p[i]);
    }
    copy = arena_str(arena, buf_str(&b));
    buf_release(&b);
    return copy;
}

static bool is_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    }
    return true;
}

static int wrong(struct err *err, struct str term, const char *what)
{
    return err_set(err, E_INVAL, "\"" STR_FMT "\": %s", STR_ARG(str_sub(term, 0, SIGHT_TERM_MAX)), what);
}

static int names_parse(struct sight_term *t, struct str term, struct str rest, struct arena *arena,
                       struct err *err)
{
    long at;

    if (t->kind != SIGHT_SERVICE) {
        t->name = t->kind == SIGHT_HOST ? pattern_of(arena, rest) : arena_str(arena, rest);
        return 0;
    }
    at = slash(rest);
    if (at < 1 || (size_t)at + 1 == rest.n)
        return wrong(err, term,
                     "the services of a host are written service:HOST/SERVICE, such as service:web*/HTTP*");
    t->name = pattern_of(arena, str_sub(rest, 0, (size_t)at));
    t->service = pattern_of(arena, str_sub(rest, (size_t)at + 1, rest.n));
    return 0;
}

int sight_term_parse(struct sight_term *t, struct str text, struct arena *arena, struct err *err)
{
    bool negated = text.n && text.p[0] == '!';
    struct str rest = negated ? str_sub(text, 1, text.n) : text, word = str_cut(&rest, ':');

    *t = (struct sight_term){.negated = negated, .at = MODEL_NONE};
    if (text.n > SIGHT_TERM_MAX)
        return wrong(err, text, "this is too long: 256 bytes at most");
    if (!is_line(text) || !str_is_utf8(text))
        return err_set(err, E_INVAL, "a term must be one line of UTF-8 without control characters");
    for (size_t i = 0; rest.p && i < ARRAY_LEN(kinds); i++) {
        if (!str_eq_c(word, kinds[i].word))
            continue;
        if (!rest.n)
            return err_set(err, E_INVAL, "\"" STR_FMT "\": a name must follow, as in %s", STR_ARG(text),
                           kinds[i].example);
        t->kind = kinds[i].kind;
        return names_parse(t, text, rest, arena, err);
    }
    return wrong(err, text,
                 "write hostgroup:NAME, servicegroup:NAME, host:PATTERN, service:HOST/SERVICE or "
                 "contact:NAME, and ! in front for what is left out");
}

static uint32_t find(const struct sight_term *t, const struct model *m)
{
    switch (t->kind) {
    case SIGHT_HOST_GROUP: return model_find_host_group(m, t->name);
    case SIGHT_SERVICE_GROUP: return model_find_service_group(m, t->name);
    case SIGHT_CONTACT: return model_find_contact(m, t->name);
    case SIGHT_HOST:
    case SIGHT_SERVICE: break;
    }
    return MODEL_NONE;
}

/* ---- the text ---- */

int sight_put_term(struct buf *text, struct str term, struct err *err)
{
    struct arena arena = ARENA_INIT;
    struct sight_term t;
    int r = sight_term_parse(&t, term, &arena, err);

    arena_release(&arena);
    if (r < 0)
        return r;
    if (text->len + term.n + 2 > SIGHT_TEXT_MAX)
        return err_set(err, E_LIMIT, "these are too many terms");
    buf_add_str(text, term);
    buf_add_char(text, '\n');
    return 0;
}

void sight_put_end(struct buf *text)
{
    buf_add_char(text, '\n');
}

static int take_term(struct sight *s, struct str line, uint32_t *in_scope, struct err *err)
{
    struct sight_term t;
    int r = sight_term_parse(&t, line, &s->arena, err);

    if (r < 0)
        return r;
    if (++*in_scope > SIGHT_TERMS_MAX)
        return err_set(err, E_LIMIT, "a scope has too many terms: 64 at most");
    *VEC_ADD(&s->term) = t;
    return 0;
}

int sight_parse(struct sight *s, struct str text, struct err *err)
{
    struct str rest = text;
    uint32_t in_scope = 0;
    int r = 0;

    *s = (struct sight){.arena = ARENA_INIT};
    buf_init(&s->text);
    if (text.n > SIGHT_TEXT_MAX)
        return err_set(err, E_LIMIT, "these are too many terms");
    while (r == 0 && rest.n) {
        struct str line = str_cut(&rest, '\n');

        if (line.n) {
            r = take_term(s, line, &in_scope, err);
        } else {
            if (in_scope)
                s->term.at[s->term.n - 1].ends = true;
            in_scope = 0;
        }
    }
    if (r == 0 && in_scope)
        r = err_set(err, E_INVAL, "the last scope does not end");
    if (r < 0)
        VEC_CLEAR(&s->term);
    else
        buf_add_str(&s->text, text);
    return r;
}

void sight_release(struct sight *s)
{
    mem_free(s->bits);
    mem_free(s->named);
    VEC_RELEASE(&s->term);
    arena_release(&s->arena);
    buf_release(&s->text);
    *s = (struct sight){.arena = ARENA_INIT};
}

/* ---- what it sees ---- */

void sight_bind(struct sight *s, const struct model *m)
{
    for (size_t i = 0; i < s->term.n; i++)
        s->term.at[i].at = find(&s->term.at[i], m);
}

static bool fits(struct str pattern, struct str name)
{
    return glob_matches(pattern, name);
}

static bool is_about(const struct sight_term *t, const struct model *m, uint32_t idx)
{
    const struct model_check *c = model_check(m, idx), *host = model_check(m, c->host);

    switch (t->kind) {
    case SIGHT_HOST_GROUP: return t->at != MODEL_NONE && model_has(m, host->groups, t->at);
    case SIGHT_SERVICE_GROUP:
        return t->at != MODEL_NONE && c->kind == MODEL_SERVICE && model_has(m, c->groups, t->at);
    case SIGHT_HOST: return fits(t->name, model_str(m, host->name));
    case SIGHT_SERVICE:
        return c->kind == MODEL_SERVICE && fits(t->service, model_str(m, c->name)) &&
               fits(t->name, model_str(m, host->name));
    case SIGHT_CONTACT: return t->at != MODEL_NONE && model_sees(m, t->at, idx);
    }
    return false;
}

bool sight_judges(const struct sight *s, const struct model *m, uint32_t idx)
{
    bool in = false, out = false;

    for (size_t i = 0; i < s->term.n; i++) {
        const struct sight_term *t = &s->term.at[i];

        if (t->negated ? !out : !in)
            *(t->negated ? &out : &in) = is_about(t, m, idx);
        if (!t->ends)
            continue;
        if (in && !out)
            return true;
        in = out = false;
    }
    return false;
}

static bool is_about_gone(const struct sight_term *t, struct str host, struct str service)
{
    if (t->kind == SIGHT_HOST)
        return fits(t->name, host);
    if (t->kind == SIGHT_SERVICE)
        return service.n && fits(t->service, service) && fits(t->name, host);
    return t->negated; /* nobody knows whether it was in there */
}

bool sight_judges_gone(const struct sight *s, struct str host, struct str service)
{
    bool in = false, out = false;

    for (size_t i = 0; i < s->term.n; i++) {
        const struct sight_term *t = &s->term.at[i];
        bool about = is_about_gone(t, host, service);

        in = in || (!t->negated && about);
        out = out || (t->negated && about);
        if (!t->ends)
            continue;
        if (in && !out)
            return true;
        in = out = false;
    }
    return false;
}

static void set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= (uint64_t)1 << (i % 64);
}

void sight_evaluate(struct sight *s, const struct model *m)
{
    mem_free(s->bits);
    mem_free(s->named);
    s->bits = mem_calloc((size_t)m->n_check / 64 + 1, sizeof(*s->bits));
    s->named = mem_calloc((size_t)m->n_hosts / 64 + 1, sizeof(*s->named));
    s->n_check = m->n_check;
    s->n_hosts = m->n_hosts;
    s->seen_hosts = s->seen_services = 0;
    sight_bind(s, m);
    for (uint32_t i = 0; i < m->n_check; i++) {
        if (!sight_judges(s, m, i))
            continue;
        set(s->bits, i);
        set(s->named, model_check(m, i)->host);
        *(i < m->n_hosts ? &s->seen_hosts : &s->seen_services) += 1;
    }
}
