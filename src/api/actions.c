/* SPDX-License-Identifier: Apache-2.0 */
#include "api/actions.h"

#include "api/api_reply.h"
#include "api/guard.h"
#include "api/impact.h"
#include "api/jobs.h"
#include "api/list.h"
#include "api/names.h"
#include "api/shape.h"
#include "base/limits.h"
#include "wire/http_text.h"

#include <string.h>

enum { FIELD_ACTION, FIELD_RESOURCES, FIELD_FILTER, FIELD_JOB, FIELD_EXPECTED, FIELD_PREVIEW, FIELDS };
#define CHOICE                                                                                               \
    {"resources", BODY_IDS, false, 1, ACTIONS_NAMED, NULL, "the ids of hosts and services"},                 \
        {"filter",                                                                                           \
         BODY_MAP,                                                                                           \
         false,                                                                                              \
         0,                                                                                                  \
         32,                                                                                                 \
         NULL,                                                                                               \
         "all hosts and services that the list shows with these parameters, at this moment"},                \
    {                                                                                                        \
        "job", BODY_LINE, false, 1, 64, NULL, "those that a job was done to"                                 \
    }
const struct body_field actions_body[] = {
    {"action", BODY_WORD, true, 0, 0, action_words,
     "what is done; its own members stand beside, as at its own address"},
    CHOICE,
    {"expected", BODY_INT, false, 0, LIMIT_CHECKS, NULL,
     "how many they were when they were looked at: if they are not so many now, nothing is done (409)"},
    {"preview", BODY_BOOL, false, 0, 0, NULL, "only say how many they are"},
    {NULL},
};

/* Which checks are meant, and of these, to what it is done. */
struct chosen {
    bool *in; /* by index */
    VEC(struct job_item) items;
    uint32_t hosts, services, skipped; /* skipped: there is nothing to do for them */
    uint32_t unknown;                  /* ids of none */
};

static void release(struct chosen *c)
{
    mem_free(c->in);
    VEC_RELEASE(&c->items);
}

/* ---- which ---- */

static void choose_named(struct api *a, const struct sight *sight, const struct body_value *v,
                         struct chosen *c)
{
    for (size_t i = 0; i < v->n_list; i++) {
        uint32_t idx = names_find_seen(a, sight, v->list[i]);

        if (idx == MODEL_NONE)
            c->unknown++;
        else
            c->in[idx] = true;
    }
}

static bool is_of_choice(struct str name)
{
    static const char *const page[] = {"sort", "order", "limit", "cursor"};

    for (size_t i = 0; i < ARRAY_LEN(page); i++) {
        if (str_eq_c(name, page[i]))
            return false;
    }
    for (size_t i = 0; list_query[i]; i++) {
        if (str_eq_c(name, list_query[i]))
            return true;
    }
    return false;
}

/* The list reads its parameters from the query: there they are put. */
static bool filter_query(struct api *a, struct api_request *q, const struct body_value *v)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i + 1 < v->n_list; i += 2) {
        if (!is_of_choice(v->list[i])) {
            api_fail(a, q, 422, arena_dup(&q->arena, str_sub(v->list[i], 0, 64)), PROBLEM_NO_PARAMETER);
            buf_release(&b);
            return false;
        }
        buf_add_c(&b, i ? "&" : "");
        buf_add_str(&b, v->list[i]);
        buf_add_char(&b, '=');
        http_text_escape(v->list[i + 1], &b);
    }
    q->query = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
    return true;
}

static bool choose_listed(struct api *a, struct api_request *q, const struct body_value *v, struct chosen *c)
{
    struct list_view view;

    if (!filter_query(a, q, v) || !list_parse(a, q, &view))
        return false;
    for (uint32_t i = 0; i < a->model.n_check; i++)
        c->in[i] = list_matches(a, &view, i);
    return true;
}

