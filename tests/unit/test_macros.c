/* SPDX-License-Identifier: Apache-2.0 */
/* Macros in the values of macros, and macros in the environment: as nagios 4.4.6 gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/expand.h"
#include "core/record.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000
#define S     TIME_S

static const char *const objects =
    "define command {\n command_name chk\n command_line /bin/chk '$HOSTNOTES$' $HOSTNOTESURL$ "
    "$HOSTACTIONURL$ "
    "'$_HOSTVAR$' $ARG1$ $HOSTGROUPNOTESURL$ $SERVICENOTESURL$ $HOSTNOTESURL:h2$\n}\n"
    "define command {\n command_name tell\n command_line /bin/tell $SERVICENOTESURL$ $SERVICEACTIONURL$ "
    "'$_CONTACTVAR$' $HOSTNOTESURL:h2$\n}\n"
    "define contact {\n contact_name bob\n host_notification_period 24x7\n service_notification_period "
    "24x7\n "
    "host_notification_options d,r\n service_notification_options c,r\n host_notification_commands n-host\n "
    "service_notification_commands tell\n address1 room 1\n _VAR of $HOSTNAME$\n}\n"
    "define contactgroup {\n contactgroup_name cg\n members bob\n}\n"
    "define host {\n host_name h\n use ht\n alias host h\n address 1.2.3.4\n active_checks_enabled 0\n"
    " notes see $HOSTALIAS$ and $HOSTSTATE$ and $USER2$ $ARG1$ $NOPE$ and a$ stray\n"
    " notes_url http://n/$HOSTNAME$?a=$HOSTALIAS$&s=$HOSTSTATE$&l=$HOSTNOTES$&x=$NOPE$\n"
    " action_url http://a/$SERVICEDESC$/$HOSTADDRESS$\n _VAR v $HOSTNAME$ x\n}\n"
    "define host {\n host_name h2\n use ht\n active_checks_enabled 0\n notes $HOSTNOTES$$HOSTNOTES$\n"
    " notes_url http://2/$HOSTNAME$\n}\n"
    "define hostgroup {\n hostgroup_name hg\n members h,h2\n notes_url http://g/$HOSTNAME$\n}\n"
    "define service {\n host_name h\n service_description s one\n use st\n check_command chk!x $HOSTALIAS$ "
    "$_SERVICEVAR$!zwei\n active_checks_enabled 1\n max_check_attempts 1\n contacts bob\n check_interval 1\n"
    " notes_url http://sn/$SERVICEDESC$/$HOSTALIAS$\n action_url http://sa/$SERVICESTATE$/$CONTACTNAME$\n"
    " _VAR sv $SERVICEDESC$\n _EMPTY\n}\n";

static struct buf ran; /* the words of each run by '|', its environment behind, a word a line */

static void on_effect(struct lab *lab, const struct world_effect *e)
{
    struct str packed = world_text(lab->w, e->words), word;

    if (e->kind != WORLD_RUN)
        return;
    while (record_next_word(&packed, &word) > 0)
        buf_printf(&ran, STR_FMT "|", STR_ARG(word));
    buf_add_char(&ran, '\n');
    packed = world_text(lab->w, e->env);
    while (record_next_word(&packed, &word) > 0)
        buf_printf(&ran, STR_FMT "\n", STR_ARG(word));
}

static struct lab_answer answer(struct lab *lab, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .code = lab->seed, .output = "out"};
}

static void open_lab(struct lab *lab, const char *more)
{
    struct buf main_text = BUF_INIT;
    struct lab_site site = {.resource = "$USER2$=/\n$USER5$=s3cret\n", .objects = objects};

    buf_clear(&ran);
    buf_printf(&main_text, "%sresource_file=/r.cfg\n%s", lab_main, more);
    site.main_text = main_text.data;
    lab->on_effect = on_effect;
    lab_open_site(lab, &site, START, 0, answer, 0);
    buf_release(&main_text);
    lab_run(lab, 3 * S);
}

static void close_lab(struct lab *lab)
{
    lab_close(lab);
    buf_release(&ran);
}

