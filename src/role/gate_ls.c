/* SPDX-License-Identifier: Apache-2.0 */
#include "role/gate_ls.h"

#include "api/livestatus.h"
#include "build_id.h"
#include "core/source.h"
#include "os/clock.h"

#define REQUEST_US TIME_S         /* of the processor; a request may keep the others waiting so long */
#define SLICE_US   (20 * TIME_MS) /* for an answer of many rows, between others */
#define ROWS       32             /* between two looks at the clock */
#define TICK_US    (TIME_S / 40)  /* between two looks at what is held */

/* ---- answers ---- */

static void answer_free(struct ls_answer *x)
{
    buf_release(&x->text);
    mem_free(x);
}

static void drop_answer(struct gate_ls *g, size_t i)
{
    answer_free(g->answers.at[i]);
    g->answers.n--;
    for (; i < g->answers.n; i++)
        g->answers.at[i] = g->answers.at[i + 1];
}

/* Sends what the link takes. True: all of it, or nobody is there who wants it. */
static bool send_answer(struct gate_ls *g, struct ls_answer *x)
{
    struct peer *local = role_peer(g->role, ROLE_LOCAL, 0);
    struct buf b = BUF_INIT;
    int rc = local ? 0 : E_CLOSED;
    bool end = false;

    while (rc == 0 && !end) {
        struct str rest = buf_str(&x->text), part;

        rest = str_sub(rest, x->at, rest.n);
        part = str_sub(rest, 0, GATE_PART);
        end = part.n == rest.n;
        rc = msg_put_ls_resp(
            &b, &(struct msg_ls_resp){.id = x->id, .body = part, .end = end, .keep = end && x->keep});
        if (rc == 0)
            rc = role_send(local, &b, -1);
        if (rc == 0)
            x->at += part.n;
        buf_clear(&b);
    }
    buf_release(&b);
    return rc != E_LIMIT;
}

static void answer(struct gate_ls *g, struct ls_answer *x)
{
    if (!g->answers.n && send_answer(g, x))
        answer_free(x);
    else
        *VEC_ADD(&g->answers) = x;
}

void gate_ls_drained(struct gate_ls *g)
{
    while (g->answers.n && send_answer(g, g->answers.at[0]))
        drop_answer(g, 0);
}

static struct ls_answer *answer_new(uint64_t id)
{
    struct ls_answer *x = mem_zalloc(sizeof(*x));

    x->id = id;
    buf_init(&x->text);
    return x;
}

void gate_ls_refuse(struct gate_ls *g, const struct ls_request *q, int code, const char *text)
{
    struct ls_answer *x = answer_new(q->id);

    x->keep = livestatus_refuse(buf_str(&q->text), code, text, &x->text);
    answer(g, x);
}

bool gate_ls_overdue(const struct ls_request *q)
{
    return q->limit_us >= 0 && clock_mono().us >= q->began.us + q->limit_us;
}

static bool too_long(void *user)
{
    return clock_busy_us() > ((const struct ls_clock *)user)->busy_us + REQUEST_US;
}

static int64_t elapsed_us(void *user)
{
    return clock_mono().us - ((const struct ls_clock *)user)->began.us;
}

void gate_ls_forget(struct gate_ls *g, struct ls_request *q)
{
    buf_release(&q->text);
    livestatus_eyes_release(g->api, &q->eyes);
}

void gate_ls_moved(struct ls_request *q)
{
    buf_init(&q->text);
    q->eyes = (struct livestatus_eyes){.user = false};
}

bool gate_ls_is_stale(const struct gate_ls *g, const struct ls_request *q)
{
    return q->eyes.user && q->judged != g->api->revoked;
}

struct livestatus_world gate_ls_world(struct gate_ls *g, struct ls_clock *clock,
                                      const struct livestatus_eyes *eyes)
{
    clock->busy_us = clock_busy_us();
    return (struct livestatus_world){.m = &g->api->model,
                                     .eyes = *eyes,
                                     .b = &g->api->board,
                                     .version = BUILD_VERSION,
                                     .pid = g->parent,
                                     .now = clock_wall(),
                                     .too_long = too_long,
                                     .elapsed_us = elapsed_us,
                                     .user = clock,
                                     .connections = g->api->livestatus.connections,
                                     .requests = g->api->livestatus.requests,
                                     .open = g->api->livestatus.open,
                                     .waiting = g->waits.n};
}

void gate_ls_reply(struct gate_ls *g, const struct ls_request *q, const struct ls_past *past)
{
    struct ls_clock clock = {.began = q->began};
    struct livestatus_world w = gate_ls_world(g, &clock, &q->eyes);
    struct livestatus_reply reply = {.keep = false};
    struct ls_answer *x = answer_new(q->id);

    w.log = past->log;
    w.statehist = past->history;
    livestatus_answer(&w, buf_str(&q->text), &x->text, &reply);
    x->keep = reply.keep;
    answer(g, x);
}

/* ---- answers from the board ---- */

/* True: the answer is whole. */
static bool work_at(struct livestatus_run *run)
{
    int64_t began = clock_busy_us();
    bool whole;

    do
        whole = livestatus_more(run, ROWS);
    while (!whole && clock_busy_us() < began + SLICE_US);
    return whole;
}

/* Who may open the socket is decided by its mode, as with Nagios; a command is recorded with the caller's name. */
static void end_run(struct gate_ls *g, uint64_t id, struct livestatus_run *run, struct str user)
{
    struct livestatus_reply reply = {.keep = false};
    struct ls_answer *x = answer_new(id);

    livestatus_finish(run, &x->text, &reply);
    if (reply.command.n)
        g->api->ports->engine(g->api->user, 0, user, WORLD_SOURCE_LIVESTATUS, reply.command);
    x->keep = reply.keep;
    answer(g, x);
}

