/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator: days of a made-up site in seconds, from one seed: plugins that are slow, hang, crash, lie and vanish, messages that are lost, late or come twice, commands,
 * commands for many things that are done in parts, restarts and reloads in their middle, reloads in mid-check, a runner that comes and goes, a full disk, a clock that is set. After every stretch of time the invariants are looked at:
 *   due       an active check is started within its interval and a bound
 *   storm     and not more often than its intervals and what asked for it allow, whatever the clock does
 *   single    there are never two runs of one check
 *   once      a result is applied once, an unknown one never
 *   bounded   memory depends on the size of the site, not on time
 *   replay    the records, all of them or from a checkpoint on, give the same state again
 *   again     the inputs of the journal, given to another engine, give the same events and the same state (core/replay)
 *   decided   whatever becomes a hard problem has its decision with reasons in the same moment
 *   identity  over a reload what has the same identity keeps its state, its notes and its run, whatever it is called; what is new is blank
 *   trace     the same seed gives the same trace
 * and after every step those of tests/sim/judge.h: rules, rests, told, why.
 * A failure prints the seed and the commit. `sim --self-test` plants a bug for each invariant and demands that it is found.
 */
#include "sim.h"

#include "base/hash.h"
#include "build_id.h"
#include "again.h"
#include "rebirth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP (10 * TIME_MIN)
#define MORE 12
#define BOUND                                                                                                \
    (40 *                                                                                                    \
     TIME_S) /* beyond interval and time-out: a lost run is given up after 15 s, an adopted one after 5 */
#define MEMORY                                                                                               \
    (256u *                                                                                                  \
     1024) /* a sound world of this site takes 110 KiB at most, in debug and release, in 6 hours and in 48 */

void sim_fail(struct sim *s, const char *invariant, const char *what, int64_t a, int64_t b)
{
    if (!s->failed && !s->quiet)
        printf("invariant '%s' broken: %s (%lld, %lld); seed %llu, simulated second %lld, commit %s\n",
               invariant, what, (long long)a, (long long)b, (unsigned long long)s->seed,
               (long long)(s->lab.mono / TIME_S - 1000), BUILD_REVISION);
    if (!s->failed)
        s->broken = invariant;
    s->failed = true;
}

static int64_t hour_now(const struct sim *s)
{
    return time_local(&s->zone.zone, lab_now(&s->lab).wall).hour;
}

/* Some checks rest: a dependent one while its master has a problem, those by day by night. */
static bool rests(struct sim *s, uint32_t check, int64_t hour)
{
    const struct model *m = s->lab.model;
    struct str host = model_host_name(m, check), service = model_description(m, check);

    if (rules_rests(&s->judge.rules, check))
        return true;
    return service.n &&
           site_is_by_day((unsigned)(host.p[1] - '0') * 10 + (unsigned)(host.p[2] - '0'),
                          (unsigned)(service.p[1] - '0')) &&
           (hour < SITE_BY_DAY_FROM || hour >= SITE_BY_DAY_TO);
}

/* A master may have a problem at each moment at which its dependent one is due, and none whenever one looks. */
static void note_rests(struct sim *s)
{
    int64_t hour = hour_now(s);

    for (uint32_t i = 0; s->since && i < s->lab.model->n_check; i++)
        if (rests(s, i, hour))
            s->since[i] = s->lab.mono;
}

/* After every step of the world. */
static void watch(struct lab *lab, bool step)
{
    struct sim *s = (struct sim *)lab; /* its first member */
    size_t n;
    const struct world_effect *effects = world_effects(lab->w, &n);

    for (size_t i = 0; i < n; i++)
        if (effects[i].kind == WORLD_KILL)
            *VEC_ADD(&s->dead) = effects[i].id;
    if (s->models != lab->models) {
        if (s->models)
            model_zone_release(&s->zone);
        model_zone_open(lab->model, lab->model->globals->zone, &s->zone);
        s->models = lab->models;
    }
    if (s->judged)
        judge_watch(&s->judge, lab, step);
    else
        judge_follow(&s->judge, lab);
    note_rests(s);
    if (s->judge.broken)
        sim_fail(s, s->judge.broken, s->judge.what, 0, 0);
}

/* The longest time between two starts, rests apart. A lost run is given up after 15 s, one that was adopted after 5. */
static int64_t longest(const struct sim *s, uint32_t check)
{
    return world_interval(s->lab.w, check, false) + SIM_TIME_OUT + BOUND;
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
    struct sim *s = (struct sim *)lab;

    if (under_way(lab) >= SITE_CONCURRENT)
        sim_fail(s, "bounded", "checks at once", under_way(lab) + 1, SITE_CONCURRENT);
    if (s->since && lab->mono - s->since[check] > longest(s, check))
        sim_fail(s, "due", "a check was started late", check, lab->mono - s->since[check]);
    if (s->since) {
        s->since[check] = lab->mono;
        s->starts[check]++;
    }
    return fate_plugin(s, check);
}

