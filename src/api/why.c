/* SPDX-License-Identifier: Apache-2.0 */
#include "api/why.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/choose.h"
#include "api/event.h"
#include "api/gone.h"
#include "api/names.h"
#include "api/notes.h"
#include "api/past.h"
#include "api/resource.h"
#include "api/row.h"
#include "core/record.h"
#include "wire/json_read.h"

#include <stdio.h>

const char *const why_query[] = {"at", NULL};

struct asked {
    const struct sight *sight;
    uint32_t idx;
    bool host, then;         /* then: of a moment that was asked for */
    const struct gone *gone; /* it is configured no more, and the history alone knows it */
    struct wall at;          /* of the history; 0: now, of the board and the engine */
    struct str id, oid;
    struct str reasons; /* of the engine */
    struct str state;   /* of the history: a row of state_at */
};

/* ---- one reason ---- */

/* Is the host or service of this name, as reasons name it ("host", "host;service"), in sight? Of a host also by a service of it. */
static bool is_seen(const struct api *a, const struct sight *sight, struct str name)
{
    const struct model *m = &a->model;
    struct str host = str_cut(&name, ';');
    uint32_t idx = name.p ? model_find_service(m, host, name) : model_find_host(m, host);

    return idx != MODEL_NONE && (name.p ? sight_sees(sight, idx) : sight_names_host(sight, idx));
}

/* The names of parents, of which only some may be in sight. */
static bool all_seen(const struct api *a, const struct sight *sight, struct str names)
{
    bool seen = true;

    while (seen && names.p) {
        struct str one = str_trim(str_cut(&names, ','));

        seen = is_seen(a, sight, one);
    }
    return seen;
}

static bool is_hidden(const struct api *a, const struct sight *sight, const struct reason *r)
{
    if (!sight || !r->object.n || why_object_of(r->code) != WHY_OF_CHECK)
        return false;
    return r->code == WHY_STATE_PARENTS ? !all_seen(a, sight, r->object) : !is_seen(a, sight, r->object);
}

/* hidden: what it is about has a name that who asks does not get to know. */
static void words(struct buf *b, const struct api *a, const struct reason *r, bool hidden, enum why_lang lang)
{
    static const char *const outside[] = {"a host or service outside your scope",
                                          "un hôte ou service hors de votre périmètre"};
    struct str object = hidden ? str_of(outside[lang]) : r->object.n ? r->object : STR("-");
    bool skipped = r->topic == REASON_RAN && why_is_skip(r->code);
    struct buf inner = BUF_INIT;

    why_render(&inner, r->code, r->arg, object, lang, &a->zone.zone);
    if (skipped)
        why_render(b, WHY_RUN_SKIPPED, r->arg, buf_str(&inner), lang, &a->zone.zone);
    else
        buf_add_str(b, buf_str(&inner));
    buf_release(&inner);
    if ((skipped || !why_begins_with_name(r->code)) && b->len && b->data[0] >= 'a' && b->data[0] <= 'z')
        b->data[0] = (char)(b->data[0] - 'a' + 'A');
    if (b->len)
        buf_add_char(b, '.');
}

void why_write(struct json *j, const struct api *a, const struct sight *sight, const struct reason *r)
{
    struct buf en = BUF_INIT, fr = BUF_INIT;
    bool hidden = is_hidden(a, sight, r);

    if (r->code == WHY_NONE || !why_known(r->code)) {
        json_none(j);
        return;
    }
    words(&en, a, r, hidden, WHY_EN);
    words(&fr, a, r, hidden, WHY_FR);
    json_map(j);
    json_key_c(j, "code", why_name(r->code));
    json_key_str(j, "object", r->object.n && !hidden ? r->object : STR("-"));
    json_key(j, "args");
    json_list(j);
    for (size_t i = 0; i < ARRAY_LEN(r->arg); i++)
        json_id(j, (uint64_t)r->arg[i]);
    json_list_end(j);
    json_key_str(j, "text_en", buf_str(&en));
    json_key_str(j, "text_fr", buf_str(&fr));
    json_map_end(j);
    buf_release(&en);
    buf_release(&fr);
}