static void has(const char *text)
{
    if (!lab_count(&ran, text)) {
        print_error("not there: %s\nin:\n%s\n", text, ran.data);
        fail();
    }
}

static void hasnt(const char *text)
{
    if (lab_count(&ran, text))
        fail_msg("there: %s\nin:\n%s", text, ran.data);
}

/* A line for a check is made when it is loaded: what its notes say is filled in when it runs. */
static void test_within_a_check(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    has("/bin/chk|see host h and UP and \x01S0; x host h sv $SERVICEDESC$ $NOPE$ and a$ stray|"
        "http://n/h?a=host%20h&s=UP&l=see%20host%20h%20and%20UP%20and%20\x01S0;%20x%20host%20h%20sv%20%24"
        "SERVICEDESC%24%20%24NOPE%24%20and%20a%24%20stray&x=$NOPE$|"
        "http://a/s%20one/1.2.3.4|v $HOSTNAME$ x|x|host|h|sv|$SERVICEDESC$|http://g/h|"
        "http://sn/s%20one/host%20h|http://2/h|\n");
    close_lab(&lab);
}

static void test_within_a_notification(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    lab.seed = 2;
    lab_run(&lab, 3 * S);
    has("/bin/tell|http://sn/s%20one/host%20h|http://sa/CRITICAL/bob|of $HOSTNAME$|http://2/h|\n");
    close_lab(&lab);
}

/* A check command that was set while it runs is put together then. */
static void test_within_a_changed_check(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "");
    assert_true(lab_command(&lab, "CHANGE_SVC_CHECK_COMMAND;h;s one;chk!$HOSTNAME$"));
    buf_clear(&ran);
    lab_run(&lab, 3 * S);
    has("/bin/chk|see host h and UP and \x01S0; $HOSTNAME$ $NOPE$ and a$ stray|");
    has("|v $HOSTNAME$ x|$HOSTNAME$|http://g/h|http://sn/s%20one/host%20h|http://2/h|\n");
    close_lab(&lab);
}

/* Nagios goes on until its stack ends. */
static void test_notes_of_themselves(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "enable_environment_macros=1\n");
    buf_clear(&ran);
    assert_true(lab_command(&lab, "SCHEDULE_FORCED_HOST_CHECK;h2;1800000003"));
    lab_run(&lab, S);
    has("NAGIOS_HOSTNAME=h2\n");
    has("NAGIOS_HOSTNOTES=$HOSTNOTES$$HOSTNOTES$");
    close_lab(&lab);
}

static void test_environment(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "enable_environment_macros=1\n");
    has("NAGIOS_ARG1=x host h sv $SERVICEDESC$\nNAGIOS_ARG2=zwei\nNAGIOS_ARG3=\n");
    has("NAGIOS_ARG32=\n");
    has("NAGIOS_HOSTGROUPALIAS=hg\n");
    has("NAGIOS_HOSTGROUPMEMBERS=h,h2\n");
    has("NAGIOS_HOSTGROUPMEMBERADDRESSES=1.2.3.4,h2\n");
    has("NAGIOS_HOSTGROUPNOTESURL=http://g/h\n");
    has("NAGIOS_SERVICEGROUPMEMBERS=\n");
    has("NAGIOS_SERVICENOTESURL=http://sn/s%20one/host%20h\n");
    has("NAGIOS_TOTALHOSTSUP=0\n");
    has("NAGIOS_TOTALSERVICESOK=0\n"); /* before the first result */
    has("NAGIOS_TOTALSERVICESOK=1\n");
    has("NAGIOS_TOTALSERVICEPROBLEMSUNHANDLED=0\n");
    has("NAGIOS_ISVALIDTIME=\n");
    has("NAGIOS_CONTACTNAME=\n");
    has("NAGIOS_MAINCONFIGFILE=/main.cfg\n");
    has("NAGIOS__SERVICEVAR=sv $SERVICEDESC$\n");
    hasnt("NAGIOS__SERVICEEMPTY=");
    hasnt("NAGIOS_CONTACTADDRESS1=");
    buf_clear(&ran);
    lab.seed = 2;
    lab_run(&lab, 3 * S);
    has("/bin/tell|");
    has("NAGIOS_CONTACTADDRESS1=room 1\n");
    has("NAGIOS_CONTACTGROUPMEMBERS=bob\n");
    has("NAGIOS__CONTACTVAR=of $HOSTNAME$\n");
    has("NAGIOS_TOTALSERVICESCRITICAL=1\n");
    has("NAGIOS_TOTALSERVICEPROBLEMSUNHANDLED=1\n");
    close_lab(&lab);
}

