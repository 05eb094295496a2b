/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements in role store, by its messages: they are in the store after an orderly end, a flood is caught up with, a folder that fails is said and taken again, and numbers never go back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "core/perf.h"
#include "core/record.h"
#include "db/series.h"
#include "db/series_spool.h"
#include "os/clock.h"
#include "store_rig.h"

static int64_t began_us;
static uint64_t samples_wanted;

/* Sends results first .. first + n - 1 of the first check, with one measurement each; padding makes them long. */
static void send_results(struct rig *g, uint64_t first, uint64_t n, unsigned padding)
{
    struct buf all = BUF_INIT, text = BUF_INIT;

    for (uint64_t i = first; i < first + n; i++) {
        struct record_result r = {.oid = g->engine.oid[0], .how = RECORD_HOW_EXIT};

        buf_clear(&text);
        buf_printf(&text, "%*s|v=%u;5", (int)padding, "fine", (unsigned)i);
        r.output = buf_str(&text);
        r.started = began_us + (int64_t)i * TIME_MS;
        record_put(&all, RECORD_RESULT, clock_wall(), &r);
    }
    rig_put_batch(g, first, n, &all);
    rig_wanted = first + n - 1;
    buf_release(&all);
    buf_release(&text);
}

static void results(struct rig *g, uint64_t first, uint64_t n)
{
    send_results(g, first, n, 10);
    rig_until(g, rig_is_stored);
}

static bool are_taken(struct rig *g)
{
    return g->gate.series.taken >= samples_wanted && !g->gate.series.lag && !g->gate.series.failed;
}

static bool has_failed(struct rig *g)
{
    return g->gate.series.failed && strstr(g->gate.degraded, "the series store takes nothing");
}

static bool is_well(struct rig *g)
{
    return !g->gate.series.failed && !g->gate.degraded[0];
}

/* In the folder, of the first check: measurements 1 .. n. */
static void check(struct rig *g, uint64_t oid, uint64_t n)
{
    struct series_key k = {.oid = oid, .label = STR("v")};
    struct series_samples got = {.n = 0};
    struct err err = ERR_INIT;
    struct journal_io io;
    struct journal_dir dir = {rig_open_at(g, "/db/series", O_RDONLY | O_DIRECTORY)};
    struct series s;

    journal_io_dir(&io, &dir);
    assert_true(series_reached(&io) >= n);
    assert_int_equal(series_open(&s, &io, NULL, &err), 0);
    assert_int_equal(series_read(&s, &k, 0, INT64_MAX, &got), 0);
    assert_int_equal(got.n, n);
    for (size_t i = 0; i < got.n; i++)
        assert_int_equal(got.at[i].us, began_us + (int64_t)(i + 1) * TIME_MS);
    VEC_RELEASE(&got);
    series_release(&s);
    close(dir.fd);
}

static void begin(struct rig *g)
{
    rig_make_folders(g);
    began_us = clock_wall().us / TIME_S * TIME_S - TIME_H;
    rig_begin(g, 4);
    rig_load(g);
}

static void test_they_are_there(void **state UNUSED)
{
    struct rig g;
    uint64_t oid;

    begin(&g);
    oid = g.engine.oid[0];
    results(&g, 1, 40);
    results(&g, 41, 1);
    rig_end(&g);
    check(&g, oid, 41);
    rig_begin(&g, 4);
    rig_load(&g);
    results(&g, 42, 5);
    rig_end(&g);
    check(&g, oid, 46);
    temp_dir_remove(g.dir);
}

/* Long results, two hundred kilobytes at a time: all are taken, in batches or in turns. */
static void test_a_flood(void **state UNUSED)
{
    struct rig g;
    uint64_t oid;

    begin(&g);
    oid = g.engine.oid[0];
    samples_wanted = 0;
    rig_until(&g, are_taken);
    for (uint64_t n = 1; n < 1000; n += 50)
        send_results(&g, n, 50, 4000);
    rig_until(&g, rig_is_stored);
    samples_wanted = 1000;
    rig_until(&g, are_taken);
    rig_end(&g);
    check(&g, oid, 1000);
    temp_dir_remove(g.dir);
}

