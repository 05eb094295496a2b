/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan.h"

#include "core/explain.h"
#include "core/note.h"
#include "core/over.h"
#include "core/reach.h"
#include "core/reason.h"
#include "core/world_in.h"

void plan_release(struct plan *p)
{
    VEC_RELEASE(&p->list);
    map_release(&p->place);
}

/* ---- who ---- */

/* Why this escalation does not count now, or WHY_NONE. */
static struct state_why escalation_why(const struct world *w, const struct model_escalation *e, int64_t n)
{
    const struct state *s = &w->st[e->check];
    uint32_t bit =
        s->state == STATE_OK ? (uint32_t)MODEL_ON_RECOVERY : state_on(world_kind(w, e->check), s->state);

    if (n < e->first || (e->last && n > e->last) ||
        (w->opt.mutation == WORLD_ESCALATES_NO_HOST && world_kind(w, e->check) == MODEL_HOST))
        return why_make(e->last ? WHY_ESCALATION_NUMBER : WHY_ESCALATION_FROM, MODEL_NONE, e->first, e->last);
    if (e->period != MODEL_NONE && !when_contains(&w->when, e->period, w->now.wall))
        return why_make(WHY_ESCALATION_PERIOD, e->period, 0, 0);
    return why_make(e->on & bit ? WHY_NONE : WHY_ESCALATION_OPTION, MODEL_NONE, 0, 0);
}

static uint32_t contact_period(const struct world *w, uint32_t contact, bool host)
{
    const struct model_contact *c = model_contact(w->m, contact);
    const struct over *o = w->contact[contact].over;
    enum over_what what = host ? OVER_NOTIFY_PERIOD : OVER_SERVICE_PERIOD;

    if (o && o->text[what])
        return o->idx[what];
    return host ? c->host_period : c->service_period;
}

static struct state_why decide_contact(const struct world *w, struct plan *p, uint32_t contact)
{
    const struct model_contact *c = model_contact(w->m, contact);
    const struct state *s = &w->st[p->check];
    bool host = world_kind(w, p->check) == MODEL_HOST;
    uint32_t period = contact_period(w, contact, host);
    uint64_t importance = model_importance(w->m, model_check(w->m, p->check));

    return notify_decide_contact(&(struct notify_contact_facts){
        .kind = world_kind(w, p->check),
        .type = p->type,
        .options = p->options,
        .state = s->state,
        .switched_on = host ? !w->contact[contact].host_off : !w->contact[contact].service_off,
        .in_period = period == MODEL_NONE || when_contains(&w->when, period, w->now.wall),
        .period = period,
        .contact_on = host ? c->host_on : c->service_on,
        .notified_on = s->notified_on,
        .importance = (uint32_t)MIN(importance, UINT32_MAX),
        .least_importance = c->importance,
        .has_command = (host ? c->host_lines.n : c->service_lines.n) || c->mail || c->webhook,
    });
}

enum { SHORT = 32 }; /* a list that is searched as it is */

static struct plan_contact *find(struct plan *p, uint32_t contact)
{
    uint64_t at;

    if (p->list.n > SHORT)
        return map_get_u64(&p->place, contact, &at) ? &p->list.at[at] : NULL;
    for (size_t i = 0; i < p->list.n; i++)
        if (p->list.at[i].contact == contact)
            return &p->list.at[i];
    return NULL;
}

static struct plan_contact *add(struct plan *p, uint32_t contact)
{
    struct plan_contact *c = VEC_ADD(&p->list);

    c->contact = contact;
    for (size_t i = p->list.n == SHORT + 1 ? 0 : p->list.n - 1; i < p->list.n && p->list.n > SHORT; i++)
        map_put_u64(&p->place, p->list.at[i].contact, i);
    return c;
}

/* For why WHY_NONE the contact itself decides. Told once is told; of several reasons why not the first stands. */
static void consider(const struct world *w, struct plan *p, uint32_t contact, struct state_why why)
{
    struct plan_contact *c = find(p, contact);

    if (c && (c->why.code == WHY_CONTACT_TOLD || why.code != WHY_NONE))
        return;
    if (why.code == WHY_NONE)
        why = decide_contact(w, p, contact);
    if (why.code == WHY_NONE) {
        why.code = WHY_CONTACT_TOLD;
        p->n_told++;
    } else if (c) {
        return;
    }
    if (!c)
        c = add(p, contact);
    *c = (struct plan_contact){contact, why};
}

static void consider_list(const struct world *w, struct plan *p, struct model_list l, struct state_why why)
{
    for (uint32_t i = 0; i < l.n; i++)
        consider(w, p, model_item(w->m, l, i), why);
}

static void consider_escalation(const struct world *w, struct plan *p, const struct model_escalation *e,
                                struct state_why why)
{
    consider_list(w, p, e->contacts, why);
    for (uint32_t i = 0; i < e->contact_groups.n; i++)
        consider_list(w, p, model_contact_group(w->m, model_item(w->m, e->contact_groups, i))->members, why);
}

void plan_choose(const struct world *w, struct plan *p)
{
    const struct model_check *c = model_check(w->m, p->check);
    struct state_why go = why_make(WHY_NONE, MODEL_NONE, 0, 0);
    bool own, broadcast = (p->options & NOTIFY_BROADCAST) != 0;

    for (uint32_t i = 0; i < c->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(w->m, c->first_escalation + i);

        bool counts = escalation_why(w, e, p->number).code == WHY_NONE;

        p->escalated = p->escalated || counts;
        if (counts || broadcast) /* that goes to all whom an escalation names, whether it counts or not */
            consider_escalation(w, p, e, go);
    }
    own = !p->escalated || broadcast;
    consider_list(w, p, c->contacts, own ? go : why_make(WHY_CONTACT_ESCALATED, MODEL_NONE, 0, 0));
    for (uint32_t i = 0; i < c->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(w->m, c->first_escalation + i);
        struct state_why why = escalation_why(w, e, p->number);

        if (why.code != WHY_NONE)
            consider_escalation(w, p, e, why);
    }
}

