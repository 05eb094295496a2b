/* SPDX-License-Identifier: Apache-2.0 */
#include "core/totals.h"

#include "core/world_in.h"

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

/* A contact is told of what it has to do with. */
static bool concerns(const struct world *w, uint32_t check, uint32_t contact)
{
    struct model_list l = model_check(w->m, check)->contacts;

    for (uint32_t i = 0; i < l.n; i++)
        if (model_item(w->m, l, i) == contact)
            return true;
    return contact == MODEL_NONE;
}

/* Kept until a state changes: with macros in the environment each check that begins asks for all of them. */
static void count(struct world *w, uint32_t contact)
{
    struct totals *t = &w->totals;

    if (t->known && t->contact == contact)
        return;
    *t = (struct totals){.known = true, .contact = contact};
    for (uint32_t i = 0; i < w->n; i++)
        if (w->st[i].checked && concerns(w, i, contact))
            t->n[world_kind(w, i)][w->st[i].state & 3][is_handled(w, i)]++;
}

void totals_add(struct world *w, enum macro_id id, uint32_t contact, struct buf *b)
{
    const struct total *t = table;
    uint64_t n = 0;

    while (t < table + ARRAY_LEN(table) && t->id != id)
        t++;
    if (t == table + ARRAY_LEN(table))
        return;
    count(w, contact);
    for (unsigned state = 0; state < 4; state++)
        if (t->state < 0 ? state != 0 : state == (unsigned)t->state)
            n += w->totals.n[t->kind][state][0] + (t->unhandled ? 0 : w->totals.n[t->kind][state][1]);
    buf_add_u64(b, n);
}
