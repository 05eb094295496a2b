/* SPDX-License-Identifier: Apache-2.0 */
/* What external commands put in the place of the configuration: that it acts, that it is data, what of it outlives a restart and a reload, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/record.h"
#include "core/source.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000 /* Friday, 08:00:00 UTC */
#define S     TIME_S

static const char *const objects =
    "define timeperiod {\n timeperiod_name never\n alias n\n}\n"
    "define timeperiod {\n timeperiod_name later\n alias n\n friday 08:01-24:00\n}\n"
    "define command {\n command_name other\n command_line /bin/other -H '$HOSTADDRESS$' $ARG1$ -p "
    "$_HOSTPORT$ $USER5$ $ARG2$\n}\n"
    "define command {\n command_name piped\n command_line /bin/p $ARG1$ | grep \"$ARG1$\"\n}\n"
    "define command {\n command_name vars\n command_line /bin/v $ARG1$ $_SERVICELEVEL$ '$_HOSTPORT$ x'\n}\n"
    "define command {\n command_name root\n command_line /bin/root $ARG1$\n}\n"
    "define command {\n command_name eh\n command_line /bin/eh $SERVICESTATE$ $ARG1$\n}\n"
    "define command {\n command_name tell\n command_line /bin/tell '$HOSTALIAS$' $_CONTACTOPTS$ "
    "$_CONTACTSHIFT$ "
    "$_HOSTPORT:h1$ $MAXHOSTATTEMPTS:h1$\n}\n"
    "define contact {\n contact_name dave\n host_notification_commands n-host\n service_notification_options "
    "n\n service_notification_commands tell\n _OPTS -a -b\n "
    "_SHIFT day\n}\n"
    "define host {\n host_name h1\n use ht\n alias it's \"1\n address 192.0.2.1\n _PORT 22\n}\n"
    "define host {\n host_name h2\n use ht\n parents h1\n}\n"
    "define contact {\n contact_name carol\n vigie_mail carol@vigie.invalid\n _A 1\n _B 1\n _C 1\n}\n"
    "define hostgroup {\n hostgroup_name hg\n members h1,h2\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n check_command vars!-w 5 -c 9\n"
    " active_checks_enabled 1\n contacts +dave\n _LEVEL high\n}\n"
    "define service {\n host_name h2\n service_description s2\n use st\n}\n";

static struct buf ran; /* a line each run: words by '|' */

static void on_run(struct lab *lab, const struct world_effect *e, struct lab_answer *answer)
{
    struct str packed = world_text(lab->w, e->words), word;
    size_t from = ran.len;

    while (record_next_word(&packed, &word) > 0) {
        if (ran.len > from)
            buf_add_char(&ran, '|');
        buf_add_str(&ran, word);
    }
    packed = world_text(lab->w, e->env);
    while (record_next_word(&packed, &word) > 0)
        buf_printf(&ran, " {" STR_FMT "}", STR_ARG(word));
    buf_add_char(&ran, '\n');
    *answer = (struct lab_answer){.lasts_us = TIME_MS, .output = "fine"};
}

static void open_lab(struct lab *lab, const char *more)
{
    struct buf main_text = BUF_INIT;
    struct lab_site site = {.resource = "$USER5$=s3cret\n", .objects = objects};

    buf_clear(&ran);
    buf_printf(&main_text, "%sresource_file=/r.cfg\nvigie_command_privileged=root\n%s", lab_main, more);
    site.main_text = main_text.data;
    lab->on_run = on_run;
    lab_open_site(lab, &site, START, 1, NULL, 0);
    buf_release(&main_text);
    lab_run(lab, S); /* the first checks are done */
}

static void has(const struct buf *b, const char *text, unsigned n)
{
    if (lab_count(b, text) != n) {
        print_error("expected %u times: %s\nin:\n%s\n", n, text, b->data);
        fail();
    }
}

static void yes(struct lab *lab, const char *command)
{
    if (!lab_command(lab, command))
        fail_msg("refused: %s\n%s", command, lab->log.data);
}

static void no(struct lab *lab, const char *command, const char *why)
{
    buf_clear(&lab->log);
    assert_false(lab_command(lab, command));
    has(&lab->log, why, 1);
}

