/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a simulated site, from one seed. */
#include "sim.h"

#include "core/record.h"

#include <stdio.h>
#include <string.h>

#define LONG_TEXT 4000

/* ---- plugins ---- */

static const char *const outputs[] = {"fine|a=1;2;3",
                                      "",
                                      "bad\nlong line\nanother|b=2",
                                      "\xff\xfe not UTF-8",
                                      "x|",
                                      "|||",
                                      "DISK OK",
                                      "\n\n\n|\n|",
                                      "\x1b[31mred\x1b[0m \x01\x02\r\r\n",
                                      "'a b'=1e309U;@~:;;;= ''=;;;; c=",
                                      "$HOSTNAME$ `id` $(id) <script>|'='=1",
                                      NULL}; /* NULL: very long */

static const char *long_text(void)
{
    static char text[LONG_TEXT];

    memset(text, 'x', sizeof(text) - 1);
    for (size_t i = 99; i < sizeof(text) - 1; i += 100)
        text[i] = "\n|;=\t"[i / 100 % 5];
    return text;
}

/* Slow, hanging, crashing, lying. */
static void misbehave(struct lab_answer *a, uint64_t r)
{
    switch (r % 200) {
    case 0: a->lasts_us = -1; break; /* vanishes */
    case 1:
    case 2:
        a->how = RECORD_HOW_TIMEOUT;
        a->lasts_us = SIM_TIME_OUT;
        break;
    case 3: a->lasts_us = SIM_TIME_OUT - TIME_MS; break; /* just in time */
    case 4:
    case 5:
        a->how = RECORD_HOW_SIGNAL;
        a->code = (uint64_t[]){9, 11, 6, 15}[r >> 8 & 3];
        break;
    case 6: a->code = (uint64_t[]){100, 126, 127, 255}[r >> 8 & 3]; break;
    case 7: a->code = r; break;
    case 8:
        a->how = RECORD_HOW_NOT_STARTED;
        a->code = (uint64_t[]){2, 13, 11, 12}[r >> 8 & 3];
        break;
    case 9: a->how = RECORD_HOW_LOST; break;
    case 10: a->lasts_us = 0; break;
    default: break;
    }
}

struct lab_answer fate_plugin(struct sim *s, uint32_t check)
{
    uint64_t r = lab_random(&s->lab);
    struct lab_answer a = {.output = outputs[r % ARRAY_LEN(outputs)],
                           .lasts_us = (int64_t)(r >> 8) % (2 * TIME_S)};
    bool stormy = (s->lab.mono / TIME_H + check) % 5 == 0;

    if (!a.output)
        a.output = (r >> 50) % 8 ? "not so long" : long_text();
    a.code = stormy ? (r >> 40) % 4 : (r >> 40) % 50 == 0 ? 2 : 0;
    misbehave(&a, lab_random(&s->lab));
    return a;
}

/* ---- the operator ---- */

static void change_site(struct sim *s)
{
    for (unsigned k = 1 + (unsigned)lab_random(&s->lab) % 6; k > 0; k--)
        site_change(&s->site, lab_random(&s->lab));
    site_make(&s->site);
    sim_forgive(s); /* the numbers of the checks are others now */
    lab_reload(&s->lab, s->main.data, s->site.objects.data);
    sim_forgive(s);
}

static void reload(struct sim *s)
{
    struct identity *before = identity_know(s);

    change_site(s);
    identity_check(s, before);
}

