/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tell.h"

#include "base/limits.h"
#include "core/expand.h"
#include "core/message.h"
#include "core/nlog.h"
#include "core/reach.h"
#include "core/sched.h"
#include "core/world_in.h"

#include <string.h>

#define INTENTS_MOST 16384u /* waiting ones; when a channel is dead for long the oldest are given up */

struct plan { /* one notification being made */
    uint32_t check;
    enum notify_type type;
    uint32_t options;
    struct tell_by by;
    bool escalated;
    uint64_t id;
    VEC(uint32_t) contacts; /* those who will be told, each once */
    struct state_why last_no;
    struct buf recipients;
};

/* ---- who ---- */

static bool escalation_counts(const struct world *w, const struct model_escalation *e, const struct state *s)
{
    int64_t n = s->notification_number;
    uint32_t bit =
        s->state == STATE_OK ? (uint32_t)MODEL_ON_RECOVERY : state_on(world_kind(w, e->check), s->state);

    if (n < e->first || (e->last && n > e->last))
        return false;
    if (e->period != MODEL_NONE && !when_contains(&w->when, e->period, w->now.wall))
        return false;
    return (e->on & bit) != 0;
}

static uint64_t importance(const struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    uint64_t sum = c->hourly_value;

    for (uint32_t i = 0; i < c->n_services && world_kind(w, check) == MODEL_HOST; i++)
        sum += model_check(w->m, c->first_service + i)->hourly_value;
    return sum;
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

static struct state_why decide_contact(const struct world *w, const struct plan *p, uint32_t contact)
{
    const struct model_contact *c = model_contact(w->m, contact);
    const struct state *s = &w->st[p->check];
    bool host = world_kind(w, p->check) == MODEL_HOST;
    uint32_t period = contact_period(w, contact, host);
    uint64_t weight = importance(w, p->check);

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
        .importance = (uint32_t)MIN(weight, UINT32_MAX),
        .least_importance = c->importance,
        .has_command = (host ? c->host_lines.n : c->service_lines.n) || c->mail || c->webhook,
    });
}

static void consider(struct world *w, struct plan *p, uint32_t contact)
{
    struct state_why why;

    for (size_t i = 0; i < p->contacts.n; i++)
        if (p->contacts.at[i] == contact)
            return;
    why = decide_contact(w, p, contact);
    if (why.code != WHY_NONE) {
        p->last_no = why;
        return;
    }
    *VEC_ADD(&p->contacts) = contact;
    if (p->recipients.len)
        buf_add_char(&p->recipients, ',');
    buf_add_str(&p->recipients, model_str(w->m, model_contact(w->m, contact)->name));
}

static void consider_list(struct world *w, struct plan *p, struct model_list l)
{
    for (uint32_t i = 0; i < l.n; i++)
        consider(w, p, model_item(w->m, l, i));
}

static void consider_group(struct world *w, struct plan *p, struct model_list groups)
{
    for (uint32_t i = 0; i < groups.n; i++)
        consider_list(w, p, model_contact_group(w->m, model_item(w->m, groups, i))->members);
}

/* Contacts of the escalations that count now; without one, or for a broadcast, the check's own. */
static void choose(struct world *w, struct plan *p)
{
    const struct model_check *c = model_check(w->m, p->check);

    for (uint32_t i = 0; i < c->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(w->m, c->first_escalation + i);

        if (!escalation_counts(w, e, &w->st[p->check]))
            continue;
        p->escalated = true;
        consider_list(w, p, e->contacts);
        consider_group(w, p, e->contact_groups);
    }
    if (!p->escalated || (p->options & NOTIFY_BROADCAST))
        consider_list(w, p, c->contacts);
}

