/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The series store over seven weeks on a disk that loses what was not synced, at a random call, and once more while it comes back: chunks are sealed, days become whole and are rolled up, partitions
 * of buckets are merged, old ones removed. What was committed is there, what is put in again stands once, and each class keeps what it has to. VIGIE_CRASH_POINTS says at how many points.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/series.h"
#include "memdisk.h"

#define SERIES 3u
#define STEP   (2 * TIME_H)
#define DAYS   50u
#define ALL    (DAYS * 12u * SERIES)
#define POINTS 40u /* unless more are wanted */

static const int64_t first_us = 20480 * TIME_DAY;
static const struct series_options options = {.step_series = 1,
                                              .keep_us = {[SERIES_RAW] = 4 * TIME_DAY,
                                                          [SERIES_5M] = 10 * TIME_DAY,
                                                          [SERIES_1H] = 100 * TIME_DAY,
                                                          [SERIES_1D] = 100 * TIME_DAY}};

struct world {
    struct memdisk disk;
    struct journal_io io;
    struct series s;
    uint64_t done, committed;
    uint64_t committing; /* what the commit under way will promise */
    uint64_t merged, removed;
};

static struct series_key key_of(uint64_t n)
{
    return (struct series_key){.oid = 1 + n % SERIES, .label = STR("x")};
}

static struct series_sample sample_of(uint64_t n)
{
    uint64_t step = n / SERIES;
    bool late = n % 29 == 0 && step > 30;

    return (struct series_sample){.us = first_us + (int64_t)step * STEP - (late ? 30 * TIME_H - TIME_MIN : 0),
                                  .mantissa = (int64_t)(n * n % 1009 + 1)};
}

static struct wall now_of(uint64_t n)
{
    return (struct wall){first_us + (int64_t)(n / SERIES) * STEP};
}

