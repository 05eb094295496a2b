/* SPDX-License-Identifier: Apache-2.0 */
/* The question series_data: what is asked, which resolution answers it, and reading. */
#include "db/series_ask_int.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT  100
#define DEFAULT_POINTS 500
#define RAW_US         (2 * TIME_DAY) /* so long a time is read from the measurements themselves */
#define RATE_BEFORE_US (15 * TIME_MIN)

/* ---- what is asked ---- */

/* "p99.9" */
static bool read_percentile(struct str s, double *out)
{
    struct str whole, rest = str_sub(s, 1, SIZE_MAX);
    uint64_t n, part = 0;
    double scale = 1;

    if (s.n < 2 || s.p[0] != 'p')
        return false;
    whole = str_cut(&rest, '.');
    if (!str_to_u64(whole, &n) || whole.p[0] == '+' || (rest.p && (rest.n > 6 || !str_to_u64(rest, &part))))
        return false;
    for (size_t i = 0; i < rest.n; i++)
        scale *= 10;
    *out = (double)n + (double)part / scale;
    return *out <= 100;
}

static bool read_aggregate(struct series_data *d)
{
    static const char *const words[] = {"mean", "min", "max", "last", "sum", "count"};
    struct str rest = series_ask_value(d->q, "aggregate");

    if (!rest.p)
        rest = STR("mean");
    while (rest.p) {
        struct str one = str_cut(&rest, ',');
        bool known = false;

        for (unsigned c = 0; c < SERIES_COLUMNS; c++) {
            if (!str_eq_c(one, words[c]))
                continue;
            d->column[c] = known = true;
        }
        if (!known) {
            if (d->want.n_percentiles == SERIES_PERCENTILES ||
                !read_percentile(one, &d->want.percentile[d->want.n_percentiles]))
                return false;
            d->want.n_percentiles++;
        }
    }
    if (d->column[SERIES_MEAN])
        d->column[SERIES_MIN] = d->column[SERIES_MAX] = true;
    return true;
}

static bool read_combine(struct series_data *d)
{
    static const char *const words[] = {"", "sum", "mean", "min", "max"};
    struct str s = series_ask_value(d->q, "combine");

    if (!s.p)
        return true;
    for (unsigned i = 1; i < ARRAY_LEN(words); i++)
        if (str_eq_c(s, words[i])) {
            d->combine = i;
            d->column[SERIES_MIN] = d->column[SERIES_MAX] = i != SERIES_TO_MIN && i != SERIES_TO_MAX;
            return true;
        }
    d->combine = SERIES_TO_PERCENTILE;
    return read_percentile(s, &d->combine_percentile);
}

static bool read_compare(struct series_data *d)
{
    struct str rest = series_ask_value(d->q, "compare");

    d->n_shifts = 1;
    while (rest.p) {
        struct str one = str_cut(&rest, ',');
        char unit = one.n ? one.p[one.n - 1] : 0;
        int64_t us = unit == 'h' ? TIME_H : unit == 'd' ? TIME_DAY : unit == 'w' ? 7 * TIME_DAY : 0;
        uint64_t n;

        if (!us || !str_to_u64(str_sub(one, 0, one.n - 1), &n) || n < 1 || n > 9999 ||
            d->n_shifts == SERIES_COMPARE)
            return false;
        d->shift[d->n_shifts].us = (int64_t)n * us;
        d->shift[d->n_shifts++].text = one;
    }
    return true;
}

static int64_t longest_shift(const struct series_data *d)
{
    int64_t us = 0;

    for (unsigned i = 0; i < d->n_shifts; i++)
        us = MAX(us, d->shift[i].us);
    return us;
}

/* The coarsest whose buckets are steps or parts of them; finer where the measurements are needed or few; coarser where it is kept no more and a coarser one goes further back. */
static void choose_class(struct series_data *d)
{
    int64_t step = d->want.step_us, from = d->from_us - longest_shift(d);

    d->class = SERIES_RAW;
    for (unsigned c = SERIES_5M; c < SERIES_CLASSES; c++)
        if (!d->want.rate && !d->want.n_percentiles && d->to_us - d->from_us > RAW_US &&
            step % series_bucket_us((enum series_class)c) == 0)
            d->class = (enum series_class)c;
    for (unsigned c = d->class; c < SERIES_CLASSES; c++) {
        int64_t oldest = series_read_oldest(d->q->r, d->class);

        if (oldest > from && series_read_oldest(d->q->r, (enum series_class)c) < oldest)
            d->class = (enum series_class)c;
    }
    if (d->class != SERIES_RAW && step < series_bucket_us(d->class))
        d->want.step_us = series_bucket_us(d->class);
}

static void choose_step(struct series_data *d)
{
    int64_t step = series_ask_number(d->q, "step", 0, 1, SERIES_ASK_STEP),
            points = series_ask_number(d->q, "points", DEFAULT_POINTS, 1, SERIES_ASK_POINTS),
            span = d->to_us - d->from_us;

    if (!step)
        step = series_steps_round((span + points * TIME_S - 1) / (points * TIME_S));
    step = MAX(step, (span + SERIES_ASK_POINTS * TIME_S - 1) / (SERIES_ASK_POINTS * TIME_S));
    d->want.step_us = step * TIME_S;
    choose_class(d);
    d->from_us -= d->from_us % d->want.step_us;
}

