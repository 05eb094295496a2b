/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's effects become messages; what the store has to keep is kept here until it is durable. */
#include "base/limits.h"
#include "base/log.h"
#include "core/excmd_file.h"
#include "core/record.h"
#include "core/source.h"
#include "os/clock.h"
#include "os/mem.h"
#include "role/engine_in.h"

#include <string.h>
#include <unistd.h>

#define WAITING_MOST LIMIT_QUEUE         /* records kept for a store that does not answer */
#define BRAKE_FROM   (WAITING_MOST / 4)  /* from there on commands for many wait */
#define ARENA_MOST   ((uint64_t)8 << 30) /* sparse: only what is used takes memory */

/* ---- effects ---- */

static void fail(struct engine *e, uint64_t id, bool too_long, bool intent)
{
    *VEC_ADD(&e->failed) = (struct engine_failed){id, too_long, intent};
}

static size_t unpack(struct str packed, struct str *out, size_t max)
{
    size_t n = 0;

    while (n < max && record_next_word(&packed, &out[n]) > 0)
        n++;
    return n;
}

enum { SLOT_PROBER = 24 };

bool engine_executes(const struct peer *p)
{
    return p->id == ROLE_RUNNER || p->id == ROLE_PROBER;
}

unsigned engine_slot(const struct peer *p)
{
    return p->id == ROLE_PROBER ? SLOT_PROBER + p->instance : p->instance;
}

/* The runner that has this check: always the same one while their number stays. */
static struct peer *runner_for(struct engine *e, uint32_t check)
{
    unsigned n = role_peer_count(e->role, ROLE_RUNNER), pick;

    n -= role_peer(e->role, ROLE_RUNNER, ROLE_RUNNER_PRIVILEGED) != NULL;
    if (!n)
        return NULL;
    pick = check % n;
    for (size_t i = 0; i < e->role->n_peers; i++) {
        struct peer *p = &e->role->peers[i];

        if (p->up && p->id == ROLE_RUNNER && p->instance != ROLE_RUNNER_PRIVILEGED && !pick--)
            return p;
    }
    return NULL;
}

/* Who executes it: native checks (their line begins with "vigie:") the prober, commands that need rights the runner that leaves them, all others any runner. */
static struct peer *executor_for(struct engine *e, const struct world_effect *x, const struct str *argv,
                                 size_t n)
{
    if (n && str_starts(argv[0], STR("vigie:")))
        return role_peer(e->role, ROLE_PROBER, 0);
    if (x->privileged)
        return role_peer(e->role, ROLE_RUNNER, ROLE_RUNNER_PRIVILEGED);
    return runner_for(e, x->check == UINT32_MAX ? 0 : x->check);
}

static void run(struct engine *e, const struct world_effect *x)
{
    struct peer *p;
    struct str *words = mem_calloc((size_t)2 * LIMIT_ARGV, sizeof(*words));
    size_t n_argv = unpack(world_text(e->world, x->words), words, LIMIT_ARGV);
    size_t n_env = unpack(world_text(e->world, x->env), words + n_argv, LIMIT_ARGV);
    struct msg_run m = {.run_id = x->id,
                        .oid = x->run_kind == WORLD_RUN_CHECK ? world_oid(e->world, x->check) : 0,
                        .kind = x->run_kind,
                        .argv = {words, n_argv},
                        .env = {words + n_argv, n_env},
                        .timeout_us = x->timeout_us,
                        .out_max = LIMIT_OUTPUT_TOTAL,
                        .privileged = x->privileged,
                        .generation = e->conf[e->current].generation};

    p = executor_for(e, x, words, n_argv);
    if (!p)
        fail(e, x->id, false, false);
    else if (msg_put_run(&e->frame, &m) < 0)
        fail(e, x->id, true, false);
    else if (role_send(p, &e->frame, -1) < 0)
        fail(e, x->id, false, false);
    else
        world_sent(e->world, x->id, engine_slot(p), p->id == ROLE_RUNNER);
    buf_clear(&e->frame);
    mem_free(words);
}

static void kill_run(struct engine *e, const struct world_effect *x)
{
    for (size_t i = 0; i < e->role->n_peers; i++) {
        struct peer *p = &e->role->peers[i];

        if (!p->up || !engine_executes(p))
            continue;
        msg_must(msg_put_kill(&e->frame, &(struct msg_kill){.run_id = x->id}));
        role_send(p, &e->frame, -1);
        buf_clear(&e->frame);
    }
}

