/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every external command with its effect, and with what takes it back: what is so is written down as lines before and behind it, and the lines that went and came are compared. So a
 * command also shows that it touches nothing else. One of core/excmd.def that no line here names fails the last test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/excmd.h"
#include "core/record.h"
#include "core/sched.h"
#include "core/source.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000 /* Friday, 08:00:00 UTC */

static const char *const objects =
    "define timeperiod {\n timeperiod_name never\n alias n\n}\n"
    "define command {\n command_name other\n command_line /bin/other $ARG1$\n}\n"
    "define contact {\n contact_name bob\n host_notification_period 24x7\n service_notification_period 24x7\n"
    " host_notification_commands n-host\n service_notification_commands n-svc\n _PAGER 1\n}\n"
    "define contactgroup {\n contactgroup_name ops\n members bob\n}\n"
    "define host {\n name all\n use ht\n register 0\n check_freshness 1\n flap_detection_enabled 1\n}\n"
    "define host {\n host_name top\n use all\n}\n"
    "define host {\n host_name mid\n use all\n parents top\n _PORT 22\n}\n"
    "define host {\n host_name low\n use all\n parents mid\n}\n"
    "define hostgroup {\n hostgroup_name hg\n members mid,low\n}\n"
    "define service {\n name one\n use st\n register 0\n check_freshness 1\n flap_detection_enabled 1\n"
    " active_checks_enabled 1\n check_interval 0\n}\n"
    "define service {\n host_name top\n service_description t\n use one\n}\n"
    "define service {\n host_name mid\n service_description a\n use one\n _PORT 80\n}\n"
    "define service {\n host_name mid\n service_description b\n use one\n}\n"
    "define service {\n host_name low\n service_description c\n use one\n}\n"
    "define servicegroup {\n servicegroup_name sg\n members mid,a,low,c\n}\n";

static const char *const main_more =
    "enable_flap_detection=1\nobsess_over_services=1\nobsess_over_hosts=1\n"
    "check_host_freshness=1\ncheck_service_freshness=1\nprocess_performance_data=1\n";

static bool named[1000]; /* by place in the table of commands */

/* ---- what is so ---- */

struct bit {
    uint32_t bit;
    const char *name;
};

static void put_bits(struct buf *b, const char *who, uint32_t set, const struct bit *bits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (set & bits[i].bit)
            buf_printf(b, "%s %s\n", who, bits[i].name);
}

static void put_number(struct buf *b, const char *who, const char *what, int64_t v)
{
    if (v)
        buf_printf(b, "%s %s %lld\n", who, what, (long long)v);
}

/* Seconds from the start. */
static long long from_start(int64_t us)
{
    return (long long)(us / TIME_S - START);
}

static void put_over(struct buf *b, const char *who, const struct over *o)
{
    static const char *const names[OVER_COUNT] = {"command", "handler", "check-period", "notify-period",
                                                  "service-period"};
    struct str vars, word;

    for (size_t i = 0; o && i < OVER_COUNT; i++)
        if (o->text[i])
            buf_printf(b, "%s %s %s\n", who, names[i], o->text[i]);
    if (o && o->first_delay_us >= 0)
        buf_printf(b, "%s first-delay %lld\n", who, (long long)(o->first_delay_us / TIME_S));
    if (!o || !o->vars_n)
        return;
    vars = str_make(o->vars, o->vars_n);
    buf_printf(b, "%s vars", who);
    while (record_next_word(&vars, &word) > 0)
        buf_printf(b, " " STR_FMT, STR_ARG(word));
    buf_add_char(b, '\n');
}

static const char *name_of(const struct lab *lab, uint32_t check, char out[40])
{
    struct str host = model_host_name(lab->model, check), service = model_description(lab->model, check);

    if (check < lab->model->n_hosts)
        snprintf(out, 40, STR_FMT, STR_ARG(host));
    else
        snprintf(out, 40, STR_FMT "/" STR_FMT,
                 STR_ARG(model_host_name(lab->model, model_check(lab->model, check)->host)),
                 STR_ARG(service));
    return out;
}

static void put_check(struct buf *b, const struct lab *lab, uint32_t check)
{
    static const struct bit bits[] = {
        {MODEL_CHECK_ACTIVE, "active"},      {MODEL_CHECK_PASSIVE, "passive"},
        {MODEL_CHECK_NOTIFY, "notify"},      {MODEL_CHECK_EVENT_HANDLER, "handler"},
        {MODEL_CHECK_FLAP, "flap"},          {MODEL_CHECK_OBSESS, "obsess"},
        {MODEL_CHECK_FRESHNESS, "freshness"}};
    static const char *const acks[] = {"", "normal", "sticky"};
    const struct state *s = world_state(lab->w, check);
    const struct state_more *more = state_more(s);
    char who[40];

    name_of(lab, check, who);
    put_bits(b, who, s->switches, bits, ARRAY_LEN(bits));
    if (s->checked)
        buf_printf(b, "%s is %s %s %u\n", who, state_name(world_kind(lab->w, check), s->state),
                   s->hard ? "HARD" : "SOFT", s->attempt);
    put_number(b, who, "attempts", s->max_attempts);
    put_number(b, who, "interval", world_interval(lab->w, check, false) / TIME_S);
    put_number(b, who, "retry", world_interval(lab->w, check, true) / TIME_S);
    put_number(b, who, "number", s->notification_number);
    if (more->next_notification)
        buf_printf(b, "%s not before %lld\n", who, from_start(more->next_notification));
    put_over(b, who, more->over);
    put_number(b, who, "modified", s->modified);
    if (s->ack_type)
        buf_printf(b, "%s acknowledged %s\n", who, acks[s->ack_type]);
    if (more->ack_expires)
        buf_printf(b, "%s acknowledged until %lld\n", who, from_start(more->ack_expires));
    if (s->flapping)
        buf_printf(b, "%s flapping\n", who);
    if (s->run)
        buf_printf(b, "%s runs\n", who);
    if (heap_has(&lab->w->due, check))
        buf_printf(b, "%s due %lld%s\n", who, from_start(s->next_check),
                   s->due_options & SCHED_FORCED ? " forced" : "");
}

