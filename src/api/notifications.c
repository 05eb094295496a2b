/* SPDX-License-Identifier: Apache-2.0 */
/* GET /notifications. The reader's rows (db/past.h, decisions) get their words here. */
#include "api/notifications.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/body.h"
#include "api/choose.h"
#include "api/event.h"
#include "api/names.h"
#include "api/row.h"
#include "api/why.h"

#include <stdio.h>
#include <string.h>

#define LIMIT_MOST   "200"
#define CONTACT_MOST 256u
#define GO_ON        100000u /* more than a page has */

const char *const notifications_query[] = {"from",  "to",   "group", "host",   "service", "contact",
                                           "about", "told", "limit", "cursor", NULL};

struct page {
    char from[24], to[24], before[24], types[24];
    struct str limit, contact, told;
    uint64_t n;
    const struct gone *gone;
    size_t n_gone;
};

/* ---- parameters ---- */

static bool read_limit(struct api *a, struct api_request *q, struct page *p)
{
    struct str limit = api_query(q, "limit");

    p->n = 20;
    p->limit = limit.p ? limit : STR("20");
    if (!limit.p || (str_to_u64(limit, &p->n) && p->n >= 1 && p->n <= 200))
        return true;
    api_fail_with(a, q, 400, "limit", PROBLEM_PARAMETER_NUMBER, STR("limit"), STR(LIMIT_MOST));
    return false;
}

/* A page ends with a decision: its moment, and its number among those of that moment. */
static bool read_cursor(struct api *a, struct api_request *q, struct wall *to, struct page *p)
{
    struct str rest = api_query(q, "cursor"), at;
    uint64_t us, seq;

    snprintf(p->before, sizeof(p->before), "0");
    if (!rest.p)
        return true;
    at = str_cut(&rest, '-');
    if (!str_to_u64(at, &us) || !str_to_u64(rest, &seq) || us > INT64_MAX || !seq || seq > INT64_MAX) {
        api_fail(a, q, 400, "cursor", PROBLEM_PARAMETER_CURSOR);
        return false;
    }
    if ((int64_t)us <= to->us)
        snprintf(p->before, sizeof(p->before), "%llu", (unsigned long long)seq);
    to->us = MIN(to->us, (int64_t)us);
    return true;
}

static bool read_about(struct api *a, struct api_request *q, struct page *p)
{
    struct str rest = api_query(q, "about");
    uint64_t mask = 0;

    while (rest.n) {
        struct str one = str_cut(&rest, ',');
        unsigned i = 0;

        while (event_about_words[i] && !str_eq_c(one, event_about_words[i]))
            i++;
        if (!event_about_words[i]) {
            api_fail_with(a, q, 400, "about", PROBLEM_PARAMETER_WORD, STR("about"),
                          body_words(q, event_about_words));
            return false;
        }
        mask |= UINT64_C(1) << i;
    }
    snprintf(p->types, sizeof(p->types), "%llu", (unsigned long long)mask);
    return true;
}

static bool read_whom(struct api *a, struct api_request *q, struct page *p)
{
    p->contact = api_query(q, "contact");
    p->told = api_query(q, "told");
    if (p->contact.n > CONTACT_MOST) {
        api_fail(a, q, 400, "contact", PROBLEM_SEARCH_LONG);
        return false;
    }
    if (!p->told.p || str_eq_c(p->told, "yes") || str_eq_c(p->told, "no"))
        return true;
    api_fail_with(a, q, 400, "told", PROBLEM_PARAMETER_WORD, STR("told"), STR("yes, no"));
    return false;
}

static bool read_all(struct api *a, struct api_request *q, struct page *p)
{
    struct wall from, to;

    if (!choose_moment(a, q, "from", (struct wall){0}, &from) ||
        !choose_moment(a, q, "to", (struct wall){INT64_MAX}, &to) || !read_limit(a, q, p) ||
        !read_cursor(a, q, &to, p) || !read_about(a, q, p) || !read_whom(a, q, p))
        return false;
    snprintf(p->from, sizeof(p->from), "%lld", (long long)from.us);
    snprintf(p->to, sizeof(p->to), "%lld", (long long)to.us);
    return true;
}

/* ---- the answer ---- */

