/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, from the history: GET /resources/{id}/events, GET /events and how many there were over time, GET /events/histogram. The reader's rows (db/history.h) get their words here. */
#include "api/event.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/body.h"
#include "api/choose.h"
#include "api/gone.h"
#include "api/names.h"
#include "api/resource.h"
#include "api/row.h"
#include "core/notify.h"
#include "db/past.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

const char *const event_query[] = {"from", "to",   "group", "host",   "service",
                                   "kind", "text", "limit", "cursor", NULL};
const char *const event_query_histogram[] = {"from",    "to",   "buckets", "group", "host",
                                             "service", "kind", "text",    NULL};
const char *const event_query_resource[] = {"limit", "cursor", NULL};

#define TEXT_MOST    256u
#define OIDS_MOST    (200u * 1024) /* what a question can hold */
#define EVENTS_GO_ON 100000u       /* more than a page has */
#define BUCKETS      60u
#define BUCKETS_MOST "500"
#define TURNS_MOST   20u /* questions of one histogram: 2 million events */

struct event_page {
    uint32_t idx; /* MODEL_NONE: of everything */
    struct str limit, cursor;
    uint32_t n_limit;
    const struct gone *gone; /* what is asked for is configured no more */
    size_t n_gone;
    struct counted *counted; /* of a histogram */
};

/* What the questions of a histogram have found so far. */
struct counted {
    struct wall from, to;
    size_t n, turns;
    uint32_t *of; /* by part and kind */
};

static bool digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return s.n > 0 && s.n <= 19;
}

static bool page_read(struct api *a, struct api_request *q, struct event_page *p)
{
    struct str limit = api_query(q, "limit");
    uint64_t n = 20;

    p->cursor = api_query(q, "cursor");
    if (limit.p && (!digits(limit) || !str_to_u64(limit, &n) || n < 1 || n > 200)) {
        api_fail_with(a, q, 400, "limit", PROBLEM_PARAMETER_NUMBER, STR("limit"), STR("200"));
        return false;
    }
    if (p->cursor.p && !digits(p->cursor)) {
        api_fail(a, q, 400, "cursor", PROBLEM_PARAMETER_CURSOR);
        return false;
    }
    p->n_limit = (uint32_t)n;
    p->limit = limit.p ? limit : STR("20");
    if (!p->cursor.p)
        p->cursor = STR("0");
    return true;
}

static void copy_text(struct json *j, const struct json_value *o, const char *key)
{
    struct str s = json_read_text(json_read_member(o, key));

    if (s.n)
        json_key_str(j, key, s);
}

/* Which kinds of events tell a state; in the others the number means nothing. */
static bool tells_state(struct str kind)
{
    return str_eq_c(kind, "alert") || str_eq_c(kind, "notification") || str_eq_c(kind, "current_state") ||
           str_eq_c(kind, "first_result");
}

const char *const event_about_words[NOTIFY_TYPES + 1] = {
    "problem",           "recovery",       "acknowledgement", "flapping_start",     "flapping_stop",
    "flapping_disabled", "downtime_start", "downtime_end",    "downtime_cancelled", "custom"};

const char *event_about(int64_t type)
{
    return type >= 0 && type < NOTIFY_TYPES ? event_about_words[type] : NULL;
}

/* What a notification was about, whether a command was refused, how a downtime or an acknowledgement ended: the number "type" of a record (core/record.h); by how much the clock was set. */
static void write_type(struct json *j, const struct json_value *o, struct str kind)
{
    int64_t type = json_read_int(json_read_member(o, "type"));
    uint64_t ref; /* signed there */

    if ((str_eq_c(kind, "notification") || str_eq_c(kind, "undelivered")) && event_about(type))
        json_key_c(j, "about", event_about(type));
    if (str_eq_c(kind, "command"))
        json_key_bool(j, "refused", type == 1);
    if (str_eq_c(kind, "downtime_end"))
        json_key_bool(j, "cancelled", type == 1);
    if (str_eq_c(kind, "acknowledgement_removed"))
        json_key_bool(j, "expired", type == 1);
    if (str_eq_c(kind, "clock_step") && str_to_u64(json_read_text(json_read_member(o, "ref")), &ref))
        json_key_i64(j, "step_s", (int64_t)ref / TIME_S);
}

