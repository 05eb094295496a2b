/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The series that are in the files of a partition that are merged, in the order of a whole file (oid, hash, number in memory): found a few thousand at a time, and taken one by one. A part of
 * db/series_merge.c.
 */
#include "db/series.h"

struct series_member {
    uint64_t oid;
    uint32_t hash, id;
};

struct series_members {
    VEC(struct series_member) heap; /* the least first */
    struct buf seen;                /* a byte for each series: it is in the heap */
    uint32_t generation;            /* of the file that is looked through; 0: none yet */
    size_t seat;                    /* next of a log */
    struct series_scan scan;        /* of another file */
    bool scanning;
};

void series_members_release(struct series_members *m);
/* Looks through files with a generation below `below` for a few milliseconds. 1: there is more; 0: all were found; E_*. */
int series_members_find(struct series *s, struct series_members *m, enum series_class class, int64_t start_us,
                        uint32_t below);
/* Takes the next one out; false: there is none. */
bool series_members_next(struct series_members *m, size_t *id);
