/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait: which triggers there are, when a request begins to wait and when it may be answered; and the client's clock and patience: Localtime and Timelimit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/livestatus.h"
#include "api/livestatus_wait.h"
#include "api_world.h"

/* Two hosts of two services each: hosts first, then the services of each host. */
enum { H0, H1, A0, A1, B0, B1 };

static int set_up(void **state)
{
    struct api_world *w = api_world_new(2, 2);

    api_world_put(w, B0, 2, BOARD_CHECKED, w->wall.us - TIME_MIN, "hot");
    board_put_comment(&w->writer,
                      &(struct board_comment){.id = 7, .idx = B0, .entry_type = BOARD_COMMENT_USER},
                      STR("ann"), STR("a"));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    api_world_free(*state);
    return 0;
}

static struct livestatus_world world_of(struct api_world *w)
{
    return (struct livestatus_world){
        .m = &w->model, .b = &w->api.board, .version = "1", .pid = 7, .now = w->wall};
}

static void answer(struct api_world *w, const char *request, struct buf *out)
{
    struct livestatus_world lw = world_of(w);
    struct livestatus_reply reply;

    buf_clear(out);
    livestatus_answer(&lw, str_of(request), out, &reply);
}

static void test_who_waits(void **state)
{
    static const struct {
        const char *request;
        bool waits;
        unsigned triggers;
        int64_t timeout_us;
    } cases[] = {
        {"GET hosts\n", false, 0, 0},
        {"GET hosts\nWaitTrigger: check\n", true, LIVESTATUS_ON_CHECK, 0},
        {"GET hosts\nWaitTrigger: all\nWaitTimeout: 1500\n", true, LIVESTATUS_ON_ALL, 1500000},
        {"GET hosts\nWaitTimeout: 1500\n", false, 0, 0}, /* for nothing */
        {"GET hosts\nWaitObject: h0000\n", false, 0, 0},
        {"GET hosts\nWaitObject: h0000\nWaitCondition: state = 1\n", true, LIVESTATUS_ON_ALL, 0},
        {"GET hosts\nWaitObject: h0000\nWaitCondition: state = 0\n", false, 0, 0}, /* it holds */
        {"GET hosts\nWaitObject: h0000\nWaitCondition: state = 0\nWaitConditionNegate:\n", true,
         LIVESTATUS_ON_ALL, 0},
        {"GET hosts\nWaitObject: h0000\nWaitCondition: state = 1\nWaitCondition: state = 0\nWaitConditionOr: "
         "2\n",
         false, 0, 0},
        {"GET hosts\nWaitObject: h0000\nWaitCondition: state = 1\nWaitCondition: state = "
         "0\nWaitConditionAnd: 2\n",
         true, LIVESTATUS_ON_ALL, 0},
        {"GET services\nWaitObject: h0001;s00\nWaitCondition: state = 0\nWaitTrigger: state\n", true,
         LIVESTATUS_ON_STATE, 0},
        {"GET services\nWaitObject: h0001 s00\nWaitCondition: plugin_output ~ cold\nWaitTrigger: command\n",
         true, LIVESTATUS_ON_COMMAND, 0},
        {"GET services\nWaitObject: h0001 s00\nWaitCondition: plugin_output ~ hot\n", false, 0, 0},
        {"GET comments\nWaitObject: 7\nWaitCondition: author = bob\nWaitTrigger: comment\n", true,
         LIVESTATUS_ON_COMMENT, 0},
        {"GET comments\nWaitObject: 7\nWaitCondition: author = ann\n", false, 0, 0},
        {"GET hostgroups\nWaitObject: g2\nWaitCondition: num_hosts_down = 1\nWaitTrigger: downtime\n", true,
         LIVESTATUS_ON_DOWNTIME, 0},
        {"GET contacts\nWaitObject: ann\nWaitCondition: name = x\nWaitTrigger: log\n", true,
         LIVESTATUS_ON_LOG, 0},
        {"GET status\nWaitCondition: enable_notifications = 9\nWaitTrigger: program\n", true,
         LIVESTATUS_ON_PROGRAM, 0},
        {"GET status\nWaitCondition: nagios_pid = 7\n", false, 0, 0},
        {"GET hosts\nAuthUser: bob\nWaitObject: h0001\nWaitCondition: state = 1\n", true, LIVESTATUS_ON_ALL,
         0},
        {"GET services\nFilter: state = 0\nWaitTrigger: state\nWaitTimeout: 9223372036854775807\n", true,
         LIVESTATUS_ON_STATE, INT64_MAX / 2000 * 1000},
        /* wrong ones do not wait: the answer is the error */
        {"GET hosts\nWaitTrigger: coffee\n", false, 0, 0},
        {"GET hosts\nWaitCondition: state = 1\n", false, 0, 0},
        {"GET log\nWaitCondition: class = 1\n", false, 0, 0},
        {"GET hosts\nWaitObject: nobody\nWaitCondition: state = 1\n", false, 0, 0},
        {"GET hosts\nAuthUser: bob\nWaitObject: h0000\nWaitCondition: state = 1\n", false, 0, 0},
        {"GET nothing\nWaitTrigger: all\n", false, 0, 0},
        {"COMMAND [1] X\nWaitTrigger: all\n", false, 0, 0},
    };
    struct livestatus_world lw = world_of(*state);

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct livestatus_wait wait;
        bool waits = livestatus_wait_begins(&lw, str_of(cases[i].request), &wait);

        if (waits != cases[i].waits || wait.triggers != cases[i].triggers ||
            wait.timeout_us != cases[i].timeout_us)
            fail_msg("%s: waits %d for %u until %lld", cases[i].request, waits, wait.triggers,
                     (long long)wait.timeout_us);
    }
}