/* ---- lists of them ---- */

static void list_of(struct json *j, const struct api *a, const struct sight *sight, const char *key,
                    struct str reasons, enum reason_topic topic)
{
    struct reason r;

    json_key(j, key);
    json_list(j);
    while (reason_next(&reasons, &r) > 0)
        if (r.topic == topic)
            why_write(j, a, sight, &r);
    json_list_end(j);
}

void why_first(struct json *j, const struct api *a, const struct sight *sight, const char *key,
               struct str reasons, enum reason_topic topic)
{
    struct reason r;

    json_key(j, key);
    while (reason_next(&reasons, &r) > 0) {
        if (r.topic != topic)
            continue;
        why_write(j, a, sight, &r);
        return;
    }
    json_none(j);
}

void why_contacts(struct json *j, const struct api *a, const struct sight *sight, struct str reasons,
                  enum reason_topic topic)
{
    struct reason r;

    json_key(j, "contacts");
    json_list(j);
    while (reason_next(&reasons, &r) > 0) {
        if (r.topic != topic)
            continue;
        json_map(j);
        json_key(j, "contact");
        if (r.contact.n)
            json_str(j, r.contact);
        else
            json_none(j);
        json_key_bool(j, "told", r.code == WHY_CONTACT_TOLD || r.code == WHY_CONTACT_WANTS);
        json_key(j, "reason");
        why_write(j, a, sight, &r);
        json_map_end(j);
    }
    json_list_end(j);
}

/* ---- the answer ---- */

static const char *state_word(bool host, int64_t state)
{
    return row_state_word(row_state_of(host, BOARD_CHECKED, (unsigned)state & 3));
}

void why_undelivered(struct json *j, const struct json_value *rows)
{
    json_key(j, "undelivered");
    json_list(j);
    for (size_t i = 0; i < json_read_length(rows); i++) {
        const struct json_value *row = json_read_element(rows, i);

        if (json_read_int(json_read_member(row, "kind")) != RECORD_EVENT_UNDELIVERED)
            continue;
        json_map(j);
        json_key_str(j, "time", json_read_text(json_read_member(row, "time")));
        json_key_str(j, "contact", json_read_text(json_read_member(row, "contact")));
        json_key_str(j, "command", json_read_text(json_read_member(row, "command")));
        json_key_str(j, "text", json_read_text(json_read_member(row, "text")));
        json_map_end(j);
    }
    json_list_end(j);
}

static void decision(struct json *j, const struct api *a, const struct asked *s,
                     const struct json_value *rows, const struct json_value *row)
{
    struct str reasons = json_read_text(json_read_member(row, "reasons"));

    json_map(j);
    json_key_str(j, "time", json_read_text(json_read_member(row, "time")));
    json_key_c(j, "about", event_about(json_read_int(json_read_member(row, "type"))));
    json_key_c(j, "state", state_word(s->host, json_read_int(json_read_member(row, "state"))));
    json_key_bool(j, "hard", json_read_is(json_read_member(row, "hard")));
    json_key_i64(j, "number", json_read_int(json_read_member(row, "number")));
    why_first(j, a, s->sight, "reason", reasons, REASON_DECIDED);
    why_contacts(j, a, s->sight, reasons, REASON_CONTACT);
    why_undelivered(j, rows);
    json_map_end(j);
}

static const struct json_value *row_of(const struct json_value *rows, enum record_event_kind kind)
{
    for (size_t i = 0; i < json_read_length(rows); i++)
        if (json_read_int(json_read_member(json_read_element(rows, i), "kind")) == (int64_t)kind)
            return json_read_element(rows, i);
    return NULL;
}

