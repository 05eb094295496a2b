/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of commands that fail or take too long, and of all states: as nagios 4.4.6 writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/record.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000
#define S     TIME_S

static const char *const objects =
    "define command {\n command_name slow\n command_line /bin/slow $ARG1$\n}\n"
    "define host {\n host_name h\n use ht\n event_handler slow!own\n max_check_attempts 1\n}\n"
    "define service {\n host_name h\n service_description s\n use st\n event_handler slow!own\n"
    " max_check_attempts 1\n}\n";

static unsigned kind_failing; /* enum world_run_kind */
static uint64_t how;          /* enum record_how */

static void on_run(struct lab *lab UNUSED, const struct world_effect *e, struct lab_answer *answer)
{
    *answer = (struct lab_answer){.lasts_us = TIME_MS, .output = "fine"};
    if (e->run_kind == kind_failing)
        *answer = (struct lab_answer){
            .how = how, .code = how == RECORD_HOW_EXIT, .lasts_us = 3 * S + 20 * TIME_MS, .output = ""};
}

static void open_lab(struct lab *lab, const char *more, unsigned failing, uint64_t how_it_fails)
{
    struct buf main_text = BUF_INIT;

    kind_failing = failing;
    how = how_it_fails;
    buf_printf(&main_text, "%s%s", lab_main, more);
    lab->on_run = on_run;
    lab_open(lab, main_text.data, objects, START, 1, NULL, 0);
    buf_release(&main_text);
}

static void has(const struct lab *lab, const char *text)
{
    if (lab_count(&lab->log, text) != 1) {
        print_error("expected once: %s\nin:\n%s\n", text, lab->log.data);
        fail();
    }
}

static void test_checks_that_time_out(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "", WORLD_RUN_CHECK, RECORD_HOW_TIMEOUT);
    assert_true(lab_command(&lab, "SCHEDULE_FORCED_HOST_CHECK;h;1800000000"));
    lab_run(&lab, 4 * S);
    has(&lab, "] Warning: Check of host 'h' timed out after 3.02 seconds\n");
    assert_true(lab_command(&lab, "SCHEDULE_FORCED_SVC_CHECK;h;s;1800000004"));
    lab_run(&lab, 4 * S);
    has(&lab, "] Warning: Check of service 's' on host 'h' timed out after 3.020s!\n");
    lab_close(&lab);
}

/* One line a second is enough, so each has its own. */
static void results(struct lab *lab, const char *state)
{
    char text[100];

    snprintf(text, sizeof(text), "PROCESS_SERVICE_CHECK_RESULT;h;s;%s;x", state);
    assert_true(lab_command(lab, text));
    lab_run(lab, 10 * S);
    snprintf(text, sizeof(text), "PROCESS_HOST_CHECK_RESULT;h;%s;x", state[0] == '0' ? "0" : "1");
    assert_true(lab_command(lab, text));
    lab_run(lab, 10 * S);
}

static void test_commands_that_time_out(void **st UNUSED)
{
    static const struct {
        const char *more, *of_service, *of_host;
    } cases[] = {
        {"", "Service event handler command 'slow!own' for service 's' on host 'h'",
         "Host event handler command 'slow!own' for host 'h'"},
        {"ocsp_command=slow!ocsp\nochp_command=slow!ochp\nobsess_over_services=1\nobsess_over_hosts=1\n"
         "enable_event_handlers=0\n",
         "OCSP command 'slow!ocsp' for service 's' on host 'h'", "OCHP command 'slow!ochp' for host 'h'"},
        {"service_perfdata_command=slow!p\nhost_perfdata_command=slow!hp\nprocess_performance_data=1\n"
         "enable_event_handlers=0\nservice_perfdata_process_empty_results=1\n"
         "host_perfdata_process_empty_results=1\n",
         "Service performance data command 'slow!p' for service 's' on host 'h'",
         "Host performance data command 'slow!hp' for host 'h'"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases) * 2; i++) {
        bool late = i % 2;
        char text[200];
        struct lab lab = {0};

        open_lab(&lab, cases[i / 2].more, WORLD_RUN_HANDLER, late ? RECORD_HOW_TIMEOUT : RECORD_HOW_EXIT);
        results(&lab, "2");
        snprintf(text, sizeof(text), "] Warning: %s %s\n", cases[i / 2].of_service,
                 late ? "timed out after 3.02 seconds" : "failed: it ended with exit status 1");
        has(&lab, text);
        snprintf(text, sizeof(text), "] Warning: %s %s\n", cases[i / 2].of_host,
                 late ? "timed out after 3.02 seconds" : "failed: it ended with exit status 1");
        has(&lab, text);
        lab_close(&lab);
    }
}

/* The one that a command set is named, and it is known which of both failed. */
static void test_global_handlers(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "global_service_event_handler=slow!all\n", WORLD_RUN_HANDLER, RECORD_HOW_EXIT);
    assert_true(lab_command(&lab, "CHANGE_GLOBAL_HOST_EVENT_HANDLER;slow!changed"));
    results(&lab, "2");
    has(&lab, "Warning: Global service event handler command 'slow!all' for service 's' on host 'h' failed: "
              "it ended with exit status 1\n");
    has(&lab, "Warning: Global host event handler command 'slow!changed' for host 'h' failed: it ended with "
              "exit status 1\n");
    lab_close(&lab);
}

/* Nagios begins anew with each reload, and says the states each time. */
static void test_initial_states(void **st UNUSED)
{
    struct lab lab = {0};
    struct buf main_text = BUF_INIT;

    open_lab(&lab, "log_current_states=1\n", WORLD_RUN_NOTIFY, RECORD_HOW_EXIT);
    lab_run(&lab, S);
    assert_int_equal(lab_count(&lab.log, "INITIAL"), 0);
    assert_int_equal(lab_count(&lab.log, "CURRENT"), 0); /* those are for a rotation */
    buf_printf(&main_text, "%slog_initial_states=1\n", lab_main);
    lab_reload(&lab, main_text.data, objects);
    has(&lab, "INITIAL HOST STATE: h;UP;HARD;1;");
    has(&lab, "INITIAL SERVICE STATE: h;s;OK;HARD;1;");
    buf_release(&main_text);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checks_that_time_out),
        cmocka_unit_test(test_commands_that_time_out),
        cmocka_unit_test(test_global_handlers),
        cmocka_unit_test(test_initial_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