static void put_contacts(struct buf *b, const struct lab *lab)
{
    for (uint32_t i = 0; i < lab->model->n_contact; i++) {
        const struct world_contact *c = &lab->w->contact[i];
        char who[40];

        str_copy(who, sizeof(who), model_str(lab->model, model_contact(lab->model, i)->name));
        buf_printf(b, "%s%s", c->host_off ? "" : who, c->host_off ? "" : " hosts\n");
        buf_printf(b, "%s%s", c->service_off ? "" : who, c->service_off ? "" : " services\n");
        put_over(b, who, c->over);
        put_number(b, who, "modified", c->modified);
        put_number(b, who, "modified hosts", c->modified_host);
        put_number(b, who, "modified services", c->modified_service);
    }
}

static void put_program(struct buf *b, const struct lab *lab)
{
    static const struct bit bits[] = {{BOARD_SW_NOTIFICATIONS, "notifications"},
                                      {BOARD_SW_SERVICE_CHECKS, "service-checks"},
                                      {BOARD_SW_HOST_CHECKS, "host-checks"},
                                      {BOARD_SW_PASSIVE_SERVICE, "passive-services"},
                                      {BOARD_SW_PASSIVE_HOST, "passive-hosts"},
                                      {BOARD_SW_HANDLERS, "handlers"},
                                      {BOARD_SW_OBSESS_SERVICES, "obsess-services"},
                                      {BOARD_SW_OBSESS_HOSTS, "obsess-hosts"},
                                      {BOARD_SW_SERVICE_FRESHNESS, "fresh-services"},
                                      {BOARD_SW_HOST_FRESHNESS, "fresh-hosts"},
                                      {BOARD_SW_FLAP, "flapping"},
                                      {BOARD_SW_PERFDATA, "perfdata"}};
    const struct world *w = lab->w;

    put_bits(b, "program", w->switches, bits, ARRAY_LEN(bits));
    put_number(b, "program", "modified hosts", (int64_t)w->modified_host);
    put_number(b, "program", "modified services", (int64_t)w->modified_service);
    put_over(b, "all hosts", w->global_handler[0]);
    put_over(b, "all services", w->global_handler[1]);
    if (w->end.at != INT64_MAX)
        buf_printf(b, "program %s %lld\n", w->end.restart ? "restarts" : "ends", from_start(w->end.at));
    for (size_t i = 0; i < w->files.all.n; i++)
        buf_printf(b, "file " STR_FMT "%s\n", STR_ARG(w->files.all.at[i].path),
                   w->files.all.at[i].remove ? ", then deleted" : "");
}

static void put_notes(struct buf *b, const struct lab *lab)
{
    static const char *const kinds[] = {"", "user", "downtime", "flapping", "ack"};
    char who[40];

    for (size_t i = 0; i < lab->w->comments.n; i++) {
        const struct world_comment *c = &lab->w->comments.at[i];

        if (c->gone)
            continue;
        buf_printf(b, "comment %llu %s %s", (unsigned long long)c->id, name_of(lab, c->check, who),
                   kinds[c->entry_type]);
        if (c->entry_type == BOARD_COMMENT_USER || c->entry_type == BOARD_COMMENT_ACK)
            buf_printf(b, " %s: %s%s", c->author, c->text, c->persistent ? ", kept" : "");
        if (c->expires)
            buf_printf(b, ", until %lld", from_start(c->expire_time));
        buf_add_char(b, '\n');
    }
    for (size_t i = 0; i < lab->w->downtimes.n; i++) {
        const struct world_downtime *d = &lab->w->downtimes.at[i];

        if (d->gone)
            continue;
        buf_printf(b, "downtime %llu %s %lld-%lld", (unsigned long long)d->id, name_of(lab, d->check, who),
                   from_start(d->start), from_start(d->end));
        if (!d->fixed)
            buf_printf(b, " for %lld", (long long)(d->duration_us / TIME_S));
        if (d->triggered_by)
            buf_printf(b, " by %llu", (unsigned long long)d->triggered_by);
        buf_add_char(b, '\n');
    }
}

static void look(const struct lab *lab, struct buf *b)
{
    buf_clear(b);
    for (uint32_t i = 0; i < lab->model->n_check; i++)
        put_check(b, lab, i);
    put_contacts(b, lab);
    put_program(b, lab);
    put_notes(b, lab);
    buf_add_str(b, buf_str(&lab->told));
}

/* ---- what a command changes ---- */