static void state_now(struct json *j, const struct api *a, const struct asked *s)
{
    struct buf scratch = BUF_INIT;
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, s->idx, &c, &t, &scratch);
    json_key(j, "state");
    json_map(j);
    json_key_c(j, "state", row_state_word(row_state_of(s->host, c.flags, c.state)));
    json_key_bool(j, "hard", c.state_hard != 0);
    json_key_i64(j, "attempt", c.attempt);
    json_key_i64(j, "max_attempts", c.max_attempts);
    json_key_time(j, "since", (struct wall){c.last_state_change});
    json_key_str(j, "output", t.output);
    notes_acknowledgement(j, a, s->idx, &c);
    json_key_bool(j, "in_downtime", c.downtime_depth > 0);
    json_key_bool(j, "host_in_downtime", row_host_downtime(a, s->idx) > 0);
    json_map_end(j);
    why_first(j, a, s->sight, "why", s->reasons, REASON_STATE);
    buf_release(&scratch);
}

/* As the history knows it. */
static void state_then(struct json *j, const struct asked *s)
{
    struct str text = s->state;
    struct json_value *rows = text.n ? json_read(&text, NULL) : NULL;
    const struct json_value *row = json_read_element(rows, 0);
    int64_t state = json_read_int(json_read_member(row, "state"));

    json_key(j, "state");
    if (!row) {
        json_none(j);
    } else {
        json_map(j);
        json_key_c(j, "state", past_state_word(s->host, state));
        json_key_bool(j, "hard", json_read_is(json_read_member(row, "hard")));
        json_key_i64(j, "attempt", json_read_int(json_read_member(row, "attempt")));
        json_key_str(j, "since", json_read_text(json_read_member(row, "since")));
        json_key_str(j, "output", json_read_text(json_read_member(row, "output")));
        json_map_end(j);
    }
    json_read_free(rows);
}

static void head(struct json *j, const struct api *a, const struct asked *s)
{
    const struct model *m = &a->model;

    json_key_str(j, "id", s->id);
    json_key_c(j, "kind", s->host ? "host" : "service");
    json_key_str(j, "host", s->gone ? s->gone->host : model_host_name(m, s->idx));
    if (!s->host)
        json_key_str(j, "service", s->gone ? s->gone->service : model_description(m, s->idx));
    if (s->gone)
        json_key_bool(j, "gone", true);
    json_key_time(j, s->then ? "at" : "now", s->at.us ? s->at : api_wall(a));
}

static void present(struct json *j, const struct api *a, const struct asked *s,
                    const struct json_value *skipped)
{
    if (s->at.us) {
        why_first(j, a, s->sight, "ran", json_read_text(json_read_member(skipped, "reasons")), REASON_RAN);
        return;
    }
    why_first(j, a, s->sight, "ran", s->reasons, REASON_RAN);
    list_of(j, a, s->sight, "next", s->reasons, REASON_NEXT);
    why_first(j, a, s->sight, "last_decision", s->reasons, REASON_DECIDED);
}

static void would(struct json *j, const struct api *a, const struct asked *s)
{
    struct str rest = s->reasons;
    struct reason r;
    bool any = false;

    while (reason_next(&rest, &r) > 0)
        any = any || r.topic == REASON_NOW;
    json_key(j, "would");
    if (!any) {
        json_none(j);
        return;
    }
    json_map(j);
    why_first(j, a, s->sight, "reason", s->reasons, REASON_NOW);
    why_contacts(j, a, s->sight, s->reasons, REASON_CONTACT_NOW);
    json_map_end(j);
}

static void answer(struct api *a, struct api_request *q, const struct asked *s, struct str text)
{
    struct json_value *rows = text.n ? json_read(&text, NULL) : NULL;
    const struct json_value *decided = row_of(rows, RECORD_EVENT_DECISION);
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    head(&j, a, s);
    if (s->at.us)
        state_then(&j, s);
    else
        state_now(&j, a, s);
    present(&j, a, s, row_of(rows, RECORD_EVENT_SKIPPED));
    json_key(&j, "decision");
    if (decided)
        decision(&j, a, s, rows, decided);
    else
        json_none(&j);
    if (!s->at.us) {
        would(&j, a, s);
        metrics_series_resource(&j, a, names_oid(a, s->idx));
    }
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    json_read_free(rows);
    buf_release(&out);
}

