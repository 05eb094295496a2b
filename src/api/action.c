/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do to checks. Each action becomes one external command line for the engine, built here from checked parts: a
 * field can hold neither the separator nor a line end, so that it cannot become another field or command.
 */
#include "api/action.h"

#include "api/actions.h"
#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/jobs.h"
#include "api/order.h"
#include "api/resource.h"
#include "api/route.h"
#include "api/row.h"
#include "api/shape.h"
#include "base/limits.h"

#include <string.h>

/* A whole line of somebody's own: it ends nowhere but at its end. */
static bool is_one_line(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return true;
}

static void start_line(struct api *a, struct buf *b, const char *name)
{
    buf_printf(b, "[%lld] %s", (long long)time_wall_s(api_wall(a)), name);
}

/* "[now] NAME;host;service", of_host or of_service by the check's kind. */
static enum problem begin(struct api *a, uint32_t idx, const char *of_host, const char *of_service,
                          struct buf *b)
{
    int64_t now = time_wall_s(api_wall(a));

    return order_begin(a, b, now, idx, of_host, of_service) ? PROBLEM_NONE : PROBLEM_NAME_SEMICOLON;
}

/* ---- check ---- */

const struct body_field action_body_check[] = {
    {"force", BODY_BOOL, false, 0, 0, NULL,
     "a check now is always forced; accepted for the sake of older clients"},
    {NULL},
};

static enum problem line_check(struct api *a, const struct action_on *on, struct buf *b)
{
    enum problem p = begin(a, on->idx, "SCHEDULE_FORCED_HOST_CHECK", "SCHEDULE_FORCED_SVC_CHECK", b);

    if (!p)
        order_number(b, time_wall_s(api_wall(a)));
    return p;
}

/* ---- acknowledge ---- */

/* "expires" of a body, in seconds rounded up: what ends within this one is still to come. */
static void add_expiry(struct buf *b, const struct body_value *v)
{
    if (v->there)
        order_number(b, (v->number + TIME_S - 1) / TIME_S);
}

static enum problem ends_later(const struct api *a, const struct body_value *v, const char **field)
{
    *field = "expires";
    return v->there && v->number <= api_wall(a).us ? PROBLEM_END_OVER : PROBLEM_NONE;
}

const struct body_field action_body_acknowledge[] = {
    {"comment", BODY_LINE, true, 1, 4096, NULL, "what is being done about it"},
    {"sticky", BODY_BOOL, false, 0, 0, NULL, "stays until the state is good again (false: until it changes)"},
    {"notify", BODY_BOOL, false, 0, 0, NULL, "tell the contacts; true if left out"},
    {"persistent", BODY_BOOL, false, 0, 0, NULL, "the comment stays when the acknowledgement ends"},
    {"expires", BODY_TIME, false, 0, 0, NULL, "when it is taken back by itself; never if left out"},
    {NULL},
};

static enum problem check_acknowledge(const struct api *a, const struct body_value *v, const char **field)
{
    return ends_later(a, &v[4], field);
}

static enum problem line_acknowledge(struct api *a, const struct action_on *on, struct buf *b)
{
    const struct body_value *v = on->v;
    bool ends = v[4].there;
    enum problem p = begin(a, on->idx, ends ? "ACKNOWLEDGE_HOST_PROBLEM_EXPIRE" : "ACKNOWLEDGE_HOST_PROBLEM",
                           ends ? "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE" : "ACKNOWLEDGE_SVC_PROBLEM", b);

    if (p)
        return p;
    order_number(b, v[1].there && v[1].number ? 2 : 1); /* sticky */
    order_number(b, !v[2].there || v[2].number);        /* notify */
    order_number(b, v[3].there && v[3].number);         /* persistent */
    add_expiry(b, &v[4]);
    order_text(b, str_of(on->who));
    order_last(b, v[0].text);
    return PROBLEM_NONE;
}

static bool is_acknowledged(const struct api *a, uint32_t idx)
{
    return __atomic_load_n(&row_in_place(a, idx)->flags, __ATOMIC_RELAXED) & BOARD_ACKNOWLEDGED;
}

static bool may_acknowledge(const struct api *a, uint32_t idx)
{
    return row_brief(a, idx).problem && !is_acknowledged(a, idx);
}

static enum problem line_unacknowledge(struct api *a, const struct action_on *on, struct buf *b)
{
    return begin(a, on->idx, "REMOVE_HOST_ACKNOWLEDGEMENT", "REMOVE_SVC_ACKNOWLEDGEMENT", b);
}

