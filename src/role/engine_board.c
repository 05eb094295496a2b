/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine, its board: made for each configuration, and filled a piece at a time while checks go on, because all of it at once would hold them up for
 * tens of milliseconds. The gate has the old one until the new one is whole.
 */
#include "role/engine_in.h"

#include "base/log.h"
#include "os/mem.h"

#include <unistd.h>

enum { PIECE = 2000, MEMORY_PIECE = 1024 * 1024 };

static void publish(struct engine *e)
{
    msg_must(msg_put_board(&e->frame, &(struct msg_board){.generation = e->conf[e->current].generation}));
    role_send_parent(e->role, &e->frame, e->board_fd);
    buf_clear(&e->frame);
    close(e->board_fd);
    e->board_fd = -1;
}

/* False: nothing is left to do. */
static bool fill(struct engine *e)
{
    if (!e->board_mem || e->board_fd < 0)
        return false;
    e->board_next = world_show_new(e->world, &e->board, e->board_next, PIECE);
    if (e->board_next != MODEL_NONE)
        return true;
    publish(e);
    return false;
}

static void fill_piece(void *user)
{
    struct engine *e = user;

    e->board_planned = fill(e);
    if (e->board_planned)
        loop_later(e->role->loop, fill_piece, e);
}

void engine_finish_board(struct engine *e)
{
    while (fill(e))
        ;
}

static void release(struct engine_board *b)
{
    if (!b->mem)
        return;
    mem_unmap(b->mem, b->len);
    if (b->fd >= 0)
        close(b->fd);
    *b = (struct engine_board){.mem = NULL, .fd = -1};
}

void engine_release_board(struct engine *e)
{
    if (e->board_mem)
        board_w_release(&e->board);
    release(&(struct engine_board){e->board_mem, e->board_len, e->board_fd, {0}});
    e->board_mem = NULL;
    e->board_fd = -1;
    release(&e->spare);
}

static struct board_shape shape_of(const struct engine *e, const struct engine_conf *c)
{
    return (struct board_shape){.generation = c->generation,
                                .n_checks = c->model.n_check,
                                .n_hosts = c->model.n_hosts,
                                .n_contacts = c->model.n_contact,
                                .arena_size = MAX(e->arena_size, board_arena_size(c->model.n_check))};
}

static struct engine_board make(const struct board_shape *shape)
{
    struct engine_board b = {.shape = *shape, .len = board_bytes(shape)};
    struct err err = ERR_INIT;

    if (mem_segment("vigie-board", b.len, &b.fd, &err) < 0 || mem_map_rw(b.fd, b.len, &b.mem, &err) < 0 ||
        mem_seal_for_readers(b.fd, &err) < 0)
        log_fatal("no memory for the board: %s", err.text);
    return b;
}

void engine_prepare_board(struct engine *e, const struct engine_conf *c)
{
    struct board_shape shape = shape_of(e, c);

    release(&e->spare);
    e->spare = make(&shape);
    e->spare_there = 0;
}

bool engine_prepare_board_piece(struct engine *e)
{
    size_t all = e->spare.mem ? e->spare.shape.n_checks * sizeof(struct board_check) : 0, n;

    if (e->spare_there >= all)
        return true;
    n = MIN(all - e->spare_there, (size_t)MEMORY_PIECE);
    mem_populate((char *)e->spare.mem + e->spare_there, n);
    e->spare_there += n;
    return e->spare_there >= all;
}

static bool is_same_shape(const struct board_shape *a, const struct board_shape *b)
{
    return a->generation == b->generation && a->n_checks == b->n_checks && a->n_hosts == b->n_hosts &&
           a->n_contacts == b->n_contacts && a->arena_size == b->arena_size;
}

void engine_new_board(struct engine *e)
{
    struct board_shape shape = shape_of(e, &e->conf[e->current]);
    struct engine_board b;

    if (e->spare.mem && is_same_shape(&e->spare.shape, &shape)) {
        b = e->spare;
        e->spare = (struct engine_board){.mem = NULL};
    } else {
        b = make(&shape);
    }
    engine_release_board(e);
    e->arena_size = shape.arena_size;
    e->board_mem = b.mem;
    e->board_fd = b.fd;
    e->board_len = b.len;
    board_w_init(&e->board, b.mem, b.len, &shape);
    e->board_next = 0;
    if (!e->board_planned)
        fill_piece(e);
}
