/* SPDX-License-Identifier: Apache-2.0 */
/* Whose history is asked for, what the reader told, and the rows that are made of it. The table's columns are in livestatus_span.c. */
#include "api/livestatus_statehist.h"

#include "api/livestatus_query.h"
#include "api/names.h"
#include "base/map.h"
#include "core/avail.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

#define AHEAD_S   (366 * 86400LL)      /* of now */
#define LONGEST_S (10 * 366 * 86400LL) /* as of availability */

/* ---- of when ---- */

static void frame_of(const struct ls_query *q, struct ls_range *r)
{
    ls_range_of(q, "time", r);
    if (r->to_s == INT64_MAX)
        r->to_s = q->now_s;
}

int livestatus_statehist_check(struct ls_query *q, struct err *err)
{
    struct ls_range r;

    if (q->table != &ls_statehist)
        return 0;
    frame_of(q, &r);
    if (r.from_s > 0)
        return 0;
    q->code = 400;
    return err_set(err, E_INVAL,
                   "the table statehist needs to know since when: write Filter: time >= 1234567890");
}

/* ---- of whom ---- */

/* What is the same in all rows of an object: names, and what lies in other tables. */
static bool is_fixed(const struct ls_ref *ref)
{
    static const char *const names[] = {"host_name", "service_description", "notification_period",
                                        "service_period"};

    for (size_t i = 0; !ref->via && i < ARRAY_LEN(names); i++) {
        if (strcmp(ref->column->name, names[i]) == 0)
            return true;
    }
    return ref->via;
}

static bool may_have_rows(const struct ls_query *q, struct ls_row *row,
                          bool (*fixed)(const struct ls_ref *ref))
{
    if (!ls_may_see_check(q, row))
        return false;
    return ls_may_pass(q, row, fixed);
}

static uint64_t oid_of(const struct board *b, uint32_t idx)
{
    struct board_check c;

    board_read_check(b, idx, &c);
    return c.oid;
}

static void ask_of(struct livestatus_statehist *h, struct map *asked, uint64_t oid)
{
    uint64_t unused;

    if (!oid || map_get_u64(asked, oid, &unused))
        return;
    map_put_u64(asked, oid, 1);
    *VEC_ADD(&h->ask) = oid;
}

void livestatus_statehist_choose(const struct livestatus_world *w, const struct ls_query *q,
                                 struct livestatus_statehist *h, bool (*fixed)(const struct ls_ref *ref),
                                 bool hosts_too)
{
    struct map asked = MAP_INIT;
    struct ls_row row;

    ls_row_init(&row, w);
    for (uint32_t i = 0; i < w->m->n_check && !h->gave_up; i++) {
        h->gave_up = i % 16 == 15 && w->too_long && w->too_long(w->user);
        row.has_text = false;
        ls_load_check(&row, i);
        if (!row.check.oid || !may_have_rows(q, &row, fixed))
            continue;
        *VEC_ADD(&h->chosen) = row.check.oid;
        ask_of(h, &asked, row.check.oid);
        if (hosts_too && model_check(w->m, i)->kind == MODEL_SERVICE)
            ask_of(h, &asked, oid_of(w->b, model_check(w->m, i)->host));
    }
    ls_row_release(&row);
    map_release(&asked);
}

bool livestatus_statehist_wanted(const struct livestatus_world *w, struct str request,
                                 struct livestatus_statehist *h)
{
    struct err err = ERR_INIT;
    struct ls_range r;
    struct ls_query q;
    bool wanted = ls_parse(&q, w->now, request, &err) == 0 && q.table == &ls_statehist &&
                  livestatus_statehist_check(&q, &err) == 0;

    *h = (struct livestatus_statehist){.text = BUF_INIT};
    if (wanted) {
        frame_of(&q, &r);
        h->from_s = r.from_s;
        h->to_s = r.to_s;
        q.contact_at = model_find_contact(w->m, q.contact);
        wanted = h->from_s < h->to_s; /* else there is nothing to gather */
    }
    if (wanted)
        livestatus_statehist_choose(w, &q, h, is_fixed, true);
    ls_query_release(&q);
    return wanted;
}

/* ---- gathering ---- */

const char *livestatus_statehist_page(struct livestatus_statehist *h, struct buf *oids)
{
    size_t end = MIN(h->asked + LIVESTATUS_STATEHIST_PAGE, h->ask.n);

    buf_clear(oids);
    if (!h->gaps_asked) {
        h->gaps_asked = true;
        return "gaps";
    }
    if (h->asked == h->ask.n)
        return NULL;
    for (size_t i = h->asked; i < end; i++) {
        if (oids->len)
            buf_add_char(oids, ',');
        buf_add_u64(oids, h->ask.at[i]);
    }
    h->asked = end;
    return "spans";
}

static int64_t number(const struct json_value *row, const char *key)
{
    return json_read_int(json_read_member(row, key));
}

