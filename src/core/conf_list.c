/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names, and what they mean: single names, * for all, ! to leave one out. */
#include "core/conf_int.h"

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

void conf_expand_text(struct conf *c, enum conf_type type, uint32_t prop, struct str text, conf_list *out,
                      conf_list *reject)
{
    struct str name;

    while (conf_next_name(&text, &name)) {
        bool no = name.p[0] == '!';
        uint32_t rank;

        if (no)
            name = str_trim(str_sub(name, 1, name.n));
        if (str_eq_c(name, "*")) {
            for (uint32_t i = 0; i < c->ranked[type].n; i++)
                conf_list_add(no ? reject : out, i);
            continue;
        }
        rank = conf_rank(c, type, name);
        if (rank == CONF_NONE)
            conf_say_unknown(c, type, prop, name);
        else
            conf_list_add(no ? reject : out, rank);
    }
}

void conf_expand_row(struct conf *c, const struct conf_object *o, enum conf_type type, unsigned row,
                     conf_list *out, conf_list *reject)
{
    const struct conf_prop *p = conf_get(c, o, row);

    if (p)
        conf_expand_text(c, type, (uint32_t)(p - c->props.at), conf_text(c, o, row), out, reject);
}