static void test_environment_of_a_large_installation(void **st UNUSED)
{
    struct lab lab = {0};

    open_lab(&lab, "enable_environment_macros=1\nuse_large_installation_tweaks=1\n");
    has("NAGIOS_HOSTGROUPALIAS=hg\n");
    has("NAGIOS_TOTALHOSTSERVICES=1\n");
    has("NAGIOS_CONTACTGROUPMEMBERS=\n");
    hasnt("NAGIOS_HOSTGROUPMEMBERS=");
    hasnt("NAGIOS_HOSTGROUPMEMBERADDRESSES=");
    hasnt("NAGIOS_SERVICEGROUPMEMBERS=");
    hasnt("NAGIOS_TOTALHOSTSUP=");
    hasnt("NAGIOS_TOTALSERVICEPROBLEMSUNHANDLED=");
    close_lab(&lab);
}

/* Recorded from nagios 4.4.6: the members of a group, and who is told, in its order; they are told from the last one on, by their last command first. */
static void test_order_of_contacts(void **st UNUSED)
{
    static const char *const who[] = {"zed", "abe", "mid", "kim"}, *const in_turn[] = {"zed", "abe", "mid",
                                                                                       "kim"};
    struct buf text = BUF_INIT, told = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&text, "define command {\n command_name who\n command_line /bin/who $NOTIFICATIONRECIPIENTS$ "
                     "$CONTACTGROUPMEMBERS:cg$ $CONTACTGROUPMEMBERS:c3$ $CONTACTNAME:cg:+$\n}\n"
                     "define command {\n command_name name\n command_line /bin/name $CONTACTNAME$\n}\n");
    for (size_t i = 0; i < ARRAY_LEN(who); i++)
        buf_printf(&text,
                   "define contact {\n contact_name %s\n host_notification_period 24x7\n "
                   "service_notification_period 24x7\n host_notification_options d,r\n "
                   "service_notification_options c,r\n host_notification_commands n-host\n "
                   "service_notification_commands name,who\n%s}\n",
                   who[i], i == 2 ? " contactgroups cg\n" : "");
    buf_add_c(&text,
              "define contactgroup {\n contactgroup_name cg\n members zed,abe\n}\n"
              "define contactgroup {\n contactgroup_name c3\n members kim\n contactgroup_members cg\n}\n"
              "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n"
              "define service {\n host_name h\n service_description s\n use st\n max_check_attempts 1\n"
              " contacts mid,kim\n contact_groups c3,cg\n}\n");
    buf_clear(&ran);
    lab.on_effect = on_effect;
    lab_open(&lab, lab_main, text.data, START, 0, answer, 0);
    assert_true(lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;x"));
    for (size_t i = 0; i < ARRAY_LEN(in_turn); i++)
        buf_printf(&told,
                   "/bin/who|kim,mid,abe,zed|abe,zed,mid|kim,mid,zed,abe|abe+zed+mid|\n/bin/name|%s|\n",
                   in_turn[i]);
    has(told.data);
    buf_release(&told);
    buf_release(&text);
    close_lab(&lab);
}

/* ---- how large the environment gets ---- */