static void notify(struct engine *e, const struct world_effect *x)
{
    struct peer *p = role_peer(e->role, ROLE_NOTIFIER, 0);
    struct msg_notify m = {.intent = x->id,
                           .contact = world_text(e->world, x->contact),
                           .channel = world_text(e->world, x->channel),
                           .target = world_text(e->world, x->target),
                           .subject = world_text(e->world, x->subject),
                           .body = world_text(e->world, x->body),
                           .json = world_text(e->world, x->json),
                           .generation = e->conf[e->current].generation};

    if (!p || msg_put_notify(&e->frame, &m) < 0 || role_send(p, &e->frame, -1) < 0)
        fail(e, x->id, false, true);
    buf_clear(&e->frame);
}

void engine_answer(struct engine *e, enum role_id to, unsigned instance, uint64_t id, bool refused,
                   struct str error)
{
    struct peer *p = role_peer(e->role, to, instance);

    if (p && msg_put_command_done(
                 &e->frame, &(struct msg_command_done){.id = id, .status = refused, .error = error}) == 0)
        role_send(p, &e->frame, -1);
    buf_clear(&e->frame);
}

/* A command that was refused is answered at once, one that was done when that is durable, or when the store says that it cannot be written. */
static void done(struct engine *e, const struct world_effect *x)
{
    struct engine_command c;
    size_t i = 0;

    while (i < e->commands.n && e->commands.at[i].token < x->id)
        i++;
    if (WORLD_SOURCE_IS_PIPE(x->source) || i == e->commands.n || e->commands.at[i].token != x->id)
        return;
    c = e->commands.at[i];
    e->commands.n--;
    memmove(&e->commands.at[i], &e->commands.at[i + 1], (e->commands.n - i) * sizeof(c));
    if (x->status)
        engine_answer(e, c.from, c.instance, c.id, true, world_text(e->world, x->words));
    else
        *VEC_ADD(&e->answers) = (struct engine_done){x->seq, c.from, c.instance, c.id, NULL};
}

void engine_read_lines(struct engine *e)
{
    struct world_file f;

    if (!excmd_file_first(e->world, &f))
        return;
    msg_must(msg_put_command_lines(
        &e->frame, &(struct msg_command_lines){
                       .path = f.path, .remove = f.remove, .id = f.id, .at = f.at, .mark = f.mark}));
    role_send_parent(e->role, &e->frame, -1);
}

static void carry_out_one(struct engine *e, const struct world_effect *x)
{
    switch (x->kind) {
    case WORLD_RUN: run(e, x); break;
    case WORLD_KILL: kill_run(e, x); break;
    case WORLD_NOTIFY: notify(e, x); break;
    case WORLD_LOGLINE: engine_log_line(e, world_text(e->world, x->words)); break;
    case WORLD_ROTATE: engine_log_rotate(e, world_text(e->world, x->words)); break;
    case WORLD_DONE: done(e, x); break;
    case WORLD_PERF_LINE: engine_perf_line(e, x->status != 0, world_text(e->world, x->words)); break;
    case WORLD_PERF_HOLD: engine_perf_hold(e, x->status != 0); break;
    case WORLD_PERF_GO: engine_perf_go(e, x->status != 0); break;
    case WORLD_END:
        msg_must(msg_put_wish(&e->frame, &(struct msg_wish){.reload = x->status}));
        role_send_parent(e->role, &e->frame, -1);
        break;
    case WORLD_FILE: engine_read_lines(e); break;
    case WORLD_REFUSED: engine_results_refused(e, x->id, world_text(e->world, x->words)); break;
    }
}

/* Much at once (a clock that was set, a command for everything) is shown in pieces: the next one after other work had its turn. */
static void show(struct engine *e)
{
    world_say_given_up(e->world, e->log.lost, e->queue.given_up + e->given_up, e->gaps);
    world_say_log_waits(e->world, e->log.lines.last - nlog_queue_reached(&e->log.lines));
    e->board_behind = world_show(e->world, &e->board);
    if (e->board_behind)
        engine_plan_flush(e);
}

static void flush_later(void *user)
{
    struct engine *e = user;

    e->out_planned = false;
    engine_flush(e);
    if (e->world && e->board_mem && e->board_behind)
        show(e);
}

static void make_room(struct engine *e);
static void take_records(struct engine *e);

void engine_plan_flush(struct engine *e)
{
    if (e->out_planned)
        return;
    e->out_planned = true;
    loop_later(e->role->loop, flush_later, e);
}

/* Commands for many could fill what waits for the store within a second. While it cannot write at all they go on, as everything does. */
static void brake(struct engine *e)
{
    world_hold_commands(e->world, !e->degraded[0] && e->queue.bytes + e->batch.len > BRAKE_FROM);
}

