/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The table statehist of Livestatus: what state each host and service had, from when until when, a row for each stretch of time in which nothing changed that the row tells. Who answers a
 * request for it first asks the reader page by page (livestatus_statehist_page), and then has the rows made. All is counted in whole seconds, as by core/avail.h: a change
 * counts from the second in which it happened, and of several in one second the last.
 *   - The frame is what the filters on `time` leave, [from, to): a begin must be given; without an end it is now.
 *   - state -1: Vigie did not run, or nothing is known of the object then, or no result had come yet.
 *   - Objects that are not configured now have no rows.
 */
#include "api/api.h"
#include "api/livestatus.h"
#include "core/avail.h"

#define LIVESTATUS_STATEHIST_MAX  500000u /* changes, and rows; more are an error that says so */
#define LIVESTATUS_STATEHIST_TEXT (64u * 1024u * 1024u) /* bytes of outputs */
#define LIVESTATUS_STATEHIST_PAGE 400u                  /* objects of one question */

enum livestatus_statehist_flag {
    LIVESTATUS_HOST_DOWN = 1,
    LIVESTATUS_IN_DOWNTIME = 2,
    LIVESTATUS_IN_HOST_DOWNTIME = 4,
    LIVESTATUS_FLAPPING = 8,
    LIVESTATUS_IN_NOTIFICATION = 16,
    LIVESTATUS_IN_SERVICE = 32,
};

struct livestatus_statehist_point { /* from then on */
    int64_t at_s;
    uint64_t seq;
    size_t text;
    uint32_t length;
    uint16_t attempt;
    uint8_t state; /* enum avail_state */
    bool hard, downtime, flapping;
};

struct livestatus_statehist_row {
    uint32_t idx, length;
    int64_t from_s, until_s;
    int8_t state;
    uint8_t flags;
    bool first; /* of its object */
    uint64_t seq;
    size_t text;
};

struct livestatus_statehist_part { /* the points of an object */
    uint64_t oid;
    size_t first, n;
};

struct livestatus_statehist {
    int64_t from_s, to_s;
    VEC(uint64_t) chosen; /* whose rows are wanted */
    VEC(uint64_t) ask;    /* the same, and the hosts of the services */
    size_t asked;
    bool gaps_asked;
    VEC(struct livestatus_statehist_part) parts; /* as they came; found by map */
    VEC(struct livestatus_statehist_point) points;
    VEC(struct avail_range) gaps;
    VEC(struct livestatus_statehist_row) rows;
    struct buf text;
    bool full;    /* there is more than may be held */
    bool gave_up; /* to find out whose rows are wanted takes too long */
};

/* Whether the request needs it: then *h is begun. False also for what livestatus_answer will refuse. */
bool livestatus_statehist_wanted(const struct livestatus_world *w, struct str request,
                                 struct livestatus_statehist *h);
/* The next question for the reader: its name and, behind scope, begin and end in seconds, the objects. NULL: that was all. */
const char *livestatus_statehist_page(struct livestatus_statehist *h, struct buf *oids);
/* Takes a piece of an answer. */
void livestatus_statehist_take(struct livestatus_statehist *h, struct str json);
/* Makes the rows, for the world of now. */
void livestatus_statehist_make(struct livestatus_statehist *h, struct api *a);
void livestatus_statehist_release(struct livestatus_statehist *h);

/* The time period that the custom variable _SERVICE_PERIOD names, as with Checkmk: when somebody counts on it. */
struct str livestatus_statehist_duty(const struct model *m, const struct model_check *c);

struct ls_query;
struct ls_ref;
struct err;
/* Whose history may be in an answer: *h then asks for it. is_fixed: a column whose value is the same in all rows of a check. hosts_too: a row of a service also tells of its host. */
void livestatus_statehist_choose(const struct livestatus_world *w, const struct ls_query *q,
                                 struct livestatus_statehist *h, bool (*is_fixed)(const struct ls_ref *ref),
                                 bool hosts_too);
/* Has the query a time frame, if it needs one? */
int livestatus_statehist_check(struct ls_query *q, struct err *err);
