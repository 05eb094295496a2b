/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much waits is on the board: checks that are due and may not begin, notifications that nobody has answered, lines that are not in the log. And what waits in front of its runner is not
 * lost: its time-out counts from its begin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/board_w.h"
#include "lab.h"

#define START 1800000000

static struct lab_answer never(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = -1};
}

static void open_site(struct lab *lab, const char *limit)
{
    struct buf main_text = BUF_INIT, objects = BUF_INIT;

    buf_printf(&main_text, "%s%s", lab_main, limit);
    buf_add_c(
        &objects,
        "define host {\n host_name h1\n use ht\n active_checks_enabled 0\n}\n"
        "define service {\n host_name h1\n service_description passive\n use st\n max_check_attempts 1\n}\n");
    for (unsigned i = 0; i < 5; i++)
        buf_printf(&objects,
                   "define service {\n host_name h1\n service_description s%u\n use st\n "
                   "active_checks_enabled 1\n}\n",
                   i);
    lab_open(lab, main_text.data, objects.data, START, 1, never, 0);
    buf_release(&main_text);
    buf_release(&objects);
}

static struct board_program shown(struct lab *lab)
{
    struct board_shape shape = {.generation = 1,
                                .n_checks = lab->model->n_check,
                                .n_hosts = lab->model->n_hosts,
                                .n_contacts = lab->model->n_contact,
                                .arena_size = board_arena_size(lab->model->n_check)};
    void *mem = mem_zalloc(board_bytes(&shape));
    struct board_program p;
    struct board_w w;
    struct board b;

    board_w_init(&w, mem, board_bytes(&shape), &shape);
    world_show_new(lab->w, &w, 0, lab->model->n_check);
    assert_int_equal(board_open(&b, mem, board_bytes(&shape), NULL), 0);
    board_read_program(&b, &p);
    board_w_release(&w);
    mem_free(mem);
    return p;
}

/* Time goes on, and something happens then. */
static void pass(struct lab *lab)
{
    lab_run(lab, 12 * TIME_S);
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

static void test_checks(void **state UNUSED)
{
    struct lab lab = {0};

    open_site(&lab, "max_concurrent_checks=2\n");
    pass(&lab); /* each has been due once by then, and no run is given up yet */
    assert_int_equal(shown(&lab).parallel, 2);
    assert_int_equal(shown(&lab).checks_held, 3);
    lab_close(&lab);

    lab = (struct lab){0};
    open_site(&lab, "");
    pass(&lab);
    assert_int_equal(shown(&lab).parallel, 5);
    assert_int_equal(shown(&lab).checks_held, 0);
    lab_event(&lab, &(struct world_event){.kind = WORLD_RUNNERS}); /* nobody is there: what was lost is due */
    for (unsigned i = 0; i < 3; i++)
        pass(&lab);
    assert_int_equal(shown(&lab).checks_held, 5);
    lab_close(&lab);
}

static void test_notifications(void **state UNUSED)
{
    struct lab lab = {0};

    open_site(&lab, "");
    assert_int_equal(shown(&lab).intents, 0);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;passive;2;broken"));
    assert_int_equal(lab_count(&lab.told, "passive CRITICAL HARD n=1"), 1);
    assert_int_equal(shown(&lab).intents, 1);
    lab_run(&lab, TIME_MIN);
    assert_int_equal(shown(&lab).intents, 0);
    lab_close(&lab);
}

/* Of a busy machine: the runner begins what it was given minutes later. */
static void test_runs(void **state UNUSED)
{
    struct lab lab = {0};
    size_t n;

    open_site(&lab, "");
    lab_run(&lab, 9 * TIME_S);
    n = lab.runs.n;
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++)
        world_sent(lab.w, lab.runs.at[i].id, 0, true);
    lab_run(&lab, 5 * TIME_MIN);
    assert_int_equal(world_program(lab.w)->runs_lost, 0);
    assert_int_equal(lab.started_checks, 5);
    for (size_t i = 1; i < n; i++)
        lab_event(&lab, &(struct world_event){.kind = WORLD_BEGUN, .number = lab.runs.at[i].id});
    lab_run(&lab, 19 * TIME_S); /* time-out and what is given on top: 20 */
    assert_int_equal(world_program(lab.w)->runs_lost, 0);
    lab_run(&lab, 2 * TIME_S);
    assert_int_equal(world_program(lab.w)->runs_lost, 4);
    lab_event(&lab, &(struct world_event){.kind = WORLD_BEGUN, .number = 1}); /* nobody's */
    lab_close(&lab);
}

