/* SPDX-License-Identifier: Apache-2.0 */
/* Availability: spans, gaps and a time period, read from the database, computed by core/avail. */
#include "db/past.h"

#include "db/span.h"

#define LONGEST_S (10 * 366 * 86400LL)

typedef VEC(struct avail_point) points;
typedef VEC(struct avail_range) ranges;

struct ask {
    struct sql *s;
    struct avail_in in;
    bool hard;
    size_t parts;           /* 0: all the time as one */
    struct avail_out *part; /* of one object */
    points points;
    ranges gaps, host;
    uint64_t host_of; /* whose downtimes are in host */
    struct avail_ranges_vec slices;
    struct avail_ranges period;
};

static int64_t second(int64_t us)
{
    return time_wall_s((struct wall){us});
}

/* ---- reading ---- */

static void add_point(points *p, int64_t at, unsigned state, bool downtime)
{
    *VEC_ADD(p) = (struct avail_point){second(at), MIN(state, (unsigned)AVAIL_NO_DATA), downtime};
}

/* All that counts of an object between the two moments, into a->points. */
static int read_points(struct ask *a, uint64_t oid)
{
    const enum sql_id id = SQL_SPANS_OF;
    int64_t from = a->in.from_s * TIME_S, to = a->in.to_s * TIME_S;
    struct span p;
    int r = span_at(a->s, oid, (struct wall){from}, &p);

    VEC_CLEAR(&a->points);
    if (r == 1)
        add_point(&a->points, p.since, a->hard ? p.hard_state : p.state, p.downtimes);
    if (r >= 0)
        r = sql_start(a->s, id);
    if (r < 0)
        return r;
    sql_bind_i64(a->s, id, 1, (int64_t)oid);
    sql_bind_i64(a->s, id, 2, from);
    sql_bind_i64(a->s, id, 3, to);
    while ((r = sql_step(a->s, id)) == 1)
        add_point(&a->points, sql_i64(a->s, id, 0), (unsigned)sql_i64(a->s, id, a->hard ? 2 : 1),
                  sql_i64(a->s, id, 3) > 0);
    sql_end(a->s, id);
    return r;
}

/* The last range grows when the new one meets it. */
static void add_range(ranges *v, int64_t from_s, int64_t to_s)
{
    if (v->n && from_s <= VEC_LAST(v).to_s)
        VEC_LAST(v).to_s = MAX(VEC_LAST(v).to_s, to_s);
    else if (from_s < to_s)
        *VEC_ADD(v) = (struct avail_range){from_s, to_s};
}

static int read_gaps(struct ask *a)
{
    int r = sql_start(a->s, SQL_GAPS);

    if (r < 0)
        return r;
    sql_bind_i64(a->s, SQL_GAPS, 1, a->in.from_s * TIME_S);
    sql_bind_i64(a->s, SQL_GAPS, 2, a->in.to_s * TIME_S);
    while ((r = sql_step(a->s, SQL_GAPS)) == 1)
        add_range(&a->gaps, second(sql_i64(a->s, SQL_GAPS, 0)), second(sql_i64(a->s, SQL_GAPS, 1)));
    sql_end(a->s, SQL_GAPS);
    a->in.unmonitored = (struct avail_ranges){a->gaps.at, a->gaps.n};
    return r;
}

/* A host's downtimes are those of its services. They are asked for host by host. */
static int read_host(struct ask *a, uint64_t host)
{
    int r = 0;

    if (a->host_of == host)
        return 0;
    VEC_CLEAR(&a->host);
    a->host_of = host;
    if (host)
        r = read_points(a, host);
    for (size_t i = 0; r == 0 && host && i < a->points.n; i++)
        if (a->points.at[i].downtime)
            add_range(&a->host, a->points.at[i].at_s,
                      i + 1 < a->points.n ? a->points.at[i + 1].at_s : a->in.to_s);
    a->in.host_downtimes = (struct avail_ranges){a->host.at, a->host.n};
    return r;
}

/* ---- answering ---- */

static void seconds(struct json *j, const char *key, const int64_t *v)
{
    json_key(j, key);
    json_list(j);
    for (int i = 0; i < AVAIL_STATES; i++)
        json_i64(j, v[i]);
    json_list_end(j);
}