static void test_errors(void **state)
{
    static const struct {
        const char *request, *starts, *words;
    } cases[] = {
        {"GET hosts\nWaitTrigger: coffee\n", "400 ", "WaitTrigger"},
        {"GET hosts\nWaitCondition: state = 1\n", "400 ", "WaitObject"},
        {"GET hosts\nWaitObject: h0000\nWaitCondition: stat = 1\n", "400 ", "stat"},
        {"GET hosts\nWaitObject: h0000\nWaitConditionAnd: 2\n", "400 ", "WaitConditionAnd"},
        {"GET hosts\nWaitConditionNegate:\n", "400 ", "WaitConditionNegate"},
        {"GET hosts\nWaitTimeout: soon\n", "400 ", "soon"},
        {"GET hosts\nWaitTimeout: -1\n", "400 ", "-1"},
        {"GET log\nWaitCondition: class = 1\n", "400 ", "log"},
        {"GET hosts\nWaitObject: nobody\nWaitCondition: state = 1\n", "404 ", "nobody"},
        {"GET services\nWaitObject: h0001\nWaitCondition: state = 1\n", "404 ", "h0001"},
        {"GET hosts\nAuthUser: bob\nWaitObject: h0000\nWaitCondition: state = 1\n", "404 ", "h0000"},
        {"GET hosts\nLocaltime: now\n", "400 ", "now"},
        {"GET hosts\nLocaltime: 1700086400\n", "400 ", "a day"},
        {"GET hosts\nLocaltime: 1699913600\n", "400 ", "a day"},
        {"GET hosts\nLocaltime: 1700085700\n", "400 ", "a day"}, /* rounded up to it */
        {"GET hosts\nLocaltime: 9223372036854775807\n", "400 ", "a day"},
        {"GET hosts\nTimelimit: 99999999999999\n", "400 ", "Timelimit"},
        {"GET hosts\nTimelimit: soon\n", "400 ", "Timelimit"},
    };
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char request[300];

        snprintf(request, sizeof(request), "%sResponseHeader: fixed16\n", cases[i].request);
        answer(*state, request, &out);
        if (!str_starts(buf_str(&out), str_of(cases[i].starts)) || !strstr(out.data, cases[i].words))
            fail_msg("%s is answered with %s", cases[i].request, out.data);
    }
    buf_release(&out);
}

static void test_end_of_waiting(void **state)
{
    struct api_world *w = *state;
    struct livestatus_world lw = world_of(w);
    const struct str back = STR("GET services\nWaitObject: h0001;s00\nWaitCondition: state = 0\n"),
                     trigger = STR("GET services\nWaitTrigger: state\n"),
                     gone = STR("GET comments\nWaitObject: 7\nWaitCondition: author = bob\n");

    assert_false(livestatus_wait_ends(&lw, back));
    assert_false(livestatus_wait_ends(&lw, gone));
    assert_true(livestatus_wait_ends(&lw, trigger)); /* it happened, and that is all */
    api_world_put(w, B0, 0, BOARD_CHECKED, w->wall.us, "cold");
    assert_true(livestatus_wait_ends(&lw, back));
    api_world_put(w, B0, 2, BOARD_CHECKED, w->wall.us - TIME_MIN, "hot");
    board_del_comment(&w->writer, 7);
    assert_true(livestatus_wait_ends(&lw, gone)); /* there is nothing left to wait for */
    board_put_comment(&w->writer,
                      &(struct board_comment){.id = 7, .idx = B0, .entry_type = BOARD_COMMENT_USER},
                      STR("ann"), STR("a"));
}