static bool has_line(const struct buf *b, struct str line)
{
    struct str rest = buf_str(b);

    while (rest.n)
        if (str_eq(str_cut(&rest, '\n'), line))
            return true;
    return false;
}

static void differ(const struct buf *one, const struct buf *other, char sign, struct buf *out)
{
    struct str rest = buf_str(one);

    while (rest.n) {
        struct str line = str_cut(&rest, '\n');

        if (!has_line(other, line))
            buf_printf(out, "%c" STR_FMT "\n", sign, STR_ARG(line));
    }
}

static void name(const char *command)
{
    struct str rest = str_of(command);
    const struct excmd_row *row = excmd_find(str_cut(&rest, ';'));
    size_t n;

    assert_non_null(row);
    named[row - excmd_table(&n)] = true;
}

/* The command is taken, and this is all that goes (-) and comes (+), line by line. */
static bool changes(struct lab *lab, const char *command, const char *wanted)
{
    struct buf before = BUF_INIT, after = BUF_INIT, got = BUF_INIT;
    bool good;

    name(command);
    look(lab, &before);
    if (!lab_command(lab, command))
        fail_msg("refused: %s\n%s", command, lab->log.data);
    look(lab, &after);
    differ(&before, &after, '-', &got);
    differ(&after, &before, '+', &got);
    good = strcmp(got.len ? got.data : "", wanted) == 0;
    if (!good)
        print_error("%s\nwanted\n%sis\n%s", command, wanted, got.len ? got.data : "");
    buf_release(&before);
    buf_release(&after);
    buf_release(&got);
    return good;
}

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void open_lab(struct lab *lab)
{
    struct buf main_text = BUF_INIT;

    buf_printf(&main_text, "%s%s", lab_main, main_more);
    lab_open(lab, main_text.data, objects, START, 1, up, 0);
    buf_release(&main_text);
}

/* Commands parted by '|', of which only the effect counts, and what came of them. */
static void before(struct lab *lab, const char *commands)
{
    struct str rest = str_of(commands);

    while (rest.n) {
        char text[200];

        str_copy(text, sizeof(text), str_cut(&rest, '|'));
        if (!lab_command(lab, text))
            fail_msg("refused: %s\n%s", text, lab->log.data);
    }
    lab_run(lab, commands[0] ? TIME_S : 0);
}

/* ---- switches ---- */

/* Whoever is named has the switch, loses it by the first command and has it again by the second; that somebody changed it stays. */
struct pair {
    const char *off, *on;
    const char *rest; /* of both: the end of the name, and the fields */
    const char *what, *who, *modified;
};

