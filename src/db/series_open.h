/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The open chunk of a series: the measurements that came since the last one was sealed, in as little memory as can be had for a few nanoseconds each. A string of bits that only grows, at
 * most SERIES_OPEN_BYTES, with what is needed to append to it; everything else is known by reading it from its begin.
 *
 * A measurement:
 *   time    0: the step is that of the one before. 1: six bits n, then n bits (64, if n is 63), zigzag: how much the step is longer.
 *   value   the difference d to the mantissa before, zigzag: its upper part d >> k in as many ones as it is great and a 0, then its k lower bits. k follows the mean of the differences. Greater than
 *           OPEN_ONES: that many ones, six bits n, then n + 1 bits.
 * The first one has the begin of the partition and 0 before it, and a step of 0. All modulo 2^64.
 *
 * Measurements come in the order in which they arrive: late ones stand where they came. All have the exponent of the chunk: a number with a lower one makes the chunk be written again.
 */
#include "db/series_chunk.h"

#define SERIES_OPEN_BYTES 184u

struct series_open {
    uint8_t *bits;
    int64_t us, mantissa; /* of the last measurement */
    int64_t step;
    int64_t base_us;  /* begin of the partition */
    uint64_t mean;    /* of the differences, times 16 */
    uint16_t used, n; /* bits; measurements */
    uint8_t room;     /* bytes of bits */
    int8_t exponent;
};

/* Empty, for a partition; exponent: what to begin with. bits stays, if there is. */
void series_open_begin(struct series_open *o, int64_t base_us);
void series_open_release(struct series_open *o);
/* False when it does not go into this chunk any more: it must be sealed first. Into an empty one goes everything. */
bool series_open_add(struct series_open *o, const struct series_sample *s);
/* Appends all to *out. */
void series_open_get(const struct series_open *o, struct series_samples *out);
/* The bits as they are to be kept on disk; and back: E_FORMAT if they are none of n measurements. */
struct str series_open_bits(const struct series_open *o);
int series_open_set(struct series_open *o, struct str bits, unsigned n, int8_t exponent);
