/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/resources/{id}: everything about one check. */
#include "api/resource.h"

#include "api/api_reply.h"
#include "api/inforce.h"
#include "api/label.h"
#include "api/names.h"
#include "api/notes.h"
#include "api/past.h"
#include "api/replaced.h"
#include "api/route.h"
#include "base/limits.h"
#include "api/row.h"
#include "api/why.h"
#include "core/explain.h"
#include "core/perf.h"
#include "wire/http_text.h"

#include <stdlib.h>
#include <string.h>

bool resource_reads(struct api *a, const struct api_request *q, uint32_t idx)
{
    return sight_sees(who_sight(&q->who, right_bit(RIGHT_RESOURCES_READ), a->sights), idx);
}

uint32_t resource_of(struct api *a, struct api_request *q)
{
    uint32_t idx;

    if (api_not_ready(a, q))
        return MODEL_NONE;
    idx = names_find(a, q->param[0]);
    if (idx != MODEL_NONE && sight_sees(q->sight, idx))
        return idx;
    if (idx != MODEL_NONE && resource_reads(a, q, idx))
        api_fail_right(a, q, PROBLEM_NEEDS_RIGHT_HERE, q->route->right);
    else
        api_fail(a, q, 404, "id", PROBLEM_NO_CHECK);
    return MODEL_NONE;
}

/* ---- performance data ---- */

static void figure(struct json *j, const char *key, const struct perf_value *v)
{
    char text[PERF_TEXT];

    json_key(j, key);
    perf_text(v, text);
    if (*text)
        json_raw(j, str_of(text));
    else
        json_none(j);
}

/* In the unit of the value: "80", "10:20", "@~:5". */
static void range(struct json *j, const char *key, const struct perf_range *r)
{
    struct buf b = BUF_INIT;
    char low[PERF_TEXT], high[PERF_TEXT];

    json_key(j, key);
    if (!r->given) {
        json_none(j);
        return;
    }
    perf_text(&r->low, low);
    perf_text(&r->high, high);
    if (r->inverted)
        buf_add_char(&b, '@');
    if (strcmp(low, "0") != 0)
        buf_printf(&b, "%s:", *low ? low : "~");
    buf_add_c(&b, high);
    json_str(j, buf_str(&b));
    buf_release(&b);
}

static void perfdata(struct json *j, struct str raw)
{
    struct str rest = raw;
    struct perf_item p;
    struct perf_bad bad = {.n = 0};
    char label[256];

    json_key(j, "perfdata");
    json_list(j);
    for (unsigned i = 0; i < LIMIT_PERF_ITEMS && perf_next(&rest, &p, &bad); i++) {
        perf_label(&p, label, sizeof(label));
        json_map(j);
        json_key_c(j, "label", label);
        figure(j, "value", &p.value);
        json_key_str(j, "unit", p.uom); /* numbers stay as written, so the unit does too */
        range(j, "warn", &p.warn);
        range(j, "crit", &p.crit);
        figure(j, "min", &p.min);
        figure(j, "max", &p.max);
        json_map_end(j);
    }
    json_list_end(j);
    json_key_str(j, "perfdata_raw", raw);
}

/* ---- why ---- */

/* The board has the index of what a reason is about. */
static void reason(struct json *j, const struct api *a, const struct sight *sight, const char *key,
                   const struct board_why *w)
{
    const struct model *m = &a->model;
    struct reason r = {.topic = REASON_STATE, .code = w->code, .arg = {w->arg[0], w->arg[1]}};
    struct buf name = BUF_INIT;

    if (why_object_of(w->code) == WHY_OF_PERIOD) {
        if (w->idx < m->n_period)
            buf_add_str(&name, model_str(m, model_period(m, w->idx)->name));
    } else if (w->code == WHY_STATE_PARENTS && w->idx < m->n_check) {
        explain_parents(m, w->idx, &name);
    } else if (w->idx < m->n_check) {
        buf_add_str(&name, model_host_name(m, w->idx));
        if (w->idx >= m->n_hosts)
            buf_printf(&name, ";" STR_FMT, STR_ARG(model_description(m, w->idx)));
    }
    r.object = buf_str(&name);
    json_key(j, key);
    why_write(j, a, sight, &r);
    buf_release(&name);
}

/* ---- configuration ---- */

/* Parents and children: those that are in sight. */
static void kin_of(struct json *j, const char *key, const struct api *a, const struct sight *sight,
                   struct model_list l)
{
    json_key(j, key);
    json_list(j);
    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t at = model_item(&a->model, l, i);

        if (sight_sees(sight, at))
            json_str(j, model_str(&a->model, model_check(&a->model, at)->name));
    }
    json_list_end(j);
}

static void names_of(struct json *j, const char *key, const struct api *a, struct model_list l,
                     enum model_table table)
{
    const struct model *m = &a->model;

    json_key(j, key);
    json_list(j);
    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t at = model_item(m, l, i);

