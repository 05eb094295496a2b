/* SPDX-License-Identifier: Apache-2.0 */
#include "core/downtime.h"

#include "base/limits.h"
#include "core/expand.h"
#include "core/nlog.h"
#include "core/tell.h"
#include "core/world_in.h"

#include <string.h>

static struct record_downtime record_of(const struct world *w, const struct world_downtime *d)
{
    return (struct record_downtime){.id = d->id,
                                    .oid = w->st[d->check].oid,
                                    .entry_time = d->entry_time,
                                    .start = d->start,
                                    .end = d->end,
                                    .duration_us = d->duration_us,
                                    .fixed = d->fixed,
                                    .triggered_by = d->triggered_by,
                                    .planned = d->planned,
                                    .in_effect = d->in_effect,
                                    .actual_start = d->actual_start,
                                    .comment_id = d->comment_id,
                                    .author = str_of(d->author),
                                    .text = str_of(d->text)};
}

static void changed(struct world *w, const struct world_downtime *d)
{
    struct record_downtime r = record_of(w, d);

    world_record(w, RECORD_DOWNTIME, &r);
    *VEC_ADD(&w->unseen_downtimes) = d->id;
    world_touch(w, d->check);
    world_weigh(w, d->check);
}

/* When something happens to it by itself; INT64_MAX: never. */
static int64_t next_moment(const struct world_downtime *d)
{
    if (d->in_effect)
        return d->fixed ? d->end : d->actual_start + d->duration_us;
    if (d->fixed && !d->triggered_by)
        return d->start;
    return d->waiting ? d->end + TIME_S : d->end; /* one that waits does so to the end of its last second */
}

static void tell_of(struct world *w, const struct world_downtime *d, enum notify_type type)
{
    struct str author = str_of(d->author), text = str_of(d->text);

    tell(w, d->check, type, 0, &(struct tell_by){author, text});
}

static void event(struct world *w, const struct world_downtime *d, enum record_event_kind kind,
                  bool cancelled)
{
    world_event(w, kind, d->check,
                &(struct record_event){.author = str_of(d->author),
                                       .text = str_of(d->text),
                                       .ref = d->id,
                                       .type = cancelled,
                                       .state = w->st[d->check].state});
}

static void stop_waiting(struct world *w, struct world_downtime *d)
{
    if (d->waiting)
        w->st[d->check].pending_flexible--;
    d->waiting = false;
}

/* A host's downtime begins or ends: the rows of its services tell so, too. */
static void show_services(struct world *w, uint32_t check)
{
    const struct model_check *c = model_check(w->m, check);

    for (uint32_t i = 0; c->kind == MODEL_HOST && i < c->n_services; i++)
        world_touch_board(w, c->first_service + i);
}

/* Something happens to a downtime at that time: also a round that is under way, and has it behind it, is to know. */
static void expect(struct world *w, int64_t at)
{
    w->next_wall = MIN(w->next_wall, at);
    w->note_next = MIN(w->note_next, at);
}

/* From this one on those of one trigger do so behind it, as many in one step as may be (note_time). */
static void walk(struct world *w, uint64_t first, enum world_walk how)
{
    if (!first)
        return;
    *VEC_ADD(&w->begins) = (struct world_begin){first, how};
    w->next_wall = INT64_MIN;
}

static void begin(struct world *w, size_t i)
{
    struct world_downtime *d = &w->downtimes.at[i];
    struct state *s = &w->st[d->check];

    stop_waiting(w, d);
    d->in_effect = true;
    d->actual_start = w->now.wall.us;
    if (!s->downtime_depth) {
        nlog_downtime(w, d->check, "STARTED");
        show_services(w, d->check);
        tell_of(w, d, NOTIFY_DOWNTIME_START);
    }
    s->downtime_depth++;
    event(w, d, RECORD_EVENT_DOWNTIME_START, false);
    changed(w, d);
    expect(w, next_moment(d));
    walk(w, d->first_child, WORLD_WALK_BEGIN);
}

static void drop(struct world *w, size_t i)
{
    struct world_downtime *d = &w->downtimes.at[i];

    mem_free(d->author);
    mem_free(d->text);
    d->author = d->text = NULL;
    if (d->gone)
        return;
    if (w->started) /* while records are loaded there is no index */
        downtime_unlink(w, d);
    w->gone_downtimes++;
    d->gone = true;
}

