/* SPDX-License-Identifier: Apache-2.0 */
/* Role store from outside, by its messages: what is told as stored is there after a restart; a disk that takes nothing is survived; identities outlive their file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "db/kept.h"
#include "db/segment.h"
#include "store_rig.h"

static void test_stored_is_there(void **state UNUSED)
{
    uint64_t attempt[RIG_CHECKS], oid[8];
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 1);
    rig_until(&g, rig_is_asked);
    rig_put_and_wait(&g, 1, 100);
    rig_put(&g, 101, 50);
    rig_put_and_wait(&g, 151, 50);
    assert_string_equal(g.engine.degraded, "");
    assert_int_equal(g.gate.changed, 200 - 66);
    memcpy(oid, g.engine.oid, sizeof(oid));
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    assert_memory_equal(oid, g.engine.oid, sizeof(oid));
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 201);
    rig_newest(&g, attempt);
    assert_int_equal(attempt[200 % RIG_CHECKS], 200);
    assert_int_equal(attempt[199 % RIG_CHECKS], 199);
    /* Sent again after a reconnect: it changes nothing. */
    rig_put(&g, 150, 51);
    rig_put_and_wait(&g, 201, 10);
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 211);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* Two that are together more than a message, whichever comes first, and one that nearly is one. */
static void test_large_records(void **state UNUSED)
{
    static const size_t sizes[RIG_CHECKS] = {100 * 1024, 200 * 1024, LIMIT_RECORD - 100};
    uint64_t attempt[RIG_CHECKS], seq = 0;
    struct buf text = BUF_INIT;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    for (int i = 0; i < RIG_CHECKS; i++) {
        struct record_state s = {.oid = g.engine.oid[i], .attempt = 7};

        buf_clear(&text);
        for (size_t n = 0; n < sizes[i]; n++)
            buf_add_char(&text, 'x');
        s.long_output = buf_str(&text);
        rig_put_one(&g, ++seq, RECORD_STATE, &s);
    }
    rig_put_one(&g, ++seq, RECORD_CONTACT, &(struct record_contact){.name = STR("alice"), .host_off = 1});
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_newest(&g, attempt);
    for (int i = 0; i < RIG_CHECKS; i++)
        assert_int_equal(attempt[i], 7);
    rig_end(&g);
    temp_dir_remove(g.dir);
    buf_release(&text);
}

static void test_checkpoint_shortens_the_start(void **state UNUSED)
{
    uint64_t attempt[RIG_CHECKS];
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_until(&g, rig_is_asked);
    rig_put_and_wait(&g, 1, 3);
    rig_send_checkpoint(&g, 3);
    rig_put_and_wait(&g, 4, 1); /* check 1 */
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_newest(&g, attempt);
    assert_int_equal(attempt[0], 1000);
    assert_int_equal(attempt[1], 4);
    assert_int_equal(attempt[2], 1002);
    assert_int_equal(g.engine.segments, 0); /* the segment has its checkpoint */
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static bool is_degraded(struct rig *g)
{
    return g->engine.degraded[0] && g->gate.degraded[0];
}

static void limit_files(rlim_t bytes)
{
    struct rlimit l;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static unsigned syncs_failed;
static bool sync_fails;

/* In the place of libc's, for all that this program links. */
int fdatasync(int fd)
{
    if (!sync_fails)
        return (int)syscall(SYS_fdatasync, fd);
    syncs_failed++;
    errno = EIO;
    return -1;
}

static bool is_tried_again(struct rig *g)
{
    return is_degraded(g) && syncs_failed > 3;
}

/* Nothing is told as stored while its sync fails, however often it is tried; when it works, all of it, and it is there. */
static void test_failed_sync(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 10);
    syncs_failed = 0;
    sync_fails = true;
    rig_put(&g, 11, 10);
    rig_until(&g, is_tried_again);
    rig_put(&g, 21, 10);
    syncs_failed = 0;
    rig_until(&g, is_tried_again);
    sync_fails = false;
    assert_int_equal(g.engine.stored, 10);
    rig_wanted = 30;
    rig_until(&g, rig_is_stored);
    rig_put_and_wait(&g, 31, 1);
    assert_string_equal(g.engine.degraded, "");
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 32);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void test_full_disk_resumes(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 10);
    limit_files(8192 + 100); /* no file may grow any more */
    rig_put(&g, 11, 1000);
    rig_until(&g, is_degraded);
    assert_non_null(strstr(g.engine.degraded, "the disk is full"));
    assert_true(g.engine.stored < 1010);
    rig_load(&g); /* a new engine gets what waits in memory, too */
    assert_int_equal(g.engine.next_seq, 1011);
    limit_files(RLIM_INFINITY);
    rig_wanted = 1010;
    rig_until(&g, rig_is_stored);
    rig_put_and_wait(&g, 1011, 1);
    assert_string_equal(g.engine.degraded, "");
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 1012);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

static char said[4096];

static void remember(enum log_level level UNUSED, const char *line, size_t n)
{
    size_t at = strlen(said);

    snprintf(said + at, sizeof(said) - at, "%.*s\n", (int)n, line);
}

static unsigned count_said(const char *what)
{
    unsigned n = 0;

    for (const char *p = said; (p = strstr(p, what)); p++)
        n++;
    return n;
}

static bool says_log(struct rig *g)
{
    return strstr(g->gate.degraded, "the log ") != NULL;
}

static bool says_journal(struct rig *g)
{
    return strstr(g->gate.degraded, "the disk reports an error") != NULL;
}

