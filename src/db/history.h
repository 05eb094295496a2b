/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * history.db: what happened, for people. A projection of the journal's EVENT records: each transaction notes the number it reached (applied), so that after a crash it goes on
 * from there, and after loss it is redone from the journal. Written by store, read by reader.
 *
 * Questions (message QUERY) are those of db/past.h.
 * An event's row: {"id": "N", "time": RFC 3339, "oid": "N" (left out when of the whole program), "gone": true with its last "host" and "service" when that is configured no more, "kind": word, "state": number as in the record, "hard": bool, "attempt": number,
 *   "type": number, "ref": "N", and those of "text", "long_text", "contact", "author", "command" that are not empty}. Kinds: history_kind_name().
 */
#include "base/buf.h"
#include "core/record.h"
#include "db/book.h"
#include "db/doubt.h"
#include "db/scope.h"
#include "db/sql.h"

#define HISTORY_LIMIT_MAX 1000
#define HISTORY_KINDS     64u /* more than there are kinds of events */
#define HISTORY_CHUNK     (96u * 1024) /* an answer is handed out in pieces of about this size */

struct history {
    struct sql sql;
    struct book book;
    uint64_t applied;  /* all events up to this number are in */
    uint64_t held;     /* journal_held, as the owner says; meta.held_seq */
    int64_t alive;     /* when the record with that number was written; 0: not known */
    int64_t was_alive; /* the same at the begin of the transaction */
    struct doubt doubt, was_doubt;
    bool parts;  /* a transaction in parts did not come to its end: there may be rows above `applied` */
    bool whole;  /* the one under way cannot be divided any more */
    bool filled; /* the spans know the events of before there were spans */
    bool was_seeded;
    bool seeded; /* and what the journal's checkpoint knows */
    uint64_t trimmed_to;
    uint32_t site;
};

/* For writing. A damaged database is moved aside (PATH.damaged-TIME) and a new one begun: *moved says so. */
int history_open(struct history *h, const char *path, struct wall now, bool *moved, struct err *err);
int history_open_read(struct history *h, const char *path, struct err *err);
void history_close(struct history *h);

/* One transaction: begin, add.., end(applied). On an error the transaction is gone and applied is as before. */
int history_begin(struct history *h);
int history_add(struct history *h, uint64_t seq, struct wall at, const struct record_event *e);
int history_end(struct history *h, uint64_t applied);
/* A part of the work of history_end, for who cannot wait for all of it: about n rows. 1: there is more, 0: done. */
int history_write(struct history *h, size_t n);
void history_abandon(struct history *h); /* the transaction, if one is open */
/*
 * Between begin and end: what was added so far is committed, if that may be, without `applied`, so that the log stays short; history_resume, then more. 1: it was, 0: it may not be. Rows of events
 * have numbers, and adding one twice changes nothing; spans and gaps above `applied` are taken out by the next begin. Not divided is what a SNAPSHOT, or a clock that was set back, has changed.
 */
int history_part(struct history *h);
int history_resume(struct history *h);
/* In between, each record in its order: a record of any kind was written then; the configuration in force has these objects; and until seeded, what a state record says. */
void history_seen(struct history *h, struct wall at);
int history_watch(struct history *h, uint64_t seq, struct wall at, const uint64_t *oid, size_t n);
int history_seed(struct history *h, uint64_t seq, struct wall at, const struct record_state *r);
int history_seeded(struct history *h);
/* Makes spans of events that are in already, a slice in a transaction of its own, until h->filled. */
int history_fill(struct history *h);
/* As sql_hurry; and what is known of objects is kept from one transaction to the next. */
void history_hurry(struct history *h, bool on);
struct
    history_kept { /* from when on it is kept: what people and the program itself did (commands, starts, reloads, renamings), results that were handed in, and all else */
    struct wall events, audit, passive;
};
/* Removes what is older, at most n of each; the space goes back to the disk. The number removed, or E_*. */
int history_trim(struct history *h, const struct history_kept *from, unsigned n);

const char *history_kind_name(uint64_t kind); /* "alert", "notification" ...; "other" */

struct history_args {
    struct str stmt;
    const struct str *at;
    size_t n;
    const struct model *m;          /* for time periods and scopes; NULL: there are none */
    const struct past_names *names; /* those of objects.db, as they are now; NULL: they are not known */
    struct scope scope;             /* its own */
};
/* Answers a question, all of it of one moment: JSON arrays of rows, each handed to `piece` (the last one too). E_INVAL with a text: no such question, or wrong arguments. */
int history_query(struct history *h, const struct history_args *q, void (*piece)(void *user, struct str json),
                  void *user, struct err *err);
