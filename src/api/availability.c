/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /resources/{id}/availability and GET /availability. The reader computes (db/past.h), some objects a question; what it answers is added up here. A list's first page has the
 * summary of all that was asked for, and so asks for all of them.
 */
#include "api/availability.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/availability_int.h"
#include "api/body.h"
#include "api/choose.h"
#include "api/gone.h"
#include "api/names.h"
#include "api/near.h"
#include "api/resource.h"
#include "api/route.h"
#include "core/avail.h"
#include "wire/json.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

#define ASK_MOST   500u   /* objects of one question */
#define ASK_PARTS  15000u /* their parts: what comes is read in one go */
#define PAGE_MOST  1000u
#define DEFAULT_US (30 * TIME_DAY)

const char *const availability_query[] = {"group",  "kind",      "host", "service", "from",   "to",
                                          "period", "downtimes", "soft", "limit",   "cursor", NULL};
const char *const availability_query_one[] = {"from", "to", "period", "downtimes", "soft", NULL};

/* ---- parameters ---- */

static bool choice(struct api *a, struct api_request *q, const char *name, const char *other, bool *is_other)
{
    const char *const words[] = {"counted", other, NULL};
    struct str s = api_query(q, name);

    *is_other = str_eq_c(s, other);
    if (!s.n || *is_other || str_eq_c(s, "counted"))
        return true;
    api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_WORD, str_of(name), body_words(q, words));
    return false;
}

static void no_period(struct api *a, struct api_request *q, struct str name)
{
    struct near near = {.name = name};

    for (uint32_t i = 0; i < a->model.globals->n_periods; i++)
        near_try(&near, model_str(&a->model, model_period(&a->model, i)->name));
    near_fail(a, q, "period", PROBLEM_NO_PERIOD, &near);
}

static bool read_common(struct api *a, struct api_request *q, struct availability_ask *k)
{
    k->period = api_query(q, "period");
    k->worst_ppm = -1;
    if (!choose_seconds(a, q, DEFAULT_US, &k->from, &k->to) ||
        !choice(a, q, "downtimes", "excluded", &k->exclude) || !choice(a, q, "soft", "ignored", &k->hard))
        return false;
    if (!k->period.n || model_find_period(&a->model, k->period) != MODEL_NONE)
        return true;
    no_period(a, q, k->period);
    return false;
}

static bool read_page(struct api *a, struct api_request *q, struct availability_ask *k)
{
    struct str limit = api_query(q, "limit"), cursor = api_query(q, "cursor");
    uint64_t n = 100, from = 0;

    if (limit.p && (!str_to_u64(limit, &n) || n < 1 || n > PAGE_MOST)) {
        api_fail_with(a, q, 400, "limit", PROBLEM_PARAMETER_NUMBER, STR("limit"), STR("1000"));
        return false;
    }
    if (cursor.p && (cursor.n < 2 || cursor.p[0] != 'o' || !str_to_u64(str_sub(cursor, 1, cursor.n), &from) ||
                     from > UINT32_MAX)) {
        api_fail(a, q, 400, "cursor", PROBLEM_PARAMETER_CURSOR);
        return false;
    }
    k->summary = !cursor.p;
    k->page_from = (size_t)from;
    k->page_n = (size_t)n;
    return true;
}

static void take_page(struct api_request *q, struct availability_ask *k)
{
    k->page_from = MIN(k->page_from, k->n);
    k->page_n = MIN(k->page_n, k->n - k->page_from);
    k->page = arena_alloc(&q->arena, (k->page_n + 1) * sizeof(*k->page));
    memset(k->page, 0, (k->page_n + 1) * sizeof(*k->page));
    k->at = k->summary ? 0 : k->page_from;
}

/* The host of a service that is gone is configured still, or is among them, or else nothing is known of it but what the service tells. */
static uint64_t host_of(struct api *a, const struct gone *at, size_t i)
{
    uint32_t idx = model_find_host(&a->model, at[i].host);

    if (idx != MODEL_NONE)
        return names_oid(a, idx);
    return !at[0].service.n ? at[0].oid : at[i].oid;
}

