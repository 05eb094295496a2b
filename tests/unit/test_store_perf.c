/* SPDX-License-Identifier: Apache-2.0 */
/* Role store and the files of performance data: lines are in the file when it is said to be held; what comes while a command has the file waits for the new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "store_rig.h"

static void perf_from(struct rig *g, uint64_t line, bool host, enum msg_perf_what what, const char *lines)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_perf(
        &b, &(struct msg_perf){.host = host, .what = what, .line = line, .lines = str_of(lines)}));
    assert_int_equal(link_send(g->engine.link, &b, NULL, 0), 0);
    buf_release(&b);
}

static void perf(struct rig *g, bool host, enum msg_perf_what what, const char *lines)
{
    perf_from(g, 1, host, what, lines);
}

static void give_file(struct rig *g, const char *purpose, const char *name)
{
    rig_send_fd(g, purpose, rig_open_at(g, name, O_WRONLY | O_APPEND | O_CREAT));
}

static const char *text_of(const struct rig *g, const char *name)
{
    static char text[256];
    int fd = rig_open_at(g, name, O_RDONLY);
    ssize_t n = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[n > 0 ? n : 0] = 0;
    return text;
}

static void begin(struct rig *g)
{
    rig_make_folders(g);
    rig_begin(g, RIG_CHECKS);
    give_file(g, "perfdata-service", "/services");
    give_file(g, "perfdata-host", "/hosts");
    rig_load(g);
}

static bool is_held(struct rig *g)
{
    return g->engine.held > 0;
}

static bool are_both_held(struct rig *g)
{
    return g->engine.held > 1;
}

static bool is_asked(struct rig *g)
{
    return g->asked > 0;
}

static bool services_are_in(struct rig *g)
{
    return strcmp(text_of(g, "/services"), "b\nc\n") == 0;
}

/* Each file has its own lines; the taking over of one does not hold the other. */
static void test_a_command_takes_the_file(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    perf(&g, false, MSG_PERF_LINES, "a\n");
    perf(&g, true, MSG_PERF_LINES, "h1\n");
    perf(&g, false, MSG_PERF_HOLD, "");
    rig_until(&g, is_held);
    assert_string_equal(text_of(&g, "/services"), "a\n"); /* all that came before is written by then */
    perf(&g, false, MSG_PERF_LINES, "b\n");
    perf(&g, true, MSG_PERF_LINES, "h2\n");
    perf(&g, true, MSG_PERF_HOLD, "");
    g.engine.held = 0;
    rig_until(&g, is_held);
    assert_string_equal(text_of(&g, "/services"), "a\n");
    assert_string_equal(text_of(&g, "/hosts"), "h1\nh2\n");
    rig_remove_file(&g, "services"); /* the command moved it away */
    perf(&g, false, MSG_PERF_GO, "c\n");
    rig_until(&g, is_asked);
    assert_string_equal(g.purpose, "perfdata-service");
    give_file(&g, "perfdata-service", "/services");
    rig_until(&g, services_are_in);
    rig_end(&g);
    assert_string_equal(text_of(&g, "/hosts"), "h1\nh2\n");
    temp_dir_remove(g.dir);
}

/* A reload brings a descriptor while the file is held: it may be the one that is taken, so the lines go on waiting. */
static void test_a_reload_meanwhile(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    perf(&g, false, MSG_PERF_HOLD, "");
    rig_until(&g, is_held);
    give_file(&g, "perfdata-service", "/services");
    perf(&g, false, MSG_PERF_LINES, "b\n");
    perf(&g, true, MSG_PERF_HOLD, ""); /* an answer, so that all this was taken */
    g.engine.held = 0;
    rig_until(&g, is_held);
    assert_string_equal(text_of(&g, "/services"), "");
    perf(&g, false, MSG_PERF_GO, "c\n");
    rig_until(&g, is_asked);
    give_file(&g, "perfdata-service", "/services");
    rig_until(&g, services_are_in);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* An engine that dies may have had a command at the file: it is opened anew, and what waits goes there. */
static void test_engine_dies_at_it(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    perf(&g, false, MSG_PERF_HOLD, "");
    rig_until(&g, is_held);
    perf(&g, false, MSG_PERF_LINES, "b\nc\n");
    perf(&g, true, MSG_PERF_HOLD, "");
    g.engine.held = 0;
    rig_until(&g, is_held);
    link_free(g.engine.link);
    buf_release(&g.engine.loaded);
    rig_until(&g, is_asked);
    rig_send_peer(&g, &g.engine, ROLE_ENGINE);
    give_file(&g, "perfdata-service", "/services");
    rig_until(&g, services_are_in);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

/* What is held when the store ends is written to the file that it has. */
static void test_the_store_ends_at_it(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    perf(&g, false, MSG_PERF_HOLD, "");
    perf(&g, false, MSG_PERF_LINES, "b\n");
    perf(&g, true, MSG_PERF_HOLD, "");
    rig_until(&g, are_both_held);
    rig_end(&g);
    assert_string_equal(text_of(&g, "/services"), "b\n");
    temp_dir_remove(g.dir);
}

static uint64_t wanted;

static bool is_written(struct rig *g)
{
    return g->engine.perf_written == wanted;
}

/* The engine forgets a line when it is in the file, and not before; of another engine they are counted anew. */
static void test_what_is_written_is_said(void **state UNUSED)
{
    struct rig g;

    begin(&g);
    wanted = 2;
    perf_from(&g, 1, false, MSG_PERF_LINES, "a\nb\n");
    rig_until(&g, is_written);
    perf(&g, false, MSG_PERF_HOLD, "");
    perf_from(&g, 3, false, MSG_PERF_LINES, "c\nd\n");
    perf(&g, true, MSG_PERF_HOLD, "");
    rig_until(&g, are_both_held);
    assert_int_equal(g.engine.perf_written, 2);
    link_free(g.engine.link);
    buf_release(&g.engine.loaded);
    rig_until(&g, is_asked);
    rig_send_peer(&g, &g.engine, ROLE_ENGINE);
    g.engine.perf_written = 0;
    perf_from(&g, 1, false, MSG_PERF_LINES, "e\nf\ng\n");
    give_file(&g, "perfdata-service", "/more");
    wanted = 3;
    rig_until(&g, is_written);
    assert_string_equal(text_of(&g, "/more"), "c\nd\ne\nf\ng\n");
    rig_send_fd(&g, "no-perfdata-service", open("/dev/null", O_RDWR | O_CLOEXEC));
    perf_from(&g, 4, false, MSG_PERF_LINES, "h\n");
    wanted = 4; /* nobody wants it */
    rig_until(&g, is_written);
    rig_end(&g);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_command_takes_the_file), cmocka_unit_test(test_a_reload_meanwhile),
        cmocka_unit_test(test_engine_dies_at_it),        cmocka_unit_test(test_the_store_ends_at_it),
        cmocka_unit_test(test_what_is_written_is_said),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