        switch (table) {
        case MODEL_TABLE_contact: json_str(j, model_str(m, model_contact(m, at)->name)); break;
        case MODEL_TABLE_host_group: json_str(j, model_str(m, model_host_group(m, at)->name)); break;
        case MODEL_TABLE_service_group: json_str(j, model_str(m, model_service_group(m, at)->name)); break;
        default: json_str(j, model_str(m, model_contact_group(m, at)->name)); break;
        }
    }
    json_list_end(j);
}

static struct str address(const struct api *a, const struct sight *sight, uint32_t idx)
{
    uint32_t host = model_check(&a->model, idx)->host;

    return sight_sees(sight, host) ? model_str(&a->model, model_check(&a->model, host)->address) : STR("");
}

static struct str period_name(const struct model *m, uint32_t period)
{
    return period == MODEL_NONE ? STR("") : model_str(m, model_period(m, period)->name);
}

/* As a person reads and follows them: their macros are replaced. */
static void notes_and_links(struct json *j, const struct api *a, const struct sight *sight, uint32_t idx)
{
    const struct model *m = &a->model;
    const struct model_check *c = model_check(m, idx);
    const struct model_extra *x = c->extra != MODEL_NONE ? model_extra(m, c->extra) : NULL;
    struct buf b = BUF_INIT;

    if (x)
        replaced_text(m, &a->board, sight, idx, model_str(m, x->notes), &b);
    json_key_str(j, "notes", buf_str(&b));
    buf_clear(&b);
    if (x)
        replaced_url(m, &a->board, sight, idx, model_str(m, x->notes_url), &b);
    json_key_str(j, "notes_url", buf_str(&b));
    buf_clear(&b);
    if (x)
        replaced_url(m, &a->board, sight, idx, model_str(m, x->action_url), &b);
    json_key_str(j, "action_url", buf_str(&b));
    buf_release(&b);
}

static void configuration(struct json *j, const struct api *a, const struct sight *sight, uint32_t idx,
                          const struct board_check *b, const struct board_text *t)
{
    const struct model *m = &a->model;
    const struct model_check *c = model_check(m, idx);

    json_key_str(j, "address", address(a, sight, idx));
    json_key_str(j, "alias", model_str(m, c->alias));
    json_key_str(j, "check_command", inforce_command(m, idx, t->over));
    json_key_str(j, "check_period", period_name(m, inforce_check_period(m, idx, b)));
    json_key_str(j, "notification_period", period_name(m, inforce_notify_period(m, idx, b)));
    names_of(j, "contacts", a, c->contacts, MODEL_TABLE_contact);
    names_of(j, "contact_groups", a, c->contact_groups, MODEL_TABLE_contact_group);
    names_of(j, "groups", a, c->groups,
             c->kind == MODEL_HOST ? MODEL_TABLE_host_group : MODEL_TABLE_service_group);
    label_tags_member(m, idx, j);
    kin_of(j, "parents", a, sight, c->parents);
    kin_of(j, "children", a, sight, c->children);
    notes_and_links(j, a, sight, idx);
    json_key(j, "source");
    json_map(j);
    json_key_str(j, "file", model_str(m, model_file(m, c->file)->v));
    json_key_u64(j, "line", c->line);
    json_map_end(j);
}

/* All but the moment at which it is told: that makes no other version of it. */
static void write_one(struct api *a, const struct api_request *q, uint32_t idx, struct json *j)
{
    struct buf scratch = BUF_INIT;
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, idx, &c, &t, &scratch);
    row_members(a, q->sight, idx, &c, &t, j);
    json_key_str(j, "long_output", t.long_output);
    perfdata(j, t.perfdata);
    metrics_series_resource(j, a, names_oid(a, idx));
    json_key_c(j, "check_type", c.flags & BOARD_PASSIVE_RESULT ? "passive" : "active");
    json_key_i64(j, "check_interval_s", c.check_interval_us / TIME_S);
    json_key_i64(j, "retry_interval_s", c.retry_interval_us / TIME_S);
    json_key(j, "latency_ms");
    json_milli(j, c.latency_us);
    json_key(j, "execution_ms");
    json_milli(j, c.execution_us);
    json_key_time(j, "last_hard_change", (struct wall){c.last_hard_state_change});
    json_key_time(j, "last_notification", (struct wall){c.last_notification});
    json_key_u64(j, "notification_number", c.notification_number);
    reason(j, a, q->sight, "why", &c.why_state);
    reason(j, a, q->sight, "why_notify", &c.why_notify);
    configuration(j, a, q->sight, idx, &c, &t);
    notes_acknowledgement(j, a, idx, &c);
    notes_of(j, a, idx);
    buf_release(&scratch);
}

void resource_show(struct api *a, struct api_request *q)
{
    uint32_t idx = past_resource(a, q) ? MODEL_NONE : resource_of(a, q);
    struct buf out = BUF_INIT;
    struct json j;

    if (idx == MODEL_NONE)
        return;
    json_init(&j, &out);
    json_map(&j);
    write_one(a, q, idx, &j);
    api_reply_now(a, q, &j, &out);
    buf_release(&out);
}