static void take_gone(struct api *a, struct api_request *q, struct availability_ask *k, const struct gone *at,
                      size_t n)
{
    struct str kind = api_query(q, "kind");

    k->member = arena_alloc(&q->arena, (n + 1) * sizeof(*k->member));
    for (size_t i = 0; i < n; i++) {
        bool service = at[i].service.n;

        if (!str_eq_c(kind, service ? "host" : "service"))
            k->member[k->n++] =
                (struct availability_member){at[i].oid, service ? host_of(a, at, i) : 0, &at[i]};
    }
    take_page(q, k);
}

/* Names are copied: between two answers the configuration may become another. */
static void take_checks(struct api *a, struct api_request *q, struct availability_ask *k, const uint32_t *idx,
                        size_t n)
{
    k->member = arena_alloc(&q->arena, (n + 1) * sizeof(*k->member));
    for (size_t i = 0; i < n; i++) {
        uint64_t oid = names_oid(a, idx[i]);

        if (oid) /* 0: no identity yet, so nothing was recorded yet */
            k->member[k->n++] = (struct availability_member){
                oid, idx[i] < a->model.n_hosts ? 0 : names_oid(a, model_check(&a->model, idx[i])->host),
                NULL};
    }
    take_page(q, k);
}

static void name_page(struct api *a, struct api_request *q, struct availability_ask *k)
{
    for (size_t i = 0; i < k->page_n; i++) {
        const struct availability_member *m = &k->member[k->page_from + i];
        struct buf id = BUF_INIT;
        uint32_t idx;

        if (m->gone) {
            k->page[i].host = m->gone->host;
            k->page[i].service = m->gone->service;
            continue;
        }
        buf_add_u64(&id, m->oid);
        idx = names_find(a, buf_str(&id));
        buf_release(&id);
        if (idx == MODEL_NONE)
            continue;
        k->page[i].host = arena_str(&q->arena, model_host_name(&a->model, idx));
        k->page[i].service = arena_str(&q->arena, model_description(&a->model, idx));
    }
}

/* ---- answers ---- */

void availability_percent(struct json *j, const char *key, int64_t ppm)
{
    struct buf b = BUF_INIT;

    json_key(j, key);
    if (ppm < 0) {
        json_none(j);
        return;
    }
    buf_printf(&b, "%lld.%04lld", (long long)(ppm / 10000), (long long)(ppm % 10000));
    json_raw(j, buf_str(&b));
    buf_release(&b);
}

static void mean(struct json *j, const char *key, int64_t s)
{
    json_key(j, key);
    if (s < 0)
        json_none(j);
    else
        json_i64(j, s);
}

static void by_state(struct json *j, const char *key, const int64_t *s, bool host)
{
    static const char *const words[2][AVAIL_STATES] = {
        {"ok", "warning", "critical", "unknown", "pending", "not_configured", "no_data", "unmonitored"},
        {"up", "down", "unreachable", NULL, "pending", "not_configured", "no_data", "unmonitored"}};

    json_key(j, key);
    json_map(j);
    for (int i = 0; i < AVAIL_STATES; i++)
        if (words[host][i])
            json_key_i64(j, words[host][i], s[i]);
    json_map_end(j);
}

static void identity(struct json *j, const struct availability_member *m, struct str host, struct str service)
{
    json_key_id(j, "id", m->oid);
    json_key_c(j, "kind", m->host_oid ? "service" : "host");
    json_key_str(j, "host", host);
    if (m->host_oid)
        json_key_str(j, "service", service);
    if (m->gone)
        json_key_bool(j, "gone", true);
}

