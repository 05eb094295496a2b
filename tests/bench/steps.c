/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `./dev bench steps [SERVICES [NAME [TIMES]]]`: the longest step of the engine's world, with what it puts on the board, for each command and event that concerns many objects at once, beside the
 * bound of 10 ms. Prints a table: the longest step by the clock and by the CPU time of the thread, the number of steps, and all of them together. The same events give the same steps, so with TIMES
 * each step is measured so often and its shortest counts: what else the machine did is not in it.
 */
#include "base/vec.h"
#include "core/board_w.h"
#include "core/record.h"
#include "os/mem.h"
#include "sim/lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START    1790000000
#define BOUND_US (10 * TIME_MS)

enum { PER_HOST = 100, CONTACTS = 10000, MANY_STEPS = 1000000 };

enum shape { GROUPS, CHILDREN, ONE_HOST, PEOPLE };

struct took {
    int64_t wall, cpu;
};

struct bench {
    struct lab lab;
    struct board_w board;
    void *memory;
    struct buf kept;
    unsigned services;
    VEC(struct took) steps; /* the shortest of each */
    size_t at;              /* how many of them this turn came to */
    unsigned turn, bad;
};

struct row {
    const char *name;
    enum shape shape;
    const char *before[4]; /* not measured */
    int64_t wait_s[4];     /* behind each of these, not measured either */
    const char *command;   /* NULL: only time goes on */
    int64_t then_s;        /* and so long it is looked at */
    int64_t clock_s;       /* the wall clock is set by so many seconds */
    bool exports;          /* everything is written for a checkpoint */
    bool reloads;          /* the same configuration once more */
    bool environment;      /* all macros go into the environment of commands */
};

/* %1: the start as seconds; NOW+n stands for a time from there */
#define DOWN "NOW+0;NOW+600;1;0;0;a;work"
#define SOON "NOW+60;NOW+600;1;0;0;a;work"
#define FLEX "NOW+0;NOW+600;0;0;60;a;work"