static void commands_hang(struct lab *lab UNUSED, const struct world_effect *e, struct lab_answer *a)
{
    if (e->run_kind != WORLD_RUN_CHECK)
        a->lasts_us = -1;
}

/* A notification command that its runner has and does not begin, for as many are under way as may be: it is seen, counts as no check under way, and is not lost for hours. */
static void test_in_turn(void **state UNUSED)
{
    struct lab lab = {.on_run = commands_hang};
    uint64_t id;

    open_site(&lab, "execute_service_checks=0\n");
    assert_int_equal(shown(&lab).commands_in_turn[0], 0);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;passive;2;broken"));
    assert_int_equal(lab.runs.n, 1);
    id = lab.runs.at[0].id;
    assert_int_equal(shown(&lab).parallel, 0);
    world_sent(lab.w, id, 0, true);
    assert_int_equal(shown(&lab).commands_in_turn[0], 1);
    assert_int_equal(shown(&lab).commands_in_turn[1], 0);
    assert_int_equal(shown(&lab).parallel, 0);
    lab_run(&lab, 2 * TIME_H);
    assert_int_equal(world_program(lab.w)->runs_lost, 0);
    lab_event(&lab, &(struct world_event){.kind = WORLD_BEGUN, .number = id});
    assert_int_equal(shown(&lab).commands_in_turn[0], 0);
    assert_int_equal(shown(&lab).parallel, 0);
    assert_int_equal(shown(&lab).parallel_max, 0);
    lab_run(&lab, 40 * TIME_S); /* time-out and what is given on top: 45 */
    assert_int_equal(world_program(lab.w)->runs_lost, 0);
    lab_run(&lab, 6 * TIME_S);
    assert_int_equal(world_program(lab.w)->runs_lost, 1);
    assert_int_equal(shown(&lab).intents, 1);
    assert_int_equal(lab_count(&lab.log, "of event handlers"), 0); /* it is given again */
    lab_close(&lab);
}

/* A handler that is lost with its runner is not made again: the log says so. */
static void test_lost_handlers(void **state UNUSED)
{
    struct lab lab = {.on_run = commands_hang};

    open_site(&lab, "execute_service_checks=0\nglobal_service_event_handler=n-svc\nenable_notifications=0\n");
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;passive;2;broken"));
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;passive;0;whole"));
    assert_int_equal(lab.runs.n, 2);
    lab_event(&lab, &(struct world_event){.kind = WORLD_RUNNERS});
    lab_event(&lab, &(struct world_event){.kind = WORLD_RUNNERS, .runner = {.up = true}}); /* it has none */
    lab_run(&lab, 2 * TIME_S);
    assert_int_equal(world_program(lab.w)->runs_lost, 2);
    assert_int_equal(lab_count(&lab.log, "Warning: 2 commands of event handlers"), 1);
    lab_close(&lab);
}

/* How late a check was is known when it begins, not when it was handed over. */
static void test_late_begin(void **state UNUSED)
{
    struct lab lab = {0};
    struct world_event e = {.kind = WORLD_RESULT};
    uint32_t check;

    open_site(&lab, "");
    lab_run(&lab, 9 * TIME_S);
    check = lab.runs.at[0].check;
    e.result = (struct world_result){.run_id = lab.runs.at[0].id, .output = STR("fine")};
    world_sent(lab.w, e.result.run_id, 0, true);
    lab_run(&lab, TIME_MIN);
    lab_event(&lab, &(struct world_event){.kind = WORLD_BEGUN, .number = e.result.run_id});
    lab_lose(&lab, 0);
    lab_event(&lab, &e);
    assert_true(world_state(lab.w, check)->checked);
    assert_in_range(world_state(lab.w, check)->latency_us, TIME_MIN, TIME_MIN + 10 * TIME_S);
    lab_close(&lab);
}

static void test_lines(void **state UNUSED)
{
    struct lab lab = {0};

    open_site(&lab, "");
    world_say_log_waits(lab.w, 7);
    assert_int_equal(shown(&lab).lines_waiting, 7);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checks),       cmocka_unit_test(test_notifications),
        cmocka_unit_test(test_runs),         cmocka_unit_test(test_late_begin),
        cmocka_unit_test(test_lines),        cmocka_unit_test(test_in_turn),
        cmocka_unit_test(test_lost_handlers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
