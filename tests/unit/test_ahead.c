/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that no interval planned: masters before the last try of what depends by them, and stale results, of hosts and of services each in its own time; plans that are kept over a stop;
 * dependencies in a circle, and those that have a period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/world_in.h"
#include "lab.h"

#define START 1800000000
#define S     TIME_S

static const char *const objects =
    "define host {\n host_name m\n use ht\n}\n"
    "define host {\n host_name h\n use ht\n active_checks_enabled 0\n max_check_attempts 4\n}\n"
    "define service {\n host_name m\n service_description m\n use st\n active_checks_enabled 1\n "
    "check_interval 600\n}\n"
    "define service {\n host_name h\n service_description d\n use st\n max_check_attempts 3\n}\n"
    "define service {\n host_name h\n service_description once\n use st\n max_check_attempts 1\n}\n"
    "define servicedependency {\n host_name m\n service_description m\n dependent_host_name h\n "
    "dependent_service_description d,once\n"
    " notification_failure_criteria c\n}\n"
    "define hostdependency {\n host_name m\n dependent_host_name h\n execution_failure_criteria d\n}\n";

static const char *const stale_objects = "define host {\n host_name h\n use ht\n active_checks_enabled 0\n "
                                         "check_freshness 1\n freshness_threshold 5\n}\n"
                                         "define service {\n host_name h\n service_description s\n use st\n "
                                         "check_freshness 1\n freshness_threshold 5\n}\n";

static struct lab_answer plugin(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "fine"};
}

static void open_lab(struct lab *lab, const char *more, const char *what)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "%spassive_host_checks_are_soft=1\n%s", lab_main, more);
    lab_open(lab, text.data, what, START, 1, plugin, 0);
    buf_release(&text);
    lab_run(lab, 30 * S);
}

static void result(struct lab *lab, const char *service, int code)
{
    struct buf b = BUF_INIT;

    if (service)
        buf_printf(&b, "PROCESS_SERVICE_CHECK_RESULT;h;%s;%d;x", service, code);
    else
        buf_printf(&b, "PROCESS_HOST_CHECK_RESULT;h;%d;x", code);
    assert_true(lab_command(lab, b.data));
    buf_release(&b);
    lab_run(lab, S);
}

static uint64_t checks_of(const struct lab *lab, const char *host, const char *service)
{
    return lab->started[lab_check(lab, host, service)];
}

static void test_masters(void **st UNUSED)
{
    struct lab lab = {0};
    uint64_t service, host;

    open_lab(&lab, "", objects);
    service = checks_of(&lab, "m", "m");
    result(&lab, "once", 2); /* its first try is its last */
    result(&lab, "d", 2);
    assert_int_equal(checks_of(&lab, "m", "m"), service);
    result(&lab, "d", 2);
    assert_int_equal(checks_of(&lab, "m", "m"), service + 1);
    result(&lab, "d", 2);
    assert_int_equal(checks_of(&lab, "m", "m"), service + 1);
    host = checks_of(&lab, "m", NULL);
    result(&lab, NULL, 1);
    result(&lab, NULL, 1);
    assert_int_equal(checks_of(&lab, "m", NULL), host);
    result(&lab, NULL, 1);
    assert_int_equal(checks_of(&lab, "m", NULL), host + 1);
    lab_close(&lab);
}

/* A result of a master that is young enough stands; and both kinds have a switch. */
static void test_masters_horizon(void **st UNUSED)
{
    struct lab lab = {0};
    uint64_t service;

    open_lab(&lab, "cached_service_check_horizon=20\n", objects);
    service = checks_of(&lab, "m", "m");
    for (int round = 0; round < 3; round++) {
        result(&lab, "d", 2);
        result(&lab, "d", 2);
        assert_int_equal(checks_of(&lab, "m", "m"), service + (round < 2 ? 1 : 2));
        result(&lab, "d", 0);
        lab_run(&lab, round == 1 ? 20 * S : S);
    }
    lab_close(&lab);
    open_lab(&lab,
             "enable_predictive_service_dependency_checks=0\nenable_predictive_host_dependency_checks=0\n",
             objects);
    service = checks_of(&lab, "m", "m");
    for (int i = 0; i < 3; i++) {
        result(&lab, "d", 2);
        result(&lab, NULL, 1);
    }
    assert_int_equal(checks_of(&lab, "m", "m"), service);
    assert_int_equal(checks_of(&lab, "m", NULL), 1); /* of d, when it began */
    lab_close(&lab);
}