static const struct row rows[] = {
    {.name = "SCHEDULE_HOSTGROUP_SVC_DOWNTIME", .command = "SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" DOWN},
    {.name = "  they end in one second",
     .before = {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" DOWN},
     .then_s = 700},
    {.name = "  they begin in one second",
     .before = {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" SOON},
     .wait_s = {50},
     .then_s = 20},
    {.name = "SCHEDULE_SERVICEGROUP_SVC_DOWNTIME", .command = "SCHEDULE_SERVICEGROUP_SVC_DOWNTIME;all;" DOWN},
    {.name = "SCHEDULE_HOST_SVC_DOWNTIME",
     .shape = ONE_HOST,
     .command = "SCHEDULE_HOST_SVC_DOWNTIME;root;" DOWN},
    {.name = "DEL_DOWNTIME_BY_HOSTGROUP_NAME",
     .before = {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" DOWN},
     .command = "DEL_DOWNTIME_BY_HOSTGROUP_NAME;all"},
    {.name = "DEL_DOWNTIME_BY_HOST_NAME",
     .shape = ONE_HOST,
     .before = {"SCHEDULE_HOST_SVC_DOWNTIME;root;" DOWN},
     .command = "DEL_DOWNTIME_BY_HOST_NAME;root"},
    {.name = "DEL_DOWNTIME_BY_START_TIME_COMMENT",
     .before = {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" DOWN},
     .command = "DEL_DOWNTIME_BY_START_TIME_COMMENT;;work"},
    {.name = "SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME",
     .shape = CHILDREN,
     .command = "SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME;root;" DOWN},
    {.name = "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME",
     .shape = CHILDREN,
     .command = "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;root;" DOWN},
    {.name = "  its trigger begins",
     .shape = CHILDREN,
     .before = {"SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;root;" SOON},
     .wait_s = {50},
     .then_s = 20},
    {.name = "  DEL_HOST_DOWNTIME of its trigger",
     .shape = CHILDREN,
     .before = {"SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;root;" DOWN},
     .command = "DEL_HOST_DOWNTIME;1"},
    {.name = "DEL_HOST_DOWNTIME of one among many",
     .shape = CHILDREN,
     .before = {"SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME;root;" DOWN},
     .command = "DEL_HOST_DOWNTIME;1"},
    {.name = "ENABLE_HOSTGROUP_SVC_CHECKS", .command = "ENABLE_HOSTGROUP_SVC_CHECKS;all"},
    {.name = "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS", .command = "DISABLE_HOSTGROUP_SVC_NOTIFICATIONS;all"},
    {.name = "DISABLE_SERVICEGROUP_SVC_CHECKS", .command = "DISABLE_SERVICEGROUP_SVC_CHECKS;all"},
    {.name = "DISABLE_SERVICEGROUP_HOST_CHECKS", .command = "DISABLE_SERVICEGROUP_HOST_CHECKS;all"},
    {.name = "DISABLE_HOSTGROUP_PASSIVE_SVC_CHECKS", .command = "DISABLE_HOSTGROUP_PASSIVE_SVC_CHECKS;all"},
    {.name = "DISABLE_HOST_AND_CHILD_NOTIFICATIONS",
     .shape = CHILDREN,
     .command = "DISABLE_HOST_AND_CHILD_NOTIFICATIONS;root"},
    {.name = "DISABLE_ALL_NOTIFICATIONS_BEYOND_HOST",
     .shape = CHILDREN,
     .command = "DISABLE_ALL_NOTIFICATIONS_BEYOND_HOST;root"},
    {.name = "DISABLE_HOST_SVC_NOTIFICATIONS",
     .shape = ONE_HOST,
     .command = "DISABLE_HOST_SVC_NOTIFICATIONS;root"},
    {.name = "SCHEDULE_HOST_SVC_CHECKS",
     .shape = ONE_HOST,
     .before = {"ENABLE_HOST_SVC_CHECKS;root"},
     .command = "SCHEDULE_HOST_SVC_CHECKS;root;NOW+0"},
    {.name = "SCHEDULE_FORCED_HOST_SVC_CHECKS",
     .shape = ONE_HOST,
     .command = "SCHEDULE_FORCED_HOST_SVC_CHECKS;root;NOW+0"},
    {.name = "  none of their results comes",
     .shape = ONE_HOST,
     .before = {"SCHEDULE_FORCED_HOST_SVC_CHECKS;root;NOW+0"},
     .wait_s = {30},
     .then_s = 60},
    {.name = "ENABLE_FLAP_DETECTION",
     .before = {"DISABLE_FLAP_DETECTION"},
     .command = "ENABLE_FLAP_DETECTION"},
    {.name = "DISABLE_FLAP_DETECTION", .command = "DISABLE_FLAP_DETECTION"},
    {.name = "DISABLE_CONTACTGROUP_SVC_NOTIFICATIONS",
     .shape = PEOPLE,
     .command = "DISABLE_CONTACTGROUP_SVC_NOTIFICATIONS;all"},
    {.name = "SEND_CUSTOM_HOST_NOTIFICATION to 10,000",
     .shape = PEOPLE,
     .command = "SEND_CUSTOM_HOST_NOTIFICATION;root;2;a;hello"},
    {.name = "host DOWN, 10,000 contacts",
     .shape = PEOPLE,
     .command = "PROCESS_HOST_CHECK_RESULT;root;1;down"},
    {.name = "host DOWN, many children",
     .shape = CHILDREN,
     .command = "PROCESS_HOST_CHECK_RESULT;root;1;down",
     .then_s = 1},
    {.name = "host DOWN, many services",
     .shape = ONE_HOST,
     .command = "PROCESS_HOST_CHECK_RESULT;root;1;down"},
    {.name = "downtime of a host with many services",
     .shape = ONE_HOST,
     .command = "SCHEDULE_HOST_DOWNTIME;root;" DOWN},
    {.name = "downtimes begin, macros in the environment",
     .environment = true,
     .before = {"SCHEDULE_HOSTGROUP_SVC_DOWNTIME;all;" SOON},
     .wait_s = {50},
     .then_s = 20},
    {.name = "10,000 contacts, macros in the environment",
     .shape = PEOPLE,
     .environment = true,
     .command = "SEND_CUSTOM_HOST_NOTIFICATION;root;2;a;hello"},
    {.name = "forced checks of a host, macros in the environment",
     .shape = ONE_HOST,
     .environment = true,
     .command = "SCHEDULE_FORCED_HOST_SVC_CHECKS;root;NOW+0"},
    {.name = "host with many children, macros in the environment",
     .shape = CHILDREN,
     .environment = true,
     .command = "SCHEDULE_FORCED_HOST_CHECK;root;NOW+0"},
    {.name = "all results grow stale at once", .before = {"ENABLE_SERVICE_FRESHNESS_CHECKS"}, .then_s = 1300},
    {.name = "the clock is set back by an hour", .clock_s = -3600, .then_s = 2},
    {.name = "the clock is set ahead by an hour", .clock_s = 3600, .then_s = 2},
    {.name = "a checkpoint", .exports = true},
    {.name = "a reload", .reloads = true},
};

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- sites ---- */

static const char main_text[] =
    "log_file=/l\ncfg_file=/o.cfg\ninterval_length=1\ncheck_"
    "service_freshness=1\nservice_freshness_check_interval=60\nenable_flap_detection=1\n"
    "cached_host_check_horizon=0\n";

static void write_host(struct buf *b, const char *name, unsigned i, const char *more)
{
    buf_printf(b, "define host {\n host_name %s", name);
    if (i)
        buf_printf(b, "%u", i);
    buf_printf(b, "\n use ht\n hostgroups all\n%s}\n", more);
}

static void write_service(struct buf *b, const char *host, unsigned i, unsigned number, bool group)
{
    buf_printf(b, "define service {\n host_name %s", host);
    if (i)
        buf_printf(b, "%u", i);
    buf_printf(b,
               "\n service_description s%u\n use st\n active_checks_enabled 0\n check_freshness 1\n "
               "freshness_threshold "
               "1200\n%s}\n",
               number, group ? " servicegroups all\n" : "");
}

static void write_people(struct buf *b)
{
    for (unsigned i = 1; i <= CONTACTS; i++)
        buf_printf(b,
                   "define contact {\n contact_name c%u\n contactgroups all\n host_notification_commands "
                   "n-host\n service_notification_commands n-svc\n host_notification_period 24x7\n "
                   "service_notification_period 24x7\n host_notification_options d,u,r,f,s\n "
                   "service_notification_options w,u,c,r,f,s\n}\n",
                   i);
    buf_add_c(b, "define contactgroup {\n contactgroup_name all\n alias all\n}\n");
    write_host(b, "root", 0, " contact_groups all\n max_check_attempts 1\n");
}

static void write_site(struct buf *b, enum shape shape, unsigned services)
{
    buf_add_c(b, "define hostgroup {\n hostgroup_name all\n alias all\n}\n");
    if (shape == GROUPS)
        buf_add_c(b, "define servicegroup {\n servicegroup_name all\n alias all\n}\n");
    if (shape == PEOPLE)
        write_people(b);
    else if (shape != GROUPS)
        write_host(b, "root", 0, " max_check_attempts 1\n");
    for (unsigned i = 1; shape == CHILDREN && i <= services; i++)
        write_host(b, "h", i, " parents root\n active_checks_enabled 1\n check_interval 300\n");
    for (unsigned i = 0; shape == ONE_HOST && i < services; i++)
        write_service(b, "root", 0, i, false);
    for (unsigned h = 1; shape == GROUPS && (h - 1) * PER_HOST < services; h++) {
        write_host(b, "h", h, "");
        for (unsigned i = 0; i < PER_HOST; i++)
            write_service(b, "h", h, i, true);
    }
}

static struct lab_answer plugin(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = -1};
}

static void open_site(struct bench *b, enum shape shape, bool environment)
{
    struct buf objects = BUF_INIT, main_file = BUF_INIT;
    struct board_shape s;

    write_site(&objects, shape, b->services);
    buf_printf(&main_file, "%senable_environment_macros=%d\n", main_text, environment);
    lab_open(&b->lab, main_file.data, objects.data, START, 1, plugin, 0);
    buf_release(&objects);
    buf_release(&main_file);
    s = (struct board_shape){.generation = 1,
                             .n_checks = b->lab.model->n_check,
                             .n_hosts = b->lab.model->n_hosts,
                             .n_contacts = b->lab.model->n_contact,
                             .arena_size = board_arena_size(b->lab.model->n_check)};
    b->memory = mem_zalloc(board_bytes(&s));
    board_w_init(&b->board, b->memory, board_bytes(&s), &s);
    for (uint32_t at = 0; at != MODEL_NONE;)
        at = world_show_new(b->lab.w, &b->board, at, 2000);
    mem_trim(); /* what reading the files took, which is not the engine's */
}

static void close_site(struct bench *b)
{
    board_w_release(&b->board);
    mem_free(b->memory);
    lab_close(&b->lab);
    memset(&b->lab, 0, sizeof(b->lab));
}

/* ---- steps ---- */

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * TIME_S + t.tv_nsec / 1000;
}

static void measured(struct bench *b, int64_t wall, int64_t cpu)
{
    struct took *t;

    if (b->at == b->steps.n) {
        must(b->turn == 0, "the same events gave other steps");
        *VEC_ADD(&b->steps) = (struct took){wall, cpu};
    }
    t = &b->steps.at[b->at++];
    t->wall = MIN(t->wall, wall);
    t->cpu = MIN(t->cpu, cpu);
}

static void step(struct bench *b, const struct world_event *e, bool counts)
{
    int64_t wall = clock_us(CLOCK_MONOTONIC), cpu = clock_us(CLOCK_THREAD_CPUTIME_ID);
    uint64_t first, n;
    struct str records;

    world_step(b->lab.w, e, lab_now(&b->lab));
    records = world_records(b->lab.w, &first, &n);
    buf_clear(&b->kept);
    buf_add_str(&b->kept, records);
    world_clear(b->lab.w);
    world_show(b->lab.w, &b->board);
    cpu = clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu;
    wall = clock_us(CLOCK_MONOTONIC) - wall;
    if (counts)
        measured(b, wall, cpu);
}

/* What the engine does when the store begins a segment, without sending it. */
static void export(struct bench *b)
{
    bool over = false;

    world_checkpoint_begin(b->lab.w);
    while (!over) {
        int64_t wall = clock_us(CLOCK_MONOTONIC), cpu = clock_us(CLOCK_THREAD_CPUTIME_ID);
        struct buf piece = BUF_INIT;

        over = world_checkpoint_part(b->lab.w, lab_now(&b->lab), &piece);
        buf_release(&piece);
        measured(b, clock_us(CLOCK_MONOTONIC) - wall, clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu);
    }
}

/* The same files in other memory, as a snapshot comes. Its board is filled a piece at a time. */
static void reload(struct bench *b)
{
    struct buf copy = BUF_INIT;
    struct model model;
    struct err err = ERR_INIT;
    int64_t wall, cpu;
    bool ready = false;

    buf_add_str(&copy, buf_str(&b->lab.snapshot));
    must(model_open(&model, copy.data, copy.len, &err) == 0, err.text);
    while (!ready) {
        wall = clock_us(CLOCK_MONOTONIC);
        cpu = clock_us(CLOCK_THREAD_CPUTIME_ID);
        ready = world_prepare(b->lab.w, model.n_check);
        measured(b, clock_us(CLOCK_MONOTONIC) - wall, clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu);
    }
    wall = clock_us(CLOCK_MONOTONIC);
    cpu = clock_us(CLOCK_THREAD_CPUTIME_ID);
    world_reload(b->lab.w, &model, 2, b->lab.oids, lab_now(&b->lab));
    measured(b, clock_us(CLOCK_MONOTONIC) - wall, clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu);
    world_clear(b->lab.w);
    world_reload(b->lab.w, b->lab.model, 3, b->lab.oids, lab_now(&b->lab)); /* the copy goes */
    world_clear(b->lab.w);
    buf_release(&copy);
}

/* All that is due until then, as the engine does it: one thing after the other. */
static void go_on(struct bench *b, int64_t us, bool counts)
{
    int64_t until = b->lab.mono + us;

    for (unsigned i = 0; i < MANY_STEPS; i++) {
        struct mono due;

        if (!world_next_due(b->lab.w, &due) || due.us > until)
            break;
        b->lab.mono = MAX(b->lab.mono + 1, due.us);
        step(b, &(struct world_event){.kind = WORLD_TICK}, counts);
    }
    b->lab.mono = MAX(b->lab.mono, until);
}

static void command(struct bench *b, const char *text, bool counts)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct buf line = BUF_INIT;
    int64_t now = time_wall_s(lab_now(&b->lab).wall);

    buf_printf(&line, "[%lld] ", (long long)now);
    while (*text) {
        char *end;

        if (strncmp(text, "NOW+", 4)) {
            buf_add_char(&line, *text++);
            continue;
        }
        buf_printf(&line, "%lld", (long long)now + strtoll(text + 4, &end, 10));
        text = end;
    }
    e.command.id = 1;
    e.command.who = STR("bench");
    e.command.text = buf_str(&line);
    b->lab.mono++;
    step(b, &e, counts);
    buf_release(&line);
    go_on(b, TIME_S / 10, counts);
}

static void one_turn(struct bench *b, const struct row *r)
{
    open_site(b, r->shape, r->environment);
    go_on(b, TIME_S, false);
    for (size_t i = 0; i < ARRAY_LEN(r->before) && r->before[i]; i++) {
        command(b, r->before[i], false);
        go_on(b, r->wait_s[i] * TIME_S, false);
    }
    while (world_show(b->lab.w, &b->board))
        ;
    b->at = 0;
    if (r->command)
        command(b, r->command, true);
    if (r->exports)
        export(b);
    if (r->reloads)
        reload(b);
    b->lab.wall_offset += r->clock_s * TIME_S;
    if (r->clock_s)
        step(b, &(struct world_event){.kind = WORLD_TICK}, true);
    go_on(b, r->then_s * TIME_S, true);
    must(b->at == b->steps.n, "the same events gave fewer steps");
    close_site(b);
}

static void measure(struct bench *b, const struct row *r, unsigned times)
{
    int64_t wall = 0, cpu = 0, all = 0;

    VEC_CLEAR(&b->steps);
    for (b->turn = 0; b->turn < times; b->turn++)
        one_turn(b, r);
    for (size_t i = 0; i < b->steps.n; i++) {
        wall = MAX(wall, b->steps.at[i].wall);
        cpu = MAX(cpu, b->steps.at[i].cpu);
        all += b->steps.at[i].cpu;
    }
    b->bad += cpu > BOUND_US;
    printf("| %-48s | %9.2f | %9.2f%s | %7zu | %9.1f |\n", r->name, (double)wall / 1000, (double)cpu / 1000,
           cpu > BOUND_US ? " !" : "  ", b->steps.n, (double)all / 1000);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct bench b;
    const char *only = argc > 2 ? argv[2] : "";
    unsigned times = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;
    double load[1] = {0};

    b.services = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 60000;
    must(b.services > 0 && times > 0, "usage: bench_steps [SERVICES [NAME [TIMES]]]");
    buf_init(&b.kept);
    mem_set_heap();
    (void)getloadavg(load, 1);
    printf("%u services; load of the machine %.1f; bound %d ms; ! is beyond it\n", b.services, load[0],
           (int)(BOUND_US / TIME_MS));
    printf("| %-48s | longest ms | its CPU ms | steps | all CPU ms |\n|---|---|---|---|---|\n", "");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strstr(rows[i].name, only))
            measure(&b, &rows[i], times);
    buf_release(&b.kept);
    VEC_RELEASE(&b.steps);
    (void)getloadavg(load, 1);
    printf("%u beyond the bound; load at the end %.1f\n", b.bad, load[0]);
    return 0;
}
