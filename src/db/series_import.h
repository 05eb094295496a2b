/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What others measured before, put into the series store (db/series.h) beside what it has. Goes past the open chunks, straight into the logs of its days; counts after the next series_commit.
 *
 * What is there already wins: a measurement of (us - step, us] is not taken if the store has one in that time, a bucket not if the store has one with its begin. So the same may be put in any number
 * of times. All of one call is looked at before anything of it is put in.
 *
 * Buckets that are put in stand in logs of their class, until nothing was imported for SERIES_IMPORT_REST_US: then they are merged as days are. Of a bucket that is put in and one that is made of the
 * day's measurements, the one that stands for more measurements counts.
 */
#include "db/series.h"

#define SERIES_IMPORT_REST_US (10 * TIME_MIN)

struct series_import_count {
    uint64_t taken, had, old, ahead; /* had: was there; old: older than what is kept of its class */
};

/* In the order of time. E_LIMIT: one series too many, or a label that is too long; E_FORMAT: a label that is not clean (core/output.h); E_IO, E_NOSPC: the store has failed. */
int series_import_samples(struct series *s, const struct series_key *k, const struct series_samples *v,
                          int64_t step_us, struct wall now, struct series_import_count *count);
int series_import_buckets(struct series *s, const struct series_key *k, enum series_class class,
                          const struct series_buckets *v, struct wall now, struct series_import_count *count);
