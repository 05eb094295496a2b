/* SPDX-License-Identifier: Apache-2.0 */
/* Time periods: the days and hours of a definition, in every form that Nagios knows. */
#include "core/conf_build.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 96u
#define DEPTH_MAX  8u /* of exclusions in exclusions */

static bool two_numbers(struct str s, int64_t *a, int64_t *b)
{
    struct str rest = s, first = str_cut(&rest, ':');

    return rest.p && first.n <= 2 && rest.n <= 2 && str_to_i64(first, a) && str_to_i64(rest, b) && *a >= 0 &&
           *b >= 0 && *b < 60;
}

static bool time_of_day(struct str s, int32_t *out)
{
    int64_t h, m;

    if (!two_numbers(str_trim(s), &h, &m) || h > 24 || (h == 24 && m))
        return false;
    *out = (int32_t)(h * 3600 + m * 60);
    return true;
}

int conf_parse_ranges(struct str text, struct model_range *out, size_t max, size_t *n)
{
    *n = 0;
    while (text.p) {
        struct str part = str_trim(str_cut(&text, ',')), from;

        from = str_cut(&part, '-');
        if (!part.p || *n == max || !time_of_day(from, &out[*n].from) || !time_of_day(part, &out[*n].to))
            return E_INVAL;
        (*n)++;
    }
    return 0;
}

static int name_in(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_ieq(s, str_of(names[i])))
            return (int)i;
    return -1;
}

static int weekday_of(struct str s)
{
    static const char *const names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                        "thursday", "friday", "saturday"};

    return name_in(s, names, ARRAY_LEN(names));
}

static int month_of(struct str s)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};

    return name_in(s, names, ARRAY_LEN(names)) + 1;
}

static bool date_of(struct str s, int32_t *year, int32_t *month, int32_t *day)
{
    struct str rest = s, y = str_cut(&rest, '-'), m = str_cut(&rest, '-');
    int64_t a, b, d;

    if (!rest.p || y.n != 4 || !str_to_i64(y, &a) || !str_to_i64(m, &b) || !str_to_i64(rest, &d) ||
        a < 1970 || b < 1 || b > 12 || d < 1 || d > time_days_in_month((int)a, (int)b))
        return false;
    *year = (int32_t)a;
    *month = (int32_t)b;
    *day = (int32_t)d;
    return true;
}

static bool number_of(struct str s, int32_t min, int32_t max, int32_t *out)
{
    int64_t v;

    if (!str_to_i64(s, &v) || v < min || v > max || v == 0)
        return false;
    *out = (int32_t)v;
    return true;
}

/* One end of an exception: words to fields. Returns the kind, or -1. */
struct end {
    int32_t year, month, day, weekday, nth;
};
static int one_end(const struct str *w, size_t n, struct end *e)
{
    memset(e, 0, sizeof(*e));
    if (n == 1 && date_of(w[0], &e->year, &e->month, &e->day))
        return MODEL_DAY_DATE;
    if (n == 2 && str_ieq(w[0], STR("day")) && number_of(w[1], -31, 31, &e->day))
        return MODEL_DAY_MONTH_DAY;
    if (n == 2 && (e->month = month_of(w[0])) > 0 && number_of(w[1], -31, 31, &e->day))
        return MODEL_DAY_MONTH_DATE;
    if (n == 2 && (e->weekday = weekday_of(w[0])) >= 0 && number_of(w[1], -5, 5, &e->nth))
        return MODEL_DAY_WEEKDAY;
    if (n == 3 && (e->weekday = weekday_of(w[0])) >= 0 && number_of(w[1], -5, 5, &e->nth) &&
        (e->month = month_of(w[2])) > 0)
        return MODEL_DAY_MONTH_WEEKDAY;
    return -1;
}

/* The end may be written short: "january 1 - 15", "day 1 - 5". */
static int second_end(int kind, const struct end *first, const struct str *w, size_t n, struct end *e)
{
    *e = *first;
    if (n == 1 && (kind == MODEL_DAY_MONTH_DATE || kind == MODEL_DAY_MONTH_DAY) &&
        number_of(w[0], -31, 31, &e->day))
        return kind;
    return one_end(w, n, e);
}

/* Where a range with a step and no end goes to: the end of its year or month, or for ever for a date. */
static void open_end(int kind, struct end *e)
{
    if (kind == MODEL_DAY_DATE)
        e->year = 0;
    else if (kind == MODEL_DAY_MONTH_DATE)
        e->month = 12, e->day = -1;
    else if (kind == MODEL_DAY_MONTH_DAY)
        e->day = -1;
}

