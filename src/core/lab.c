/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lab.h"

#include "base/hash.h"
#include "base/tlv.h"
#include "core/record.h"

#include <string.h>

#define BETWEEN 50 /* µs from one step of the engine to the next, as its clock is read anew */

/* ---- what comes out ---- */

struct world_now lab_now(const struct lab *lab)
{
    return (struct world_now){{lab->mono}, {lab->mono + lab->wall_offset}};
}

static void trace(struct lab *lab, const void *p, size_t n)
{
    uint64_t h[2] = {lab->trace, hash_bytes(p, n)};

    lab->trace = hash_bytes(h, sizeof(h));
}

static void add_words(struct buf *b, struct str packed)
{
    struct str word;
    bool first = true;

    while (record_next_word(&packed, &word) > 0) {
        if (!first)
            buf_add_char(b, ' ');
        buf_add_str(b, word);
        first = false;
    }
}

static void begin_run(struct lab *lab, const struct world_effect *e)
{
    struct lab_run r = {.id = e->id,
                        .check = e->check,
                        .kind = e->run_kind,
                        .began = lab->mono,
                        .began_wall = lab_now(lab).wall};

    if (e->run_kind == WORLD_RUN_CHECK) {
        lab->two_at_once += lab->running[e->check]++ > 0;
        lab->started_checks++;
        lab->started[e->check]++;
        if (lab->plugin)
            r.answer = lab->plugin(lab, e->check, lab->started[e->check] - 1);
    } else {
        r.answer = (struct lab_answer){.lasts_us = TIME_MS};
        add_words(&lab->told, world_text(lab->w, e->words));
        buf_add_char(&lab->told, '\n');
    }
    if (lab->on_run)
        lab->on_run(lab, e, &r.answer);
    r.ends = r.answer.lasts_us < 0 ? INT64_MAX : lab->mono + r.answer.lasts_us;
    *VEC_ADD(&lab->runs) = r;
}

void lab_lose(struct lab *lab, size_t i)
{
    if (lab->runs.at[i].kind == WORLD_RUN_CHECK)
        lab->running[lab->runs.at[i].check]--;
    VEC_SWAP_REMOVE(&lab->runs, i);
}

static void kill_run(struct lab *lab, uint64_t id)
{
    for (size_t i = 0; i < lab->runs.n; i++) {
        if (lab->runs.at[i].id != id)
            continue;
        lab_lose(lab, i);
        return;
    }
}

static void carry_out(struct lab *lab, bool step)
{
    size_t n;
    const struct world_effect *e = world_effects(lab->w, &n);
    uint64_t first, n_records;
    struct str records = world_records(lab->w, &first, &n_records);

    if (lab->watch)
        lab->watch(lab, step);
    for (size_t i = 0; i < n; i++) {
        struct str text = world_text(lab->w, e[i].words);

        trace(lab, &e[i].kind, sizeof(e[i].kind));
        trace(lab, &e[i].id, sizeof(e[i].id));
        trace(lab, text.p, text.n);
        if (lab->on_effect)
            lab->on_effect(lab, &e[i]);
        if (e[i].kind == WORLD_RUN)
            begin_run(lab, &e[i]);
        if (e[i].kind == WORLD_KILL)
            kill_run(lab, e[i].id);
        if (e[i].kind == WORLD_LOGLINE) {
            buf_add_str(&lab->log, text);
            buf_add_char(&lab->log, '\n');
        }
        if (e[i].kind == WORLD_PERF_HOLD)
            lab->held[e[i].status != 0] = true;
        if (e[i].kind == WORLD_DONE && e[i].id) {
            lab->last_done = e[i].id;
            lab->last_refused = e[i].status != 0;
        }
    }
    trace(lab, records.p, records.n);
    lab->n_records += n_records;
    buf_add_str(&lab->journal, records);
    world_clear(lab->w);
    world_show(lab->w, NULL);
}

void lab_event(struct lab *lab, const struct world_event *e)
{
    world_step(lab->w, e, lab_now(lab));
    carry_out(lab, true);
}

uint64_t lab_send_command(struct lab *lab, const char *text)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct buf line = BUF_INIT;

    buf_printf(&line, "[%lld] %s", (long long)time_wall_s(lab_now(lab).wall), text);
    e.command.id = ++lab->commands;
    e.command.who = STR("test");
    e.command.text = buf_str(&line);
    lab_event(lab, &e);
    buf_release(&line);
    return e.command.id;
}

bool lab_command(struct lab *lab, const char *text)
{
    uint64_t id = lab_send_command(lab, text);

    while (lab->last_done != id)
        lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
    return !lab->last_refused;
}

/* ---- time ---- */

