/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoints: parameters, answers and errors as Prometheus has them. */
#include "db/prom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db/series_num.h"
#include "wire/promerror.h"

#define TIME_MS_MAX (INT64_C(1) << 53)

/* ---- answers ---- */

static int refuse(struct series_ask *q, const struct err *err)
{
    int status = err->code == E_INVAL ? 400 : err->code == E_LIMIT ? 422 : 503;

    buf_clear(&q->out);
    buf_printf(&q->out, "%d application/json\n", status);
    promerror_put(&q->out, err->code == E_TIMEOUT ? "timeout" : promerror_type(status), str_of(err->text));
    series_ask_give(q, true);
    return 0;
}

static void begin(struct series_ask *q)
{
    buf_add_c(&q->out, "200 application/json\n{\"status\":\"success\",\"data\":");
}

static void end(struct prom *p)
{
    prom_warnings_put(p, &p->q->out);
    buf_add_char(&p->q->out, '}');
    series_ask_give(p->q, true);
}

static void put_metric(struct buf *b, const struct str *label)
{
    struct json j;

    json_init(&j, b);
    json_map(&j);
    for (unsigned i = 0; i < PROM_LABELS; i++)
        if (label[i].n)
            json_key_str(&j, prom_label_names[i], label[i]);
    json_map_end(&j);
}

/* [1764435195.123," */
static char *put_stamp(char *to, int64_t ms)
{
    int64_t part = ms % 1000;

    *to++ = '[';
    to = series_num_i64_at(to, ms / 1000);
    if (part) {
        *to++ = '.';
        for (int64_t unit = 100; unit; unit /= 10)
            *to++ = (char)('0' + part / unit % 10);
    }
    *to++ = ',';
    *to++ = '"';
    return to;
}

static char *put_value(char *to, double v, unsigned *places)
{
    to = series_num_at(to, v, places);
    *to++ = '"';
    *to++ = ']';
    return to;
}

static void put_point(struct buf *b, int64_t ms, double v)
{
    unsigned places = 0;

    buf_reserve(b, 2 * SERIES_NUM_ROOM);
    b->len = (size_t)(put_value(put_stamp(b->data + b->len, ms), v, &places) - b->data);
    b->data[b->len] = '\0';
}

/* ---- parameters ---- */

/* Seconds with up to so many places as there are, in ms. */
static bool seconds(struct str s, int64_t *ms)
{
    char text[40], *after;
    double v;

    if (!s.n || s.n >= sizeof(text) || !strchr("+-.0123456789", s.p[0]))
        return false;
    str_copy(text, sizeof(text), s);
    v = strtod(text, &after);
    if (*after || !isfinite(v) || strpbrk(text, "xXpPnN"))
        return false;
    v = rint(v * 1000);
    if (fabs(v) > (double)TIME_MS_MAX)
        return false;
    *ms = (int64_t)v;
    return true;
}

static bool moment(struct series_ask *q, const char *name, int64_t def_ms, int64_t *ms, struct err *err)
{
    struct str s = series_ask_value(q, name);
    struct wall t;

    *ms = def_ms;
    if (!s.n || seconds(s, ms))
        return true;
    if (time_parse_rfc3339(s, &t)) {
        *ms = t.us / 1000;
        return true;
    }
    err_set(err, E_INVAL, "invalid parameter \"%s\": cannot parse \"" STR_FMT "\" to a valid timestamp", name,
            STR_ARG(str_sub(s, 0, 100)));
    return false;
}

/* Where Prometheus says so, too: everywhere but in query_range. */
static bool moment_named(struct series_ask *q, const char *name, int64_t def_ms, int64_t *ms, struct err *err)
{
    struct str s = series_ask_value(q, name);

    if (moment(q, name, def_ms, ms, err))
        return true;
    err_clear(err);
    err_set(err, E_INVAL,
            "invalid parameter \"%s\": Invalid time value for '%s': cannot parse \"" STR_FMT
            "\" to a valid timestamp",
            name, name, STR_ARG(str_sub(s, 0, 100)));
    return false;
}

static bool span(struct series_ask *q, const char *name, int64_t *ms, struct err *err)
{
    struct str s = series_ask_value(q, name);

    if (seconds(s, ms) || prom_duration(s, ms))
        return true;
    err_set(err, E_INVAL, "invalid parameter \"%s\": cannot parse \"" STR_FMT "\" to a valid duration", name,
            STR_ARG(str_sub(s, 0, 100)));
    return false;
}

