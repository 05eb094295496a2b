/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of the table statehist. */
#include "api/livestatus_query.h"
#include "api/livestatus_statehist.h"

#define MILLION 1000000

static const struct livestatus_statehist_row *span_of(const struct ls_row *row)
{
    return &row->w->statehist->rows.at[row->slot];
}

enum number { S_TIME, S_LINE, S_FROM, S_UNTIL, S_STATE };

static void get_number(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct livestatus_statehist_row *r = span_of(row);

    switch ((enum number)c->arg) {
    case S_LINE: v->number = (int64_t)r->seq; break;
    case S_FROM: v->number = r->from_s; break;
    case S_TIME: /* of what ended it */
    case S_UNTIL: v->number = r->until_s; break;
    case S_STATE: v->number = r->state; break;
    }
}

static void get_flag(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    v->number = (span_of(row)->flags & (unsigned)c->arg) != 0;
}

enum { ANY = 9 }; /* of any state */

static int64_t seconds(const struct ls_row *row, int state)
{
    const struct livestatus_statehist_row *r = span_of(row);

    return state == ANY || r->state == state ? r->until_s - r->from_s : 0;
}

static void get_duration(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    v->number = seconds(row, c->arg);
}

/* Of the whole time frame; exact enough that the parts of a year's seconds make up one. */
static void get_part(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct livestatus_statehist *h = row->w->statehist;
    int64_t frame = h->to_s - h->from_s, part = seconds(row, c->arg) * MILLION;

    v->number = part / frame;
    v->fine = part % frame * MILLION / frame;
}

enum text { S_HOST, S_SERVICE, S_NOTIFICATION_PERIOD, S_SERVICE_PERIOD, S_OUTPUT };

static void get_text(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_check *check = model_check(m, row->idx);
    uint32_t period = check->notification_period;

    switch ((enum text)c->arg) {
    case S_HOST: v->text = model_host_name(m, row->idx); break;
    case S_SERVICE: v->text = check->kind == MODEL_SERVICE ? model_description(m, row->idx) : STR_NULL; break;
    case S_NOTIFICATION_PERIOD:
        v->text = period == MODEL_NONE ? STR_NULL : model_str(m, model_period(m, period)->name);
        break;
    case S_SERVICE_PERIOD: v->text = livestatus_statehist_duty(m, check); break;
    case S_OUTPUT:
        v->text = str_sub(buf_str(&row->w->statehist->text), span_of(row)->text, span_of(row)->length);
        break;
    }
}

/* What a row differs in from the one before it. */
static void get_reason(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    static const struct {
        unsigned flags;
        const char *text;
    } reasons[] = {{LIVESTATUS_IN_DOWNTIME, "DOWNTIME"},
                   {LIVESTATUS_IN_HOST_DOWNTIME, "HOST DOWNTIME"},
                   {LIVESTATUS_FLAPPING, "FLAPPING"},
                   {LIVESTATUS_HOST_DOWN, "HOST STATE"},
                   {LIVESTATUS_IN_NOTIFICATION | LIVESTATUS_IN_SERVICE, "TIMEPERIOD"}};
    const struct livestatus_statehist_row *r = span_of(row);

    v->text = r->state < 0 ? STR("UNMONITORED") : r->first ? STR("BEGIN") : STR("STATE");
    if (r->first || r->state < 0 || r->state != r[-1].state)
        return;
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if ((r->flags ^ r[-1].flags) & reasons[i].flags) {
            v->text = str_of(reasons[i].text);
            return;
        }
    }
}

static const struct ls_column columns[] = {
    {"time", LS_TIME, get_number, S_TIME,
     "when it ended; filters on it make the time frame, and its begin must be given"},
    {"lineno", LS_INT, get_number, S_LINE, "number of the record that began it"},
    {"from", LS_TIME, get_number, S_FROM, "when it began, or the frame"},
    {"until", LS_TIME, get_number, S_UNTIL, "when it ended, or the frame"},
    {"duration", LS_INT, get_duration, ANY, "seconds from begin to end"},
    {"duration_part", LS_FLOAT, get_part, ANY, "the same as a part of the frame"},
    {"state", LS_INT, get_number, S_STATE, "the state, soft ones too; -1: not known, or Vigie did not run"},
    {"host_down", LS_INT, get_flag, LIVESTATUS_HOST_DOWN, "the host was not UP"},
    {"in_downtime", LS_INT, get_flag, LIVESTATUS_IN_DOWNTIME, "it was in a downtime of its own"},
    {"in_host_downtime", LS_INT, get_flag, LIVESTATUS_IN_HOST_DOWNTIME, "its host was in downtime"},
    {"is_flapping", LS_INT, get_flag, LIVESTATUS_FLAPPING, "it was flapping"},
    {"in_notification_period", LS_INT, get_flag, LIVESTATUS_IN_NOTIFICATION,
     "inside the notification period, as it is now"},
    {"notification_period", LS_STRING, get_text, S_NOTIFICATION_PERIOD, "its name"},
    {"in_service_period", LS_INT, get_flag, LIVESTATUS_IN_SERVICE,
     "inside the time period that the custom variable _SERVICE_PERIOD names; 1 without one"},
    {"service_period", LS_STRING, get_text, S_SERVICE_PERIOD, "its name"},
    {"debug_info", LS_STRING, get_reason, 0, "what changed at its begin"},
    {"host_name", LS_STRING, get_text, S_HOST, "the host"},
    {"service_description", LS_STRING, get_text, S_SERVICE, "the service; empty: it is of a host"},
    {"log_output", LS_STRING, get_text, S_OUTPUT, "the output that began the state"},
    {"duration_ok", LS_INT, get_duration, 0, "duration, if the state is OK or UP, else 0"},
    {"duration_part_ok", LS_FLOAT, get_part, 0, "the same as a part of the frame"},
    {"duration_warning", LS_INT, get_duration, 1, "WARNING or DOWN"},
    {"duration_part_warning", LS_FLOAT, get_part, 1, "the same as a part of the frame"},
    {"duration_critical", LS_INT, get_duration, 2, "CRITICAL or UNREACHABLE"},
    {"duration_part_critical", LS_FLOAT, get_part, 2, "the same as a part of the frame"},
    {"duration_unknown", LS_INT, get_duration, 3, "UNKNOWN"},
    {"duration_part_unknown", LS_FLOAT, get_part, 3, "the same as a part of the frame"},
    {"duration_unmonitored", LS_INT, get_duration, -1, "not known"},
    {"duration_part_unmonitored", LS_FLOAT, get_part, -1, "the same as a part of the frame"},
};

static uint32_t count(const struct livestatus_world *w)
{
    return w->statehist ? (uint32_t)w->statehist->rows.n : 0;
}

static bool load(struct ls_row *row, uint32_t i)
{
    row->slot = i;
    row->idx = span_of(row)->idx;
    return true;
}

static void as_service(const struct ls_row *row, struct ls_row *out)
{
    out->idx = MODEL_NONE;
    if (model_check(row->w->m, row->idx)->kind == MODEL_SERVICE)
        ls_load_check(out, row->idx);
}

const struct ls_table ls_statehist = {
    .name = "statehist",
    .text = "a row a stretch of time in which nothing changed that a row tells, by object, the oldest first",
    .columns = columns,
    .n_columns = ARRAY_LEN(columns),
    .own_prefix = "statehist_",
    .else_prefix = "current_",
    .lend = {{"current_host_", &ls_hosts, ls_as_host}, {"current_service_", &ls_services, as_service}},
    .count = count,
    .load = load,
    .seen = ls_seen_check};
