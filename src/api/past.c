/* SPDX-License-Identifier: Apache-2.0 */
#include "api/past.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/choose.h"
#include "api/gone.h"
#include "api/list.h"
#include "api/names.h"
#include "api/resource.h"
#include "api/row.h"
#include "core/avail.h"
#include "db/past.h"
#include "wire/json_read.h"

#include <stdio.h>

const char *const past_query_list[] = {
    "q",    "filter", "kind", "host",  "service", "state",  "severity_level", "tag", "group", "servicegroup",
    "view", "under",  "sort", "order", "limit",   "cursor", "as_of",          NULL};
const char *const past_query_one[] = {"as_of", NULL};

_Static_assert((int)ROW_STATES == (int)PAST_STATES && (int)ROW_DOWN == (int)PAST_DOWN &&
                   (int)ROW_PENDING == (int)PAST_PENDING && (int)ROW_WARNING == (int)PAST_WARNING,
               "masks of states travel as numbers");

struct then {
    struct wall at;
    uint32_t idx; /* of one */
    uint32_t limit, offset;
    struct str id;
    const struct gone *gone; /* it is configured no more */
};

/* A moment that lies ahead is now. */
static bool read_moment(struct api *a, struct api_request *q, struct then *t)
{
    struct wall now = api_wall(a);

    if (!choose_moment(a, q, "as_of", now, &t->at))
        return false;
    t->at.us = MIN(t->at.us, now.us);
    return true;
}

static const struct json_value *first_row(struct json_value **part, struct str *text)
{
    *part = text->n ? json_read(text, NULL) : NULL;
    return json_read_element(*part, 0);
}

/* ---- the list ---- */

static void copy_member(struct json *j, const struct json_value *o, const char *key)
{
    struct buf b = BUF_INIT;

    json_read_copy(json_read_member(o, key), &b);
    json_key(j, key);
    json_raw(j, buf_str(&b));
    buf_release(&b);
}

static size_t copy_rows(struct json *j, const struct json_value *list, size_t from)
{
    size_t n = json_read_length(list);

    for (size_t i = from; i < n; i++) {
        struct buf b = BUF_INIT;

        json_read_copy(json_read_element(list, i), &b);
        json_raw(j, buf_str(&b));
        buf_release(&b);
    }
    return n > from ? n - from : 0;
}

static void list_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    static const char *const members[] = {"total", "matched", "counts", "monitored", "known_from"};
    const struct then *t = q->state;
    struct str text = x->json;
    struct json_value *part, *more;
    struct buf out = BUF_INIT, cursor = BUF_INIT;
    const struct json_value *head;
    size_t n;
    struct json j;

    if (api_reader_refused(a, q, x))
        return;
    head = first_row(&part, &text);
    json_init(&j, &out);
    json_map(&j);
    json_key_time(&j, "as_of", t->at);
    for (size_t i = 0; head && i < ARRAY_LEN(members); i++)
        copy_member(&j, head, members[i]);
    json_key(&j, "resources");
    json_list(&j);
    n = copy_rows(&j, part, 1);
    while (text.n && (more = json_read(&text, NULL))) {
        n += copy_rows(&j, more, 0);
        json_read_free(more);
    }
    json_list_end(&j);
    json_key(&j, "next");
    buf_printf(&cursor, "o%zu", t->offset + n);
    if (n && (int64_t)(t->offset + n) < json_read_int(json_read_member(head, "matched")))
        json_str(&j, buf_str(&cursor));
    else
        json_none(&j);
    json_map_end(&j);
    json_read_free(part);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
    buf_release(&cursor);
}

/* Words are all that a search can be of the past. False: answered. */
static bool join_words(struct api *a, struct api_request *q, const struct list_view *v, struct buf *out)
{
    const struct search_term *more;
    char column[16];

    if (find_words(v->find, out, &more))
        return true;
    snprintf(column, sizeof(column), "%u", more->column);
    api_fail_with(a, q, 400, "q", PROBLEM_SEARCH_THEN, str_of(column), more->text);
    return false;
}

