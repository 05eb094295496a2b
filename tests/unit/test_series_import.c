/* SPDX-License-Identifier: Apache-2.0 */
/* What others measured, put in beside what is there: that wins; twice is once; buckets that say more than the measurements count, and survive merging; the spool files that it comes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/perf.h"
#include "db/series_import.h"
#include "db/series_read.h"
#include "db/series_roll.h"
#include "db/series_spool.h"
#include "memdisk.h"

#define NOW   (20500 * TIME_DAY + 5 * TIME_H)
#define TODAY (20500 * TIME_DAY)

struct world {
    struct memdisk disk;
    struct journal_io io;
    struct series s;
    struct wall now;
};

static const struct series_key key = {.oid = 9, .unit = PERF_SECONDS, .label = {"rta", 3}};
static const struct series_options options = {
    .keep_us = {30 * TIME_DAY, 180 * TIME_DAY, 1000 * TIME_DAY, 3000 * TIME_DAY}, .grace_us = TIME_H};

static void open_store(struct world *w)
{
    struct err err = ERR_INIT;

    assert_int_equal(series_open(&w->s, &w->io, &options, &err), 0);
}

static void begin(struct world *w)
{
    memdisk_init(&w->disk, 5);
    memdisk_io(&w->io, &w->disk);
    w->now = (struct wall){NOW};
    open_store(w);
}

static void end(struct world *w)
{
    series_release(&w->s);
    memdisk_release(&w->disk);
}

static void again(struct world *w)
{
    series_release(&w->s);
    open_store(w);
}

static void step_all(struct world *w)
{
    for (int i = 0; i < 1000 && series_step(&w->s, w->now); i++)
        ;
}

/* n measurements with the values 0, 1, ...; the first at from_us. */
static struct series_import_count put(struct world *w, int64_t from_us, size_t n, int64_t step_us)
{
    struct series_samples v = {.n = 0};
    struct series_import_count count = {0};

    for (size_t i = 0; i < n; i++)
        *VEC_ADD(&v) = (struct series_sample){.us = from_us + (int64_t)i * step_us, .mantissa = (int64_t)i};
    assert_int_equal(series_import_samples(&w->s, &key, &v, step_us, w->now, &count), 0);
    VEC_RELEASE(&v);
    return count;
}

static struct series_import_count put_bucket(struct world *w, enum series_class class, int64_t us,
                                             int64_t count, int64_t min, int64_t max)
{
    struct series_buckets v = {.n = 0};
    struct series_import_count c = {0};

    *VEC_ADD(&v) = (struct series_bucket){
        .us = us, .count = count, .min = min, .max = max, .last = min, .sum_low = (uint64_t)(count * max)};
    assert_int_equal(series_import_buckets(&w->s, &key, class, &v, w->now, &c), 0);
    VEC_RELEASE(&v);
    return c;
}

static void assert_count(struct series_import_count c, unsigned taken, unsigned had, unsigned old,
                         unsigned ahead)
{
    assert_int_equal(c.taken, taken);
    assert_int_equal(c.had, had);
    assert_int_equal(c.old, old);
    assert_int_equal(c.ahead, ahead);
}

static void assert_read(struct world *w, int64_t from_us, int64_t to_us, size_t n, uint64_t sum)
{
    struct series_samples got = {.n = 0};
    uint64_t all = 0;

    assert_int_equal(series_read(&w->s, &key, from_us, to_us, &got), 0);
    for (size_t i = 0; i < got.n; i++)
        all += (uint64_t)got.at[i].mantissa;
    assert_int_equal(got.n, n);
    assert_int_equal(all, sum);
    VEC_RELEASE(&got);
}

static void assert_bucket(struct world *w, enum series_class class, int64_t us, int64_t count, int64_t min,
                          int64_t max)
{
    struct series_buckets got = {.n = 0};

    assert_int_equal(series_read_buckets(&w->s, &key, class, us, us + 1, &got), 0);
    assert_int_equal(got.n, 1);
    assert_int_equal(got.at[0].count, count);
    assert_int_equal(got.at[0].min, min);
    assert_int_equal(got.at[0].max, max);
    VEC_RELEASE(&got);
}

