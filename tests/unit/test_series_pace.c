/* SPDX-License-Identifier: Apache-2.0 */
/* Records wait while the series store does one step: none of them writes much, or syncs twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/err.h"
#include "db/series.h"
#include "memdisk.h"

#define SERIES     300u
#define STEP_BYTES (192u * 1024)

struct world {
    struct memdisk disk; /* the first: it is what the calls get */
    struct journal_io real, io;
    struct series s;
    uint64_t random;
    size_t written, most; /* by this step; by any */
    unsigned syncs, steps;
};

static int counted_write(void *user, int handle, uint64_t at, const void *from, size_t n)
{
    struct world *w = user;

    w->written += n;
    return w->real.write(w->real.user, handle, at, from, n);
}

static int counted_sync(void *user, int handle)
{
    struct world *w = user;

    w->syncs++;
    return w->real.sync(w->real.user, handle);
}

static void init(struct world *w)
{
    static const struct series_options options = {.grace_us = TIME_H};
    struct err err = ERR_INIT;

    *w = (struct world){.random = 11};
    memdisk_init(&w->disk, 3);
    memdisk_io(&w->real, &w->disk);
    w->io = w->real;
    w->io.write = counted_write;
    w->io.sync = counted_sync;
    assert_int_equal(series_open(&w->s, &w->io, &options, &err), 0);
}

static void step_begins(struct world *w)
{
    w->written = w->syncs = 0;
}

static void step_ended(struct world *w)
{
    assert_in_range(w->written, 0, STEP_BYTES);
    assert_in_range(w->syncs, 0, 1);
    w->most = MAX(w->most, w->written);
    w->steps++;
}

static void commit(struct world *w, struct wall now)
{
    int r;

    do {
        step_begins(w);
        r = series_commit_step(&w->s, 1, now);
        step_ended(w);
    } while (r == 1);
    assert_int_equal(r, 0);
}

/* Measurements in which there is no order: they take the most place. */
static void add_day(struct world *w)
{
    char label[16];

    for (int64_t minute = 0; minute < 1440; minute++)
        for (unsigned i = 0; i < SERIES; i++) {
            struct series_key k = {.oid = 1 + i / 10, .unit = 2, .label = STR_NULL};
            struct series_sample v = {.us = 20480 * TIME_DAY + minute * TIME_MIN, .exponent = -2};

            w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
            v.mantissa = (int64_t)(w->random >> 38);
            snprintf(label, sizeof(label), "%u", i);
            k.label = str_of(label);
            assert_int_equal(series_add(&w->s, &k, &v, (struct wall){v.us}), 0);
        }
}

static void test_steps_are_short(void **state UNUSED)
{
    struct wall later = {20481 * TIME_DAY + 2 * TIME_H};
    struct world w;

    init(&w);
    add_day(&w);
    commit(&w, (struct wall){20481 * TIME_DAY});
    commit(&w, later); /* seals what is open */
    for (bool more = true; more;) {
        step_begins(&w);
        more = series_step(&w.s, later);
        step_ended(&w);
    }
    assert_int_equal(w.s.stats.merged, 1);
    assert_true(w.steps > 100 && w.most > 100 * 1024); /* there was enough for long steps */
    series_release(&w.s);
    assert_int_equal(w.disk.opened, 0);
    memdisk_release(&w.disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps_are_short)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
