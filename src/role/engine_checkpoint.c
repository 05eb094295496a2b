/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine, the checkpoint that the store wants for each of its segments: made and sent a piece at a time while checks go on, because all of it at once would hold them up for tens of
 * milliseconds. All of it has one name, the number of the last record when it was begun. While the store does not take what waits already, the next piece waits.
 */
#include "base/limits.h"
#include "base/log.h"
#include "core/record.h"
#include "role/engine_in.h"
#include "wire/link.h"

#define QUEUED_MOST                                                                                          \
    (LIMIT_QUEUE / 2) /* bytes on their way to the store; the link calls when they are nearly gone */

static void piece(void *user);

static void plan(struct engine *e)
{
    if (e->checkpoint.planned)
        return;
    e->checkpoint.planned = true;
    loop_later(e->role->loop, piece, e);
}

void engine_checkpoint_stop(struct engine *e)
{
    if (e->world)
        world_checkpoint_stop(e->world);
    e->checkpoint.on = false;
}

/* False: the store's queue is full. */
static bool send(struct engine *e, struct peer *store, struct str records)
{
    uint64_t n;

    while (records.n) {
        struct msg_checkpoint m = {.last = e->checkpoint.name};
        int r;

        m.records = record_take(&records, ENGINE_PIECE, &n);
        if (!engine_fits(m.records))
            continue;
        r = msg_put_checkpoint(&e->frame, &m);
        BUG_ON(r < 0);
        r = role_send(store, &e->frame, -1);
        buf_clear(&e->frame);
        if (r < 0)
            return false;
    }
    return true;
}

/* What was recorded goes before it: the last piece says up to which number all is in it. */
static void piece(void *user)
{
    struct engine *e = user;
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);
    struct buf out = BUF_INIT;
    bool over;

    e->checkpoint.planned = false;
    if (!e->checkpoint.on || !store || link_queued(store->link) > QUEUED_MOST)
        return;
    if (!world_checkpoint_on(e->world)) {
        log_warn("a checkpoint was given up: the store does not keep up; it is made anew later");
        e->checkpoint.on = false;
        return;
    }
    engine_flush(e);
    if (e->queue.handed < e->queue.batch.n)
        return; /* and goes on when they are */
    over = world_checkpoint_part(e->world, engine_now(), &out);
    if (!send(e, store, buf_str(&out))) {
        log_warn("a checkpoint could not be sent: the store's queue is full");
        engine_checkpoint_stop(e);
    } else if (over) {
        e->checkpoint.on = false;
    } else {
        plan(e);
    }
    buf_release(&out);
}

void engine_checkpoint_go_on(struct engine *e)
{
    if (e->checkpoint.on)
        plan(e);
}

void engine_checkpoint(struct engine *e)
{
    engine_flush(e);
    e->checkpoint.on = true;
    e->checkpoint.name = world_next_seq(e->world) - 1;
    world_checkpoint_begin(e->world);
    plan(e);
}