static void force(struct lab *lab, const char *what)
{
    char text[200];

    lab_run(lab, S); /* nothing is under way */
    buf_clear(&ran);
    snprintf(text, sizeof(text), "SCHEDULE_FORCED_%s;%lld", what, (long long)(lab->mono / S));
    yes(lab, text);
    lab_run(lab, S);
}

static void test_check_command(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    yes(&lab, "CHANGE_HOST_CHECK_COMMAND;h1;other!-C public; $(id) `x`!$USER5$");
    force(&lab, "HOST_CHECK;h1");
    /* each argument is one word, whatever it holds; the definition is split as ever; the secret stays a slot */
    has(&ran, "/bin/other|-H|192.0.2.1|-C public; $(id) `x`|-p|22|\x01S0;|$USER5$\n", 1);
    yes(&lab, "CHANGE_HOST_CHECK_COMMAND;h2;piped!a\"b'c$(id)");
    force(&lab, "HOST_CHECK;h2");
    has(&ran,
        "/bin/sh|-c|/bin/p \"${VIGIE_M0}\" | grep \"${VIGIE_M1}\" {VIGIE_M0=a\"b'c$(id)} "
        "{VIGIE_M1=a\"b'c$(id)}",
        1);
    no(&lab, "CHANGE_HOST_CHECK_COMMAND;h1;nothing!x", "there is no command 'nothing'");
    no(&lab, "CHANGE_HOST_CHECK_COMMAND;h1;root!x", "vigie_command_privileged");
    lab_restart(&lab, false);
    force(&lab, "HOST_CHECK;h1");
    has(&ran, "/bin/other|", 1);
    lab_restart(&lab, true);
    force(&lab, "HOST_CHECK;h1");
    has(&ran, "/bin/other|", 1);
    /* the attribute is not to be kept any more: what the files say is back with the next reading of them */
    yes(&lab, "CHANGE_HOST_MODATTR;h1;0");
    force(&lab, "HOST_CHECK;h1");
    has(&ran, "/bin/other|", 1);
    lab_restart(&lab, false);
    force(&lab, "HOST_CHECK;h1");
    has(&ran, "/bin/plug|h\n", 1);
    lab_close(&lab);
}

/* A start under files that name two more commands. */
static void restart_privileged(struct lab *lab)
{
    lab_stop(lab, true);
    for (size_t i = 0; i < 2; i++) {
        uint32_t command = model_find_command(lab->model, i ? STR("eh") : STR("other"));

        ((struct model_command *)(uintptr_t)model_command(lab->model, command))->privileged = 1;
    }
    lab_start(lab);
}

/* A command set at run time has no rights when the files give it some later: neither by a reload, nor by what a start reads back. */
static void test_privileged_later(void **st UNUSED)
{
    struct lab lab = {0};

    for (int again = 0; again < 2; again++) {
        struct buf main_text = BUF_INIT;
        struct lab_site site = {.resource = "$USER5$=s3cret\n", .objects = objects};

        open_lab(&lab, "");
        buf_printf(&main_text,
                   "%sresource_file=/r.cfg\nvigie_command_privileged=other\nvigie_command_privileged=eh\n",
                   lab_main);
        site.main_text = main_text.data;
        yes(&lab, "CHANGE_HOST_CHECK_COMMAND;h1;other!mine");
        yes(&lab, "CHANGE_SVC_EVENT_HANDLER;h1;s1;eh!mine");
        yes(&lab, "CHANGE_GLOBAL_SVC_EVENT_HANDLER;eh!mine");
        if (again)
            restart_privileged(&lab);
        else
            lab_reload_site(&lab, &site);
        force(&lab, "HOST_CHECK;h1");
        has(&ran, "/bin/plug|h\n", 1);
        buf_clear(&ran);
        for (int i = 0; i < 3; i++)
            yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
        lab_run(&lab, S);
        has(&ran, "mine", 0);
        assert_int_equal(lab.w->st[lab_check(&lab, "h1", NULL)].modified & STATE_MODIFIED_CHECK_COMMAND, 0);
        lab_close(&lab);
        buf_release(&main_text);
    }
}

