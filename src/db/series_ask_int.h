/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the question series_data share: db/series_ask_data.c (what is asked, reading), series_combine.c (several become one), series_render.c (the answer's text). */
#include "db/series_pick.h"
#include "db/series_steps.h"

#define SERIES_COMPARE 5u /* with now */

enum series_column {
    SERIES_MEAN,
    SERIES_MIN,
    SERIES_MAX,
    SERIES_LAST,
    SERIES_SUM,
    SERIES_COUNT,
    SERIES_COLUMNS
};

struct series_data {
    struct series_ask *q;
    int64_t from_us, to_us; /* from: a multiple of the step */
    struct series_want want;
    bool column[SERIES_COLUMNS];
    enum series_class class;
    struct {
        int64_t us;
        struct str text; /* p NULL: now */
    } shift[SERIES_COMPARE];
    unsigned n_shifts;
    bool csv, truncated;
    bool named;          /* by id: those without a measurement are shown too */
    size_t limit;        /* of series */
    size_t shown, total; /* series and points that were */
    /* combine */
    enum {
        SERIES_APART,
        SERIES_TO_SUM,
        SERIES_TO_MEAN,
        SERIES_TO_MIN,
        SERIES_TO_MAX,
        SERIES_TO_PERCENTILE
    } combine;
    double combine_percentile;
    struct series_samples samples;
    struct series_buckets buckets;
    struct series_points points;
    VEC(int64_t) times; /* of the series that was rendered last, and as text */
    struct buf times_text;
};

/* Reads one series, shifted; into d->points. */
int series_data_read(struct series_data *d, const struct series_key *k, unsigned shift);

void series_render_begin(struct series_data *d);
/* combined: how many series it is made of; 0: it is one. */
void series_render(struct series_data *d, const struct past_name *name, const struct series_key *k,
                   unsigned shift, size_t combined);
void series_render_end(struct series_data *d);

/* All of the picks, by label and unit. */
int series_combine(struct series_data *d, const struct series_picks *picks);
