/* SPDX-License-Identifier: Apache-2.0 */
/* Livestatus requests about the past: the tables log and statehist, gathered from the reader page by page. */
#include "api/livestatus.h"
#include "api/livestatus_current.h"
#include "base/limits.h"
#include "db/rows.h"
#include "os/clock.h"
#include "role/gate_ls.h"

#include <stdio.h>

#define PAGE 1000 /* events, HISTORY_LIMIT_MAX of the reader */

int gate_ask_reader(struct role *r, uint64_t serial, const char *stmt, const struct str *args, size_t n)
{
    struct buf b = BUF_INIT;
    struct peer *p = NULL;
    int rc = msg_put_query(&b, &(struct msg_query){.id = serial, .stmt = str_of(stmt), .args = {args, n}});

    for (size_t i = 0; i < r->n_peers && !p; i++) {
        struct peer *x = &r->peers[(serial + i) % r->n_peers];

        if (x->up && x->id == ROLE_READER)
            p = x;
    }
    if (!rc)
        rc = p ? role_send(p, &b, -1) : E_CLOSED;
    buf_release(&b);
    return rc;
}

static void drop(struct gate_ls *g, size_t i)
{
    struct ls_search *s = g->searches.at[i];

    gate_ls_forget(g, &s->request);
    buf_release(&s->scope);
    livestatus_log_release(&s->log);
    livestatus_statehist_release(&s->history);
    mem_free(s);
    VEC_SWAP_REMOVE(&g->searches, i);
}

/* ---- their turn ---- */

static void drop_queued(struct gate_ls *g, size_t i)
{
    gate_ls_forget(g, &g->queue.at[i]);
    g->queue.n--;
    for (; i < g->queue.n; i++)
        g->queue.at[i] = g->queue.at[i + 1];
}

static void queue_up(struct gate_ls *g, struct ls_request *q)
{
    if (g->queue.n >= LIMIT_LS_QUEUED) {
        gate_ls_refuse(g, q, 502, "too many questions about the past wait for their turn; ask again");
        return;
    }
    *VEC_ADD(&g->queue) = *q;
    gate_ls_moved(q);
}

static void next_in_queue(struct gate_ls *g)
{
    while (g->queue.n && g->searches.n < LIMIT_LS_SEARCHES) {
        struct ls_request q = g->queue.at[0];

        gate_ls_moved(&g->queue.at[0]);
        drop_queued(g, 0);
        gate_ls_judge(g, &q, STR_NULL, true);
    }
}

/* ---- pages ---- */

static int ask_log(struct gate_ls *g, struct ls_search *s)
{
    char from[24], to[24], cursor[24], limit[8];
    struct str args[5];

    s->before = s->log.events;
    s->log.more = false;
    snprintf(from, sizeof(from), "%lld", (long long)s->range.from_us);
    snprintf(to, sizeof(to), "%lld", (long long)(s->log.begun ? s->log.last_us : s->range.to_us));
    snprintf(cursor, sizeof(cursor), "%llu", (unsigned long long)(s->log.begun ? s->log.last_seq : 0));
    snprintf(limit, sizeof(limit), "%d", PAGE);
    args[0] = buf_str(&s->scope);
    args[1] = str_of(from);
    args[2] = str_of(to);
    args[3] = str_of(cursor);
    args[4] = str_of(limit);
    return gate_ask_reader(g->role, s->serial, s->range.passive ? "log_between" : "events_between", args,
                           ARRAY_LEN(args));
}

/* 1: that was the last page. */
static int ask_history(struct gate_ls *g, struct ls_search *s)
{
    struct buf oids = BUF_INIT;
    const char *question = livestatus_statehist_page(&s->history, &oids);
    char from[24], to[24];
    struct str args[4];
    int r = 1;

    snprintf(from, sizeof(from), "%lld", (long long)s->history.from_s);
    snprintf(to, sizeof(to), "%lld", (long long)s->history.to_s);
    args[0] = buf_str(&s->scope);
    args[1] = str_of(from);
    args[2] = str_of(to);
    args[3] = buf_str(&oids);
    if (question)
        r = gate_ask_reader(g->role, s->serial, question, args, ARRAY_LEN(args));
    buf_release(&oids);
    return r;
}

static int ask_page(struct gate_ls *g, struct ls_search *s)
{
    s->serial = GATE_LS_SERIAL | ++g->serials;
    return s->of_log && !s->events_done ? ask_log(g, s) : ask_history(g, s);
}

/* ---- the end ---- */

static void refuse_history(struct gate_ls *g, const struct ls_search *s)
{
    char text[160];

    snprintf(
        text, sizeof(text),
        "that are more than %u changes of state: write a filter on time that leaves less, or on host_name",
        LIVESTATUS_STATEHIST_MAX);
    gate_ls_refuse(g, &s->request, 413, text);
}

