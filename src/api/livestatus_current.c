/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_current.h"

#include "api/livestatus_query.h"
#include "base/map.h"
#include "core/rotate.h"
#include "core/when.h"

#include <stdlib.h>
#include <string.h>

/* ---- whether ---- */

/* What is the same in all such lines of a check. */
static bool is_fixed(const struct ls_ref *ref)
{
    static const char *const names[] = {"class", "type", "host_name", "service_description"};

    for (size_t i = 0; !ref->via && i < ARRAY_LEN(names); i++) {
        if (strcmp(ref->column->name, names[i]) == 0)
            return true;
    }
    return ref->via;
}

bool livestatus_current_wanted(const struct livestatus_world *w, struct str request,
                               const struct livestatus_log_range *range, struct livestatus_statehist *h)
{
    struct livestatus_log_line line = {.kind = LIVESTATUS_LOG_CURRENT};
    struct livestatus_log one = {.line = {.at = &line, .n = 1}};
    struct livestatus_world probe = *w;
    struct err err = ERR_INIT;
    struct ls_query q;

    *h = (struct livestatus_statehist){.text = BUF_INIT};
    if (!w->m->globals->log_current_states)
        return false;
    probe.log = &one;
    if (ls_parse(&q, w->now, request, &err) == 0 && q.table == &ls_log) {
        h->from_s = MAX(range->from_us / TIME_S, (int64_t)0);
        h->to_s = MIN(range->to_us, w->now.us) / TIME_S + 1;
        q.contact_at = model_find_contact(w->m, q.contact);
        if (h->from_s < h->to_s)
            livestatus_statehist_choose(&probe, &q, h, is_fixed, false);
    }
    ls_query_release(&q);
    return h->chosen.n && !h->gave_up;
}

/* ---- when ---- */

struct moment {
    int64_t s;
    uint64_t seq; /* of the start; 0: a rotation */
};

struct moments { /* rising */
    VEC(struct moment) v;
};

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const struct moment *)a)->s, y = ((const struct moment *)b)->s;

    return (x > y) - (x < y);
}

static void rotations(const struct livestatus_statehist *h, const struct api *a, struct moments *m)
{
    const struct model_globals *g = a->model.globals;
    int64_t known_s = h->to_s;
    struct when when;
    struct wall t;

    if (!g->log_file || !model_str(&a->model, g->log_file).n)
        return;
    for (size_t i = 0; i < h->points.n; i++)
        known_s = MIN(known_s, h->points.at[i].at_s);
    when_init(&when, &a->model);
    t.us = MAX(known_s, h->from_s) * TIME_S - 1;
    while ((t = rotate_next(&when.zone.zone, g->log_rotation_method, t)).us / TIME_S < h->to_s &&
           m->v.n < LIVESTATUS_LOG_MAX)
        *VEC_ADD(&m->v) = (struct moment){t.us / TIME_S, 0};
    when_release(&when);
}

static void starts(const struct livestatus_log *log, struct moments *m)
{
    for (size_t i = 0; i < log->line.n; i++) {
        if (log->line.at[i].kind == LIVESTATUS_LOG_START)
            *VEC_ADD(&m->v) = (struct moment){log->line.at[i].at_us / TIME_S, log->line.at[i].seq};
    }
    if (m->v.n)
        qsort(m->v.at, m->v.n, sizeof(*m->v.at), by_time);
}

static bool blind(const struct livestatus_statehist *h, int64_t t)
{
    for (size_t i = 0; i < h->gaps.n; i++) {
        if (h->gaps.at[i].from_s <= t && t < h->gaps.at[i].to_s)
            return true;
    }
    return false;
}

/* ---- lines ---- */

static bool add_line(struct livestatus_log *log, const struct livestatus_statehist *h, uint64_t oid,
                     int64_t at_s, const struct livestatus_statehist_point *p)
{
    struct str text = str_sub(buf_str(&h->text), p->text, p->length);
    struct livestatus_log_line line = {.at_us = at_s * TIME_S,
                                       .seq = p->seq,
                                       .oid = oid,
                                       .idx = MODEL_NONE,
                                       .kind = LIVESTATUS_LOG_CURRENT,
                                       .state = p->state,
                                       .attempt = p->attempt,
                                       .hard = p->hard,
                                       .text = log->text.len,
                                       .length = {[LIVESTATUS_LOG_OUTPUT] = p->length}};

    if (log->line.n >= LIVESTATUS_LOG_MAX || log->text.len + text.n > LIVESTATUS_LOG_TEXT)
        return false;
    buf_add_str(&log->text, text);
    *VEC_ADD(&log->line) = line;
    return true;
}

static bool is_before(const struct livestatus_statehist_point *p, const struct moment *m)
{
    return p->at_s < m->s || (p->at_s == m->s && p->seq < m->seq);
}

static bool add_part(struct livestatus_log *log, const struct livestatus_statehist *h,
                     const struct livestatus_statehist_part *part, const struct moments *m)
{
    const struct livestatus_statehist_point *p = &h->points.at[part->first], *last = NULL;
    size_t next = 0;

    for (size_t i = 0; i < m->v.n; i++) {
        while (next < part->n && is_before(&p[next], &m->v.at[i]))
            last = &p[next++];
        if (last && last->state <= AVAIL_UNKNOWN && !add_line(log, h, part->oid, m->v.at[i].s, last))
            return false;
    }
    return true;
}

/* Newest first; at one moment the states come behind the start that they were written after. */
static int newest_first(const void *a, const void *b)
{
    const struct livestatus_log_line *x = a, *y = b;
    int64_t xs = x->at_us / TIME_S, ys = y->at_us / TIME_S;
    bool xc = x->kind == LIVESTATUS_LOG_CURRENT, yc = y->kind == LIVESTATUS_LOG_CURRENT;

    if (xs != ys)
        return xs < ys ? 1 : -1;
    if (xc != yc)
        return xc ? -1 : 1;
    if (!xc && x->at_us != y->at_us)
        return x->at_us < y->at_us ? 1 : -1;
    return (x->seq < y->seq) - (x->seq > y->seq);
}

void livestatus_current_add(struct livestatus_log *log, const struct livestatus_statehist *h, struct api *a)
{
    size_t n = log->line.n, text = log->text.len;
    struct moments all = {0}, seen = {0};
    bool fits = !h->full;

    rotations(h, a, &all);
    starts(log, &all);
    for (size_t i = 0; i < all.v.n; i++) {
        if ((!seen.v.n || VEC_LAST(&seen.v).s != all.v.at[i].s) && !blind(h, all.v.at[i].s))
            *VEC_ADD(&seen.v) = all.v.at[i];
    }
    for (size_t i = 0; i < h->parts.n && fits; i++)
        fits = add_part(log, h, &h->parts.at[i], &seen);
    if (!fits) {
        log->states_full = true;
        log->line.n = n;
        log->text.len = text;
    } else if (log->line.n > n)
        qsort(log->line.at, log->line.n, sizeof(*log->line.at), newest_first);
    VEC_RELEASE(&all.v);
    VEC_RELEASE(&seen.v);
}
