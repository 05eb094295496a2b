/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of series_data as JSON and CSV. The numbers are many: they are written without going through struct json. */
#include "base/csv.h"
#include "core/perf.h"
#include "db/series_ask_int.h"
#include "db/series_num.h"
#include "db/series_said.h"

#include <math.h>
#include <string.h>

static const char *const resolutions[] = {"raw", "5min", "1h", "1d"};
static const char *const columns[] = {"mean", "min", "max", "last", "sum", "count"};

static void put_time(struct buf *b, int64_t us)
{
    struct json j;

    json_init(&j, b);
    json_time(&j, (struct wall){us});
}

static double value_of(const struct series_point *p, unsigned column)
{
    switch (column) {
    case SERIES_MEAN: return p->mean;
    case SERIES_MIN: return p->min;
    case SERIES_MAX: return p->max;
    case SERIES_LAST: return p->last;
    case SERIES_SUM: return p->sum;
    default: return (double)p->count;
    }
}

/* Columns that would say the same as mean. */
static bool is_shown(const struct series_data *d, unsigned column)
{
    bool same = d->points.single && d->column[SERIES_MEAN] &&
                (column == SERIES_MIN || column == SERIES_MAX || column == SERIES_LAST);

    return d->column[column] && !same;
}

static void put_percentile_name(struct buf *b, double p)
{
    buf_add_char(b, 'p');
    series_num_json(b, p);
}

/* ---- JSON ---- */

static bool same_times(const struct series_data *d)
{
    const struct series_points *p = &d->points;
    bool same = p->n == d->times.n;

    for (size_t i = 0; i < p->n && same; i++)
        same = p->at[i].us == d->times.at[i];
    return same;
}

/* Mostly those of the series before. */
static void put_times(struct series_data *d)
{
    const struct series_points *p = &d->points;
    struct buf *b = &d->times_text;
    char *to;

    if (!b->len || !same_times(d)) {
        VEC_CLEAR(&d->times);
        VEC_RESERVE(&d->times, p->n);
        buf_clear(b);
        buf_reserve(b, p->n * 24 + 16);
        to = b->data;
        memcpy(to, "\"t\":[", 5);
        to += 5;
        for (size_t i = 0; i < p->n; i++) {
            d->times.at[d->times.n++] = p->at[i].us;
            to = series_num_i64_at(to, p->at[i].us / TIME_S);
            *to++ = ',';
        }
        to -= p->n != 0;
        *to++ = ']';
        b->len = (size_t)(to - b->data);
    }
    buf_add_str(&d->q->out, buf_str(b));
}

/* The numbers of a column, or of percentile n. */
static void put_numbers(struct buf *b, const struct series_points *p, unsigned column, unsigned n)
{
    unsigned places = 0;
    char *to;

    buf_reserve(b, p->n * (SERIES_NUM_ROOM + 1) + 8);
    to = b->data + b->len;
    *to++ = '[';
    for (size_t i = 0; i < p->n; i++) {
        const struct series_point *at = &p->at[i];

        to = series_num_json_at(to,
                                !at->count                ? NAN
                                : column < SERIES_COLUMNS ? value_of(at, column)
                                                          : at->percentile[n],
                                &places);
        *to++ = ',';
    }
    to -= p->n != 0;
    *to++ = ']';
    b->len = (size_t)(to - b->data);
    *to = '\0';
}

static void put_column(struct buf *b, const struct series_points *p, unsigned column)
{
    buf_printf(b, ",\"%s\":", columns[column]);
    put_numbers(b, p, column, 0);
}

static void put_percentile(struct buf *b, const struct series_data *d, unsigned n)
{
    buf_add_c(b, ",\"");
    put_percentile_name(b, d->want.percentile[n]);
    buf_add_c(b, "\":");
    put_numbers(b, &d->points, SERIES_COLUMNS, n);
}

static void put_who(struct series_data *d, struct json *j, const struct past_name *name,
                    const struct series_key *k, unsigned shift, size_t combined)
{
    static const char *const none[] = {"id", "resource", "kind", "host", "service"};

    if (combined) {
        for (size_t i = 0; i < ARRAY_LEN(none); i++)
            json_key_c(j, none[i], NULL);
        json_key_str(j, "label", k->label);
        json_key_u64(j, "combined", combined);
    } else {
        series_pick_members(j, name, k);
    }
    series_said_unit_members(d->q, j, k);
    json_key(j, "compare");
    if (d->shift[shift].text.p)
        json_str(j, d->shift[shift].text);
    else
        json_none(j);
    json_key(j, "usual");
    if (d->points.usual_us)
        json_i64(j, MAX((d->points.usual_us + TIME_S / 2) / TIME_S, 1));
    else
        json_none(j);
}