int conf_parse_day(struct str key, struct model_exception *out, int *weekday)
{
    struct str w[16], rest = key;
    size_t n = 0, first, last;
    struct end a, b;
    int kind, kind2;

    memset(out, 0, sizeof(*out));
    while (rest.p && n < ARRAY_LEN(w)) {
        struct str word = str_cut(&rest, ' ');

        if (word.n)
            w[n++] = word;
    }
    *weekday = n == 1 ? weekday_of(w[0]) : -1;
    if (*weekday >= 0)
        return 0;
    last = n;
    if (n >= 3 && str_eq_c(w[n - 2], "/")) {
        if (!number_of(w[n - 1], 1, 1000, &out->skip))
            return E_INVAL;
        last = n - 2;
    }
    for (first = 0; first < last && !str_eq_c(w[first], "-"); first++)
        ;
    kind = one_end(w, first, &a);
    b = a;
    kind2 = first < last ? second_end(kind, &a, w + first + 1, last - first - 1, &b) : kind;
    if (kind < 0 || kind2 != kind || rest.p)
        return E_INVAL;
    if (first == last && out->skip > 1)
        open_end(kind, &b);
    out->kind = kind;
    out->year = a.year, out->month = a.month, out->day = a.day, out->weekday = a.weekday, out->nth = a.nth;
    out->year2 = b.year, out->month2 = b.month, out->day2 = b.day, out->weekday2 = b.weekday,
    out->nth2 = b.nth;
    return 0;
}

static int by_from(const void *a, const void *b)
{
    const struct model_range *x = a, *y = b;

    return x->from != y->from ? (x->from < y->from ? -1 : 1) : x->to < y->to ? -1 : x->to > y->to;
}

static void add_entry(struct conf *c, struct model_period *p, uint32_t prop)
{
    struct model_build *b = c->build;
    const struct conf_prop *e = &c->props.at[prop];
    struct model_range r[RANGES_MAX];
    struct model_exception x;
    int weekday;
    size_t n;

    if (conf_parse_day(e->key, &x, &weekday) < 0) {
        if (conf_say_once(c, prop, e->key))
            conf_say(c, CONF_ERROR, conf_place_of(c, prop),
                     "'" STR_FMT "' is no day; write for instance: monday, day 1, january 1, monday 1 may, "
                     "2026-12-24, with '- END' and '/ STEP' behind",
                     STR_ARG(e->key));
        return;
    }
    if (conf_parse_ranges(e->value, r, ARRAY_LEN(r), &n) < 0) {
        if (conf_say_once(c, prop, e->value))
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "'" STR_FMT "' are no times; write for instance: 09:00-12:00,13:30-24:00",
                     STR_ARG(e->value));
        return;
    }
    qsort(r, n, sizeof(r[0]), by_from);
    for (size_t i = 0; i < n; i++) {
        if (r[i].from > r[i].to && conf_say_once(c, prop, STR("midnight")))
            conf_say(c, CONF_MISTAKE, conf_value_place(c, prop),
                     "a time range that ends before it begins is never; write it as two, up to 24:00 and "
                     "from 00:00 of the next day");
        *VEC_ADD(&b->range) = r[i];
    }
    if (weekday >= 0) {
        p->first_range[weekday] = (uint32_t)(b->range.n - n);
        p->n_ranges[weekday] = (uint32_t)n;
        return;
    }
    x.first_range = (uint32_t)(b->range.n - n);
    x.n_ranges = (uint32_t)n;
    *VEC_ADD(&b->exception) = x;
    p->n_exceptions++;
}

/* Kinds in their order; within a kind as they stand. Few, so a plain insertion does. */
static void order_exceptions(struct model_exception *x, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        struct model_exception e = x[i];
        uint32_t at = i;

        for (; at > 0 && x[at - 1].kind > e.kind; at--)
            x[at] = x[at - 1];
        x[at] = e;
    }
}

/* Depth first with marks: 1 under way, 2 done. True when the way leads back to a period under way. */
static bool excludes_itself(const struct model_build *b, uint32_t period, uint8_t *mark, unsigned depth)
{
    struct model_list l = b->period.at[period].excludes;
    bool circle = false;

    if (mark[period] == 2)
        return false;
    if (mark[period] == 1 || depth > DEPTH_MAX)
        return true;
    mark[period] = 1;
    for (uint32_t i = 0; i < l.n; i++)
        circle |= excludes_itself(b, b->index.at[l.first + i].v, mark, depth + 1);
    mark[period] = 2;
    return circle;
}

static void check_excludes(struct conf *c)
{
    uint8_t *mark = mem_zalloc(c->build->period.n + 1);

    for (uint32_t i = 0; i < c->build->period.n; i++)
        if (excludes_itself(c->build, i, mark, 0))
            conf_say(c, CONF_ERROR, conf_object_place(conf_ranked(c, CONF_TIMEPERIOD, i)),
                     "this timeperiod excludes itself in a circle, or over more than %u others; take one "
                     "'exclude' out",
                     DEPTH_MAX);
    mem_free(mark);
}

void conf_build_periods(struct conf *c)
{
    struct model_build *b = c->build;
    struct conf_names excludes = {.given = false};

    for (uint32_t i = 0; i < c->ranked[CONF_TIMEPERIOD].n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_TIMEPERIOD, i);
        struct model_period p = {
            .file = o->file, .line = o->line, .first_exception = (uint32_t)b->exception.n};

        conf_fill(c, o, &p, NULL);
        for (uint32_t k = 0; k < o->n_keyed; k++)
            add_entry(c, &p, o->keyed[k]);
        if (p.n_exceptions)
            order_exceptions(b->exception.at + p.first_exception, p.n_exceptions);
        conf_names_row(c, o, CONF_TIMEPERIOD, CONF_D_TIMEPERIOD_exclude, &excludes);
        p.excludes = model_build_list(b, excludes.yes.at, excludes.yes.n);
        *VEC_ADD(&b->period) = p;
    }
    check_excludes(c);
    conf_names_release(&excludes);
}
