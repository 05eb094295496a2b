/* SPDX-License-Identifier: Apache-2.0 */
/* What each time period says is asked once, though many hosts and services may have it. */
#include "api/recurring.h"

#include "api/api_reply.h"
#include "api/choose.h"
#include "api/names.h"
#include "api/problem.h"
#include "core/when.h"

#define DEFAULT_US  (28 * TIME_DAY)
#define LONGEST_US  (2 * 366 * TIME_DAY)
#define OCCURRENCES 200u /* of one period */
#define LIMIT       100u
#define LIMIT_MOST  500u

const char *const recurring_query[] = {"from", "to", "host", "service", "limit", "cursor", NULL};

struct ask {
    struct wall from, to;
    struct str host, service;
    uint64_t limit, offset;
    struct when when;
};

static bool read_number(struct api *a, struct api_request *q, struct ask *k)
{
    struct str limit = api_query(q, "limit"), cursor = api_query(q, "cursor");

    k->limit = LIMIT;
    if (limit.p && (!str_to_u64(limit, &k->limit) || k->limit < 1 || k->limit > LIMIT_MOST)) {
        api_fail_with(a, q, 400, "limit", PROBLEM_PARAMETER_NUMBER, STR("limit"), STR("500"));
        return false;
    }
    if (cursor.p && (cursor.n < 2 || cursor.p[0] != 'o' ||
                     !str_to_u64(str_sub(cursor, 1, cursor.n), &k->offset) || k->offset > UINT32_MAX)) {
        api_fail(a, q, 400, "cursor", PROBLEM_PARAMETER_CURSOR);
        return false;
    }
    return true;
}

static bool read_time(struct api *a, struct api_request *q, struct ask *k)
{
    if (!choose_moment(a, q, "from", api_wall(a), &k->from) ||
        !choose_moment(a, q, "to", (struct wall){k->from.us + DEFAULT_US}, &k->to))
        return false;
    if (k->from.us < k->to.us && k->to.us - k->from.us <= LONGEST_US)
        return true;
    api_fail(a, q, 400, "from", PROBLEM_INTERVAL);
    return false;
}

static bool is_wished(const struct api *a, const struct api_request *q, const struct ask *k, uint32_t idx)
{
    const struct model *m = &a->model;

    return model_check(m, idx)->downtime_period < m->globals->n_periods && sight_sees(q->sight, idx) &&
           (!k->host.p || str_eq(k->host, model_host_name(m, idx))) &&
           (!k->service.p || str_eq(k->service, model_description(m, idx)));
}

static void write_one(struct json *j, struct wall start, struct wall end)
{
    json_map(j);
    json_key_time(j, "start", start);
    json_key_time(j, "end", (struct wall){end.us == INT64_MAX ? 0 : end.us}); /* 0: null */
    json_map_end(j);
}

/* Those that touch the time that was asked for; one that is under way begins with it. */
static void write_times(struct json *j, const struct ask *k, uint32_t period)
{
    struct wall t = when_contains(&k->when, period, k->from) ? k->from : when_next(&k->when, period, k->from);
    unsigned n = 0;

    json_key(j, "occurrences");
    json_list(j);
    while (t.us < k->to.us && n < OCCURRENCES) {
        struct wall end = when_end(&k->when, period, t);

        write_one(j, t, end);
        n++;
        if (end.us == INT64_MAX)
            break;
        t = when_next(&k->when, period, end);
    }
    json_list_end(j);
    json_key_bool(j, "more", n == OCCURRENCES);
}

static void write_row(struct json *j, const struct api *a, const struct ask *k, uint32_t idx)
{
    uint32_t period = model_check(&a->model, idx)->downtime_period;
    const struct model_period *p = model_period(&a->model, period);
    struct buf id = BUF_INIT;

    names_id(a, idx, 0, &id);
    json_map(j);
    json_key_str(j, "resource", buf_str(&id));
    json_key_str(j, "host", model_host_name(&a->model, idx));
    json_key_str(j, "service", model_description(&a->model, idx));
    json_key_str(j, "period", model_str(&a->model, p->name));
    json_key_str(j, "alias", model_str(&a->model, p->alias));
    write_times(j, k, period);
    json_map_end(j);
    buf_release(&id);
}

static void write_rows(struct json *j, struct api *a, const struct api_request *q, const struct ask *k)
{
    uint32_t matched = 0, n = 0;
    struct buf next = BUF_INIT;

    json_key(j, "recurring");
    json_list(j);
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        uint32_t idx = names_at(a->names, i);

        if (!is_wished(a, q, k, idx) || matched++ < k->offset || n == k->limit)
            continue;
        n++;
        write_row(j, a, k, idx);
    }
    json_list_end(j);
    json_key_u64(j, "matched", matched);
    json_key(j, "next");
    buf_printf(&next, "o%llu", (unsigned long long)(k->offset + n));
    if (n && k->offset + n < matched)
        json_str(j, buf_str(&next));
    else
        json_none(j);
    buf_release(&next);
}

void recurring_list(struct api *a, struct api_request *q)
{
    struct ask k = {.host = api_query(q, "host"), .service = api_query(q, "service")};
    struct buf out = BUF_INIT;
    struct json j;

    if (api_not_ready(a, q) || !read_number(a, q, &k) || !read_time(a, q, &k))
        return;
    when_init(&k.when, &a->model);
    json_init(&j, &out);
    json_map(&j);
    json_key_time(&j, "from", k.from);
    json_key_time(&j, "to", k.to);
    write_rows(&j, a, q, &k);
    json_map_end(&j);
    when_release(&k.when);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answers look like ---- */

static const struct shape_field time_fields[] = {
    {"start", SHAPE_TIME, 0, NULL},
    {"end", SHAPE_TIME, SHAPE_NULL, "null: none within two years"},
    {NULL},
};
static const struct shape time_shape = {"Occurrence", time_fields};
static const struct shape_field one_fields[] = {
    {"resource", SHAPE_TEXT, 0, "the id of the host or service"},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, 0, "empty: it is of the host"},
    {"period", SHAPE_TEXT, 0, "the name of the time period"},
    {"alias", SHAPE_TEXT, 0, "what else it is called"},
    {"occurrences", SHAPE_OBJECT, SHAPE_LIST, "rising; one that is under way at `from` begins with it",
     .of = &time_shape},
    {"more", SHAPE_BOOL, 0, "there are more than these, the first 200"},
    {NULL},
};
static const struct shape one_shape = {"Recurring", one_fields};
static const struct shape_field list_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"recurring", SHAPE_OBJECT, SHAPE_LIST, "in the order of names", .of = &one_shape},
    {"matched", SHAPE_INT, 0, NULL},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape recurring_shape = {"RecurringDowntimes", list_fields};