static void answer_search(struct gate_ls *g, struct ls_search *s)
{
    struct ls_past past = {0};

    if (s->of_log) {
        if (s->with_states)
            livestatus_current_add(&s->log, &s->history, g->api);
        livestatus_log_resolve(&s->log, g->api);
        past.log = &s->log;
    } else {
        livestatus_statehist_make(&s->history, g->api);
        past.history = &s->history;
    }
    if (s->of_log && livestatus_log_refusal(&s->log))
        gate_ls_refuse(g, &s->request, 413, livestatus_log_refusal(&s->log));
    else if (s->history.full && !s->of_log)
        refuse_history(g, s);
    else
        gate_ls_reply(g, &s->request, &past);
}

/* An error ends it as well. */
static void end(struct gate_ls *g, size_t i, struct str error)
{
    struct ls_search *s = g->searches.at[i];
    char text[256];

    str_copy(text, sizeof(text), error);
    if (!error.n && gate_ls_is_stale(g, &s->request))
        gate_ls_refuse(g, &s->request, 502, "what AuthUser may see has changed; ask again");
    else if (error.n)
        gate_ls_refuse(g, &s->request, str_eq_c(error, ROWS_TOO_LONG) ? 413 : 502, text);
    else
        answer_search(g, s);
    drop(g, i);
}

/* ---- requests ---- */

static void next_page(struct gate_ls *g, size_t i)
{
    int r = ask_page(g, g->searches.at[i]);

    if (r < 0)
        end(g, i, STR("the history cannot be read now; ask again"));
    else if (r == 1)
        end(g, i, STR_NULL);
}

bool gate_ls_search(struct gate_ls *g, struct ls_request *q)
{
    struct ls_clock clock = {.began = q->began};
    struct livestatus_world w = gate_ls_world(g, &clock, &q->eyes);
    struct livestatus_log_range range;
    struct livestatus_statehist history;
    struct ls_search *s;
    bool of_log = livestatus_log_wanted(&w, buf_str(&q->text), &range), with_states = false;

    if (!of_log && !livestatus_statehist_wanted(&w, buf_str(&q->text), &history))
        return false;
    if (!of_log && history.gave_up) {
        livestatus_statehist_release(&history);
        gate_ls_refuse(g, q, 400, "the filters take too long and were given up: write = instead of ~");
        return true;
    }
    if (g->searches.n >= LIMIT_LS_SEARCHES) {
        if (!of_log)
            livestatus_statehist_release(&history);
        queue_up(g, q);
        return true;
    }
    if (of_log)
        with_states = livestatus_current_wanted(&w, buf_str(&q->text), &range, &history);
    s = mem_zalloc(sizeof(*s));
    *s = (struct ls_search){
        .request = *q, .of_log = of_log, .with_states = with_states, .range = range, .history = history};
    gate_ls_moved(q);
    buf_init(&s->log.text);
    buf_init(&s->scope);
    livestatus_scope(buf_str(&s->request.text), w.now, &s->request.eyes, &s->scope);
    *VEC_ADD(&g->searches) = s;
    next_page(g, g->searches.n - 1);
    gate_ls_tick(g);
    return true;
}

static void take_rows(struct ls_search *s, const struct msg_rows *x)
{
    if (s->of_log && !s->events_done)
        livestatus_log_take(&s->log, x->json);
    else
        livestatus_statehist_take(&s->history, x->json);
    if (x->end && s->of_log && s->log.events - s->before < PAGE && !s->log.more)
        s->events_done = true;
}

bool gate_ls_rows(struct gate_ls *g, const struct msg_rows *x)
{
    if (!(x->id & GATE_LS_SERIAL))
        return false;
    for (size_t i = 0; i < g->searches.n; i++) {
        struct ls_search *s = g->searches.at[i];

        if (s->serial != x->id)
            continue;
        take_rows(s, x);
        if (x->error.n)
            end(g, i, x->error);
        else if (x->end && (s->log.full || s->history.full || (s->events_done && !s->with_states)))
            end(g, i, STR_NULL);
        else if (x->end)
            next_page(g, i);
        break;
    }
    next_in_queue(g);
    return true;
}

void gate_ls_reader_lost(struct gate_ls *g)
{
    while (g->searches.n) /* which reader had it is not noted: the client asks again */
        end(g, g->searches.n - 1, STR("the history was interrupted; ask again"));
    next_in_queue(g);
}

void gate_ls_search_tick(struct gate_ls *g)
{
    for (size_t i = g->searches.n; i-- > 0;) {
        if (!gate_ls_overdue(&g->searches.at[i]->request))
            continue;
        gate_ls_refuse(g, &g->searches.at[i]->request, 413, "the Timelimit is over");
        drop(g, i);
    }
    for (size_t i = g->queue.n; i-- > 0;) {
        if (!gate_ls_overdue(&g->queue.at[i]))
            continue;
        gate_ls_refuse(g, &g->queue.at[i], 413, "the Timelimit is over");
        drop_queued(g, i);
    }
    next_in_queue(g);
}

void gate_ls_search_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->searches.n; i-- > 0;) {
        if (!id || g->searches.at[i]->request.id == id)
            drop(g, i);
    }
    for (size_t i = g->queue.n; i-- > 0;) {
        if (!id || g->queue.at[i].id == id)
            drop_queued(g, i);
    }
    next_in_queue(g);
}