/* ---- measurements ---- */

static void test_own_ones_win(void **state UNUSED)
{
    struct series_sample own = {.us = TODAY + TIME_H + 30 * TIME_S, .mantissa = 1000};
    struct world w;

    begin(&w);
    assert_int_equal(series_add(&w.s, &key, &own, w.now), 0);
    /* 01:00, 01:01, ... 01:09: that of 01:01 stands for 01:00 to 01:01, in which there is one. */
    assert_count(put(&w, TODAY + TIME_H, 10, TIME_MIN), 9, 1, 0, 0);
    assert_read(&w, TODAY, NOW, 10, 1000 + 45 - 1);
    assert_count(put(&w, TODAY + TIME_H, 10, TIME_MIN), 0, 10, 0, 0);
    /* The moment itself belongs to the row, the one at its begin does not. */
    own.us = TODAY + 2 * TIME_H;
    assert_int_equal(series_add(&w.s, &key, &own, w.now), 0);
    assert_count(put(&w, TODAY + 2 * TIME_H - TIME_MIN, 3, TIME_MIN), 2, 1, 0, 0);
    assert_read(&w, TODAY + 2 * TIME_H - TIME_MIN, NOW, 3, 1000 + 0 + 2);
    end(&w);
}

static void test_days_and_starts(void **state UNUSED)
{
    struct world w;

    begin(&w);
    assert_count(put(&w, TODAY - 3 * TIME_DAY + TIME_H, 700, 5 * TIME_MIN), 700, 0, 0, 0);
    again(&w); /* not committed: it may be gone, and comes once more */
    put(&w, TODAY - 3 * TIME_DAY + TIME_H, 700, 5 * TIME_MIN);
    assert_int_equal(series_commit(&w.s, 1, w.now), 0);
    again(&w);
    assert_read(&w, 0, NOW, 700, 700 * 699 / 2);
    assert_count(put(&w, TODAY - 3 * TIME_DAY + TIME_H, 700, 5 * TIME_MIN), 0, 700, 0, 0);
    /* Merging rests while it goes on, and is done afterwards. */
    w.s.imported_us = w.now.us;
    step_all(&w);
    assert_int_equal(w.s.stats.merged, 0);
    w.now.us += SERIES_IMPORT_REST_US;
    step_all(&w);
    assert_true(w.s.stats.merged >= 2);
    assert_read(&w, 0, NOW, 700, 700 * 699 / 2);
    assert_count(put(&w, TODAY - 3 * TIME_DAY + TIME_H, 700, 5 * TIME_MIN), 0, 700, 0, 0);
    end(&w);
}

static void test_limits(void **state UNUSED)
{
    char label[300];
    struct series_key long_one = {.oid = 9, .label = {label, sizeof(label)}};
    struct series_samples v = {.n = 0};
    struct series_import_count count = {0};
    struct world w;

    memset(label, 'x', sizeof(label));
    begin(&w);
    assert_count(put(&w, TODAY - 40 * TIME_DAY, 3, TIME_DAY), 0, 0, 3, 0);
    assert_count(put(&w, NOW + 2 * TIME_DAY, 1, TIME_MIN), 0, 0, 0, 1);
    assert_count(put_bucket(&w, SERIES_1D, TODAY - 3000 * TIME_DAY, 1, 1, 1), 1, 0, 0, 0);
    assert_count(put_bucket(&w, SERIES_1D, TODAY - 3002 * TIME_DAY, 1, 1, 1), 0, 0, 1, 0);
    assert_count(put_bucket(&w, SERIES_5M, TODAY - 181 * TIME_DAY, 1, 1, 1), 0, 0, 1, 0);
    *VEC_ADD(&v) = (struct series_sample){.us = NOW};
    assert_int_equal(series_import_samples(&w.s, &long_one, &v, 1, w.now, &count), E_LIMIT);
    VEC_RELEASE(&v);
    end(&w);
}

