/* SPDX-License-Identifier: Apache-2.0 */
/* The world on the board: what changed since it was last shown. Declared in core/world.h. */
#include "core/explain.h"
#include "core/note.h"
#include "core/sched.h"
#include "core/world_in.h"

#include <string.h>

static const struct {
    uint32_t model, board;
} flags[] = {
    {MODEL_CHECK_ACTIVE, BOARD_ACTIVE_ENABLED}, {MODEL_CHECK_PASSIVE, BOARD_PASSIVE_ENABLED},
    {MODEL_CHECK_NOTIFY, BOARD_NOTIFY_ENABLED}, {MODEL_CHECK_EVENT_HANDLER, BOARD_HANDLER_ENABLED},
    {MODEL_CHECK_FLAP, BOARD_FLAP_ENABLED},     {MODEL_CHECK_FRESHNESS, BOARD_FRESHNESS_ENABLED},
    {MODEL_CHECK_OBSESS, BOARD_OBSESS},         {MODEL_CHECK_PERFDATA, BOARD_PERFDATA},
};

static uint32_t flags_of(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    uint32_t f = (s->checked ? BOARD_CHECKED : 0) | (s->passive ? BOARD_PASSIVE_RESULT : 0) |
                 (s->ack_type ? BOARD_ACKNOWLEDGED : 0) | (s->flapping ? BOARD_FLAPPING : 0) |
                 (s->run ? BOARD_RUNNING : 0) | (s->no_more ? BOARD_NO_MORE_NOTIFY : 0) |
                 (s->stale ? BOARD_STALE : 0) | (heap_has(&w->due, check) ? BOARD_SHOULD_BE_SCHEDULED : 0);

    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (s->switches & flags[i].model)
            f |= flags[i].board;
    return f;
}

static struct board_why why_of(const struct state_why *y)
{
    return (struct board_why){.code = y->code, .idx = y->idx, .arg = {y->arg[0], y->arg[1]}};
}

static uint32_t period_of(const struct over *o, enum over_what what)
{
    return o && o->text[what] ? o->idx[what] + 1 : 0;
}

static void show_check(struct world *w, struct board_w *board, uint32_t check)
{
    const struct state *s = &w->st[check];
    const struct state_more *more = state_more(s);
    const struct over *o = over_of(s);
    const struct state_why told = explain_standing(w, check);
    struct board_check b = {
        .flags = flags_of(w, check),
        .oid = s->oid,
        .state = s->state,
        .state_hard = s->hard,
        .last_state = s->last_state,
        .last_hard_state = s->last_hard_state,
        .ack_type = s->ack_type ? s->ack_type : s->ack_last,
        .attempt = s->attempt,
        .max_attempts = s->max_attempts,
        .notification_number = s->notification_number,
        .downtime_depth = s->downtime_depth,
        .pending_flexible = s->pending_flexible,
        .flap_percent = s->flap_percent,
        .modified_attributes = s->modified,
        .notified_on = s->notified_on,
        .check_interval_us = world_interval(w, check, false),
        .retry_interval_us = world_interval(w, check, true),
        .last_check = s->last_check,
        .next_check = heap_has(&w->due, check) ? s->next_check : 0,
        .last_update = s->last_update,
        .last_state_change = s->last_state_change,
        .last_hard_state_change = s->last_hard_change,
        .last_time_s = {s->last_time_s[0], s->last_time_s[1], s->last_time_s[2], s->last_time_s[3]},
        .last_notification = more->last_notification,
        .next_notification = more->next_notification,
        .ack_expires = s->ack_type ? more->ack_expires : 0,
        .latency_us = s->latency_us,
        .execution_us = s->execution_us,
        .event_id = more->event_id,
        .last_event_id = more->last_event_id,
        .problem_id = more->problem_id,
        .last_problem_id = more->last_problem_id,
        .why_state = why_of(&s->why_state),
        .why_notify = why_of(&told),
        .over_check_period = period_of(o, OVER_CHECK_PERIOD),
        .over_notify_period = period_of(o, OVER_NOTIFY_PERIOD),
        .over_first_delay = o ? o->first_delay_us + 1 : 0};

    buf_clear(&w->scratch);
    if (o)
        over_pack(o, &w->scratch);
    board_put_check(board, check, &b, state_output(s), state_long(s), state_perf(s), buf_str(&w->scratch));
}

static void show_comment(struct world *w, struct board_w *board, const struct world_comment *c)
{
    struct board_comment b = {.idx = c->check,
                              .id = c->id,
                              .entry_type = c->entry_type,
                              .source = c->source,
                              .persistent = c->persistent,
                              .expires = c->expires,
                              .entry_time = c->entry_time,
                              .expire_time = c->expire_time};

    (void)w;
    board_put_comment(board, &b, str_of(c->author), str_of(c->text));
}

static void show_downtime(struct world *w, struct board_w *board, const struct world_downtime *d)
{
    struct board_downtime b = {.idx = d->check,
                               .id = d->id,
                               .triggered_by = d->triggered_by,
                               .comment_id = d->comment_id,
                               .fixed = d->fixed,
                               .in_effect = d->in_effect,
                               .entry_time = d->entry_time,
                               .start = d->start,
                               .end = d->end,
                               .duration_us = d->duration_us,
                               .actual_start = d->actual_start};

    (void)w;
    board_put_downtime(board, &b, str_of(d->author), str_of(d->text));
}