static void test_event_handler(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "log_event_handlers=1\n");
    yes(&lab, "CHANGE_SVC_EVENT_HANDLER;h1;s1;eh!own; one");
    yes(&lab, "CHANGE_GLOBAL_SVC_EVENT_HANDLER;eh!all");
    no(&lab, "CHANGE_GLOBAL_HOST_EVENT_HANDLER;none", "there is no command 'none'");
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&ran, "/bin/eh|CRITICAL|own; one\n", 1);
    has(&ran, "/bin/eh|CRITICAL|all\n", 1);
    has(&lab.log, "] SERVICE EVENT HANDLER: h1;s1;CRITICAL;SOFT;1;eh!own; one\n", 1);
    has(&lab.log, "GLOBAL SERVICE EVENT HANDLER: h1;s1;CRITICAL;SOFT;1;eh!all\n", 1);
    lab_restart(&lab, true);
    buf_clear(&ran);
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&ran, "/bin/eh|CRITICAL|own; one\n", 1);
    has(&ran, "/bin/eh|CRITICAL|all\n", 1);
    lab_close(&lab);
}

static void test_periods(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    yes(&lab, "CHANGE_SVC_CHECK_TIMEPERIOD;h1;s1;never");
    no(&lab, "CHANGE_SVC_CHECK_TIMEPERIOD;h1;s1;nil", "there is no time period 'nil'");
    lab_run(&lab, 15 * S); /* the plan of before comes, and is put off */
    buf_clear(&ran);
    lab_run(&lab, 60 * S);
    has(&ran, "/bin/v|", 0);
    yes(&lab, "CHANGE_SVC_CHECK_TIMEPERIOD;h1;s1;later");
    lab_run(&lab, 70 * S);
    assert_true(lab_count(&ran, "/bin/v|") >= 5);
    yes(&lab, "DISABLE_SVC_CHECK;h1;s1");
    yes(&lab, "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;h1;s1;never");
    for (int i = 0; i < 3; i++)
        yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION", 0);
    yes(&lab, "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;h1;s1;24x7");
    yes(&lab, "CHANGE_CONTACT_SVC_NOTIFICATION_TIMEPERIOD;alice;never");
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION", 0);
    lab_restart(&lab, true);
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION", 0);
    yes(&lab, "CHANGE_CONTACT_MODSATTR;alice;0");
    lab_restart(&lab, false);
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h1;s1;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION: alice;h1;s1;CRITICAL", 1);
    lab_close(&lab);
}

static void test_variables(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    force(&lab, "SVC_CHECK;h1;s1");
    has(&ran, "/bin/v|-w|5|-c|9|high|22 x\n", 1);
    yes(&lab, "CHANGE_CUSTOM_SVC_VAR;h1;s1;level;very; high $HOSTNAME$");
    yes(&lab, "CHANGE_CUSTOM_HOST_VAR;h1;_PORT;2 2");
    no(&lab, "CHANGE_CUSTOM_HOST_VAR;h1;NONE;2", "it has no custom variable '_NONE'");
    no(&lab, "CHANGE_CUSTOM_CONTACT_VAR;alice;NONE;2", "it has no custom variable '_NONE'");
    force(&lab, "SVC_CHECK;h1;s1");
    /* arguments of the files are split as before, what was set is one word or part of one */
    has(&ran, "/bin/v|-w|5|-c|9|very; high $HOSTNAME$|2 2 x\n", 1);
    lab_restart(&lab, true);
    force(&lab, "SVC_CHECK;h1;s1");
    has(&ran, "/bin/v|-w|5|-c|9|very; high $HOSTNAME$|2 2 x\n", 1);
    yes(&lab, "CHANGE_SVC_MODATTR;h1;s1;0");
    lab_restart(&lab, true);
    force(&lab, "SVC_CHECK;h1;s1");
    has(&ran, "/bin/v|-w|5|-c|9|high|2 2 x\n", 1);
    lab_close(&lab);
}

