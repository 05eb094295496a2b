/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are patterns: with use_regexp_matching those that look like one, with use_true_regexp_matching every one. */
#include "core/conf_list.h"

#include "base/ere.h"
#include "base/limits.h"

struct conf_pattern {
    struct ere e;
    bool wrong;
    const char *why;
    uint32_t done; /* bits of the types whose names were tried */
    conf_list hits[CONF_TYPE_COUNT];
};

bool conf_is_pattern(const struct conf *c, struct str name)
{
    if (c->patterns == CONF_PATTERNS_NONE)
        return false;
    return c->patterns == CONF_PATTERNS_ALL || str_find_char(name, '*') >= 0 ||
           str_find_char(name, '?') >= 0 || str_find_char(name, '+') >= 0 || str_contains(name, STR("\\."));
}

/* NULL: it is none, and that was said of this place. */
static struct conf_pattern *pattern_get(struct conf *c, uint32_t prop, struct str text)
{
    struct err err = ERR_INIT;
    struct conf_pattern *p;
    uint64_t at = 0;

    if (!map_get(&c->pattern_index, text, &at)) {
        p = mem_zalloc(sizeof(*p));
        p->wrong = ere_compile(&p->e, arena_str(&c->arena, text), &err) < 0;
        p->why = arena_dup(&c->arena, str_of(err.text));
        at = (uintptr_t)p;
        map_put(&c->pattern_index, text, at);
    }
    p = (struct conf_pattern *)(uintptr_t)at;
    if (p->wrong && conf_say_once(c, prop, text))
        conf_say(c, c->lenient ? CONF_WARNING : CONF_ERROR, conf_value_place(c, prop), "%s; correct it",
                 p->why);
    return p->wrong ? NULL : p;
}

/* Trying every name by every pattern is the one thing here that grows with the square of the files. */
static bool may_try(struct conf *c, uint32_t prop, size_t n)
{
    if (c->tried + n <= LIMIT_CONF_TRIES) {
        c->tried += n;
        return true;
    }
    if (conf_say_once(c, CONF_NONE, STR("tries")))
        conf_say(
            c, CONF_ERROR, conf_value_place(c, prop),
            "up to here patterns were tried on more than %u names; use fewer regular expressions, or groups",
            LIMIT_CONF_TRIES);
    return false;
}

const conf_list *conf_match(struct conf *c, enum conf_type type, uint32_t prop, struct str text)
{
    struct conf_pattern *p = pattern_get(c, prop, text);
    struct str name;
    uint64_t rank;

    if (!p || p->done >> type & 1)
        return p ? &p->hits[type] : NULL;
    p->done |= 1u << type;
    if (may_try(c, prop, c->rank[type].n_entry))
        for (size_t i = 0; i < c->rank[type].n_entry; i++)
            if (map_at(&c->rank[type], i, &name, &rank) && ere_find(&p->e, name))
                conf_list_add(&p->hits[type], (uint32_t)rank);
    return &p->hits[type];
}

bool conf_match_one(struct conf *c, uint32_t prop, struct str text, struct str name)
{
    struct conf_pattern *p = pattern_get(c, prop, text);

    return p && may_try(c, prop, 1) && ere_find(&p->e, name);
}

bool conf_match_wrong(struct conf *c, uint32_t prop, struct str text)
{
    return !pattern_get(c, prop, text);
}

void conf_match_release(struct conf *c)
{
    struct str text;
    uint64_t at;

    for (size_t i = 0; i < c->pattern_index.n_entry; i++) {
        struct conf_pattern *p;

        map_at(&c->pattern_index, i, &text, &at);
        p = (struct conf_pattern *)(uintptr_t)at;
        ere_release(&p->e);
        for (size_t k = 0; k < CONF_TYPE_COUNT; k++)
            VEC_RELEASE(&p->hits[k]);
        mem_free(p);
    }
    map_release(&c->pattern_index);
}