/* First the log, then the journal as well: each is said once, and the end when there is one. */
static void test_worse_is_said(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    log_set_sink(remember);
    rig_fill_log(&g);
    msg_must(msg_put_put(&b, &(struct msg_put){.line = 1, .lines = STR("[1] a\n")}));
    assert_int_equal(link_send(g.engine.link, &b, NULL, 0), 0);
    rig_until(&g, says_log);
    assert_int_equal(count_said("not all is written"), 1);
    syncs_failed = 0;
    sync_fails = true;
    rig_put(&g, 1, 10);
    rig_until(&g, says_journal);
    rig_until(&g, is_tried_again);
    assert_int_equal(count_said("not all is written"), 2);
    assert_int_equal(count_said("the disk reports an error"), 1);
    sync_fails = false;
    rig_wanted = 10;
    rig_until(&g, rig_is_stored);
    rig_until(&g, says_log);
    assert_int_equal(count_said("is written again"), 0);
    assert_int_equal(count_said("not all is written"), 2);
    rig_end(&g);
    log_set_sink(quiet);
    temp_dir_remove(g.dir);
    buf_release(&b);
}

/* Records that the engine gave up while this one did not keep up: their numbers are as good as stored, and they are counted. */
static void test_given_up_by_the_engine(void **state UNUSED)
{
    struct rig g;
    struct buf b = BUF_INIT;
    uint64_t attempt[RIG_CHECKS];
    struct record_state s;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    s = (struct record_state){.oid = g.engine.oid[1], .attempt = 7};
    record_put(&b, RECORD_GIVEN_UP, (struct wall){0}, &(struct record_given_up){.n = 5});
    record_put(&b, RECORD_STATE, rig_noon, &s);
    record_put(&b, RECORD_GIVEN_UP, (struct wall){0}, &(struct record_given_up){.n = 2});
    rig_put_batch(&g, 1, 8, &b);
    rig_wanted = 8;
    rig_until(&g, rig_is_stored);
    buf_clear(&b);
    record_put(&b, RECORD_GIVEN_UP, (struct wall){0},
               &(struct record_given_up){.n = 3}); /* and nothing else */
    rig_put_batch(&g, 9, 3, &b);
    rig_wanted = 11;
    rig_until(&g, rig_is_stored);
    s.attempt = 9;
    rig_put_one(&g, 12, RECORD_STATE, &s);
    rig_end(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    assert_int_equal(g.engine.next_seq, 13);
    rig_newest(&g, attempt);
    assert_int_equal(attempt[1], 9);
    rig_end(&g);
    buf_release(&b);
}

static void test_reload(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    g.engine.oids = g.gate.oids = 0;
    rig_send_snapshot(&g, RIG_CHECKS + 1, 2);
    rig_until(&g, rig_is_ready);
    assert_int_equal(g.engine.oid[3], RIG_CHECKS + 1);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void make_kept(const struct rig *g, char letter, int64_t when_s)
{
    struct timespec t[2] = {{.tv_sec = when_s}, {.tv_sec = when_s}};
    char name[KEPT_NAME + 32] = "/snapshots/", hash[SEGMENT_HASH + 1] = "";
    int fd;

    memset(hash, letter, SEGMENT_HASH);
    kept_name(name + strlen(name), hash, "snap");
    fd = rig_open_at(g, name, O_WRONLY | O_CREAT);
    assert_int_equal(futimens(fd, t), 0);
    close(fd);
}

static bool is_kept(const struct rig *g, char letter)
{
    char name[KEPT_NAME + 32] = "/snapshots/", hash[SEGMENT_HASH + 1] = "", path[256];

    memset(hash, letter, SEGMENT_HASH);
    kept_name(name + strlen(name), hash, "snap");
    snprintf(path, sizeof(path), "%s%s", g->dir, name);
    return access(path, F_OK) == 0;
}

static void put_snapshot(struct rig *g, uint64_t seq, char letter)
{
    char hash[SEGMENT_HASH + 1] = "";

    memset(hash, letter, SEGMENT_HASH);
    rig_put_one(g, seq, RECORD_SNAPSHOT, &(struct record_snapshot){.hash = str_of(hash)});
}

static bool has_another_segment(struct rig *g)
{
    return g->engine.segments > 1;
}

/* A configuration that a record in the middle of a segment names is kept as long as that, also when the clock was set back before it came: its file is older than the segment then. */
static void test_a_configuration_is_kept_with_its_record(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_until(&g, rig_is_asked);
    make_kept(&g, 'a', 1000000000);
    make_kept(&g, 'b', 1000000000);
    put_snapshot(&g, 1, 'a');
    put_snapshot(&g, 2, 'c');
    msg_must(msg_put_put(&b, &(struct msg_put){.anew = true})); /* another segment is begun */
    assert_int_equal(link_send(g.engine.link, &b, NULL, 0), 0);
    put_snapshot(&g, 3, 'd');
    rig_until(&g, has_another_segment);
    assert_true(is_kept(&g, 'a'));
    assert_false(is_kept(&g, 'b')); /* nothing names it */
    rig_end(&g);
    temp_dir_remove(g.dir);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_is_there),
        cmocka_unit_test(test_large_records),
        cmocka_unit_test(test_checkpoint_shortens_the_start),
        cmocka_unit_test(test_failed_sync),
        cmocka_unit_test(test_full_disk_resumes),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_a_configuration_is_kept_with_its_record),
        cmocka_unit_test(test_worse_is_said),
        cmocka_unit_test(test_given_up_by_the_engine),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
