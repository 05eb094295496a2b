/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: the one way in. What web and local bring from browsers, API clients and ctl is judged and answered by src/api; this file lends it hands: it keeps
 * the snapshot and the board of one generation together, carries questions to engine, reader and auth, and answers back. It opens nothing.
 */
#include "api/api_ask.h"
#include "api/audit.h"
#include "api/download.h"
#include "api/level.h"
#include "api/names.h"
#include "api/rename.h"
#include "api/stream.h"
#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/loop.h"
#include "os/mem.h"
#include "role/gate_int.h"
#include "role/role.h"
#include "wire/json_read.h"
#include "wire/link.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GATE_TICK_US   TIME_S /* time-outs; with live views, the pace of these */
#define RELOADED_TICKS 20

static struct gate *self(struct role *r)
{
    return r->self;
}

/* ---- snapshot and board ---- */

static void drop(struct segment *s)
{
    if (s->base)
        mem_unmap(s->base, s->len);
    *s = (struct segment){.base = NULL};
}

static void take(struct segment *to, uint64_t generation, int fd, const char *what)
{
    struct err err = ERR_INIT;

    drop(to);
    if (mem_map_ro(fd, &to->base, &to->len, &err) < 0)
        log_fatal("%s: %s", what, err.text);
    to->generation = generation;
}

static const uint64_t *oids_for(const struct gate *g, const struct model *m, uint64_t generation)
{
    bool fits =
        g->oids.base && g->oids.generation == generation && g->oids.len / sizeof(uint64_t) >= m->n_check;

    return fits ? g->oids.base : NULL;
}

/* READY is what others wait for: who asks after it is answered from a board. */
static void serve_world(struct gate *g)
{
    if (g->serves && g->api.ready)
        role_ready(g->ls.role);
}

/* Who hears that a reload is done finds what it brought. */
static void answer_reloaded(struct gate *g)
{
    for (size_t i = 0; i < g->reloaded.n; i++)
        api_answered(&g->api, g->reloaded.at[i],
                     &(struct api_answer){.kind = API_FROM_PARENT, .ok = true, .error = STR("")});
    VEC_CLEAR(&g->reloaded);
    g->reloaded_ticks = 0;
}

/* Shows the API a new world when both halves of one generation are here; until then it goes on with the old one, still mapped. */
static void pair(struct gate *g)
{
    const struct segment *sm = g->next_model.base ? &g->next_model : &g->model;
    const struct segment *sb = g->next_board.base ? &g->next_board : &g->board;
    struct segment old_model = {.base = NULL}, old_board = {.base = NULL};
    struct err err = ERR_INIT;
    struct model m;
    struct board b;

    if (!sm->base || !sb->base || sm->generation != sb->generation || (sm == &g->model && sb == &g->board))
        return;
    if (model_open(&m, sm->base, sm->len, &err) < 0 || board_open(&b, sb->base, sb->len, &err) < 0)
        log_fatal("%s", err.text);
    if (b.h->n_checks != m.n_check || b.h->n_hosts != m.n_hosts)
        log_fatal("the board of generation %llu does not belong to its snapshot",
                  (unsigned long long)sb->generation);
    if (g->next_model.base) {
        old_model = g->model;
        g->model = g->next_model;
        g->next_model = (struct segment){.base = NULL};
    }
    if (g->next_board.base) {
        old_board = g->board;
        g->board = g->next_board;
        g->next_board = (struct segment){.base = NULL};
    }
    gate_ls_reloading(&g->ls);
    api_world(&g->api, &m, &b, oids_for(g, &m, g->model.generation));
    serve_world(g);
    answer_reloaded(g);
    drop(&old_model);
    drop(&old_board);
}

static void snapshot(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old UNUSED)
{
    struct gate *g = self(r);

    take(&g->next_model, now->generation, now->public_fd, "the snapshot");
    pair(g);
}

static void take_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct gate *g = self(r);
    uint64_t generation = 0;

    BUG_ON(!str_eq_c(purpose, "board") || !str_to_u64(arg, &generation));
    take(&g->next_board, generation, fd, "the board");
    close(fd);
    pair(g);
}