/* ---- downtime ---- */

const char *const action_children[] = {"none", "plain", "triggered", NULL};
const struct body_field action_body_downtime[] = {
    {"start", BODY_TIME, true, 0, 0, NULL, "when it begins"},
    {"end", BODY_TIME, true, 0, 0, NULL, "when it ends"},
    {"fixed", BODY_BOOL, false, 0, 0, NULL,
     "false: it begins with the first problem between start and end; true if left out"},
    {"duration_s", BODY_INT, false, 1, 366 * 86400, NULL, "of a flexible one, in seconds"},
    {"comment", BODY_LINE, true, 1, 4096, NULL, "what is going to be done"},
    {"triggered_by", BODY_INT, false, 1, INT64_MAX, NULL,
     "the number of a downtime: it begins when that one does"},
    {"services", BODY_BOOL, false, 0, 0, NULL, "of a host: its services get one each, too"},
    {"children", BODY_WORD, false, 0, 0, action_children,
     "of a host: the hosts behind it get one each, of their own or begun by this one"},
    {NULL},
};

static enum problem check_downtime(const struct api *a, const struct body_value *v, const char **field)
{
    bool fixed = !v[2].there || v[2].number;

    *field = "end";
    if (v[1].number <= v[0].number)
        return PROBLEM_END_BEFORE_START;
    if (v[1].number <= api_wall(a).us)
        return PROBLEM_END_OVER;
    *field = "duration_s";
    return !fixed && !v[3].there ? PROBLEM_NEEDS_DURATION : PROBLEM_NONE;
}

static enum problem line_downtime(struct api *a, const struct action_on *on, struct buf *b)
{
    static const char *const of_host[] = {"SCHEDULE_HOST_DOWNTIME", "SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME",
                                          "SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME"};
    const struct body_value *v = on->v;
    enum problem p = begin(a, on->idx, of_host[v[7].number], "SCHEDULE_SVC_DOWNTIME", b);

    if (p)
        return p;
    order_number(b, time_wall_s((struct wall){v[0].number}));
    order_number(b, time_wall_s((struct wall){v[1].number}));
    order_number(b, !v[2].there || v[2].number);
    order_number(b, v[5].number);
    order_number(b, v[3].there ? v[3].number : (v[1].number - v[0].number) / TIME_S);
    order_text(b, str_of(on->who));
    order_last(b, v[4].text);
    return PROBLEM_NONE;
}

/* ---- comment ---- */

const struct body_field action_body_comment[] = {
    {"comment", BODY_LINE, true, 1, 4096, NULL, "the text"},
    {"persistent", BODY_BOOL, false, 0, 0, NULL, "it stays over a restart; true if left out"},
    {"expires", BODY_TIME, false, 0, 0, NULL, "when it is deleted by itself; never if left out"},
    {NULL},
};

static enum problem check_comment(const struct api *a, const struct body_value *v, const char **field)
{
    return ends_later(a, &v[2], field);
}

static enum problem line_comment(struct api *a, const struct action_on *on, struct buf *b)
{
    const struct body_value *v = on->v;
    enum problem p = begin(a, on->idx, v[2].there ? "ADD_HOST_COMMENT_EXPIRE" : "ADD_HOST_COMMENT",
                           v[2].there ? "ADD_SVC_COMMENT_EXPIRE" : "ADD_SVC_COMMENT", b);

    if (p)
        return p;
    order_number(b, !v[1].there || v[1].number);
    add_expiry(b, &v[2]);
    order_text(b, str_of(on->who));
    order_last(b, v[0].text);
    return PROBLEM_NONE;
}

/* ---- submit ---- */

/* Line ends of the long output travel as \n, as in the command file. */
static void add_output(struct buf *b, struct str output, struct str perfdata)
{
    buf_add_char(b, ';');
    for (size_t i = 0; i < output.n; i++) {
        if (output.p[i] == '\n')
            buf_add_c(b, "\\n");
        else if (output.p[i] == '\\')
            buf_add_c(b, "\\\\");
        else if ((unsigned char)output.p[i] >= 0x20 || output.p[i] == '\t')
            buf_add_char(b, output.p[i]);
    }
    if (perfdata.n) {
        buf_add_char(b, '|');
        buf_add_str(b, perfdata);
    }
}

/* The words of hosts and of services are different, and so are their numbers. */
static const char *const states[] = {"ok", "warning", "critical",    "unknown",
                                     "up", "down",    "unreachable", NULL};
