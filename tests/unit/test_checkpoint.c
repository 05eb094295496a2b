/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint is made in pieces, and between them the world goes on: results, comments and downtimes that come and go, switches, commands and notifications in parts, a reload. All pieces together give the
 * world of the end, to a start and to a replay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "core/note.h"
#include "core/record.h"
#include "core/world_in.h"
#include "again.h"
#include "lab.h"
#include "rebirth.h"

#define START 1800000000
#define LONG_TEXT                                                                                            \
    "a text that is neither short nor long, as plugins have it, with some performance data behind it"        \
    "|a=1;2;3 b=1;2;3 c=1;2;3 d=1;2;3 e=1;2;3 f=1;2;3"

enum { HOSTS = 100, PER_HOST = 40 };

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

/* Without the services of the first hosts. */
static void write_site(struct buf *b, int without)
{
    buf_add_c(b, "define hostgroup {\n hostgroup_name hg\n}\n"
                 "define contactgroup {\n contactgroup_name all\n}\n");
    for (int i = 0; i < 9; i++)
        buf_printf(
            b,
            "define contact {\n contact_name c%d\n contactgroups all\n host_notification_commands n-host\n "
            "service_notification_commands n-svc\n host_notification_period 24x7\n "
            "service_notification_period 24x7\n host_notification_options d,u,r\n "
            "service_notification_options w,u,c,r\n}\n",
            i);
    for (int h = 0; h < HOSTS; h++) {
        buf_printf(b, "define host {\n host_name h%02d\n use ht\n hostgroups hg\n contact_groups all\n}\n",
                   h);
        for (int i = 0; i < PER_HOST && h >= without; i++)
            buf_printf(b,
                       "define service {\n host_name h%02d\n service_description s%02d\n use st\n "
                       "max_check_attempts 1\n contact_groups all\n}\n",
                       h, i);
    }
}

static void command(struct lab *lab, const char *form, int a, int b)
{
    char text[400];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the forms stand below, with two numbers each */
    snprintf(text, sizeof(text), form, a, b);
#pragma GCC diagnostic pop
    lab_send_command(lab, text);
}

/* A world that has of everything, so much that it is several pieces. */
static void open_site(struct lab *lab)
{
    struct buf b = BUF_INIT;

    *lab = (struct lab){.part = 100, .tell_part = 2};
    write_site(&b, 0);
    lab_open(lab, lab_main, b.data, START, 1, up, 0);
    buf_release(&b);
    for (int i = 0; i < HOSTS * PER_HOST; i++)
        command(lab, "PROCESS_SERVICE_CHECK_RESULT;h%02d;s%02d;0;" LONG_TEXT, i / PER_HOST, i % PER_HOST);
    for (int i = 0; i < HOSTS; i++) {
        command(lab,
                "PROCESS_SERVICE_CHECK_RESULT;h%02d;s%02d;1;a text that is neither short nor long|a=1;2;3", i,
                i % PER_HOST);
        command(lab, "ADD_SVC_COMMENT;h%02d;s%02d;1;me;a comment that stays", i, i % PER_HOST);
        command(lab, "SCHEDULE_SVC_DOWNTIME;h%02d;s%02d;1800005000;1800009000;1;0;0;me;work", i,
                i % PER_HOST);
    }
    lab_run(lab, 30 * TIME_S);
    assert_false(lab->w->tellings.all.n);
}

