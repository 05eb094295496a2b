/* SPDX-License-Identifier: Apache-2.0 */
/* Every reason of core/why.def by a situation in which the world gives it. What has none fails the last test, so that no reason comes that nobody has seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/explain.h"
#include "core/notify.h"
#include "core/reason.h"
#include "core/record.h"
#include "core/sched.h"
#include "lab.h"

#define START 1800000000 /* Friday, 08:00:00 UTC */
#define HOUR  "1800000000;1800003600"

/* The steps of a situation, parted by '|': "h 1" and "s 2" results from outside for the host h and its service s (m: the service m), "+9" so many seconds go by,
 * "!HOW CODE" what a plugin does from now on, "!gone" and "!back" all who run checks, "!left" engines ended at the begin of s; else an external command. */
struct situation {
    const char *main, *host, *service, *more; /* directives of h and of s, and objects beside them */
    const char *steps;
    const char *of; /* the service; NULL: h */
    enum reason_topic topic;
    const char *wanted; /* "CODE object contact|" for each */
};

#define CONTACT(name, directives)                                                                            \
    "define contact {\n contact_name " name "\n use calm\n register 1\n" directives "}\n"
#define CALM                                                                                                 \
    "define contact {\n name calm\n register 0\n host_notification_period 24x7\n "                           \
    "service_notification_period 24x7\n host_notification_options d,r\n"                                     \
    " service_notification_options c,r\n host_notification_commands n-host\n service_notification_commands " \
    "n-svc\n}\n"
#define ESCALATION(contact, first, last, directives)                                                         \
    "define serviceescalation {\n host_name h\n service_description s\n contacts " contact                   \
    "\n first_notification " #first "\n last_notification " #last "\n notification_interval 0\n" directives  \
    "}\n"
#define PEOPLE                                                                                               \
    CALM CONTACT("off", " service_notifications_enabled 0\n")                                                \
        CONTACT("night", " service_notification_period never\n")                                             \
            CONTACT("warned", " service_notification_options w,r\n")                                         \
                CONTACT("picky", " minimum_importance 5\n") CONTACT("boss", "") CONTACT("chief", "")
#define DEPENDENCY(of)                                                                                       \
    "define servicedependency {\n host_name h\n service_description m\n dependent_host_name h\n"             \
    " dependent_service_description s\n " of "_failure_criteria c\n}\n"

#define ACTIVE " active_checks_enabled 1\n"
#define SOFT   " max_check_attempts 3\n"