/* In a notification, too: those of the contact, and what the line names. All else in it stays as it was. */
static void test_told_variables(void **st UNUSED)
{
    static const char tell[] = "SEND_CUSTOM_SVC_NOTIFICATION;h1;s1;2;bob;look";
    struct lab lab = {0};

    open_lab(&lab, "");
    yes(&lab, tell);
    lab_run(&lab, S);
    has(&ran, "/bin/tell|it's \"1|-a|-b|day|22|3\n", 1);
    yes(&lab, "CHANGE_CUSTOM_CONTACT_VAR;dave;shift;nig'ht $(id)");
    yes(&lab, "CHANGE_MAX_HOST_CHECK_ATTEMPTS;h1;7");
    yes(&lab, tell);
    lab_run(&lab, S);
    has(&ran, "/bin/tell|it's \"1|-a|-b|nig'ht $(id)|22|7\n", 1);
    lab_restart(&lab, true);
    yes(&lab, "CHANGE_CUSTOM_HOST_VAR;h1;PORT;2 2");
    yes(&lab, tell);
    lab_run(&lab, S);
    has(&ran, "/bin/tell|it's \"1|-a|-b|nig'ht $(id)|2 2|7\n", 1);
    lab_close(&lab);
}

/* Each is short enough for a line, but a record has all of them. */
static void test_much_together(void **st UNUSED)
{
    struct buf value = BUF_INIT, line = BUF_INIT, most = BUF_INIT;
    struct lab lab = {0};

    open_lab(&lab, "");
    for (unsigned i = 0; i < LIMIT_OVER / 3; i++)
        buf_add_char(&value, 'x');
    buf_printf(&line, "CHANGE_HOST_CHECK_COMMAND;h1;other!%s", value.data);
    yes(&lab, line.data);
    buf_clear(&line);
    buf_printf(&line, "CHANGE_HOST_EVENT_HANDLER;h1;other!%s", value.data);
    yes(&lab, line.data);
    buf_clear(&line);
    buf_printf(&line, "CHANGE_CUSTOM_HOST_VAR;h1;PORT;%s", value.data);
    buf_printf(&most,
               "the custom variable is not set: with it, what commands put in the place of the configuration "
               "here would take %u bytes, and at most %u are kept",
               3 * (LIMIT_OVER / 3) + 2 * 6 + 1 + 4 + 2, LIMIT_OVER);
    no(&lab, line.data, most.data);
    yes(&lab, "CHANGE_HOST_CHECK_COMMAND;h1;other!short"); /* what takes less is always taken */
    yes(&lab, line.data);
    lab_restart(&lab, true);
    force(&lab, "HOST_CHECK;h1");
    has(&ran, value.data, 1);
    lab_close(&lab);
    buf_release(&value);
    buf_release(&line);
    buf_release(&most);
}

static void test_much_of_a_contact(void **st UNUSED)
{
    struct buf line = BUF_INIT;
    struct lab lab = {0};

    open_lab(&lab, "");
    for (char name = 'A'; name <= 'C'; name++) {
        buf_clear(&line);
        buf_printf(&line, "CHANGE_CUSTOM_CONTACT_VAR;carol;%c;", name);
        for (unsigned i = 0; i < LIMIT_OVER / 3; i++)
            buf_add_char(&line, 'x');
        if (name < 'C')
            yes(&lab, line.data);
        else
            no(&lab, line.data, "the custom variable is not set: with it, what commands");
    }
    yes(&lab, "CHANGE_CUSTOM_CONTACT_VAR;carol;C;short");
    lab_close(&lab);
    buf_release(&line);
}