/* ---- asking ---- */

static bool failed(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct asked *s = q->state;

    if (api_reader_refused(a, q, x))
        return true;
    if (s->gone)
        return false;
    if (api_not_ready(a, q))
        return true;
    s->idx = names_find_seen(a, s->sight, s->id); /* a reload may have come between */
    if (s->idx == MODEL_NONE)
        api_fail(a, q, 404, "id", PROBLEM_NO_CHECK);
    return s->idx == MODEL_NONE;
}

static void decided_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (!failed(a, q, x))
        answer(a, q, q->state, x->json);
}

static void ask_history(struct api *a, struct api_request *q, const char *question, api_resume_f *then)
{
    const struct asked *s = q->state;
    char at[24];
    struct str args[] = {api_scope(q), STR_NULL, s->oid};

    snprintf(at, sizeof(at), "%lld", (long long)(s->at.us ? s->at.us : api_wall(a).us));
    args[1] = str_of(at);
    buf_clear(&q->json);
    api_ask_reader(a, q, question, args, ARRAY_LEN(args), then);
}

static void state_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct asked *s = q->state;

    if (failed(a, q, x))
        return;
    s->state = arena_str(&q->arena, x->json);
    ask_history(a, q, "decided", decided_known);
}

static void reasons_known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct asked *s = q->state;

    if (!x->ok) {
        api_fail(a, q, 404, "id", PROBLEM_NO_CHECK);
        return;
    }
    s->reasons = arena_str(&q->arena, x->reasons);
    ask_history(a, q, "decided", decided_known);
}

/* False: it is none, and the request was answered. */
static bool read_moment(struct api *a, struct api_request *q, struct asked *s)
{
    if (!choose_moment(a, q, "at", s->at, &s->at))
        return false;
    s->then = s->at.us != 0;
    s->at.us = MIN(s->at.us, api_wall(a).us);
    return true;
}

static void begin(struct api_request *q, struct asked *s, uint64_t number)
{
    struct buf oid = BUF_INIT;

    q->state = s;
    buf_add_u64(&oid, number);
    s->oid = arena_str(&q->arena, buf_str(&oid));
    buf_release(&oid);
}

static void ask_gone(struct api *a, struct api_request *q, const struct gone *at, size_t n UNUSED)
{
    struct asked *s = arena_alloc(&q->arena, sizeof(*s));

    *s = (struct asked){
        .sight = q->sight, .idx = MODEL_NONE, .gone = at, .host = !at->service.n, .id = q->param[0]};
    if (!read_moment(a, q, s))
        return;
    if (!s->then)
        s->at = api_wall(a);
    begin(q, s, at->oid);
    ask_history(a, q, "state_at", state_known);
}

void why_show(struct api *a, struct api_request *q)
{
    struct asked *s;

    if (gone_by_id(a, q, ask_gone))
        return;
    s = arena_alloc(&q->arena, sizeof(*s));
    *s = (struct asked){.sight = q->sight, .idx = resource_of(a, q), .id = q->param[0]};
    if (s->idx == MODEL_NONE || !read_moment(a, q, s))
        return;
    s->host = s->idx < a->model.n_hosts;
    begin(q, s, names_oid(a, s->idx));
    if (s->at.us)
        ask_history(a, q, "state_at", state_known);
    else
        api_ask_why(a, q, names_oid(a, s->idx), reasons_known);
}

/* ---- what the answers look like ---- */