static void on_oids(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct gate *g = self(r);

    if (r->n_fds < 1)
        log_fatal("OIDS without its descriptor");
    take(&g->oids, m->u.oids.generation, r->fds[0], "the identities");
    if (g->api.ready && g->model.generation == g->oids.generation)
        names_learn(&g->api, oids_for(g, &g->api.model, g->oids.generation));
}

/* ---- requests ---- */

/* What reverse proxies say of themselves and of whom they ask for. */
static const char *const proxies[] = {"forwarded", "via", "x-forwarded-for", "x-real-ip"};

static void take_header(struct api_request *q, struct str line)
{
    struct str value = line, name = str_cut(&value, ':');
    const struct {
        struct str name, *to;
    } table[] = {
        {STR("authorization"), &q->authorization},
        {STR("cookie"), &q->cookie},
        {STR("origin"), &q->origin},
        {STR("host"), &q->host},
        {STR("sec-fetch-site"), &q->fetch_site},
        {STR("content-type"), &q->content_type},
        {STR("content-encoding"), &q->content_encoding},
        {STR("x-csrf"), &q->csrf},
        {STR("x-auth-token"), &q->auth_token},
        {STR("x-view-as"), &q->view_as},
        {STR("accept"), &q->accept},
        {STR("accept-language"), &q->accept_language},
        {STR("last-event-id"), &q->last_event_id},
        {STR("if-match"), &q->if_match},
        {STR("if-none-match"), &q->if_none_match},
        {STR("idempotency-key"), &q->idempotency_key},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_eq(name, table[i].name))
            *table[i].to = str_trim(value);
    }
    for (size_t i = 0; i < ARRAY_LEN(proxies); i++)
        q->forwarded |= str_eq_c(name, proxies[i]);
}

static void on_api_req(struct role *r, struct peer *p, const struct msg *m)
{
    const struct msg_api_req *x = &m->u.api_req;
    struct api_request q = {.source = p->id == ROLE_WEB ? API_BY_WEB : API_BY_LOCAL,
                            .id = x->id,
                            .method = x->method,
                            .path = x->path,
                            .query = x->query,
                            .body = x->body,
                            .peer = x->peer,
                            .uid = -1,
                            .tls = x->tls,
                            .asks = x->asks};

    if (q.source == API_BY_LOCAL) { /* web cannot say who somebody is */
        q.uid = x->uid;
        q.user = x->user;
    }
    for (size_t i = 0; i < x->headers.n; i++)
        take_header(&q, x->headers.at[i]);
    api_receive(&self(r)->api, &q);
}

static void on_api_gone(struct role *r, struct peer *p, const struct msg *m)
{
    if (p->id == ROLE_LOCAL)
        gate_ls_gone(&self(r)->ls, m->u.api_gone.id);
    api_gone(&self(r)->api, p->id == ROLE_WEB ? API_BY_WEB : API_BY_LOCAL, m->u.api_gone.id);
}

static void on_api_flow(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    api_hold(&self(r)->api, API_BY_WEB, m->u.api_flow.id, !m->u.api_flow.go);
}

/* ---- Livestatus ---- */

static void drained(struct role *r, struct peer *p)
{
    if (p->id == ROLE_LOCAL)
        gate_ls_drained(&self(r)->ls);
    gate_ports.wake(r);
}

static void on_ls_req(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    gate_ls_request(&self(r)->ls, &m->u.ls_req);
}

/* ---- answers of other roles ---- */

static void on_auth_resp(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_auth_resp *x = &m->u.auth_resp;
    const struct api_answer answer = {.kind = API_FROM_AUTH,
                                      .ok = x->ok,
                                      .error = x->error,
                                      .values = x->values.at,
                                      .n_values = x->values.n};

    if (x->values.n != API_AUTH_VALUES)
        log_fatal("auth answered with %zu values", x->values.n);
    if (!gate_ls_auth(&self(r)->ls, x->id, &answer))
        api_answered(&self(r)->api, x->id, &answer);
}

static void on_command_done(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_command_done *x = &m->u.command_done;

    api_answered(&self(r)->api, x->id,
                 &(struct api_answer){.kind = API_FROM_ENGINE, .ok = x->status == 0, .error = x->error});
}

