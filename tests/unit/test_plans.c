/* SPDX-License-Identifier: Apache-2.0 */
/* What commands do to the plans of checks, and what changes nothing: as in Nagios. Timelines p1 to p3 of tests/scenario/nagios have the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "core/record.h"
#include "core/sched.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000 /* Friday, 08:00:00 UTC */
#define S     TIME_S

static const char *const one = "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n"
                               "define service {\n host_name h\n service_description s\n use st\n "
                               "active_checks_enabled 1\n check_interval 600\n}\n";

static struct lab_answer slow(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n)
{
    return (struct lab_answer){.output = "slow", .lasts_us = n == 0 ? TIME_MS : 4 * S};
}

static uint64_t runs_of(const struct lab *lab, const char *service)
{
    return lab->started[lab_check(lab, "h", service)];
}

static void yes(struct lab *lab, const char *command)
{
    if (!lab_command(lab, command))
        fail_msg("refused: %s\n%s", command, lab->log.data);
}

/* Forced while it runs: once more when that is over, whether it brings a result or is lost; a wish that is not forced is met by the result that comes. */
static void test_forced_meanwhile(void **st UNUSED)
{
    for (int lost = 0; lost < 2; lost++) {
        struct lab lab = {0};

        lab_open(&lab, lab_main, one, START, 1, slow, 0);
        lab_run(&lab, 10 * S);
        assert_int_equal(runs_of(&lab, "s"), 1);
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
        lab_run(&lab, S);
        assert_int_equal(runs_of(&lab, "s"), 2);
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
        lab_run(&lab, S);
        assert_int_equal(runs_of(&lab, "s"), 2);
        if (lost)
            lab_lose(&lab, 0);
        lab_run(&lab, lost ? 20 * S : 3 * S);
        assert_int_equal(runs_of(&lab, "s"), 3);
        assert_int_equal(lab_state(&lab, "h", "s")->ran.code, lost ? WHY_RAN_AGAIN : WHY_RAN_FORCED);
        yes(&lab, "SCHEDULE_SVC_CHECK;h;s;0");
        lab_run(&lab, 60 * S);
        assert_int_equal(runs_of(&lab, "s"), 3);
        assert_int_equal(lab.two_at_once, 0);
        lab_close(&lab);
    }
}

/* A service with a problem asks for a check of its host: a forced one that is planned stays, as in Nagios, and is that check. */
static void test_on_demand_leaves_forced(void **st UNUSED)
{
    struct lab lab = {0};
    const struct state *s;

    lab_open(&lab, lab_main,
             "define host {\n host_name h\n use ht\n}\n"
             "define service {\n host_name h\n service_description s\n use st\n}\n",
             START, 1, slow, 0);
    lab_run(&lab, 10 * S);
    yes(&lab, "SCHEDULE_FORCED_HOST_CHECK;h;1800000100");
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad");
    lab_run(&lab, 80 * S);
    s = lab_state(&lab, "h", NULL);
    assert_false(s->checked);
    lab_run(&lab, 20 * S);
    assert_true(s->checked);
    assert_int_equal(s->ran.code, WHY_RAN_FORCED);
    lab_close(&lab);
}

/* A forced plan is one also after the engine was killed, however its record is read. */
static void test_forced_is_kept(void **st UNUSED)
{
    struct buf main_text = BUF_INIT;

    buf_printf(&main_text, "%suse_retained_scheduling_info=1\n", lab_main);
    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        struct lab lab = {0};

        lab_open(&lab, main_text.data, one, START, 1, slow, 0);
        lab_run(&lab, 10 * S);
        yes(&lab, "DISABLE_SVC_CHECK;h;s");
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;1800000100");
        lab_restart(&lab, checkpoint);
        lab_run(&lab, 80 * S);
        assert_int_equal(runs_of(&lab, "s"), 1); /* the first one of all */
        lab_run(&lab, 20 * S);
        assert_int_equal(runs_of(&lab, "s"), 2);
        lab_restart(&lab, checkpoint); /* it is done */
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), 2);
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;1800003800");
        lab_stop(&lab, checkpoint);
        lab.mono += 5 * TIME_MIN; /* nothing was there at its time */
        lab_start(&lab);
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), 3);
        lab_close(&lab);
    }
    buf_release(&main_text);
}