static void test_reload(void **st UNUSED)
{
    struct buf other = BUF_INIT, main_text = BUF_INIT;
    struct lab lab = {0};
    struct lab_site site = {.resource = "$USER5$=s3cret\n"};
    const char *at = strstr(objects, "define timeperiod {\n timeperiod_name later");

    open_lab(&lab, "");
    yes(&lab, "CHANGE_SVC_CHECK_TIMEPERIOD;h1;s1;never"); /* gone in the next configuration */
    yes(&lab, "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;h1;s1;later");
    yes(&lab, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;h1;s1;7");
    yes(&lab, "CHANGE_HOST_CHECK_COMMAND;h2;other!a!b");
    yes(&lab, "CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD;alice;never");
    buf_add_c(&other, at);
    buf_printf(&main_text, "%sresource_file=/r.cfg\nretained_host_attribute_mask=512\n", lab_main);
    site.objects = other.data;
    site.main_text = main_text.data;
    lab_reload_site(&lab, &site);
    assert_int_equal(lab_state(&lab, "h1", "s1")->modified & 0x1ffff,
                     STATE_MODIFIED_NOTIFY_PERIOD | STATE_MODIFIED_INTERVAL);
    assert_int_equal(over_check_period(lab.w, lab_check(&lab, "h1", "s1")),
                     model_find_period(lab.model, STR("24x7")));
    assert_int_equal(over_notify_period(lab.w, lab_check(&lab, "h1", "s1")),
                     model_find_period(lab.model, STR("later")));
    assert_int_equal(world_interval(lab.w, lab_check(&lab, "h1", "s1"), false), 7 * S);
    assert_int_equal(lab_state(&lab, "h2", NULL)->modified, 0); /* the mask */
    force(&lab, "HOST_CHECK;h2");
    has(&ran, "/bin/other|", 0);
    assert_null(lab.w->contact[0].over->text[OVER_NOTIFY_PERIOD]);
    lab_close(&lab);
    buf_release(&other);
    buf_release(&main_text);
}

static void test_attributes(void **st UNUSED)
{
    struct lab lab = {0};
    const struct state *s;

    open_lab(&lab, "");
    yes(&lab, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;h1;s1;7");
    yes(&lab, "ENABLE_SVC_FRESHNESS_CHECK;h1;s1");
    yes(&lab, "DISABLE_SVC_NOTIFICATIONS;h1;s1");
    s = lab_state(&lab, "h1", "s1");
    assert_int_equal(s->modified, 1024 | 8192 | 1);
    assert_true(s->switches & MODEL_CHECK_FRESHNESS);
    yes(&lab, "CHANGE_SVC_MODATTR;h1;s1;0x401"); /* freshness is no longer kept; in force until the restart */
    assert_true(lab_state(&lab, "h1", "s1")->switches & MODEL_CHECK_FRESHNESS);
    assert_int_equal(world_interval(lab.w, lab_check(&lab, "h1", "s1"), false), 7 * S);
    lab_restart(&lab, true);
    s = lab_state(&lab, "h1", "s1");
    assert_false(s->switches & (MODEL_CHECK_FRESHNESS | MODEL_CHECK_NOTIFY));
    assert_int_equal(world_interval(lab.w, lab_check(&lab, "h1", "s1"), false), 7 * S);
    yes(&lab, "DISABLE_SVC_FRESHNESS_CHECK;h1;s1");
    yes(&lab, "ENABLE_HOST_FRESHNESS_CHECK;h1");
    yes(&lab, "DISABLE_HOST_FRESHNESS_CHECK;h1");
    yes(&lab, "CHANGE_CONTACT_MODATTR;alice;32768");
    yes(&lab, "CHANGE_CONTACT_MODHATTR;alice;1");
    no(&lab, "CHANGE_SVC_MODATTR;h1;s1;-1", "a sum of bits");
    lab_close(&lab);
}

static void test_downtimes_by_what_they_say(void **st UNUSED)
{
    struct buf c = BUF_INIT;
    struct lab lab = {0};

    static const char *const what[] = {"HOST_DOWNTIME;h1", "SVC_DOWNTIME;h1;s1", "HOST_DOWNTIME;h2",
                                       "SVC_DOWNTIME;h2;s2"};
    static const struct {
        const char *command;
        int left; /* of the four; -1: refused */
    } table[] = {
        {"DEL_DOWNTIME_BY_HOST_NAME;h1", 2},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;s1", 3},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;;1800000100", 2},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;;1800000101", -1},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;;;works", 2},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;;;work", -1},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;s2", -1},
        {"DEL_DOWNTIME_BY_HOST_NAME;h1;;soon", -1},
        {"DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg", 0},
        {"DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg;h2", 2},
        {"DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg;;s2", 3},
        {"DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg;h3", -1},
        {"DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000100", 0},
        {"DEL_DOWNTIME_BY_START_TIME_COMMENT;;works", 0},
        {"DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000100;other", -1},
        {"DEL_DOWNTIME_BY_START_TIME_COMMENT", -1},
        {"DEL_HOST_DOWNTIME_FULL;h1;;;;;;;", 3},
        {"DEL_HOST_DOWNTIME_FULL;h1;1800000100;1800000200;1;0;100;bob;works", 3},
        {"DEL_HOST_DOWNTIME_FULL;h1;;;0;;;;", -1},
        {"DEL_SVC_DOWNTIME_FULL;h1;s1;;;;;;bob;", 3},
        {"DEL_SVC_DOWNTIME_FULL;h1;s1;;;;;;ann;", -1},
    };

    open_lab(&lab, "");
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        for (size_t k = 0; k < ARRAY_LEN(what); k++) {
            buf_clear(&c);
            buf_printf(&c, "SCHEDULE_%s;1800000100;1800000200;1;0;0;bob;works", what[k]);
            yes(&lab, c.data);
        }
        print_message("  %s\n", table[i].command);
        assert_int_equal(lab_command(&lab, table[i].command), table[i].left >= 0);
        assert_int_equal(lab_downtimes(&lab), table[i].left >= 0 ? table[i].left : 4);
        lab_command(&lab, "DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000100");
        assert_int_equal(lab_downtimes(&lab) + lab_comments(&lab), 0);
    }
    lab_close(&lab);
    buf_release(&c);
}