static void on_results_done(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_results_done *x = &m->u.results_done;

    api_answered(
        &self(r)->api, x->id,
        &(struct api_answer){.kind = API_FROM_ENGINE, .ok = true, .error = x->error, .refused = x->refused});
}

static void on_why_is(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_why_is *x = &m->u.why_is;

    api_answered(
        &self(r)->api, x->id,
        &(struct api_answer){.kind = API_FROM_ENGINE, .ok = x->reasons.n != 0, .reasons = x->reasons});
}

static void on_rows(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_rows *x = &m->u.rows;
    struct gate *g = self(r);

    if (gate_ls_rows(&g->ls, x))
        return;
    api_rows(&g->api, x->id, x->json);
    if (x->end || x->error.n)
        api_answered(&g->api, x->id,
                     &(struct api_answer){.kind = API_FROM_READER, .ok = !x->error.n, .error = x->error});
}

static void on_reload_done(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_reload_done *x = &m->u.reload_done;
    struct gate *g = self(r);

    if (x->ok && g->api.ready && g->next_model.base) {
        *VEC_ADD(&g->reloaded) = x->id;
        return;
    }
    api_answered(&g->api, x->id,
                 &(struct api_answer){.kind = API_FROM_PARENT, .ok = x->ok, .error = x->text});
}

static void on_renamed(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_renamed *x = &m->u.renamed;

    api_answered(&self(r)->api, x->id,
                 &(struct api_answer){.kind = API_FROM_STORE, .ok = x->ok, .error = x->error});
}

static void on_audited(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_audited *x = &m->u.audited;
    struct api_audit_state *s = &self(r)->api.audit;

    if (!x->id)
        str_copy(s->why, sizeof(s->why), x->why);
    str_copy(s->wrong, sizeof(s->wrong), x->wrong);
    s->low = x->low;
    s->last = x->last;
    s->failures = x->failures;
    if (x->id)
        audit_answered(&self(r)->api, x->id, x->number, x->why);
}

static void on_renames(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    rename_take(&self(r)->api, m->u.renames.json, m->u.renames.total);
}

static void on_status(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    level_take(&self(r)->api, m->u.status.json);
}

/* The board tells all that has changed; that it is on disk too is a good moment to look. */
static void on_changed(struct role *r, struct peer *p UNUSED, const struct msg *m UNUSED)
{
    stream_tick(&self(r)->api);
}

static void on_exported(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    if (!metrics_export_take(self(r)->api.exports, &m->u.exported))
        log_fatal("EXPORTED of a target that there is not");
}

/* The board's program record says how far the journal is, and whether it is degraded; of all else that is written only store knows. */
static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    str_copy(self(r)->api.record_why, sizeof(self(r)->api.record_why), m->u.stored.degraded);
    self(r)->api.history.applied = m->u.stored.applied;
    self(r)->api.history.lag = m->u.stored.lag;
    self(r)->api.states.applied = m->u.stored.state_applied;
    self(r)->api.states.lag = m->u.stored.state_lag;
    self(r)->api.log_lost = m->u.stored.lines_lost;
    self(r)->api.syslog_lost = m->u.stored.syslog_lost;
    self(r)->api.records_lost = m->u.stored.records_lost;
}

static void on_users(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct api_damage *d = &self(r)->api.damage;

    str_copy(d->users, sizeof(d->users), m->u.users.wrong);
}

static void on_damage(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    if (!metrics_damage_take(&self(r)->api.damage, &m->u.damage))
        log_fatal("DAMAGE of something that there is not");
}

/* Only store may do something about it. */
static void on_damaged(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct gate *g = self(r);

    gate_send(r, role_peer(r, ROLE_STORE, 0), msg_put_damaged(&g->out, &m->u.damaged));
}

static void on_series(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    metrics_series_take(&self(r)->api.series, &m->u.series);
}

/* ---- life ---- */

static void tick(void *user)
{
    struct role *r = user;
    struct gate *g = self(r);
    int64_t pace = stream_count(g->api.streams) ? STREAM_ROUND_US : GATE_TICK_US;

    api_tick(&g->api);
    if (g->reloaded.n && ++g->reloaded_ticks > RELOADED_TICKS) /* there is no engine to show it */
        answer_reloaded(g);
    loop_timer_set(r->loop, &g->tick, (struct mono){loop_now(r->loop).us + pace}, tick, r);
}

