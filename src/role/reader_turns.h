/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Whose turn it is among the reader's questions, and how long it may take. Pure: what time it is comes in.
 *
 * One that takes long lets those in that are of a lower rank. What it reads is of one moment, which the database's log has to keep until it ends: so one that is let in gets half of what is left to the
 * one that it interrupts, and where that is too little it waits until that is over. A brief one does not wait, it gets that little. None goes on when nobody waits for its answer any more.
 */
#include "base/time.h"
#include "base/vec.h"

enum reader_rank {
    READER_BRIEF,  /* of history: a page, or few objects */
    READER_LONG,   /* of history: all others */
    READER_SERIES, /* measurements */
    READER_RANKS,
};

#define READER_WAITING_MOST 1000u        /* questions in memory; who asks more is refused */
#define READER_LEAST_US     (5 * TIME_S) /* for one that is let in */

struct reader_turn { /* of one question; the owner's */
    enum reader_rank rank;
    struct mono until;         /* from then on nobody waits for its answer */
    struct mono deadline;      /* it is given up then; known when it begins */
    struct reader_turn *outer; /* while it is under way: the one that let it in; NULL: none */
};

struct reader_turns {
    VEC(struct reader_turn *) waiting; /* in the order in which they came */
    struct reader_turn *now;           /* the one under way that none interrupts; NULL: none */
};

/* It came now, and waits from here on. False: too many do. */
bool reader_turns_add(struct reader_turns *t, struct reader_turn *q, struct mono now);
/* The next one that may begin, which is under way from here on; NULL: none. Its deadline may be over: nobody waits for it. */
struct reader_turn *reader_turns_begin(struct reader_turns *t, struct mono now);
/* The one that began last is over. */
void reader_turns_end(struct reader_turns *t);
