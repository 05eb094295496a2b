/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_feed.h"

#include "base/hash.h"
#include "base/limits.h"
#include "core/perf.h"

/* What a unit is in base units: times 10^exponent, or times 1024^binary. */
static const struct {
    char text[4];
    int8_t exponent;
    uint8_t binary;
} units[] = {
    {"ms", -3, 0}, {"us", -6, 0}, {"ns", -9, 0}, {"kB", 3, 0},  {"KB", 3, 0},  {"MB", 6, 0},
    {"GB", 9, 0},  {"TB", 12, 0}, {"PB", 15, 0}, {"KiB", 0, 1}, {"MiB", 0, 2}, {"GiB", 0, 3},
};

/* m x 1024 as a decimal: when it does not fit, digits that are 0 make room. */
static bool times_1024(struct series_sample *v)
{
    int64_t m;

    while (__builtin_mul_overflow(v->mantissa, (int64_t)1024, &m)) {
        if (v->mantissa % 10 || v->exponent == INT8_MAX)
            return false;
        v->mantissa /= 10;
        v->exponent++;
    }
    v->mantissa = m;
    return true;
}

static bool to_base(const struct perf_item *item, struct series_sample *v)
{
    *v = (struct series_sample){
        .us = v->us, .mantissa = item->value.mantissa, .exponent = item->value.exponent};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!str_eq_c(item->uom, units[i].text))
            continue;
        v->exponent = (int8_t)(v->exponent + units[i].exponent); /* within 115 of 0: perf_number takes 100 */
        for (unsigned k = 0; k < units[i].binary; k++)
            if (!times_1024(v))
                return false;
    }
    if (!v->mantissa)
        v->exponent = 0;
    return true;
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

static int feed_one(struct series *s, const struct series_key *k, const struct series_sample *v,
                    struct wall now, struct series_feed_count *count)
{
    int r = series_add(s, k, v, now);

    if (r == 0)
        count->taken++;
    else if (r == E_LIMIT || r == E_INVAL)
        count->refused++;
    else
        return r;
    return 0;
}

int series_feed(struct series *s, uint64_t oid, struct str perfdata, struct wall at, struct wall now,
                struct series_feed_count *count)
{
    char label[SERIES_LABEL_MAX + 2];
    struct seen seen = {.n = 0};
    struct perf_item item;
    unsigned bad = 0, n = 0;
    int r = 0;

    while (r == 0 && perf_next(&perfdata, &item, &bad)) {
        struct series_key k = {.oid = oid, .unit = (uint8_t)item.unit};
        struct series_sample v = {.us = at.us};

        perf_label(&item, label, sizeof(label));
        k.label = str_of(label);
        if (++n > LIMIT_PERF_ITEMS)
            count->too_many++;
        else if (k.label.n > SERIES_LABEL_MAX)
            count->long_label++;
        else if (!item.value.known)
            count->unknown++;
        else if (!to_base(&item, &v))
            count->unread++;
        else if (is_second(&seen, &k))
            count->twice++;
        else
            r = feed_one(s, &k, &v, now, count);
    }
    count->unread += bad;
    return r;
}
