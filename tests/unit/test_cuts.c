/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is so much that it goes in pieces: the journal, done again, is cut at the same places and gives the same; and whatever happens between two pieces, nothing of the rest is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/note.h"
#include "core/record.h"
#include "core/world_in.h"
#include "again.h"
#include "lab.h"

#define START 1800000000

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

/* h with n services without those from..to, and other with one. */
static void write_site(struct buf *b, int n, int from, int to)
{
    buf_add_c(b, "define hostgroup {\n hostgroup_name hg\n members h\n}\n"
                 "define host {\n host_name h\n use ht\n}\n"
                 "define host {\n host_name other\n use ht\n}\n"
                 "define service {\n host_name other\n service_description s\n use st\n}\n");
    for (int i = 0; i < n; i++)
        if (i < from || i >= to)
            buf_printf(b, "define service {\n host_name h\n service_description s%04d\n use st\n}\n", i);
}

/* The journal begins with a checkpoint, so that it can be done again. */
static void open_with(struct lab *lab, const char *main, const char *objects, uint32_t part)
{
    *lab = (struct lab){.part = part};
    lab_open(lab, main, objects, START, 1, up, 0);
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
    lab->mono += TIME_MS;
}

static void open_site(struct lab *lab, int n, uint32_t part)
{
    struct buf b = BUF_INIT;

    write_site(&b, n, 0, 0);
    open_with(lab, lab_main, b.data, part);
    buf_release(&b);
}

