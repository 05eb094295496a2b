/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * state.db: what is so now, for SQL. A projection of the journal's absolute records, written by store. An engine starts from the journal; where that is damaged it gets from here what is newer
 * (role/store_merge.c), so a row holds all that its record does.
 *
 * Tables: state (a row an object: what was decided; written when it changes), result (a row an object: what the last check brought and when the next one is due; written each minute),
 * comment, downtime, contact, program. Columns are called as the fields in core/record.def; times are wall clock µs. Each row has the number of its record (seq).
 *
 * meta.applied_seq: all records up to this number are in. What is newer may be in, too: a record can be applied twice.
 * meta.reached_seq: all records of comments, downtimes, contacts and the program up to this number are in, so one that is not there is gone; and no row is of a later record.
 */
#include "core/record.h"
#include "db/sql.h"

struct current {
    struct sql sql;
    uint64_t applied, reached;
    uint64_t held; /* journal_held, as the owner says; meta.held_seq */
    uint32_t site;
};

enum current_part { /* of a STATE record */
                    CURRENT_DECIDED = 1,
                    CURRENT_RESULT = 2,
                    CURRENT_WHOLE = 3,
};

/* For writing. A damaged database is moved aside (PATH.damaged-TIME) and a new one begun: *moved says so. */
int current_open(struct current *c, const char *path, struct wall now, bool *moved, struct err *err);
int current_open_read(struct current *c, const char *path, struct err *err);
void current_close(struct current *c);

/* What of the record stands in table state, as a number: while it is the same, that row need not be written. Never 0. */
uint32_t current_digest(const struct record_state *r);

/* One transaction: begin, then any of the following, end. On an error the transaction is gone. */
int current_begin(struct current *c);
int current_put_state(struct current *c, uint64_t seq, struct wall at, const struct record_state *r,
                      enum current_part part);
/* Any record, a whole STATE too; those of kinds that it does not want are passed over. */
bool current_wants(enum record_kind kind);
int current_put(struct current *c, uint64_t seq, struct wall at, enum record_kind kind, struct str payload);
/* Before a checkpoint is applied: its comments, downtimes and contacts are all there are. */
int current_renew(struct current *c);
/* Takes out the contacts that are not configured any more. */
int current_keep_contacts(struct current *c, bool (*is_configured)(void *user, struct str name), void *user);
/* Takes out the states that were last written by a record before `seq`. */
int current_sweep(struct current *c, uint64_t seq);
int current_end(struct current *c, uint64_t applied, uint64_t reached);

/* Reading all of it back, as records: states, comments, downtimes, contacts, the program. Between two calls nothing may be written through c. */
struct current_cursor {
    struct current *c;
    unsigned table;
    bool started;
};
struct current_row {
    enum record_kind kind;
    uint64_t id;     /* oid of a state, id of a comment or downtime; else 0 */
    uint64_t oid;    /* of a comment or downtime: whose */
    struct str name; /* of a contact; borrowed until the next call */
    uint64_t seq;
};
/* Appends the framed record (core/record.h), with a time not before `since`: 1, 0 at the end, E_*; then the cursor is closed. */
int current_next(struct current_cursor *cur, struct wall since, struct current_row *row, struct buf *record);
void current_stop(struct current_cursor *cur);
