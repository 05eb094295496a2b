/* SPDX-License-Identifier: Apache-2.0 */
#include "core/flapping.h"

#include "core/flap.h"
#include "core/nlog.h"
#include "core/note.h"
#include "core/tell.h"

static void flap_comment(struct world *w, uint32_t check, uint32_t threshold)
{
    struct state *s = &w->st[check];
    const char *kind = world_kind(w, check) == MODEL_HOST ? "host" : "service";
    struct buf b = BUF_INIT;

    buf_printf(&b,
               "Notifications for this %s are being suppressed because it was detected as having been "
               "flapping between different "
               "states (%u.%u%% change %s %u.%u%% threshold).  When the %s state stabilizes and the flapping "
               "stops, notifications "
               "will be re-enabled.",
               kind, flap_tenths(s->flap_percent) / 10, flap_tenths(s->flap_percent) % 10,
               world_kind(w, check) == MODEL_HOST ? ">" : ">=", threshold / 100, threshold / 10 % 10, kind);
    state_more_set(s)->flap_comment =
        note_comment_add(w, &(struct note_comment){.check = check,
                                                   .entry_type = BOARD_COMMENT_FLAPPING,
                                                   .author = STR("(Nagios Process)"),
                                                   .text = buf_str(&b)});
    buf_release(&b);
}

static void flap_start(struct world *w, uint32_t check, uint32_t high)
{
    struct state *s = &w->st[check];

    flap_comment(w, check, high);
    nlog_flapping(w, check, true, high);
    world_event(w, RECORD_EVENT_FLAPPING_START, check,
                &(struct record_event){.state = s->state, .ref = s->flap_percent});
    s->flap_recovery = s->notification_number > 0;
    tell(w, check, NOTIFY_FLAP_START, 0, NULL);
    s->flapping = true;
}

static void forget_flapping(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];

    if (state_more(s)->flap_comment)
        note_comment_del(w, s->more->flap_comment);
    state_more_set(s)->flap_comment = 0;
    s->flapping = false;
}

static void flap_stop(struct world *w, uint32_t check, uint32_t low)
{
    struct state *s = &w->st[check];

    forget_flapping(w, check);
    nlog_flapping(w, check, false, low);
    world_event(w, RECORD_EVENT_FLAPPING_END, check,
                &(struct record_event){.state = s->state, .ref = s->flap_percent});
    tell(w, check, NOTIFY_FLAP_STOP, 0, NULL);
}

/* What was held back while it flapped. */
static void told_late(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];

    if (s->flap_recovery && s->state == STATE_OK) {
        tell(w, check, NOTIFY_RECOVERY, 0, NULL);
        state_forget_problem(s);
    }
    s->flap_recovery = false;
    world_touch(w, check);
}

void flapping_off(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];

    if (!s->flapping)
        return;
    forget_flapping(w, check);
    nlog_flapping_off(w, check);
    world_event(w, RECORD_EVENT_FLAPPING_END, check,
                &(struct record_event){.state = s->state, .ref = s->flap_percent});
    tell(w, check, NOTIFY_FLAP_DISABLED, 0, NULL);
    told_late(w, check);
}

struct thresholds {
    uint32_t low, high;
};

static struct thresholds thresholds_of(const struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    const struct model_check *c = model_check(w->m, check);
    bool host = world_kind(w, check) == MODEL_HOST;

    return (struct thresholds){.low = c->low_flap ? c->low_flap
                                      : host      ? g->low_host_flap
                                                  : g->low_service_flap,
                               .high = c->high_flap ? c->high_flap
                                       : host       ? g->high_host_flap
                                                    : g->high_service_flap};
}

/* Does it begin or end, as the history is now? True: it ended. */
static bool judge_flapping(struct world *w, uint32_t check)
{
    struct thresholds t = thresholds_of(w, check);
    struct state *s = &w->st[check];

    if (!world_switch(w, BOARD_SW_FLAP) || !(s->switches & MODEL_CHECK_FLAP))
        return false;
    if (flap_begins(s, t.high)) {
        flap_start(w, check, t.high);
    } else if (flap_ends(s, t.low)) {
        flap_stop(w, check, t.low);
        return true;
    }
    return false;
}

void flapping_on(struct world *w, uint32_t check)
{
    if (judge_flapping(w, check))
        told_late(w, check);
}

void flapping_clear(struct world *w, uint32_t check)
{
    if (w->st[check].flapping) {
        flap_stop(w, check, thresholds_of(w, check).low);
        told_late(w, check);
    }
    flap_clear(&w->st[check]);
    world_touch(w, check);
}

/* A soft problem counts for hosts only, as in Nagios. */
static bool counts(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    enum model_kind kind = world_kind(w, check);

    return (model_check(w->m, check)->flap_on & state_on(kind, s->state)) &&
           (kind == MODEL_HOST || s->hard || s->state == STATE_OK);
}

bool flapping_step(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];

    if (!counts(w, check))
        return false;
    flap_add(s);
    return judge_flapping(w, check);
}

void flapping_of_host(struct world *w, uint32_t service)
{
    uint32_t host = world_host(w, service);

    if (flap_is_even(&w->st[host]))
        return;
    if (flapping_step(w, host))
        told_late(w, host);
    world_touch(w, host);
}
