/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones: of the configuration, of a period, of the periods of a host, service or contact. A period that is read in another zone than its own is a copy of it behind all others. */
#include "core/conf_build.h"
#include "core/zone.h"

static bool read_zone(struct conf *c, const char *name, struct zone *z)
{
    struct buf bytes = BUF_INIT;
    bool ok = false;

    if (*name == ':')
        name++;
    if (c->io.zone && c->io.zone(c->io.ctx, name, &bytes) == 0)
        ok = zone_compile(z, buf_str(&bytes)) == 0;
    buf_release(&bytes);
    return ok || zone_compile_rule(z, str_of(name)) == 0;
}

static struct str name_of(const struct conf *c, uint32_t zone)
{
    return str_of(c->build->strings.data + c->build->zone.at[zone].name);
}

/* Its index; MODEL_NONE: there is no such zone. */
static uint32_t zone_by_name(struct conf *c, struct str name)
{
    struct model_build *b = c->build;
    struct model_zone out = {.first_at = (uint32_t)b->transition.n};
    struct zone z = {.first_offset = 0};

    for (uint32_t i = 0; i < b->zone.n; i++)
        if (str_eq(name_of(c, i), name))
            return i;
    if (!read_zone(c, arena_dup(&c->arena, name), &z))
        return MODEL_NONE;
    out.name = model_build_str(b, name.n ? name : STR("local"));
    out.n = (uint32_t)z.turns.n;
    out.first_offset = z.first_offset;
    out.first_name = model_build_str(b, str_of(z.first_name));
    for (size_t i = 0; i < z.turns.n; i++)
        *VEC_ADD(&b->transition) =
            (struct model_transition){z.turns.at[i].at, z.turns.at[i].offset, z.turns.at[i].is_dst,
                                      model_build_str(b, str_of(z.turns.at[i].name)), 0};
    zone_release(&z);
    *VEC_ADD(&b->zone) = out;
    return (uint32_t)b->zone.n - 1;
}

/* use_timezone, else TZ of the environment, else the machine's own; else UTC. */
void conf_build_zone(struct conf *c)
{
    struct model_globals *g = &c->build->globals;
    struct str said = g->zone_name ? str_of(c->build->strings.data + g->zone_name) : STR("");
    struct str name = said.n ? said : str_of(c->rq.zone ? c->rq.zone : "");
    unsigned row;

    BUG_ON(!conf_main_find(STR("use_timezone"), &row));
    name = arena_str(&c->arena, name);
    g->zone = zone_by_name(c, name);
    if (g->zone != MODEL_NONE)
        g->zone_name = c->build->zone.at[g->zone].name;
    else if (said.n) /* Nagios would go on in UTC, and so does Vigie in its place */
        conf_say(c, CONF_MISTAKE, c->main_place[row],
                 "there is no time zone '" STR_FMT
                 "'; write one of /usr/share/zoneinfo, such as Europe/Paris",
                 STR_ARG(name));
    else if (name.n)
        conf_say(c, CONF_WARNING, (struct conf_place){CONF_NONE, 0, 0},
                 "the environment's TZ '" STR_FMT "' is no time zone; UTC is used", STR_ARG(name));
}

uint32_t conf_zone_said(struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str name = str_trim(conf_text(c, o, row));
    uint32_t zone;

    if (!p || !name.n)
        return MODEL_NONE;
    if (name.p[0] == ':')
        name = str_sub(name, 1, SIZE_MAX);
    zone = zone_by_name(c, arena_str(&c->arena, name));
    if (zone == MODEL_NONE && conf_say_once(c, (uint32_t)(p - c->props.at), STR("zone")))
        conf_say(c, CONF_MISTAKE, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "there is no time zone '" STR_FMT
                 "'; write one of /usr/share/zoneinfo, such as Europe/Paris; the configuration's is used",
                 STR_ARG(name));
    return zone;
}

uint32_t conf_zone_period(struct conf *c, uint32_t zone, uint32_t period)
{
    struct model_build *b = c->build;
    uint32_t named = b->globals.n_periods;
    struct model_period copy;

    if (period == MODEL_NONE)
        return period;
    for (uint32_t i = 0; period >= named && i < named; i++)
        if (b->period.at[i].name == b->period.at[period].name)
            period = i; /* from the host, in the zone of the host */
    if (zone == MODEL_NONE || b->period.at[period].zone != MODEL_NONE)
        return period;
    copy = b->period.at[period];
    copy.zone = zone;
    for (uint32_t i = named; i < b->period.n; i++)
        if (b->period.at[i].name == copy.name && b->period.at[i].zone == zone)
            return i;
    *VEC_ADD(&b->period) = copy;
    return (uint32_t)b->period.n - 1;
}
