/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine, its board: made for each configuration, and filled a piece at a time while checks go on, because all of it at once would hold them up for
 * tens of milliseconds. The gate has the old one until the new one is whole.
 */
#include "role/engine_in.h"

#include "base/log.h"
#include "os/mem.h"

#include <unistd.h>

enum { PIECE = 2000 };

static void publish(struct engine *e)
{
    msg_put_board(&e->frame, &(struct msg_board){.generation = e->conf[e->current].generation});
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

void engine_release_board(struct engine *e)
{
    if (!e->board_mem)
        return;
    board_w_release(&e->board);
    mem_unmap(e->board_mem, e->board_len);
    e->board_mem = NULL;
    if (e->board_fd >= 0)
        close(e->board_fd);
    e->board_fd = -1;
}

void engine_new_board(struct engine *e)
{
    const struct model *m = &e->conf[e->current].model;
    struct board_shape shape = {.generation = e->conf[e->current].generation,
                                .n_checks = m->n_check,
                                .n_hosts = m->n_hosts,
                                .n_contacts = m->n_contact};
    struct err err = ERR_INIT;
    void *base;
    int fd;

    shape.arena_size = e->arena_size = MAX(e->arena_size, board_arena_size(m->n_check));
    if (mem_segment("vigie-board", board_bytes(&shape), &fd, &err) < 0 ||
        mem_map_rw(fd, board_bytes(&shape), &base, &err) < 0 || mem_seal_for_readers(fd, &err) < 0)
        log_fatal("no memory for the board: %s", err.text);
    mem_populate(base, m->n_check * sizeof(struct board_check));
    engine_release_board(e);
    e->board_mem = base;
    e->board_fd = fd;
    e->board_len = board_bytes(&shape);
    board_w_init(&e->board, base, e->board_len, &shape);
    e->board_next = 0;
    if (!e->board_planned)
        fill_piece(e);
}
