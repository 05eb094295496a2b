/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of external commands by a table of lines, and promises about the table of commands itself; run-time macros by what a command line becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/excmd.h"
#include "core/expand.h"
#include "core/record.h"
#include "lab.h"

struct row {
    const char *line;
    int want;
    const char *name, *text, *said; /* command; the last field that is text; a part of the reason */
    int64_t number;                 /* of the first number field */
};

static const struct row rows[] = {
    {"[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;s;2;out;with;semicolons", 0, "PROCESS_SERVICE_CHECK_RESULT",
     "out;with;semicolons", NULL, 2},
    {"  [1700000000]   ENABLE_NOTIFICATIONS  \n", 0, "ENABLE_NOTIFICATIONS", NULL, NULL, 0},
    {"[1700000000] PROCESS_HOST_CHECK_RESULT;h;1;", 0, "PROCESS_HOST_CHECK_RESULT", "", NULL, 1},
    {"[1700000000] PROCESS_HOST_CHECK_RESULT;h;1", 0, "PROCESS_HOST_CHECK_RESULT", "", NULL, 1},
    {"[1700000000] SCHEDULE_SVC_CHECK;h;s;1700000000.25", 0, "SCHEDULE_SVC_CHECK", NULL, NULL, 1700000000},
    {"ENABLE_NOTIFICATIONS", E_INVAL, NULL, NULL, "begins with its time", 0},
    {"[] ENABLE_NOTIFICATIONS", E_INVAL, NULL, NULL, "begins with its time", 0},
    {"[soon] ENABLE_NOTIFICATIONS", E_INVAL, NULL, NULL, "begins with its time", 0},
    {"[1700000000] enable_notifications", 0, "ENABLE_NOTIFICATIONS", NULL, NULL, 0},
    {"[1700000000] ENABLE_NOTHING", E_NOENT, NULL, NULL, "no external command 'ENABLE_NOTHING'", 0},
    {"[1700000000] CHANGE_HOST_MODATTR;h;0x4A", 0, "CHANGE_HOST_MODATTR", NULL, NULL, 74},
    {"[1700000000] CHANGE_HOST_MODATTR;h;0xG", E_INVAL, NULL, NULL, "field 2 is '0xG'", 0},
    {"[1700000000] CHANGE_HOST_MODATTR;h;0x", E_INVAL, NULL, NULL, "field 2 is '0x'", 0},
    {"[1700000000] CHANGE_HOST_CHECK_COMMAND;h", E_INVAL, NULL, NULL, "the command is missing", 0},
    {"[1700000000] CHANGE_HOST_CHECK_COMMAND;h;", E_INVAL, NULL, NULL, "field 2 is empty", 0},
    {"[1700000000] CHANGE_HOST_CHECK_COMMAND;h;check_tcp!22;23", 0, "CHANGE_HOST_CHECK_COMMAND",
     "check_tcp!22;23", NULL, 0},
    {"[1700000000] CHANGE_CUSTOM_HOST_VAR;h;;x", E_INVAL, NULL, NULL, "field 2 is empty", 0},
    {"[1700000000] PROCESS_FILE", E_INVAL, NULL, NULL, "the file is missing", 0},
    {"[1700000000] DEL_DOWNTIME_BY_HOST_NAME;h", 0, "DEL_DOWNTIME_BY_HOST_NAME", "", NULL, 0},
    {"[1700000000] DEL_DOWNTIME_BY_HOST_NAME;h;;;a;b", 0, "DEL_DOWNTIME_BY_HOST_NAME", "a;b", NULL, 0},
    {"[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;s", E_INVAL, NULL, NULL, "the number is missing", 0},
    {"[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;s;two;x", E_INVAL, NULL, NULL, "field 3 is 'two'", 0},
    {"[1700000000] SCHEDULE_HOST_CHECK;h;99999999999999999", E_INVAL, NULL, NULL, "out of range", 0},
    {"[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;s;;x", E_INVAL, NULL, NULL, "field 3 is ''", 0},
    {"[1700000000] PROCESS_SERVICE_CHECK_RESULT;h;s;2", 0, "PROCESS_SERVICE_CHECK_RESULT", "", NULL, 2},
    {"[1700000000] SCHEDULE_HOST_CHECK;h;", E_INVAL, NULL, NULL, "field 2 is ''", 0},
    {"[1700000000] DEL_HOST_COMMENT;", E_INVAL, NULL, NULL, "field 1 is ''", 0},
    {"[1700000000] ACKNOWLEDGE_HOST_PROBLEM;h;1;1;0", E_INVAL, NULL, NULL, "the author is missing", 0},
    /* cut off before the comment, or within it */
    {"[1700000000] ACKNOWLEDGE_HOST_PROBLEM;h;1;1;0;bob", E_INVAL, NULL, NULL, "the comment is missing", 0},
    {"[1700000000] ACKNOWLEDGE_HOST_PROBLEM;h;1;1;0;bob; ", E_INVAL, NULL, NULL, "field 6 is empty", 0},
    {"[1700000000] SCHEDULE_HOST_DOWNTIME;h;1;2;1;0;0;bob", E_INVAL, NULL, NULL, "the comment is missing", 0},
    {"[1700000000] SCHEDULE_HOST_DOWNTIME;h;;2;1;0;0;bob;x", E_INVAL, NULL, NULL, "field 2 is ''", 0},
    /* what scripts leave empty */
    {"[1700000000] SCHEDULE_HOST_DOWNTIME;h;1;2;1;; ;bob;x", 0, "SCHEDULE_HOST_DOWNTIME", "x", NULL, 1},
    {"[1700000000] ADD_HOST_COMMENT;h;;;x", 0, "ADD_HOST_COMMENT", "x", NULL, 0},
};

