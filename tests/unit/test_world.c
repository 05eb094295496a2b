/* SPDX-License-Identifier: Apache-2.0 */
/* The world by written timelines, in virtual time: what the old engines were recorded doing (tests/scenario), and what they never wrote down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/record.h"
#include "core/why.h"
#include "lab.h"

#define START 1800000000
#define S     TIME_S

static const char *const one = "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
                               "define service {\n host_name h1\n service_description s1\n use st\n}\n";

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .output = "UP"};
}

/* Commands of a timeline, a second apart. */
static void play(struct lab *lab, const char *const *commands)
{
    for (; *commands; commands++) {
        if (**commands)
            assert_true(lab_command(lab, *commands));
        lab_run(lab, S);
    }
}

#define SVC(code, text) "PROCESS_SERVICE_CHECK_RESULT;h1;s1;" #code ";" text
#define HST(code, text) "PROCESS_HOST_CHECK_RESULT;h1;" #code ";" text

static void has(const struct buf *b, const char *text, unsigned n)
{
    if (lab_count(b, text) != n) {
        print_error("expected %u times: %s\nin:\n%s\n", n, text, b->data);
        fail();
    }
}

static void test_soft_hard(void **st UNUSED)
{
    static const char *const steps[] = {
        SVC(0, "OK"),   SVC(2, "CRIT"), SVC(2, "CRIT"), SVC(2, "CRIT"), SVC(2, "CRIT"),
        SVC(1, "WARN"), SVC(0, "OK"),   SVC(2, "CRIT"), SVC(0, "OK"),   NULL};
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    play(&lab, steps);
    has(&lab.log, "SERVICE ALERT: h1;s1;CRITICAL;SOFT;1;CRIT\n", 2);
    has(&lab.log, "SERVICE ALERT: h1;s1;CRITICAL;SOFT;2;CRIT\n", 1);
    has(&lab.log, "SERVICE ALERT: h1;s1;CRITICAL;HARD;3;CRIT\n", 1);
    has(&lab.log, "SERVICE ALERT: h1;s1;WARNING;HARD;3;WARN\n", 1);
    has(&lab.log, "SERVICE ALERT: h1;s1;OK;HARD;1;OK\n", 1);
    has(&lab.log, "SERVICE ALERT: h1;s1;OK;SOFT;2;OK\n", 1);
    has(&lab.log, "ALERT", 7);
    has(&lab.log, "SERVICE NOTIFICATION: alice;h1;s1;CRITICAL;n-svc;CRIT\n", 1);
    has(&lab.log, "SERVICE NOTIFICATION: alice;h1;s1;WARNING;n-svc;WARN\n", 1);
    has(&lab.log, "SERVICE NOTIFICATION: alice;h1;s1;OK;n-svc;OK\n", 1);
    has(&lab.told, "/bin/n alice PROBLEM h1/s1 CRITICAL HARD n=1 CRIT\n", 1);
    has(&lab.told, "/bin/n alice PROBLEM h1/s1 WARNING HARD n=2 WARN\n", 1);
    has(&lab.told, "/bin/n alice RECOVERY h1/s1 OK HARD n=2 OK\n", 1);
    assert_int_equal(lab.started[0],
                     4); /* the first result, and each change to a problem, looks at the host */
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 1);
    assert_true(lab_state(&lab, "h1", "s1")->hard);
    assert_int_equal(lab_state(&lab, "h1", "s1")->notification_number, 0);
    lab_close(&lab);
}

static void test_soft_changes_kind(void **st UNUSED)
{
    static const char *const steps[] = {SVC(0, "OK"),   SVC(1, "WARN"), SVC(2, "CRIT"), SVC(3, "UNK"),
                                        SVC(2, "CRIT"), SVC(3, "UNK"),  SVC(0, "OK"),   NULL};
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    play(&lab, steps);
    has(&lab.log, "SERVICE ALERT: h1;s1;UNKNOWN;HARD;3;UNK\n", 2);
    has(&lab.told, "PROBLEM h1/s1 UNKNOWN HARD n=1 UNK\n", 1);
    has(&lab.told, "PROBLEM h1/s1 CRITICAL HARD n=2 CRIT\n", 1);
    has(&lab.told, "PROBLEM h1/s1 UNKNOWN HARD n=3 UNK\n", 1);
    has(&lab.told, "RECOVERY h1/s1 OK HARD n=3 OK\n", 1);
    assert_int_equal(lab.started[0], 6);
    lab_close(&lab);
}

