/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rrd_rows.h"

#include "base/time.h"
#include "db/series_roll.h"

#include <stdlib.h>

/* ---- values ---- */

/* In the base unit; when that needs more digits than there are, the last ones go. */
static struct perf_value in_base(const struct perf_value *v, struct str uom)
{
    struct perf_value b = *v;

    for (int i = 0; i < 8; i++) {
        struct perf_value cut = b;

        if (perf_base(uom, &cut))
            return cut;
        b.mantissa /= 10;
        b.exponent++;
    }
    return (struct perf_value){.known = false};
}

static struct series_sample sample_of(const struct perf_value *v, int64_t s)
{
    return (struct series_sample){.us = s * TIME_S, .mantissa = v->mantissa, .exponent = v->exponent};
}

static bool is_less(const struct perf_value *a, const struct perf_value *b)
{
    struct series_sample both[2] = {sample_of(a, 0), sample_of(b, 0)};
    int exponent = series_roll_exponent(both, 2);

    return series_roll_under(&both[0], exponent) < series_roll_under(&both[1], exponent);
}

/* ---- archives ---- */

static int64_t end_of(const struct rrd_archive *a, size_t row)
{
    return a->end - (int64_t)(a->rows - 1 - row) * a->step;
}

static int by_step(const void *a, const void *b)
{
    const struct rrd_archive *const *x = a, *const *y = b;

    if ((*x)->step != (*y)->step)
        return (*x)->step < (*y)->step ? -1 : 1;
    return (*x)->rows > (*y)->rows ? -1 : (*x)->rows < (*y)->rows;
}

/* The value of the archive of that kind with the same step, at the same time. */
static struct perf_value beside(const struct rrd_dump *d, size_t ds, enum rrd_cf cf, int64_t step,
                                int64_t end)
{
    for (size_t i = 0; i < d->archive.n; i++) {
        const struct rrd_archive *a = &d->archive.at[i];
        int64_t back = (a->end - end) / step;

        if (a->cf == cf && a->step == step && end <= a->end && (a->end - end) % step == 0 &&
            back < (int64_t)a->rows)
            return *rrd_dump_value(d, a, a->rows - 1 - (size_t)back, ds);
    }
    return (struct perf_value){.known = false};
}

struct making {
    const struct rrd_dump *d;
    size_t ds;
    struct str uom;
    int64_t border; /* what ends after it is there already */
    struct rrd_rows *out;
};

/* The rows of one archive that are older than the border, the newest first. */
static void take_archive(struct making *m, const struct rrd_archive *a)
{
    int64_t border = m->border;

    for (size_t i = a->rows; i-- > 0;) {
        struct rrd_row row = {.end = end_of(a, i), .step = a->step};
        struct perf_value mean = *rrd_dump_value(m->d, a, i, m->ds), min, max;

        if (row.end - row.step >= border || row.end - row.step < 0 || !mean.known)
            continue;
        min = beside(m->d, m->ds, RRD_MIN, a->step, row.end);
        max = beside(m->d, m->ds, RRD_MAX, a->step, row.end);
        row.mean = in_base(&mean, m->uom);
        row.min = min.known ? in_base(&min, m->uom) : row.mean;
        row.max = max.known ? in_base(&max, m->uom) : row.mean;
        if (!row.mean.known)
            continue;
        if (!row.min.known || is_less(&row.mean, &row.min)) /* rounded, or of an archive that began later */
            row.min = row.mean;
        if (!row.max.known || is_less(&row.max, &row.mean))
            row.max = row.mean;
        if (row.end > border) {
            row.step -= row.end - border;
            row.end = border;
        }
        row.count = MAX(row.step / m->d->step, (int64_t)1);
        *VEC_ADD(m->out) = row;
    }
    if (a->rows)
        m->border = MIN(m->border, end_of(a, 0) - a->step);
}

int rrd_rows_of(const struct rrd_dump *d, size_t ds, struct str uom, struct rrd_rows *out)
{
    struct making m = {.d = d, .ds = ds, .uom = uom, .border = INT64_MAX, .out = out};
    VEC(const struct rrd_archive *) from = {.n = 0};
    enum rrd_cf kind = RRD_LAST;

    VEC_CLEAR(out);
    for (size_t i = 0; i < d->archive.n; i++)
        if (d->archive.at[i].cf == RRD_AVERAGE)
            kind = RRD_AVERAGE;
    for (size_t i = 0; i < d->archive.n; i++)
        if (d->archive.at[i].cf == kind)
            *VEC_ADD(&from) = &d->archive.at[i];
    if (!from.n)
        return E_NOENT;
    qsort(from.at, from.n, sizeof(from.at[0]), by_step);
    for (size_t i = 0; i < from.n; i++)
        take_archive(&m, from.at[i]);
    VEC_RELEASE(&from);
    for (size_t i = 0; i < out->n / 2; i++) { /* the oldest first */
        struct rrd_row row = out->at[i];

        out->at[i] = out->at[out->n - 1 - i];
        out->at[out->n - 1 - i] = row;
    }
    return 0;
}

/* ---- what becomes of them ---- */

void rrd_rows_samples(const struct rrd_row *rows, size_t n, struct series_samples *out)
{
    for (size_t i = 0; i < n; i++)
        *VEC_ADD(out) = sample_of(&rows[i].mean, rows[i].end);
}

static int64_t bucket_of(const struct rrd_row *row, int64_t file_step, int64_t bucket_us)
{
    int64_t us = (row->step <= file_step ? row->end : row->end - row->step) * TIME_S;

    return us - us % bucket_us;
}

/* One bucket of rows [0, n). */
static struct series_bucket bucket(const struct rrd_row *rows, size_t n, int64_t us)
{
    struct series_bucket b = {.us = us};
    struct series_samples all = {.n = 0};
    __int128 sum = 0;

    for (size_t i = 0; i < n; i++) {
        *VEC_ADD(&all) = sample_of(&rows[i].min, 0);
        *VEC_ADD(&all) = sample_of(&rows[i].max, 0);
        *VEC_ADD(&all) = sample_of(&rows[i].mean, 0);
    }
    b.exponent = (int8_t)series_roll_exponent(all.at, all.n);
    for (size_t i = 0; i < n; i++) {
        int64_t min = series_roll_under(&all.at[3 * i], b.exponent);
        int64_t max = series_roll_under(&all.at[3 * i + 1], b.exponent);

        b.last = series_roll_under(&all.at[3 * i + 2], b.exponent);
        b.min = i ? MIN(b.min, min) : min;
        b.max = i ? MAX(b.max, max) : max;
        b.count += rows[i].count;
        sum += (__int128)b.last * rows[i].count;
    }
    b.sum_low = (uint64_t)sum;
    b.sum_high = (int64_t)(uint64_t)((unsigned __int128)sum >> 64);
    VEC_RELEASE(&all);
    return b;
}

void rrd_rows_buckets(const struct rrd_row *rows, size_t n, int64_t file_step, enum series_class class,
                      struct series_buckets *out)
{
    int64_t bucket_us = series_bucket_us(class);

    for (size_t i = 0, to; i < n; i = to) {
        int64_t us = bucket_of(&rows[i], file_step, bucket_us);

        for (to = i + 1; to < n && bucket_of(&rows[to], file_step, bucket_us) == us;)
            to++;
        *VEC_ADD(out) = bucket(rows + i, to - i, us);
    }
}
