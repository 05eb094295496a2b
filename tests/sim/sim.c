/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator: days of a made-up site in seconds, from one seed: plugins that fail, hang, lie and vanish, commands, restarts, reloads, a runner that comes
 * and goes, a clock that is set. After every stretch of time the invariants are looked at:
 *   due       an active check is started within its interval and a bound
 *   single    there are never two runs of one check
 *   once      a result is applied once, an unknown one never
 *   bounded   memory depends on the size of the site, not on time
 *   replay    the records, all of them or from a checkpoint on, give the same state again
 *   identity  over a reload what has the same identity keeps its state, its notes and its run, whatever it is called; what is new is blank
 *   trace     the same seed gives the same trace
 * A failure prints the seed. `sim --self-test` plants a bug for each invariant and demands that it is found.
 */
#include "base/hash.h"
#include "core/record.h"
#include "lab.h"
#include "site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START      1790000000 /* 2026-09-21 */
#define CHECKS_MAX (SITE_HOSTS * (SITE_SERVICES + 2))
#define TIME_OUT   (5 * TIME_S)
#define STEP       (10 * TIME_MIN)
#define BOUND                                                                                                \
    (40 *                                                                                                    \
     TIME_S) /* beyond interval and time-out: a lost run is given up after 15 s, an adopted one after 5 */
#define MEMORY (512u * 1024) /* a sound world of this site takes half */

enum { CONCURRENT = 24 };

struct sim {
    struct lab lab;
    uint64_t seed;
    int64_t *
        since; /* by check: its last start, or what excused it; from then on it must be started within its interval */
    uint64_t applied_before, counted_before; /* sums over the lives of the engine */
    bool runner_up, failed;
    const char *broken; /* the first invariant that did not hold */
    unsigned actions;
    struct buf main;
    struct site site;
    bool quiet;
};

static void fail(struct sim *s, const char *invariant, const char *what, int64_t a, int64_t b)
{
    if (!s->failed && !s->quiet)
        printf("invariant '%s' broken: %s (%lld, %lld); seed %llu, simulated second %lld\n", invariant, what,
               (long long)a, (long long)b, (unsigned long long)s->seed,
               (long long)(s->lab.mono / TIME_S - 1000));
    if (!s->failed)
        s->broken = invariant;
    s->failed = true;
}

static const char *const outputs[] = {
    "fine|a=1;2;3", "", "bad\nlong line\nanother|b=2", "\xff\xfe not UTF-8", "x|", "|||", "DISK OK"};

/* Some checks rest: a dependent one while its master has a problem, those by day by night. */
static bool rests(const struct sim *s, uint32_t check, bool now)
{
    const struct model *m = s->lab.model;
    struct str host = model_host_name(m, check), service = model_description(m, check);
    int64_t hour = lab_now(&s->lab).wall.us / TIME_H % 24;

    if (!service.n)
        return false;
    if (str_starts(host, STR("h03")) && service.p[1] == '0' + SITE_DEPENDENT)
        return !now || world_state(s->lab.w, model_dep(m, model_check(m, check)->first_dep)->master)->state !=
                           STATE_OK;
    return site_is_by_day((unsigned)(host.p[1] - '0') * 10 + (unsigned)(host.p[2] - '0'),
                          (unsigned)(service.p[1] - '0')) &&
           (!now || hour < SITE_BY_DAY_FROM || hour >= SITE_BY_DAY_TO);
}

/* The longest time between two starts. A lost run is given up after 15 s, one that was adopted after 5. Whether one rests is looked at every STEP. */
static int64_t longest(const struct sim *s, uint32_t check)
{
    return world_interval(s->lab.w, check, false) + TIME_OUT + BOUND +
           (rests(s, check, false) ? 3 * STEP : 0);
}

static int64_t under_way(const struct lab *lab)
{
    int64_t n = 0;

    for (size_t i = 0; i < lab->runs.n; i++)
        n += lab->runs.at[i].kind == WORLD_RUN_CHECK;
    return n;
}

static struct lab_answer plugin(struct lab *lab, uint32_t check, uint64_t n UNUSED)
{
    struct sim *s = (struct sim *)lab; /* its first member */
    uint64_t r = lab_random(lab);
    struct lab_answer a = {.output = outputs[r % ARRAY_LEN(outputs)],
                           .lasts_us = (int64_t)(r >> 8) % (2 * TIME_S)};
    bool stormy = (lab->mono / TIME_H + check) % 5 == 0;