static void tick(struct lab *lab)
{
    lab->mono += 100; /* no two steps are in one microsecond */
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

static void ticks(struct lab *lab, int n)
{
    for (int i = 0; i < n; i++)
        tick(lab);
}

static void until_over(struct lab *lab)
{
    for (int i = 0; i < 100000 && !excmd_queue_is_empty(lab->w); i++)
        tick(lab);
    assert_true(excmd_queue_is_empty(lab->w));
}

static void is_the_same_again(struct lab *lab)
{
    struct buf said = BUF_INIT;

    if (!again_is_same(lab, (struct wall){START * TIME_S}, str_of(lab->past.at[0].model->hash), &said))
        fail_msg("%s", said.data);
    buf_release(&said);
}

static unsigned in_effect(const struct lab *lab)
{
    unsigned n = 0;

    for (size_t i = 0; i < lab->w->downtimes.n; i++)
        n += !lab->w->downtimes.at[i].gone && lab->w->downtimes.at[i].in_effect;
    return n;
}

/* ---- done again ---- */

/* From now on, from later on, and cancelled. */
static void test_downtimes_again(void **state UNUSED)
{
    static const int many[] = {60, 150, 1000};

    for (size_t k = 0; k < 2 * ARRAY_LEN(many); k++) {
        bool later = k % 2;
        struct lab lab;
        char text[200];

        open_site(&lab, many[k / 2], 0);
        snprintf(text, sizeof(text), "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;%d;%d;1;0;0;me;work", START + later,
                 START + 9000);
        lab_send_command(&lab, text);
        until_over(&lab);
        lab.mono += TIME_S;
        ticks(&lab, 100);
        assert_int_equal(in_effect(&lab), many[k / 2]);
        is_the_same_again(&lab);
        lab_send_command(&lab, "DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg");
        until_over(&lab);
        assert_int_equal(in_effect(&lab), 0);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

/* One that begins is cancelled by the next: both waited, and are done in one step. */
static void test_waiting_again(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, 40, 7);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    lab_send_command(&lab, "SCHEDULE_SVC_DOWNTIME;other;s;1800000000;1800009000;1;0;0;me;x");
    lab_send_command(&lab, "DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000000;x");
    until_over(&lab);
    assert_int_equal(lab_downtimes(&lab), 0);
    assert_int_equal(lab_count(&lab.log, "other;s;STARTED"), 1);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* A command in parts begins while those of a trigger do: there is one piece of them with its first part. */
static void test_both_again(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, 3000, 0);
    lab_send_command(&lab, "SCHEDULE_HOST_DOWNTIME;h;1800000001;1800009000;1;0;0;me;work");
    lab_send_command(&lab, "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;1800000001;1800009000;1;1;0;me;work");
    until_over(&lab);
    lab.mono += TIME_S;
    ticks(&lab, 3);
    assert_int_equal(lab.w->begins.n, 1);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    ticks(&lab, 200);
    assert_int_equal(in_effect(&lab), 3001);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* Many problems that wait for one period: told once each when it begins, in pieces. In the order of the configuration, whatever the order was in which they came. */
static void test_postponed_again(void **state UNUSED)
{
    enum { WAIT = 1000 };
    struct buf b = BUF_INIT, main_text = BUF_INIT;
    struct mono due;
    struct lab lab;

    buf_printf(&main_text, "%spostpone_notification_to_timeperiod=1\n", lab_main);
    buf_add_c(&b, "define timeperiod {\n timeperiod_name later\n alias n\n friday 08:05-24:00\n}\n"
                  "define host {\n host_name h\n use ht\n}\n");
    for (int i = 0; i < WAIT; i++)
        buf_printf(&b,
                   "define service {\n host_name h\n service_description s%04d\n use st\n"
                   " max_check_attempts 1\n notification_period later\n}\n",
                   i);
    open_with(&lab, main_text.data, b.data, 0);
    for (int i = WAIT; i-- > 0;) {
        buf_clear(&b);
        buf_printf(&b, "PROCESS_SERVICE_CHECK_RESULT;h;s%04d;2;x", i);
        assert_true(lab_command(&lab, b.data));
    }
    lab.mono = (START + 300) * TIME_S - lab.wall_offset;
    tick(&lab);
    assert_in_range(lab_count(&lab.told, "PROBLEM h/"), 2, 256);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/s0000"), 1);
    assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
    ticks(&lab, 100);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/"), WAIT);
    assert_int_equal(lab.w->next_postponed, INT64_MAX);
    is_the_same_again(&lab);
    lab_close(&lab);
    buf_release(&main_text);
    buf_release(&b);
}

/* Acknowledgements that end together, given in another order than that of the configuration; the replay begins behind them. */
static void test_acknowledgements_again(void **state UNUSED)
{
    enum { ACKS = 600 };
    struct lab lab;
    char text[200];

    open_site(&lab, ACKS, 0);
    for (int i = ACKS; i-- > 0;) {
        snprintf(text, sizeof(text), "PROCESS_SERVICE_CHECK_RESULT;h;s%04d;2;broken", i);
        assert_true(lab_command(&lab, text));
        snprintf(text, sizeof(text), "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;h;s%04d;2;0;0;%d;me;seen", i,
                 START + 60);
        assert_true(lab_command(&lab, text));
    }
    buf_clear(&lab.journal);
    world_export(lab.w, lab_now(&lab), 0, &lab.journal);
    lab.mono += 59 * TIME_S;
    tick(&lab);
    assert_int_equal(lab.w->acks_expiring.count, ACKS);
    lab.mono += TIME_S;
    tick(&lab);
    assert_in_range(lab.w->acks_expiring.count, 1, ACKS - 2);
    ticks(&lab, 20);
    assert_int_equal(lab.w->acks_expiring.count, 0);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* ---- between two pieces ---- */

enum { TRIGGERED = 700 };

/* On the host, or on another, from 100 s to 400 s; those of h's services follow it, longer if nobody ends them. */
static void open_triggered(struct lab *lab, const char *host)
{
    char text[200];

    open_site(lab, TRIGGERED, 0);
    snprintf(text, sizeof(text), "SCHEDULE_HOST_DOWNTIME;%s;%d;%d;1;0;0;me;trigger", host, START + 100,
             START + 400);
    assert_true(lab_command(lab, text));
    snprintf(text, sizeof(text), "SCHEDULE_HOST_SVC_DOWNTIME;h;%d;%d;1;1;0;me;triggered", START + 100,
             START + 9000);
    lab_send_command(lab, text);
    until_over(lab);
    assert_int_equal(lab_downtimes(lab), TRIGGERED + 1);
}

/* The first step of that moment. */
static void first_step_at(struct lab *lab, int64_t s)
{
    lab->mono = (START + s) * TIME_S - lab->wall_offset;
    tick(lab);
    assert_int_equal(lab->w->begins.n, 1);
    lab->mono += 100;
}

static void cancel_next(struct lab *lab)
{
    char text[100];

    snprintf(text, sizeof(text), "DEL_SVC_DOWNTIME;%llu", (unsigned long long)lab->w->begins.at[0].next);
    assert_true(lab_command(lab, text));
}

static void test_cancelled_between(void **state UNUSED)
{
    struct lab lab;

    open_triggered(&lab, "h");
    first_step_at(&lab, 100);
    assert_in_range(in_effect(&lab), 2, TRIGGERED - 1);
    cancel_next(&lab);
    ticks(&lab, 100);
    assert_int_equal(in_effect(&lab), TRIGGERED);
    first_step_at(&lab, 400);
    assert_in_range(in_effect(&lab), 2, TRIGGERED - 2);
    cancel_next(&lab);
    ticks(&lab, 100);
    assert_int_equal(lab_downtimes(&lab), 0);
    is_the_same_again(&lab);
    lab_close(&lab);
}

static void test_reload_between(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct lab lab;

    open_triggered(&lab, "h");
    write_site(&b, TRIGGERED, 30, 400); /* the next one is among those that go */
    first_step_at(&lab, 100);
    lab_reload(&lab, lab_main, b.data);
    ticks(&lab, 100);
    assert_int_equal(in_effect(&lab), TRIGGERED - 370 + 1);
    first_step_at(&lab, 400);
    buf_clear(&b);
    write_site(&b, TRIGGERED, 30, 500);
    lab_reload(&lab, lab_main, b.data);
    ticks(&lab, 100);
    assert_int_equal(lab_downtimes(&lab), 0);
    is_the_same_again(&lab);
    lab_close(&lab);
    buf_release(&b);
}

/* Killed, stopped without and with a checkpoint. */
static void test_start_between(void **state UNUSED)
{
    for (int how = 0; how < 3; how++) {
        struct lab lab;

        open_triggered(&lab, "h");
        for (int64_t at = 100; at <= 400; at += 300) {
            first_step_at(&lab, at);
            if (how == 0)
                lab_engine_dies(&lab);
            else
                lab_restart(&lab, how == 2);
            ticks(&lab, 100);
            assert_int_equal(lab.w->begins.n, 0);
            assert_int_equal(in_effect(&lab), at == 100 ? TRIGGERED + 1 : 0);
        }
        assert_int_equal(lab_downtimes(&lab), 0);
        assert_int_equal(lab_count(&lab.log, ";STOPPED;"), TRIGGERED + 1);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

static void host_is_down(struct lab *lab)
{
    assert_true(lab_command(lab, "PROCESS_HOST_CHECK_RESULT;h;1;down"));
}

/* Planned when the clock was an hour ahead, begun when it is right: what is planned before its trigger begins begins with it, whatever the clock says of the two. */
static void test_clock_between(void **state UNUSED)
{
    for (int how = 0; how < 3; how++) {
        struct lab lab;
        char text[200];

        open_site(&lab, TRIGGERED, 0);
        snprintf(text, sizeof(text), "SCHEDULE_HOST_DOWNTIME;h;%d;%d;0;0;90000;me;trigger", START - 9000,
                 START + 90000);
        assert_true(lab_command(&lab, text));
        snprintf(text, sizeof(text), "SCHEDULE_HOST_SVC_DOWNTIME;h;%d;%d;1;1;0;me;triggered", START - 9000,
                 START + 90000);
        lab_send_command(&lab, text);
        until_over(&lab);
        lab_clock_step(&lab, -TIME_H);
        tick(&lab);
        host_is_down(&lab);
        assert_in_range(in_effect(&lab), 1, TRIGGERED - 1);
        if (how == 0)
            lab_engine_dies(&lab);
        else
            lab_restart(&lab, how == 2);
        ticks(&lab, 100);
        assert_int_equal(in_effect(&lab), TRIGGERED + 1);
        lab_close(&lab);
    }
}

/* Planned when its trigger had begun, before the clock was set back: it does not begin, nor does a start make it. */
static void test_clock_behind(void **state UNUSED)
{
    for (int how = 0; how < 3; how++) {
        struct lab lab;
        char text[200];

        open_site(&lab, 3, 0);
        snprintf(text, sizeof(text), "SCHEDULE_HOST_DOWNTIME;h;%d;%d;0;0;90000;me;trigger", START - 9000,
                 START + 90000);
        assert_true(lab_command(&lab, text));
        host_is_down(&lab);
        ticks(&lab, 10);
        assert_int_equal(in_effect(&lab), 1);
        lab_clock_step(&lab, -TIME_H);
        tick(&lab);
        snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h;s0001;%d;%d;1;1;0;me;late", START - 9000,
                 START + 90000);
        assert_true(lab_command(&lab, text));
        ticks(&lab, 10);
        assert_int_equal(in_effect(&lab), 1);
        if (how == 0)
            lab_engine_dies(&lab);
        else
            lab_restart(&lab, how == 2);
        ticks(&lab, 10);
        assert_int_equal(in_effect(&lab), 1);
        lab_close(&lab);
    }
}

/* A trigger whose host is no longer configured: those that have begun end, of the others nothing is said. */
static void test_trigger_is_gone(void **state UNUSED)
{
    for (int begun = 0; begun < 2; begun++) {
        struct buf b = BUF_INIT;
        struct lab lab;

        open_triggered(&lab, "other");
        if (begun) {
            first_step_at(&lab, 100);
            ticks(&lab, 100);
        }
        assert_int_equal(in_effect(&lab), begun ? TRIGGERED + 1 : 0);
        buf_add_c(&b, "define host {\n host_name h\n use ht\n}\n");
        for (int i = 0; i < TRIGGERED; i++)
            buf_printf(&b, "define service {\n host_name h\n service_description s%04d\n use st\n}\n", i);
        lab_reload(&lab, lab_main, b.data);
        ticks(&lab, 100);
        assert_int_equal(lab_downtimes(&lab), 0);
        assert_int_equal(lab_count(&lab.log, ";STOPPED;"), begun ? TRIGGERED : 0);
        is_the_same_again(&lab);
        lab_close(&lab);
        buf_release(&b);
    }
}

/* And what those would have triggered. */
static void test_chain_is_gone(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct lab lab;
    char text[200];

    open_site(&lab, 3, 0);
    for (int i = 0; i < 4; i++) {
        if (i)
            snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h;s%04d;%d;%d;1;%d;0;me;work", i - 1,
                     START + 100, START + 400, i);
        else
            snprintf(text, sizeof(text), "SCHEDULE_HOST_DOWNTIME;other;%d;%d;1;0;0;me;work", START + 100,
                     START + 400);
        assert_true(lab_command(&lab, text));
    }
    buf_add_c(&b, "define host {\n host_name h\n use ht\n}\n");
    for (int i = 0; i < 3; i++)
        buf_printf(&b, "define service {\n host_name h\n service_description s%04d\n use st\n}\n", i);
    lab_reload(&lab, lab_main, b.data);
    assert_int_equal(lab_downtimes(&lab), 0);
    is_the_same_again(&lab);
    lab_close(&lab);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_downtimes_again),
        cmocka_unit_test(test_waiting_again),
        cmocka_unit_test(test_both_again),
        cmocka_unit_test(test_postponed_again),
        cmocka_unit_test(test_acknowledgements_again),
        cmocka_unit_test(test_cancelled_between),
        cmocka_unit_test(test_reload_between),
        cmocka_unit_test(test_start_between),
        cmocka_unit_test(test_clock_between),
        cmocka_unit_test(test_clock_behind),
        cmocka_unit_test(test_trigger_is_gone),
        cmocka_unit_test(test_chain_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
