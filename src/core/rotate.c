/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rotate.h"

#include "core/nlog.h"
#include "core/world_in.h"

/* The day, counted from the civil one of c, in which the next rotation begins. */
static int64_t next_day(const struct time_civil *c, uint32_t method)
{
    int64_t today = time_days_from_civil(c->year, c->month, c->day);

    if (method == 'w')
        return today + 7 - c->weekday;
    if (method == 'm')
        return today + time_days_in_month(c->year, c->month) - c->day + 1;
    return today + 1;
}

static bool is_method(uint32_t method)
{
    return method == 'h' || method == 'd' || method == 'w' || method == 'm';
}

struct wall rotate_next(const struct time_zone *z, uint32_t method, struct wall t)
{
    struct time_civil c = time_local(z, t), at = {.year = c.year};
    int64_t s = time_wall_s(t), into = s + time_zone_offset(z, s);

    if (!is_method(method))
        return (struct wall){INT64_MAX};
    /* The hour is counted from the offset in force, so that each of the two hours of a change back has its own file. */
    if (method == 'h')
        return (struct wall){(s - ((into % 3600) + 3600) % 3600 + 3600) * TIME_S};
    time_civil_from_days(next_day(&c, method), &at.year, &at.month, &at.day);
    return (struct wall){time_from_local(z, &at) * TIME_S};
}

void rotate_name(const struct time_zone *z, struct wall at, struct buf *out)
{
    struct time_civil c = time_local(z, at);

    buf_printf(out, "nagios-%02d-%02d-%04d-%02d.log", c.month, c.day, c.year, c.hour);
}

static uint32_t method_of(const struct world *w)
{
    const struct model_globals *g = w->m->globals;

    return g->log_file && model_str(w->m, g->log_file).n ? g->log_rotation_method : 'n';
}

void rotate_plan(struct world *w)
{
    w->next_rotation = rotate_next(&w->when.zone.zone, method_of(w), w->now.wall).us;
}

static const char *method_name(uint32_t method)
{
    switch (method) {
    case 'h': return "HOURLY";
    case 'd': return "DAILY";
    case 'w': return "WEEKLY";
    default: return "MONTHLY";
    }
}

void rotate_step(struct world *w)
{
    struct buf name = BUF_INIT;
    struct world_effect *e;

    if (w->stopping || w->now.wall.us < w->next_rotation)
        return;
    rotate_name(&w->when.zone.zone, (struct wall){w->next_rotation}, &name);
    e = world_effect(w, WORLD_ROTATE);
    e->words = world_keep(w, buf_str(&name));
    buf_release(&name);
    rotate_plan(w);
    w->prog.last_log_rotation = w->now.wall.us;
    w->program_unseen = true;
    nlog_text(w, "LOG ROTATION: %s", method_name(method_of(w)));
    nlog_anew(w);
    world_effect(w, WORLD_ROTATE);
}
