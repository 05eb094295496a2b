/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_do.h"

#include "base/limits.h"
#include "core/flapping.h"
#include "core/note.h"
#include "core/result.h"
#include "core/sched.h"
#include "core/switches.h"
#include "core/tell.h"
#include "core/world_in.h"

static int64_t num(const struct excmd *c, size_t i)
{
    return c->number[c->first + i];
}

static struct str text(const struct excmd *c, size_t i)
{
    return c->text[c->first + i];
}

static bool is_host(const struct world *w, uint32_t check)
{
    return world_kind(w, check) == MODEL_HOST;
}

/* ---- results and checks ---- */

/* A command says a second: of the one that is now, it is now. What lies ahead stays so: how far ahead can be is for the result to judge. */
static struct wall stamp_of(const struct world *w, const struct excmd *c)
{
    if (c->stamp <= 0 || c->stamp == time_wall_s(w->now.wall))
        return w->now.wall;
    return (struct wall){MIN(c->stamp, INT64_MAX / TIME_S) * TIME_S};
}

int excmd_do_result(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    bool host = is_host(w, check);
    int64_t code = num(c, 0);
    struct buf lines = BUF_INIT;
    struct str out = text(c, 1);
    int r = result_may_be_passive(w, check, err);

    if (r < 0)
        return r;
    if (!host && code == -1)
        code = STATE_UNKNOWN; /* as Nagios has it */
    if (code < 0 || (host && code > STATE_UNREACHABLE))
        return err_set(err, E_INVAL, "%lld is no state of a %s", (long long)code, host ? "host" : "service");
    for (size_t i = 0; i < out.n;
         i++) { /* a line break is written as \n, as one command is one line, and \ as \\ */
        char next = out.p[i] == '\\' && i + 1 < out.n ? out.p[i + 1] : '\0';

        if (next == 'n' || next == '\\')
            i++;
        buf_add_char(&lines, next == 'n' ? '\n' : out.p[i]);
    }
    result_passive(w, check, (uint64_t)code, buf_str(&lines), c->who, stamp_of(w, c));
    buf_release(&lines);
    return 0;
}

int excmd_do_schedule(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    struct wall at = {MAX(num(c, 0) * TIME_S, w->now.wall.us)};

    if (!over_can_run(w, check))
        return err_set(err, E_INVAL, "it has no check command");
    if (!c->row->param && !(w->st[check].switches & MODEL_CHECK_ACTIVE))
        return err_set(err, E_PERM,
                       "its active checks are switched off; SCHEDULE_FORCED_... runs it all the same");
    if (sched_wish(w, check, at, c->row->param))
        world_touch(w, check); /* the plan of a person is kept over a restart, if plans are */
    return 0;
}

/* ---- acknowledgements, comments ---- */

static int acknowledge(struct world *w, const struct excmd *c, uint32_t check, int64_t until, struct err *err)
{
    const struct model_check *m = model_check(w->m, check);
    int64_t timeout = m->extra == MODEL_NONE ? 0 : model_extra(w->m, m->extra)->ack_timeout_us;
    size_t behind = until != 0;

    if (w->st[check].state == STATE_OK)
        return err_set(err, E_INVAL, "there is no problem to acknowledge: the state is %s",
                       state_name(world_kind(w, check), STATE_OK));
    note_ack(w, check,
             &(struct note_ack){.sticky = num(c, 0) == 2,
                                .notify = num(c, 1) != 0,
                                .persistent = num(c, 2) != 0,
                                .expires = until     ? until
                                           : timeout ? w->now.wall.us + timeout
                                                     : 0,
                                .author = text(c, 3 + behind),
                                .text = text(c, 4 + behind)});
    return 0;
}

int excmd_do_ack(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    return acknowledge(w, c, check, 0, err);
}

int excmd_do_ack_expire(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (num(c, 3) * TIME_S <= w->now.wall.us)
        return err_set(err, E_INVAL, "the acknowledgement would end in the past");
    return acknowledge(w, c, check, num(c, 3) * TIME_S, err);
}

int excmd_do_unack(struct world *w, const struct excmd *c UNUSED, uint32_t check, struct err *err UNUSED)
{
    note_unack(w, check);
    return 0;
}

static int add_comment(struct world *w, const struct excmd *c, uint32_t check, int64_t until, struct err *err)
{
    size_t behind = until != 0;
    uint64_t id = note_comment_add(w, &(struct note_comment){.check = check,
                                                             .entry_type = BOARD_COMMENT_USER,
                                                             .external = true,
                                                             .persistent = num(c, 0) != 0,
                                                             .expire_time = until,
                                                             .author = text(c, 1 + behind),
                                                             .text = text(c, 2 + behind)});

    return id ? 0 : err_set(err, E_LIMIT, "there are %u comments already", LIMIT_COMMENTS);
}

int excmd_do_comment(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    return add_comment(w, c, check, 0, err);
}