const struct body_field action_body_submit[] = {
    {"state", BODY_WORD, true, 0, 0, states, "the state, in the words of a host or of a service"},
    {"output", BODY_TEXT, true, 1, 12000, NULL, "what the check found"},
    {"perfdata", BODY_LINE, false, 0, 3000, NULL, "performance data, without the bar in front"},
    {NULL},
};

static enum problem line_submit(struct api *a, const struct action_on *on, struct buf *b)
{
    static const int8_t of_host[] = {-1, -1, -1, -1, 0, 1, 2}, of_service[] = {0, 1, 2, 3, -1, -1, -1};
    const struct body_value *v = on->v;
    bool host = on->idx < a->model.n_hosts;
    int64_t code = host ? of_host[v[0].number] : of_service[v[0].number];
    enum problem p;

    if (code < 0)
        return host ? PROBLEM_STATE_HOST : PROBLEM_STATE_SERVICE;
    p = begin(a, on->idx, "PROCESS_HOST_CHECK_RESULT", "PROCESS_SERVICE_CHECK_RESULT", b);
    if (p)
        return p;
    order_number(b, code);
    add_output(b, v[1].text, v[2].text);
    return b->len > LIMIT_EXT_COMMAND ? PROBLEM_OUTPUT_LONG : PROBLEM_NONE;
}

/* ---- what is taken back by number ---- */

const struct body_field action_body_cancel[] = {
    {"comment", BODY_LINE, false, 0, 4096, NULL, "only those with this text"},
    {"start", BODY_TIME, false, 0, 0, NULL, "only those that begin then"},
    {"mine", BODY_BOOL, false, 0, 0, NULL, "only those of who asks"},
    {NULL},
};

const struct body_field action_body_delete[] = {
    {"comment", BODY_LINE, false, 0, 4096, NULL, "only those with this text"},
    {"mine", BODY_BOOL, false, 0, 0, NULL, "only those of who asks"},
    {NULL},
};

static enum problem line_cancel(struct api *a, const struct action_on *on, struct buf *b)
{
    start_line(a, b, on->idx < a->model.n_hosts ? "DEL_HOST_DOWNTIME" : "DEL_SVC_DOWNTIME");
    order_number(b, (int64_t)on->entry);
    return PROBLEM_NONE;
}

static enum problem line_delete(struct api *a, const struct action_on *on, struct buf *b)
{
    start_line(a, b, on->idx < a->model.n_hosts ? "DEL_HOST_COMMENT" : "DEL_SVC_COMMENT");
    order_number(b, (int64_t)on->entry);
    return PROBLEM_NONE;
}

/* ---- the table ---- */

static const struct body_field nothing[] = {{NULL}};
static const struct action table[] = {
    {"check", RIGHT_RESOURCES_CHECK, ACTION_CHECKS, action_body_check, NULL, line_check, NULL, NULL},
    {"acknowledge", RIGHT_RESOURCES_ACKNOWLEDGE, ACTION_CHECKS, action_body_acknowledge, check_acknowledge,
     line_acknowledge, may_acknowledge, "unacknowledge"},
    {"unacknowledge", RIGHT_RESOURCES_ACKNOWLEDGE, ACTION_CHECKS, nothing, NULL, line_unacknowledge,
     is_acknowledged, NULL},
    {"downtime", RIGHT_RESOURCES_DOWNTIME, ACTION_CHECKS, action_body_downtime, check_downtime, line_downtime,
     NULL, "cancel_downtimes"},
    {"cancel_downtimes", RIGHT_RESOURCES_DOWNTIME, ACTION_DOWNTIMES, action_body_cancel, NULL, line_cancel,
     NULL, NULL},
    {"comment", RIGHT_RESOURCES_COMMENT, ACTION_CHECKS, action_body_comment, check_comment, line_comment,
     NULL, "delete_comments"},
    {"delete_comments", RIGHT_RESOURCES_COMMENT, ACTION_COMMENTS, action_body_delete, NULL, line_delete, NULL,
     NULL},
    {"submit", RIGHT_RESOURCES_SUBMIT, ACTION_CHECKS, action_body_submit, NULL, line_submit, NULL, NULL},
};
const char *const action_words[] = {"check",           "acknowledge",      "unacknowledge",
                                    "downtime",        "cancel_downtimes", "comment",
                                    "delete_comments", "submit",           NULL};

