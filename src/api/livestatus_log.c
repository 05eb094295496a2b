/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_log.h"

#include "api/livestatus_query.h"
#include "api/names.h"
#include "core/notify.h"
#include "core/state.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

/* ---- of when ---- */

/* What is the same in all lines of results of hosts, or of services. */
static bool is_fixed(const struct ls_ref *ref)
{
    return !ref->via && (strcmp(ref->column->name, "class") == 0 || strcmp(ref->column->name, "type") == 0);
}

static bool leaves_passive(const struct livestatus_world *w, const struct ls_query *q)
{
    struct livestatus_log_line line = {.kind = LIVESTATUS_LOG_PASSIVE};
    struct livestatus_log one = {.line = {.at = &line, .n = 1}};
    struct livestatus_world probe = *w;
    const uint32_t of[] = {0, w->m->n_hosts}; /* the first host, the first service */
    bool leaves = false;
    struct ls_row row;

    probe.log = &one;
    probe.eyes = (struct livestatus_eyes){.user = false}; /* of what there might be */
    ls_row_init(&row, &probe);
    for (size_t i = 0; i < ARRAY_LEN(of) && of[i] < w->m->n_check; i++) {
        row.idx = of[i];
        leaves = leaves || ls_may_pass(q, &row, is_fixed);
    }
    ls_row_release(&row);
    return leaves;
}

bool livestatus_log_wanted(const struct livestatus_world *w, struct str request,
                           struct livestatus_log_range *range)
{
    struct err err = ERR_INIT;
    struct ls_range seconds;
    struct ls_query q;
    bool wanted = ls_parse(&q, w->now, request, &err) == 0 && q.table == &ls_log;

    *range = (struct livestatus_log_range){.to_us = INT64_MAX};
    if (wanted) {
        range->passive = leaves_passive(w, &q);
        ls_range_of(&q, "time", &seconds);
        range->from_us = seconds.from_s * TIME_S;
        if (seconds.to_s < INT64_MAX)
            range->to_us = seconds.to_s * TIME_S + TIME_S - 1;
    }
    ls_query_release(&q);
    return wanted;
}

/* ---- gathering ---- */

static bool kind_of(struct str word, enum livestatus_log_kind *kind)
{
    static const char *const words[LIVESTATUS_LOG_KINDS] = {
        [LIVESTATUS_LOG_ALERT] = "alert",
        [LIVESTATUS_LOG_NOTIFICATION] = "notification",
        [LIVESTATUS_LOG_DOWNTIME_START] = "downtime_start",
        [LIVESTATUS_LOG_DOWNTIME_END] = "downtime_end",
        [LIVESTATUS_LOG_FLAPPING_START] = "flapping_start",
        [LIVESTATUS_LOG_FLAPPING_END] = "flapping_end",
        [LIVESTATUS_LOG_COMMAND] = "command",
        [LIVESTATUS_LOG_START] = "start",
        [LIVESTATUS_LOG_STOP] = "stop",
    };

    for (int k = 0; k < LIVESTATUS_LOG_KINDS; k++) {
        if (words[k] && str_eq_c(word, words[k])) {
            *kind = (enum livestatus_log_kind)k;
            return true;
        }
    }
    return false;
}

static uint64_t number_of(const struct json_value *row, const char *key)
{
    uint64_t n = 0;

    str_to_u64(json_read_text(json_read_member(row, key)), &n);
    return n;
}

/* Sign-ins and the like have no line in a log of Nagios. */
static bool is_own(enum livestatus_log_kind kind, struct str text)
{
    return kind == LIVESTATUS_LOG_COMMAND && str_contains(str_sub(text, 0, 40), STR("] _VIGIE_"));
}

