/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nlog.h"

#include "core/explain.h"
#include "core/flap.h"
#include "core/world_in.h"

static const char *upper_kind(const struct world *w, uint32_t check)
{
    return world_kind(w, check) == MODEL_HOST ? "HOST" : "SERVICE";
}

static const char *kind_word(const struct world *w, uint32_t check)
{
    return world_kind(w, check) == MODEL_HOST ? "Host" : "Service";
}

static const char *name_of_state(const struct world *w, uint32_t check)
{
    return state_name(world_kind(w, check), w->st[check].state);
}

void nlog_name(const struct world *w, uint32_t check, struct buf *b)
{
    buf_add_str(b, model_host_name(w->m, check));
    if (world_kind(w, check) == MODEL_SERVICE) {
        buf_add_char(b, ';');
        buf_add_str(b, model_description(w->m, check));
    }
}

void nlog_object(const struct world *w, uint32_t check, struct buf *b)
{
    if (world_kind(w, check) == MODEL_SERVICE)
        buf_printf(b, "service '" STR_FMT "' on ", STR_ARG(model_description(w->m, check)));
    buf_printf(b, "host '" STR_FMT "'", STR_ARG(model_host_name(w->m, check)));
}

static void begin(struct world *w)
{
    buf_clear(&w->scratch);
    buf_printf(&w->scratch, "[%lld] ", (long long)time_wall_s(w->now.wall));
}

static void end(struct world *w)
{
    struct world_effect *e;

    for (size_t i = 0; i < w->scratch.len; i++)
        if ((unsigned char)w->scratch.data[i] < ' ')
            w->scratch.data[i] = ' ';
    e = world_effect(w, WORLD_LOGLINE);
    e->words = world_keep(w, buf_str(&w->scratch));
    w->prog.log_lines++;
    w->program_unseen = true;
}

void nlog_text(struct world *w, const char *fmt, ...)
{
    va_list ap;

    begin(w);
    va_start(ap, fmt);
    buf_vprintf(&w->scratch, fmt, ap);
    va_end(ap);
    end(w);
}

static void state_fields(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    nlog_name(w, check, &w->scratch);
    buf_printf(&w->scratch, ";%s;%s;%u;", name_of_state(w, check), s->hard ? "HARD" : "SOFT", s->attempt);
    buf_add_str(&w->scratch, state_output(s));
}

void nlog_alert(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    const struct state *s = &w->st[check];

    /* Of a host only what changes nothing counts as a retry. */
    if (!s->hard && !(world_kind(w, check) == MODEL_HOST ? g->log_host_retries || s->state != s->last_state
                                                         : g->log_service_retries))
        return;
    begin(w);
    buf_printf(&w->scratch, "%s ALERT: ", upper_kind(w, check));
    state_fields(w, check);
    end(w);
}

void nlog_state(struct world *w, uint32_t check, const char *what)
{
    begin(w);
    buf_printf(&w->scratch, "%s %s STATE: ", what, upper_kind(w, check));
    state_fields(w, check);
    end(w);
}

static void version(struct world *w)
{
    nlog_text(w, "LOG VERSION: 2.0");
}

void nlog_initial(struct world *w)
{
    for (uint32_t i = 0; i < w->n && w->m->globals->log_initial_states; i++)
        nlog_state(w, i, "INITIAL");
}

void nlog_anew(struct world *w)
{
    version(w);
    for (uint32_t i = 0; i < w->n && w->m->globals->log_current_states; i++)
        nlog_state(w, i, "CURRENT");
}

void nlog_start(struct world *w)
{
    nlog_text(w, "Vigie %s starting... (PID=%u)", w->opt.version ? w->opt.version : "", w->opt.pid);
    version(w);
    nlog_initial(w);
}

void nlog_notification(struct world *w, const struct expand_of *of, struct str command)
{
    const struct state *s = expand_state(w, of, of->check);
    const char *state = state_name(world_kind(w, of->check), s->state);

    if (!w->m->globals->log_notifications)
        return;
    begin(w);
    buf_printf(&w->scratch, "%s NOTIFICATION: ", upper_kind(w, of->check));
    buf_add_str(&w->scratch, model_str(w->m, model_contact(w->m, of->contact)->name));
    buf_add_char(&w->scratch, ';');
    nlog_name(w, of->check, &w->scratch);
    if (of->type == NOTIFY_PROBLEM || of->type == NOTIFY_RECOVERY)
        buf_printf(&w->scratch, ";%s;", state);
    else
        buf_printf(&w->scratch, ";%s (%s);", notify_type_name(of->type), state);
    buf_add_str(&w->scratch, command);
    buf_add_char(&w->scratch, ';');
    buf_add_str(&w->scratch, state_output(s));
    if (of->author.n || of->comment.n)
        buf_printf(&w->scratch, ";" STR_FMT ";" STR_FMT, STR_ARG(of->author), STR_ARG(of->comment));
    end(w);
}

