/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate tells of Vigie itself: /metrics and /api/v1/status. */
#include "api/level.h"
#include "api_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2);

    w->api.made_up = true;
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static void test_metrics(void **state)
{
    struct api_world *w = *state;
    struct board_program p = {.checks_held = 3, .intents = 4, .lines_waiting = 5};

    board_put_program(&w->writer, &p);
    assert_int_equal(api_world_ask(w, "GET", "/metrics", "", "", API_ROLE_NONE), 200);
    assert_non_null(strstr(w->body.data, "vigie_resources{state=\"ok\"} 4"));
    assert_non_null(strstr(w->body.data, "\nvigie_ready 1\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_check_latency_seconds_bucket{le=\"+Inf\"} 0\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_history_lag_records 0\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_checks_held 3\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_notifications_waiting 4\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_log_lines_waiting 5\n"));
    assert_true(str_ends(buf_str(&w->body), STR("\n# EOF\n")));
    assert_null(strstr(w->body.data, "h0000")); /* no names */
    w->api.history.applied = 1200;
    w->api.history.lag = 7;
    assert_int_equal(api_world_ask(w, "GET", "/metrics", "", "", API_ROLE_NONE), 200);
    assert_non_null(strstr(w->body.data, "\nvigie_history_lag_records 7\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_history_sequence 1200\n"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/status", "", "", API_ROLE_ADMIN), 200);
    assert_non_null(strstr(w->body.data, "\"applied\":\"1200\",\"lag\":7"));
}

/* What leaves the journal before another store has it is said where people look; what is known of a role that ended is not. */
static void test_exports_are_told(void **state)
{
    static const char *const where[] = {"/api/v1/status", "/metrics"};
    struct api_world *w = *state;

    assert_false(metrics_export_take(w->api.exports, &(struct msg_exported){.target = API_EXPORTS}));
    assert_true(metrics_export_take(w->api.exports, &(struct msg_exported){.sent = 5}));
    assert_int_equal(api_world_ask(w, "GET", where[0], "", "", API_ROLE_VIEWER), 200);
    assert_null(strstr(w->body.data, "\"export_"));
    metrics_export_take(w->api.exports,
                        &(struct msg_exported){.missed = 12, .lag_us = 3 * TIME_MIN, .error = STR("away")});
    assert_int_equal(api_world_ask(w, "GET", where[0], "", "", API_ROLE_VIEWER), 200);
    assert_non_null(strstr(w->body.data, "\"export_waits\""));
    assert_non_null(strstr(w->body.data, "\"export_missed\""));
    assert_non_null(strstr(w->body.data, "12 records left the journal"));
    assert_non_null(strstr(w->body.data, "as long as that is kept (vigie_journal_days, vigie_journal_size)"));
    assert_int_equal(api_world_ask(w, "GET", where[1], "", "", API_ROLE_NONE), 200);
    assert_non_null(
        strstr(w->body.data, "\nvigie_export_missed_records_total{target=\"remote_write\"} 12\n"));
    metrics_export_gone(w->api.exports);
    for (size_t i = 0; i < ARRAY_LEN(where); i++) {
        assert_int_equal(api_world_ask(w, "GET", where[i], "", "", API_ROLE_VIEWER), 200);
        assert_null(strstr(w->body.data, "remote_write"));
    }
}

static void test_reload_is_told(void **state)
{
    struct api_world *w = *state;

    assert_int_equal(api_world_ask(w, "GET", "/api/v1/status", "", "", API_ROLE_VIEWER), 200);
    assert_non_null(strstr(w->body.data, "\"reload\":null"));
    level_take(
        &w->api,
        STR("{\"main_file\":\"/m\",\"reload\":{\"ok\":false,\"errors\":[{\"line\":3}],\"error_count\":7},"
            "\"config_warnings\":[{\"line\":5}],\"config_warning_count\":9,\"roles\":[]}"));
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/status", "", "", API_ROLE_VIEWER), 200);
    assert_non_null(
        strstr(w->body.data, "\"reload\":{\"ok\":false,\"errors\":[{\"line\":3}],\"error_count\":7}"));
    assert_non_null(strstr(w->body.data, "\"config_warnings\":[{\"line\":5}],\"config_warning_count\":9"));
    assert_non_null(strstr(w->body.data, "\"process\":{\"main_file\":\"/m\"}")); /* and not there once more */
    assert_int_equal(api_world_ask(w, "GET", "/metrics", "", "", API_ROLE_NONE), 200);
    assert_non_null(strstr(w->body.data, "\nvigie_config_reload_ok 0\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_config_warnings 9\n"));
    level_take(&w->api, STR("{\"reload\":{\"ok\":true},\"roles\":[]}"));
    assert_int_equal(api_world_ask(w, "GET", "/metrics", "", "", API_ROLE_NONE), 200);
    assert_non_null(strstr(w->body.data, "\nvigie_config_reload_ok 1\n"));
    assert_non_null(strstr(w->body.data, "\nvigie_config_warnings 0\n"));
}

static void says(struct api_world *w, const char *en, const char *fr)
{
    assert_int_equal(api_world_ask(w, "GET", "/api/v1/status", "", "", API_ROLE_VIEWER), 200);
    assert_non_null(strstr(w->body.data, en));
    assert_non_null(strstr(w->body.data, fr));
}

/* That nothing is lost is said only while it is so; what was given up is said while a store does not answer, too, for the engine knows. */
static void test_what_is_given_up_is_told(void **state)
{
    struct api_world *w = *state;
    struct board_program p = {.switches = UINT32_MAX};

    board_put_program(&w->writer, &p);
    str_copy(w->api.record_why, sizeof(w->api.record_why), STR("the log is full"));
    says(w, "\"Nothing is lost, but not all is written as it should be: the log is full.\"",
         "\"Rien n’est perdu, mais tout ne s’écrit pas comme il faut : the log is full.\"");
    w->api.log_lost = 12;
    says(w,
         "\"Not all is written as it should be: the log is full. Since the start there was no room for: "
         "lines of the log (12).\"",
         "\"Tout ne s’écrit pas comme il faut : the log is full. Depuis le démarrage, la place a manqué "
         "pour : des lignes du log (12).\"");
    p.unstored_since = w->wall.us - TIME_MIN;
    p.lines_lost = 40;
    p.results_lost = 3;
    p.gaps = 1;
    board_put_program(&w->writer, &p);
    says(w, "\"journal_stands\"", " mémoire et n’est pas encore enregistré");
    says(w,
         "no room for: lines of the log (40), results of checks, with their measurements (3), a part of "
         "the history.\"",
         "pour : des lignes du log (40), des résultats de contrôles, avec leurs mesures (3), une partie de "
         "l’historique.\"");
    assert_null(strstr(w->body.data, "othing is lost"));
    assert_int_equal(api_world_ask(w, "GET", "/metrics", "", "", API_ROLE_NONE), 200);
    assert_non_null(strstr(w->body.data, "\nvigie_log_lines_lost_total 40\n"));
}

int main(void)
{
#define WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WORLD(test_metrics),
        WORLD(test_exports_are_told),
        WORLD(test_reload_is_told),
        WORLD(test_what_is_given_up_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
