/* SPDX-License-Identifier: Apache-2.0 */
/* Time periods: the days and hours of a definition. */
#include "core/conf_build.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX 96u
#define DEPTH_MAX  8u /* of exclusions in exclusions */

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
    bool odd;
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
    if (weekday < 0 && conf_odd_day(&x) && conf_say_once(c, prop, STR("odd day")))
        conf_say(c, CONF_MISTAKE, conf_place_of(c, prop), "there is no such day as '" STR_FMT "'; correct it",
                 STR_ARG(e->key));
    if (conf_parse_ranges(e->value, r, ARRAY_LEN(r), &n, &odd) < 0) {
        if (conf_say_once(c, prop, e->value))
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "'" STR_FMT "' are no times; write for instance: 09:00-12:00,13:30-24:00",
                     STR_ARG(e->value));
        return;
    }
    if (odd && conf_say_once(c, prop, STR("odd times")))
        conf_say(c, CONF_MISTAKE, conf_value_place(c, prop),
                 "'" STR_FMT "' is read in part; write times like 09:00-12:00,13:30-24:00",
                 STR_ARG(e->value));
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
        struct model_period p = {.file = o->file,
                                 .line = o->line,
                                 .zone = conf_zone_said(c, o, CONF_D_TIMEPERIOD_vigie_timezone),
                                 .first_exception = (uint32_t)b->exception.n};

        conf_fill(c, o, &p, NULL);
        if (!c->rq.native && !conf_text(c, o, CONF_D_TIMEPERIOD_alias).n)
            conf_say(c, CONF_ERROR, conf_object_place(o), "this timeperiod has no alias; write: alias TEXT");
        for (uint32_t k = 0; k < o->n_keyed; k++)
            add_entry(c, &p, o->keyed[k]);
        if (p.n_exceptions)
            order_exceptions(b->exception.at + p.first_exception, p.n_exceptions);
        conf_names_row(c, o, CONF_TIMEPERIOD, CONF_D_TIMEPERIOD_exclude, &excludes);
        p.excludes = model_build_list(b, excludes.yes.at, excludes.yes.n);
        *VEC_ADD(&b->period) = p;
    }
    b->globals.n_periods = (uint32_t)b->period.n;
    check_excludes(c);
    conf_names_release(&excludes);
}