static size_t next_end(const struct lab *lab)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < lab->runs.n; i++)
        if (best == SIZE_MAX || lab->runs.at[i].ends < lab->runs.at[best].ends ||
            (lab->runs.at[i].ends == lab->runs.at[best].ends && lab->runs.at[i].id < lab->runs.at[best].id))
            best = i;
    return best;
}

static void end_run(struct lab *lab, size_t i)
{
    struct lab_run r = lab->runs.at[i];
    struct world_event e = {.kind = WORLD_RESULT};

    lab->last_ended = r.id;
    VEC_SWAP_REMOVE(&lab->runs, i);
    if (r.kind == WORLD_RUN_CHECK)
        lab->running[r.check]--;
    lab->applied += r.kind == WORLD_RUN_CHECK && r.answer.how != RECORD_HOW_LOST;
    e.result = (struct world_result){.run_id = r.id,
                                     .how = r.answer.how,
                                     .code = r.answer.code,
                                     .started = r.began_wall,
                                     .lasted_us = lab->mono - r.began,
                                     .rightless = r.answer.rightless,
                                     .output = str_of(r.answer.output)};
    lab_event(lab, &e);
}

static void answer_holds(struct lab *lab)
{
    for (int host = 0; host < 2; host++) {
        if (!lab->held[host])
            continue;
        lab->held[host] = false;
        lab_event(lab, &(struct world_event){.kind = WORLD_PERF_HELD, .ok = host != 0});
    }
}

void lab_run(struct lab *lab, int64_t us)
{
    int64_t until = lab->mono + us;

    for (;;) {
        answer_holds(lab);
        size_t i = next_end(lab);
        int64_t run_at = i == SIZE_MAX ? INT64_MAX : lab->runs.at[i].ends;
        struct mono due = {INT64_MAX};
        bool any = world_next_due(lab->w, &due);
        int64_t at = MIN(run_at, any ? MAX(due.us, lab->mono) : INT64_MAX);

        if (at > until)
            break;
        lab->mono = MAX(at, lab->mono);
        if (run_at <= lab->mono)
            end_run(lab, i);
        else
            lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
    }
    lab->mono = until;
}

void lab_clock_step(struct lab *lab, int64_t us)
{
    lab->wall_offset += us;
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

/* ---- life ---- */

const uint64_t *lab_oids(struct lab *lab)
{
    uint64_t *oids = lab->oids;

    if (oids)
        return oids;
    oids = mem_calloc((size_t)lab->model->n_check + 1, sizeof(*oids));
    /* As the store does it: by _VIGIE_ID, else by name, of a service by its host's identity and its own. */
    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        struct str ident = model_ident(lab->model, i), name = model_description(lab->model, i);

        if (i < lab->model->n_hosts)
            name = model_host_name(lab->model, i);
        oids[i] = ident.n ? hash_bytes(ident.p, ident.n) * 7
                  : i < lab->model->n_hosts
                      ? hash_bytes(name.p, name.n)
                      : oids[model_check(lab->model, i)->host] * 3 ^ hash_bytes(name.p, name.n) * 31;
        oids[i] |= 1;
    }
    lab->oids = oids;
    return oids;
}

static void new_world(struct lab *lab, struct str records)
{
    struct world_options o = {.epoch = ++lab->generation,
                              .version = lab->version ? lab->version : "test",
                              .pid = 1,
                              .part = lab->part,
                              .tell_part = lab->tell_part,
                              .mutation = lab->mutation};
    const uint64_t *oids = lab_oids(lab);
    struct world_event up = {.kind = WORLD_RUNNERS};

    lab->w = world_new(&o);
    world_set_model(lab->w, lab->model, 1, lab_now(lab));
    BUG_ON(!world_set_oids(lab->w, 1, oids, lab->model->n_check) || world_load(lab->w, records) < 0);
    world_load_end(lab->w, lab->n_records + 1);
    world_start(lab->w, lab_now(lab));
    lab->models++;
    carry_out(lab, false);
    up.runner.up = true;
    up.runner.runs = lab->listed;
    up.runner.n_runs = lab->n_listed;
    lab->n_listed = 0;
    lab->mono += BETWEEN;
    lab_event(lab, &up);
}

static void know_config(struct lab *lab)
{
    *VEC_ADD(&lab->past) = (struct lab_config){lab->snapshot, lab->model, lab->oids};
}

static void make_counters(struct lab *lab)
{
    mem_free(lab->running);
    mem_free(lab->started);
    lab->running = mem_calloc(lab->model->n_check + 1, sizeof(*lab->running));
    lab->started = mem_calloc(lab->model->n_check + 1, sizeof(*lab->started));
}

