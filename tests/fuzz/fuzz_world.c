/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of a small site, driven by bytes: results that come, do not come, come twice or from nowhere, every external command with any fields, clocks that are set, reloads,
 * runners, engines and disks that fail. Nothing may crash it, grow without bound, give it two runs of one check, or make its records say something else than it knows.
 * When the first byte is odd, only such commands are given as the rules of tests/sim know, and then every state and everybody who is told is compared with them.
 */
#include "core/excmd.h"
#include "core/record.h"
#include "judge.h"
#include "rebirth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TIME_MOST   (8 * TIME_H) /* of one input */
#define OPS_MOST    300
#define MEMORY_MOST (8u * 1024 * 1024)

struct play {
    struct lab lab; /* first: the hooks find the rest by it */
    struct judge judge;
    bool judged;
    struct str in;
    uint8_t mood; /* of the plugins */
    int64_t left;
    uint64_t ended[4];
    bool
        forgetful; /* a command said which attributes were changed: those it left out are the files' after the next start */
};

/* ---- bytes ---- */

static uint8_t byte(struct play *p)
{
    uint8_t b = p->in.n ? (uint8_t)p->in.p[0] : 0;

    p->in = str_sub(p->in, 1, p->in.n);
    return b;
}

static struct str text(struct play *p)
{
    size_t n = MIN((size_t)byte(p), p->in.n);
    struct str s = str_sub(p->in, 0, n);

    p->in = str_sub(p->in, n, p->in.n);
    return s;
}

/* Small ones mostly, and those at which something ends. */
static int64_t number(struct play *p)
{
    static const int64_t odd[] = {
        -1,         INT32_MAX,  (int64_t)INT32_MAX + 1, INT64_MIN, INT64_MAX, 0x7fffffffffffLL,
        -999999999, 4294967296, INT64_MAX / 1000000,    9999999999};
    uint8_t b = byte(p);

    return b < 200 || p->judged ? b % 8 : odd[b % ARRAY_LEN(odd)];
}

static int64_t moment(struct play *p)
{
    static const int64_t away[] = {0, 1, 60, 600, 3600, 7200, 86400, -1, -3600, -86400};
    uint8_t b = byte(p);
    int64_t now = time_wall_s(lab_now(&p->lab).wall);

    return b < 220 || p->judged ? now + away[b % ARRAY_LEN(away)] + b / 16 : number(p);
}

/* ---- the site ---- */

static const char *const head =
    "define contact {\n contact_name bob\n host_notification_period day\n service_notification_period 24x7\n "
    "host_notification_options d,r\n service_notification_options c,r,f\n host_notification_commands "
    "n-host\n "
    "service_notification_commands n-svc\n}\n"
    "define contact {\n contact_name hook\n host_notification_period 24x7\n service_notification_period "
    "24x7\n host_notification_options d,u,r,f,s\n service_notification_options w,u,c,r,f,s\n "
    "vigie_webhook http://127.0.0.1:9/x\n}\n"
    "define contactgroup {\n contactgroup_name cg\n members alice,bob,hook\n}\n"
    "define timeperiod {\n timeperiod_name day\n alias d\n monday 08:00-18:00\n tuesday 08:00-18:00\n friday "
    "00:00-24:00\n exclude lunch\n}\n"
    "define timeperiod {\n timeperiod_name lunch\n alias l\n monday 12:00-13:00\n}\n"
    "define host {\n host_name h1\n use ht\n address 10.0.0.1\n check_interval 300\n}\n"
    "define servicegroup {\n servicegroup_name sg\n members h1,s1\n}\n"
    "define hostgroup {\n hostgroup_name hg\n members h1\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n active_checks_enabled 1\n "
    "check_interval 300\n retry_interval 60\n flap_detection_enabled 1\n notification_interval 900\n "
    "contacts "
    "alice,bob\n event_handler plug!handler\n}\n"
    "define serviceescalation {\n host_name h1\n service_description s1\n first_notification 2\n "
    "last_notification 4\n notification_interval 300\n contact_groups cg\n escalation_period day\n}\n";
