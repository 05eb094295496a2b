/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_feed.h"

#include "base/hash.h"
#include "base/limits.h"
#include "core/perf.h"

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
