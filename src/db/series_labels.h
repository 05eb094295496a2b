/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How many series each object has on a day: a plugin that puts the number of a process into its labels would make new ones without end. Counts; what follows from it is decided by db/series.c. A day is one
 * of UTC. Knows nothing of files: after a start it is filled from what the store has of the newest days.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct series_labels_of {
    uint64_t oid;    /* 0: nobody's place */
    uint16_t day, n; /* the newest day, in days since 1970, and the series of then */
};

struct series_labels {
    struct series_labels_of *at;
    size_t n, cap; /* cap: 0, or a power of two */
};

void series_labels_release(struct series_labels *l);
/* A series of the object has measurements of that day, the first of them now. Days before the object's newest are counted as that. */
void series_labels_count(struct series_labels *l, uint64_t oid, uint16_t day);
/* May it have one more, of `most`? */
bool series_labels_allow(struct series_labels *l, uint64_t oid, uint16_t day, uint32_t most);
