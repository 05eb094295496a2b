/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A notification to many contacts is made in parts: all are told, once, in their order, with the words of the moment in which it was decided, whatever happens between the parts: other results, the end of
 * the problem, a reload that takes contacts or the object away, a start after a kill. The journal, done again, gives the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "core/notify.h"
#include "core/record.h"
#include "core/why.h"
#include "core/world_in.h"
#include "again.h"
#include "lab.h"

#define START 1800000000

enum { MANY = 300, PART = 70 };

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

/* h and its service s are for c000 to c299 without those from `without` on, other for alice only; c298 does not want to hear of problems. gone: h is not configured. */
static void write_site(struct buf *b, int without, bool gone)
{
    buf_add_c(b,
              "define command {\n command_name many\n command_line /bin/m $CONTACTNAME$ $NOTIFICATIONTYPE$ "
              "$HOSTSTATE$/$HOSTOUTPUT$ $SERVICESTATE$/$SERVICEOUTPUT$/$SERVICENOTIFICATIONNUMBER$ $TIMET$ "
              "$HOSTDOWNTIME$ $NOTIFICATIONAUTHOR$\n}\n"
              "define contactgroup {\n contactgroup_name all\n}\n");
    for (int i = 0; i < without; i++)
        buf_printf(
            b,
            "define contact {\n contact_name c%03d\n contactgroups all\n host_notification_commands many\n "
            "service_notification_commands many\n host_notification_period 24x7\n "
            "service_notification_period 24x7\n host_notification_options %s\n "
            "service_notification_options %s\n}\n",
            i, i == 298 ? "r" : "d,u,r,f,s", i == 298 ? "r" : "w,u,c,r,f,s");
    if (!gone)
        buf_add_c(b, "define host {\n host_name h\n use ht\n contacts null\n contact_groups all\n "
                     "max_check_attempts 1\n}\n"
                     "define service {\n host_name h\n service_description s\n use st\n contacts null\n "
                     "contact_groups all\n max_check_attempts 1\n notification_interval 60\n}\n");
    buf_add_c(b, "define host {\n host_name other\n use ht\n max_check_attempts 1\n}\n");
}

static void begin_journal(struct lab *lab)
{
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
}

static void open_site(struct lab *lab, uint32_t part)
{
    struct buf b = BUF_INIT;

    *lab = (struct lab){.tell_part = part};
    write_site(&b, MANY, false);
    lab_open(lab, lab_main, b.data, START, 1, up, 0);
    buf_release(&b);
    buf_clear(&lab->log);
    begin_journal(lab);
}

static void reload(struct lab *lab, int without, bool gone)
{
    struct buf b = BUF_INIT;

    write_site(&b, without, gone);
    lab_reload(lab, lab_main, b.data);
    buf_release(&b);
}

static void tick(struct lab *lab)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_TICK});
}

static bool tells(const struct lab *lab)
{
    return lab->w->tellings.all.n > 0;
}

static void until_over(struct lab *lab)
{
    for (int i = 0; i < 100000 && tells(lab); i++)
        tick(lab);
    assert_false(tells(lab));
}

static void is_the_same_again(struct lab *lab)
{
    struct buf said = BUF_INIT;

    if (!again_is_same(lab, (struct wall){START * TIME_S}, str_of(lab->past.at[0].model->hash), &said))
        fail_msg("%s", said.data);
    buf_release(&said);
}

/* ---- what the journal says ---- */

struct heard {
    unsigned events, intents;
    uint64_t last_type;
    char words[300]; /* of the last intent */
};

static struct heard heard_of(const struct lab *lab, const char *contact, int type)
{
    struct str rest = buf_str(&lab->journal);
    struct record_frame f;
    struct heard h = {0};