static void end(struct world *w, size_t i, bool cancelled)
{
    struct world_downtime *d = &w->downtimes.at[i];
    struct record_downtime_del r = {.id = d->id, .cancelled = cancelled};
    struct state *s = &w->st[d->check];
    uint64_t comment = d->comment_id;

    stop_waiting(w, d);
    if (d->in_effect) {
        s->downtime_depth--;
        event(w, d, RECORD_EVENT_DOWNTIME_END, cancelled);
        if (!s->downtime_depth) {
            nlog_downtime(w, d->check, cancelled ? "CANCELLED" : "STOPPED");
            show_services(w, d->check);
            tell_of(w, d, cancelled ? NOTIFY_DOWNTIME_CANCELLED : NOTIFY_DOWNTIME_END);
        }
    } else if (!cancelled) {
        tell_of(w, d, NOTIFY_DOWNTIME_END); /* a flexible one that nothing used, as in the old engines */
    }
    world_record(w, RECORD_DOWNTIME_DEL, &r);
    *VEC_ADD(&w->unseen_downtimes) = d->id;
    world_touch(w, d->check);
    world_weigh(w, d->check);
    if (d->in_effect && !cancelled) /* who cancels asks for those before */
        walk(w, d->first_child, WORLD_WALK_END);
    drop(w, i);
    if (comment)
        note_comment_del(w, comment);
}

void note_downtime_gone(struct world *w, uint64_t id)
{
    size_t i = downtime_at(w, id);
    struct world_downtime *d = &w->downtimes.at[i];

    BUG_ON(!downtime_is(w, i, id));
    stop_waiting(w, d);
    if (d->in_effect) {
        event(w, d, RECORD_EVENT_DOWNTIME_END, true);
        if (!--w->st[d->check].downtime_depth)
            nlog_downtime(w, d->check, "CANCELLED");
    }
    world_record(w, RECORD_DOWNTIME_DEL, &(struct record_downtime_del){.id = id, .cancelled = true});
    walk(w, d->first_child, WORLD_WALK_ORPHANS);
    drop(w, i);
}

static uint64_t add_comment(struct world *w, const struct note_downtime *d)
{
    const char *kind = world_kind(w, d->check) == MODEL_HOST ? "host" : "service";
    struct buf b = BUF_INIT;
    uint64_t id;

    buf_printf(&b, "This %s has been scheduled for %s downtime ", kind, d->fixed ? "fixed" : "flexible");
    buf_add_c(&b, d->fixed ? "from " : "starting between ");
    expand_time(w, EXPAND_SHORT, (struct wall){d->start}, &b);
    buf_add_c(&b, d->fixed ? " to " : " and ");
    expand_time(w, EXPAND_SHORT, (struct wall){d->end}, &b);
    if (!d->fixed)
        buf_printf(&b, " and lasting for a period of %lld hours and %lld minutes",
                   (long long)(d->duration_us / TIME_H), (long long)(d->duration_us % TIME_H / TIME_MIN));
    buf_printf(&b, ".  Notifications for the %s will not be sent out during that time period.", kind);
    id = note_comment_add(w, &(struct note_comment){.check = d->check,
                                                    .entry_type = BOARD_COMMENT_DOWNTIME,
                                                    .author = d->author,
                                                    .text = buf_str(&b)});
    buf_release(&b);
    return id;
}

/* How many triggers stand behind one another; more than CHAIN_MOST are refused, so that walking them stays small. */
#define CHAIN_MOST 16
static unsigned chain(const struct world *w, uint64_t id)
{
    unsigned n = 0;

    while (id && n <= CHAIN_MOST) {
        size_t i = downtime_at(w, id);

        if (!downtime_is(w, i, id))
            break;
        n++;
        id = w->downtimes.at[i].triggered_by < id ? w->downtimes.at[i].triggered_by : 0;
    }
    return n;
}

static bool is_problem(const struct world *w, uint32_t check)
{
    return w->st[check].state != STATE_OK;
}

static struct world_downtime *downtime_row(struct world *w)
{
    if (w->downtimes.n >= NOTES_FEW)
        VEC_RESERVE(&w->downtimes, LIMIT_DOWNTIMES);
    return VEC_ADD(&w->downtimes);
}

