/* SPDX-License-Identifier: Apache-2.0 */
/* The hands of the API in gate: clocks, questions to other roles, answers to web and local. */
#include "api/download.h"
#include "os/clock.h"
#include "role/gate_int.h"
#include "role/role.h"
#include "wire/link.h"

#define GATE_LINES 16 /* header lines of one answer */

static struct gate *self(struct role *r)
{
    return r->self;
}

static struct wall port_wall(void *user UNUSED)
{
    return clock_wall();
}

static struct mono port_mono(void *user)
{
    return loop_now(((struct role *)user)->loop);
}

int gate_send(struct role *r, struct peer *p, int rc)
{
    struct gate *g = self(r);

    if (!rc)
        rc = p ? role_send(p, &g->out, -1) : E_CLOSED;
    buf_clear(&g->out);
    return rc;
}

static int port_auth(void *user, uint64_t serial, const char *op, const struct str *args, size_t n)
{
    struct role *r = user;
    struct gate *g = self(r);
    int rc =
        msg_put_auth_req(&g->out, &(struct msg_auth_req){.id = serial, .op = str_of(op), .args = {args, n}});

    return gate_send(r, role_peer(r, ROLE_AUTH, 0), rc);
}

static int port_engine(void *user, uint64_t serial, struct str who, uint64_t source, struct str text)
{
    struct role *r = user;
    int rc = msg_put_command(&self(r)->out,
                             &(struct msg_command){.id = serial, .who = who, .source = source, .text = text});

    return gate_send(r, role_peer(r, ROLE_ENGINE, 0), rc);
}

static int port_results(void *user, uint64_t serial, struct str who, struct str rows, bool all)
{
    struct role *r = user;
    int rc = msg_put_results(&self(r)->out,
                             &(struct msg_results){.id = serial, .who = who, .rows = rows, .all = all});

    return gate_send(r, role_peer(r, ROLE_ENGINE, 0), rc);
}

static int port_why(void *user, uint64_t serial, uint64_t oid)
{
    struct role *r = user;
    int rc = msg_put_why(&self(r)->out, &(struct msg_why){.id = serial, .oid = oid});

    return gate_send(r, role_peer(r, ROLE_ENGINE, 0), rc);
}

static int port_reader(void *user, uint64_t serial, const char *stmt, const struct str *args, size_t n)
{
    return gate_ask_reader(user, serial, stmt, args, n);
}

static int port_reload(void *user, uint64_t serial)
{
    struct role *r = user;
    struct gate *g = self(r);
    int rc = msg_put_reload(&g->out, &(struct msg_reload){.id = serial});

    if (!rc)
        rc = role_send_parent(r, &g->out, -1);
    buf_clear(&g->out);
    return rc;
}

static int port_rename(void *user, uint64_t serial, struct str who, const struct str *names, size_t n,
                       uint64_t drop)
{
    struct role *r = user;
    int rc = msg_put_rename(
        &self(r)->out, &(struct msg_rename){.id = serial, .who = who, .names = {names, n}, .drop = drop});

    return gate_send(r, role_peer(r, ROLE_STORE, 0), rc);
}

static int port_audit(void *user, uint64_t serial, const struct audit_entry *e)
{
    struct role *r = user;
    int rc = msg_put_audit(&self(r)->out, &(struct msg_audit){.id = serial,
                                                              .kind = e->kind,
                                                              .who = e->who,
                                                              .by = e->by,
                                                              .role = e->role,
                                                              .from = e->from,
                                                              .method = e->method,
                                                              .route = e->route,
                                                              .path = e->path,
                                                              .right = e->right,
                                                              .objects = {e->object, e->n_object},
                                                              .body = e->body,
                                                              .of = e->of,
                                                              .status = e->status,
                                                              .count = e->count,
                                                              .since_us = e->since.us});

    return gate_send(r, role_peer(r, ROLE_STORE, 0), rc);
}

static struct peer *peer_of(struct role *r, enum api_source source)
{
    return role_peer(r, source == API_BY_WEB ? ROLE_WEB : ROLE_LOCAL, 0);
}

static int port_data(void *user, enum api_source source, uint64_t id, struct str body, bool end)
{
    struct role *r = user;
    int rc = msg_put_api_data(&self(r)->out, &(struct msg_api_data){.id = id, .body = body, .end = end});

    return gate_send(r, peer_of(r, source), rc);
}

static int port_broken(void *user, enum api_source source, uint64_t id)
{
    struct role *r = user;
    int rc = msg_put_api_data(&self(r)->out, &(struct msg_api_data){.id = id, .broken = 1});

    return gate_send(r, peer_of(r, source), rc);
}

static int port_answer(void *user, enum api_source source, uint64_t id, int status, struct str headers,
                       struct str body, bool more)
{
    struct role *r = user;
    struct gate *g = self(r);
    struct str lines[GATE_LINES], first = str_sub(body, 0, GATE_PART);
    struct msg_api_resp m = {
        .id = id, .status = (uint64_t)status, .body = first, .more = more || first.n < body.n};
    size_t n = 0;
    int rc;

    while (headers.n && n < GATE_LINES) {
        struct str line = str_cut(&headers, '\n');

        if (line.n)
            lines[n++] = line;
    }
    m.headers = (struct msg_strv){lines, n};
    rc = gate_send(r, peer_of(r, source), msg_put_api_resp(&g->out, &m));
    for (size_t at = first.n; !rc && at < body.n; at += GATE_PART)
        rc = port_data(r, source, id, str_sub(body, at, GATE_PART), !more && at + GATE_PART >= body.n);
    return rc;
}

static void port_wake(void *user);

static void woken(void *user)
{
    struct role *r = user;
    struct gate *g = self(r);

    g->wakes = false;
    if (!g->stops && download_step(&g->api))
        port_wake(r);
}

static void port_wake(void *user)
{
    struct role *r = user;
    struct gate *g = self(r);

    if (!g->wakes)
        loop_later(r->loop, woken, r);
    g->wakes = true;
}

static size_t port_queued(void *user, enum api_source source)
{
    const struct peer *p = peer_of(user, source);

    return p && p->link ? link_queued(p->link) : 0;
}

const struct api_ports gate_ports = {
    .wall = port_wall,
    .mono = port_mono,
    .auth = port_auth,
    .engine = port_engine,
    .results = port_results,
    .why = port_why,
    .reader = port_reader,
    .reload = port_reload,
    .rename = port_rename,
    .audit = port_audit,
    .answer = port_answer,
    .data = port_data,
    .broken = port_broken,
    .wake = port_wake,
    .queued = port_queued,
};
