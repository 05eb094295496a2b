/* SPDX-License-Identifier: Apache-2.0 */
/* Results that the gate sends, many in one message: taken a piece at a time, answered when all of them are on disk, with those that were refused. */
#include "core/passive.h"
#include "role/engine_in.h"

#define ROWS_A_STEP                                                                                          \
    64u /* what one step does becomes one look at clocks, board and queue, and stays far below 10 ms */

struct engine_results { /* that wait for the store */
    struct buf refused;
};

void engine_results_refused(struct engine *e, uint64_t row, struct str why)
{
    passive_refuse(&e->refused, &(struct passive_refusal){row, why});
}

void engine_results_answer(struct engine *e, const struct engine_done *d, struct str error)
{
    struct peer *p = role_peer(e->role, d->to, d->instance);

    if (p && msg_put_results_done(
                 &e->frame, &(struct msg_results_done){
                                .id = d->id, .refused = buf_str(&d->results->refused), .error = error}) == 0)
        role_send(p, &e->frame, -1);
    buf_clear(&e->frame);
}

void engine_results_release(struct engine_done *d)
{
    if (d->results)
        buf_release(&d->results->refused);
    mem_free(d->results);
    d->results = NULL;
}

/* Takes them, or only looks. */
static void step(struct engine *e, const struct msg_results *m, bool look)
{
    struct str rest = m->rows;

    while (rest.n) {
        struct world_event ev = {.kind = WORLD_PASSIVE, .text = passive_cut(&rest, ROWS_A_STEP), .ok = look};

        ev.command.who = m->who;
        engine_step(e, &ev);
    }
}

void engine_results_message(struct role *r, struct peer *p, const struct msg *m)
{
    struct engine *e = r->self;
    const struct msg_results *x = &m->u.results;
    struct engine_done d = {.to = p->id, .instance = p->instance, .id = x->id};

    buf_clear(&e->refused);
    if (x->all)
        step(e, x, true);
    if (!e->refused.len)
        step(e, x, false);
    d.seq = e->world ? world_next_seq(e->world) - 1 : 0;
    d.results = mem_zalloc(sizeof(*d.results));
    d.results->refused = e->refused; /* given away */
    buf_init(&e->refused);
    if (e->stored >= d.seq) {
        engine_results_answer(e, &d, STR_NULL);
        engine_results_release(&d);
    } else {
        *VEC_ADD(&e->answers) = d;
    }
}