    while (record_next(&rest, &f) == 1) {
        struct record_event e;
        struct record_notify_intent n;
        struct str words, word;

        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
            e.kind == RECORD_EVENT_NOTIFICATION && str_eq_c(e.contact, contact)) {
            h.events += type < 0 || e.type == (uint64_t)type;
            h.last_type = e.type;
        }
        if (f.kind != RECORD_NOTIFY_INTENT || record_get(f.kind, f.payload, &n) < 0 ||
            !str_eq_c(n.contact, contact) || (type >= 0 && n.type != (uint64_t)type))
            continue;
        h.intents++;
        h.words[0] = '\0';
        for (words = n.words; record_next_word(&words, &word) > 0;)
            snprintf(h.words + strlen(h.words), sizeof(h.words) - strlen(h.words), STR_FMT " ",
                     STR_ARG(word));
    }
    return h;
}

/* Each of c000 to c(n-1) so often, and c298 only of what is custom. */
static void all_heard(const struct lab *lab, int n, int type, unsigned times)
{
    for (int i = 0; i < n; i++) {
        unsigned wanted = i == 298 && type != NOTIFY_CUSTOM ? 0 : times;
        char name[20];
        struct heard h;

        snprintf(name, sizeof(name), "c%03d", i);
        h = heard_of(lab, name, type);
        if (h.events != wanted || h.intents != wanted)
            fail_msg("%s: %u events and %u intents of type %d, not %u", name, h.events, h.intents, type,
                     wanted);
    }
}

/* The lines of the log name them as Nagios does, the other way round than their group has them. */
static void is_in_order(const struct lab *lab, const char *what)
{
    const char *at = lab->log.data;

    for (int i = MANY; i-- > 0;) {
        char line[100];

        if (i == 298)
            continue;
        snprintf(line, sizeof(line), "%s NOTIFICATION: c%03d;", what, i);
        at = strstr(at, line);
        if (!at)
            fail_msg("no '%s' behind the ones before", line);
    }
}

