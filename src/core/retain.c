/* SPDX-License-Identifier: Apache-2.0 */
#include "core/retain.h"

#include "base/limits.h"
#include "core/downtime.h"
#include "core/handed.h"
#include "core/explain.h"
#include "core/note.h"
#include "core/sched.h"
#include "core/switches.h"
#include "core/tell.h"
#include "core/telling.h"
#include "core/world_in.h"

#include <string.h>

/* The switches that a command can change, each with its bit of modified_attributes. */
static const struct {
    uint32_t flag, attribute;
} switches[] = {
    {MODEL_CHECK_NOTIFY, STATE_MODIFIED_NOTIFY},   {MODEL_CHECK_ACTIVE, STATE_MODIFIED_ACTIVE},
    {MODEL_CHECK_PASSIVE, STATE_MODIFIED_PASSIVE}, {MODEL_CHECK_EVENT_HANDLER, STATE_MODIFIED_HANDLER},
    {MODEL_CHECK_FLAP, STATE_MODIFIED_FLAP},       {MODEL_CHECK_PERFDATA, STATE_MODIFIED_PERFDATA},
    {MODEL_CHECK_OBSESS, STATE_MODIFIED_OBSESS},   {MODEL_CHECK_FRESHNESS, STATE_MODIFIED_FRESHNESS},
};

/* Fields that have the same name and meaning in struct state and struct record_state. */
#define SAME_FIELDS(F)                                                                                       \
    F(state)                                                                                                 \
    F(hard)                                                                                                  \
    F(last_state)                                                                                            \
    F(last_hard_state)                                                                                       \
    F(attempt)                                                                                               \
    F(checked)                                                                                               \
    F(passive)                                                                                               \
    F(last_check)                                                                                            \
    F(next_check)                                                                                            \
    F(last_state_change)                                                                                     \
    F(last_hard_change)                                                                                      \
    F(latency_us)                                                                                            \
    F(execution_us)                                                                                          \
    F(ack_type)                                                                                              \
    F(notification_number)                                                                                   \
    F(notified_on)                                                                                           \
    F(switches)                                                                                              \
    F(modified)                                                                                              \
    F(flapping)                                                                                              \
    F(flap_percent)                                                                                          \
    F(flap_history)                                                                                          \
    F(flap_at)                                                                                               \
    F(flap_recovery)                                                                                         \
    F(last_update)                                                                                           \
    F(max_attempts)

#define MORE_FIELDS(F)                                                                                       \
    F(ack_expires)                                                                                           \
    F(last_notification)                                                                                     \
    F(next_notification)                                                                                     \
    F(problem_since)                                                                                         \
    F(recur_from)                                                                                            \
    F(recur_until)                                                                                           \
    F(flap_comment)                                                                                          \
    F(event_id)                                                                                              \
    F(last_event_id)                                                                                         \
    F(problem_id)                                                                                            \
    F(last_problem_id)

#define NUMBERS                                                                                              \
    1024u /* bytes of all fields of a record that are no texts, with the heads of those that are */
_Static_assert(LIMIT_OUTPUT_FIRST + LIMIT_OUTPUT_LONG + LIMIT_PERFDATA + LIMIT_OVER + LIMIT_EXT_COMMAND +
                       2 * NUMBERS <=
                   LIMIT_RECORD,
               "a STATE is a record, also within a TELLING with what was said of it");

static struct record_state record_of(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    const struct state_more *more = state_more(s);
    struct record_state r = {.oid = s->oid,
                             .no_more = s->no_more,
                             .last_time_0 = s->last_time_s[0] * TIME_S,
                             .last_time_1 = s->last_time_s[1] * TIME_S,
                             .last_time_2 = s->last_time_s[2] * TIME_S,
                             .last_time_3 = s->last_time_s[3] * TIME_S,
                             .output = state_output(s),
                             .long_output = state_long(s),
                             .perfdata = state_perf(s),
                             .check_interval_us = world_interval(w, check, false),
                             .retry_interval_us = world_interval(w, check, true),
                             .why_state = s->why_state.code,
                             .why_notify = s->why_notify.code,
                             .why_state_arg = s->why_state.arg[0],
                             .why_notify_arg = s->why_notify.arg[0],
                             .forced = sched_forced(w, check)};

#define F(field) r.field = s->field;
    SAME_FIELDS(F)
#undef F
#define F(field) r.field = more->field;
    MORE_FIELDS(F)
#undef F
    if (more->over) {
        const struct over *o = more->over;

        r.check_command = str_of(o->text[OVER_CHECK_COMMAND]);
        r.handler = str_of(o->text[OVER_HANDLER]);
        r.check_period = str_of(o->text[OVER_CHECK_PERIOD]);
        r.notify_period = str_of(o->text[OVER_NOTIFY_PERIOD]);
        r.vars = str_make(o->vars, o->vars_n);
        r.first_delay = o->first_delay_us + 1;
    }
    return r;
}