/* Hosts are looked over every 50 seconds, services every 10. */
static void test_freshness_intervals(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(
        &lab,
        "check_host_freshness=1\nhost_freshness_check_interval=50\nservice_freshness_check_interval=10\n",
        stale_objects); /* 30 seconds have passed */
    assert_true(lab_state(&lab, "h", "s")->checked);
    assert_false(lab_state(&lab, "h", NULL)->checked);
    lab_run(&lab, 25 * S);
    assert_true(lab_state(&lab, "h", NULL)->checked);
    lab_close(&lab);
}

/* A plan counts if the stop was not too long. */
static void test_scheduling_horizon(void **st UNUSED)
{
    for (int late = 0; late < 2; late++) {
        struct lab lab = {0};
        int64_t planned;

        open_lab(&lab, "use_retained_scheduling_info=1\nretention_scheduling_horizon=60\n", objects);
        planned = lab_state(&lab, "m", "m")->next_check;
        lab_stop(&lab, true);
        lab.mono += late ? 100 * S : 50 * S;
        lab_start(&lab);
        assert_true(planned > lab_now(&lab).wall.us + 100 * S);
        if (late)
            assert_true(lab_state(&lab, "m", "m")->next_check < planned - 100 * S);
        else
            assert_int_equal(lab_state(&lab, "m", "m")->next_check, planned);
        lab_close(&lab);
    }
}

/* d depends by one of a circle, in which one has a problem: it is found, and the walk ends where there is none. */
static void test_circle(void **st UNUSED)
{
    struct buf text = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&text, "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n");
    for (int i = 0; i < 4; i++)
        buf_printf(
            &text,
            "define service {\n host_name h\n service_description s%d\n use st\n max_check_attempts 1\n}\n",
            i);
    for (int i = 0; i < 4; i++)
        buf_printf(&text,
                   "define servicedependency {\n host_name h\n service_description s%d\n "
                   "dependent_service_description s%d\n"
                   " dependent_host_name h\n notification_failure_criteria w\n inherits_parent 1\n}\n",
                   i == 3 ? 1 : i + 1, i);
    open_lab(&lab, "allow_circular_dependencies=1\n", text.data);
    result(&lab, "s0", 2);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/s0"), 1);
    result(&lab, "s0", 0);
    result(&lab, "s3", 1);
    result(&lab, "s0", 2);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/s0"), 1);
    lab_close(&lab);
    buf_release(&text);
}

/* a depends by b, which depends by c; of an evening only. Outside its period a dependency is none, and nothing is inherited by it. */
static void test_period(void **st UNUSED)
{
    static const char *const evening =
        "define timeperiod {\n timeperiod_name evening\n alias e\n friday 20:00-24:00\n}\n"
        "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n"
        "define service {\n name t\n register 0\n host_name h\n use st\n max_check_attempts 1\n}\n"
        "define service {\n service_description a\n use t\n}\n"
        "define service {\n service_description b\n use t\n}\n"
        "define service {\n service_description c\n use t\n}\n"
        "define servicedependency {\n host_name h\n service_description b\n dependent_host_name h\n "
        "dependent_service_description a\n notification_failure_criteria w\n inherits_parent 1\n "
        "dependency_period evening\n}\n"
        "define servicedependency {\n host_name h\n service_description c\n dependent_host_name h\n "
        "dependent_service_description b\n notification_failure_criteria c\n}\n";
    struct lab lab = {0};

    open_lab(&lab, "", evening); /* a Friday, 08:00 */
    result(&lab, "c", 2);
    result(&lab, "a", 2);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/a"), 1);
    result(&lab, "a", 0);
    lab_run(&lab, 13 * TIME_H);
    result(&lab, "a", 2);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/a"), 1);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_masters), cmocka_unit_test(test_masters_horizon),
                                       cmocka_unit_test(test_freshness_intervals),
                                       cmocka_unit_test(test_scheduling_horizon),
                                       cmocka_unit_test(test_circle), cmocka_unit_test(test_period)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
