/* SPDX-License-Identifier: Apache-2.0 */
/* The series store behind the journal: every result's measurements are there once, whatever was lost between, and in the same way live and from the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/perf.h"
#include "core/record.h"
#include "db/series_follow.h"
#include "memdisk.h"
#include "temp_dir.h"

#define RESULTS 300u

static const struct wall noon = {20480 * TIME_DAY + 12 * TIME_H};

/* Journal and series on disks of their own, so that one can lose what the other has. */
struct world {
    struct memdisk journal_disk, series_disk;
    struct journal_io journal_io, series_io;
    struct journal j;
    struct series s;
    struct series_follow f;
    struct bounds b;
    char dir[128];
};

static void open_bounds(struct world *w)
{
    struct err err = ERR_INIT;
    char path[256];
    bool moved;

    snprintf(path, sizeof(path), "%s/bounds.db", w->dir);
    assert_int_equal(bounds_open(&w->b, path, noon, &moved, &err), 0);
}

static void open_series(struct world *w)
{
    struct err err = ERR_INIT;

    assert_int_equal(series_open(&w->s, &w->series_io, NULL, &err), 0);
    series_follow_init(&w->f, &w->s, &w->b, &w->j);
}

static void world_init(struct world *w)
{
    struct err err = ERR_INIT;

    memset(w, 0, sizeof(*w));
    memdisk_init(&w->journal_disk, 1);
    memdisk_io(&w->journal_io, &w->journal_disk);
    memdisk_init(&w->series_disk, 2);
    memdisk_io(&w->series_io, &w->series_disk);
    assert_int_equal(journal_open(&w->j, &w->journal_io, NULL, &err), 0);
    temp_dir_make(w->dir, sizeof(w->dir));
    open_bounds(w);
    open_series(w);
}

static void world_release(struct world *w)
{
    series_follow_release(&w->f);
    series_release(&w->s);
    bounds_close(&w->b);
    temp_dir_remove(w->dir);
    journal_release(&w->j);
    memdisk_release(&w->series_disk);
    memdisk_release(&w->journal_disk);
}

static struct wall time_of(unsigned n)
{
    return (struct wall){noon.us + n * TIME_MIN};
}

/* Result n: mostly with a time and a counter; some timed out, some have nothing to say. */
static void write_result(struct world *w, unsigned n)
{
    struct buf frames = BUF_INIT;
    struct record_result r = {.oid = 5, .how = n % 13 == 0 ? RECORD_HOW_TIMEOUT : RECORD_HOW_EXIT};
    struct record_frame frame;
    struct str rest;
    char text[200];

    snprintf(text, sizeof(text), "PING OK%s%u.%us;%u;2;0 pkt=%uc", n % 7 ? " | time=" : ", time ", n % 10,
             n % 3, n / 100, n * 17);
    r.output = str_of(text);
    r.started = time_of(n).us + 123456; /* in the journal to the microsecond */
    record_put(&frames, RECORD_RESULT, time_of(n), &r);
    rest = buf_str(&frames);
    assert_int_equal(record_next(&rest, &frame), 1);
    assert_true(journal_add(&w->j, w->j.next, (uint16_t)frame.kind, frame.at, frame.payload));
    assert_int_equal(journal_commit(&w->j, time_of(n)), 0);
    buf_release(&frames);
}

static bool has_values(unsigned n)
{
    return n % 13 != 0 && n % 7 != 0;
}

struct warnings {
    unsigned n;
    int64_t since_us[8];
};

static bool add_warning(void *user, const struct bounds_row *row)
{
    struct warnings *w = user;
    uint64_t warn;

    assert_true(w->n < ARRAY_LEN(w->since_us));
    assert_true(str_to_u64(row->warn, &warn) && warn == w->n);
    assert_string_equal("s", str_eq_c(row->uom, "s") ? "s" : "another unit");
    w->since_us[w->n++] = row->since_us;
    return true;
}

/* The threshold of time rises at each hundredth result. */
static void check_words(struct world *w, unsigned results)
{
    struct series_key time = {.oid = 5, .unit = PERF_SECONDS, .label = STR("time")};
    struct warnings got = {.n = 0};

    while (series_follow_words(&w->f, TIME_S) == 1)
        ;
    assert_int_equal(bounds_read(&w->b, &time, INT64_MIN, INT64_MAX, add_warning, &got), 0);
    assert_int_equal(got.n, (results + 99) / 100);
    for (unsigned i = 0; i < got.n; i++) {
        unsigned first = i ? i * 100 : 1; /* the first with values */

        while (!has_values(first))
            first++;
        assert_int_equal(got.since_us[i], time_of(first).us + 123000);
    }
}