static void command(struct sim *s, uint64_t r)
{
    static const char *const forms[] = {
        "PROCESS_SERVICE_CHECK_RESULT;h%02u;s4;%u;passive|p=1",
        "PROCESS_HOST_CHECK_RESULT;h%02u;%u;passive",
        "SCHEDULE_FORCED_SVC_CHECK;h%02u;s%u;0",
        "ACKNOWLEDGE_SVC_PROBLEM;h%02u;s%u;2;1;1;sim;ack",
        "ACKNOWLEDGE_HOST_PROBLEM;h%02u;%u;1;0;sim;ack",
        "ADD_SVC_COMMENT;h%02u;s%u;1;sim;a comment",
        "DEL_ALL_SVC_COMMENTS;h%02u;s%u",
        "DISABLE_SVC_CHECK;h%02u;s%u",
        "ENABLE_SVC_CHECK;h%02u;s%u",
        "ENABLE_HOST_SVC_CHECKS;h%02u;%u",
        "REMOVE_SVC_ACKNOWLEDGEMENT;h%02u;s%u",
        "CHANGE_MAX_SVC_CHECK_ATTEMPTS;h%02u;s%u;4",
        "DISABLE_SVC_NOTIFICATIONS;h%02u;s%u",
        "ENABLE_HOST_SVC_NOTIFICATIONS;h%02u;%u",
        "SEND_CUSTOM_SVC_NOTIFICATION;h%02u;s%u;3;sim;custom",
        "DEL_DOWNTIME_BY_HOST_NAME;h%02u;%u",
    };
    char text[200];
    int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                               \
    "-Wformat-nonliteral" /* the forms stand above, all with the same two numbers */
    n = snprintf(text, sizeof(text), forms[r % ARRAY_LEN(forms)], (unsigned)(r >> 16) % SITE_HOSTS,
                 (unsigned)(r >> 32) % SITE_SERVICES);
#pragma GCC diagnostic pop
    if (n > 0)
        lab_command(&s->lab, text); /* refused or not: both are fine */
}

/* Behind one that was planned some time: chains come about. Of one that is gone it is refused. */
static void triggered(struct sim *s, uint64_t r, long long start)
{
    size_t n = s->judge.downtimes.n;
    char text[200];

    if (!n || !s->judged)
        return;
    snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h%02u;s%u;%lld;%lld;%u;%llu;600;sim;work",
             (unsigned)(r >> 8) % SITE_HOSTS, (unsigned)(r >> 12) % SITE_SERVICES, start, start + 1500,
             (unsigned)(r >> 30) % 2,
             (unsigned long long)s->judge.downtimes.at[n - 1 - (r >> 32) % MIN(n, (size_t)20)].id);
    lab_command(&s->lab, text);
}

static void downtime(struct sim *s, uint64_t r)
{
    char text[200];
    long long now = time_wall_s(lab_now(&s->lab).wall), start = now + (long long)(r >> 20) % 3600;

    snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h%02u;s%u;%lld;%lld;%u;0;600;sim;work",
             (unsigned)(r >> 8) % SITE_HOSTS, (unsigned)(r >> 12) % SITE_SERVICES, start, start + 1800,
             (unsigned)(r >> 50) % 2);
    lab_command(&s->lab, text);
    if (r >> 54 & 1)
        triggered(s, lab_random(&s->lab), start);
    snprintf(text, sizeof(text),
             "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;h%02u;%lld;%lld;0;0;900;sim;work",
             (unsigned)(r >> 8) % SITE_HOSTS, start, start + 3600);
    if (r >> 60 == 0)
        lab_command(&s->lab, text);
}

/* For all things at once, in parts; others come behind it, and what may happen in its middle happens. */
static void group(struct sim *s, uint64_t r)
{
    static const char *const forms[] = {
        "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;%lld;%lld;1;0;600;sim;work",
        "SCHEDULE_HOSTGROUP_HOST_DOWNTIME;all;%lld;%lld;0;0;600;sim;work",
        "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;h00;%lld;%lld;1;0;900;sim;work",
        "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;all",
        "ENABLE_HOSTGROUP_SVC_NOTIFICATIONS;all",
        "ENABLE_HOSTGROUP_HOST_NOTIFICATIONS;all",
        "DEL_DOWNTIME_BY_HOSTGROUP_NAME;all",
        "ENABLE_HOSTGROUP_SVC_CHECKS;all",
    };
    long long now = time_wall_s(lab_now(&s->lab).wall), start = now + (long long)(r >> 20) % 1200;
    char text[200];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* as above: two times, or none */
    snprintf(text, sizeof(text), forms[r % ARRAY_LEN(forms)], start, start + 1200);
#pragma GCC diagnostic pop
    lab_send_command(&s->lab, text);
    lab_send_command(&s->lab, "DISABLE_SVC_NOTIFICATIONS;h03;s1");
    lab_send_command(&s->lab, "PROCESS_SERVICE_CHECK_RESULT;h03;s1;2;behind");
    lab_send_command(&s->lab, "PROCESS_SERVICE_CHECK_RESULT;h11;s4;1;before");
    for (unsigned k = (unsigned)(r >> 8) % 4; k > 0; k--)
        lab_event(&s->lab, &(struct world_event){.kind = WORLD_TICK});
}

