/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tell.h"

#include "base/limits.h"
#include "core/explain.h"
#include "core/nlog.h"
#include "core/plan.h"
#include "core/postpone.h"
#include "core/reason.h"
#include "core/sched.h"
#include "core/telling.h"
#include "core/world_in.h"

#include <string.h>

#define GONE_MOST    256u   /* answered ones that are not taken out yet */
#define INTENTS_MOST 16384u /* waiting ones; when a channel is dead for long the oldest are given up */

struct notice { /* one notification being carried out */
    struct plan plan;
    struct tell_by by;
    uint64_t id;
};

/* ---- intents ---- */

/* Where it stands, or would stand: ids only rise, so the list is ordered. */
static size_t intent_at(const struct world *w, uint64_t id)
{
    size_t low = 0, high = w->intents.n;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (w->intents.at[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct world_intent *find_intent(struct world *w, uint64_t id)
{
    size_t i = intent_at(w, id);

    return i < w->intents.n && w->intents.at[i].id == id && w->intents.at[i].record ? &w->intents.at[i]
                                                                                    : NULL;
}

static void set_sent(struct world *w, struct world_intent *in, bool sent)
{
    w->unsent += in->sent && !sent;
    w->unsent -= !in->sent && sent;
    in->sent = sent;
}

/* Where a contact is reached now: what was recorded may name a secret of a configuration before. */
static struct str target_of(const struct world *w, const struct record_notify_intent *r)
{
    uint32_t contact = model_find_contact(w->m, r->contact), at = 0;

    if (contact != MODEL_NONE)
        at = str_eq_c(r->channel, "mail") ? model_contact(w->m, contact)->mail
                                          : model_contact(w->m, contact)->webhook;
    return at ? model_str(w->m, at) : r->target;
}

static void send_intent(struct world *w, struct world_intent *in)
{
    struct record_notify_intent r;
    struct world_effect *e;
    uint32_t idx;

    if (in->by_command && !w->runners)
        return;
    if (record_get(RECORD_NOTIFY_INTENT, str_make(in->record, in->n), &r) < 0)
        return;
    if (!oids_find(&w->oids, r.oid, &idx))
        idx = 0;
    set_sent(w, in, true);
    if (r.cmd) {
        uint32_t slot = sched_begin_run(w, idx, WORLD_RUN_NOTIFY, r.timeout_us);

        w->runs.at[slot].intent = in->id;
        e = world_effect(w, WORLD_RUN);
        e->id = w->runs.at[slot].id;
        e->run_kind = WORLD_RUN_NOTIFY;
        e->check = (uint32_t)idx;
        e->timeout_us = r.timeout_us;
        e->privileged = r.cmd > 1;
        e->words = world_keep(w, r.words);
        e->env = world_keep(w, r.env);
        return;
    }
    e = world_effect(w, WORLD_NOTIFY);
    e->id = in->id;
    e->contact = world_keep(w, r.contact);
    e->channel = world_keep(w, r.channel);
    e->target = world_keep(w, target_of(w, &r));
    e->subject = world_keep(w, r.subject);
    e->body = world_keep(w, r.body);
    e->json = world_keep(w, r.json);
}

static uint64_t oldest(const struct world *w)
{
    size_t i = 0;

    while (!w->intents.at[i].record)
        i++;
    return w->intents.at[i].id;
}

void tell_add(struct world *w, struct record_notify_intent *r)
{
    struct buf frame = BUF_INIT;
    struct record_frame f;
    struct str rest;

    if (w->opt.rehearses) {
        ++w->next_intent;
        return;
    }
    if (w->intents.n - w->intents_gone >= INTENTS_MOST)
        tell_answer(w, oldest(w), false, STR("given up: too many notifications wait"));
    r->intent = ++w->next_intent;
    world_record(w, RECORD_NOTIFY_INTENT, r);
    w->program_dirty = w->program_unseen = true;
    record_put(&frame, RECORD_NOTIFY_INTENT, w->now.wall, r);
    rest = buf_str(&frame);
    BUG_ON(record_next(&rest, &f) != 1);
    tell_restore(w, r->intent, f.payload);
    buf_release(&frame);
    send_intent(w, &VEC_LAST(&w->intents));
}

void tell_restore(struct world *w, uint64_t intent, struct str payload)
{
    struct world_intent *in = find_intent(w, intent);
    struct record_notify_intent r;

    if (in) {
        mem_free(in->record);
    } else {
        size_t at = w->intents.n;

        VEC_ADD(&w->intents);
        for (; at > 0 && w->intents.at[at - 1].id > intent; at--)
            w->intents.at[at] = w->intents.at[at - 1];
        in = &w->intents.at[at];
        *in = (struct world_intent){.id = intent};
        w->unsent++;
    }
    in->record = mem_alloc(payload.n + 1);
    memcpy(in->record, payload.p, payload.n);
    in->n = payload.n;
    in->by_command = record_get(RECORD_NOTIFY_INTENT, payload, &r) == 0 && r.cmd != 0;
    w->next_intent = MAX(w->next_intent, intent);
}

void tell_pending(struct world *w)
{
    for (size_t i = 0; i < w->intents.n && w->unsent; i++) {
        if (w->intents.at[i].sent)
            continue;
        if (world_spent(w)) {
            w->next_sweep = w->now.mono; /* the rest in the next step, which comes at once */
            return;
        }
        send_intent(w, &w->intents.at[i]);
    }
}

void tell_unsent(struct world *w, uint64_t intent)
{
    struct world_intent *in = find_intent(w, intent);

    if (in)
        set_sent(w, in, false);
    for (size_t i = 0; i < w->intents.n && !intent; i++)
        if (!w->intents.at[i].by_command && w->intents.at[i].record)
            set_sent(w, &w->intents.at[i], false);
}

void tell_undelivered(struct world *w, uint32_t check, const struct record_notify_intent *r, struct str error)
{
    struct str command = r->command.n ? r->command : r->channel;
    struct buf name = BUF_INIT;

    w->prog.undelivered++;
    w->prog.last_undelivered = w->now.wall.us;
    if (check == MODEL_NONE) {
        nlog_text(w, "Warning: A notification was not delivered: " STR_FMT, STR_ARG(error));
        return;
    }
    nlog_name(w, check, &name);
    nlog_text(w,
              "Warning: The notification of contact '" STR_FMT "' about %s%s" STR_FMT
              "%s was not delivered: " STR_FMT,
              STR_ARG(r->contact), name.data, command.n ? " by '" : "", STR_ARG(command),
              command.n ? "'" : "", STR_ARG(error));
    world_event(
        w, RECORD_EVENT_UNDELIVERED, check,
        &(struct record_event){.type = r->type, .contact = r->contact, .command = command, .text = error});
    buf_release(&name);
}

static void log_undelivered(struct world *w, const struct world_intent *in, struct str error)
{
    struct record_notify_intent r = {0};
    uint32_t check = MODEL_NONE;

    if (record_get(RECORD_NOTIFY_INTENT, str_make(in->record, in->n), &r) < 0 ||
        !oids_find(&w->oids, r.oid, &check))
        check = MODEL_NONE;
    tell_undelivered(w, check, &r, str_sub(error, 0, 200));
}

void tell_answer(struct world *w, uint64_t intent, bool ok, struct str error)
{
    struct world_intent *in = find_intent(w, intent);
    struct record_notified r = {.intent = intent, .ok = ok, .error = error};

    if (!in)
        return;
    if (!ok)
        log_undelivered(w, in, error);
    world_record(w, RECORD_NOTIFIED, &r);
    tell_forget(w, intent);
}

/* Many at once: those that wait may be thousands, and most answers are to the oldest. */
static void take_out(struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->intents.n; i++)
        if (w->intents.at[i].record)
            w->intents.at[n++] = w->intents.at[i];
    w->intents.n = n;
    w->intents_gone = 0;
}

void tell_forget(struct world *w, uint64_t intent)
{
    struct world_intent *in = find_intent(w, intent);

    if (!in)
        return;
    set_sent(w, in, true);
    mem_free(in->record);
    in->record = NULL;
    w->intents_gone++;
    w->program_unseen = true;
    if (!w->started || w->intents_gone > GONE_MOST || w->intents_gone == w->intents.n)
        take_out(w);
}

void tell_clock_step(struct world *w, int64_t step)
{
    for (uint32_t i = 0; i < w->n; i++) {
        struct state_more *more = w->st[i].more;

        if (!more || (!more->next_notification && !more->problem_since))
            continue;
        if (more->next_notification)
            more->next_notification = MAX(more->next_notification + step, (int64_t)1);
        if (more->problem_since)
            more->problem_since = MAX(more->problem_since + step, (int64_t)1);
        world_touch(w, i);
    }
}

bool tell_put_intents(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    struct record_notify_intent r;
    size_t i = intent_at(w, *next);

    for (; i < w->intents.n && out->len < most; i++) {
        *next = w->intents.at[i].id + 1;
        if (w->intents.at[i].record &&
            record_get(RECORD_NOTIFY_INTENT, str_make(w->intents.at[i].record, w->intents.at[i].n), &r) == 0)
            record_put(out, RECORD_NOTIFY_INTENT, at, &r);
    }
    return i == w->intents.n;
}

void tell_release(struct world *w)
{
    for (size_t i = 0; i < w->intents.n; i++)
        mem_free(w->intents.at[i].record);
    VEC_RELEASE(&w->intents);
}

/* ---- carrying out ---- */

/* What is remembered of a problem or recovery that was told. */
static void remember(struct world *w, const struct notice *t)
{
    struct state *s = &w->st[t->plan.check];
    int64_t interval;

    state_more_set(s)->last_notification = w->now.wall.us;
    if (t->plan.type != NOTIFY_PROBLEM)
        return;
    s->notified_on |= state_on(world_kind(w, t->plan.check), s->state);
    interval = plan_interval(w, t->plan.check, s->notification_number);
    /* Whole seconds, as the old engines count: a result a moment earlier in its second than the last one is not early. */
    s->more->next_notification = interval > 0 ? time_wall_s(w->now.wall) * TIME_S + interval : 0;
    s->no_more = interval <= 0;
}

/* WORLD_KEEPS_SILENT is a planted bug. */
static bool is_told(const struct world *w, const struct plan *p, size_t i)
{
    return p->list.at[i].why.code == WHY_CONTACT_TOLD && (w->opt.mutation != WORLD_KEEPS_SILENT || i != 1);
}

/* Those who are told, as $NOTIFICATIONRECIPIENTS$ has them, and how many intents that will be. */
static size_t choose(const struct world *w, const struct plan *p, struct buf *names)
{
    bool host = world_kind(w, p->check) == MODEL_HOST;
    size_t intents = 0;

    for (size_t i = 0; i < p->list.n; i++) {
        const struct model_contact *c = model_contact(w->m, p->list.at[i].contact);

        if (!is_told(w, p, i))
            continue;
        record_pack_word(names, model_str(w->m, c->name));
        intents += (host ? c->host_lines : c->service_lines).n + (c->mail != 0) + (c->webhook != 0);
    }
    return intents;
}

/* As in Nagios the last one first, and of each the last command first. */
static void tell_now(struct world *w, const struct plan *p, struct expand_of *of, struct str names)
{
    struct buf recipients = BUF_INIT;

    telling_recipients(names, &recipients);
    of->recipients = buf_str(&recipients);
    for (size_t i = p->list.n; i-- > 0;)
        if (is_told(w, p, i))
            telling_contact(w, of, p->list.at[i].contact);
    buf_release(&recipients);
}

static void tell_chosen(struct world *w, struct notice *t)
{
    struct plan *p = &t->plan;
    struct buf names = BUF_INIT;
    struct expand_of of;

    t->id = ++w->next_notification;
    of = (struct expand_of){.check = p->check,
                            .contact = MODEL_NONE,
                            .notification = true,
                            .type = p->type,
                            .number = p->number,
                            .escalated = p->escalated,
                            .id = t->id,
                            .author = t->by.author,
                            .comment = t->by.comment};
    if (telling_in_parts(w, &of, choose(w, p, &names)))
        telling_begin(w, &of, buf_str(&names));
    else
        tell_now(w, p, &of, buf_str(&names));
    buf_release(&names);
}

static struct state_why carry_out(struct world *w, struct notice *t)
{
    struct plan *p = &t->plan;
    struct state *s = &w->st[p->check];
    bool counts = p->type == NOTIFY_PROBLEM || (p->type == NOTIFY_CUSTOM && (p->options & NOTIFY_COUNT));

    p->number = s->notification_number + counts;
    plan_choose(w, p);
    if (!p->n_told)
        return why_make(p->list.n ? WHY_NOTIFY_NOBODY : WHY_NOTIFY_NO_CONTACT, MODEL_NONE, 0, 0);
    s->notification_number = p->number;
    tell_chosen(w, t);
    if (p->type == NOTIFY_PROBLEM || p->type == NOTIFY_RECOVERY)
        remember(w, t);
    world_touch(w, p->check);
    return why_make(WHY_TOLD, MODEL_NONE, p->n_told, 0);
}

/* The same reason as at the result before says nothing new; nor does it that who was told is not told again yet. */
static bool says_something(const struct state_why *was, const struct state_why *why, enum notify_type type)
{
    bool told = was->code == WHY_TOLD || was->code == WHY_NOTIFY_INTERVAL || was->code == WHY_NOTIFY_ONCE;

    if (why->code == WHY_TOLD || type != NOTIFY_PROBLEM)
        return true;
    if (told && (why->code == WHY_NOTIFY_INTERVAL || why->code == WHY_NOTIFY_ONCE))
        return false;
    return why->code != was->code || why->idx != was->idx;
}

static void record_decision(struct world *w, const struct notice *t, const struct state_why *why)
{
    const struct state *s = &w->st[t->plan.check];
    struct buf reasons = BUF_INIT;

    explain_put(w, REASON_DECIDED, why, &reasons);
    plan_put(w, &t->plan, REASON_CONTACT, WHY_CONTACT_TOLD, &reasons);
    world_event(w, RECORD_EVENT_DECISION, t->plan.check,
                &(struct record_event){.state = s->state,
                                       .hard = s->hard,
                                       .attempt = t->plan.number,
                                       .type = t->plan.type,
                                       .text = buf_str(&reasons)});
    buf_release(&reasons);
}

/* Outside its period a problem is told again when that begins, as in Nagios, however long its interval is. */
static void again_with_period(struct world *w, uint32_t check)
{
    struct wall at = when_next(&w->when, over_notify_period(w, check), w->now.wall);

    state_more_set(&w->st[check])->next_notification = at.us == INT64_MAX ? w->now.wall.us : at.us;
    world_touch(w, check);
}

bool tell(struct world *w, uint32_t check, enum notify_type type, uint32_t options, const struct tell_by *by)
{
    struct notice t = {.plan = {.check = check, .type = type, .options = options}};
    struct state *s = &w->st[check];
    struct state_why why, was = s->why_notify;

    if (by)
        t.by = *by;
    t.plan.number = s->notification_number;
    why = plan_decide(w, &t.plan);
    if (why.code == WHY_NONE)
        why = carry_out(w, &t);
    if (w->opt.mutation != WORLD_GIVES_NO_REASON || check % 5 != 1)
        s->why_notify = why;
    if (why.code == WHY_NOTIFY_PERIOD && type == NOTIFY_PROBLEM && s->hard)
        again_with_period(w, check);
    postpone_note(w, check);
    if (says_something(&was, &why, type) && (w->opt.mutation != WORLD_DECIDES_SILENTLY || check % 5 != 1))
        record_decision(w, &t, &why);
    if (w->m->globals->log_suppressed && why.code != WHY_TOLD && (why.code != was.code || why.idx != was.idx))
        nlog_suppressed(w, check, &why);
    if (was.code != s->why_notify.code || was.arg[0] != s->why_notify.arg[0])
        world_touch(w, check); /* it may be a host, of which only a service's result made it think */
    else
        world_touch_board(w, check);
    plan_release(&t.plan);
    return why.code == WHY_TOLD;
}

void tell_once_more(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    struct notice t = {.plan = {.check = check,
                                .type = s->state == STATE_OK ? NOTIFY_RECOVERY : NOTIFY_PROBLEM,
                                .options = NOTIFY_AGAIN,
                                .number = s->notification_number}};
    struct state_why why = plan_decide(w, &t.plan);

    if (why.code == WHY_NONE) {
        plan_choose(w, &t.plan);
        tell_chosen(w, &t);
        why = why_make(t.plan.n_told ? WHY_TOLD : WHY_NOTIFY_NOBODY, MODEL_NONE, t.plan.n_told, 0);
    }
    record_decision(w, &t, &why);
    plan_release(&t.plan);
}