/* When a problem may be told again: the shortest interval of the escalations that count, else the check's own. 0: never. */
static int64_t interval_now(const struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    int64_t interval = c->notification_interval_us;
    bool any = false;

    for (uint32_t i = 0; i < c->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(w->m, c->first_escalation + i);

        if (e->interval_us < 0 || !escalation_counts(w, e, &w->st[check]))
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

static struct notify_facts facts_of(const struct world *w, const struct plan *p)
{
    const struct state *s = &w->st[p->check];
    const struct model_check *c = model_check(w->m, p->check);
    const struct state *host = &w->st[c->host];
    bool service = world_kind(w, p->check) == MODEL_SERVICE;
    uint32_t period = over_notify_period(w, p->check);

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
        .in_period = period == MODEL_NONE || when_contains(&w->when, period, w->now.wall),
        .period = period,
        .notify_on = c->notify_on,
        .notified_on = s->notified_on,
        .acknowledged = s->ack_type != STATE_ACK_NONE,
        .flapping = s->flapping,
        .no_more = s->no_more,
        .in_downtime = s->downtime_depth > 0,
        .host_in_downtime = service && host->downtime_depth > 0,
        .host_up = host->state == STATE_UP,
        .host = c->host,
        .bad_master = c->n_deps ? reach_bad_master(w, p->check, REACH_NOTIFY) : MODEL_NONE,
        .parents_bad = reach_parents_bad(w, p->check),
        .number = s->notification_number,
        .first_delay_us = over_first_delay(w, p->check),
        .problem_since = delay_from(w, s),
        .interval_us = c->notification_interval_us,
        .next_notification = state_more(s)->next_notification,
        .now = w->now.wall.us,
    };
}

/* ---- intents ---- */

static struct world_intent *find_intent(struct world *w, uint64_t id)
{
    size_t low = 0, high = w->intents.n;

    while (low < high) { /* ids only rise, so the list is ordered */
        size_t mid = (low + high) / 2;

        if (w->intents.at[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < w->intents.n && w->intents.at[low].id == id ? &w->intents.at[low] : NULL;
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

static void add_intent(struct world *w, struct record_notify_intent *r)
{
    struct buf frame = BUF_INIT;
    struct record_frame f;
    struct str rest;

    if (w->intents.n >= INTENTS_MOST)
        tell_answer(w, w->intents.at[0].id, false, STR("given up: too many notifications wait"));
    r->intent = ++w->next_intent;
    world_record(w, RECORD_NOTIFY_INTENT, r);
    w->program_dirty = true;
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
    for (size_t i = 0; i < w->intents.n && w->unsent; i++)
        if (!w->intents.at[i].sent)
            send_intent(w, &w->intents.at[i]);
}

void tell_unsent(struct world *w, uint64_t intent)
{
    struct world_intent *in = find_intent(w, intent);

    if (in)
        set_sent(w, in, false);
    for (size_t i = 0; i < w->intents.n && !intent; i++)
        if (!w->intents.at[i].by_command)
            set_sent(w, &w->intents.at[i], false);
}

static void log_undelivered(struct world *w, const struct world_intent *in, struct str error)
{
    struct record_notify_intent r = {0};
    uint32_t check;

    if (record_get(RECORD_NOTIFY_INTENT, str_make(in->record, in->n), &r) < 0 ||
        !oids_find(&w->oids, r.oid, &check)) {
        nlog_text(w, "Warning: A notification was not delivered: " STR_FMT, STR_ARG(str_sub(error, 0, 200)));
        return;
    }
    nlog_text(w,
              "Warning: The notification of contact '" STR_FMT "' about " STR_FMT "%s" STR_FMT " by '" STR_FMT
              "' was not delivered: " STR_FMT,
              STR_ARG(r.contact), STR_ARG(model_host_name(w->m, check)),
              world_kind(w, check) == MODEL_HOST ? "" : ";",
              STR_ARG(world_kind(w, check) == MODEL_HOST ? STR("") : model_description(w->m, check)),
              STR_ARG(r.command.n ? r.command : r.channel), STR_ARG(str_sub(error, 0, 200)));
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

void tell_forget(struct world *w, uint64_t intent)
{
    struct world_intent *in = find_intent(w, intent);

    if (!in)
        return;
    w->unsent -= !in->sent;
    mem_free(in->record);
    memmove(in, in + 1, (size_t)(w->intents.at + w->intents.n - (in + 1)) * sizeof(*in));
    w->intents.n--;
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

void tell_export(const struct world *w, struct wall at, struct buf *out)
{
    struct record_notify_intent r;

    for (size_t i = 0; i < w->intents.n; i++)
        if (record_get(RECORD_NOTIFY_INTENT, str_make(w->intents.at[i].record, w->intents.at[i].n), &r) == 0)
            record_put(out, RECORD_NOTIFY_INTENT, at, &r);
}

void tell_release(struct world *w)
{
    for (size_t i = 0; i < w->intents.n; i++)
        mem_free(w->intents.at[i].record);
    VEC_RELEASE(&w->intents);
}

/* ---- carrying out ---- */

static void told(struct world *w, const struct plan *p, uint32_t contact, struct str command)
{
    const struct state *s = &w->st[p->check];

    nlog_notification(w, p->check, contact, p->type, command, p->by.author, p->by.comment);
    world_event(w, RECORD_EVENT_NOTIFICATION, p->check,
                &(struct record_event){.state = s->state,
                                       .hard = s->hard,
                                       .attempt = s->notification_number,
                                       .type = p->type,
                                       .contact = model_str(w->m, model_contact(w->m, contact)->name),
                                       .command = command,
                                       .text = state_output(s),
                                       .author = p->by.author,
                                       .long_text = p->by.comment});
    w->prog.notifications++;
}

static struct expand_of expand_of(const struct world *w, const struct plan *p, uint32_t contact)
{
    return (struct expand_of){.check = p->check,
                              .contact = contact,
                              .notification = true,
                              .type = p->type,
                              .number = w->st[p->check].notification_number,
                              .escalated = p->escalated,
                              .id = p->id,
                              .author = p->by.author,
                              .comment = p->by.comment,
                              .recipients = buf_str(&p->recipients)};
}

static void by_command(struct world *w, const struct plan *p, uint32_t contact, uint32_t line)
{
    const struct model_line *l = model_line(w->m, line);
    struct expand_of of = expand_of(w, p, contact);
    struct buf words = BUF_INIT, env = BUF_INIT;

    expand_words(w, l->words, &of, &words);
    expand_env(w, line, &of, &env);
    if (words.len > LIMIT_COMMAND_LINE) { /* no system call takes it; nobody would be told */
        nlog_text(w, "Warning: The notification command '" STR_FMT "' is longer than the system allows; cut.",
                  STR_ARG(model_str(w->m, l->text)));
        buf_clear(&words);
    }
    if (words.len + env.len > LIMIT_COMMAND_LINE)
        buf_clear(&env);
    told(w, p, contact, model_str(w->m, model_command(w->m, l->command)->name));
    add_intent(w,
               &(struct record_notify_intent){.oid = w->st[p->check].oid,
                                              .type = p->type,
                                              .contact = model_str(w->m, model_contact(w->m, contact)->name),
                                              .command = model_str(w->m, l->text),
                                              .words = buf_str(&words),
                                              .env = buf_str(&env),
                                              .timeout_us = w->m->globals->notification_timeout_us,
                                              .cmd = l->privileged ? 2 : 1});
    buf_release(&words);
    buf_release(&env);
}

static void by_channel(struct world *w, const struct plan *p, uint32_t contact, const char *channel,
                       uint32_t target)
{
    struct expand_of of = expand_of(w, p, contact);
    struct message msg;

    message_make(w, &of, &msg);
    told(w, p, contact, str_of(channel));
    add_intent(w,
               &(struct record_notify_intent){.oid = w->st[p->check].oid,
                                              .type = p->type,
                                              .contact = model_str(w->m, model_contact(w->m, contact)->name),
                                              .channel = str_of(channel),
                                              .target = model_str(w->m, target),
                                              .subject = buf_str(&msg.subject),
                                              .body = buf_str(&msg.body),
                                              .json = buf_str(&msg.json)});
    message_release(&msg);
}

static void tell_contact(struct world *w, const struct plan *p, uint32_t contact)
{
    const struct model_contact *c = model_contact(w->m, contact);
    bool host = world_kind(w, p->check) == MODEL_HOST;
    struct model_list lines = host ? c->host_lines : c->service_lines;

    for (uint32_t i = 0; i < lines.n; i++)
        by_command(w, p, contact, model_item(w->m, lines, i));
    if (c->mail)
        by_channel(w, p, contact, "mail", c->mail);
    if (c->webhook)
        by_channel(w, p, contact, "webhook", c->webhook);
    if (host)
        w->contact[contact].last_host = w->now.wall.us;
    else
        w->contact[contact].last_service = w->now.wall.us;
    w->contact[contact].dirty = true;
}

/* What is remembered of a problem or recovery that was told. */
static void remember(struct world *w, const struct plan *p)
{
    struct state *s = &w->st[p->check];
    int64_t interval;

    state_more_set(s)->last_notification = w->now.wall.us;
    if (p->type != NOTIFY_PROBLEM)
        return;
    s->notified_on |= state_on(world_kind(w, p->check), s->state);
    interval = interval_now(w, p->check);
    /* Whole seconds, as the old engines count: a result a moment earlier in its second than the last one is not early. */
    s->more->next_notification = interval > 0 ? time_wall_s(w->now.wall) * TIME_S + interval : 0;
    s->no_more = interval <= 0;
}

static struct state_why carry_out(struct world *w, struct plan *p)
{
    struct state *s = &w->st[p->check];
    bool counts = p->type == NOTIFY_PROBLEM || (p->type == NOTIFY_CUSTOM && (p->options & NOTIFY_COUNT));

    s->notification_number += counts;
    choose(w, p);
    if (!p->contacts.n) {
        s->notification_number -= counts;
        return p->last_no.code ? why_make(WHY_NOTIFY_NOBODY, MODEL_NONE, 0, 0)
                               : why_make(WHY_NOTIFY_NO_CONTACT, MODEL_NONE, 0, 0);
    }
    p->id = ++w->next_notification;
    for (size_t i = 0; i < p->contacts.n; i++)
        if (w->opt.mutation != WORLD_KEEPS_SILENT || i != 1)
            tell_contact(w, p, p->contacts.at[i]);
    if (p->type == NOTIFY_PROBLEM || p->type == NOTIFY_RECOVERY)
        remember(w, p);
    world_touch(w, p->check);
    return why_make(WHY_TOLD, MODEL_NONE, (int64_t)p->contacts.n, 0);
}

bool tell(struct world *w, uint32_t check, enum notify_type type, uint32_t options, const struct tell_by *by)
{
    struct plan p = {.check = check, .type = type, .options = options, .recipients = BUF_INIT};
    struct notify_facts f;
    struct state_why why;

    if (by)
        p.by = *by;
    f = facts_of(w, &p);
    why = notify_decide(&f);
    if (why.code == WHY_NONE)
        why = carry_out(w, &p);
    if (w->opt.mutation != WORLD_GIVES_NO_REASON || check % 5 != 1)
        w->st[check].why_notify = why;
    world_touch_board(w, check);
    VEC_RELEASE(&p.contacts);
    buf_release(&p.recipients);
    return why.code == WHY_TOLD;
}