static void take_event(struct livestatus_log *log, const struct json_value *row)
{
    static const char *const texts[LIVESTATUS_LOG_TEXTS] = {"text",    "long_text", "contact", "author",
                                                            "command", "host",      "service"};
    struct livestatus_log_line line = {.oid = number_of(row, "oid"),
                                       .seq = number_of(row, "id"),
                                       .at_us = (int64_t)number_of(row, "at"),
                                       .state = (unsigned)json_read_int(json_read_member(row, "state")) & 255,
                                       .hard = json_read_is(json_read_member(row, "hard")),
                                       .attempt = (unsigned)json_read_int(json_read_member(row, "attempt")),
                                       .type = (unsigned)json_read_int(json_read_member(row, "type")),
                                       .idx = MODEL_NONE,
                                       .text = log->text.len};

    log->begun = true;
    log->last_us = line.at_us;
    log->last_seq = line.seq;
    log->more = json_read_is(json_read_member(row, "searched"));
    if (log->more)
        return;
    log->events++;
    if (json_read_is(json_read_member(row, "passive")))
        line.kind = LIVESTATUS_LOG_PASSIVE; /* its state is the code as it came */
    else if (!kind_of(json_read_text(json_read_member(row, "kind")), &line.kind) ||
             is_own(line.kind, json_read_text(json_read_member(row, "text"))))
        return;
    if (line.kind != LIVESTATUS_LOG_PASSIVE)
        line.state &= 3;
    for (int i = 0; i < LIVESTATUS_LOG_TEXTS; i++) {
        struct str text = json_read_text(json_read_member(row, texts[i]));

        line.length[i] = (uint32_t)text.n;
        buf_add_str(&log->text, text);
    }
    *VEC_ADD(&log->line) = line;
}

void livestatus_log_take(struct livestatus_log *log, struct str json)
{
    struct json_value *page = json_read(&json, NULL);

    for (size_t i = 0; i < json_read_length(page); i++) {
        if (log->line.n >= LIVESTATUS_LOG_MAX || log->text.len >= LIVESTATUS_LOG_TEXT)
            log->full = true;
        else
            take_event(log, json_read_element(page, i));
    }
    json_read_free(page);
}

void livestatus_log_resolve(struct livestatus_log *log, struct api *a)
{
    char id[24];

    for (size_t i = 0; i < log->line.n; i++) {
        struct livestatus_log_line *line = &log->line.at[i];

        snprintf(id, sizeof(id), "%llu", (unsigned long long)line->oid);
        line->idx = line->oid ? names_find(a, str_of(id)) : MODEL_NONE;
    }
}

#define IN_WORDS(number)    IN_WORDS_OF(number)
#define IN_WORDS_OF(number) #number

const char *livestatus_log_refusal(const struct livestatus_log *log)
{
    if (log->full)
        return "that are more than " IN_WORDS(
            LIVESTATUS_LOG_MAX) " lines: write a filter on time that leaves less, or on host_name";
    if (log->states_full)
        return "with the current states (class 6) that are more than " IN_WORDS(
            LIVESTATUS_LOG_MAX) " lines: write a filter on time that leaves less, on host_name, or "
                                "Filter: class != 6 if they are not wanted";
    return NULL;
}

void livestatus_log_release(struct livestatus_log *log)
{
    VEC_RELEASE(&log->line);
    buf_release(&log->text);
}

/* ---- the words of a line ---- */

static const struct livestatus_log_line *line_of(const struct ls_row *row)
{
    return &row->w->log->line.at[row->slot];
}

static struct str text_of(const struct ls_row *row, enum livestatus_log_text which)
{
    const struct livestatus_log_line *line = line_of(row);
    size_t at = line->text;

    for (int i = 0; i < (int)which; i++)
        at += line->length[i];
    return str_sub(buf_str(&row->w->log->text), at, line->length[which]);
}

static bool of_program(enum livestatus_log_kind kind)
{
    return kind >= LIVESTATUS_LOG_COMMAND;
}

/* Tells a state, and what a plugin said. */
static bool tells(enum livestatus_log_kind kind)
{
    return kind == LIVESTATUS_LOG_ALERT || kind == LIVESTATUS_LOG_CURRENT ||
           kind == LIVESTATUS_LOG_NOTIFICATION || kind == LIVESTATUS_LOG_PASSIVE;
}

/* Alerts and current states: the same words, and the same numbers. */
static bool has_state(enum livestatus_log_kind kind)
{
    return kind == LIVESTATUS_LOG_ALERT || kind == LIVESTATUS_LOG_CURRENT;
}

static struct str host_of(const struct ls_row *row)
{
    return row->idx == MODEL_NONE ? text_of(row, LIVESTATUS_LOG_HOST) : model_host_name(row->w->m, row->idx);
}

static struct str service_of(const struct ls_row *row)
{
    return row->idx == MODEL_NONE ? text_of(row, LIVESTATUS_LOG_SERVICE)
                                  : model_description(row->w->m, row->idx);
}

