/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Commands that are for many things, and those that came behind them. Such a command is done in parts, one with each tick of the world, between which checks, results and
 * notifications go on; how much a part is depends on what came out of it, never on a clock. Commands behind it wait in their order; a passive result waits only if a command before it may
 * concern its check, or all.
 *
 * All of it stands in the record: that a command was taken (COMMAND_WAITS), each part with what it was done to (COMMAND_PART), that it is over (COMMAND_END). A part and what it did are one step
 * and fit into one message to the store, so an engine that is started again, with whatever configuration, goes on with the rest, and does nothing twice; a replay does the same parts at
 * the same moments.
 */
#include "base/vec.h"
#include "core/excmd_list.h"

struct excmd_entry {
    uint64_t id, source, token;
    char *line, *who; /* owned */
    size_t line_n, who_n;
    uint32_t check; /* it waits, and concerns this one only; MODEL_NONE: perhaps any */
    bool begun;
    unsigned refused; /* things to which it could not be done */
    char *why;        /* of the last thing for which it was refused; owned; NULL: none was */
    uint64_t ref; /* of checks: struct excmd; of others: what has this number or a higher one came later */
    enum excmd_of of;       /* begun: what it is for */
    struct excmd_list list; /* and all of that; UINT64_MAX: done already */
    struct excmd_list done; /* as recorded */
    size_t at;              /* of list */
};

struct excmd_queue {
    VEC(struct excmd_entry) all; /* the first one may have begun */
    size_t first;                /* of all; those before are over */
    size_t bytes;                /* of their texts */
    uint32_t *concerned;         /* by check: by how much of what is not done yet; NULL: the queue is empty */
    unsigned wide;               /* how many wait that may concern any check */
    uint64_t last_id;
    uint64_t flushed; /* up to this one those that have not begun are refused */
    uint64_t doubted; /* loaded: up to this one it is not known what was done */
    bool held;        /* world_hold_commands */
    VEC(uint64_t) left_out;
};

/* What could end the process, while it is done. */
struct world_doing {
    uint64_t id;    /* the number of a command that waited, or is in parts; 0: none */
    uint64_t done;  /* things that it was done to before */
    uint64_t check; /* the identity of a check that is begun; 0: none */
};

bool excmd_queue_is_empty(const struct world *w);
/* Must this one wait? c: read already. */
bool excmd_queue_holds(const struct world *w, const struct excmd *c);
/* Behind all others. E_LIMIT: too much waits. */
int excmd_queue_add(struct world *w, const struct excmd *c, const struct excmd_order *o, struct err *err);
/* Does c with these things, which it takes: at once if they are few, else the first part of them. EXCMD_LATER: there are more. e: c waited as the first of the queue; NULL: it did not. */
enum { EXCMD_LATER = 1 };
int excmd_queue_begin(struct world *w, struct excmd *c, const struct excmd_order *o, struct excmd_entry *e,
                      struct excmd_list *things, struct err *err);
/* What began as the first of the queue, not having waited, is over already. */
void excmd_queue_over(struct world *w);
/* What a tick does: the next part, or the next commands. */
void excmd_queue_step(struct world *w);
/* Would it do anything? */
bool excmd_queue_wants(const struct world *w);

/* The command of that number, from the record or to come, is refused when it is its turn: engines before this one ended while they did it (world_options.doing). */
void excmd_queue_leave_out(struct world *w, uint64_t id);

/* From the record, when it is loaded. */
struct record_command_waits;
struct record_command_part;
struct record_command_end;
void excmd_queue_restore(struct world *w, const struct record_command_waits *r);
void excmd_queue_restore_part(struct world *w, const struct record_command_part *r);
void excmd_queue_restore_end(struct world *w, const struct record_command_end *r);
void excmd_queue_after_load(struct world *w);
bool excmd_queue_put(const struct world *w, struct wall at, uint64_t *next, size_t most,
                     struct buf *out); /* as note_put_comments */
/* Another configuration: to: by former check its present index. n: how many there were. */
void excmd_queue_carry(struct world *w, const uint32_t *to, uint32_t n);
void excmd_queue_release(struct world *w);

/* From the record, when it is done again: a command in parts begins; one of its parts. */
struct record_command;
void excmd_queue_again(struct world *w, const struct record_command *r);
void excmd_queue_part_again(struct world *w, const struct record_command_part *r);
