/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: the only process that decides. It holds no more than a shell around core/world: messages become events, effects become messages
 * (role/engine_out.c). It may open, connect and execute nothing.
 *
 * Start: snapshot, identities from the store, the record from the store, then the world begins; only then is the engine ready.
 */
#include "base/limits.h"
#include "base/log.h"
#include "core/excmd_file.h"
#include "core/explain.h"
#include "core/handed.h"
#include "core/record.h"
#include "core/source.h"
#include "os/clock.h"
#include "os/mem.h"
#include "role/engine_in.h"
#include "wire/hold.h"
#include "wire/link.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define STOP_WAIT_US (2 * TIME_S) /* for the last records to become durable; the parent waits longer */

static struct engine *self(struct role *r)
{
    return r->self;
}

struct world_now engine_now(void)
{
    return (struct world_now){clock_mono(), clock_wall()};
}

static void plan(struct engine *e);

static void on_timer(void *user)
{
    struct engine *e = user;

    engine_step(e, &(struct world_event){.kind = WORLD_TICK});
}

static void plan(struct engine *e)
{
    struct mono at;

    if (world_next_due(e->world, &at))
        loop_timer_set(e->role->loop, &e->timer, at, on_timer, e);
    else
        loop_timer_cancel(&e->timer);
}

/* What could not be handed over is told to the world at once: it decides when to try again. */
static void tell_failed(struct engine *e)
{
    for (size_t i = 0; i < e->failed.n; i++) {
        struct engine_failed f = e->failed.at[i];
        struct world_event ev = {.kind = WORLD_NOT_SENT, .number = f.run_id, .ok = f.intent};

        if (f.too_long) {
            ev.kind = WORLD_RESULT;
            ev.result = (struct world_result){.run_id = f.run_id,
                                              .how = RECORD_HOW_NOT_STARTED,
                                              .code = 7, /* E2BIG */
                                              .started = clock_wall(),
                                              .error = STR("the command is longer than the system allows")};
        }
        world_step(e->world, &ev, engine_now());
        engine_carry_out(e);
    }
    VEC_CLEAR(&e->failed);
}

void engine_step(struct engine *e, const struct world_event *ev)
{
    if (!e->world || !world_started(e->world))
        return;
    world_step(e->world, ev, engine_now());
    engine_carry_out(e);
    tell_failed(e);
    plan(e);
}

/* ---- start ---- */

static void begin_load(struct engine *e)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);

    if (!store || !e->have_oids || e->load_sent)
        return;
    e->load_sent = true;
    msg_must(msg_put_load(&e->frame, &(struct msg_load){.line = nlog_queue_reached(&e->log.lines),
                                                        .log_file = e->log.file,
                                                        .log_size = e->log.size}));
    role_send(store, &e->frame, -1);
}

static void runner_event(struct engine *e, const struct peer *p, bool up, struct str runs)
{
    struct world_listed *ids =
        mem_calloc(runs.n / sizeof(*ids) + 1, sizeof(*ids)); /* HELLO has them in just this form */
    struct world_event ev = {.kind = WORLD_RUNNERS};

    memcpy(ids, runs.n ? runs.p : "", runs.n / sizeof(*ids) * sizeof(*ids));
    ev.runner.instance = engine_slot(p);
    ev.runner.up = up;
    ev.runner.runs = ids;
    ev.runner.n_runs = runs.n / sizeof(*ids);
    engine_step(e, &ev);
    mem_free(ids);
}

/* What a runner that came before the world began said it still runs: of an engine before us. Its results wait until then, too: its link is paused. */
static struct str early_runs(struct engine *e, unsigned instance)
{
    return instance < ARRAY_LEN(e->early) && e->early[instance].data ? buf_str(&e->early[instance])
                                                                     : STR_NULL;
}

static void keep_early_runs(struct engine *e, unsigned instance, struct str runs)
{
    if (instance >= ARRAY_LEN(e->early))
        return;
    buf_release(&e->early[instance]);
    buf_init(&e->early[instance]);
    buf_add_str(&e->early[instance], runs);
}

