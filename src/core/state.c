/* SPDX-License-Identifier: Apache-2.0 */
#include "core/state.h"

#include "core/over.h"

#include <string.h>

static void step_ok(struct state *s, const struct state_in *in, bool was_problem, struct state_out *out)
{
    bool hard = s->hard || (in->hard_at_once && (!in->full_attempt || s->last_hard_state != STATE_OK));

    out->recovery = was_problem;
    if (was_problem && s->hard &&
        s->last_hard_state == STATE_OK) { /* never confirmed: the state of a check that was skipped */
        s->hard = false;
        s->attempt = 1;
        return;
    }
    if (was_problem && !hard) {
        if (!in->full_attempt) /* a host begins anew */
            s->attempt = 1;
        else if (s->attempt < s->max_attempts)
            s->attempt++;
        /* Another problem before it was hard, and this is the last try: its end is */
        hard = in->full_attempt && s->attempt >= s->max_attempts && s->last_hard_state != STATE_OK;
    }
    out->hard_recovery = was_problem && hard;
    if (was_problem && !hard)
        return;
    s->hard = true;
    s->attempt = 1;
}

/* One result is proof. A host's counts as one more try of the same problem, or as the first of another. */
static uint32_t sure_attempt(const struct state *s, bool was_hard, bool full)
{
    if (full)
        return s->max_attempts;
    return was_hard || s->state != s->last_state ? 1u : MIN(s->attempt + 1u, s->max_attempts);
}

static void step_problem(struct state *s, const struct state_in *in, bool was_problem, struct state_out *out)
{
    bool was_hard = s->hard && was_problem;

    if (!was_problem) {
        s->attempt = 1;
        s->hard = in->hard_at_once || s->max_attempts <= 1;
    } else if (in->hard_at_once &&
               (in->full_attempt ? s->state != s->last_hard_state : !was_hard || s->state != s->last_state)) {
        s->attempt = sure_attempt(s, was_hard, in->full_attempt);
        s->hard = true;
    } else if (!was_hard) {
        if (s->attempt < s->max_attempts)
            s->attempt++;
        s->hard = s->attempt >= s->max_attempts;
    } else if (s->state != s->last_state && s->attempt < s->max_attempts) {
        s->hard =
            false; /* another problem, and the one before was hard without tries: this one has to be confirmed */
    }
    out->retry = !s->hard;
    out->hard_change = s->hard && (!was_hard || s->state != s->last_hard_state);
}

struct state_out state_step(struct state *s, const struct state_in *in)
{
    struct state_out out = {0};
    uint8_t before = s->state;

    BUG_ON(in->code > STATE_UNKNOWN);
    s->last_state = before;
    s->state = in->code;
    out.changed = in->code != before;
    if (in->code == STATE_OK)
        step_ok(s, in, before != STATE_OK, &out);
    else
        step_problem(s, in, before != STATE_OK, &out);
    if (!s->checked && !s->last_state_change)
        s->last_state_change = s->last_hard_change = in->at.us;
    if (out.changed)
        s->last_state_change = in->now.us;
    if (out.hard_change || out.hard_recovery)
        s->last_hard_change = in->now.us;
    if (s->hard)
        s->last_hard_state = s->state;
    s->checked = true;
    s->last_check = in->at.us;
    s->last_time_s[s->state] = (uint32_t)time_wall_s(in->at);
    return out;
}

bool state_recovered_softly(const struct state *s)
{
    return s->state == STATE_OK && s->last_state != STATE_OK && s->last_state_change != s->last_hard_change;
}

void state_forget_problem(struct state *s)
{
    s->notification_number = 0;
    s->notified_on = 0;
    s->no_more = false;
    if (s->more)
        s->more->last_notification = s->more->next_notification = 0;
}

void state_settle(struct state *s, enum model_kind kind)
{
    if (s->state != STATE_OK)
        return;
    s->attempt = 1;
    s->last_hard_state = STATE_OK;
    if (kind == MODEL_SERVICE)
        s->hard = true;
}

uint8_t state_of_service_code(uint64_t code)
{
    return code <= STATE_UNKNOWN ? (uint8_t)code : STATE_CRITICAL;
}

uint8_t state_of_host_code(uint64_t code, bool aggressive)
{
    return code == 0 || (code == 1 && !aggressive) ? STATE_UP : STATE_DOWN;
}

const char *state_name(enum model_kind kind, uint8_t state)
{
    static const char *const host[] = {"UP", "DOWN", "UNREACHABLE", "UNREACHABLE"};
    static const char *const service[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

    BUG_ON(state > STATE_UNKNOWN);
    return kind == MODEL_HOST ? host[state] : service[state];
}

uint32_t state_on(enum model_kind kind, uint8_t state)
{
    static const uint32_t host[] = {MODEL_ON_OK, MODEL_ON_DOWN, MODEL_ON_UNREACHABLE, MODEL_ON_UNREACHABLE};
    static const uint32_t service[] = {MODEL_ON_OK, MODEL_ON_WARNING, MODEL_ON_CRITICAL, MODEL_ON_UNKNOWN};

    BUG_ON(state > STATE_UNKNOWN);
    return kind == MODEL_HOST ? host[state] : service[state];
}

const struct state_more *state_more(const struct state *s)
{
    static const struct state_more none = {.check_interval_us = -1, .retry_interval_us = -1};

    return s->more ? s->more : &none;
}

struct state_more *state_more_set(struct state *s)
{
    if (!s->more) {
        s->more = mem_zalloc(sizeof(*s->more));
        s->more->check_interval_us = s->more->retry_interval_us = -1;
    }
    return s->more;
}

static bool is_text(const struct state *s, const struct str *part, size_t n)
{
    const struct str is[] = {state_output(s), state_long(s), state_perf(s)};

    for (size_t i = 0; i < n; i++)
        if (!str_eq(is[i], part[i]))
            return false;
    return true;
}

void state_set_text(struct state *s, struct str output, struct str long_output, struct str perfdata)
{
    size_t n = output.n + long_output.n + perfdata.n;
    struct str part[3] = {output, long_output, perfdata};
    char *text = NULL, *to;

    if (is_text(s, part, ARRAY_LEN(part))) /* as mostly */
        return;
    if (n) {
        text = to = mem_alloc(n);
        for (size_t i = 0; i < ARRAY_LEN(part); i++) {
            if (part[i].n)
                memcpy(to, part[i].p, part[i].n);
            to += part[i].n;
        }
    }
    mem_free(s->text);
    s->text = text;
    s->output_n = (uint32_t)output.n;
    s->long_n = (uint32_t)long_output.n;
    s->perf_n = (uint32_t)perfdata.n;
}

struct str state_output(const struct state *s)
{
    return str_make(s->text, s->output_n);
}

struct str state_long(const struct state *s)
{
    return s->long_n ? str_make(s->text + s->output_n, s->long_n) : STR_NULL;
}

struct str state_perf(const struct state *s)
{
    return s->perf_n ? str_make(s->text + s->output_n + s->long_n, s->perf_n) : STR_NULL;
}

void state_release(struct state *s)
{
    mem_free(s->text);
    s->text = NULL;
    if (s->more)
        over_free(s->more->over);
    mem_free(s->more);
    s->more = NULL;
}