static void test_parse(void **st UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        struct err err = ERR_INIT;
        struct excmd c;
        int got = excmd_parse(&c, str_of(r->line), NULL, &err);

        print_message("  %s", r->line);
        print_message(" -> %s\n", err.text);
        assert_int_equal(got, r->want);
        if (r->said)
            assert_non_null(strstr(err.text, r->said));
        if (got == 0) {
            assert_string_equal(c.row->name, r->name);
            if (strpbrk(c.row->fields, "it"))
                assert_int_equal(c.number[strcspn(c.row->fields, "it")], r->number);
        }
        if (r->text)
            assert_true(str_eq_c(c.text[strlen(c.row->fields) - 1], r->text));
    }
}

/* What the target is named by. */
static const char first_field[] = {
    [EXCMD_CHECK] = 'h',          [EXCMD_HOST_SERVICES] = 'h',     [EXCMD_HOST_AND_CHILDREN] = 'h',
    [EXCMD_BEYOND] = 'h',         [EXCMD_HG_HOSTS] = 'H',          [EXCMD_HG_SERVICES] = 'H',
    [EXCMD_SG_HOSTS] = 'G',       [EXCMD_SG_SERVICES] = 'G',       [EXCMD_COMMENTS] = 'h',
    [EXCMD_DOWNTIME] = 'i',       [EXCMD_DOWNTIMES_OF_HOST] = 'h', [EXCMD_DOWNTIMES_OF_GROUP] = 'H',
    [EXCMD_DOWNTIMES_LIKE] = 'o', [EXCMD_DOWNTIMES_FULL] = 'h'};

static size_t n_names(const char *args)
{
    size_t n = args[0] != '\0';

    for (; *args; args++)
        n += *args == ';';
    return n;
}

