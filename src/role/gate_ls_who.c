/* SPDX-License-Identifier: Apache-2.0 */
/* Livestatus requests with AuthUser: auth is asked who that is, unless it was asked a moment ago. Nothing is answered before it is known. */
#include "os/clock.h"
#include "role/gate_ls.h"

#define NOBODY_SAYS "who AuthUser is cannot be found out now; ask again"
#define ASKS_MAX    1024u
#define ASK_US      (30 * TIME_S) /* without a Timelimit */

static void drop(struct gate_ls *g, size_t i)
{
    gate_ls_forget(g, &g->asks.at[i].request);
    VEC_SWAP_REMOVE(&g->asks, i);
}

void gate_ls_judge(struct gate_ls *g, struct ls_request *q, struct str user, bool waited)
{
    struct str name;
    uint64_t serial;

    livestatus_eyes_release(g->api, &q->eyes);
    if (!livestatus_user(buf_str(&q->text), clock_wall(), &name) ||
        livestatus_who_known(g->api, name, &q->eyes)) {
        gate_ls_judged(g, q, user, waited);
        return;
    }
    serial = GATE_LS_SERIAL | ++g->serials;
    if (g->asks.n >= ASKS_MAX || g->api->ports->auth(g->api->user, serial, "grants", &name, 1) < 0) {
        gate_ls_refuse(g, q, 502, NOBODY_SAYS);
        gate_ls_forget(g, q);
        return;
    }
    *VEC_ADD(&g->asks) =
        (struct ls_ask){.request = *q, .serial = serial, .asked = clock_mono(), .waited = waited};
    gate_ls_moved(q);
    gate_ls_tick(g);
}

void gate_ls_ask_tick(struct gate_ls *g)
{
    for (size_t i = g->asks.n; i-- > 0;) {
        const struct ls_ask *ask = &g->asks.at[i];
        bool over = gate_ls_overdue(&ask->request);

        if (!over && clock_mono().us < ask->asked.us + ASK_US)
            continue;
        gate_ls_refuse(g, &ask->request, over ? 413 : 502, over ? "the Timelimit is over" : NOBODY_SAYS);
        drop(g, i);
    }
}

bool gate_ls_auth(struct gate_ls *g, uint64_t serial, const struct api_answer *x)
{
    struct str name;

    if (!(serial & GATE_LS_SERIAL))
        return false;
    for (size_t i = 0; i < g->asks.n; i++) {
        struct ls_ask ask = g->asks.at[i];

        if (ask.serial != serial)
            continue;
        gate_ls_moved(&g->asks.at[i].request);
        drop(g, i);
        if (livestatus_user(buf_str(&ask.request.text), clock_wall(), &name) &&
            livestatus_who_said(g->api, name, x, &ask.request.eyes)) {
            gate_ls_judged(g, &ask.request, STR_NULL, ask.waited);
        } else {
            gate_ls_refuse(g, &ask.request, 502, NOBODY_SAYS);
            gate_ls_forget(g, &ask.request);
        }
        break;
    }
    return true;
}

void gate_ls_auth_lost(struct gate_ls *g)
{
    while (g->asks.n) {
        gate_ls_refuse(g, &g->asks.at[g->asks.n - 1].request, 502, NOBODY_SAYS);
        drop(g, g->asks.n - 1);
    }
}

void gate_ls_ask_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->asks.n; i-- > 0;) {
        if (!id || g->asks.at[i].request.id == id)
            drop(g, i);
    }
}
