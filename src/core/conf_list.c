/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names, and what they mean: single names, * for all, ! to leave one out. */
#include "core/conf_list.h"

#include <stdlib.h>
#include <string.h>

bool conf_next_name(struct str *rest, struct str *name)
{
    while (rest->p && rest->n) {
        *name = str_trim(str_cut(rest, ','));
        if (name->n)
            return true;
    }
    return false;
}

void conf_list_add(conf_list *l, uint32_t v)
{
    *VEC_ADD(l) = v;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

void conf_list_sort(conf_list *l)
{
    size_t n = 0;
    bool rising = true;

    for (size_t i = 1; i < l->n && rising; i++)
        rising = l->at[i - 1] < l->at[i];
    if (rising)
        return;
    qsort(l->at, l->n, sizeof(*l->at), by_value);
    for (size_t i = 0; i < l->n; i++)
        if (!n || l->at[n - 1] != l->at[i])
            l->at[n++] = l->at[i];
    l->n = n;
}

void conf_list_first(conf_list *l)
{
    struct map seen = {0};
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++)
        if (map_put_u64(&seen, l->at[i], 1))
            l->at[n++] = l->at[i];
    l->n = n;
    map_release(&seen);
}

void conf_list_reverse(conf_list *to, const conf_list *from)
{
    for (size_t i = from->n; i-- > 0;)
        conf_list_add(to, from->at[i]);
}

static void put_in_order(struct conf_names *names)
{
    if (names->as_written)
        conf_list_first(&names->yes);
    else
        conf_list_sort(&names->yes);
    conf_list_sort(&names->no);
}

bool conf_say_once(struct conf *c, uint32_t prop, struct str name)
{
    uint64_t key = ((uint64_t)prop << 32) ^ (hash_bytes(name.p, name.n) & UINT32_MAX);

    return map_put_u64(&c->said, key, 1);
}

void conf_say_unknown(struct conf *c, enum conf_type type, uint32_t prop, struct str name)
{
    struct str near;
    const char *what = conf_type_name(type);
    enum conf_severity sev = c->lenient ? CONF_WARNING : CONF_ERROR;

    if (!conf_say_once(c, prop, name))
        return;
    near = conf_near(c, &c->rank[type], name);
    if (near.n)
        conf_say(c, sev, conf_value_place(c, prop),
                 "there is no %s '" STR_FMT "'; did you mean '" STR_FMT "'?", what, STR_ARG(name),
                 STR_ARG(near));
    else
        conf_say(c, sev, conf_value_place(c, prop),
                 "there is no %s '" STR_FMT "'; define it or take the name out", what, STR_ARG(name));
}

bool conf_list_has(const conf_list *l, uint32_t v)
{
    size_t from = 0, to = l->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (l->at[mid] == v)
            return true;
        if (l->at[mid] < v)
            from = mid + 1;
        else
            to = mid;
    }
    return false;
}

/* Taking out what was excluded; both lists are sorted. */
void conf_list_subtract(conf_list *l, const conf_list *reject)
{
    size_t n = 0, k = 0;

    for (size_t i = 0; i < l->n; i++) {
        while (k < reject->n && reject->at[k] < l->at[i])
            k++;
        if (k == reject->n || reject->at[k] != l->at[i])
            l->at[n++] = l->at[i];
    }
    l->n = n;
}

/* Is the list of this kind one of patterns, where * is all and ! leaves out? Nagios knows them in some lists only. */
static bool has_patterns(enum conf_kind kind)
{
    return kind == CONF_KIND_HOSTS || kind == CONF_KIND_HOSTGROUPS || kind == CONF_KIND_SERVICEGROUPS ||
           kind == CONF_KIND_CONTACTS || kind == CONF_KIND_CONTACTGROUPS;
}

static void add_all(conf_list *l, const conf_list *more)
{
    for (size_t i = 0; i < more->n; i++)
        conf_list_add(l, more->at[i]);
}

