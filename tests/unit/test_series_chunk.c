/* SPDX-License-Identifier: Apache-2.0 */
/* The codec of the series store: what goes in comes out, whatever the numbers are; and it is short where it has to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/time.h"
#include "db/series_open.h"

#define MANY 3000u

static const int64_t base = 20000 * TIME_DAY;

static uint64_t next_random(uint64_t *r)
{
    *r ^= *r << 13;
    *r ^= *r >> 7;
    *r ^= *r << 17;
    return *r;
}

/* ---- sequences ---- */

static size_t seq_there_and_back(const int64_t *x, size_t n)
{
    static int64_t back[MANY];
    struct series_seq_plan plan, read;
    struct series_seq_writer w;
    struct series_seq_reader r;
    struct buf b = BUF_INIT;
    struct str rest;
    size_t length;

    series_seq_writer_init(&w);
    series_seq_plan(&plan, x, n);
    series_seq_head_put(&b, &plan, x, n);
    series_seq_put(&w, &plan, x, n);
    series_seq_end(&w, &b);
    length = b.len;
    rest = buf_str(&b);
    memset(back, 0x55, sizeof(back));
    assert_int_equal(series_seq_head_get(&rest, &read, back, n), 0);
    assert_int_equal(series_seq_reader_init(&r, rest), 0);
    series_seq_get(&r, &read, back, n);
    assert_true(series_seq_whole(&r));
    assert_memory_equal(x, back, n * sizeof(x[0]));
    buf_release(&b);
    series_seq_writer_release(&w);
    return length;
}

/* Number i of a sequence that is hard in some way. */
static int64_t hard(unsigned kind, size_t i, uint64_t *r)
{
    static const int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1, INT64_MAX - 1};
    uint64_t v = next_random(r);

    switch (kind) {
    case 0: return ends[v % ARRAY_LEN(ends)];
    case 1: return (int64_t)v;
    case 2: return (int64_t)(v >> v % 64);
    case 3: return i & 1 ? INT64_MIN : INT64_MAX;
    case 4: return (int64_t)i * 60;
    case 5: return (int64_t)(i * i) * 1000 - 5;
    case 6: return v % 100 ? 7 : (int64_t)v;
    case 7: return (int64_t)(v % 2);
    case 8: return -(int64_t)(v % 61);
    case 9: return INT64_MAX - (int64_t)(v % 3);
    default: return (int64_t)(i * 100000 + v % 4096);
    }
}

static void test_any_sequence_comes_back(void **state UNUSED)
{
    static const size_t lengths[] = {1, 2, 3, 4, 7, 64, 1440, MANY};
    static int64_t x[MANY];
    uint64_t r = 88172645463325252u;

    for (unsigned kind = 0; kind <= 10; kind++) {
        for (size_t l = 0; l < ARRAY_LEN(lengths); l++) {
            for (size_t i = 0; i < lengths[l]; i++)
                x[i] = hard(kind, i, &r);
            seq_there_and_back(x, lengths[l]);
        }
    }
}

/* Long runs of what is likely bring the range coder to its carries. */
static void test_carries_are_carried(void **state UNUSED)
{
    static int64_t x[MANY];
    uint64_t r = 5;

    for (unsigned round = 0; round < 3000; round++) {
        size_t n = 2 + next_random(&r) % 200;
        unsigned odds = 1 + (unsigned)(next_random(&r) % 300);

        for (size_t i = 0; i < n; i++)
            x[i] = next_random(&r) % odds == 0 ? (int64_t)(next_random(&r) % 1000) : 0;
        seq_there_and_back(x, n);
    }
}

static void test_what_is_regular_costs_its_head(void **state UNUSED)
{
    static int64_t x[MANY];

    for (size_t i = 0; i < MANY; i++)
        x[i] = 17 + 60 * (int64_t)i;
    assert_in_range(seq_there_and_back(x, MANY), 1, 5);
    for (size_t i = 0; i < MANY; i++)
        x[i] = 123456;
    assert_in_range(seq_there_and_back(x, MANY), 1, 5);
}