static void say_behind(const struct engine *e, struct wall now)
{
    char here[TIME_RFC3339], there[TIME_RFC3339];

    if (!world_behind(e->world))
        return;
    time_rfc3339(now, here);
    time_rfc3339((struct wall){now.us + world_behind(e->world)}, there);
    log_warn(
        "the clock was set back: it says %s, and the record goes on to %s. Checks and notifications go on by "
        "it, what is recorded stays as it is; if the clock is wrong, set it right",
        here, there);
}

static void start_world(struct engine *e)
{
    struct world_now now = engine_now();
    struct role *r = e->role;

    e->loaded = true;
    world_start(e->world, now);
    say_behind(e, now.wall);
    engine_carry_out(e);
    engine_new_board(e);
    engine_finish_board(e);
    for (size_t i = 0; i < r->n_peers; i++)
        if (r->peers[i].up && engine_executes(&r->peers[i]))
            runner_event(e, &r->peers[i], true, early_runs(e, engine_slot(&r->peers[i])));
    for (size_t i = 0; i < r->n_peers; i++)
        if (r->peers[i].up && r->peers[i].id != ROLE_STORE)
            link_resume(r->peers[i].link);
    plan(e);
    engine_conf_go_on(e); /* a reload that waited */
    engine_read_lines(e);
    role_ready(r);
}

static void snapshot(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old UNUSED)
{
    engine_conf_snapshot(self(r), now);
    begin_load(self(r));
}

static void birth(struct role *r)
{
    struct engine *e = self(r);

    e->role = r;
    e->board_fd = -1;
    buf_init(&e->batch);
    buf_init(&e->frame);
    buf_init(&e->refused);
}

static void take_fd(struct role *r, struct str purpose, struct str arg UNUSED, int fd)
{
    BUG_ON(!str_eq_c(purpose, "doing"));
    engine_doing_open(self(r), fd);
}

static void nothing(struct role *r UNUSED)
{
}

static void peer_up(struct role *r, struct peer *p)
{
    struct engine *e = self(r);

    if (engine_executes(p) && e->loaded)
        runner_event(e, p, true, r->hello ? r->hello->runs : STR_NULL);
    else if (engine_executes(p))
        keep_early_runs(e, engine_slot(p), r->hello ? r->hello->runs : STR_NULL);
    if (!e->loaded && p->id != ROLE_STORE)
        link_pause(
            p->link); /* what it says waits for the world: a command that is dropped is never answered */
    if (p->id == ROLE_STORE) {
        e->store_up = !e->loaded; /* a new store: nothing is sent before it said where its record ends */
        if (e->load_sent)
            engine_conf_load_anew(e);
        e->load_sent = false;
        begin_load(e);
    }
    if (p->id == ROLE_LOCAL && e->loaded)
        engine_read_lines(e); /* the one before it may have been reading */
    if (p->id == ROLE_NOTIFIER)
        engine_step(e, &(struct world_event){.kind = WORLD_NOT_SENT, .ok = true});
}

/* Nobody waits for these any more, and who comes in its place counts anew. */
static void forget_commands(struct engine *e, const struct peer *p)
{
    size_t n = 0;

    for (size_t i = 0; i < e->commands.n; i++)
        if (e->commands.at[i].from != p->id || e->commands.at[i].instance != p->instance)
            e->commands.at[n++] = e->commands.at[i];
    e->commands.n = n;
}

static void peer_down(struct role *r, struct peer *p)
{
    struct engine *e = self(r);

    if (engine_executes(p) && e->loaded)
        runner_event(e, p, false, STR_NULL);
    if (p->id == ROLE_STORE) {
        e->store_up = false;
        engine_checkpoint_stop(e); /* another one asks for its own */
    }
    forget_commands(e, p);
}