void engine_carry_out(struct engine *e)
{
    size_t n;
    const struct world_effect *x = world_effects(e->world, &n);

    make_room(e);
    for (size_t i = 0; i < n; i++)
        carry_out_one(e, &x[i]);
    take_records(e);
    world_clear(e->world);
    brake(e);
    if (e->board_mem)
        show(e);
    engine_plan_flush(e);
}

/* ---- the store ---- */

/* What the store gets now. The rest waits: there it can be made smaller. */
static void put_some(struct engine *e)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);
    const struct record_batch *b;

    while (store && e->store_up && (b = record_queue_next(&e->queue))) {
        uint64_t given_up = e->queue.given_up + e->given_up;
        struct msg_put m = {.first_seq = b->first,
                            .count = b->n,
                            .records = buf_str(&b->records),
                            .anew = b->anew,
                            .given_up = given_up - e->given_up_told};
        int r;

        engine_log_with(e, &m);
        r = msg_put_put(&e->frame, &m);
        BUG_ON(r < 0); /* put_batch() cuts them so */
        r = role_send(store, &e->frame, -1);
        buf_clear(&e->frame);
        if (r < 0)
            return; /* it waits, and all behind it: what is stored of these would speak for it */
        e->given_up_told = given_up;
        record_queue_handed(&e->queue);
        engine_log_handed(e, &m);
    }
}

static uint64_t count_samples(struct str records)
{
    struct record_frame f;
    uint64_t n = 0;

    while (record_next(&records, &f) == 1)
        n += record_is_sample(&f);
    return n;
}

static void keep(struct engine *e, struct str records, uint64_t first, uint64_t n)
{
    uint64_t given_up = e->queue.given_up;
    bool fits = !e->gap && record_queue_add(&e->queue, records, first, n, e->anew, WAITING_MOST);

    if (e->queue.given_up != given_up && !e->behind) {
        log_warn("the store does not keep up: old results of checks are given up until it does");
        e->behind = true;
    }
    /* Behind a gap nothing is sent: what the store then acknowledged would seem to hold for what was dropped, too. */
    if (!fits) {
        /* The states of now are what counts; history of this time is lost and said so. */
        if (!e->gap) {
            log_warn("the store does not keep up: history is dropped until it does");
            e->gaps++;
        }
        e->gap = true;
        e->given_up += count_samples(records);
        return;
    }
    e->anew = false;
    put_some(e);
}

bool engine_fits(struct str record)
{
    struct record_frame f;
    size_t size = record.n;

    if (size <= LIMIT_RECORD)
        return true;
    BUG_ON(record_next(&record, &f) != 1);
    log_error("a record (%s) of %zu bytes is left out, since at most %u can be kept: please report this",
              record_name(f.kind), size, LIMIT_RECORD);
    return false;
}

/* Its number stays. */
static void keep_none(struct engine *e, uint64_t seq)
{
    struct buf b = BUF_INIT;

    record_put(&b, RECORD_GIVEN_UP, (struct wall){0}, &(struct record_given_up){.n = 1});
    e->given_up++;
    keep(e, buf_str(&b), seq, 1);
    buf_release(&b);
}

/* Cuts the batch into messages, each of whole records. */
static void put_batch(struct engine *e)
{
    struct str rest = buf_str(&e->batch);
    uint64_t n;

    for (uint64_t seq = e->batch_first; rest.n; seq += n) {
        struct str part = record_take(&rest, ENGINE_PIECE, &n);

        if (engine_fits(part))
            keep(e, part, seq, n);
        else
            keep_none(e, seq);
    }
    buf_clear(&e->batch);
    e->batch_n = 0;
}

/* What one event did stays together, its lines of the log, too, as far as a message takes it: the store may end a batch between two messages, and be killed then. */
static void make_room(struct engine *e)
{
    uint64_t first, n;

    if (e->batch_n && e->batch.len + world_records(e->world, &first, &n).n > ENGINE_PIECE)
        put_batch(e);
}

static void take_records(struct engine *e)
{
    uint64_t first, n;
    struct str records = world_records(e->world, &first, &n);

    if (!n)
        return;
    if (!e->batch_n)
        e->batch_first = first;
    BUG_ON(e->batch_first + e->batch_n != first);
    e->batch_n += n;
    buf_add_str(&e->batch, records);
}

void engine_flush(struct engine *e)
{
    if (!e->world)
        return;
    if (e->batch_n)
        put_batch(e);
    engine_log_put(e);
    engine_perf_flush(e);
    if (e->board_mem && board_w_full(&e->board) && e->arena_size < ARENA_MOST) {
        e->arena_size *= 2;
        engine_new_board(e);
    }
}

