/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Performance data into the series store: each item that has a number is a measurement, in base units (seconds, bytes, bits), with the time of its result. What is not taken is counted, with the
 * reason. ms, us and ns move the exponent; kB (or KB), MB, GB, TB and PB are powers of ten, KiB, MiB and GiB of two. A unit that nobody knows is kept as it is, under PERF_OTHER.
 */
#include "db/series.h"

struct series_feed_count {
    uint64_t taken;
    uint64_t unknown;    /* U */
    uint64_t unread;     /* no item: it has no label or no number that can be held (nan, inf, 1e400) */
    uint64_t twice;      /* a label that came already in the same result */
    uint64_t long_label; /* over SERIES_LABEL_MAX */
    uint64_t too_many;   /* items of one result over LIMIT_PERF_ITEMS */
    uint64_t refused;    /* by the store: too old, ahead, or one series too many */
};

/* E_IO: the store has failed. Everything else is counted. */
int series_feed(struct series *s, uint64_t oid, struct str perfdata, struct wall at, struct wall now,
                struct series_feed_count *count);