int excmd_do_comment_expire(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (num(c, 1) * TIME_S <= w->now.wall.us)
        return err_set(err, E_INVAL, "the comment would be deleted in the past");
    return add_comment(w, c, check, num(c, 1) * TIME_S, err);
}

int excmd_do_comment_del(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err)
{
    const struct world_comment *n = num(c, 0) > 0 ? note_comment_find(w, (uint64_t)num(c, 0)) : NULL;

    if (!n || world_kind(w, n->check) != c->row->param)
        return err_set(err, E_NOENT, "there is no comment %lld on a %s", (long long)num(c, 0),
                       c->row->param == MODEL_HOST ? "host" : "service");
    note_comment_del(w, n->id);
    return 0;
}

int excmd_do_comment_end(struct world *w, const struct excmd *c, uint32_t check UNUSED,
                         struct err *err UNUSED)
{
    note_comment_del(w, c->id);
    return 0;
}

/* ---- downtimes ---- */

static int add_downtime(struct world *w, const struct excmd *c, uint32_t check, uint64_t trigger,
                        uint64_t *id, struct err *err)
{
    struct note_downtime d = {.check = check,
                              .start = num(c, 0) * TIME_S,
                              .end = num(c, 1) * TIME_S,
                              .fixed = num(c, 2) != 0,
                              .triggered_by = trigger,
                              .joins = c->row->handle == excmd_do_downtime_children,
                              .duration_us = num(c, 4) * TIME_S,
                              .author = text(c, 5),
                              .text = text(c, 6)};

    if (d.start >= d.end)
        return err_set(err, E_INVAL, "the downtime ends before it begins");
    if (d.end <= w->now.wall.us)
        return err_set(err, E_INVAL, "the downtime lies in the past");
    if (!d.fixed && d.duration_us <= 0)
        return err_set(err, E_INVAL, "a flexible downtime needs a duration");
    *id = note_downtime_add(w, &d);
    if (!*id)
        return err_set(err, E_LIMIT, "there are too many downtimes, or too many trigger one another");
    return 0;
}

int excmd_do_downtime(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    uint64_t id, trigger = num(c, 3) > 0 ? (uint64_t)num(c, 3) : 0;
    uint32_t other;

    if (trigger && !note_downtime_of(w, trigger, &other))
        return err_set(err, E_NOENT, "there is no downtime %llu that could trigger it",
                       (unsigned long long)trigger);
    return add_downtime(w, c, check, trigger, &id, err);
}

/* One of the host and all hosts behind it: the host's own comes first. */
int excmd_do_downtime_children(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    bool triggered = check != c->check && c->row->param;
    uint64_t id = 0;
    int r;

    if (triggered && !*c->ref)
        return err_set(err, E_NOENT, "there is no downtime of the host that could trigger it");
    r = add_downtime(w, c, check, triggered ? *c->ref : 0, &id, err);
    if (check == c->check)
        *c->ref = id;
    return r;
}

int excmd_do_downtime_end(struct world *w, const struct excmd *c, uint32_t check UNUSED,
                          struct err *err UNUSED)
{
    note_downtime_del(w, c->id);
    return 0;
}

int excmd_do_audit(struct world *w UNUSED, const struct excmd *c UNUSED, uint32_t check UNUSED,
                   struct err *err UNUSED)
{
    return 0; /* every command is recorded with who gave it: that is all there is to do */
}

/* ---- notifications ---- */

int excmd_do_custom(struct world *w, const struct excmd *c, uint32_t check, struct err *err UNUSED)
{
    uint32_t options = (uint32_t)num(c, 0) & (NOTIFY_BROADCAST | NOTIFY_FORCED | NOTIFY_COUNT);

    tell(w, check, NOTIFY_CUSTOM, options, &(struct tell_by){text(c, 1), text(c, 2)});
    return 0;
}

int excmd_do_delay(struct world *w, const struct excmd *c, uint32_t check, struct err *err UNUSED)
{
    state_more_set(&w->st[check])->next_notification = num(c, 0) * TIME_S;
    world_touch(w, check);
    return 0;
}

int excmd_do_number(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (num(c, 0) < 0 || num(c, 0) > INT32_MAX)
        return err_set(err, E_INVAL, "a notification number is not negative");
    w->st[check].notification_number = (uint32_t)num(c, 0);
    world_touch(w, check);
    return 0;
}

/* ---- switches and values of one object ---- */

static uint32_t modified_bit(uint32_t flag)
{
    switch (flag) {
    case MODEL_CHECK_NOTIFY: return STATE_MODIFIED_NOTIFY;
    case MODEL_CHECK_ACTIVE: return STATE_MODIFIED_ACTIVE;
    case MODEL_CHECK_PASSIVE: return STATE_MODIFIED_PASSIVE;
    case MODEL_CHECK_EVENT_HANDLER: return STATE_MODIFIED_HANDLER;
    case MODEL_CHECK_FLAP: return STATE_MODIFIED_FLAP;
    case MODEL_CHECK_OBSESS: return STATE_MODIFIED_OBSESS;
    case MODEL_CHECK_FRESHNESS: return STATE_MODIFIED_FRESHNESS;
    default: BUG("flag without an attribute bit");
    }
}

