/* SPDX-License-Identifier: Apache-2.0 */
/* What external commands put in the place of the configuration, as Livestatus shows it: from the engine over the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "api/livestatus.h"
#include "core/board_w.h"
#include "lab.h"

#define START 1800000000 /* a Friday, 08:00 UTC */

static const char *const objects =
    "define timeperiod {\n timeperiod_name never\n alias n\n}\n"
    "define command {\n command_name other\n command_line /bin/other $ARG1$\n}\n"
    "define host {\n host_name h\n use ht\n}\n"
    "define service {\n host_name h\n service_description s\n use st\n _OS Debian\n _RACK 7\n}\n"
    "define service {\n host_name h\n service_description t\n use st\n _OS Debian\n}\n";

struct place {
    struct lab lab;
    struct board_shape shape;
    struct board_w writer;
    struct board board;
    void *mem;
};

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void begin(struct place *p)
{
    struct err err = ERR_INIT;
    const struct model *m;

    memset(p, 0, sizeof(*p));
    lab_open(&p->lab, lab_main, objects, START, 1, up, 0);
    m = p->lab.model;
    p->shape = (struct board_shape){.generation = 1,
                                    .n_checks = m->n_check,
                                    .n_hosts = m->n_hosts,
                                    .n_contacts = m->n_contact,
                                    .arena_size = 65536};
    p->mem = mem_zalloc(board_bytes(&p->shape));
    board_w_init(&p->writer, p->mem, board_bytes(&p->shape), &p->shape);
    assert_int_equal(world_show_new(p->lab.w, &p->writer, 0, m->n_check), MODEL_NONE);
    assert_int_equal(board_open(&p->board, p->mem, board_bytes(&p->shape), &err), 0);
}

static void finish(struct place *p)
{
    board_w_release(&p->writer);
    mem_free(p->mem);
    lab_close(&p->lab);
}

/* The laboratory takes what is to be shown for its own: all is shown anew. */
static void commands(struct place *p, const char *const *text)
{
    for (; *text; text++)
        assert_true(lab_command(&p->lab, *text));
    world_show_new(p->lab.w, &p->writer, 0, p->lab.model->n_check);
}

static void asked(struct place *p, const char *request, const char *want)
{
    struct livestatus_world lw = {
        .m = p->lab.model, .b = &p->board, .version = "1", .pid = 7, .now = lab_now(&p->lab).wall};
    struct livestatus_reply reply;
    struct buf out = BUF_INIT;

    livestatus_answer(&lw, str_of(request), &out, &reply);
    assert_string_equal(out.data, want);
    buf_release(&out);
}

#define OF_SERVICES                                                                                          \
    "GET services\nColumns: description check_command event_handler check_period notification_period "       \
    "in_check_period in_notification_period first_notification_delay custom_variable_values\n"
#define OF_HOST "GET hosts\nColumns: check_command check_period notification_period custom_variable_values\n"
#define OF_CONTACT                                                                                           \
    "GET contacts\nColumns: host_notification_period service_notification_period "                           \
    "in_host_notification_period in_service_notification_period\n"

static void test_as_configured(void **state UNUSED)
{
    struct place p;

    begin(&p);
    asked(&p, OF_SERVICES, "s;plug!s;;24x7;24x7;1;1;0.0;Debian,7\nt;plug!s;;24x7;24x7;1;1;0.0;Debian\n");
    asked(&p, OF_HOST, "plug!h;24x7;24x7;\n");
    asked(&p, OF_CONTACT, "24x7;24x7;1;1\n");
    finish(&p);
}

static void test_as_commanded(void **state UNUSED)
{
    static const char *const set[] = {"CHANGE_SVC_CHECK_COMMAND;h;s;other!x",
                                      "CHANGE_SVC_EVENT_HANDLER;h;s;plug!e",
                                      "CHANGE_SVC_CHECK_TIMEPERIOD;h;s;never",
                                      "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;h;s;never",
                                      "CHANGE_CUSTOM_SVC_VAR;h;s;_OS;BSD",
                                      "SET_SVC_NOTIFICATION_DELAY;h;s;30",
                                      "CHANGE_HOST_CHECK_COMMAND;h;other!y",
                                      "CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD;alice;never",
                                      NULL};
    struct place p;

    begin(&p);
    commands(&p, set);
    asked(&p, OF_SERVICES,
          "s;other!x;plug!e;never;never;0;0;30.0;BSD,7\nt;plug!s;;24x7;24x7;1;1;0.0;Debian\n");
    asked(&p, OF_HOST, "other!y;24x7;24x7;\n");
    asked(&p, OF_CONTACT, "never;24x7;0;1\n");
    asked(&p, "GET services\nColumns: host_check_command\nFilter: check_command = other!x\n", "other!y\n");
    finish(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_configured),
        cmocka_unit_test(test_as_commanded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
