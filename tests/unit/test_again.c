/* SPDX-License-Identifier: Apache-2.0 */
/* A damaged journal has lost the intents of notifications, and the database of states knows what was told last: that is told once more, and not for ever, to nobody whom it concerns no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/record.h"
#include "core/world_in.h"
#include "lab.h"

#define START   1800000000
#define OBJECTS "define host {\n host_name h\n use ht\n}\n" SERVICE("s") SERVICE("t")
#define SERVICE(name)                                                                                        \
    "define service {\n host_name h\n service_description " name "\n use st\n max_check_attempts 1\n}\n"

enum { S_IDX = 1, T_IDX = 2 };

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void tick(struct lab *lab)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

/* The journal begins here; what happens from now on will be lost. */
static void open_site(struct lab *lab)
{
    *lab = (struct lab){0};
    lab_open(lab, lab_main, OBJECTS, START, 1, up, 0);
    lab_command(lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;fine");
    lab_command(lab, "PROCESS_SERVICE_CHECK_RESULT;h;t;0;fine");
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
}

/* All that came behind `from` is lost, but for what the database has of it: states, and the program. with_intents: the intents are not. */
static void lose(struct lab *lab, size_t from, bool with_intents)
{
    struct str rest = str_sub(buf_str(&lab->journal), from, lab->journal.len);
    struct record_state state;
    struct record_frame f;
    struct buf kept = BUF_INIT;

    for (struct str before = rest; record_next(&rest, &f) == 1; before = rest) {
        if (f.kind == RECORD_STATE && record_get(f.kind, f.payload, &state) == 0)
            record_put(&kept, RECORD_DOUBT, f.at, &(struct record_doubt){.oid = state.oid});
        if (f.kind == RECORD_STATE || f.kind == RECORD_PROGRAM ||
            (with_intents && (f.kind == RECORD_NOTIFY_INTENT || f.kind == RECORD_TELLING)))
            buf_add(&kept, before.p, before.n - rest.n);
    }
    record_put(&kept, RECORD_COMMAND_END, lab_now(lab).wall, &(struct record_command_end){.all = 2});
    buf_truncate(&lab->journal, from);
    buf_add_str(&lab->journal, buf_str(&kept));
    buf_release(&kept);
    buf_clear(&lab->told);
    buf_clear(&lab->log);
    lab_engine_dies(lab);
    tick(lab);
}

static void expect(const struct lab *lab, const char *told)
{
    buf_str(&lab->told);
    assert_string_equal(lab->told.len ? lab->told.data : "", told);
}

static void test_problem(void **st UNUSED)
{
    struct lab lab;
    int64_t last;
    size_t from;

    open_site(&lab);
    from = lab.journal.len;
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
    expect(&lab, "/bin/n alice PROBLEM h/s CRITICAL HARD n=1 broken\n");
    last = state_more(world_state(lab.w, S_IDX))->last_notification;
    lab.mono += TIME_MIN;
    lose(&lab, from, false);
    expect(&lab, "/bin/n alice PROBLEM h/s CRITICAL HARD n=1 broken\n");
    assert_int_equal(lab_count(&lab.log, "the last notifications of 1 hosts and services"), 1);
    assert_int_equal(world_state(lab.w, S_IDX)->notification_number, 1);
    assert_int_equal(state_more(world_state(lab.w, S_IDX))->last_notification, last);
    buf_clear(&lab.told);
    lab_run(&lab, TIME_MIN); /* it is answered */
    buf_clear(&lab.journal); /* and the journal was made whole */
    world_export(lab.w, lab_now(&lab), 0, &lab.journal);
    lab_engine_dies(&lab);
    tick(&lab);
    expect(&lab, "");
    lab_close(&lab);
}

static void test_recovery(void **st UNUSED)
{
    struct lab lab;
    size_t from;

    open_site(&lab);
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;t;1;slow");
    lab_run(&lab, TIME_S); /* both are answered */
    from = lab.journal.len;
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;fine");
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;t;1;slow still"); /* of which nobody was told */
    lose(&lab, from, false);
    expect(&lab, "/bin/n alice RECOVERY h/s OK HARD n=0 fine\n");
    lab_close(&lab);
}

static void test_not_again(void **st UNUSED)
{
    static const char *const since[] = {"ACKNOWLEDGE_SVC_PROBLEM;h;s;2;0;1;ann;I know",
                                        "DISABLE_SVC_NOTIFICATIONS;h;s", "DISABLE_NOTIFICATIONS"};
    struct lab lab;
    size_t from;

    for (size_t i = 0; i < ARRAY_LEN(since); i++) {
        open_site(&lab);
        from = lab.journal.len;
        lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
        lab_command(&lab, since[i]);
        lose(&lab, from, false);
        assert_int_equal(lab_count(&lab.told, "PROBLEM"), 0);
        lab_close(&lab);
    }
    open_site(&lab); /* the intent is there: it is sent again as ever, and once */
    from = lab.journal.len;
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
    lose(&lab, from, true);
    assert_int_equal(lab_count(&lab.log, "whether the last notifications"), 0);
    lab_close(&lab);
}

/* What is older than an hour was sent before the damage. */
static void test_old(void **st UNUSED)
{
    struct lab lab;
    size_t from;

    open_site(&lab);
    from = lab.journal.len;
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
    lab.mono += TIME_H + TIME_MIN;
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;t;2;broken, too");
    lose(&lab, from, false);
    expect(&lab, "/bin/n alice PROBLEM h/t CRITICAL HARD n=1 broken, too\n");
    lab_close(&lab);
}

/* What is told in parts is told by those. */
static void test_in_parts(void **st UNUSED)
{
    static const char objects[] = "define contact {\n contact_name bob\n host_notification_commands n-host\n "
                                  "service_notification_commands n-svc\n host_notification_period 24x7\n "
                                  "service_notification_period 24x7\n host_notification_options d,u,r\n "
                                  "service_notification_options w,u,c,r\n}\n"
                                  "define host {\n host_name h\n use ht\n}\n"
                                  "define service {\n host_name h\n service_description s\n use st\n "
                                  "max_check_attempts 1\n contacts alice,bob\n}\n";
    struct lab lab = {.tell_part = 1};
    size_t from;

    lab_open(&lab, lab_main, objects, START, 1, up, 0);
    lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;fine");
    buf_clear(&lab.journal);
    world_export(lab.w, lab_now(&lab), 0, &lab.journal);
    from = lab.journal.len;
    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;broken");
    assert_int_equal(lab.w->tellings.all.n, 1);
    lose(&lab, from, true);
    lab_run(&lab, TIME_S);
    assert_int_equal(lab_count(&lab.log, "whether the last notifications"), 0);
    expect(&lab, "/bin/n alice PROBLEM h/s CRITICAL HARD n=1 broken\n"
                 "/bin/n bob PROBLEM h/s CRITICAL HARD n=1 broken\n");
    lab_close(&lab);
}

/* ---- more than one step tells ---- */

enum { MANY = 400 };

/* With `other`, which comes first, all have other numbers; from `from` on. */
static void write_many(struct buf *b, bool other, int from)
{
    if (other)
        buf_add_c(b, "define host {\n host_name a\n use ht\n}\n");
    buf_add_c(b, "define host {\n host_name h\n use ht\n}\n");
    for (int i = from; i < MANY; i++)
        buf_printf(b,
                   "define service {\n host_name h\n service_description s%03d\n use st\n max_check_attempts "
                   "1\n}\n",
                   i);
}

static void all_get(struct lab *lab, int state, const char *text)
{
    char line[2000];

    for (int i = 0; i < MANY; i++) {
        snprintf(line, sizeof(line), "PROCESS_SERVICE_CHECK_RESULT;h;s%03d;%d;%s", i, state, text);
        lab_command(lab, line);
    }
}

/* Some of them are told once more, and not yet the others. */
static int lose_many(struct lab *lab)
{
    struct buf b = BUF_INIT;
    char text[1200];
    size_t from;
    int told;

    *lab = (struct lab){0};
    write_many(&b, false, 0);
    lab_open(lab, lab_main, b.data, START, 1, up, 0);
    buf_release(&b);
    all_get(lab, 0, "fine");
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
    from = lab->journal.len;
    snprintf(text, sizeof(text), "%01000d", 1);
    all_get(lab, 2, text);
    lose(lab, from, false);
    told = (int)lab_count(&lab->told, "PROBLEM");
    assert_true(told > 0 && told < MANY / 2);
    return told;
}

static void test_reload_between(void **st UNUSED)
{
    for (int gone = 0; gone <= MANY / 2; gone += MANY / 2) {
        struct buf b = BUF_INIT;
        struct lab lab;
        int told = lose_many(&lab);
        char text[100];

        write_many(&b, true, gone);
        lab_reload(&lab, lab_main, b.data);
        buf_release(&b);
        lab_run(&lab, TIME_S);
        for (int i = 0; i < MANY; i++) {
            snprintf(text, sizeof(text), "PROBLEM h/s%03d ", i);
            assert_int_equal(lab_count(&lab.told, text), i < told || i >= gone);
        }
        assert_int_equal(lab_count(&lab.told, " a "), 0);
        lab_close(&lab);
    }
}

/* What is not so any more when its turn comes is not told: what came since was. */
static void test_is_well_before_its_turn(void **st UNUSED)
{
    struct lab lab;
    int told = lose_many(&lab);

    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s399;0;fine");
    lab_run(&lab, TIME_S);
    assert_true(told < MANY - 1);
    assert_int_equal(lab_count(&lab.told, "RECOVERY h/s399 "), 1);
    assert_int_equal(lab_count(&lab.told, "PROBLEM h/s399 "), 0);
    assert_int_equal(lab_count(&lab.told, "PROBLEM"), MANY - 1);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_not_again),
        cmocka_unit_test(test_old),
        cmocka_unit_test(test_in_parts),
        cmocka_unit_test(test_reload_between),
        cmocka_unit_test(test_is_well_before_its_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