/* One that waits for the end of a run is one, too. */
static void test_forced_meanwhile_is_kept(void **st UNUSED)
{
    struct buf main_text = BUF_INIT;

    buf_printf(&main_text, "%suse_retained_scheduling_info=1\n", lab_main);
    for (int how = 0; how < 3; how++) {
        struct lab lab = {0};

        lab_open(&lab, main_text.data, one, START, 1, slow, 0);
        lab_run(&lab, 10 * S);
        yes(&lab, "DISABLE_SVC_CHECK;h;s");
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
        lab_run(&lab, S);
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
        lab_run(&lab, S);
        yes(&lab, "DISABLE_SVC_NOTIFICATIONS;h;s"); /* whatever is recorded meanwhile */
        assert_int_equal(runs_of(&lab, "s"), 2);
        if (how < 2)
            lab_restart(&lab, how);
        else
            lab_engine_dies(&lab);
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), 3);
        lab_restart(&lab, how); /* it is done */
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), 3);
        assert_int_equal(lab.two_at_once, 0);
        lab_close(&lab);
    }
    buf_release(&main_text);
}

/* What is forced holds all other checks of the object up: a clock that is set back does not put it off, while the engine runs or while it does not. */
static void test_forced_and_a_clock_set_back(void **st UNUSED)
{
    static const char *const objects = "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n"
                                       "define service {\n host_name h\n service_description s\n use st\n "
                                       "active_checks_enabled 1\n check_interval 300\n}\n";
    enum { RUNS, STARTS_BEFORE, STARTS_AFTER, CASES };
    struct buf main_text = BUF_INIT;

    buf_printf(&main_text, "%suse_retained_scheduling_info=1\n", lab_main);
    for (int how = 0; how < CASES; how++) {
        struct lab lab = {0};
        uint64_t before;

        lab_open(&lab, main_text.data, objects, START, 1, slow, 0);
        lab_run(&lab, TIME_H - TIME_MIN);
        yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;1800003600");
        before = runs_of(&lab, "s");
        if (how == STARTS_BEFORE)
            lab_stop(&lab, false);
        lab.wall_offset -= 30 * TIME_DAY;
        if (how == STARTS_BEFORE)
            lab_start(&lab);
        lab_run(&lab, S);
        if (how != RUNS)
            lab_restart(&lab, false);
        lab_run(&lab, 49 * S);
        assert_int_equal(runs_of(&lab, "s"), before);
        lab_run(&lab, 20 * S);
        assert_int_equal(runs_of(&lab, "s"), before + 1);
        assert_int_equal(lab_state(&lab, "h", "s")->ran.code, WHY_RAN_FORCED);
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), before + 13);
        lab_close(&lab);
    }
    buf_release(&main_text);
}

/* The engine dies while it runs: it was made, and is not planned any more. */
static void test_forced_is_made_once(void **st UNUSED)
{
    struct buf main_text = BUF_INIT;
    struct lab lab = {0};

    buf_printf(&main_text, "%suse_retained_scheduling_info=1\n", lab_main);
    lab_open(&lab, main_text.data, one, START, 1, slow, 0);
    lab_run(&lab, 10 * S);
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;1800000015");
    lab_run(&lab, 6 * S);
    assert_int_equal(runs_of(&lab, "s"), 2);
    lab_engine_dies(&lab);
    lab_run(&lab, 60 * S);
    assert_int_equal(runs_of(&lab, "s"), 2);
    assert_true(lab_state(&lab, "h", "s")->last_check >= (START + 15) * S);
    lab_close(&lab);
    buf_release(&main_text);
}