/* Down from its second 6 to 16. */
static struct lab_answer down_6_16(struct lab *lab, uint32_t check UNUSED, uint64_t n UNUSED)
{
    int64_t s = (lab->mono - 1000 * S) / S;
    bool bad = s >= 6 && s < 16;

    return (struct lab_answer){
        .code = bad ? 2 : 0, .lasts_us = 10 * TIME_MS, .output = bad ? "no route" : "UP"};
}

static void test_host_active(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n check_interval 4\n}\n"
             "define service {\n host_name h1\n service_description s1\n use st\n}\n",
             START, 1, down_6_16, 0);
    lab_run(&lab, 24 * S);
    has(&lab.log, "HOST ALERT: h1;DOWN;SOFT;1;no route\n", 1);
    has(&lab.log, "HOST ALERT: h1;DOWN;SOFT;2;no route\n", 1);
    has(&lab.log, "HOST ALERT: h1;DOWN;HARD;3;no route\n", 1);
    has(&lab.log, "HOST ALERT: h1;UP;HARD;1;UP\n", 1);
    has(&lab.told, "alice PROBLEM h1 DOWN HARD n=1 no route\n", 1);
    has(&lab.told, "alice RECOVERY h1 UP HARD n=1 UP\n", 1);
    assert_int_equal(lab.started[0],
                     8); /* 0 4 8 9 10 14 18 22: retries every second, then again every four */
    lab_close(&lab);
}

static void test_passive_host(void **st UNUSED)
{
    static const char *const steps[] = {HST(0, "UP"),   HST(1, "DOWN"), HST(1, "DOWN"),
                                        HST(1, "DOWN"), HST(0, "UP"),   NULL};
    const char *host = "define host {\n host_name h1\n use ht\n active_checks_enabled 0\n}\n"
                       "define service {\n host_name h1\n service_description s1\n use st\n}\n";
    struct buf soft = BUF_INIT;
    struct lab lab = {0};

    buf_printf(&soft, "%spassive_host_checks_are_soft=1\n", lab_main);
    lab_open(&lab, soft.data, host, START, 1, up, 0);
    play(&lab, steps);
    has(&lab.log, "HOST ALERT: h1;DOWN;SOFT;1;DOWN\n", 1);
    has(&lab.log, "HOST ALERT: h1;DOWN;HARD;3;DOWN\n", 1);
    has(&lab.log, "HOST ALERT: h1;UP;HARD;1;UP\n", 1);
    lab_close(&lab);
    lab_open(&lab, lab_main, host, START, 1, up, 0);
    play(&lab, steps);
    has(&lab.log, "HOST ALERT: h1;DOWN;HARD;1;DOWN\n", 1);
    has(&lab.log, "ALERT", 2);
    lab_close(&lab);
    buf_release(&soft);
}

static void test_host_down_holds_services(void **st UNUSED)
{
    static const char *const steps[] = {HST(0, "UP"),   SVC(0, "OK"),   HST(1, "DOWN"),
                                        SVC(2, "CRIT"), SVC(2, "CRIT"), HST(0, "UP"),
                                        SVC(2, "CRIT"), SVC(0, "OK"),   NULL};
    struct lab lab = {0};

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n active_checks_enabled 0\n}\n"
             "define service {\n host_name h1\n service_description s1\n use st\n}\n",
             START, 1, up, 0);
    play(&lab, steps);
    has(&lab.log, "SERVICE ALERT: h1;s1;CRITICAL;HARD;1;CRIT\n", 1);
    has(&lab.told, "alice PROBLEM h1/s1 CRITICAL HARD n=1 CRIT\n", 1);
    has(&lab.told, "alice RECOVERY h1/s1 OK HARD n=1 OK\n", 1);
    has(&lab.log, "SERVICE ALERT: h1;s1;OK;HARD;1;OK\n", 1);
    lab_close(&lab);
}