static void test_table(void **st UNUSED)
{
    size_t n;
    const struct excmd_row *t = excmd_table(&n);

    assert_true(n >= 160);
    for (size_t i = 0; i < n; i++) {
        const char *f = t[i].fields;
        size_t len = strlen(f);

        assert_true(len <= EXCMD_FIELDS && strspn(f, "hsHGCgitdaxypcvfo") == len);
        assert_true(!strpbrk(f, "xyc") ||
                    strpbrk(f, "xyc") == f + len - 1); /* takes the rest, so it is the last */
        assert_true(n_names(t[i].args) >=
                    len); /* what takes the rest may have parts with names of their own */
        assert_true(strlen(t[i].doc) > 8 && t[i].doc[strlen(t[i].doc) - 1] == '.');
        assert_true(!strchr(f, 's') || f[0] == 'h');
        if (t[i].target != EXCMD_NONE)
            assert_int_equal(f[0], first_field[t[i].target]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(t[i].name, t[k].name);
    }
}

/* Any line that a command of the table could be must be answered, with every field missing in turn. */
static void test_missing_fields(void **st UNUSED)
{
    size_t n;
    const struct excmd_row *t = excmd_table(&n);
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < n; i++)
        for (size_t have = 0; have <= strlen(t[i].fields); have++) {
            struct err err = ERR_INIT;
            struct excmd c;
            size_t needed = strcspn(t[i].fields, "yo"); /* those that may be missing stand last */

            buf_clear(&b);
            buf_printf(&b, "[1] %s", t[i].name);
            for (size_t k = 0; k < have; k++)
                buf_add_c(&b, ";7");
            assert_int_equal(excmd_parse(&c, buf_str(&b), NULL, &err), have >= needed ? 0 : E_INVAL);
        }
    buf_release(&b);
}

/* ---- macros at run time ---- */

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void macro_is(struct lab *lab, const char *text, uint32_t check, const char *want)
{
    struct macro_ref ref;
    struct expand_of of = {.check = check,
                           .contact = 0,
                           .notification = true,
                           .type = NOTIFY_ACK,
                           .number = 4,
                           .author = STR("ann"),
                           .comment = STR("it's $5"),
                           .recipients = STR("alice")};
    struct buf b = BUF_INIT;

    assert_true(macro_parse(str_of(text), &ref));
    assert_true(expand_macro(lab->w, ref.id, ref.arg, &of, &b));
    if (strcmp(b.data, want) != 0)
        print_error("%s\n", text);
    assert_string_equal(b.data, want);
    buf_release(&b);
}

static void test_macros(void **st UNUSED)
{
    static const struct {
        const char *macro, *want;
    } table[] = {
        {"SERVICESTATE", "CRITICAL"},
        {"SERVICESTATEID", "2"},
        {"SERVICESTATETYPE", "SOFT"},
        {"SERVICEATTEMPT", "1"},
        {"LASTSERVICESTATE", "OK"},
        {"HOSTSTATE", "UP"},
        {"SERVICEOUTPUT", "disk full"},
        {"SERVICEPERFDATA", "a=1"},
        {"LONGSERVICEOUTPUT", "more\\nC:\\\\x"},
        {"SERVICEDURATIONSEC", "90"},
        {"SERVICEDURATION", "0d 0h 1m 30s"},
        {"LASTSERVICECHECK", "1800000000"},
        {"HOSTSTATE:h1", "UP"},
        {"SERVICESTATE:h1:s1", "CRITICAL"},
        {"SERVICESTATE:h1:none", ""},
        {"NOTIFICATIONTYPE", "ACKNOWLEDGEMENT"},
        {"NOTIFICATIONNUMBER", "4"},
        {"NOTIFICATIONAUTHOR", "ann"},
        {"NOTIFICATIONCOMMENT", "its 5"},
        {"NOTIFICATIONRECIPIENTS", "alice"},
        {"TIMET", "1800000090"},
        {"DATE", "2027-01-15"},
        {"TIME", "08:01:30"},
        {"SHORTDATETIME", "2027-01-15 08:01:30"},
        {"LONGDATETIME", "Fri Jan 15 08:01:30 UTC 2027"},
        {"TOTALSERVICESCRITICAL", "1"},
        {"TOTALHOSTSUP", "1"},
        {"TOTALSERVICEPROBLEMS", "1"},
        {"TOTALHOSTSERVICESCRITICAL", "1"},
        {"ISVALIDTIME:24x7", "1"},
        {"NEXTVALIDTIME:24x7", "1800000090"},
        {"SERVICEACKAUTHOR", "ann"},
        {"SERVICELATENCY", "0.000"},
        {"SERVICEPERCENTCHANGE", "0.00"},
        {"SERVICEDOWNTIME", "0"},
    };
    struct lab lab = {0};

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n}\ndefine service {\n host_name h1\n "
             "service_description s1\n use st\n}\n",
             1800000000, 1, up, 0);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;disk `full`|a=1\\nmo\"re\\nC:\\\\x"));
    lab_run(&lab, 90 * TIME_S);
    lab_event(&lab, &(struct world_event){.kind = WORLD_TICK});
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        macro_is(&lab, table[i].macro, 1, table[i].want);
    lab_close(&lab);
}