void retain_state(struct world *w, uint32_t check)
{
    struct record_state r = record_of(w, check);

    world_record(w, RECORD_STATE, &r);
}

void retain_fresh(struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    struct state *s = &w->st[check];

    memset(s, 0, sizeof(*s));
    s->state = s->last_state = s->last_hard_state = MIN(c->initial_state, (uint8_t)STATE_UNKNOWN);
    s->hard = true;
    s->attempt = s->state == STATE_OK ? 1 : c->max_attempts;
    s->max_attempts = MAX(c->max_attempts, 1u);
    s->switches = c->flags;
}

/* What of the things in place of the configuration does not stay. */
static void drop_over(const struct model *m, struct over *o, uint32_t *modified)
{
    for (enum over_what i = 0; i < OVER_COUNT; i++)
        if (!(*modified & over_bit(i)))
            over_forget(o, i);
    if (!(*modified & STATE_MODIFIED_VARS))
        over_set_vars(o, STR_NULL);
    if (!(*modified & STATE_MODIFIED_FIRST_DELAY))
        o->first_delay_us = -1;
    *modified &= ~over_settle(m, o);
}

static void set_aside(const struct world *w, struct state *s)
{
    if (!(s->modified & STATE_MODIFIED_INTERVAL))
        s->more->check_interval_us = -1;
    if (!(s->modified & STATE_MODIFIED_RETRY))
        s->more->retry_interval_us = -1;
    if (s->more->over)
        drop_over(w->m, s->more->over, &s->modified);
}

/* The configuration wins, except for what a command changed. */
static void apply_configuration(struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);
    struct state *s = &w->st[check];
    const struct model_globals *g = w->m->globals;
    uint32_t from_files = c->flags;

    if (!(c->flags & MODEL_CHECK_RETAIN_NONSTATUS))
        s->modified = 0;
    s->modified &= ~(c->kind == MODEL_HOST ? g->retained_host_mask : g->retained_service_mask);
    for (size_t i = 0; i < ARRAY_LEN(switches); i++)
        if (s->modified & switches[i].attribute)
            from_files = (from_files & ~switches[i].flag) | (s->switches & switches[i].flag);
    s->switches = from_files;
    if (s->more)
        set_aside(w, s);
    if (!(s->modified & STATE_MODIFIED_ATTEMPTS))
        s->max_attempts = MAX(c->max_attempts, 1u);
    /* A problem that is hard has had all its attempts, however many there are now. */
    s->attempt =
        s->hard && s->state != STATE_OK ? s->max_attempts : MIN(MAX(s->attempt, 1u), s->max_attempts);
}

/* A record is from our own disk, but a disk can lie: nothing out of range gets into the state. */
/* A damaged record may say anything; what is reckoned with it must not overflow. */
static int64_t sane_time(int64_t us)
{
    return MIN(MAX(us, 0), INT64_MAX / 2);
}

static void make_sane(struct state *s, enum model_kind kind)
{
    uint8_t most = kind == MODEL_HOST ? STATE_UNREACHABLE : STATE_UNKNOWN;

    s->state = MIN(s->state, most);
    s->last_state = MIN(s->last_state, most);
    s->last_hard_state = MIN(s->last_hard_state, most);
    s->ack_type = s->ack_type > STATE_ACK_STICKY ? STATE_ACK_NONE : s->ack_type;
    s->flap_at = s->flap_at % 21;
    s->latency_us = MAX(s->latency_us, 0);
    s->execution_us = MAX(s->execution_us, 0);
    s->next_check = sane_time(s->next_check);
}