static void write_object(struct rows *rows, uint64_t oid, const struct avail_out *o)
{
    struct json *j = &rows->j;

    json_map(j);
    json_key_id(j, "oid", oid);
    seconds(j, "seconds", o->seconds);
    seconds(j, "in_downtime", o->in_downtime);
    json_key_i64(j, "outside", o->outside_s);
    json_key_i64(j, "good", o->good_s);
    json_key_i64(j, "bad", o->bad_s);
    json_key_i64(j, "outages", o->outages);
    json_map_end(j);
    rows_next(rows);
}

/* Good and bad seconds in equal parts of the time. */
static void write_parts(struct ask *a, struct rows *rows, uint64_t oid)
{
    struct json *j = &rows->j;

    avail_parts(&a->in, a->parts, a->part);
    json_map(j);
    json_key_id(j, "oid", oid);
    json_key(j, "parts");
    json_list(j);
    for (size_t i = 0; i < a->parts; i++) {
        json_i64(j, a->part[i].good_s);
        json_i64(j, a->part[i].bad_s);
    }
    json_list_end(j);
    json_map_end(j);
    rows_next(rows);
}

static int of_objects(struct ask *a, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct str list = q->at[5];
    unsigned n = 0;
    int r = read_gaps(a);

    while (r == 0 && list.n) {
        struct str host = str_cut(&list, ','), one = str_cut(&host, ':');
        struct avail_out out;
        uint64_t oid, host_oid;

        if (!str_to_u64(one, &oid) || !str_to_u64(host, &host_oid) || oid > INT64_MAX ||
            host_oid > INT64_MAX || ++n > PAST_OBJECTS_MOST)
            return past_wrong(q, 5, err);
        if (sql_overdue(a->s))
            return E_TIMEOUT;
        if (!scope_sees(&q->scope, oid))
            continue;
        r = read_host(a, scope_sight(&q->scope, host_oid) == SCOPE_NOT ? 0 : host_oid);
        if (r == 0)
            r = read_points(a, oid);
        a->in.host = !host_oid;
        a->in.points = a->points.at;
        a->in.n_points = a->points.n;
        if (r < 0)
            break;
        if (a->parts) {
            write_parts(a, rows, oid);
            continue;
        }
        avail_compute(&a->in, &out);
        write_object(rows, oid, &out);
    }
    return r;
}

static int read_period(struct ask *a, const struct history_args *q, struct err *err)
{
    uint32_t period;
    struct when w;

    if (!q->at[3].n)
        return 0;
    period = q->m ? model_find_period(q->m, q->at[3]) : MODEL_NONE;
    if (period == MODEL_NONE)
        return err_set(err, E_INVAL, "there is no time period called " STR_FMT, STR_ARG(q->at[3]));
    when_init(&w, q->m);
    avail_period(&w, period, a->in.from_s, a->in.to_s, &a->slices);
    when_release(&w);
    a->period = (struct avail_ranges){a->slices.v.at, a->slices.v.n};
    a->in.period = &a->period;
    return 0;
}

int past_availability(struct history *h, const struct history_args *q, struct rows *rows, struct err *err)
{
    struct ask a = {.s = &h->sql};
    int64_t parts = 0;
    int r = 0;

    if (!past_number(q->at[1], &a.in.from_s))
        return past_wrong(q, 1, err);
    if (q->n > 6 && (!past_number(q->at[6], &parts) || parts < 1 || parts > PAST_PARTS_MOST))
        return past_wrong(q, 6, err);
    a.parts = (size_t)parts;
    if (!past_number(q->at[2], &a.in.to_s) || a.in.to_s < a.in.from_s || a.in.to_s - a.in.from_s > LONGEST_S)
        return past_wrong(q, 2, err);
    a.in.exclude_downtimes = str_contains(q->at[4], STR("x"));
    a.hard = str_contains(q->at[4], STR("h"));
    r = read_period(&a, q, err);
    if (a.parts)
        a.part = mem_calloc(a.parts, sizeof(*a.part));
    if (r == 0)
        r = of_objects(&a, q, rows, err);
    mem_free(a.part);
    VEC_RELEASE(&a.points);
    VEC_RELEASE(&a.gaps);
    VEC_RELEASE(&a.host);
    VEC_RELEASE(&a.slices.v);
    return r;
}
