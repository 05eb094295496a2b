/* SPDX-License-Identifier: Apache-2.0 */
/* The series store: what was put in is read, before and after sealing, merging, restarts, crashes at every call to the disk, damage, and a full disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "db/series.h"
#include "db/series_roll.h"
#include "memdisk.h"

#define SERIES  5u
#define STEPS   330u
#define STEP_US (10 * TIME_MIN)
#define RECORDS (SERIES * STEPS)

static const int64_t begin_us = 20480 * TIME_DAY - 3 * TIME_H;

/* A journal of measurements: record n is always the same. */
struct world {
    struct memdisk disk;
    struct journal_io io;
    struct series s;
    struct series_options o;
    uint64_t done;      /* records that were put in */
    uint64_t committed; /* that a commit promised */
};

static struct series_key key_of(uint64_t n)
{
    static const char *const labels[SERIES] = {"load", "load", "used", "a b'=\"", ""};

    return (struct series_key){
        .oid = 7 + n % SERIES / 2, .unit = n % SERIES == 1, .label = str_of(labels[n % SERIES])};
}

static struct wall now_of(uint64_t n)
{
    return (struct wall){begin_us + (int64_t)(n / SERIES) * STEP_US};
}

/* False: the check did not run (a gap). */
static bool sample_of(uint64_t n, struct series_sample *v)
{
    uint64_t step = n / SERIES, mix = n * 0x9E3779B97F4A7C15ull >> 40;

    *v = (struct series_sample){.us = now_of(n).us + (n % SERIES == 2 ? (int64_t)(mix % 1000) : 0),
                                .mantissa = (int64_t)(n % SERIES == 1 ? step * 100000 + mix % 999 : mix % 61),
                                .exponent = (int8_t)(n % SERIES == 3 ? (int)(mix % 3) - 2 : -1)};
    if (n % 17 == 0)
        v->us -= 3 * TIME_H; /* late */
    if (n % 97 == 0)
        v->us -= TIME_DAY;
    if (n % 501 == 0)
        *v = (struct series_sample){.us = v->us, .mantissa = INT64_MAX, .exponent = 2};
    return step < 200 || step > 230;
}

/* ---- what is to be read ---- */

static struct series_samples wanted(uint64_t series, uint64_t records)
{
    struct series_samples all = {.n = 0};

    for (uint64_t n = series; n < records; n += SERIES) {
        struct series_sample v;

        if (sample_of(n, &v))
            *VEC_ADD(&all) = v;
    }
    series_roll_order(&all);
    return all;
}

static bool same_number(int64_t a, int a_exponent, int64_t b, int b_exponent)
{
    int by = a_exponent - b_exponent;

    return by >= 0 ? series_scale(a, (unsigned)by, &a) && a == b
                   : series_scale(b, (unsigned)-by, &b) && a == b;
}

static void check_samples(struct world *w, uint64_t series, const struct series_samples *want)
{
    struct series_key k = key_of(series);
    struct series_samples got = {.n = 0};

    assert_int_equal(series_read(&w->s, &k, 0, INT64_MAX, &got), 0);
    assert_int_equal(got.n, want->n);
    for (size_t i = 0; i < got.n; i++) {
        assert_int_equal(got.at[i].us, want->at[i].us);
        assert_true(
            same_number(got.at[i].mantissa, got.at[i].exponent, want->at[i].mantissa, want->at[i].exponent));
    }
    VEC_RELEASE(&got);
}

static void check_buckets(struct world *w, uint64_t series, const struct series_samples *want,
                          enum series_class class)
{
    struct series_key k = key_of(series);
    struct series_buckets got = {.n = 0}, is = {.n = 0};

    series_roll_up(want->at, want->n, series_bucket_us(class), &is);
    assert_int_equal(series_read_buckets(&w->s, &k, class, 0, INT64_MAX, &got), 0);
    assert_int_equal(got.n, is.n);
    for (size_t i = 0; i < got.n; i++) {
        const struct series_bucket *a = &got.at[i], *b = &is.at[i];

        assert_int_equal(a->us, b->us);
        assert_int_equal(a->count, b->count);
        assert_true(same_number(a->min, a->exponent, b->min, b->exponent));
        assert_true(same_number(a->max, a->exponent, b->max, b->exponent));
        assert_true(same_number(a->last, a->exponent, b->last, b->exponent));
        if (a->exponent == b->exponent)
            assert_true(series_roll_sum(a) == series_roll_sum(b));
    }
    VEC_RELEASE(&got);
    VEC_RELEASE(&is);
}

