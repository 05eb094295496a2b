/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that are for many things, done in parts: what is behind one comes behind it, what does not concern it goes on, the answer comes when all of it is done; an engine that dies in the middle goes on
 * with the rest, nothing is done twice, whatever the configuration is by then; and the journal, done again, gives the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "core/note.h"
#include "core/record.h"
#include "core/source.h"
#include "core/world_in.h"
#include "again.h"
#include "lab.h"

#define START 1800000000

enum { MANY = 40, PART = 7 };

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

/* h has services s00 to s39 without those from `without` on, and new ones; other has one service, and is not in the group. */
static void write_site(struct buf *b, int without, int more)
{
    buf_add_c(b, "define hostgroup {\n hostgroup_name hg\n members h,child\n}\n"
                 "define host {\n host_name h\n use ht\n}\n"
                 "define host {\n host_name child\n use ht\n parents h\n}\n"
                 "define host {\n host_name other\n use ht\n}\n"
                 "define service {\n host_name other\n service_description s\n use st\n}\n");
    for (int i = 0; i < MANY + more; i++)
        if (i < without || i >= MANY)
            buf_printf(b, "define service {\n host_name h\n service_description s%02d\n use st\n}\n", i);
}

static void open_site(struct lab *lab)
{
    struct buf b = BUF_INIT;

    *lab = (struct lab){.part = PART};
    write_site(&b, MANY, 0);
    lab_open(lab, lab_main, b.data, START, 1, up, 0);
    buf_release(&b);
}

static void tick(struct lab *lab)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

static void until_over(struct lab *lab)
{
    for (int i = 0; i < 100000 && !excmd_queue_is_empty(lab->w); i++)
        tick(lab);
    assert_true(excmd_queue_is_empty(lab->w));
}

static unsigned muted(const struct lab *lab)
{
    unsigned n = 0;

    for (uint32_t i = lab->model->n_hosts; i < lab->model->n_check; i++)
        n += !(world_state(lab->w, i)->switches & MODEL_CHECK_NOTIFY);
    return n;
}

static uint64_t downtimes(struct lab *lab, int start)
{
    char text[200];

    snprintf(text, sizeof(text), "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;%d;%d;1;0;0;me;work", START + start,
             START + start + 1000);
    return lab_send_command(lab, text);
}

/* Each service of the group has so many, and no other has one. */
static void each_has(const struct lab *lab, size_t wanted)
{
    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        struct str host = model_host_name(lab->model, i), service = model_description(lab->model, i);
        size_t n = 0;

        for (size_t k = 0; k < lab->w->downtimes.n; k++)
            n += !lab->w->downtimes.at[k].gone && lab->w->downtimes.at[k].check == i;
        assert_int_equal(n, service.n && str_eq_c(host, "h") ? wanted : 0);
    }
}

static void is_the_same_again(struct lab *lab)
{
    struct buf said = BUF_INIT;

    if (!again_is_same(lab, (struct wall){START * TIME_S}, str_of(lab->past.at[0].model->hash), &said))
        fail_msg("%s", said.data);
    buf_release(&said);
}

/* The journal begins with a checkpoint, so that it can be done again. */
static void begin_journal(struct lab *lab)
{
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
}