/* ---- buckets ---- */

static void test_buckets_that_say_more(void **state UNUSED)
{
    const int64_t day = TODAY - 5 * TIME_DAY, hour = day + 7 * TIME_H;
    struct world w;

    begin(&w);
    assert_count(put_bucket(&w, SERIES_1H, hour, 60, -5, 99), 1, 0, 0, 0);
    assert_count(put_bucket(&w, SERIES_1H, hour + TIME_H, 2, -5, 99), 1, 0, 0, 0);
    put(&w, hour, 24, 5 * TIME_MIN); /* 12 each hour */
    assert_int_equal(series_commit(&w.s, 1, w.now), 0);
    for (int i = 0; i < 4; i++) { /* as it came; after a start; merged; after a start */
        assert_bucket(&w, SERIES_1H, hour, 60, -5, 99);
        assert_bucket(&w, SERIES_1H, hour + TIME_H, 12, 12, 23);
        assert_bucket(&w, SERIES_1D, day, 24, 0, 23);
        if (i == 1) {
            w.now.us += SERIES_IMPORT_REST_US;
            step_all(&w);
            assert_true(w.s.stats.merged >= 2);
        } else {
            again(&w);
        }
    }
    /* One that is there is not replaced. */
    assert_count(put_bucket(&w, SERIES_1H, hour + TIME_H, 3600, 0, 0), 0, 1, 0, 0);
    assert_count(put_bucket(&w, SERIES_1H, hour, 60, -5, 99), 0, 1, 0, 0);
    end(&w);
}

/* Who reads beside the store sees it with the commit, before and after merging. */
static void test_reader(void **state UNUSED)
{
    const int64_t old = TODAY - 100 * TIME_DAY;
    struct series_reader r;
    struct series_buckets b = {.n = 0};
    struct series_samples v = {.n = 0};
    const uint32_t *id;
    struct err err = ERR_INIT;
    struct world w;

    begin(&w);
    put_bucket(&w, SERIES_1H, old, 60, -5, 99);
    put_bucket(&w, SERIES_1D, old, 60, -5, 99);
    put(&w, TODAY - 2 * TIME_DAY, 10, TIME_MIN);
    assert_int_equal(series_commit(&w.s, 1, w.now), 0);
    for (int i = 0; i < 2; i++) {
        series_read_init(&r, &w.io);
        assert_int_equal(series_read_refresh(&r, false, &err), 1);
        assert_int_equal(series_read_catalogue(&r, 0, NOW), 0);
        assert_int_equal(series_read_object(&r, key.oid, &id), 1);
        assert_int_equal(series_read_class(&r, &key, SERIES_1H, 0, NOW, &b), 0);
        assert_int_equal(b.n, 2);
        assert_int_equal(b.at[0].us, old);
        assert_int_equal(b.at[0].max, 99);
        assert_int_equal(series_read_samples(&r, &key, 0, NOW, &v), 0);
        assert_int_equal(v.n, 10);
        series_read_release(&r);
        w.now.us += SERIES_IMPORT_REST_US;
        step_all(&w);
    }
    assert_true(w.s.stats.merged >= 3);
    VEC_RELEASE(&v);
    VEC_RELEASE(&b);
    end(&w);
}

/* ---- the power ---- */

/* As the store does it: buckets, a commit, measurements, a commit. Ends where the disk fails. */
static bool import_all(struct world *w)
{
    const int64_t day = TODAY - 2 * TIME_DAY;
    struct series_import_count count = {0};
    struct series_samples v = {.n = 0};
    struct series_buckets b = {.n = 0};
    int r = 0;

    for (int64_t hour = 0; hour < 30; hour++)
        *VEC_ADD(&b) =
            (struct series_bucket){.us = day + hour * TIME_H, .count = 60, .min = -hour, .max = 1000};
    for (int64_t i = 0; i < 360; i++)
        *VEC_ADD(&v) = (struct series_sample){.us = day + i * 5 * TIME_MIN, .mantissa = i};
    r = series_import_buckets(&w->s, &key, SERIES_1H, &b, w->now, &count);
    if (r == 0)
        r = series_commit(&w->s, 1, w->now);
    if (r == 0)
        r = series_import_samples(&w->s, &key, &v, 5 * TIME_MIN, w->now, &count);
    if (r == 0)
        r = series_commit(&w->s, 1, w->now);
    VEC_RELEASE(&v);
    VEC_RELEASE(&b);
    return r == 0;
}