/* What happens between two pieces: early and late things of each kind. */
static void something(struct lab *lab, int n)
{
    int low = 25 + n % 10, high = HOSTS - 1 - n % 10;

    command(lab, "PROCESS_SERVICE_CHECK_RESULT;h%02d;s%02d;0;well again", low, low % PER_HOST);
    command(lab, "PROCESS_SERVICE_CHECK_RESULT;h%02d;s%02d;2;worse", high, high % PER_HOST);
    command(lab, "DEL_ALL_SVC_COMMENTS;h%02d;s%02d", low, low % PER_HOST);
    command(lab, "DEL_ALL_SVC_COMMENTS;h%02d;s%02d", high, high % PER_HOST);
    command(lab, "ADD_SVC_COMMENT;h%02d;s%02d;1;me;a new one", low, (low + 1) % PER_HOST);
    command(lab, "DEL_SVC_DOWNTIME;%d", 1 + n, 0);
    command(lab, "DEL_SVC_DOWNTIME;%d", HOSTS - n, 0);
    command(lab, "SCHEDULE_SVC_DOWNTIME;h%02d;s%02d;1800005000;1800009000;1;0;0;me;more work", low, 3);
    command(lab, "ACKNOWLEDGE_SVC_PROBLEM;h%02d;s%02d;1;0;0;me;I know", high, high % PER_HOST);
    command(lab, n % 2 ? "DISABLE_CONTACT_SVC_NOTIFICATIONS;c%d" : "ENABLE_CONTACT_SVC_NOTIFICATIONS;c%d",
            n % 9, 0);
    if (n == 1)
        command(lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg", 0, 0);
    if (n == 2)
        command(lab, "DISABLE_NOTIFICATIONS", 0, 0);
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

/* All pieces, and something between each two of them; then as many more as it has become. */
static int pieces(struct lab *lab, struct buf *all, int reload_at)
{
    int n = 0;

    world_checkpoint_begin(lab->w);
    while (!world_checkpoint_part(lab->w, lab_now(lab), all)) {
        if (n == reload_at) {
            struct buf b = BUF_INIT;

            write_site(&b, 20); /* the others have other numbers now */
            lab_reload(lab, lab_main, b.data);
            buf_release(&b);
        }
        something(lab, n++);
        assert_true(n < 1000);
    }
    return n;
}

static void begin_journal(struct lab *lab, const struct buf *all)
{
    buf_clear(&lab->journal);
    buf_add_str(&lab->journal, buf_str(all));
}

static void is_now(struct lab *lab)
{
    struct rebirth_difference d = rebirth_compare(lab);

    if (d.what)
        fail_msg("%s (check %u)", d.what, d.check);
}

static void test_start_from_it(void **state UNUSED)
{
    for (int reload_at = -1; reload_at < 3; reload_at++) {
        struct buf all = BUF_INIT;
        struct lab lab;

        open_site(&lab);
        assert_true(pieces(&lab, &all, reload_at) > 3);
        begin_journal(&lab, &all);
        is_now(&lab);
        begin_journal(&lab, &all);
        for (int i = 20; i < 25; i++) /* and what comes behind it */
            something(&lab, i);
        is_now(&lab);
        lab_close(&lab);
        buf_release(&all);
    }
}

/* Of a command and of notifications that are under way at its end, all is done, once. */
static void test_goes_on_from_it(void **state UNUSED)
{
    struct buf all = BUF_INIT;
    struct lab lab;
    size_t tellings;

    open_site(&lab);
    pieces(&lab, &all, -1);
    assert_false(excmd_queue_is_empty(lab.w));
    tellings = lab.w->tellings.all.n;
    assert_true(tellings > 0);
    begin_journal(&lab, &all);
    lab_engine_dies(&lab);
    assert_int_equal(lab.w->tellings.all.n, tellings);
    lab_run(&lab, 30 * TIME_S);
    assert_true(excmd_queue_is_empty(lab.w));
    assert_false(lab.w->tellings.all.n);
    for (uint32_t i = lab.model->n_hosts; i < lab.model->n_check; i++)
        assert_false(world_state(lab.w, i)->switches & MODEL_CHECK_NOTIFY);
    lab_close(&lab);
    buf_release(&all);
}

/* Of commands, notifications and files one came before and one after the checkpoint was begun: the later one stands in it first. */
static void test_old_and_new_wait(void **state UNUSED)
{
    struct buf all = BUF_INIT;
    struct lab lab;

    open_site(&lab);
    command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;hg", 0, 0);
    command(&lab, "ADD_SVC_COMMENT;h50;s01;1;me;older", 0, 0);
    world_checkpoint_begin(lab.w);
    assert_false(world_checkpoint_part(lab.w, lab_now(&lab), &all));
    command(&lab, "ADD_SVC_COMMENT;h50;s02;1;me;newer", 0, 0);
    while (!world_checkpoint_part(lab.w, lab_now(&lab), &all))
        ;
    assert_int_equal(lab.w->commands.all.n - lab.w->commands.first, 3);
    begin_journal(&lab, &all);
    lab_engine_dies(&lab);
    assert_int_equal(lab.w->commands.all.n - lab.w->commands.first, 3);
    for (size_t i = 1; i < 3; i++)
        assert_true(lab.w->commands.all.at[i - 1].id < lab.w->commands.all.at[i].id);
    assert_non_null(strstr(lab.w->commands.all.at[1].line, "older"));
    lab_run(&lab, 30 * TIME_S);
    assert_true(excmd_queue_is_empty(lab.w));
    lab_close(&lab);
    buf_release(&all);
}

static void test_old_and_new_are_told(void **state UNUSED)
{
    struct buf all = BUF_INIT;
    struct lab lab;

    open_site(&lab);
    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h60;s01;2;older");
    world_checkpoint_begin(lab.w);
    assert_false(world_checkpoint_part(lab.w, lab_now(&lab), &all));
    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h60;s02;2;newer");
    while (!world_checkpoint_part(lab.w, lab_now(&lab), &all))
        ;
    assert_int_equal(lab.w->tellings.all.n, 2);
    begin_journal(&lab, &all);
    buf_clear(&lab.told);
    lab_engine_dies(&lab);
    assert_int_equal(lab.w->tellings.all.n, 2);
    lab_run(&lab, 30 * TIME_S);
    assert_int_equal(lab_count(&lab.told, "older"), 10);
    assert_int_equal(lab_count(&lab.told, "newer"), 10);
    assert_null(strstr(strstr(lab.told.data, "newer"), "older"));
    lab_close(&lab);
    buf_release(&all);
}

/* A replay begins at its end, with what the last piece says. */
static void test_replay_from_it(void **state UNUSED)
{
    struct buf all = BUF_INIT, said = BUF_INIT;
    struct wall at;
    struct lab lab;

    open_site(&lab);
    pieces(&lab, &all, -1);
    begin_journal(&lab, &all);
    at = lab_now(&lab).wall;
    for (int i = 20; i < 25; i++)
        something(&lab, i);
    lab_run(&lab, 30 * TIME_S);
    if (!again_is_same(&lab, at, str_of(lab.model->hash), &said))
        fail_msg("%s", said.data);
    lab_close(&lab);
    buf_release(&all);
    buf_release(&said);
}

static uint64_t last_of(struct str rest)
{
    struct record_checkpoint_end end = {0};
    struct record_frame f;

    while (record_next(&rest, &f) == 1)
        if (f.kind == RECORD_CHECKPOINT_END)
            assert_int_equal(record_get(f.kind, f.payload, &end), 0);
    return end.last;
}

static void test_says_how_far(void **state UNUSED)
{
    struct buf all = BUF_INIT;
    struct lab lab;
    uint64_t before;

    open_site(&lab);
    before = world_next_seq(lab.w) - 1;
    pieces(&lab, &all, -1);
    assert_true(last_of(buf_str(&all)) > before);
    assert_int_equal(last_of(buf_str(&all)), world_next_seq(lab.w) - 1);
    assert_false(world_checkpoint_on(lab.w));
    lab_close(&lab);
    buf_release(&all);
}

/* No piece is much larger than it ought to be, also when very much changed at once. */
static void test_each_is_small(void **state UNUSED)
{
    struct buf piece = BUF_INIT;
    struct lab lab;
    bool over = false;

    open_site(&lab);
    world_checkpoint_begin(lab.w);
    assert_false(world_checkpoint_part(lab.w, lab_now(&lab), &piece));
    for (int i = 0; i < HOSTS * PER_HOST; i++)
        command(&lab,
                "PROCESS_SERVICE_CHECK_RESULT;h%02d;s%02d;1;a text that is neither short nor long at all",
                i / PER_HOST, i % PER_HOST);
    for (int n = 0; !over; n++) {
        buf_clear(&piece);
        over = world_checkpoint_part(lab.w, lab_now(&lab), &piece);
        assert_true(piece.len < 600 * 1024);
        assert_true(n < 1000);
    }
    lab_close(&lab);
    buf_release(&piece);
}

/* Nobody takes the pieces: what waits is bounded. */
static void test_is_given_up(void **state UNUSED)
{
    static char text[LIMIT_EXT_COMMAND];
    struct buf piece = BUF_INIT;
    struct lab lab;

    open_site(&lab);
    snprintf(text, sizeof(text), "ADD_SVC_COMMENT;h00;s00;1;me;%8000d", 1);
    world_checkpoint_begin(lab.w);
    for (int i = 0; i < 3000 && world_checkpoint_on(lab.w); i++)
        lab_send_command(&lab, text);
    assert_false(world_checkpoint_on(lab.w));
    world_checkpoint_begin(lab.w);
    assert_false(world_checkpoint_part(lab.w, lab_now(&lab), &piece));
    lab_close(&lab);
    buf_release(&piece);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_from_it),    cmocka_unit_test(test_goes_on_from_it),
        cmocka_unit_test(test_old_and_new_wait), cmocka_unit_test(test_old_and_new_are_told),
        cmocka_unit_test(test_replay_from_it),   cmocka_unit_test(test_says_how_far),
        cmocka_unit_test(test_each_is_small),    cmocka_unit_test(test_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