static void test_acknowledgement(void **st UNUSED)
{
    static const char *const normal[] = {
        SVC(0, "OK"), SVC(2, "C"), SVC(2, "C"), SVC(2, "C"), "ACKNOWLEDGE_SVC_PROBLEM;h1;s1;1;1;0;bob;on it",
        SVC(2, "C"),  NULL};
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    assert_false(lab_command(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h1;s1;1;1;0;bob;too early"));
    play(&lab, normal);
    has(&lab.log, "SERVICE NOTIFICATION: alice;h1;s1;ACKNOWLEDGEMENT (CRITICAL);n-svc;C;bob;on it\n", 1);
    assert_int_equal(lab_state(&lab, "h1", "s1")->ack_type, STATE_ACK_NORMAL);
    assert_int_equal(lab_state(&lab, "h1", "s1")->why_notify.code, WHY_NOTIFY_ACK);
    assert_true(lab_command(&lab, SVC(1, "W")));
    assert_int_equal(lab_state(&lab, "h1", "s1")->ack_type, STATE_ACK_NONE);
    has(&lab.told, "PROBLEM h1/s1 WARNING HARD n=2 W\n", 1);
    assert_true(lab_command(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h1;s1;2;0;1;bob;sticky"));
    assert_true(lab_command(&lab, SVC(2, "C")));
    assert_int_equal(lab_state(&lab, "h1", "s1")->ack_type, STATE_ACK_STICKY);
    assert_true(lab_command(&lab, SVC(0, "OK")));
    assert_int_equal(lab_state(&lab, "h1", "s1")->ack_type, STATE_ACK_NONE);
    lab_close(&lab);
}

static void test_downtime(void **st UNUSED)
{
    struct buf c = BUF_INIT;
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    lab_command(&lab, SVC(0, "OK"));
    buf_printf(&c, "SCHEDULE_SVC_DOWNTIME;h1;s1;%d;%d;1;0;7;bob;works", START + 3, START + 10);
    assert_true(lab_command(&lab, c.data));
    buf_clear(&c);
    buf_printf(&c, "SCHEDULE_SVC_DOWNTIME;h1;s1;%d;%d;1;0;7;bob;past", START - 10, START - 3);
    assert_false(lab_command(&lab, c.data));
    lab_run(&lab, 5 * S);
    has(&lab.log,
        "SERVICE DOWNTIME ALERT: h1;s1;STARTED; Service has entered a period of scheduled downtime\n", 1);
    has(&lab.log, "DOWNTIMESTART (OK)", 1);
    assert_int_equal(lab_state(&lab, "h1", "s1")->downtime_depth, 1);
    for (int i = 0; i < 3; i++)
        lab_command(&lab, SVC(2, "C"));
    has(&lab.told, "PROBLEM", 0);
    assert_int_equal(lab_state(&lab, "h1", "s1")->why_notify.code, WHY_NOTIFY_DOWNTIME);
    lab_run(&lab, 6 * S);
    has(&lab.log, "SERVICE DOWNTIME ALERT: h1;s1;STOPPED", 1);
    lab_command(&lab, SVC(2, "C"));
    has(&lab.told, "PROBLEM h1/s1 CRITICAL HARD n=1 C\n", 1);
    buf_clear(&c);
    buf_printf(&c, "SCHEDULE_SVC_DOWNTIME;h1;s1;%d;%d;0;0;20;bob;flexible", START, START + 100);
    assert_true(lab_command(&lab, c.data));
    lab_command(&lab, SVC(2, "C"));
    assert_int_equal(lab_state(&lab, "h1", "s1")->downtime_depth, 0); /* it waits for a change */
    lab_command(&lab, SVC(1, "W"));
    assert_int_equal(lab_state(&lab, "h1", "s1")->downtime_depth, 1);
    assert_false(lab_command(&lab, "DEL_HOST_DOWNTIME;2")); /* it is of a service */
    assert_true(lab_command(&lab, "DEL_SVC_DOWNTIME;2"));
    assert_false(lab_command(&lab, "DEL_SVC_DOWNTIME;2"));
    has(&lab.log, ";CANCELLED;", 1);
    assert_int_equal(lab_state(&lab, "h1", "s1")->downtime_depth, 0);
    buf_release(&c);
    lab_close(&lab);
}

/* A hard problem, an acknowledgement, a comment, a switch, a downtime: all there after a restart; nobody is told twice. */
static void test_restart(void **st UNUSED)
{
    static const char *const steps[] = {SVC(0, "OK"),
                                        SVC(2, "C|x=1"),
                                        SVC(2, "C"),
                                        SVC(2, "C|x=2\\nlong"),
                                        "ADD_SVC_COMMENT;h1;s1;1;bob;kept",
                                        "ADD_SVC_COMMENT;h1;s1;0;bob;dropped",
                                        "DISABLE_HOST_NOTIFICATIONS;h1",
                                        "CHANGE_MAX_SVC_CHECK_ATTEMPTS;h1;s1;7",
                                        "SCHEDULE_HOST_DOWNTIME;h1;1799999000;1900000000;1;0;0;bob;long",
                                        NULL};

    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        struct lab lab = {0};
        struct state before;

        lab_open(&lab, lab_main, one, START, 1, up, 0);
        play(&lab, steps);
        before = *lab_state(&lab, "h1", "s1");
        assert_true(str_eq_c(state_perf(&before), "x=2"));
        lab_restart(&lab, checkpoint);
        assert_int_equal(lab_state(&lab, "h1", "s1")->state, STATE_CRITICAL);
        assert_int_equal(lab_state(&lab, "h1", "s1")->notification_number, 1);
        assert_int_equal(lab_state(&lab, "h1", "s1")->max_attempts, 7);
        assert_int_equal(lab_state(&lab, "h1", "s1")->last_hard_change, before.last_hard_change);
        assert_true(str_eq_c(state_long(lab_state(&lab, "h1", "s1")), "long"));
        assert_false(lab_state(&lab, "h1", NULL)->switches & MODEL_CHECK_NOTIFY);
        assert_int_equal(lab_state(&lab, "h1", NULL)->downtime_depth, 1);
        has(&lab.told, "PROBLEM", 1);
        lab_command(&lab, SVC(2, "C"));
        has(&lab.told, "PROBLEM", 1);
        assert_false(lab_command(&lab, "DEL_HOST_COMMENT;1")); /* it is on a service */
        assert_true(lab_command(&lab, "DEL_SVC_COMMENT;1"));
        assert_false(lab_command(&lab, "DEL_SVC_COMMENT;2"));
        lab_close(&lab);
    }
}

static struct lab_answer slow(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n)
{
    return (struct lab_answer){.lasts_us = n == 1 ? -1 : 2 * S, .output = "slow"};
}

static const char *const active =
    "define host {\n host_name h1\n use ht\n active_checks_enabled 0\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n}\n";

/* A run that never answers is given up and repeated; a schedule keeps its phase. */
static void test_lost_run(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, active, START, 1, slow, 0);
    lab_run(&lab, 60 * S);
    /* at 0; at 10, lost at 10 + 5 + 15; at once again; then every 10 */
    assert_int_equal(world_program(lab.w)->runs_lost, 1);
    assert_int_equal(lab.started[1], 6);
    assert_int_equal(lab.two_at_once, 0);
    lab_close(&lab);
}

static struct lab_answer vanishing(struct lab *lab UNUSED, uint32_t check, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = check ? -1 : TIME_MS, .output = "ok"};
}

/* A plugin that ends its runner has no result ever: that is one. */
static void test_lost_for_ever(void **st UNUSED)
{
    struct lab lab = {0};
    const struct state *s;

    lab_open(&lab, lab_main, active, START, 1, vanishing, 0);
    lab_run(&lab, 80 * S); /* each time 5 + 15 until it is given up */
    s = lab_state(&lab, "h1", "s1");
    assert_int_equal(s->state, STATE_UNKNOWN);
    assert_int_equal(s->why_state.code, WHY_STATE_LOST);
    assert_true(str_starts(state_output(s), STR("(The plugin was lost 3 times in a row")));
    assert_int_equal(world_program(lab.w)->active_service_checks, 0);
    assert_int_equal(lab.two_at_once, 0);
    assert_true(lab.started[1] == 3 || lab.started[1] == 4);
    lab_run(&lab, 10 * TIME_MIN);
    assert_true(lab.started[1] < 40); /* it goes on, at its interval */
    lab_close(&lab);
}

static void test_reload(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, active, START, 1, slow, 0);
    lab_run(&lab, 1 * S);
    assert_int_equal(world_running(lab.w), 1);
    lab_command(&lab, "ADD_SVC_COMMENT;h1;s1;1;bob;on s1");
    lab_reload(
        &lab, lab_main,
        "define host {\n host_name a0\n use ht\n active_checks_enabled 0\n}\n"
        "define host {\n host_name h1\n use ht\n active_checks_enabled 0\n}\n"
        "define service {\n host_name h1\n service_description s0\n use st\n}\n"
        "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n}\n");
    assert_int_equal(world_running(lab.w), 1);
    lab_run(&lab, 2 * S);
    assert_true(str_eq_c(state_output(lab_state(&lab, "h1", "s1")),
                         "slow")); /* the run from before the reload counted */
    assert_false(lab_state(&lab, "h1", "s0")->checked);
    lab_reload(&lab, lab_main,
               "define host {\n host_name a0\n use ht\n active_checks_enabled 0\n}\n"
               "define service {\n host_name a0\n service_description s0\n use st\n}\n");
    assert_false(lab_command(&lab, "DEL_SVC_COMMENT;1")); /* gone with its service */
    lab_run(&lab, 20 * S);
    lab_close(&lab);
}

