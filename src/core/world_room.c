/* SPDX-License-Identifier: Apache-2.0 */
/* A new page costs more than what a reload does with it, so it is to be there before. */
#include "core/world_room.h"

#include "core/world_in.h"

#include <string.h>

#define PIECE ((size_t)1024 * 1024)

static size_t room_bytes(uint32_t n)
{
    return ((size_t)n + 1) * sizeof(struct state);
}

static void make_blank(struct world_room *r, size_t to)
{
    memset((char *)r->st + r->blank, 0, to - r->blank);
    r->blank = to;
}

bool world_prepare(struct world *w, uint32_t n_check)
{
    struct world_room *r = &w->room;

    if (!r->st || r->n != n_check) {
        mem_free(r->st);
        *r = (struct world_room){.st = mem_alloc(room_bytes(n_check)), .n = n_check};
    }
    make_blank(r, MIN(r->blank + PIECE, room_bytes(n_check)));
    return r->blank == room_bytes(n_check);
}

struct state *world_take_room(struct world *w, uint32_t n)
{
    struct state *st;

    if (!w->room.st || w->room.n != n)
        return mem_calloc((size_t)n + 1, sizeof(*st));
    make_blank(&w->room, room_bytes(n));
    st = w->room.st;
    w->room = (struct world_room){.st = NULL};
    return st;
}
