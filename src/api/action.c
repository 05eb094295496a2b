/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do to checks. Each action becomes one external command line for the engine, built here from checked parts: a
 * field can hold neither the separator nor a line end, so that it cannot become another field or command.
 */
#include "api/action.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/resource.h"
#include "api/route.h"
#include "base/limits.h"

#include <string.h>

enum { WHERE_ANY, WHERE_LAST };

/* True when the text can be a field: the last one of a line may hold semicolons. */
static bool is_field(struct str s, int where)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c < 0x20 || c == 0x7f || (where == WHERE_ANY && c == ';'))
            return false;
    }
    return true;
}

static void start_line(struct api *a, struct buf *b, const char *name)
{
    buf_printf(b, "[%lld] %s", (long long)time_wall_s(api_wall(a)), name);
}

/* "[now] NAME;host;service", of_host or of_service by the check's kind. False: answered. */
static bool begin(struct api *a, struct api_request *q, uint32_t idx, const char *of_host,
                  const char *of_service, struct buf *b)
{
    const struct model_check *c = model_check(&a->model, idx);
    struct str host = model_host_name(&a->model, idx), service = model_description(&a->model, idx);

    if (!is_field(host, WHERE_ANY) || !is_field(service, WHERE_ANY)) {
        api_fail(a, q, 422, "id", PROBLEM_NAME_SEMICOLON);
        return false;
    }
    start_line(a, b, c->kind == MODEL_HOST ? of_host : of_service);
    buf_add_char(b, ';');
    buf_add_str(b, host);
    if (c->kind == MODEL_SERVICE) {
        buf_add_char(b, ';');
        buf_add_str(b, service);
    }
    return true;
}

static void add_number(struct buf *b, int64_t v)
{
    buf_add_char(b, ';');
    buf_add_i64(b, v);
}

static void add_text(struct buf *b, struct str s)
{
    buf_add_char(b, ';');
    buf_add_str(b, s);
}

static void send(struct api *a, struct api_request *q, struct buf *b)
{
    if (b->len)
        api_ask_engine(a, q, buf_str(b), api_engine_done);
    buf_release(b);
}

const struct body_field action_body_check[] = {
    {"force", BODY_BOOL, false, 0, 0, NULL,
     "a check now is always forced; accepted for the sake of older clients"},
    {NULL},
};

void action_check(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct body_value v[BODY_FIELDS_MAX];
    struct buf b = BUF_INIT;

    if (idx == MODEL_NONE || !body_read(a, q, v))
        return;
    if (begin(a, q, idx, "SCHEDULE_FORCED_HOST_CHECK", "SCHEDULE_FORCED_SVC_CHECK", &b))
        add_number(&b, time_wall_s(api_wall(a)));
    send(a, q, &b);
}

/* "expires" of a body, in seconds rounded up: what ends within this one is still to come. */
static void add_expiry(struct buf *b, const struct body_value *v)
{
    if (v->there)
        add_number(b, (v->number + TIME_S - 1) / TIME_S);
}

static bool ends_later(struct api *a, struct api_request *q, const struct body_value *v)
{
    if (v->there && v->number <= api_wall(a).us)
        api_fail(a, q, 422, "expires", PROBLEM_END_OVER);
    return !q->answered;
}

const struct body_field action_body_acknowledge[] = {
    {"comment", BODY_LINE, true, 1, 4096, NULL, "what is being done about it"},
    {"sticky", BODY_BOOL, false, 0, 0, NULL, "stays until the state is good again (false: until it changes)"},
    {"notify", BODY_BOOL, false, 0, 0, NULL, "tell the contacts; true if left out"},
    {"persistent", BODY_BOOL, false, 0, 0, NULL, "the comment stays when the acknowledgement ends"},
    {"expires", BODY_TIME, false, 0, 0, NULL, "when it is taken back by itself; never if left out"},
    {NULL},
};

void action_acknowledge(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct body_value v[BODY_FIELDS_MAX];
    struct buf b = BUF_INIT;

    if (idx == MODEL_NONE || !body_read(a, q, v))
        return;
    if (!ends_later(a, q, &v[4]))
        return;
    if (begin(a, q, idx, v[4].there ? "ACKNOWLEDGE_HOST_PROBLEM_EXPIRE" : "ACKNOWLEDGE_HOST_PROBLEM",
              v[4].there ? "ACKNOWLEDGE_SVC_PROBLEM_EXPIRE" : "ACKNOWLEDGE_SVC_PROBLEM", &b)) {
        add_number(&b, v[1].there && v[1].number ? 2 : 1); /* sticky */
        add_number(&b, !v[2].there || v[2].number);        /* notify */
        add_number(&b, v[3].there && v[3].number);         /* persistent */
        add_expiry(&b, &v[4]);
        add_text(&b, str_of(q->who.name));
        add_text(&b, v[0].text);
    }
    send(a, q, &b);
}

void action_unacknowledge(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct buf b = BUF_INIT;

    if (idx == MODEL_NONE)
        return;
    begin(a, q, idx, "REMOVE_HOST_ACKNOWLEDGEMENT", "REMOVE_SVC_ACKNOWLEDGEMENT", &b);
    send(a, q, &b);
}