static struct prom_node *query_of(struct prom *p)
{
    struct prom_node *n = prom_parse(series_ask_value(p->q, "query"), p->arena, p->err);

    if (!n)
        err_prefix(p->err, "invalid parameter \"query\": ");
    return n;
}

static bool lookback(struct prom *p)
{
    struct str asked = series_ask_value(p->q, "lookback_delta");
    int64_t timeout_ms; /* ours is what counts */

    if (series_ask_value(p->q, "timeout").n && !span(p->q, "timeout", &timeout_ms, p->err))
        return false;
    p->lookback_ms = str_eq_c(asked, "usual") ? 0 : PROM_LOOKBACK_MS;
    if (!asked.n || !p->lookback_ms)
        return true;
    return span(p->q, "lookback_delta", &p->lookback_ms, p->err);
}

/* ---- query ---- */

static void put_vector(struct prom *p, const struct prom_value *v)
{
    struct buf *b = &p->q->out;
    bool any = false;

    buf_add_c(b, "{\"resultType\":\"vector\",\"result\":[");
    for (size_t k = 0; k < v->series.n; k++) {
        const struct prom_series *s = &v->series.at[k];

        if (!s->has[0])
            continue;
        buf_add_c(b, any ? ",{\"metric\":" : "{\"metric\":");
        any = true;
        put_metric(b, s->label);
        buf_add_c(b, ",\"value\":");
        put_point(b, p->end_ms, s->v[0]);
        buf_add_char(b, '}');
        series_ask_give(p->q, false);
    }
    buf_add_c(b, "]}");
}

/* A range by itself: the samples as they are. */
static int put_matrix(struct prom *p, const struct prom_node *n)
{
    struct buf *b = &p->q->out;
    int64_t to = p->end_ms - n->offset_ms, from = to - n->range_ms;
    struct prom_choice c;
    bool any = false;
    int r = prom_choose(p, n, from, to, &c);

    if (r < 0)
        return r;
    begin(p->q);
    buf_add_c(b, "{\"resultType\":\"matrix\",\"result\":[");
    for (size_t i = 0; i < c.at.n && (r = prom_read(p, &c, &c.at.at[i], from, to)) == 0; i++) {
        bool first = true;

        for (size_t k = 0; k < p->samples.n; k++) {
            const struct prom_sample *s = &p->samples.at[k];

            if (s->ms < from || s->ms > to)
                continue;
            if (first) {
                buf_add_c(b, any ? ",{\"metric\":" : "{\"metric\":");
                put_metric(b, c.at.at[i].label);
                buf_add_c(b, ",\"values\":[");
                any = true;
            } else {
                buf_add_char(b, ',');
            }
            first = false;
            prom_used(p, s->ms);
            put_point(b, s->ms, s->v);
        }
        if (!first)
            buf_add_c(b, "]}");
        series_ask_give(p->q, false);
    }
    buf_add_c(b, "]}");
    if (r == 0)
        end(p);
    prom_choice_release(&c);
    return r;
}

static int run_query(struct prom *p)
{
    struct prom_value v = {.scalar = NULL};
    struct prom_node *n;
    int r;

    if (!moment_named(p->q, "time", p->q->now.us / 1000, &p->start_ms, p->err) || !lookback(p) ||
        !(n = query_of(p)))
        return E_INVAL;
    p->end_ms = p->start_ms;
    p->step_ms = 1;
    p->n_steps = 1;
    if (n->type == PROM_MATRIX)
        return put_matrix(p, n);
    r = prom_eval(p, n, &v);
    if (r == 0) {
        begin(p->q);
        if (v.scalar) {
            buf_add_c(&p->q->out, "{\"resultType\":\"scalar\",\"result\":");
            put_point(&p->q->out, p->end_ms, v.scalar[0]);
            buf_add_char(&p->q->out, '}');
        } else {
            put_vector(p, &v);
        }
        end(p);
    }
    VEC_RELEASE(&v.series);
    return r;
}

/* ---- query_range ---- */