static int set_flag(struct world *w, const struct excmd *c, uint32_t check, bool on)
{
    struct state *s = &w->st[check];
    uint32_t flag = c->row->param;

    if (!(s->switches & flag) == !on)
        return 0; /* what changes nothing puts nothing in the place of what the files say */
    s->modified |= modified_bit(flag);
    s->switches = on ? s->switches | flag : s->switches & ~flag;
    if (flag == MODEL_CHECK_ACTIVE && on && c->row->target == EXCMD_CHECK)
        sched_now(w, check); /* many at once are spread over their intervals */
    if (flag == MODEL_CHECK_ACTIVE)
        sched_again(w, check);
    if (flag == MODEL_CHECK_FLAP && on)
        flapping_on(w, check);
    else if (flag == MODEL_CHECK_FLAP)
        flapping_off(w, check);
    world_touch(w, check);
    return 0;
}

int excmd_do_flag_on(struct world *w, const struct excmd *c, uint32_t check, struct err *err UNUSED)
{
    return set_flag(w, c, check, true);
}

int excmd_do_flag_off(struct world *w, const struct excmd *c, uint32_t check, struct err *err UNUSED)
{
    return set_flag(w, c, check, false);
}

int excmd_do_flap_clear(struct world *w, const struct excmd *c UNUSED, uint32_t check, struct err *err UNUSED)
{
    flapping_clear(w, check);
    return 0;
}

int excmd_do_max_attempts(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    struct state *s = &w->st[check];

    if (num(c, 0) < 1 || num(c, 0) > INT32_MAX)
        return err_set(err, E_INVAL, "max_check_attempts is at least 1");
    s->max_attempts = (uint32_t)num(c, 0);
    s->modified |= STATE_MODIFIED_ATTEMPTS;
    if (s->hard && s->state != STATE_OK && s->attempt > 1)
        s->attempt = s->max_attempts;
    world_touch(w, check);
    return 0;
}

int excmd_do_interval(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    struct state *s = &w->st[check];
    int64_t unit = w->m->globals->interval_length_us, v = num(c, 0), was = world_interval(w, check, false);
    struct state_more *more;

    if (!excmd_is_interval(w, v))
        return err_set(err, E_INVAL, "an interval is not negative, nor without end");
    more = state_more_set(s);
    *(c->row->param ? &more->retry_interval_us : &more->check_interval_us) = v * unit;
    s->modified |= c->row->param ? STATE_MODIFIED_RETRY : STATE_MODIFIED_INTERVAL;
    if (!c->row->param && !was)
        sched_now(w, check);
    world_touch(w, check);
    return 0;
}

/* ---- contacts, program ---- */

static void set_contact(struct world *w, uint32_t contact, bool service, bool off)
{
    bool *is_off = service ? &w->contact[contact].service_off : &w->contact[contact].host_off;

    if (*is_off == off)
        return;
    *is_off = off;
    *(service ? &w->contact[contact].modified_service : &w->contact[contact].modified_host) |=
        STATE_MODIFIED_NOTIFY;
    world_touch_contact(w, contact);
}

static int set_contacts(struct world *w, const struct excmd *c, bool off)
{
    struct model_list l;

    if (c->contact != MODEL_NONE) {
        set_contact(w, c->contact, c->row->param != 0, off);
        return 0;
    }
    l = model_contact_group(w->m, c->group)->members;
    for (uint32_t i = 0; i < l.n; i++)
        set_contact(w, model_item(w->m, l, i), c->row->param != 0, off);
    return 0;
}

int excmd_do_contact_on(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err UNUSED)
{
    return set_contacts(w, c, false);
}

int excmd_do_contact_off(struct world *w, const struct excmd *c, uint32_t check UNUSED,
                         struct err *err UNUSED)
{
    return set_contacts(w, c, true);
}

int excmd_do_switch_on(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err UNUSED)
{
    switches_set(w, c->row->param, true);
    return 0;
}

int excmd_do_switch_off(struct world *w, const struct excmd *c, uint32_t check UNUSED, struct err *err UNUSED)
{
    switches_set(w, c->row->param, false);
    return 0;
}

int excmd_do_flap_on(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (check == MODEL_NONE)
        return excmd_do_switch_on(w, c, check, err);
    flapping_on(w, check);
    return 0;
}

int excmd_do_flap_off(struct world *w, const struct excmd *c, uint32_t check, struct err *err)
{
    if (check == MODEL_NONE)
        return excmd_do_switch_off(w, c, check, err);
    flapping_off(w, check);
    return 0;
}

int excmd_do_nothing(struct world *w UNUSED, const struct excmd *c UNUSED, uint32_t check UNUSED,
                     struct err *err UNUSED)
{
    return 0; /* state is always saved */
}
