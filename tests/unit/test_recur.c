/* SPDX-License-Identifier: Apache-2.0 */
/* Recurring downtimes: there whenever their period holds, in its zone, once; over a restart, a reload, a cancellation, a change of the clock and a clock that is set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"
#include "lab.h"

#define NEW_YEAR 1800000000 /* Friday, 2027-01-15, 08:00 UTC */
/* Saturday, 2027-03-27, 01:00 in Paris: the night behind it the clock goes from 02:00 to 03:00 */
#define SPRING   1806105600
#define H        TIME_H

static const char *const site =
    "define timeperiod {\n timeperiod_name patching\n alias the patch night\n friday 09:00-10:00\n}\n"
    "define timeperiod {\n timeperiod_name nightly\n alias n\n vigie_timezone CET-1CEST,M3.5.0,M10.5.0/3\n "
    "sunday "
    "01:00-04:00\n monday 01:00-04:00\n saturday 01:00-04:00\n}\n"
    "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
    "define service {\n host_name h1\n service_description weekly\n use st\n max_check_attempts 1\n "
    "vigie_downtime_period patching\n}\n"
    "define service {\n host_name h1\n service_description night\n use st\n vigie_downtime_period "
    "nightly\n}\n";

static struct lab_answer answer(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .code = 0, .output = "x"};
}

static unsigned depth(const struct lab *lab, const char *service)
{
    return lab_state(lab, "h1", service)->downtime_depth;
}

static void begin(struct lab *lab, int64_t at)
{
    *lab = (struct lab){0};
    lab_open(lab, lab_main, site, at, 1, answer, 0);
}

/* A week of it: once, an hour long, and nobody is told of what breaks meanwhile. */
static void test_weekly(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, NEW_YEAR);
    lab_run(&lab, H - TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 0);
    lab_run(&lab, 2 * TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 1);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;weekly;2;broken"));
    assert_int_equal(lab_count(&lab.told, "PROBLEM h1/weekly"), 0);
    lab_run(&lab, H);
    assert_int_equal(depth(&lab, "weekly"), 0);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 1);
    lab_run(&lab, 7 * TIME_DAY - 2 * H);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 1);
    lab_run(&lab, 2 * H);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 2);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STOPPED"), 2);
    lab_close(&lab);
}

/* It goes on over a restart, with and without the journal's tail, and over a reload; what was cancelled stays so until the next time. */
static void test_once(void **state UNUSED)
{
    for (unsigned how = 0; how < 4; how++) {
        struct lab lab;

        begin(&lab, NEW_YEAR);
        lab_run(&lab, H + 5 * TIME_MIN);
        assert_int_equal(depth(&lab, "weekly"), 1);
        if (how == 3)
            assert_true(lab_command(&lab, "DEL_SVC_DOWNTIME;1"));
        if (how == 2)
            lab_reload(&lab, lab_main, site);
        else
            lab_restart(&lab, how == 1);
        lab_run(&lab, 5 * TIME_MIN);
        assert_int_equal(depth(&lab, "weekly"), how == 3 ? 0 : 1);
        lab_run(&lab, H);
        assert_int_equal(depth(&lab, "weekly"), 0);
        assert_false(lab_command(&lab, "DEL_SVC_DOWNTIME;2")); /* there was no second one */
        lab_run(&lab, 7 * TIME_DAY - H);
        assert_int_equal(depth(&lab, "weekly"), 1);
        lab_close(&lab);
    }
}

/* A start in the middle begins it; a reload that takes the period away begins no more, and what has begun ends in its time. */
static void test_in_the_middle(void **state UNUSED)
{
    static const char *const without =
        "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
        "define service {\n host_name h1\n service_description weekly\n use st\n max_check_attempts 1\n}\n";
    struct lab lab;

    begin(&lab, NEW_YEAR + 90 * 60);
    lab_run(&lab, TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 1);
    lab_reload(&lab, lab_main, without);
    lab_run(&lab, 29 * TIME_MIN);
    assert_int_equal(depth(&lab, "weekly"), 1);
    lab_run(&lab, 2 * TIME_MIN);
    assert_int_equal(depth(&lab, "weekly"), 0);
    lab_run(&lab, 7 * TIME_DAY);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 1);
    lab_close(&lab);
}

static void reload_with(struct lab *lab, const char *hours)
{
    struct buf b = BUF_INIT;

    buf_printf(&b,
               "define timeperiod {\n timeperiod_name patching\n alias p\n friday %s\n}\n"
               "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
               "define service {\n host_name h1\n service_description weekly\n use st\n "
               "vigie_downtime_period patching\n}\n",
               hours);
    lab_reload(lab, lab_main, b.data);
    buf_release(&b);
}

