/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strip.h"

static void add(struct strip *s, int64_t from_s, int64_t to_s, enum avail_state state, bool downtime)
{
    if (s->span.n) {
        struct strip_span *last = &VEC_LAST(&s->span);

        if (last->to_s == from_s && last->state == state && last->downtime == downtime) {
            last->to_s = to_s;
            return;
        }
    }
    *VEC_ADD(&s->span) = (struct strip_span){from_s, to_s, state, downtime};
}

void strip_make(struct strip *s, const struct avail_point *point, size_t n, const struct avail_ranges *gaps,
                int64_t from_s, int64_t to_s)
{
    enum avail_state state = AVAIL_NO_DATA;
    bool downtime = false;
    size_t p = 0, g = 0;

    for (int64_t at = from_s, next; at < to_s; at = next) {
        bool blind;

        for (; p < n && point[p].at_s <= at; p++) {
            state = point[p].state;
            downtime = point[p].downtime;
        }
        while (g < gaps->n && gaps->at[g].to_s <= at)
            g++;
        blind = g < gaps->n && gaps->at[g].from_s <= at;
        next = p < n ? MIN(to_s, point[p].at_s) : to_s;
        if (g < gaps->n)
            next = MIN(next, blind ? gaps->at[g].to_s : gaps->at[g].from_s);
        add(s, at, next, blind ? AVAIL_UNMONITORED : state, !blind && downtime);
    }
}

/* The greater the worse. Of a host WARNING is DOWN, CRITICAL is UNREACHABLE (core/avail.h). */
static int rank(enum avail_state state, bool host)
{
    static const int of[2][AVAIL_STATES] = {{[AVAIL_CRITICAL] = 7,
                                             [AVAIL_WARNING] = 6,
                                             [AVAIL_UNKNOWN] = 5,
                                             [AVAIL_OK] = 4,
                                             [AVAIL_PENDING] = 3,
                                             [AVAIL_GONE] = 2,
                                             [AVAIL_UNMONITORED] = 1,
                                             [AVAIL_NO_DATA] = 0},
                                            {[AVAIL_WARNING] = 7,
                                             [AVAIL_CRITICAL] = 6,
                                             [AVAIL_UNKNOWN] = 5,
                                             [AVAIL_OK] = 4,
                                             [AVAIL_PENDING] = 3,
                                             [AVAIL_GONE] = 2,
                                             [AVAIL_UNMONITORED] = 1,
                                             [AVAIL_NO_DATA] = 0}};

    return of[host][state];
}

void strip_thin(struct strip *s, size_t most, bool host)
{
    int64_t from, to, step, end = 0;
    struct strip_span part = {0};
    struct strip out = {0};

    if (s->span.n <= most)
        return;
    from = s->span.at[0].from_s;
    to = VEC_LAST(&s->span).to_s;
    step = (to - from + (int64_t)most - 1) / (int64_t)most;
    for (size_t i = 0; i < s->span.n; i++) {
        const struct strip_span *x = &s->span.at[i];

        for (int64_t at = x->from_s; at < x->to_s; at = MIN(end, x->to_s)) {
            if (at >= end) { /* a part begins */
                if (end)
                    add(&out, part.from_s, end, part.state, part.downtime);
                part = (struct strip_span){.from_s = at, .state = x->state};
                end = MIN(to, from + ((at - from) / step + 1) * step);
            }
            if (rank(x->state, host) > rank(part.state, host))
                part.state = x->state;
            part.downtime |= x->downtime;
        }
    }
    add(&out, part.from_s, to, part.state, part.downtime);
    strip_release(s);
    *s = out;
    s->step_s = step;
}

void strip_release(struct strip *s)
{
    VEC_RELEASE(&s->span);
}