/* ---- faults ---- */

/* The runner comes back with half of its runs, and with one nobody knows. Of the others the results are gone, or only late. */
static void runner_comes(struct sim *s)
{
    struct world_event e = {.kind = WORLD_RUNNERS};
    struct world_listed *ids = mem_calloc(s->lab.runs.n + 2, sizeof(*ids));
    size_t n = 0;

    for (size_t i = s->lab.runs.n; i-- > 0;) {
        struct lab_run *r = &s->lab.runs.at[i];

        if (r->id % 2)
            ids[n++] = (struct world_listed){r->id, 0};
        else if (r->id % 4 && r->answer.lasts_us >= 0)
            r->ends = s->lab.mono + (int64_t)(lab_random(&s->lab) % (2 * TIME_S));
        else
            lab_lose(&s->lab, i);
    }
    ids[n++] = (struct world_listed){12345, 0};
    e.runner.up = true;
    e.runner.runs = ids;
    e.runner.n_runs = n;
    s->runner_up = true;
    lab_event(&s->lab, &e);
    mem_free(ids);
    sim_forgive(s);
}

static void runner_goes(struct sim *s)
{
    s->runner_up = false;
    lab_event(&s->lab, &(struct world_event){.kind = WORLD_RUNNERS});
    sim_forgive(s);
}

/* A message to the runner, or all to the notifier, did not arrive. */
static void message_lost(struct sim *s, uint64_t r)
{
    struct world_event e = {.kind = WORLD_NOT_SENT};
    size_t i = s->lab.runs.n ? (size_t)r % s->lab.runs.n : 0;

    if (r >> 40 & 1 || !s->lab.runs.n) {
        e.ok = true; /* of the built-in channels: all */
    } else {
        e.number = s->lab.runs.at[i].id;
        *VEC_ADD(&s->dead) = e.number;
        lab_lose(&s->lab, i);
    }
    lab_event(&s->lab, &e);
    sim_forgive(s);
}

/* Results of nobody's run, of one that ended, of one that was given up: out of order, late, twice. */
static void ghosts(struct sim *s, uint64_t r)
{
    struct world_event e = {.kind = WORLD_RESULT};

    e.result.run_id = r;
    e.result.output = STR("ghost");
    lab_event(&s->lab, &e);
    e.result.run_id = s->lab.last_ended;
    lab_event(&s->lab, &e);
    for (size_t i = 0; i < s->dead.n; i++) {
        e.result.run_id = s->dead.at[i];
        e.result.code = 2;
        lab_event(&s->lab, &e);
    }
    VEC_CLEAR(&s->dead);
}

/* Set by hand, by a leap second, slewed. */
static void clock_is_set(struct sim *s, uint64_t r)
{
    static const int64_t small[] = {TIME_S, -TIME_S, TIME_S / 3, -TIME_S / 3, 3 * TIME_S};
    int64_t step = ((int64_t)(r >> 20) % 7200 - 3600) * TIME_S;

    if (r & 1)
        step = small[(r >> 8) % ARRAY_LEN(small)];
    if (r >> 60 == 0)
        step *= 24 * 40; /* the battery was empty */
    if (s->disk_full)
        return; /* an engine that dies cannot know of it */
    lab_clock_step(&s->lab, step);
}