#define MANY 10u

static struct lab_answer quick(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.output = "quick", .lasts_us = TIME_S};
}

static void open_many(struct lab *lab)
{
    struct buf objects = BUF_INIT;

    buf_add_c(&objects, "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n");
    for (unsigned i = 0; i < MANY; i++)
        buf_printf(&objects,
                   "define service {\n host_name h\n service_description s%u\n use st\n "
                   "active_checks_enabled 1\n check_interval 60\n}\n",
                   i);
    lab_open(lab, lab_main, objects.data, START, 1, quick, 0);
    buf_release(&objects);
}

static const struct state *of_many(struct lab *lab, unsigned i)
{
    char name[16];

    snprintf(name, sizeof(name), "s%u", i);
    return lab_state(lab, "h", name);
}

/* Whatever the main file says of restarts: the death of the engine, or of all, moves no plan, and what crashes again and again checks everything in its time. */
static void test_death_moves_no_plan(void **st UNUSED)
{
    for (int how = 0; how < 4; how++) {
        struct lab lab = {0};
        int64_t plan[MANY];

        open_many(&lab);
        lab_run(&lab, how & 1 ? 200 * S : 2 * S);
        if (how & 2) /* after an orderly stop everything is planned anew */
            lab_restart(&lab, true);
        lab_run(&lab, 7 * S);
        for (unsigned i = 0; i < MANY; i++)
            plan[i] = of_many(&lab, i)->next_check;
        if (how & 1)
            lab_all_die(&lab);
        else
            lab_engine_dies(&lab);
        for (unsigned i = 0; i < MANY; i++)
            if (plan[i] > lab_now(&lab).wall.us)
                assert_int_equal(of_many(&lab, i)->next_check, plan[i]);
        lab_close(&lab);
    }
}

static void test_dies_often(void **st UNUSED)
{
    struct lab lab = {0};

    open_many(&lab);
    lab_restart(&lab, true);
    for (unsigned n = 0; n < 24; n++) {
        lab_run(&lab, 6 * S);
        lab.mono += S; /* and is away for a second */
        lab_all_die(&lab);
    }
    for (unsigned i = 0; i < MANY; i++) {
        assert_true(of_many(&lab, i)->checked);
        assert_true(of_many(&lab, i)->last_check > lab_now(&lab).wall.us - 80 * S);
    }
    lab_close(&lab);
}

/* What was long ago is not made up for all at once. */
static void test_long_death(void **st UNUSED)
{
    struct lab lab = {0};
    uint64_t before;

    open_many(&lab);
    lab_run(&lab, 200 * S);
    lab.mono += TIME_H;
    lab_all_die(&lab);
    before = lab.started_checks;
    lab_run(&lab, 10 * S);
    assert_true(lab.started_checks <= before + 3);
    lab_run(&lab, 50 * S);
    assert_int_equal(lab.started_checks, before + MANY);
    lab_close(&lab);
}

#define THOUSANDS 3000u
#define USUAL     (THOUSANDS / 300u) /* of them in a second */

static struct lab_answer at_once(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.output = "quick", .lasts_us = TIME_S / 10};
}

static void open_thousands(struct lab *lab)
{
    struct buf objects = BUF_INIT, main_text = BUF_INIT;

    buf_printf(&main_text, "%smax_service_check_spread=30\n", lab_main);
    buf_add_c(&objects, "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n");
    for (unsigned i = 0; i < THOUSANDS; i++)
        buf_printf(&objects,
                   "define service {\n host_name h\n service_description s%u\n use st\n "
                   "active_checks_enabled 1\n check_interval 300\n}\n",
                   i);
    lab_open(lab, main_text.data, objects.data, START, 1, at_once, 0);
    buf_release(&objects);
    buf_release(&main_text);
}

