/* SPDX-License-Identifier: Apache-2.0 */
#include "core/totals.h"

#include "core/world_in.h"

#include <string.h>

enum { STATES = 3, HANDLED = 4, CHECKED = 8 }; /* of as */

struct total {
    enum macro_id id;
    int kind, state; /* state -1: any problem */
    bool unhandled;
};

static const struct total table[] = {
    {MACRO_ID_TOTALHOSTSUP, MODEL_HOST, 0, false},
    {MACRO_ID_TOTALHOSTSDOWN, MODEL_HOST, 1, false},
    {MACRO_ID_TOTALHOSTSUNREACHABLE, MODEL_HOST, 2, false},
    {MACRO_ID_TOTALHOSTSDOWNUNHANDLED, MODEL_HOST, 1, true},
    {MACRO_ID_TOTALHOSTSUNREACHABLEUNHANDLED, MODEL_HOST, 2, true},
    {MACRO_ID_TOTALHOSTPROBLEMS, MODEL_HOST, -1, false},
    {MACRO_ID_TOTALHOSTPROBLEMSUNHANDLED, MODEL_HOST, -1, true},
    {MACRO_ID_TOTALSERVICESOK, MODEL_SERVICE, 0, false},
    {MACRO_ID_TOTALSERVICESWARNING, MODEL_SERVICE, 1, false},
    {MACRO_ID_TOTALSERVICESCRITICAL, MODEL_SERVICE, 2, false},
    {MACRO_ID_TOTALSERVICESUNKNOWN, MODEL_SERVICE, 3, false},
    {MACRO_ID_TOTALSERVICESWARNINGUNHANDLED, MODEL_SERVICE, 1, true},
    {MACRO_ID_TOTALSERVICESCRITICALUNHANDLED, MODEL_SERVICE, 2, true},
    {MACRO_ID_TOTALSERVICESUNKNOWNUNHANDLED, MODEL_SERVICE, 3, true},
    {MACRO_ID_TOTALSERVICEPROBLEMS, MODEL_SERVICE, -1, false},
    {MACRO_ID_TOTALSERVICEPROBLEMSUNHANDLED, MODEL_SERVICE, -1, true},
};

static bool is_handled(const struct world *w, uint32_t i)
{
    const struct state *s = &w->st[i];

    return s->ack_type || s->downtime_depth || !(s->switches & MODEL_CHECK_ACTIVE) ||
           (i >= w->m->n_hosts && w->st[world_host(w, i)].state != STATE_UP);
}

static uint8_t count_as(const struct world *w, uint32_t i)
{
    const struct state *s = &w->st[i];

    return (uint8_t)((s->state & STATES) | (is_handled(w, i) ? HANDLED : 0) | (s->checked ? CHECKED : 0));
}

static void add(struct totals *t, enum model_kind kind, uint32_t check, unsigned as, uint32_t n)
{
    t->all[kind][as & STATES][(as & HANDLED) != 0] += n;
    t->groups.at[t->group_of[check]].n[kind][as & STATES][(as & HANDLED) != 0] += n;
}

static void look(struct world *w, uint32_t i)
{
    struct totals *t = &w->totals;
    uint8_t was = t->as[i], as = count_as(w, i);

    if (as == was)
        return;
    t->as[i] = as;
    if (world_kind(w, i) == MODEL_SERVICE) {
        t->services[world_host(w, i)][was & STATES]--;
        t->services[world_host(w, i)][as & STATES]++;
    }
    t->contact = MODEL_NONE;
    if (was & CHECKED)
        add(t, world_kind(w, i), i, was, UINT32_MAX); /* one less */
    if (as & CHECKED)
        add(t, world_kind(w, i), i, as, 1);
}

/* Whoever sees to a host sees to its services. */
static void look_around(struct world *w, uint32_t i)
{
    const struct model_check *c = model_check(w->m, i);
    bool was_up = (w->totals.as[i] & STATES) == STATE_UP;

    look(w, i);
    if (world_kind(w, i) == MODEL_HOST && was_up != (w->st[i].state == STATE_UP))
        for (uint32_t k = 0; k < c->n_services; k++)
            look(w, c->first_service + k);
}

