/* SPDX-License-Identifier: Apache-2.0 */
#include "core/avail.h"

#include <string.h>

#define MILLION 1000000

struct cursor {
    const struct avail_ranges *list;
    size_t i;
};

/* Is t inside? Lowers *edge to the next moment behind t when that changes. Asked with rising t. */
static bool inside(struct cursor *c, int64_t t, int64_t *edge)
{
    const struct avail_range *r = c->list->at;

    while (c->i < c->list->n && r[c->i].to_s <= t)
        c->i++;
    if (c->i == c->list->n)
        return false;
    if (r[c->i].from_s > t) {
        *edge = MIN(*edge, r[c->i].from_s);
        return false;
    }
    *edge = MIN(*edge, r[c->i].to_s);
    return true;
}

struct sweep {
    const struct avail_in *in;
    struct avail_out *out;
    struct cursor period, unmonitored, host_downtime;
    size_t next; /* the first point behind the moment */
    bool was_bad;
};

static void count(struct sweep *s, enum avail_state state, bool downtime, int64_t n)
{
    struct avail_out *o = s->out;
    bool good = state == AVAIL_OK || (state == AVAIL_WARNING && !s->in->host);

    (downtime ? o->in_downtime : o->seconds)[state] += n;
    if (state > AVAIL_UNKNOWN || (downtime && s->in->exclude_downtimes))
        return;
    if (good)
        o->good_s += n;
    else
        o->bad_s += n;
    if (!good && !s->was_bad)
        o->outages++;
    s->was_bad = !good;
}

/* Counts from t up to the next edge, which is returned. */
static int64_t stretch(struct sweep *s, int64_t t)
{
    const struct avail_in *in = s->in;
    const struct avail_point *p;
    int64_t edge = in->to_s;
    bool within = !in->period || inside(&s->period, t, &edge);
    bool blind = inside(&s->unmonitored, t, &edge), downtime = inside(&s->host_downtime, t, &edge);

    while (s->next < in->n_points && in->points[s->next].at_s <= t)
        s->next++;
    if (s->next < in->n_points)
        edge = MIN(edge, in->points[s->next].at_s);
    p = s->next ? &in->points[s->next - 1] : NULL;
    if (!within)
        s->out->outside_s += edge - t;
    else if (blind)
        count(s, AVAIL_UNMONITORED, false, edge - t);
    else
        count(s, p ? p->state : AVAIL_NO_DATA, downtime || (p && p->downtime), edge - t);
    return edge;
}

void avail_parts(const struct avail_in *in, size_t n, struct avail_out *out)
{
    struct avail_in part = *in;
    struct sweep s = {.in = &part,
                      .period = {in->period, 0},
                      .unmonitored = {&in->unmonitored, 0},
                      .host_downtime = {&in->host_downtimes, 0}};
    int64_t wide = in->to_s - in->from_s;

    memset(out, 0, n * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        part.from_s = in->from_s + wide * (int64_t)i / (int64_t)n;
        part.to_s = in->from_s + wide * (int64_t)(i + 1) / (int64_t)n;
        s.out = &out[i];
        s.was_bad = false;
        for (int64_t t = part.from_s; t < part.to_s;)
            t = stretch(&s, t);
    }
}

void avail_compute(const struct avail_in *in, struct avail_out *out)
{
    avail_parts(in, 1, out);
}

int64_t avail_ppm(const struct avail_out *o)
{
    int64_t basis = o->good_s + o->bad_s;

    return basis ? o->good_s * MILLION / basis : -1;
}

int64_t avail_mtbf_s(const struct avail_out *o)
{
    return o->outages ? o->good_s / o->outages : -1;
}

int64_t avail_mttr_s(const struct avail_out *o)
{
    return o->outages ? o->bad_s / o->outages : -1;
}

void avail_period(const struct when *w, uint32_t period, int64_t from_s, int64_t to_s,
                  struct avail_ranges_vec *out)
{
    int64_t t = from_s;

    VEC_CLEAR(&out->v);
    while (t < to_s) {
        struct wall begin = when_next(w, period, (struct wall){t * TIME_S}), end;

        if (begin.us >= to_s * TIME_S)
            break;
        end = when_end(w, period, begin);
        *VEC_ADD(&out->v) = (struct avail_range){time_wall_s(begin), MIN(time_wall_s(end), to_s)};
        t = VEC_LAST(&out->v).to_s;
    }
}
