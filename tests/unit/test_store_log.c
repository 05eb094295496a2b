/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the log in role store: what a store that was killed had written, and not said so, is neither lost nor written twice by the one that comes after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "os/file.h"
#include "store_rig.h"

static uint64_t wanted_line;

static bool is_logged(struct rig *g)
{
    return g->engine.loggeds && g->engine.logged.line == wanted_line;
}

static void put_lines(struct rig *g, uint64_t first, const char *lines)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_put(&b, &(struct msg_put){.line = first, .lines = str_of(lines)}));
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
}

static void put_lines_and_wait(struct rig *g, uint64_t first, const char *lines, uint64_t last)
{
    put_lines(g, first, lines);
    wanted_line = last;
    rig_until(g, is_logged);
}

static void write_file(const struct rig *g, const char *text, bool anew)
{
    int fd = rig_open_at(g, "/log", O_WRONLY | O_CREAT | O_APPEND | (anew ? O_TRUNC : 0));

    assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void assert_file_at(const struct rig *g, const char *name, const char *text)
{
    struct buf got = BUF_INIT;
    struct err err = ERR_INIT;
    int fd = rig_open_at(g, name, O_RDONLY);

    assert_int_equal(file_read_fd(fd, name, 1u << 20, &got, &err), 0);
    assert_string_equal(got.data, text);
    close(fd);
    buf_release(&got);
}

static void assert_file(const struct rig *g, const char *text)
{
    assert_file_at(g, "/log", text);
}

static void test_lines(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    write_file(&g, "[0] older\n[1] cut o", true); /* its writer was killed */
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    put_lines_and_wait(&g, 1, "[1] SERVICE ALERT: a\n[2] b\n", 2);
    assert_file(&g, "[0] older\n[1] cut o\n[1] SERVICE ALERT: a\n[2] b\n");
    assert_int_equal(g.engine.logged.size, strlen("[0] older\n[1] cut o\n[1] SERVICE ALERT: a\n[2] b\n"));
    put_lines_and_wait(&g, 3, "[3] c\n", 3);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* before: what the engine knows to be written, up to line 10; behind: what else the file has when another store begins; sent: the lines from 11 on; is: what the file has then. */
static const struct {
    const char *what, *before, *behind, *sent, *is;
    uint64_t last;
} case_of[] = {
    {"nothing", "[1] x\n", "", "[1] x\n[1] y\n", "[1] x\n[1] x\n[1] y\n", 12},
    {"the first", "[1] x\n", "[1] x\n", "[1] x\n[1] y\n", "[1] x\n[1] x\n[1] y\n", 12},
    {"all", "[1] x\n", "[1] x\n[1] y\n", "[1] x\n[1] y\n", "[1] x\n[1] x\n[1] y\n", 12},
    {"two of three that are the same", "", "[1] x\n[1] x\n", "[1] x\n[1] x\n[1] x\n", "[1] x\n[1] x\n[1] x\n",
     13},
    {"half a line", "[0] w\n", "[1] x\n[1] y", "[1] x\n[1] yy\n[1] z\n", "[0] w\n[1] x\n[1] yy\n[1] z\n", 13},
    {"half of the first", "[0] w\n", "[1", "[1] x\n", "[0] w\n[1] x\n", 11},
    {"a whole line without its end", "", "[1] x", "[1] x\n[1] y\n", "[1] x\n[1] y\n", 12},
    {"what others wrote", "", "[1] x\nhere was bob\n[1] y\nand again\n", "[1] x\n[1] y\n[1] z\n",
     "[1] x\nhere was bob\n[1] y\nand again\n[1] z\n", 13},
    {"half a line of others", "", "[1] x\nhere wa", "[1] x\n[1] z\n", "[1] x\nhere wa\n[1] z\n", 12},
};

static void test_after_a_kill(void **state UNUSED)
{
    struct rig g;
    struct stat st;

    for (size_t i = 0; i < ARRAY_LEN(case_of); i++) {
        char path[256];

        print_message("%s\n", case_of[i].what);
        rig_make_folders(&g);
        write_file(&g, case_of[i].before, true);
        write_file(&g, case_of[i].behind, false);
        snprintf(path, sizeof(path), "%s/log", g.dir);
        assert_int_equal(stat(path, &st), 0);
        rig_begin(&g, RIG_CHECKS);
        g.load = (struct msg_load){.line = 10, .log_file = st.st_ino, .log_size = strlen(case_of[i].before)};
        rig_load(&g);
        assert_int_equal(g.engine.logged.line, 10);
        put_lines_and_wait(&g, 11, case_of[i].sent, case_of[i].last);
        assert_file(&g, case_of[i].is);
        rig_end(&g);
        temp_dir_remove(g.dir);
    }
}

/* What is told at each step is where the next store may begin to look: after each of the lines, in a message of its own. */
static void test_where_to_look(void **state UNUSED)
{
    struct rig g;
    struct stat st;
    char path[256];

    rig_make_folders(&g);
    write_file(&g, "[1] a\n[2] b\n[3] c\n", true);
    snprintf(path, sizeof(path), "%s/log", g.dir);
    assert_int_equal(stat(path, &st), 0);
    rig_begin(&g, RIG_CHECKS);
    g.load = (struct msg_load){.line = 1, .log_file = st.st_ino, .log_size = 6};
    rig_load(&g);
    assert_int_equal(g.engine.logged.size, 6);
    put_lines_and_wait(&g, 2, "[2] b\n", 2);
    assert_int_equal(g.engine.logged.size, 12);
    put_lines_and_wait(&g, 3, "[3] c\n", 3);
    assert_int_equal(g.engine.logged.size, 18);
    put_lines_and_wait(&g, 4, "[4] d\n", 4);
    assert_int_equal(g.engine.logged.size, 24);
    assert_file(&g, "[1] a\n[2] b\n[3] c\n[4] d\n");
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static bool has_new_file(struct rig *g)
{
    return g->engine.logged.size == 0;
}

static void test_another_file(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    put_lines_and_wait(&g, 1, "[1] a\n", 1);
    rig_send_fd(&g, "nagios-log", rig_open_at(&g, "/new", O_RDWR | O_APPEND | O_CREAT));
    rig_until(&g, has_new_file);
    put_lines_and_wait(&g, 2, "[2] b\n", 2);
    assert_int_equal(g.engine.logged.size, 6);
    assert_file(&g, "[1] a\n");
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static bool says_full(struct rig *g)
{
    return strstr(g->gate.degraded, "No space left on device") != NULL;
}

static bool says_nothing(struct rig *g)
{
    return !g->gate.degraded[0];
}

/* It is said at once, and lines wait for another file. */
static void test_full(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_fill_log(&g);
    put_lines(&g, 1, "[1] a\n[2] b\n");
    rig_until(&g, says_full);
    assert_int_equal(g.engine.logged.line, 0);
    rig_send_fd(&g, "nagios-log", rig_open_at(&g, "/log", O_RDWR | O_APPEND));
    rig_until(&g, says_nothing);
    wanted_line = 2;
    rig_until(&g, is_logged);
    assert_file(&g, "[1] a\n[2] b\n");
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* A log that is no longer wanted cannot be full. */
static void test_full_and_taken_away(void **state UNUSED)
{
    struct rig g;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_fill_log(&g);
    put_lines(&g, 1, "[1] a\n");
    rig_until(&g, says_full);
    rig_send_fd(&g, "no-log", open("/dev/null", O_RDWR | O_CLOEXEC));
    rig_until(&g, says_nothing);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit l;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static bool says_too_large(struct rig *g)
{
    return strstr(g->gate.degraded, "File too large") != NULL;
}

/* The line that a disk took half of is whole in the file on another one. */
static void test_full_in_mid_line(void **state UNUSED)
{
    static const rlim_t size = 1u << 30; /* over that of any other file of the store */
    struct rig g;
    int fd;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    fd = rig_open_at(&g, "/log", O_WRONLY);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    close(fd);
    limit_files(size + strlen("[1] a\n[2] b"));
    put_lines(&g, 1, "[1] a\n[2] bcd\n[3] e\n");
    rig_until(&g, says_too_large);
    wanted_line = 1;
    rig_until(&g, is_logged);
    assert_int_equal(g.engine.logged.size, size + strlen("[1] a\n"));
    rig_send_fd(&g, "nagios-log", rig_open_at(&g, "/new", O_RDWR | O_APPEND | O_CREAT));
    rig_until(&g, says_nothing);
    wanted_line = 3;
    rig_until(&g, is_logged);
    limit_files(RLIM_INFINITY);
    assert_file_at(&g, "/new", "[2] bcd\n[3] e\n");
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static bool lost_is_told(struct rig *g)
{
    return g->gate.lines_lost == 42;
}

static void another_engine(struct rig *g)
{
    link_free(g->engine.link);
    buf_release(&g->engine.loaded);
    rig_until(g, lost_is_told);
    rig_send_peer(g, &g->engine, ROLE_ENGINE);
    rig_until(g, rig_is_ready);
    rig_load(g);
}

/* What a killed engine had handed over is written; of what only it had, the log says how many that were, where they would stand. */
static void test_an_engine_is_killed(void **state UNUSED)
{
    struct buf b = BUF_INIT, got = BUF_INIT;
    struct err err = ERR_INIT;
    unsigned long long at;
    struct rig g;
    int fd, n = 0;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_fill_log(&g);
    msg_must(msg_put_put(&b, &(struct msg_put){.line = 1,
                                               .lines = STR("[1] a\n[2] b\n"),
                                               .lines_lost = 2,
                                               .lines_held = 70,
                                               .lines_unsaid = 2}));
    msg_must(msg_put_put(&b, &(struct msg_put){.lines_held = 40, .lines_unsaid = 2}));
    assert_int_equal(link_send(g.engine.link, &b, NULL, 0), 0);
    rig_until(&g, says_full);
    another_engine(&g);
    assert_int_equal(g.engine.logged.line, 0);
    g.load.line = 5; /* it has begun before this store */
    rig_load(&g);
    wanted_line = 5; /* what waits here is not its own */
    rig_until(&g, is_logged);
    put_lines(&g, 6, "[9] z\n");
    rig_send_fd(&g, "nagios-log", rig_open_at(&g, "/log", O_RDWR | O_APPEND));
    wanted_line = 6;
    rig_until(&g, is_logged);
    fd = rig_open_at(&g, "/log", O_RDONLY);
    assert_int_equal(file_read_fd(fd, "log", 1u << 20, &got, &err), 0);
    close(fd);
    sscanf(
        got.data,
        "[1] a\n[2] b\n[%llu] Warning: 42 lines of this log were given up: it could not be written\n[9] z%n",
        &at, &n);
    assert_int_equal(n + 1, got.len);
    assert_int_equal(g.gate.lines_lost, 42);
    rig_end(&g);
    temp_dir_remove(g.dir);
    buf_release(&b);
    buf_release(&got);
}

static uint64_t wanted_lost;

static bool so_many_are_lost(struct rig *g)
{
    return g->gate.lines_lost == wanted_lost;
}

/* More than waits here is given up, and the line that says so is none of those. */
static void test_given_up(void **state UNUSED)
{
    enum { LINE = 200 * 1024, MOST = 16 * 1024 * 1024, GIVEN_UP = MOST / LINE + 1 };
    struct buf line = BUF_INIT;
    struct rig g;

    buf_add_str(&line, STR("[1] "));
    while (line.len < LINE - 1)
        buf_add_char(&line, 'x');
    buf_add_char(&line, '\n');
    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_fill_log(&g);
    for (uint64_t n = 1, round = 1; round <= 2; round++) {
        for (int i = 0; i < GIVEN_UP; i++)
            put_lines(&g, n++, line.data);
        wanted_lost = round * GIVEN_UP;
        rig_until(&g, so_many_are_lost);
        wanted_line = n - 1;
        rig_until(&g, is_logged);
    }
    rig_end(&g);
    temp_dir_remove(g.dir);
    buf_release(&line);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines),
                                       cmocka_unit_test(test_after_a_kill),
                                       cmocka_unit_test(test_where_to_look),
                                       cmocka_unit_test(test_another_file),
                                       cmocka_unit_test(test_full),
                                       cmocka_unit_test(test_full_and_taken_away),
                                       cmocka_unit_test(test_full_in_mid_line),
                                       cmocka_unit_test(test_an_engine_is_killed),
                                       cmocka_unit_test(test_given_up)};

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
