/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What people write beside a state: comments, acknowledgements, scheduled downtimes. Ids are small counters from 1, of comments and of downtimes; a
 * downtime also writes a comment. Everything here stands on the wall clock.
 */
#include "core/world.h"

struct note_comment {
    uint32_t check;
    uint8_t entry_type; /* board_comment_type */
    bool external, persistent;
    int64_t expire_time; /* 0: never */
    struct str author, text;
};
uint64_t note_comment_add(struct world *w, const struct note_comment *c); /* 0: too many */
bool note_comment_del(struct world *w, uint64_t id);
/* All of a check; entry_type 0: of every kind; keep_persistent: only those that are not. */
void note_comments_del(struct world *w, uint32_t check, uint8_t entry_type, bool keep_persistent);

struct note_ack {
    bool sticky, notify, persistent;
    int64_t expires; /* wall; 0: never */
    struct str author, text;
};
void note_ack(struct world *w, uint32_t check, const struct note_ack *a);
void note_unack(struct world *w, uint32_t check);
/* The state changed: a normal acknowledgement ends with it, a sticky one with the problem. */
void note_ack_after(struct world *w, uint32_t check, bool changed);

/* Takes back at most so many acknowledgements whose time is over; the next such time, INT64_MAX: none. */
int64_t note_ack_time(struct world *w, unsigned most);
/* The checks are other ones: finds those with an acknowledgement that ends by itself. */
void note_ack_look(struct world *w);
/* The same in the caller's own pass over the checks. */
void note_ack_look_begin(struct world *w);
void note_ack_look_at(struct world *w, uint32_t check);

struct note_downtime {
    uint32_t check;
    int64_t start, end, duration_us;
    bool fixed, joins; /* joins: begins at once if its trigger has begun */
    uint64_t triggered_by;
    struct str author, text;
};
/* One with a trigger begins and ends with that one, at its own end at the latest. 0: too many. */
uint64_t note_downtime_add(struct world *w, const struct note_downtime *d);
void note_downtime_del(struct world *w, uint64_t id); /* it alone: whom it triggers is asked before */
/* Its newest one; 0: it has none. From there by `older`. */
uint64_t note_newest_downtime(const struct world *w, uint32_t check);
/* The checks are other ones, or all were loaded: who is whose. */
void note_index(struct world *w);
/* A fixed one ends at another time than was said. */
void note_downtime_move(struct world *w, uint64_t id, int64_t end);
/* The state changed, or became hard: flexible downtimes that wait for a problem begin if it is one. One that is there already when they are planned does not count. */
void note_flexible(struct world *w, uint32_t check);
/* It has one that waits, and now is within its time. */
bool note_flexible_waits(const struct world *w, uint32_t check);
/* Begins and ends what is due on the wall clock; w->next_wall is the next time to come. */
void note_time(struct world *w);
struct world_comment;
struct world_downtime;
const struct world_comment *note_comment_find(const struct world *w, uint64_t id); /* NULL: there is none */
const struct world_downtime *note_downtime_find(const struct world *w, uint64_t id);
bool note_downtime_of(const struct world *w, uint64_t id, uint32_t *check);

/* Its object is no longer configured: it ends, and nobody is told. */
void note_downtime_gone(struct world *w, uint64_t id);

/* At start and reload. */
struct record_comment;
struct record_downtime;
void note_comment_restore(struct world *w, const struct record_comment *r, uint32_t check);
void note_downtime_restore(struct world *w, const struct record_downtime *r, uint32_t check);
void note_comment_forget(struct world *w, uint64_t id);
void note_downtime_forget(struct world *w, uint64_t id);
void note_forget(struct world *w, uint32_t check); /* all of them */
void note_forget_all(struct world *w); /* of everything, and the record says so; before note_after_load */
/* Depths are counted from the downtimes; comments that do not outlive a restart go. */
void note_after_load(struct world *w);
/* For a checkpoint (core/checkpoint.c): from *next on, an id, until out has so many bytes. True: those were all. */
bool note_put_comments(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out);
/* At the end of each step: takes out what was deleted, when that is the greater part, so that one costs next to nothing. */
void note_tidy(struct world *w);
void note_take_out(struct world *w); /* now: behind it none is gone */
void note_release(struct world *w);
char *note_clean(struct str s); /* text from outside: valid UTF-8, one line, bounded; mem_free it */
