/* SPDX-License-Identifier: Apache-2.0 */
#include "core/when.h"

#include <string.h>

#define DAY_S     86400
#define DEPTH_MAX 16u /* of exclusions in exclusions; conf refuses circles */
#define HORIZON_S (731LL * DAY_S)

void when_init(struct when *w, const struct model *m)
{
    w->m = m;
    model_zone_open(m, m->globals->zone, &w->zone);
    w->zones = mem_calloc((size_t)m->n_zone + 1, sizeof(*w->zones));
    w->n_zones = m->n_zone;
    for (uint32_t i = 0; i < m->n_zone; i++)
        model_zone_open(m, i, &w->zones[i]);
}

void when_release(struct when *w)
{
    model_zone_release(&w->zone);
    for (uint32_t i = 0; i < w->n_zones; i++)
        model_zone_release(&w->zones[i]);
    mem_free(w->zones);
    w->zones = NULL;
    w->n_zones = 0;
    w->m = NULL;
}

/* A moment as the wall clock reads it. */
struct local {
    const struct time_zone *zone;
    int64_t utc_s;
    int64_t day; /* days since 1970-01-01 */
    int32_t second;
    int year, month, mday, weekday;
};

static struct local local_at(const struct time_zone *zone, int64_t utc_s)
{
    struct local l = {.zone = zone, .utc_s = utc_s};
    int64_t s = utc_s + time_zone_offset(zone, utc_s);

    l.day = s / DAY_S - (s % DAY_S < 0);
    l.second = (int32_t)(s - l.day * DAY_S);
    time_civil_from_days(l.day, &l.year, &l.month, &l.mday);
    l.weekday = (int)(((l.day + 4) % 7 + 7) % 7);
    return l;
}

/* Day of the month counted from its begin, or from its end when negative; false: this month has no such day. */
static bool month_day(int year, int month, int day, int64_t *out)
{
    int n = time_days_in_month(year, month);

    if (day < 0)
        day = n + 1 + day;
    if (day < 1 || day > n)
        return false;
    *out = time_days_from_civil(year, month, day);
    return true;
}

/* An end that a short month does not have is its last day: day 1 - 31, monday 2 - friday 5. One that is counted from its end is none. */
static bool month_end(int year, int month, int day, int64_t *out)
{
    return month_day(year, month, day, out) || (day > 0 && month_day(year, month, -1, out));
}

static bool nth_weekday(int year, int month, int weekday, int nth, int64_t *out)
{
    int n = time_days_in_month(year, month);
    int64_t first = time_days_from_civil(year, month, 1);
    int wd_first = (int)(((first + 4) % 7 + 7) % 7), day = 1 + (weekday - wd_first + 7) % 7;

    if (nth < 0)
        day += 7 * ((n - day) / 7 + 1 + nth);
    else
        day += 7 * (nth - 1);
    if (day < 1 || day > n)
        return false;
    *out = first + day - 1;
    return true;
}

static bool weekday_end(int year, int month, int weekday, int nth, int64_t *out)
{
    return nth_weekday(year, month, weekday, nth, out) || (nth > 0 && month_day(year, month, -1, out));
}

/* February 30 is March 2, and the month 13 a January. */
static int64_t day_of(int year, int month, int day)
{
    int months = year * 12 + month - 1, in_year = (months % 12 + 12) % 12;

    return time_days_from_civil((months - in_year) / 12, in_year + 1, 1) + day - 1;
}

/* Begin and end of an exception when its begin lies in this year and month. An end before the begin lies in the next year or month. */
static bool span(const struct model_exception *x, int year, int month, int64_t *from, int64_t *to)
{
    int next_year = year + (month == 12), next_month = month % 12 + 1;

    switch (x->kind) {
    case MODEL_DAY_DATE:
        *from = day_of(x->year, x->month, x->day);
        *to = x->year2 ? day_of(x->year2, x->month2, x->day2) : INT64_MAX;
        return true;
    case MODEL_DAY_MONTH_DATE:
        if (!month_day(year, x->month, x->day, from) || !month_end(year, x->month2, x->day2, to))
            return false;
        return *to >= *from || month_end(year + 1, x->month2, x->day2, to);
    case MODEL_DAY_MONTH_DAY:
        if (!month_day(year, month, x->day, from) || !month_end(year, month, x->day2, to))
            return false;
        return *to >= *from || month_end(next_year, next_month, x->day2, to);
    case MODEL_DAY_MONTH_WEEKDAY:
        if (!nth_weekday(year, x->month, x->weekday, x->nth, from) ||
            !weekday_end(year, x->month2, x->weekday2, x->nth2, to))
            return false;
        return *to >= *from || weekday_end(year + 1, x->month2, x->weekday2, x->nth2, to);
    default:
        if (!nth_weekday(year, month, x->weekday, x->nth, from))
            return false;
        if (x->skip > 1 && x->weekday == x->weekday2 && x->nth == x->nth2)
            return month_day(year, month, -1, to);
        if (!weekday_end(year, month, x->weekday2, x->nth2, to))
            return false;
        return *to >= *from || weekday_end(next_year, next_month, x->weekday2, x->nth2, to);
    }
}

static bool day_in(const struct model_exception *x, int year, int month, int64_t day)
{
    int64_t from, to;

    if (!span(x, year, month, &from, &to) || day < from || day > to)
        return false;
    return x->skip <= 1 || (day - from) % x->skip == 0;
}

