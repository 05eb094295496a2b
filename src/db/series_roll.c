/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_roll.h"

#include <string.h>

/* ---- order ---- */

/* Both kinds of element begin with their time. */
static int64_t time_at(const char *p, size_t i, size_t size)
{
    int64_t us;

    memcpy(&us, p + i * size, sizeof(us));
    return us;
}

static bool in_order(const char *p, size_t n, size_t size)
{
    for (size_t i = 1; i < n; i++)
        if (time_at(p, i - 1, size) >= time_at(p, i, size))
            return false;
    return true;
}

/* One pass of a merge sort: runs of `run` elements become runs of twice as many. Equal ones keep their order. */
static void merge_runs(const char *from, char *to, size_t n, size_t size, size_t run)
{
    for (size_t left = 0; left < n; left += 2 * run) {
        size_t a = left, middle = MIN(left + run, n), b = middle, end = MIN(left + 2 * run, n);

        for (size_t k = left; k < end; k++) {
            bool first = a < middle && (b >= end || time_at(from, a, size) <= time_at(from, b, size));

            memcpy(to + k * size, from + (first ? a++ : b++) * size, size);
        }
    }
}

static size_t keep_last(char *p, size_t n, size_t size, bool (*is_more)(const void *a, const void *b))
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && time_at(p, i, size) == time_at(p, i + 1, size)) {
            if (is_more && is_more(p + i * size, p + (i + 1) * size))
                memcpy(p + (i + 1) * size, p + i * size, size);
            continue;
        }
        if (kept != i)
            memcpy(p + kept * size, p + i * size, size);
        kept++;
    }
    return kept;
}

static size_t order(void *at, size_t n, size_t size, bool (*is_more)(const void *a, const void *b))
{
    char *p = at, *other;

    if (in_order(p, n, size))
        return n;
    other = mem_alloc(n * size);
    for (size_t run = 1; run < n; run *= 2) {
        merge_runs(p, other, n, size, run);
        memcpy(p, other, n * size);
    }
    mem_free(other);
    return keep_last(p, n, size, is_more);
}

void series_roll_order(struct series_samples *s)
{
    s->n = order(s->at, s->n, sizeof(*s->at), NULL);
}

/* Of two buckets of the same time the one of more measurements knows more. */
static bool has_more(const void *a, const void *b)
{
    const struct series_bucket *x = a, *y = b;

    return x->count > y->count;
}

void series_roll_order_buckets(struct series_buckets *s)
{
    s->n = order(s->at, s->n, sizeof(*s->at), has_more);
}

void series_roll_clip(struct series_samples *s, int64_t from_us, int64_t to_us)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].us >= from_us && s->at[i].us < to_us)
            s->at[kept++] = s->at[i];
    s->n = kept;
}

void series_roll_clip_buckets(struct series_buckets *s, int64_t from_us, int64_t to_us)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].us >= from_us && s->at[i].us < to_us)
            s->at[kept++] = s->at[i];
    s->n = kept;
}

/* ---- buckets ---- */

__int128 series_roll_sum(const struct series_bucket *b)
{
    return (__int128)((unsigned __int128)(uint64_t)b->sum_high << 64 | b->sum_low);
}

static int64_t cut_down(int64_t m, int by)
{
    for (; by > 0 && m; by--)
        m /= 10;
    return m;
}

/* m x 10^exponent under another exponent, which is not below what the greatest value allows. */
int64_t series_roll_under(const struct series_sample *s, int exponent)
{
    int64_t m = 0;

    if (s->exponent < exponent)
        return cut_down(s->mantissa, exponent - s->exponent);
    BUG_ON(!series_scale(s->mantissa, (unsigned)(s->exponent - exponent), &m));
    return m;
}

/* The least exponent under which all values can be held. */
int series_roll_exponent(const struct series_sample *s, size_t n)
{
    int exponent = INT8_MAX, floor = INT8_MIN;
    bool any = false, equal = true;

    for (size_t i = 1; i < n; i++)
        equal = equal && s[i].exponent == s[0].exponent;
    if (equal)
        return s[0].exponent;
    for (size_t i = 0; i < n; i++) {
        int8_t lowest = s[i].exponent;
        int64_t m = s[i].mantissa;

        if (!m)
            continue;
        any = true;
        exponent = MIN(exponent, s[i].exponent);
        while (lowest > INT8_MIN && series_scale(m, 1, &m))
            lowest--;
        floor = MAX(floor, lowest);
    }
    return any ? MAX(exponent, floor) : 0;
}

static struct series_bucket bucket_of(const struct series_sample *s, size_t n, int64_t us)
{
    struct series_bucket b = {.us = us, .count = (int64_t)n, .exponent = (int8_t)series_roll_exponent(s, n)};
    __int128 sum = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t m = series_roll_under(&s[i], b.exponent);

        b.min = i ? MIN(b.min, m) : m;
        b.max = i ? MAX(b.max, m) : m;
        b.last = m;
        sum += m;
    }
    b.sum_low = (uint64_t)sum;
    b.sum_high = (int64_t)(uint64_t)((unsigned __int128)sum >> 64);
    return b;
}

void series_roll_up(const struct series_sample *s, size_t n, int64_t bucket_us, struct series_buckets *out)
{
    for (size_t i = 0, to; i < n; i = to) {
        int64_t into = s[i].us % bucket_us, us = s[i].us - into - (into < 0 ? bucket_us : 0);

        for (to = i; to < n && s[to].us - us < bucket_us;)
            to++;
        *VEC_ADD(out) = bucket_of(s + i, to - i, us);
    }
}