/* A state has its words only with the kind of its object. */
static void write_one(struct api *a, const struct sight *sight, struct json *j, const struct json_value *row)
{
    struct str oid = json_read_text(json_read_member(row, "oid")),
               reasons = json_read_text(json_read_member(row, "reasons")), host, service;
    uint32_t idx = names_find(a, oid);

    host =
        idx == MODEL_NONE ? json_read_text(json_read_member(row, "host")) : model_host_name(&a->model, idx);
    service = idx == MODEL_NONE ? json_read_text(json_read_member(row, "service"))
                                : model_description(&a->model, idx);
    json_map(j);
    json_key_str(j, "id", json_read_text(json_read_member(row, "id")));
    json_key_str(j, "time", json_read_text(json_read_member(row, "time")));
    json_key_str(j, "resource", oid);
    json_key_str(j, "host", host);
    if (service.n)
        json_key_str(j, "service", service);
    if (idx == MODEL_NONE)
        json_key_bool(j, "gone", true);
    json_key_c(j, "about", event_about(json_read_int(json_read_member(row, "type"))));
    json_key_c(j, "state",
               row_state_word(row_state_of(!service.n, BOARD_CHECKED,
                                           (unsigned)json_read_int(json_read_member(row, "state")) & 3)));
    json_key_bool(j, "hard", json_read_is(json_read_member(row, "hard")));
    json_key_i64(j, "number", json_read_int(json_read_member(row, "number")));
    why_first(j, a, sight, "reason", reasons, REASON_DECIDED);
    why_contacts(j, a, sight, reasons, REASON_CONTACT);
    why_undelivered(j, json_read_member(row, "undelivered"));
    json_map_end(j);
}

/* The answer comes as arrays behind each other. How many rows; cursor: behind the last one. */
static size_t write_rows(struct api *a, struct api_request *q, struct json *j, struct str text,
                         struct buf *cursor)
{
    struct json_value *part;
    size_t rows = 0;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++, rows++) {
            const struct json_value *row = json_read_element(part, i);

            buf_clear(cursor);
            buf_printf(cursor, STR_FMT "-" STR_FMT, STR_ARG(json_read_text(json_read_member(row, "at"))),
                       STR_ARG(json_read_text(json_read_member(row, "id"))));
            if (json_read_is(json_read_member(row, "searched")))
                rows = GO_ON; /* none: so far it was looked, and there is more */
            else
                write_one(a, q->sight, j, row);
        }
        json_read_free(part);
    }
    return rows;
}

static void known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    const struct page *p = q->state;
    struct buf out = BUF_INIT, cursor = BUF_INIT;
    struct json j;
    size_t rows;

    if (api_reader_refused(a, q, x) || api_not_ready(a, q))
        return;
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "notifications");
    json_list(&j);
    rows = write_rows(a, q, &j, x->json, &cursor);
    json_list_end(&j);
    json_key(&j, "next");
    if (rows >= p->n)
        json_str(&j, buf_str(&cursor));
    else
        json_none(&j);
    gone_member(&j, p->gone, p->n_gone);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
    buf_release(&cursor);
}

/* ---- asking ---- */

static void ask(struct api *a, struct api_request *q, const struct gone *at, size_t n)
{
    struct page *p = arena_alloc(&q->arena, sizeof(*p));
    struct buf oids = BUF_INIT;

    *p = (struct page){.gone = at, .n_gone = n};
    q->state = p;
    if (read_all(a, q, p) && event_oids(a, q, at, n, &oids)) {
        const struct str args[] = {api_scope(q),      str_of(p->from), str_of(p->to),
                                   str_of(p->before), p->limit,        str_of(p->types),
                                   p->contact,        p->told,         buf_str(&oids)};

        api_ask_reader(a, q, "decisions", args, ARRAY_LEN(args), known);
    }
    buf_release(&oids);
}

void notifications_list(struct api *a, struct api_request *q)
{
    if (!api_not_ready(a, q) && !gone_by_name(a, q, ask))
        ask(a, q, NULL, 0);
}

/* ---- what the answer looks like ---- */

static const struct shape_field one_fields[] = {
    {"id", SHAPE_ID, 0, NULL},
    {"time", SHAPE_TIME, 0, NULL},
    {"resource", SHAPE_ID, 0, "the id of the host or service"},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},
    {"about", SHAPE_WORD, SHAPE_NULL, NULL, .words = event_about_words},
    {"state", SHAPE_WORD, 0, NULL, .words = row_state_words},
    {"hard", SHAPE_BOOL, 0, NULL},
    {"number", SHAPE_INT, 0, "of the notification, of those about one problem"},
    {"reason", SHAPE_OBJECT, SHAPE_NULL, "why anybody was told, or nobody", .of = &why_reason_shape},
    {"contacts", SHAPE_OBJECT, SHAPE_LIST, "who was told, and why each other one was not",
     .of = &why_contact_shape},
    {"undelivered", SHAPE_OBJECT, SHAPE_LIST, "what of it did not arrive", .of = &why_undelivered_shape},
    {NULL},
};
static const struct shape one_shape = {"Notification", one_fields};
static const struct shape_field fields[] = {
    {"notifications", SHAPE_OBJECT, SHAPE_LIST, "the newest first", .of = &one_shape},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {"gone", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "what was asked for is configured no more",
     .of = &gone_shape},
    {NULL},
};
const struct shape notifications_shape = {"Notifications", fields};
