/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/status: how Vigie itself does. What the roles really are comes from the parent, as JSON that it has made. */
#include "api/status.h"

#include "api/api_reply.h"
#include "api/audit_say.h"
#include "api/list.h"
#include "api/metrics.h"
#include "api/stream.h"
#include "build_id.h"

#include <inttypes.h>

#define NOT_YET_MAX          500u
#define STANDS_US            (15 * INT64_C(1000000)) /* a disk that takes longer stands still for people */
#define UNDELIVERED_WARNS_US (3600 * INT64_C(1000000))

static void checks(struct json *j, const struct api *a, const struct sight *sight,
                   const struct board_program *p)
{
    json_key(j, "checks");
    json_map(j);
    json_key_u64(j, "hosts", sight ? sight->seen_hosts : a->model.n_hosts);
    json_key_u64(j, "services", sight ? sight->seen_services : a->model.n_services);
    json_key_u64(j, "active", p->active_host_checks + p->active_service_checks);
    json_key_u64(j, "passive", p->passive_host_checks + p->passive_service_checks);
    json_key_u64(j, "on_demand", p->on_demand_host_checks);
    json_key_u64(j, "running", p->parallel);
    json_key_u64(j, "running_max", p->parallel_max);
    json_key(j, "latency_ms");
    json_milli(j, p->latency_avg_us);
    json_key(j, "latency_max_ms");
    json_milli(j, p->latency_max_us);
    json_key(j, "execution_ms");
    json_milli(j, p->execution_avg_us);
    json_key_u64(j, "late", p->results_late);
    json_key_u64(j, "lost", p->runs_lost);
    json_key_u64(j, "commands", p->external_commands);
    json_key_u64(j, "commands_refused", p->commands_refused);
    json_key_u64(j, "commands_waiting", p->commands_waiting);
    json_key_u64(j, "notifications", p->notifications);
    json_key_u64(j, "undelivered", p->undelivered);
    json_map_end(j);
}

static void switches(struct json *j, uint32_t on)
{
    json_key(j, "switches");
    json_map(j);
    json_key_bool(j, "notifications", on & BOARD_SW_NOTIFICATIONS);
    json_key_bool(j, "host_checks", on & BOARD_SW_HOST_CHECKS);
    json_key_bool(j, "service_checks", on & BOARD_SW_SERVICE_CHECKS);
    json_key_bool(j, "event_handlers", on & BOARD_SW_HANDLERS);
    json_key_bool(j, "flap_detection", on & BOARD_SW_FLAP);
    json_map_end(j);
}

static void projection(struct json *j, const char *name, uint64_t applied, uint64_t lag)
{
    json_key(j, name);
    json_map(j);
    json_key_id(j, "applied", applied);
    json_key_u64(j, "lag", lag);
    json_map_end(j);
}

static void journal(struct json *j, const struct api *a, const struct board_program *p)
{
    json_key(j, "journal");
    json_map(j);
    json_key_id(j, "seq", p->journal_seq);
    json_key_c(j, "degraded", p->degraded);
    json_key_u64(j, "waiting", p->record_seq > p->journal_seq ? p->record_seq - p->journal_seq : 0);
    json_key(j, "waiting_ms");
    json_milli(j, metrics_journal_lag(p, api_wall(a)));
    json_map_end(j);
    projection(j, "history", a->history.applied, a->history.lag);
    projection(j, "states", a->states.applied, a->states.lag);
}

/* What waits for its turn somewhere. */
static void queues(struct json *j, const struct board_program *p)
{
    json_key(j, "queues");
    json_map(j);
    json_key_u64(j, "commands", p->commands_waiting);
    json_key_u64(j, "notifications", p->commands_in_turn[0]);
    json_key_u64(j, "handlers", p->commands_in_turn[1]);
    json_key_u64(j, "log_lines", p->lines_waiting);
    json_map_end(j);
}

/* The configuration that is in force, as everybody sees it. */
static void snapshot(struct json *j, const struct api *a, const struct sight *sight,
                     const struct board_program *p)
{
    json_key(j, "snapshot");
    json_map(j);
    json_key_u64(j, "revision", a->board.h->generation);
    json_key_time(j, "since", (struct wall){p->last_reload ? p->last_reload : p->program_start});
    json_key_u64(j, "hosts", sight ? sight->seen_hosts : a->model.n_hosts);
    json_key_u64(j, "services", sight ? sight->seen_services : a->model.n_services);
    json_key_u64(j, "contacts", a->board.h->n_contacts);
    json_map_end(j);
}

