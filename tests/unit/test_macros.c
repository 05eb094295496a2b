/* SPDX-License-Identifier: Apache-2.0 */
/* Macros in the values of macros, and macros in the environment: as nagios 4.4.6 gives them. */
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

/* Recorded from nagios 4.4.6: the members of a group, and who is told, in its order. */
static void test_order_of_contacts(void **st UNUSED)
{
    static const char *const who[] = {"zed", "abe", "mid", "kim"};
    struct buf text = BUF_INIT;
    struct lab lab = {0};

    buf_add_c(&text, "define command {\n command_name who\n command_line /bin/who $NOTIFICATIONRECIPIENTS$ "
                     "$CONTACTGROUPMEMBERS:cg$ $CONTACTGROUPMEMBERS:c3$ $CONTACTNAME:cg:+$\n}\n");
    for (size_t i = 0; i < ARRAY_LEN(who); i++)
        buf_printf(&text,
                   "define contact {\n contact_name %s\n host_notification_period 24x7\n "
                   "service_notification_period 24x7\n host_notification_options d,r\n "
                   "service_notification_options c,r\n host_notification_commands n-host\n "
                   "service_notification_commands who\n%s}\n",
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
    has("/bin/who|kim,mid,abe,zed|abe,zed,mid|kim,mid,zed,abe|abe+zed+mid|\n");
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
