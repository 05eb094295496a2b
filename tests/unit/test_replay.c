/* SPDX-License-Identifier: Apache-2.0 */
/* A replay of what a lab's engine did comes to the same, for what the simulator's sites do not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "again.h"
#include "core/record.h"

#define START 1800000000
#define S     TIME_S

static struct lab_answer fine(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .output = "fine"};
}

static uint64_t records_of(const struct lab *lab, enum record_kind kind)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    uint64_t n = 0;

    while (record_next(&rest, &f) == 1)
        n += f.kind == kind;
    return n;
}

/* The journal begins anew with one. */
static struct wall checkpoint(struct lab *lab)
{
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), lab->n_records, &lab->journal);
    return lab_now(lab).wall;
}

/* at: when the journal begins; then: the configuration that was in force. */
static void same_again_from(struct lab *lab, struct wall at, const struct lab_config *then)
{
    struct buf said = BUF_INIT;

    assert_int_equal(records_of(lab, RECORD_CHECKPOINT_END), 1);
    if (!again_is_same(lab, at, str_of(then->model->hash), &said))
        fail_msg("%s", said.data);
    buf_release(&said);
}

static void same_again(struct lab *lab, struct wall at)
{
    same_again_from(lab, at, &VEC_LAST(&lab->past));
}

/* The state that the main file has for a check whose turn is skipped is set by a turn, and a replay has none. */
static void test_states_of_skipped_turns(void **st UNUSED)
{
    static const char *const objects =
        "define host {\n host_name h1\n use ht\n}\n"
        "define service {\n host_name h1\n service_description a\n use st\n max_check_attempts 1\n}\n"
        "define service {\n host_name h1\n service_description b\n use st\n active_checks_enabled 1\n}\n"
        "define servicedependency {\n host_name h1\n service_description a\n dependent_host_name h1\n "
        "dependent_service_description b\n execution_failure_criteria c,u\n}\n";
    struct buf text = BUF_INIT;
    struct lab lab = {0};
    struct wall at;

    buf_printf(&text, "%sservice_skip_check_dependency_status=3\n", lab_main);
    lab_open(&lab, text.data, objects, START, 1, fine, 0);
    lab_run(&lab, 15 * S);
    at = checkpoint(&lab);
    lab_run(&lab, 15 * S);
    assert_int_equal(lab_state(&lab, "h1", "b")->state, STATE_OK);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;a;2;bad"));
    lab_run(&lab, 35 * S);
    assert_int_equal(lab_state(&lab, "h1", "b")->state, STATE_UNKNOWN);
    assert_int_equal(records_of(&lab, RECORD_SKIP), 1);
    same_again(&lab, at);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;a;0;good"));
    lab_run(&lab, 25 * S);
    assert_int_equal(lab_state(&lab, "h1", "b")->state, STATE_OK);
    same_again(&lab, at);
    lab_close(&lab);
    buf_release(&text);
}

/* What a reload brings between two parts of a command is not concerned, whether a replay begins before it or behind it. */
static void test_what_came_between_parts(void **st UNUSED)
{
    for (int behind = 0; behind < 2; behind++) {
        struct buf text = BUF_INIT;
        struct lab lab = {.part = 3};
        struct wall at;

        buf_add_c(&text, "define host {\n host_name h1\n use ht\n}\n"
                         "define hostgroup {\n hostgroup_name all\n alias all\n members h1\n}\n");
        for (int i = 0; i < 20; i++)
            buf_printf(&text, "define service {\n host_name h1\n service_description s%02d\n use st\n}\n", i);
        lab_open(&lab, lab_main, text.data, START, 1, fine, 0);
        at = checkpoint(&lab);
        lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;all");
        buf_add_c(&text, "define service {\n host_name h1\n service_description r\n use st\n}\n");
        lab_reload(&lab, lab_main, text.data);
        if (behind)
            at = checkpoint(&lab);
        lab_run(&lab, 5 * S);
        assert_int_equal(records_of(&lab, RECORD_COMMAND_END), 1);
        assert_false(lab_state(&lab, "h1", "s19")->switches & MODEL_CHECK_NOTIFY);
        assert_true(lab_state(&lab, "h1", "r")->switches & MODEL_CHECK_NOTIFY);
        same_again_from(&lab, at, &lab.past.at[behind]);
        lab_close(&lab);
        buf_release(&text);
    }
}

/* What stands behind a downtime that came to its end unused stays until its own, in the engine's life; a replay that begins between takes nothing out. */
static void test_behind_an_unused_downtime(void **st UNUSED)
{
    struct buf text = BUF_INIT;
    struct lab lab = {0};
    struct wall at;

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n}\n"
             "define service {\n host_name h1\n service_description a\n use st\n}\n",
             START, 1, fine, 0);
    buf_printf(&text, "SCHEDULE_SVC_DOWNTIME;h1;a;%d;%d;0;0;600;t;unused", START, START + 60);
    assert_true(lab_command(&lab, text.data));
    buf_clear(&text);
    buf_printf(&text, "SCHEDULE_HOST_DOWNTIME;h1;%d;%d;0;1;600;t;behind", START, START + 300);
    assert_true(lab_command(&lab, text.data));
    lab_run(&lab, 120 * S);
    assert_int_equal(lab_downtimes(&lab), 1);
    at = checkpoint(&lab);
    lab_run(&lab, 60 * S);
    same_again(&lab, at);
    lab_run(&lab, 240 * S);
    assert_int_equal(lab_downtimes(&lab), 0);
    same_again(&lab, at);
    lab_close(&lab);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_of_skipped_turns),
        cmocka_unit_test(test_what_came_between_parts),
        cmocka_unit_test(test_behind_an_unused_downtime),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