    if (under_way(lab) >= CONCURRENT)
        fail(s, "bounded", "checks at once", under_way(lab) + 1, CONCURRENT);
    a.code = stormy ? (r >> 40) % 4 : (r >> 40) % 50 == 0 ? 2 : 0;
    if (s->since && lab->mono - s->since[check] > longest(s, check))
        fail(s, "due", "a check was started late", check, lab->mono - s->since[check]);
    if (s->since)
        s->since[check] = lab->mono;
    if ((r >> 48) % 200 == 0)
        a.lasts_us = -1; /* vanishes */
    else if ((r >> 48) % 100 == 1)
        a.how = RECORD_HOW_TIMEOUT, a.lasts_us = TIME_OUT;
    else if ((r >> 48) % 100 == 2)
        a.how = RECORD_HOW_SIGNAL, a.code = 9;
    else if ((r >> 48) % 100 == 3)
        a.code = 100;
    return a;
}

/* ---- invariants ---- */

static void forgive(struct sim *s) /* something legitimate interrupted all schedules */
{
    for (uint32_t i = 0; i < CHECKS_MAX; i++)
        s->since[i] = s->lab.mono;
}

static void check_due(struct sim *s)
{
    struct lab *lab = &s->lab;

    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        /* What moves these comes at the end of a step only, so they stood all through it. */
        if (!s->runner_up || !(world_state(lab->w, i)->switches & MODEL_CHECK_ACTIVE) || rests(s, i, true))
            s->since[i] = lab->mono;
        if (lab->mono - s->since[i] > longest(s, i))
            fail(s, "due", "a check was not started in time", i, lab->mono - s->since[i]);
    }
}

static uint64_t counted(const struct sim *s)
{
    const struct board_program *p = world_program(s->lab.w);

    return p->active_host_checks + p->active_service_checks;
}

static struct buf only_state(const struct buf *all)
{
    struct buf out = BUF_INIT;
    struct str rest = buf_str(all);
    struct record_frame f;

    while (record_next(&rest, &f) == 1) {
        struct record_state state;

        if (f.kind == RECORD_STATE && record_get(f.kind, f.payload, &state) == 0) {
            state.next_check = 0; /* a plan, not a state: it is stored with the next result */
            record_put(&out, f.kind, (struct wall){0}, &state);
        } else if (f.kind != RECORD_PROGRAM && f.kind != RECORD_CHECKPOINT_END) {
            buf_add_str(&out, f.payload);
        }
    }
    return out;
}