/* The most that begin in one of the next seconds. */
static uint64_t most_in_a_second(struct lab *lab, unsigned seconds)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < seconds; i++) {
        uint64_t before = lab->started_checks;

        lab_run(lab, S);
        most = MAX(most, lab->started_checks - before);
    }
    return most;
}

/* What was due while nothing ran is made up for, and never in one moment, however long that was. */
static void test_no_storm(void **st UNUSED)
{
    for (unsigned down = 5; down <= 365; down += 60) {
        struct lab lab = {0};
        uint64_t before, most;

        open_thousands(&lab);
        lab_run(&lab, 620 * S);
        lab.mono += down * S;
        lab_all_die(&lab);
        before = lab.started_checks;
        most = most_in_a_second(&lab, 302);
        if (most > 2 * USUAL + USUAL / 2)
            fail_msg("away for %u s: %u begin in one second, of %u that do at any time", down, (unsigned)most,
                     USUAL);
        assert_true(lab.started_checks - before >= THOUSANDS);
        lab_close(&lab);
    }
}

/* Nor are those that were forced for a time at which nothing ran, and they come first. */
static void test_no_storm_of_forced(void **st UNUSED)
{
    struct lab lab = {0};

    open_thousands(&lab);
    lab_run(&lab, 2 * S);
    for (unsigned i = 0; i < THOUSANDS; i += 10) {
        char line[80];

        snprintf(line, sizeof(line), "SCHEDULE_FORCED_SVC_CHECK;h;s%u;1800000060", i);
        yes(&lab, line);
    }
    lab_run(&lab, S);
    lab.mono += 30 * TIME_DAY;
    lab_all_die(&lab);
    assert_in_range(most_in_a_second(&lab, 33), USUAL, 2 * USUAL + USUAL / 2);
    for (unsigned i = 0; i < THOUSANDS; i += 10)
        assert_int_equal(of_many(&lab, i)->ran.code, WHY_RAN_FORCED);
    lab_close(&lab);
}

static struct lab_answer always_slow(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.output = "slow", .lasts_us = 4 * S};
}

/* A reload while it runs takes nothing from that: after a death it is not made once more, and how often it was begun is known. */
static void test_forced_and_a_reload(void **st UNUSED)
{
    struct lab lab = {0};
    uint64_t before;

    lab_open(&lab, lab_main, one, START, 1, always_slow, 0);
    lab_run(&lab, 10 * S);
    yes(&lab, "DISABLE_SVC_CHECK;h;s");
    before = lab.started_checks;
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
    lab_run(&lab, S);
    lab_reload(&lab, lab_main, one);
    yes(&lab, "DISABLE_SVC_NOTIFICATIONS;h;s"); /* its state is recorded */
    lab_engine_dies(&lab);
    lab_run(&lab, 80 * S);
    assert_int_equal(lab.started_checks - before, 1);
    before = lab.started_checks;
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
    for (unsigned n = 0; n < 8; n++) {
        lab_run(&lab, 2 * S);
        lab_reload(&lab, lab_main, one);
        yes(&lab, n & 1 ? "DISABLE_SVC_NOTIFICATIONS;h;s" : "ENABLE_SVC_NOTIFICATIONS;h;s");
        lab_all_die(&lab);
    }
    assert_int_equal(lab.started_checks - before, 3);
    assert_int_equal(lab_count(&lab.log, "forced check of service 's' on host 'h' was begun 3 times"), 1);
    lab_close(&lab);
}