/* Names of files say what is in them: for who sees everything. */
static void not_yet(struct json *j, const struct model *m, const struct sight *sight)
{
    json_key(j, "not_yet");
    if (sight) {
        json_none(j);
        return;
    }
    json_list(j);
    for (uint32_t i = 0; i < m->n_notice && i < NOT_YET_MAX; i++) {
        const struct model_notice *n = model_notice(m, i);

        json_map(j);
        json_key_str(j, "object", model_str(m, n->object));
        json_key_str(j, "directive", model_str(m, n->directive));
        json_key_str(j, "file", model_str(m, model_file(m, n->file)->v));
        json_key_u64(j, "line", n->line);
        json_key_u64(j, "count", n->count);
        json_map_end(j);
    }
    json_list_end(j);
}

static void warning(struct json *j, const char *code, const char *en, const char *fr)
{
    json_map(j);
    json_key_c(j, "code", code);
    json_key_c(j, "text_en", en);
    json_key_c(j, "text_fr", fr);
    json_map_end(j);
}

static void add_lost(struct buf *b, const char *what, uint64_t n)
{
    if (n)
        buf_printf(b, " %s (%" PRIu64 "),", what, n);
}

/* What there was no room for, in words; nothing is added if there was for all. */
static void add_given_up(struct buf *en, struct buf *fr, const struct metrics_given_up *g)
{
    if (!g->lines && !g->results && !g->history)
        return;
    buf_add_c(en, " Since the start there was no room for:");
    add_lost(en, "lines of the log", g->lines);
    add_lost(en, "results of checks, with their measurements", g->results);
    buf_add_c(en, g->history ? " a part of the history," : "");
    buf_add_c(fr, " Depuis le démarrage, la place a manqué pour :");
    add_lost(fr, "des lignes du log", g->lines);
    add_lost(fr, "des résultats de contrôles, avec leurs mesures", g->results);
    buf_add_c(fr, g->history ? " une partie de l’historique," : "");
    en->data[en->len - 1] = fr->data[fr->len - 1] = '.';
}

/* What is written, and what of it was given up. */
static void record(struct json *j, const struct api *a, const struct board_program *p)
{
    struct metrics_given_up g = metrics_given_up(a, p);
    bool all = !g.lines && !g.results && !g.history;
    struct buf en = BUF_INIT, fr = BUF_INIT;
    const char *code = "";

    if (p->degraded[0]) {
        code = "journal_degraded";
        buf_add_c(&en, "The disk is full or broken: not all, or nothing, can be written; checks and "
                       "notifications go on.");
        buf_add_c(&fr, "Le disque est plein ou en panne : tout ne s’écrit pas, ou rien ; contrôles et "
                       "notifications continuent.");
    } else if (metrics_journal_lag(p, api_wall(a)) > STANDS_US) {
        code = "journal_stands";
        buf_add_c(&en, "The disk does not answer: what happens waits in memory and is not recorded yet; "
                       "checks and notifications go on.");
        buf_add_c(&fr, "Le disque ne répond pas : ce qui se passe attend en mémoire et n’est pas encore "
                       "enregistré ; contrôles et notifications continuent.");
    } else if (a->record_why[0]) { /* the journal is written, and something beside it is not */
        code = "record_waits";
        buf_printf(&en, "%sot all is written as it should be: %s.", all ? "Nothing is lost, but n" : "N",
                   a->record_why);
        buf_printf(&fr, "%sout ne s’écrit pas comme il faut : %s.", all ? "Rien n’est perdu, mais t" : "T",
                   a->record_why);
    }
    add_given_up(&en, &fr, &g);
    if (code[0])
        warning(j, code, en.data, fr.data);
    buf_release(&en);
    buf_release(&fr);
}