static struct lab_answer codes(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n)
{
    static const struct lab_answer all[] = {
        {RECORD_HOW_EXIT, 0, TIME_MS, "fine|a=1"}, {RECORD_HOW_EXIT, 127, TIME_MS, ""},
        {RECORD_HOW_EXIT, 4, TIME_MS, "x"},        {RECORD_HOW_SIGNAL, 9, TIME_MS, ""},
        {RECORD_HOW_TIMEOUT, 0, 5 * S, ""},        {RECORD_HOW_NOT_STARTED, 13, TIME_MS, ""},
        {RECORD_HOW_EXIT, 1, TIME_MS, ""}};

    return all[n % ARRAY_LEN(all)];
}

static void test_ends_of_plugins(void **st UNUSED)
{
    static const struct {
        uint8_t state;
        const char *output;
    } want[] = {{0, "fine"},
                {2, "(Return code of 127 is out of bounds - plugin may be missing)"},
                {2, "(Return code of 4 is out of bounds)"},
                {3, "(No output on stdout: the plugin was killed by signal 9) stderr:"},
                {2, "(Service check timed out after 5.00 seconds)"},
                {2, "(Return code of 13 is out of bounds)"},
                {1, "(No output on stdout) stderr:"}};
    struct lab lab = {0};

    lab_open(&lab, lab_main, active, START, 1, codes, 0);
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        uint64_t before = lab.applied;

        lab_command(&lab, "SCHEDULE_FORCED_SVC_CHECK;h1;s1;1800000000");
        while (lab.applied == before)
            lab_run(&lab, TIME_MS);
        assert_int_equal(lab_state(&lab, "h1", "s1")->state, want[i].state);
        assert_string_equal(state_output(lab_state(&lab, "h1", "s1")).p ? want[i].output : "",
                            want[i].output);
        assert_true(str_eq_c(state_output(lab_state(&lab, "h1", "s1")), want[i].output));
    }
    lab_close(&lab);
}