static bool choose_of_job(struct api *a, struct api_request *q, struct str id, struct chosen *c)
{
    size_t n = 0;
    const struct job_item *items = jobs_items(a, q, id, &n);
    struct buf b = BUF_INIT;

    for (size_t i = 0; items && i < n; i++) {
        uint32_t idx;

        buf_clear(&b);
        buf_add_u64(&b, items[i].oid);
        idx = names_find_seen(a, q->sight, buf_str(&b));
        if (idx != MODEL_NONE && !items[i].failed)
            c->in[idx] = true;
    }
    buf_release(&b);
    return items != NULL;
}

/* v: the three ways to say which, in the order of the table. */
static bool choose(struct api *a, struct api_request *q, const struct body_value *v, struct chosen *c)
{
    if (v[0].there + v[1].there + v[2].there != 1) {
        api_fail(a, q, 422, "resources", PROBLEM_CHOOSE_ONE);
        return false;
    }
    c->in = mem_calloc((size_t)a->model.n_check + 1, sizeof(*c->in));
    if (v[1].there)
        return choose_listed(a, q, &v[1], c);
    if (v[2].there)
        return choose_of_job(a, q, v[2].text, c);
    choose_named(a, q->sight, &v[0], c);
    return true;
}

/* ---- to what ---- */

/* Of a host with its services, as far as they are in sight. */
static void add_services(const struct api *a, const struct sight *sight, struct chosen *c)
{
    for (uint32_t h = a->model.n_hosts; h-- > 0;) {
        const struct model_check *host = model_check(&a->model, h);

        for (uint32_t i = 0; c->in[h] && i < host->n_services; i++)
            c->in[host->first_service + i] = sight_sees(sight, host->first_service + i);
    }
}

static void add(struct api *a, struct chosen *c, uint32_t idx, uint64_t entry)
{
    *VEC_ADD(&c->items) = (struct job_item){.oid = names_oid(a, idx), .entry = entry};
}

static void count(const struct api *a, const struct action *x, struct chosen *c)
{
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        if (c->in[i] && x->fits && !x->fits(a, i)) {
            c->in[i] = false;
            c->skipped++;
        }
        if (c->in[i])
            ++*(i < a->model.n_hosts ? &c->hosts : &c->services);
    }
}

/* The fields of those two actions. */
struct wanted {
    const struct body_value *comment, *start, *mine;
    struct str who;
};

static bool is_wanted(const struct wanted *w, const struct board_note *n, int64_t start)
{
    if (w->mine->there && w->mine->number && !str_eq(n->author, w->who))
        return false;
    if (w->comment->there && !str_eq(n->text, w->comment->text))
        return false;
    return !w->start || !w->start->there ||
           time_wall_s((struct wall){w->start->number}) == time_wall_s((struct wall){start});
}

static void add_downtimes(struct api *a, const struct wanted *w, struct chosen *c)
{
    struct buf text = BUF_INIT;
    struct board_downtime d;
    struct board_note n;

    for (uint32_t i = 0; i < board_downtimes_high(&a->board); i++) {
        if (board_read_downtime(&a->board, i, &d, &n, &text) && d.idx < a->model.n_check && c->in[d.idx] &&
            is_wanted(w, &n, d.start))
            add(a, c, d.idx, d.id);
    }
    buf_release(&text);
}

static void add_comments(struct api *a, const struct wanted *w, struct chosen *c)
{
    struct buf text = BUF_INIT;
    struct board_comment k;
    struct board_note n;

    for (uint32_t i = 0; i < board_comments_high(&a->board); i++) {
        if (board_read_comment(&a->board, i, &k, &n, &text) && k.idx < a->model.n_check && c->in[k.idx] &&
            k.entry_type == BOARD_COMMENT_USER && is_wanted(w, &n, 0))
            add(a, c, k.idx, k.id);
    }
    buf_release(&text);
}

