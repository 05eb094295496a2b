/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tell_again.h"

#include "core/nlog.h"
#include "core/tell.h"
#include "core/world_in.h"

#define AT_MOST_BEFORE TIME_H /* the last moment of the record */

void tell_again_doubt(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    *VEC_ADD(&w->doubts.all) = (struct tell_doubt){
        .oid = s->oid, .last = state_more(s)->last_notification, .changed = s->last_hard_change};
}

/* NULL: it is not configured any more. */
static const struct state *state_of(const struct world *w, const struct tell_doubt *d)
{
    uint32_t check;

    return oids_find(&w->oids, d->oid, &check) ? &w->st[check] : NULL;
}

/* The record may end before what the database knows. */
static int64_t last_moment(const struct world *w)
{
    int64_t last = w->loaded_at.us;

    for (size_t i = 0; i < w->doubts.all.n; i++) {
        const struct state *s = state_of(w, &w->doubts.all.at[i]);

        if (!s)
            continue;
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
    const struct state *s = state_of(w, d);
    int64_t last, changed;

    if (!s || !s->hard || has_intent(w, d->oid) || telling_waits(w, d->oid))
        return false;
    last = state_more(s)->last_notification;
    changed = s->last_hard_change;
    if (s->state == STATE_OK)
        return s->why_notify.code == WHY_TOLD && changed > d->changed && changed >= from;
    return last > d->last && last >= from && last / TIME_S >= changed / TIME_S;
}

static struct tell_doubt as_loaded(const struct world *w, const struct tell_doubt *d)
{
    const struct state *s = state_of(w, d);

    return (struct tell_doubt){.oid = d->oid,
                               .last = state_more(s)->last_notification,
                               .changed = s->last_hard_change,
                               .state = s->state};
}

/* Whoever was told since, or of another state, knows how things are. */
static bool is_still(const struct state *s, const struct tell_doubt *d)
{
    return s->hard && s->state == d->state && s->last_hard_change == d->changed &&
           state_more(s)->last_notification == d->last;
}

void tell_again_after_load(struct world *w)
{
    struct tell_doubts *t = &w->doubts;
    int64_t from = last_moment(w) - AT_MOST_BEFORE;
    size_t n = 0;

    for (size_t i = 0; i < t->all.n; i++)
        if (is_lost(w, &t->all.at[i], from))
            t->all.at[n++] = as_loaded(w, &t->all.at[i]);
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

static void look_and_tell(struct world *w, const struct tell_doubt *d)
{
    const struct state *s = state_of(w, d);

    if (s && is_still(s, d))
        tell_once_more(w, (uint32_t)(s - w->st));
}

bool tell_again_step(struct world *w)
{
    struct tell_doubts *t = &w->doubts;

    while (tell_again_wants(w) && !world_spent(w))
        look_and_tell(w, &t->all.at[t->told++]);
    if (tell_again_wants(w))
        return true;
    VEC_RELEASE(&t->all);
    t->told = 0;
    return false;
}
