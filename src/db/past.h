/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The questions about the past; db/history.h says how they are asked. The first argument of each is the scope of who asks (db/scope.h): what lies outside it is not there, neither in rows nor in
 * numbers, but for what is of the record itself: gaps, and in as_of and state_at since when something is known and whether it was watched then. Cursor: the id to go back from, "" or "0": the
 * newest; limit: 1..HISTORY_LIMIT_MAX.
 *   object        scope, oid, host, service   who has it, or had it last: by oid; or with oid 0 by name, of a host (service "") its services too. Rows {"oid", "host", "service", "gone": bool}, one
 *                 of each name: the one that is configured, or else was last
 *   events_recent   scope, cursor, limit      of everything, by number
 *   events_between  scope, from µs, to µs, cursor, limit   of everything in that time (both inclusive), newest first; the rows have "at", their time in µs, too, and the next page
 *                 begins with the at and id of the last row as `to` and cursor
 *   log_between   the same, and among it results that were handed in: kind "other", and "passive": true
 *   events_of     scope, oid, cursor, limit   events of one object, newest first
 *   events_find   scope, from µs, to µs (both inclusive), cursor, limit, kinds, text, oids     newest first. kinds: words by comma, "" all; text: stands in one of the event's
 *                 texts, capitals or not; oids by comma, "" all
 *   events_histogram  scope, from µs, to µs, cursor, parts, kinds, text, oids     how many there were: rows {"part": of as many equal ones from `from` to `to`, "kind", "n"}, none of what there was none;
 *                 at most PAST_PARTS_MOST parts
 *                 When any of these has looked at PAST_SCAN_MOST events for something rare it ends with the row {"id": "N", "searched": true} (and "at"): go on from there
 *   availability  scope, from s, to s, period, flags, objects      period: a name, "" always; flags: x (downtimes are no basis), h (hard states only); objects: OID:HOST by comma, HOST
 *                 the host of a service, 0 of a host. A row an object that is seen: {"oid", "seconds": [by enum avail_state], "in_downtime": [], "outside", "good", "bad", "outages"}
 *   availability_parts  the same, parts      in so many equal parts of the time, PAST_PARTS_MOST at most: rows {"oid", "parts": [good, bad, good, bad...]}
 *   as_of         scope, at µs, filter, kind, states, host, service, words, sort, order, limit, offset      the list as it was: first {"total", "matched", "counts": {}, "monitored"}, then
 *                 rows as of the API, "gone": true of what is configured no more. filter, kind, sort (severity, name, since), order: words of the API; states: a mask of enum past_state, 0 all; words: by blank, small letters
 *   state_at      scope, at µs, oid           one row, with "long_output"; none when nothing is known of it then
 *   decided       scope, at µs, oid           the last decision about a notification and the last turn that was skipped, until then: rows {"kind": RECORD_EVENT_*, "time", "state", "hard",
 *                 "number", "type", "reasons"}, at most one of each; and what of it did not arrive: {"kind", "time", "contact", "command", "text"}, 16 at most
 *   decisions     scope, from µs, to µs (both inclusive), cursor, limit, types, contact, told, oids      decisions about notifications, newest first. types: a mask of enum notify_type, 0 all; contact: one
 *                 that a decision names, "" any; told: "yes" somebody was told (of a contact: he was), "no" nobody, "" both; oids by comma, "" all. Rows {"id", "at": µs, "time", "oid", "gone", "state",
 *                 "hard", "number", "type", "reasons", "undelivered": [as of decided, until the object's next decision]}; the next page begins with the at and id of the last row as `to` and cursor, and
 *                 so does who goes on behind a row {"id", "at", "searched": true}
 *   gaps          scope, from s, to s, ""     when nothing was watched: rows {"from": s, "to": s}, rising, not overlapping
 *   spans         scope, from s, to s, oids   what was known of objects in [from, to): by object, rising, rows {"oid", "at": s, "seq": "N", "state": enum avail_state,
 *                 "downtime": bool, "flapping": bool, "text": output}; the first of an object may have begun before. Of a host that is seen only through its services without "text"
 */
#include "db/history.h"
#include "db/rows.h"

#define PAST_SCAN_MOST    100000u
#define PAST_PARTS_MOST   500u
#define PAST_OBJECTS_MOST 2000u /* of one question for availability */
#define PAST_OBJECTS_FEW  16u   /* of one that takes a moment only */

enum past_state { /* of a host or service, the worst last; the same order as enum row_state of the API */
                  PAST_OK,
                  PAST_UP,
                  PAST_PENDING,
                  PAST_UNKNOWN,
                  PAST_WARNING,
                  PAST_UNREACHABLE,
                  PAST_CRITICAL,
                  PAST_DOWN,
                  PAST_STATES,
};

/* Is this a question that takes a moment only: of a page, or of few objects? False also where it is none of these. */
bool past_is_brief(struct str stmt, const struct str *at, size_t n);
/* Judges the scope, which it puts into q, and answers. */
int past_query(struct history *h, struct history_args *q, struct rows *rows, struct err *err);

/* ---- shared by the files of it ---- */
typedef int past_answer_f(struct history *h, const struct history_args *q, struct rows *rows,
                          struct err *err);
int past_object(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_events_recent(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_events_between(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_events_of(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_events_find(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_events_histogram(struct history *h, const struct history_args *q, struct rows *rows,
                          struct err *err);
int past_availability(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_as_of(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_decided(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_decisions(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_state_at(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_gaps(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);
int past_spans(struct history *h, const struct history_args *q, struct rows *rows, struct err *err);

bool past_number(struct str s, int64_t *out);
bool past_cursor(struct str s, int64_t *out); /* 0: from the newest on */
bool past_limit(struct str s, size_t *out);
int past_wrong(const struct history_args *q, size_t argument, struct err *err); /* E_INVAL */
/* "gone", and the name that it had last, of what is configured no more: nobody else knows it. */
void past_gone_members(const struct history_args *q, struct json *j, uint64_t oid);
/* Notifications of the object that did not arrive in that time, the first 16, as elements of a list. */
int past_undelivered(struct sql *s, int64_t oid, int64_t from, int64_t to, struct json *j);
/* The members of an event's row; the statement has the columns of SQL_EVENT_ONE. */
void past_event_members(const struct history_args *q, struct json *j, struct sql *s, enum sql_id id);
/* Ends a page: much was looked at, up to the event number id, and it is for the client whether to go on. at µs; 0: it is not told. */
void past_searched(struct rows *rows, uint64_t id, int64_t at);