static void check(struct world *w, unsigned results)
{
    struct series_key time = {.oid = 5, .unit = PERF_SECONDS, .label = STR("time")};
    struct series_key packets = {.oid = 5, .unit = PERF_COUNTER, .label = STR("pkt")};
    struct series_samples a = {.n = 0}, b = {.n = 0};
    size_t at = 0;

    assert_int_equal(series_read(&w->s, &time, 0, INT64_MAX, &a), 0);
    assert_int_equal(series_read(&w->s, &packets, 0, INT64_MAX, &b), 0);
    assert_int_equal(a.n, b.n);
    for (unsigned n = 1; n < results; n++) {
        int64_t m = n % 10 * 10 + n % 3, got;

        if (!has_values(n))
            continue;
        assert_true(at < a.n);
        assert_int_equal(a.at[at].us, time_of(n).us + 123000);
        assert_true(series_scale(a.at[at].mantissa, (unsigned)(a.at[at].exponent + 1), &got) && got == m);
        assert_true(series_scale(b.at[at].mantissa, (unsigned)b.at[at].exponent, &got) && got == n * 17);
        at++;
    }
    assert_int_equal(at, a.n);
    VEC_RELEASE(&a);
    VEC_RELEASE(&b);
    check_words(w, results);
}

static void catch_up(struct world *w, unsigned n)
{
    int r;

    while ((r = series_follow_turn(&w->f, 0, time_of(n))) == 1)
        ;
    assert_int_equal(r, 0);
    assert_int_equal(w->f.to, journal_stored(&w->j));
}

static void test_live_and_from_the_journal(void **state UNUSED)
{
    struct world w;

    world_init(&w);
    catch_up(&w, 0);
    for (unsigned n = 1; n < RESULTS; n++) {
        write_result(&w, n);
        assert_int_equal(series_follow_batch(&w.f, &w.j.done, time_of(n)), 0);
        assert_int_equal(w.f.to, journal_stored(&w.j));
    }
    check(&w, RESULTS);
    assert_int_equal(w.f.feed.refused[SERIES_UNREAD], 0);
    /* All is lost, and made again. */
    series_release(&w.s);
    memdisk_release(&w.series_disk);
    memdisk_init(&w.series_disk, 3);
    open_series(&w);
    catch_up(&w, RESULTS);
    check(&w, RESULTS);
    world_release(&w);
}

static void test_power_fails_between(void **state UNUSED)
{
    for (unsigned when = 1; when < RESULTS; when += 9) {
        struct world w;

        world_init(&w);
        catch_up(&w, 0);
        for (unsigned n = 1; n < RESULTS; n++) {
            write_result(&w, n);
            assert_int_equal(series_follow_batch(&w.f, &w.j.done, time_of(n)), 0);
            if (n % 40 == 0)
                assert_int_equal(series_follow_commit(&w.f, time_of(n)), 0);
            if (n % 100 == 99)
                assert_int_equal(series_seal_all(&w.s), 0);
            if (n != when)
                continue;
            series_release(&w.s);
            memdisk_crash(&w.series_disk);
            open_series(&w);
            assert_int_equal(w.s.applied, n / 40 * 40);
            assert_int_equal(series_follow_batch(&w.f, &w.j.done, time_of(n)),
                             0); /* passed over: it is behind */
            catch_up(&w, n);
            check(&w, n + 1);
        }
        check(&w, RESULTS);
        world_release(&w);
    }
}

/* bounds.db was lost, or stands behind the store: what was said is read again, and no measurement is taken twice. */
static void test_bounds_come_back(void **state UNUSED)
{
    struct world w;
    char path[256];
    uint64_t taken;

    world_init(&w);
    catch_up(&w, 0);
    for (unsigned n = 1; n < RESULTS; n++) {
        write_result(&w, n);
        assert_int_equal(series_follow_batch(&w.f, &w.j.done, time_of(n)), 0);
    }
    assert_int_equal(series_follow_commit(&w.f, time_of(RESULTS)), 0);
    assert_int_equal(w.b.applied, w.f.to);
    bounds_close(&w.b);
    series_release(&w.s);
    snprintf(path, sizeof(path), "%s/bounds.db", w.dir);
    assert_int_equal(remove(path), 0);
    open_bounds(&w);
    taken = w.f.feed.taken;
    open_series(&w);
    assert_int_equal(w.f.to, 0);
    catch_up(&w, RESULTS);
    assert_int_equal(w.f.feed.taken, taken);
    assert_int_equal(series_follow_commit(&w.f, time_of(RESULTS)), 0);
    assert_int_equal(w.b.applied, w.f.to);
    check(&w, RESULTS);
    world_release(&w);
}

static void test_a_store_that_failed_goes_on(void **state UNUSED)
{
    struct world w;
    unsigned failed = 0;

    world_init(&w);
    catch_up(&w, 0);
    for (unsigned n = 1; n < RESULTS; n++) {
        bool fine;

        write_result(&w, n);
        if (n == 150)
            w.series_disk.capacity = 200;
        fine = series_follow_batch(&w.f, &w.j.done, time_of(n)) == 0;
        if (fine && n % 10 == 0)
            fine = series_follow_commit(&w.f, time_of(n)) == 0;
        if (fine)
            continue;
        failed++;
        assert_true(w.f.behind || w.s.failed);
        if (n < 250) /* the disk stays full for a while: records stay in the journal */
            continue;
        w.series_disk.capacity = 0;
        series_release(&w.s);
        open_series(&w);
        catch_up(&w, n);
    }
    assert_true(failed > 10);
    check(&w, RESULTS);
    world_release(&w);
}

static void no_words(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live_and_from_the_journal),
        cmocka_unit_test(test_power_fails_between),
        cmocka_unit_test(test_bounds_come_back),
        cmocka_unit_test(test_a_store_that_failed_goes_on),
    };

    log_set_sink(no_words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
