/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How the series store, and bounds.db beside it, follow the journal: the performance data of each RESULT become measurements, and what is said beside them rows of bounds.db. Live records come by
 * series_follow_batch when they are on disk; what came before, after a start or while the store had failed, is read from the journal again in turns (series_follow_turn), from the number behind
 * which the store's head says it stands, or that of bounds.db, if that is less: then only what was said is taken.
 *
 * The time of a measurement is the moment at which its check began, down to the millisecond. Results that are no output of a plugin (timed out, not started, lost) bring none: a gap.
 *
 * Whoever follows calls series_follow_commit now and then: what was not committed is read from the journal once more after a start.
 */
#include "core/output.h"
#include "db/journal.h"
#include "db/series_feed.h"

struct series_follow {
    struct series *s;
    struct bounds *bounds; /* NULL: what is said is not kept */
    const struct journal *j;
    struct journal_stand stand; /* in the journal, behind the record with number `to` */
    uint64_t to;                /* all up to this number was put in */
    uint64_t had;               /* measurements up to this number were in the store before */
    bool behind;                /* the journal has more: turns are to be taken before batches count */
    unsigned tries;             /* that failed to read what comes next */
    uint64_t results;           /* that were looked at */
    struct series_feed feed;
    struct buf words; /* said, and not in bounds.db yet */
    size_t words_at;  /* so much of it is */
};

/* s is open, and stands at s->applied; so is bounds, if it is not NULL. What was counted in f->feed before stays if f was used before, else f is zeroed memory. */
void series_follow_init(struct series_follow *f, struct series *s, struct bounds *bounds,
                        const struct journal *j);
void series_follow_release(struct series_follow *f);
/* Works for about turn_us. 1: there is more; 0: all that the journal has is in the store; E_IO: the store has failed, or the journal cannot be read now. */
int series_follow_turn(struct series_follow *f, int64_t turn_us, struct wall now);
/* A batch that is on disk (journal.done). While it is behind, batches are passed over: turns bring them. E_IO: the store has failed. */
int series_follow_batch(struct series_follow *f, const struct buf *batch, struct wall now);
/* A batch that takes too long to be looked at now: turns bring it. */
void series_follow_later(struct series_follow *f);
/* Puts what was said into bounds.db, for about turn_us. 1: there is more; 0: nothing waits; E_*. */
int series_follow_words(struct series_follow *f, int64_t turn_us);
/* All up to f->to is on disk, in both. */
int series_follow_commit(struct series_follow *f, struct wall now);
/* The same in steps of some milliseconds: 1: there is more to do; 0: what was put in before the first of the steps is on disk. */
int series_follow_commit_step(struct series_follow *f, struct wall now);
