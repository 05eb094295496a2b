/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several series become one: those with the same label and unit. In each step in which one of them has a measurement, each brings its mean, least and greatest there, or its last one before if that is
 * not older than what is a gap for it: checks do not begin together.
 */
#include "core/perf.h"
#include "db/series_ask_int.h"
#include "db/series_said.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct value {
    int64_t us;
    double mean, min, max, last;
};

struct member {
    VEC(struct value) value;
    int64_t gap_us;
    size_t at;
};

struct group {
    VEC(struct member) member;
    int64_t gap_us, usual_us; /* the longest */
};

static struct value value_of(const struct series_point *p)
{
    return (struct value){p->us, p->mean, p->min, p->max, p->last};
}

static int take(struct series_data *d, struct group *g, const struct series_key *k, unsigned shift)
{
    int r = series_data_read(d, k, shift);
    struct member *m;

    if (r < 0 || !d->points.n)
        return r;
    m = VEC_ADD(&g->member);
    m->gap_us = series_steps_gap(d->points.usual_us, d->want.step_us);
    g->gap_us = MAX(g->gap_us, m->gap_us);
    g->usual_us = MAX(g->usual_us, d->points.usual_us);
    for (size_t i = 0; i < d->points.n; i++)
        if (d->points.at[i].count)
            *VEC_ADD(&m->value) = value_of(&d->points.at[i]);
    d->total += d->points.n;
    return 0;
}

/* The least time that a member has not given yet; INT64_MAX: none. */
static int64_t next_time(const struct group *g)
{
    int64_t us = INT64_MAX;

    for (size_t i = 0; i < g->member.n; i++) {
        const struct member *m = &g->member.at[i];

        if (m->at < m->value.n)
            us = MIN(us, m->value.at[m->at].us);
    }
    return us;
}

/* What the members bring to one step. mean: room for as many as there are. */
static struct series_point joined(const struct series_data *d, const struct value *v, size_t n, double *mean)
{
    double means = 0, mins = 0, maxes = 0, min = v[0].min, max = v[0].max, one;

    for (size_t i = 0; i < n; i++) {
        means += mean[i] = v[i].mean;
        mins += v[i].min;
        maxes += v[i].max;
        min = v[i].min < min ? v[i].min : min;
        max = v[i].max > max ? v[i].max : max;
    }
    switch (d->combine) {
    case SERIES_TO_SUM: return (struct series_point){.mean = means, .min = mins, .max = maxes};
    case SERIES_TO_MIN: max = one = min; break;
    case SERIES_TO_MAX: min = one = max; break;
    case SERIES_TO_PERCENTILE: one = series_steps_percentile(mean, n, d->combine_percentile); break;
    default: one = means / (double)n;
    }
    return (struct series_point){.mean = one, .min = min, .max = max};
}

static void add_point(struct series_data *d, int64_t gap_us, const struct series_point *one)
{
    struct series_points *p = &d->points;

    if (p->n && one->us - VEC_LAST(p).us > gap_us) {
        int64_t before = VEC_LAST(p).us;

        VEC_ADD(p)->us = before + d->want.step_us;
    }
    p->single &= one->min == one->mean && one->max == one->mean;
    *VEC_ADD(p) = *one;
}

/* What a member brings to the step of a time. false: nothing. */
static bool bring(struct member *m, int64_t us, struct value *out)
{
    bool is_new = m->at < m->value.n && m->value.at[m->at].us == us;

    m->at += is_new;
    if (!m->at || us - m->value.at[m->at - 1].us > m->gap_us)
        return false;
    *out = m->value.at[m->at - 1];
    if (!is_new)
        out->mean = out->min = out->max = out->last;
    return true;
}

static void join(struct series_data *d, struct group *g)
{
    struct value *v = mem_calloc(g->member.n + 1, sizeof(*v));
    double *mean = mem_calloc(g->member.n + 1, sizeof(*mean));
    int64_t us;

    VEC_CLEAR(&d->points);
    d->points.single = true;
    d->points.usual_us = g->usual_us;
    while ((us = next_time(g)) != INT64_MAX) {
        struct series_point one;
        size_t n = 0;

        for (size_t i = 0; i < g->member.n; i++)
            n += bring(&g->member.at[i], us, &v[n]);
        one = joined(d, v, n, mean);
        one.us = us;
        one.count = (int64_t)n;
        add_point(d, g->gap_us, &one);
    }
    mem_free(v);
    mem_free(mean);
}

static void group_release(struct group *g)
{
    for (size_t i = 0; i < g->member.n; i++)
        VEC_RELEASE(&g->member.at[i].value);
    VEC_RELEASE(&g->member);
}

/* Of units that nobody knows, what was written last: degrees and watts make no sum. */
static bool same_kind(struct series_data *d, const struct series_key *a, const struct series_key *b)
{
    struct buf of_a = BUF_INIT, of_b = BUF_INIT;
    bool same = a->unit == b->unit && str_eq(a->label, b->label);

    if (same && a->unit == PERF_OTHER)
        same = str_eq(series_said_unit(d->q, a, &of_a), series_said_unit(d->q, b, &of_b));
    buf_release(&of_a);
    buf_release(&of_b);
    return same;
}

/* All picks of the kind of picks[first], for each of the times. kind: of each pick first + 1, once it has one. */
static int one_kind(struct series_data *d, const struct series_picks *picks, size_t first, size_t *kind)
{
    struct series_key k = series_key_at(&d->q->r->s, picks->at[first].id);
    int r = 0;

    for (size_t i = first; i < picks->n && r == 0; i++) {
        struct series_key other = series_key_at(&d->q->r->s, picks->at[i].id);

        r = d->q->overdue(d->q->user) ? E_TIMEOUT : 0;
        if (!kind[i] && same_kind(d, &k, &other))
            kind[i] = first + 1;
    }
    for (unsigned shift = 0; shift < d->n_shifts && r == 0; shift++) {
        struct group g = {.gap_us = 0};

        for (size_t i = first; i < picks->n && r == 0; i++) {
            struct series_key other = series_key_at(&d->q->r->s, picks->at[i].id);

            if (kind[i] != first + 1)
                continue;
            r = d->q->overdue(d->q->user) ? E_TIMEOUT : take(d, &g, &other, shift);
            if (d->total > SERIES_ASK_TOTAL) {
                d->truncated = true;
                break;
            }
        }
        if (r == 0 && g.member.n) {
            size_t n = g.member.n, total = d->total;

            join(d, &g);
            series_render(d, NULL, &k, shift, n);
            d->total = total;
        }
        group_release(&g);
    }
    return r;
}

int series_combine(struct series_data *d, const struct series_picks *picks)
{
    size_t *kind = mem_calloc(picks->n + 1, sizeof(*kind));
    int r = 0;

    for (size_t i = 0; i < picks->n && r == 0 && d->total <= SERIES_ASK_TOTAL; i++)
        if (!kind[i])
            r = one_kind(d, picks, i, kind);
    mem_free(kind);
    return r;
}