/* Of 16 checks, twice as many labels as one result may hold: all series are new, and more than what may sleep in memory. */
static void send_many_labels(struct rig *g)
{
    enum { CHECKS = 16, TIMES = 2, LABELS = 256 };
    struct buf all = BUF_INIT, text = BUF_INIT;

    for (unsigned i = 0; i < CHECKS * TIMES; i++) {
        struct record_result r = {.oid = g->engine.oid[i / TIMES], .how = RECORD_HOW_EXIT};

        buf_clear(&text);
        buf_add_c(&text, "fine|");
        for (unsigned k = 0; k < LABELS; k++)
            buf_printf(&text, "v%u=%u ", i % TIMES * LABELS + k, k);
        r.output = buf_str(&text);
        r.started = began_us + (int64_t)i * TIME_MS;
        record_put(&all, RECORD_RESULT, clock_wall(), &r);
    }
    rig_put_batch(g, 1, CHECKS * TIMES, &all);
    rig_wanted = CHECKS * TIMES;
    samples_wanted = CHECKS * TIMES * LABELS;
    buf_release(&all);
    buf_release(&text);
}

/* A site whose series are all new within a moment: they are awake, and nothing is read from the journal again because of them. */
static void test_many_at_once(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    began_us = clock_wall().us / TIME_S * TIME_S - TIME_H;
    rig_begin(&g, 16);
    rig_load(&g);
    send_many_labels(&g);
    rig_until(&g, rig_is_stored);
    rig_until(&g, are_taken);
    send_results(&g, 33, 1, 10); /* one label more than this object may have */
    rig_until(&g, rig_is_stored);
    g.gate.series.taken = 0;
    rig_until(&g, are_taken);
    assert_int_equal(g.gate.series.taken, samples_wanted);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void test_a_folder_that_fails(void **state UNUSED)
{
    struct rig g;
    char path[256], aside[256];
    uint64_t oid;
    int fd;

    rig_make_folders(&g);
    began_us = clock_wall().us / TIME_S * TIME_S - TIME_H;
    snprintf(path, sizeof(path), "%s/db/series", g.dir);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600); /* where the folder should be */
    assert_true(fd >= 0);
    close(fd);
    rig_begin(&g, 4);
    rig_load(&g);
    oid = g.engine.oid[0];
    rig_until(&g, has_failed);
    results(&g, 1, 20);
    assert_int_equal(unlink(path), 0);
    rig_until(&g, is_well);
    samples_wanted = 20;
    rig_until(&g, are_taken);
    rig_end(&g);
    check(&g, oid, 20);
    /* Without the journal, its numbers go on behind those of the series. */
    snprintf(path, sizeof(path), "%s/journal", g.dir);
    snprintf(aside, sizeof(aside), "%s/aside", g.dir);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    rig_begin(&g, 4);
    rig_load(&g);
    assert_true(g.engine.next_seq > 20);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

#define ROUNDS 12u  /* of results, six minutes apart: each says its thresholds anew */
#define LABELS 240u /* of one result */

/* Many words for bounds.db, more than are put in within one step of a commit. */
static void say_much(struct rig *g)
{
    struct buf all = BUF_INIT, text = BUF_INIT;
    uint64_t n = 0;

    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned part = 0; part < 2 * RIG_CHECKS; part++) {
            struct record_result r = {.oid = g->engine.oid[part / 2], .how = RECORD_HOW_EXIT};

            buf_clear(&text);
            buf_add_str(&text, STR("fine|"));
            for (unsigned i = 0; i < LABELS; i++)
                buf_printf(&text, "%c%u=1;%u;%u ", part % 2 ? 'a' : 'b', i, round, round + 1);
            r.output = buf_str(&text);
            r.started = began_us + (int64_t)round * 6 * TIME_MIN + part * TIME_S;
            record_put(&all, RECORD_RESULT, clock_wall(), &r);
            n++;
        }
    samples_wanted = n * LABELS;
    rig_put_batch(g, 1, n, &all);
    rig_wanted = n;
    rig_until(g, rig_is_stored);
    buf_release(&all);
    buf_release(&text);
}

/* Measurements 1 .. n of the first check, as check() wants them; folder: one that is there before; NULL: none. */
static void leave_import(struct rig *g, uint64_t n, const char *folder)
{
    const struct series_spool_item item = {.step_us = TIME_MS,
                                           .key = {.oid = g->engine.oid[0], .label = STR("v")}};
    struct series_samples v = {.n = 0};
    struct series_chunk_room room;
    struct buf b = BUF_INIT;
    char path[256];
    int fd;

    for (uint64_t i = 1; i <= n; i++)
        *VEC_ADD(&v) = (struct series_sample){.us = began_us + (int64_t)i * TIME_MS, .mantissa = (int64_t)i};
    series_chunk_room_init(&room);
    series_spool_begin(&b);
    series_spool_end(&b, series_spool_put_samples(&b, &room, &item, &v));
    snprintf(path, sizeof(path), "%s/" SERIES_SPOOL_FOLDER, g->dir);
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    assert_true(!folder || mkdir(folder, 0700) == 0);
    fd = rig_open_at(g, "/" SERIES_SPOOL_FOLDER "/1" SERIES_SPOOL_FILE, O_CREAT | O_WRONLY);
    assert_int_equal(write(fd, b.data, b.len), b.len);
    close(fd);
    VEC_RELEASE(&v);
    buf_release(&b);
    series_chunk_room_release(&room);
}

