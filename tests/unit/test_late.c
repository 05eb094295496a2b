/* SPDX-License-Identifier: Apache-2.0 */
/* What comes later than it would, by directives that only Centreon has: the recovery, the end of an acknowledgement, what waits for its period; the recovery that is told at any time; and the
 * line that says why nobody was told, which only Naemon has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/why.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000 /* Friday, 08:00:00 UTC */
#define S     TIME_S

static const char *const objects =
    "define timeperiod {\n timeperiod_name early\n alias n\n friday 00:00-08:01\n}\n"
    "define timeperiod {\n timeperiod_name later\n alias n\n friday 08:05-24:00\n}\n"
    "define host {\n host_name h\n use ht\n address 192.0.2.1\n}\n"
    "define service {\n host_name h\n service_description slow\n use st\n max_check_attempts 2\n"
    " recovery_notification_delay 60\n}\n"
    "define service {\n host_name h\n service_description plain\n use st\n max_check_attempts 1\n"
    " notification_period early\n}\n"
    "define service {\n host_name h\n service_description acked\n use st\n max_check_attempts 1\n"
    " acknowledgement_timeout 120\n}\n"
    "define service {\n host_name h\n service_description night\n use st\n max_check_attempts 1\n"
    " notification_period later\n}\n";

static struct lab_answer plugin(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "fine"};
}

static void result(struct lab *lab, const char *service, int code)
{
    struct buf b = BUF_INIT;

    buf_printf(&b, "PROCESS_SERVICE_CHECK_RESULT;h;%s;%d;x", service, code);
    assert_true(lab_command(lab, b.data));
    buf_release(&b);
}

static void open_lab(struct lab *lab, const char *more)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "%s%s", lab_main, more);
    lab_open(lab, text.data, objects, START, 1, plugin, 0);
    buf_release(&text);
    lab_run(lab, S);
}

static void told(const struct lab *lab, const char *what, unsigned n)
{
    if (lab_count(&lab->told, what) != n)
        fail_msg("expected %u times: %s\nin:\n%s", n, what, lab->told.data);
}

static void test_recovery(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    for (int i = 0; i < 2; i++)
        result(&lab, "slow", 2);
    told(&lab, "PROBLEM h/slow", 1);
    lab_run(&lab, 10 * S);
    result(&lab, "slow", 0);
    assert_int_equal(lab_state(&lab, "h", "slow")->why_notify.code, WHY_NOTIFY_RECOVERY_DELAY);
    lab_run(&lab, 30 * S);
    lab_restart(&lab, false);
    result(&lab, "slow", 0);
    told(&lab, "RECOVERY h/slow", 0);
    result(&lab, "slow", 2); /* a soft problem between takes nothing away */
    result(&lab, "slow", 0);
    lab_run(&lab, 30 * S);
    told(&lab, "RECOVERY h/slow", 0); /* nobody says that it is still well */
    result(&lab, "slow", 0);
    told(&lab, "RECOVERY h/slow", 1);
    result(&lab, "slow", 0);
    told(&lab, "RECOVERY h/slow", 1);
    assert_int_equal(lab_state(&lab, "h", "slow")->notification_number, 0);
    lab_close(&lab);
}

static void test_broken_again_before(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    for (int i = 0; i < 2; i++)
        result(&lab, "slow", 2);
    lab_run(&lab, 10 * S);
    result(&lab, "slow", 0);
    lab_run(&lab, 10 * S);
    for (int i = 0; i < 2; i++)
        result(&lab, "slow", 2);
    told(&lab, "RECOVERY h/slow", 0);
    told(&lab, "PROBLEM h/slow", 2);
    result(&lab, "slow", 0);
    lab_run(&lab, 60 * S);
    result(&lab, "slow", 0);
    told(&lab, "RECOVERY h/slow", 1);
    lab_close(&lab);
}