static struct lab_answer no_right(struct lab *lab UNUSED, uint32_t check, uint64_t n)
{
    return (struct lab_answer){.code = 2,
                               .lasts_us = TIME_MS,
                               .output = "ping: Operation not permitted",
                               .rightless = check == 1 || n > 0};
}

/* For want of a right no host goes down, and none comes up either. */
static void test_rightless(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(
        &lab, lab_main,
        "define host {\n host_name h1\n use ht\n check_interval 10\n max_check_attempts 1\n}\n"
        "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n}\n",
        START, 1, no_right, 0);
    lab_run(&lab, 8 * S);
    assert_int_equal(lab_state(&lab, "h1", NULL)->state, STATE_DOWN); /* its first answer was a real one */
    assert_int_equal(lab_state(&lab, "h1", "s1")->state, STATE_UNKNOWN);
    assert_true(str_eq_c(state_output(lab_state(&lab, "h1", "s1")),
                         "(A right is missing here: nothing was checked)"));
    lab_run(&lab, 30 * S);
    assert_int_equal(lab_state(&lab, "h1", NULL)->state, STATE_DOWN);
    assert_true(str_eq_c(state_output(lab_state(&lab, "h1", NULL)),
                         "(A right is missing here: the host was not checked and keeps its state)"));
    assert_true(str_eq_c(state_long(lab_state(&lab, "h1", NULL)), "ping: Operation not permitted"));
    assert_true(lab_command(&lab, HST(0, "UP")));
    lab_run(&lab, 30 * S);
    assert_int_equal(lab_state(&lab, "h1", NULL)->state, STATE_UP);
    assert_int_equal(lab_state(&lab, "h1", NULL)->why_state.code, WHY_STATE_RIGHTLESS);
    lab_close(&lab);
}