static bool range_of(struct prom *p)
{
    struct series_ask *q = p->q;

    if (!moment(q, "start", -TIME_MS_MAX, &p->start_ms, p->err) ||
        !moment(q, "end", -TIME_MS_MAX, &p->end_ms, p->err))
        return false;
    if (p->start_ms == -TIME_MS_MAX || p->end_ms == -TIME_MS_MAX)
        err_set(p->err, E_INVAL, "invalid parameter \"%s\": cannot parse \"\" to a valid timestamp",
                p->start_ms == -TIME_MS_MAX ? "start" : "end");
    else if (p->end_ms < p->start_ms)
        err_set(p->err, E_INVAL, "invalid parameter \"end\": end timestamp must not be before start time");
    else if (span(q, "step", &p->step_ms, p->err) && p->step_ms <= 0)
        err_set(
            p->err, E_INVAL,
            "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try "
            "a positive integer");
    else if (p->step_ms > 0 && (p->end_ms - p->start_ms) / p->step_ms > PROM_STEPS_MAX)
        err_set(p->err, E_INVAL,
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
                "resolution (?step=XX)");
    if (p->err->code || p->step_ms <= 0)
        return false;
    p->n_steps = (size_t)((p->end_ms - p->start_ms) / p->step_ms) + 1;
    return true;
}

static int by_labels(const void *a, const void *b)
{
    const struct prom_series *x = a, *y = b;

    return prom_labels_cmp(x->label, y->label);
}

/* The times of all steps are written once. */
struct stamps {
    struct buf text;
    VEC(uint32_t) at; /* where each begins, and the last ends */
};

static void stamps_make(struct stamps *s, const struct prom *p)
{
    buf_init(&s->text);
    VEC_RESERVE(&s->at, p->n_steps + 1);
    for (size_t i = 0; i <= p->n_steps; i++) {
        buf_reserve(&s->text, SERIES_NUM_ROOM);
        s->at.at[i] = (uint32_t)s->text.len;
        s->text.len = (size_t)(put_stamp(s->text.data + s->text.len, p->start_ms + (int64_t)i * p->step_ms) -
                               s->text.data);
    }
}

/* The answer, a series after another. */
struct range {
    struct prom *p;
    struct stamps stamps;
    bool any;
};

static void range_begin(struct range *g, struct prom *p)
{
    *g = (struct range){.p = p};
    stamps_make(&g->stamps, p);
    begin(p->q);
    buf_add_c(&p->q->out, "{\"resultType\":\"matrix\",\"result\":[");
}

static void range_put(struct range *g, const struct prom_series *s)
{
    struct prom *p = g->p;
    struct buf *b = &p->q->out;
    char *to, *begin_of_values;
    unsigned places = 0;

    buf_add_c(b, g->any ? ",{\"metric\":" : "{\"metric\":");
    g->any = true;
    put_metric(b, s->label);
    buf_add_c(b, ",\"values\":[");
    buf_reserve(b, p->n_steps * (2 * SERIES_NUM_ROOM) + 8);
    begin_of_values = to = b->data + b->len;
    for (size_t i = 0; i < p->n_steps; i++) {
        const char *stamp = g->stamps.text.data + g->stamps.at.at[i];
        size_t n = g->stamps.at.at[i + 1] - g->stamps.at.at[i];

        if (s->has && !s->has[i])
            continue;
        memcpy(to, stamp, n);
        to = put_value(to + n, s->v[i], &places);
        *to++ = ',';
    }
    to -= to != begin_of_values;
    b->len = (size_t)(to - b->data);
    buf_add_c(b, "]}");
    series_ask_give(p->q, false);
}

static void range_end(struct range *g, bool whole)
{
    if (whole) {
        buf_add_c(&g->p->q->out, "]}");
        end(g->p);
    }
    buf_release(&g->stamps.text);
    VEC_RELEASE(&g->stamps.at);
}

static size_t values_of(const struct prom *p, const struct prom_value *v)
{
    size_t n = 0;

    for (size_t k = 0; k < v->series.n; k++)
        for (size_t i = 0; i < p->n_steps; i++)
            n += v->series.at[k].has[i];
    return n;
}

static int too_many(struct prom *p)
{
    return err_set(
        p->err, E_LIMIT,
        "the answer has more than %u values: ask for fewer series, a shorter time or a longer step",
        PROM_VALUES_MAX);
}