static void test_recovery_at_any_time(void **st UNUSED)
{
    for (unsigned any = 0; any < 2; any++) {
        struct lab lab = {0};

        open_lab(&lab, any ? "send_recovery_notifications_anyways=1\n" : "");
        result(&lab, "plain", 2);
        told(&lab, "PROBLEM h/plain", 1);
        lab_run(&lab, 120 * S); /* now it is 08:02 */
        result(&lab, "plain", 0);
        told(&lab, "RECOVERY h/plain", any);
        result(&lab, "plain", 2);
        told(&lab, "PROBLEM h/plain", 1);
        lab_close(&lab);
    }
}

static void test_acknowledgement(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    result(&lab, "acked", 2);
    assert_true(lab_command(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h;acked;2;0;0;ann;mine"));
    lab_run(&lab, 100 * S);
    lab_restart(&lab, true);
    assert_int_equal(lab_state(&lab, "h", "acked")->ack_type, STATE_ACK_STICKY);
    lab_run(&lab, 21 * S);
    assert_int_equal(lab_state(&lab, "h", "acked")->ack_type, STATE_ACK_NONE);
    result(&lab, "plain", 2);
    assert_true(lab_command(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h;plain;2;0;0;ann;mine"));
    lab_run(&lab, 500 * S);
    assert_int_equal(lab_state(&lab, "h", "plain")->ack_type, STATE_ACK_STICKY);
    lab_close(&lab);
}

/* 08:05 comes, and no result with it. */
static void test_postponed(void **st UNUSED)
{
    for (int restart = 0; restart < 3; restart++) {
        struct lab lab = {0};

        open_lab(&lab, restart < 2 ? "postpone_notification_to_timeperiod=1\n" : "");
        result(&lab, "night", 2);
        result(&lab, "plain", 2);
        told(&lab, "PROBLEM h/plain", 1);
        lab_run(&lab, 70 * S); /* 08:01 is over */
        result(&lab, "plain", 0);
        assert_true(lab_command(&lab, "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;h;plain;later"));
        if (restart == 1)
            lab_restart(&lab, true);
        lab_run(&lab, 225 * S);
        told(&lab, "PROBLEM h/night", 0);
        lab_run(&lab, 10 * S);
        told(&lab, "PROBLEM h/night", restart < 2);
        told(&lab, "RECOVERY h/plain", restart < 2);
        assert_int_equal(lab_state(&lab, "h", "plain")->notification_number, 0);
        lab_run(&lab, 100 * S);
        told(&lab, "PROBLEM h/night", restart < 2);
        lab_close(&lab);
    }
}

/* What is over before the period begins, and was told to nobody, is not told at all. */
static void test_postponed_and_over(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "postpone_notification_to_timeperiod=1\n");
    result(&lab, "night", 2);
    lab_run(&lab, 60 * S);
    result(&lab, "night", 0);
    lab_run(&lab, 400 * S);
    told(&lab, "h/night", 0);
    lab_close(&lab);
}

static void test_suppressed(void **st UNUSED)
{
    static const char *const soft =
        "SERVICE NOTIFICATION SUPPRESSED: h;slow;the problem is not confirmed yet: attempt 1 of 2\n";

    for (unsigned on = 0; on < 2; on++) {
        struct lab lab = {0};

        open_lab(&lab, on ? "enable_notification_suppression_reason_logging=1\n" : "");
        result(&lab, "slow", 2);
        assert_int_equal(lab_count(&lab.log, soft), on);
        result(&lab, "slow", 2);
        for (int i = 0; i < 3; i++)
            result(&lab, "night", 2);
        assert_int_equal(lab_count(&lab.log, "SUPPRESSED: h;night;outside its notification period later\n"),
                         on);
        assert_int_equal(lab_count(&lab.log, "SUPPRESSED: "), 2 * on);
        lab_close(&lab);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_broken_again_before),
        cmocka_unit_test(test_recovery_at_any_time),
        cmocka_unit_test(test_acknowledgement),
        cmocka_unit_test(test_postponed),
        cmocka_unit_test(test_postponed_and_over),
        cmocka_unit_test(test_suppressed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