static void down(struct lab *lab)
{
    lab_send_command(lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;2;bad");
}

/* ---- tests ---- */

static void test_in_parts(void **state UNUSED)
{
    const struct state *s;
    struct mono due;
    struct lab lab;
    unsigned ticks = 0;

    open_site(&lab, PART);
    down(&lab);
    s = lab_state(&lab, "h", "s");
    assert_int_equal(s->notification_number, 1);
    assert_int_equal(s->why_notify.code, WHY_TOLD);
    assert_int_equal(s->why_notify.arg[0], MANY - 1);
    assert_int_equal(lab_count(&lab.log, "SERVICE NOTIFICATION"), 0);
    for (; tells(&lab); ticks++) {
        assert_int_equal(lab_count(&lab.log, "SERVICE NOTIFICATION"), ticks * PART);
        assert_true(world_next_due(lab.w, &due) && due.us <= lab.mono);
        tick(&lab);
    }
    assert_int_equal(ticks, (MANY - 1 + PART - 1) / PART);
    all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
    is_in_order(&lab, "SERVICE");
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* By itself: more than a step takes, and each step's records are one message. */
static void test_by_what_comes_of_it(void **state UNUSED)
{
    enum { MESSAGE = 160 * 1024 };
    unsigned ticks = 0;
    struct lab lab;
    size_t before;

    open_site(&lab, 0);
    down(&lab);
    assert_true(tells(&lab));
    for (; tells(&lab); ticks++) {
        before = lab.journal.len;
        tick(&lab);
        assert_true(lab.journal.len - before < MESSAGE);
    }
    assert_true(ticks > 1);
    all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* While thousands of commands wait in runners the next part waits, too, and nobody is woken for it. */
static void test_commands_wait(void **state UNUSED)
{
    struct mono due;
    struct lab lab;

    open_site(&lab, PART);
    down(&lab);
    tick(&lab);
    assert_int_equal(lab_count(&lab.log, "SERVICE NOTIFICATION"), PART);
    lab.w->in_turn[0] += 5000;
    for (int i = 0; i < 10; i++)
        tick(&lab);
    assert_int_equal(lab_count(&lab.log, "SERVICE NOTIFICATION"), PART);
    assert_true(!world_next_due(lab.w, &due) || due.us > lab.mono);
    lab.w->in_turn[0] -= 5000;
    until_over(&lab);
    all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* A few are told at once, also while others are being told. */
static void test_few(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, PART);
    down(&lab);
    lab_send_command(&lab, "PROCESS_HOST_CHECK_RESULT;other;1;gone");
    assert_int_equal(heard_of(&lab, "alice", NOTIFY_PROBLEM).intents, 1);
    assert_true(tells(&lab));
    until_over(&lab);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* The words are those of the moment in which it was decided, and what is told later of the same check comes later. */
static void test_it_changes_meanwhile(void **state UNUSED)
{
    struct lab lab;
    struct heard h;
    char wanted[100];

    open_site(&lab, PART);
    lab_send_command(&lab, "PROCESS_HOST_CHECK_RESULT;h;0;fine");
    lab.mono += 5 * TIME_S;
    down(&lab);
    lab.mono += 3 * TIME_S;
    tick(&lab);
    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;good");
    lab_send_command(&lab, "PROCESS_HOST_CHECK_RESULT;h;0;better");
    lab_send_command(&lab, "SEND_CUSTOM_SVC_NOTIFICATION;h;s;2;me;hello");
    assert_int_equal(heard_of(&lab, "c299", -1).intents, 1);
    lab.mono += 7 * TIME_S;
    until_over(&lab);
    for (int i = 0; i < MANY; i++) {
        char name[20];

        snprintf(name, sizeof(name), "c%03d", i);
        if (i == 298)
            continue;
        h = heard_of(&lab, name, NOTIFY_PROBLEM);
        snprintf(wanted, sizeof(wanted), "/bin/m %s PROBLEM UP/fine CRITICAL/bad/1 %d 0  ", name, START + 5);
        assert_string_equal(h.words, wanted);
        h = heard_of(&lab, name, NOTIFY_RECOVERY);
        snprintf(wanted, sizeof(wanted), "/bin/m %s RECOVERY UP/fine OK/good/1 %d 0  ", name, START + 8);
        assert_string_equal(h.words, wanted);
        h = heard_of(&lab, name, -1);
        assert_int_equal(h.last_type, NOTIFY_CUSTOM);
        assert_int_equal(h.intents, 3);
    }
    assert_int_equal(lab_count(&lab.log, ";CRITICAL;many;bad"), MANY - 1);
    assert_int_equal(lab_count(&lab.log, ";OK;many;good"), MANY - 1);
    assert_int_equal(lab_count(&lab.log, ";CUSTOM (OK);many;good;me;hello"), MANY);
    is_the_same_again(&lab);
    lab_close(&lab);
}

/* A downtime that began meanwhile is not what was so. */
static void test_words_after_a_start(void **state UNUSED)
{
    static const char *const downtime = "SCHEDULE_HOST_DOWNTIME;h;1800000000;1800000900;1;0;0;me;work";

    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        struct lab lab;
        struct heard h;
        char wanted[100];

        open_site(&lab, PART);
        lab_send_command(&lab, "PROCESS_HOST_CHECK_RESULT;h;0;fine");
        lab_send_command(&lab, downtime);
        until_over(&lab);
        lab_send_command(&lab, "SEND_CUSTOM_SVC_NOTIFICATION;h;s;2;me;hello");
        lab_send_command(&lab, downtime);
        lab_send_command(&lab, "PROCESS_HOST_CHECK_RESULT;h;1;worse");
        lab_restart(&lab, checkpoint);
        until_over(&lab);
        h = heard_of(&lab, "c299", NOTIFY_CUSTOM);
        snprintf(wanted, sizeof(wanted), "/bin/m c299 CUSTOM UP/fine OK//0 %d 1 me ", START);
        assert_string_equal(h.words, wanted);
        lab_close(&lab);
    }
}

/* Wherever it dies, between two parts: nobody is told twice, and nobody is forgotten. */
static void test_dies_in_the_middle(void **state UNUSED)
{
    for (int ticks = 0; ticks < MANY / PART + 3; ticks++)
        for (int how = 0; how < 3; how++) {
            struct lab lab;

            open_site(&lab, PART);
            down(&lab);
            lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;good");
            for (int i = 0; i < ticks; i++)
                tick(&lab);
            if (how == 2)
                lab_engine_dies(&lab);
            else
                lab_restart(&lab, how == 1);
            until_over(&lab);
            all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
            all_heard(&lab, MANY, NOTIFY_RECOVERY, 1);
            is_the_same_again(&lab);
            lab_restart(&lab, false);
            assert_false(tells(&lab));
            lab_close(&lab);
        }
}

/* Dying between a step and its records: what was not written comes again, in part or whole, but never not at all. */
static void test_a_part_is_not_written(void **state UNUSED)
{
    struct lab lab;
    size_t before;

    open_site(&lab, PART);
    down(&lab);
    tick(&lab);
    before = lab.journal.len;
    tick(&lab);
    buf_truncate(&lab.journal, before);
    lab_engine_dies(&lab);
    until_over(&lab);
    all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
    lab_close(&lab);
}

static void test_reload(void **state UNUSED)
{
    for (int dies = 0; dies < 2; dies++) {
        struct lab lab;

        open_site(&lab, PART);
        down(&lab);
        tick(&lab);
        reload(&lab, MANY - 100, false); /* some are taken away, and told before */
        assert_int_equal(heard_of(&lab, "c200", NOTIFY_PROBLEM).intents, 1);
        assert_int_equal(heard_of(&lab, "c099", NOTIFY_PROBLEM).intents, 0);
        if (dies)
            lab_engine_dies(&lab);
        until_over(&lab);
        all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
        is_the_same_again(&lab);
        lab_close(&lab);
    }
}

/* What is for one comes behind what is still being told of the same check. */
static void test_one_behind_many(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, 4);
    down(&lab);
    reload(&lab, 5, false);
    assert_int_equal(heard_of(&lab, "c001", -1).intents, 1);
    assert_int_equal(heard_of(&lab, "c000", -1).intents, 0);
    for (int i = 1; i < 5; i++) {
        char text[100];

        snprintf(text, sizeof(text), "DISABLE_CONTACT_SVC_NOTIFICATIONS;c%03d", i);
        lab_send_command(&lab, text);
    }
    lab_send_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s;0;good");
    assert_int_equal(heard_of(&lab, "c000", -1).intents, 0);
    until_over(&lab);
    assert_int_equal(heard_of(&lab, "c000", -1).intents, 2);
    assert_int_equal(heard_of(&lab, "c000", -1).last_type, NOTIFY_RECOVERY);
    is_the_same_again(&lab);
    lab_close(&lab);
}

static void test_its_object_is_taken_away(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, PART);
    down(&lab);
    tick(&lab);
    reload(&lab, MANY, true);
    assert_false(tells(&lab));
    all_heard(&lab, MANY, NOTIFY_PROBLEM, 1);
    is_the_same_again(&lab);
    lab_engine_dies(&lab);
    assert_false(tells(&lab));
    lab_close(&lab);
}

enum { MESSAGE = 160 * 1024 }; /* as the engine cuts a step for the store */

/* The first message of a reload may be all that the store gets: no part stands in it without its intents. How many parts there are. */
static unsigned parts_are_whole(struct str step)
{
    struct record_telling_part parts[4];
    size_t message[4], sent = 0, begin = 0, all = step.n;
    struct record_notify_intent intent;
    struct record_frame f;
    unsigned n = 0;

    for (size_t at = 0; record_next(&step, &f) == 1 && f.kind != RECORD_SNAPSHOT; at = all - step.n) {
        if (at > begin && all - step.n - begin > MESSAGE) {
            begin = at;
            sent++;
        }
        if (f.kind == RECORD_TELLING_PART) {
            assert_true(n < ARRAY_LEN(parts));
            assert_int_equal(record_get(f.kind, f.payload, &parts[n]), 0);
            message[n++] = sent;
        } else if (f.kind == RECORD_NOTIFY_INTENT) {
            assert_int_equal(record_get(f.kind, f.payload, &intent), 0);
            for (unsigned i = 0; i < n; i++)
                assert_true(parts[i].oid != intent.oid || message[i] == sent);
        }
    }
    assert_true(sent > 0);
    return n;
}

static void test_reload_is_more_than_a_message(void **state UNUSED)
{
    char text[300];
    struct lab lab;
    size_t before;

    open_site(&lab, PART);
    snprintf(text, sizeof(text), "SEND_CUSTOM_SVC_NOTIFICATION;h;s;2;%0100d;hello", 1);
    lab_send_command(&lab, text);
    snprintf(text, sizeof(text), "SEND_CUSTOM_HOST_NOTIFICATION;h;2;%0100d;hello", 1);
    lab_send_command(&lab, text);
    assert_int_equal(lab.w->tellings.all.n, 2);
    before = lab.journal.len;
    reload(&lab, 1, false);
    assert_int_equal(parts_are_whole(str_sub(buf_str(&lab.journal), before, lab.journal.len)), 2);
    lab_close(&lab);
}

/* Those who are left are told at once when the object goes, and their names are more than a record takes. */
static void test_names_are_more_than_a_record(void **state UNUSED)
{
    enum { WHO = 1100, NAME = 250 };
    struct record_telling_part part;
    struct record_frame f;
    struct buf b = BUF_INIT, contacts = BUF_INIT;
    struct str rest, before, names, name;
    unsigned told = 0, last = 0;
    struct lab lab = {.tell_part = PART};

    buf_add_c(&contacts, "define command {\n command_name c\n command_line /bin/c\n}\n"
                         "define contactgroup {\n contactgroup_name all\n}\n");
    for (int i = 0; i < WHO; i++)
        buf_printf(&contacts,
                   "define contact {\n contact_name %0*d\n contactgroups all\n host_notification_commands "
                   "c\n service_notification_commands c\n host_notification_period 24x7\n "
                   "service_notification_period 24x7\n}\n",
                   NAME, i);
    buf_add_c(&contacts, "define host {\n host_name other\n use ht\n}\n");
    buf_add_str(&b, buf_str(&contacts));
    buf_add_c(&b, "define host {\n host_name h\n use ht\n contacts null\n contact_groups all\n}\n");
    lab_open(&lab, lab_main, b.data, START, 1, up, 0);
    lab_send_command(&lab, "SEND_CUSTOM_HOST_NOTIFICATION;h;2;me;hello");
    begin_journal(&lab);
    lab_reload(&lab, lab_main, contacts.data);
    assert_false(tells(&lab));
    for (rest = before = buf_str(&lab.journal); record_next(&rest, &f) == 1; before = rest) {
        assert_true(before.n - rest.n <= LIMIT_RECORD);
        if (f.kind != RECORD_TELLING_PART)
            continue;
        assert_int_equal(record_get(f.kind, f.payload, &part), 0);
        assert_int_equal(last, 0);
        last += part.last != 0;
        for (names = part.names; record_next_word(&names, &name) == 1; told++)
            assert_int_equal(name.n, NAME);
    }
    assert_int_equal(told, WHO);
    assert_int_equal(last, 1);
    lab_close(&lab);
    buf_release(&contacts);
    buf_release(&b);
}

static void test_contacts_of_a_reload_are_recorded(void **state UNUSED)
{
    struct lab lab;
    uint32_t c;
    int64_t last;

    open_site(&lab, PART);
    lab_send_command(&lab, "SEND_CUSTOM_SVC_NOTIFICATION;h;s;2;me;hello");
    reload(&lab, MANY, true);
    c = model_find_contact(lab.model, STR("c200"));
    assert_true(c != MODEL_NONE);
    last = lab.w->contact[c].last_service;
    assert_true(last > 0);
    lab_engine_dies(&lab);
    assert_int_equal(lab.w->contact[c].last_service, last);
    lab_close(&lab);
}

/* A start with other files: who is not there any more cannot be told, which is said; the others are. */
static void test_start_with_other_files(void **state UNUSED)
{
    for (int gone = 0; gone < 2; gone++) {
        struct lab lab;
        struct buf kept = BUF_INIT;

        open_site(&lab, PART);
        down(&lab);
        tick(&lab);
        buf_add_str(&kept, buf_str(&lab.journal));
        until_over(&lab);
        reload(&lab, MANY - 100, gone);
        buf_clear(&lab.journal); /* as if it had died before */
        buf_add_str(&lab.journal, buf_str(&kept));
        buf_clear(&lab.log);
        lab_engine_dies(&lab);
        until_over(&lab);
        if (gone) {
            assert_int_equal(lab_count(&lab.log, "was not delivered to 229 contacts: what it is about is no "
                                                 "longer configured"),
                             1);
        } else {
            all_heard(&lab, MANY - 100, NOTIFY_PROBLEM, 1);
            assert_int_equal(lab_count(&lab.log, "about h;s was not delivered: the contact is no longer "
                                                 "configured"),
                             29);
        }
        lab_restart(&lab, false);
        assert_false(tells(&lab));
        buf_release(&kept);
        lab_close(&lab);
    }
}

static struct record_event decision(const struct lab *lab)
{
    struct str rest = buf_str(&lab->journal);
    struct record_event e, found = {0};
    struct record_frame f;

    while (record_next(&rest, &f) == 1)
        if (f.kind == RECORD_EVENT && record_get(f.kind, f.payload, &e) == 0 &&
            e.kind == RECORD_EVENT_DECISION)
            found = e;
    return found;
}

/* In parts or not: the same decision, numbers, events and words. */
static void test_as_at_once(void **state UNUSED)
{
    struct lab in_parts, at_once;
    struct record_event a, b;

    open_site(&in_parts, PART);
    open_site(&at_once, MANY);
    for (int i = 0; i < 2; i++) {
        struct lab *lab = i ? &at_once : &in_parts;

        down(lab);
        assert_int_equal(tells(lab), !i);
        until_over(lab);
    }
    a = decision(&in_parts);
    b = decision(&at_once);
    assert_true(str_eq(a.text, b.text) && a.attempt == b.attempt && a.type == b.type);
    for (int i = 0; i < MANY; i++) {
        char name[20];

        snprintf(name, sizeof(name), "c%03d", i);
        assert_string_equal(heard_of(&in_parts, name, -1).words, heard_of(&at_once, name, -1).words);
    }
    assert_string_equal(in_parts.log.data, at_once.log.data);
    lab_close(&in_parts);
    lab_close(&at_once);
}

/* More than may wait are told at once: nothing is lost, and memory is bounded. */
static void test_too_much_waits(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab, PART);
    for (unsigned i = 0; i < LIMIT_TELLINGS; i++)
        lab_send_command(&lab, "SEND_CUSTOM_SVC_NOTIFICATION;h;s;2;me;hello");
    assert_int_equal(lab.w->tellings.all.n, LIMIT_TELLINGS);
    buf_clear(&lab.journal);
    lab_send_command(&lab, "SEND_CUSTOM_HOST_NOTIFICATION;h;2;me;of the host");
    assert_int_equal(lab.w->tellings.all.n, LIMIT_TELLINGS);
    all_heard(&lab, MANY, NOTIFY_CUSTOM, 1);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_parts),
        cmocka_unit_test(test_by_what_comes_of_it),
        cmocka_unit_test(test_commands_wait),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_it_changes_meanwhile),
        cmocka_unit_test(test_words_after_a_start),
        cmocka_unit_test(test_dies_in_the_middle),
        cmocka_unit_test(test_a_part_is_not_written),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_reload_is_more_than_a_message),
        cmocka_unit_test(test_names_are_more_than_a_record),
        cmocka_unit_test(test_contacts_of_a_reload_are_recorded),
        cmocka_unit_test(test_one_behind_many),
        cmocka_unit_test(test_its_object_is_taken_away),
        cmocka_unit_test(test_start_with_other_files),
        cmocka_unit_test(test_as_at_once),
        cmocka_unit_test(test_too_much_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