static void collect(struct api *a, const struct api_request *q, const struct action *x,
                    const struct body_value *own, struct chosen *c)
{
    struct str who = str_of(q->who.name);

    if (action_with_services(x, own))
        add_services(a, q->sight, c);
    count(a, x, c);
    for (uint32_t i = 0; x->of == ACTION_CHECKS && i < a->model.n_check; i++) {
        if (c->in[i])
            add(a, c, i, 0);
    }
    if (x->of == ACTION_DOWNTIMES)
        add_downtimes(a, &(struct wanted){&own[0], &own[1], &own[2], who}, c);
    if (x->of == ACTION_COMMENTS)
        add_comments(a, &(struct wanted){&own[0], NULL, &own[1], who}, c);
}

/* ---- doing it ---- */

static void preview(struct api *a, struct api_request *q, const struct action *x, const struct chosen *c)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "action", x->word);
    json_key_u64(&j, "total", c->items.n);
    json_key_u64(&j, "hosts", c->hosts);
    json_key_u64(&j, "services", c->services);
    json_key_u64(&j, "skipped", c->skipped);
    json_key_u64(&j, "unknown", c->unknown);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static bool is_as_expected(struct api *a, struct api_request *q, const struct body_value *v, size_t n)
{
    struct buf now = BUF_INIT, then = BUF_INIT;
    bool same = !v->there || (size_t)v->number == n;

    buf_add_u64(&now, n);
    buf_add_i64(&then, v->number);
    if (!same)
        api_fail_with(a, q, 409, "expected", PROBLEM_NOT_AS_EXPECTED, buf_str(&now), buf_str(&then));
    buf_release(&now);
    buf_release(&then);
    return same;
}

static void begin(struct api *a, struct api_request *q, const struct action *x, const struct body_value *own,
                  struct chosen *c)
{
    size_t n = c->items.n;
    struct job *j = jobs_begin(a, q, x, own, c->items.at, n);

    c->items.at = NULL;
    c->items.n = c->items.cap = 0;
    if (!j)
        return;
    if (n <= ACTIONS_AT_ONCE)
        jobs_wait(a, q, j);
    else
        jobs_accept(a, q, j);
}

static void run(struct api *a, struct api_request *q, const struct action *x, const struct body_value *v,
                const struct body_value *own)
{
    struct chosen c = {.in = NULL};

    if (choose(a, q, &v[FIELD_RESOURCES], &c)) {
        uint32_t matched = 0;

        for (uint32_t i = 0; i < a->model.n_check; i++)
            matched += c.in[i];
        if (action_with_children(x, own) && impact_reaches_unseen(a, q->sight, c.in)) {
            api_fail_right(a, q, PROBLEM_NEEDS_RIGHT_HERE, x->right);
        } else if (is_as_expected(a, q, &v[FIELD_EXPECTED], matched)) {
            collect(a, q, x, own, &c);
            if (v[FIELD_PREVIEW].there && v[FIELD_PREVIEW].number)
                preview(a, q, x, &c);
            else
                begin(a, q, x, own, &c);
        }
    }
    release(&c);
}

/* The word decides which other members there may be. */
static const struct action *action_of_body(const struct json_value *root)
{
    struct str word = json_read_text(json_read_member(root, "action"));

    for (size_t i = 0; json_read_type(root) == JSON_IS_OBJECT && action_words[i]; i++) {
        if (str_eq_c(word, action_words[i]))
            return action_at(i);
    }
    return NULL;
}

/* The right that the action takes, and the hosts and services for which it is had: what the list shows may be more. */
static bool may(struct api *a, struct api_request *q, const struct action *x)
{
    struct guard_verdict v = guard_right(q, x->right);

    q->sight = who_sight(&q->who, right_bit(x->right), a->sights);
    if (v.right != RIGHT_NOBODY)
        api_fail_right(a, q, v.problem, v.right);
    else if (v.status)
        api_fail(a, q, v.status, v.field, v.problem);
    return !v.status;
}

