/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A history that was damaged and moved aside (db/sql_aside.h): what is whole of it goes into the new one (db/rescue.h), in turns, and only then is the rest redone from the journal. After a
 * crash it goes on where it was. Steps:
 *   - rows: events, decisions, results handed in, gaps; spans only of before the journal begins, so that the journal's own are made anew as they were;
 *   - lost: each index knows number and time of its rows: of those that are missing, and lie before the journal, the table `lost` keeps both;
 *   - spans that are missing are made again from the events.
 * What a damaged page had of spans that no event makes (an object that came into the configuration or left it) is gone without being counted.
 */
#include "db/history.h"
#include "db/rescue.h"
#include "db/sql_aside.h"

struct history_rescue {
    struct history *h;
    struct rescue in;
    char path[SQL_ASIDE_PATH]; /* the damaged file */
    int64_t aside;             /* its TIME */
    uint64_t first;            /* the journal begins with this number */
    bool on;
};

struct history_lost {
    uint64_t n;          /* records: events, decisions, results handed in */
    int64_t from, until; /* of them, µs */
    int64_t before;      /* all that happened before that is gone; 0: not */
    int64_t noted;       /* when that was found */
};

/* h is open, path its file. first: number of the oldest record in the journal; UINT64_MAX: it has none. x->on: there is something to be done. */
int history_rescue_begin(struct history_rescue *x, struct history *h, const char *path, uint64_t first);
/* Works for about turn_us. 1: there is more; 0: done, and h is to be opened anew; E_*: of the new database, as history_write. */
int history_rescue_turn(struct history_rescue *x, int64_t turn_us);
void history_rescue_end(struct history_rescue *x);

/* What is known to be lost; kept in the database until it would be too old anyway. */
int history_lost(struct history *h, struct history_lost *out);
/* The number of the newest event; 0: there is none. */
int history_last_event(struct history *h, int64_t *seq);
/* h is new, and the journal does not begin at the beginning: what happened before this moment is gone. */
int history_lost_before(struct history *h, struct wall before, struct wall now);
