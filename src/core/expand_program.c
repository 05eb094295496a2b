/* SPDX-License-Identifier: Apache-2.0 */
/* Macros of the program: times, periods. */
#include "core/expand.h"
#include "core/when.h"
#include "core/world_in.h"

static void add_period(const struct world *w, enum macro_id id, struct str arg, struct wall at, struct buf *b)
{
    struct str name = str_cut(&arg, ':');
    uint32_t period = model_find_period(w->m, name);
    struct wall next;
    int64_t s;

    if (arg.n && str_to_i64(arg, &s) && s > INT64_MIN / TIME_S && s < INT64_MAX / TIME_S)
        at.us = s * TIME_S;
    if (period == MODEL_NONE)
        return;
    if (id == MACRO_ID_ISVALIDTIME) {
        buf_add_u64(b, when_contains(&w->when, period, at));
        return;
    }
    next = when_next(&w->when, period, at);
    buf_add_i64(b, next.us == INT64_MAX ? 0 : time_wall_s(next));
}

void expand_program(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                    struct buf *b)
{
    struct wall now = expand_now(w, of);

    switch (id) {
    case MACRO_ID_LONGDATETIME: expand_time(w, EXPAND_LONG, now, b); break;
    case MACRO_ID_SHORTDATETIME: expand_time(w, EXPAND_SHORT, now, b); break;
    case MACRO_ID_DATE: expand_time(w, EXPAND_DATE, now, b); break;
    case MACRO_ID_TIME: expand_time(w, EXPAND_CLOCK, now, b); break;
    case MACRO_ID_TIMET: buf_add_i64(b, time_wall_s(now)); break;
    case MACRO_ID_PROCESSSTARTTIME:
    case MACRO_ID_EVENTSTARTTIME: buf_add_i64(b, w->prog.program_start / TIME_S); break;
    case MACRO_ID_ISVALIDTIME:
    case MACRO_ID_NEXTVALIDTIME: add_period(w, id, arg, now, b); break;
    default: totals_add(w, id, of->notification ? of->contact : MODEL_NONE, b); break;
    }
}