static void test_triggers(void **state)
{
    static const struct {
        struct board_program now;
        unsigned bits;
    } cases[] = {
        {{.active_host_checks = 1}, LIVESTATUS_ON_CHECK},
        {{.passive_service_checks = 1}, LIVESTATUS_ON_CHECK},
        {{.active_service_checks = 1, .state_changes = 1}, LIVESTATUS_ON_CHECK | LIVESTATUS_ON_STATE},
        {{.log_lines = 3}, LIVESTATUS_ON_LOG},
        {{.downtime_changes = 1}, LIVESTATUS_ON_DOWNTIME},
        {{.comment_changes = 1}, LIVESTATUS_ON_COMMENT},
        {{.external_commands = 1}, LIVESTATUS_ON_COMMAND},
        {{.switches = BOARD_SW_FLAP}, LIVESTATUS_ON_PROGRAM},
        {{.last_reload = 1}, LIVESTATUS_ON_PROGRAM},
        {{.now = 5, .notifications = 7, .parallel = 3}, 0},
    };
    struct api_world *w = *state;
    struct livestatus_pulse before, now;

    board_put_program(&w->writer, &(struct board_program){0});
    livestatus_pulse_read(&w->api.board, &before);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        board_put_program(&w->writer, &cases[i].now);
        livestatus_pulse_read(&w->api.board, &now);
        assert_int_equal(livestatus_pulse_since(&before, &now), cases[i].bits);
    }
    board_put_program(&w->writer, &(struct board_program){0});
}

/* The client's clock is 5 hours 31 minutes ahead: five and a half hours are another zone, the minute is a clock that is not set. */
static void test_localtime(void **state)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        {"GET services\nColumns: last_state_change last_notification\nFilter: description = s00\nFilter: "
         "host_name = h0001\n",
         "1699999940;0\n"},
        {"GET services\nColumns: last_state_change last_notification\nFilter: description = s00\nFilter: "
         "host_name = h0001\nLocaltime: 1700019860\n",
         "1700019740;0\n"}, /* never is never */
        {"GET services\nLocaltime: 1700019860\nColumns: description\nFilter: last_state_change = "
         "1700019740\n",
         "s00\n"},
        {"GET services\nColumns: description\nFilter: last_state_change = 1700019740\nLocaltime: "
         "1700019860\n",
         "s00\n"},
        {"GET services\nLocaltime: 1700019860\nStats: last_state_change >= 1700019740\nStats: max "
         "last_state_change\nStats: last_notification = 0\n",
         "1;1700019740;4\n"},
        {"GET services\nLocaltime: 1700019860\nColumns: last_state_change\nStats: state = 2\nFilter: state = "
         "2\n",
         "1700019740;1\n"},
        {"GET services\nLocaltime: 1700019860\nColumns: description\nFilter: last_state_change ~ 19740$\n",
         "s00\n"},
        {"GET services\nLocaltime: 1699980140\nColumns: last_state_change\nFilter: state = 2\n",
         "1699980140\n"}, /* behind */
        {"GET services\nLocaltime: 1700000899\nColumns: last_state_change\nFilter: state = 2\n",
         "1699999940\n"},
        {"GET services\nLocaltime: 1700000900\nColumns: last_state_change\nFilter: state = 2\n",
         "1700001740\n"},
        {"GET services\nLocaltime: 1699999100\nColumns: last_state_change\nFilter: state = 2\n",
         "1699998140\n"},
        {"GET services\nLocaltime: 1700019860\nColumns: latency state\nFilter: state = 2\n",
         "0.0;2\n"}, /* no moments */
    };
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        answer(*state, cases[i].request, &out);
        if (strcmp(out.data, cases[i].answer) != 0)
            print_message("asked:\n%s", cases[i].request);
        assert_string_equal(out.data, cases[i].answer);
    }
    buf_release(&out);
}

static int64_t elapsed(void *user)
{
    return *(int64_t *)user;
}

static void test_timelimit(void **state)
{
    static const struct {
        const char *request;
        int64_t elapsed_us;
        int code;
    } cases[] = {
        {"GET hosts\nTimelimit: 0\n", 0, 413},
        {"GET hosts\nTimelimit: 2\n", 1999999, 200},
        {"GET hosts\nTimelimit: 2\n", 2000000, 413},
        {"GET hosts\nStats: state = 0\nTimelimit: 2\n", 2000000, 413},
        {"GET hosts\n", INT64_MAX, 200},
        {"GET hosts\nTimelimit: 2\nFilter: nothing = 1\n", 2000000, 400},
    };
    struct buf out = BUF_INIT;
    char code[8];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct livestatus_world lw = world_of(*state);
        int64_t us = cases[i].elapsed_us;
        struct livestatus_reply reply;
        char request[200];

        lw.elapsed_us = elapsed;
        lw.user = &us;
        snprintf(request, sizeof(request), "%sResponseHeader: fixed16\n", cases[i].request);
        buf_clear(&out);
        livestatus_answer(&lw, str_of(request), &out, &reply);
        snprintf(code, sizeof(code), "%d ", cases[i].code);
        assert_memory_equal(out.data, code, 4);
    }
    assert_int_equal(livestatus_limit_us(STR("GET log\nTimelimit: 7\n"), (struct wall){0}), 7000000);
    assert_int_equal(livestatus_limit_us(STR("GET log\n"), (struct wall){0}), -1);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_waits),      cmocka_unit_test(test_errors),
        cmocka_unit_test(test_end_of_waiting), cmocka_unit_test(test_triggers),
        cmocka_unit_test(test_localtime),      cmocka_unit_test(test_timelimit),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