static bool matches(const struct model_exception *x, const struct local *l)
{
    bool by_year = x->kind == MODEL_DAY_MONTH_DATE || x->kind == MODEL_DAY_MONTH_WEEKDAY;

    if (day_in(x, l->year, l->month, l->day))
        return true;
    if (x->kind == MODEL_DAY_DATE)
        return false;
    /* It may have begun in the year, or month, before. */
    if (by_year)
        return day_in(x, l->year - 1, l->month, l->day);
    return day_in(x, l->month == 1 ? l->year - 1 : l->year, l->month == 1 ? 12 : l->month - 1, l->day);
}

/* The ranges that count on this day. */
static void ranges_of(const struct model *m, const struct model_period *p, const struct local *l,
                      uint32_t *first, uint32_t *n)
{
    for (uint32_t i = 0; i < p->n_exceptions; i++) {
        const struct model_exception *x = model_exception(m, p->first_exception + i);

        if (matches(x, l)) {
            *first = x->first_range;
            *n = x->n_ranges;
            return;
        }
    }
    *first = p->first_range[l->weekday];
    *n = p->n_ranges[l->weekday];
}

static const struct time_zone *zone_of(const struct when *w, uint32_t period,
                                       const struct time_zone *otherwise)
{
    uint32_t zone = model_period(w->m, period)->zone;

    return zone == MODEL_NONE ? otherwise : &w->zones[zone].zone;
}

/* The moment as this period reads it, which may have another zone than the one that excludes it. */
static struct local as_read_by(const struct when *w, uint32_t period, const struct local *l)
{
    const struct time_zone *zone = zone_of(w, period, l->zone);

    return zone == l->zone ? *l : local_at(zone, l->utc_s);
}

static struct local first_read(const struct when *w, uint32_t period, int64_t utc_s)
{
    return local_at(zone_of(w, period, &w->zone.zone), utc_s);
}

static bool contains(const struct when *w, uint32_t period, const struct local *by, unsigned depth)
{
    const struct model_period *p = model_period(w->m, period);
    struct local own = as_read_by(w, period, by), *l = &own;
    uint32_t first, n;
    bool in = false;

    ranges_of(w->m, p, l, &first, &n);
    for (uint32_t i = 0; i < n && !in; i++) {
        const struct model_range *r = model_range(w->m, first + i);

        in = l->second >= r->from && l->second < r->to;
    }
    for (uint32_t i = 0; in && depth < DEPTH_MAX && i < p->excludes.n; i++)
        in = !contains(w, model_item(w->m, p->excludes, i), l, depth + 1);
    return in;
}

bool when_contains(const struct when *w, uint32_t period, struct wall t)
{
    struct local l;

    if (period == MODEL_NONE)
        return true;
    l = first_read(w, period, time_wall_s(t));
    return contains(w, period, &l, 0);
}

/* The next change of the zone's offset behind now. */
static int64_t next_transition(const struct time_zone *z, int64_t utc_s)
{
    uint32_t from = 0, to = z->n;

    while (from < to) {
        uint32_t mid = from + (to - from) / 2;

        if (z->at[mid] <= utc_s)
            from = mid + 1;
        else
            to = mid;
    }
    return from < z->n ? z->at[from] : INT64_MAX;
}

/* When the wall clock of l reads that second of its day, if the clock is not changed before. */
static int64_t moment_of(const struct local *l, int32_t second)
{
    return l->utc_s + second - l->second;
}

/* Lowers *edge to the next moment behind now at which the answer may change: ends of ranges, midnights and changes of the clock. */
static void edges(const struct when *w, uint32_t period, const struct local *by, int64_t *edge,
                  unsigned depth)
{
    const struct model_period *p = model_period(w->m, period);
    struct local l = as_read_by(w, period, by);
    uint32_t first, n;

    *edge = MIN(*edge, MIN(moment_of(&l, DAY_S), next_transition(l.zone, l.utc_s)));
    ranges_of(w->m, p, &l, &first, &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct model_range *r = model_range(w->m, first + i);

        if (r->from > l.second)
            *edge = MIN(*edge, moment_of(&l, r->from));
        if (r->to > l.second)
            *edge = MIN(*edge, moment_of(&l, r->to));
    }
    for (uint32_t i = 0; depth < DEPTH_MAX && i < p->excludes.n; i++)
        edges(w, model_item(w->m, p->excludes, i), &l, edge, depth + 1);
}

/* The first second at or behind from whose answer is want; -1 when there is none within the horizon. Between two edges nothing changes. */
static int64_t seek(const struct when *w, uint32_t period, int64_t from, bool want)
{
    int64_t s = from;

    while (s < from + HORIZON_S) {
        struct local l = first_read(w, period, s);

        if (contains(w, period, &l, 0) == want)
            return s;
        s = INT64_MAX;
        edges(w, period, &l, &s, 0);
    }
    return -1;
}

static bool is_empty(const struct when *w, uint32_t period)
{
    const struct model_period *p = model_period(w->m, period);
    uint32_t n = p->n_exceptions;

    for (int i = 0; i < 7; i++)
        n += p->n_ranges[i];
    return n == 0;
}

struct wall when_next(const struct when *w, uint32_t period, struct wall t)
{
    int64_t s;

    if (period == MODEL_NONE || when_contains(w, period, t))
        return t;
    if (is_empty(w, period))
        return (struct wall){INT64_MAX};
    s = seek(w, period, time_wall_s(t), true);
    return (struct wall){s < 0 ? INT64_MAX : s * TIME_S};
}

struct wall when_end(const struct when *w, uint32_t period, struct wall t)
{
    int64_t s;

    if (period == MODEL_NONE)
        return (struct wall){INT64_MAX};
    if (!when_contains(w, period, t))
        return t;
    s = seek(w, period, time_wall_s(t), false);
    return (struct wall){s < 0 ? INT64_MAX : s * TIME_S};
}