static const struct situation situations[] = {
    /* of the whole */
    {.steps = "s 2", .of = "s", .topic = REASON_DECIDED, .wanted = "TOLD  |"},
    {.steps = "DISABLE_NOTIFICATIONS|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_OFF_GLOBAL  |"},
    {.steps = "DISABLE_SVC_NOTIFICATIONS;h;s|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_OFF  |"},
    {.service = " notification_period never\n",
     .steps = "s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_PERIOD never |"},
    {.service = SOFT, .steps = "s 2", .of = "s", .topic = REASON_DECIDED, .wanted = "NOTIFY_SOFT  |"},
    {.steps = "s 2|ACKNOWLEDGE_SVC_PROBLEM;h;s;2;0;0;ann;mine|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_ACK  |"},
    {.steps = "SCHEDULE_SVC_DOWNTIME;h;s;" HOUR ";1;0;0;ann;work|+1|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_DOWNTIME  |"},
    {.steps = "SCHEDULE_HOST_DOWNTIME;h;" HOUR ";1;0;0;ann;work|+1|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_HOST_DOWNTIME  |"},
    {.steps = "SCHEDULE_HOST_DOWNTIME;h;" HOUR ";0;0;600;ann;work|+1|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_FLEXIBLE  |"},
    {.main = "enable_flap_detection=1\n",
     .service = " flap_detection_enabled 1\n",
     .steps = "s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2|s 0|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_FLAPPING  |"},
    {.service = " notification_options w\n",
     .steps = "s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_OPTION  |"},
    {.service = " notification_options c\n",
     .steps = "s 2|SCHEDULE_SVC_DOWNTIME;h;s;" HOUR ";1;0;0;ann;work|+1",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_MESSAGE  |"},
    {.steps = "DISABLE_SVC_NOTIFICATIONS;h;s|s 2|ENABLE_SVC_NOTIFICATIONS;h;s|s 0",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_NOT_BEFORE  |"},
    {.service = " first_notification_delay 60\n",
     .steps = "s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_DELAY  |"},
    {.service = " recovery_notification_delay 60\n",
     .steps = "s 2|s 0",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_RECOVERY_DELAY  |"},
    {.service = " notification_interval 600\n",
     .steps = "s 2",
     .of = "s",
     .topic = REASON_NOW,
     .wanted = "NOTIFY_INTERVAL  |"},
    {.steps = "s 2", .of = "s", .topic = REASON_NOW, .wanted = "NOTIFY_ONCE  |"},
    {.steps = "DISABLE_NOTIFICATIONS|s 2|ENABLE_NOTIFICATIONS",
     .of = "s",
     .topic = REASON_NOW,
     .wanted = "NOTIFY_GO  |"},
    {.steps = "h 1|s 2", .of = "s", .topic = REASON_DECIDED, .wanted = "NOTIFY_HOST_DOWN h |"},
    {.more = DEPENDENCY("notification"),
     .steps = "m 2|s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_DEPENDENCY h;m |"},
    {.host = " contacts null\n",
     .service = " contacts null\n",
     .steps = "s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_NO_CONTACT  |"},
    {.service = " contacts off\n",
     .more = PEOPLE,
     .steps = "s 2",
     .of = "s",
     .topic = REASON_DECIDED,
     .wanted = "NOTIFY_NOBODY  |"},
    /* of each contact */
    {.service = " contacts alice,off,night,warned,picky\n",
     .more = PEOPLE,
     .steps = "s 2",
     .of = "s",
     .topic = REASON_CONTACT,
     .wanted = "CONTACT_TOLD  alice|CONTACT_IMPORTANCE  picky|CONTACT_OPTION  warned|"
               "CONTACT_PERIOD never night|CONTACT_OFF  off|"},
    {.service = " contacts alice,warned\n",
     .more = PEOPLE,
     .steps = "s 2|s 0",
     .of = "s",
     .topic = REASON_CONTACT,
     .wanted = "CONTACT_TOLD  alice|CONTACT_NOT_BEFORE  warned|"},
    {.service = " contacts alice\n",
     .steps = "DISABLE_NOTIFICATIONS|s 2|ENABLE_NOTIFICATIONS",
     .of = "s",
     .topic = REASON_CONTACT_NOW,
     .wanted = "CONTACT_WANTS  alice|"},
    {.service = " contacts alice\n",
     .more = PEOPLE ESCALATION("boss", 1, 0, "") ESCALATION("chief", 2, 3, "") ESCALATION("off", 2, 0, "")
         ESCALATION("night", 1, 0, " escalation_period never\n")
             ESCALATION("warned", 1, 0, " escalation_options w\n"),
     .steps = "s 2",
     .of = "s",
     .topic = REASON_CONTACT,
     .wanted = "CONTACT_TOLD  boss|CONTACT_ESCALATED  alice|ESCALATION_NUMBER  chief|ESCALATION_FROM  off|"
               "ESCALATION_PERIOD never night|ESCALATION_OPTION  warned|"},
    /* states */
    {.steps = "+1", .of = "s", .topic = REASON_STATE, .wanted = "STATE_PENDING  |"},
    {.steps = "s 1", .of = "s", .topic = REASON_STATE, .wanted = "STATE_PASSIVE  |"},
    {.service = ACTIVE, .steps = "+20", .of = "s", .topic = REASON_STATE, .wanted = "STATE_RESULT  |"},
    {.service = ACTIVE,
     .steps = "!timeout|+20",
     .of = "s",
     .topic = REASON_STATE,
     .wanted = "STATE_TIMEOUT  |"},
    {.service = ACTIVE,
     .steps = "!signal 11|+20",
     .of = "s",
     .topic = REASON_STATE,
     .wanted = "STATE_SIGNAL  |"},
    {.service = ACTIVE,
     .steps = "!exit 9|+20",
     .of = "s",
     .topic = REASON_STATE,
     .wanted = "STATE_BAD_CODE  |"},
    {.service = ACTIVE,
     .steps = "!missing 2|+20",
     .of = "s",
     .topic = REASON_STATE,
     .wanted = "STATE_NOT_STARTED  |"},
    {.service = ACTIVE,
     .steps = "!rightless 3|+20",
     .of = "s",
     .topic = REASON_STATE,
     .wanted = "STATE_RIGHTLESS  |"},
    {.service = ACTIVE, .steps = "!lost|+60", .of = "s", .topic = REASON_STATE, .wanted = "STATE_LOST  |"},
    {.steps = "h 1|s 2", .of = "s", .topic = REASON_STATE, .wanted = "STATE_HOST_DOWN h |"},
    {.main = "translate_passive_host_checks=1\n",
     .host = " parents p\n",
     .more = "define host {\n host_name p\n use ht\n active_checks_enabled 0\n}\n",
     .steps = "PROCESS_HOST_CHECK_RESULT;p;1;x|h 1",
     .topic = REASON_STATE,
     .wanted = "STATE_PARENTS p |"},
    /* runs that are not done */
    {.service = ACTIVE,
     .steps = "STOP_EXECUTING_SVC_CHECKS|+20",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RUN_OFF_GLOBAL  |"},
    {.service = ACTIVE,
     .steps = "DISABLE_SVC_CHECK;h;s|+20",
     .of = "s",
     .topic = REASON_NEXT,
     .wanted = "RUN_OFF  |"},
    {.service = ACTIVE " check_period never\n",
     .steps = "+20",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RUN_PERIOD never |"},
    {.service = ACTIVE,
     .more = DEPENDENCY("execution"),
     .steps = "m 2|+20",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RUN_DEPENDENCY h;m |"},
    {.main = "host_down_disable_service_checks=1\n",
     .host = " active_checks_enabled 0\n",
     .service = ACTIVE,
     .steps = "h 1|+20",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RUN_HOST_DOWN h |"},
    {.main = "service_parents_disable_service_checks=1\n",
     .service = ACTIVE " parents m\n",
     .steps = "m 2|+20",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RUN_PARENT h;m |"},
    {.main = "cached_host_check_horizon=30\n",
     .host = ACTIVE " check_interval 60\n",
     .steps = "+55|h 0|+10",
     .topic = REASON_RAN,
     .wanted = "RUN_CACHED  |"},
    {.service = ACTIVE, .steps = "!left|+20", .of = "s", .topic = REASON_RAN, .wanted = "RUN_LEFT_OUT  |"},
    {.service = ACTIVE, .steps = "!lost|+11", .of = "s", .topic = REASON_RAN, .wanted = "RUN_LOST  |"},
    {.host = " check_command null\n passive_checks_enabled 0\n",
     .steps = "+1",
     .topic = REASON_NEXT,
     .wanted = "RUN_NO_COMMAND  |"},
    {.steps = "+1", .topic = REASON_NEXT, .wanted = "RUN_NO_INTERVAL  |"},
    {.service = " check_freshness 1\n freshness_threshold 60\n",
     .steps = "s 0",
     .of = "s",
     .topic = REASON_NEXT,
     .wanted = "RUN_PASSIVE  |RUN_FRESHNESS  |"},
    {.service = " check_freshness 1\n check_interval 0\n",
     .steps = "s 0", /* nothing says when it would be stale */
     .of = "s",
     .topic = REASON_NEXT,
     .wanted = "RUN_PASSIVE  |"},
    {.main = "max_concurrent_checks=1\nservice_check_timeout=60\n",
     .service = ACTIVE,
     .more = "define service {\n host_name h\n service_description a\n use st\n" ACTIVE "}\n",
     .steps = "!never|+20",
     .of = "a",
     .topic = REASON_NEXT,
     .wanted = "RUN_LIMIT  |"},
    {.service = ACTIVE, .steps = "!gone|+20", .of = "s", .topic = REASON_NEXT, .wanted = "RUN_NO_RUNNER  |"},
    /* and those that are */
    {.service = ACTIVE, .steps = "!never|+12", .of = "s", .topic = REASON_NEXT, .wanted = "RUN_UNDER_WAY  |"},
    {.service = ACTIVE, .steps = "+15", .of = "s", .topic = REASON_NEXT, .wanted = "RUN_PLANNED  |"},
    {.service = ACTIVE SOFT,
     .steps = "!exit 2|+11",
     .of = "s",
     .topic = REASON_NEXT,
     .wanted = "RUN_RETRY  |"},
    {.steps = "SCHEDULE_HOST_CHECK;h;1800000060", .topic = REASON_NEXT, .wanted = "RUN_ONCE  |"},
    {.steps = "SCHEDULE_FORCED_HOST_CHECK;h;1800000060", .topic = REASON_NEXT, .wanted = "RUN_FORCED  |"},
    {.service = ACTIVE, .steps = "+20", .of = "s", .topic = REASON_RAN, .wanted = "RAN_PLANNED  |"},
    {.steps = "SCHEDULE_FORCED_SVC_CHECK;h;s;1800000001|+5",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RAN_FORCED  |"},
    {.steps = "s 2|+1", .topic = REASON_RAN, .wanted = "RAN_ON_DEMAND  |"},
    {.service = " check_freshness 1\n freshness_threshold 60\n",
     .steps = "s 0|+200",
     .of = "s",
     .topic = REASON_RAN,
     .wanted = "RAN_STALE  |"},
    {.service = ACTIVE, .steps = "!lost once|+11", .of = "s", .topic = REASON_RAN, .wanted = "RAN_AGAIN  |"},
};

static bool seen[256]; /* by code: the world gave it */

/* ---- what plugins do ---- */

static struct lab_answer does;
static bool once;

static const struct lab_answer fine = {.lasts_us = 10 * TIME_MS, .output = "fine"};

/* Of services: hosts are always well, unless a result says otherwise. */
static struct lab_answer plugin(struct lab *lab, uint32_t check, uint64_t n UNUSED)
{
    struct lab_answer now = check < lab->model->n_hosts ? fine : does;

    if (once && check >= lab->model->n_hosts)
        does = fine;
    return now;
}

static void let_plugins(const char *what)
{
    static const struct {
        const char *word;
        struct lab_answer answer;
    } words[] = {
        {"exit", {.how = RECORD_HOW_EXIT, .lasts_us = 10 * TIME_MS}},
        {"signal", {.how = RECORD_HOW_SIGNAL, .lasts_us = 10 * TIME_MS}},
        {"missing", {.how = RECORD_HOW_NOT_STARTED, .lasts_us = 10 * TIME_MS}},
        {"rightless", {.how = RECORD_HOW_EXIT, .lasts_us = 10 * TIME_MS, .rightless = true}},
        {"timeout", {.how = RECORD_HOW_TIMEOUT, .lasts_us = 5 * TIME_S}},
        {"lost", {.how = RECORD_HOW_LOST, .lasts_us = 10 * TIME_MS}},
        {"never", {.lasts_us = -1}},
    };
    struct str rest = str_of(what), word = str_cut(&rest, ' ');
    int64_t code;

    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_c(word, words[i].word)) {
            does = words[i].answer;
            does.output = "said";
            does.code = str_to_i64(rest, &code) ? (uint64_t)code : 0;
            once = str_eq_c(rest, "once");
            return;
        }
    fail_msg("no plugin does '%s'", what);
}

/* ---- steps ---- */

static void result(struct lab *lab, char who, char code)
{
    char text[80];

    if (who == 'h')
        snprintf(text, sizeof(text), "PROCESS_HOST_CHECK_RESULT;h;%c;x", code);
    else
        snprintf(text, sizeof(text), "PROCESS_SERVICE_CHECK_RESULT;h;%c;%c;x", who, code);
    assert_true(lab_command(lab, text));
}

static void step(struct lab *lab, const char *text)
{
    int64_t s;

    if (strcmp(text, "!left") == 0)
        sched_leave_out(lab->w, lab_state(lab, "h", "s")->oid);
    else if (strcmp(text, "!gone") == 0 || strcmp(text, "!back") == 0)
        lab_event(lab, &(struct world_event){.kind = WORLD_RUNNERS, .runner = {.up = text[1] == 'b'}});
    else if (text[0] == '!')
        let_plugins(text + 1);
    else if (text[0] == '+' && str_to_i64(str_of(text + 1), &s))
        lab_run(lab, s * TIME_S);
    else if (strlen(text) == 3 && text[1] == ' ')
        result(lab, text[0], text[2]);
    else if (!lab_command(lab, text))
        fail_msg("refused: %s\n%s", text, lab->log.data);
}

static void take_steps(struct lab *lab, const char *steps)
{
    struct str rest = str_of(steps);

    while (rest.n) {
        struct str one = str_cut(&rest, '|');
        char text[200];

        str_copy(text, sizeof(text), one);
        step(lab, text);
    }
}

/* ---- what the world says ---- */

/* The reasons of the last decision, as they are kept. */
static void last_decision(const struct lab *lab, struct buf *out)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    struct record_event e;

    while (record_next(&rest, &f) > 0)
        if (f.kind == RECORD_EVENT && record_get(RECORD_EVENT, f.payload, &e) == 0 &&
            e.kind == RECORD_EVENT_DECISION) {
            buf_clear(out);
            buf_add_str(out, e.text);
        }
}

static void say(struct lab *lab, const char *service, enum reason_topic topic, struct buf *out)
{
    struct buf all = BUF_INIT;
    struct reason r;
    struct str rest;

    lab_event(lab, &(struct world_event){.kind = WORLD_TICK}); /* as the engine does it when it is asked */
    if (topic == REASON_CONTACT)
        last_decision(lab, &all);
    else
        explain_check(lab->w, lab_check(lab, "h", service), &all);
    rest = buf_str(&all);
    while (reason_next(&rest, &r) > 0) {
        if (r.topic != topic)
            continue;
        seen[r.code] = true;
        buf_printf(out, "%s " STR_FMT " " STR_FMT "|", why_name(r.code), STR_ARG(r.object),
                   STR_ARG(r.contact));
    }
    buf_release(&all);
}

/* ---- tests ---- */

static void open_situation(struct lab *lab, const struct situation *t)
{
    struct buf main_text = BUF_INIT, objects = BUF_INIT;

    buf_printf(&main_text, "%s%s", lab_main, t->main ? t->main : "");
    buf_printf(&objects,
               "define timeperiod {\n timeperiod_name never\n alias never\n}\n"
               "define host {\n host_name h\n use ht\n max_check_attempts 1\n%s}\n"
               "define service {\n host_name h\n service_description s\n use st\n max_check_attempts 1\n%s}\n"
               "define service {\n host_name h\n service_description m\n use st\n max_check_attempts "
               "1\n}\n%s",
               t->host ? t->host : "", t->service ? t->service : "", t->more ? t->more : "");
    does = fine;
    once = false;
    lab_open(lab, main_text.data, objects.data, START, 1, plugin, 0);
    buf_release(&main_text);
    buf_release(&objects);
}

static void test_situations(void **st UNUSED)
{
    unsigned bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(situations); i++) {
        const struct situation *t = &situations[i];
        struct buf got = BUF_INIT;
        struct lab lab = {0};

        open_situation(&lab, t);
        take_steps(&lab, t->steps);
        say(&lab, t->of, t->topic, &got);
        if (strcmp(got.len ? got.data : "", t->wanted) != 0) {
            print_error("%s\n  wanted %s\n  is     %s\n", t->steps, t->wanted, got.len ? got.data : "");
            bad++;
        }
        lab_close(&lab);
        buf_release(&got);
    }
    assert_int_equal(bad, 0);
}

/* Of more contacts than a record has room for, the rest is counted. */
static void test_many_contacts(void **st UNUSED)
{
    struct buf objects = BUF_INIT, names = BUF_INIT, got = BUF_INIT;
    struct situation t = {.steps = "s 2"};
    struct lab lab = {0};
    unsigned named;
    char rest[40];

    buf_add_c(&objects, CALM);
    for (int i = 0; i < 1000; i++) {
        buf_printf(&objects,
                   "define contact {\n contact_name somebody-%d\n use calm\n register 1\n"
                   " service_notification_options w\n}\n",
                   i);
        buf_printf(&names, "%ssomebody-%d", i ? "," : " contacts ", i);
    }
    buf_add_c(&names, "\n");
    t.more = objects.data;
    t.service = names.data;
    open_situation(&lab, &t);
    take_steps(&lab, t.steps);
    say(&lab, "s", REASON_CONTACT, &got);
    named = lab_count(&got, "CONTACT_OPTION");
    assert_in_range(named, 100, 999);
    assert_int_equal(lab_count(&got, "CONTACT_MORE"), 1);
    snprintf(rest, sizeof(rest), "4 %d %u 0\t\t\n", WHY_CONTACT_MORE, 1000 - named);
    last_decision(&lab, &got);
    assert_non_null(strstr(got.data, rest));
    lab_close(&lab);
    buf_release(&objects);
    buf_release(&names);
    buf_release(&got);
}

/* Somebody refuses these earlier, the parser of commands and the configuration: only who asks all the same hears them. */
static void test_refused_before(void **st UNUSED)
{
    struct notify_facts f = {.type = NOTIFY_ACK,
                             .state = STATE_OK,
                             .switched_on = true,
                             .switched_on_global = true,
                             .in_period = true};
    struct notify_contact_facts c = {.type = NOTIFY_CUSTOM, .switched_on = true, .in_period = true};

    seen[notify_decide(&f).code] = true;
    assert_true(seen[WHY_NOTIFY_OK_ACK]);
    seen[notify_decide_contact(&c).code] = true;
    assert_true(seen[WHY_CONTACT_NO_COMMAND]);
}

/* These are given by nobody: no reason at all, one that stands in records of before, and what the edge puts around another one. */
static bool is_never_given(unsigned code)
{
    return code == WHY_NONE || code == WHY_NOTIFY_PARENTS || code == WHY_RUN_SKIPPED;
}

static void test_every_reason_was_given(void **st UNUSED)
{
    static const struct {
        const char *name;
        unsigned code;
    } all[] = {
#define WHY(CODE, number, en, fr) {#CODE, number},
#include "core/why.def"
#undef WHY
    };
    unsigned bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (seen[all[i].code] == is_never_given(all[i].code)) {
            print_error("%s: %s\n", all[i].name,
                        seen[all[i].code] ? "it is given after all"
                                          : "no situation above brings it: add one");
            bad++;
        }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_situations), cmocka_unit_test(test_many_contacts),
        cmocka_unit_test(test_refused_before), cmocka_unit_test(test_every_reason_was_given), /* the last */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