static const char *const rest[] = {
    "define host {\n host_name h2\n use ht\n parents h1\n check_interval 300\n retry_interval 60\n "
    "flap_detection_enabled 1\n notification_interval 600\n contacts hook\n}\n"
    "define host {\n host_name h3\n use ht\n parents h2\n check_interval 600\n contacts alice,bob\n}\n"
    "define service {\n host_name h2\n service_description s1\n use st\n is_volatile 1\n check_freshness 1\n "
    "freshness_threshold 900\n check_period day\n}\n"
    "define service {\n host_name h2\n service_description s2\n use st\n active_checks_enabled 1\n "
    "check_interval 600\n first_notification_delay 700\n stalking_options o,w,u,c\n}\n"
    "define servicedependency {\n host_name h1\n service_description s1\n dependent_host_name h2\n "
    "dependent_service_description s2\n notification_failure_criteria w,c,u\n execution_failure_criteria "
    "c\n}\n",
    "define host {\n host_name h3\n use ht\n parents h1\n check_interval 60\n max_check_attempts 1\n}\n"
    "define service {\n host_name h3\n service_description s1\n use st\n active_checks_enabled 1\n "
    "notification_period day\n check_interval 60\n}\n",
    "define host {\n host_name h2\n use ht\n max_check_attempts 2\n contacts bob\n}\n"
    "define service {\n host_name h2\n service_description s1\n use st\n max_check_attempts 1\n "
    "notification_interval 60\n}\n",
};
static const char *const mains =
    "enable_flap_detection=1\nuse_timezone=CET-1CEST,M3.5.0,M10.5.0/3\nmax_concurrent_checks=4\n"
    "check_service_freshness=1\nobsess_over_services=1\nocsp_command=plug\nuse_retained_scheduling_info=1\n"
    "log_rotation_method=h\nlog_archive_path=/a\ncached_host_check_horizon=30\n";

static void configure(struct play *p, uint8_t which, bool first)
{
    struct buf main_text = BUF_INIT, objects = BUF_INIT;

    buf_printf(&main_text, "%s%s", lab_main, mains);
    buf_printf(&objects, "%s%s", head, rest[which % ARRAY_LEN(rest)]);
    if (first)
        lab_open(&p->lab, main_text.data, objects.data, 1792870000, 1, p->lab.plugin, 0);
    else
        lab_reload(&p->lab, main_text.data, objects.data);
    buf_release(&main_text);
    buf_release(&objects);
}

static struct lab_answer plugin(struct lab *lab, uint32_t check, uint64_t n)
{
    const struct play *p = (const struct play *)lab;
    unsigned k = p->mood + check * 7 + (unsigned)n * (p->mood & 1);
    struct lab_answer a = {.lasts_us = (int64_t)(k % 5) * TIME_S + TIME_MS,
                           .code = p->mood & 2 ? k % 4 : 0,
                           .output = k % 3 ? "out|a=1" : ""};

    if (k % 11 == 10)
        a.how = p->mood % (RECORD_HOW_LOST + 1);
    if (k % 13 == 12)
        a.lasts_us = -1;
    return a;
}

static void watch(struct lab *lab, bool step)
{
    struct play *p = (struct play *)lab;

    if (!p->judged)
        return;
    judge_watch(&p->judge, lab, step);
    if (p->judge.broken) {
        fprintf(stderr, "%s: %s\n", p->judge.broken, p->judge.what);
        abort();
    }
}

/* ---- what happens ---- */

static void pass_time(struct play *p)
{
    static const int64_t spans[] = {TIME_MS,      TIME_S,        7 * TIME_S, TIME_MIN,
                                    5 * TIME_MIN, 20 * TIME_MIN, TIME_H,     5 * TIME_H};
    int64_t us = spans[byte(p) % ARRAY_LEN(spans)];

    us = MIN(us, p->left);
    p->left -= us;
    lab_run(&p->lab, us);
}

/* A run ends before its time, and not as its plugin wanted. */
static void result(struct play *p)
{
    struct world_event e = {.kind = WORLD_RESULT};
    size_t i = p->lab.runs.n ? byte(p) % p->lab.runs.n : 0;
    struct lab_run r;

    if (!p->lab.runs.n)
        return;
    r = p->lab.runs.at[i];
    e.result.run_id = r.id;
    e.result.how = byte(p) % (RECORD_HOW_LOST + 1);
    e.result.code = (uint64_t)number(p);
    e.result.started = r.began_wall;
    e.result.lasted_us = p->judged ? 1000 : number(p);
    e.result.truncated = e.result.code & 1;
    e.result.output = text(p);
    e.result.error = byte(p) & 1 ? text(p) : STR_NULL;
    e.result.rightless = !p->judged && byte(p) % 16 == 15;
    lab_lose(&p->lab, i);
    p->ended[r.id % ARRAY_LEN(p->ended)] = r.id;
    lab_event(&p->lab, &e);
}