/* A reload that changes the period while it is under way moves the end of its downtime; what was cancelled stays so. */
static void test_changed_under_way(void **state UNUSED)
{
    static const struct {
        const char *first, *then;
        int64_t until; /* s after 09:00 */
    } table[] = {{"09:00-10:00", "09:00-13:00", 4 * 3600},
                 {"09:00-13:00", "09:00-10:00", 3600},
                 {"09:00-13:00", "08:00-09:00", 300},
                 {"09:00-13:00", "18:00-19:00", 300},
                 {"09:00-10:00", "08:00-12:00", 3 * 3600}};

    for (size_t i = 0; i < ARRAY_LEN(table) * 2; i++) {
        bool cancelled = i >= ARRAY_LEN(table);
        size_t k = i % ARRAY_LEN(table);
        struct lab lab;

        begin(&lab, NEW_YEAR);
        reload_with(&lab, table[k].first);
        lab_run(&lab, H + 300 * TIME_S - TIME_MS);
        assert_int_equal(depth(&lab, "weekly"), 1);
        if (cancelled)
            assert_true(lab_command(&lab, "DEL_SVC_DOWNTIME;1"));
        reload_with(&lab, table[k].then);
        lab_restart(&lab, k % 2);
        if (table[k].until > 301) {
            lab_run(&lab, (table[k].until - 301) * TIME_S);
            assert_int_equal(depth(&lab, "weekly"), !cancelled);
        }
        lab_run(&lab, 2 * TIME_S);
        assert_int_equal(depth(&lab, "weekly"), 0);
        lab_run(&lab, H);
        assert_int_equal(depth(&lab, "weekly"), 0);
        assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 1);
        lab_close(&lab);
    }
}

/* A period without an end has one downtime behind the other. */
static void test_always(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, NEW_YEAR);
    lab_reload(&lab, lab_main,
               "define timeperiod {\n timeperiod_name ever\n alias e\n monday 00:00-24:00\n tuesday "
               "00:00-24:00\n wednesday 00:00-24:00\n thursday 00:00-24:00\n friday 00:00-24:00\n "
               "saturday 00:00-24:00\n sunday 00:00-24:00\n}\n"
               "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
               "define service {\n host_name h1\n service_description weekly\n use st\n "
               "vigie_downtime_period ever\n}\n");
    lab_run(&lab, H);
    lab_clock_step(&lab, 366 * TIME_DAY - 2 * H);
    lab_run(&lab, H / 2);
    assert_int_equal(depth(&lab, "weekly"), 1);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 1);
    lab_run(&lab, H);
    assert_int_equal(depth(&lab, "weekly"), 1);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STARTED"), 2);
    lab_close(&lab);
}

/* No room for it: that is said once, and it begins as soon as there is. */
static void test_no_room(void **state UNUSED)
{
    enum { SERVICES = 256 };
    struct buf objects = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&objects, site);
    buf_add_c(&objects, "define host {\n host_name h2\n use ht\n address 127.0.0.1\n}\n");
    for (int i = 0; i < SERVICES; i++)
        buf_printf(&objects, "define service {\n host_name h2\n service_description s%d\n use st\n}\n", i);
    lab_open(&lab, lab_main, objects.data, NEW_YEAR, 1, answer, 0);
    lab_run(&lab, H - 10 * TIME_S);
    for (unsigned i = 0; i < LIMIT_DOWNTIMES / SERVICES; i++)
        assert_true(lab_command(&lab, "SCHEDULE_HOST_SVC_DOWNTIME;h2;1900000000;1900000100;1;0;0;me;fill"));
    lab_run(&lab, 3 * TIME_MIN);
    assert_int_equal(depth(&lab, "weekly"), 0);
    assert_int_equal(lab_count(&lab.log, "recurring ones do not begin"), 1);
    assert_true(lab_command(&lab, "DEL_SVC_DOWNTIME;7"));
    lab_run(&lab, 61 * TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 1);
    lab_close(&lab);
    buf_release(&objects);
}

/* From 01:00 to 04:00 in Paris, whatever the main file's zone: three hours on Saturday, two in the night in which an hour is missing. */
static void test_change_of_the_clock(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, SPRING - 3600);
    lab_run(&lab, H - TIME_S);
    assert_int_equal(depth(&lab, "night"), 0);
    lab_run(&lab, 2 * TIME_S);
    assert_int_equal(depth(&lab, "night"), 1);
    lab_run(&lab, 3 * H - 3 * TIME_S);
    assert_int_equal(depth(&lab, "night"), 1);
    lab_run(&lab, 3 * TIME_S);
    assert_int_equal(depth(&lab, "night"), 0);
    lab_run(&lab, 21 * H); /* Sunday, 01:00 */
    assert_int_equal(depth(&lab, "night"), 1);
    lab_run(&lab, 2 * H - 5 * TIME_S);
    assert_int_equal(depth(&lab, "night"), 1);
    lab_run(&lab, 10 * TIME_S);
    assert_int_equal(depth(&lab, "night"), 0);
    lab_close(&lab);
}

/* A clock that goes back a week has the day once more; one that goes forward into the period begins it at once. */
static void test_clock_is_set(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, NEW_YEAR);
    lab_run(&lab, 3 * H);
    assert_int_equal(lab_count(&lab.log, "h1;weekly;STOPPED"), 1);
    lab_clock_step(&lab, -7 * TIME_DAY);
    lab_clock_step(&lab, -90 * TIME_MIN); /* Friday, 09:30 */
    lab_run(&lab, TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 1);
    lab_run(&lab, H);
    assert_int_equal(depth(&lab, "weekly"), 0);
    lab_clock_step(&lab, 7 * TIME_DAY - H); /* the next Friday, 09:30 */
    lab_run(&lab, TIME_S);
    assert_int_equal(depth(&lab, "weekly"), 1);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weekly),        cmocka_unit_test(test_once),
        cmocka_unit_test(test_in_the_middle), cmocka_unit_test(test_change_of_the_clock),
        cmocka_unit_test(test_clock_is_set),  cmocka_unit_test(test_changed_under_way),
        cmocka_unit_test(test_always),        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
