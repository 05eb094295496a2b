/* SPDX-License-Identifier: Apache-2.0 */
#include "core/result.h"

#include "base/limits.h"
#include "core/flapping.h"
#include "core/handler.h"
#include "core/nlog.h"
#include "core/note.h"
#include "core/output.h"
#include "core/perfdata.h"
#include "core/plan.h"
#include "core/postpone.h"
#include "core/reach.h"
#include "core/sched.h"
#include "core/tell.h"
#include "core/why.h"
#include "core/world_in.h"

#define NO_FILE       2 /* ENOENT, EACCES: what a system says when a program cannot be started */
#define NO_ACCESS     13
#define ANY_TIME      (946684800 * TIME_S) /* 2000: who writes [1] says no time */
#define LATE_MOST     (7 * TIME_DAY)       /* a result that is older has a wrong time */
#define LASTED_MOST   (7 * TIME_DAY)       /* no run is given more: what a runner says beyond is nonsense */
#define FORMER_WEIGHT 16                   /* of the moving averages of latency and execution time */

struct verdict { /* one result, understood */
    uint32_t check;
    uint8_t state;
    bool passive;
    struct wall at;
    int64_t lasted_us, latency_us;
    struct output out;
    struct state_why why;
    bool lost; /* no execution: it counts as none */
};

/* ---- what a run's end means ---- */

static void say_code(struct buf *b, uint64_t code, struct str detail)
{
    struct str word = code == 126   ? STR(" - plugin may not be executable")
                      : code == 127 ? STR(" - plugin may be missing")
                                    : STR_NULL;

    buf_printf(b, "(Return code of %llu is out of bounds" STR_FMT, (unsigned long long)code, STR_ARG(word));
    if (detail.n)
        buf_printf(b, ": " STR_FMT, STR_ARG(str_sub(detail, 0, 200)));
    buf_add_char(b, ')');
}

/* What a plugin that printed nothing says, in the words of the old engines, for which people filter. */
static void say_nothing(struct buf *b, uint64_t signal, struct str error)
{
    error = str_trim(error);
    buf_add_c(b, "(No output on stdout");
    if (signal)
        buf_printf(b, ": the plugin was killed by signal %llu", (unsigned long long)signal);
    buf_add_c(b, ") stderr:");
    if (error.n)
        buf_printf(b, " " STR_FMT, STR_ARG(str_sub(error, 0, 512)));
}

/* The state a run's end stands for; text is filled where Vigie has to speak for the plugin. */
static uint8_t judge(const struct world *w, uint32_t check, const struct world_result *r,
                     struct state_why *why, struct buf *text)
{
    const struct model_globals *g = w->m->globals;
    bool host = world_kind(w, check) == MODEL_HOST;
    uint64_t code = r->code;
    bool bare = !str_trim(r->output).n;

    *why = why_make(WHY_STATE_RESULT, MODEL_NONE, 0, 0);
    switch ((enum record_how)r->how) {
    case RECORD_HOW_TIMEOUT:
        *why = why_make(WHY_STATE_TIMEOUT, MODEL_NONE, r->lasted_us, 0);
        code = host ? g->host_check_timeout_us : g->service_check_timeout_us;
        buf_printf(text, "(%s check timed out after %lld.%02lld seconds)", host ? "Host" : "Service",
                   (long long)(code / TIME_S), (long long)(code % TIME_S / 10000));
        return host ? STATE_DOWN : (uint8_t)MIN(g->service_check_timeout_state, 3u);
    case RECORD_HOW_SIGNAL:
        *why = why_make(WHY_STATE_SIGNAL, MODEL_NONE, (int64_t)r->code, 0);
        if (bare)
            say_nothing(text, r->code, r->error);
        return host ? STATE_DOWN : STATE_UNKNOWN;
    case RECORD_HOW_NOT_STARTED:
        *why = why_make(WHY_STATE_NOT_STARTED, MODEL_NONE, (int64_t)r->code, 0);
        say_code(text, r->code == NO_FILE ? 127 : r->code == NO_ACCESS ? NO_ACCESS : 126, r->error);
        return host ? STATE_DOWN : STATE_CRITICAL;
    case RECORD_HOW_LOST:
        *why = why_make(WHY_STATE_LOST, MODEL_NONE, SCHED_LOSSES_MAX, 0);
        buf_printf(
            text,
            "(The plugin was lost %d times in a row: what runs it was ended, each time while this check ran)",
            SCHED_LOSSES_MAX);
        return host ? w->st[check].state : STATE_UNKNOWN;
    case RECORD_HOW_EXIT: break;
    }
    if (code > STATE_UNKNOWN) {
        *why = why_make(WHY_STATE_BAD_CODE, MODEL_NONE, (int64_t)code, 0);
        say_code(text, code, STR_NULL);
    } else if (bare) {
        say_nothing(text, 0, r->error);
    }
    return host ? state_of_host_code(code, g->use_aggressive_host_checking != 0)
                : state_of_service_code(code);
}

