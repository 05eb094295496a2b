/* SPDX-License-Identifier: Apache-2.0 */
#include "api/centreon_act.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/centreon_row.h"
#include "api/order.h"
#include "base/limits.h"
#include "wire/json_read.h"

#include <string.h>

#define RESOURCES_MAX 1000u  /* that are named */
#define TARGETS_MAX   10000u /* with the services of hosts */
#define COMMENT_MAX   4096u

struct act;
typedef bool line_f(struct api *a, struct api_request *q, const struct act *act, uint32_t idx, struct buf *b);

struct act {
    line_f *line;
    uint64_t *id; /* not indexes: the configuration may change on the way */
    size_t n, at, failed;
    struct str comment, why; /* of the first that failed */
    bool sticky, notify, persistent, fixed, forced, with_services, problems_only;
    int64_t start_s, end_s, duration_s;
};

/* ---- one after the other ---- */

static void done(struct api *a, struct api_request *q, const struct act *act)
{
    struct buf b = BUF_INIT;

    if (!act->failed) {
        api_reply_as(a, q, 204, STR("text/plain"), STR(""));
        return;
    }
    buf_printf(&b, "%zu / %zu", act->failed, act->n);
    api_fail_with(a, q, 422, NULL, PROBLEM_SOME_NOT_DONE, buf_str(&b), act->why);
    buf_release(&b);
}

static void note(struct api *a, struct api_request *q, struct act *act, uint64_t id, struct str why)
{
    uint32_t idx = centreon_row_find(a, (int64_t)id);
    struct buf b = BUF_INIT;

    if (act->failed++)
        return;
    if (idx != MODEL_NONE) {
        buf_add_str(&b, model_host_name(&a->model, idx));
        if (idx >= a->model.n_hosts) {
            buf_add_c(&b, ", ");
            buf_add_str(&b, model_description(&a->model, idx));
        }
        buf_add_c(&b, ": ");
    }
    buf_add_str(&b, why);
    act->why = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
}

static void step(struct api *a, struct api_request *q);

static void stepped(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct act *act = q->state;

    if (!x->ok || x->error.n)
        note(a, q, act, act->id[act->at - 1], x->error);
    step(a, q);
}

/* What no command can name, and what is configured no more, is passed over, and told. */
static void step(struct api *a, struct api_request *q)
{
    struct act *act = q->state;

    while (act->at < act->n && q->stale) /* what it was begun with is no more */
        note(a, q, act, act->id[act->at++], STR("what you may do has changed meanwhile"));
    while (act->at < act->n) {
        uint64_t id = act->id[act->at++];
        uint32_t idx = centreon_row_find(a, (int64_t)id);
        struct buf b = BUF_INIT;
        bool good = idx != MODEL_NONE && act->line(a, q, act, idx, &b) && b.len <= LIMIT_EXT_COMMAND;

        if (good) {
            q->due = (struct mono){a->ports->mono(a->user).us + API_DUE_US};
            api_ask_engine(a, q, buf_str(&b), stepped);
        } else {
            note(a, q, act, id,
                 idx == MODEL_NONE ? STR("it is configured no more")
                                   : STR("its name or the comment does not fit into a command"));
        }
        buf_release(&b);
        if (good)
            return;
    }
    done(a, q, act);
}

/* ---- what is named ---- */

static bool add_target(struct api *a, struct api_request *q, struct act *act, uint32_t idx)
{
    if (act->problems_only && !row_brief(a, idx).problem)
        return true;
    if (act->n == TARGETS_MAX) {
        api_fail(a, q, 400, "resources", PROBLEM_CENTREON_RESOURCES);
        return false;
    }
    act->id[act->n++] = centreon_row_id(a, idx);
    return true;
}

/* {"type":"service","id":7,"parent":{"id":3}}; of a host the parent is null, or itself. MODEL_NONE: it is not there. */
static uint32_t named(struct api *a, const struct sight *sight, const struct json_value *v)
{
    struct str type = json_read_text(json_read_member(v, "type"));
    const struct json_value *parent = json_read_member(json_read_member(v, "parent"), "id");
    uint32_t idx = centreon_row_find(a, json_read_int(json_read_member(v, "id")));
    bool host = str_eq_c(type, "host"), service = str_eq_c(type, "service");

    if (idx == MODEL_NONE || !sight_sees(sight, idx) || (!host && !service) ||
        host != (idx < a->model.n_hosts))
        return MODEL_NONE;
    if (json_read_type(parent) == JSON_IS_INT && service &&
        centreon_row_find(a, json_read_int(parent)) != model_check(&a->model, idx)->host)
        return MODEL_NONE;
    return idx;
}