/* Many hosts in the groups of a check whose commands need a shell, and so have what they name in the environment. */
static void open_large(struct lab *lab, unsigned hosts)
{
    static const char name[] = "a-host-with-a-name-that-is-as-long-as-those-of-many-clouds";
    struct buf text = BUF_INIT, main_text = BUF_INIT;

    buf_add_c(&text,
              "define command {\n command_name chk\n command_line /bin/chk $ARG1$\n}\n"
              "define command {\n command_name mail\n command_line echo \"$SERVICEOUTPUT$\" | /bin/mail "
              "$CONTACTNAME$\n}\n"
              "define contact {\n contact_name bob\n host_notification_period 24x7\n "
              "service_notification_period "
              "24x7\n host_notification_options d,r\n service_notification_options c,r\n "
              "host_notification_commands n-host\n service_notification_commands mail\n}\n"
              "define hostgroup {\n hostgroup_name hg\n alias of hosts\n}\n"
              "define servicegroup {\n servicegroup_name sg\n alias of services\n}\n");
    for (unsigned i = 0; i < hosts; i++)
        buf_printf(&text,
                   "define host {\n host_name %s%u\n use ht\n hostgroups hg\n active_checks_enabled 0\n}\n"
                   "define service {\n host_name %s%u\n service_description s\n use st\n servicegroups sg\n "
                   "check_command chk!one\n active_checks_enabled %u\n check_interval 1\n "
                   "max_check_attempts 1\n contacts bob\n}\n",
                   name, i, name, i, i == 0);
    buf_clear(&ran);
    buf_printf(&main_text, "%senable_environment_macros=1\n", lab_main);
    lab->on_effect = on_effect;
    lab_open(lab, main_text.data, text.data, START, 0, answer, 0);
    buf_release(&text);
    buf_release(&main_text);
    lab_run(lab, 3 * S);
}

static size_t longest; /* words and environment of a run, packed */

static void on_large(struct lab *lab, const struct world_effect *e)
{
    on_effect(lab, e);
    if (e->kind == WORLD_RUN)
        longest = MAX(longest, (size_t)e->words.n + e->env.n);
}

/* 900 names are 55 KiB, and there are three lists of them: a check of these fits into no message, and a person was told nothing. */
static void test_large_environment(void **st UNUSED)
{
    struct lab lab = {0};

    open_large(&lab, 900);
    lab.on_effect = on_large;
    longest = 0;
    buf_clear(&ran);
    lab_run(&lab, 3 * S);
    has("/bin/chk|one|\n");
    has("NAGIOS_HOSTGROUPALIAS=of hosts\n");
    has("NAGIOS_ARG1=one\n");
    has("NAGIOS_HOSTGROUPMEMBERS=a-host");
    has("NAGIOS_HOSTGROUPMEMBERADDRESSES=\n");
    assert_int_equal(lab_count(&lab.log, "Not all macros go into the environment"), 1);
    buf_clear(&ran);
    lab.seed = 2;
    lab_run(&lab, 3 * S);
    has("/bin/mail");
    has("VIGIE_M0=out\n");
    has("NAGIOS_CONTACTNAME=bob\n");
    has("NAGIOS_SERVICEGROUPALIAS=of services\n");
    assert_in_range(longest, 55 * 1024, 72 * 1024);
    assert_int_equal(lab_count(&lab.log, "Not all macros go into the environment"), 1);
    close_lab(&lab);
}

static void test_members_of_a_large_group(void **st UNUSED)
{
    struct lab lab = {0};

    open_large(&lab, 1001);
    has("NAGIOS_HOSTGROUPALIAS=of hosts\n");
    has("NAGIOS_HOSTGROUPMEMBERS=\n");
    has("NAGIOS_HOSTGROUPMEMBERADDRESSES=\n");
    has("NAGIOS_SERVICEGROUPMEMBERS=\n");
    assert_int_equal(lab_count(&lab.log, "a list of more than 1000 names"), 1);
    close_lab(&lab);
}