static int put_value_of_all(struct prom *p, const struct prom_node *n)
{
    struct prom_value v = {.scalar = NULL};
    struct range g;
    int r = prom_eval(p, n, &v);

    if (r == 0 && values_of(p, &v) > PROM_VALUES_MAX)
        r = too_many(p);
    if (r == 0) {
        range_begin(&g, p);
        if (v.scalar)
            range_put(&g, &(struct prom_series){.v = v.scalar});
        else if (v.series.n)
            qsort(v.series.at, v.series.n, sizeof(v.series.at[0]), by_labels);
        for (size_t i = 0; i < v.series.n; i++)
            range_put(&g, &v.series.at[i]);
        range_end(&g, true);
    }
    VEC_RELEASE(&v.series);
    return r;
}

/* A selector by itself: each series goes out when it is read, in the same memory as the one before. 1: that may be too much. */
static int put_selected(struct prom *p, const struct prom_node *n)
{
    struct prom_selection s;
    struct prom_series one = {.v = prom_scalar_new(p), .has = arena_alloc(p->arena, p->n_steps)};
    struct range g;
    int r = prom_select_begin(p, n, &s);

    if (r == 0 && s.choice.at.n * p->n_steps > PROM_VALUES_MAX) {
        r = 1;
    } else if (r == 0) {
        range_begin(&g, p);
        while ((r = prom_select_next(p, &s, &one)) == 1)
            range_put(&g, &one);
        range_end(&g, r == 0);
    }
    prom_select_end(&s);
    return r;
}

static int run_range(struct prom *p)
{
    struct prom_node *n;
    int r = 1;

    if (!range_of(p) || !lookback(p) || !(n = query_of(p)))
        return E_INVAL;
    if (n->type != PROM_SCALAR && n->type != PROM_VECTOR)
        return err_set(p->err, E_INVAL,
                       "invalid parameter \"query\": invalid expression type \"%s\" for range query, must be "
                       "Scalar or instant Vector",
                       prom_type_name(n->type));
    if (n->kind == PROM_SELECT || n->kind == PROM_CALL)
        r = put_selected(p, n);
    return r == 1 ? put_value_of_all(p, n) : r;
}

/* ---- labels, values, series ---- */

struct seeking {
    struct prom *p;
    void (*each)(struct seeking *s, const struct prom_chosen *c);
    struct map seen;
    bool bounded; /* in time: what was not measured then is not there */
    int label;
    bool any, has[PROM_LABELS];
};

static int seek_one(struct seeking *s, const struct prom_node *n, int64_t from, int64_t to)
{
    struct prom_choice c;
    int r = prom_choose(s->p, n, from, to, &c);

    if (r < 0)
        return r;
    for (size_t i = 0; r >= 0 && i < c.at.n; i++) {
        r = s->bounded ? prom_is_there(s->p, &c, &c.at.at[i], from, to) : 1;
        if (r == 1)
            s->each(s, &c.at.at[i]);
    }
    prom_choice_release(&c);
    return MIN(r, 0);
}

/* All that any of match[] chooses; without it everything. */
static int seek(struct seeking *s, bool needed)
{
    static const char name[] = "match[]=";
    struct prom *p = s->p;
    int64_t from, to;
    bool any = false;
    int r = 0;

    if (!moment_named(p->q, "start", 0, &from, p->err) ||
        !moment_named(p->q, "end", INT64_MAX / 4000, &to, p->err))
        return E_INVAL;
    s->bounded = series_ask_value(p->q, "start").n || series_ask_value(p->q, "end").n;
    for (size_t i = 0; i < p->q->n && r == 0; i++) {
        struct prom_node *n;

        if (!str_starts(p->q->arg[i], str_of(name)))
            continue;
        any = true;
        n = prom_parse_selector(str_sub(p->q->arg[i], sizeof(name) - 1, SIZE_MAX), p->arena, p->err);
        if (!n && strstr(p->err->text, "at least one non-empty matcher")) {
            err_clear(p->err);
            err_set(p->err, E_INVAL, "match[] must contain at least one non-empty matcher");
        }
        r = n ? seek_one(s, n, from, to) : E_INVAL;
    }
    if (!any && needed)
        return err_set(p->err, E_INVAL, "no match[] parameter provided");
    if (!any)
        r = seek_one(s, &(struct prom_node){.kind = PROM_SELECT}, from, to);
    return r;
}

static void note_labels(struct seeking *s, const struct prom_chosen *c)
{
    for (unsigned i = 0; i < PROM_LABELS; i++)
        s->has[i] |= c->label[i].n != 0;
}

