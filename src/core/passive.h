/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Results that are sent in, many at once (messages RESULTS and RESULTS_DONE): how they are coded between gate and engine, and what the world does with them. Each is taken as
 * one of the command file would be (core/result.h: result_passive), with its own place in the record; what cannot be taken is refused with its row, and the others are.
 */
#include "core/world.h"

struct passive_row {
    uint64_t row; /* by which a refusal names it */
    uint64_t oid, code;
    struct wall said;   /* when it was, as its sender says; 0: now */
    struct str output;  /* as a plugin writes it */
    struct str through; /* the program that sends it; empty: it says none */
};

/* One behind the other; what is read borrows. passive_next: 1, 0 at the end, E_FORMAT. */
void passive_put(struct buf *b, const struct passive_row *r);
int passive_next(struct str *rest, struct passive_row *r);
/* So many whole rows from the front, at most. Damaged ones are left out, with all behind them. */
struct str passive_cut(struct str *rest, size_t most);

struct passive_refusal {
    uint64_t row;
    struct str why;
};
void passive_refuse(struct buf *b, const struct passive_refusal *r);
int passive_refused(struct str *rest, struct passive_refusal *r);

/* A WORLD_PASSIVE: text the rows, command.who from whom; ok: they are looked at and nothing is done. WORLD_REFUSED for each that is not taken, or would not be. */
void passive_take(struct world *w, const struct world_event *e);