static enum model_kind object_kind(const struct ls_row *row)
{
    if (row->idx != MODEL_NONE)
        return model_check(row->w->m, row->idx)->kind;
    return line_of(row)->length[LIVESTATUS_LOG_SERVICE] ? MODEL_SERVICE : MODEL_HOST;
}

static bool is_host(const struct ls_row *row)
{
    return object_kind(row) == MODEL_HOST;
}

static void add_type(const struct ls_row *row, struct buf *b)
{
    static const char *const words[LIVESTATUS_LOG_KINDS] = {"ALERT",
                                                            "NOTIFICATION",
                                                            "DOWNTIME ALERT",
                                                            "DOWNTIME ALERT",
                                                            "FLAPPING ALERT",
                                                            "FLAPPING ALERT",
                                                            "STATE",
                                                            "CHECK",
                                                            "EXTERNAL COMMAND",
                                                            "Vigie starting...",
                                                            "Successfully shutdown..."};
    enum livestatus_log_kind kind = line_of(row)->kind;

    if (kind == LIVESTATUS_LOG_CURRENT)
        buf_add_c(b, "CURRENT ");
    if (kind == LIVESTATUS_LOG_PASSIVE)
        buf_add_c(b, "PASSIVE ");
    if (!of_program(kind))
        buf_add_c(b, is_host(row) ? "HOST " : "SERVICE ");
    buf_add_c(b, words[kind]);
}

/* What Nagios calls the state type: SOFT or HARD of alerts, what became of downtimes and flapping, what a notification told. */
static void add_state_type(const struct ls_row *row, struct buf *b)
{
    const struct livestatus_log_line *line = line_of(row);
    enum notify_type type = (enum notify_type)line->type;

    switch (line->kind) {
    case LIVESTATUS_LOG_CURRENT:
    case LIVESTATUS_LOG_ALERT: buf_add_c(b, line->hard ? "HARD" : "SOFT"); break;
    case LIVESTATUS_LOG_DOWNTIME_START:
    case LIVESTATUS_LOG_FLAPPING_START: buf_add_c(b, "STARTED"); break;
    case LIVESTATUS_LOG_DOWNTIME_END: buf_add_c(b, line->type ? "CANCELLED" : "STOPPED"); break;
    case LIVESTATUS_LOG_FLAPPING_END: buf_add_c(b, "STOPPED"); break;
    case LIVESTATUS_LOG_NOTIFICATION:
        if (type == NOTIFY_PROBLEM || type == NOTIFY_RECOVERY)
            buf_add_c(b, state_name(object_kind(row), line->state));
        else
            buf_printf(b, "%s (%s)", notify_type_name(type), state_name(object_kind(row), line->state));
        break;
    default: break;
    }
}

static void add_name(const struct ls_row *row, struct buf *b)
{
    buf_add_str(b, host_of(row));
    buf_add_char(b, ';');
    if (!is_host(row))
        buf_printf(b, STR_FMT ";", STR_ARG(service_of(row)));
}

static void add_comment(const struct ls_row *row, struct buf *b)
{
    enum livestatus_log_kind kind = line_of(row)->kind;
    const char *what = is_host(row) ? "Host" : "Service";

    if (kind == LIVESTATUS_LOG_DOWNTIME_START)
        buf_printf(b, "%s has entered a period of scheduled downtime", what);
    else if (kind == LIVESTATUS_LOG_DOWNTIME_END && line_of(row)->type)
        buf_printf(b, "Scheduled downtime for %s has been cancelled.", is_host(row) ? "host" : "service");
    else if (kind == LIVESTATUS_LOG_DOWNTIME_END)
        buf_printf(b, "%s has exited from a period of scheduled downtime", what);
    else
        buf_printf(b, "%s appears to have %s flapping", what,
                   kind == LIVESTATUS_LOG_FLAPPING_START ? "started" : "stopped");
}

static void add_notification(const struct ls_row *row, struct buf *b)
{
    struct str author = text_of(row, LIVESTATUS_LOG_AUTHOR), said = text_of(row, LIVESTATUS_LOG_COMMENT);

    buf_printf(b, STR_FMT ";", STR_ARG(text_of(row, LIVESTATUS_LOG_CONTACT)));
    add_name(row, b);
    add_state_type(row, b);
    buf_printf(b, ";" STR_FMT ";", STR_ARG(text_of(row, LIVESTATUS_LOG_COMMAND_NAME)));
    buf_add_str(b, text_of(row, LIVESTATUS_LOG_OUTPUT));
    if (author.n || said.n)
        buf_printf(b, ";" STR_FMT ";" STR_FMT, STR_ARG(author), STR_ARG(said));
}