static void render_json(struct series_data *d, const struct past_name *name, const struct series_key *k,
                        unsigned shift, size_t combined)
{
    struct buf *b = &d->q->out;
    struct json j;

    if (d->shown)
        buf_add_char(b, ',');
    json_init(&j, b);
    json_map(&j);
    put_who(d, &j, name, k, shift, combined);
    buf_add_char(b, ',');
    put_times(d);
    for (unsigned c = 0; c < SERIES_COLUMNS; c++)
        if (is_shown(d, c))
            put_column(b, &d->points, c);
    for (unsigned i = 0; i < d->want.n_percentiles; i++)
        put_percentile(b, d, i);
    buf_add_c(b, ",\"thresholds\":");
    if (combined || d->shift[shift].us)
        buf_add_c(b, "[]");
    else
        series_said_thresholds(d->q, b, k, d->from_us, d->to_us);
    json_map_end(&j);
}

/* ---- CSV ---- */

static void put_cell(struct buf *b, struct str s)
{
    struct buf text = BUF_INIT;

    buf_add_utf8(&text, s);
    csv_cell(b, buf_str(&text));
    buf_release(&text);
}

/* Time alone is another in each line. */
static void put_prefix(struct series_data *d, struct buf *b, const struct past_name *name,
                       const struct series_key *k, unsigned shift, size_t combined)
{
    struct buf id = BUF_INIT, unit = BUF_INIT;

    if (!combined)
        series_pick_id(&id, k);
    buf_add_char(b, ',');
    put_cell(b, buf_str(&id));
    buf_add_char(b, ',');
    put_cell(b, combined ? STR("") : name->host);
    buf_add_char(b, ',');
    put_cell(b, combined ? STR("") : name->service);
    buf_add_char(b, ',');
    put_cell(b, k->label);
    buf_add_char(b, ',');
    put_cell(b, series_said_unit(d->q, k, &unit));
    buf_release(&unit);
    buf_add_char(b, ',');
    put_cell(b, d->shift[shift].text);
    buf_release(&id);
}

static void render_csv(struct series_data *d, const struct past_name *name, const struct series_key *k,
                       unsigned shift, size_t combined)
{
    struct buf prefix = BUF_INIT, *b = &d->q->out, time = BUF_INIT;

    put_prefix(d, &prefix, name, k, shift, combined);
    for (size_t i = 0; i < d->points.n; i++) {
        const struct series_point *p = &d->points.at[i];

        buf_clear(&time);
        put_time(&time, p->us);
        buf_add_str(b, str_sub(buf_str(&time), 1, time.len - 2)); /* without quotes */
        buf_add_str(b, buf_str(&prefix));
        for (unsigned c = 0; c < SERIES_COLUMNS; c++) {
            if (!d->column[c])
                continue;
            buf_add_char(b, ',');
            if (p->count)
                series_num_json(b, value_of(p, c));
        }
        for (unsigned n = 0; n < d->want.n_percentiles; n++) {
            buf_add_char(b, ',');
            if (p->count)
                series_num_json(b, p->percentile[n]);
        }
        buf_add_c(b, "\r\n");
    }
    buf_release(&prefix);
    buf_release(&time);
}

/* ---- all of it ---- */

void series_render_begin(struct series_data *d)
{
    struct buf *b = &d->q->out;

    if (d->csv) {
        buf_add_c(b, "200 text/csv; charset=utf-8\ntime,id,host,service,label,unit,compare");
        for (unsigned c = 0; c < SERIES_COLUMNS; c++)
            if (d->column[c])
                buf_printf(b, ",%s", columns[c]);
        for (unsigned i = 0; i < d->want.n_percentiles; i++) {
            buf_add_char(b, ',');
            put_percentile_name(b, d->want.percentile[i]);
        }
        buf_add_c(b, "\r\n");
        return;
    }
    buf_add_c(b, "200 application/json\n{\"from\":");
    put_time(b, d->from_us);
    buf_add_c(b, ",\"to\":");
    put_time(b, d->to_us);
    buf_printf(b, ",\"step\":%lld,\"resolution\":\"%s\",\"series\":[", (long long)(d->want.step_us / TIME_S),
               resolutions[d->class]);
}

void series_render(struct series_data *d, const struct past_name *name, const struct series_key *k,
                   unsigned shift, size_t combined)
{
    if (d->csv)
        render_csv(d, name, k, shift, combined);
    else
        render_json(d, name, k, shift, combined);
    d->shown++;
    d->total += d->points.n;
    series_ask_give(d->q, false);
}

void series_render_end(struct series_data *d)
{
    if (!d->csv)
        buf_printf(&d->q->out, "],\"truncated\":%s}", d->truncated ? "true" : "false");
    series_ask_give(d->q, true);
}
