/* SPDX-License-Identifier: Apache-2.0 */
#include "core/world.h"

#include "base/limits.h"
#include "core/carry.h"
#include "core/excmd_do.h"
#include "core/excmd_file.h"
#include "core/excmd_queue.h"
#include "core/forget.h"
#include "core/fresh.h"
#include "core/handed.h"
#include "core/nlog.h"
#include "core/note.h"
#include "core/passive.h"
#include "core/result.h"
#include "core/retain.h"
#include "core/perfdata.h"
#include "core/postpone.h"
#include "core/recur.h"
#include "core/rotate.h"
#include "core/sched.h"
#include "core/source.h"
#include "core/switches.h"
#include "core/tell.h"
#include "core/telling.h"
#include "core/world_in.h"

#include <stdlib.h>
#include <string.h>

#define CLOCK_STEP  (1 * TIME_S) /* a smaller difference between the two clocks is the clock being slewed */
#define SWEEP_EVERY (1 * TIME_S)
#define RUN_AGAIN   (1 * TIME_S) /* a run that could not be handed over */

/* ---- what every part uses ---- */

struct world_effect *world_effect(struct world *w, enum world_effect_kind kind)
{
    struct world_effect *e = VEC_ADD(&w->effects);

    e->kind = kind;
    e->check = MODEL_NONE;
    if (kind == WORLD_RUN) {
        w->prog.runs++;
        w->program_unseen = true;
    }
    return e;
}

struct world_span world_keep(struct world *w, struct str s)
{
    struct world_span span = {(uint32_t)w->text.len, (uint32_t)s.n};

    BUG_ON(w->text.len + s.n > UINT32_MAX);
    buf_add_str(&w->text, s);
    return span;
}

void world_record(struct world *w, enum record_kind kind, const void *record)
{
    world_weigh_record(w, kind, record);
    if (w->opt.rehearses && kind != RECORD_EVENT)
        return;
    record_put(&w->records, kind, w->now.wall, record);
    checkpoint_note(w, kind, record);
    w->n_records++;
    w->next_seq++;
}

void world_move_before(struct world *w, size_t before, size_t end)
{
    size_t n = w->records.len - end;
    char *all, *moved;

    if (!n || before == end)
        return;
    all = w->records.data;
    moved = mem_alloc(n);
    memcpy(moved, all + end, n);
    memmove(all + before + n, all + before, end - before);
    memcpy(all + before, moved, n);
    mem_free(moved);
}

void world_event(struct world *w, enum record_event_kind kind, uint32_t check, struct record_event *e)
{
    e->kind = kind;
    e->oid = check == MODEL_NONE ? 0 : w->st[check].oid;
    if (kind == RECORD_EVENT_ALERT || kind == RECORD_EVENT_FIRST_RESULT || kind == RECORD_EVENT_PENDING) {
        w->prog.state_changes++;
        w->program_unseen = true;
    }
    world_record(w, RECORD_EVENT, e);
}

void world_touch_board(struct world *w, uint32_t check)
{
    if (w->st[check].dirty)
        return;
    w->st[check].dirty = true;
    *VEC_ADD(&w->unseen) = check;
}

void world_touch_contact(struct world *w, uint32_t contact)
{
    w->contact[contact].dirty = true;
    w->contacts_dirty = true;
}

void world_touch(struct world *w, uint32_t check)
{
    w->totals.known = false;
    world_touch_board(w, check);
    if (w->st[check].stored_dirty)
        return;
    w->dirty_bytes += world_state_bytes(w, check);
    w->st[check].stored_dirty = true;
    *VEC_ADD(&w->dirty) = check;
}

/* ---- life ---- */

struct world *world_new(const struct world_options *o)
{
    struct world *w = mem_zalloc(sizeof(*w));

    w->opt = *o;
    w->max_parallel = o->max_parallel && o->max_parallel < LIMIT_RUNS ? o->max_parallel : LIMIT_RUNS;
    w->next_comment = w->next_downtime = w->next_seq = 1;
    w->next_wall = INT64_MIN;
    w->next_rotation = w->end.at = w->next_postponed = INT64_MAX;
    buf_init(&w->text);
    buf_init(&w->records);
    buf_init(&w->scratch);
    buf_init(&w->scratch2);
    buf_init(&w->checkpoint.changes);
    return w;
}