static void drained(struct role *r, struct peer *p)
{
    if (p->id != ROLE_STORE)
        return;
    engine_close_gap(self(r));
    engine_checkpoint_go_on(self(r));
}

static void on_oids(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    if (r->n_fds != 1)
        log_fatal("the store sent identities without their memory");
    engine_conf_oids(self(r), m->u.oids.generation, r->fds[0]);
    begin_load(self(r));
}

static void on_load_rec(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct engine *e = self(r);

    if (e->world && !e->loaded && world_load(e->world, m->u.load_rec.records) < 0)
        log_error("a part of the record of the last run is damaged and left out");
}

static void on_load_end(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct engine *e = self(r);

    if (!e->world)
        return;
    e->store_up = true;
    if (e->loaded) {
        engine_log_again(e);
        engine_perf_again(e);
        engine_resync(e, m->u.load_end.next_seq);
        engine_step(e, &(struct world_event){.kind = WORLD_TICK}); /* commands may go on */
        return;
    }
    world_load_end(e->world, m->u.load_end.next_seq);
    start_world(e);
}

/* ---- events ---- */

static void on_result(struct role *r, struct peer *p, const struct msg *m)
{
    struct engine *e = self(r);
    const struct msg_result *in = &m->u.result;
    struct world_event ev = {.kind = WORLD_RESULT};

    ev.result = (struct world_result){.run_id = in->run_id,
                                      .oid = in->oid,
                                      .how = in->how,
                                      .code = in->code,
                                      .started = {in->started_us},
                                      .lasted_us = in->lasted_us,
                                      .output = in->output,
                                      .error = in->error,
                                      .truncated = in->truncated != 0,
                                      .rightless = in->rightless != 0};
    engine_step(e, &ev);
    *VEC_ADD(&e->acks) =
        (struct engine_done){world_next_seq(e->world) - 1, p->id, p->instance, in->seq, NULL};
}

static void on_begun(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    engine_step(self(r), &(struct world_event){.kind = WORLD_BEGUN, .number = m->u.begun.run_id});
}

static void on_notified(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    bool again = m->u.notified.ok == NOTIFIED_AGAIN;
    struct world_event ev = {.kind = again ? WORLD_NOT_SENT : WORLD_NOTIFIED, .number = m->u.notified.intent};

    ev.ok = m->u.notified.ok != 0;
    ev.text = m->u.notified.error;
    engine_step(self(r), &ev);
}

static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    engine_stored(self(r), m->u.stored.seq, m->u.stored.taken, m->u.stored.degraded);
}

static void on_segment(struct role *r, struct peer *p UNUSED, const struct msg *m UNUSED)
{
    if (self(r)->loaded)
        engine_checkpoint(self(r));
}

/* Was it done, by us or by an engine before us? The numbers of each start of Vigie are its own: those of another say nothing of this one. */
static bool pipe_had(const struct engine *e, uint64_t number)
{
    uint64_t had = world_pipe_had(e->world);

    return HOLD_LIFE(number) == HOLD_LIFE(had) && number <= had;
}

/* A line that is sent again while its answer still waits for the store wants no second one. */
static bool is_waiting(const struct engine *e, const struct peer *p, uint64_t id)
{
    for (size_t i = 0; i < e->answers.n; i++)
        if (e->answers.at[i].to == p->id && e->answers.at[i].id == id)
            return true;
    return false;
}

/* Of a file the record has how far it is read: that holds after a start of the machine, too. */
static bool was_done(const struct engine *e, const struct msg_command *m)
{
    bool known = false,
         had = m->source == WORLD_SOURCE_LINES && excmd_file_had(e->world, m->file, m->at, &known);

    return known ? had : pipe_had(e, m->id);
}