static uint32_t seconds_of(int64_t us)
{
    return (uint32_t)MIN(MAX(us / TIME_S, 0), (int64_t)UINT32_MAX);
}

static bool has_over(const struct record_state *r)
{
    return r->check_command.n || r->handler.n || r->check_period.n || r->notify_period.n || r->vars.n ||
           r->first_delay;
}

static bool has_more(const struct record_state *r)
{
#define F(field)                                                                                             \
    if (r->field)                                                                                            \
        return true;
    MORE_FIELDS(F)
#undef F
    return (r->modified & (STATE_MODIFIED_INTERVAL | STATE_MODIFIED_RETRY)) || has_over(r);
}

static void load_over(struct world *w, struct state *s, const struct record_state *r)
{
    const struct str text[OVER_COUNT] = {r->check_command, r->handler, r->check_period, r->notify_period};
    struct over *o = over_make(s);

    for (enum over_what i = 0; i < OVER_COUNT; i++)
        if (text[i].n && !over_set(w->m, o, i, text[i]))
            s->modified &= ~over_bit(i);
    over_set_vars(o, r->vars);
    o->first_delay_us = MAX(r->first_delay, 0) - 1;
}

static void load_more(struct world *w, struct state *s, const struct record_state *r)
{
    struct state_more *more = state_more_set(s);

#define F(field) more->field = (__typeof__(more->field))r->field;
    MORE_FIELDS(F)
#undef F
    w->next_event =
        MAX(w->next_event, MAX(r->event_id, r->last_event_id)); /* the program's record may be older */
    w->next_problem = MAX(w->next_problem, MAX(r->problem_id, r->last_problem_id));
    if (r->modified & STATE_MODIFIED_INTERVAL)
        more->check_interval_us = MIN(MAX(r->check_interval_us, 0), 366 * TIME_DAY);
    if (r->modified & STATE_MODIFIED_RETRY)
        more->retry_interval_us = MIN(MAX(r->retry_interval_us, 0), 366 * TIME_DAY);
    if (has_over(r))
        load_over(w, s, r);
}

/* Of a check whose state is not to be kept: only what commands changed. */
static void load_changes(struct world *w, uint32_t check, const struct record_state *r)
{
    struct record_state part = {.modified = r->modified,
                                .check_interval_us = r->check_interval_us,
                                .retry_interval_us = r->retry_interval_us,
                                .check_command = r->check_command,
                                .handler = r->handler,
                                .check_period = r->check_period,
                                .notify_period = r->notify_period,
                                .vars = r->vars,
                                .first_delay = r->first_delay};
    struct state *s = &w->st[check];

    s->switches = (uint32_t)r->switches;
    s->modified = (uint32_t)r->modified;
    if (s->modified & STATE_MODIFIED_ATTEMPTS)
        s->max_attempts = (uint32_t)MIN(MAX(r->max_attempts, 1u), (uint64_t)INT32_MAX);
    if (has_more(&part))
        load_more(w, s, &part);
    apply_configuration(w, check);
}

/* A blank one. */
static void fill(struct world *w, struct state *s, enum model_kind kind, const struct record_state *r)
{
#define F(field) s->field = (__typeof__(s->field))r->field;
    SAME_FIELDS(F)
#undef F
    if (has_more(r))
        load_more(w, s, r);
    s->no_more = r->no_more != 0;
    s->last_time_s[0] = seconds_of(r->last_time_0);
    s->last_time_s[1] = seconds_of(r->last_time_1);
    s->last_time_s[2] = seconds_of(r->last_time_2);
    s->last_time_s[3] = seconds_of(r->last_time_3);
    s->why_state.code = (uint16_t)r->why_state;
    s->why_notify.code = (uint16_t)r->why_notify;
    s->why_state.arg[0] = r->why_state_arg;
    s->why_notify.arg[0] = r->why_notify_arg;
    s->why_state.idx = s->why_notify.idx = MODEL_NONE;
    s->due_options = r->forced ? SCHED_FORCED : 0; /* sched_spread plans it */
    s->begun = (uint8_t)MIN(r->forced ? r->forced - 1 : 0, (uint64_t)UINT8_MAX);
    make_sane(s, kind);
    state_set_text(s, r->output, r->long_output, r->perfdata);
}