/* The type of the last event that an acknowledgement ended: 1 if its time was over; -1: there is none. */
static int64_t last_end(const struct lab *lab)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    int64_t type = -1;

    while (record_next(&rest, &f) == 1) {
        struct record_event e;

        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
            e.kind == RECORD_EVENT_ACK_REMOVED)
            type = (int64_t)e.type;
    }
    return type;
}

static void test_acknowledgement_ends(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    for (int i = 0; i < 3; i++)
        yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h2;s2;2;bad");
    no(&lab, "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;h2;s2;2;0;0;1799999999;bob;soon", "in the past");
    yes(&lab, "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;h2;s2;2;0;0;1800000030;bob;soon");
    assert_int_equal(lab_state(&lab, "h2", "s2")->ack_type, STATE_ACK_STICKY);
    lab_run(&lab, 10 * S);
    lab_restart(&lab, true);
    assert_int_equal(lab_state(&lab, "h2", "s2")->ack_type, STATE_ACK_STICKY);
    assert_int_equal(lab_comments(&lab), 1);
    lab_run(&lab, 25 * S);
    assert_int_equal(lab_state(&lab, "h2", "s2")->ack_type, STATE_ACK_NONE);
    assert_int_equal(lab_comments(&lab), 0);
    assert_int_equal(last_end(&lab), 1);
    /* one that replaces it has no end */
    yes(&lab, "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;h2;s2;2;0;0;1800000060;bob;soon");
    yes(&lab, "ACKNOWLEDGE_SVC_PROBLEM;h2;s2;2;0;0;bob;for good");
    lab_run(&lab, 60 * S);
    assert_int_equal(lab_state(&lab, "h2", "s2")->ack_type, STATE_ACK_STICKY);
    yes(&lab, "REMOVE_SVC_ACKNOWLEDGEMENT;h2;s2");
    assert_int_equal(last_end(&lab), 0);
    lab_close(&lab);
}

static void test_first_delay(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    yes(&lab, "SET_SVC_NOTIFICATION_DELAY;h2;s2;20");
    yes(&lab, "SET_HOST_NOTIFICATION_DELAY;h2;20");
    no(&lab, "SET_HOST_NOTIFICATION_DELAY;h2;-1", "not negative");
    for (int i = 0; i < 3; i++)
        yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h2;s2;2;bad");
    lab_restart(&lab, true);
    lab_run(&lab, 10 * S);
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h2;s2;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION", 0);
    lab_run(&lab, 11 * S);
    yes(&lab, "PROCESS_SERVICE_CHECK_RESULT;h2;s2;2;bad");
    has(&lab.log, "SERVICE NOTIFICATION: alice;h2;s2;CRITICAL", 1);
    assert_int_equal(lab_state(&lab, "h2", "s2")->modified, STATE_MODIFIED_FIRST_DELAY);
    yes(&lab, "CHANGE_SVC_MODATTR;h2;s2;0"); /* from the next start on it is as configured */
    assert_int_equal(over_first_delay(lab.w, lab_check(&lab, "h2", "s2")), 20 * S);
    lab_restart(&lab, true);
    assert_int_equal(over_first_delay(lab.w, lab_check(&lab, "h2", "s2")), 0);
    assert_int_equal(over_first_delay(lab.w, lab_check(&lab, "h2", NULL)), 20 * S);
    lab_close(&lab);
}