/* A line of the command file, or of a file that it named. It is forgotten there when it is answered: when what it did is durable, or at once while nothing can be written. Its refusal is in the log. */
static void from_pipe(struct engine *e, struct peer *p, const struct msg_command *m)
{
    struct world_event ev = {.kind = WORLD_COMMAND};

    ev.command.id = m->id;
    ev.command.source = m->source == WORLD_SOURCE_LINES ? WORLD_SOURCE_LINES : WORLD_SOURCE_PIPE;
    ev.command.who = m->who;
    ev.command.text = m->text;
    ev.command.file = m->file;
    ev.command.at = m->at;
    ev.command.mark = m->mark;
    ev.command.cut = m->cut != 0;
    if (!was_done(e, m))
        engine_doing_line(e, &ev);
    else if (is_waiting(e, p, m->id))
        return;
    if (e->unwritten || e->stored >= world_next_seq(e->world) - 1)
        engine_answer(e, p->id, p->instance, m->id, false, STR_NULL);
    else
        *VEC_ADD(&e->answers) =
            (struct engine_done){world_next_seq(e->world) - 1, p->id, p->instance, m->id, NULL};
}

/* Of a result file: it is answered when it is durable, for then the file may go. */
static void on_handed(struct role *r, struct peer *p, const struct msg *m)
{
    struct engine *e = self(r);
    const struct msg_handed *h = &m->u.handed;
    struct world_event ev = {.kind = WORLD_HANDED,
                             .handed = {.file = h->file,
                                        .host = h->host,
                                        .service = h->service,
                                        .refused = h->refused,
                                        .index = HANDED_NUMBER(h->id),
                                        .line = h->line,
                                        .passive = h->passive != 0,
                                        .latency_us = h->latency_us},
                             .result = {.how = h->how,
                                        .code = h->code,
                                        .started = {h->started_us},
                                        .lasted_us = h->lasted_us,
                                        .output = h->output}};

    if (!e->world || !world_started(e->world))
        return; /* it is sent again */
    if (!handed_had(e->world, h->file, ev.handed.index))
        engine_doing_result(e, &ev);
    else if (is_waiting(e, p, h->id))
        return;
    if (e->stored >= world_next_seq(e->world) - 1)
        engine_answer(e, p->id, p->instance, h->id, false, STR_NULL);
    else
        *VEC_ADD(&e->answers) =
            (struct engine_done){world_next_seq(e->world) - 1, p->id, p->instance, h->id, NULL};
}

static void on_command(struct role *r, struct peer *p, const struct msg *m)
{
    struct engine *e = self(r);
    struct world_event ev = {.kind = WORLD_COMMAND};

    if (p->id == ROLE_LOCAL) {
        from_pipe(e, p, &m->u.command);
        return;
    }
    ev.command.id = ++e->next_token;
    *VEC_ADD(&e->commands) = (struct engine_command){ev.command.id, m->u.command.id, p->id, p->instance};
    ev.command.source = m->u.command.source;
    ev.command.who = m->u.command.who;
    ev.command.text = m->u.command.text;
    engine_step(e, &ev);
}

static void on_lines_over(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    engine_step(self(r), &(struct world_event){.kind = WORLD_FILE_OVER, .number = m->u.lines_over.id});
}

/* A look at the clock first: periods and downtimes are judged as of now. */
static void on_why(struct role *r, struct peer *p, const struct msg *m)
{
    struct engine *e = self(r);
    struct buf reasons = BUF_INIT;

    engine_step(e, &(struct world_event){.kind = WORLD_TICK});
    if (e->loaded)
        explain_oid(e->world, m->u.why.oid, &reasons);
    msg_must(
        msg_put_why_is(&e->frame, &(struct msg_why_is){.id = m->u.why.id, .reasons = buf_str(&reasons)}));
    role_send(p, &e->frame, -1);
    buf_clear(&e->frame);
    buf_release(&reasons);
}