int64_t plan_interval(const struct world *w, uint32_t check, uint32_t number)
{
    const struct model_check *c = model_check(w->m, check);
    int64_t interval = c->notification_interval_us;
    bool any = false;

    for (uint32_t i = 0; i < c->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(w->m, c->first_escalation + i);

        if (e->interval_us < 0 || escalation_why(w, e, number).code != WHY_NONE)
            continue;
        interval = any ? MIN(interval, e->interval_us) : e->interval_us;
        any = true;
    }
    return interval;
}

/* ---- whether ---- */

/* first_notification_delay counts from the problem being hard, as in Nagios since 4.4; not known, or by a clock that has been set back since: from the start. */
static int64_t delay_from(const struct world *w, const struct state *s)
{
    bool known = s->last_hard_change && s->last_hard_change <= w->now.wall.us;
    int64_t from = known ? s->last_hard_change : w->prog.program_start;

    if (state_more(s)->problem_since && state_more(s)->problem_since <= w->now.wall.us)
        from = state_more(s)->problem_since;
    return time_wall_s((struct wall){from}) * TIME_S;
}

int64_t plan_recovery_at(const struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    int64_t delay = c->extra == MODEL_NONE ? 0 : model_extra(w->m, c->extra)->recovery_delay_us;
    int64_t from = w->st[check].last_hard_change;

    return delay && from <= w->now.wall.us ? time_wall_s((struct wall){from}) * TIME_S + delay : 0;
}

/* What a host depends by holds its services, too. */
static uint32_t bad_master(const struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    uint32_t bad = c->n_deps ? reach_bad_master(w, check, REACH_NOTIFY) : MODEL_NONE;

    if (bad == MODEL_NONE && c->host != check && model_check(w->m, c->host)->n_deps)
        bad = reach_bad_master(w, c->host, REACH_NOTIFY);
    return bad;
}

static struct notify_facts facts_of(const struct world *w, const struct plan *p)
{
    const struct state *s = &w->st[p->check];
    const struct model_check *c = model_check(w->m, p->check);
    const struct state *host = &w->st[c->host];
    bool service = world_kind(w, p->check) == MODEL_SERVICE;
    uint32_t period = over_notify_period(w, p->check);
    bool any_time = p->type == NOTIFY_RECOVERY && w->m->globals->send_recovery_anyways;

    return (struct notify_facts){
        .kind = world_kind(w, p->check),
        .type = p->type,
        .options = p->options,
        .state = s->state,
        .hard = s->hard,
        .is_volatile = (c->flags & MODEL_CHECK_VOLATILE) != 0,
        .attempt = s->attempt,
        .max_attempts = s->max_attempts,
        .switched_on = (s->switches & MODEL_CHECK_NOTIFY) != 0,
        .switched_on_global = world_switch(w, BOARD_SW_NOTIFICATIONS),
        .in_period = any_time || period == MODEL_NONE || when_contains(&w->when, period, w->now.wall),
        .period = period,
        .notify_on = c->notify_on,
        .notified_on = s->notified_on,
        .acknowledged = s->ack_type != STATE_ACK_NONE,
        .flapping = s->flapping,
        .no_more = s->no_more,
        .in_downtime = s->downtime_depth > 0,
        .host_in_downtime = service && host->downtime_depth > 0,
        .flexible = service && (note_flexible_waits(w, p->check) || note_flexible_waits(w, c->host)),
        /* As in Nagios, what is volatile is told until the host's problem is hard, and so are recoveries. */
        .host_up = host->state == STATE_UP ||
                   (!host->hard && (p->type == NOTIFY_RECOVERY || (c->flags & MODEL_CHECK_VOLATILE))),
        .host = c->host,
        .bad_master = bad_master(w, p->check),
        .number = s->notification_number,
        .first_delay_us = over_first_delay(w, p->check),
        .problem_since = delay_from(w, s),
        .recovery_at = plan_recovery_at(w, p->check),
        .interval_us = c->notification_interval_us,
        .next_notification = state_more(s)->next_notification,
        .now = w->now.wall.us,
    };
}

struct state_why plan_decide(const struct world *w, const struct plan *p)
{
    struct notify_facts f = facts_of(w, p);

    return notify_decide(&f);
}

/* ---- in words that last ---- */

static void put_one(const struct world *w, const struct plan_contact *c, unsigned topic, unsigned code,
                    struct buf *out)
{
    struct state_why why = c->why;
    struct buf object = BUF_INIT;

    why.code = (uint16_t)code;
    explain_object(w, &why, &object);
    reason_put(out, &(struct reason){.topic = topic,
                                     .code = code,
                                     .arg = {why.arg[0], why.arg[1]},
                                     .object = buf_str(&object),
                                     .contact = model_str(w->m, model_contact(w->m, c->contact)->name)});
    buf_release(&object);
}

void plan_put(const struct world *w, const struct plan *p, unsigned topic, enum why_code told,
              struct buf *out)
{
    size_t begin = out->len, left = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < p->list.n; i++) {
            const struct plan_contact *c = &p->list.at[i];

            if ((c->why.code == WHY_CONTACT_TOLD) != (pass == 0))
                continue;
            if (out->len - begin > REASON_LIST_MAX)
                left++;
            else
                put_one(w, c, topic, pass ? c->why.code : told, out);
        }
    }
    if (left)
        reason_put(out,
                   &(struct reason){.topic = topic, .code = WHY_CONTACT_MORE, .arg = {(int64_t)left, 0}});
}