static void test_long_units(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "interval_length=86400\n");
    no(&lab, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;h1;s1;2147483647", "without end");
    no(&lab, "CHANGE_RETRY_SVC_CHECK_INTERVAL;h1;s1;2147483647", "without end");
    no(&lab, "SET_HOST_NOTIFICATION_DELAY;h2;2147483647", "without end");
    lab_close(&lab);
}

static void flap(struct lab *lab)
{
    for (int i = 0; i < 24; i++)
        yes(lab,
            i % 2 ? "PROCESS_SERVICE_CHECK_RESULT;h2;s2;0;good" : "PROCESS_SERVICE_CHECK_RESULT;h2;s2;2;bad");
}

static void test_flapping_cleared(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "enable_flap_detection=1\n");
    yes(&lab, "ENABLE_SVC_FLAP_DETECTION;h2;s2");
    yes(&lab, "CHANGE_MAX_SVC_CHECK_ATTEMPTS;h2;s2;1");
    flap(&lab);
    assert_true(lab_state(&lab, "h2", "s2")->flapping);
    assert_int_equal(lab_comments(&lab), 1);
    yes(&lab, "CLEAR_SVC_FLAPPING_STATE;h2;s2");
    yes(&lab, "CLEAR_HOST_FLAPPING_STATE;h2");
    assert_false(lab_state(&lab, "h2", "s2")->flapping);
    assert_int_equal(lab_state(&lab, "h2", "s2")->flap_percent, 0);
    assert_int_equal(lab_comments(&lab), 0);
    flap(&lab);
    assert_true(lab_state(&lab, "h2", "s2")->flapping);
    buf_clear(&lab.log);
    yes(&lab, "DISABLE_FLAP_DETECTION");
    assert_false(lab_state(&lab, "h2", "s2")->flapping);
    has(&lab.log, "SERVICE FLAPPING ALERT: h2;s2;DISABLED; Flap detection has been disabled\n", 1);
    has(&lab.log, "SERVICE NOTIFICATION: alice;h2;s2;FLAPPINGDISABLED (OK);n-svc;", 1);
    lab_close(&lab);
}

/* Effects of the program's commands, as the engine's shell sees them. */
static unsigned effects_of(struct lab *lab, const char *command, enum world_effect_kind kind, unsigned status,
                           struct buf *words)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    const struct world_effect *x;
    struct buf text = BUF_INIT;
    unsigned n = 0;
    size_t all;

    buf_printf(&text, "[%d] %s", START, command);
    e.command.text = buf_str(&text);
    e.command.source = WORLD_SOURCE_PIPE;
    if (!command[0])
        e.kind = WORLD_TICK;
    world_step(lab->w, &e, lab_now(lab));
    x = world_effects(lab->w, &all);
    for (size_t i = 0; i < all; i++)
        if (x[i].kind == kind && x[i].status == status) {
            n++;
            buf_clear(words);
            buf_add_str(words, world_text(lab->w, x[i].words));
        }
    world_clear(lab->w);
    buf_release(&text);
    return n;
}