/* A forced check is acknowledged: it is made whatever dies, planned or begun, with the main file as it comes; one that ends the engine each time is not made for ever. */
static void test_forced_over_a_death(void **st UNUSED)
{
    for (int how = 0; how < 4; how++) {
        struct lab lab = {0};
        bool begun = how & 2;

        lab_open(&lab, lab_main, one, START, 1, slow, 0);
        lab_run(&lab, 10 * S);
        yes(&lab, "DISABLE_SVC_CHECK;h;s");
        yes(&lab, begun ? "SCHEDULE_FORCED_SVC_CHECK;h;s;0" : "SCHEDULE_FORCED_SVC_CHECK;h;s;1800000100");
        lab_run(&lab, S);
        assert_int_equal(runs_of(&lab, "s"), begun ? 2 : 1);
        if (how & 1)
            lab_all_die(&lab);
        else
            lab_engine_dies(&lab);
        lab_run(&lab, 80 * S);
        assert_int_equal(runs_of(&lab, "s"), how == 3 ? 3 : begun ? 2 : 1);
        lab_run(&lab, 20 * S);
        assert_int_equal(runs_of(&lab, "s"), how == 3 ? 3 : 2);
        assert_true(lab_state(&lab, "h", "s")->last_check >= (START + 10) * S);
        lab_all_die(&lab); /* it is done */
        lab_run(&lab, TIME_H);
        assert_int_equal(runs_of(&lab, "s"), how == 3 ? 3 : 2);
        lab_close(&lab);
    }
}

static void test_forced_ends_its_engine(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, slow, 0);
    lab_run(&lab, 10 * S);
    yes(&lab, "DISABLE_SVC_CHECK;h;s");
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
    for (unsigned n = 0; n < 6; n++) {
        lab_run(&lab, 2 * S); /* it is begun, and has no result yet */
        assert_int_equal(runs_of(&lab, "s"), MIN(n + 2, 4u));
        lab_all_die(&lab);
    }
    assert_int_equal(lab_count(&lab.log, "forced check of service 's' on host 'h' was begun 3 times"), 1);
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0"); /* a new wish */
    lab_run(&lab, 2 * S);
    lab_all_die(&lab);
    lab_run(&lab, TIME_MIN);
    assert_int_equal(runs_of(&lab, "s"), 6);
    lab_close(&lab);
}

/* Engines ended while they began it: it is not begun, forced or not, and people see why. */
static void test_left_out(void **st UNUSED)
{
    struct world_doing doing = {.id = 0};
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, slow, 0);
    lab.w->opt.doing = &doing;
    sched_leave_out(lab.w, lab_state(&lab, "h", "s")->oid);
    lab_run(&lab, 2 * TIME_H);
    yes(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;0");
    lab_run(&lab, 2 * TIME_H);
    assert_int_equal(runs_of(&lab, "s"), 1); /* the first one of all */
    assert_int_equal(lab_state(&lab, "h", "s")->ran.code, WHY_RUN_LEFT_OUT);
    assert_int_equal(sched_forced(lab.w, lab_check(&lab, "h", "s")), 0);
    assert_int_equal(lab_count(&lab.log, "began the check of service 's' on host 'h'.  It is left out"), 1);
    assert_int_equal(doing.check, 0);
    lab_close(&lab);
}

/* One that is switched on is checked at once; those of a group are spread over their interval. */
static void test_switched_on(void **st UNUSED)
{
    struct buf objects = BUF_INIT;
    struct lab lab = {0};
    unsigned at_once = 0;

    buf_add_c(&objects, "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n");
    for (unsigned i = 0; i < 20; i++)
        buf_printf(
            &objects,
            "define service {\n host_name h\n service_description s%u\n use st\n check_interval 600\n}\n", i);
    lab_open(&lab, lab_main, objects.data, START, 1, slow, 0);
    lab_run(&lab, S);
    yes(&lab, "ENABLE_SVC_CHECK;h;s7");
    lab_run(&lab, S);
    assert_int_equal(runs_of(&lab, "s7"), 1);
    yes(&lab, "ENABLE_HOST_SVC_CHECKS;h");
    lab_run(&lab, S);
    for (unsigned i = 0; i < 20; i++) {
        char name[8];

        snprintf(name, sizeof(name), "s%u", i);
        at_once += runs_of(&lab, name) > 0;
        assert_true(lab_state(&lab, "h", name)->next_check <= lab_now(&lab).wall.us + 600 * S);
    }
    assert_true(at_once < 4);
    lab_run(&lab, 600 * S);
    assert_true(runs_of(&lab, "s0") && runs_of(&lab, "s19"));
    lab_close(&lab);
    buf_release(&objects);
}

