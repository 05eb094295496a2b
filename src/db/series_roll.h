/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements in the order of time, and what spans of time were. Pure: numbers in, numbers out.
 *
 * A bucket is exact: the sum of all values and how many there were, the least, the greatest, the last. All have the least exponent of its values. Only when that cannot hold the greatest of
 * them (1e18 beside 1e-9 within five minutes) the small ones are cut off behind the digits that can be held.
 * A span without measurements has no bucket: gaps stay gaps.
 */
#include "db/series_chunk.h"

/* Sorts by time, and keeps of those with the same time the one that stood last; of buckets the one of most measurements, and the last of these. */
void series_roll_order(struct series_samples *s);
void series_roll_order_buckets(struct series_buckets *s);
/* Takes what is not within [from, to) out. */
void series_roll_clip(struct series_samples *s, int64_t from_us, int64_t to_us);
void series_roll_clip_buckets(struct series_buckets *s, int64_t from_us, int64_t to_us);
/* Appends the buckets of n samples that are in order. Buckets begin at multiples of bucket_us. */
void series_roll_up(const struct series_sample *s, size_t n, int64_t bucket_us, struct series_buckets *out);
/* The least exponent under which all can be held, and a value under one that is not below what it allows (digits behind it are cut off). */
int series_roll_exponent(const struct series_sample *s, size_t n);
int64_t series_roll_under(const struct series_sample *s, int exponent);
/* The sum; a bucket's mean is that over count. */
__int128 series_roll_sum(const struct series_bucket *b);
