/* SPDX-License-Identifier: Apache-2.0 */
#include "core/recur.h"

#include "base/limits.h"
#include "core/nlog.h"
#include "core/note.h"

#define LONGEST (366 * TIME_DAY) /* of one downtime; a period that goes on has another one behind it */
#define AGAIN   TIME_MIN         /* there was no room */
/* Of many that begin in one moment some wait for the next step, which comes at once: other work goes on between. */
#define AT_ONCE 256u
#define AUTHOR  "vigie_downtime_period"

/* What a period says now; asked once of each, though many checks may have it. */
struct said {
    bool asked, in;
    int64_t until; /* when that changes; INT64_MAX never */
};

void recur_plan(struct world *w)
{
    w->next_recur = INT64_MIN;
    w->recur_at = 0;
}

static const struct said *ask(const struct world *w, struct said *all, uint32_t period)
{
    struct said *s = &all[period];

    if (s->asked)
        return s;
    s->asked = true;
    s->in = when_contains(&w->when, period, w->now.wall);
    s->until =
        (s->in ? when_end(&w->when, period, w->now.wall) : when_next(&w->when, period, w->now.wall)).us;
    return s;
}

static void text_of(const struct world *w, uint32_t check, struct buf *text)
{
    const struct model_period *p = model_period(w->m, model_check(w->m, check)->downtime_period);

    buf_printf(text, "every time of " STR_FMT, STR_ARG(model_str(w->m, p->alias ? p->alias : p->name)));
}

static bool begin(struct world *w, uint32_t check, int64_t until)
{
    struct buf text = BUF_INIT;
    struct state_more *more;
    uint64_t id;

    until = MIN(until, w->now.wall.us + LONGEST);
    text_of(w, check, &text);
    id = note_downtime_add(w, &(struct note_downtime){.check = check,
                                                      .fixed = true,
                                                      .start = w->now.wall.us,
                                                      .end = until,
                                                      .author = STR(AUTHOR),
                                                      .text = buf_str(&text)});
    buf_release(&text);
    if (!id) {
        if (!w->recur_refused)
            nlog_text(
                w,
                "Warning: there are %u downtimes already, so recurring ones do not begin; this is tried "
                "again every minute",
                LIMIT_DOWNTIMES);
        w->recur_refused = true;
        return false;
    }
    w->recur_refused = false;
    more = state_more_set(&w->st[check]);
    more->recur_from = w->now.wall.us;
    more->recur_until = until;
    world_touch(w, check);
    return true;
}

/* This time was had already; a clock that was set back since then makes it another one. */
static bool was_had(const struct world *w, uint32_t check)
{
    const struct state_more *more = state_more(&w->st[check]);

    return more->recur_from <= w->now.wall.us && w->now.wall.us < more->recur_until;
}

/* When the time under way ends by what the period says now, which a reload may have changed. */
static int64_t end_of(const struct world *w, uint32_t check, const struct said *s)
{
    return s->in ? MIN(s->until, state_more(&w->st[check])->recur_from + LONGEST) : w->now.wall.us;
}

/* Those that began and are still there end when their period does; what somebody cancelled stays so. One pass for all, since a reload may change many. False: there are more. */
static bool move_ends(struct world *w, struct said *all)
{
    unsigned moved = 0;

    note_take_out(w);
    for (size_t i = 0; i < w->downtimes.n; i++) {
        const struct world_downtime *d = &w->downtimes.at[i];
        uint32_t period = model_check(w->m, d->check)->downtime_period;
        int64_t until;

        if (period == MODEL_NONE || d->end <= w->now.wall.us || !was_had(w, d->check) ||
            d->start != state_more(&w->st[d->check])->recur_from || !str_eq_c(STR(AUTHOR), d->author))
            continue;
        until = end_of(w, d->check, ask(w, all, period));
        if (until == d->end)
            continue;
        if (moved++ == AT_ONCE)
            return false;
        note_downtime_move(w, d->id, until);
    }
    return true;
}

/* One check whose period is asked; false: there was no room. */
static bool look(struct world *w, uint32_t check, const struct said *s, unsigned *begun)
{
    int64_t until;

    if (was_had(w, check)) {
        until = end_of(w, check, s);
        if (until != state_more(&w->st[check])->recur_until) {
            state_more_set(&w->st[check])->recur_until = until;
            world_touch(w, check);
        }
        w->next_recur = MIN(w->next_recur, s->in ? MIN(until, s->until) : s->until);
        return true;
    }
    w->next_recur = MIN(w->next_recur, s->until);
    if (!s->in)
        return true;
    ++*begun;
    if (!begin(w, check, s->until))
        return false;
    w->next_recur = MIN(w->next_recur, state_more(&w->st[check])->recur_until);
    return true;
}

/* From where the step before stopped; false: there are more. */
static bool look_on(struct world *w, struct said *all)
{
    unsigned begun = 0;

    for (uint32_t i = w->recur_at; i < w->n; i++) {
        uint32_t period = model_check(w->m, i)->downtime_period;

        if (period == MODEL_NONE)
            continue;
        if (begun == AT_ONCE) {
            w->recur_at = i;
            return false;
        }
        if (!look(w, i, ask(w, all, period), &begun)) {
            w->next_recur = w->now.wall.us + AGAIN;
            break;
        }
    }
    w->recur_at = 0;
    return true;
}

void recur_step(struct world *w)
{
    struct said *all;

    if (w->stopping || w->now.wall.us < w->next_recur)
        return;
    w->next_recur = w->recur_at ? w->recur_later : INT64_MAX;
    all = mem_calloc((size_t)w->m->n_period + 1, sizeof(*all));
    if (!w->recur_at && !move_ends(w, all)) {
        w->next_recur = INT64_MIN;
    } else if (!look_on(w, all)) {
        w->recur_later = w->next_recur;
        w->next_recur = INT64_MIN;
    }
    mem_free(all);
}
