/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine, its configuration. A snapshot comes from the parent, the identities of its checks from the store, in either order; a reload begins when both are here, since
 * state goes over by identity. Until then the engine works on with the old one, which it has mapped for itself.
 */
#include "role/engine_in.h"

#include "base/log.h"
#include "os/mem.h"

#include <unistd.h>

static void drop(struct engine_conf *c)
{
    mem_unmap(c->base, c->len);
    *c = (struct engine_conf){.base = NULL};
}

static void take(struct engine_conf *c, const struct role_snapshot *s)
{
    struct err err = ERR_INIT;

    drop(c);
    c->generation = s->generation;
    if (mem_map_ro(s->public_fd, &c->base, &c->len, &err) < 0 ||
        model_open(&c->model, c->base, c->len, &err) < 0)
        log_fatal("the configuration cannot be used: %s", err.text);
    mem_populate_ro(c->base, c->len);
}

static void new_world(struct engine *e)
{
    struct world_options o = {.epoch = e->role->epoch, .pid = (uint32_t)getpid(), .version = BUILD_VERSION};

    engine_doing_world(e, &o);
    e->world = world_new(&o);
    engine_doing_leave_out(e);
    world_set_model(e->world, &e->conf[e->current].model, e->conf[e->current].generation, engine_now());
}

static bool has_identities(const struct engine *e, const struct engine_conf *c)
{
    return c->base && e->oids.base && e->oids.generation == c->generation &&
           e->oids.len / sizeof(uint64_t) >= c->model.n_check;
}

static void reload(struct engine *e)
{
    unsigned old = e->current;

    e->current = !old;
    e->prepared = false;
    world_reload(e->world, &e->conf[e->current].model, e->conf[e->current].generation, e->oids.base,
                 engine_now());
    drop(&e->conf[old]);
    engine_new_board(e); /* first: the old one has no place for new checks */
    engine_carry_out(e);
    engine_step(e, &(struct world_event){.kind = WORLD_TICK});
}

static void prepare(void *user);

static void plan_prepare(struct engine *e)
{
    if (e->preparing || e->prepared)
        return;
    e->preparing = true;
    loop_later(e->role->loop, prepare, e);
}

/* A piece of the memory that the reload will need; the rest after other work had its turn. */
static void prepare(void *user)
{
    struct engine *e = user;
    const struct engine_conf *next = &e->conf[!e->current];

    e->preparing = false;
    if (!e->world || !e->loaded || !next->base)
        return;
    if (!world_prepare(e->world, next->model.n_check) || !engine_prepare_board_piece(e)) {
        plan_prepare(e);
        return;
    }
    e->prepared = true;
    engine_conf_go_on(e);
}

void engine_conf_go_on(struct engine *e)
{
    const struct engine_conf *now = &e->conf[e->current], *next = &e->conf[!e->current];

    if (!e->world)
        return;
    if (has_identities(e, next)) {
        if (e->loaded && e->prepared)
            reload(e);
        else if (e->loaded)
            plan_prepare(e);
        else if (!e->have_oids) { /* nothing is known yet: begin with this one */
            world_free(e->world);
            drop(&e->conf[e->current]);
            e->current = !e->current;
            new_world(e);
        } /* else: after the start */
        now = &e->conf[e->current];
    }
    if (has_identities(e, now) && !e->have_oids)
        e->have_oids = world_set_oids(e->world, now->generation, e->oids.base, now->model.n_check);
}

void engine_conf_load_anew(struct engine *e)
{
    if (!e->world || e->loaded)
        return;
    world_free(e->world);
    new_world(e);
    e->have_oids = false;
    engine_conf_go_on(e);
}

void engine_conf_snapshot(struct engine *e, const struct role_snapshot *now)
{
    if (e->world) {
        take(&e->conf[!e->current], now); /* in the place of one that still waits */
        engine_prepare_board(e, &e->conf[!e->current]);
        e->prepared = false;
        plan_prepare(e);
    } else {
        take(&e->conf[e->current], now);
        new_world(e);
        engine_prepare_board(e, &e->conf[e->current]); /* while the store looks for the record */
        while (!engine_prepare_board_piece(e))
            ;
    }
    engine_conf_go_on(e);
}

void engine_conf_oids(struct engine *e, uint64_t generation, int fd)
{
    if (!e->world)
        return; /* ended already */
    drop(&e->oids);
    e->oids.generation = generation;
    if (mem_map_ro(fd, &e->oids.base, &e->oids.len, NULL) < 0)
        log_fatal("the store sent identities without their memory");
    engine_conf_go_on(e);
}

void engine_conf_release(struct engine *e)
{
    drop(&e->conf[0]);
    drop(&e->conf[1]);
    drop(&e->oids);
}
