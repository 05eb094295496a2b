/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A chunk: some measurements of one series as bytes. Two kinds: samples as they were measured, and buckets (roll-ups). Knows nothing of files and of whose chunk it is.
 *
 * Values are decimals: a mantissa and a power of ten. A chunk has one exponent for all; samples with others are written with it, without loss. Where that is impossible
 * (1e18 beside 1e-9) a chunk ends and the next begins. What comes back is the same number, not the same notation: 1.50 may come back as 15 x 10^-1.
 *
 *   offset  bytes  what
 *        0      1  bits 0-1: unit of times (0 us, 1 ms, 2 s: the greatest that all are whole in); bit 2: buckets; bit 3: an exponent follows; the rest 0
 *        1    0-1  exponent, signed; without it: 0
 *               v  how many, less one (varint)
 *                  the head of each sequence (db/series_seq.h): times, relative to the begin of the partition, then
 *                    samples: mantissas
 *                    buckets: counts, min, max - min, last - min, sum - count * min (modulo 2^64), high half of the sum without its sign
 *                  unless all are flat: what series_seq_end appends
 *
 * A constant with a regular step costs about ten bytes, whatever its length. Times may be equal or go back. No checksum: the record around it has one (db/series_file.h).
 */
#include "base/vec.h"
#include "db/series_seq.h"

#define SERIES_CHUNK_MAX     65536u /* measurements: bounds what damaged bytes can ask for */
#define SERIES_CHUNK_COLUMNS 7u

struct series_sample {
    int64_t us;
    int64_t mantissa;
    int8_t exponent;
};

/* What a span of time was: from us on, exactly. The sum has 128 bits, so that it cannot overflow; the mean is sum / count. */
struct series_bucket {
    int64_t us;
    int64_t count;
    int64_t min, max, last;
    uint64_t sum_low;
    int64_t sum_high;
    int8_t exponent; /* of min, max, last and sum */
};

struct series_samples {
    struct series_sample *at;
    size_t n, cap;
};
struct series_buckets {
    struct series_bucket *at;
    size_t n, cap;
};

/* Memory that is used again from chunk to chunk. */
struct series_chunk_room {
    struct series_seq_writer writer;
    int64_t *column[SERIES_CHUNK_COLUMNS];
    size_t cap;
};
void series_chunk_room_init(struct series_chunk_room *room);
void series_chunk_room_release(struct series_chunk_room *room);

/* Appends a chunk of the first of the n that go into one, at least one; returns how many. base_us: a multiple of a second. */
size_t series_chunk_put(struct series_chunk_room *room, struct buf *to, const struct series_sample *s,
                        size_t n, int64_t base_us);
size_t series_chunk_put_buckets(struct series_chunk_room *room, struct buf *to, const struct series_bucket *s,
                                size_t n, int64_t base_us);

/* Appends what the chunk holds to *out (VEC_RELEASE is the caller's). E_FORMAT: nothing was appended. */
int series_chunk_get(struct series_chunk_room *room, struct str bytes, int64_t base_us,
                     struct series_samples *out);
int series_chunk_get_buckets(struct series_chunk_room *room, struct str bytes, int64_t base_us,
                             struct series_buckets *out);

/* m x 10^up into *out; false if it does not fit. */
bool series_scale(int64_t m, unsigned up, int64_t *out);