/* What the system answered is in its own words. */
static void log_stays(struct json *j, const struct api *a)
{
    struct buf en = BUF_INIT, fr = BUF_INIT;

    if (!a->log_stays[0])
        return;
    buf_printf(&en, "The log in Nagios' format cannot be rotated, and goes on in the same file: %s.",
               a->log_stays);
    buf_printf(&fr, "Le log au format de Nagios ne peut être archivé, et continue dans le même fichier : %s.",
               a->log_stays);
    warning(j, "log_not_rotated", en.data, fr.data);
    buf_release(&en);
    buf_release(&fr);
}

static void warnings(struct json *j, const struct api *a, const struct board_program *p)
{
    json_key(j, "warnings");
    json_list(j);
    record(j, a, p);
    if (p->last_undelivered && api_wall(a).us - p->last_undelivered < UNDELIVERED_WARNS_US)
        warning(
            j, "undelivered",
            "In the last hour a notification did not arrive. \"vigie ctl log\" tells whom it was for, and "
            "why.",
            "Dans la dernière heure, une notification n’est pas arrivée. « vigie ctl log » dit pour qui elle "
            "était, et pourquoi.");
    log_stays(j, a);
    audit_say_warnings(j, &a->audit, warning);
    metrics_damage_warnings(j, &a->damage, warning);
    metrics_export_warnings(j, a->exports, warning);
    if (!(p->switches & BOARD_SW_NOTIFICATIONS))
        warning(j, "notifications_off", "Notifications are switched off for the whole program.",
                "Les notifications sont coupées pour tout le programme.");
    if (!(p->switches & BOARD_SW_SERVICE_CHECKS))
        warning(j, "service_checks_off", "Service checks are switched off for the whole program.",
                "Les contrôles de services sont coupés pour tout le programme.");
    if (!(p->switches & BOARD_SW_HOST_CHECKS))
        warning(j, "host_checks_off", "Host checks are switched off for the whole program.",
                "Les contrôles d'hôtes sont coupés pour tout le programme.");
    json_list_end(j);
}

static void part(struct json *j, const char *key, const struct buf *text)
{
    json_key(j, key);
    if (text->len)
        json_raw(j, buf_str(text));
    else
        json_none(j);
}

/* What is wrong in the configuration names hosts and services as it likes: it is for who sees all of them. */
static void configuration(struct json *j, struct api *a, const struct sight *sight)
{
    static const struct buf nothing = BUF_INIT;

    part(j, "reload", sight ? &nothing : &a->reload);
    part(j, "config_warnings", sight ? &nothing : &a->config_warnings);
    json_key_u64(j, "config_warning_count", a->config_warning_count);
}

void status_show(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct board_program p;
    struct json j;

    if (api_not_ready(a, q))
        return;
    board_read_program(&a->board, &p);
    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "version", BUILD_VERSION);
    json_key_c(&j, "build", BUILD_REVISION);
    json_key_time(&j, "now", api_wall(a));
    json_key_time(&j, "program_start", (struct wall){p.program_start});
    json_key_time(&j, "last_reload", (struct wall){p.last_reload});
    checks(&j, a, q->sight, &p);
    switches(&j, p.switches);
    journal(&j, a, &p);
    queues(&j, &p);
    snapshot(&j, a, q->sight, &p);
    metrics_series_status(&j, a, q->sight);
    metrics_export_status(&j, a->exports);
    metrics_damage_status(&j, &a->damage);
    json_key_u64(&j, "streams", stream_count(a->streams));
    json_key_u64(&j, "requests", a->count.requests);
    not_yet(&j, &a->model, q->sight);
    warnings(&j, a, &p);
    if (a->status.len) {
        json_key(&j, "process");
        json_raw(&j, buf_str(&a->status));
    }
    configuration(&j, a, q->sight);
    json_key_u64(&j, "renames_waiting", a->n_renames);
    part(&j, "roles", &a->roles);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answers look like ---- */