static void ghost(struct play *p)
{
    struct world_event e = {.kind = WORLD_RESULT};
    uint8_t b = byte(p);

    e.result.run_id = b & 1 ? p->ended[b / 2 % ARRAY_LEN(p->ended)] : (uint64_t)number(p);
    e.result.oid = b & 2 ? p->lab.oids[b % p->lab.model->n_check] : 0;
    if (e.result.oid) /* of an engine before this one, which may have been its last word: it counts, once */
        e.result.run_id &= UINT32_MAX;
    for (size_t i = 0; i < p->lab.runs.n; i++)
        if (p->lab.runs.at[i].id == e.result.run_id)
            return;
    e.result.how = RECORD_HOW_EXIT;
    e.result.code = b % 5;
    e.result.started.us = moment(p) * TIME_S / (b == 255 ? 1000 : 1);
    e.result.output = text(p);
    lab_event(&p->lab, &e);
}

/* CHANGE_..._MODATTR, MODHATTR, MODSATTR */
static bool is_forgetful(struct str command)
{
    return str_contains(command, STR("ATTR"));
}

static void raw_command(struct play *p)
{
    struct world_event e = {.kind = WORLD_COMMAND};

    e.command.text = text(p);
    e.command.source = 3;
    p->forgetful |= is_forgetful(e.command.text);
    e.command.who = byte(p) & 1 ? STR("who\n;|\xff") : STR("");
    lab_event(&p->lab, &e);
}

static void add_field(struct play *p, char field, struct buf *b)
{
    static const char *const hosts[] = {"h1", "h2", "h3", "10.0.0.1", "nobody", ""},
                             *const services[] = {"s1", "s2", "", "none"}, *const words[] = {"24x7",
                                                                                             "day",
                                                                                             "never",
                                                                                             "plug!x",
                                                                                             "_VAR",
                                                                                             "plug",
                                                                                             "$HOSTNAME$"};

    switch (field) {
    case 'h': buf_add_c(b, hosts[byte(p) % (p->judged ? 3 : ARRAY_LEN(hosts))]); break;
    case 's': buf_add_c(b, services[byte(p) % (p->judged ? 2 : ARRAY_LEN(services))]); break;
    case 'H': buf_add_c(b, "hg"); break;
    case 'G': buf_add_c(b, "sg"); break;
    case 'g': buf_add_c(b, "cg"); break;
    case 'C': buf_add_c(b, byte(p) & 1 ? "alice" : "hook"); break;
    case 't': buf_printf(b, "%lld", (long long)moment(p)); break;
    case 'i':
    case 'd': buf_printf(b, "%lld", (long long)(number(p) * (field == 'd' ? 300 : 1))); break;
    case 'a': buf_add_c(b, "sim"); break;
    case 'x': buf_add_str(b, text(p)); break;
    default: buf_add_c(b, words[byte(p) % ARRAY_LEN(words)]); break;
    }
}

static const char *const judged_names[] = {"PROCESS_SERVICE_CHECK_RESULT",
                                           "PROCESS_HOST_CHECK_RESULT",
                                           "ACKNOWLEDGE_SVC_PROBLEM",
                                           "ACKNOWLEDGE_HOST_PROBLEM",
                                           "REMOVE_SVC_ACKNOWLEDGEMENT",
                                           "REMOVE_HOST_ACKNOWLEDGEMENT",
                                           "SCHEDULE_SVC_DOWNTIME",
                                           "SCHEDULE_HOST_DOWNTIME",
                                           "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME",
                                           "SCHEDULE_FORCED_SVC_CHECK",
                                           "SCHEDULE_FORCED_HOST_CHECK",
                                           "DISABLE_SVC_NOTIFICATIONS",
                                           "ENABLE_SVC_NOTIFICATIONS",
                                           "ENABLE_HOST_SVC_NOTIFICATIONS",
                                           "CHANGE_MAX_SVC_CHECK_ATTEMPTS",
                                           "ADD_SVC_COMMENT",
                                           "DEL_ALL_SVC_COMMENTS",
                                           "DISABLE_SVC_CHECK",
                                           "ENABLE_SVC_CHECK"};

static void command(struct play *p)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct buf b = BUF_INIT;
    const struct excmd_row *row;
    size_t n, which = byte(p);

    row = excmd_table(&n);
    row = p->judged ? excmd_find(str_of(judged_names[which % ARRAY_LEN(judged_names)])) : &row[which % n];
    p->forgetful |= is_forgetful(str_of(row->name));
    buf_printf(&b, "[%lld] %s", (long long)time_wall_s(lab_now(&p->lab).wall), row->name);
    for (const char *f = row->fields; *f; f++) {
        buf_add_char(&b, ';');
        add_field(p, *f, &b);
    }
    e.command.text = buf_str(&b);
    e.command.id = 7;
    e.command.who = STR("fuzz");
    lab_event(&p->lab, &e);
    buf_release(&b);
}