/* Nobody can be told while the runner is away, nor by a run that is lost: the notice waits, over a restart too, and comes as soon as it can. */
static void test_notice_is_never_lost(void **st UNUSED)
{
    struct world_event gone = {.kind = WORLD_RUNNERS}, back = {.kind = WORLD_RUNNERS, .runner = {.up = true}};
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    lab_event(&lab, &gone);
    for (int i = 0; i < 3; i++)
        lab_command(&lab, SVC(2, "C"));
    lab_run(&lab, 10 * S);
    has(&lab.told, "PROBLEM", 0);
    lab_restart(&lab, false); /* a new engine, a new runner */
    has(&lab.told, "alice PROBLEM h1/s1 CRITICAL HARD n=1 C\n", 1);
    lab_run(&lab, S);
    lab_restart(&lab, false);
    has(&lab.told, "PROBLEM", 1);
    lab_command(&lab, SVC(0, "OK"));
    has(&lab.told, "RECOVERY", 1);
    lab_event(&lab, &gone); /* dies with the notification command */
    while (lab.runs.n)
        lab_lose(&lab, 0);
    lab_event(&lab, &back);
    lab_run(&lab, 10 * S);
    has(&lab.told, "RECOVERY", 2);
    lab_close(&lab);
}

/* A plan outlives a restart if the main file says so, even when nothing was stopped in order. */
static void test_plans_are_kept(void **st UNUSED)
{
    for (int keep = 0; keep < 2; keep++) {
        struct lab lab = {0};
        struct buf text = BUF_INIT, line = BUF_INIT;
        int64_t at;

        buf_printf(&text, "%suse_retained_scheduling_info=%d\n", lab_main, keep);
        lab_open(&lab, text.data,
                 "define host {\n host_name h1\n use ht\n}\n"
                 "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled "
                 "1\n check_interval 4000\n}\n",
                 START, 1, up, 0);
        lab_run(&lab, 100 * S);
        at = time_wall_s(lab_now(&lab).wall) + 3000;
        buf_printf(&line, "SCHEDULE_FORCED_SVC_CHECK;h1;s1;%lld", (long long)at);
        assert_true(lab_command(&lab, line.data));
        assert_int_equal(lab_state(&lab, "h1", "s1")->next_check, at * TIME_S);
        lab_run(&lab, 10 * S);
        lab_restart(&lab, false);
        if (keep)
            assert_int_equal(lab_state(&lab, "h1", "s1")->next_check, at * TIME_S);
        else
            assert_true(lab_state(&lab, "h1", "s1")->next_check < at * TIME_S);
        lab_close(&lab);
        buf_release(&text);
        buf_release(&line);
    }
}

/* A reload or a clock that is set in the midst of a host's soft problem, a shorter interval, a period that has come: what is due comes in time. */
static void test_plans_fit(void **st UNUSED)
{
    static const char *const form =
        "define timeperiod {\n timeperiod_name day\n alias d\n monday 08:00-18:00\n tuesday 08:00-18:00\n}\n"
        "define host {\n host_name h1\n use ht\n}\n"
        "define host {\n host_name alone\n use ht\n check_interval 0\n retry_interval 20\n}\n"
        "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n "
        "check_interval %u\n}\n"
        "define service {\n host_name h1\n service_description s2\n use st\n active_checks_enabled 1\n "
        "check_interval 60\n check_period day\n}\n";
    struct lab lab = {0};
    struct buf rare = BUF_INIT, often = BUF_INIT;
    int64_t reloaded;

    buf_printf(&rare, form, 80000u);
    buf_printf(&often, form, 60u);
    lab_open(&lab, lab_main, rare.data, (START / 86400 + 3) * 86400 + 18 * 3600 - 30, 1, codes,
             0); /* a Monday, half a minute before the end of a period */
    lab_run(&lab, 5 * TIME_MIN);
    assert_true(lab_state(&lab, "h1", "s2")->next_check > lab_now(&lab).wall.us + TIME_H);
    lab_clock_step(&lab, -TIME_H);
    lab_run(&lab, 2 * TIME_MIN);
    assert_true(lab_state(&lab, "h1", "s2")->last_check > lab_now(&lab).wall.us - 2 * TIME_MIN);

    while (lab_state(&lab, "alone", NULL)->state == STATE_OK) {
        lab_command(&lab, "SCHEDULE_FORCED_HOST_CHECK;alone;0");
        lab_run(&lab, S);
    }
    assert_false(lab_state(&lab, "alone", NULL)->hard);
    reloaded = lab_now(&lab).wall.us;
    lab_reload(&lab, lab_main, often.data);
    lab_run(&lab, 70 * S);
    assert_true(lab_state(&lab, "alone", NULL)->last_check > reloaded); /* it was tried again */
    assert_true(lab_state(&lab, "h1", "s1")->last_check >
                lab_now(&lab).wall.us - 65 * S); /* the new interval counts at once */
    lab_close(&lab);
    buf_release(&rare);
    buf_release(&often);
}