/* A command that changes nothing takes nothing from the files: what they say later counts. */
static void test_no_change(void **st UNUSED)
{
    struct buf main_text = BUF_INIT, objects = BUF_INIT;
    struct lab lab = {0};

    lab_open(&lab, lab_main, one, START, 1, slow, 0);
    yes(&lab, "ENABLE_SVC_CHECK;h;s");
    yes(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s");
    yes(&lab, "DISABLE_SVC_FLAP_DETECTION;h;s");
    yes(&lab, "ENABLE_CONTACT_SVC_NOTIFICATIONS;alice");
    yes(&lab, "ENABLE_CONTACT_HOST_NOTIFICATIONS;alice");
    yes(&lab, "ENABLE_NOTIFICATIONS");
    yes(&lab, "DISABLE_FLAP_DETECTION");
    assert_int_equal(lab_state(&lab, "h", "s")->modified, 0);
    assert_int_equal(lab.w->contact[model_find_contact(lab.model, STR("alice"))].modified_service, 0);
    assert_int_equal(lab.w->contact[model_find_contact(lab.model, STR("alice"))].modified_host, 0);
    assert_int_equal(lab.w->modified_host | lab.w->modified_service, 0);
    buf_printf(&main_text, "%senable_notifications=0\n", lab_main);
    buf_printf(&objects, "%sdefine service {\n host_name h\n service_description t\n use st\n}\n", one);
    lab_reload(&lab, main_text.data, objects.data);
    lab_restart(&lab, true);
    assert_false(lab.w->switches & BOARD_SW_NOTIFICATIONS);
    yes(&lab, "DISABLE_SVC_NOTIFICATIONS;h;s");
    yes(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s"); /* there and back is a change */
    assert_int_equal(lab_state(&lab, "h", "s")->modified, STATE_MODIFIED_NOTIFY);
    lab_close(&lab);
    buf_release(&main_text);
    buf_release(&objects);
}

/* Names that begin with _ are for others, who read the log. */
static void test_own_commands(void **st UNUSED)
{
    struct buf main_text = BUF_INIT;
    struct lab lab = {0};

    buf_printf(&main_text, "%slog_external_commands=1\n", lab_main);
    lab_open(&lab, main_text.data, one, START, 1, slow, 0);
    yes(&lab, "_OUR_OWN;h;a;b");
    assert_int_equal(lab_count(&lab.log, "EXTERNAL COMMAND: _OUR_OWN;h;a;b\n"), 1);
    yes(&lab, "_BARE");
    assert_int_equal(lab_count(&lab.log, "EXTERNAL COMMAND: _BARE\n"), 1);
    assert_false(lab_command(&lab, "OUR_OWN;h"));
    lab_close(&lab);
    buf_release(&main_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forced_meanwhile),
        cmocka_unit_test(test_on_demand_leaves_forced),
        cmocka_unit_test(test_forced_is_kept),
        cmocka_unit_test(test_forced_meanwhile_is_kept),
        cmocka_unit_test(test_forced_and_a_clock_set_back),
        cmocka_unit_test(test_forced_is_made_once),
        cmocka_unit_test(test_death_moves_no_plan),
        cmocka_unit_test(test_dies_often),
        cmocka_unit_test(test_long_death),
        cmocka_unit_test(test_no_storm),
        cmocka_unit_test(test_no_storm_of_forced),
        cmocka_unit_test(test_forced_and_a_reload),
        cmocka_unit_test(test_forced_over_a_death),
        cmocka_unit_test(test_forced_ends_its_engine),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_switched_on),
        cmocka_unit_test(test_no_change),
        cmocka_unit_test(test_own_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