const struct body_field action_body_downtime[] = {
    {"start", BODY_TIME, true, 0, 0, NULL, "when it begins"},
    {"end", BODY_TIME, true, 0, 0, NULL, "when it ends"},
    {"fixed", BODY_BOOL, false, 0, 0, NULL,
     "false: it begins with the first problem between start and end; true if left out"},
    {"duration_s", BODY_INT, false, 1, 366 * 86400, NULL, "of a flexible one, in seconds"},
    {"comment", BODY_LINE, true, 1, 4096, NULL, "what is going to be done"},
    {NULL},
};

void action_downtime(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct body_value v[BODY_FIELDS_MAX];
    struct buf b = BUF_INIT;
    bool fixed;
    int64_t lasts;

    if (idx == MODEL_NONE || !body_read(a, q, v))
        return;
    fixed = !v[2].there || v[2].number;
    lasts = v[3].there ? v[3].number : (v[1].number - v[0].number) / TIME_S;
    if (v[1].number <= v[0].number) {
        api_fail(a, q, 422, "end", PROBLEM_END_BEFORE_START);
        return;
    }
    if (v[1].number <= api_wall(a).us) {
        api_fail(a, q, 422, "end", PROBLEM_END_OVER);
        return;
    }
    if (!fixed && !v[3].there) {
        api_fail(a, q, 422, "duration_s", PROBLEM_NEEDS_DURATION);
        return;
    }
    if (begin(a, q, idx, "SCHEDULE_HOST_DOWNTIME", "SCHEDULE_SVC_DOWNTIME", &b)) {
        add_number(&b, time_wall_s((struct wall){v[0].number}));
        add_number(&b, time_wall_s((struct wall){v[1].number}));
        add_number(&b, fixed);
        add_number(&b, 0); /* triggered by none */
        add_number(&b, lasts);
        add_text(&b, str_of(q->who.name));
        add_text(&b, v[4].text);
    }
    send(a, q, &b);
}

const struct body_field action_body_comment[] = {
    {"comment", BODY_LINE, true, 1, 4096, NULL, "the text"},
    {"persistent", BODY_BOOL, false, 0, 0, NULL, "it stays over a restart; true if left out"},
    {"expires", BODY_TIME, false, 0, 0, NULL, "when it is deleted by itself; never if left out"},
    {NULL},
};

void action_comment(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct body_value v[BODY_FIELDS_MAX];
    struct buf b = BUF_INIT;

    if (idx == MODEL_NONE || !body_read(a, q, v))
        return;
    if (!ends_later(a, q, &v[2]))
        return;
    if (begin(a, q, idx, v[2].there ? "ADD_HOST_COMMENT_EXPIRE" : "ADD_HOST_COMMENT",
              v[2].there ? "ADD_SVC_COMMENT_EXPIRE" : "ADD_SVC_COMMENT", &b)) {
        add_number(&b, !v[1].there || v[1].number);
        add_expiry(&b, &v[2]);
        add_text(&b, str_of(q->who.name));
        add_text(&b, v[0].text);
    }
    send(a, q, &b);
}

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
static int64_t submit_code(struct api *a, struct api_request *q, bool host, int64_t word)
{
    static const int8_t of_host[] = {-1, -1, -1, -1, 0, 1, 2}, of_service[] = {0, 1, 2, 3, -1, -1, -1};
    int64_t code = host ? of_host[word] : of_service[word];

    if (code < 0)
        api_fail(a, q, 422, "state", host ? PROBLEM_STATE_HOST : PROBLEM_STATE_SERVICE);
    return code;
}

static const char *const states[] = {"ok", "warning", "critical",    "unknown",
                                     "up", "down",    "unreachable", NULL};
const struct body_field action_body_submit[] = {
    {"state", BODY_WORD, true, 0, 0, states, "the state, in the words of a host or of a service"},
    {"output", BODY_TEXT, true, 1, 12000, NULL, "what the check found"},
    {"perfdata", BODY_LINE, false, 0, 3000, NULL, "performance data, without the bar in front"},
    {NULL},
};

void action_submit(struct api *a, struct api_request *q)
{
    uint32_t idx = resource_of(a, q);
    struct body_value v[BODY_FIELDS_MAX];
    struct buf b = BUF_INIT;
    int64_t code;

    if (idx == MODEL_NONE || !body_read(a, q, v))
        return;
    code = submit_code(a, q, idx < a->model.n_hosts, v[0].number);
    if (code >= 0 && begin(a, q, idx, "PROCESS_HOST_CHECK_RESULT", "PROCESS_SERVICE_CHECK_RESULT", &b)) {
        add_number(&b, code);
        add_output(&b, v[1].text, v[2].text);
    }
    if (b.len > LIMIT_EXT_COMMAND) {
        api_fail(a, q, 422, "output", PROBLEM_OUTPUT_LONG);
        buf_clear(&b);
    }
    send(a, q, &b);
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
    add_number(&b, (int64_t)id);
    send(a, q, &b);
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
    if (!is_field(v[0].text, WHERE_LAST) || v[0].text.p[0] != '[') {
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