/* ---- invariants ---- */

void sim_forgive(struct sim *s) /* something legitimate interrupted all schedules */
{
    for (uint32_t i = 0; i < SIM_CHECKS_MAX; i++)
        s->since[i] = s->lab.mono;
}

static void check_due(struct sim *s)
{
    struct lab *lab = &s->lab;
    int64_t hour = hour_now(s);

    for (uint32_t i = 0; i < lab->model->n_check; i++) {
        /* What moves these comes at the end of a step only, so they stood all through it. */
        if (!s->runner_up || !(world_state(lab->w, i)->switches & MODEL_CHECK_ACTIVE) || rests(s, i, hour))
            s->since[i] = lab->mono;
        if (lab->mono - s->since[i] > longest(s, i))
            sim_fail(s, "due", "a check was not started in time", i, lab->mono - s->since[i]);
    }
}

uint64_t sim_counted(const struct sim *s)
{
    const struct board_program *p = world_program(s->lab.w);

    return p->active_host_checks + p->active_service_checks;
}

/* In one STEP. A few more than the intervals allow: a person's wishes, runs that were lost. Hosts are also checked when a service asks for it. */
static void check_storm(struct sim *s)
{
    for (uint32_t i = s->lab.model->n_hosts; i < s->lab.model->n_check; i++) {
        int64_t least = MIN(world_interval(s->lab.w, i, false), world_interval(s->lab.w, i, true));

        if (least > 0 && s->starts[i] > STEP / least + MORE)
            sim_fail(s, "storm", "a check was started too often", i, s->starts[i]);
    }
    memset(s->starts, 0, SIM_CHECKS_MAX * sizeof(*s->starts));
}

static void check_all(struct sim *s)
{
    struct lab *lab = &s->lab;

    check_due(s);
    check_storm(s);
    if (lab->two_at_once)
        sim_fail(s, "single", "two runs of one check", (int64_t)lab->two_at_once, 0);
    if (s->counted_before + sim_counted(s) != lab->applied)
        sim_fail(s, "once", "results applied, results brought", (int64_t)(s->counted_before + sim_counted(s)),
                 (int64_t)lab->applied);
    if (world_memory(lab->w) > MEMORY)
        sim_fail(s, "bounded", "bytes of memory", (int64_t)world_memory(lab->w), MEMORY);
    buf_clear(&lab->log);
    buf_clear(&lab->told);
}

static void check_again(struct sim *s)
{
    struct buf said = BUF_INIT;
    int64_t undecided = again_undecided(&s->lab);

    if (undecided)
        sim_fail(s, "decided", "a hard problem without a decision", undecided, 0);
    if (s->replayed && !again_is_same(&s->lab, s->checkpoint_at, str_of(s->checkpoint_hash), &said))
        sim_fail(s, "again", said.data, 0, 0);
    buf_release(&said);
    s->checkpoint_at = lab_now(&s->lab).wall;
    str_copy(s->checkpoint_hash, sizeof(s->checkpoint_hash), str_of(s->lab.model->hash));
}

static void check_replay(struct sim *s)
{
    struct rebirth_difference d;

    check_again(s);
    d = rebirth_compare(&s->lab);

    if (d.what)
        sim_fail(s, "replay", d.what, d.check, 0);
}

/* An hour and a half before clocks are set in the site's zone (both ways), or before a leap second or the end of a year; and any day. */
static const int64_t starts[][4] = {
    {1483223400, 1798756200, 1790000000, 1814300000},
    {1774740600, 1792884600, 1798756200, 1790000000},
    {1791036000, 1775309400, 1483223400, 1814300000},
    {1772942400, 1793502000, 1798756200, 1790000000},
};

static void begin(struct sim *s, uint64_t seed, unsigned mutation)
{
    memset(s, 0, sizeof(*s));
    s->quiet = mutation != WORLD_SOUND;
    s->seed = seed;
    site_begin(&s->site, hash_bytes(&seed, sizeof(seed)));
    buf_init(&s->main);
    buf_printf(&s->main, "%s%s", lab_main, s->site.main.data);
    judge_init(&s->judge);
    rules_init(&s->then);
    s->judged = mutation == WORLD_SOUND || mutation >= WORLD_CONFIRMS_EARLY;
    s->replayed = mutation != WORLD_MIXES_UP;
    s->lab.watch = watch;
    s->lab.part = 3;
    /* With some seeds; planted bugs are looked for without, since what interrupts a notification comes before what notices them. */
    s->lab.tell_part = mutation == WORLD_SOUND && seed % 4 == 3;
    lab_open(&s->lab, s->main.data, s->site.objects.data, starts[s->site.zone][seed / 4 % 4], seed, plugin,
             mutation);
    s->since = mem_calloc(SIM_CHECKS_MAX, sizeof(*s->since));
    s->starts = mem_calloc(SIM_CHECKS_MAX, sizeof(*s->starts));
    s->runner_up = true;
    sim_forgive(s);
}