static void load_state(struct world *w, uint32_t check, const struct record_state *r)
{
    struct state *s = &w->st[check];
    uint64_t newest_comment = s->newest_comment; /* a comment may come before the state */

    state_release(s);
    retain_fresh(w, check);
    s->newest_comment = newest_comment;
    s->oid = r->oid;
    if (!(model_check(w->m, check)->flags & MODEL_CHECK_RETAIN_STATUS) && !w->opt.resumes) {
        load_changes(w, check, r);
        return;
    }
    fill(w, s, world_kind(w, check), r);
    if (w->opt.resumes)
        return;
    apply_configuration(w, check);
    if (s->modified != r->modified || s->switches != r->switches || s->attempt != r->attempt ||
        s->max_attempts != r->max_attempts)
        world_touch(w, check); /* the record shall say so, too */
}

void retain_freeze(const struct world *w, uint32_t check, struct buf *payload)
{
    struct record_state r = record_of(w, check);
    struct buf batch = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&batch, RECORD_STATE, w->now.wall, &r);
    rest = buf_str(&batch);
    BUG_ON(record_next(&rest, &f) != 1);
    buf_add_str(payload, f.payload);
    buf_release(&batch);
}

void retain_thaw(struct world *w, uint32_t check, struct str payload, uint32_t downtimes, struct state *out)
{
    struct record_state r;

    if (!payload.n || record_get(RECORD_STATE, payload, &r) < 0)
        r = record_of(w, check);
    memset(out, 0, sizeof(*out));
    fill(w, out, world_kind(w, check), &r);
    out->oid = r.oid;
    out->downtime_depth = downtimes;
}

/* Why its last turn was as it was: gone where what it is about cannot be found again. */
static void renew_turn(const struct world *w, uint32_t check, struct state_ran *ran)
{
    struct state_why why = why_make(ran->code, ran->idx, 0, 0);

    explain_renew(w, check, &why);
    if (ran->idx != MODEL_NONE && why.idx == MODEL_NONE)
        *ran = (struct state_ran){.code = WHY_NONE};
    else
        ran->idx = why.idx;
}

void retain_reasons_of(struct world *w, uint32_t check)
{
    explain_renew(w, check, &w->st[check].why_state);
    explain_renew(w, check, &w->st[check].why_notify);
    renew_turn(w, check, &w->st[check].ran);
}

void retain_reasons(struct world *w)
{
    for (uint32_t i = 0; i < w->n; i++)
        retain_reasons_of(w, i);
}

bool retain_carry(struct world *w, uint32_t check, struct state *old)
{
    struct state *s = &w->st[check];

    *s = *old;
    old->text = NULL;
    old->more = NULL;
    s->dirty = s->stored_dirty = false;
    apply_configuration(w, check);
    return s->modified != old->modified || s->switches != old->switches || s->attempt != old->attempt ||
           s->max_attempts != old->max_attempts;
}

/* ---- the program ---- */

static struct str handler_of(const struct world *w, size_t i)
{
    return w->global_handler[i] ? str_of(w->global_handler[i]->text[OVER_HANDLER]) : STR_NULL;
}

static struct record_program program_of(const struct world *w)
{
    return (struct record_program){.host_handler = handler_of(w, 0),
                                   .service_handler = handler_of(w, 1),
                                   .switches = w->switches,
                                   .modified_host = w->modified_host,
                                   .modified_service = w->modified_service,
                                   .next_comment = w->next_comment,
                                   .next_downtime = w->next_downtime,
                                   .next_event = w->next_event,
                                   .next_problem = w->next_problem,
                                   .next_intent = w->next_intent,
                                   .next_notification = w->next_notification,
                                   .stopped = w->stopping ? w->now.wall.us : 0,
                                   .epoch = w->opt.epoch,
                                   .pipe_had = w->pipe_had,
                                   .handed_file = str_of(w->handed_file ? w->handed_file : ""),
                                   .handed_n = w->handed_n,
                                   .started = w->prog.program_start};
}