/* ---- applying ---- */

/* Somebody was told of a problem that is over, and is to be told of its end later: with the first result after the delay, as Centreon does it. */
static bool recovery_owed(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return s->notified_on && !s->flapping && (plan_recovery_at(w, check) || postpone_recovery(w, check));
}

/* True: somebody was told. */
static bool notifications(struct world *w, uint32_t check, const struct state_out *out, bool flap_ended)
{
    struct state *s = &w->st[check];
    bool told = false;

    if (s->state != STATE_OK)
        return tell(w, check, NOTIFY_PROBLEM, 0, NULL);
    if (out->hard_recovery || (flap_ended && s->flap_recovery) || recovery_owed(w, check)) {
        told = tell(w, check, NOTIFY_RECOVERY, 0, NULL);
        /* While it flaps the problem's notices are remembered: its end may still have to be told when the flapping stops. So they are until a delayed recovery is told. */
        if ((!s->flapping || !s->flap_recovery) &&
            (!recovery_owed(w, check) ||
             (s->hard && w->now.wall.us >= plan_recovery_at(w, check) && !postpone_recovery(w, check))))
            state_forget_problem(s);
    }
    if (flap_ended)
        s->flap_recovery = false;
    return told;
}

/* Checks of hosts that this result makes worth while. */
static void look_at_host(struct world *w, uint32_t service, const struct state_out *out)
{
    uint32_t host = world_host(w, service);
    const struct state *s = &w->st[service], *h = &w->st[host];
    bool just_now = h->checked && h->last_check / TIME_S == w->now.wall.us / TIME_S;

    if (s->state == STATE_OK ? !h->checked || h->state != STATE_UP
                             : out->changed && h->state == STATE_UP && !just_now)
        sched_on_demand(w, host);
    /* Nothing new of the service, and its host is down: the host's contacts may have to hear of it again. */
    if (s->state != STATE_OK && h->state != STATE_UP &&
        (!out->changed || !world_switch(w, BOARD_SW_HOST_CHECKS)))
        tell(w, host, NOTIFY_PROBLEM, 0, NULL);
}

/* Before the last try: what this depends by is looked at now, so that it is known when somebody is to be told. */
static void look_at_masters(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    const struct model_check *c = model_check(w->m, check);
    const struct state *s = &w->st[check];
    bool host = world_kind(w, check) == MODEL_HOST;

    if (s->state == STATE_OK || s->hard || s->attempt + 1 != s->max_attempts ||
        !(host ? g->enable_predictive_host_dependency_checks
               : g->enable_predictive_service_dependency_checks))
        return;
    for (uint32_t i = 0; i < c->n_deps; i++)
        sched_on_demand(w, model_dep(w->m, c->first_dep + i)->master);
}

static void look_around(struct world *w, uint32_t check, const struct state_out *out)
{
    const struct model_check *c = model_check(w->m, check);
    const struct state *s = &w->st[check];

    if (world_kind(w, check) == MODEL_SERVICE) {
        look_at_host(w, check, out);
        return;
    }
    if ((s->state == STATE_UP) ==
        (s->last_state == STATE_UP)) /* from down to unreachable tells nothing of others */
        return;
    for (uint32_t i = 0; i < c->parents.n; i++)
        if ((s->state == STATE_UP) != (w->st[model_item(w->m, c->parents, i)].state == STATE_UP))
            sched_on_demand(w, model_item(w->m, c->parents, i));
    sched_children(w, check);
    sched_around(w, false);
}

static bool planted_early(const struct world *w, uint32_t check)
{
    return w->opt.mutation == WORLD_CONFIRMS_EARLY && check % 5 == 1;
}