static bool is_imported(struct rig *g)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/" SERIES_SPOOL_FOLDER "/1" SERIES_SPOOL_DONE, g->dir);
    return access(path, F_OK) == 0;
}

/* Said to be done: it is on disk, also where words for bounds.db hold up its commit. */
static void test_an_import_behind_many_words(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    say_much(&g);
    rig_until(&g, are_taken);
    leave_import(&g, 10, NULL);
    rig_until(&g, is_imported);
    check(&g, g.engine.oid[0], 10);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static unsigned unsaid; /* lines that an end cannot be said */

static bool is_unsaid(struct rig *g UNUSED)
{
    return unsaid > 0;
}

/* What became of a file cannot be written: the file stays, and who handed it over is told when that can be done. */
static void test_an_import_whose_end_cannot_be_said(void **state UNUSED)
{
    char in_the_way[256], file[256];
    struct rig g;

    unsaid = 0;
    begin(&g);
    results(&g, 1, 10);
    snprintf(file, sizeof(file), "%s/" SERIES_SPOOL_FOLDER "/1" SERIES_SPOOL_FILE, g.dir);
    snprintf(in_the_way, sizeof(in_the_way), "%s/" SERIES_SPOOL_FOLDER "/1" SERIES_SPOOL_DONE ".new", g.dir);
    leave_import(&g, 10, in_the_way);
    rig_until(&g, is_unsaid);
    assert_int_equal(access(file, F_OK), 0);
    assert_false(is_imported(&g));
    assert_int_equal(rmdir(in_the_way), 0);
    rig_until(&g, is_imported);
    assert_int_equal(access(file, F_OK), -1);
    assert_int_equal(unsaid, 1); /* and once */
    check(&g, g.engine.oid[0], 10);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void name_in(const struct rig *g, char *out, const char *name)
{
    snprintf(out, 256, "%s/" SERIES_SPOOL_FOLDER "/%s", g->dir, name);
}

/* A file that cannot be removed is done once: what comes behind it has its turn. One whose end was said when the store ended is not done once more. */
static void test_an_import_whose_file_stays(void **state UNUSED)
{
    char path[256], text[16] = "";
    struct rig g;
    int fd;

    begin(&g);
    results(&g, 1, 10);
    name_in(&g, path, "");
    assert_int_equal(mkdir(path, 0700), 0);
    name_in(&g, path, "0" SERIES_SPOOL_FILE); /* a folder: it cannot be read, nor removed as a file */
    assert_int_equal(mkdir(path, 0700), 0);
    name_in(&g, path, "00" SERIES_SPOOL_DONE);
    fd = rig_open_at(&g, "/" SERIES_SPOOL_FOLDER "/00" SERIES_SPOOL_DONE, O_CREAT | O_WRONLY);
    assert_int_equal(write(fd, "0 7 0 0 0\n", 10), 10);
    close(fd);
    close(rig_open_at(&g, "/" SERIES_SPOOL_FOLDER "/00" SERIES_SPOOL_FILE, O_CREAT | O_WRONLY));
    leave_import(&g, 10, NULL);
    rig_until(&g, is_imported);
    check(&g, g.engine.oid[0], 10);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, text, sizeof(text)), 10);
    close(fd);
    assert_string_equal(text, "0 7 0 0 0\n");
    name_in(&g, path, "00" SERIES_SPOOL_FILE);
    assert_int_equal(access(path, F_OK), -1);
    name_in(&g, path, "0" SERIES_SPOOL_FILE);
    assert_int_equal(rmdir(path), 0);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void no_words(enum log_level level UNUSED, const char *line, size_t n)
{
    unsaid += memmem(line, n, "cannot be said", 14) != NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_they_are_there),
        cmocka_unit_test(test_a_flood),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_a_folder_that_fails),
        cmocka_unit_test(test_an_import_behind_many_words),
        cmocka_unit_test(test_an_import_whose_end_cannot_be_said),
        cmocka_unit_test(test_an_import_whose_file_stays),
    };

    log_set_sink(no_words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