static const struct shape_field checks_fields[] = {
    {"hosts", SHAPE_INT, 0, NULL},
    {"services", SHAPE_INT, 0, NULL},
    {"active", SHAPE_INT, 0, NULL},
    {"passive", SHAPE_INT, 0, NULL},
    {"on_demand", SHAPE_INT, 0, NULL},
    {"running", SHAPE_INT, 0, NULL},
    {"running_max", SHAPE_INT, 0, NULL},
    {"late", SHAPE_INT, 0, NULL},
    {"lost", SHAPE_INT, 0, NULL},
    {"commands", SHAPE_INT, 0, NULL},
    {"commands_refused", SHAPE_INT, 0, NULL},
    {"commands_waiting", SHAPE_INT, 0, NULL},
    {"notifications", SHAPE_INT, 0, NULL},
    {"undelivered", SHAPE_INT, 0, NULL},
    {"latency_ms", SHAPE_NUMBER, 0, NULL},
    {"latency_max_ms", SHAPE_NUMBER, 0, NULL},
    {"execution_ms", SHAPE_NUMBER, 0, NULL},
    {NULL},
};
static const struct shape checks_shape = {"StatusChecks", checks_fields};
static const struct shape_field switches_fields[] = {
    {"notifications", SHAPE_BOOL, 0, NULL},  {"host_checks", SHAPE_BOOL, 0, NULL},
    {"service_checks", SHAPE_BOOL, 0, NULL}, {"event_handlers", SHAPE_BOOL, 0, NULL},
    {"flap_detection", SHAPE_BOOL, 0, NULL}, {NULL},
};
static const struct shape switches_shape = {"StatusSwitches", switches_fields};
static const struct shape_field journal_fields[] = {
    {"seq", SHAPE_ID, 0, "the last record"},
    {"degraded", SHAPE_TEXT, 0, "why it cannot be written; empty: it can"},
    {"waiting", SHAPE_INT, 0, "records that are made and not on the disk yet"},
    {"waiting_ms", SHAPE_NUMBER, 0, "how long the oldest of them has waited"},
    {NULL},
};
static const struct shape journal_shape = {"StatusJournal", journal_fields};
static const struct shape_field queues_fields[] = {
    {"commands", SHAPE_INT, 0, "commands of people and programs that are not carried out yet"},
    {"notifications", SHAPE_INT, 0, "commands of notifications that are not begun"},
    {"handlers", SHAPE_INT, 0, "event handlers and their like that are not begun"},
    {"log_lines", SHAPE_INT, 0, "lines that are not in the log yet"},
    {NULL},
};
static const struct shape queues_shape = {"StatusQueues", queues_fields};
static const struct shape_field snapshot_fields[] = {
    {"revision", SHAPE_INT, 0, "one more with each reload that was taken over"},
    {"since", SHAPE_TIME, SHAPE_NULL, NULL},
    {"hosts", SHAPE_INT, 0, NULL},
    {"services", SHAPE_INT, 0, NULL},
    {"contacts", SHAPE_INT, 0, NULL},
    {NULL},
};
static const struct shape snapshot_shape = {"StatusSnapshot", snapshot_fields};
static const struct shape_field projection_fields[] = {
    {"applied", SHAPE_ID, 0, "up to which record it goes"}, {"lag", SHAPE_INT, 0, "records"}, {NULL}};
static const struct shape projection_shape = {"StatusProjection", projection_fields};
static const struct shape_field not_yet_fields[] = {
    {"object", SHAPE_TEXT, 0, NULL}, {"directive", SHAPE_TEXT, 0, NULL}, {"file", SHAPE_TEXT, 0, NULL},
    {"line", SHAPE_INT, 0, NULL},    {"count", SHAPE_INT, 0, NULL},      {NULL},
};
static const struct shape not_yet_shape = {"NotYet", not_yet_fields};
static const struct shape_field warning_fields[] = {{"code", SHAPE_TEXT, 0, NULL},
                                                    {"text_en", SHAPE_TEXT, 0, NULL},
                                                    {"text_fr", SHAPE_TEXT, 0, NULL},
                                                    {NULL}};