/* What stands behind the type and the colon. */
static void add_options(const struct ls_row *row, struct buf *b)
{
    const struct livestatus_log_line *line = line_of(row);
    struct str rest = text_of(row, LIVESTATUS_LOG_OUTPUT);

    switch (line->kind) {
    case LIVESTATUS_LOG_START:
    case LIVESTATUS_LOG_STOP: break;
    case LIVESTATUS_LOG_COMMAND: /* "[seconds] NAME;..." */
        str_cut(&rest, ' ');
        buf_add_str(b, rest);
        break;
    case LIVESTATUS_LOG_NOTIFICATION: add_notification(row, b); break;
    case LIVESTATUS_LOG_CURRENT:
    case LIVESTATUS_LOG_ALERT:
        add_name(row, b);
        buf_printf(b, "%s;%s;%u;", state_name(object_kind(row), line->state), line->hard ? "HARD" : "SOFT",
                   line->attempt);
        buf_add_str(b, rest);
        break;
    case LIVESTATUS_LOG_PASSIVE:
        add_name(row, b);
        buf_printf(b, "%u;" STR_FMT, line->state, STR_ARG(rest));
        break;
    default:
        add_name(row, b);
        add_state_type(row, b);
        buf_add_c(b, "; ");
        add_comment(row, b);
        break;
    }
}

/* ---- columns ---- */

enum words { W_TYPE, W_MESSAGE, W_OPTIONS, W_STATE_TYPE, W_COMMENT };

static void get_words(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct livestatus_log_line *line = line_of(row);
    struct buf *b = &v->scratch;

    switch ((enum words)c->arg) {
    case W_TYPE: add_type(row, b); break;
    case W_OPTIONS: add_options(row, b); break;
    case W_STATE_TYPE: add_state_type(row, b); break;
    case W_COMMENT:
        if (line->kind == LIVESTATUS_LOG_NOTIFICATION)
            buf_add_str(b, text_of(row, LIVESTATUS_LOG_COMMENT));
        else if (!of_program(line->kind) && !tells(line->kind))
            add_comment(row, b);
        break;
    case W_MESSAGE:
        buf_printf(b, "[%lld] ", (long long)(line->at_us / TIME_S));
        add_type(row, b);
        if (line->kind < LIVESTATUS_LOG_START)
            buf_add_c(b, ": ");
        add_options(row, b);
        break;
    }
    for (size_t i = 0; i < b->len; i++) {
        if ((unsigned char)b->data[i] < ' ')
            b->data[i] = ' ';
    }
    v->text = buf_str(b);
}

enum number { N_TIME, N_LINE, N_CLASS, N_STATE, N_ATTEMPT };

static void get_number(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    static const int64_t classes[LIVESTATUS_LOG_KINDS] = {1, 3, 1, 1, 1, 1, 6, 4, 5, 2, 2};
    const struct livestatus_log_line *line = line_of(row);

    switch ((enum number)c->arg) {
    case N_TIME: v->number = line->at_us / TIME_S; break;
    case N_LINE: v->number = (int64_t)line->seq; break;
    case N_CLASS: v->number = classes[line->kind]; break;
    case N_STATE: v->number = tells(line->kind) ? line->state : 0; break;
    case N_ATTEMPT: v->number = has_state(line->kind) ? line->attempt : 0; break;
    }
}

enum name { A_HOST, A_SERVICE, A_CONTACT, A_COMMAND, A_OUTPUT };

static void get_name(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    enum livestatus_log_kind kind = line_of(row)->kind;

    switch ((enum name)c->arg) {
    case A_HOST: v->text = host_of(row); break;
    case A_SERVICE: v->text = service_of(row); break;
    case A_CONTACT: v->text = text_of(row, LIVESTATUS_LOG_CONTACT); break;
    case A_COMMAND:
        v->text = kind == LIVESTATUS_LOG_NOTIFICATION ? text_of(row, LIVESTATUS_LOG_COMMAND_NAME) : STR_NULL;
        break;
    case A_OUTPUT: v->text = tells(kind) ? text_of(row, LIVESTATUS_LOG_OUTPUT) : STR_NULL; break;
    }
}

