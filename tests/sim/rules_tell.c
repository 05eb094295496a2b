/* SPDX-License-Identifier: Apache-2.0 */
/* Whether somebody is told, and who: the filters of the manual. */
#include "rules_in.h"

#include "core/why.h"

/* ---- whether somebody is told ---- */

static unsigned downtime_filter(struct rules *r, const struct rules_check *c)
{
    if (rules_depth(r, c->oid))
        return WHY_NOTIFY_DOWNTIME;
    return !rules_is_host(r, c) && rules_depth(r, rules_at(r, rules_conf(r, c)->host)->oid)
               ? WHY_NOTIFY_HOST_DOWNTIME
               : WHY_NONE;
}

/* Of a service or its host, a downtime that only waits for a problem. */
static bool flexible_waits(struct rules *r, const struct rules_check *c)
{
    const struct rules_check *host = rules_at(r, rules_conf(r, c)->host);

    for (size_t i = 0; i < r->downtimes.n && !rules_is_host(r, c); i++) {
        const struct rules_downtime *d = &r->downtimes.at[i];

        if ((d->oid == c->oid || d->oid == host->oid) && !d->fixed && !d->on && !d->trigger &&
            d->start <= r->now.wall.us && r->now.wall.us < d->end + TIME_S)
            return true;
    }
    return false;
}

/* A service whose host is not up; volatile problems and recoveries only once that is hard. */
static bool host_holds(struct rules *r, const struct rules_check *c, bool soft_too)
{
    const struct rules_check *host = rules_at(r, rules_conf(r, c)->host);

    return !rules_is_host(r, c) && host->state != UP && (soft_too || host->hard);
}

/* Problems and recoveries: the filters of the manual in their order. */
static unsigned state_filter(struct rules *r, const struct rules_check *c, bool problem)
{
    const struct model_check *conf_of = rules_conf(r, c);
    uint32_t wanted = problem ? rules_bit_of(r, c, c->state) : (uint32_t)MODEL_ON_RECOVERY;
    int64_t delay = conf_of->first_notification_delay_us / TIME_S;
    bool is_volatile = (conf_of->flags & MODEL_CHECK_VOLATILE) != 0;
    unsigned why;

    if (!c->hard)
        return WHY_NOTIFY_SOFT;
    if (c->ack)
        return WHY_NOTIFY_ACK;
    if (rules_holds_back(r, c))
        return WHY_NOTIFY_DEPENDENCY;
    if (!(conf_of->notify_on & wanted))
        return WHY_NOTIFY_OPTION;
    if (!problem && !c->told_states)
        return WHY_NOTIFY_NOT_BEFORE;
    if (problem && !c->number && delay && rules_elapsed_s(r) < c->hard_since + delay)
        return WHY_NOTIFY_DELAY;
    if (c->flapping)
        return WHY_NOTIFY_FLAPPING;
    why = downtime_filter(r, c);
    if (why)
        return why;
    if (flexible_waits(r, c))
        return WHY_NOTIFY_FLEXIBLE;
    if (problem && c->never_again && !is_volatile)
        return WHY_NOTIFY_ONCE;
    if (host_holds(r, c, problem && !is_volatile))
        return WHY_NOTIFY_HOST_DOWN;
    return problem && !is_volatile && rules_elapsed_s(r) < c->again ? WHY_NOTIFY_INTERVAL : WHY_NONE;
}

static unsigned filter(struct rules *r, const struct rules_check *c, enum notify_type type)
{
    bool problem = type == NOTIFY_PROBLEM;
    uint32_t wanted;

    if (!rules_in_period(r, rules_conf(r, c)->notification_period))
        return WHY_NOTIFY_PERIOD;
    if (c->muted)
        return WHY_NOTIFY_OFF;
    if (problem || type == NOTIFY_RECOVERY)
        return state_filter(r, c, problem);
    if (type == NOTIFY_ACK)
        return c->state == OK ? WHY_NOTIFY_OK_ACK : WHY_NONE;
    if (type == NOTIFY_CUSTOM)
        return downtime_filter(r, c);
    wanted = type <= NOTIFY_FLAP_DISABLED ? MODEL_ON_FLAPPING : MODEL_ON_DOWNTIME;
    if (!(rules_conf(r, c)->notify_on & wanted))
        return WHY_NOTIFY_OPTION;
    if (wanted == MODEL_ON_FLAPPING)
        return downtime_filter(r, c);
    return rules_depth(r, c->oid) ? WHY_NOTIFY_DOWNTIME : WHY_NONE;
}

/* ---- who is told ---- */

