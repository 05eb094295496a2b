/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_feed.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/tlv.h"
#include "core/perf.h"

#include <string.h>

/* ---- words ---- */

static struct str short_text(struct str text)
{
    return text.n <= BOUNDS_TEXT_MAX ? text : STR_NULL;
}

static void put_text(struct buf *b, struct str text)
{
    tlv_put_varint(b, text.n);
    buf_add_str(b, text);
}

static bool get_text(struct str *rest, struct str *out)
{
    uint64_t n;

    if (!tlv_get_varint(rest, &n) || n > rest->n)
        return false;
    *out = str_sub(*rest, 0, (size_t)n);
    *rest = str_sub(*rest, (size_t)n, SIZE_MAX);
    return true;
}

static bool number_is_long(const struct perf_value *v)
{
    char text[PERF_TEXT];

    if (!v->known || (v->exponent <= 0 && v->exponent > -20)) /* 19 digits, and the point */
        return false;
    perf_text(v, text);
    return str_of(text).n > BOUNDS_TEXT_MAX;
}

static void put_number(struct buf *b, const struct perf_value *v)
{
    char text[PERF_TEXT];

    perf_text(v, text);
    put_text(b, short_text(str_of(text)));
}

static void put_words(struct buf *b, const struct series_feed_result *r, const struct series_key *k,
                      const struct perf_item *item)
{
    series_key_put(b, k);
    tlv_put_varint(b, r->seq);
    tlv_put_varint(b, (uint64_t)r->at.us);
    put_text(b, str_sub(item->uom, 0, BOUNDS_TEXT_MAX));
    put_text(b, short_text(item->warn.text));
    put_text(b, short_text(item->crit.text));
    put_number(b, &item->min);
    put_number(b, &item->max);
}

bool series_words_next(struct str *rest, struct series_key *k, uint64_t *seq, struct bounds_row *row)
{
    uint64_t since;

    if (!series_key_get(rest, k) || !tlv_get_varint(rest, seq) || !tlv_get_varint(rest, &since))
        return false;
    row->since_us = (int64_t)since;
    return get_text(rest, &row->uom) && get_text(rest, &row->warn) && get_text(rest, &row->crit) &&
           get_text(rest, &row->min) && get_text(rest, &row->max);
}

static uint32_t add_number(uint32_t sum, const struct perf_value *v)
{
    int64_t parts[] = {v->mantissa, v->exponent, v->known};

    return hash_crc32c(sum, parts, sizeof(parts));
}

static uint32_t add_text(uint32_t sum, struct str text)
{
    sum = hash_crc32c(sum, &text.n, sizeof(text.n));
    return hash_crc32c(sum, text.p, text.n);
}

/* Never 0. */
static uint32_t digest(const struct perf_item *item)
{
    uint32_t sum = add_text(add_text(add_text(1, item->uom), item->warn.text), item->crit.text);

    sum = add_number(add_number(sum, &item->min), &item->max);
    return sum ? sum : 1;
}

#define EACH_S (SERIES_WORDS_US / TIME_S)

/* More than what any burst takes. */
static bool is_far_behind(int64_t at_s, uint32_t said_s)
{
    return said_s - at_s > 2 * SERIES_WORDS_BURST * EACH_S;
}

/* May there be one more at that time? If so, it is counted. */
static bool take_turn(uint32_t *said_s, int64_t at_s, uint32_t burst)
{
    if (*said_s - at_s > (burst - 1) * EACH_S)
        return false;
    *said_s = (uint32_t)(MAX(*said_s, at_s) + EACH_S);
    return true;
}

/* What is late tells of another time: it takes nothing from what is said now, and its turns go by the clock, for its own times may be any. */
static bool may_say(struct series_active *a, const struct series_feed_result *r, uint32_t burst)
{
    int64_t at_s = time_wall_s(r->at), now_s = time_wall_s(r->now);

    if (!is_far_behind(at_s, a->said_s))
        return take_turn(&a->said_s, at_s, burst);
    if (is_far_behind(now_s, a->late_s)) /* the clock was set back */
        a->late_s = 0;
    return take_turn(&a->late_s, now_s, burst);
}

static void listen(struct series_feed *f, const struct series_feed_result *r, const struct series_key *k,
                   size_t id, const struct perf_item *item)
{
    struct series_active *a = &f->s->active.at[id];
    uint32_t is = digest(item);
    uint8_t unit = (uint8_t)add_text(1, item->uom);

    if (is == a->said || !may_say(a, r, unit == a->said_unit ? SERIES_WORDS_BURST : 2 * SERIES_WORDS_BURST))
        return;
    a->said = is;
    a->said_unit = unit;
    put_words(f->words, r, k, item);
}

/* ---- items ---- */

static bool to_base(const struct perf_item *item, struct series_sample *v)
{
    struct perf_value base = item->value;
    bool fits = perf_base(item->uom, &base);

    v->mantissa = base.mantissa;
    v->exponent = base.exponent;
    return fits;
}

struct seen {
    uint64_t hash[LIMIT_PERF_ITEMS];
    unsigned n;
};