/* A router of very many hosts, and a contact among very many: to name them all for each command takes longer than the command. */
static void test_long_lists(void **st UNUSED)
{
    struct buf text = BUF_INIT, main_text = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&text, "define host {\n host_name r\n use ht\n active_checks_enabled 0\n}\n"
                     "define contactgroup {\n contactgroup_name cg\n alias of people\n}\n"
                     "define service {\n host_name r\n service_description s\n use st\n "
                     "active_checks_enabled 1\n check_interval 1\n max_check_attempts 1\n contacts c0\n}\n");
    for (unsigned i = 0; i <= 1000; i++)
        buf_printf(&text,
                   "define host {\n host_name h%u\n use ht\n parents r\n active_checks_enabled 0\n}\n"
                   "define contact {\n contact_name c%u\n contactgroups cg\n host_notification_period 24x7\n "
                   "service_notification_period 24x7\n host_notification_options d\n "
                   "service_notification_options c\n host_notification_commands n-host\n "
                   "service_notification_commands n-svc\n}\n",
                   i, i);
    buf_printf(&main_text, "%senable_environment_macros=1\n", lab_main);
    buf_clear(&ran);
    lab.on_effect = on_effect;
    lab_open(&lab, main_text.data, text.data, START, 2, answer, 0);
    lab_run(&lab, 3 * S);
    has("NAGIOS_CONTACTNAME=c0\n");
    has("NAGIOS_CONTACTGROUPALIAS=of people\n");
    has("NAGIOS_CONTACTGROUPMEMBERS=\n");
    has("NAGIOS_HOSTCHILDREN=\n");
    assert_int_equal(lab_count(&lab.log, "a list of more than 1000 names"), 1);
    buf_release(&text);
    buf_release(&main_text);
    close_lab(&lab);
}

/* ---- how large a notification gets ---- */

static char *much;                      /* what every plugin prints */
static struct buf told_words, told_env; /* of a notification, packed */

static struct lab_answer answer_much(struct lab *lab, uint32_t check, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .code = check ? lab->seed : 0, .output = much};
}

static void on_notice(struct lab *lab, const struct world_effect *e)
{
    if (e->kind != WORLD_RUN || e->run_kind != WORLD_RUN_NOTIFY)
        return;
    buf_add_str(&told_words, world_text(lab->w, e->words));
    buf_add_str(&told_env, world_text(lab->w, e->env));
}

static struct str word_of(const struct buf *packed, unsigned n)
{
    struct str rest = buf_str(packed), word = STR_NULL;

    for (unsigned i = 0; i <= n; i++)
        if (record_next_word(&rest, &word) <= 0)
            return STR_NULL;
    return word;
}

/* A host and its service print 64 KiB each, of characters of two bytes; bob is told of the service by that command. */
static void tell_much(struct lab *lab, const char *command_line, const char *more)
{
    struct buf text = BUF_INIT, main_text = BUF_INIT, output = BUF_INIT;

    buf_add_c(&output, "o\n");
    while (output.len < 66000)
        buf_add_c(&output, "\xc3\xa9");
    much = output.data;
    buf_clear(&told_words);
    buf_clear(&told_env);
    buf_printf(&main_text, "%s%s", lab_main, more);
    buf_printf(&text,
               "define command {\n command_name much\n command_line %s\n}\n"
               "define contact {\n contact_name bob\n host_notification_period 24x7\n "
               "service_notification_period 24x7\n host_notification_options n\n "
               "service_notification_options c\n host_notification_commands n-host\n "
               "service_notification_commands much\n}\n"
               "define host {\n host_name h\n use ht\n check_interval 1\n}\n"
               "define service {\n host_name h\n service_description s\n use st\n check_interval 1\n "
               "active_checks_enabled 1\n max_check_attempts 1\n contacts bob\n}\n",
               command_line);
    *lab = (struct lab){.on_effect = on_notice};
    lab_open(lab, main_text.data, text.data, START, 0, answer_much, 0);
    lab_run(lab, 3 * S);
    lab->seed = 2;
    lab_run(lab, 3 * S);
    assert_int_equal(lab_count(&lab->log, "NOTIFICATION: bob;h;s;CRITICAL;much;"), 1);
    buf_release(&text);
    buf_release(&main_text);
    buf_release(&output);
}