static struct state_in input_of(struct world *w, struct verdict *v)
{
    const struct model_check *c = model_check(w->m, v->check);
    bool host = world_kind(w, v->check) == MODEL_HOST;
    bool host_down = !host && w->st[c->host].state != STATE_UP;
    bool translate = !v->passive || (w->m->globals->translate_passive_host_checks &&
                                     v->state != STATE_UNREACHABLE); /* who says so knows why */

    if (host && v->why.code == WHY_STATE_RIGHTLESS) {
        v->state = w->st[v->check].state; /* as it was */
    } else if (host && v->state != STATE_UP && translate) {
        v->state = reach_of(w, v->check);
        if (v->state == STATE_UNREACHABLE)
            v->why = why_make(WHY_STATE_PARENTS, v->check, 0, 0);
    } else if (host_down && v->state != STATE_OK) {
        v->why = why_make(WHY_STATE_HOST_DOWN, c->host, 0, 0);
    }
    return (struct state_in){.code = v->state,
                             .hard_at_once = host ? v->passive && !w->m->globals->passive_host_checks_are_soft
                                                  : host_down || planted_early(w, v->check),
                             .full_attempt = !host,
                             .at = v->at,
                             .now = w->now.wall};
}

/* Its number is the last one's from now on. */
static void end_problem(struct state *s)
{
    struct state_more *more = state_more_set(s);

    more->last_problem_id = more->problem_id;
    more->problem_id = 0;
}

static void number_events(struct world *w, struct state *s, const struct state_out *out, bool host)
{
    struct state_more *more;

    if (!out->changed)
        return;
    more = state_more_set(s);
    more->last_event_id = more->event_id;
    more->event_id = ++w->next_event;
    if (s->state == STATE_OK &&
        host) /* of a service who is told of its recovery hears the number, as from Nagios */
        end_problem(s);
    else if (s->state != STATE_OK && s->last_state == STATE_OK)
        more->problem_id = ++w->next_problem;
    w->program_dirty = true;
}

static void record_result(struct world *w, enum record_event_kind kind, uint32_t check)
{
    const struct state *s = &w->st[check];

    world_event(w, kind, check,
                &(struct record_event){.state = s->state,
                                       .hard = s->hard,
                                       .attempt = s->attempt,
                                       .type = s->last_state,
                                       .text = state_output(s),
                                       .long_text = str_sub(state_long(s), 0, LIMIT_OUTPUT_FIRST)});
}

static void alert(struct world *w, uint32_t check)
{
    nlog_alert(w, check);
    record_result(w, RECORD_EVENT_ALERT, check);
}

static void count_latency(struct board_program *p, int64_t us)
{
    size_t i = 0;

    while (i < BOARD_LATENCY_STEPS && us > board_latency_us[i])
        i++;
    p->latency[i]++;
    p->latency_sum_us += us;
}

static void measure(struct world *w, const struct verdict *v)
{
    struct state *s = &w->st[v->check];
    bool host = world_kind(w, v->check) == MODEL_HOST;

    s->passive = v->passive;
    s->stale = false;
    s->last_update = w->now.wall.us;
    s->execution_us = v->lasted_us;
    s->latency_us = v->latency_us;
    w->program_unseen = true;
    if (v->passive) {
        *(host ? &w->prog.passive_host_checks : &w->prog.passive_service_checks) += 1;
        return;
    }
    if (v->lost)
        return;
    *(host ? &w->prog.active_host_checks : &w->prog.active_service_checks) += 1;
    w->prog.latency_avg_us += (v->latency_us - w->prog.latency_avg_us) / FORMER_WEIGHT;
    count_latency(&w->prog, v->latency_us);
    w->prog.latency_max_us = MAX(w->prog.latency_max_us, v->latency_us);
    w->prog.execution_avg_us += (v->lasted_us - w->prog.execution_avg_us) / FORMER_WEIGHT;
}

