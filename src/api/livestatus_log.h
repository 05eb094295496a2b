/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The table log of Livestatus: lines as Nagios writes them, made from the history. Who answers a request for it first gathers the events of the time that its filters name
 * (log_between of db/history.h, or events_between where range.passive is not set, page by page), adds the states at each rotation where they are wanted (livestatus_current.h), and gives them to livestatus_answer. What is no longer configured has the names that it had last, and its current_ columns are empty; with AuthUser it is not among them.
 */
#include "api/api.h"

#define LIVESTATUS_LOG_MAX  300000                /* events; a longer time is an error that says so */
#define LIVESTATUS_LOG_TEXT (64u * 1024u * 1024u) /* bytes of their texts */

enum livestatus_log_kind {
    LIVESTATUS_LOG_ALERT,
    LIVESTATUS_LOG_NOTIFICATION,
    LIVESTATUS_LOG_DOWNTIME_START,
    LIVESTATUS_LOG_DOWNTIME_END,
    LIVESTATUS_LOG_FLAPPING_START,
    LIVESTATUS_LOG_FLAPPING_END,
    LIVESTATUS_LOG_CURRENT, /* no event: livestatus_current.h */
    LIVESTATUS_LOG_PASSIVE,
    LIVESTATUS_LOG_COMMAND,
    LIVESTATUS_LOG_START,
    LIVESTATUS_LOG_STOP,
    LIVESTATUS_LOG_KINDS
};

enum livestatus_log_text {
    LIVESTATUS_LOG_OUTPUT,
    LIVESTATUS_LOG_COMMENT,
    LIVESTATUS_LOG_CONTACT,
    LIVESTATUS_LOG_AUTHOR,
    LIVESTATUS_LOG_COMMAND_NAME,
    LIVESTATUS_LOG_HOST, /* the names that it had last, of what is configured no more; else empty */
    LIVESTATUS_LOG_SERVICE,
    LIVESTATUS_LOG_TEXTS
};

struct livestatus_log_line {
    int64_t at_us;
    uint64_t seq, oid;
    uint32_t idx; /* after livestatus_log_resolve; MODEL_NONE: of the program, or of an object that is gone */
    enum livestatus_log_kind kind;
    unsigned state, attempt, type;
    bool hard;
    size_t text;                           /* where its texts begin, one behind the other */
    uint32_t length[LIVESTATUS_LOG_TEXTS]; /* of each */
};

struct livestatus_log {
    VEC(struct livestatus_log_line) line; /* newest first */
    struct buf text;
    bool full;        /* there is more than may be held */
    bool states_full; /* so it is with the lines of current states (livestatus_current.h) */
    size_t events;    /* taken, also those that make no line */
    bool begun, more; /* a row was taken; the last one says that there is more, whatever the page holds */
    int64_t last_us;  /* of the last row taken: where the next page begins */
    uint64_t last_seq;
};

struct livestatus_world;
struct livestatus_log_range { /* both inclusive */
    int64_t from_us, to_us;
    bool passive; /* the filters leave results that were handed in: they may be very many */
};

/* Whether the request needs the log, and of when. False also for what livestatus_answer will refuse. */
bool livestatus_log_wanted(const struct livestatus_world *w, struct str request,
                           struct livestatus_log_range *range);
/* Takes a piece of a page: an array of rows. */
void livestatus_log_take(struct livestatus_log *log, struct str json);
/* Finds the checks of all lines in the world of now. */
void livestatus_log_resolve(struct livestatus_log *log, struct api *a);
/* Why it cannot be told, since it is too much; NULL: it can. */
const char *livestatus_log_refusal(const struct livestatus_log *log);
void livestatus_log_release(struct livestatus_log *log);