static void close_much(struct lab *lab)
{
    lab_close(lab);
    buf_release(&told_words);
    buf_release(&told_env);
}

/* Linux bounds each string by 128 KiB, not all of them together: a person was not told at all. */
static void test_long_outputs_of_two(void **st UNUSED)
{
    struct lab lab;
    size_t whole;

    tell_much(&lab, "/bin/echo \"$LONGSERVICEOUTPUT$ $LONGHOSTOUTPUT$\" | /bin/mail $CONTACTNAME$",
              "enable_environment_macros=1\n");
    whole = state_long(lab_state(&lab, "h", "s")).n;
    assert_in_range(whole, 65000, LIMIT_OUTPUT_LONG);
    assert_true(str_eq_c(word_of(&told_words, 0), "/bin/sh"));
    assert_int_equal(word_of(&told_env, 0).n, strlen("VIGIE_M0=") + whole);
    assert_int_equal(word_of(&told_env, 1).n, strlen("VIGIE_M1=") + whole);
    assert_true(str_contains(buf_str(&told_env), STR("NAGIOS_CONTACTNAME=bob")));
    assert_true(told_words.len + told_env.len <= LIMIT_COMMAND);
    assert_int_equal(lab_count(&lab.log, "longer than the system allows"), 0);
    close_much(&lab);
}

/* Where it is too long the longest values are cut, no other, and what stands around them stays. */
static void test_too_long_is_cut(void **st UNUSED)
{
    static const char *const lines[] = {
        /* one string */
        "/bin/tell \"of $SERVICEDESC$: $LONGSERVICEOUTPUT$$LONGHOSTOUTPUT$$LONGSERVICEOUTPUT$. End\" "
        "$CONTACTNAME$",
        /* all together */
        "/bin/tell \"of $SERVICEDESC$: $LONGSERVICEOUTPUT$. End\" $CONTACTNAME$ $LONGHOSTOUTPUT$ "
        "$LONGSERVICEOUTPUT$",
    };

    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct lab lab;
        struct str first;

        tell_much(&lab, lines[i], "");
        first = word_of(&told_words, 1);
        assert_true(str_starts(first, STR("of s: \xc3\xa9")));
        assert_true(str_ends(first, STR("\xc3\xa9. End")));
        assert_int_equal(first.n, strlen("of s: . End") + (i ? 1 : 3) * LIMIT_OUTPUT_LONG / 2);
        assert_true(str_eq_c(word_of(&told_words, 2), "bob"));
        assert_true(told_words.len <= LIMIT_COMMAND);
        assert_int_equal(lab_count(&lab.log, "longer than the system allows; cut"), 1);
        close_much(&lab);
    }
}

/* ---- totals ---- */

static const char *const three =
    "define contact {\n contact_name bob\n host_notification_period 24x7\n service_notification_period "
    "24x7\n host_notification_options n\n service_notification_options n\n host_notification_commands "
    "n-host\n service_notification_commands n-svc\n}\n"
    "define host {\n host_name h\n use ht\n active_checks_enabled 0\n max_check_attempts 1\n}\n"
    "define host {\n host_name i\n use ht\n active_checks_enabled 0\n max_check_attempts 1\n}\n"
    "define service {\n host_name h\n service_description s\n use st\n active_checks_enabled 1\n "
    "check_interval 9999\n max_check_attempts 1\n contacts "
    "bob\n}\n"
    "define service {\n host_name h\n service_description t\n use st\n active_checks_enabled 1\n "
    "check_interval 9999\n max_check_attempts 1\n}\n"
    "define service {\n host_name i\n service_description s\n use st\n active_checks_enabled 1\n "
    "check_interval 9999\n max_check_attempts 1\n contacts "
    "bob\n}\n";