static struct str text_of(char *out, size_t size, int64_t n)
{
    snprintf(out, size, "%lld", (long long)n);
    return str_of(out);
}

static void ask_list(struct api *a, struct api_request *q, const struct list_view *v, const struct then *t,
                     struct str words)
{
    static const char *const filters[] = {"all", "problems", "unhandled"}, *const sorts[] = {"severity",
                                                                                             "name", "since"};
    char at[24], states[24], limit[24], offset[24];
    struct str args[] = {api_scope(q),
                         text_of(at, sizeof(at), t->at.us),
                         str_of(filters[v->filter]),
                         api_query(q, "kind"),
                         text_of(states, sizeof(states), v->states),
                         api_query(q, "host"),
                         v->service,
                         words,
                         str_of(sorts[v->sort]),
                         v->descending ? STR("desc") : STR("asc"),
                         text_of(limit, sizeof(limit), v->limit),
                         text_of(offset, sizeof(offset), v->offset)};

    api_ask_reader(a, q, "as_of", args, ARRAY_LEN(args), list_known);
}

bool past_list(struct api *a, struct api_request *q)
{
    struct then *t;
    struct list_view v;
    struct buf words = BUF_INIT;

    if (!api_query(q, "as_of").p)
        return false;
    t = arena_alloc(&q->arena, sizeof(*t));
    if (!read_moment(a, q, t) || !list_parse(a, q, &v))
        return true;
    if (v.view != LIST_AS_ALL || v.under) {
        api_fail(a, q, 400, v.under ? "under" : "view", PROBLEM_VIEW_THEN);
        return true;
    }
    if (v.sort > LIST_BY_SINCE) {
        api_fail(a, q, 400, "sort", PROBLEM_SORT_THEN);
        return true;
    }
    if (v.labels.n_levels || v.labels.tag.p) {
        api_fail(a, q, 400, v.labels.n_levels ? "severity_level" : "tag", PROBLEM_LABELS_THEN);
        return true;
    }
    if (v.groups.in) {
        api_fail(a, q, 400, v.groups.group.p ? "group" : "servicegroup", PROBLEM_GROUPS_THEN);
        return true;
    }
    t->limit = v.limit;
    t->offset = v.offset;
    q->state = t;
    if (join_words(a, q, &v, &words))
        ask_list(a, q, &v, t, buf_str(&words));
    buf_release(&words);
    return true;
}
/* ---- one ---- */

const char *past_state_word(bool host, int64_t state)
{
    return state == AVAIL_GONE ? "not_configured"
                               : row_state_word(row_state_of(host, state < AVAIL_PENDING ? BOARD_CHECKED : 0,
                                                             (unsigned)state & 3));
}

static void one_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    static const char *const members[] = {"hard",     "attempt", "since",       "acknowledged", "in_downtime",
                                          "flapping", "output",  "long_output", "monitored"};
    const struct then *t = q->state;
    const struct model *m = &a->model;
    struct str text = x->json;
    struct buf out = BUF_INIT;
    struct json_value *part;
    const struct json_value *row;
    uint32_t idx;
    struct json j;
    bool host;

    if (api_reader_refused(a, q, x) || api_not_ready(a, q))
        return;
    row = first_row(&part, &text);
    idx = names_find(a, t->id);
    if (!row || (idx == MODEL_NONE && !t->gone)) {
        api_fail(a, q, 404, "as_of", PROBLEM_NOTHING_THEN);
        json_read_free(part);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key_time(&j, "as_of", t->at);
    json_key_str(&j, "id", t->id);
    host = idx != MODEL_NONE ? idx < m->n_hosts : !t->gone->service.n;
    json_key_c(&j, "kind", host ? "host" : "service");
    json_key_str(&j, "host", idx != MODEL_NONE ? model_host_name(m, idx) : t->gone->host);
    if (!host)
        json_key_str(&j, "service", idx != MODEL_NONE ? model_description(m, idx) : t->gone->service);
    if (idx == MODEL_NONE)
        json_key_bool(&j, "gone", true);
    json_key_c(&j, "state", past_state_word(host, json_read_int(json_read_member(row, "state"))));
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        copy_member(&j, row, members[i]);
    json_map_end(&j);
    json_read_free(part);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static void ask_one(struct api *a, struct api_request *q, struct then *t, uint64_t of)
{
    struct buf oid = BUF_INIT;
    struct str args[3] = {api_scope(q)};
    char at[24];

    buf_add_u64(&oid, of);
    t->id = arena_str(&q->arena, buf_str(&oid));
    buf_release(&oid);
    snprintf(at, sizeof(at), "%lld", (long long)t->at.us);
    args[1] = str_of(at);
    args[2] = t->id;
    q->state = t;
    api_ask_reader(a, q, "state_at", args, ARRAY_LEN(args), one_known);
}

static void ask_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n UNUSED)
{
    struct then *t = arena_alloc(&q->arena, sizeof(*t));

    *t = (struct then){.idx = MODEL_NONE, .gone = at};
    if (read_moment(a, q, t))
        ask_one(a, q, t, at[0].oid);
}