/* A state has its words only with the kind of its object: an object that nobody knows any more shows none. */
static void write_event(struct api *a, struct json *j, const struct json_value *o, uint32_t idx)
{
    struct str oid = json_read_text(json_read_member(o, "oid")), host, service;
    bool all = idx == MODEL_NONE;
    const struct model *m = &a->model;

    if (all && oid.n)
        idx = names_find(a, oid);
    host = idx == MODEL_NONE ? json_read_text(json_read_member(o, "host")) : model_host_name(m, idx);
    service = idx == MODEL_NONE ? json_read_text(json_read_member(o, "service")) : model_description(m, idx);
    json_map(j);
    json_key_str(j, "id", json_read_text(json_read_member(o, "id")));
    json_key_str(j, "time", json_read_text(json_read_member(o, "time")));
    json_key_str(j, "kind", json_read_text(json_read_member(o, "kind")));
    if (host.n && tells_state(json_read_text(json_read_member(o, "kind")))) {
        json_key_c(j, "state",
                   row_state_word(row_state_of(!service.n, BOARD_CHECKED,
                                               (unsigned)json_read_int(json_read_member(o, "state")) & 3)));
        json_key_bool(j, "hard", json_read_is(json_read_member(o, "hard")));
        json_key_i64(j, "attempt", json_read_int(json_read_member(o, "attempt")));
    }
    write_type(j, o, json_read_text(json_read_member(o, "kind")));
    copy_text(j, o, "text");
    copy_text(j, o, "long_text");
    copy_text(j, o, "contact");
    copy_text(j, o, "author");
    copy_text(j, o, "command");
    if (all && host.n) {
        json_key_str(j, "resource", oid);
        json_key_str(j, "host", host);
        json_key_str(j, "service", service);
        if (idx == MODEL_NONE)
            json_key_bool(j, "gone", true);
    }
    json_map_end(j);
}

/* The answer comes as arrays behind each other. Returns the number of rows; last: the id of the last one. */
static size_t write_rows(struct api *a, struct json *j, struct str text, uint32_t idx, struct buf *last)
{
    struct json_value *part;
    size_t rows = 0;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++, rows++) {
            const struct json_value *o = json_read_element(part, i);

            buf_clear(last);
            buf_add_str(last, json_read_text(json_read_member(o, "id")));
            if (json_read_is(json_read_member(o, "searched")))
                rows = EVENTS_GO_ON; /* no event: so far it was looked, and there is more */
            else
                write_event(a, j, o, idx);
        }
        json_read_free(part);
    }
    return rows;
}

static void rows_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    const struct event_page *p = q->state;
    struct buf out = BUF_INIT, last = BUF_INIT;
    struct json j;
    size_t rows;

    if (api_reader_refused(a, q, x))
        return;
    if (api_not_ready(a, q))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "events");
    json_list(&j);
    rows = write_rows(a, &j, x->json, p->idx < a->model.n_check ? p->idx : MODEL_NONE, &last);
    json_list_end(&j);
    json_key(&j, "next");
    if (rows >= p->n_limit)
        json_str(&j, buf_str(&last));
    else
        json_none(&j);
    gone_member(&j, p->gone, p->n_gone);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
    buf_release(&last);
}

static void ask_of(struct api *a, struct api_request *q, struct event_page *p, uint64_t of)
{
    struct buf oid = BUF_INIT;
    struct str args[4] = {api_scope(q), STR_NULL, p->cursor, p->limit};

    q->state = p;
    buf_add_u64(&oid, of); /* 0: no identity yet, so nothing was recorded yet */
    args[1] = arena_str(&q->arena, buf_str(&oid));
    buf_release(&oid);
    api_ask_reader(a, q, "events_of", args, ARRAY_LEN(args), rows_known);
}

static void of_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct event_page *p = arena_alloc(&q->arena, sizeof(*p));

    *p = (struct event_page){.idx = MODEL_NONE, .gone = at, .n_gone = n};
    if (page_read(a, q, p))
        ask_of(a, q, p, at[0].oid);
}