/* Hosts that are up, services that are critical, and those of them that nobody sees to. */
static void totals_are(struct lab *lab, const char *contact, const char *expected)
{
    static const enum macro_id ids[] = {MACRO_ID_TOTALHOSTSUP, MACRO_ID_TOTALSERVICESCRITICAL,
                                        MACRO_ID_TOTALSERVICESCRITICALUNHANDLED};
    uint32_t who = contact ? model_find_contact(lab->model, str_of(contact)) : MODEL_NONE;
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        totals_add(lab->w, ids[i], who, &b);
        buf_add_char(&b, ' ');
    }
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void does(struct lab *lab, const char *command)
{
    assert_true(lab_command(lab, command));
}

static void test_totals_follow(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, three, START, 0, answer, 0);
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;x");
    totals_are(&lab, NULL, "0 1 1 ");
    does(&lab, "PROCESS_HOST_CHECK_RESULT;h;0;x");
    does(&lab, "PROCESS_HOST_CHECK_RESULT;i;0;x");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;t;2;x");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;i;s;2;x");
    totals_are(&lab, NULL, "2 3 3 ");
    totals_are(&lab, "bob", "0 2 2 ");
    totals_are(&lab, "alice", "2 1 1 ");
    does(&lab, "ACKNOWLEDGE_SVC_PROBLEM;i;s;1;0;0;a;x");
    totals_are(&lab, "bob", "0 2 1 ");
    does(&lab, "REMOVE_SVC_ACKNOWLEDGEMENT;i;s");
    does(&lab, "DISABLE_SVC_CHECK;h;s");
    totals_are(&lab, "bob", "0 2 1 ");
    does(&lab, "ENABLE_SVC_CHECK;h;s");
    does(&lab, "SCHEDULE_SVC_DOWNTIME;h;s;1800000000;1800009000;1;0;0;a;x");
    totals_are(&lab, "bob", "0 2 1 ");
    does(&lab, "PROCESS_HOST_CHECK_RESULT;i;1;x"); /* of its services, too */
    totals_are(&lab, NULL, "1 3 1 ");
    totals_are(&lab, "bob", "0 2 0 ");
    does(&lab, "PROCESS_HOST_CHECK_RESULT;i;0;x");
    totals_are(&lab, "bob", "0 2 1 ");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;i;s;0;x");
    totals_are(&lab, "bob", "0 1 0 ");
    lab_reload(&lab, lab_main, three);
    totals_are(&lab, NULL, "2 2 1 ");
    close_lab(&lab);
}

/* A hundred thousand checks take milliseconds, and each command asks. */
static void test_totals_are_not_counted_anew(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, three, START, 0, answer, 0);
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;x");
    totals_are(&lab, NULL, "0 1 1 ");
    lab.w->totals.all[MODEL_HOST][STATE_UP][0] += 100;
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;x");
    totals_are(&lab, NULL, "100 1 1 ");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;x");
    totals_are(&lab, NULL, "100 0 0 ");
    close_lab(&lab);
}

static void value_is(struct lab *lab, enum macro_id id, const char *host, const char *author,
                     const char *expected)
{
    struct expand_of of = {.check = lab_check(lab, host, NULL),
                           .contact = MODEL_NONE,
                           .notification = author != NULL,
                           .author = str_of(author ? author : "")};
    struct buf b = BUF_INIT;

    expand_value(lab->w, id, STR_NULL, &of, &b);
    assert_true(str_eq_c(buf_str(&b), expected));
    buf_release(&b);
}

static void test_totals_of_a_host(void **st UNUSED)
{
    struct lab lab = {0};

    lab_open(&lab, lab_main, three, START, 0, answer, 0);
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESOK, "h", NULL, "2"); /* before their first result, too */
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;x");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;i;s;1;x");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESOK, "h", NULL, "1");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESCRITICAL, "h", NULL, "1");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESWARNING, "h", NULL, "0");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESWARNING, "i", NULL, "1");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;3;x");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESUNKNOWN, "h", NULL, "1");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESCRITICAL, "h", NULL, "0");
    lab_reload(&lab, lab_main, three);
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESUNKNOWN, "h", NULL, "1");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESOK, "i", NULL, "0");
    /* They are not counted anew: a host of a hundred thousand services would never come to the end of its checks. */
    lab.w->totals.services[lab_check(&lab, "h", NULL)][STATE_UNKNOWN] += 100;
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESUNKNOWN, "h", NULL, "101");
    does(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;x");
    value_is(&lab, MACRO_ID_TOTALHOSTSERVICESUNKNOWN, "h", NULL, "100");
    close_lab(&lab);
}