/* Everything is given back: with --one-process the process lives on for the other roles. */
static void release(struct engine *e)
{
    loop_timer_cancel(&e->timer);
    loop_timer_cancel(&e->stop_timer);
    engine_checkpoint_stop(e);
    world_free(e->world);
    e->world = NULL;
    engine_release_board(e);
    engine_conf_release(e);
    engine_doing_release(e);
    record_queue_release(&e->queue);
    for (size_t i = 0; i < ARRAY_LEN(e->early); i++)
        buf_release(&e->early[i]);
    VEC_RELEASE(&e->acks);
    for (size_t i = 0; i < e->answers.n; i++)
        engine_results_release(&e->answers.at[i]);
    VEC_RELEASE(&e->answers);
    VEC_RELEASE(&e->failed);
    VEC_RELEASE(&e->commands);
    buf_release(&e->batch);
    nlog_queue_release(&e->log.lines);
    nlog_queue_release(&e->perf[0].lines);
    nlog_queue_release(&e->perf[1].lines);
    buf_release(&e->frame);
    buf_release(&e->refused);
    e->loaded = false;
}

void engine_end(struct engine *e)
{
    struct role *r = e->role;

    release(e);
    role_done(r);
}

static void stop_now(void *user)
{
    engine_end(user);
}

static void stop(struct role *r)
{
    struct engine *e = self(r);

    if (!e->loaded) {
        stop_now(e);
        return;
    }
    engine_step(e, &(struct world_event){.kind = WORLD_STOP,
                                         .text = r->stop_signal == SIGINT    ? STR("Caught SIGINT")
                                                 : r->stop_signal == SIGTERM ? STR("Caught SIGTERM")
                                                                             : STR_NULL});
    engine_log_last(e);
    engine_perf_last(e);
    engine_flush(e);
    if (!e->store_up || e->stored >= world_next_seq(e->world) - 1)
        stop_now(e);
    else
        loop_timer_set(r->loop, &e->stop_timer, (struct mono){clock_mono().us + STOP_WAIT_US}, stop_now, e);
}

static const struct role_inbox inbox[] = {
    {MSG_OIDS, ROLE_BIT(STORE), on_oids},
    {MSG_LOAD_REC, ROLE_BIT(STORE), on_load_rec},
    {MSG_LOAD_END, ROLE_BIT(STORE), on_load_end},
    {MSG_STORED, ROLE_BIT(STORE), on_stored},
    {MSG_PERF_HELD, ROLE_BIT(STORE), engine_perf_message},
    {MSG_PERF_WRITTEN, ROLE_BIT(STORE), engine_perf_message},
    {MSG_SEGMENT, ROLE_BIT(STORE), on_segment},
    {MSG_BEGUN, ROLE_BIT(RUNNER), on_begun},
    {MSG_RESULT, ROLE_BIT(RUNNER) | ROLE_BIT(PROBER), on_result},
    {MSG_NOTIFIED, ROLE_BIT(NOTIFIER), on_notified},
    {MSG_COMMAND, ROLE_BIT(GATE) | ROLE_BIT(LOCAL), on_command},
    {MSG_HANDED, ROLE_BIT(LOCAL), on_handed},
    {MSG_RESULTS, ROLE_BIT(GATE), engine_results_message},
    {MSG_WHY, ROLE_BIT(GATE), on_why},
    {MSG_LINES_OVER, ROLE_BIT(PARENT), on_lines_over},
    {MSG_LOGLINE, ROLE_BIT(PARENT), engine_log_message},
    {MSG_LOG_IS, ROLE_BIT(PARENT), engine_log_message},
    {MSG_LOGGED, ROLE_BIT(STORE), engine_log_message},
};

const struct role_ops role_engine = {.id = ROLE_ENGINE,
                                     .self_size = sizeof(struct engine),
                                     .inbox = inbox,
                                     .n_inbox = ARRAY_LEN(inbox),
                                     .birth = birth,
                                     .fd = take_fd,
                                     .snapshot = snapshot,
                                     .open = nothing,
                                     .serve = nothing,
                                     .peer_up = peer_up,
                                     .peer_down = peer_down,
                                     .drained = drained,
                                     .stop = stop};