static void drop_job(struct gate_ls *g, size_t i)
{
    gate_ls_forget(g, &g->jobs.at[i].request);
    g->jobs.n--;
    for (; i < g->jobs.n; i++)
        g->jobs.at[i] = g->jobs.at[i + 1];
}

static void work(void *user)
{
    struct gate_ls *g = user;
    struct loop *l = g->role->loop;

    while (g->jobs.n &&
           (gate_ls_overdue(&g->jobs.at[0].request) || gate_ls_is_stale(g, &g->jobs.at[0].request))) {
        bool over = gate_ls_overdue(&g->jobs.at[0].request);

        livestatus_abandon(g->jobs.at[0].run);
        gate_ls_refuse(g, &g->jobs.at[0].request, over ? 413 : 502,
                       over ? "the Timelimit is over" : "what AuthUser may see has changed; ask again");
        drop_job(g, 0);
    }
    if (g->jobs.n && work_at(g->jobs.at[0].run)) {
        end_run(g, g->jobs.at[0].request.id, g->jobs.at[0].run, STR_NULL);
        drop_job(g, 0);
    }
    if (g->jobs.n) /* behind what came in the meantime */
        loop_timer_set(l, &g->work, loop_now(l), work, g);
}

/* Most are answered at once. */
static void run(struct gate_ls *g, struct ls_request *q, struct str user)
{
    struct ls_clock clock = {.began = q->began};
    struct livestatus_world w = gate_ls_world(g, &clock, &q->eyes);
    struct livestatus_run *r = livestatus_begin(&w, buf_str(&q->text));

    if (work_at(r)) {
        end_run(g, q->id, r, user);
        return;
    }
    *VEC_ADD(&g->jobs) = (struct ls_job){.request = *q, .run = r};
    gate_ls_moved(q);
    loop_timer_set(g->role->loop, &g->work, loop_now(g->role->loop), work, g);
}

void gate_ls_reloading(struct gate_ls *g)
{
    while (g->jobs.n) {
        livestatus_abandon(g->jobs.at[0].run);
        gate_ls_refuse(g, &g->jobs.at[0].request, 502, "the configuration was read again; ask again");
        drop_job(g, 0);
    }
}

static void jobs_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->jobs.n; i-- > 0;) {
        if (id && g->jobs.at[i].request.id != id)
            continue;
        livestatus_abandon(g->jobs.at[i].run);
        drop_job(g, i);
    }
}

/* ---- requests ---- */

static void tick(void *user)
{
    struct gate_ls *g = user;

    gate_ls_ask_tick(g);
    gate_ls_wait_tick(g);
    gate_ls_search_tick(g);
    g->api->livestatus.waiting = g->waits.n;
    gate_ls_tick(g);
}

void gate_ls_tick(struct gate_ls *g)
{
    struct loop *l = g->role->loop;

    if (g->asks.n || g->waits.n || g->searches.n)
        loop_timer_set(l, &g->tick, (struct mono){loop_now(l).us + TICK_US}, tick, g);
}

void gate_ls_go_on(struct gate_ls *g, struct ls_request *q, struct str user)
{
    if (!gate_ls_search(g, q))
        run(g, q, user);
    gate_ls_forget(g, q);
}

void gate_ls_judged(struct gate_ls *g, struct ls_request *q, struct str user, bool waited)
{
    q->judged = g->api->revoked;
    if (!g->api->ready) /* the socket opens before the first board */
        gate_ls_refuse(g, q, 502, "the first board is not there yet; ask again");
    else if (gate_ls_overdue(q))
        gate_ls_refuse(g, q, 413, "the Timelimit is over");
    else if (waited || !gate_ls_wait(g, q))
        gate_ls_go_on(g, q, user);
    gate_ls_forget(g, q);
    g->api->livestatus.waiting = g->waits.n;
}

void gate_ls_request(struct gate_ls *g, const struct msg_ls_req *x)
{
    struct ls_request q = {.id = x->id, .uid = x->uid, .text = BUF_INIT, .began = clock_mono()};

    g->api->livestatus.requests++;
    g->api->livestatus.connections = x->connections;
    g->api->livestatus.open = x->open;
    buf_add_str(&q.text, x->text);
    q.limit_us = livestatus_limit_us(x->text, clock_wall());
    gate_ls_judge(g, &q, x->user, false);
}

void gate_ls_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->answers.n; i-- > 0;) {
        if (g->answers.at[i]->id == id)
            drop_answer(g, i);
    }
    jobs_gone(g, id);
    gate_ls_ask_gone(g, id);
    gate_ls_search_gone(g, id);
    gate_ls_wait_gone(g, id);
    g->api->livestatus.waiting = g->waits.n;
}

void gate_ls_release(struct gate_ls *g)
{
    loop_timer_cancel(&g->tick);
    loop_timer_cancel(&g->work);
    jobs_gone(g, 0);
    while (g->answers.n)
        drop_answer(g, g->answers.n - 1);
    gate_ls_ask_gone(g, 0);
    gate_ls_search_gone(g, 0);
    gate_ls_wait_gone(g, 0);
    VEC_RELEASE(&g->answers);
    VEC_RELEASE(&g->asks);
    VEC_RELEASE(&g->searches);
    VEC_RELEASE(&g->queue);
    VEC_RELEASE(&g->waits);
    VEC_RELEASE(&g->jobs);
}