void retain_program(struct world *w)
{
    struct record_program r = program_of(w);

    world_record(w, RECORD_PROGRAM, &r);
}

static void load_handler(struct world *w, size_t i, struct str text)
{
    if (!w->global_handler[i])
        w->global_handler[i] = over_new();
    if (!text.n || !over_set(w->m, w->global_handler[i], OVER_HANDLER, text))
        over_forget(w->global_handler[i], OVER_HANDLER);
}

/* An acknowledgement is no status, says Nagios. */
static void forget_ack(struct world *w, uint32_t check)
{
    note_unack(w, check);
    w->st[check].ack_last = STATE_ACK_NONE;
}

/* Attributes that do not outlive a restart or reload, and what the configuration no longer has, fall back to it. */
void retain_settle(struct world *w)
{
    const struct model_globals *g = w->m->globals;
    uint64_t *const modified[] = {&w->modified_host, &w->modified_service};
    const uint32_t mask[] = {g->retained_process_host_mask, g->retained_process_service_mask};

    for (size_t i = 0; i < ARRAY_LEN(modified); i++) {
        *modified[i] &= ~(uint64_t)mask[i];
        if (w->global_handler[i] && !(*modified[i] & STATE_MODIFIED_HANDLER_COMMAND))
            over_forget(w->global_handler[i], OVER_HANDLER);
        if (w->global_handler[i])
            *modified[i] &= ~(uint64_t)over_settle(w->m, w->global_handler[i]);
    }
    for (uint32_t i = 0; i < w->m->n_contact; i++)
        retain_settle_contact(w, i);
    for (uint32_t i = 0; i < w->n && !w->opt.resumes; i++)
        if (!(model_check(w->m, i)->flags & MODEL_CHECK_RETAIN_NONSTATUS))
            forget_ack(w, i);
}

/* A start after an orderly end planned everything anew but what the main file keeps, and nothing of it is recorded. */
static void planned_anew(struct world *w, const struct record_program *r)
{
    bool keeps = w->m->globals->use_retained_scheduling_info;

    if (!w->planned_at.us) /* the first start of all, or one whose plans stand in a checkpoint */
        w->planned_at.us = sane_time(r->started);
    if (!w->was_stopped || r->stopped || w->opt.resumes)
        return;
    w->planned_at.us = sane_time(r->started);
    for (uint32_t i = 0; i < w->n; i++)
        if (!keeps || w->st[i].next_check <= r->started)
            w->st[i].next_check = 0;
}

static void load_program(struct world *w, const struct record_program *r)
{
    planned_anew(w, r);
    if (w->opt.resumes) {
        w->switches = (uint32_t)r->switches;
        w->modified_host = r->modified_host;
        w->modified_service = r->modified_service;
        load_handler(w, 0, r->host_handler);
        load_handler(w, 1, r->service_handler);
        w->prog.program_start = r->started;
    } else if (w->m->globals->use_retained_program_state) {
        w->modified_host = r->modified_host;
        w->modified_service = r->modified_service;
        load_handler(w, 0, r->host_handler);
        load_handler(w, 1, r->service_handler);
        switches_read(w, (uint32_t)r->switches);
    }
    w->was_stopped = r->stopped != 0;
    w->pipe_had = r->pipe_had;
    handed_load(w, r->handed_file, r->handed_n);
    w->next_comment = MAX(w->next_comment, r->next_comment);
    w->next_downtime = MAX(w->next_downtime, r->next_downtime);
    w->next_event = MAX(w->next_event, r->next_event);
    w->next_problem = MAX(w->next_problem, r->next_problem);
    w->next_intent = MAX(w->next_intent, r->next_intent);
    w->next_notification = MAX(w->next_notification, r->next_notification);
}

/* ---- reading back ---- */