/* Uniform numbers of 8 values take 3 bits, those of 61 values 5.93, and a change in sixty little. */
static void test_entropy_is_near(void **state UNUSED)
{
    static int64_t x[1440];
    uint64_t r = 99;

    for (size_t i = 0; i < 1440; i++)
        x[i] = (int64_t)(next_random(&r) % 8) - 4;
    assert_in_range(seq_there_and_back(x, 1440), 1440 * 3 / 8, 1440 * 3 / 8 + 30);
    for (size_t i = 1; i < 1440; i++)
        x[i] = x[i - 1] + (int64_t)(next_random(&r) % 61) - 30;
    assert_in_range(seq_there_and_back(x, 1440), 1060, 1110);
    for (size_t i = 1; i < 1440; i++)
        x[i] = x[i - 1] + (next_random(&r) % 60 ? 0 : 3);
    assert_in_range(seq_there_and_back(x, 1440), 10, 50);
}

/* ---- chunks ---- */

static bool same(const struct series_sample *a, const struct series_sample *b)
{
    int64_t m = a->mantissa, n = b->mantissa;
    int by = a->exponent - b->exponent;

    if (a->us != b->us || !m != !n)
        return false;
    if (!m)
        return true;
    return by >= 0 ? series_scale(m, (unsigned)by, &m) && m == n
                   : series_scale(n, (unsigned)-by, &n) && m == n;
}

/* Returns the bytes of all chunks; *chunks how many there were. */
static size_t there_and_back(const struct series_sample *s, size_t n, unsigned *chunks)
{
    struct series_chunk_room room;
    struct series_samples back = {.n = 0};
    struct buf b = BUF_INIT;
    size_t bytes = 0;

    *chunks = 0;
    series_chunk_room_init(&room);
    for (size_t done = 0; done < n; ++*chunks) {
        size_t took, before = back.n;

        buf_clear(&b);
        took = series_chunk_put(&room, &b, s + done, n - done, base);
        assert_int_equal(series_chunk_get(&room, buf_str(&b), base, &back), 0);
        assert_int_equal(back.n - before, took);
        for (size_t i = 0; i < took; i++)
            assert_true(same(&s[done + i], &back.at[before + i]));
        for (size_t cut = 0; cut < b.len; cut += 1 + b.len / 50)
            assert_int_equal(series_chunk_get(&room, str_make(b.data, cut), base, &back), E_FORMAT);
        assert_int_equal(back.n - before, took);
        done += took;
        bytes += b.len;
    }
    VEC_RELEASE(&back);
    buf_release(&b);
    series_chunk_room_release(&room);
    return bytes;
}

/* How many bits the i-th number has by a plan. */
static unsigned class_by(const struct series_seq_plan *p, const int64_t *x, size_t i)
{
    uint64_t d = (uint64_t)x[i] - (i ? (uint64_t)x[i - 1] : 0), u;

    if (p->rule == SERIES_SEQ_BEND)
        d -= (uint64_t)x[i - 1] - (uint64_t)x[i - 2];
    u = p->rule == SERIES_SEQ_VALUE  ? (uint64_t)x[i] - p->base
        : p->rule == SERIES_SEQ_RISE ? d - p->base
                                     : d << 1 ^ (0 - (d >> 63));
    return u ? 64 - (unsigned)__builtin_clzll(u) : 0;
}

/* Of all windows of seven classes the plan has that with most numbers, though there are others below and above. */
static void test_the_window_holds_most_numbers(void **state UNUSED)
{
    int64_t x[MANY];
    uint64_t r = 7;

    for (unsigned bits = 3; bits < 50; bits++) {
        unsigned count[66] = {0}, in[66] = {0}, most = 0;
        struct series_seq_plan plan;

        for (size_t i = 0; i < MANY; i++)
            x[i] = i % 10 == 0 ? 0 : (int64_t)(next_random(&r) >> (64 - bits + i % 3));
        x[MANY / 2] = INT64_C(1) << 60;
        series_seq_plan(&plan, x, MANY);
        for (size_t i = 2; i < MANY; i++)
            count[class_by(&plan, x, i)]++;
        for (unsigned low = 1; low <= 58; low++) {
            for (unsigned c = low; c < low + 7; c++)
                in[low] += count[c];
            most = MAX(most, in[low]);
        }
        assert_in_range(in[plan.low], most - 2, most); /* the first two may stand in the head */
    }
}