static void apply(struct world *w, struct verdict *v)
{
    struct state *s = &w->st[v->check];
    const struct model_check *c = model_check(w->m, v->check);
    bool is_volatile = (c->flags & MODEL_CHECK_VOLATILE) != 0;
    bool same_text = str_eq(state_output(s), v->out.first);
    bool first = !s->checked, flap_ended;
    struct state_in in = input_of(w, v);
    struct state_out out = state_step(s, &in);
    bool tell_log = out.changed || out.retry || out.hard_change || (is_volatile && s->state != STATE_OK);
    bool stalked = !same_text && (c->stalk_on & state_on(world_kind(w, v->check), s->state));

    s->check_steps = w->steps_us;
    if (out.hard_change && c->first_notification_delay_us > 0)
        state_more_set(s)->problem_since = w->now.wall.us;
    else if (out.recovery && s->more)
        s->more->problem_since = 0;
    state_set_text(s, v->out.first, v->out.rest, v->out.perf);
    s->why_state = v->why;
    measure(w, v);
    number_events(w, s, &out, c->kind == MODEL_HOST);
    world_touch(w, v->check);
    if (tell_log || stalked)
        alert(w, v->check);
    else if (first) /* from now on its state is known: availability begins here */
        record_result(w, RECORD_EVENT_FIRST_RESULT, v->check);
    note_ack_after(w, v->check, out.changed);
    if (out.changed || out.hard_change) { /* another problem than the one that was told */
        s->no_more = false;
        s->why_notify = why_make(WHY_NONE, MODEL_NONE, 0, 0);
        if (s->more)
            s->more->next_notification = 0;
    }
    if (out.changed || out.hard_change)
        note_flexible(w, v->check);
    flap_ended = flapping_step(w, v->check);
    if (world_kind(w, v->check) == MODEL_SERVICE)
        flapping_of_host(w, v->check);
    if (tell_log)
        handler_events(w, v->check);
    if (notifications(w, v->check, &out, flap_ended) && !tell_log && !stalked &&
        (c->stalk_on & MODEL_ON_NOTIFY))
        alert(w, v->check);
    look_around(w, v->check, &out);
    look_at_masters(w, v->check);
    if (v->passive && out.changed && out.retry)
        sched_confirm(w, v->check);
    handler_obsess(w, v->check);
    if (!w->opt.rehearses)
        perfdata_result(w, v->check);
    if (out.changed && s->state == STATE_OK && c->kind == MODEL_SERVICE)
        end_problem(s);
    state_settle(s, world_kind(w, v->check));
}

/* ---- from a runner ---- */

static void record_input(struct world *w, const struct verdict *v, const struct world_result *r,
                         struct str who)
{
    world_record(w, RECORD_RESULT,
                 &(struct record_result){.oid = w->st[v->check].oid,
                                         .run_id = r->run_id,
                                         .how = r->how,
                                         .code = r->code,
                                         .started = v->at.us,
                                         .lasted_us = r->lasted_us,
                                         .output = r->output,
                                         .error = r->error,
                                         .source = v->passive ? RECORD_SOURCE_PASSIVE : RECORD_SOURCE_ACTIVE,
                                         .who = who,
                                         .latency_us = v->latency_us,
                                         .truncated = r->truncated,
                                         .rightless = r->rightless,
                                         .untimed_us = r->untimed_us});
}

/* The plugin could not do its work for want of a right: that says nothing of the host, and of a service nothing good. What it said comes behind. */
static void without_right(const struct world *w, const struct world_result *r, struct verdict *v,
                          struct buf *said)
{
    bool host = world_kind(w, v->check) == MODEL_HOST;
    struct buf theirs = *said;

    buf_init(said);
    buf_add_c(said, host ? "(A right is missing here: the host was not checked and keeps its state)\n"
                         : "(A right is missing here: nothing was checked)\n");
    buf_add_str(said, theirs.len ? buf_str(&theirs) : r->output);
    buf_release(&theirs);
    v->state = host ? STATE_UP : STATE_UNKNOWN;
    v->why = why_make(WHY_STATE_RIGHTLESS, MODEL_NONE, 0, 0);
}

static void read_output(struct str text, bool truncated, struct output *out)
{
    output_parse(text, truncated, out);
    if (out->bare)
        out->first =
            STR("(No output returned from plugin)"); /* the words of Nagios, which people filter for */
}

