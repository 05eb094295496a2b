/* SPDX-License-Identifier: Apache-2.0 */
/* How much waits is on the board: checks that are due and may not begin, notifications that nobody has answered, lines that are not in the log. */
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_checks), cmocka_unit_test(test_notifications),
                                       cmocka_unit_test(test_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