static void take_point(struct livestatus_statehist *h, const struct json_value *row, uint64_t oid)
{
    struct str text = json_read_text(json_read_member(row, "text"));
    struct livestatus_statehist_point p = {
        .at_s = number(row, "at"),
        .state = (uint8_t)MIN(MAX(number(row, "state"), (int64_t)0), (int64_t)AVAIL_NO_DATA),
        .downtime = json_read_is(json_read_member(row, "downtime")),
        .flapping = json_read_is(json_read_member(row, "flapping")),
        .hard = json_read_is(json_read_member(row, "hard")),
        .attempt = (uint16_t)number(row, "attempt"),
        .text = h->text.len,
        .length = (uint32_t)text.n};

    str_to_u64(json_read_text(json_read_member(row, "seq")), &p.seq);
    if (!h->parts.n || VEC_LAST(&h->parts).oid != oid)
        *VEC_ADD(&h->parts) = (struct livestatus_statehist_part){.oid = oid, .first = h->points.n};
    VEC_LAST(&h->parts).n++;
    buf_add_str(&h->text, text);
    *VEC_ADD(&h->points) = p;
}

void livestatus_statehist_take(struct livestatus_statehist *h, struct str json)
{
    struct json_value *page = json_read(&json, NULL);

    for (size_t i = 0; i < json_read_length(page); i++) {
        const struct json_value *row = json_read_element(page, i);
        uint64_t oid;

        if (h->points.n + h->gaps.n >= LIVESTATUS_STATEHIST_MAX || h->text.len >= LIVESTATUS_STATEHIST_TEXT)
            h->full = true;
        else if (str_to_u64(json_read_text(json_read_member(row, "oid")), &oid))
            take_point(h, row, oid);
        else
            *VEC_ADD(&h->gaps) = (struct avail_range){number(row, "from"), number(row, "to")};
    }
    json_read_free(page);
}

void livestatus_statehist_release(struct livestatus_statehist *h)
{
    VEC_RELEASE(&h->chosen);
    VEC_RELEASE(&h->ask);
    VEC_RELEASE(&h->parts);
    VEC_RELEASE(&h->points);
    VEC_RELEASE(&h->gaps);
    VEC_RELEASE(&h->rows);
    buf_release(&h->text);
}

/* ---- rows ---- */

struct points {
    const struct livestatus_statehist_point *at;
    size_t n, next; /* next: the first behind the moment */
};

struct period { /* when it was in force, within the frame */
    uint32_t idx;
    struct avail_ranges_vec inside;
};

struct maker {
    struct livestatus_statehist *h;
    const struct model *m;
    struct map parts; /* oid -> its number + 1 */
    VEC(struct period) periods;
    struct when when;
    int64_t known_s, ahead_s; /* periods are looked at from the first thing known on, and not for ever */
};

struct sweep { /* one object */
    struct maker *maker;
    uint32_t idx;
    bool service;
    struct points own, host;
    size_t gap, notification, duty;            /* cursors */
    uint32_t notification_period, duty_period; /* numbers in maker->periods + 1; 0: always */
};

static uint32_t period_of(struct maker *k, uint32_t idx)
{
    struct period *p;

    if (idx == MODEL_NONE)
        return 0;
    for (size_t i = 0; i < k->periods.n; i++) {
        if (k->periods.at[i].idx == idx)
            return (uint32_t)i + 1;
    }
    p = VEC_ADD(&k->periods);
    p->idx = idx;
    avail_period(&k->when, idx, k->known_s, k->ahead_s, &p->inside);
    return (uint32_t)k->periods.n;
}

static struct points points_of(const struct maker *k, uint64_t oid)
{
    uint64_t at;

    if (!map_get_u64(&k->parts, oid, &at))
        return (struct points){0};
    return (struct points){.at = &k->h->points.at[k->h->parts.at[at].first], .n = k->h->parts.at[at].n};
}

/* What counts at t, and until when at most. */
static const struct livestatus_statehist_point *point_at(struct points *p, int64_t t, int64_t *edge)
{
    while (p->next < p->n && p->at[p->next].at_s <= t)
        p->next++;
    if (p->next < p->n)
        *edge = MIN(*edge, p->at[p->next].at_s);
    return p->next ? &p->at[p->next - 1] : NULL;
}

static bool range_at(const struct avail_range *at, size_t n, size_t *cursor, int64_t t, int64_t *edge)
{
    while (*cursor < n && at[*cursor].to_s <= t)
        ++*cursor;
    if (*cursor == n)
        return false;
    if (at[*cursor].from_s > t) {
        *edge = MIN(*edge, at[*cursor].from_s);
        return false;
    }
    *edge = MIN(*edge, at[*cursor].to_s);
    return true;
}

static bool period_at(const struct sweep *s, uint32_t period, size_t *cursor, int64_t t, int64_t *edge)
{
    const struct maker *k = s->maker;
    const struct avail_ranges_vec *v = period ? &k->periods.at[period - 1].inside : NULL;

    if (!v || t < k->known_s || t >= k->ahead_s) {
        if (v && t < k->known_s)
            *edge = MIN(*edge, k->known_s);
        return true;
    }
    *edge = MIN(*edge, k->ahead_s);
    return range_at(v->v.at, v->v.n, cursor, t, edge);
}