static void take_config(struct lab *lab, struct buf *snapshot, struct buf *secret)
{
    struct err err = ERR_INIT;

    lab->snapshot = *snapshot;
    lab->secret = *secret;
    buf_init(snapshot);
    buf_init(secret);
    lab->model = mem_alloc(sizeof(*lab->model));
    BUG_ON(model_open(lab->model, lab->snapshot.data, lab->snapshot.len, &err) < 0);
    lab->oids = NULL;
}

void lab_begin(struct lab *lab, struct buf *snapshot, struct buf *secret, int64_t start_s)
{
    buf_init(&lab->log);
    buf_init(&lab->told);
    buf_init(&lab->journal);
    buf_init(&lab->kept);
    lab->mono = 1000 * TIME_S;
    lab->wall_offset = start_s * TIME_S - lab->mono;
    take_config(lab, snapshot, secret);
    make_counters(lab);
    new_world(lab, STR_NULL);
    know_config(lab);
}

void lab_close(struct lab *lab)
{
    if (lab->w)
        world_free(lab->w);
    for (size_t i = 0; i < lab->past.n; i++) {
        mem_free(lab->past.at[i].model);
        mem_free(lab->past.at[i].oids);
        buf_release(&lab->past.at[i].snapshot);
    }
    VEC_RELEASE(&lab->past);
    buf_release(&lab->kept);
    buf_release(&lab->secret);
    buf_release(&lab->log);
    buf_release(&lab->told);
    buf_release(&lab->journal);
    VEC_RELEASE(&lab->runs);
    mem_free(lab->running);
    mem_free(lab->started);
}

void lab_stop(struct lab *lab, bool checkpoint)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_STOP});
    buf_clear(&lab->kept);
    if (checkpoint)
        world_export(lab->w, lab_now(lab), lab->n_records, &lab->kept);
    else
        buf_add_str(&lab->kept, buf_str(&lab->journal));
    world_free(lab->w);
    lab->w = NULL;
    VEC_CLEAR(&lab->runs);
    memset(lab->running, 0, lab->model->n_check * sizeof(*lab->running));
}

void lab_engine_dies(struct lab *lab)
{
    struct world_listed *ids = mem_calloc(lab->runs.n + 1, sizeof(*ids));

    for (size_t i = 0; i < lab->runs.n; i++) {
        const struct lab_run *r = &lab->runs.at[i];

        ids[i] = (struct world_listed){r->id, r->kind == WORLD_RUN_CHECK ? lab->oids[r->check] : 0};
    }
    buf_clear(&lab->kept);
    buf_add_str(&lab->kept, buf_str(&lab->journal));
    world_free(lab->w);
    lab->listed = ids;
    lab->n_listed = lab->runs.n;
    new_world(lab, buf_str(&lab->kept));
    lab->listed = NULL;
    mem_free(ids);
}

void lab_all_die(struct lab *lab)
{
    VEC_CLEAR(&lab->runs);
    memset(lab->running, 0, lab->model->n_check * sizeof(*lab->running));
    lab_engine_dies(lab);
}

void lab_start(struct lab *lab)
{
    new_world(lab, buf_str(&lab->kept));
}

void lab_restart(struct lab *lab, bool checkpoint)
{
    lab_stop(lab, checkpoint);
    lab_start(lab);
}

/* Runs under way go on under the number that their check has now. */
static void renumber_runs(struct lab *lab, const uint64_t *old)
{
    make_counters(lab);
    for (size_t i = 0; i < lab->runs.n; i++) {
        struct lab_run *r = &lab->runs.at[i];
        uint32_t to = 0;

        if (r->kind != WORLD_RUN_CHECK)
            continue;
        while (to < lab->model->n_check && lab->oids[to] != old[r->check])
            to++;
        if (to == lab->model->n_check)
            BUG("the run of a check that is gone was to be ended");
        r->check = to;
        lab->running[to]++;
    }
}

void lab_take(struct lab *lab, struct buf *snapshot, struct buf *secret)
{
    struct buf old_secret = lab->secret;
    uint64_t *old_oids = lab->oids;

    take_config(lab, snapshot, secret);
    world_reload(lab->w, lab->model, 2, lab_oids(lab), lab_now(lab));
    lab->models++;
    carry_out(lab, false);
    renumber_runs(lab, old_oids);
    know_config(lab);
    lab->mono += BETWEEN;
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
    buf_release(&old_secret);
}

void lab_configure(struct lab *lab, struct buf *snapshot, struct buf *secret)
{
    BUG_ON(lab->w);
    buf_release(&lab->secret);
    take_config(lab, snapshot, secret);
    make_counters(lab);
    lab_oids(lab);
    know_config(lab);
}