static const struct shape warning_shape = {"Warning", warning_fields};
static const struct shape_field page_fields[] = {
    {"address", SHAPE_TEXT, 0, NULL},
    {"tls", SHAPE_BOOL, 0, NULL},
    {"certificate_sha256", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"certificate_until_s", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"certificate_own", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {NULL},
};
static const struct shape page_shape = {"StatusPage", page_fields};
static const struct shape_field process_fields[] = {
    {"version", SHAPE_TEXT, 0, NULL},
    {"build", SHAPE_TEXT, 0, NULL},
    {"main_file", SHAPE_TEXT, 0, NULL},
    {"state_dir", SHAPE_TEXT, 0, NULL},
    {"one_process", SHAPE_BOOL, 0, NULL},
    {"rights_warning", SHAPE_TEXT, 0, NULL},
    {"page", SHAPE_OBJECT, SHAPE_MAYBE, NULL, .of = &page_shape},
    {NULL},
};
static const struct shape process_shape = {"StatusProcess", process_fields};
static const struct shape_field place_fields[] = {
    {"file", SHAPE_TEXT, SHAPE_NULL, NULL},
    {"line", SHAPE_INT, 0, NULL},
    {"column", SHAPE_INT, 0, NULL},
    {"text", SHAPE_TEXT, 0, NULL},
    {NULL},
};
static const struct shape place_shape = {"ConfigurationFinding", place_fields};
static const struct shape_field reload_fields[] = {
    {"time", SHAPE_TIME, 0, NULL},
    {"ok", SHAPE_BOOL, 0, "whether it was taken over"},
    {"generation", SHAPE_INT, 0, NULL},
    {"error_count", SHAPE_INT, 0, NULL},
    {"errors", SHAPE_OBJECT, SHAPE_LIST, "the first of them", .of = &place_shape},
    {NULL},
};
static const struct shape reload_shape = {"Reload", reload_fields};
static const struct shape_field role_fields[] = {
    {"role", SHAPE_TEXT, 0, NULL},
    {"instance", SHAPE_INT, 0, NULL},
    {"state", SHAPE_TEXT, 0, NULL},
    {"restarts", SHAPE_INT, 0, NULL},
    {"pid", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"uid", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"seccomp", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {"no_new_privs", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {"landlock", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"capabilities", SHAPE_ID, SHAPE_MAYBE, NULL},
    {"rss_kb", SHAPE_INT, SHAPE_MAYBE, NULL},
    {NULL},
};
static const struct shape role_shape = {"StatusRole", role_fields};
static const struct shape_field fields[] = {
    {"version", SHAPE_TEXT, 0, NULL},
    {"build", SHAPE_TEXT, 0, NULL},
    {"now", SHAPE_TIME, 0, NULL},
    {"program_start", SHAPE_TIME, SHAPE_NULL, NULL},
    {"last_reload", SHAPE_TIME, SHAPE_NULL, NULL},
    {"checks", SHAPE_OBJECT, 0, NULL, .of = &checks_shape},
    {"switches", SHAPE_OBJECT, 0, NULL, .of = &switches_shape},
    {"journal", SHAPE_OBJECT, 0, NULL, .of = &journal_shape},
    {"history", SHAPE_OBJECT, 0, NULL, .of = &projection_shape},
    {"states", SHAPE_OBJECT, 0, NULL, .of = &projection_shape},
    {"queues", SHAPE_OBJECT, 0, "what waits", .of = &queues_shape},
    {"snapshot", SHAPE_OBJECT, 0, "the configuration in force", .of = &snapshot_shape},
    {"series", SHAPE_OBJECT, 0, NULL, .of = &metrics_series_status_shape},
    {"exports", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &metrics_export_shape},
    {"damage", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &metrics_damage_shape},
    {"streams", SHAPE_INT, 0, NULL},
    {"requests", SHAPE_INT, 0, NULL},
    {"not_yet", SHAPE_OBJECT, SHAPE_LIST | SHAPE_NULL,
     "directives that have no effect yet; null: told only to who sees all hosts and services",
     .of = &not_yet_shape},
    {"warnings", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &warning_shape},
    {"process", SHAPE_OBJECT, SHAPE_MAYBE, NULL, .of = &process_shape},
    {"reload", SHAPE_OBJECT, SHAPE_NULL, "null before the first one", .of = &reload_shape},
    {"config_warnings", SHAPE_OBJECT, SHAPE_LIST | SHAPE_NULL, NULL, .of = &place_shape},
    {"config_warning_count", SHAPE_INT, 0, NULL},
    {"renames_waiting", SHAPE_INT, 0, NULL},
    {"roles", SHAPE_OBJECT, SHAPE_LIST | SHAPE_NULL, NULL, .of = &role_shape},
    {NULL},
};
const struct shape status_shape = {"Status", fields};