static void birth(struct role *r)
{
    struct gate *g = self(r);

    json_read_init();
    api_init(&g->api, &gate_ports, r);
    g->api.uid = geteuid();
    g->ls = (struct gate_ls){.role = r, .api = &g->api, .parent = r->one_process ? getpid() : getppid()};
    buf_init(&g->out);
}

static void serve(struct role *r)
{
    struct gate *g = self(r);

    tick(r);
    g->serves = true;
    serve_world(g);
}

static void peer_up(struct role *r UNUSED, struct peer *p)
{
    if (p->id == ROLE_WEB)
        link_gather(p->link); /* the answers of one round */
}

static void peer_down(struct role *r, struct peer *p)
{
    struct gate *g = self(r);
    struct api *a = &g->api;

    switch (p->id) {
    case ROLE_WEB: api_source_lost(a, API_BY_WEB); break;
    case ROLE_LOCAL:
        gate_ls_release(&g->ls);
        api_source_lost(a, API_BY_LOCAL);
        break;
    case ROLE_AUTH:
        gate_ls_auth_lost(&g->ls);
        api_lost(a, API_FROM_AUTH);
        break;
    case ROLE_EXPORT: metrics_export_gone(a->exports); break;
    case ROLE_ENGINE: api_lost(a, API_FROM_ENGINE); break;
    case ROLE_STORE:
        api_lost(a, API_FROM_STORE);
        api_lost(a, API_FROM_AUDIT);
        break;
    case ROLE_READER:
        gate_ls_reader_lost(&g->ls);
        api_lost(a, API_FROM_READER);
        break;
    default: break;
    }
}

static void stop(struct role *r)
{
    struct gate *g = self(r);

    g->stops = true;
    loop_timer_cancel(&g->tick);
    gate_ls_release(&g->ls);
    api_release(&g->api);
    drop(&g->model);
    drop(&g->board);
    drop(&g->next_model);
    drop(&g->next_board);
    drop(&g->oids);
    VEC_RELEASE(&g->reloaded);
    buf_release(&g->out);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_API_REQ, ROLE_BIT(WEB) | ROLE_BIT(LOCAL), on_api_req},
    {MSG_API_GONE, ROLE_BIT(WEB) | ROLE_BIT(LOCAL), on_api_gone},
    {MSG_API_FLOW, ROLE_BIT(WEB), on_api_flow},
    {MSG_LS_REQ, ROLE_BIT(LOCAL), on_ls_req},
    {MSG_AUTH_RESP, ROLE_BIT(AUTH), on_auth_resp},
    {MSG_COMMAND_DONE, ROLE_BIT(ENGINE), on_command_done},
    {MSG_RESULTS_DONE, ROLE_BIT(ENGINE), on_results_done},
    {MSG_WHY_IS, ROLE_BIT(ENGINE), on_why_is},
    {MSG_ROWS, ROLE_BIT(READER), on_rows},
    {MSG_CHANGED, ROLE_BIT(STORE), on_changed},
    {MSG_STORED, ROLE_BIT(STORE), on_stored},
    {MSG_SERIES, ROLE_BIT(STORE), on_series},
    {MSG_USERS, ROLE_BIT(AUTH), on_users},
    {MSG_DAMAGE, ROLE_BIT(STORE), on_damage},
    {MSG_DAMAGED, ROLE_BIT(READER), on_damaged},
    {MSG_EXPORTED, ROLE_BIT(EXPORT), on_exported},
    {MSG_OIDS, ROLE_BIT(STORE), on_oids},
    {MSG_STATUS, ROLE_BIT(PARENT), on_status},
    {MSG_RENAMED, ROLE_BIT(STORE), on_renamed},
    {MSG_AUDITED, ROLE_BIT(STORE), on_audited},
    {MSG_RENAMES, ROLE_BIT(STORE), on_renames},
    {MSG_RELOAD_DONE, ROLE_BIT(PARENT), on_reload_done},
};

const struct role_ops role_gate = {
    .id = ROLE_GATE,
    .self_size = sizeof(struct gate),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .snapshot = snapshot,
    .serve = serve,
    .peer_up = peer_up,
    .peer_down = peer_down,
    .drained = drained,
    .stop = stop,
};
