/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tell_again.h"

#include "core/nlog.h"
#include "core/tell.h"
#include "core/world_in.h"

#define AT_MOST_BEFORE TIME_H /* the last moment of the record */

void tell_again_doubt(struct world *w, uint32_t check)
{
    *VEC_ADD(&w->doubts.all) = (struct tell_doubt){check, state_more(&w->st[check])->last_notification,
                                                   w->st[check].last_hard_change};
}

/* The record may end before what the database knows. */
static int64_t last_moment(const struct world *w)
{
    int64_t last = w->loaded_at.us;

    for (size_t i = 0; i < w->doubts.all.n; i++) {
        const struct state *s = &w->st[w->doubts.all.at[i].check];

        last = MAX(last, MAX(state_more(s)->last_notification, s->last_check));
    }
    return last;
}

/* What stands in the record itself is sent again anyway. */
static bool has_intent(const struct world *w, uint64_t oid)
{
    struct record_notify_intent r;

    for (size_t i = 0; i < w->intents.n; i++)
        if (w->intents.at[i].record &&
            record_get(RECORD_NOTIFY_INTENT, str_make(w->intents.at[i].record, w->intents.at[i].n), &r) ==
                0 &&
            r.oid == oid)
            return true;
    return false;
}

/* With a recovery the time of the last notification is forgotten; that it was told stands there. */
static bool is_lost(const struct world *w, const struct tell_doubt *d, int64_t from)
{
    const struct state *s = &w->st[d->check];
    int64_t last = state_more(s)->last_notification, changed = s->last_hard_change;

    if (!s->hard || has_intent(w, s->oid))
        return false;
    if (s->state == STATE_OK)
        return s->why_notify.code == WHY_TOLD && changed > d->changed && changed >= from;
    return last > d->last && last >= from && last / TIME_S >= changed / TIME_S;
}

void tell_again_after_load(struct world *w)
{
    struct tell_doubts *t = &w->doubts;
    int64_t from = last_moment(w) - AT_MOST_BEFORE;
    size_t n = 0;

    for (size_t i = 0; i < t->all.n; i++)
        if (is_lost(w, &t->all.at[i], from))
            t->all.at[n++] = t->all.at[i];
    t->all.n = n;
    if (n)
        nlog_text(w,
                  "Warning: A part of the journal is lost, and whether the last notifications of %zu hosts "
                  "and services "
                  "arrived is not known: they are sent once more",
                  n);
}

bool tell_again_wants(const struct world *w)
{
    return w->started && w->doubts.told < w->doubts.all.n;
}

bool tell_again_step(struct world *w)
{
    struct tell_doubts *t = &w->doubts;

    while (tell_again_wants(w) && !world_spent(w))
        tell_once_more(w, t->all.at[t->told++].check);
    if (tell_again_wants(w))
        return true;
    VEC_RELEASE(&t->all);
    t->told = 0;
    return false;
}