/* A value is one argument whatever it holds: it is neither split nor can it be taken for the coding of command lines. */
static void test_value_is_one_word(void **st UNUSED)
{
    struct lab lab = {0};
    const char *objects =
        "define command {\n command_name eh\n command_line /bin/eh $SERVICEOUTPUT$ end\n}\n"
        "define host {\n host_name h1\n use ht\n}\n"
        "define service {\n host_name h1\n service_description s1\n use st\n event_handler eh\n}\n";
    struct world_event e = {.kind = WORLD_COMMAND};
    const struct world_effect *x;
    struct str words, w = STR_NULL;
    size_t n, i = 0;

    lab_open(&lab, lab_main, objects, 1800000000, 1, up, 0);
    e.command.text = STR("[1800000000] PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;a b;c $(id) \x01S1;");
    world_step(lab.w, &e, lab_now(&lab));
    x = world_effects(lab.w, &n);
    while (i < n && !(x[i].kind == WORLD_RUN && x[i].run_kind == WORLD_RUN_HANDLER))
        i++;
    assert_true(i < n);
    words = world_text(lab.w, x[i].words);
    assert_true(record_next_word(&words, &w) == 1 && str_eq_c(w, "/bin/eh"));
    assert_true(record_next_word(&words, &w) == 1 && str_starts(w, STR("a b:c ")));
    assert_false(str_contains(w, STR("$"))); /* illegal_macro_output_chars */
    assert_true(!str_contains(w, STR("\x01S1;")) || str_contains(w, STR("\x01\x01S1;"))); /* never a slot */
    assert_true(record_next_word(&words, &w) == 1 && str_eq_c(w, "end"));
    assert_int_equal(record_next_word(&words, &w), 0);
    world_clear(lab.w);
    lab_close(&lab);
}

/* The newest result in the record, if there is one. */
static bool newest(const struct lab *lab, struct record_result *out)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    struct record_result r;
    bool any = false;

    while (record_next(&rest, &f) == 1)
        if (f.kind == RECORD_RESULT && record_get(f.kind, f.payload, &r) == 0) {
            *out = r;
            any = true;
        }
    return any;
}

/* When it was; when it says that it was, if that cannot be. -1: there is none. */
static int64_t recorded_at(const struct lab *lab)
{
    struct record_result r;

    return newest(lab, &r) ? r.started : -1;
}

static int64_t untimed(const struct lab *lab)
{
    struct record_result r;

    return newest(lab, &r) ? r.untimed_us : -1;
}

static void say_at(struct lab *lab, int64_t stamp_s)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct buf b = BUF_INIT;

    buf_printf(&b, "[%lld] PROCESS_SERVICE_CHECK_RESULT;h1;s1;0;fine|v=1", (long long)stamp_s);
    e.command.text = buf_str(&b);
    lab_event(lab, &e);
    buf_release(&b);
}

static void hand_at(struct lab *lab, int64_t us)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_HANDED,
                                         .result = {.output = STR("fine|v=1"), .started = {us}},
                                         .handed = {.file = STR("c1 1 1"),
                                                    .host = STR("h1"),
                                                    .service = STR("s1"),
                                                    .passive = true,
                                                    .index = 1}});
}

