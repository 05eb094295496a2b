/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons: how they are kept as text, and what the world says of a check when it is asked, situation by situation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/explain.h"
#include "core/reason.h"
#include "core/record.h"
#include "lab.h"

#define START 1800000000

static const char *const objects =
    "define timeperiod {\n timeperiod_name never\n alias never\n}\n"
    "define contact {\n contact_name silent\n host_notification_period 24x7\n service_notification_period "
    "24x7\n"
    " host_notification_options d,u,r\n service_notification_options w,u,c,r\n vigie_mail s@example.org\n"
    " service_notifications_enabled 0\n host_notification_commands n-host\n service_notification_commands "
    "n-svc\n}\n"
    "define contact {\n contact_name night\n host_notification_period never\n service_notification_period "
    "never\n"
    " host_notification_options d,u,r\n service_notification_options w,u,c,r\n"
    " host_notification_commands n-host\n service_notification_commands n-svc\n}\n"
    "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n contacts alice,silent,night\n}\n"
    "define service {\n host_name h1\n service_description s2\n use st\n notification_period never\n}\n"
    "define service {\n host_name h1\n service_description s3\n use st\n first_notification_delay 3600\n}\n"
    "define service {\n host_name h1\n service_description s4\n use st\n notification_options w\n}\n"
    "define service {\n host_name h1\n service_description s5\n use st\n active_checks_enabled 1\n "
    "check_period never\n}\n"
    "define service {\n host_name h1\n service_description s6\n use st\n notification_options w,u,c,r\n}\n"
    "define servicedependency {\n host_name h1\n service_description s4\n dependent_host_name h1\n"
    " dependent_service_description s1\n notification_failure_criteria c\n}\n";

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .output = "UP"};
}

static void problem(struct lab *lab, const char *service)
{
    char text[128];

    snprintf(text, sizeof(text), "PROCESS_SERVICE_CHECK_RESULT;h1;%s;2;bad", service);
    for (int i = 0; i < 3; i++) {
        assert_true(lab_command(lab, text));
        lab_run(lab, TIME_S);
    }
}

/* The reasons of a topic, as "CODE object contact|...". */
static void say(const struct lab *lab, const char *service, enum reason_topic topic, struct buf *out)
{
    struct buf all = BUF_INIT;
    struct reason r;
    struct str rest;

    buf_clear(out);
    explain_check(lab->w, lab_check(lab, "h1", service), &all);
    rest = buf_str(&all);
    while (reason_next(&rest, &r) > 0)
        if (r.topic == topic)
            buf_printf(out, "%s " STR_FMT " " STR_FMT "|", why_name(r.code), STR_ARG(r.object),
                       STR_ARG(r.contact));
    assert_int_equal(rest.n, 0);
    buf_release(&all);
}

static void is(const struct lab *lab, const char *service, enum reason_topic topic, const char *wanted)
{
    struct buf got = BUF_INIT;

    say(lab, service, topic, &got);
    assert_string_equal(got.data, wanted);
    buf_release(&got);
}

static void test_text(void **st UNUSED)
{
    static const char *const damaged[] = {
        "1 2 3",        "1 2 3 4",           "1 2 3 4\tobject",  "9 2 3 4\to\tc",
        "1 2 3 x\to\t", "1 99999 0 0\to\tc", "-1 2 3 4\to\tc\n", "\n"};
    struct reason r = {REASON_CONTACT, WHY_CONTACT_PERIOD, {-3, INT64_MAX}, STR("a\tb\n"), STR("ann é")},
                  back;
    struct buf b = BUF_INIT;
    struct str rest;

    reason_put(&b, &r);
    reason_put(&b, &(struct reason){.topic = REASON_NOW});
    rest = buf_str(&b);
    assert_int_equal(reason_next(&rest, &back), 1);
    assert_true(back.topic == r.topic && back.code == r.code && back.arg[0] == -3 &&
                back.arg[1] == INT64_MAX);
    assert_true(str_eq(back.object, STR("a b ")) && str_eq(back.contact, r.contact));
    assert_int_equal(reason_next(&rest, &back), 1);
    assert_true(back.topic == REASON_NOW && !back.code && !back.object.n && !back.contact.n);
    assert_int_equal(reason_next(&rest, &back), 0);
    for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
        rest = str_of(damaged[i]);
        assert_int_equal(reason_next(&rest, &back), E_FORMAT);
    }
    buf_release(&b);
}

