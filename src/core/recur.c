/* SPDX-License-Identifier: Apache-2.0 */
#include "core/recur.h"

#include "core/note.h"

#define LONGEST (366 * TIME_DAY) /* a period without an end */

/* What a period says now; asked once of each, though many checks may have it. */
struct said {
    bool asked, in;
    int64_t until; /* when that changes; INT64_MAX never */
};

void recur_plan(struct world *w)
{
    w->next_recur = INT64_MIN;
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

static void begin(struct world *w, uint32_t check, int64_t until)
{
    const struct model_period *p = model_period(w->m, model_check(w->m, check)->downtime_period);
    struct state_more *more = state_more_set(&w->st[check]);
    struct buf text = BUF_INIT;

    /* This time was had already; a clock that was set back since then makes it another one. */
    if (more->recur_from <= w->now.wall.us && w->now.wall.us < more->recur_until)
        return;
    more->recur_from = w->now.wall.us;
    more->recur_until = MIN(until, w->now.wall.us + LONGEST);
    buf_printf(&text, "every time of " STR_FMT, STR_ARG(model_str(w->m, p->alias ? p->alias : p->name)));
    note_downtime_add(w, &(struct note_downtime){.check = check,
                                                 .fixed = true,
                                                 .start = w->now.wall.us,
                                                 .end = more->recur_until,
                                                 .author = STR("vigie_downtime_period"),
                                                 .text = buf_str(&text)});
    world_touch(w, check);
    buf_release(&text);
}

void recur_step(struct world *w)
{
    struct said *all;

    if (w->stopping || w->now.wall.us < w->next_recur)
        return;
    w->next_recur = INT64_MAX;
    all = mem_calloc((size_t)w->m->n_period + 1, sizeof(*all));
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t period = model_check(w->m, i)->downtime_period;
        const struct said *s;

        if (period == MODEL_NONE)
            continue;
        s = ask(w, all, period);
        if (s->in)
            begin(w, i, s->until);
        w->next_recur = MIN(w->next_recur, s->until);
    }
    mem_free(all);
}