static void figures(struct json *j, const struct availability_member *m, const struct shown *s)
{
    identity(j, m, s->host, s->service);
    availability_percent(j, "availability", avail_ppm(&s->out));
    json_key_i64(j, "good_s", s->out.good_s);
    json_key_i64(j, "bad_s", s->out.bad_s);
    json_key_i64(j, "outages", s->out.outages);
    mean(j, "mtbf_s", avail_mtbf_s(&s->out));
    mean(j, "mttr_s", avail_mttr_s(&s->out));
    by_state(j, "seconds", s->out.seconds, !m->host_oid);
    by_state(j, "in_downtime", s->out.in_downtime, !m->host_oid);
    json_key_i64(j, "outside_period_s", s->out.outside_s);
}

void availability_conditions(struct json *j, const struct availability_ask *k)
{
    json_key_time(j, "from", (struct wall){time_wall_s(k->from) * TIME_S});
    json_key_time(j, "to", (struct wall){time_wall_s(k->to) * TIME_S});
    json_key(j, "period");
    if (k->period.n)
        json_str(j, k->period);
    else
        json_none(j);
    json_key_c(j, "downtimes", k->exclude ? "excluded" : "counted");
    json_key_c(j, "soft", k->hard ? "ignored" : "counted");
}

static struct str name_of(struct api *a, const struct availability_member *m, uint32_t idx, bool service)
{
    if (m->gone)
        return service ? m->gone->service : m->gone->host;
    if (idx == MODEL_NONE)
        return STR("");
    return service ? model_description(&a->model, idx) : model_host_name(&a->model, idx);
}

static void summary(struct api *a, struct json *j, const struct availability_ask *k)
{
    struct buf id = BUF_INIT;
    uint32_t idx;

    json_key(j, "summary");
    if (!k->summary) {
        json_none(j);
        return;
    }
    json_map(j);
    json_key_u64(j, "resources", k->told);
    json_key_u64(j, "with_basis", k->counted);
    availability_percent(j, "mean", k->counted ? k->sum_ppm / (int64_t)k->counted : -1);
    json_key(j, "worst");
    if (k->worst_ppm < 0) {
        json_none(j);
    } else {
        buf_add_u64(&id, k->worst.oid);
        idx = names_find(a, buf_str(&id));
        json_map(j);
        identity(j, &k->worst, name_of(a, &k->worst, idx, false), name_of(a, &k->worst, idx, true));
        availability_percent(j, "availability", k->worst_ppm);
        json_map_end(j);
    }
    json_map_end(j);
    buf_release(&id);
}

static void finish(struct api *a, struct api_request *q, const struct availability_ask *k)
{
    struct buf out = BUF_INIT, cursor = BUF_INIT;
    size_t end = k->page_from + k->page_n;
    struct json j;

    if (k->one && !k->page[0].told) {
        api_fail(a, q, 404, "id", PROBLEM_NOTHING_THEN);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    availability_conditions(&j, k);
    if (k->one) {
        figures(&j, &k->member[0], &k->page[0]);
    } else {
        json_key(&j, "resources");
        json_list(&j);
        for (size_t i = 0; i < k->page_n; i++) {
            if (!k->page[i].told)
                continue;
            json_map(&j);
            figures(&j, &k->member[k->page_from + i], &k->page[i]);
            json_map_end(&j);
        }
        json_list_end(&j);
        summary(a, &j, k);
        json_key(&j, "next");
        buf_printf(&cursor, "o%zu", end);
        if (end < k->n)
            json_str(&j, buf_str(&cursor));
        else
            json_none(&j);
    }
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
    buf_release(&cursor);
}

/* ---- asking, some at a time ---- */

static void list_of(const struct json_value *row, const char *key, int64_t *out)
{
    const struct json_value *v = json_read_member(row, key);

    for (size_t i = 0; i < AVAIL_STATES; i++)
        out[i] = json_read_int(json_read_element(v, i));
}

/* The reader leaves out who may not be seen: there is nothing of them, in no figure. */
static bool is_next(struct availability_ask *k, const struct json_value *row, size_t want)
{
    uint64_t oid;

    if (!str_to_u64(json_read_text(json_read_member(row, "oid")), &oid))
        return false;
    while (k->at < want && k->member[k->at].oid != oid)
        k->at++;
    return k->at < want;
}

static void take_row(struct availability_ask *k, const struct json_value *row)
{
    struct avail_out o = {.outside_s = json_read_int(json_read_member(row, "outside")),
                          .good_s = json_read_int(json_read_member(row, "good")),
                          .bad_s = json_read_int(json_read_member(row, "bad")),
                          .outages = json_read_int(json_read_member(row, "outages"))};
    int64_t ppm = avail_ppm(&o);
    size_t place = k->at++;

    list_of(row, "seconds", o.seconds);
    list_of(row, "in_downtime", o.in_downtime);
    k->told++;
    if (place >= k->page_from && place < k->page_from + k->page_n) {
        k->page[place - k->page_from].out = o;
        k->page[place - k->page_from].told = true;
    }
    if (ppm < 0)
        return;
    k->sum_ppm += ppm;
    k->counted++;
    if (k->worst_ppm >= 0 && ppm >= k->worst_ppm)
        return;
    k->worst_ppm = ppm;
    k->worst = k->member[place];
}

static void go_on(struct api *a, struct api_request *q, struct availability_ask *k);

static void rows_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct availability_ask *k = q->state;
    struct str text = x->json;
    struct json_value *part;
    size_t want = k->at + k->asked;

    if (api_reader_refused(a, q, x))
        return;
    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part) && is_next(k, json_read_element(part, i), want); i++)
            (k->parts ? availability_take_parts : take_row)(k, json_read_element(part, i));
        json_read_free(part);
    }
    k->at = want;
    buf_clear(&q->json);
    if (!api_not_ready(a, q))
        go_on(a, q, k);
}