static const struct ls_column log_columns[] = {
    {"attempt", LS_INT, get_number, N_ATTEMPT, "the attempt of an alert or a current state"},
    {"class", LS_INT, get_number, N_CLASS,
     "1 alert, 2 Vigie itself, 3 notification, 4 result handed in, 5 external command, 6 current state (0 "
     "does not occur)"},
    {"command_name", LS_STRING, get_name, A_COMMAND, "what a notification was sent by"},
    {"comment", LS_STRING, get_words, W_COMMENT, "of notifications, downtimes and flapping"},
    {"contact_name", LS_STRING, get_name, A_CONTACT, "who was told"},
    {"host_name", LS_STRING, get_name, A_HOST, "the host, if it is of one"},
    {"lineno", LS_INT, get_number, N_LINE, "rises from line to line"},
    {"message", LS_STRING, get_words, W_MESSAGE, "the whole line, as in the log file"},
    {"options", LS_STRING, get_words, W_OPTIONS, "what stands behind the type"},
    {"plugin_output", LS_STRING, get_name, A_OUTPUT,
     "of alerts, notifications, current states and results that were handed in"},
    {"service_description", LS_STRING, get_name, A_SERVICE, "the service, if it is of one"},
    {"state", LS_INT, get_number, N_STATE,
     "the state that an alert, a notification, a current state or a result that was handed in tells"},
    {"state_type", LS_STRING, get_words, W_STATE_TYPE,
     "SOFT or HARD, STARTED, STOPPED or CANCELLED, or what a notification told"},
    {"time", LS_TIME, get_number, N_TIME, "when; a filter on it makes the answer quick"},
    {"type", LS_STRING, get_words, W_TYPE, "SERVICE ALERT, HOST NOTIFICATION and so on"},
};

/* ---- the table ---- */

static void as_contact(const struct ls_row *row, struct ls_row *out)
{
    out->idx = model_find_contact(row->w->m, text_of(row, LIVESTATUS_LOG_CONTACT));
}

static void as_command(const struct ls_row *row, struct ls_row *out)
{
    out->idx = line_of(row)->kind == LIVESTATUS_LOG_NOTIFICATION
                   ? model_find_command(row->w->m, text_of(row, LIVESTATUS_LOG_COMMAND_NAME))
                   : MODEL_NONE;
}

static uint32_t count(const struct livestatus_world *w)
{
    return w->log ? (uint32_t)w->log->line.n : 0;
}

static bool load(struct ls_row *row, uint32_t i)
{
    row->slot = i;
    row->idx = line_of(row)->idx;
    return row->idx != MODEL_NONE || of_program(line_of(row)->kind) ||
           line_of(row)->length[LIVESTATUS_LOG_HOST];
}

static bool seen(const struct ls_row *row, uint32_t contact)
{
    const struct sight *events = row->w->eyes.events;

    if (!row->w->eyes.user)
        return row->idx != MODEL_NONE && ls_seen_check(row, contact);
    if (events &&
        row->idx == MODEL_NONE) /* what is configured no more, by its names; and what is of no host */
        return text_of(row, LIVESTATUS_LOG_HOST).n &&
               sight_judges_gone(events, text_of(row, LIVESTATUS_LOG_HOST),
                                 text_of(row, LIVESTATUS_LOG_SERVICE));
    return sight_sees(events, row->idx);
}

static void as_host(const struct ls_row *row, struct ls_row *out)
{
    out->idx = MODEL_NONE;
    if (row->idx != MODEL_NONE)
        ls_as_host(row, out);
}

static void as_service(const struct ls_row *row, struct ls_row *out)
{
    out->idx = MODEL_NONE;
    if (row->idx != MODEL_NONE && !is_host(row))
        ls_load_check(out, row->idx);
}

const struct ls_table ls_log = {.name = "log",
                                .text = "a row a line of the log, the newest first, made from the history",
                                .columns = log_columns,
                                .n_columns = ARRAY_LEN(log_columns),
                                .own_prefix = "log_",
                                .else_prefix = "current_",
                                .lend = {{"current_host_", &ls_hosts, as_host},
                                         {"current_service_", &ls_services, as_service},
                                         {"current_contact_", &ls_contacts, as_contact},
                                         {"current_command_", &ls_commands, as_command}},
                                .count = count,
                                .load = load,
                                .seen = seen};
