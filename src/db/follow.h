/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How the history catches up with the journal: records are read again from where it is. The caller takes turns with it, so that new records never wait long; many turns are one
 * transaction, because a page of the database is then written once for many events: in a history of six million events of 11,000 objects, 200,000 more change 68,000 pages,
 * 500,000 more 91,000. Until it is done the history's transaction may be open, and nobody else writes to it. A transaction that fails or is lost in a crash is read again.
 */
#include "db/history.h"
#include "db/journal.h"

#define FOLLOW_EVENTS  500000u  /* of one transaction; what db/book.h keeps of them takes up to 64 MiB */
#define FOLLOW_RECORDS 5000000u /* of one transaction, when few are events */

struct follow {
    struct history *h;
    const struct journal *j;
    /* A SNAPSHOT: to be answered by history_watch. */
    int (*watch)(void *user, const struct segment_record *r);
    void *user;

    struct journal_stand stand; /* behind the record with number `to` */
    /* In this transaction: the number reached; what the journal had when its end was reached, else 0. */
    uint64_t to, stored;
    unsigned events, records; /* so far */
    unsigned most;            /* events of a transaction: few after a failure */
    bool writing;             /* all that belongs to it was read */
};

void follow_init(struct follow *f, struct history *h, const struct journal *j,
                 int (*watch)(void *user, const struct segment_record *r), void *user);
/* Works for about turn_us. 1: there is more, 0: the history has all that the journal has, E_*: the transaction is gone. */
int follow_turn(struct follow *f, int64_t turn_us);