static void go_on(struct api *a, struct api_request *q, struct availability_ask *k)
{
    size_t end = k->summary ? k->n : k->page_from + k->page_n;
    char from[24], to[24];
    struct buf list = BUF_INIT;
    char parts[24];
    struct str args[7] = {api_scope(q), STR_NULL, STR_NULL, k->period, STR_NULL, STR_NULL, STR_NULL};

    if (k->at >= end) {
        (k->parts ? availability_write_parts : finish)(a, q, k);
        return;
    }
    k->asked = MIN(end - k->at, k->parts ? MIN(ASK_MOST, MAX(1u, ASK_PARTS / k->parts)) : ASK_MOST);
    for (size_t i = 0; i < k->asked; i++)
        buf_printf(&list, "%s%llu:%llu", i ? "," : "", (unsigned long long)k->member[k->at + i].oid,
                   (unsigned long long)k->member[k->at + i].host_oid);
    snprintf(from, sizeof(from), "%lld", (long long)time_wall_s(k->from));
    snprintf(to, sizeof(to), "%lld", (long long)time_wall_s(k->to));
    args[1] = str_of(from);
    args[2] = str_of(to);
    args[4] = k->exclude ? (k->hard ? STR("xh") : STR("x")) : k->hard ? STR("h") : STR("");
    args[5] = buf_str(&list);
    snprintf(parts, sizeof(parts), "%zu", k->parts);
    args[6] = str_of(parts);
    api_ask_reader(a, q, k->parts ? "availability_parts" : "availability", args, k->parts ? 7 : 6,
                   rows_known);
    buf_release(&list);
}

static struct availability_ask *ask_new(struct api_request *q)
{
    struct availability_ask *k = arena_alloc(&q->arena, sizeof(*k));

    memset(k, 0, sizeof(*k));
    return k;
}

static void begin(struct api *a, struct api_request *q, struct availability_ask *k)
{
    name_page(a, q, k);
    q->state = k;
    go_on(a, q, k);
}

/* False: it was answered. */
static bool read_parts(struct api *a, struct api_request *q, struct availability_ask *k)
{
    return !str_ends(str_of(q->route->path), STR("/buckets")) || availability_read_parts(a, q, k);
}

static void one_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct availability_ask *k = ask_new(q);

    k->one = true;
    k->page_n = 1;
    if (!read_common(a, q, k) || !read_parts(a, q, k))
        return;
    take_gone(a, q, k, at, n);
    begin(a, q, k);
}