static bool wants(const struct rules *r, const struct rules_check *c, uint32_t contact, enum notify_type type)
{
    const struct model_contact *k = model_contact(r->m, contact);
    uint32_t options = rules_is_host(r, c) ? k->host_on : k->service_on;

    if (!(k->flags & (rules_is_host(r, c) ? MODEL_CONTACT_HOST_NOTIFY : MODEL_CONTACT_SERVICE_NOTIFY)) ||
        !rules_in_period(r, rules_is_host(r, c) ? k->host_period : k->service_period))
        return false;
    switch (type) {
    case NOTIFY_CUSTOM: return true;
    case NOTIFY_FLAP_START:
    case NOTIFY_FLAP_STOP:
    case NOTIFY_FLAP_DISABLED: return (options & MODEL_ON_FLAPPING) != 0;
    case NOTIFY_DOWNTIME_START:
    case NOTIFY_DOWNTIME_END:
    case NOTIFY_DOWNTIME_CANCELLED: return (options & MODEL_ON_DOWNTIME) != 0;
    default: break;
    }
    if (c->state == OK)
        return (options & MODEL_ON_RECOVERY) &&
               (rules_is_host(r, c) ? c->told_states : options & c->told_states);
    return (options & rules_bit_of(r, c, c->state)) != 0;
}

static bool escalates(const struct rules *r, const struct rules_check *c, const struct model_escalation *e)
{
    uint32_t bit = c->state == OK ? (uint32_t)MODEL_ON_RECOVERY : rules_bit_of(r, c, c->state);

    return (int64_t)c->number >= e->first && (!e->last || (int64_t)c->number <= e->last) &&
           rules_in_period(r, e->period) && (e->on & bit);
}

static void add_told(struct rules *r, uint64_t oid, unsigned type, uint32_t contact)
{
    for (size_t i = 0; i < r->told.n; i++)
        if (r->told.at[i].oid == oid && r->told.at[i].type == type && r->told.at[i].contact == contact)
            return; /* once, by however many ways */
    *VEC_ADD(&r->told) = (struct rules_told){.oid = oid, .type = type, .contact = contact};
}

static unsigned tell_list(struct rules *r, const struct rules_check *c, struct model_list contacts,
                          enum notify_type type, bool all)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < contacts.n; i++) {
        uint32_t contact = model_item(r->m, contacts, i);

        if (!all && !wants(r, c, contact, type))
            continue;
        n++;
        add_told(r, c->oid, type, contact);
    }
    return n;
}

static unsigned tell_all(struct rules *r, const struct rules_check *c, enum notify_type type,
                         uint32_t options, int64_t *interval)
{
    bool escalated = false, by_escalation = false, all = options & NOTIFY_FORCED,
         broadcast = options & NOTIFY_BROADCAST;
    unsigned n = 0;

    *interval = rules_conf(r, c)->notification_interval_us;
    for (uint32_t i = 0; i < rules_conf(r, c)->n_escalations; i++) {
        const struct model_escalation *e = model_escalation(r->m, rules_conf(r, c)->first_escalation + i);

        if (!broadcast && !escalates(r, c, e))
            continue;
        escalated = true;
        n += tell_list(r, c, e->contacts, type, all);
        for (uint32_t k = 0; k < e->contact_groups.n; k++)
            n += tell_list(r, c, model_contact_group(r->m, model_item(r->m, e->contact_groups, k))->members,
                           type, all);
        if (e->interval_us >= 0) {
            *interval = by_escalation ? MIN(*interval, e->interval_us) : e->interval_us;
            by_escalation = true;
        }
    }
    return escalated && !broadcast ? n : n + tell_list(r, c, rules_conf(r, c)->contacts, type, all);
}

/* When a period begins, as rules_elapsed_s; now if it never does. */
static int64_t with_period(const struct rules *r, uint32_t period)
{
    int64_t at = when_next(&r->when, period, r->now.wall).us;

    return rules_elapsed_s(r) + (at == INT64_MAX ? 0 : at / TIME_S - r->now.wall.us / TIME_S);
}

void rules_tell(struct rules *r, struct rules_check *c, enum notify_type type, uint32_t options)
{
    bool problem = type == NOTIFY_PROBLEM;
    int64_t interval;

    c->why = options & NOTIFY_FORCED ? WHY_NONE : filter(r, c, type);
    if (c->why == WHY_NOTIFY_PERIOD && problem && c->hard)
        c->again = with_period(r, rules_conf(r, c)->notification_period);
    if (c->why)
        return;
    c->number += problem;
    if (!tell_all(r, c, type, options, &interval)) {
        c->number -= problem;
        c->why = WHY_NOTIFY_NOBODY;
        return;
    }
    c->why = WHY_TOLD;
    if (!problem)
        return;
    c->told_states |= rules_bit_of(r, c, c->state);
    c->never_again = interval <= 0;
    c->again = rules_elapsed_s(r) + interval / TIME_S;
}