/* The engine dies while a plugin runs, or before its result was on disk: a new one takes both over, once, and runs nothing beside them. */
static void test_runs_of_an_engine_before(void **st UNUSED)
{
    struct lab lab = {0};
    struct world_event ev = {.kind = WORLD_RESULT};
    struct world_listed run;
    struct buf text = BUF_INIT;
    const struct state *s;
    uint64_t started;
    uint32_t check;

    buf_printf(&text, "%suse_retained_scheduling_info=1\n", lab_main);
    lab_open(&lab, text.data, active, START, 1, up, 0);
    lab_run(&lab, 100 * S);
    check = lab_check(&lab, "h1", "s1");
    run = (struct world_listed){1ull << 32 | 0xfffff, lab_oids(&lab)[check]};

    lab.listed = &run;
    lab.n_listed = 1;
    lab_restart(&lab, false);
    s = lab_state(&lab, "h1", "s1");
    assert_true(s->run);
    started = lab.started[check];
    lab_run(&lab, 15 * S); /* it is due, but it runs */
    assert_int_equal(lab.started[check], started);
    ev.result = (struct world_result){.run_id = run.id,
                                      .oid = run.oid,
                                      .code = 2,
                                      .started = {lab_now(&lab).wall.us - S},
                                      .lasted_us = S,
                                      .output = STR("late")};
    lab_event(&lab, &ev);
    assert_true(!s->run && s->state == 2);
    ev.result.code = 0;
    lab_event(&lab, &ev); /* sent twice */
    assert_int_equal(s->state, 2);

    lab_restart(&lab, false); /* it had ended before the new engine came */
    s = lab_state(&lab, "h1", "s1");
    ev.result.code = 1;
    assert_false(s->run);
    lab_event(&lab, &ev); /* the same once more: it is in the record already */
    assert_int_equal(s->state, 2);
    ev.result.run_id++;
    ev.result.started.us += S / 2;
    lab_event(&lab, &ev);
    assert_int_equal(s->state, 1);
    run = (struct world_listed){1ull << 32 | 5, 0}; /* a notification's: nobody wants it */
    lab.listed = &run;
    lab.n_listed = 1;
    lab_restart(&lab, false);
    lab_close(&lab);
    buf_release(&text);
}

static void test_clock_step(void **st UNUSED)
{
    struct lab lab = {0};
    uint64_t before;

    lab_open(&lab, lab_main, active, START, 1, up, 0);
    lab_run(&lab, 100 * S);
    before = lab.started[1];
    lab_clock_step(&lab, 86400 * S);
    lab_run(&lab, 100 * S);
    assert_int_equal(lab.started[1] - before, 10); /* neither storm nor stall */
    lab_clock_step(&lab, -86400 * S * 2);
    lab_run(&lab, 100 * S);
    assert_int_equal(lab.started[1] - before, 20);
    has(&lab.log, "A system time change of", 2);
    lab_close(&lab);
}