static void test_in_parts(void **state UNUSED)
{
    struct mono due;
    struct lab lab;
    uint64_t id;

    open_site(&lab);
    begin_journal(&lab);
    id = lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    for (unsigned done = PART; done < MANY; done += PART) {
        assert_int_equal(muted(&lab), done);
        assert_int_not_equal(lab.last_done, id);
        assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
        tick(&lab);
    }
    assert_int_equal(muted(&lab), MANY);
    assert_int_equal(lab.last_done, id);
    assert_false(lab.last_refused);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* Those behind it wait, in their order; what is refused there is answered there. */
static void test_order(void **state UNUSED)
{
    struct lab lab;
    uint64_t id;

    open_site(&lab);
    begin_journal(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s39");
    lab_send_command(&lab, "ENABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    lab_send_command(&lab, "DISABLE_SVC_NOTIFICATIONS;h;s00");
    id = lab_send_command(&lab, "DEL_SVC_DOWNTIME;77");
    assert_true(lab_state(&lab, "h", "s39")->switches & MODEL_CHECK_NOTIFY);
    assert_false(lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;nothing") != lab.last_done);
    assert_true(lab.last_refused); /* what cannot be read need not wait */
    until_over(&lab);
    assert_int_equal(muted(&lab), 1);
    assert_false(lab_state(&lab, "h", "s00")->switches & MODEL_CHECK_NOTIFY);
    assert_int_equal(lab.last_done, id);
    assert_true(lab.last_refused);
    is_the_same_again(&lab);
    lab_close(&lab);
}

static void is_waiting(struct lab *lab, const char *command, bool waits)
{
    uint64_t id = lab_send_command(lab, command);

    if ((lab->last_done != id) != waits)
        fail_msg("%s: %s", command, waits ? "it does not wait" : "it waits");
}

static void test_results_go_on(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab);
    begin_journal(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_PASSIVE_SVC_CHECKS;hg");
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;other;s;2;goes on", false);
    assert_int_equal(lab_state(&lab, "other", "s")->state, STATE_CRITICAL);
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s00;2;refused at once", false);
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s39;2;refused later", true);
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;other;s;1;goes on", false);
    is_waiting(&lab, "ENABLE_PASSIVE_SVC_CHECKS;other;s", true);
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;other;s;0;behind that", true);
    is_waiting(&lab, "ENABLE_HOSTGROUP_PASSIVE_SVC_CHECKS;hg", true);
    is_waiting(&lab, "PROCESS_HOST_CHECK_RESULT;h;1;may be concerned", true);
    until_over(&lab);
    assert_int_equal(lab_state(&lab, "h", "s00")->state, STATE_OK);
    assert_int_equal(lab_state(&lab, "h", "s39")->state, STATE_OK);
    assert_int_equal(lab_state(&lab, "other", "s")->state, STATE_OK);
    assert_int_equal(lab_state(&lab, "h", NULL)->state, STATE_DOWN);
    is_waiting(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s39;2;taken again", false);
    assert_int_equal(lab_state(&lab, "h", "s39")->state, STATE_CRITICAL);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* Wherever it dies: from the journal, and from a checkpoint of that moment. */
static void test_dies_in_the_middle(void **state UNUSED)
{
    for (int ticks = 0; ticks < MANY / PART + 3; ticks++)
        for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
            struct lab lab;

            open_site(&lab);
            begin_journal(&lab);
            downtimes(&lab, 60);
            lab_send_command(&lab, "SCHEDULE_SVC_DOWNTIME;h;s20;1800000070;1800000080;1;0;0;me;behind");
            lab_send_command(&lab, "DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000070");
            for (int i = 0; i < ticks; i++)
                tick(&lab);
            if (checkpoint == 2)
                lab_engine_dies(&lab);
            else
                lab_restart(&lab, checkpoint);
            until_over(&lab);
            each_has(&lab, 1);
            is_the_same_again(&lab);
            lab_restart(&lab, false);
            each_has(&lab, 1);
            lab_close(&lab);
        }
}

/* What was added since is done, what is gone is left out, and nothing comes twice: by a reload, and by a start with other files. */
static void test_another_configuration(void **state UNUSED)
{
    for (int start = 0; start < 2; start++) {
        struct buf b = BUF_INIT;
        struct lab lab;

        open_site(&lab);
        begin_journal(&lab);
        downtimes(&lab, 60);
        tick(&lab);
        tick(&lab);
        write_site(&b, MANY - 5, 4);
        lab_reload(&lab, lab_main, b.data);
        if (start)
            lab_engine_dies(&lab);
        until_over(&lab);
        if (start)
            each_has(&lab, 1);
        else
            assert_int_equal(lab_downtimes(&lab), MANY - 5);
        assert_int_equal(world_state(lab.w, lab_check(&lab, "other", "s"))->downtime_depth, 0);
        is_the_same_again(&lab);
        lab_close(&lab);
        buf_release(&b);
    }
}

static unsigned command_events(const struct lab *lab)
{
    struct str rest = buf_str(&lab->journal);
    struct record_event e;
    struct record_frame f;
    unsigned n = 0;

    while (record_next(&rest, &f) == 1)
        n += f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
             e.kind == RECORD_EVENT_COMMAND;
    return n;
}

/* The group itself is gone: that is the end of it. What was done stands in the history. */
static void test_group_is_gone(void **state UNUSED)
{
    static const char *const said[] = {"done for 7 of 40, not for the others: there is no host group 'hg'",
                                       "done for 7, not for the others: there is no host group 'hg'"};

    for (int dies = 0; dies < 2; dies++) {
        struct lab lab;
        uint64_t id;

        open_site(&lab);
        begin_journal(&lab);
        id = lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
        world_hold_commands(lab.w, dies); /* until it dies */
        lab_reload(&lab, lab_main, "define host {\n host_name other\n use ht\n}\n");
        if (dies)
            lab_engine_dies(&lab);
        until_over(&lab);
        assert_int_equal(command_events(&lab), 1);
        assert_true(dies || (lab.last_done == id && lab.last_refused));
        assert_int_equal(lab_count(&lab.log, said[dies]), 1);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

/* Those that are planned after it was given stay, although they agree. */
static void test_cancelling_is_interrupted(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab);
    downtimes(&lab, 60);
    until_over(&lab);
    lab_send_command(&lab, "DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg");
    downtimes(&lab, 70);
    /* As a time period does it. */
    assert_true(note_downtime_add(lab.w, &(struct note_downtime){.check = lab_check(&lab, "h", "s39"),
                                                                 .start = (START + 80) * TIME_S,
                                                                 .end = (START + 90) * TIME_S,
                                                                 .fixed = true}));
    tick(&lab);
    lab_engine_dies(&lab);
    until_over(&lab);
    assert_int_equal(lab_downtimes(&lab), MANY + 1);
    for (size_t i = 0; i < lab.w->downtimes.n; i++)
        assert_true(lab.w->downtimes.at[i].gone || lab.w->downtimes.at[i].start >= (START + 70) * TIME_S);
    lab_close(&lab);
}

/* The host's own comes first, and the others begin with it, also when the engine died behind it. */
static void test_triggered(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab);
    lab.part = 1;
    lab_restart(&lab, true);
    begin_journal(&lab);
    lab_send_command(&lab,
                     "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;h;1800000100;1800000200;1;0;0;me;work");
    assert_int_equal(lab_downtimes(&lab), 1);
    lab_engine_dies(&lab);
    until_over(&lab);
    assert_int_equal(lab_downtimes(&lab), 2);
    assert_int_equal(lab.w->downtimes.at[1].triggered_by, lab.w->downtimes.at[0].id);
    lab_run(&lab, 110 * TIME_S);
    assert_int_equal(lab_state(&lab, "h", NULL)->downtime_depth, 1);
    assert_int_equal(lab_state(&lab, "child", NULL)->downtime_depth, 1);
    assert_true(lab_command(&lab, "DEL_HOST_DOWNTIME;1"));
    assert_int_equal(lab_downtimes(&lab), 0);
    assert_int_equal(lab_state(&lab, "child", NULL)->downtime_depth, 0);
    /* One that has begun before the others are planned. */
    lab_send_command(&lab,
                     "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;h;1800000100;1800000200;1;0;0;me;work");
    assert_int_equal(lab_state(&lab, "h", NULL)->downtime_depth, 1);
    until_over(&lab);
    assert_int_equal(lab_state(&lab, "child", NULL)->downtime_depth, 1);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* A step of the clock, or a pause, goes over the begin of a trigger and the end of what it triggers: as in Nagios the former comes first. */
static void test_triggered_late(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab);
    lab_run(&lab, TIME_S);
    assert_true(lab_command(&lab, "SCHEDULE_SVC_DOWNTIME;h;s00;1800000100;1800000300;1;0;0;me;work"));
    assert_true(lab_command(&lab, "SCHEDULE_SVC_DOWNTIME;h;s01;1800000100;1800000150;0;1;600;me;work"));
    lab.mono += 200 * TIME_S;
    tick(&lab);
    assert_int_equal(lab_state(&lab, "h", "s00")->downtime_depth, 1);
    assert_int_equal(lab_state(&lab, "h", "s01")->downtime_depth, 1);
    lab_run(&lab, 700 * TIME_S);
    assert_int_equal(lab_downtimes(&lab), 0);
    lab_close(&lab);
}

/* However much stands behind one command, it is bounded. */
static void test_too_much_waits(void **state UNUSED)
{
    static char text[16000];
    struct lab lab;
    uint64_t id;

    open_site(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    snprintf(text, sizeof(text), "ADD_SVC_COMMENT;h;s00;1;me;%15000d", 1);
    for (int i = 0; i < 10000 && lab.last_done != lab.commands; i++) {
        lab_send_command(&lab, text);
        buf_clear(&lab.journal); /* all that would be much */
    }
    id = lab.commands;
    assert_int_equal(lab.last_done, id);
    assert_true(lab.last_refused);
    assert_int_equal(lab_count(&lab.log, "too many commands wait"), 1);
    while (!excmd_queue_is_empty(lab.w)) {
        tick(&lab);
        buf_clear(&lab.journal);
    }
    assert_int_equal(lab_comments(&lab), id - 2);
    lab_close(&lab);
}

/* While the store is behind nothing goes on, and then all of it does. */
static void test_held(void **state UNUSED)
{
    struct mono due;
    struct lab lab;

    open_site(&lab);
    begin_journal(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s39");
    world_hold_commands(lab.w, true);
    for (int i = 0; i < MANY; i++)
        tick(&lab);
    assert_int_equal(muted(&lab), PART);
    assert_false(world_next_due(lab.w, &due) && due.us <= lab.mono);
    world_hold_commands(lab.w, false);
    assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
    until_over(&lab);
    assert_int_equal(muted(&lab), MANY - 1);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* Few things with long texts: what one step writes goes into one message to the store, so that a kill between two does nothing twice. */
static void test_few_and_long(void **state UNUSED)
{
    enum { FEW = 16, MESSAGE = 160 * 1024 };
    static char text[16000];
    size_t before;

    for (int ticks = 0; ticks < 12; ticks++) {
        struct buf b = BUF_INIT;
        struct lab lab = {0};

        write_site(&b, FEW, 0);
        lab_open(&lab, lab_main, b.data, START, 1, up, 0);
        begin_journal(&lab);
        for (int i = 0; i < 2; i++) {
            snprintf(text, sizeof(text),
                     "SCHEDULE_HOST_SVC_DOWNTIME;h;1800000060;1800000900;1;0;0;me;%15000d", i);
            before = lab.journal.len;
            lab_send_command(&lab, text);
            assert_true(lab.journal.len - before < MESSAGE);
        }
        for (int i = 0; i < ticks; i++) {
            before = lab.journal.len;
            tick(&lab);
            assert_true(lab.journal.len - before < MESSAGE);
        }
        lab_engine_dies(&lab);
        until_over(&lab);
        assert_int_equal(lab_downtimes(&lab), 2 * FEW);
        is_the_same_again(&lab);
        lab_close(&lab);
        buf_release(&b);
    }
}

/* One step, whose records are kept or lost with the engine; the number of the line by which a file of commands was to be read in it, 0: none was. */
static uint64_t file_in(struct lab *lab, const struct world_event *ev)
{
    uint64_t first, n, number = 0;
    const struct world_effect *x;
    size_t n_x;

    world_step(lab->w, ev, lab_now(lab));
    x = world_effects(lab->w, &n_x);
    for (size_t i = 0; i < n_x; i++)
        number = x[i].kind == WORLD_FILE ? x[i].id : number;
    if (!number)
        buf_add_str(&lab->journal, world_records(lab->w, &first, &n));
    world_clear(lab->w);
    return number;
}

/* A file of commands is named by the same number again: the parent has opened it already. */
static void test_file_is_named_again(void **state UNUSED)
{
    struct world_event ev = {.kind = WORLD_COMMAND}, time = {.kind = WORLD_TICK};
    const uint64_t number = ((uint64_t)5 << 32) + 7;
    struct lab lab;

    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        uint64_t named = 0;

        open_site(&lab);
        begin_journal(&lab);
        lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
        ev.command.text = STR("[1800000000] PROCESS_FILE;/tmp/x;1");
        ev.command.id = number;
        ev.command.source = WORLD_SOURCE_PIPE;
        assert_int_equal(file_in(&lab, &ev), 0); /* it waits */
        if (checkpoint)
            begin_journal(&lab);
        for (int i = 0; i < 2 * MANY && !named; i++)
            named = file_in(&lab, &time);
        assert_int_equal(named, number);
        lab_engine_dies(&lab);
        named = 0;
        for (int i = 0; i < 2 * MANY && !named; i++)
            named = file_in(&lab, &time);
        assert_int_equal(named, number);
        lab_close(&lab);
    }
}

/* What was to end or restart the program of before does not do so to this one; what waited with it stays. */
static void test_end_of_before(void **state UNUSED)
{
    static const char *const ends[] = {"SHUTDOWN_PROGRAM", "RESTART_PROGRAM"};

    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct lab lab;

        open_site(&lab);
        begin_journal(&lab);
        lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
        lab_send_command(&lab, ends[i]);
        lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s00");
        lab_restart(&lab, true);
        assert_int_equal(lab_count(&lab.log, "External command dropped: it was for the Vigie that has ended"),
                         1);
        lab_engine_dies(&lab); /* said once */
        until_over(&lab);
        assert_int_equal(lab_count(&lab.log, "External command dropped"), 1);
        assert_int_equal(lab_count(&lab.log, "event encountered"), 0);
        assert_int_equal(muted(&lab), MANY - 1);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

/* However short they are. */
static void test_too_many_wait(void **state UNUSED)
{
    struct lab lab;
    uint64_t id;

    open_site(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    for (unsigned i = 1; i < LIMIT_COMMANDS_WAITING_N; i++) {
        lab_send_command(&lab, "ENABLE_NOTIFICATIONS");
        buf_clear(&lab.journal);
    }
    assert_int_equal(lab.last_done, 0);
    assert_int_equal(world_program(lab.w)->commands_waiting, LIMIT_COMMANDS_WAITING_N);
    id = lab_send_command(&lab, "ENABLE_NOTIFICATIONS");
    assert_int_equal(lab.last_done, id);
    assert_true(lab.last_refused);
    assert_int_equal(lab_count(&lab.log, "too many commands wait"), 1);
    lab_close(&lab);
}

/* What waits can be taken back; what is under way, and what comes later, is done. Also when the engine dies before all of it is refused. */
static void test_flush(void **state UNUSED)
{
    for (int how = 0; how < 4; how++) {
        struct lab lab;
        uint64_t id;

        open_site(&lab);
        begin_journal(&lab);
        lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
        for (int i = 0; i < 300; i++)
            lab_send_command(&lab, "ENABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
        assert_int_equal(world_program(lab.w)->commands_waiting, 301);
        id = lab_send_command(&lab, "FLUSH_PENDING_COMMANDS");
        assert_int_equal(lab.last_done, id);
        lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s39");
        if (how == 1)
            lab_engine_dies(&lab);
        else if (how > 1)
            lab_restart(&lab, how == 2);
        until_over(&lab);
        assert_int_equal(muted(&lab), MANY - 1);
        assert_int_equal(world_program(lab.w)->commands_waiting, 0);
        if (!how)
            assert_int_equal(lab_count(&lab.log, "dropped by FLUSH_PENDING_COMMANDS"), 300);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

/* The journal ends in the middle, and what state.db knows better comes behind it: what was done is not known, so nothing is done again. */
static void test_journal_is_damaged(void **state UNUSED)
{
    struct buf later = BUF_INIT;
    struct record_frame f;
    struct lab lab;
    struct str rest;
    size_t cut;

    open_site(&lab);
    begin_journal(&lab);
    downtimes(&lab, 60);
    lab_send_command(&lab, "ENABLE_SVC_NOTIFICATIONS;h;s00");
    cut = lab.journal.len;
    until_over(&lab);
    rest = str_sub(buf_str(&lab.journal), cut, lab.journal.len);
    for (struct str before = rest; record_next(&rest, &f) == 1; before = rest)
        if (f.kind == RECORD_DOWNTIME || f.kind == RECORD_PROGRAM)
            buf_add(&later, before.p, before.n - rest.n);
    record_put(&later, RECORD_COMMAND_END, lab_now(&lab).wall, &(struct record_command_end){.all = 2});
    lab.journal.len = cut;
    buf_add_str(&lab.journal, buf_str(&later));
    buf_clear(&lab.log);
    lab_engine_dies(&lab);
    assert_true(excmd_queue_is_empty(lab.w));
    assert_int_equal(lab_count(&lab.log, "dropped: a part of the journal is lost"), 2);
    assert_int_equal(lab_count(&lab.log, "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg"), 1);
    each_has(&lab, 1);
    lab_engine_dies(&lab);
    assert_int_equal(lab_count(&lab.log, "dropped: a part of the journal is lost"), 2); /* said once */
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    until_over(&lab);
    assert_int_equal(muted(&lab), MANY);
    lab_close(&lab);
    buf_release(&later);
}

/* Engines ended at it again and again: it goes no further, those behind it are done, and it is said. */
static void test_left_out(void **state UNUSED)
{
    struct lab lab;
    uint64_t id;

    open_site(&lab);
    begin_journal(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg");
    lab_send_command(&lab, "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg;1;2;1;0;0;me;waits");
    id = lab_send_command(&lab, "DISABLE_SVC_NOTIFICATIONS;other;s");
    assert_int_equal(muted(&lab), PART);
    excmd_queue_leave_out(lab.w, lab.w->commands.all.at[lab.w->commands.first].id);
    excmd_queue_leave_out(lab.w, lab.w->commands.all.at[lab.w->commands.first + 1].id);
    until_over(&lab);
    assert_int_equal(lab.last_done, id);
    assert_false(lab.last_refused);
    assert_int_equal(muted(&lab), PART + 1);
    assert_int_equal(lab_count(&lab.log, "refused: done for 7 of 40, not for the others: the engine ended"),
                     1);
    assert_int_equal(lab_count(&lab.log, "refused: the engine ended each time that it did this command"), 1);
    assert_int_equal(lab.w->prog.commands_refused, 2);
    is_the_same_again(&lab);
    lab_engine_dies(&lab);
    assert_true(excmd_queue_is_empty(lab.w));
    assert_int_equal(muted(&lab), PART + 1);
    lab_close(&lab);
}

/* A line is not even read. */
static void test_line_left_out(void **state UNUSED)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct lab lab;

    open_site(&lab);
    begin_journal(&lab);
    e.command.id = 7;
    e.command.source = WORLD_SOURCE_PIPE;
    e.command.who = STR("command file");
    e.command.text = STR("[1] DISABLE_SVC_NOTIFICATIONS;h;s00");
    e.command.left_out = true;
    lab_event(&lab, &e);
    assert_int_equal(muted(&lab), 0);
    assert_int_equal(world_pipe_had(lab.w), 7);
    assert_int_equal(lab_count(&lab.log, "(please report this): [1] DISABLE_SVC_NOTIFICATIONS;h;s00"), 1);
    is_the_same_again(&lab);
    lab_engine_dies(&lab);
    assert_int_equal(world_pipe_had(lab.w), 7);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_parts),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_results_go_on),
        cmocka_unit_test(test_dies_in_the_middle),
        cmocka_unit_test(test_another_configuration),
        cmocka_unit_test(test_group_is_gone),
        cmocka_unit_test(test_cancelling_is_interrupted),
        cmocka_unit_test(test_triggered),
        cmocka_unit_test(test_triggered_late),
        cmocka_unit_test(test_too_much_waits),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_few_and_long),
        cmocka_unit_test(test_file_is_named_again),
        cmocka_unit_test(test_end_of_before),
        cmocka_unit_test(test_too_many_wait),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_journal_is_damaged),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_line_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