static void check_all(struct world *w)
{
    for (uint64_t i = 0; i < SERIES; i++) {
        struct series_samples want = wanted(i, w->done);

        check_samples(w, i, &want);
        for (unsigned c = SERIES_5M; c < SERIES_CLASSES; c++)
            check_buckets(w, i, &want, (enum series_class)c);
        VEC_RELEASE(&want);
    }
}

/* ---- running ---- */

static void start(struct world *w)
{
    struct err err = ERR_INIT;

    if (series_open(&w->s, &w->io, &w->o, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(w->s.applied >= w->committed);
    w->done = w->s.applied;
}

static void world_init(struct world *w, uint64_t seed)
{
    *w = (struct world){.o = {.grace_us = TIME_H}};
    memdisk_init(&w->disk, seed);
    memdisk_io(&w->io, &w->disk);
    start(w);
}

static void world_release(struct world *w)
{
    series_release(&w->s);
    assert_int_equal(w->disk.opened, 0);
    memdisk_release(&w->disk);
}

static int beside(struct world *w, struct wall now)
{
    if (series_commit(&w->s, w->done, now) < 0)
        return E_IO;
    w->committed = w->done;
    while (series_step(&w->s, now))
        ;
    return w->s.failed ? E_IO : 0;
}

static int run(struct world *w, uint64_t to)
{
    while (w->done < to) {
        struct series_key k = key_of(w->done);
        struct series_sample v;

        if (sample_of(w->done, &v) && series_add(&w->s, &k, &v, now_of(w->done)) < 0)
            return E_IO;
        w->done++;
        if (w->done % 149 == 0 && beside(w, now_of(w->done)) < 0)
            return E_IO;
    }
    return 0;
}

/* Two days later everything is whole. */
static int finish(struct world *w)
{
    struct wall later = {now_of(RECORDS).us + 2 * TIME_DAY};

    return beside(w, later) < 0 || beside(w, later) < 0 ? E_IO : 0;
}

static unsigned count_files(const struct world *w, const char *ending)
{
    unsigned n = 0;

    for (size_t i = 0; i < MEMDISK_FILES; i++)
        n += w->disk.file[i].exists && str_ends(str_of(w->disk.file[i].name), str_of(ending));
    return n;
}

static void again(struct world *w)
{
    series_release(&w->s);
    start(w);
}

/* ---- tests ---- */

static void test_what_is_put_in_is_read(void **state UNUSED)
{
    struct world w;

    world_init(&w, 1);
    for (uint64_t to = 300; to <= RECORDS; to += 300) {
        assert_int_equal(run(&w, to), 0);
        check_all(&w);
    }
    assert_int_equal(run(&w, RECORDS), 0);
    assert_int_equal(finish(&w), 0);
    check_all(&w);
    assert_int_equal(count_files(&w, ".vsl"), 0);
    assert_true(count_files(&w, ".vsw") >= 4);
    assert_int_equal(w.s.stats.damaged, 0);
    again(&w);
    check_all(&w);
    world_release(&w);
}

static void test_a_restart_goes_on_from_the_head(void **state UNUSED)
{
    struct world w;

    world_init(&w, 2);
    for (uint64_t to = 100; to <= RECORDS; to += 100) {
        assert_int_equal(run(&w, to), 0);
        again(&w);
        assert_true(w.done <= to);
    }
    assert_int_equal(run(&w, RECORDS), 0);
    check_all(&w);
    assert_true(count_files(&w, ".vsh") <= 2);
    world_release(&w);
}

static bool is_of_a_record(uint64_t series, const struct series_sample *got)
{
    for (uint64_t n = series; n < RECORDS; n += SERIES) {
        struct series_sample v;

        if (sample_of(n, &v) && v.us == got->us &&
            same_number(v.mantissa, v.exponent, got->mantissa, got->exponent))
            return true;
    }
    return false;
}

/* Everything up to `applied` is there; of what came after it some may be, which then is in the right. */
static void check_at_least(struct world *w)
{
    for (uint64_t i = 0; i < SERIES; i++) {
        struct series_samples want = wanted(i, w->done), got = {.n = 0};
        struct series_key k = key_of(i);
        size_t at = 0;

        assert_int_equal(series_read(&w->s, &k, 0, INT64_MAX, &got), 0);
        for (size_t g = 0; g < got.n; g++) {
            at += at < want.n && want.at[at].us == got.at[g].us;
            assert_true(is_of_a_record(i, &got.at[g]));
        }
        assert_int_equal(at, want.n);
        VEC_RELEASE(&want);
        VEC_RELEASE(&got);
    }
}

/* Takes the power away at call number `point`. False: there were not so many calls. */
static bool crash_at(unsigned point, uint64_t seed)
{
    struct world w;
    bool crashed;

    world_init(&w, seed);
    w.disk.fail_at = point;
    w.disk.dead = true;
    crashed = run(&w, RECORDS) < 0 || finish(&w) < 0 || w.disk.calls >= point;
    series_release(&w.s);
    memdisk_crash(&w.disk);
    if (seed % 2) { /* and once more while it starts or goes on */
        w.disk.fail_at = 1 + (unsigned)memdisk_random(&w.disk, 30);
        w.disk.dead = true;
        start(&w);
        run(&w, RECORDS);
        series_release(&w.s);
        memdisk_crash(&w.disk);
    }
    start(&w);
    assert_int_equal(w.s.stats.damaged, 0);
    check_at_least(&w);
    assert_int_equal(run(&w, RECORDS), 0);
    assert_int_equal(finish(&w), 0);
    check_all(&w);
    assert_int_equal(w.s.stats.damaged, 0);
    assert_int_equal(count_files(&w, ".vsl"), 0);
    world_release(&w);
    return crashed;
}

static void test_power_fails_at_every_call(void **state UNUSED)
{
    unsigned point = 1;

    while (crash_at(point, point + 5000))
        point++;
    assert_true(point > 100);
}

/* The disk fails once, and works again. */
static void test_a_call_that_fails_once(void **state UNUSED)
{
    for (unsigned point = 1; point < 300; point += 5) {
        struct world w;

        world_init(&w, point);
        w.disk.fail_at = point;
        while (w.done < RECORDS)
            if (run(&w, RECORDS) < 0) {
                assert_true(w.s.failed && w.s.why[0]);
                again(&w);
            }
        check_all(&w);
        while (finish(&w) < 0) {
            again(&w);
            assert_int_equal(run(&w, RECORDS), 0);
        }
        check_all(&w);
        world_release(&w);
    }
}

static void test_a_full_disk(void **state UNUSED)
{
    struct world w;
    unsigned failed = 0;

    world_init(&w, 5);
    w.disk.capacity = 5000;
    while (w.done < RECORDS) {
        if (run(&w, RECORDS) == 0)
            break;
        assert_non_null(strstr(w.s.why, "full"));
        failed++;
        w.disk.capacity += 500 + 20 * failed; /* what a failed commit left in the logs goes there again */
        again(&w);
    }
    assert_true(failed > 0);
    w.disk.capacity = 0;
    assert_int_equal(finish(&w), 0);
    check_all(&w);
    world_release(&w);
}

/* ---- damage ---- */

static struct memfile *file_like(struct world *w, const char *begin, const char *end)
{
    for (size_t i = 0; i < MEMDISK_FILES; i++) {
        struct memfile *f = &w->disk.file[i];

        if (f->exists && str_starts(str_of(f->name), str_of(begin)) && str_ends(str_of(f->name), str_of(end)))
            return f;
    }
    fail_msg("no file %s*%s", begin, end);
    return NULL;
}

/* Everything that can be read is right; returns how much is missing. */
static size_t check_what_is_there(struct world *w)
{
    size_t missing = 0;

    for (uint64_t i = 0; i < SERIES; i++) {
        struct series_samples want = wanted(i, w->done), got = {.n = 0};
        struct series_key k = key_of(i);
        size_t at = 0;

        assert_int_equal(series_read(&w->s, &k, 0, INT64_MAX, &got), 0);
        for (size_t g = 0; g < got.n; g++, at++) {
            for (; at < want.n && want.at[at].us < got.at[g].us; at++)
                missing++;
            assert_true(at < want.n && want.at[at].us == got.at[g].us);
            if (same_number(got.at[g].mantissa, got.at[g].exponent, want.at[at].mantissa,
                            want.at[at].exponent))
                continue;
            missing++; /* the later of two with the same time is lost: the one before is there */
        }
        missing += want.n - at;
        VEC_RELEASE(&want);
        VEC_RELEASE(&got);
    }
    return missing;
}

static void damage_everywhere(const char *begin, const char *end, uint64_t records, bool whole)
{
    size_t length = 1, most = 0;

    for (size_t at = 0; at < length; at += 13) {
        struct world w;
        struct memfile *f;
        size_t missing;

        world_init(&w, 11);
        assert_int_equal(run(&w, records), 0);
        if (whole)
            assert_int_equal(finish(&w), 0);
        else
            assert_int_equal(beside(&w, now_of(w.done)), 0);
        f = file_like(&w, begin, end);
        length = f->size;
        f->live[at] ^= 0x20;
        again(&w);
        w.done = records;
        missing = check_what_is_there(&w);
        if (at >= SERIES_HEADER)
            most = MAX(most, missing);
        world_release(&w);
    }
    /* A chunk of a day at most: the others are there. */
    assert_in_range(most, 1, 144 + 10);
}

static void test_damage_in_a_log_costs_a_chunk(void **state UNUSED)
{
    damage_everywhere("raw-", ".vsl", 1000, false);
}

static void test_damage_in_a_whole_file_costs_a_series(void **state UNUSED)
{
    damage_everywhere("raw-2026012", ".vsw", RECORDS, true);
}

static void test_a_damaged_head_is_replaced_by_the_one_before(void **state UNUSED)
{
    struct world w;
    struct series_header h = {.form = SERIES_HEAD};
    char name[SERIES_NAME];

    world_init(&w, 3);
    assert_int_equal(run(&w, 700), 0);
    h.generation = w.s.head;
    series_name_put(name, &h);
    memdisk_file(&w.disk, name)->live[90] ^= 1;
    w.committed = 0;
    again(&w);
    assert_true(w.done == 447); /* 3 x 149 */
    assert_int_equal(run(&w, RECORDS), 0);
    check_all(&w);
    /* Without any: what was sealed is there, and all of the journal comes again. */
    for (size_t i = 0; i < MEMDISK_FILES; i++)
        if (w.disk.file[i].exists && str_ends(str_of(w.disk.file[i].name), STR(".vsh")))
            w.disk.file[i].live[60] ^= 1;
    w.committed = 0;
    again(&w);
    assert_int_equal(w.done, 0);
    w.done = RECORDS;
    assert_true(check_what_is_there(&w) < RECORDS / 2);
    w.done = 0;
    for (; w.done < RECORDS; w.done++) {
        struct series_key k = key_of(w.done);
        struct series_sample v;

        if (sample_of(w.done, &v))
            assert_int_equal(series_add(&w.s, &k, &v, now_of(w.done)), 0);
    }
    check_all(&w);
    world_release(&w);
}

static void test_another_site_and_a_newer_version_are_refused(void **state UNUSED)
{
    struct world w;
    struct series other;
    struct series_options o;
    struct err err = ERR_INIT;
    struct memfile *f;

    world_init(&w, 4);
    assert_int_equal(run(&w, 1000), 0);
    series_release(&w.s);
    o = w.o;
    o.site = 9;
    assert_int_equal(series_open(&other, &w.io, &o, &err), E_INVAL);
    assert_non_null(strstr(err.text, "site 9"));
    series_release(&other);
    f = file_like(&w, "raw-", ".vsl");
    {
        struct buf b = BUF_INIT;
        struct series_header h;

        /* With its checksum made right again. */
        assert_int_equal(series_header_get(str_make((char *)f->live, SERIES_HEADER), &h, NULL), 0);
        series_header_put(&b, &h);
        b.data[8] = 2;
        memcpy(f->live, b.data, SERIES_HEADER - 4);
        {
            uint32_t sum = hash_crc32c(0, f->live, SERIES_HEADER - 4);

            for (unsigned i = 0; i < 4; i++)
                f->live[SERIES_HEADER - 4 + i] = (unsigned char)(sum >> (8 * i));
        }
        buf_release(&b);
    }
    err_clear(&err);
    assert_int_equal(series_open(&other, &w.io, &w.o, &err), E_INVAL);
    assert_non_null(strstr(err.text, "newer Vigie"));
    series_release(&other);
    assert_int_equal(w.disk.opened, 0);
    memdisk_release(&w.disk);
}

/* ---- limits ---- */

static void test_what_is_too_old_goes_by_class(void **state UNUSED)
{
    struct world w;
    struct series_key k = key_of(0);
    struct series_sample v = {.us = begin_us, .mantissa = 1};
    struct wall now = {now_of(RECORDS).us + 2 * TIME_DAY};

    world_init(&w, 6);
    w.s.o.keep_us[SERIES_RAW] = 2 * TIME_DAY;
    assert_int_equal(run(&w, RECORDS), 0);
    assert_int_equal(finish(&w), 0);
    assert_true(w.s.stats.removed > 0);
    /* A clock that ran ahead removes nothing for it. */
    w.s.stats.removed = 0;
    now.us += 1000 * TIME_DAY;
    while (series_step(&w.s, now))
        ;
    assert_int_equal(w.s.stats.removed, 0);
    assert_true(count_files(&w, ".vsw") > 3);
    assert_int_equal(series_add(&w.s, &k, &v, now), E_TIMEOUT);
    v.us = now.us + 2 * TIME_DAY;
    assert_int_equal(series_add(&w.s, &k, &v, now), E_AGAIN);
    assert_int_equal(w.s.stats.refused, 2);
    for (int day = 0; day < 3; day++) { /* time really passes */
        v.us = now.us += TIME_DAY;
        assert_int_equal(series_add(&w.s, &k, &v, now), 0);
        assert_int_equal(beside(&w, now), 0);
    }
    assert_int_equal(series_choose(&w.s, now.us - TIME_H, now.us, 1000, now), SERIES_RAW);
    assert_int_equal(series_choose(&w.s, now.us - 3 * TIME_DAY, now.us, 1000, now), SERIES_5M);
    assert_int_equal(series_choose(&w.s, now.us - 3 * TIME_DAY, now.us, 100, now), SERIES_1H);
    assert_int_equal(series_choose(&w.s, now.us - 300 * TIME_DAY, now.us, 10000, now), SERIES_1H);
    assert_int_equal(series_choose(&w.s, now.us - 9000 * TIME_DAY, now.us, 1, now), SERIES_1D);
    world_release(&w);
}

static void test_many_series(void **state UNUSED)
{
    struct world w;
    struct series_samples got = {.n = 0};
    char label[16];

    world_init(&w, 8);
    for (int64_t step = 0; step < 3; step++)
        for (unsigned i = 0; i < 3000; i++) {
            struct series_key k = {.oid = 1 + i / 300, .unit = 2, .label = STR_NULL};
            struct series_sample v = {
                .us = 20480 * TIME_DAY + step * TIME_MIN, .mantissa = i, .exponent = -2};

            snprintf(label, sizeof(label), "%u", i);
            k.label = str_of(label);
            assert_int_equal(series_add(&w.s, &k, &v, (struct wall){v.us}), 0);
        }
    assert_int_equal(beside(&w, (struct wall){20481 * TIME_DAY + 2 * TIME_H}), 0);
    assert_int_equal(w.s.stats.merged, 1);
    again(&w);
    for (unsigned i = 0; i < 3000; i++) {
        struct series_key k = {.oid = 1 + i / 300, .unit = 2, .label = STR_NULL};

        snprintf(label, sizeof(label), "%u", i);
        k.label = str_of(label);
        assert_int_equal(series_read(&w.s, &k, 0, INT64_MAX, &got), 0);
        assert_int_equal(got.n, 3);
        assert_true(same_number(got.at[2].mantissa, got.at[2].exponent, i, -2));
        k.unit = 3;
        assert_int_equal(series_read(&w.s, &k, 0, INT64_MAX, &got), 0);
        assert_int_equal(got.n, 0);
    }
    VEC_RELEASE(&got);
    world_release(&w);
}

/* Parts become whole files: sixteen of them, or when their partition is over. */
static void test_weeks(void **state UNUSED)
{
    static const unsigned days = 37;
    struct series_key k = key_of(0), other = key_of(3);
    struct series_samples all = {.n = 0};
    bool restarted = false;
    struct world w;

    world_init(&w, 9);
    w.s.o.keep_us[SERIES_RAW] = 4 * TIME_DAY;
    w.s.o.keep_us[SERIES_5M] = 20 * TIME_DAY;
    for (unsigned hour = 0; hour < days * 24; hour++) {
        struct series_sample v = {.us = 20480 * TIME_DAY + hour * TIME_H, .mantissa = hour * 7 % 23};

        assert_int_equal(series_add(&w.s, &k, &v, (struct wall){v.us}), 0);
        if (hour % 72 == 5) /* seldom, and late: into a day that is whole */
            v.us -= TIME_DAY + 2 * TIME_H;
        if (hour % 9 == 5)
            assert_int_equal(series_add(&w.s, &other, &v, (struct wall){v.us}), 0);
        v.us = 20480 * TIME_DAY + hour * TIME_H;
        *VEC_ADD(&all) = v;
        w.done = hour;
        if (hour % 24 == 23)
            assert_int_equal(beside(&w, (struct wall){v.us + 3 * TIME_H}), 0);
        if (hour == 500 && !restarted) { /* what was not committed is added again */
            restarted = true;
            again(&w);
            w.s.o.keep_us[SERIES_RAW] = 4 * TIME_DAY;
            w.s.o.keep_us[SERIES_5M] = 20 * TIME_DAY;
            hour = 480 - 1;
            all.n = 480;
        }
    }
    assert_true(w.s.stats.removed > 10);
    assert_int_equal(w.s.stats.damaged, 0);
    assert_true(count_files(&w, ".vsp") < 3 * 16);
    assert_true(count_files(&w, ".vsw") < 14);
    check_buckets(&w, 0, &all, SERIES_1H);
    check_buckets(&w, 0, &all, SERIES_1D);
    again(&w);
    check_buckets(&w, 0, &all, SERIES_1D);
    VEC_RELEASE(&all);
    world_release(&w);
}

static void test_names_are_read_back(void **state UNUSED)
{
    static const char *const no[] = {"raw-20260128-1.vsl",
                                     "raw-20261301-0001.vsl",
                                     "x-20260128-0001.vsl",
                                     "head-1.vsh",
                                     "raw-20260128-0001.vsx",
                                     "raw-20260128-0001.vsl.new",
                                     "",
                                     ".",
                                     "5m--0001.vsw"};
    struct series_header h = {.class = SERIES_5M,
                              .form = SERIES_PART,
                              .start_us = 20480 * TIME_DAY,
                              .generation = 12},
                         got;
    char name[SERIES_NAME];

    series_name_put(name, &h);
    assert_string_equal(name, "5m-20260127-0012.vsp");
    assert_true(series_name_get(name, &got));
    assert_true(got.class == h.class && got.form == h.form && got.start_us == h.start_us &&
                got.generation == 12);
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        assert_false(series_name_get(no[i], &got));
}

static void no_words(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_put_in_is_read),
        cmocka_unit_test(test_a_restart_goes_on_from_the_head),
        cmocka_unit_test(test_power_fails_at_every_call),
        cmocka_unit_test(test_a_call_that_fails_once),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_damage_in_a_log_costs_a_chunk),
        cmocka_unit_test(test_damage_in_a_whole_file_costs_a_series),
        cmocka_unit_test(test_a_damaged_head_is_replaced_by_the_one_before),
        cmocka_unit_test(test_another_site_and_a_newer_version_are_refused),
        cmocka_unit_test(test_what_is_too_old_goes_by_class),
        cmocka_unit_test(test_many_series),
        cmocka_unit_test(test_weeks),
        cmocka_unit_test(test_names_are_read_back),
    };

    log_set_sink(no_words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
