/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_said.h"

#include "core/perf.h"
#include "db/series_num.h"

static void put_number(struct buf *b, const struct perf_value *v)
{
    if (v->known)
        series_num_json(b, series_num(v->mantissa, v->exponent));
}

/* As plugins write it: "10", "10:", "~:10", "@10:20". */
static void put_range(struct json *j, const char *key, struct str uom, struct str text)
{
    struct perf_range r = bounds_range(uom, text);
    struct buf b = BUF_INIT;

    json_key(j, key);
    if (!r.given) {
        json_none(j);
        return;
    }
    if (r.inverted)
        buf_add_char(&b, '@');
    if (!r.low.known && r.high.known)
        buf_add_c(&b, "~:");
    else if (r.low.known && (r.low.mantissa || !r.high.known)) {
        put_number(&b, &r.low);
        buf_add_char(&b, ':');
    }
    put_number(&b, &r.high);
    if (r.low.known || r.high.known)
        json_str(j, buf_str(&b));
    else
        json_str(j, text);
    buf_release(&b);
}

static void put_bound(struct json *j, const char *key, struct str uom, struct str text)
{
    struct perf_value v = bounds_number(uom, text);
    struct buf b = BUF_INIT;

    json_key(j, key);
    put_number(&b, &v);
    if (b.len)
        json_raw(j, buf_str(&b));
    else
        json_none(j);
    buf_release(&b);
}

static void put_row(struct json *j, const struct bounds_row *row)
{
    put_range(j, "warn", row->uom, row->warn);
    put_range(j, "crit", row->uom, row->crit);
    put_bound(j, "min", row->uom, row->min);
    put_bound(j, "max", row->uom, row->max);
}

struct writing {
    struct json *j;
    struct buf *uom;
    int64_t from_us;
    bool any, unit; /* unit: it is said too */
};

static bool one_row(void *user, const struct bounds_row *row)
{
    struct writing *w = user;

    w->any = true;
    put_row(w->j, row);
    return false;
}

void series_said_members(struct series_ask *q, struct json *j, const struct series_key *k)
{
    struct writing w = {.j = j};

    if (q->bounds)
        bounds_read(q->bounds, k, q->now.us, q->now.us + 1, one_row, &w);
    if (!w.any)
        put_row(j, &(struct bounds_row){.since_us = 0});
}

static bool each_row(void *user, const struct bounds_row *row)
{
    struct writing *w = user;

    json_map(w->j);
    json_key_i64(w->j, "from", row->since_us / TIME_S);
    put_row(w->j, row);
    if (w->unit)
        json_key_str(w->j, "unit", row->uom);
    json_map_end(w->j);
    return true;
}

void series_said_thresholds(struct series_ask *q, struct buf *b, const struct series_key *k, int64_t from_us,
                            int64_t to_us)
{
    struct json j;
    struct writing w = {.j = &j, .unit = k->unit == PERF_OTHER};

    json_init(&j, b);
    json_list(&j);
    if (q->bounds)
        bounds_read(q->bounds, k, from_us, to_us, each_row, &w);
    json_list_end(&j);
}

static bool unit_row(void *user, const struct bounds_row *row)
{
    struct writing *w = user;

    buf_clear(w->uom);
    buf_add_str(w->uom, row->uom);
    return false;
}

static struct str written(struct series_ask *q, const struct series_key *k, struct buf *b)
{
    struct writing w = {.uom = b};

    buf_clear(b);
    if (q->bounds)
        bounds_read(q->bounds, k, q->now.us, q->now.us + 1, unit_row, &w);
    return buf_str(b);
}

struct str series_said_unit(struct series_ask *q, const struct series_key *k, struct buf *b)
{
    return k->unit == PERF_OTHER ? written(q, k, b) : str_of(series_pick_unit(k->unit));
}

void series_said_unit_members(struct series_ask *q, struct json *j, const struct series_key *k)
{
    struct buf b = BUF_INIT;

    json_key_str(j, "unit", series_said_unit(q, k, &b));
    json_key_bool(j, "counter", k->unit == PERF_COUNTER);
    json_key(j, "written");
    if (k->unit == PERF_BYTES && written(q, k, &b).n)
        json_str(j, buf_str(&b));
    else
        json_none(j);
    buf_release(&b);
}
