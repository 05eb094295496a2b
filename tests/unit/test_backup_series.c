/* SPDX-License-Identifier: Apache-2.0 */
/* A series store that is taken file by file while its writer appends, merges and removes heads: what was taken, and the journal behind its head, are all there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/log.h"
#include "db/backup_series.h"
#include "db/series.h"
#include "memdisk.h"

#define SERIES 7u
#define STEP   (20 * TIME_MIN) /* between two measurements: a day is over after ten of each series */
#define SEEDS  400u
#define ALL    450u /* measurements, at most: six days */

static const int64_t first_us = 20480 * TIME_DAY;

struct world {
    struct memdisk disk, copy;
    struct journal_io io, copy_io;
    struct series s;
    uint64_t done;       /* measurements */
    unsigned taken, ran; /* files; times that the writer worked between */
    unsigned whole;      /* whole files among them */
};

static struct series_key key_of(uint64_t n)
{
    return (struct series_key){.oid = 1 + n % SERIES, .label = STR("x")};
}

static struct series_sample sample_of(uint64_t n)
{
    return (struct series_sample){.us = first_us + (int64_t)n * STEP, .mantissa = (int64_t)(n * n % 1009)};
}

static void add(struct series *s, uint64_t n)
{
    struct series_key k = key_of(n);
    struct series_sample v = sample_of(n);

    assert_int_equal(series_add(s, &k, &v, (struct wall){v.us}), 0);
}

static void write_some(struct world *w, unsigned n)
{
    for (; n && w->done < ALL; n--, w->done++) {
        struct wall now = {sample_of(w->done).us};

        add(&w->s, w->done);
        if (memdisk_random(&w->disk, 8) == 0)
            assert_int_equal(series_seal_all(&w->s), 0);
        if (memdisk_random(&w->disk, 5) == 0)
            assert_int_equal(series_commit(&w->s, w->done + 1, now), 0);
        if (memdisk_random(&w->disk, 6) == 0) /* so a merge is often under way */
            series_step(&w->s, now);
    }
}

static int take(void *user, const char *name)
{
    struct world *w = user;
    const struct memfile *f = memdisk_file(&w->disk, name);
    int handle;

    w->ran++;
    if (!f || !f->exists)
        return 0; /* gone meanwhile */
    handle = w->copy_io.open(w->copy_io.user, name, JOURNAL_CREATE);
    assert_true(handle >= 0);
    assert_int_equal(w->copy_io.write(w->copy_io.user, handle, 0, f->live, f->size), 0);
    w->copy_io.close(w->copy_io.user, handle);
    w->taken++;
    w->whole += str_ends(str_of(name), STR(".vsw"));
    if (memdisk_random(&w->disk, 2))
        write_some(w, (unsigned)memdisk_random(&w->disk, 60));
    return 0;
}

/* Each measurement of the series is in one bucket of each class. */
static void check_buckets(struct series *s, const struct series_key *k, size_t n)
{
    struct series_buckets got = {.n = 0};

    for (unsigned c = SERIES_5M; c < SERIES_CLASSES; c++) {
        int64_t count = 0;

        assert_int_equal(series_read_buckets(s, k, (enum series_class)c, 0, INT64_MAX, &got), 0);
        for (size_t i = 0; i < got.n; i++)
            count += got.at[i].count;
        assert_int_equal(count, n);
    }
    VEC_RELEASE(&got);
}

static void check(struct world *w)
{
    struct series copy;
    struct series_samples got = {.n = 0};
    struct err err = ERR_INIT;

    assert_int_equal(series_open(&copy, &w->copy_io, NULL, &err), 0);
    assert_int_equal(copy.stats.damaged, 0);
    assert_true(copy.applied > 0 && copy.applied <= w->done);
    for (uint64_t n = copy.applied; n < w->done; n++) /* what the journal has behind it */
        add(&copy, n);
    for (uint64_t i = 0; i < SERIES; i++) {
        struct series_key k = key_of(i);
        uint64_t n = i;
        int64_t value;

        assert_int_equal(series_read(&copy, &k, 0, INT64_MAX, &got), 0);
        for (size_t at = 0; at < got.n; at++, n += SERIES) {
            assert_int_equal(got.at[at].us, sample_of(n).us);
            assert_true(series_scale(got.at[at].mantissa, (unsigned)got.at[at].exponent, &value));
            assert_int_equal(value, sample_of(n).mantissa);
        }
        assert_true(n >= w->done && n < w->done + SERIES);
        check_buckets(&copy, &k, got.n);
    }
    assert_int_equal(copy.stats.damaged, 0);
    VEC_RELEASE(&got);
    series_release(&copy);
}

static void test_while_the_writer_goes_on(void **state UNUSED)
{
    unsigned taken = 0, whole = 0, ran = 0;

    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        struct world w = {.done = 0};
        struct err err = ERR_INIT;

        memdisk_init(&w.disk, seed);
        memdisk_io(&w.io, &w.disk);
        memdisk_init(&w.copy, seed);
        memdisk_io(&w.copy_io, &w.copy);
        assert_int_equal(series_open(&w.s, &w.io, NULL, &err), 0);
        write_some(&w, 200);
        while (seed % 2 && !w.s.merge && w.done < ALL - 100) /* a merge is under way of what the head has */
            write_some(&w, 1);
        assert_int_equal(series_commit(&w.s, w.done, (struct wall){sample_of(w.done).us}), 0);
        assert_int_equal(backup_series(&w.io, take, &w), 0);
        check(&w);
        taken += w.taken;
        whole += w.whole;
        ran += w.ran;
        series_release(&w.s);
        assert_int_equal(w.disk.opened, 0);
        memdisk_release(&w.disk);
        memdisk_release(&w.copy);
    }
    assert_true(taken > 5 * SEEDS && whole > SEEDS && ran > taken);
}

static int refuse(void *user, const char *name UNUSED)
{
    ++*(unsigned *)user;
    return E_NOSPC;
}

static void test_an_error_ends_it(void **state UNUSED)
{
    struct world w = {.done = 0};
    struct err err = ERR_INIT;
    unsigned asked = 0;

    memdisk_init(&w.disk, 1);
    memdisk_io(&w.io, &w.disk);
    assert_int_equal(series_open(&w.s, &w.io, NULL, &err), 0);
    write_some(&w, 200);
    assert_int_equal(backup_series(&w.io, refuse, &asked), E_NOSPC);
    assert_int_equal(asked, 1);
    series_release(&w.s);
    memdisk_release(&w.disk);
}

static void no_words(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_while_the_writer_goes_on),
        cmocka_unit_test(test_an_error_ends_it),
    };

    log_set_sink(no_words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