void actions_post(struct api *a, struct api_request *q)
{
    struct body_value v[FIELDS], own[BODY_FIELDS_MAX];
    struct json_value *root;
    const struct action *x;
    struct body_wrong wrong;
    enum problem p = PROBLEM_NONE;
    const char *field = NULL;

    if (api_not_ready(a, q))
        return;
    root = body_parse(a, q);
    if (!root)
        return;
    x = action_of_body(root);
    if (!body_take(q, root, actions_body, v, x ? x->fields : NULL, own, &wrong))
        api_fail_with(a, q, 422, wrong.field, wrong.problem, wrong.arg[0], wrong.arg[1]);
    json_read_free(root);
    if (q->answered || !may(a, q, x))
        return;
    if (x->check)
        p = x->check(a, own, &field);
    if (p)
        api_fail(a, q, 422, field, p);
    else if (action_sees_trigger(a, q, x, own))
        run(a, q, x, v, own);
}

const struct body_field actions_body_preview[] = {
    CHOICE,
    {"start", BODY_TIME, true, 0, 0, NULL, "when it would begin"},
    {"end", BODY_TIME, true, 0, 0, NULL, "when it would end"},
    {"fixed", BODY_BOOL, false, 0, 0, NULL, "as of a downtime"},
    {"duration_s", BODY_INT, false, 1, 366 * 86400, NULL, "as of a downtime"},
    {"comment", BODY_LINE, false, 0, 4096, NULL, "not needed yet"},
    {"triggered_by", BODY_INT, false, 1, INT64_MAX, NULL, "as of a downtime"},
    {"services", BODY_BOOL, false, 0, 0, NULL, "of a host: its services get one each, too"},
    {"children", BODY_WORD, false, 0, 0, action_children, "of a host: the hosts behind it get one each"},
    {NULL},
};

void actions_preview(struct api *a, struct api_request *q)
{
    const struct action *x = action_named("downtime");
    struct body_value v[BODY_FIELDS_MAX];
    const struct body_value *own = v + 3; /* behind the choice they are those of a downtime */
    struct chosen c = {.in = NULL};
    const char *field = NULL;
    struct buf out = BUF_INIT;
    enum problem p;
    struct json j;

    if (api_not_ready(a, q) || !body_read(a, q, v))
        return;
    p = x->check(a, own, &field);
    if (p)
        api_fail(a, q, 422, field, p);
    else if (choose(a, q, v, &c)) {
        if (action_with_services(x, own))
            add_services(a, q->sight, &c);
        json_init(&j, &out);
        json_map(&j);
        impact_write(&j, a, q, c.in, own);
        json_key_u64(&j, "unknown", c.unknown);
        json_map_end(&j);
        api_reply_json(a, q, 200, &out);
    }
    buf_release(&out);
    release(&c);
}

void actions_one(struct api *a, struct api_request *q, const struct action_on *on)
{
    struct chosen c = {.in = mem_calloc((size_t)a->model.n_check + 1, sizeof(bool))};

    c.in[on->idx] = true;
    if (action_with_children(on->action, on->v) && impact_reaches_unseen(a, q->sight, c.in)) {
        api_fail_right(a, q, PROBLEM_NEEDS_RIGHT_HERE, on->action->right);
        release(&c);
        return;
    }
    collect(a, q, on->action, on->v, &c);
    begin(a, q, on->action, on->v, &c);
    release(&c);
}

static const struct shape_field preview_fields[] = {
    {"action", SHAPE_TEXT, 0, NULL},
    {"total", SHAPE_INT, 0, "to so many it would be done"},
    {"hosts", SHAPE_INT, 0, NULL},
    {"services", SHAPE_INT, 0, NULL},
    {"skipped", SHAPE_INT, 0, "there is nothing to do for them"},
    {"unknown", SHAPE_INT, 0, "ids of no host or service"},
    {NULL},
};
static const struct shape preview_shape = {"ActionPreview", preview_fields};
static const struct shape *const job_or_preview[] = {&jobs_shape, &preview_shape, NULL};
const struct shape actions_shape = {"Action", .either = job_or_preview};