bool past_resource(struct api *a, struct api_request *q)
{
    struct then *t;

    if (!api_query(q, "as_of").p)
        return false;
    if (gone_by_id(a, q, ask_gone))
        return true;
    t = arena_alloc(&q->arena, sizeof(*t));
    *t = (struct then){.idx = resource_of(a, q)};
    if (t->idx != MODEL_NONE && read_moment(a, q, t))
        ask_one(a, q, t, names_oid(a, t->idx));
    return true;
}

/* ---- what the answers look like ---- */

#define THEN                                                                                                 \
    {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds}, {"host", SHAPE_TEXT, 0, NULL},                      \
        {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},                                                          \
        {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},                                       \
        {"state", SHAPE_WORD, 0, NULL, .words = past_state_words}, {"hard", SHAPE_BOOL, 0, NULL},            \
        {"attempt", SHAPE_INT, 0, NULL}, {"since", SHAPE_TIME, SHAPE_NULL, NULL},                            \
        {"acknowledged", SHAPE_BOOL, 0, NULL}, {"in_downtime", SHAPE_BOOL, 0, NULL},                         \
        {"flapping", SHAPE_BOOL, 0, NULL},                                                                   \
    {                                                                                                        \
        "output", SHAPE_TEXT, 0, NULL                                                                        \
    }

const char *const past_state_words[] = {"ok",          "up",       "pending", "unknown",        "warning",
                                        "unreachable", "critical", "down",    "not_configured", "no_data",
                                        "unmonitored", NULL};

static const struct shape_field row_fields[] = {
    {"id", SHAPE_ID, 0, NULL}, THEN, {"host_in_downtime", SHAPE_BOOL, 0, NULL}, {NULL}};
static const struct shape then_shape = {"RowThen", row_fields};
static const struct shape_field list_fields[] = {
    {"as_of", SHAPE_TIME, 0, "the moment that was asked for"},
    {"total", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"matched", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"counts", SHAPE_OBJECT, SHAPE_MAYBE, NULL, .of = &list_counts_shape},
    {"monitored", SHAPE_BOOL, SHAPE_MAYBE, "whether Vigie ran then"},
    {"known_from", SHAPE_TIME, SHAPE_MAYBE | SHAPE_NULL, "since when there are records"},
    {"resources", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &then_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape past_list_shape = {"ResourcesThen", list_fields};
static const struct shape_field one_fields[] = {{"as_of", SHAPE_TIME, 0, "the moment that was asked for"},
                                                {"id", SHAPE_ID, 0, NULL},
                                                THEN,
                                                {"long_output", SHAPE_TEXT, 0, NULL},
                                                {"monitored", SHAPE_BOOL, 0, "whether Vigie ran then"},
                                                {NULL}};
const struct shape past_one_shape = {"ResourceThen", one_fields};