/* A result is of the time that its command or its file says; the state does not go back in time for it. What cannot be so is of the time at which it came. */
static void test_a_result_has_its_time(void **st UNUSED)
{
    struct lab lab = {0};
    int64_t now, last;

    lab_open(&lab, lab_main,
             "define host {\n host_name h1\n use ht\n}\ndefine service {\n host_name h1\n "
             "service_description s1\n use st\n active_checks_enabled 0\n}\n",
             1800000000, 1, up, 0);
    lab_run(&lab, 10 * TIME_DAY + 300 * TIME_MS);
    now = lab_now(&lab).wall.us;
    say_at(&lab, time_wall_s((struct wall){now}) - 5 * 86400);
    assert_int_equal(recorded_at(&lab), (time_wall_s((struct wall){now}) - 5 * 86400) * TIME_S);
    last = time_wall_s((struct wall){now}) - 60;
    say_at(&lab, last);
    assert_int_equal(recorded_at(&lab), last * TIME_S);
    assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, last * TIME_S);
    say_at(&lab, last - 30); /* it came later than one that is newer */
    assert_int_equal(recorded_at(&lab), (last - 30) * TIME_S);
    assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, last * TIME_S);
    hand_at(&lab, last * TIME_S + 20500 * TIME_MS);
    assert_int_equal(recorded_at(&lab), last * TIME_S + 20500 * TIME_MS);
    assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, last * TIME_S + 20500 * TIME_MS);
    lab_restart(&lab, false); /* all of it again, from the record */
    assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, last * TIME_S + 20500 * TIME_MS);
    for (unsigned i = 0; i < 6; i++) { /* this second, the future, no time at all, too long ago */
        const int64_t said[] = {0, 1, 3600, -(last + 60), -(last + 59), -8 * 86400};

        lab_run(&lab, TIME_S);
        now = lab_now(&lab).wall.us;
        say_at(&lab, time_wall_s((struct wall){now}) + said[i]);
        assert_int_equal(recorded_at(&lab), now);
        assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, now);
    }
    for (unsigned i = 0; i < 5;
         i++) { /* ahead by more than a clock can be, or not: what was measured has no time, or that */
        const int64_t said[] = {86400 - 60, 86400 + 60, 4102444800 - last, INT64_MAX - last - 60, -8 * 86400};

        lab_run(&lab, TIME_S);
        last = time_wall_s(lab_now(&lab).wall);
        say_at(&lab, last + said[i]);
        assert_int_equal(recorded_at(&lab), lab_now(&lab).wall.us);
        assert_int_equal(untimed(&lab), i == 0   ? 0
                                        : i == 3 ? INT64_MAX / TIME_S * TIME_S
                                                 : (last + said[i]) * TIME_S);
    }
    lab_clock_step(&lab, -TIME_H); /* the last one lies ahead then: this one is of now */
    lab_run(&lab, TIME_S);
    now = lab_now(&lab).wall.us;
    say_at(&lab, time_wall_s((struct wall){now}));
    assert_int_equal(lab_state(&lab, "h1", "s1")->last_check, now);
    lab_close(&lab);
}

static unsigned commands_in_history(const struct lab *lab)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    struct record_event e;
    unsigned n = 0;

    while (record_next(&rest, &f) == 1)
        n += f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
             e.kind == RECORD_EVENT_COMMAND;
    return n;
}

/* What is done for one of two stands in the history; what is done for none does not. */
static void test_refused_in_part(void **st UNUSED)
{
    static const char *const objects =
        "define host {\n host_name h\n use ht\n}\n"
        "define service {\n host_name h\n service_description on\n use st\n active_checks_enabled 1\n}\n"
        "define service {\n host_name h\n service_description off\n use st\n}\n";
    struct lab lab = {0};

    lab_open(&lab, lab_main, objects, 1800000000, 1, up, 0);
    assert_false(lab_command(&lab, "SCHEDULE_HOST_SVC_CHECKS;h;1800000001"));
    assert_int_equal(
        lab_count(&lab.log,
                  "refused: done for 1 of 2, not for the others: its active checks are switched off"),
        1);
    assert_int_equal(commands_in_history(&lab), 1);
    assert_false(lab_command(&lab, "SCHEDULE_SVC_CHECK;h;off;1800000001"));
    assert_int_equal(commands_in_history(&lab), 1);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_missing_fields),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_a_result_has_its_time),
        cmocka_unit_test(test_value_is_one_word),
        cmocka_unit_test(test_refused_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
