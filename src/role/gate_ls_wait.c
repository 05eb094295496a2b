/* SPDX-License-Identifier: Apache-2.0 */
/* Livestatus requests that wait for something to happen. */
#include "base/limits.h"
#include "os/clock.h"
#include "role/gate_ls.h"

enum { LOOKS = 40 }; /* after a trigger: for a second, what was counted is shown by then */

#define TICK_BUSY_US (5 * TIME_MS) /* of the processor, for looking at conditions in one round */

static void drop(struct gate_ls *g, size_t i)
{
    gate_ls_forget(g, &g->waits.at[i]->request);
    mem_free(g->waits.at[i]);
    VEC_SWAP_REMOVE(&g->waits, i);
}

bool gate_ls_wait(struct gate_ls *g, struct ls_request *q)
{
    struct ls_clock clock = {.began = q->began};
    struct livestatus_world world = gate_ls_world(g, &clock, &q->eyes);
    struct livestatus_wait wait;
    struct ls_wait *w;

    if (!livestatus_wait_begins(&world, buf_str(&q->text), &wait))
        return false;
    if (g->waits.n >= LIMIT_LS_WAITS) {
        gate_ls_refuse(g, q, 502, "too many clients wait; ask again");
        return true;
    }
    w = mem_zalloc(sizeof(*w));
    w->request = *q;
    gate_ls_moved(q);
    w->triggers = wait.triggers;
    if (wait.timeout_us)
        w->until.us = q->began.us + wait.timeout_us;
    livestatus_pulse_read(world.b, &w->pulse);
    *VEC_ADD(&g->waits) = w;
    gate_ls_tick(g);
    return true;
}

static void end(struct gate_ls *g, size_t i)
{
    struct ls_request q = g->waits.at[i]->request;

    gate_ls_moved(&g->waits.at[i]->request);
    drop(g, i);
    gate_ls_judge(g, &q, STR_NULL, true); /* anew: it may have waited for hours */
}

/* Is it to be answered now? */
static bool is_over(struct gate_ls *g, struct ls_wait *w, const struct livestatus_pulse *now)
{
    struct ls_clock clock = {.began = w->request.began};
    struct livestatus_world world = gate_ls_world(g, &clock, &w->request.eyes);
    bool look = w->armed > 0;

    if (livestatus_pulse_since(&w->pulse, now) & w->triggers)
        w->armed = LOOKS;
    else if (w->armed)
        w->armed--;
    w->pulse = *now;
    if ((w->until.us && clock_mono().us >= w->until.us) || gate_ls_is_stale(g, &w->request))
        return true;
    return look && livestatus_wait_ends(&world, buf_str(&w->request.text));
}

/* Each in turn; who is not reached in this round is the first of the next. */
void gate_ls_wait_tick(struct gate_ls *g)
{
    struct livestatus_pulse now;
    int64_t began = clock_busy_us();
    size_t n = g->waits.n;

    if (!n || !g->api->ready)
        return;
    livestatus_pulse_read(&g->api->board, &now);
    for (size_t i = 0; i < n && clock_busy_us() < began + TICK_BUSY_US; i++) {
        struct ls_wait *first = g->waits.at[0];
        bool over = is_over(g, first, &now);

        memmove(&g->waits.at[0], &g->waits.at[1], (g->waits.n - 1) * sizeof(g->waits.at[0]));
        g->waits.at[g->waits.n - 1] = first;
        if (over)
            end(g, g->waits.n - 1);
    }
}

void gate_ls_wait_gone(struct gate_ls *g, uint64_t id)
{
    for (size_t i = g->waits.n; i-- > 0;) {
        if (!id || g->waits.at[i]->request.id == id)
            drop(g, i);
    }
}