/* 1: answered by a problem; 0; E_INVAL: not what the API sends. */
static int read_question(struct series_data *d)
{
    struct series_ask *q = d->q;
    char since[TIME_RFC3339];

    d->from_us = series_ask_number(q, "from", -1, 0, INT64_MAX / 2);
    d->to_us = series_ask_number(q, "to", -1, 0, INT64_MAX / 2);
    if (d->from_us < 0 || d->to_us <= d->from_us)
        return E_INVAL;
    d->want.rate = str_eq_c(series_ask_value(q, "rate"), "1");
    d->csv = str_eq_c(series_ask_value(q, "format"), "csv");
    d->named = series_ask_value(q, "id").p != NULL;
    d->limit = (size_t)series_ask_number(q, "limit", DEFAULT_LIMIT, 1, SERIES_ASK_LIMIT);
    if (!read_aggregate(d))
        return series_ask_problem(q, 400, "aggregate", "PARAMETER_WORD", STR("aggregate"),
                                  STR("mean, min, max, last, sum, count, p0 ... p100")),
               1;
    if (!read_combine(d))
        return series_ask_problem(q, 400, "combine", "PARAMETER_WORD", STR("combine"),
                                  STR("sum, mean, min, max, p0 ... p100")),
               1;
    if (d->combine && series_ask_value(q, "aggregate").p)
        return series_ask_problem(q, 400, "aggregate", "COMBINE_ALONE", STR(""), STR("")), 1;
    if (!read_compare(d))
        return series_ask_problem(q, 400, "compare", "PARAMETER_WORD", STR("compare"),
                                  STR("1h ... 9999h, 1d ... 9999d, 1w ... 9999w (<= 4)")),
               1;
    choose_step(d);
    if (d->class == SERIES_RAW || !d->want.n_percentiles)
        return 0;
    time_rfc3339((struct wall){series_read_oldest(q->r, SERIES_RAW)}, since);
    series_ask_problem(q, 422, "from", "PERCENTILE_PAST", str_of(since), STR(""));
    return 1;
}

/* ---- reading ---- */

/* Points of before: a rate needs a measurement of then. */
static void cut_front(struct series_points *p, int64_t from_us)
{
    size_t n = 0;

    while (n < p->n && p->at[n].us < from_us)
        n++;
    if (!n)
        return;
    memmove(p->at, p->at + n, (p->n - n) * sizeof(*p->at));
    p->n -= n;
}

int series_data_read(struct series_data *d, const struct series_key *k, unsigned shift)
{
    int64_t before = d->want.rate ? MAX(RATE_BEFORE_US, 2 * d->want.step_us) : 0,
            from = d->from_us - d->shift[shift].us - before, to = d->to_us - d->shift[shift].us;
    int r;

    d->want.shift_us = d->shift[shift].us;
    if (d->class == SERIES_RAW) {
        r = series_read_samples(d->q->r, k, from, to, &d->samples);
        series_steps(d->samples.at, d->samples.n, &d->want, &d->points);
    } else {
        r = series_read_class(d->q->r, k, d->class, from, to, &d->buckets);
        series_steps_buckets(d->buckets.at, d->buckets.n, &d->want, &d->points);
    }
    cut_front(&d->points, d->from_us);
    return r;
}

static int apart(struct series_data *d, const struct series_picks *picks)
{
    int r = 0;

    for (size_t i = 0; i < picks->n && r == 0; i++) {
        struct series_key k = series_key_at(&d->q->r->s, picks->at[i].id);
        size_t shown = d->shown;

        if (d->limit == 0 || d->total > SERIES_ASK_TOTAL || d->q->given > SERIES_ASK_BYTES) {
            d->truncated = true;
            break;
        }
        for (unsigned shift = 0; shift < d->n_shifts && r == 0; shift++) {
            r = d->q->overdue(d->q->user) ? E_TIMEOUT : series_data_read(d, &k, shift);
            if (r == 0 && (d->points.n || d->named))
                series_render(d, picks->at[i].name, &k, shift, 0);
        }
        d->limit -= d->shown != shown;
    }
    return r;
}

int series_ask_data(struct series_ask *q, struct err *err UNUSED)
{
    struct series_data d = {.q = q};
    struct series_picks picks = {.n = 0};
    int r;

    buf_init(&d.times_text);
    r = read_question(&d);
    if (r == 0)
        r = series_pick(q, d.from_us - longest_shift(&d), d.to_us, &picks);
    if (r == 0) {
        series_render_begin(&d);
        r = d.combine ? series_combine(&d, &picks) : apart(&d, &picks);
        if (r == 0)
            series_render_end(&d);
    }
    VEC_RELEASE(&picks);
    VEC_RELEASE(&d.samples);
    VEC_RELEASE(&d.buckets);
    VEC_RELEASE(&d.points);
    VEC_RELEASE(&d.times);
    buf_release(&d.times_text);
    return MIN(r, 0);
}
