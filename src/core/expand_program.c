/* SPDX-License-Identifier: Apache-2.0 */
/* Macros of the program: times, totals, periods. */
#include "core/expand.h"
#include "core/when.h"
#include "core/world_in.h"

struct total {
    enum macro_id id;
    int kind, state; /* state -1: any problem */
    bool unhandled;
};

static const struct total totals[] = {
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

static bool counts(const struct world *w, const struct total *t, uint32_t i)
{
    const struct state *s = &w->st[i];
    bool handled = s->ack_type || s->downtime_depth || !(s->switches & MODEL_CHECK_ACTIVE);

    if (!handled && t->kind == MODEL_SERVICE)
        handled = w->st[world_host(w, i)].state != STATE_UP;
    return s->checked && (t->state < 0 ? s->state != 0 : s->state == t->state) && !(t->unhandled && handled);
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

static bool add_total(const struct world *w, enum macro_id id, uint32_t contact, struct buf *b)
{
    for (size_t k = 0; k < ARRAY_LEN(totals); k++) {
        const struct total *t = &totals[k];
        uint32_t from = t->kind == MODEL_HOST ? 0 : w->m->n_hosts,
                 to = t->kind == MODEL_HOST ? w->m->n_hosts : w->n;
        uint64_t n = 0;

        if (t->id != id)
            continue;
        for (uint32_t i = from; i < to; i++)
            n += counts(w, t, i) && concerns(w, i, contact);
        buf_add_u64(b, n);
        return true;
    }
    return false;
}

static void add_period(const struct world *w, enum macro_id id, struct str arg, struct wall at, struct buf *b)
{
    struct str name = str_cut(&arg, ':');
    uint32_t period = model_find_period(w->m, name);
    struct wall next;
    int64_t s;

    if (arg.n && str_to_i64(arg, &s) && s > INT64_MIN / TIME_S && s < INT64_MAX / TIME_S)
        at.us = s * TIME_S;
    if (period == MODEL_NONE)
        return;
    if (id == MACRO_ID_ISVALIDTIME) {
        buf_add_u64(b, when_contains(&w->when, period, at));
        return;
    }
    next = when_next(&w->when, period, at);
    buf_add_i64(b, next.us == INT64_MAX ? 0 : time_wall_s(next));
}

void expand_program(const struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                    struct buf *b)
{
    struct wall now = expand_now(w, of);

    switch (id) {
    case MACRO_ID_LONGDATETIME: expand_time(w, EXPAND_LONG, now, b); break;
    case MACRO_ID_SHORTDATETIME: expand_time(w, EXPAND_SHORT, now, b); break;
    case MACRO_ID_DATE: expand_time(w, EXPAND_DATE, now, b); break;
    case MACRO_ID_TIME: expand_time(w, EXPAND_CLOCK, now, b); break;
    case MACRO_ID_TIMET: buf_add_i64(b, time_wall_s(now)); break;
    case MACRO_ID_PROCESSSTARTTIME:
    case MACRO_ID_EVENTSTARTTIME: buf_add_i64(b, w->prog.program_start / TIME_S); break;
    case MACRO_ID_ISVALIDTIME:
    case MACRO_ID_NEXTVALIDTIME: add_period(w, id, arg, now, b); break;
    default: add_total(w, id, of->notification ? of->contact : MODEL_NONE, b); break;
    }
}
