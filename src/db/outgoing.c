/* SPDX-License-Identifier: Apache-2.0 */
#include "db/outgoing.h"

#include "base/limits.h"
#include "base/map.h"
#include "core/output.h"
#include "db/series.h"
#include "wire/influx.h"
#include "wire/promwrite.h"

#include <stdlib.h>
#include <string.h>

/* ---- collecting ---- */

void outgoing_init(struct outgoing *o)
{
    *o = (struct outgoing){.keys = BUF_INIT};
}

void outgoing_release(struct outgoing *o)
{
    buf_release(&o->keys);
    VEC_RELEASE(&o->v);
}

void outgoing_clear(struct outgoing *o)
{
    buf_clear(&o->keys);
    VEC_CLEAR(&o->v);
}

static struct str key_of(const struct outgoing *o, const struct outgoing_sample *s)
{
    return str_make(o->keys.data + s->key, s->key_n);
}

static void put_part(struct buf *b, struct str s)
{
    buf_add_str(b, s);
    buf_add_char(b, '\0');
}

static struct str unit_text(const struct perf_item *item)
{
    switch (item->unit) {
    case PERF_NONE: return STR_NULL;
    case PERF_SECONDS: return STR("s");
    case PERF_PERCENT: return STR("%");
    case PERF_BYTES: return STR("B");
    case PERF_BITS: return STR("b");
    case PERF_COUNTER: return STR("c");
    case PERF_OTHER: return item->uom;
    }
    BUG("unit");
}

/* The same label and unit once more in one result: the first counts, as in the series store. */
static bool is_second(const struct outgoing *o, size_t first, const struct outgoing_sample *s)
{
    for (size_t i = first; i < o->v.n; i++)
        if (str_eq(key_of(o, &o->v.at[i]), key_of(o, s)))
            return true;
    return false;
}

static void add_item(struct outgoing *o, size_t first, struct str host, struct str service,
                     const struct perf_item *item, int64_t ms)
{
    struct outgoing_sample s = {.key = o->keys.len, .ms = ms, .v = item->value};
    char label[SERIES_LABEL_MAX + 2];

    perf_label(item, label, sizeof(label));
    if (strlen(label) > SERIES_LABEL_MAX || !item->value.known || !perf_base(item->uom, &s.v))
        return;
    put_part(&o->keys, host);
    put_part(&o->keys, service);
    put_part(&o->keys, str_of(label));
    put_part(&o->keys, unit_text(item));
    s.key_n = o->keys.len - s.key;
    if (is_second(o, first, &s))
        buf_truncate(&o->keys, s.key);
    else
        *VEC_ADD(&o->v) = s;
}

void outgoing_add(struct outgoing *o, struct str host, struct str service, const struct record_result *r)
{
    size_t first = o->v.n;
    struct perf_item item;
    struct output text;
    struct str rest;
    struct perf_bad bad = {.n = 0};

    if (r->how != RECORD_HOW_EXIT || r->started <= 0 || r->untimed_us)
        return;
    output_parse(r->output, r->truncated, &text);
    rest = text.perf;
    for (unsigned i = 0; i < LIMIT_PERF_ITEMS && perf_next(&rest, &item, &bad); i++)
        add_item(o, first, host, service, &item, r->started / TIME_MS);
    output_release(&text);
}

/* ---- order ---- */

static int by_place(const struct outgoing_sample *a, const struct outgoing_sample *b)
{
    return a->key < b->key ? -1 : a->key > b->key; /* keys are put one behind the other */
}

static int by_time(const void *pa, const void *pb, void *user)
{
    const struct outgoing_sample *a = pa, *b = pb;
    int r = a->ms < b->ms ? -1 : a->ms > b->ms;

    if (r == 0)
        r = str_cmp(key_of(user, a), key_of(user, b));
    return r ? r : by_place(a, b);
}

static int by_series(const void *pa, const void *pb, void *user)
{
    const struct outgoing_sample *a = pa, *b = pb;
    int r = str_cmp(key_of(user, a), key_of(user, b));

    return r ? r : a->ms < b->ms ? -1 : a->ms > b->ms;
}