/* Most have the list of the one before; only short lists are kept once in a configuration. */
static uint32_t group_of(struct world *w, struct map *places, uint32_t i)
{
    struct totals *t = &w->totals;
    struct model_list l = model_check(w->m, i)->contacts, before = {0};
    uint64_t *at;
    bool is_new;

    if (i)
        before = model_check(w->m, i - 1)->contacts;
    if (i && before.first == l.first && before.n == l.n)
        return t->group_of[i - 1];
    at = map_place(places,
                   str_make(l.n ? (const char *)model_index(w->m, l.first) : "", l.n * sizeof(uint32_t)),
                   &is_new);
    if (is_new) {
        *at = t->groups.n;
        *VEC_ADD(&t->groups) = (struct totals_group){.contacts = l};
    }
    return (uint32_t)*at;
}

static void begin(struct world *w)
{
    struct totals *t = &w->totals;
    struct map places = MAP_INIT;

    *t = (struct totals){.contact = MODEL_NONE};
    t->as = mem_zalloc((size_t)w->n + 1);
    t->group_of = mem_calloc((size_t)w->n + 1, sizeof(*t->group_of));
    t->services = mem_calloc((size_t)w->m->n_hosts + 1, sizeof(*t->services));
    for (uint32_t i = 0; i < w->m->n_hosts; i++)
        t->services[i][STATE_OK] = model_check(w->m, i)->n_services; /* as `as` has it, before a look */
    for (uint32_t i = 0; i < w->n; i++) {
        t->group_of[i] = group_of(w, &places, i);
        look(w, i);
    }
    map_release(&places);
}

void totals_follow(struct world *w)
{
    for (size_t i = 0; w->totals.as && i < w->dirty.n; i++)
        look_around(w, w->dirty.at[i]);
}

void totals_look(struct world *w, uint32_t check)
{
    w->totals.known = false;
    if (!w->totals.as || check == MODEL_NONE)
        return;
    look_around(w, world_host(w, check));
    look_around(w, check);
}

void totals_release(struct world *w)
{
    mem_free(w->totals.as);
    mem_free(w->totals.group_of);
    mem_free(w->totals.services);
    VEC_RELEASE(&w->totals.groups);
    w->totals = (struct totals){.contact = MODEL_NONE};
}

/* A contact is told of what it has to do with. */
static bool has(const struct world *w, struct model_list l, uint32_t contact)
{
    for (uint32_t i = 0; i < l.n; i++)
        if (model_item(w->m, l, i) == contact)
            return true;
    return false;
}

static void sum_up(struct world *w, uint32_t contact)
{
    struct totals *t = &w->totals;
    uint32_t *own = &t->own[0][0][0];

    memset(t->own, 0, sizeof(t->own));
    for (size_t i = 0; i < t->groups.n; i++) {
        const uint32_t *n = &t->groups.at[i].n[0][0][0];

        if (!has(w, t->groups.at[i].contacts, contact))
            continue;
        for (size_t k = 0; k < sizeof(t->own) / sizeof(*own); k++)
            own[k] += n[k];
    }
    t->contact = contact;
}

static void know(struct world *w)
{
    if (!w->totals.as)
        begin(w);
    if (!w->totals.known)
        totals_follow(w);
    w->totals.known = true;
}

uint32_t totals_services(struct world *w, uint32_t host, uint8_t state)
{
    BUG_ON(host >= w->m->n_hosts || state > STATES);
    know(w);
    return w->totals.services[host][state];
}

static const totals_n *count(struct world *w, uint32_t contact)
{
    struct totals *t = &w->totals;

    know(w);
    if (contact == MODEL_NONE)
        return &t->all;
    if (t->contact != contact)
        sum_up(w, contact);
    return &t->own;
}

void totals_add(struct world *w, enum macro_id id, uint32_t contact, struct buf *b)
{
    const struct total *t = table;
    const totals_n *have;
    uint64_t n = 0;

    while (t < table + ARRAY_LEN(table) && t->id != id)
        t++;
    if (t == table + ARRAY_LEN(table))
        return;
    have = count(w, contact);
    for (unsigned state = 0; state < 4; state++)
        if (t->state < 0 ? state != 0 : state == (unsigned)t->state)
            n += (*have)[t->kind][state][0] + (t->unhandled ? 0 : (*have)[t->kind][state][1]);
    buf_add_u64(b, n);
}