static bool add_named(struct api *a, struct api_request *q, struct act *act, const struct json_value *v)
{
    uint32_t idx = named(a, q->sight, v);
    const struct model_check *c;
    bool problems = act->problems_only;

    if (idx == MODEL_NONE) {
        api_fail(a, q, 404, "resources", PROBLEM_NO_CHECK);
        return false;
    }
    act->problems_only = false; /* what is named itself is tried, and what the engine says is told */
    if (!add_target(a, q, act, idx))
        return false;
    act->problems_only = problems;
    c = model_check(&a->model, idx);
    for (uint32_t i = 0; act->with_services && idx < a->model.n_hosts && i < c->n_services; i++) {
        if (sight_sees(q->sight, c->first_service + i) && !add_target(a, q, act, c->first_service + i))
            return false;
    }
    return true;
}

static bool add_resources(struct api *a, struct api_request *q, struct act *act,
                          const struct json_value *list)
{
    size_t n = json_read_length(list);

    if (!n || n > RESOURCES_MAX) {
        api_fail(a, q, 400, "resources", PROBLEM_CENTREON_RESOURCES);
        return false;
    }
    act->id = arena_alloc(&q->arena, TARGETS_MAX * sizeof(*act->id));
    for (size_t i = 0; i < n; i++) {
        if (!add_named(a, q, act, json_read_element(list, i)))
            return false;
    }
    return true;
}

/* ---- bodies ---- */

static bool is(const struct json_value *from, const char *key, bool def)
{
    const struct json_value *v = json_read_member(from, key);

    return json_read_type(v) == JSON_IS_BOOL ? json_read_is(v) : def;
}

typedef bool take_f(struct api *a, struct api_request *q, struct act *act, const struct json_value *from);

/* Reads the body, has its part `member` taken, and does it to the resources. */
static void act_on(struct api *a, struct api_request *q, const char *member, take_f *take, line_f *line)
{
    struct str rest = q->body;
    struct err err = ERR_INIT;
    struct json_value *root;
    struct act *act = arena_alloc(&q->arena, sizeof(*act));

    if (api_not_ready(a, q))
        return;
    root = json_read(&rest, &err);
    if (!root || rest.n) {
        api_fail_with(a, q, 400, NULL, root ? PROBLEM_BODY_MORE : PROBLEM_BODY_SYNTAX, str_of(err.text),
                      STR_NULL);
        json_read_free(root);
        return;
    }
    act->line = line;
    q->state = act;
    if (take(a, q, act, json_read_member(root, member)) &&
        add_resources(a, q, act, json_read_member(root, "resources")))
        step(a, q);
    json_read_free(root);
}

static bool take_comment(struct api *a, struct api_request *q, struct act *act, const struct json_value *from)
{
    struct str s = json_read_text(json_read_member(from, "comment"));

    if (!s.n || s.n > COMMENT_MAX) {
        api_fail(a, q, 400, "comment", PROBLEM_CENTREON_COMMENT);
        return false;
    }
    act->comment = arena_str(&q->arena, s);
    return true;
}

static bool take_acknowledgement(struct api *a, struct api_request *q, struct act *act,
                                 const struct json_value *from)
{
    act->with_services = is(from, "with_services", false);
    act->problems_only = true;
    act->sticky = is(from, "is_sticky", true);
    act->notify = is(from, "is_notify_contacts", false);
    act->persistent = is(from, "is_persistent_comment", true);
    return take_comment(a, q, act, from);
}

static bool line_acknowledge(struct api *a, struct api_request *q, const struct act *act, uint32_t idx,
                             struct buf *b)
{
    if (!order_begin(a, b, time_wall_s(api_wall(a)), idx, "ACKNOWLEDGE_HOST_PROBLEM",
                     "ACKNOWLEDGE_SVC_PROBLEM"))
        return false;
    order_number(b, act->sticky ? 2 : 1);
    order_number(b, act->notify);
    order_number(b, act->persistent);
    order_text(b, str_of(q->who.name));
    order_last(b, act->comment);
    return true;
}