static const struct shape_field reason_fields[] = {
    {"code", SHAPE_TEXT, 0, "a word that does not change: docs/REASONS.md", .like = "\"state_plugin\""},
    {"object", SHAPE_TEXT, 0, "what it is about, or -"},
    {"args", SHAPE_ID, SHAPE_LIST, "the figures in the sentence"},
    {"text_en", SHAPE_TEXT, 0, NULL},
    {"text_fr", SHAPE_TEXT, 0, NULL},
    {NULL},
};
const struct shape why_reason_shape = {"Reason", reason_fields};
static const struct shape_field contact_fields[] = {
    {"contact", SHAPE_TEXT, SHAPE_NULL, "null: the reason is about all of them"},
    {"told", SHAPE_BOOL, 0, NULL},
    {"reason", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &why_reason_shape},
    {NULL},
};
const struct shape why_contact_shape = {"ContactTold", contact_fields};
static const struct shape_field undelivered_fields[] = {
    {"time", SHAPE_TIME, 0, NULL},
    {"contact", SHAPE_TEXT, 0, NULL},
    {"command", SHAPE_TEXT, 0, NULL},
    {"text", SHAPE_TEXT, 0, "why it did not arrive"},
    {NULL},
};
const struct shape why_undelivered_shape = {"Undelivered", undelivered_fields};
static const struct shape_field decision_fields[] = {
    {"time", SHAPE_TIME, 0, NULL},
    {"about", SHAPE_TEXT, SHAPE_NULL, NULL},
    {"state", SHAPE_WORD, 0, NULL, .words = row_state_words},
    {"hard", SHAPE_BOOL, 0, NULL},
    {"number", SHAPE_INT, 0, "of the notification"},
    {"reason", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &why_reason_shape},
    {"contacts", SHAPE_OBJECT, SHAPE_LIST, "who was told, and why each other one was not",
     .of = &why_contact_shape},
    {"undelivered", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &why_undelivered_shape},
    {NULL},
};
static const struct shape decision_shape = {"Decision", decision_fields};
static const struct shape_field would_fields[] = {
    {"reason", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &why_reason_shape},
    {"contacts", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &why_contact_shape},
    {NULL},
};
static const struct shape would_shape = {"Would", would_fields};
static const struct shape_field state_fields[] = {
    {"state", SHAPE_WORD, 0, NULL, .words = past_state_words},
    {"hard", SHAPE_BOOL, 0, NULL},
    {"attempt", SHAPE_INT, 0, NULL},
    {"max_attempts", SHAPE_INT, SHAPE_MAYBE, NULL},
    {"since", SHAPE_TIME, SHAPE_NULL, NULL},
    {"output", SHAPE_TEXT, 0, NULL},
    {"acknowledgement", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_NULL, NULL, .of = &notes_acknowledgement_shape},
    {"in_downtime", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {"host_in_downtime", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {NULL},
};
static const struct shape state_shape = {"WhyState", state_fields};
static const struct shape_field why_fields[] = {
    {"id", SHAPE_TEXT, 0, NULL},
    {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds},
    {"host", SHAPE_TEXT, 0, NULL},
    {"service", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"gone", SHAPE_BOOL, SHAPE_MAYBE, "it is configured no more"},
    {"now", SHAPE_TIME, SHAPE_MAYBE, NULL},
    {"at", SHAPE_TIME, SHAPE_MAYBE, "the moment that was asked for"},
    {"state", SHAPE_OBJECT, SHAPE_NULL, NULL, .of = &state_shape},
    {"why", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_NULL, "why its state is what it is", .of = &why_reason_shape},
    {"ran", SHAPE_OBJECT, SHAPE_NULL, "why it ran, or did not", .of = &why_reason_shape},
    {"next", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST | SHAPE_HOLES, "when and why it runs next",
     .of = &why_reason_shape},
    {"last_decision", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_NULL, NULL, .of = &why_reason_shape},
    {"decision", SHAPE_OBJECT, SHAPE_NULL, "the last about a notification", .of = &decision_shape},
    {"would", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_NULL, "what would be decided now", .of = &would_shape},
    {"measurements_refused", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_NULL, NULL,
     .of = &metrics_series_refused_shape},
    {NULL},
};
const struct shape why_shape = {"Why", why_fields};