static const struct pair pairs[] = {
    {"DISABLE_", "ENABLE_", "SVC_CHECK;mid;a", "active", "mid/a", "2"},
    {"DISABLE_", "ENABLE_", "HOST_CHECK;mid", "active", "mid", "2"},
    {"DISABLE_", "ENABLE_", "PASSIVE_SVC_CHECKS;mid;a", "passive", "mid/a", "4"},
    {"DISABLE_", "ENABLE_", "PASSIVE_HOST_CHECKS;mid", "passive", "mid", "4"},
    {"DISABLE_", "ENABLE_", "SVC_NOTIFICATIONS;mid;a", "notify", "mid/a", "1"},
    {"DISABLE_", "ENABLE_", "HOST_NOTIFICATIONS;mid", "notify", "mid", "1"},
    {"DISABLE_", "ENABLE_", "SVC_EVENT_HANDLER;mid;a", "handler", "mid/a", "8"},
    {"DISABLE_", "ENABLE_", "HOST_EVENT_HANDLER;mid", "handler", "mid", "8"},
    {"DISABLE_", "ENABLE_", "SVC_FLAP_DETECTION;mid;a", "flap", "mid/a", "16"},
    {"DISABLE_", "ENABLE_", "HOST_FLAP_DETECTION;mid", "flap", "mid", "16"},
    {"DISABLE_", "ENABLE_", "SVC_FRESHNESS_CHECK;mid;a", "freshness", "mid/a", "8192"},
    {"DISABLE_", "ENABLE_", "HOST_FRESHNESS_CHECK;mid", "freshness", "mid", "8192"},
    {"STOP_", "START_", "OBSESSING_OVER_SVC;mid;a", "obsess", "mid/a", "128"},
    {"STOP_", "START_", "OBSESSING_OVER_HOST;mid", "obsess", "mid", "128"},
    {"DISABLE_", "ENABLE_", "HOST_SVC_CHECKS;mid", "active", "mid/a mid/b", "2"},
    {"DISABLE_", "ENABLE_", "HOST_SVC_NOTIFICATIONS;mid", "notify", "mid/a mid/b", "1"},
    {"DISABLE_", "ENABLE_", "HOST_AND_CHILD_NOTIFICATIONS;mid", "notify", "low mid", "1"},
    {"DISABLE_", "ENABLE_", "ALL_NOTIFICATIONS_BEYOND_HOST;top", "notify", "low mid low/c mid/a mid/b", "1"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_SVC_NOTIFICATIONS;hg", "notify", "low/c mid/a mid/b", "1"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_HOST_NOTIFICATIONS;hg", "notify", "low mid", "1"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_SVC_CHECKS;hg", "active", "low/c mid/a mid/b", "2"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_HOST_CHECKS;hg", "active", "low mid", "2"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_PASSIVE_SVC_CHECKS;hg", "passive", "low/c mid/a mid/b", "4"},
    {"DISABLE_", "ENABLE_", "HOSTGROUP_PASSIVE_HOST_CHECKS;hg", "passive", "low mid", "4"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_SVC_NOTIFICATIONS;sg", "notify", "low/c mid/a", "1"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_HOST_NOTIFICATIONS;sg", "notify", "low mid", "1"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_SVC_CHECKS;sg", "active", "low/c mid/a", "2"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_HOST_CHECKS;sg", "active", "low mid", "2"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_PASSIVE_SVC_CHECKS;sg", "passive", "low/c mid/a", "4"},
    {"DISABLE_", "ENABLE_", "SERVICEGROUP_PASSIVE_HOST_CHECKS;sg", "passive", "low mid", "4"},
    {"DISABLE_", "ENABLE_", "CONTACT_HOST_NOTIFICATIONS;bob", "hosts", "bob", "hosts 1"},
    {"DISABLE_", "ENABLE_", "CONTACT_SVC_NOTIFICATIONS;bob", "services", "bob", "services 1"},
    {"DISABLE_", "ENABLE_", "CONTACTGROUP_HOST_NOTIFICATIONS;ops", "hosts", "bob", "hosts 1"},
    {"DISABLE_", "ENABLE_", "CONTACTGROUP_SVC_NOTIFICATIONS;ops", "services", "bob", "services 1"},
    {"DISABLE_", "ENABLE_", "NOTIFICATIONS", "notifications", "program", "hosts 1|services 1"},
    {"ENTER_STANDBY", "ENTER_ACTIVE", "_MODE", "notifications", "program", "hosts 1|services 1"},
    {"STOP_", "START_", "EXECUTING_SVC_CHECKS", "service-checks", "program", "services 2"},
    {"STOP_", "START_", "EXECUTING_HOST_CHECKS", "host-checks", "program", "hosts 2"},
    {"STOP_", "START_", "ACCEPTING_PASSIVE_SVC_CHECKS", "passive-services", "program", "services 4"},
    {"STOP_", "START_", "ACCEPTING_PASSIVE_HOST_CHECKS", "passive-hosts", "program", "hosts 4"},
    {"DISABLE_", "ENABLE_", "EVENT_HANDLERS", "handlers", "program", "hosts 8|services 8"},
    {"DISABLE_", "ENABLE_", "FLAP_DETECTION", "flapping", "program", "hosts 16|services 16"},
    {"DISABLE_", "ENABLE_", "PERFORMANCE_DATA", "perfdata", "program", "hosts 64|services 64"},
    {"STOP_", "START_", "OBSESSING_OVER_SVC_CHECKS", "obsess-services", "program", "services 128"},
    {"STOP_", "START_", "OBSESSING_OVER_HOST_CHECKS", "obsess-hosts", "program", "hosts 128"},
    {"DISABLE_", "ENABLE_", "SERVICE_FRESHNESS_CHECKS", "fresh-services", "program", "services 8192"},
    {"DISABLE_", "ENABLE_", "HOST_FRESHNESS_CHECKS", "fresh-hosts", "program", "hosts 8192"},
    {"DISABLE_", "ENABLE_", "FAILURE_PREDICTION", "", "", ""}, /* without effect, as in Nagios 4 */
};

static void put_lines(struct buf *b, char sign, const char *who, const char *what)
{
    struct str people = str_of(who);

    while (people.n) {
        struct str one = str_cut(&people, ' ');

        buf_printf(b, "%c" STR_FMT " %s\n", sign, STR_ARG(one), what);
    }
}

static void put_modified(struct buf *b, const struct pair *p)
{
    struct str all = str_of(p->modified);

    while (all.n) {
        struct str one = str_cut(&all, '|');
        char what[60];

        snprintf(what, sizeof(what), "modified " STR_FMT, STR_ARG(one));
        put_lines(b, '+', p->who, what);
    }
}

static void test_switches(void **st UNUSED)
{
    unsigned bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        const struct pair *p = &pairs[i];
        struct buf lost = BUF_INIT, got = BUF_INIT;
        struct lab lab = {0};
        char off[80], on[80];

        snprintf(off, sizeof(off), "%s%s", p->off, p->rest);
        snprintf(on, sizeof(on), "%s%s", p->on, p->rest);
        put_lines(&lost, '-', p->who, p->what);
        put_modified(&lost, p);
        put_lines(&got, '+', p->who, p->what);
        open_lab(&lab);
        bad += !changes(&lab, on, "");
        bad += !changes(&lab, off, lost.len ? lost.data : "");
        bad += !changes(&lab, off, "");
        bad += !changes(&lab, on, got.len ? got.data : "");
        lab_close(&lab);
        buf_release(&lost);
        buf_release(&got);
    }
    assert_int_equal(bad, 0);
}

/* ---- everything else ---- */

#define CRITICAL   "PROCESS_SERVICE_CHECK_RESULT;mid;a;2;x"
#define DOWN       "PROCESS_HOST_CHECK_RESULT;mid;1;x"
#define WHEN       "1800000600;1800004200"
#define DOWNTIME   ";" WHEN ";1;0;0;ann;work"
#define SERVICE_UP "PROCESS_SERVICE_CHECK_RESULT;mid;a;0;x|" CRITICAL
#define HOST_UP    "PROCESS_HOST_CHECK_RESULT;mid;0;x|" DOWN
#define TEN(x)     x "|" x "|" x "|" x "|" x "|" x "|" x "|" x "|" x "|" x

/* On a new world: what was done before, the command, and what it changes. */
static const struct {
    const char *before, *command, *wanted;
} effects[] = {
    /* results and checks */
    {"", CRITICAL, "+mid runs\n+mid/a is CRITICAL SOFT 1\n+mid/a due 2\n"},
    {CRITICAL, "PROCESS_SERVICE_CHECK_RESULT;mid;a;0;x", "-mid/a is CRITICAL SOFT 1\n+mid/a is OK HARD 1\n"},
    {"", DOWN,
     "+low runs\n+mid is DOWN HARD 1\n+mid number 1\n+top runs\n+/bin/n alice PROBLEM mid DOWN HARD n=1 x\n"},
    {DOWN, "PROCESS_HOST_CHECK_RESULT;mid;0;x",
     "-mid is DOWN HARD 1\n-mid number 1\n+mid is UP HARD 1\n+/bin/n alice RECOVERY mid UP HARD n=1 x\n"},
    {"CHANGE_NORMAL_SVC_CHECK_INTERVAL;mid;a;600|DISABLE_SVC_CHECK;mid;a", "ENABLE_SVC_CHECK;mid;a",
     "+mid/a active\n+mid/a runs\n"},
    {"CHANGE_NORMAL_HOST_CHECK_INTERVAL;mid;600|DISABLE_HOST_CHECK;mid", "ENABLE_HOST_CHECK;mid",
     "+mid active\n+mid runs\n"},
    {"", "SCHEDULE_SVC_CHECK;mid;a;1800000600", "+mid/a due 600\n"},
    {"", "SCHEDULE_HOST_CHECK;mid;1800000600", "+mid due 600\n"},
    {"", "SCHEDULE_HOST_SVC_CHECKS;mid;1800000600", "+mid/a due 600\n+mid/b due 600\n"},
    {"SCHEDULE_SVC_CHECK;mid;a;1800000600", "SCHEDULE_FORCED_SVC_CHECK;mid;a;1800000900",
     "-mid/a due 600\n+mid/a due 900 forced\n"},
    {"SCHEDULE_HOST_CHECK;mid;1800000600", "SCHEDULE_FORCED_HOST_CHECK;mid;1800000900",
     "-mid due 600\n+mid due 900 forced\n"},
    {"", "SCHEDULE_FORCED_HOST_SVC_CHECKS;mid;1800000600", "+mid/a due 600 forced\n+mid/b due 600 forced\n"},
    /* acknowledgements */
    {CRITICAL, "ACKNOWLEDGE_SVC_PROBLEM;mid;a;2;1;1;ann;mine",
     "+mid/a acknowledged sticky\n+comment 1 mid/a ack ann: mine, kept\n+/bin/n alice ACKNOWLEDGEMENT mid/a "
     "CRITICAL SOFT n=0 x\n"},
    {CRITICAL "|ACKNOWLEDGE_SVC_PROBLEM;mid;a;1;0;0;ann;mine", "REMOVE_SVC_ACKNOWLEDGEMENT;mid;a",
     "-mid/a acknowledged normal\n-comment 1 mid/a ack ann: mine\n"},
    {CRITICAL "|ACKNOWLEDGE_SVC_PROBLEM;mid;a;1;0;1;ann;mine", "REMOVE_SVC_ACKNOWLEDGEMENT;mid;a",
     "-mid/a acknowledged normal\n"},
    {DOWN, "ACKNOWLEDGE_HOST_PROBLEM;mid;1;0;0;ann;mine",
     "+mid acknowledged normal\n+comment 1 mid ack ann: mine\n"},
    {DOWN "|ACKNOWLEDGE_HOST_PROBLEM;mid;2;0;0;ann;mine", "REMOVE_HOST_ACKNOWLEDGEMENT;mid",
     "-mid acknowledged sticky\n-comment 1 mid ack ann: mine\n"},
    {CRITICAL, "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE;mid;a;2;0;0;1800000600;ann;mine",
     "+mid/a acknowledged sticky\n+mid/a acknowledged until 600\n+comment 1 mid/a ack ann: mine\n"},
    {DOWN, "ACKNOWLEDGE_HOST_PROBLEM_EXPIRE;mid;1;0;1;1800000600;ann;mine",
     "+mid acknowledged normal\n+mid acknowledged until 600\n+comment 1 mid ack ann: mine, kept\n"},
    /* comments */
    {"", "ADD_SVC_COMMENT;mid;a;1;ann;seen", "+comment 1 mid/a user ann: seen, kept\n"},
    {"", "ADD_HOST_COMMENT;mid;0;ann;seen", "+comment 1 mid user ann: seen\n"},
    {"", "ADD_SVC_COMMENT_EXPIRE;mid;a;1;1800000600;ann;seen",
     "+comment 1 mid/a user ann: seen, kept, until 600\n"},
    {"", "ADD_HOST_COMMENT_EXPIRE;mid;0;1800000600;ann;seen", "+comment 1 mid user ann: seen, until 600\n"},
    {"ADD_SVC_COMMENT;mid;a;1;ann;seen|ADD_SVC_COMMENT;mid;a;1;ann;again", "DEL_SVC_COMMENT;2",
     "-comment 2 mid/a user ann: again, kept\n"},
    {"ADD_HOST_COMMENT;mid;1;ann;seen|ADD_HOST_COMMENT;mid;1;ann;again", "DEL_HOST_COMMENT;1",
     "-comment 1 mid user ann: seen, kept\n"},
    {"ADD_SVC_COMMENT;mid;a;0;ann;one|ADD_SVC_COMMENT;mid;b;0;ann;other|ADD_SVC_COMMENT;mid;a;0;ann;two",
     "DEL_ALL_SVC_COMMENTS;mid;a", "-comment 1 mid/a user ann: one\n-comment 3 mid/a user ann: two\n"},
    {"ADD_HOST_COMMENT;mid;0;ann;one|ADD_SVC_COMMENT;mid;a;0;ann;other", "DEL_ALL_HOST_COMMENTS;mid",
     "-comment 1 mid user ann: one\n"},
    /* downtimes */
    {"", "SCHEDULE_SVC_DOWNTIME;mid;a" DOWNTIME, "+comment 1 mid/a downtime\n+downtime 1 mid/a 600-4200\n"},
    {"", "SCHEDULE_HOST_DOWNTIME;mid;" WHEN ";0;0;300;ann;work",
     "+comment 1 mid downtime\n+downtime 1 mid 600-4200 for 300\n"},
    {"", "SCHEDULE_HOST_SVC_DOWNTIME;mid" DOWNTIME,
     "+comment 1 mid/a downtime\n+comment 2 mid/b downtime\n+downtime 1 mid/a 600-4200\n"
     "+downtime 2 mid/b 600-4200\n"},
    {"", "SCHEDULE_HOSTGROUP_HOST_DOWNTIME;hg" DOWNTIME,
     "+comment 1 low downtime\n+comment 2 mid downtime\n+downtime 1 low 600-4200\n+downtime 2 mid "
     "600-4200\n"},
    {"", "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;hg" DOWNTIME,
     "+comment 1 low/c downtime\n+comment 2 mid/a downtime\n+comment 3 mid/b downtime\n"
     "+downtime 1 low/c 600-4200\n+downtime 2 mid/a 600-4200\n+downtime 3 mid/b 600-4200\n"},
    {"", "SCHEDULE_SERVICEGROUP_HOST_DOWNTIME;sg" DOWNTIME,
     "+comment 1 low downtime\n+comment 2 mid downtime\n+downtime 1 low 600-4200\n+downtime 2 mid "
     "600-4200\n"},
    {"", "SCHEDULE_SERVICEGROUP_SVC_DOWNTIME;sg" DOWNTIME,
     "+comment 1 low/c downtime\n+comment 2 mid/a downtime\n+downtime 1 low/c 600-4200\n"
     "+downtime 2 mid/a 600-4200\n"},
    {"", "SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME;top" DOWNTIME,
     "+comment 1 top downtime\n+comment 2 mid downtime\n+comment 3 low downtime\n"
     "+downtime 1 top 600-4200\n+downtime 2 mid 600-4200\n+downtime 3 low 600-4200\n"},
    {"", "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;top" DOWNTIME,
     "+comment 1 top downtime\n+comment 2 mid downtime\n+comment 3 low downtime\n"
     "+downtime 1 top 600-4200\n+downtime 2 mid 600-4200 by 1\n+downtime 3 low 600-4200 by 1\n"},
    {"SCHEDULE_SVC_DOWNTIME;mid;a" DOWNTIME "|SCHEDULE_SVC_DOWNTIME;mid;a" DOWNTIME, "DEL_SVC_DOWNTIME;2",
     "-comment 2 mid/a downtime\n-downtime 2 mid/a 600-4200\n"},
    {"SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;mid" DOWNTIME, "DEL_HOST_DOWNTIME;1",
     "-comment 1 mid downtime\n-comment 2 low downtime\n-downtime 1 mid 600-4200\n"
     "-downtime 2 low 600-4200 by 1\n"},
    {"SCHEDULE_HOST_SVC_DOWNTIME;mid" DOWNTIME, "DEL_DOWNTIME_BY_HOST_NAME;mid;b",
     "-comment 2 mid/b downtime\n-downtime 2 mid/b 600-4200\n"},
    {"SCHEDULE_HOSTGROUP_HOST_DOWNTIME;hg" DOWNTIME "|SCHEDULE_HOST_DOWNTIME;top" DOWNTIME,
     "DEL_DOWNTIME_BY_HOSTGROUP_NAME;hg",
     "-comment 1 low downtime\n-comment 2 mid downtime\n-downtime 1 low 600-4200\n-downtime 2 mid "
     "600-4200\n"},
    {"SCHEDULE_HOST_DOWNTIME;mid" DOWNTIME "|SCHEDULE_HOST_DOWNTIME;mid;" WHEN ";1;0;0;ann;else",
     "DEL_DOWNTIME_BY_START_TIME_COMMENT;1800000600;else",
     "-comment 2 mid downtime\n-downtime 2 mid 600-4200\n"},
    {"SCHEDULE_HOST_DOWNTIME;mid" DOWNTIME "|SCHEDULE_HOST_DOWNTIME;mid;" WHEN ";0;0;300;ann;work",
     "DEL_HOST_DOWNTIME_FULL;mid;;;0;;300;ann;work",
     "-comment 2 mid downtime\n-downtime 2 mid 600-4200 for 300\n"},
    {"SCHEDULE_SVC_DOWNTIME;mid;a" DOWNTIME "|SCHEDULE_SVC_DOWNTIME;mid;a;" WHEN ";1;0;0;eve;work",
     "DEL_SVC_DOWNTIME_FULL;mid;a;1800000600;1800004200;1;0;;eve;work",
     "-comment 2 mid/a downtime\n-downtime 2 mid/a 600-4200\n"},
    /* notifications */
    {"", "SEND_CUSTOM_SVC_NOTIFICATION;mid;a;0;ann;hello", "+/bin/n alice CUSTOM mid/a OK HARD n=0 \n"},
    {"", "SEND_CUSTOM_HOST_NOTIFICATION;mid;4;ann;hello",
     "+mid number 1\n+/bin/n alice CUSTOM mid UP HARD n=1 \n"},
    {"", "DELAY_SVC_NOTIFICATION;mid;a;1800000600", "+mid/a not before 600\n"},
    {"", "DELAY_HOST_NOTIFICATION;mid;1800000600", "+mid not before 600\n"},
    {"", "SET_SVC_NOTIFICATION_NUMBER;mid;a;3", "+mid/a number 3\n"},
    {"SET_SVC_NOTIFICATION_NUMBER;mid;a;3", "SET_SVC_NOTIFICATION_NUMBER;mid;a;0", "-mid/a number 3\n"},
    {"", "SET_HOST_NOTIFICATION_NUMBER;mid;3", "+mid number 3\n"},
    {"", "SET_SVC_NOTIFICATION_DELAY;mid;a;60", "+mid/a first-delay 60\n+mid/a modified 131072\n"},
    {"SET_HOST_NOTIFICATION_DELAY;mid;60", "SET_HOST_NOTIFICATION_DELAY;mid;0",
     "-mid first-delay 60\n+mid first-delay 0\n"},
    {"CHANGE_MAX_SVC_CHECK_ATTEMPTS;mid;a;1|" TEN(SERVICE_UP), "CLEAR_SVC_FLAPPING_STATE;mid;a",
     "-mid/a flapping\n-comment 1 mid/a flapping\n+/bin/n alice FLAPPINGSTOP mid/a CRITICAL HARD n=1 x\n"},
    {TEN(HOST_UP), "CLEAR_HOST_FLAPPING_STATE;mid",
     "-mid flapping\n-comment 1 mid flapping\n+/bin/n alice FLAPPINGSTOP mid DOWN HARD n=1 x\n"},
    /* values */
    {"", "CHANGE_MAX_SVC_CHECK_ATTEMPTS;mid;a;5",
     "-mid/a attempts 3\n+mid/a attempts 5\n+mid/a modified 4096\n"},
    {"", "CHANGE_MAX_HOST_CHECK_ATTEMPTS;mid;5", "-mid attempts 3\n+mid attempts 5\n+mid modified 4096\n"},
    {"DISABLE_SVC_CHECK;mid;a|CHANGE_SVC_MODATTR;mid;a;0", "CHANGE_NORMAL_SVC_CHECK_INTERVAL;mid;a;7",
     "+mid/a interval 7\n+mid/a modified 1024\n"},
    {"DISABLE_HOST_CHECK;mid|CHANGE_HOST_MODATTR;mid;0", "CHANGE_NORMAL_HOST_CHECK_INTERVAL;mid;7",
     "+mid interval 7\n+mid modified 1024\n"},
    {"", "CHANGE_RETRY_SVC_CHECK_INTERVAL;mid;a;7", "-mid/a retry 2\n+mid/a retry 7\n+mid/a modified 2048\n"},
    {"", "CHANGE_RETRY_HOST_CHECK_INTERVAL;mid;7", "-mid retry 1\n+mid retry 7\n+mid modified 2048\n"},
    {"", "CHANGE_SVC_CHECK_COMMAND;mid;a;other!x", "+mid/a command other!x\n+mid/a modified 512\n"},
    {"CHANGE_HOST_CHECK_COMMAND;mid;other!x", "CHANGE_HOST_CHECK_COMMAND;mid;plug!h",
     "-mid command other!x\n+mid command plug!h\n"},
    {"", "CHANGE_SVC_EVENT_HANDLER;mid;a;other!x", "+mid/a handler other!x\n+mid/a modified 256\n"},
    {"", "CHANGE_HOST_EVENT_HANDLER;mid;other!x", "+mid handler other!x\n+mid modified 256\n"},
    {"", "CHANGE_GLOBAL_SVC_EVENT_HANDLER;other!x",
     "+program modified services 256\n+all services handler other!x\n"},
    {"", "CHANGE_GLOBAL_HOST_EVENT_HANDLER;other!x",
     "+program modified hosts 256\n+all hosts handler other!x\n"},
    {"", "CHANGE_SVC_CHECK_TIMEPERIOD;mid;a;never", "+mid/a check-period never\n+mid/a modified 16384\n"},
    {"CHANGE_HOST_CHECK_TIMEPERIOD;mid;never", "CHANGE_HOST_CHECK_TIMEPERIOD;mid;24x7",
     "-mid check-period never\n+mid check-period 24x7\n"},
    {"", "CHANGE_SVC_NOTIFICATION_TIMEPERIOD;mid;a;never",
     "+mid/a notify-period never\n+mid/a modified 65536\n"},
    {"", "CHANGE_HOST_NOTIFICATION_TIMEPERIOD;mid;never", "+mid notify-period never\n+mid modified 65536\n"},
    {"", "CHANGE_CONTACT_SVC_NOTIFICATION_TIMEPERIOD;bob;never",
     "+bob service-period never\n+bob modified services 65536\n"},
    {"", "CHANGE_CONTACT_HOST_NOTIFICATION_TIMEPERIOD;bob;never",
     "+bob notify-period never\n+bob modified hosts 65536\n"},
    {"", "CHANGE_CUSTOM_SVC_VAR;mid;a;_PORT;8080", "+mid/a vars PORT 8080\n+mid/a modified 32768\n"},
    {"CHANGE_CUSTOM_HOST_VAR;mid;PORT;2222", "CHANGE_CUSTOM_HOST_VAR;mid;_PORT;22",
     "-mid vars PORT 2222\n+mid vars PORT 22\n"},
    {"", "CHANGE_CUSTOM_CONTACT_VAR;bob;PAGER;2", "+bob vars PAGER 2\n+bob modified 32768\n"},
    {"", "CHANGE_SVC_MODATTR;mid;a;6", "+mid/a modified 6\n"},
    {"CHANGE_HOST_MODATTR;mid;6", "CHANGE_HOST_MODATTR;mid;0", "-mid modified 6\n"},
    {"", "CHANGE_CONTACT_MODATTR;bob;32768", "+bob modified 32768\n"},
    {"", "CHANGE_CONTACT_MODHATTR;bob;1", "+bob modified hosts 1\n"},
    {"CHANGE_CONTACT_MODSATTR;bob;1", "CHANGE_CONTACT_MODSATTR;bob;0", "-bob modified services 1\n"},
    /* the program */
    {"", "SHUTDOWN_PROGRAM;1800000600", "+program ends 600\n"},
    {"SHUTDOWN_PROGRAM;1800000600", "RESTART_PROGRAM;1800000900",
     "-program ends 600\n+program restarts 900\n"},
    {"", "SHUTDOWN_PROCESS;1800000600", "+program ends 600\n"},
    {"", "RESTART_PROCESS;1800000600", "+program restarts 600\n"},
    /* those that have no effect */
    {"", "SAVE_STATE_INFORMATION", ""},
    {"", "READ_STATE_INFORMATION", ""},
};

static void test_effects(void **st UNUSED)
{
    unsigned bad = 0;

    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        struct lab lab = {0};

        open_lab(&lab);
        before(&lab, effects[i].before);
        bad += !changes(&lab, effects[i].command, effects[i].wanted);
        lab_close(&lab);
    }
    assert_int_equal(bad, 0);
}