static int run_labels(struct prom *p)
{
    struct seeking s = {.p = p, .each = note_labels};
    struct json j;
    int r = seek(&s, false);

    if (r < 0)
        return r;
    begin(p->q);
    json_init(&j, &p->q->out);
    json_list(&j);
    for (unsigned i = 0; i < PROM_LABELS; i++)
        if (s.has[i])
            json_c(&j, prom_label_names[i]);
    json_list_end(&j);
    end(p);
    return 0;
}

static void note_value(struct seeking *s, const struct prom_chosen *c)
{
    if (s->label >= 0 && c->label[s->label].n)
        map_put(&s->seen, c->label[s->label], 1);
}

static int by_text(const void *a, const void *b)
{
    struct str x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return str_cmp(x, y);
}

static int run_values(struct prom *p)
{
    struct str name = series_ask_value(p->q, "name");
    struct seeking s = {.p = p, .each = note_value, .label = prom_label_of(name)};
    VEC(struct str) all = {.n = 0};
    struct json j;
    uint64_t one;
    int r;

    if (!prom_is_label(name))
        return err_set(p->err, E_INVAL, "invalid label name: \"" STR_FMT "\"",
                       STR_ARG(str_sub(name, 0, 100)));
    r = seek(&s, false);
    if (r == 0) {
        for (size_t i = 0; i < s.seen.n_entry; i++) {
            struct str *x = VEC_ADD(&all);

            map_at(&s.seen, i, x, &one);
        }
        if (all.n)
            qsort(all.at, all.n, sizeof(all.at[0]), by_text);
        begin(p->q);
        json_init(&j, &p->q->out);
        json_list(&j);
        for (size_t i = 0; i < all.n; i++)
            json_str(&j, all.at[i]);
        json_list_end(&j);
        end(p);
    }
    VEC_RELEASE(&all);
    map_release(&s.seen);
    return r;
}

static void put_found(struct seeking *s, const struct prom_chosen *c)
{
    struct buf key = BUF_INIT;

    prom_labels_put(&key, c->label);
    if (map_put(&s->seen, buf_str(&key), 1)) {
        if (s->any)
            buf_add_char(&s->p->q->out, ',');
        s->any = true;
        put_metric(&s->p->q->out, c->label);
    }
    buf_release(&key);
}

static int run_series(struct prom *p)
{
    struct seeking s = {.p = p, .each = put_found};
    int r;

    begin(p->q);
    buf_add_char(&p->q->out, '[');
    r = seek(&s, true);
    buf_add_char(&p->q->out, ']');
    if (r == 0)
        end(p);
    map_release(&s.seen);
    return r;
}

static int run_metadata(struct prom *p)
{
    struct str metric = series_ask_value(p->q, "metric");

    begin(p->q);
    buf_add_c(&p->q->out, metric.n && !str_eq_c(metric, PROM_METRIC)
                              ? "{}"
                              : "{\"" PROM_METRIC
                                "\":[{\"type\":\"gauge\",\"help\":\"Performance data of checks, in base "
                                "units; with unit=\\\"c\\\" a counter.\",\"unit\":\"\"}]}");
    end(p);
    return 0;
}

int prom_answer(struct series_ask *q, struct err *err)
{
    static const struct {
        const char *name;
        int (*run)(struct prom *p);
    } endpoints[] = {{"query", run_query},   {"query_range", run_range}, {"labels", run_labels},
                     {"values", run_values}, {"series", run_series},     {"metadata", run_metadata}};
    struct arena arena = ARENA_INIT;
    struct prom p = {.q = q, .arena = &arena, .err = err, .oldest_ms = INT64_MAX};
    struct str endpoint = series_ask_value(q, "endpoint");
    int r = E_INVAL;

    for (size_t i = 0; i < ARRAY_LEN(endpoints); i++)
        if (str_eq_c(endpoint, endpoints[i].name))
            r = endpoints[i].run(&p);
    VEC_RELEASE(&p.raw);
    VEC_RELEASE(&p.buckets);
    VEC_RELEASE(&p.samples);
    arena_release(&arena);
    if (!q->given && (r == E_INVAL || r == E_LIMIT ||
                      r == E_TIMEOUT)) { /* behind a part of an answer no other one can follow */
        err_set(err, r, "bad request");
        r = refuse(q, err);
        err_clear(err);
    }
    return r;
}
