/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements or buckets of one series, in order, become one value for each step. Pure.
 *
 * Steps begin at multiples of step_us. A step without a measurement has no point; where none came for longer than 2.5 times the usual distance (and 2.5 steps), one point with count 0 stands for the gap.
 */
#include "db/series_chunk.h"

#define SERIES_PERCENTILES 4u

struct series_want {
    int64_t step_us, shift_us;             /* times are made later by shift_us */
    bool rate;                             /* per second, from one to the next */
    double percentile[SERIES_PERCENTILES]; /* 0..100 */
    unsigned n_percentiles;
};

struct series_point {
    int64_t us;
    double mean, min, max, last, sum;
    int64_t count; /* 0: a gap, and all else undefined */
    double percentile[SERIES_PERCENTILES];
};

struct series_points {
    struct series_point *at;
    size_t n, cap;
    bool single;      /* no point has more than one measurement */
    int64_t usual_us; /* distance of measurements: the middle one of all; 0: there are not two */
};

/* *out is cleared first (VEC_RELEASE is the caller's). */
void series_steps(const struct series_sample *s, size_t n, const struct series_want *w,
                  struct series_points *out);
void series_steps_buckets(const struct series_bucket *b, size_t n, const struct series_want *w,
                          struct series_points *out);
/* A round number of seconds: the least that is not below. */
int64_t series_steps_round(int64_t s);
/* The middle distance of times `size` bytes apart, which each element begins with; 0: less than two. */
int64_t series_steps_usual(const void *at, size_t n, size_t size);
int64_t series_steps_gap(int64_t usual_us, int64_t step_us); /* longer than that is a gap */
/* The percentile of n values, which are put in another order. */
double series_steps_percentile(double *v, size_t n, double percentile);
/* What a counter rose by: begins anew when it falls, or went round at 2^32 or 2^64. */
double series_steps_rise(double before, double now);