static void show_contacts(struct world *w, struct board_w *board)
{
    for (uint32_t i = 0; i < w->m->n_contact; i++) {
        const struct world_contact *c = &w->contact[i];
        struct board_contact b = {.host_notify = !c->host_off,
                                  .service_notify = !c->service_off,
                                  .last_host_notification = c->last_host,
                                  .last_service_notification = c->last_service,
                                  .modified_attributes = c->modified,
                                  .modified_host = c->modified_host,
                                  .modified_service = c->modified_service,
                                  .over_host_period = period_of(c->over, OVER_NOTIFY_PERIOD),
                                  .over_service_period = period_of(c->over, OVER_SERVICE_PERIOD)};

        buf_clear(&w->scratch);
        if (c->over)
            over_pack(c->over, &w->scratch);
        board_put_contact(board, i, &b, buf_str(&w->scratch));
    }
}

void world_say_given_up(struct world *w, uint64_t lines, uint64_t results, uint64_t gaps)
{
    w->program_unseen |=
        lines != w->prog.lines_lost || results != w->prog.results_lost || gaps != w->prog.gaps;
    w->prog.lines_lost = lines;
    w->prog.results_lost = results;
    w->prog.gaps = gaps;
}

void world_say_log_waits(struct world *w, uint64_t lines)
{
    w->program_unseen |= lines != w->prog.lines_waiting;
    w->prog.lines_waiting = lines;
}

/* That takes its time where many wait: once in a second. */
static void count_held(struct world *w)
{
    if (sched_holds(w) && w->now.mono.us < w->held_next)
        return;
    w->prog.checks_held = sched_held(w);
    w->held_next = w->prog.checks_held ? w->now.mono.us + TIME_S : 0;
}

static void show_program(struct world *w, struct board_w *board)
{
    w->prog.switches = w->switches;
    w->prog.modified_host_attributes = w->modified_host;
    w->prog.modified_service_attributes = w->modified_service;
    w->prog.now = w->now.wall.us;
    w->prog.text_cut = board_w_full(board);
    w->prog.intents = w->intents.n - w->intents_gone;
    w->prog.commands_in_turn[0] = w->in_turn[0];
    w->prog.commands_in_turn[1] = w->in_turn[1];
    count_held(w);
    w->prog.record_seq = w->next_seq - 1;
    if (w->prog.record_seq <= w->prog.journal_seq)
        w->prog.unstored_since = 0;
    else if (!w->prog.unstored_since)
        w->prog.unstored_since = w->now.wall.us;
    board_put_program(board, &w->prog);
}

static void show_notes(struct world *w, struct board_w *board)
{
    w->prog.comment_changes += w->unseen_comments.n;
    w->prog.downtime_changes += w->unseen_downtimes.n;
    w->program_unseen |= w->unseen_comments.n || w->unseen_downtimes.n;
    for (size_t i = 0; i < w->unseen_comments.n; i++) {
        const struct world_comment *c = note_comment_find(w, w->unseen_comments.at[i]);

        if (c)
            show_comment(w, board, c);
        else
            board_del_comment(board, w->unseen_comments.at[i]);
    }
    for (size_t i = 0; i < w->unseen_downtimes.n; i++) {
        const struct world_downtime *d = note_downtime_find(w, w->unseen_downtimes.at[i]);

        if (d)
            show_downtime(w, board, d);
        else
            board_del_downtime(board, w->unseen_downtimes.at[i]);
    }
}

#define AT_ONCE 4000u /* checks: a millisecond or two */

/* What is left moves to the front. */
static void show_checks(struct world *w, struct board_w *board)
{
    size_t n = board ? MIN(w->unseen.n, (size_t)AT_ONCE) : w->unseen.n;

    for (size_t i = 0; i < n; i++) {
        if (board)
            show_check(w, board, w->unseen.at[i]);
        w->st[w->unseen.at[i]].dirty = false;
    }
    w->unseen.n -= n;
    if (w->unseen.n)
        memmove(w->unseen.at, w->unseen.at + n, w->unseen.n * sizeof(*w->unseen.at));
}

bool world_show(struct world *w, struct board_w *board)
{
    if (board)
        show_notes(w, board);
    if (board && w->program_unseen) /* first: who sees a result finds it counted */
        show_program(w, board);
    show_checks(w, board);
    if (board && w->contacts_unseen)
        show_contacts(w, board);
    VEC_CLEAR(&w->unseen_comments);
    VEC_CLEAR(&w->unseen_downtimes);
    w->program_unseen = w->contacts_unseen = false;
    return w->unseen.n > 0;
}

uint32_t world_show_new(struct world *w, struct board_w *board, uint32_t from, uint32_t n)
{
    uint32_t to = n < w->n - from ? from + n : w->n;

    for (uint32_t i = from; i < to; i++)
        show_check(w, board, i);
    if (to < w->n)
        return to;
    for (size_t i = 0; i < w->comments.n; i++)
        if (!w->comments.at[i].gone)
            show_comment(w, board, &w->comments.at[i]);
    for (size_t i = 0; i < w->downtimes.n; i++)
        if (!w->downtimes.at[i].gone)
            show_downtime(w, board, &w->downtimes.at[i]);
    show_contacts(w, board);
    show_program(w, board);
    return MODEL_NONE;
}