static void start(struct world *w)
{
    struct err err = ERR_INIT;

    if (series_open(&w->s, &w->io, &options, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(w->s.stats.damaged, 0);
    assert_true(w->s.applied >= w->committed);
    w->done = w->s.applied;
}

static void stop(struct world *w)
{
    w->merged += w->s.stats.merged;
    w->removed += w->s.stats.removed;
    series_release(&w->s);
}

/* A step of a commit that is under way or due; else some steps of merging. */
static int beside(struct world *w)
{
    int r;

    if (!w->s.commit && w->done % 23) {
        for (unsigned i = 0; i < 3 && series_step(&w->s, now_of(w->done)); i++)
            ;
        return w->s.failed ? E_IO : 0;
    }
    if (!w->s.commit)
        w->committing = w->done;
    r = series_commit_step(&w->s, w->done, now_of(w->done));
    if (r == 0)
        w->committed = w->committing;
    return MIN(r, 0);
}

static int finish(struct world *w)
{
    if (series_commit(&w->s, w->done, now_of(w->done)) < 0)
        return E_IO;
    w->committed = w->done;
    while (series_step(&w->s, now_of(w->done)))
        ;
    return w->s.failed ? E_IO : 0;
}

static int run(struct world *w)
{
    while (w->done < ALL) {
        struct series_key k = key_of(w->done);
        struct series_sample v = sample_of(w->done);

        if (series_add(&w->s, &k, &v, now_of(w->done)) < 0)
            return E_IO;
        w->done++;
        if (beside(w) < 0)
            return E_IO;
    }
    return finish(w);
}

/* Of series i, from a moment on: how many, and their sum. */
struct sum {
    int64_t n, sum;
};

static struct sum wanted(uint64_t i, int64_t from_us, uint64_t records)
{
    struct sum all = {0, 0};

    for (uint64_t n = i; n < records; n += SERIES) {
        struct series_sample v = sample_of(n);

        if (v.us < from_us)
            continue;
        all.n++;
        all.sum += v.mantissa;
    }
    return all;
}

static struct sum found(struct world *w, uint64_t i, enum series_class class, int64_t from_us)
{
    struct series_key k = key_of(i);
    struct series_samples samples = {.n = 0};
    struct series_buckets buckets = {.n = 0};
    struct sum all = {0, 0};
    int64_t value;

    if (class == SERIES_RAW)
        assert_int_equal(series_read(&w->s, &k, from_us, INT64_MAX, &samples), 0);
    else
        assert_int_equal(series_read_buckets(&w->s, &k, class, from_us, INT64_MAX, &buckets), 0);
    for (size_t at = 0; at < samples.n; at++) {
        assert_true(series_scale(samples.at[at].mantissa, (unsigned)samples.at[at].exponent, &value));
        all.n++;
        all.sum += value;
    }
    for (size_t at = 0; at < buckets.n; at++) {
        assert_true(series_scale((int64_t)buckets.at[at].sum_low, (unsigned)buckets.at[at].exponent, &value));
        all.n += buckets.at[at].count;
        all.sum += value;
    }
    VEC_RELEASE(&samples);
    VEC_RELEASE(&buckets);
    return all;
}

static void check(struct world *w)
{
    for (uint64_t i = 0; i < SERIES; i++)
        for (unsigned c = SERIES_RAW; c < SERIES_CLASSES; c++) {
            int64_t from = now_of(w->done).us - options.keep_us[c];
            struct sum want, is;

            from += (TIME_DAY - from % TIME_DAY) % TIME_DAY;
            want = wanted(i, from, w->done);
            is = found(w, i, (enum series_class)c, from);
            assert_int_equal(is.n, want.n);
            assert_int_equal(is.sum, want.sum);
        }
}

/* Takes the power away at a call; returns how many there were. */
static unsigned crash_at(struct world *w, unsigned point, uint64_t seed)
{
    unsigned calls;

    *w = (struct world){.done = 0};
    memdisk_init(&w->disk, seed);
    memdisk_io(&w->io, &w->disk);
    start(w);
    w->disk.fail_at = point;
    w->disk.dead = true;
    run(w);
    calls = w->disk.calls;
    stop(w);
    memdisk_crash(&w->disk);
    if (seed % 2) {
        w->disk.fail_at = 1 + (unsigned)memdisk_random(&w->disk, 60);
        w->disk.dead = true;
        start(w);
        run(w);
        stop(w);
        memdisk_crash(&w->disk);
    }
    start(w);
    assert_int_equal(run(w), 0);
    check(w);
    assert_int_equal(w->s.stats.damaged, 0);
    stop(w);
    start(w);
    assert_int_equal(w->done, ALL);
    check(w);
    stop(w);
    assert_int_equal(w->disk.opened, 0);
    memdisk_release(&w->disk);
    return calls;
}

static void test_at_random_calls(void **state UNUSED)
{
    const char *many = getenv("VIGIE_CRASH_POINTS");
    uint64_t points = POINTS;
    struct world w;
    unsigned calls = crash_at(&w, 0, 2);

    assert_true(w.merged > DAYS && w.removed > DAYS);
    assert_true(calls > 500);
    if (many)
        assert_true(str_to_u64(str_of(many), &points));
    for (uint64_t seed = 1; seed <= points; seed++)
        crash_at(&w, 1 + (unsigned)(seed * 7919 % calls), seed);
}

/* A chunk that stands in no piece of the head yet, when it goes to a log: the commit waits for that too. */
static void test_a_chunk_that_ends_during_a_commit(void **state UNUSED)
{
    struct world w = {.done = 0};
    struct series_sample v;
    struct series_key k;

    memdisk_init(&w.disk, 4);
    memdisk_io(&w.io, &w.disk);
    start(&w);
    for (; w.done < 2 * SERIES; w.done++) {
        k = key_of(w.done);
        v = sample_of(w.done);
        assert_int_equal(series_add(&w.s, &k, &v, now_of(w.done)), 0);
    }
    for (unsigned i = 0; i < SERIES + 1; i++) /* seals are looked for, and one chunk is put */
        assert_int_equal(series_commit_step(&w.s, w.done, now_of(w.done)), 1);
    k = key_of(SERIES - 1);
    v.us += TIME_DAY;
    assert_int_equal(series_add(&w.s, &k, &v, (struct wall){v.us}), 0);
    while (series_commit_step(&w.s, UINT64_MAX, now_of(w.done)) == 1)
        ;
    assert_int_equal(w.s.applied, w.done);
    w.disk.fail_at = w.disk.calls + 1;
    w.disk.dead = true;
    stop(&w);
    memdisk_crash(&w.disk);
    start(&w);
    assert_int_equal(w.done, 2 * SERIES);
    for (uint64_t i = 0; i < SERIES; i++) {
        struct sum want = wanted(i, 0, w.done), is = found(&w, i, SERIES_RAW, 0);

        if (i == SERIES - 1 && is.n > want.n) /* what came meanwhile may be there too */
            is.sum -= v.mantissa;
        assert_int_equal(is.sum, want.sum);
    }
    stop(&w);
    memdisk_release(&w.disk);
}

/* A measurement that comes for a day while that is merged: the whole file does not stand for it. */
static void test_late_during_a_merge(void **state UNUSED)
{
    struct series_key k = key_of(0);
    struct series_sample v = {.us = first_us, .mantissa = 1};
    struct wall later = {first_us + TIME_DAY + 2 * TIME_H};

    for (unsigned steps = 1; steps < 30; steps++) {
        struct world w = {.done = 0};

        memdisk_init(&w.disk, 6);
        memdisk_io(&w.io, &w.disk);
        start(&w);
        v.us = first_us;
        assert_int_equal(series_add(&w.s, &k, &v, later), 0);
        assert_int_equal(series_commit(&w.s, 1, later), 0);
        for (unsigned i = 0; i < steps; i++)
            series_step(&w.s, later);
        v.us += TIME_H;
        assert_int_equal(series_add(&w.s, &k, &v, later), 0);
        assert_int_equal(series_commit(&w.s, 2, later), 0);
        while (w.s.merge)
            series_step(&w.s, later);
        stop(&w);
        start(&w);
        assert_int_equal(found(&w, 0, SERIES_RAW, 0).n, 2);
        assert_int_equal(found(&w, 0, SERIES_5M, 0).n, 2);
        stop(&w);
        memdisk_release(&w.disk);
    }
}

static void no_words(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_chunk_that_ends_during_a_commit),
                                       cmocka_unit_test(test_late_during_a_merge),
                                       cmocka_unit_test(test_at_random_calls)};

    log_set_sink(no_words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
