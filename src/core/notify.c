/* SPDX-License-Identifier: Apache-2.0 */
#include "core/notify.h"

static struct state_why go(void)
{
    return why_make(WHY_NONE, MODEL_NONE, 0, 0);
}

static struct state_why no(enum why_code code)
{
    return why_make(code, MODEL_NONE, 0, 0);
}

static struct state_why any_downtime(const struct notify_facts *f)
{
    if (f->in_downtime)
        return no(WHY_NOTIFY_DOWNTIME);
    return f->host_in_downtime ? no(WHY_NOTIFY_HOST_DOWNTIME) : go();
}

/* Flapping, downtime, acknowledgement and custom messages have few conditions of their own. */
static struct state_why decide_special(const struct notify_facts *f)
{
    switch (f->type) {
    case NOTIFY_CUSTOM: return any_downtime(f);
    case NOTIFY_ACK: return f->state == STATE_OK ? no(WHY_NOTIFY_OK_ACK) : go();
    case NOTIFY_FLAP_START:
    case NOTIFY_FLAP_STOP:
    case NOTIFY_FLAP_DISABLED:
        return f->notify_on & MODEL_ON_FLAPPING ? any_downtime(f) : no(WHY_NOTIFY_OPTION);
    case NOTIFY_DOWNTIME_START:
    case NOTIFY_DOWNTIME_END:
    case NOTIFY_DOWNTIME_CANCELLED:
        if (!(f->notify_on & MODEL_ON_DOWNTIME))
            return no(WHY_NOTIFY_OPTION);
        return f->in_downtime ? no(WHY_NOTIFY_DOWNTIME) : go();
    case NOTIFY_PROBLEM:
    case NOTIFY_RECOVERY:
    case NOTIFY_TYPES: break;
    }
    BUG("notify type");
}

/* What holds for problems and recoveries alike. */
static struct state_why decide_state(const struct notify_facts *f)
{
    if (!f->hard)
        return why_make(WHY_NOTIFY_SOFT, MODEL_NONE, f->attempt, f->max_attempts);
    if (f->acknowledged)
        return no(WHY_NOTIFY_ACK);
    if (f->bad_master != MODEL_NONE)
        return why_make(WHY_NOTIFY_DEPENDENCY, f->bad_master, 0, 0);
    if (f->type == NOTIFY_RECOVERY && !(f->notify_on & MODEL_ON_RECOVERY))
        return no(WHY_NOTIFY_OPTION);
    if (f->type == NOTIFY_RECOVERY && !f->notified_on && !(f->options & NOTIFY_AGAIN))
        return no(WHY_NOTIFY_NOT_BEFORE);
    if (f->type == NOTIFY_PROBLEM && !(f->notify_on & state_on(f->kind, f->state)))
        return no(WHY_NOTIFY_OPTION);
    if (f->type == NOTIFY_PROBLEM && f->first_delay_us > 0 && !f->number &&
        f->now < f->problem_since + f->first_delay_us)
        return why_make(WHY_NOTIFY_DELAY, MODEL_NONE, f->problem_since + f->first_delay_us, 0);
    if (f->type == NOTIFY_RECOVERY && f->now < f->recovery_at)
        return why_make(WHY_NOTIFY_RECOVERY_DELAY, MODEL_NONE, f->recovery_at, 0);
    if (f->flapping)
        return no(WHY_NOTIFY_FLAPPING);
    return any_downtime(f);
}

/* Is there a bigger problem behind it? Neither it nor its end is told then. Has the problem been said already? */
static struct state_why decide_again(const struct notify_facts *f)
{
    bool waits = f->type == NOTIFY_PROBLEM && !f->is_volatile && !(f->options & NOTIFY_AGAIN);

    if (f->flexible)
        return no(WHY_NOTIFY_FLEXIBLE);
    if (waits && f->no_more)
        return no(WHY_NOTIFY_ONCE);
    if (f->kind == MODEL_SERVICE && !f->host_up)
        return why_make(WHY_NOTIFY_HOST_DOWN, f->host, 0, 0);
    if (waits && f->now < f->next_notification)
        return why_make(WHY_NOTIFY_INTERVAL, MODEL_NONE, f->next_notification, 0);
    return go();
}

struct state_why notify_decide(const struct notify_facts *f)
{
    struct state_why why;

    if (f->options & NOTIFY_FORCED)
        return go();
    if (!f->switched_on_global)
        return no(WHY_NOTIFY_OFF_GLOBAL);
    if (!f->in_period)
        return why_make(WHY_NOTIFY_PERIOD, f->period, 0, 0);
    if (!f->switched_on)
        return no(WHY_NOTIFY_OFF);
    if (f->type != NOTIFY_PROBLEM && f->type != NOTIFY_RECOVERY)
        return decide_special(f);
    why = decide_state(f);
    return why.code == WHY_NONE ? decide_again(f) : why;
}

static struct state_why decide_contact_state(const struct notify_contact_facts *f)
{
    if (f->state == STATE_OK) {
        if (!(f->contact_on & MODEL_ON_RECOVERY))
            return no(WHY_CONTACT_OPTION);
        if (f->options & NOTIFY_AGAIN)
            return go();
        /* Whom a service's problem did not concern hears nothing of its end; of a host's end everybody hears who wants recoveries, as in Nagios. */
        return f->notified_on & (f->kind == MODEL_HOST ? UINT32_MAX : f->contact_on)
                   ? go()
                   : no(WHY_CONTACT_NOT_BEFORE);
    }
    return f->contact_on & state_on(f->kind, f->state) ? go() : no(WHY_CONTACT_OPTION);
}

struct state_why notify_decide_contact(const struct notify_contact_facts *f)
{
    if (!f->has_command)
        return no(WHY_CONTACT_NO_COMMAND);
    if (f->options & NOTIFY_FORCED)
        return go();
    if (!f->switched_on)
        return no(WHY_CONTACT_OFF);
    if (f->importance < f->least_importance)
        return no(WHY_CONTACT_IMPORTANCE);
    if (!f->in_period)
        return why_make(WHY_CONTACT_PERIOD, f->period, 0, 0);
    switch (f->type) {
    case NOTIFY_CUSTOM: return go();
    case NOTIFY_FLAP_START:
    case NOTIFY_FLAP_STOP:
    case NOTIFY_FLAP_DISABLED: return f->contact_on & MODEL_ON_FLAPPING ? go() : no(WHY_CONTACT_OPTION);
    case NOTIFY_DOWNTIME_START:
    case NOTIFY_DOWNTIME_END:
    case NOTIFY_DOWNTIME_CANCELLED: return f->contact_on & MODEL_ON_DOWNTIME ? go() : no(WHY_CONTACT_OPTION);
    default: return decide_contact_state(f);
    }
}

const char *notify_type_name(enum notify_type t)
{
    static const char *const names[NOTIFY_TYPES] = {
        "PROBLEM",          "RECOVERY",      "ACKNOWLEDGEMENT", "FLAPPINGSTART",     "FLAPPINGSTOP",
        "FLAPPINGDISABLED", "DOWNTIMESTART", "DOWNTIMEEND",     "DOWNTIMECANCELLED", "CUSTOM"};

    BUG_ON(t >= NOTIFY_TYPES);
    return names[t];
}
