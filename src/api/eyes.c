/* SPDX-License-Identifier: Apache-2.0 */
#include "api/eyes.h"

#include <string.h>

struct eyes eyes_of(const struct model *m, const struct sight *sight, struct arena *arena)
{
    return (struct eyes){.m = m, .sight = sight, .arena = arena};
}

static uint32_t how_many(const struct model *m, enum eyes_kind kind)
{
    switch (kind) {
    case EYES_CONTACT: return m->n_contact;
    case EYES_CONTACT_GROUP: return m->n_contact_group;
    case EYES_COMMAND: return m->n_command;
    case EYES_PERIOD: return m->n_period;
    default: return m->n_severity;
    }
}

static void mark(uint8_t *in, uint32_t at)
{
    if (at != MODEL_NONE)
        in[at] = 1;
}

static void mark_list(const struct model *m, uint8_t *in, struct model_list l)
{
    for (uint32_t i = 0; i < l.n; i++)
        mark(in, model_item(m, l, i));
}

static void mark_check(const struct model *m, enum eyes_kind kind, const struct model_check *c, uint8_t *in)
{
    switch (kind) {
    case EYES_CONTACT: mark_list(m, in, c->contacts); break;
    case EYES_CONTACT_GROUP: mark_list(m, in, c->contact_groups); break;
    case EYES_COMMAND:
        mark(in, c->check_command);
        mark(in, c->handler_command);
        break;
    case EYES_PERIOD:
        mark(in, c->check_period);
        mark(in, c->notification_period);
        mark(in, c->downtime_period);
        break;
    default:
        if (c->extra != MODEL_NONE && model_extra(m, c->extra)->severity)
            mark(in, model_extra(m, c->extra)->severity - 1);
    }
}

static const uint8_t *look(struct eyes *e, enum eyes_kind kind)
{
    size_t n = how_many(e->m, kind) + 1u;
    uint8_t *in = arena_alloc(e->arena, n);

    memset(in, 0, n);
    for (uint32_t i = 0; i < e->m->n_check; i++) {
        if (sight_sees(e->sight, i))
            mark_check(e->m, kind, model_check(e->m, i), in);
    }
    return in;
}

bool eyes_see(struct eyes *e, enum eyes_kind kind, uint32_t at)
{
    if (!e->sight)
        return true;
    if (!e->in[kind])
        e->in[kind] = look(e, kind);
    return at < how_many(e->m, kind) && e->in[kind][at];
}