static void release_checks(struct world *w)
{
    for (uint32_t i = 0; i < w->n; i++)
        state_release(&w->st[i]);
    mem_free(w->st);
    mem_free(w->room.st);
    for (uint32_t i = 0; w->m && i < w->m->n_contact; i++)
        over_free(w->contact[i].over);
    mem_free(w->contact);
    over_free(w->global_handler[0]);
    over_free(w->global_handler[1]);
    oids_release(&w->oids);
    map_release(&w->hosts_by_address);
    map_release(&w->contacts_by_alias);
    if (w->m)
        when_release(&w->when);
}

uint64_t world_oid(const struct world *w, uint32_t check)
{
    return w->st[check].oid;
}

void world_free(struct world *w)
{
    if (!w)
        return;
    release_checks(w);
    totals_release(w);
    heap_release(&w->due);
    heap_release(&w->deadline);
    VEC_RELEASE(&w->runs);
    VEC_RELEASE(&w->free_runs);
    map_release(&w->run_by_id);
    map_release(&w->gone);
    VEC_RELEASE(&w->around);
    VEC_RELEASE(&w->left_out);
    excmd_queue_release(w);
    excmd_file_release(w);
    VEC_RELEASE(&w->doubts.all);
    note_release(w);
    tell_release(w);
    telling_release(w);
    world_checkpoint_stop(w);
    VEC_RELEASE(&w->effects);
    VEC_RELEASE(&w->dirty);
    VEC_RELEASE(&w->unseen);
    VEC_RELEASE(&w->unseen_comments);
    VEC_RELEASE(&w->unseen_downtimes);
    mem_free(w->handed_file);
    buf_release(&w->text);
    buf_release(&w->records);
    buf_release(&w->scratch);
    buf_release(&w->scratch2);
    mem_free(w);
}

static void fill_contacts(struct world *w)
{
    w->contact = mem_calloc((size_t)w->m->n_contact + 1, sizeof(*w->contact));
    for (uint32_t i = 0; i < w->m->n_contact; i++) {
        uint32_t flags = model_contact(w->m, i)->flags;

        w->contact[i].host_off = !(flags & MODEL_CONTACT_HOST_NOTIFY);
        w->contact[i].service_off = !(flags & MODEL_CONTACT_SERVICE_NOTIFY);
    }
}

/* The empty world of a configuration; its checks are blank. */
static void settle_in(struct world *w, const struct model *m, uint64_t generation)
{
    totals_release(w);
    w->environment_cut = false;
    w->m = m;
    w->generation = generation;
    w->n = m->n_check;
    w->st = world_take_room(w, w->n);
    map_release(&w->hosts_by_address);
    map_release(&w->contacts_by_alias);
    when_init(&w->when, m);
    fill_contacts(w);
}

static void begin_blank(struct world *w)
{
    for (uint32_t i = 0; i < w->n; i++)
        if (!w->st[i].max_attempts) /* never 0 of a check that was begun */
            retain_fresh(w, i);
}

static void record_snapshot(struct world *w)
{
    world_record(w, RECORD_SNAPSHOT,
                 &(struct record_snapshot){.hash = str_of(w->m->hash), .generation = w->generation});
}

static void take_time(struct world *w, struct world_now now);
static void record_step(struct world *w, int64_t step);
static void finish(struct world *w);

void world_set_model(struct world *w, const struct model *m, uint64_t generation, struct world_now now)
{
    BUG_ON(w->m);
    w->now = now;
    w->offset = now.wall.us - now.mono.us;
    settle_in(w, m, generation);
    begin_blank(w);
    heap_init(&w->due, w->n);
    switches_read(w, 0);
}

/* In one pass: a check's state is in reach of the cache for a moment only, and a reload holds everything up. */
static void look_at_all(struct world *w)
{
    struct sched_spread spread = sched_spread_begin(w, true);

    note_ack_look_begin(w);
    postpone_look_begin(w);
    for (uint32_t i = 0; i < w->n; i++) {
        note_ack_look_at(w, i);
        retain_reasons_of(w, i);
        postpone_note(w, i);
        sched_spread_one(w, i, &spread);
    }
    sched_spread_end(w, &spread);
}

