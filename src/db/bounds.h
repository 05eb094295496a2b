/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bounds.db: what the plugins say of their values beside the values: thresholds, least and greatest value, unit as written. A row of a series (oid, label, unit class: struct series_key)
 * holds from its moment on until the next one; one is written only when something is another than before. A series of which nothing was ever said has no row. That it is a counter is its
 * unit class (PERF_COUNTER). A projection of the journal, written by store beside the series store, read by whoever draws graphs.
 *
 * Table bound: oid, label (the bytes that the plugin wrote, perhaps no UTF-8), unit (enum perf_unit), since (wall clock us: begin of the check that brought it), site, scope, seq (number of the
 * record in the journal), uom, warn, crit, min, max: texts as written, in the unit uom ("" is not given). Numbers in base units, as the measurements are, come by bounds_number and bounds_range.
 *
 * meta.applied_seq: all results up to this number are in. What is newer may be in too: everything can be put in again.
 *
 * Limits: texts over BOUNDS_TEXT_MAX bytes are left out (uom: cut), which is counted (core/refusal.def: BESIDE). Of a series that says another thing at each check, one word in five minutes is kept
 * when it has used up what it may say at once (db/series_feed.h).
 */
#include "core/perf.h"
#include "db/series_record.h"
#include "db/sql.h"

#define BOUNDS_TEXT_MAX 64u /* bytes: above any threshold that is one */

struct bounds {
    struct sql sql;
    uint64_t applied;
    uint32_t site;
    uint64_t trimmed; /* bounds_trim goes on behind this object */
};

struct bounds_row {
    int64_t since_us;
    struct str uom, warn, crit, min, max; /* borrowed */
};

/* ---- reading ---- */

/* Before the first start of the store there is none, which is an error. Close with bounds_close. */
int bounds_open_read(struct bounds *b, const char *path, struct err *err);
void bounds_close(struct bounds *b);
/* What holds in [from, to), in the order of time: first what held at from already (since_us is then less), if anything was known, then each change. The texts are borrowed for the call.
   each: false ends it. */
int bounds_read(struct bounds *b, const struct series_key *k, int64_t from_us, int64_t to_us,
                bool (*each)(void *user, const struct bounds_row *row), void *user);
/* Around many readings: they are of one moment, and cost the locks of one. While it lasts the writer's log cannot begin anew. Without effect if it fails. */
void bounds_hold(struct bounds *b);
void bounds_let_go(struct bounds *b);
/* The unit in which the plugin writes a label of an object, out of BOUNDS_TEXT_MAX + 1 bytes. 1; 0: it never said one, or several; E_*. */
int bounds_unit(struct bounds *b, uint64_t oid, struct str label, char *out);
/* A number that is written in the unit uom, in base units ("500" with uom "ms": 5 x 10^-1), as its measurements are; known is false if it is none. */
struct perf_value bounds_number(struct str uom, struct str text);
/* A threshold likewise, with both ends in base units. */
struct perf_range bounds_range(struct str uom, struct str text);

/* ---- writing ---- */

/* A damaged database is moved aside (PATH.damaged-TIME) and a new one begun: *moved says so. */
int bounds_open(struct bounds *b, const char *path, struct wall now, bool *moved, struct err *err);
/* b is new: takes over what is whole of the damaged file; the rest comes from the journal. */
int bounds_rescue(struct bounds *b, const char *damaged);
/* One transaction: begin, any number of puts, end. On an error it is gone. A put that says what held already writes nothing. */
int bounds_begin(struct bounds *b);
int bounds_put(struct bounds *b, uint64_t seq, const struct series_key *k, const struct bounds_row *row);
int bounds_end(struct bounds *b, uint64_t applied);
/* Looks through the next `objects` objects, and removes what ceased to hold before the moment, and all of objects that are gone and said nothing since. 1: there are more; 0: that was the last; E_*. */
int bounds_trim(struct bounds *b, struct wall before, bool (*is_object)(void *user, uint64_t oid), void *user,
                unsigned objects);
