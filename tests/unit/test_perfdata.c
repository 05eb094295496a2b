/* SPDX-License-Identifier: Apache-2.0 */
/* Performance data handed on: which results, which words; the file that a command takes over is held back before it and opened anew behind it, whatever happens in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lab.h"

#define START 1800000000

static const char *const site =
    "define command {\n command_name take\n command_line /bin/take $SERVICEDESC$\n}\n"
    "define command {\n command_name keep\n command_line /bin/keep $HOSTNAME$ $SERVICEDESC$ "
    "$SERVICEPERFDATA$\n}\n"
    "define host {\n host_name h1\n use ht\n address 127.0.0.1\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n}\n"
    "define service {\n host_name h1\n service_description off\n use st\n process_perf_data 0\n}\n";
static const char *const more = "define host {\n host_name a\n use ht\n address 127.0.0.1\n}\n";

static struct buf seen; /* what came out: L line, H hold, G go, R the words of a run */

static void on_effect(struct lab *lab, const struct world_effect *e)
{
    struct str text = world_text(lab->w, e->words);

    if (e->kind == WORLD_PERF_LINE)
        buf_printf(&seen, "L " STR_FMT "\n", STR_ARG(text));
    if (e->kind == WORLD_PERF_HOLD)
        buf_add_c(&seen, "H\n");
    if (e->kind == WORLD_PERF_GO)
        buf_add_c(&seen, "G\n");
    if (e->kind == WORLD_RUN && e->run_kind == WORLD_RUN_HANDLER)
        buf_add_c(&seen, memmem(text.p, text.n, "/bin/take", 9) ? "R take\n" : "R keep\n");
}

static void begin(struct lab *lab, const char *main_text)
{
    struct buf text = BUF_INIT;

    *lab = (struct lab){.on_effect = on_effect};
    buf_clear(&seen);
    buf_printf(&text, "%sprocess_performance_data=1\n%s", lab_main, main_text);
    lab_open(lab, text.data, site, START, 1, NULL, 0);
    buf_release(&text);
}

static void finish(struct lab *lab)
{
    lab_close(lab);
    buf_release(&seen);
}

static void result(struct lab *lab, const char *service, const char *text)
{
    char line[200];

    snprintf(line, sizeof(line), "PROCESS_SERVICE_CHECK_RESULT;h1;%s;0;%s", service, text);
    assert_true(lab_command(lab, line));
}

static void wanted(const char *what)
{
    assert_string_equal(seen.len ? seen.data : "", what);
    buf_clear(&seen);
}

static void test_which_results(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, "service_perfdata_command=keep\nservice_perfdata_file=/"
                "p\nservice_perfdata_file_template=$SERVICEDESC$\\t$SERVICEPERFDATA$ "
                "$$ $NOSUCH$ $_HOSTX$\nservice_perfdata_process_empty_results=0\n");
    result(&lab, "s1", "fine|a=1");
    wanted("R keep\nL s1\ta=1 $ $NOSUCH$ $_HOSTX$\n");
    result(&lab, "s1", "without");
    result(&lab, "off", "fine|a=1");
    wanted("");
    assert_true(lab_command(&lab, "DISABLE_PERFORMANCE_DATA"));
    result(&lab, "s1", "fine|a=1");
    wanted("");
    finish(&lab);
}

/* What a plugin writes is no line of another object. */
static void test_lines_stay_one(void **state UNUSED)
{
    struct lab lab;

    begin(&lab,
          "service_perfdata_file=/p\nservice_perfdata_file_template=$SERVICEDESC$ $LONGSERVICEOUTPUT$\n");
    result(&lab, "s1", "fine|a=1\\nmore\\ns2 forged");
    wanted("L s1 more\\ns2 forged\n");
    finish(&lab);
}

static const char *const taken =
    "service_perfdata_file=/p\nservice_perfdata_file_template=$SERVICEOUTPUT$\n"
    "service_perfdata_file_processing_command=take\nservice_perfdata_file_processing_interval=10\n";

static void test_taken_over_and_over(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, taken);
    lab_run(&lab, 9 * TIME_S);
    wanted("");
    lab_run(&lab, 2 * TIME_S);
    wanted("H\nR take\nG\n");
    lab_run(&lab, 10 * TIME_S);
    wanted("H\nR take\nG\n");
    finish(&lab);
}

static void slow(struct lab *lab UNUSED, const struct world_effect *e, struct lab_answer *a)
{
    if (e->run_kind == WORLD_RUN_HANDLER)
        a->lasts_us = 20 * TIME_S;
}

/* A reload in the middle, with the same command or without any: the command that runs is waited for, and only it. */
static void test_reload_in_between(void **state UNUSED)
{
    for (int with = 0; with < 2; with++) {
        struct buf text = BUF_INIT, objects = BUF_INIT;
        struct lab lab;

        begin(&lab, taken);
        lab.on_run = slow;
        lab_run(&lab, 11 * TIME_S);
        wanted("H\nR take\n");
        buf_printf(&text, "%sprocess_performance_data=1\n%s", lab_main, with ? taken : "");
        buf_printf(&objects, "%s%s", site, more);
        lab_reload(&lab, text.data, objects.data);
        lab_run(&lab, 15 * TIME_S);
        wanted("");
        lab.on_run = NULL;
        lab_run(&lab, 6 * TIME_S);
        wanted("G\n");
        lab_run(&lab, 11 * TIME_S);
        wanted(with ? "H\nR take\nG\n" : "");
        buf_release(&text);
        buf_release(&objects);
        finish(&lab);
    }
}

/* The store answers when another configuration is in force already, or does not answer; the run is lost. */
static void test_answers_out_of_time(void **state UNUSED)
{
    struct lab lab;

    begin(&lab, taken);
    lab_event(&lab, &(struct world_event){.kind = WORLD_PERF_HELD});
    wanted("G\n"); /* nobody asked: it goes on */
    lab.on_run = slow;
    lab_run(&lab, 11 * TIME_S);
    wanted("H\nR take\n");
    lab_event(&lab, &(struct world_event){.kind = WORLD_PERF_HELD});
    wanted(""); /* the answer to a second question */
    lab_event(&lab, &(struct world_event){.kind = WORLD_RUNNERS, .runner = {.up = false}});
    lab_run(&lab, 60 * TIME_S);
    assert_non_null(strstr(seen.data, "G\n"));
    finish(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_results),       cmocka_unit_test(test_lines_stay_one),
        cmocka_unit_test(test_taken_over_and_over), cmocka_unit_test(test_reload_in_between),
        cmocka_unit_test(test_answers_out_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