/* One name of a list of patterns. */
static void add_pattern(struct conf *c, enum conf_type type, uint32_t prop, struct str name,
                        struct conf_names *out)
{
    bool no = name.p[0] == '!';
    conf_list *to = no ? &out->no : &out->yes;
    const conf_list *hits;

    if (no)
        name = str_trim(str_sub(name, 1, name.n));
    if (str_eq_c(name, "*") && c->patterns == CONF_PATTERNS_NONE) {
        for (uint32_t i = 0; i < c->ranked[type].n; i++)
            conf_list_add(to, i);
    } else if (conf_is_pattern(c, name)) {
        hits = conf_match(c, type, prop, name);
        if (hits)
            add_all(to, hits);
        if (hits && !hits->n)
            conf_say_unknown(c, type, prop, name);
        out->wrong |= !hits || !hits->n;
    } else {
        conf_names_add(c, type, prop, name, to, &out->wrong);
    }
}

void conf_names_add(struct conf *c, enum conf_type type, uint32_t prop, struct str name, conf_list *to,
                    bool *wrong)
{
    uint32_t rank = conf_rank(c, type, name);

    if (rank != CONF_NONE) {
        conf_list_add(to, rank);
        return;
    }
    conf_say_unknown(c, type, prop, name);
    *wrong = true;
}

void conf_names_text(struct conf *c, enum conf_type type, uint32_t prop, struct str text,
                     struct conf_names *out)
{
    struct str name;

    while (conf_next_name(&text, &name))
        add_pattern(c, type, prop, name, out);
    put_in_order(out);
}

/* Lists in which Nagios looks for a name that is not there. */
static bool wants_names(unsigned row)
{
    static const unsigned rows[] = {
        CONF_D_HOST_hostgroups,
        CONF_D_SERVICE_servicegroups,
        CONF_D_CONTACT_contactgroups,
        CONF_D_HOSTGROUP_members,
        CONF_D_HOSTGROUP_hostgroup_members,
        CONF_D_SERVICEGROUP_members,
        CONF_D_SERVICEGROUP_servicegroup_members,
        CONF_D_CONTACTGROUP_contactgroup_members,
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i] == row)
            return true;
    return false;
}

bool conf_names_nothing(struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = p ? conf_text(c, o, row) : STR_NULL, name;

    if (!p || str_eq_c(p->value, "null") || !wants_names(row) || conf_next_name(&rest, &name))
        return false;
    if (conf_say_once(c, (uint32_t)(p - c->props.at), STR("")))
        conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "%s names nothing; write names, or null", conf_directive(row)->name);
    return true;
}

void conf_names_row(struct conf *c, const struct conf_object *o, enum conf_type type, unsigned row,
                    struct conf_names *out)
{
    const struct conf_prop *p = conf_get(c, o, row);
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : CONF_NONE;
    struct str text = p ? conf_text(c, o, row) : STR_NULL, name;

    VEC_CLEAR(&out->yes);
    VEC_CLEAR(&out->no);
    out->wrong = conf_names_nothing(c, o, row);
    out->given = text.n > 0;
    if (has_patterns(conf_directive(row)->kind)) {
        conf_names_text(c, type, prop, text, out);
        return;
    }
    while (conf_next_name(&text, &name))
        conf_names_add(c, type, prop, name, &out->yes, &out->wrong);
    put_in_order(out);
}

void conf_names_settle(struct conf *c, const struct conf_object *o, unsigned row, struct conf_names *names)
{
    conf_list_subtract(&names->yes, &names->no);
    if (names->given && !names->wrong && !names->yes.n)
        conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(conf_get(c, o, row) - c->props.at)),
                 "nothing is left in %s; write what is meant before the '!', or take the line out",
                 conf_directive(row)->name);
}

void conf_names_release(struct conf_names *names)
{
    VEC_RELEASE(&names->yes);
    VEC_RELEASE(&names->no);
}
