/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_steps.h"

#include "base/time.h"
#include "base/vec.h"
#include "db/series_num.h"
#include "db/series_roll.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOK 1024u /* distances that are looked at */

static int by_size(const void *a, const void *b)
{
    int64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

static int64_t time_at(const char *at, size_t i, size_t size)
{
    int64_t us;

    memcpy(&us, at + i * size, sizeof(us));
    return us;
}

int64_t series_steps_usual(const void *at, size_t n, size_t size)
{
    int64_t d[LOOK];
    size_t every = n / LOOK + 1, k = 0;

    for (size_t i = 1; i < n; i += every)
        d[k++] = time_at(at, i, size) - time_at(at, i - 1, size);
    if (!k)
        return 0;
    for (size_t i = 1; i < k; i++)
        if (d[i] != d[0]) { /* mostly they are all the same */
            qsort(d, k, sizeof(d[0]), by_size);
            break;
        }
    return d[(k - 1) / 2];
}

int64_t series_steps_gap(int64_t usual_us, int64_t step_us)
{
    return MAX(usual_us, step_us) / 2 * 5;
}

int64_t series_steps_round(int64_t s)
{
    static const int64_t round[] = {
        1,         2,         5,          10,         15,         30,          60,         120,   300,
        600,       900,       1800,       3600,       7200,       10800,       21600,      43200, 86400,
        2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400, 91 * 86400, 182 * 86400, 364 * 86400};

    for (size_t i = 0; i < ARRAY_LEN(round); i++)
        if (round[i] >= s)
            return round[i];
    return round[ARRAY_LEN(round) - 1];
}

static int by_value(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x < y ? -1 : x > y;
}

double series_steps_percentile(double *v, size_t n, double percentile)
{
    double rank = percentile / 100 * (double)(n - 1), below = floor(rank);
    size_t i = (size_t)below;

    if (!v || !n)
        return NAN;
    qsort(v, n, sizeof(*v), by_value);
    if (i + 1 >= n)
        return v[n - 1];
    return v[i] * (1 - (rank - below)) + v[i + 1] * (rank - below);
}

double series_steps_rise(double before, double now)
{
    static const double rounds[] = {4294967296.0, 18446744073709551616.0};

    if (now >= before)
        return now - before;
    for (size_t i = 0; i < ARRAY_LEN(rounds); i++)
        if (before < rounds[i] && before >= rounds[i] * 0.75 && now >= 0 && now < rounds[i] * 0.25)
            return rounds[i] - before + now;
    return now; /* it began anew */
}

/* ---- points ---- */

struct maker {
    const struct series_want *w;
    struct series_points *out;
    int64_t gap_us, last_us; /* shifted time of the measurement before; INT64_MIN: none */
    int64_t begin_us;        /* of its step */
    VEC(double) value;       /* of the step, for percentiles */
};

static inline void end_step(struct maker *k)
{
    struct series_point *p = k->out->n ? &VEC_LAST(k->out) : NULL;

    if (!p || !p->count)
        return;
    p->mean = p->sum / (double)p->count;
    for (unsigned i = 0; i < k->w->n_percentiles; i++)
        p->percentile[i] = series_steps_percentile(k->value.at, k->value.n, k->w->percentile[i]);
    VEC_CLEAR(&k->value);
}

/* Mostly the same step as before, or the next. */
static inline int64_t begin_of(struct maker *k, int64_t us)
{
    int64_t step = k->w->step_us;

    if (k->last_us != INT64_MIN && us >= k->begin_us && us - k->begin_us < 2 * step)
        k->begin_us += us - k->begin_us >= step ? step : 0;
    else
        k->begin_us = us - (us % step + step) % step;
    return k->begin_us;
}

/* Its percentiles come at its end, if they are wanted: most of the place that it takes is theirs. */
static inline struct series_point *point_new(struct series_points *out, int64_t us)
{
    struct series_point *p;

    VEC_RESERVE(out, out->n + 1);
    p = &out->at[out->n++];
    p->us = us;
    p->mean = p->last = p->sum = 0;
    p->min = INFINITY;
    p->max = -INFINITY;
    p->count = 0;
    return p;
}

/* The point of a time, which is not before the last one. */
static inline struct series_point *step_of(struct maker *k, int64_t us)
{
    int64_t step = k->w->step_us, at = begin_of(k, us);

    if (k->out->n && VEC_LAST(k->out).us == at && VEC_LAST(k->out).count) {
        k->last_us = us;
        return &VEC_LAST(k->out);
    }
    end_step(k);
    if (k->last_us != INT64_MIN && us - k->last_us > k->gap_us && VEC_LAST(k->out).us + step < at) {
        int64_t before = VEC_LAST(k->out).us;

        point_new(k->out, before + step);
    }
    k->last_us = us;
    return point_new(k->out, at);
}

static inline void add(struct maker *k, int64_t us, double v)
{
    struct series_point *p = step_of(k, us);

    if (k->w->n_percentiles)
        *VEC_ADD(&k->value) = v;
    p->sum += v;
    p->min = v < p->min ? v : p->min;
    p->max = v > p->max ? v : p->max;
    p->last = v;
    k->out->single &= !p->count;
    p->count++;
}

static void begin(struct maker *k, const struct series_want *w, int64_t usual_us, struct series_points *out)
{
    *k = (struct maker){.w = w, .out = out, .last_us = INT64_MIN};
    VEC_CLEAR(out);
    out->single = true;
    out->usual_us = usual_us;
    k->gap_us = series_steps_gap(usual_us, w->step_us);
}

void series_steps(const struct series_sample *s, size_t n, const struct series_want *w,
                  struct series_points *out)
{
    struct maker k;
    double before = 0;

    begin(&k, w, series_steps_usual(s, n, sizeof(*s)), out);
    for (size_t i = 0; i < n; i++) {
        double v = series_num(s[i].mantissa, s[i].exponent);
        int64_t d = i ? s[i].us - s[i - 1].us : 0;

        if (!w->rate)
            add(&k, s[i].us + w->shift_us, v);
        else if (i && d <= k.gap_us)
            add(&k, s[i].us + w->shift_us, series_steps_rise(before, v) / ((double)d / TIME_S));
        before = v;
    }
    end_step(&k);
    VEC_RELEASE(&k.value);
}

static double sum_of(const struct series_bucket *b)
{
    __int128 sum = series_roll_sum(b);

    if (sum <= INT64_MAX && sum >= INT64_MIN)
        return series_num((int64_t)sum, b->exponent);
    return (double)sum * pow(10, b->exponent);
}

static void add_bucket(struct maker *k, const struct series_bucket *b)
{
    struct series_point *p = step_of(k, b->us + k->w->shift_us);
    double min = series_num(b->min, b->exponent), max = series_num(b->max, b->exponent);

    p->sum += sum_of(b);
    p->min = min < p->min ? min : p->min;
    p->max = max > p->max ? max : p->max;
    p->last = series_num(b->last, b->exponent);
    k->out->single &= !p->count && b->count == 1;
    p->count += b->count;
}

/*
 * What a counter rose by since the last value of the bucket before. Where it fell once, the greatest says from where, or (the last being the greatest) the least, to where: that is exact unless it
 * rose, fell and rose past that height again, all in this one; then it is too little.
 */
static double bucket_rise(const struct series_bucket *before, const struct series_bucket *b)
{
    double from = series_num(before->last, before->exponent), min = series_num(b->min, b->exponent),
           max = series_num(b->max, b->exponent), last = series_num(b->last, b->exponent);

    if (b->max > b->last)
        return series_steps_rise(from, max) + series_steps_rise(max, last);
    return min < from ? series_steps_rise(from, min) + last - min : last - from;
}

void series_steps_buckets(const struct series_bucket *b, size_t n, const struct series_want *w,
                          struct series_points *out)
{
    struct maker k;

    begin(&k, w, series_steps_usual(b, n, sizeof(*b)), out);
    for (size_t i = 0; i < n; i++) {
        int64_t d = i ? b[i].us - b[i - 1].us : 0;

        if (!w->rate)
            add_bucket(&k, &b[i]);
        else if (i && d <= k.gap_us)
            add(&k, b[i].us + w->shift_us, bucket_rise(&b[i - 1], &b[i]) / ((double)d / TIME_S));
    }
    end_step(&k);
    VEC_RELEASE(&k.value);
}