static void send_result_stored(struct engine *e, const struct engine_done *d)
{
    struct peer *p = role_peer(e->role, d->to, d->instance);

    if (!p)
        return;
    msg_must(msg_put_result_stored(&e->frame, &(struct msg_result_stored){.seq = d->id}));
    role_send(p, &e->frame, -1);
    buf_clear(&e->frame);
}

/* The answers whose records are durable. Of a runner's results only the last counts: it stands for all before. */
static void send_acks(struct engine *e)
{
    size_t n = 0;

    while (n < e->acks.n && e->acks.at[n].seq <= e->stored)
        n++;
    for (size_t i = 0; i < n; i++) {
        bool later = false;

        for (size_t k = i + 1; k < n && k < i + 64 && !later; k++)
            later = e->acks.at[k].to == e->acks.at[i].to && e->acks.at[k].instance == e->acks.at[i].instance;
        if (!later)
            send_result_stored(e, &e->acks.at[i]);
    }
    if (n) {
        memmove(e->acks.at, e->acks.at + n, (e->acks.n - n) * sizeof(*e->acks.at));
        e->acks.n -= n;
    }
}

/* tried: the store tried to write records up to this number, and cannot now. */
static void send_answers(struct engine *e, uint64_t tried)
{
    size_t n = 0;

    for (; n < e->answers.n && e->answers.at[n].seq <= MAX(e->stored, tried); n++) {
        struct engine_done *d = &e->answers.at[n];
        struct str error = d->seq <= e->stored ? STR_NULL : str_of(e->degraded);

        if (d->results)
            engine_results_answer(e, d, error);
        else
            engine_answer(e, d->to, d->instance, d->id, false, error);
        engine_results_release(d);
    }
    if (n) {
        memmove(e->answers.at, e->answers.at + n, (e->answers.n - n) * sizeof(*e->answers.at));
        e->answers.n -= n;
    }
}

static void drop_stored(struct engine *e, uint64_t seq)
{
    record_queue_stored(&e->queue, seq);
    if (e->queue.bytes < BRAKE_FROM)
        e->behind = false;
}

void engine_stored(struct engine *e, uint64_t seq, uint64_t taken, struct str degraded)
{
    bool changed = !str_eq_c(degraded, e->degraded);

    if (!e->loaded)
        return;
    e->stored = MAX(e->stored, seq);
    drop_stored(e, e->stored);
    put_some(e);
    engine_checkpoint_go_on(e);
    send_acks(e);
    str_copy(e->degraded, sizeof(e->degraded), degraded);
    e->unwritten = degraded.n && seq < taken;
    send_answers(e, degraded.n ? taken : 0);
    if (changed || !degraded.n)
        engine_step(e, &(struct world_event){.kind = WORLD_STORED, .number = e->stored, .text = degraded});
    engine_close_gap(e);
    if (e->role->stopping && e->stored >= world_next_seq(e->world) - 1 && e->stop_timer.slot)
        engine_end(e);
}

/* Everything as it is now, as ordinary records. */
static void put_everything(struct engine *e)
{
    struct buf all = BUF_INIT;
    struct record_frame f;
    struct str rest;

    world_export(e->world, engine_now(), 0, &all);
    rest = buf_str(&all);
    e->batch_first = world_next_seq(e->world);
    while (rest.n) {
        struct str before = rest;

        BUG_ON(record_next(&rest, &f) != 1);
        if (f.kind == RECORD_CHECKPOINT_END)
            break;
        buf_add(&e->batch, before.p, (size_t)(rest.p - before.p));
        e->batch_n++;
    }
    world_renumber(e->world, e->batch_first + e->batch_n);
    buf_release(&all);
}

void engine_resync(struct engine *e, uint64_t next_seq)
{
    if (e->batch_n)
        put_batch(e);
    drop_stored(e, next_seq - 1);
    e->stored = next_seq - 1;
    if (!e->gap && record_queue_has(&e->queue, next_seq, world_next_seq(e->world))) {
        record_queue_again(&e->queue);
        put_some(e);
    } else {
        record_queue_clear(&e->queue);
        e->gap = false;
        e->anew = true;
        world_renumber(e->world, next_seq);
        put_everything(e);
        /* What waited for the dropped records waits for these: they say the same. */
        for (size_t i = 0; i < e->acks.n; i++)
            e->acks.at[i].seq = world_next_seq(e->world) - 1;
        for (size_t i = 0; i < e->answers.n; i++)
            e->answers.at[i].seq = world_next_seq(e->world) - 1;
    }
    send_acks(e);
    send_answers(e, 0);
    engine_flush(e);
}

void engine_close_gap(struct engine *e)
{
    if (e->gap && e->loaded && e->store_up && !e->degraded[0] && e->queue.bytes < BRAKE_FROM)
        engine_resync(e, world_next_seq(e->world));
}