static void test_one_sample(void **state UNUSED)
{
    static const struct series_sample table[] = {
        {.us = 20000 * TIME_DAY, .mantissa = 0, .exponent = 0},
        {.us = 20000 * TIME_DAY + 1, .mantissa = INT64_MIN, .exponent = -128},
        {.us = INT64_MAX, .mantissa = INT64_MAX, .exponent = 127},
        {.us = INT64_MIN, .mantissa = -1, .exponent = 100},
        {.us = 0, .mantissa = 100000, .exponent = -5},
    };
    unsigned chunks;

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        assert_in_range(there_and_back(&table[i], 1, &chunks), 4, 30);
}

static void test_exponents_change(void **state UNUSED)
{
    static const struct series_sample joins[] = {
        {.us = 1, .mantissa = 15, .exponent = -1}, {.us = 2, .mantissa = 0, .exponent = 0},
        {.us = 3, .mantissa = 2, .exponent = 3},   {.us = 4, .mantissa = -12345, .exponent = -4},
        {.us = 5, .mantissa = 0, .exponent = 77},  {.us = 6, .mantissa = 1, .exponent = 0},
    };
    static const struct series_sample ends[] = {
        {.us = 1, .mantissa = 1, .exponent = 18},         {.us = 2, .mantissa = 1, .exponent = -9},
        {.us = 3, .mantissa = INT64_MAX, .exponent = 0},  {.us = 4, .mantissa = 1, .exponent = -1},
        {.us = 5, .mantissa = INT64_MIN, .exponent = -1}, {.us = 6, .mantissa = INT64_MIN, .exponent = -2},
    };
    unsigned chunks;

    there_and_back(joins, ARRAY_LEN(joins), &chunks);
    assert_int_equal(chunks, 1);
    there_and_back(ends, ARRAY_LEN(ends), &chunks);
    assert_int_equal(chunks, 5);
}

static void test_times_are_kept(void **state UNUSED)
{
    static struct series_sample s[1000];
    uint64_t r = 31;
    unsigned chunks;

    for (size_t i = 0; i < ARRAY_LEN(s); i++) /* equal, backwards, ahead */
        s[i] =
            (struct series_sample){.us = base + (int64_t)(next_random(&r) % 5 - 2) * 1000003, .mantissa = 5};
    there_and_back(s, ARRAY_LEN(s), &chunks);
    for (size_t i = 0; i < ARRAY_LEN(s); i++)
        s[i].us = (int64_t)next_random(&r);
    there_and_back(s, ARRAY_LEN(s), &chunks);
    /* One sample in a hundred is missing: gaps stay gaps, and cost little. */
    for (size_t i = 0, at = 0; i < ARRAY_LEN(s); i++, at += i % 100 ? 1 : 2)
        s[i].us = base + (int64_t)at * TIME_MIN;
    assert_in_range(there_and_back(s, ARRAY_LEN(s), &chunks), 10, 50);
    assert_int_equal(chunks, 1);
}

static struct series_bucket random_bucket(size_t i, uint64_t *r, unsigned bits)
{
    int64_t a = (int64_t)next_random(r) >> (64 - bits), b = (int64_t)next_random(r) >> (64 - bits);
    __int128 sum = (__int128)a * 3 + b;

    return (struct series_bucket){.us = base + (int64_t)i * 5 * TIME_MIN,
                                  .count = 4,
                                  .min = MIN(a, b),
                                  .max = MAX(a, b),
                                  .last = a,
                                  .sum_low = (uint64_t)sum,
                                  .sum_high = (int64_t)(sum >> 64),
                                  .exponent = (int8_t)(next_random(r) % 2 ? -2 : -3)};
}

static __int128 sum_of(const struct series_bucket *b)
{
    return (__int128)((unsigned __int128)(uint64_t)b->sum_high << 64 | b->sum_low);
}