void event_of_resource(struct api *a, struct api_request *q)
{
    struct event_page *p = arena_alloc(&q->arena, sizeof(*p));

    if (gone_by_id(a, q, of_gone))
        return;
    *p = (struct event_page){.idx = resource_of(a, q)};
    if (p->idx != MODEL_NONE && page_read(a, q, p))
        ask_of(a, q, p, names_oid(a, p->idx));
}

static bool narrowed(struct api_request *q)
{
    for (size_t i = 0; event_query[i]; i++)
        if (!str_eq_c(STR("limit"), event_query[i]) && !str_eq_c(STR("cursor"), event_query[i]) &&
            api_query(q, event_query[i]).p)
            return true;
    return false;
}

static struct str known_kinds(struct api_request *q)
{
    const char *words[64] = {NULL};
    size_t n = 0;

    for (uint64_t k = 1; k < ARRAY_LEN(words); k++)
        if (strcmp(history_kind_name(k), "other") != 0)
            words[n++] = history_kind_name(k);
    return body_words(q, words);
}

static bool kinds_known(struct api *a, struct api_request *q, struct str kinds)
{
    while (kinds.n) {
        struct str one = str_cut(&kinds, ',');
        uint64_t k = 1;

        while (k < 64 && (!str_eq_c(one, history_kind_name(k)) || str_eq_c(one, "other")))
            k++;
        if (k < 64)
            continue;
        api_fail_with(a, q, 400, "kind", PROBLEM_EVENT_KIND, one, known_kinds(q));
        return false;
    }
    return true;
}

static void counts_known(struct api *a, struct api_request *q, const struct api_answer *x);

bool event_oids(struct api *a, struct api_request *q, const struct gone *gone, size_t n_gone, struct buf *out)
{
    struct choose_set set = {.n = 0};

    for (size_t i = 0; i < n_gone; i++)
        buf_printf(out, "%s%llu", i ? "," : "", (unsigned long long)gone[i].oid);
    if (n_gone || (!api_query(q, "group").p && !api_query(q, "host").p && !api_query(q, "service").p))
        return true;
    if (!choose_checks(a, q, CHOOSE_EVERYTHING, &set))
        return false;
    for (size_t i = 0; i < set.n; i++) {
        uint64_t oid = names_oid(a, set.idx[i]);

        if (oid)
            buf_printf(out, "%s%llu", out->len ? "," : "", (unsigned long long)oid);
    }
    if (!out->len)
        buf_add_u64(out, INT64_MAX);
    if (out->len <= OIDS_MOST)
        return true;
    api_fail(a, q, 400, api_query(q, "group").p ? "group" : "service", PROBLEM_GROUP_LARGE);
    return false;
}

static bool asks_well(struct api *a, struct api_request *q)
{
    if (!kinds_known(a, q, api_query(q, "kind")))
        return false;
    if (api_query(q, "text").n > TEXT_MOST) {
        api_fail(a, q, 400, "text", PROBLEM_SEARCH_LONG);
        return false;
    }
    return true;
}

/* number: the limit of a page, the parts of a histogram. */
static void ask_find(struct api *a, struct api_request *q, struct event_page *p, struct wall from,
                     struct wall to)
{
    char from_us[24], to_us[24];
    struct buf oids = BUF_INIT;

    snprintf(from_us, sizeof(from_us), "%lld", (long long)from.us);
    snprintf(to_us, sizeof(to_us), "%lld", (long long)to.us);
    q->state = p;
    if (event_oids(a, q, p->gone, p->n_gone, &oids)) {
        const struct str args[] = {api_scope(q), str_of(from_us),      str_of(to_us),        p->cursor,
                                   p->limit,     api_query(q, "kind"), api_query(q, "text"), buf_str(&oids)};

        api_ask_reader(a, q, p->counted ? "events_histogram" : "events_find", args, ARRAY_LEN(args),
                       p->counted ? counts_known : rows_known);
    }
    buf_release(&oids);
}