static void test_program(void **st UNUSED)
{
    struct buf words = BUF_INIT;
    struct lab lab = {0};
    struct mono at;

    open_lab(&lab, "");
    assert_int_equal(effects_of(&lab, "RESTART_PROGRAM", WORLD_END, 1, &words), 1);
    assert_int_equal(effects_of(&lab, "RESTART_PROCESS;0", WORLD_END, 1, &words), 1);
    assert_int_equal(effects_of(&lab, "SHUTDOWN_PROCESS", WORLD_END, 0, &words), 1);
    assert_int_equal(effects_of(&lab, "SHUTDOWN_PROGRAM;1800000009", WORLD_END, 0, &words), 0);
    assert_int_equal(effects_of(&lab, "SHUTDOWN_PROGRAM;soon", WORLD_END, 0, &words), 0);
    no(&lab, "SHUTDOWN_PROGRAM;-9223372036854775807", "is no time");
    no(&lab, "SHUTDOWN_PROGRAM;9223372036854775807", "is no time");
    assert_true(world_next_due(lab.w, &at) && at.us <= lab.mono + 9 * S);
    lab.mono += 9 * S;
    assert_int_equal(effects_of(&lab, "", WORLD_END, 0, &words), 1);
    assert_int_equal(effects_of(&lab, "", WORLD_END, 0, &words), 0);
    assert_int_equal(effects_of(&lab, "PROCESS_FILE;commands;1", WORLD_DONE, 1, &words), 1);
    assert_string_equal(words.data, "write the absolute path of the file");
    assert_int_equal(effects_of(&lab, "PROCESS_FILE;/tmp/commands;yes", WORLD_DONE, 1, &words), 1);
    assert_int_equal(effects_of(&lab, "PROCESS_FILE;/tmp/commands;1", WORLD_FILE, 0, &words), 1);
    yes(&lab, "READ_STATE_INFORMATION");
    yes(&lab, "SAVE_STATE_INFORMATION");
    yes(&lab, "ENABLE_FAILURE_PREDICTION");
    yes(&lab, "DISABLE_FAILURE_PREDICTION");
    yes(&lab, "ENTER_STANDBY_MODE");
    assert_false(lab.w->switches & BOARD_SW_NOTIFICATIONS);
    yes(&lab, "ENTER_ACTIVE_MODE");
    assert_true(lab.w->switches & BOARD_SW_NOTIFICATIONS);
    lab_close(&lab);
    buf_release(&words);
}

/* One line, with nothing put before it. */
static bool line_from(struct lab *lab, enum world_source source, const char *line)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    uint64_t refused = lab->w->prog.commands_refused;

    e.command.source = source;
    e.command.who = STR("eve");
    e.command.text = str_of(line);
    buf_clear(&lab->log);
    lab_event(lab, &e);
    return lab->w->prog.commands_refused == refused;
}

/* What people did is said by gate alone; a file of commands is named by the command file or ctl, and by none that is such a file. */
static void test_sources(void **st UNUSED)
{
    static const char audit[] = "[1] _VIGIE_AUDIT;login;admin;10.0.0.1", file[] = "[1] PROCESS_FILE;/tmp/c",
                      lower[] = "[1] _vigie_audit;login;admin;10.0.0.1";
    struct lab lab = {0};

    open_lab(&lab, "");
    for (enum world_source i = WORLD_SOURCE_API; i <= WORLD_SOURCE_LINES; i++) {
        assert_int_equal(line_from(&lab, i, audit), i == WORLD_SOURCE_GATE);
        assert_int_equal(line_from(&lab, i, lower), i == WORLD_SOURCE_GATE);
        assert_int_equal(line_from(&lab, i, file), i == WORLD_SOURCE_PIPE || i == WORLD_SOURCE_CTL);
        assert_int_equal(line_from(&lab, i, "[1] ENABLE_NOTIFICATIONS"), i != WORLD_SOURCE_GATE);
    }
    assert_false(line_from(&lab, WORLD_SOURCE_LINES, "password=hunter2"));
    has(&lab.log, "External command refused: a command begins with its time", 1);
    has(&lab.log, "hunter2", 0); /* it may be a line of any file */
    assert_false(line_from(&lab, WORLD_SOURCE_PIPE, "[1] NO_SUCH_COMMAND;x"));
    has(&lab.log, "NO_SUCH_COMMAND;x", 1);
    lab_close(&lab);
}

static int end(void **st UNUSED)
{
    buf_release(&ran);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_command),
        cmocka_unit_test(test_event_handler),
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_told_variables),
        cmocka_unit_test(test_much_together),
        cmocka_unit_test(test_much_of_a_contact),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_downtimes_by_what_they_say),
        cmocka_unit_test(test_acknowledgement_ends),
        cmocka_unit_test(test_first_delay),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_privileged_later),
        cmocka_unit_test(test_long_units),
        cmocka_unit_test(test_flapping_cleared),
        cmocka_unit_test(test_program),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