static uint64_t simulate(struct sim *s, uint64_t seed, int64_t hours, unsigned mutation)
{
    static const unsigned stretches[] = {1, 3,
                                         12}; /* behind each thing that happens, and over many of them */
    unsigned stretch = stretches[seed % ARRAY_LEN(stretches)];
    int64_t end;

    begin(s, seed, mutation);
    end = s->lab.mono + hours * TIME_H;
    for (unsigned k = 1; s->lab.mono < end && !s->failed; k++) {
        lab_run(&s->lab, STEP);
        check_all(s);
        fate_act(s);
        if (k % stretch == 0 && !s->disk_full)
            check_replay(s);
    }
    return s->lab.trace;
}

static void release(struct sim *s)
{
    lab_close(&s->lab);
    judge_release(&s->judge);
    model_zone_release(&s->zone);
    rules_release(&s->then);
    VEC_RELEASE(&s->debts_then.list);
    VEC_RELEASE(&s->dead);
    mem_free(s->starts);
    site_release(&s->site);
    buf_release(&s->main);
    mem_free(s->since);
}

/* The name of the invariant that broke, or NULL. Both simulations are alive together, so that nothing that depends on addresses can be the same by chance. */
static const char *run_seed(uint64_t seed, int64_t hours, unsigned mutation)
{
    static struct sim first, second;
    uint64_t a = simulate(&first, seed, hours, mutation), b = simulate(&second, seed, hours, mutation);

    if (!first.failed && !second.failed && a != b)
        sim_fail(&second, "trace", "the same seed gave two traces", (int64_t)a, (int64_t)b);
    if (!first.failed && !second.failed)
        printf("seed %llu: %lld hours, %llu checks, %llu records, trace %016llx\n", (unsigned long long)seed,
               (long long)hours, (unsigned long long)first.lab.applied,
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
        [WORLD_FORGETS_AN_INPUT] = "again",  [WORLD_DECIDES_SILENTLY] = "decided",
        [WORLD_HURRIES] = "storm",           [WORLD_CONFIRMS_EARLY] = "rules",
        [WORLD_KEEPS_SILENT] = "told",       [WORLD_GIVES_NO_REASON] = "why",
        [WORLD_INHERITS_NOTHING] = "rules",  [WORLD_DEPENDS_ALWAYS] = "due",
        [WORLD_CHECKS_ANYWAY] = "rests",     [WORLD_TELLS_ANYWAY] = "told",
        [WORLD_ESCALATES_NO_HOST] = "told",  [WORLD_KNOWS_ONE_PARENT] = "rules",
    };
    int bad = 0;

    /* The rules notice most of the others too, and sooner: those are looked for without them; and a replay notices what a reload mixes up. */
    for (unsigned m = WORLD_SOUND + 1; m < WORLD_MUTATIONS; m++) {
        const char *broken = NULL;
        bool right;

        /* A leak ends with the engine's life: some seeds have short ones only. */
        for (uint64_t seed = 7; seed < 10 && !broken; seed++)
            broken = run_seed(seed, 48, m);
        right = broken && strcmp(broken, found_by[m]) == 0;
        printf("planted bug %u: invariant '%s' %s\n", m, found_by[m],
               right ? "noticed it" : "DID NOT NOTICE IT");
        if (!right)
            printf("  noticed by '%s'\n", broken ? broken : "nobody");
        bad += !right;
    }
    return bad;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, seeds = 3;
    int64_t hours = 3;
    int bad = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--self-test") == 0)
            return self_test() ? 1 : 0;
        if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0)
            seeds = strtoull(argv[++i], NULL, 10);
        else if (i + 1 < argc && strcmp(argv[i], "--hours") == 0)
            hours = strtoll(argv[++i], NULL, 10);
        else {
            fprintf(stderr, "usage: sim [--seed N] [--seeds N] [--hours N] | --self-test\n");
            return 2;
        }
    }
    for (uint64_t i = 0; i < seeds; i++)
        bad += run_seed(seed + i, hours, WORLD_SOUND) != NULL;
    return bad ? 1 : 0;
}