void world_reload(struct world *w, const struct model *m, uint64_t generation, const uint64_t *oids,
                  struct world_now now)
{
    struct carry c;

    BUG_ON(!w->started);
    take_time(w, now);
    sched_around(w, true);
    w->fresh_at[MODEL_HOST] = w->fresh_at[MODEL_SERVICE] = 0;
    carry_begin(w, m, oids, &c);
    when_release(&w->when);
    VEC_CLEAR(&w->dirty);
    w->dirty_bytes = 0;
    VEC_CLEAR(&w->unseen);
    settle_in(w, m, generation);
    carry_over(w, &c);
    carry_end(&c);
    retain_settle(w);
    look_at_all(w);
    switches_read(w, w->switches);
    rotate_plan(w);
    recur_plan(w);
    perfdata_plan(w);
    checkpoint_again(w);
    w->prog.last_reload = w->now.wall.us;
    w->program_unseen = true;
    record_snapshot(w);
    world_event(w, RECORD_EVENT_RELOAD, MODEL_NONE, &(struct record_event){.ref = generation});
    nlog_text(w, "Configuration read again: %u host%s, %u service%s", m->n_hosts, m->n_hosts == 1 ? "" : "s",
              m->n_services, m->n_services == 1 ? "" : "s");
    nlog_initial(w);
    finish(w);
}

void world_know_oids(struct world *w)
{
    uint64_t *oid = mem_calloc((size_t)w->n + 1, sizeof(*oid));

    for (uint32_t i = 0; i < w->n; i++)
        oid[i] = w->st[i].oid;
    oids_take(&w->oids, oid, w->n);
}

bool world_set_oids(struct world *w, uint64_t generation, const uint64_t *oids, size_t n)
{
    if (!w->m || generation != w->generation || n != w->n)
        return false;
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->st[i].oid == oids[i])
            continue;
        w->st[i].oid = oids[i];
        if (w->started)
            world_touch(w, i);
    }
    world_know_oids(w);
    return true;
}

int world_load(struct world *w, struct str records)
{
    BUG_ON(w->started || !w->m);
    return retain_load(w, records);
}

void world_load_end(struct world *w, uint64_t next_seq)
{
    w->next_seq = MAX(next_seq, 1);
}

/* The clock may have been set while nothing ran. That it was set forward looks like a long pause; that it was set back shows. */
static void look_back(struct world *w)
{
    int64_t behind = w->loaded_at.us - w->now.wall.us;

    if (behind < CLOCK_STEP)
        return;
    w->behind_us = behind;
    record_step(w, -behind);
}

int64_t world_behind(const struct world *w)
{
    return w->behind_us;
}

void world_start(struct world *w, struct world_now now)
{
    bool forgot;

    BUG_ON(w->started || !w->m);
    take_time(w, now);
    w->started = true;
    w->prog.program_start = now.wall.us;
    w->prog.last_reload = now.wall.us;
    w->next_sweep = now.mono;
    fresh_soon(w);
    forgot = forget_after_stop(w);
    retain_settle(w);
    switches_read(w, w->switches);
    note_after_load(w);
    excmd_queue_after_load(w);
    excmd_file_after_load(w);
    telling_after_load(w);
    tell_again_after_load(w);
    carry_gone(w);
    retain_reasons(w);
    postpone_look(w);
    record_snapshot(w);
    world_event(w, RECORD_EVENT_START, MODEL_NONE, &(struct record_event){.ref = w->opt.epoch});
    for (uint32_t i = 0; i < w->n; i++)
        if (w->st[i].oid && (forgot || !(model_check(w->m, i)->flags & MODEL_CHECK_RETAIN_STATUS)))
            world_event(w, RECORD_EVENT_PENDING, i, &(struct record_event){.state = w->st[i].state});
    nlog_start(w);
    look_back(w);
    rotate_plan(w);
    recur_plan(w);
    perfdata_plan(w);
    sched_spread(w, false);
    w->program_dirty = w->program_unseen = true;
    finish(w);
}

void world_resume(struct world *w, struct world_now now)
{
    BUG_ON(w->started || !w->m || !w->opt.resumes);
    take_time(w, now);
    w->started = true;
    if (!w->prog.program_start)
        w->prog.program_start = now.wall.us;
    w->next_sweep = now.mono;
    fresh_soon(w);
    note_after_load(w);
    excmd_queue_after_load(w);
    telling_after_load(w);
    retain_reasons(w);
    postpone_look(w);
    rotate_plan(w);
    recur_plan(w);
    finish(w);
}

