/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How an object was, stretch after stretch: what a strip of colours shows. Made of the points of its history and of the times in which nothing was watched, which hide what is below. Stretches touch,
 * cover [from, to) wholly, and no two neighbours are the same. Pure.
 */
#include "base/vec.h"
#include "core/avail.h"

struct strip_span { /* [from_s, to_s) */
    int64_t from_s, to_s;
    enum avail_state
        state;     /* before the first point: AVAIL_NO_DATA; where nothing was watched: AVAIL_UNMONITORED */
    bool downtime; /* not where nothing was watched */
};

struct strip {
    VEC(struct strip_span) span;
    int64_t step_s; /* 0: exact; else parts of so many seconds, each as its worst moment */
};

/* Points rising by time; gaps too, not overlapping. Empty when to_s <= from_s. Release it whatever becomes of it. */
void strip_make(struct strip *s, const struct avail_point *point, size_t n, const struct avail_ranges *gaps,
                int64_t from_s, int64_t to_s);
/* If there are more stretches than `most` (at least 1): equal parts instead, no more than that. A part was in downtime if any of it was. host: which state is worse differs. */
void strip_thin(struct strip *s, size_t most, bool host);
void strip_release(struct strip *s);