/* What the services of a host count for is added up once, by who reads the files. */
static void test_importance_of_a_host(void **st UNUSED)
{
    static const char *const some =
        "define host {\n host_name h\n use ht\n importance 5\n}\n"
        "define host {\n host_name i\n use ht\n importance 7\n notes said\n}\n"
        "define service {\n host_name h,i\n service_description s\n use st\n importance 20\n}\n"
        "define service {\n host_name i\n service_description t\n use st\n importance 300\n}\n";
    struct lab lab = {0};

    lab_open(&lab, lab_main, some, START, 0, answer, 0);
    value_is(&lab, MACRO_ID_HOSTANDSERVICESIMPORTANCE, "h", NULL, "25");
    value_is(&lab, MACRO_ID_HOSTANDSERVICESIMPORTANCE, "i", NULL, "327");
    value_is(&lab, MACRO_ID_HOSTIMPORTANCE, "i", NULL, "7");
    value_is(&lab, MACRO_ID_HOSTNOTES, "i", NULL, "said");
    assert_int_equal(model_extra(lab.model, model_check(lab.model, lab_check(&lab, "h", NULL))->extra)
                         ->services_importance,
                     20);
    lab_reload(&lab, lab_main, three);
    value_is(&lab, MACRO_ID_HOSTANDSERVICESIMPORTANCE, "i", NULL, "0");
    close_lab(&lab);
}

/* An author that no contact is called like is looked for among the aliases, in a table: not among ten thousand contacts for each of ten thousand who are told. */
static void test_author_by_alias(void **st UNUSED)
{
    static const char *const people =
        "define contact {\n name t\n register 0\n alias Ann A.\n host_notification_commands n-host\n "
        "service_notification_commands n-svc\n}\ndefine contact {\n contact_name %s\n use t\n}\n"
        "define contact {\n contact_name %s\n use t\n}\ndefine host {\n host_name h\n use ht\n}\n";
    struct buf text = BUF_INIT;
    struct lab lab = {0};

    buf_printf(&text, people, "c1", "c2");
    lab_open(&lab, lab_main, text.data, START, 0, answer, 0);
    value_is(&lab, MACRO_ID_NOTIFICATIONAUTHORNAME, "h", "Ann A.", "c1");
    value_is(&lab, MACRO_ID_NOTIFICATIONAUTHORALIAS, "h", "Ann A.", "Ann A.");
    value_is(&lab, MACRO_ID_NOTIFICATIONAUTHORALIAS, "h", "c2", "Ann A.");
    value_is(&lab, MACRO_ID_NOTIFICATIONAUTHORNAME, "h", "nobody", "");
    assert_true(lab.w->contacts_by_alias.count > 0);
    buf_clear(&text);
    buf_printf(&text, people, "d0", "d1");
    lab_reload(&lab, lab_main, text.data);
    value_is(&lab, MACRO_ID_NOTIFICATIONAUTHORNAME, "h", "Ann A.", "d0");
    buf_release(&text);
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_a_check),
        cmocka_unit_test(test_within_a_notification),
        cmocka_unit_test(test_within_a_changed_check),
        cmocka_unit_test(test_notes_of_themselves),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_environment_of_a_large_installation),
        cmocka_unit_test(test_order_of_contacts),
        cmocka_unit_test(test_large_environment),
        cmocka_unit_test(test_members_of_a_large_group),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_long_outputs_of_two),
        cmocka_unit_test(test_too_long_is_cut),
        cmocka_unit_test(test_totals_of_a_host),
        cmocka_unit_test(test_importance_of_a_host),
        cmocka_unit_test(test_author_by_alias),
        cmocka_unit_test(test_totals_follow),
        cmocka_unit_test(test_totals_are_not_counted_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