bool world_started(const struct world *w)
{
    return w->started;
}

/* ---- one event ---- */

static void record_step(struct world *w, int64_t step)
{
    world_record(w, RECORD_CLOCK, &(struct record_clock){.step_us = step});
    world_event(w, RECORD_EVENT_CLOCK_STEP, MODEL_NONE, &(struct record_event){.ref = (uint64_t)step});
    nlog_text(w, "Warning: A system time change of %lld seconds (%s in time) has been detected.",
              (long long)llabs(step / TIME_S), step < 0 ? "backwards" : "forwards");
    tell_clock_step(w, step);
}

static void take_time(struct world *w, struct world_now now)
{
    int64_t offset, step;

    now.mono.us = MAX(now.mono.us, w->now.mono.us);
    offset = now.wall.us - now.mono.us;
    step = offset - w->offset;
    w->now = now;
    w->offset = offset;
    if (!w->started || (step < CLOCK_STEP && step > -CLOCK_STEP))
        return;
    w->steps_us += step;
    w->stepped = now.mono;
    w->prog.program_start += step; /* it runs as long as before */
    w->program_unseen = true;
    record_step(w, step);
    sched_clock_step(w);
    rotate_plan(w);
    recur_plan(w);
    postpone_look(w);
    w->next_wall = INT64_MIN;
    w->note_from = 0;
}

static void not_sent(struct world *w, uint64_t run_id)
{
    struct world_run r;
    uint32_t slot;

    if (!sched_find_run(w, run_id, &slot))
        return;
    r = w->runs.at[slot];
    sched_end_run(w, slot);
    if (r.kind == WORLD_RUN_CHECK)
        sched_at(w, r.check, (struct mono){w->now.mono.us + RUN_AGAIN}, r.options, true);
    else if (r.kind == WORLD_RUN_NOTIFY)
        tell_unsent(w, r.intent);
}

static void command(struct world *w, const struct world_event *e)
{
    struct excmd_order o = {e->command.text, e->command.who, e->command.source,
                            e->command.id,   e->command.cut, e->command.left_out};

    excmd_run(w, &o);
    if (e->command.source == WORLD_SOURCE_LINES)
        excmd_file_line(w, e);
    if (WORLD_SOURCE_IS_PIPE(e->command.source)) {
        w->pipe_had = e->command.id;
        w->program_dirty = true;
    }
}

static void stored(struct world *w, const struct world_event *e)
{
    bool was = w->prog.degraded[0] != '\0';

    if (e->number > w->prog.journal_seq)
        w->prog.unstored_since = 0;
    w->prog.journal_seq = MAX(w->prog.journal_seq, e->number);
    str_copy(w->prog.degraded, sizeof(w->prog.degraded), e->text);
    w->program_unseen = true;
    if (e->text.n && !was)
        nlog_text(w, "Warning: State cannot be stored: " STR_FMT ". Checks and notifications go on.",
                  STR_ARG(e->text));
    else if (!e->text.n && was)
        nlog_text(w, "State is stored again.");
}

static void stop(struct world *w, struct str why)
{
    if (!why.n)
        why = STR("Ended by itself");
    w->stopping = true;
    w->program_dirty = true;
    world_event(w, RECORD_EVENT_STOP, MODEL_NONE, &(struct record_event){0});
    if (!w->end.said)
        nlog_text(w, STR_FMT ", shutting down...", STR_ARG(why));
    nlog_text(w, "Successfully shutdown... (PID=%u)", w->opt.pid);
}

static void sweep(struct world *w)
{
    if (w->now.mono.us < w->next_sweep.us)
        return;
    w->next_sweep.us = w->now.mono.us + SWEEP_EVERY;
    tell_pending(w);
}

