/* SPDX-License-Identifier: Apache-2.0 */
/* Role store and its history: lost or behind, it is made good from the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "db/history.h"
#include "store_rig.h"

/* objects.db and history.db are projections: lost, they are made again. */
static void test_projections_come_back(void **state UNUSED)
{
    struct history h;
    struct err err = ERR_INIT;
    uint64_t oid[8];
    struct rig g;
    char path[256];
    bool moved;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 90);
    memcpy(oid, g.engine.oid, sizeof(oid));
    rig_end(&g);
    rig_remove_file(&g, "db/objects.db");
    rig_remove_file(&g, "db/history.db");
    rig_begin(&g, RIG_CHECKS + 1);
    assert_true(g.engine.oid[0] == oid[0] && g.engine.oid[1] == oid[1] && g.engine.oid[2] == oid[2]);
    assert_int_equal(g.engine.oid[3], RIG_CHECKS + 1);
    rig_load(&g);
    rig_put_and_wait(&g, 91, 3);
    loop_once(g.loop, TIME_S);
    rig_end(&g);
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_true(h.applied >= 90);
    history_close(&h);
    temp_dir_remove(g.dir);
}

static bool is_behind(struct rig *g)
{
    return g->gate.lag >= rig_wanted && strstr(g->gate.degraded, "the history is not written");
}

static bool has_caught_up(struct rig *g)
{
    return !g->gate.lag && g->gate.applied >= rig_wanted && !g->gate.degraded[0];
}

static void count_events(void *user, struct str json)
{
    for (size_t i = 0; i + 5 < json.n; i++)
        *(unsigned *)user += memcmp(json.p + i, "\"id\":", 5) == 0;
}

/* A history that is lost, and cannot be made anew at first: how far it is behind is told; as soon as it can be it has all, of before and of meanwhile. */
static void test_lag_is_told(void **state UNUSED)
{
    struct str args[] = {STR(""), STR("1000")};
    struct history_args q = {.stmt = STR("events_recent"), .at = args, .n = 2};
    struct history h;
    struct err err = ERR_INIT;
    struct rig g;
    char path[256];
    unsigned events = 0;
    bool moved;

    rig_make_folders(&g);
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_put_and_wait(&g, 1, 900);
    rig_wanted = 900;
    rig_until(&g, has_caught_up);
    rig_end(&g);
    rig_remove_file(&g, "db/history.db");
    rig_remove_file(&g, "db/history.db-wal");
    snprintf(path, sizeof(path), "%s/db/history.db", g.dir);
    assert_int_equal(mkdir(path, 0700), 0); /* no file can be there */
    rig_begin(&g, RIG_CHECKS);
    rig_load(&g);
    rig_wanted = 900;
    rig_until(&g, is_behind);
    rig_put_and_wait(&g, 901, 300);
    rig_wanted = 1200;
    rig_until(&g, is_behind);
    assert_int_equal(g.gate.applied, 0);
    assert_int_equal(rmdir(path), 0);
    rig_until(&g, has_caught_up);
    rig_end(&g);
    assert_int_equal(history_open(&h, path, rig_noon, &moved, &err), 0);
    assert_int_equal(h.applied, 1200);
    assert_int_equal(history_query(&h, &q, count_events, &events, &err), 0);
    assert_int_equal(events, 1200 / 3);
    history_close(&h);
    temp_dir_remove(g.dir);
}

static void quiet(enum log_level level UNUSED, const char *line UNUSED, size_t n UNUSED)
{
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_projections_come_back),
        cmocka_unit_test(test_lag_is_told),
    };

    log_init("test", LOG_ERROR);
    log_set_sink(getenv("VIGIE_TEST_LOG") ? NULL : quiet);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