static void test_decisions(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    is(&lab, "s1", REASON_STATE, "STATE_PENDING  |");
    is(&lab, "s1", REASON_NOW, "");
    problem(&lab, "s1");
    is(&lab, "s1", REASON_STATE, "STATE_PASSIVE  |");
    is(&lab, "s1", REASON_DECIDED, "TOLD  |");
    is(&lab, "s1", REASON_NOW, "NOTIFY_ONCE  |");
    is(&lab, "s1", REASON_CONTACT_NOW,
       "CONTACT_WANTS  alice|CONTACT_PERIOD never night|CONTACT_OFF  silent|");
    problem(&lab, "s2");
    is(&lab, "s2", REASON_DECIDED, "NOTIFY_PERIOD never |");
    problem(&lab, "s3");
    is(&lab, "s3", REASON_DECIDED, "NOTIFY_DELAY  |");
    problem(&lab, "s4");
    is(&lab, "s4", REASON_DECIDED, "NOTIFY_OPTION  |");
    is(&lab, "s1", REASON_NOW, "NOTIFY_DEPENDENCY h1;s4 |");
    assert_true(lab_command(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h1;s4;1;0;0;ann;seen"));
    is(&lab, "s4", REASON_NOW, "NOTIFY_ACK  |");
    assert_true(lab_command(&lab, "DISABLE_SVC_NOTIFICATIONS;h1;s4"));
    is(&lab, "s4", REASON_NOW, "NOTIFY_OFF  |");
    assert_true(lab_command(&lab, "DISABLE_NOTIFICATIONS"));
    is(&lab, "s4", REASON_NOW, "NOTIFY_OFF_GLOBAL  |");
    lab_close(&lab);
}

static void stands(const struct lab *lab, const char *service, enum why_code wanted)
{
    assert_string_equal(why_name(explain_standing(lab->w, lab_check(lab, "h1", service)).code),
                        why_name(wanted));
}

/* Options without downtimes leave the message out that one begins: that says nothing of the problem, which they want. */
static void test_message_left_out(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    problem(&lab, "s6");
    stands(&lab, "s6", WHY_TOLD);
    problem(&lab, "s4");
    stands(&lab, "s4", WHY_NOTIFY_OPTION);
    assert_true(lab_command(&lab, "SCHEDULE_SVC_DOWNTIME;h1;s6;1799999000;1800003600;1;0;0;bob;kernel"));
    lab_run(&lab, TIME_S);
    is(&lab, "s6", REASON_DECIDED, "NOTIFY_MESSAGE  |");
    stands(&lab, "s6", WHY_NOTIFY_DOWNTIME);
    assert_true(lab_command(&lab, "DEL_SVC_DOWNTIME;1"));
    lab_run(&lab, TIME_S);
    stands(&lab, "s6", WHY_NOTIFY_MESSAGE);
    lab_close(&lab);
}

/* What a reason names is found again under another configuration, and after a start. */
static void test_kept(void **st UNUSED)
{
    struct buf other = BUF_INIT;
    struct lab lab = {0};

    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    problem(&lab, "s2");
    buf_add_c(&other, "define timeperiod {\n timeperiod_name a-first\n alias a\n}\n");
    buf_add_c(&other, objects);
    lab_reload(&lab, lab_main, other.data);
    is(&lab, "s2", REASON_DECIDED, "NOTIFY_PERIOD never |");
    lab_restart(&lab, true);
    is(&lab, "s2", REASON_DECIDED, "NOTIFY_PERIOD never |");
    buf_release(&other);
    lab_close(&lab);
}

static void test_turns(void **st UNUSED)
{
    struct buf other = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&other, "define timeperiod {\n timeperiod_name a-first\n alias a\n}\n");
    buf_add_c(&other, objects);
    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    lab_run(&lab, TIME_MIN);
    is(&lab, "s5", REASON_RAN, "RUN_PERIOD never |");
    lab_reload(&lab, lab_main, other.data); /* where the period stands elsewhere */
    is(&lab, "s5", REASON_RAN, "RUN_PERIOD never |");
    is(&lab, "s5", REASON_NEXT, "RUN_PLANNED  |RUN_PERIOD never |");
    is(&lab, "s1", REASON_NEXT, "RUN_PASSIVE  |");
    is(&lab, NULL, REASON_NEXT, "RUN_NO_INTERVAL  |");
    assert_true(lab_command(&lab, "SCHEDULE_FORCED_SVC_CHECK;h1;s5;1800000100"));
    is(&lab, "s5", REASON_NEXT, "RUN_FORCED  |");
    lab_run(&lab, 45 * TIME_S);
    is(&lab, "s5", REASON_RAN, "RAN_FORCED  |");
    lab_reload(&lab, lab_main, objects);
    is(&lab, "s5", REASON_RAN, "RAN_FORCED  |");
    assert_true(lab_command(&lab, "STOP_EXECUTING_SVC_CHECKS"));
    is(&lab, "s5", REASON_NEXT, "RUN_PLANNED  |RUN_OFF_GLOBAL  |");
    buf_release(&other);
    lab_close(&lab);
}

/* The journal has each decision once: when it is made, and again only when its reason is another one. */
static void test_recorded(void **st UNUSED)
{
    struct record_frame f;
    struct record_event e;
    struct lab lab = {0};
    unsigned decisions = 0, told = 0;
    struct str rest;

    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    for (int i = 0; i < 4; i++)
        problem(&lab, "s1");
    rest = buf_str(&lab.journal);
    while (record_next(&rest, &f) > 0) {
        if (f.kind != RECORD_EVENT || record_get(RECORD_EVENT, f.payload, &e) < 0 ||
            e.kind != RECORD_EVENT_DECISION)
            continue;
        decisions++;
        told += str_contains(e.text, STR("4 51 0 0\t\talice\n"));
    }
    assert_int_equal(decisions, 2); /* not confirmed yet; told */
    assert_int_equal(told, 1);
    lab_close(&lab);
}

/* A number means one reason for ever: no two have the same. */
static void test_numbers_are_given_once(void **st UNUSED)
{
    static const struct {
        const char *code;
        unsigned number;
    } all[] = {
#define WHY(CODE, number, en, fr) {#CODE, number},
#include "core/why.def"
#undef WHY
    };

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        for (size_t k = 0; k < i; k++)
            if (all[i].number == all[k].number)
                fail_msg("%s and %s are both %u", all[i].code, all[k].code, all[i].number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_message_left_out),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_recorded),
        cmocka_unit_test(test_numbers_are_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