void centreon_act_acknowledge(struct api *a, struct api_request *q)
{
    act_on(a, q, "acknowledgement", take_acknowledgement, line_acknowledge);
}

/* Its clients write the zone without a colon ("+0000"), as RFC 3339 does not. */
static bool take_time(struct api *a, struct api_request *q, const struct json_value *from, const char *key,
                      int64_t *out)
{
    struct str s = json_read_text(json_read_member(from, key));
    struct buf b = BUF_INIT;
    struct wall t;
    bool good;

    buf_add_str(&b, str_sub(s, 0, 64));
    if (s.n > 5 && s.n < 64 && (s.p[s.n - 5] == '+' || s.p[s.n - 5] == '-') && s.p[s.n - 3] != ':') {
        buf_truncate(&b, s.n - 2);
        buf_add_char(&b, ':');
        buf_add(&b, s.p + s.n - 2, 2);
    }
    good = time_parse_rfc3339(buf_str(&b), &t);
    buf_release(&b);
    if (!good)
        api_fail_with(a, q, 400, key, PROBLEM_MEMBER_TIME, str_of(key), STR_NULL);
    else
        *out = time_wall_s(t);
    return good;
}

static bool take_downtime(struct api *a, struct api_request *q, struct act *act,
                          const struct json_value *from)
{
    const struct json_value *lasts = json_read_member(from, "duration");

    act->with_services = is(from, "with_services", false);
    act->fixed = is(from, "is_fixed", true);
    if (!take_comment(a, q, act, from) || !take_time(a, q, from, "start_time", &act->start_s) ||
        !take_time(a, q, from, "end_time", &act->end_s))
        return false;
    act->duration_s = json_read_type(lasts) == JSON_IS_INT && !act->fixed ? json_read_int(lasts)
                                                                          : act->end_s - act->start_s;
    if (act->end_s <= act->start_s)
        api_fail(a, q, 400, "end_time", PROBLEM_END_BEFORE_START);
    else if (act->end_s <= time_wall_s(api_wall(a)))
        api_fail(a, q, 400, "end_time", PROBLEM_END_OVER);
    else if (act->duration_s <= 0 || act->duration_s > 366 * 86400)
        api_fail_with(a, q, 400, "duration", PROBLEM_MEMBER_RANGE, STR("duration"), STR_NULL);
    return !q->answered;
}

static bool line_downtime(struct api *a, struct api_request *q, const struct act *act, uint32_t idx,
                          struct buf *b)
{
    if (!order_begin(a, b, time_wall_s(api_wall(a)), idx, "SCHEDULE_HOST_DOWNTIME", "SCHEDULE_SVC_DOWNTIME"))
        return false;
    order_number(b, act->start_s);
    order_number(b, act->end_s);
    order_number(b, act->fixed);
    order_number(b, 0); /* triggered by none */
    order_number(b, act->duration_s);
    order_text(b, str_of(q->who.name));
    order_last(b, act->comment);
    return true;
}

void centreon_act_downtime(struct api *a, struct api_request *q)
{
    act_on(a, q, "downtime", take_downtime, line_downtime);
}

/* Before 24.04 there is no such part, and a check is forced. */
static bool take_check(struct api *a UNUSED, struct api_request *q UNUSED, struct act *act,
                       const struct json_value *from)
{
    act->forced = is(from, "is_forced", true);
    return true;
}

static bool line_check(struct api *a, struct api_request *q UNUSED, const struct act *act, uint32_t idx,
                       struct buf *b)
{
    int64_t now = time_wall_s(api_wall(a));

    if (!order_begin(a, b, now, idx, act->forced ? "SCHEDULE_FORCED_HOST_CHECK" : "SCHEDULE_HOST_CHECK",
                     act->forced ? "SCHEDULE_FORCED_SVC_CHECK" : "SCHEDULE_SVC_CHECK"))
        return false;
    order_number(b, now);
    return true;
}

void centreon_act_check(struct api *a, struct api_request *q)
{
    act_on(a, q, "check", take_check, line_check);
}