static void set_clock(struct play *p)
{
    int64_t step = (int64_t)(int8_t)byte(p) *
                   (int64_t[]){TIME_S / 7, TIME_S, TIME_H, TIME_DAY * 100}[byte(p) & 3],
            wall = lab_now(&p->lab).wall.us + step;

    if (wall > 0 && wall < 9000000000 * TIME_S) /* what a system lets its clock be set to */
        lab_clock_step(&p->lab, step);
}

static void runner(struct play *p)
{
    struct world_listed ids[64];
    struct world_event e = {.kind = WORLD_RUNNERS};
    uint8_t b = byte(p), keep = byte(p);

    e.runner.up = b & 1;
    e.runner.instance = p->judged ? 0 : b / 2 % 3;
    for (size_t i = p->lab.runs.n; e.runner.up && i-- > 0;)
        if (keep >> i % 8 & 1 && e.runner.n_runs + 1 < ARRAY_LEN(ids))
            ids[e.runner.n_runs++] = (struct world_listed){
                p->lab.runs.at[i].id,
                p->lab.runs.at[i].kind == WORLD_RUN_CHECK ? p->lab.oids[p->lab.runs.at[i].check] : 0};
        else
            lab_lose(&p->lab, i);
    if (b & 4)
        ids[e.runner.n_runs++] = (struct world_listed){(uint64_t)number(p), p->lab.oids[0]};
    e.runner.runs = ids;
    lab_event(&p->lab, &e);
}

static void engine(struct play *p)
{
    uint8_t b = byte(p) % 4;

    if (b == 0)
        lab_engine_dies(&p->lab);
    else
        lab_restart(&p->lab, b & 1);
}

static void delivery(struct play *p)
{
    struct world_event e = {.kind = WORLD_NOTIFIED};

    e.number = (uint64_t)number(p);
    e.ok = byte(p) & 1;
    if (!e.ok)
        e.text = text(p);
    lab_event(&p->lab, &e);
}

/* A run of ours waits for its runner, or begins now; or one that is nobody's. */
static void begins(struct play *p, uint8_t b)
{
    struct world_event e = {.kind = WORLD_BEGUN, .number = (uint64_t)number(p)};

    if (p->lab.runs.n)
        e.number = p->lab.runs.at[b % p->lab.runs.n].id;
    if (b & 4)
        world_sent(p->lab.w, e.number, 0, true);
    else
        lab_event(&p->lab, &e);
}

static void not_sent(struct play *p)
{
    struct world_event e = {.kind = WORLD_NOT_SENT};
    uint8_t b = byte(p);

    if (b & 2) {
        begins(p, b);
        return;
    }
    e.ok = b & 1;
    e.number = (uint64_t)number(p);
    if (!e.ok && p->lab.runs.n) {
        e.number = p->lab.runs.at[b % p->lab.runs.n].id;
        lab_lose(&p->lab, b % p->lab.runs.n);
    }
    lab_event(&p->lab, &e);
}

static void stored(struct play *p)
{
    struct world_event e = {.kind = WORLD_STORED};

    e.number = (uint64_t)number(p);
    e.text = text(p);
    lab_event(&p->lab, &e);
}

static void set_mood(struct play *p)
{
    p->mood = byte(p);
}

static void reload(struct play *p)
{
    configure(p, byte(p), false);
}

static void look(struct play *p)
{
    struct rebirth_difference d = {NULL, 0};

    if (!p->forgetful)
        d = rebirth_compare(&p->lab);
    if (d.what) {
        fprintf(stderr, "%s (check %u)\n", d.what, d.check);
        abort();
    }
    if (p->lab.two_at_once || world_memory(p->lab.w) > MEMORY_MOST)
        abort();
}

typedef void op_f(struct play *p);
static op_f *const ops[] = {pass_time, pass_time, result,  result,    ghost,  raw_command,
                            command,   command,   command, set_clock, runner, engine,
                            delivery,  not_sent,  stored,  set_mood,  reload, look};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct play p;

    if (size < 2 || size > 4096)
        return 0;
    memset(&p, 0, sizeof(p));
    p.in = str_make((const char *)data, size);
    p.judged = byte(&p) & 1;
    p.mood = byte(&p);
    p.left = TIME_MOST;
    judge_init(&p.judge);
    p.lab.plugin = plugin;
    p.lab.watch = watch;
    configure(&p, 0, true);
    for (unsigned i = 0; p.in.n && i < OPS_MOST; i++)
        ops[byte(&p) % ARRAY_LEN(ops)](&p);
    lab_run(&p.lab, MIN(p.left, TIME_MIN));
    look(&p);
    lab_close(&p.lab);
    judge_release(&p.judge);
    return 0;
}