/* From now on nothing is stored, or again. */
static void disk(struct sim *s)
{
    struct world_event e = {.kind = WORLD_STORED, .number = s->lab.n_records};

    s->disk_full = !s->disk_full;
    if (s->disk_full) {
        e.text = STR("the disk is full");
        s->durable = s->lab.journal.len;
        rules_copy(&s->then, &s->judge.rules);
        judge_copy_debts(&s->debts_then, &s->judge.debts);
    }
    lab_event(&s->lab, &e);
}

static void force_all(struct sim *s)
{
    char text[100];

    for (unsigned i = 0; i < SITE_HOSTS * SITE_SERVICES; i++) {
        snprintf(text, sizeof(text), "SCHEDULE_FORCED_SVC_CHECK;h%02u;s%u;0", i / SITE_SERVICES,
                 i % SITE_SERVICES);
        lab_command(&s->lab, text);
    }
}

/* With as many runs under way as may be, all of which are wanted again at once. What was not stored did not happen. */
static void die(struct sim *s)
{
    s->counted_before += sim_counted(s);
    if (s->disk_full) {
        buf_truncate(&s->lab.journal, s->durable);
        rules_copy(&s->judge.rules, &s->then);
        judge_copy_debts(&s->judge.debts, &s->debts_then);
        s->disk_full = false;
    }
    sim_forgive(s);
    lab_engine_dies(&s->lab);
    sim_forgive(s);
}

static void engine_dies(struct sim *s)
{
    force_all(s);
    lab_run(&s->lab, TIME_S / 10);
    die(s);
    force_all(s);
}

/* Notifications that are told in parts, some about the same thing. */
static void many_are_told(struct sim *s, uint64_t r)
{
    static const char *const forms[] = {"PROCESS_HOST_CHECK_RESULT;h%02u;%u;bad",
                                        "SEND_CUSTOM_HOST_NOTIFICATION;h%02u;%u;sim;custom"};
    char text[100];

    for (unsigned i = 0; i < 6; i++) {
        unsigned host = (unsigned)(r >> 20) % SITE_HOSTS + (i & 4 ? 1 : 0), n = (unsigned)(r >> i) & 3;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the forms stand above, with the same two numbers */
        snprintf(text, sizeof(text), forms[i & 1], host % SITE_HOSTS, n);
#pragma GCC diagnostic pop
        lab_send_command(&s->lab, text);
    }
}

static void group_is_interrupted(struct sim *s, uint64_t r)
{
    if (s->lab.tell_part)
        many_are_told(s, r);
    group(s, r >> 2);
    switch (r & 3) {
    case 0: break;
    case 1: change_site(s); break;
    case 2:
        s->counted_before += sim_counted(s);
        lab_restart(&s->lab, r >> 50 & 1);
        s->runner_up = true;
        s->disk_full = false;
        sim_forgive(s);
        break;
    default:
        if (s->runner_up)
            die(s);
        break;
    }
}

static void engine_ends(struct sim *s, uint64_t r)
{
    sim_forgive(s);
    if (r >> 52 & 1 && s->runner_up) {
        engine_dies(s);
    } else {
        s->counted_before += sim_counted(s);
        lab_restart(&s->lab, r >> 50 & 1);
    }
    s->runner_up = true;
    s->disk_full = false;
    sim_forgive(s);
}

void fate_act(struct sim *s)
{
    uint64_t r = lab_random(&s->lab);

    s->actions++;
    switch (r % 40) {
    case 0: engine_ends(s, r); break;
    case 1: reload(s); break;
    case 2: runner_goes(s); break;
    case 3:
    case 4:
    case 5:
        if (!s->runner_up)
            runner_comes(s);
        break;
    case 6:
    case 7: clock_is_set(s, r >> 2); break;
    case 8: ghosts(s, r); break;
    case 9:
    case 10: downtime(s, r >> 6); break;
    case 11: message_lost(s, r >> 6); break;
    case 12: disk(s); break;
    case 13:
    case 14: group_is_interrupted(s, r >> 6); break;
    default: command(s, r >> 6); break;
    }
}