bool resource_has_version(const struct api_route *r)
{
    return r->scope == SCOPE_RESOURCE && strncmp(r->path, "/api/v1/resources/", 18) == 0;
}

bool resource_is_as_seen(struct api *a, struct api_request *q)
{
    uint32_t idx = MODEL_NONE;
    char tag[API_ETAG_MAX];
    struct buf out = BUF_INIT;
    struct json j;

    if (!q->if_match.p || str_eq_c(q->if_match, "*"))
        return true;
    if (!resource_has_version(q->route)) {
        api_fail(a, q, 412, "If-Match", PROBLEM_NO_VERSION);
        return false;
    }
    idx = resource_of(a, q);
    if (idx == MODEL_NONE)
        return false;
    json_init(&j, &out);
    json_map(&j);
    write_one(a, q, idx, &j);
    api_etag(hash_bytes(out.data, out.len), tag);
    buf_release(&out);
    if (!http_text_etag_matches(q->if_match, str_of(tag))) {
        api_fail(a, q, 412, "If-Match", PROBLEM_STALE);
        return false;
    }
    return true;
}

/* ---- what the answers look like ---- */

static const struct shape_field perf_fields[] = {
    {"label", SHAPE_TEXT, 0, NULL},
    {"value", SHAPE_NUMBER, SHAPE_NULL, NULL},
    {"unit", SHAPE_TEXT, 0, NULL},
    {"warn", SHAPE_TEXT, SHAPE_NULL, "a range as plugins write it", .like = "\"@10:20\""},
    {"crit", SHAPE_TEXT, SHAPE_NULL, NULL},
    {"min", SHAPE_NUMBER, SHAPE_NULL, NULL},
    {"max", SHAPE_NUMBER, SHAPE_NULL, NULL},
    {NULL},
};
static const struct shape perf_shape = {"PerformanceValue", perf_fields};
static const struct shape_field source_fields[] = {
    {"file", SHAPE_TEXT, 0, NULL}, {"line", SHAPE_INT, 0, NULL}, {NULL}};
static const struct shape source_shape = {"Source", source_fields};
static const char *const check_types[] = {"active", "passive", NULL};
static const struct shape_field fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &row_shape},
    {"long_output", SHAPE_TEXT, 0, NULL},
    {"perfdata", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &perf_shape},
    {"perfdata_raw", SHAPE_TEXT, 0, "as the plugin wrote it"},
    {"measurements_refused", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &metrics_series_refused_shape},
    {"check_type", SHAPE_WORD, 0, "of the last result", .words = check_types},
    {"check_interval_s", SHAPE_INT, 0, NULL},
    {"retry_interval_s", SHAPE_INT, 0, NULL},
    {"latency_ms", SHAPE_NUMBER, 0, NULL},
    {"execution_ms", SHAPE_NUMBER, 0, NULL},
    {"last_hard_change", SHAPE_TIME, SHAPE_NULL, NULL},
    {"last_notification", SHAPE_TIME, SHAPE_NULL, NULL},
    {"notification_number", SHAPE_INT, 0, NULL},
    {"why", SHAPE_OBJECT, SHAPE_NULL, "why its state is what it is", .of = &why_reason_shape},
    {"why_notify", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &why_reason_shape},
    {"address", SHAPE_TEXT, 0, NULL},
    {"alias", SHAPE_TEXT, 0, NULL},
    {"check_command", SHAPE_TEXT, 0, NULL},
    {"check_period", SHAPE_TEXT, 0, "empty: always"},
    {"notification_period", SHAPE_TEXT, 0, "empty: always"},
    {"contacts", SHAPE_TEXT, SHAPE_LIST, NULL},
    {"contact_groups", SHAPE_TEXT, SHAPE_LIST, NULL},
    {"groups", SHAPE_TEXT, SHAPE_LIST, NULL},
    {"tags", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &label_tag_shape},
    {"parents", SHAPE_TEXT, SHAPE_LIST, NULL},
    {"children", SHAPE_TEXT, SHAPE_LIST, NULL},
    {"notes", SHAPE_TEXT, 0, NULL},
    {"notes_url", SHAPE_TEXT, 0, NULL},
    {"action_url", SHAPE_TEXT, 0, NULL},
    {"source", SHAPE_OBJECT, 0, "where it is defined", .of = &source_shape},
    {"acknowledgement", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &notes_acknowledgement_shape},
    {"comments", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &notes_comment_shape},
    {"downtimes", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &notes_downtime_shape},
    {"now", SHAPE_TIME, 0, NULL},
    {NULL},
};
static const struct shape now_shape = {"Resource", fields};
static const struct shape *const either[] = {&now_shape, &past_one_shape, NULL};
const struct shape resource_shape = {"ResourceNowOrThen", .either = either};
