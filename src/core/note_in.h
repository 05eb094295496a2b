/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What core/world_in.h holds of notes: comments, downtimes, and walks over the downtimes of one trigger. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the row of that id stands in a table of comments or downtimes, or would stand. Rows are `size` bytes, begin with their id, and rise: no two have the same. */
size_t note_place(const void *table, size_t n, size_t size, uint64_t id);

/* A table of more than a few has room for all that there may be: to grow again and again would copy megabytes, each time in one step; and room that nobody has written to costs nothing. */
#define NOTES_FEW 1024u

struct world_comment {
    uint64_t id;
    uint64_t older, newer; /* ids: the next ones of the same check; 0: none */
    uint32_t check;
    uint8_t entry_type, source;
    bool persistent, expires;
    bool gone; /* deleted: note_tidy takes it out */
    int64_t entry_time, expire_time;
    char *author, *text;
};

struct world_downtime {
    uint64_t id, triggered_by, comment_id;
    uint32_t check;
    bool fixed, in_effect, waiting; /* waiting: counted in pending_flexible */
    bool gone;                      /* deleted: note_tidy takes it out */
    uint8_t planned;                /* enum world_planned: before its trigger began, or behind it */
    /* ids, since the table moves; 0: none. The next ones of the same check; those that begin with it, in the order in which they were made, and its neighbours among those of its trigger. */
    uint64_t older, newer, first_child, last_child, older_sibling, next_sibling;
    int64_t entry_time, start, end, duration_us, actual_start;
    char *author, *text;
};

/* Of one that another triggers, since the clock may be set between the two; 0: not known, in a record of before, or from the database of states. Numbers as in the record. */
enum world_planned { WORLD_PLANNED_BEFORE = 1, WORLD_PLANNED_BEHIND };

enum world_walk {
    WORLD_WALK_BEGIN,
    WORLD_WALK_END,    /* what had not begun begins before */
    WORLD_WALK_ORPHANS /* the trigger was taken away: what has begun ends, the rest comes to nothing */
};
struct world_begin { /* a downtime that began, ended by itself or is gone: those it triggers follow */
    uint64_t next;   /* id of the first that has not yet; moves on when that is cancelled */
    enum world_walk how;
};