void nlog_suppressed(struct world *w, uint32_t check, const struct state_why *why)
{
    struct buf object = BUF_INIT;

    explain_object(w, why, &object);
    begin(w);
    buf_printf(&w->scratch, "%s NOTIFICATION SUPPRESSED: ", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_add_char(&w->scratch, ';');
    why_render(&w->scratch, why->code, why->arg, buf_str(&object), WHY_EN, NULL);
    end(w);
    buf_release(&object);
}

void nlog_downtime(struct world *w, uint32_t check, const char *what)
{
    const char *kind = kind_word(w, check);

    begin(w);
    buf_printf(&w->scratch, "%s DOWNTIME ALERT: ", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_printf(&w->scratch, ";%s; ", what);
    if (what[0] == 'S' && what[2] == 'A')
        buf_printf(&w->scratch, "%s has entered a period of scheduled downtime", kind);
    else if (what[0] == 'S')
        buf_printf(&w->scratch, "%s has exited from a period of scheduled downtime", kind);
    else
        buf_printf(&w->scratch, "Scheduled downtime for %s has been cancelled.",
                   kind[0] == 'H' ? "host" : "service");
    end(w);
}

void nlog_flapping(struct world *w, uint32_t check, bool begins, uint32_t threshold)
{
    uint32_t percent = flap_tenths(w->st[check].flap_percent);

    begin(w);
    buf_printf(&w->scratch, "%s FLAPPING ALERT: ", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_printf(&w->scratch, ";%s; %s appears to have %s flapping (%u.%u%% change %s %u.%u%% threshold)",
               begins ? "STARTED" : "STOPPED", kind_word(w, check), begins ? "started" : "stopped",
               percent / 10, percent % 10,
               !begins                              ? "<"
               : world_kind(w, check) == MODEL_HOST ? ">"
                                                    : ">=",
               threshold / 100, threshold / 10 % 10);
    end(w);
}

void nlog_flapping_off(struct world *w, uint32_t check)
{
    begin(w);
    buf_printf(&w->scratch, "%s FLAPPING ALERT: ", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_add_c(&w->scratch, ";DISABLED; Flap detection has been disabled");
    end(w);
}

void nlog_handler(struct world *w, uint32_t check, bool global, struct str command)
{
    const struct state *s = &w->st[check];

    if (!w->m->globals->log_event_handlers)
        return;
    begin(w);
    buf_printf(&w->scratch, "%s%s EVENT HANDLER: ", global ? "GLOBAL " : "", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_printf(&w->scratch, ";%s;%s;%u;" STR_FMT, name_of_state(w, check), s->hard ? "HARD" : "SOFT",
               s->attempt, STR_ARG(command));
    end(w);
}

void nlog_passive(struct world *w, uint32_t check, uint64_t code, struct str text)
{
    if (!w->m->globals->log_passive_checks)
        return;
    begin(w);
    buf_printf(&w->scratch, "PASSIVE %s CHECK: ", upper_kind(w, check));
    nlog_name(w, check, &w->scratch);
    buf_printf(&w->scratch, ";%llu;" STR_FMT, (unsigned long long)code, STR_ARG(text));
    end(w);
}

/* The execution time stands in two ways, as Nagios has it. */
void nlog_timeout(struct world *w, uint32_t check, int64_t lasted_us)
{
    long long s = lasted_us / TIME_S, us = lasted_us % TIME_S;

    begin(w);
    buf_add_c(&w->scratch, "Warning: Check of ");
    nlog_object(w, check, &w->scratch);
    if (world_kind(w, check) == MODEL_SERVICE)
        buf_printf(&w->scratch, " timed out after %lld.%03llds!", s, us / 1000);
    else
        buf_printf(&w->scratch, " timed out after %lld.%02lld seconds", s, us / 10000);
    end(w);
}