static void test_power_cuts(void **state UNUSED)
{
    unsigned cuts = 0;
    bool whole = false;

    for (unsigned k = 1; !whole; k++) {
        struct world w;

        begin(&w);
        w.disk.calls = 0;
        w.disk.fail_at = k;
        w.disk.fail_code = E_IO;
        w.disk.dead = true;
        whole = import_all(&w);
        cuts += !whole;
        series_release(&w.s);
        memdisk_crash(&w.disk);
        open_store(&w);
        assert_true(import_all(&w));
        again(&w);
        assert_read(&w, 0, NOW, 360, 360 * 359 / 2);
        for (int64_t hour = 0; hour < 30; hour++)
            assert_bucket(&w, SERIES_1H, TODAY - 2 * TIME_DAY + hour * TIME_H, 60, -hour, 1000);
        end(&w);
    }
    assert_true(cuts > 10);
}

/* ---- spool ---- */

static void test_spool(void **state UNUSED)
{
    struct series_spool_item item = {.step_us = 60 * TIME_S, .unit = STR("req/s"), .key = key}, got;
    struct series_samples v = {.n = 0}, back = {.n = 0};
    struct series_buckets k = {.n = 0};
    struct series_chunk_room room;
    struct buf b = BUF_INIT;
    struct str rest;
    size_t records;

    series_chunk_room_init(&room);
    for (size_t i = 0; i < 2 * SERIES_SPOOL_CHUNK + 1; i++)
        *VEC_ADD(&v) = (struct series_sample){.us = NOW + (int64_t)i * TIME_MIN, .mantissa = (int64_t)i};
    *VEC_ADD(&k) = (struct series_bucket){.us = NOW, .count = 2};
    series_spool_begin(&b);
    records = series_spool_put_samples(&b, &room, &item, &v);
    assert_int_equal(records, 3);
    item.class = SERIES_1D;
    records += series_spool_put_buckets(&b, &room, &item, &k);
    series_spool_end(&b, records);
    assert_int_equal(series_spool_open(buf_str(&b), &rest), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(series_spool_next(&rest, &got), 1);
        assert_true(str_eq_c(got.unit, "req/s") && series_key_eq(&got.key, &key) &&
                    got.step_us == 60 * TIME_S);
        assert_int_equal(got.class, i < 3 ? SERIES_RAW : SERIES_1D);
        if (i < 3)
            assert_int_equal(series_chunk_get(&room, got.chunk, 0, &back), 0);
    }
    assert_int_equal(series_spool_next(&rest, &got), 0);
    assert_int_equal(back.n, v.n);
    assert_int_equal(VEC_LAST(&back).us, VEC_LAST(&v).us);
    for (size_t i = 0; i < b.len; i += 1 + i / 8) { /* any byte that is another, any end that is missing */
        b.data[i] = (char)(b.data[i] ^ 4);
        assert_int_equal(series_spool_open(buf_str(&b), &rest), E_FORMAT);
        b.data[i] = (char)(b.data[i] ^ 4);
        assert_int_equal(series_spool_open(str_make(b.data, i), &rest), E_FORMAT);
    }
    VEC_RELEASE(&v);
    VEC_RELEASE(&k);
    VEC_RELEASE(&back);
    buf_release(&b);
    series_chunk_room_release(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_ones_win), cmocka_unit_test(test_days_and_starts),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_reader),
        cmocka_unit_test(test_power_cuts),   cmocka_unit_test(test_buckets_that_say_more),
        cmocka_unit_test(test_spool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