const struct action *action_at(size_t i)
{
    _Static_assert(ARRAY_LEN(table) + 1 == ARRAY_LEN(action_words), "one word each");
    BUG_ON(i >= ARRAY_LEN(table));
    return &table[i];
}

const struct action *action_named(const char *word)
{
    size_t i = 0;

    while (strcmp(table[i].word, word) != 0)
        i++;
    return &table[i];
}

static const struct body_value *value_of(const struct action *x, const struct body_value *v, const char *name)
{
    for (size_t i = 0; x->fields[i].name; i++) {
        if (strcmp(x->fields[i].name, name) == 0 && v[i].there)
            return &v[i];
    }
    return NULL;
}

bool action_with_services(const struct action *x, const struct body_value *v)
{
    const struct body_value *services = value_of(x, v, "services");

    return services && services->number;
}

bool action_with_children(const struct action *x, const struct body_value *v)
{
    const struct body_value *children = value_of(x, v, "children");

    return children && children->number > 0;
}

void action_undo(struct json *j, const struct action *x, const struct body_value *v)
{
    const struct action *undo = x->undo ? action_named(x->undo) : NULL;
    const struct body_value *start = value_of(x, v, "start"), *comment = value_of(x, v, "comment");

    json_key_c(j, "action", undo->word);
    if (undo->of == ACTION_CHECKS)
        return;
    if (comment)
        json_key_str(j, "comment", comment->text);
    if (start) /* to the second, as the engine keeps it */
        json_key_time(j, "start", (struct wall){time_wall_s((struct wall){start->number}) * TIME_S});
    json_key_bool(j, "mine", true);
}

/* The check that the downtime is of; MODEL_NONE: there is no such downtime (any more). */
static uint32_t check_with_downtime(const struct board *b, uint64_t id)
{
    struct buf text = BUF_INIT;
    struct board_downtime d;
    struct board_note note;
    uint32_t found = MODEL_NONE;

    for (uint32_t i = 0; i < board_downtimes_high(b) && found == MODEL_NONE; i++) {
        if (board_read_downtime(b, i, &d, &note, &text) && d.id == id)
            found = d.idx;
    }
    buf_release(&text);
    return found;
}

bool action_sees_trigger(struct api *a, struct api_request *q, const struct action *x,
                         const struct body_value *v)
{
    const struct body_value *by = value_of(x, v, "triggered_by");
    uint32_t idx;

    if (!q->sight || !by)
        return true;
    idx = check_with_downtime(&a->board, (uint64_t)by->number);
    if (idx < a->model.n_check && sight_sees(q->sight, idx))
        return true;
    api_fail(a, q, 422, "triggered_by", PROBLEM_NO_ENTRY);
    return false;
}

/* ---- one ---- */