uint64_t note_downtime_add(struct world *w, const struct note_downtime *d)
{
    const struct world_downtime *trigger;
    struct world_downtime *n;
    uint64_t comment;
    size_t i;

    if (w->downtimes.n >= LIMIT_DOWNTIMES)
        note_take_out(w);
    if (w->downtimes.n >= LIMIT_DOWNTIMES || chain(w, d->triggered_by) > CHAIN_MOST)
        return 0;
    comment = add_comment(w, d);
    n = downtime_row(w);
    i = w->downtimes.n - 1;
    *n = (struct world_downtime){.id = w->next_downtime++,
                                 .triggered_by = d->triggered_by,
                                 .check = d->check,
                                 .fixed = d->fixed,
                                 .waiting = !d->fixed && !d->triggered_by,
                                 .entry_time = w->now.wall.us,
                                 .start = d->start,
                                 .end = d->end,
                                 .duration_us = d->fixed ? d->end - d->start : d->duration_us,
                                 .author = note_clean(d->author),
                                 .text = note_clean(d->text)};
    trigger = downtime_get(w, d->triggered_by);
    if (d->triggered_by)
        n->planned = trigger && trigger->in_effect ? WORLD_PLANNED_BEHIND : WORLD_PLANNED_BEFORE;
    if (n->waiting)
        w->st[d->check].pending_flexible++;
    n->comment_id = comment;
    downtime_link(w, i);
    w->program_dirty = true;
    changed(w, n);
    expect(w, next_moment(n));
    trigger = d->joins ? downtime_get(w, d->triggered_by) : NULL;
    if (trigger && trigger->in_effect)
        begin(w, i);
    return w->next_downtime - 1;
}

void note_downtime_del(struct world *w, uint64_t id)
{
    size_t i = downtime_at(w, id);

    if (downtime_is(w, i, id))
        end(w, i, true);
}

void note_downtime_move(struct world *w, uint64_t id, int64_t end)
{
    struct world_downtime *d = &w->downtimes.at[downtime_at(w, id)];
    uint64_t comment;

    BUG_ON(d->id != id || d->gone || !d->fixed);
    if (d->comment_id)
        note_comment_del(w, d->comment_id); /* it says when */
    comment = add_comment(
        w, &(struct note_downtime){
               .check = d->check, .start = d->start, .end = end, .fixed = true, .author = str_of(d->author)});
    d = &w->downtimes.at[downtime_at(w, id)]; /* room for a comment may have moved it */
    d->comment_id = comment;
    d->end = end;
    d->duration_us = end - d->start;
    changed(w, d);
    expect(w, next_moment(d));
}

static bool waits_now(const struct world *w, const struct world_downtime *d)
{
    return d->waiting && !d->gone && d->start <= w->now.wall.us && w->now.wall.us < next_moment(d);
}

bool note_flexible_waits(const struct world *w, uint32_t check)
{
    uint64_t id = w->st[check].pending_flexible ? note_newest_downtime(w, check) : 0;

    for (const struct world_downtime *d; id; id = d->older) {
        d = downtime_get(w, id);
        if (waits_now(w, d))
            return true;
    }
    return false;
}

/* So many of one check begin with one result; more, which nobody plans in earnest, with the next ones. */
enum { FLEXIBLE_AT_ONCE = 64 };

void note_flexible(struct world *w, uint32_t check)
{
    uint64_t waits[FLEXIBLE_AT_ONCE], id = note_newest_downtime(w, check);
    size_t n = 0;

    if (!w->st[check].pending_flexible || !is_problem(w, check))
        return;
    while (id && n < FLEXIBLE_AT_ONCE) {
        const struct world_downtime *d = downtime_get(w, id);

        id = d->older;
        if (waits_now(w, d))
            waits[n++] = d->id;
    }
    while (n-- > 0)
        begin(w, downtime_at(w, waits[n]));
}

/* One downtime whose moment has come. */
static void act(struct world *w, size_t i)
{
    const struct world_downtime *d = &w->downtimes.at[i];

    if (!d->in_effect && d->fixed && !d->triggered_by && w->now.wall.us < d->end)
        begin(w, i);
    else
        end(w, i, false);
}

static bool is_due(const struct world *w, const struct world_downtime *d)
{
    return next_moment(d) <= w->now.wall.us;
}

/* Of many that begin or end in one moment some wait for the next step, which comes at once: other work goes on between. */
#define AT_ONCE 256u

static bool is_enough(const struct world *w, unsigned done)
{
    return done >= AT_ONCE || (done && world_did_enough(w));
}

static void expire_comments(struct world *w)
{
    unsigned done = 0;

    for (size_t i = w->expiring ? w->comments.n : 0; i-- > 0 && !is_enough(w, done);) {
        const struct world_comment *c = &w->comments.at[i];

        if (!c->expires || c->gone || c->expire_time > w->now.wall.us)
            continue;
        note_comment_del(w, c->id);
        done++;
    }
}