static void find(struct api *a, struct api_request *q, struct event_page *p)
{
    struct wall from, to;

    if (choose_moment(a, q, "from", (struct wall){0}, &from) &&
        choose_moment(a, q, "to", (struct wall){INT64_MAX}, &to) && asks_well(a, q))
        ask_find(a, q, p, from, to);
}

static void find_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct event_page *p = arena_alloc(&q->arena, sizeof(*p));

    *p = (struct event_page){.idx = MODEL_NONE, .gone = at, .n_gone = n};
    if (page_read(a, q, p))
        find(a, q, p);
}

/* Everything comes by number, the order in which it was recorded; what is searched by time. */
void event_list(struct api *a, struct api_request *q)
{
    struct event_page *p = arena_alloc(&q->arena, sizeof(*p));
    struct str args[3];

    *p = (struct event_page){.idx = MODEL_NONE};
    if (api_not_ready(a, q) || !page_read(a, q, p) || gone_by_name(a, q, find_gone))
        return;
    if (narrowed(q)) {
        find(a, q, p);
        return;
    }
    q->state = p;
    args[0] = api_scope(q);
    args[1] = p->cursor;
    args[2] = p->limit;
    api_ask_reader(a, q, "events_recent", args, ARRAY_LEN(args), rows_known);
}

/* ---- how many, over time ---- */

static uint64_t kind_number(struct str word)
{
    uint64_t k = 1;

    while (k < HISTORY_KINDS && !str_eq_c(word, history_kind_name(k)))
        k++;
    return k % HISTORY_KINDS;
}

/* Returns where the reader has stopped; 0: everything is counted. */
static uint64_t add_counts(const struct counted *c, struct str text)
{
    struct json_value *part;
    uint64_t stopped = 0;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++) {
            const struct json_value *o = json_read_element(part, i);
            size_t at = (size_t)json_read_int(json_read_member(o, "part"));

            if (json_read_is(json_read_member(o, "searched")))
                (void)str_to_u64(json_read_text(json_read_member(o, "id")), &stopped);
            else if (at < c->n)
                c->of[at * HISTORY_KINDS + kind_number(json_read_text(json_read_member(o, "kind")))] +=
                    (uint32_t)json_read_int(json_read_member(o, "n"));
        }
        json_read_free(part);
    }
    return stopped;
}

static void write_bucket(struct json *j, const struct counted *c, size_t i)
{
    double wide = (double)(c->to.us - c->from.us) / (double)c->n;
    uint64_t total = 0;

    json_map(j);
    json_key_time(j, "from", (struct wall){c->from.us + (int64_t)(wide * (double)i)});
    json_key_time(j, "to", (struct wall){c->from.us + (int64_t)(wide * (double)(i + 1))});
    json_key(j, "counts");
    json_map(j);
    for (uint64_t k = 0; k < HISTORY_KINDS; k++) {
        uint32_t n = c->of[i * HISTORY_KINDS + k];

        total += n;
        if (n)
            json_key_u64(j, history_kind_name(k), n);
    }
    json_map_end(j);
    json_key_u64(j, "total", total);
    json_map_end(j);
}

static void write_histogram(struct api *a, struct api_request *q, const struct event_page *p, bool complete)
{
    const struct counted *c = p->counted;
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key_time(&j, "from", c->from);
    json_key_time(&j, "to", c->to);
    json_key_bool(&j, "complete", complete);
    json_key(&j, "buckets");
    json_list(&j);
    for (size_t i = 0; i < c->n; i++)
        write_bucket(&j, c, i);
    json_list_end(&j);
    gone_member(&j, p->gone, p->n_gone);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* The reader has looked at as many as it does at once: it is asked again for what lies before. */
static void counts_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct event_page *p = q->state;
    struct counted *c = p->counted;
    struct buf at = BUF_INIT;
    uint64_t stopped;

    if (api_reader_refused(a, q, x))
        return;
    stopped = add_counts(c, x->json);
    buf_clear(&q->json);
    if (!stopped || ++c->turns == TURNS_MOST) {
        write_histogram(a, q, p, !stopped);
    } else if (!api_not_ready(a, q)) {
        buf_add_u64(&at, stopped);
        p->cursor = arena_str(&q->arena, buf_str(&at));
        ask_find(a, q, p, c->from, c->to);
    }
    buf_release(&at);
}