/* The clock stands a year back at a start: it is said once, and nothing waits for the year to pass. */
static void test_start_with_the_clock_set_back(void **st UNUSED)
{
    static const char *const objects =
        "define host {\n host_name h1\n use ht\n}\n"
        "define service {\n host_name h1\n service_description again\n use st\n max_check_attempts 1\n "
        "notification_interval 600\n}\n"
        "define service {\n host_name h1\n service_description delayed\n use st\n max_check_attempts 1\n "
        "first_notification_delay 300\n}\n"
        "define service {\n host_name h1\n service_description silent\n use st\n check_freshness 1\n "
        "freshness_threshold 60\n}\n"
        "define service {\n host_name h1\n service_description other\n use st\n max_check_attempts 1\n}\n"
        "define service {\n host_name h1\n service_description active\n use st\n active_checks_enabled "
        "1\n}\n";
    const int64_t year = 365 * TIME_DAY;
    struct buf main_text = BUF_INIT;
    struct lab lab = {0};
    uint64_t stale, host, active_before;

    buf_printf(&main_text, "%scached_host_check_horizon=40\nuse_retained_scheduling_info=1\n", lab_main);
    lab_open(&lab, main_text.data, objects, START, 1, up, 0);
    lab_run(&lab, 5 * S);
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;again;2;C");
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;delayed;2;C");
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;silent;0;fine");
    lab_run(&lab, S);
    assert_true(lab_state(&lab, "h1", NULL)->checked);
    has(&lab.told, "h1/again CRITICAL HARD n=1", 1);
    lab_stop(&lab, false);
    lab.wall_offset -= year;
    lab_start(&lab);
    assert_true(world_behind(lab.w) > year - TIME_MIN && world_behind(lab.w) <= year);
    has(&lab.log, "A system time change of 31536000 seconds (backwards in time)", 1);
    stale = lab.started[lab_check(&lab, "h1", "silent")];
    active_before = lab.started[lab_check(&lab, "h1", "active")];
    lab_run(&lab, 5 * S);
    host = lab.started[lab_check(&lab, "h1", NULL)];
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;other;2;C");
    lab_run(&lab, S);
    assert_int_equal(lab.started[lab_check(&lab, "h1", NULL)], host + 1); /* on demand */
    for (int i = 0; i < 12; i++) {
        lab_run(&lab, 50 * S);
        lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;again;2;C");
        lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;delayed;2;C");
    }
    has(&lab.told, "h1/again CRITICAL HARD n=2", 1);
    has(&lab.told, "h1/again CRITICAL HARD n=3", 0);
    has(&lab.told, "h1/delayed CRITICAL HARD n=1", 1);
    assert_true(lab.started[lab_check(&lab, "h1", "silent")] > stale);
    assert_true(lab.started[lab_check(&lab, "h1", "active")] >= active_before + 60);
    lab_close(&lab);
    buf_release(&main_text);
}

static void test_commands_refused(void **st UNUSED)
{
    static const char *const bad[] = {"NO_SUCH_COMMAND;x",
                                      "PROCESS_SERVICE_CHECK_RESULT;h1;s1",
                                      "PROCESS_SERVICE_CHECK_RESULT;nohost;s1;2;x",
                                      "PROCESS_SERVICE_CHECK_RESULT;h1;nosvc;2;x",
                                      "PROCESS_SERVICE_CHECK_RESULT;h1;s1;two;x",
                                      "SCHEDULE_SVC_DOWNTIME;h1;s1;abc;def",
                                      "",
                                      ";;;",
                                      "ACKNOWLEDGE_SVC_PROBLEM;h1;s1",
                                      "CHANGE_HOST_CHECK_COMMAND;h1;x",
                                      "DEL_SVC_COMMENT;99",
                                      "SCHEDULE_SVC_CHECK;h1;s1;99999999999999999999"};
    struct lab lab = {0};
    size_t i;

    lab_open(&lab, lab_main, one, START, 1, up, 0);
    for (i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(lab_command(&lab, bad[i]));
    has(&lab.log, "Warning: External command refused: ", (unsigned)i);
    assert_false(lab_state(&lab, "h1", "s1")->checked);
    assert_true(lab_command(&lab, SVC(9, "bad code")));
    assert_int_equal(lab_state(&lab, "h1", "s1")->state, STATE_UNKNOWN);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soft_hard),
        cmocka_unit_test(test_soft_changes_kind),
        cmocka_unit_test(test_host_active),
        cmocka_unit_test(test_passive_host),
        cmocka_unit_test(test_host_down_holds_services),
        cmocka_unit_test(test_acknowledgement),
        cmocka_unit_test(test_downtime),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_lost_run),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_ends_of_plugins),
        cmocka_unit_test(test_lost_for_ever),
        cmocka_unit_test(test_rightless),
        cmocka_unit_test(test_plans_are_kept),
        cmocka_unit_test(test_plans_fit),
        cmocka_unit_test(test_notice_is_never_lost),
        cmocka_unit_test(test_runs_of_an_engine_before),
        cmocka_unit_test(test_clock_step),
        cmocka_unit_test(test_start_with_the_clock_set_back),
        cmocka_unit_test(test_commands_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