/* What waits behind a command that is for many is dropped; that one goes on. */
static void test_flush(void **st UNUSED)
{
    struct buf is = BUF_INIT;
    struct lab lab = {.part = 1};

    open_lab(&lab);
    lab_send_command(&lab, "DISABLE_HOSTGROUP_SVC_CHECKS;hg");
    lab_send_command(&lab, "DISABLE_NOTIFICATIONS");
    name("FLUSH_PENDING_COMMANDS");
    assert_true(lab_command(&lab, "FLUSH_PENDING_COMMANDS"));
    look(&lab, &is);
    assert_true(has_line(&is, STR("program notifications")));
    assert_true(has_line(&is, STR("low/c modified 2")) && !has_line(&is, STR("low/c active")));
    lab_close(&lab);
    buf_release(&is);
}

/* Some are not for everybody. */
static void test_by_whom(void **st UNUSED)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct buf is = BUF_INIT, after = BUF_INIT;
    struct lab lab = {0};

    open_lab(&lab);
    assert_false(lab_command(&lab, "PROCESS_FILE;/tmp/c;1"));
    name("PROCESS_FILE");
    e.command.source = WORLD_SOURCE_CTL;
    e.command.text = STR("[1] PROCESS_FILE;/tmp/c;1");
    lab_event(&lab, &e);
    look(&lab, &is);
    assert_true(has_line(&is, STR("file /tmp/c, then deleted")));
    assert_false(lab_command(&lab, "_VIGIE_AUDIT;login;ann;192.0.2.1"));
    name("_VIGIE_AUDIT");
    e.command.source = WORLD_SOURCE_GATE;
    e.command.text = STR("[1] _VIGIE_AUDIT;login;ann;192.0.2.1");
    lab_event(&lab, &e);
    look(&lab, &after);
    assert_string_equal(is.data, after.data); /* it is recorded, and that is all */
    lab_close(&lab);
    buf_release(&is);
    buf_release(&after);
}

static void test_every_command_was_given(void **st UNUSED)
{
    size_t n;
    const struct excmd_row *t = excmd_table(&n);
    unsigned bad = 0;

    assert_true(n <= ARRAY_LEN(named));
    for (size_t i = 0; i < n; i++)
        if (!named[i]) {
            print_error("%s: no line above shows what it does: add one\n", t[i].name);
            bad++;
        }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_effects),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_by_whom),
        cmocka_unit_test(test_every_command_was_given), /* the last */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