#define SAME(field)                                                                                          \
    if (a->field != b->field)                                                                                \
        fail(s, "replay", "the records do not give " #field, check, (int64_t)a->field);

/* What the records have no place for cannot be seen by comparing records. */
static void compare_state(struct sim *s, uint32_t check, const struct state *a, const struct state *b)
{
    /* clang-format off */
    SAME(state) SAME(last_state) SAME(last_hard_state) SAME(hard) SAME(checked) SAME(passive) SAME(ack_type)
    SAME(no_more) SAME(flapping) SAME(flap_recovery) SAME(flap_at) SAME(attempt) SAME(max_attempts)
    SAME(notification_number) SAME(notified_on) SAME(flap_percent) SAME(switches) SAME(modified)
    SAME(flap_history) SAME(last_check) SAME(last_state_change) SAME(last_hard_change) SAME(last_time_s[0])
    SAME(last_time_s[1]) SAME(last_time_s[2]) SAME(last_time_s[3]) SAME(latency_us) SAME(execution_us)
    SAME(output_n) SAME(long_n) SAME(perf_n)
    /* clang-format on */
}

static void compare_more(struct sim *s, uint32_t check, const struct state_more *a,
                         const struct state_more *b)
{
    SAME(event_id)
    SAME(last_event_id)
    SAME(problem_id)
    SAME(last_problem_id)
    SAME(flap_comment)
    SAME(last_notification)
    SAME(next_notification)
    SAME(ack_expires)
}
#undef SAME

/* A world made from records, asked for its records. */
static struct buf reborn(struct sim *s, struct str records)
{
    struct world *w = world_new(&(struct world_options){.epoch = 99, .version = "test"});
    struct buf out = BUF_INIT, state;

    world_set_model(w, s->lab.model, 1, lab_now(&s->lab));
    if (!world_set_oids(w, 1, lab_oids(&s->lab), s->lab.model->n_check) || world_load(w, records) < 0)
        fail(s, "replay", "the records cannot be read back", 0, 0);
    for (uint32_t i = 0; i < s->lab.model->n_check; i++) {
        const struct state *a = world_state(s->lab.w, i), *b = world_state(w, i);

        compare_state(s, i, a, b);
        compare_more(s, i, state_more(a), state_more(b));
        if (world_interval(s->lab.w, i, false) != world_interval(w, i, false) ||
            world_interval(s->lab.w, i, true) != world_interval(w, i, true))
            fail(s, "replay", "the records do not give the intervals", i, 0);
    }
    world_export(w, lab_now(&s->lab), 0, &out);
    world_free(w);
    state = only_state(&out);
    buf_release(&out);
    return state;
}

static void check_replay(struct sim *s)
{
    struct buf now = BUF_INIT, want, from_journal, from_checkpoint;

    world_export(s->lab.w, lab_now(&s->lab), 0, &now);
    want = only_state(&now);
    from_journal = reborn(s, buf_str(&s->lab.journal));
    from_checkpoint = reborn(s, buf_str(&now));
    if (!str_eq(buf_str(&want), buf_str(&from_journal)))
        fail(s, "replay", "the journal does not give the state of now", (int64_t)want.len,
             (int64_t)from_journal.len);
    if (!str_eq(buf_str(&want), buf_str(&from_checkpoint)))
        fail(s, "replay", "a checkpoint does not give the state of now", (int64_t)want.len,
             (int64_t)from_checkpoint.len);
    buf_clear(&s->lab.journal); /* a new segment: what was before it is in its checkpoint */
    buf_add_str(&s->lab.journal, buf_str(&now));
    buf_release(&want);
    buf_release(&from_journal);
    buf_release(&from_checkpoint);
    buf_release(&now);
}

static void check_all(struct sim *s)
{
    struct lab *lab = &s->lab;

    check_due(s);
    if (lab->two_at_once)
        fail(s, "single", "two runs of one check", (int64_t)lab->two_at_once, 0);
    if (s->counted_before + counted(s) != lab->applied)
        fail(s, "once", "results applied, results brought", (int64_t)(s->counted_before + counted(s)),
             (int64_t)lab->applied);
    if (world_memory(lab->w) > MEMORY)
        fail(s, "bounded", "bytes of memory", (int64_t)world_memory(lab->w), MEMORY);
    buf_clear(&lab->log);
    buf_clear(&lab->told);
}

/* ---- identity ---- */

struct known { /* of a check before a reload */
    uint64_t oid;
    struct state state;
    struct state_more more;
    uint32_t notes;
};

static uint32_t notes_of(const struct sim *s, uint64_t oid)
{
    struct buf all = BUF_INIT;
    struct str rest;
    struct record_frame f;
    uint32_t n = 0;

    world_export(s->lab.w, lab_now(&s->lab), 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1) {
        struct record_comment comment;
        struct record_downtime downtime;

        n += f.kind == RECORD_COMMENT && record_get(f.kind, f.payload, &comment) == 0 && comment.oid == oid;
        n +=
            f.kind == RECORD_DOWNTIME && record_get(f.kind, f.payload, &downtime) == 0 && downtime.oid == oid;
    }
    buf_release(&all);
    return n;
}

static struct known *know_all(const struct sim *s, uint32_t *n)
{
    struct known *all = mem_calloc(s->lab.model->n_check + 1, sizeof(*all));

    *n = s->lab.model->n_check;
    for (uint32_t i = 0; i < *n; i++) {
        all[i].oid = world_oid(s->lab.w, i);
        all[i].state = *world_state(s->lab.w, i);
        all[i].more = *state_more(&all[i].state);
        all[i].notes = notes_of(s, all[i].oid);
    }
    return all;
}

#define STAYS(field)                                                                                         \
    if (was->state.field != is->field)                                                                       \
        fail(s, "identity", "a reload has changed " #field, check, (int64_t)is->field);

static void compare_known(struct sim *s, uint32_t check, const struct known *was)
{
    const struct state *is = world_state(s->lab.w, check);

    /* clang-format off */
    STAYS(state) STAYS(hard) STAYS(checked) STAYS(last_check) STAYS(last_state_change) STAYS(ack_type) STAYS(downtime_depth)
    STAYS(notification_number) STAYS(modified) STAYS(flapping) STAYS(output_n)
        /* clang-format on */
        if (was->more.problem_id != state_more(is)->problem_id ||
            was->more.last_notification != state_more(is)->last_notification)
            fail(s, "identity", "a reload has changed the problem's number or when it was told", check,
                 (int64_t)was->more.problem_id);
    if (was->state.run && is->run != was->state.run) /* one may begin */
        fail(s, "identity", "a reload has ended a run", check, is->run);
    if (notes_of(s, was->oid) != was->notes)
        fail(s, "identity", "a reload has changed the notes", check, was->notes);
}
#undef STAYS

static void check_identity(struct sim *s, const struct known *before, uint32_t n)
{
    for (uint32_t i = 0; i < s->lab.model->n_check; i++) {
        uint64_t oid = world_oid(s->lab.w, i);
        uint32_t k = 0;

        while (k < n && before[k].oid != oid)
            k++;
        if (k < n)
            compare_known(s, i, &before[k]);
        else if (world_state(s->lab.w, i)->checked || notes_of(s, oid))
            fail(s, "identity", "what is new is not blank", i, 0);
    }
}

static void reload(struct sim *s)
{
    uint32_t n;
    struct known *before = know_all(s, &n);

    for (unsigned k = 1 + (unsigned)lab_random(&s->lab) % 6; k > 0; k--)
        site_change(&s->site, lab_random(&s->lab));
    site_make(&s->site);
    forgive(s); /* the numbers of the checks are others now */
    lab_reload(&s->lab, s->main.data, s->site.objects.data);
    forgive(s);
    check_identity(s, before, n);
    mem_free(before);
}

/* ---- what happens ---- */

static void runner(struct sim *s, bool up)
{
    struct world_event e = {.kind = WORLD_RUNNERS};
    struct world_listed *ids = mem_calloc(s->lab.runs.n + 2, sizeof(*ids));
    size_t n = 0;

    /* It comes back with half of its runs, and with one nobody knows. */
    for (size_t i = s->lab.runs.n; up && i-- > 0;) {
        if (s->lab.runs.at[i].id % 2)
            ids[n++] = (struct world_listed){s->lab.runs.at[i].id, 0};
        else
            lab_lose(&s->lab, i);
    }
    ids[n++] = (struct world_listed){12345, 0};
    e.runner.up = up;
    e.runner.runs = ids;
    e.runner.n_runs = up ? n : 0;
    s->runner_up = up;
    lab_event(&s->lab, &e);
    mem_free(ids);
    forgive(s);
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
        "SEND_CUSTOM_SVC_NOTIFICATION;h%02u;s%u;2;sim;custom",
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

static void downtime(struct sim *s, uint64_t r)
{
    char text[200];
    long long now = time_wall_s(lab_now(&s->lab).wall), start = now + (long long)(r >> 20) % 3600;

    snprintf(text, sizeof(text), "SCHEDULE_SVC_DOWNTIME;h%02u;s%u;%lld;%lld;%u;0;600;sim;work",
             (unsigned)(r >> 8) % SITE_HOSTS, (unsigned)(r >> 12) % SITE_SERVICES, start, start + 1800,
             (unsigned)(r >> 50) % 2);
    lab_command(&s->lab, text);
    snprintf(text, sizeof(text),
             "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;h%02u;%lld;%lld;0;0;900;sim;work",
             (unsigned)(r >> 8) % SITE_HOSTS, start, start + 3600);
    if (r >> 60 == 0)
        lab_command(&s->lab, text);
}

static void life_ends(struct sim *s)
{
    s->counted_before += counted(s);
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

/* With as many runs under way as may be, all of which are wanted again at once. */
static void engine_dies(struct sim *s)
{
    force_all(s);
    lab_run(&s->lab, TIME_S / 10);
    life_ends(s);
    forgive(s);
    lab_engine_dies(&s->lab);
    force_all(s);
}

static void act(struct sim *s)
{
    uint64_t r = lab_random(&s->lab);
    struct world_event e = {.kind = WORLD_RESULT};

    s->actions++;
    switch (r % 40) {
    case 0:
        if (r >> 52 & 1 && s->runner_up) {
            engine_dies(s);
        } else {
            life_ends(s);
            forgive(s);
            lab_restart(&s->lab, r >> 50 & 1);
        }
        s->runner_up = true;
        forgive(s);
        break;
    case 1: reload(s); break;
    case 2: runner(s, false); break;
    case 3:
    case 4:
    case 5:
        if (!s->runner_up)
            runner(s, true);
        break;
    case 6: lab_clock_step(&s->lab, ((int64_t)(r >> 20) % 7200 - 3600) * TIME_S); break;
    case 7: /* a result of nobody's run, and one that came already */
        e.result.run_id = r;
        e.result.output = STR("ghost");
        lab_event(&s->lab, &e);
        e.result.run_id = s->lab.last_ended;
        lab_event(&s->lab, &e);
        break;
    case 8:
    case 9: downtime(s, r >> 6); break;
    default: command(s, r >> 6); break;
    }
}

static uint64_t simulate(struct sim *s, uint64_t seed, int64_t days, unsigned mutation)
{
    int64_t end;

    memset(s, 0, sizeof(*s));
    s->quiet = mutation != WORLD_SOUND;
    s->seed = seed;
    site_begin(&s->site);
    buf_init(&s->main);
    buf_printf(&s->main, "%smax_concurrent_checks=%u\n", lab_main, CONCURRENT);
    lab_open(&s->lab, s->main.data, s->site.objects.data, START, seed, plugin, mutation);
    s->since = mem_calloc(CHECKS_MAX, sizeof(*s->since));
    s->runner_up = true;
    forgive(s);
    end = s->lab.mono + days * TIME_DAY;
    for (unsigned k = 1; s->lab.mono < end && !s->failed; k++) {
        lab_run(&s->lab, STEP);
        check_all(s);
        act(s);
        if (k % 12 == 0)
            check_replay(s);
    }
    return s->lab.trace;
}

static void release(struct sim *s)
{
    lab_close(&s->lab);
    buf_release(&s->site.objects);
    buf_release(&s->main);
    mem_free(s->since);
}

/* The name of the invariant that broke, or NULL. Both simulations are alive together, so that nothing that depends on addresses can be the same by chance. */
static const char *run_seed(uint64_t seed, int64_t days, unsigned mutation)
{
    static struct sim first, second;
    uint64_t a = simulate(&first, seed, days, mutation), b = simulate(&second, seed, days, mutation);

    if (!first.failed && !second.failed && a != b)
        fail(&second, "trace", "the same seed gave two traces", (int64_t)a, (int64_t)b);
    if (!first.failed && !second.failed)
        printf("seed %llu: %lld days, %llu checks, %llu records, trace %016llx\n", (unsigned long long)seed,
               (long long)days, (unsigned long long)first.lab.applied,
               (unsigned long long)first.lab.n_records, (unsigned long long)a);
    release(&first);
    release(&second);
    return first.broken ? first.broken : second.broken;
}

static int self_test(void)
{
    static const char *const found_by[WORLD_MUTATIONS] = {
        [WORLD_APPLIES_TWICE] = "once",      [WORLD_RUNS_TWICE] = "single",
        [WORLD_FORGETS_TO_PLAN] = "due",     [WORLD_LEAKS_RUNS] = "bounded",
        [WORLD_FORGETS_TO_STORE] = "replay", [WORLD_DEPENDS_ON_ADDRESSES] = "trace",
        [WORLD_PLANS_LATE] = "due",          [WORLD_MIXES_UP] = "identity",
    };
    int bad = 0;

    for (unsigned m = WORLD_SOUND + 1; m < WORLD_MUTATIONS; m++) {
        const char *broken = run_seed(7, 2, m);
        bool right = broken && strcmp(broken, found_by[m]) == 0;

        printf("planted bug %u: invariant '%s' %s\n", m, found_by[m],
               right ? "noticed it" : "DID NOT NOTICE IT");
        bad += !right;
    }
    return bad;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, seeds = 3;
    int64_t days = 3;
    int bad = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--self-test") == 0)
            return self_test() ? 1 : 0;
        if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0)
            seeds = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--days") == 0)
            days = strtoll(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: sim [--seed N] [--seeds N] [--days N] | --self-test\n");
            return 2;
        }
    }
    for (uint64_t i = 0; i < seeds; i++)
        bad += run_seed(seed + i, days, WORLD_SOUND) != NULL;
    return bad ? 1 : 0;
}
