/* SPDX-License-Identifier: Apache-2.0 */
/* A wall clock that is set, by hours or by a leap second, makes nothing come early, late or not at all: not what is told again, nor what becomes stale; also over a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "lab.h"

#define START 1800000000
#define S     TIME_S

static const char *const failing =
    "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n "
    "check_interval 10\n retry_interval 10\n max_check_attempts 1\n notification_interval 600\n}\n"
    "define service {\n host_name h1\n service_description late\n use st\n active_checks_enabled 1\n "
    "check_interval 10\n retry_interval 10\n max_check_attempts 1\n first_notification_delay 900\n}\n"
    "define service {\n host_name h1\n service_description fresh\n use st\n active_checks_enabled 0\n "
    "check_freshness 1\n freshness_threshold 600\n}\n";

static const int64_t steps[] = {TIME_H, -TIME_H, 40 * TIME_DAY, -40 * TIME_DAY, TIME_S, -TIME_S};

/* The host is up, all else is critical. */
static struct lab_answer answer(struct lab *lab UNUSED, uint32_t check, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .code = check ? 2 : 0, .output = "x"};
}

static unsigned told(const struct lab *lab, const char *service)
{
    char text[64];

    snprintf(text, sizeof(text), "PROBLEM h1/%s CRITICAL", service);
    return lab_count(&lab->told, text);
}

static void run_for(struct lab *lab, int64_t step, unsigned life)
{
    lab_run(lab, 60 * S);
    assert_int_equal(told(lab, "s1"), 1);
    lab_clock_step(lab, step);
    if (life == 1)
        lab_restart(lab, true);
    else if (life == 2)
        lab_engine_dies(lab);
    lab_run(lab, 520 * S);
    assert_int_equal(told(lab, "s1"), 1); /* after 580 s */
    lab_run(lab, 50 * S);
    assert_int_equal(told(lab, "s1"), 2);
    assert_int_equal(told(lab, "late"), 0);
    lab_run(lab, 250 * S);
    assert_int_equal(told(lab, "late"), 0); /* after 880 s */
    lab_run(lab, 60 * S);
    assert_int_equal(told(lab, "late"), 1);
}

static void test_told_in_time(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        for (unsigned life = 0; life < 3; life++) {
            struct lab lab = {0};

            lab_open(&lab, lab_main, failing, START, 1, answer, 0);
            run_for(&lab, steps[i], life);
            lab_close(&lab);
        }
}

static void test_stale_in_time(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct lab lab = {0};

        lab_open(&lab, lab_main, failing, START, 1, answer, 0);
        lab_run(&lab, 3000 * S); /* it was stale before, so look only at what comes */
        buf_clear(&lab.log);
        assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;fresh;0;fine"));
        lab_run(&lab, 30 * S);
        lab_clock_step(&lab, steps[i]);
        lab_run(&lab, 560 * S);
        assert_int_equal(lab_count(&lab.log, "are stale by"), 0); /* after 590 s */
        lab_run(&lab, 120 * S);
        assert_int_equal(lab_count(&lab.log, "are stale by"), 1);
        lab_close(&lab);
    }
}

/* A check that was under way when the clock was set back did not happen in the future: the host is looked at again when a service asks. */
static void test_a_run_over_the_step(void **state UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, failing, START, 1, answer, 0);
    lab_run(&lab, 60 * S);
    assert_true(lab_command(&lab, "SCHEDULE_FORCED_SVC_CHECK;h1;s1;0"));
    lab_clock_step(&lab, -TIME_H);
    lab_run(&lab, 1 * S);
    assert_true(lab_state(&lab, "h1", "s1")->last_check <= lab_now(&lab).wall.us);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told_in_time),
        cmocka_unit_test(test_stale_in_time),
        cmocka_unit_test(test_a_run_over_the_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
