/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements in role store (db/series_follow.h): a batch that is on disk is looked at at once when it is small; what came before, after a start, a failure or a flood, is read again from the journal
 * in turns. Committing, merging and removing are done between, so that records never wait long for them. What fails is closed, said, and opened again later: the journal has it.
 */
#include "db/series_follow.h"
#include "os/loop.h"
#include "role/store_import.h"

struct store;

struct store_series {
    struct journal_dir dir; /* db/series; -1: not open */
    struct series db;
    struct bounds bounds;
    struct series_follow follow;
    bool open;
    uint64_t reached; /* number up to which all is in it, on disk */
    uint64_t added;   /* of db.stats, at the last commit */
    uint64_t at_open; /* series in memory when it was opened: of open chunks and of logs */
    struct mono committed, trimmed, told;
    uint64_t adding;                       /* of db.stats, when the commit under way began */
    int64_t commit_took_us, committing_us; /* all steps of the last one, of the one under way */
    int64_t wait_us;                       /* to the next try to open it, after a failure */
    uint64_t held, active, bytes, memory;  /* at the last commit; held: series in memory, awake or asleep */
    uint64_t failures;
    struct store_import import;
    struct series_stats was; /* of the stores that were open before */
    struct loop_timer timer;
    struct mono timer_due;
    char why[320]; /* why it takes nothing; empty: it does */
};

void store_series_open(struct store *s);                          /* before the first record is numbered */
void store_series_take(struct store *s, const struct buf *batch); /* of a batch that is on disk */
void store_series_damaged(struct store *s);                       /* bounds.db is, and is made anew */
/* A step of a commit: 1: there is more to do; 0: what was put in before the first of the steps is on disk; E_*. */
int store_series_commit(struct store *s);
void store_series_tell(struct store *s);          /* gate */
void store_series_go_on(struct store *s);         /* as store_past_go_on */
uint64_t store_series_lag(const struct store *s); /* records that it has yet to read */
void store_series_release(struct store *s);