/* The row that holds from t on; its end is the next moment at which anything may change. */
static struct livestatus_statehist_row row_at(struct sweep *s, int64_t t)
{
    struct livestatus_statehist *h = s->maker->h;
    int64_t edge = h->to_s;
    const struct livestatus_statehist_point *own = point_at(&s->own, t, &edge),
                                            *host = s->service ? point_at(&s->host, t, &edge) : own;
    struct livestatus_statehist_row r = {.idx = s->idx, .from_s = t, .state = -1};
    bool blind = range_at(h->gaps.at, h->gaps.n, &s->gap, t, &edge);

    if (period_at(s, s->notification_period, &s->notification, t, &edge))
        r.flags |= LIVESTATUS_IN_NOTIFICATION;
    if (period_at(s, s->duty_period, &s->duty, t, &edge))
        r.flags |= LIVESTATUS_IN_SERVICE;
    r.until_s = edge;
    if (own && !blind && own->state <= AVAIL_UNKNOWN) {
        r.state = (int8_t)own->state;
        r.text = own->text;
        r.length = own->length;
    }
    if (own && !blind) {
        r.seq = own->seq;
        r.flags |= (own->downtime ? LIVESTATUS_IN_DOWNTIME : 0) | (own->flapping ? LIVESTATUS_FLAPPING : 0);
    }
    if (host && !blind)
        r.flags |= (host->state > AVAIL_OK && host->state <= AVAIL_UNKNOWN ? LIVESTATUS_HOST_DOWN : 0) |
                   (host->downtime ? LIVESTATUS_IN_HOST_DOWNTIME : 0);
    return r;
}

static void make_rows(struct sweep *s)
{
    struct livestatus_statehist *h = s->maker->h;
    bool first = true;

    for (int64_t t = h->from_s; t < h->to_s && !h->full;) {
        struct livestatus_statehist_row r = row_at(s, t);

        t = r.until_s;
        if (!first && VEC_LAST(&h->rows).state == r.state && VEC_LAST(&h->rows).flags == r.flags) {
            VEC_LAST(&h->rows).until_s = r.until_s; /* another output, or attempt: nothing that a row tells */
            continue;
        }
        if (h->rows.n >= LIVESTATUS_STATEHIST_MAX) {
            h->full = true;
            break;
        }
        r.first = first;
        first = false;
        *VEC_ADD(&h->rows) = r;
    }
}

struct str livestatus_statehist_duty(const struct model *m, const struct model_check *c)
{
    const struct model_var *v = model_find_var(m, c->first_var, c->n_vars, STR("SERVICE_PERIOD"));

    return v && !v->secret ? model_str(m, v->value) : STR_NULL;
}

static void sweep_object(struct maker *k, const struct board *b, uint64_t oid, uint32_t idx)
{
    const struct model_check *c = model_check(k->m, idx);
    struct sweep s = {.maker = k,
                      .idx = idx,
                      .service = c->kind == MODEL_SERVICE,
                      .own = points_of(k, oid),
                      .notification_period = period_of(k, c->notification_period),
                      .duty_period =
                          period_of(k, model_find_period(k->m, livestatus_statehist_duty(k->m, c)))};

    if (s.service)
        s.host = points_of(k, oid_of(b, c->host));
    make_rows(&s);
}

/* Whoever asks from 1970 on, or into the next millennium, does not have every Monday of it looked at. */
static void bound_periods(struct maker *k, struct wall now)
{
    const struct livestatus_statehist *h = k->h;

    k->known_s = h->to_s;
    for (size_t i = 0; i < h->points.n; i++)
        k->known_s = MIN(k->known_s, MAX(h->points.at[i].at_s, h->from_s));
    k->ahead_s = MAX(MIN(h->to_s, time_wall_s(now) + AHEAD_S), k->known_s);
    k->known_s = MAX(k->known_s, k->ahead_s - LONGEST_S);
}

void livestatus_statehist_make(struct livestatus_statehist *h, struct api *a)
{
    struct maker k = {.h = h, .m = &a->model, .parts = MAP_INIT};
    char id[24];

    when_init(&k.when, k.m);
    bound_periods(&k, a->ports->wall(a->user));
    for (size_t i = 0; i < h->parts.n; i++)
        map_put_u64(&k.parts, h->parts.at[i].oid, i);
    for (size_t i = 0; i < h->chosen.n && !h->full; i++) {
        uint32_t idx;

        snprintf(id, sizeof(id), "%llu", (unsigned long long)h->chosen.at[i]);
        idx = names_find(a, str_of(id));
        if (idx != MODEL_NONE)
            sweep_object(&k, &a->board, h->chosen.at[i], idx);
    }
    when_release(&k.when);
    for (size_t i = 0; i < k.periods.n; i++)
        VEC_RELEASE(&k.periods.at[i].inside.v);
    VEC_RELEASE(&k.periods);
    map_release(&k.parts);
}