void outgoing_sort(struct outgoing *o)
{
    size_t n = 0;

    if (!o->v.n)
        return;
    qsort_r(o->v.at, o->v.n, sizeof(o->v.at[0]), by_time, o);
    for (size_t i = 0; i < o->v.n; i++) {
        const struct outgoing_sample *s = &o->v.at[i], *next = i + 1 < o->v.n ? s + 1 : NULL;

        if (!next || next->ms != s->ms || !str_eq(key_of(o, s), key_of(o, next)))
            o->v.at[n++] = *s;
    }
    o->v.n = n;
}

size_t outgoing_last_first(const struct outgoing *o, size_t from, size_t to)
{
    struct map seen = MAP_INIT;
    size_t last = from;

    for (size_t i = from; i < to; i++)
        if (map_put(&seen, key_of(o, &o->v.at[i]), 0))
            last = i;
    map_release(&seen);
    return last;
}

/* ---- forms ---- */

static void split_key(struct str key, struct str part[LABELS_PARTS])
{
    for (int i = 0; i < LABELS_PARTS; i++)
        part[i] = str_cut(&key, '\0');
}

static struct str value_of(const struct labels_one *l, const struct str part[LABELS_PARTS])
{
    return l->part == LABELS_FIXED ? l->value : part[l->part];
}

static double as_double(const struct perf_value *v)
{
    char text[PERF_TEXT];

    perf_text(v, text);
    return strtod(text, NULL);
}

/* Samples from..to-1 of a list are one series. */
static void put_series(const struct outgoing *o, const struct outgoing_sample *s, size_t n,
                       const struct labels *l, struct promwrite_sample *room, struct buf *b)
{
    struct promwrite_label label[LABELS_MAX];
    struct str part[LABELS_PARTS];

    split_key(key_of(o, s), part);
    for (size_t i = 0; i < l->n; i++)
        label[i] = (struct promwrite_label){l->at[i].name, value_of(&l->at[i], part)};
    for (size_t i = 0; i < n; i++)
        room[i] = (struct promwrite_sample){s[i].ms, as_double(&s[i].v)};
    promwrite_series(b, label, l->n, room, n);
}

void outgoing_remote(const struct outgoing *o, size_t from, size_t to, const struct labels *l, struct buf *b)
{
    size_t n = to - from, end;
    struct outgoing_sample *s = mem_calloc(n + 1, sizeof(*s));
    struct promwrite_sample *room = mem_calloc(n + 1, sizeof(*room));

    if (n) {
        memcpy(s, o->v.at + from, n * sizeof(*s));
        qsort_r(s, n, sizeof(*s), by_series, (void *)(uintptr_t)o);
    }
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && str_eq(key_of(o, &s[i]), key_of(o, &s[end]));)
            end++;
        put_series(o, s + i, end - i, l, room, b);
    }
    mem_free(room);
    mem_free(s);
}

static void put_line(const struct outgoing *o, const struct outgoing_sample *s, const struct labels *l,
                     struct buf *b)
{
    struct influx_tag tag[LABELS_MAX];
    struct str part[LABELS_PARTS];
    char number[PERF_TEXT];
    size_t n = 0;

    split_key(key_of(o, s), part);
    for (size_t i = 0; i < l->n; i++)
        if (!str_eq_c(l->at[i].name, "__name__"))
            tag[n++] = (struct influx_tag){l->at[i].name, value_of(&l->at[i], part)};
    perf_text(&s->v, number);
    influx_line(b, STR(LABELS_METRIC), tag, n, str_of(number), s->ms);
}

void outgoing_influx(const struct outgoing *o, size_t from, size_t to, const struct labels *l, struct buf *b)
{
    for (size_t i = from; i < to; i++)
        put_line(o, &o->v.at[i], l, b);
}

bool outgoing_place(struct str text, uint64_t *done, uint64_t *marked)
{
    struct str rest = str_trim(text);

    return str_eq_c(str_cut(&rest, ' '), "vigie-export") && str_eq_c(str_cut(&rest, ' '), "1") &&
           str_to_u64(str_cut(&rest, ' '), done) && str_to_u64(rest, marked) && *marked >= *done;
}
