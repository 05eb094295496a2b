/* SPDX-License-Identifier: Apache-2.0 */
/* retain_state_information=0: after a stop all begins anew; after a crash it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/world_in.h"
#include "lab.h"

#define START 1800000000

static const char site[] = "define host {\n host_name h\n use ht\n}\n"
                           "define service {\n host_name h\n service_description s\n use st\n}\n";

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void open_with(struct lab *lab, const char *more)
{
    static const char *const steps[] = {"PROCESS_SERVICE_CHECK_RESULT;h;s;0;fine",
                                        "PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad",
                                        "PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad",
                                        "PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad",
                                        "ACKNOWLEDGE_SVC_PROBLEM;h;s;2;0;1;me;mine",
                                        "ADD_SVC_COMMENT;h;s;1;me;a note",
                                        "SCHEDULE_SVC_DOWNTIME;h;s;1799999000;1900000000;1;0;0;me;now",
                                        "SCHEDULE_HOST_DOWNTIME;h;1899999000;1900000000;1;0;0;me;later",
                                        "DISABLE_HOST_NOTIFICATIONS;h",
                                        "DISABLE_CONTACT_SVC_NOTIFICATIONS;alice",
                                        "DISABLE_NOTIFICATIONS"};
    char text[2000];

    *lab = (struct lab){0};
    snprintf(text, sizeof(text), "%s%s", lab_main, more);
    lab_open(lab, text, site, START, 1, up, 0);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        assert_true(lab_command(lab, steps[i]));
        lab_run(lab, TIME_S);
    }
}

static void is_kept(struct lab *lab, bool kept)
{
    const struct state *s = lab_state(lab, "h", "s");
    uint32_t alice = model_find_contact(lab->w->m, STR("alice"));

    assert_int_equal(s->state, kept ? STATE_CRITICAL : STATE_OK);
    assert_int_equal(s->checked, kept);
    assert_int_equal(s->notification_number, kept);
    assert_int_equal(s->ack_type, kept ? STATE_ACK_STICKY : STATE_ACK_NONE);
    assert_int_equal(s->downtime_depth, kept);
    assert_int_equal(lab_comments(lab), kept ? 4 : 0);
    assert_int_equal(lab_downtimes(lab), kept ? 2 : 0);
    assert_int_equal(!(lab_state(lab, "h", NULL)->switches & MODEL_CHECK_NOTIFY), kept);
    assert_int_equal(lab->w->contact[alice].service_off, kept);
    assert_int_equal(!world_switch(lab->w, BOARD_SW_NOTIFICATIONS), kept);
}

static void test_stopped(void **st UNUSED)
{
    for (int i = 0; i < 4; i++) {
        bool checkpoint = i % 2, forgets = i / 2;
        struct lab lab;

        open_with(&lab, forgets ? "retain_state_information=0\n" : "");
        lab_restart(&lab, checkpoint);
        is_kept(&lab, !forgets);
        lab_run(&lab, TIME_S);
        assert_int_equal(lab_count(&lab.log, "DOWNTIME ALERT: h;s;CANCELLED"), 0);
        /* The record says it, too; and numbers are given once. */
        lab_engine_dies(&lab);
        is_kept(&lab, !forgets);
        assert_true(lab_command(&lab, "ADD_SVC_COMMENT;h;s;1;me;another"));
        assert_true(lab_command(&lab, "DEL_SVC_COMMENT;5"));
        lab_close(&lab);
    }
}

/* An engine that dies is none that was stopped: the next one goes on. */
static void test_died(void **st UNUSED)
{
    struct lab lab;

    open_with(&lab, "retain_state_information=0\n");
    lab_engine_dies(&lab);
    is_kept(&lab, true);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_died),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