static void count(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct event_page *p = arena_alloc(&q->arena, sizeof(*p));
    struct counted *c = arena_alloc(&q->arena, sizeof(*c));
    struct str buckets = api_query(q, "buckets");
    uint64_t parts = BUCKETS;
    struct buf text = BUF_INIT;
    size_t size;

    *c = (struct counted){.turns = 0};
    if (buckets.p &&
        (!digits(buckets) || !str_to_u64(buckets, &parts) || parts < 1 || parts > PAST_PARTS_MOST)) {
        api_fail_with(a, q, 400, "buckets", PROBLEM_PARAMETER_NUMBER, STR("buckets"), STR(BUCKETS_MOST));
        return;
    }
    if (!choose_interval(a, q, TIME_DAY, &c->from, &c->to) || !asks_well(a, q))
        return;
    c->n = (size_t)parts;
    size = c->n * HISTORY_KINDS * sizeof(*c->of);
    c->of = arena_alloc(&q->arena, size);
    memset(c->of, 0, size);
    buf_add_u64(&text, parts);
    *p = (struct event_page){.idx = MODEL_NONE,
                             .gone = at,
                             .n_gone = n,
                             .cursor = STR("0"),
                             .limit = arena_str(&q->arena, buf_str(&text)),
                             .counted = c};
    buf_release(&text);
    ask_find(a, q, p, c->from, c->to);
}

void event_histogram(struct api *a, struct api_request *q)
{
    if (!api_not_ready(a, q) && !gone_by_name(a, q, count))
        count(a, q, NULL, 0);
}

/* ---- what the answers look like ---- */

static const struct shape_field event_fields[] = {
    {"id", SHAPE_ID, 0, "its number in the journal"},
    {"time", SHAPE_TIME, 0, NULL},
    {"kind", SHAPE_TEXT, 0, "alert, notification, downtime_start ...: docs/EVENTS.md", .like = "\"alert\""},
    {"state", SHAPE_WORD, SHAPE_MAYBE, NULL, .words = row_state_words},
    {"hard", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {"attempt", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"about", SHAPE_TEXT, SHAPE_MAYBE, "what a notification was about"},
    {"refused", SHAPE_BOOL, SHAPE_MAYBE, "of a command"},
    {"cancelled", SHAPE_BOOL, SHAPE_MAYBE, "of the end of a downtime"},
    {"expired", SHAPE_BOOL, SHAPE_MAYBE, "of the end of an acknowledgement"},
    {"step_s", SHAPE_INT, SHAPE_MAYBE, "by how much the clock was set"},
    {"text", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"long_text", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"contact", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"author", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"command", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"resource", SHAPE_TEXT, SHAPE_MAYBE, "in the list of all: the id of what it happened to"},
    {"host", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, "empty: it happened to the host"},
    {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},
    {NULL},
};
static const struct shape event_shape = {"Event", event_fields};
static const struct shape_field list_fields[] = {
    {"events", SHAPE_OBJECT, SHAPE_LIST, "the newest first", .of = &event_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {"gone", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "what was asked for is configured no more",
     .of = &gone_shape},
    {NULL},
};
const struct shape event_list_shape = {"Events", list_fields};
static const struct shape_field bucket_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"counts", SHAPE_INT, SHAPE_NAMES, "by kind; what there was none of is left out"},
    {"total", SHAPE_INT, 0, NULL},
    {NULL},
};
static const struct shape bucket_shape = {"EventBucket", bucket_fields};
static const struct shape_field histogram_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"complete", SHAPE_BOOL, 0, "false: they were too many to count, and the oldest are missing"},
    {"buckets", SHAPE_OBJECT, SHAPE_LIST, "equal parts of the time, the oldest first", .of = &bucket_shape},
    {"gone", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "what was asked for is configured no more",
     .of = &gone_shape},
    {NULL},
};
const struct shape event_histogram_shape = {"EventHistogram", histogram_fields};