static void ended(struct world *w, const struct world_run *run, const struct world_result *r, struct wall at)
{
    struct verdict v = {
        .check = run->check, .at = at, .lasted_us = r->lasted_us, .lost = r->how == RECORD_HOW_LOST};
    struct buf said = BUF_INIT;

    w->st[run->check].losses = 0;
    v.latency_us = MAX(run->sent.us - run->due.us, 0);
    record_input(w, &v, r, STR_NULL);
    v.state = judge(w, run->check, r, &v.why, &said);
    if (r->how == RECORD_HOW_TIMEOUT)
        nlog_timeout(w, run->check, r->lasted_us);
    if (r->rightless)
        without_right(w, r, &v, &said);
    read_output(said.len ? buf_str(&said) : r->output, r->truncated, &v.out);
    apply(w, &v);
    output_release(&v.out);
    buf_release(&said);
    sched_after(w, run->check, run->due);
}

/* As the runner says, unless the clock was set meanwhile; not in the future. */
static struct wall began_at(const struct world *w, const struct world_run *run, const struct world_result *r)
{
    if (w->stepped.us >= run->sent.us)
        return world_to_wall(w, run->sent);
    return (struct wall){MIN(MAX(r->started.us, 0), w->now.wall.us)};
}

static void check_ended(struct world *w, const struct world_run *run, const struct world_result *r)
{
    struct world_result clean = *r;

    clean.lasted_us = MIN(MAX(clean.lasted_us, 0), LASTED_MOST);
    ended(w, run, &clean, began_at(w, run, r));
}

void result_lost(struct world *w, const struct world_run *run)
{
    check_ended(w, run, &(struct world_result){.how = RECORD_HOW_LOST, .started = w->now.wall});
}

/* How a command that is no check failed, in words. */
static void how_it_failed(struct buf *why, const struct world_run *run, const struct world_result *r)
{
    struct str words = str_trim(r->error.n ? r->error : r->output);

    if (r->how == RECORD_HOW_TIMEOUT)
        buf_printf(why, "it timed out after %lld seconds", (long long)(run->timeout_us / TIME_S));
    else if (r->how == RECORD_HOW_SIGNAL)
        buf_printf(why, "it was killed by signal %llu", (unsigned long long)r->code);
    else if (r->how == RECORD_HOW_EXIT && r->code)
        buf_printf(why, "it ended with exit status %llu", (unsigned long long)r->code);
    if (words.n)
        buf_printf(why, "%s" STR_FMT, why->len ? ": " : "", STR_ARG(str_sub(words, 0, 200)));
}

/* A handler, or what takes performance data. */
static void handled(struct world *w, const struct world_run *run, const struct world_result *r)
{
    struct buf why = BUF_INIT;

    if (r->how == RECORD_HOW_EXIT && r->code == 0)
        return;
    if (r->how != RECORD_HOW_TIMEOUT)
        how_it_failed(&why, run, r);
    if (r->how != RECORD_HOW_TIMEOUT && !why.len)
        buf_add_c(&why, "it could not be started");
    handler_failed(w, run, r->lasted_us, buf_str(&why));
    buf_release(&why);
}

/* How a notification command ended. */
static void told(struct world *w, const struct world_run *run, const struct world_result *r)
{
    struct buf why = BUF_INIT;

    how_it_failed(&why, run, r);
    tell_answer(w, run->intent, r->how == RECORD_HOW_EXIT && r->code == 0, buf_str(&why));
    buf_release(&why);
}

void result_of_run(struct world *w, const struct world_result *r)
{
    struct world_run run;
    uint32_t slot;

    /* One of an engine before us is taken if its check was not checked since. */
    if (!sched_find_run(w, r->run_id, &slot) &&
        (r->how == RECORD_HOW_LOST ||
         !sched_adopt(w, 0, &(struct world_listed){r->run_id, r->oid}, r->started, &slot))) {
        w->prog.results_unknown++;
        w->program_unseen = true;
        return;
    }
    run = w->runs.at[slot];
    if (r->how == RECORD_HOW_LOST) {
        sched_lost(w, slot);
        return;
    }
    sched_end_run(w, slot);
    if (run.kind == WORLD_RUN_NOTIFY)
        told(w, &run, r);
    else if (run.kind == WORLD_RUN_CHECK)
        check_ended(w, &run, r);
    else
        handled(w, &run, r);
    if (w->opt.mutation == WORLD_APPLIES_TWICE && run.kind == WORLD_RUN_CHECK)
        check_ended(w, &run, r);
}

