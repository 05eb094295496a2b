/* SPDX-License-Identifier: Apache-2.0 */
#include "role/gate_ls.h"

#include "api/livestatus.h"
#include "base/limits.h"
#include "build_id.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

#define SERIAL_LS    (1ull << 63) /* questions of ours; those of the API count from 1 */
#define SEARCHES_MAX 4            /* at once: each holds its lines until it is answered */
#define REQUEST_US   TIME_S       /* of the processor; a request may keep the others waiting so long */
#define PAGE         1000         /* events, HISTORY_LIMIT_MAX of the reader */

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

static void refuse(struct gate_ls *g, uint64_t id, struct str request, int code, const char *text)
{
    struct ls_answer *x = answer_new(id);

    livestatus_refuse(request, code, text, &x->text);
    answer(g, x);
}

static bool too_long(void *user)
{
    return clock_busy_us() > *(const int64_t *)user + REQUEST_US;
}

/* Who may open the socket is decided by its mode, as with Nagios; a command is recorded with the caller's name. */
static void reply(struct gate_ls *g, const struct msg_ls_req *q, const struct livestatus_log *log)
{
    int64_t began = clock_busy_us();
    struct livestatus_world w = {.m = &g->api->model,
                                 .too_long = too_long,
                                 .user = &began,
                                 .b = &g->api->board,
                                 .version = BUILD_VERSION,
                                 .pid = g->parent,
                                 .now = clock_wall(),
                                 .log = log};
    struct livestatus_reply reply = {.keep = false};
    struct ls_answer *x = answer_new(q->id);

    livestatus_answer(&w, q->text, &x->text, &reply);
    if (reply.command.n) {
        g->api->ports->engine(g->api->user, 0, q->user, 2, reply.command);
    }
    x->keep = reply.keep;
    answer(g, x);
}

/* ---- the log ---- */

static void drop_search(struct gate_ls *g, size_t i)
{
    struct ls_search *s = g->searches.at[i];

    buf_release(&s->request);
    livestatus_log_release(&s->log);
    mem_free(s);
    VEC_SWAP_REMOVE(&g->searches, i);
}

static bool ask_page(struct gate_ls *g, struct ls_search *s)
{
    char from[24], to[24], cursor[24], limit[8];
    struct str args[4];

    s->serial = SERIAL_LS | ++g->serials;
    s->before = s->log.events;
    snprintf(from, sizeof(from), "%lld", (long long)s->range.from_us);
    snprintf(to, sizeof(to), "%lld", (long long)(s->log.events ? s->log.last_us : s->range.to_us));
    snprintf(cursor, sizeof(cursor), "%llu", (unsigned long long)(s->log.events ? s->log.last_seq : 0));
    snprintf(limit, sizeof(limit), "%d", PAGE);
    args[0] = str_of(from);
    args[1] = str_of(to);
    args[2] = str_of(cursor);
    args[3] = str_of(limit);
    return gate_ask_reader(g->role, s->serial, "events_between", args, ARRAY_LEN(args)) == 0;
}

static void begin_search(struct gate_ls *g, const struct msg_ls_req *q, struct livestatus_log_range range)
{
    struct ls_search *s;

    if (g->searches.n >= SEARCHES_MAX) {
        refuse(g, q->id, q->text, 502, "too many requests for the log are under way; ask again");
        return;
    }
    s = mem_zalloc(sizeof(*s));
    *s = (struct ls_search){.id = q->id, .uid = q->uid, .request = BUF_INIT, .range = range};
    buf_add_str(&s->request, q->text);
    *VEC_ADD(&g->searches) = s;
    if (ask_page(g, s))
        return;
    refuse(g, q->id, q->text, 502, "the history cannot be read now; ask again");
    drop_search(g, g->searches.n - 1);
}

static void end_search(struct gate_ls *g, size_t i, struct str error)
{
    struct ls_search *s = g->searches.at[i];
    struct str request = buf_str(&s->request);
    char text[256];

    if (error.n) {
        snprintf(text, sizeof(text), STR_FMT, STR_ARG(error));
        refuse(g, s->id, request, 502, text);
    } else if (s->log.full) {
        snprintf(text, sizeof(text),
                 "the log of that time has more than %u lines; ask for a shorter time with 'Filter: time >= "
                 "...' and 'Filter: time <= ...'",
                 LIVESTATUS_LOG_MAX);
        refuse(g, s->id, request, 413, text);
    } else {
        livestatus_log_resolve(&s->log, g->api);
        reply(g, &(struct msg_ls_req){.id = s->id, .text = request, .uid = s->uid}, &s->log);
    }
    drop_search(g, i);
}

bool gate_ls_rows(struct gate_ls *g, const struct msg_rows *x)
{
    if (!(x->id & SERIAL_LS))
        return false;
    for (size_t i = 0; i < g->searches.n; i++) {
        struct ls_search *s = g->searches.at[i];

        if (s->serial != x->id)
            continue;
        livestatus_log_take(&s->log, x->json);
        if (x->error.n)
            end_search(g, i, x->error);
        else if (x->end && (s->log.full || s->log.events - s->before < PAGE))
            end_search(g, i, STR_NULL);
        else if (x->end && !ask_page(g, s))
            end_search(g, i, STR("the history cannot be read now; ask again"));
        break;
    }
    return true;
}

void gate_ls_reader_lost(struct gate_ls *g)
{
    while (g->searches.n) /* which reader had it is not noted: the client asks again */
        end_search(g, g->searches.n - 1, STR("the history was interrupted; ask again"));
}

/* ---- requests ---- */

void gate_ls_request(struct gate_ls *g, const struct msg_ls_req *x)
{
    struct livestatus_log_range range;

    if (!g->api->ready) /* the socket opens before the first board */
        refuse(g, x->id, x->text, 502, "the first board is not there yet; ask again");
    else if (livestatus_log_wanted(x->text, &range))
        begin_search(g, x, range);
    else
        reply(g, x, NULL);
}

void gate_ls_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->answers.n; i-- > 0;) {
        if (g->answers.at[i]->id == id)
            drop_answer(g, i);
    }
    for (size_t i = g->searches.n; i-- > 0;) {
        if (g->searches.at[i]->id == id)
            drop_search(g, i);
    }
}

void gate_ls_release(struct gate_ls *g)
{
    while (g->answers.n)
        drop_answer(g, g->answers.n - 1);
    while (g->searches.n)
        drop_search(g, g->searches.n - 1);
    VEC_RELEASE(&g->answers);
    VEC_RELEASE(&g->searches);
}