/* {"ok":true}, and how it is taken back. */
static void done(struct api *a, struct api_request *q, const struct api_answer *answer)
{
    const struct action_on *on = q->state;
    struct buf out = BUF_INIT;
    struct json j;

    if (!answer->ok || answer->error.n || !on->action->undo) {
        api_engine_done(a, q, answer);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key_bool(&j, "ok", true);
    json_key(&j, "undo");
    json_map(&j);
    action_undo(&j, on->action, on->v);
    json_key(&j, "resources");
    json_list(&j);
    json_str(&j, q->param[0]);
    json_list_end(&j);
    json_map_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

static void act(struct api *a, struct api_request *q, const char *word)
{
    struct action_on *on = arena_alloc(&q->arena, sizeof(*on));
    struct body_value *v = arena_alloc(&q->arena, BODY_FIELDS_MAX * sizeof(*v));
    const char *field = NULL;
    struct buf b = BUF_INIT;
    enum problem p = PROBLEM_NONE;

    *on = (struct action_on){
        .action = action_named(word), .idx = resource_of(a, q), .who = q->who.name, .v = v};
    if (on->idx == MODEL_NONE || (q->route->body && !body_read(a, q, v)))
        return;
    if (on->action->check)
        p = on->action->check(a, v, &field);
    if (!p && !action_sees_trigger(a, q, on->action, v))
        return;
    if (!p && (action_with_services(on->action, v) || action_with_children(on->action, v))) {
        actions_one(a, q, on);
        return;
    }
    if (!p) {
        p = on->action->line(a, on, &b);
        field = p == PROBLEM_NAME_SEMICOLON ? "id" : p == PROBLEM_OUTPUT_LONG ? "output" : "state";
    }
    q->state = on;
    if (p)
        api_fail(a, q, 422, field, p);
    else
        api_ask_engine(a, q, buf_str(&b), done);
    buf_release(&b);
}

void action_check(struct api *a, struct api_request *q)
{
    act(a, q, "check");
}

void action_acknowledge(struct api *a, struct api_request *q)
{
    act(a, q, "acknowledge");
}

void action_unacknowledge(struct api *a, struct api_request *q)
{
    act(a, q, "unacknowledge");
}

void action_downtime(struct api *a, struct api_request *q)
{
    act(a, q, "downtime");
}

void action_comment(struct api *a, struct api_request *q)
{
    act(a, q, "comment");
}

void action_submit(struct api *a, struct api_request *q)
{
    act(a, q, "submit");
}

static void by_number(struct api *a, struct api_request *q,
                      uint32_t (*check_with)(const struct board *b, uint64_t id), const char *of_host,
                      const char *of_service)
{
    struct buf b = BUF_INIT;
    uint64_t id = 0;
    uint32_t idx;

    if (api_not_ready(a, q))
        return;
    idx = str_to_u64(q->param[0], &id) && id ? check_with(&a->board, id) : MODEL_NONE;
    if (idx >= a->model.n_check || !sight_sees(q->sight, idx)) {
        if (idx < a->model.n_check && resource_reads(a, q, idx))
            api_fail_right(a, q, PROBLEM_NEEDS_RIGHT_HERE, q->route->right);
        else
            api_fail(a, q, 404, "id", PROBLEM_NO_ENTRY);
        return;
    }
    start_line(a, &b, idx < a->model.n_hosts ? of_host : of_service);
    order_number(&b, (int64_t)id);
    api_ask_engine(a, q, buf_str(&b), api_engine_done);
    buf_release(&b);
}

static uint32_t check_with_comment(const struct board *b, uint64_t id)
{
    struct buf text = BUF_INIT;
    struct board_comment c;
    struct board_note note;
    uint32_t found = MODEL_NONE;

    for (uint32_t i = 0; i < board_comments_high(b) && found == MODEL_NONE; i++) {
        if (board_read_comment(b, i, &c, &note, &text) && c.id == id)
            found = c.idx;
    }
    buf_release(&text);
    return found;
}

/* Numbers of downtimes and comments are unique over hosts and services; there is a command for each. */
void action_downtime_delete(struct api *a, struct api_request *q)
{
    by_number(a, q, check_with_downtime, "DEL_HOST_DOWNTIME", "DEL_SVC_DOWNTIME");
}

void action_comment_delete(struct api *a, struct api_request *q)
{
    by_number(a, q, check_with_comment, "DEL_HOST_COMMENT", "DEL_SVC_COMMENT");
}

const struct body_field action_body_command[] = {
    {"command", BODY_LINE, true, 3, 16384, NULL, "an external command: [seconds] NAME;field;field"},
    {NULL},
};

void action_command(struct api *a, struct api_request *q)
{
    struct body_value v[BODY_FIELDS_MAX];

    if (!body_read(a, q, v))
        return;
    if (!is_one_line(v[0].text) || v[0].text.p[0] != '[') {
        api_fail(a, q, 422, "command", PROBLEM_COMMAND_FORM);
        return;
    }
    api_ask_engine(a, q, v[0].text, api_engine_done);
}

void action_reload(struct api *a, struct api_request *q)
{
    api_audit(a, q, "reload", STR(""));
    api_ask_reload(a, q, api_engine_done);
}

static const struct shape_field undo_fields[] = {
    {"action", SHAPE_TEXT, 0, NULL, .like = "\"unacknowledge\""},
    {"comment", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"start", SHAPE_TIME, SHAPE_MAYBE | SHAPE_NULL, NULL},
    {"mine", SHAPE_BOOL, SHAPE_MAYBE, NULL},
    {"resources", SHAPE_TEXT, SHAPE_MAYBE | SHAPE_LIST, NULL},
    {"job", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {NULL},
};
const struct shape action_undo_shape = {"Undo", undo_fields};
static const struct shape_field done_fields[] = {
    {"ok", SHAPE_BOOL, 0, "true", .like = "true"},
    {"undo", SHAPE_OBJECT, SHAPE_MAYBE, "the body for POST /api/v1/actions that takes it back",
     .of = &action_undo_shape},
    {NULL},
};
static const struct shape done_shape = {"Done", done_fields};
static const struct shape *const done_or_job[] = {&done_shape, &jobs_shape, NULL};
const struct shape action_shape = {"ActionDone", .either = done_or_job};
