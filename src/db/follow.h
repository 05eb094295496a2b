/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How the history catches up with the journal: records are read again from where it is. The caller takes turns with it, so that new records never wait long; many turns are one
 * transaction, because a page of the database is then written once for many events: in a history of six million events of 11,000 objects, 200,000 more change 68,000 pages,
 * 500,000 more 91,000. It is committed in parts (history_part), between which SQLite's log goes into the file, so that neither the log nor that is long. Until it is done the
 * history's transaction may be open, and nobody else writes to it. A transaction that fails or is lost in a crash is read again.
 *
 * What the disk does not give is tried again: the turn says so (why), and whoever takes the turns waits a moment. After FOLLOW_TRIES it is stepped over and named in the log.
 */
#include "db/history.h"
#include "db/journal.h"

#define FOLLOW_EVENTS  500000u  /* of one transaction; what db/book.h keeps of them takes up to 64 MiB */
#define FOLLOW_RECORDS 5000000u /* of one transaction, when few are events */
#define FOLLOW_PART                                                                                          \
    2000u /* pages of the log (8 MiB; twice as much waits in memory), after which a part of a transaction is committed */
#define FOLLOW_TRIES 5 /* of a place that cannot be read */

struct follow {
    struct history *h;
    const struct journal *j;
    /* A SNAPSHOT: to be answered by history_watch. */
    int (*watch)(void *user, const struct segment_record *r);
    void *user;

    struct journal_stand stand; /* behind the record with number `to` */
    /* In this transaction: the number reached; whether the journal's end was, and what it had then. */
    uint64_t to, stored;
    bool all;
    unsigned events, records;     /* so far */
    unsigned most;                /* events of a transaction: few after a failure */
    unsigned part;                /* FOLLOW_PART; 0: as often as may be. For tests */
    bool in_parts;                /* a part of it was committed, and no other is open */
    bool writing;                 /* all that belongs to it was read */
    unsigned tries;               /* that failed to read what comes next */
    char why[256];                /* the last turn could not read on; empty: it could */
    struct journal_damage damage; /* that was met */
};

void follow_init(struct follow *f, struct history *h, const struct journal *j,
                 int (*watch)(void *user, const struct segment_record *r), void *user);
/* Works for about turn_us. 1: there is more (at once, or, if f->why says so, perhaps in a moment), 0: the history has all that the journal has, E_*: the transaction is gone. */
int follow_turn(struct follow *f, int64_t turn_us);