int result_may_be_passive(const struct world *w, uint32_t check, struct err *err)
{
    bool host = world_kind(w, check) == MODEL_HOST;

    if (!world_switch(w, host ? BOARD_SW_PASSIVE_HOST : BOARD_SW_PASSIVE_SERVICE))
        return err_set(err, E_PERM, "passive %s checks are switched off for the whole program",
                       host ? "host" : "service");
    if (!(w->st[check].switches & MODEL_CHECK_PASSIVE))
        return err_set(err, E_PERM, "passive checks of this object are switched off");
    return 0;
}

/* When a result of somebody else was, as it says: not in the future. One that says it is very old says nothing. */
static struct wall was_at(const struct world *w, struct wall said)
{
    int64_t now = w->now.wall.us;

    return (struct wall){said.us > now - LATE_MOST ? MIN(said.us, now) : now};
}

/* The state is taken as of now; what was measured is not: its time would be made up. A clock that is not quite ours is none of it. 0: it may be. */
static int64_t untimed(const struct world *w, struct wall said)
{
    int64_t now = w->now.wall.us;

    return said.us > ANY_TIME && (said.us <= now - LATE_MOST || said.us > now + TIME_DAY) ? said.us : 0;
}

/* No state goes back in time, and none is of a time that was before the clock was set back. */
static struct wall not_before(const struct world *w, uint32_t check, struct wall at)
{
    return (struct wall){MIN(MAX(at.us, sched_checked_at(w, check).us), w->now.wall.us)};
}

void result_handed(struct world *w, uint32_t check, const struct world_result *r, int64_t latency_us)
{
    struct world_run run = {
        .check = check, .due = {w->now.mono.us - MIN(MAX(latency_us, 0), TIME_DAY)}, .sent = w->now.mono};
    struct world_result clean = *r;

    clean.untimed_us = untimed(w, clean.started);
    clean.lasted_us = MIN(MAX(clean.lasted_us, 0), LASTED_MOST);
    ended(w, &run, &clean, not_before(w, check, was_at(w, clean.started)));
}

void result_again(struct world *w, const struct record_result *r)
{
    int64_t late = MIN(MAX(r->latency_us, 0), 366 * TIME_DAY);
    struct world_run run = {.due = {w->now.mono.us - late}, .sent = w->now.mono};
    struct err err = ERR_INIT;

    if (!r->oid || !oids_find(&w->oids, r->oid, &run.check))
        return;
    /* Another configuration may refuse what was taken then. */
    if (r->source == RECORD_SOURCE_PASSIVE && result_may_be_passive(w, run.check, &err) == 0)
        result_passive(w, run.check, r->code, r->output, r->who,
                       (struct wall){r->untimed_us ? r->untimed_us : r->started});
    else if (r->source != RECORD_SOURCE_PASSIVE)
        ended(w, &run,
              &(struct world_result){.run_id = r->run_id,
                                     .how = r->how,
                                     .code = r->code,
                                     .started = {r->started},
                                     .lasted_us = r->lasted_us,
                                     .output = r->output,
                                     .error = r->error,
                                     .untimed_us = r->untimed_us,
                                     .truncated = r->truncated != 0,
                                     .rightless = r->rightless != 0},
              (struct wall){r->started});
}

void result_passive(struct world *w, uint32_t check, uint64_t code, struct str text, struct str who,
                    struct wall said)
{
    bool host = world_kind(w, check) == MODEL_HOST;
    struct verdict v = {.check = check,
                        .passive = true,
                        .at = was_at(w, said),
                        .why = why_make(WHY_STATE_PASSIVE, MODEL_NONE, 0, 0)};
    struct world_result r = {.code = code, .output = text, .untimed_us = untimed(w, said)};

    nlog_passive(w, check, code, text);
    record_input(w, &v, &r, who); /* what was measured was measured then, however late it comes */
    v.at = not_before(w, check, v.at);
    if (w->m->globals->log_passive_checks && w->m->globals->history_passive)
        world_event(w, RECORD_EVENT_PASSIVE, check,
                    &(struct record_event){.state = code, .text = str_sub(text, 0, LIMIT_OUTPUT_FIRST)});
    v.state = (uint8_t)(code <= (host ? STATE_UNREACHABLE : STATE_UNKNOWN) ? code
                        : host                                             ? STATE_DOWN
                                                                           : STATE_UNKNOWN);
    read_output(text, false, &v.out);
    apply(w, &v);
    output_release(&v.out);
}
