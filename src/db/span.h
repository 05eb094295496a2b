/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What state an object had, and since when: a projection of the same events as the history, in the same database and transaction. A span lasts until the next one of its object; its
 * row is the whole of what was known then, so "as of T" is one look into the index, and availability a range of it. Written by store, read by reader.
 *
 * Where spans come from, and why the answer is exact:
 *   - alerts (soft ones too), first results, acknowledgements, downtimes and flapping of an object: the next span;
 *   - SNAPSHOT records: what is configured from then on. What was not before is pending, what is no more is gone (span_watch);
 *   - a start: nothing was watched from the last record before it until then (a gap), whether Vigie was stopped, killed or without power;
 *   - the clock set forward: a gap. Set back: what is written last about a moment counts. Spans behind it are taken out, and what was known last goes on from there; by more than a day,
 *     only when it has stayed so (db/doubt.h).
 *   - A database of version 1, or one made anew, lacks what was before: span_fill reads the events that it has, span_seed takes states from the journal's checkpoint.
 * All of it can be applied twice.
 */
#include "core/avail.h"
#include "core/record.h"
#include "db/sql.h"

struct span {
    uint64_t oid;
    int64_t since;              /* wall clock µs */
    uint64_t seq;               /* of the record that began it; 0: there is none */
    unsigned state, hard_state; /* enum avail_state */
    bool hard, flapping;
    unsigned attempt, acknowledged, downtimes; /* acknowledged: 1 normal, 2 sticky */
    int64_t changed;                           /* since when it has this state */
    uint64_t said;                             /* the event with its output; 0: none */
};

struct book; /* db/book.h */

/* An event, in the order of numbers. alive: when the record before it was written, 0: there is none. */
int span_event(struct book *b, uint64_t seq, struct wall at, const struct record_event *e, int64_t alive);
/* The clock was right when it went back to `to`: what was known last counts from there, and what lies behind it never was. */
int span_go_back(struct book *b, int64_t to);
/* From here on these are configured, and no others. */
int span_watch(struct book *b, uint64_t seq, struct wall at, const uint64_t *oid, size_t n);
/* A state that was true at `at`, for an object that nothing is known of. */
int span_seed(struct book *b, uint64_t seq, struct wall at, const struct record_state *r);
/* Makes the next n events behind *seq into spans, and moves *seq and *alive. 1: there may be more, 0: done. */
int span_fill(struct book *b, uint64_t *seq, int64_t *alive, unsigned n);
/* A database of which a page was lost: makes the spans that are missing of the next n events behind *seq and before `end`, and moves *seq. 1: there may be more, 0: done. */
int span_mend(struct sql *s, uint64_t *seq, uint64_t end, unsigned n);
/* Takes out what was over before that, of the next n objects behind *oid (0 at the end of a round). */
int span_trim(struct sql *s, uint64_t *oid, unsigned n, struct wall before);

/* The span in which t lies: 1; 0: nothing was known of the object. */
int span_at(struct sql *s, uint64_t oid, struct wall t, struct span *out);