/* The absolute records of what changed; once an event, however much happened in it. */
static void finish(struct world *w)
{
    note_tidy(w);
    totals_follow(w);
    for (size_t i = 0; i < w->dirty.n; i++) {
        uint32_t check = w->dirty.at[i];

        if (!w->st[check].stored_dirty) /* twice in the list: loaded twice */
            continue;
        w->st[check].stored_dirty = false;
        if (w->opt.mutation == WORLD_FORGETS_TO_STORE && check % 5 == 1)
            continue;
        if (w->st[check].oid) /* else: stored when the store has given it one */
            retain_state(w, check);
    }
    VEC_CLEAR(&w->dirty);
    w->dirty_bytes = 0;
    retain_contacts(w);
    if (w->program_dirty)
        retain_program(w);
    w->program_dirty = false;
    for (size_t i = 0; i < w->effects.n; i++)
        if (w->effects.at[i].kind == WORLD_DONE && !w->effects.at[i].seq)
            w->effects.at[i].seq = w->next_seq - 1;
}

uint64_t world_pipe_had(const struct world *w)
{
    return w->pipe_had;
}

void world_time_passes(struct world *w)
{
    recur_step(w);
    note_time(w);
    postpone_step(w);
    w->weight = 0;
}

/* What time brings, behind whatever happened. */
static void after_event(struct world *w)
{
    rotate_step(w);
    if (!w->opt.rehearses)
        perfdata_step(w);
    excmd_program_end(w);
    world_time_passes(w);
    fresh_step(w);
    sched_around(w, false);
    sweep(w);
    tell_again_step(w);
    sched_run(w);
    finish(w);
}

static bool is_recorded(enum world_event_kind kind)
{
    return kind == WORLD_TICK || kind == WORLD_RESULT || kind == WORLD_COMMAND || kind == WORLD_HANDED ||
           kind == WORLD_PASSIVE || kind == WORLD_STOP;
}

void world_step(struct world *w, const struct world_event *e, struct world_now now)
{
    BUG_ON(!w->started);
    w->weight = 0;
    take_time(w, now);
    switch (e->kind) {
    case WORLD_TICK:
        if (telling_step(w))
            world_time_passes(w);
        excmd_queue_step(w);
        break;
    case WORLD_RESULT: result_of_run(w, &e->result); break;
    case WORLD_COMMAND: command(w, e); break;
    case WORLD_BEGUN: sched_begun(w, e->number); break;
    case WORLD_RUNNERS:
        sched_runner(w, e->runner.instance, e->runner.up, e->runner.runs, e->runner.n_runs);
        tell_pending(w);
        break;
    case WORLD_NOT_SENT:
        if (e->ok)
            tell_unsent(w, e->number);
        else
            not_sent(w, e->number);
        break;
    case WORLD_NOTIFIED: tell_answer(w, e->number, e->ok, e->text); break;
    case WORLD_STORED: stored(w, e); break;
    case WORLD_PERF_HELD: perfdata_held(w, e->ok); break;
    case WORLD_FILE_OVER: excmd_file_over(w, e->number); break;
    case WORLD_HANDED: handed_take(w, e); break;
    case WORLD_PASSIVE: passive_take(w, e); break;
    case WORLD_STOP: stop(w, e->text); break;
    }
    if (!is_recorded(e->kind))
        w->weight = 0; /* a rehearsal has only what time brings in this moment */
    after_event(w);
}

void world_step_again(struct world *w, const struct record_frame *f, struct world_now now)
{
    union {
        struct record_result result;
        struct record_command command;
        struct record_command_part part;
        struct record_telling_part telling;
        struct record_skip skip;
    } r;

    BUG_ON(!w->started);
    w->weight = 0;
    take_time(w, now);
    if (f->kind == RECORD_RESULT && record_get(f->kind, f->payload, &r.result) == 0)
        result_again(w, &r.result);
    else if (f->kind == RECORD_COMMAND && record_get(f->kind, f->payload, &r.command) == 0) {
        excmd_again(w, &r.command);
        if (r.command.id)
            return; /* its first part was of the same step */
    } else if (f->kind == RECORD_COMMAND_PART && record_get(f->kind, f->payload, &r.part) == 0)
        excmd_queue_part_again(w, &r.part);
    else if (f->kind == RECORD_TELLING_PART && record_get(f->kind, f->payload, &r.telling) == 0)
        telling_part_again(w, &r.telling);
    else if (f->kind == RECORD_SKIP && record_get(f->kind, f->payload, &r.skip) == 0)
        sched_skip_again(w, &r.skip);
    after_event(w);
}