/* A trigger is older than what it triggers: there is no loop. */
static void do_as_its_trigger(struct world *w, uint64_t id, enum world_walk how)
{
    size_t i = downtime_at(w, id);
    bool began = w->downtimes.at[i].in_effect;

    if (!began && how == WORLD_WALK_ORPHANS)
        walk(w, w->downtimes.at[i].first_child, how); /* what is cancelled takes none with it by itself */
    if (!began && how != WORLD_WALK_ORPHANS)
        begin(w, i); /* at the end: planned when its trigger had begun already; as in Nagios, seen now */
    if (how != WORLD_WALK_BEGIN)
        end(w, i, how == WORLD_WALK_ORPHANS && !began);
}

/* Those of one trigger, from where the step before stopped. True: that was all. */
static bool begin_triggered(struct world *w, size_t at, unsigned *done)
{
    const struct world_downtime *d;

    while ((d = downtime_get(w, w->begins.at[at].next))) {
        if (is_enough(w, *done))
            return false;
        w->begins.at[at].next = d->next_sibling;
        do_as_its_trigger(w, d->id, w->begins.at[at].how);
        ++*done;
    }
    return true;
}

static bool begin_all_triggered(struct world *w, unsigned *done)
{
    size_t at = 0;

    while (at < w->begins.n && begin_triggered(w, at, done))
        at++;
    w->begins.n -= at;
    if (w->begins.n && at)
        memmove(w->begins.at, w->begins.at + at, w->begins.n * sizeof(*w->begins.at));
    return !w->begins.n;
}

/* From where the step before stopped. True: the round is over, and note_next is the next moment. */
static bool look_at_downtimes(struct world *w, unsigned *done)
{
    size_t i = w->note_from ? downtime_at(w, w->note_from) : 0;

    if (!w->note_from)
        w->note_next = INT64_MAX;
    for (; i < w->downtimes.n; i++) {
        bool due = !w->downtimes.at[i].gone && is_due(w, &w->downtimes.at[i]);

        if (due && is_enough(w, *done)) {
            w->note_from = w->downtimes.at[i].id;
            return false;
        }
        if (due) {
            act(w, i);
            ++*done;
        }
        /* What it triggers begins before its own time is looked at: it may be over already, after a step of the clock. */
        if (w->begins.n && !begin_all_triggered(w, done)) {
            w->note_from = w->downtimes.at[i].id;
            return false;
        }
        if (!w->downtimes.at[i].gone)
            w->note_next = MIN(w->note_next, next_moment(&w->downtimes.at[i]));
    }
    w->note_from = 0;
    return true;
}

static int64_t next_comment(const struct world *w)
{
    int64_t next = INT64_MAX;

    for (size_t i = w->expiring ? w->comments.n : 0; i-- > 0;)
        if (w->comments.at[i].expires && !w->comments.at[i].gone)
            next = MIN(next, w->comments.at[i].expire_time);
    return next;
}

void note_time(struct world *w)
{
    unsigned done = 0;
    int64_t next;
    bool all;

    if (w->now.wall.us < w->next_wall)
        return;
    expire_comments(w);
    all = begin_all_triggered(w, &done) && look_at_downtimes(w, &done) && begin_all_triggered(w, &done);
    next = note_ack_time(w, world_did_enough(w) ? 1 : AT_ONCE);
    w->next_wall = all ? MIN(MIN(next, w->note_next), next_comment(w)) : INT64_MIN;
    note_tidy(w);
}

/* ---- start, reload ---- */

void note_downtime_restore(struct world *w, const struct record_downtime *r, uint32_t check)
{
    uint64_t trigger =
        r->triggered_by < r->id && chain(w, r->triggered_by) <= CHAIN_MOST ? r->triggered_by : 0;
    bool known;
    size_t i;

    if (w->downtimes.n >= LIMIT_DOWNTIMES)
        note_take_out(w);
    i = downtime_at(w, r->id);
    known = i < w->downtimes.n && w->downtimes.at[i].id == r->id; /* or one of this number was, and is gone */
    if (!r->id || (!known && w->downtimes.n >= LIMIT_DOWNTIMES))
        return;
    if (known) {
        w->gone_downtimes -= w->downtimes.at[i].gone;
        mem_free(w->downtimes.at[i].author);
        mem_free(w->downtimes.at[i].text);
    } else {
        downtime_row(w);
        memmove(&w->downtimes.at[i + 1], &w->downtimes.at[i],
                (w->downtimes.n - i - 1) * sizeof(*w->downtimes.at));
    }
    w->downtimes.at[i] = (struct world_downtime){.id = r->id,
                                                 .triggered_by = trigger,
                                                 .planned = (uint8_t)MIN(r->planned, WORLD_PLANNED_BEHIND),
                                                 .comment_id = r->comment_id,
                                                 .check = check,
                                                 .fixed = r->fixed != 0,
                                                 .in_effect = r->in_effect != 0,
                                                 .entry_time = r->entry_time,
                                                 .start = r->start,
                                                 .end = r->end,
                                                 .duration_us = r->duration_us,
                                                 .actual_start = r->actual_start,
                                                 .author = str_dup(r->author),
                                                 .text = str_dup(r->text)};
    w->next_downtime = MAX(w->next_downtime, r->id + 1);
}

