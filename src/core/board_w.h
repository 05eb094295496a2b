/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The writing side of the board (core/board.h): one writer, the engine. What the writer needs to remember
 * (free text blocks, which slot holds which id) is in its own memory, never in the shared segment. When the
 * texts no longer fit, long output and perfdata are left out and board_w_full() says so; the engine then
 * makes a bigger segment and copies its world into it.
 */
#include "core/board.h"
#include "base/map.h"

#define BOARD_CLASSES 28

struct board_shape {
    uint64_t generation;
    uint32_t n_checks, n_hosts, n_contacts;
    uint64_t arena_size;
};

struct board_w {
    struct board_header *h;
    size_t len;
    uint64_t arena_top;
    VEC(uint64_t) free_block[BOARD_CLASSES];
    struct map comment_slot, downtime_slot; /* id -> slot */
    VEC(uint32_t) comment_free, downtime_free;
    bool full;
};

/* The arena that a world of that many checks should begin with. */
uint64_t board_arena_size(uint32_t n_checks);
size_t board_bytes(const struct board_shape *s);
/* mem: zeroed, board_bytes() long, stays the caller's. */
void board_w_init(struct board_w *w, void *mem, size_t len, const struct board_shape *s);
void board_w_release(struct board_w *w);
bool board_w_full(const struct board_w *w);
/* seq, change and the text fields of the given record are set by these functions. */
void board_put_check(struct board_w *w, uint32_t idx, const struct board_check *c, struct str output,
                     struct str long_output, struct str perfdata, struct str over);
void board_put_contact(struct board_w *w, uint32_t idx, const struct board_contact *c, struct str over);
/* New or changed, by id. False: the table is full. */
bool board_put_comment(struct board_w *w, const struct board_comment *c, struct str author, struct str text);
bool board_put_downtime(struct board_w *w, const struct board_downtime *d, struct str author,
                        struct str text);
void board_del_comment(struct board_w *w, uint64_t id);
void board_del_downtime(struct board_w *w, uint64_t id);
void board_put_program(struct board_w *w, const struct board_program *p);