/* By hash: two labels of one result that share 64 bits are not to be feared. */
static bool is_second(struct seen *seen, const struct series_key *k)
{
    uint64_t h = hash_bytes(k->label.p, k->label.n) ^ k->unit;

    for (unsigned i = 0; i < seen->n; i++)
        if (seen->hash[i] == h)
            return true;
    seen->hash[seen->n++] = h;
    return false;
}

static void refuse(struct series_feed *f, const struct series_feed_result *r, enum series_refusal why,
                   struct str label)
{
    if (r->again)
        return;
    f->refused[why]++;
    if (why == SERIES_UNKNOWN)
        return;
    f->last.oid = r->oid;
    f->last.why = why;
    str_copy(f->last.label, sizeof(f->last.label), str_head(label, sizeof(f->last.label) - 1));
}

static enum series_refusal reason_of(int code)
{
    switch (code) {
    case E_TIMEOUT: return SERIES_OLD;
    case E_AGAIN: return SERIES_AHEAD;
    case E_BUSY: return SERIES_LABELS;
    default: return SERIES_FULL;
    }
}

/* Is something of it left out in words? */
static bool has_odd_words(const struct perf_item *item)
{
    return item->odd || item->uom.n > BOUNDS_TEXT_MAX || item->warn.text.n > BOUNDS_TEXT_MAX ||
           item->crit.text.n > BOUNDS_TEXT_MAX || number_is_long(&item->min) || number_is_long(&item->max);
}

static int feed_one(struct series_feed *f, const struct series_feed_result *r, const struct series_key *k,
                    const struct series_sample *v, const struct perf_item *item)
{
    size_t id = r->again ? series_know(f->s, k) : SIZE_MAX;
    int got = r->again ? 0 : series_add(f->s, k, v, r->now);

    if (got < 0 && f->s->failed)
        return got;
    if (got < 0) {
        refuse(f, r, reason_of(got), k->label);
        return 0;
    }
    f->taken += !r->again;
    id = r->again ? id : f->s->last;
    if (has_odd_words(item))
        refuse(f, r, SERIES_BESIDE, k->label);
    if (f->words && id != SIZE_MAX)
        listen(f, r, k, id, item);
    return 0;
}

/* All that can be counted of what a limit took. */
static void refuse_cut(struct series_feed *f, const struct series_feed_result *r)
{
    char label[SERIES_LABEL_MAX + 2];
    struct str rest = str_sub(r->cut, 0, perf_whole(r->cut, r->cut.n, r->cut_more));
    struct perf_item item;
    struct perf_bad bad = {.n = 0};

    while (perf_next(&rest, &item, &bad)) {
        perf_label(&item, label, sizeof(label));
        refuse(f, r, SERIES_CUT, str_of(label));
    }
    for (bad.n += r->cut_more; bad.n; bad.n--) /* half a value, and what nobody read, are one */
        refuse(f, r, SERIES_CUT, bad.first);
}

/* Beside its object, what was refused of one result: once for each reason, since there may be very many of one. */
static void count_by_object(struct series_feed *f, const struct series_feed_result *r, const uint64_t *before)
{
    for (unsigned why = 0; why < SERIES_REFUSAL_COUNT; why++)
        if (why != SERIES_UNKNOWN && f->refused[why] != before[why])
            series_refused_count(&f->by_object, r->oid, why, f->refused[why] - before[why], r->now);
}

int series_feed(struct series_feed *f, const struct series_feed_result *r)
{
    char label[SERIES_LABEL_MAX + 2];
    struct str rest = r->perfdata;
    struct seen seen = {.n = 0};
    struct perf_item item;
    uint64_t before[SERIES_REFUSAL_COUNT];
    struct perf_bad bad = {.n = 0};
    unsigned n = 0;
    int got = 0;

    memcpy(before, f->refused, sizeof(before));
    while (got == 0 && perf_next(&rest, &item, &bad)) {
        struct series_key k = {.oid = r->oid, .unit = (uint8_t)item.unit};
        struct series_sample v = {.us = r->at.us};

        perf_label(&item, label, sizeof(label));
        k.label = str_of(label);
        if (r->untimed)
            refuse(f, r, r->untimed, k.label);
        else if (++n > LIMIT_PERF_ITEMS)
            refuse(f, r, SERIES_MANY, k.label);
        else if (k.label.n > SERIES_LABEL_MAX)
            refuse(f, r, SERIES_LONG, k.label);
        else if (!item.value.known)
            refuse(f, r, SERIES_UNKNOWN, k.label);
        else if (!to_base(&item, &v))
            refuse(f, r, SERIES_UNREAD, k.label);
        else if (is_second(&seen, &k))
            refuse(f, r, SERIES_TWICE, k.label);
        else
            got = feed_one(f, r, &k, &v, &item);
    }
    for (; bad.n; bad.n--)
        refuse(f, r, SERIES_UNREAD, bad.first);
    refuse_cut(f, r);
    count_by_object(f, r, before);
    return got;
}