void note_downtime_forget(struct world *w, uint64_t id)
{
    size_t i = downtime_at(w, id);

    if (downtime_is(w, i, id))
        drop(w, i);
}

/* There is no index yet, and no depth: nothing has to be taken out of them. */
void downtime_forget_all(struct world *w)
{
    for (size_t i = 0; i < w->downtimes.n; i++) {
        struct world_downtime *d = &w->downtimes.at[i];

        if (d->gone)
            continue;
        if (d->in_effect)
            event(w, d, RECORD_EVENT_DOWNTIME_END, true);
        world_record(w, RECORD_DOWNTIME_DEL, &(struct record_downtime_del){.id = d->id, .cancelled = true});
        mem_free(d->author);
        mem_free(d->text);
    }
    w->downtimes.n = w->gone_downtimes = 0;
}

static bool comment_has_owner(const struct world *w, const struct world_comment *c,
                              const struct map *of_downtimes)
{
    if (c->persistent)
        return true;
    if (c->entry_type == BOARD_COMMENT_ACK)
        return w->st[c->check].ack_type != STATE_ACK_NONE;
    if (c->entry_type == BOARD_COMMENT_FLAPPING)
        return w->st[c->check].flapping;
    return c->entry_type == BOARD_COMMENT_DOWNTIME && map_get_u64(of_downtimes, c->id, NULL);
}

/* The engine before died among those that begin with its trigger. */
static bool was_missed(const struct world *w, const struct world_downtime *d)
{
    const struct world_downtime *trigger = d->triggered_by ? downtime_get(w, d->triggered_by) : NULL;

    if (!trigger || !trigger->in_effect || d->in_effect)
        return false;
    return d->planned ? d->planned == WORLD_PLANNED_BEFORE : d->entry_time < trigger->actual_start;
}

/* Walks that the engine before did not come to the end of, each from where it was. As in Nagios none stays whose trigger is gone; but in the midst of a life one does that has not begun: its trigger came to
 * its end unused. */
static void walk_on(struct world *w, const struct world_downtime *d)
{
    const struct world_downtime *older = d->older_sibling ? downtime_get(w, d->older_sibling) : NULL;

    if (d->triggered_by && !downtime_get(w, d->triggered_by) && !older && (d->in_effect || !w->opt.resumes))
        walk(w, d->id, WORLD_WALK_ORPHANS);
    else if (was_missed(w, d) && !(older && was_missed(w, older)))
        walk(w, d->id, WORLD_WALK_BEGIN);
}

void note_after_load(struct world *w)
{
    struct map comments = MAP_INIT;

    note_take_out(w);
    note_index(w);
    for (size_t i = 0; i < w->downtimes.n; i++) {
        struct world_downtime *d = &w->downtimes.at[i];

        walk_on(w, d);
        d->waiting = !d->in_effect && !d->fixed && !d->triggered_by;
        w->st[d->check].downtime_depth += d->in_effect;
        w->st[d->check].pending_flexible += d->waiting;
        map_put_u64(&comments, d->comment_id, d->id);
    }
    for (size_t i = w->comments.n; i-- > 0;)
        if (!w->opt.resumes && !comment_has_owner(w, &w->comments.at[i], &comments))
            note_comment_del(w, w->comments.at[i].id);
    map_release(&comments);
    note_ack_look(w);
    w->next_wall = INT64_MIN; /* look at everything at once: much may be due */
    w->note_from = 0;
}

bool downtime_put_all(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    size_t i = downtime_at(w, *next);

    for (; i < w->downtimes.n && out->len < most; i++) {
        struct record_downtime r = record_of(w, &w->downtimes.at[i]);

        *next = w->downtimes.at[i].id + 1;
        if (r.oid && !w->downtimes.at[i].gone)
            record_put(out, RECORD_DOWNTIME, at, &r);
    }
    return i == w->downtimes.n;
}
