/* SPDX-License-Identifier: Apache-2.0 */
/* _VIGIE_ID, by which a host or service stays the same when it is called something else: what is in it, and that no two have the same. */
#include "base/limits.h"
#include "core/conf_build.h"

static const struct conf_object *object_of(const struct conf *c, uint32_t check)
{
    uint32_t n_hosts = c->build->n_hosts;

    return check < n_hosts ? conf_ranked(c, CONF_HOST, check)
                           : &c->objects.at[c->services.at[check - n_hosts].object];
}

/* The line that says it; CONF_NONE: nobody does. */
static uint32_t prop_of(const struct conf *c, const struct conf_object *o)
{
    for (uint32_t i = 0; i < o->n_keyed; i++)
        if (str_ieq(c->props.at[o->keyed[i]].key, STR("VIGIE_ID")))
            return o->keyed[i];
    return CONF_NONE;
}

static void add_name(struct buf *b, const struct model *m, uint32_t check)
{
    if (check >= m->n_hosts)
        buf_printf(b, "service '" STR_FMT "' on ", STR_ARG(model_description(m, check)));
    buf_printf(b, "host '" STR_FMT "'", STR_ARG(model_host_name(m, check)));
}

static void say_twice(struct conf *c, const struct model *m, uint32_t check, uint32_t first, uint32_t prop)
{
    struct conf_place at = conf_place_of(c, prop_of(c, object_of(c, first)));
    struct buf b = BUF_INIT;

    if (!conf_say_once(c, prop, STR("_VIGIE_ID")))
        return;
    buf_printf(&b, "the _VIGIE_ID '" STR_FMT "' of ", STR_ARG(model_ident(m, check)));
    add_name(&b, m, check);
    buf_add_c(&b, " is that of ");
    add_name(&b, m, first);
    buf_printf(&b, " too (%s:%u); give each one of its own, or none", conf_file_path(c, at.file), at.line);
    conf_say(c, CONF_ERROR, conf_place_of(c, prop), "%s", b.data);
    buf_release(&b);
}

static void look_at(struct conf *c, const struct model *m, uint32_t check, struct map *seen)
{
    struct str ident = model_ident(m, check);
    uint32_t prop = ident.n ? prop_of(c, object_of(c, check)) : CONF_NONE;
    uint64_t first;

    if (prop == CONF_NONE)
        return;
    if (ident.n > LIMIT_NAME) {
        if (conf_say_once(c, prop, STR("_VIGIE_ID")))
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "this _VIGIE_ID is longer than %u bytes; write a shorter one", LIMIT_NAME);
        return;
    }
    if (map_get(seen, ident, &first))
        say_twice(c, m, check, (uint32_t)first, prop);
    else
        map_put(seen, ident, check);
}

void conf_check_idents(struct conf *c)
{
    struct map hosts = MAP_INIT, services = MAP_INIT;
    struct model m;

    model_build_view(c->build, &m);
    for (uint32_t i = 0; i < m.n_check; i++)
        look_at(c, &m, i, i < m.n_hosts ? &hosts : &services);
    map_release(&hosts);
    map_release(&services);
}