void availability_of_resource(struct api *a, struct api_request *q)
{
    struct availability_ask *k = ask_new(q);
    uint32_t idx;

    if (gone_by_id(a, q, one_gone))
        return;
    k->one = true;
    k->page_n = 1;
    idx = resource_of(a, q);
    if (idx == MODEL_NONE || !read_common(a, q, k) || !read_parts(a, q, k))
        return;
    take_checks(a, q, k, &idx, 1);
    if (k->n)
        begin(a, q, k);
    else
        api_fail(a, q, 404, "id", PROBLEM_NOTHING_THEN);
}

static void list(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct availability_ask *k = ask_new(q);
    struct choose_set set;

    if (!read_common(a, q, k) || !read_page(a, q, k) || !read_parts(a, q, k))
        return;
    if (n) {
        take_gone(a, q, k, at, n);
    } else {
        if (!choose_checks(a, q, CHOOSE_MEMBERS, &set))
            return;
        take_checks(a, q, k, set.idx, set.n);
    }
    begin(a, q, k);
}

void availability_list(struct api *a, struct api_request *q)
{
    if (!api_not_ready(a, q) && !gone_by_name(a, q, list))
        list(a, q, NULL, 0);
}

/* ---- what the answers look like ---- */

static const char *const downtime_words[] = {"counted", "excluded", NULL}, *const soft_words[] = {
                                                                               "counted", "ignored", NULL};
static const struct shape_field condition_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"period", SHAPE_TEXT, SHAPE_NULL, "the time period; null: always"},
    {"downtimes", SHAPE_WORD, 0, NULL, .words = downtime_words},
    {"soft", SHAPE_WORD, 0, NULL, .words = soft_words},
    {NULL},
};
const struct shape availability_conditions_shape = {"AvailabilityConditions", condition_fields};
static const struct shape_field identity_fields[] = {
    {"id", SHAPE_ID, 0, NULL},
    {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},
    {"availability", SHAPE_NUMBER, SHAPE_NULL, "in percent; null: there is nothing to say",
     .like = "99.9312"},
    {NULL},
};
static const struct shape worst_shape = {"AvailabilityWorst", identity_fields};
static const struct shape_field figure_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &worst_shape},
    {"good_s", SHAPE_INT, 0, NULL},
    {"bad_s", SHAPE_INT, 0, NULL},
    {"outages", SHAPE_INT, 0, NULL},
    {"mtbf_s", SHAPE_INT, SHAPE_NULL, "good seconds an outage"},
    {"mttr_s", SHAPE_INT, SHAPE_NULL, "bad seconds an outage"},
    {"seconds", SHAPE_INT, SHAPE_NAMES, "by state"},
    {"in_downtime", SHAPE_INT, SHAPE_NAMES, "seconds, by state"},
    {"outside_period_s", SHAPE_INT, 0, NULL},
    {NULL},
};
static const struct shape figures_shape = {"AvailabilityFigures", figure_fields};
static const struct shape_field one_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &availability_conditions_shape},
    {"", SHAPE_INSIDE, 0, NULL, .of = &figures_shape},
    {NULL}};
const struct shape availability_one_shape = {"Availability", one_fields};
static const struct shape_field summary_fields[] = {
    {"resources", SHAPE_INT, 0, NULL},
    {"with_basis", SHAPE_INT, 0, "of how many there is something to say"},
    {"mean", SHAPE_NUMBER, SHAPE_NULL, NULL},
    {"worst", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &worst_shape},
    {NULL},
};
static const struct shape summary_shape = {"AvailabilitySummary", summary_fields};
static const struct shape_field list_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &availability_conditions_shape},
    {"resources", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &figures_shape},
    {"summary", SHAPE_OBJECT, SHAPE_NULL, "of all that was asked for; null on later pages",
     .of = &summary_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape availability_list_shape = {"Availabilities", list_fields};
