/* SPDX-License-Identifier: Apache-2.0 */
#include "api/states.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/choose.h"
#include "api/gone.h"
#include "api/names.h"
#include "api/past.h"
#include "api/resource.h"
#include "core/strip.h"
#include "wire/json.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_US   (24 * TIME_H)
#define SPANS        2000u
#define SPANS_MOST   20000u
#define SPANS_MOST_S "20000"

const char *const states_query[] = {"from", "to", "spans", NULL};

struct states_ask {
    struct wall from, to;
    uint64_t most;
    bool host, gone; /* gone: it is configured no more */
    struct str id;
    struct str points; /* what the reader said of the object, until it has told the gaps too */
};

static int64_t number(const struct json_value *row, const char *key)
{
    return json_read_int(json_read_member(row, key));
}

/* ---- what the reader said ---- */

struct past {
    VEC(struct avail_point) point;
    VEC(struct avail_range) gap;
};

static void take_points(struct past *p, struct str text)
{
    struct json_value *part;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++) {
            const struct json_value *row = json_read_element(part, i);
            int64_t state = number(row, "state");

            if (state >= 0 && state < AVAIL_STATES)
                *VEC_ADD(&p->point) = (struct avail_point){number(row, "at"), (enum avail_state)state,
                                                           json_read_is(json_read_member(row, "downtime"))};
        }
        json_read_free(part);
    }
}

static void take_gaps(struct past *p, struct str text)
{
    struct json_value *part;

    while (text.n && (part = json_read(&text, NULL))) {
        for (size_t i = 0; i < json_read_length(part); i++) {
            const struct json_value *row = json_read_element(part, i);

            *VEC_ADD(&p->gap) = (struct avail_range){number(row, "from"), number(row, "to")};
        }
        json_read_free(part);
    }
}

/* ---- the answer ---- */

static const char *word(bool host, enum avail_state state)
{
    if (state == AVAIL_NO_DATA)
        return "no_data";
    return state == AVAIL_UNMONITORED ? "unmonitored" : past_state_word(host, state);
}

static void write_strip(struct api *a, struct api_request *q, const struct states_ask *k,
                        const struct strip *s)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key_str(&j, "id", k->id);
    if (k->gone)
        json_key_bool(&j, "gone", true);
    json_key_time(&j, "from", (struct wall){time_wall_s(k->from) * TIME_S});
    json_key_time(&j, "to", (struct wall){time_wall_s(k->to) * TIME_S});
    json_key_i64(&j, "step", s->step_s);
    json_key(&j, "spans");
    json_list(&j);
    for (size_t i = 0; i < s->span.n; i++) {
        const struct strip_span *x = &s->span.at[i];

        json_map(&j);
        json_key_time(&j, "from", (struct wall){x->from_s * TIME_S});
        json_key_time(&j, "to", (struct wall){x->to_s * TIME_S});
        json_key_c(&j, "state", word(k->host, x->state));
        json_key_bool(&j, "downtime", x->downtime);
        json_map_end(&j);
    }
    json_list_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static void gaps_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    const struct states_ask *k = q->state;
    struct past p = {0};
    struct strip s = {0};

    if (api_reader_refused(a, q, x))
        return;
    take_points(&p, k->points);
    take_gaps(&p, x->json);
    strip_make(&s, p.point.at, p.point.n, &(struct avail_ranges){p.gap.at, p.gap.n}, time_wall_s(k->from),
               time_wall_s(k->to));
    strip_thin(&s, (size_t)k->most, k->host);
    write_strip(a, q, k, &s);
    strip_release(&s);
    VEC_RELEASE(&p.point);
    VEC_RELEASE(&p.gap);
}

static void ask(struct api *a, struct api_request *q, const char *stmt, struct str last, api_resume_f *known)
{
    const struct states_ask *k = q->state;
    char from[24], to[24];
    struct str args[] = {api_scope(q), STR_NULL, STR_NULL, last};

    snprintf(from, sizeof(from), "%lld", (long long)time_wall_s(k->from));
    snprintf(to, sizeof(to), "%lld", (long long)time_wall_s(k->to));
    args[1] = str_of(from);
    args[2] = str_of(to);
    api_ask_reader(a, q, stmt, args, ARRAY_LEN(args), known);
}

static void points_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct states_ask *k = q->state;

    if (api_reader_refused(a, q, x))
        return;
    k->points = arena_str(&q->arena, x->json);
    buf_clear(&q->json);
    ask(a, q, "gaps", STR(""), gaps_known);
}

/* Without an identity (oid 0) nothing was recorded yet. */
static void begin(struct api *a, struct api_request *q, uint64_t oid, struct states_ask k)
{
    struct states_ask *own = arena_alloc(&q->arena, sizeof(*own));
    struct str spans = api_query(q, "spans");
    struct buf id = BUF_INIT;

    *own = k;
    own->most = SPANS;
    if (!choose_seconds(a, q, DEFAULT_US, &own->from, &own->to))
        return;
    if (spans.p && (!str_to_u64(spans, &own->most) || own->most < 1 || own->most > SPANS_MOST)) {
        api_fail_with(a, q, 400, "spans", PROBLEM_PARAMETER_NUMBER, STR("spans"), STR(SPANS_MOST_S));
        return;
    }
    buf_add_u64(&id, oid);
    own->id = arena_str(&q->arena, buf_str(&id));
    buf_release(&id);
    q->state = own;
    ask(a, q, "spans", own->id, points_known);
}

static void of_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n UNUSED)
{
    begin(a, q, at->oid, (struct states_ask){.host = !at->service.n, .gone = true});
}

void states_of_resource(struct api *a, struct api_request *q)
{
    uint32_t idx;

    if (gone_by_id(a, q, of_gone))
        return;
    idx = resource_of(a, q);
    if (idx != MODEL_NONE)
        begin(a, q, names_oid(a, idx), (struct states_ask){.host = idx < a->model.n_hosts});
}

/* ---- what the answers look like ---- */

static const struct shape_field span_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"state", SHAPE_WORD, 0, NULL, .words = past_state_words},
    {"downtime", SHAPE_BOOL, 0, NULL},
    {NULL},
};
static const struct shape span_shape = {"Span", span_fields};
static const struct shape_field fields[] = {
    {"id", SHAPE_ID, 0, NULL},
    {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"step", SHAPE_INT, 0, "0: exact; else seconds of each part, which has its worst moment"},
    {"spans", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &span_shape},
    {NULL},
};
const struct shape states_shape = {"States", fields};