union any {
    struct record_state state;
    struct record_comment comment;
    struct record_comment_del comment_del;
    struct record_downtime downtime;
    struct record_downtime_del downtime_del;
    struct record_notify_intent intent;
    struct record_notified notified;
    struct record_program program;
    struct record_contact contact;
    struct record_state_end state_end;
    struct record_result result;
    struct record_event event;
    struct record_command command;
    struct record_command_waits waits;
    struct record_command_part part;
    struct record_command_end command_end;
    struct record_file_waits file_waits;
    struct record_file_read file_read;
    struct record_telling telling;
    struct record_telling_part telling_part;
    struct record_doubt doubt;
    struct record_clock clock;
    struct record_skip skip;
    struct record_snapshot snapshot;
    struct record_checkpoint_end end;
};

/* It was not configured at that time, whatever it is now. */
static void end_state(struct world *w, uint64_t oid)
{
    uint32_t check;

    map_remove_u64(&w->gone, oid);
    if (!oids_find(&w->oids, oid, &check))
        return;
    note_forget(w, check);
    state_release(&w->st[check]);
    retain_fresh(w, check);
    w->st[check].oid = oid;
}

static void load_one(struct world *w, enum record_kind kind, const union any *r, struct str payload)
{
    uint32_t idx;

    switch (kind) {
    case RECORD_STATE:
        if (oids_find(&w->oids, r->state.oid, &idx))
            load_state(w, idx, &r->state);
        else
            map_put_u64(&w->gone, r->state.oid, r->state.oid);
        break;
    case RECORD_DOUBT:
        if (oids_find(&w->oids, r->doubt.oid, &idx))
            tell_again_doubt(w, idx);
        break;
    case RECORD_STATE_END: end_state(w, r->state_end.oid); break;
    case RECORD_COMMENT:
        if (oids_find(&w->oids, r->comment.oid, &idx))
            note_comment_restore(w, &r->comment, idx);
        break;
    case RECORD_COMMENT_DEL: note_comment_forget(w, r->comment_del.id); break;
    case RECORD_DOWNTIME:
        if (oids_find(&w->oids, r->downtime.oid, &idx))
            note_downtime_restore(w, &r->downtime, idx);
        break;
    case RECORD_DOWNTIME_DEL: note_downtime_forget(w, r->downtime_del.id); break;
    case RECORD_NOTIFY_INTENT: tell_restore(w, r->intent.intent, payload); break;
    case RECORD_NOTIFIED: tell_forget(w, r->notified.intent); break;
    case RECORD_PROGRAM: load_program(w, &r->program); break;
    case RECORD_CONTACT: retain_load_contact(w, &r->contact); break;
    case RECORD_COMMAND_WAITS: excmd_queue_restore(w, &r->waits); break;
    case RECORD_COMMAND_PART: excmd_queue_restore_part(w, &r->part); break;
    case RECORD_COMMAND_END:
        excmd_queue_restore_end(w, &r->command_end);
        if (r->command_end.all == 2)
            excmd_file_doubt(w);
        break;
    case RECORD_FILE_WAITS: excmd_file_restore(w, &r->file_waits); break;
    case RECORD_FILE_READ: excmd_file_restore_read(w, &r->file_read); break;
    case RECORD_TELLING: telling_restore(w, &r->telling); break;
    case RECORD_TELLING_PART: telling_restore_part(w, &r->telling_part); break;
    default: break; /* inputs and history: nothing to restore */
    }
}

int retain_load(struct world *w, struct str records)
{
    struct record_frame f;
    int r;

    while ((r = record_next(&records, &f)) > 0) {
        union any any;

        if (f.kind != RECORD_COMMAND_END) /* which a damaged journal's store adds, without a moment */
            w->loaded_at.us = sane_time(f.at.us);

        r = record_get(f.kind, f.payload, &any);
        if (r < 0)
            break;
        load_one(w, f.kind, &any, f.payload);
    }
    return r;
}

/* ---- everything ---- */

bool retain_put_program(const struct world *w, struct wall at, uint64_t *next UNUSED, size_t most UNUSED,
                        struct buf *out)
{
    struct record_program r = program_of(w);

    record_put(out, RECORD_PROGRAM, at, &r);
    return true;
}

bool retain_put_states(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    for (; *next < w->n && out->len < most; ++*next) {
        struct record_state r = record_of(w, (uint32_t)*next);

        if (r.oid)
            record_put(out, RECORD_STATE, at, &r);
    }
    return *next == w->n;
}
