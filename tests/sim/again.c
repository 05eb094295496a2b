/* SPDX-License-Identifier: Apache-2.0 */
#include "again.h"

#include "base/map.h"
#include "core/record.h"
#include "core/replay.h"
#include "core/world_in.h"

struct judge {
    struct lab *lab;
    struct buf *said;
};

static bool config(void *user, struct str hash, struct replay_config *out)
{
    const struct judge *j = user;

    for (size_t i = 0; i < j->lab->past.n; i++) {
        const struct lab_config *c = &j->lab->past.at[i];

        if (str_eq(str_of(c->model->hash), hash)) {
            *out = (struct replay_config){c->model, c->oids};
            return true;
        }
    }
    return false;
}

static void event(void *user, const struct replay_event *e)
{
    struct judge *j = user;

    if (!j->said->len)
        buf_printf(j->said,
                   "event kind %llu type %llu state %llu hard %llu attempt %llu of " STR_FMT ";" STR_FMT
                   " contact " STR_FMT ": only %s, at %lld",
                   (unsigned long long)e->event->kind, (unsigned long long)e->event->type,
                   (unsigned long long)e->event->state, (unsigned long long)e->event->hard,
                   (unsigned long long)e->event->attempt, STR_ARG(e->host), STR_ARG(e->service),
                   STR_ARG(e->event->contact), e->side == REPLAY_WAS ? "in the journal" : "again",
                   (long long)e->at.us);
}

static void state(void *user, const struct replay_state *s)
{
    struct judge *j = user;
    const char *field =
        s->has[0] && s->has[1] ? replay_state_differs(&s->state[0], &s->state[1]) : "being there at all";

    if (!j->said->len)
        buf_printf(j->said, "the state of " STR_FMT ";" STR_FMT " differs in %s", STR_ARG(s->host),
                   STR_ARG(s->service), field);
}

/* All that lasts but plans, counters and what is on its way, by kind of record. */
static struct buf lasting(const struct world *w, struct world_now now)
{
    struct buf all = BUF_INIT, out = BUF_INIT;
    struct record_frame f;
    struct str rest;

    world_export(w, now, 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1) {
        struct record_state s;

        if (f.kind == RECORD_STATE && record_get(f.kind, f.payload, &s) == 0) {
            s.next_check = 0;
            s.forced = 0;
            record_put(&out, f.kind, (struct wall){0}, &s);
        } else if (f.kind == RECORD_COMMENT || f.kind == RECORD_DOWNTIME || f.kind == RECORD_CONTACT) {
            buf_add_str(&out, f.payload);
        }
    }
    buf_release(&all);
    return out;
}

static void run(struct judge *j, struct str rest, struct str checkpoint, struct wall at, struct str hash)
{
    const struct lab *lab = j->lab;
    struct replay_options o = {
        .from = {INT64_MIN}, .to = {INT64_MAX}, .user = j, .config = config, .event = event, .state = state};
    struct replay *r = replay_new(&o);
    struct record_frame f;

    if (replay_begin(r, checkpoint, at, hash) < 0)
        buf_add_c(j->said, "the checkpoint cannot be read");
    while (record_next(&rest, &f) == 1)
        replay_take(r, &f);
    replay_end(r);
    if (!j->said->len && replay_stats(r)->without)
        buf_add_c(j->said, "a configuration is not known");
    if (!j->said->len) {
        struct buf a = lasting(lab->w, lab_now(lab)), b = lasting(replay_world(r), lab_now(lab));

        if (!str_eq(buf_str(&a), buf_str(&b)))
            buf_printf(j->said, "what lasts differs: %zu bytes, %zu again", a.len, b.len);
        buf_release(&a);
        buf_release(&b);
    }
    replay_free(r);
}

bool again_is_same(struct lab *lab, struct wall at, struct str hash, struct buf *said)
{
    struct judge j = {.lab = lab, .said = said};
    struct str all = buf_str(&lab->journal), rest = all;
    struct record_frame f;

    while (record_next(&rest, &f) == 1)
        if (f.kind == RECORD_CHECKPOINT_END) {
            run(&j, rest, str_sub(all, 0, all.n - rest.n), at, hash);
            break;
        }
    return !said->len;
}

/* A volatile or stalked one alerts without a change, and its decision was made before. */
static bool changes(struct map *before, const struct record_event *e)
{
    uint64_t was, now = 2 + e->state * 2 + e->hard;
    bool known = map_get_u64(before, e->oid, &was);

    map_put_u64(before, e->oid, now);
    return known && was != now && e->hard && e->state;
}

int64_t again_undecided(const struct lab *lab)
{
    struct str rest = buf_str(&lab->journal);
    struct map before = MAP_INIT;
    uint64_t owed = 0;
    int64_t at = 0, found = 0;
    struct record_frame f;

    while (!found && record_next(&rest, &f) == 1) {
        struct record_event e;

        if (f.kind != RECORD_EVENT || record_get(f.kind, f.payload, &e) < 0)
            continue;
        if (e.kind == RECORD_EVENT_DECISION && e.oid == owed)
            owed = 0;
        if (owed && f.at.us != at)
            found = at;
        if (e.kind == RECORD_EVENT_ALERT) {
            found = owed ? at : 0;
            owed = changes(&before, &e) ? e.oid : 0;
            at = f.at.us;
        }
    }
    map_release(&before);
    return found ? found : owed ? at : 0;
}