static void test_buckets_come_back(void **state UNUSED)
{
    static struct series_bucket s[288];
    struct series_chunk_room room;
    uint64_t r = 7;

    series_chunk_room_init(&room);
    for (unsigned bits = 1; bits <= 64; bits++) {
        struct buf b = BUF_INIT;
        struct series_buckets back = {.n = 0};

        for (size_t i = 0; i < ARRAY_LEN(s); i++)
            s[i] = random_bucket(i, &r, bits);
        for (size_t done = 0; done < ARRAY_LEN(s);) {
            buf_clear(&b);
            done += series_chunk_put_buckets(&room, &b, s + done, ARRAY_LEN(s) - done, base);
            assert_int_equal(series_chunk_get_buckets(&room, buf_str(&b), base, &back), 0);
            assert_int_equal(back.n, done);
        }
        for (size_t i = 0; i < ARRAY_LEN(s); i++) {
            __int128 was = sum_of(&s[i]), is = sum_of(&back.at[i]);
            int64_t min = s[i].min, by = s[i].exponent - back.at[i].exponent;

            for (; by > 0; by--)
                min *= 10, was *= 10;
            assert_true(by == 0 && was == is && min == back.at[i].min);
            assert_int_equal(back.at[i].count, 4);
            assert_int_equal(back.at[i].us, s[i].us);
        }
        VEC_RELEASE(&back);
        buf_release(&b);
    }
    series_chunk_room_release(&room);
}

/* ---- open chunks ---- */

struct filled {
    struct series_open open;
    struct series_samples all;
};

static void check_open(const struct filled *f)
{
    struct series_samples got = {.n = 0};
    struct series_open again = {.base_us = base};
    struct str bits = series_open_bits(&f->open);

    series_open_get(&f->open, &got);
    assert_int_equal(got.n, f->all.n);
    for (size_t i = 0; i < got.n; i++)
        assert_true(same(&f->all.at[i], &got.at[i]));
    assert_int_equal(series_open_set(&again, bits, f->open.n, f->open.exponent), 0);
    assert_true(again.us == f->open.us && again.mantissa == f->open.mantissa && again.step == f->open.step);
    assert_true(again.mean == f->open.mean && again.used == f->open.used);
    if (bits.n > 1)
        assert_int_equal(series_open_set(&again, str_sub(bits, 0, bits.n - 1), f->open.n, 0), E_FORMAT);
    series_open_release(&again);
    VEC_RELEASE(&got);
}

static void test_an_open_chunk_reads_back(void **state UNUSED)
{
    uint64_t r = 17;

    for (unsigned kind = 0; kind <= 11; kind++) {
        struct filled f = {.all = {.n = 0}};
        struct series_sample s = {.us = base};

        series_open_begin(&f.open, base);
        for (size_t i = 0; i < 5000; i++) {
            s.us = kind == 1 ? (int64_t)next_random(&r)
                             : base + (int64_t)(i * 60 + next_random(&r) % 2) * TIME_S;
            s.mantissa = hard(kind % 11, i, &r);
            s.exponent = kind == 11 ? (int8_t)(next_random(&r) % 5) : 0;
            if (!series_open_add(&f.open, &s)) {
                check_open(&f);
                VEC_CLEAR(&f.all);
                series_open_begin(&f.open, base);
                assert_true(series_open_add(&f.open, &s));
            }
            *VEC_ADD(&f.all) = s;
        }
        check_open(&f);
        assert_true(f.open.room <= SERIES_OPEN_BYTES);
        VEC_RELEASE(&f.all);
        series_open_release(&f.open);
    }
}

static void test_an_open_chunk_takes_a_lower_exponent(void **state UNUSED)
{
    struct filled f = {.all = {.n = 0}};
    struct series_sample s = {.mantissa = 20, .us = base};

    series_open_begin(&f.open, base);
    for (int i = 0; i < 40; i++) {
        s.us += TIME_MIN;
        s.exponent = (int8_t) - (i / 10);
        assert_true(series_open_add(&f.open, &s));
        *VEC_ADD(&f.all) = s;
    }
    check_open(&f);
    assert_int_equal(f.open.exponent, -3);
    s.exponent = -30; /* the others would not fit */
    assert_false(series_open_add(&f.open, &s));
    check_open(&f);
    VEC_RELEASE(&f.all);
    series_open_release(&f.open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_sequence_comes_back),
        cmocka_unit_test(test_carries_are_carried),
        cmocka_unit_test(test_what_is_regular_costs_its_head),
        cmocka_unit_test(test_entropy_is_near),
        cmocka_unit_test(test_the_window_holds_most_numbers),
        cmocka_unit_test(test_one_sample),
        cmocka_unit_test(test_exponents_change),
        cmocka_unit_test(test_times_are_kept),
        cmocka_unit_test(test_buckets_come_back),
        cmocka_unit_test(test_an_open_chunk_reads_back),
        cmocka_unit_test(test_an_open_chunk_takes_a_lower_exponent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
