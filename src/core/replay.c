/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/tlv.h"
#include "base/vec.h"
#include "core/explain.h"
#include "core/oids.h"
#include "core/replay_seen.h"
#include "core/telling.h"
#include "core/world_in.h"

#include <string.h>

#define MOMENT_MOST ((int64_t)1 << 60) /* a damaged one would overflow what is computed with it */

enum item_kind { ITEM_INPUT, ITEM_STOP, ITEM_START, ITEM_RELOAD };
struct item { /* something that was given to the engine */
    enum item_kind kind;
    enum record_kind record;
    size_t off, n; /* payload in group.bytes */
};

struct group { /* the records of one moment */
    struct wall at;
    bool any, effect_first;
    int64_t step; /* the clock was set by so much */
    struct buf bytes;
    VEC(struct item) items;
    struct replay_seen side[2];
};

struct known { /* the last state that the journal has of an object */
    uint64_t oid;
    struct buf payload;
    bool gone;
};

struct replay {
    struct replay_options o;
    struct replay_config real, used;
    struct oids names; /* of real */
    uint64_t *given;   /* identities of the changed configuration, by check */
    bool *stranger;    /* ... that are ours: nothing then had it */
    struct world *w;
    uint64_t generation;
    int64_t mono, last;
    bool compares;
    struct group g;
    struct map known_by_oid;
    VEC(struct known) known;
    struct replay_stats stats;
};

/* ---- configurations ---- */

static void take_names(struct replay *r)
{
    uint64_t *oid = mem_calloc((size_t)r->real.model->n_check + 1, sizeof(*oid));

    memcpy(oid, r->real.oids, r->real.model->n_check * sizeof(*oid));
    oids_take(&r->names, oid, r->real.model->n_check);
}

#define OID_OURS ((uint64_t)1 << 62) /* beyond all that a store gives */

/* What is called in the changed configuration as something then is that; the rest gets identities of ours. Again with each configuration then: it may have brought something. */
static void give_oids(struct replay *r)
{
    const struct model *m = r->o.changed;
    bool first = !r->given;

    if (first) {
        r->given = mem_calloc((size_t)m->n_check + 1, sizeof(*r->given));
        r->stranger = mem_calloc((size_t)m->n_check + 1, sizeof(*r->stranger));
    }
    for (uint32_t i = 0; i < m->n_check; i++)
        if (r->stranger[i])
            r->given[i] = 0;
    oids_carry(r->real.model, r->real.oids, m, r->given);
    for (uint32_t i = 0; i < m->n_check; i++) {
        r->stranger[i] = !r->given[i];
        if (r->stranger[i])
            r->given[i] = OID_OURS + i;
    }
    r->used = (struct replay_config){m, r->given};
    if (!first)
        world_set_oids(r->w, r->generation, r->given, m->n_check);
}

/* The real one moves with each SNAPSHOT; the one that is used stays when another was asked for. */
static void take_config(struct replay *r, struct str hash)
{
    if (!r->o.config(r->o.user, hash, &r->real)) {
        r->stats.without++;
        return;
    }
    take_names(r);
    if (r->compares && r->o.changed)
        give_oids(r);
    else
        r->used = r->real;
}

static struct world *make_world(struct replay *r, struct world_now now, bool resumes)
{
    struct world *w = world_new(&(struct world_options){
        .version = "replay", .rehearses = true, .resumes = resumes, .own_oids = r->o.changed ? OID_OURS : 0});

    world_set_model(w, r->used.model, ++r->generation, now);
    world_set_oids(w, r->generation, r->used.oids, r->used.model->n_check);
    return w;
}

/* What was done came to nothing but events. */
static void drop_effects(struct replay *r)
{
    world_clear(r->w);
    world_show(r->w, NULL);
}

/* ---- events of both sides ---- */

static bool is_compared(uint64_t kind)
{
    switch (kind) {
    case RECORD_EVENT_ALERT:
    case RECORD_EVENT_NOTIFICATION:
    case RECORD_EVENT_ACK_REMOVED:
    case RECORD_EVENT_DOWNTIME_START:
    case RECORD_EVENT_DOWNTIME_END:
    case RECORD_EVENT_FLAPPING_START:
    case RECORD_EVENT_FLAPPING_END:
    case RECORD_EVENT_HANDLER:
    case RECORD_EVENT_DECISION: return true;
    default: return false;
    }
}

static uint64_t key_of(const struct record_event *e)
{
    const uint64_t parts[] = {e->kind,
                              e->oid,
                              e->state,
                              e->hard,
                              e->attempt,
                              e->kind == RECORD_EVENT_ALERT ? 0 : e->type,
                              hash_bytes(e->contact.p, e->contact.n),
                              hash_bytes(e->command.p, e->command.n)};

    return hash_bytes(parts, sizeof(parts));
}

static void see(struct replay *r, enum replay_side side, struct str payload)
{
    struct replay_seen *s = &r->g.side[side];
    struct record_event e;
    struct replay_seen_one *x;

    if (!r->compares || record_get(RECORD_EVENT, payload, &e) < 0 || !is_compared(e.kind))
        return;
    r->stats.notifications[side] += e.kind == RECORD_EVENT_NOTIFICATION;
    r->stats.alerts[side] += e.kind == RECORD_EVENT_ALERT;
    x = VEC_ADD(&s->list);
    *x = (struct replay_seen_one){.key = key_of(&e), .off = s->bytes.len, .n = payload.n};
    buf_add_str(&s->bytes, payload);
}

static void see_effects(struct replay *r)
{
    uint64_t first, n;
    struct str records = world_records(r->w, &first, &n);
    struct record_frame f;

    while (records.n && record_next(&records, &f) == 1)
        if (f.kind == RECORD_EVENT)
            see(r, REPLAY_WOULD, f.payload);
    drop_effects(r);
}

static struct str payload_of(const struct replay_seen *s, const struct replay_seen_one *x)
{
    return str_sub(buf_str(&s->bytes), x->off, x->n);
}

/* In the decision about this object, if that side made one at this moment: the word on the contact, else on the whole. */
static bool find_reason(const struct replay_seen *s, const struct record_event *of, struct reason *out)
{
    bool found = false;

    for (size_t i = 0; i < s->list.n; i++) {
        struct record_event e;
        struct reason one;

        if (record_get(RECORD_EVENT, payload_of(s, &s->list.at[i]), &e) < 0 || e.oid != of->oid ||
            e.kind != RECORD_EVENT_DECISION)
            continue;
        while (reason_next(&e.text, &one) > 0) {
            if (one.topic != REASON_DECIDED &&
                !(one.topic == REASON_CONTACT && str_eq(one.contact, of->contact)))
                continue;
            *out = one;
            found = true;
        }
    }
    return found;
}

/* Without a decision at this moment: what stands since the one before. */
static bool standing_reason(const struct replay *r, uint64_t oid, struct buf *text, struct reason *out)
{
    uint32_t check;
    struct str rest;

    if (!oids_find(&r->w->oids, oid, &check) || r->w->st[check].why_notify.code == WHY_NONE)
        return false;
    explain_put(r->w, REASON_DECIDED, &r->w->st[check].why_notify, text);
    rest = buf_str(text);
    return reason_next(&rest, out) > 0;
}

static void name_it(const struct replay *r, uint64_t oid, struct str *host, struct str *service)
{
    const struct model *m = r->w->m;
    uint32_t check;

    *host = *service = STR_NULL;
    if (!oids_find(&r->w->oids, oid, &check)) {
        m = r->real.model;
        if (!oids_find(&r->names, oid, &check))
            return;
    }
    *host = model_host_name(m, check);
    if (check >= m->n_hosts)
        *service = model_description(m, check);
}

static void tell_event(struct replay *r, enum replay_side side, const struct replay_seen_one *x)
{
    struct replay_event out = {.side = side, .at = r->g.at};
    struct buf text = BUF_INIT;
    struct record_event e;
    struct reason reason;
    bool why = false;

    if (record_get(RECORD_EVENT, payload_of(&r->g.side[side], x), &e) < 0 || e.kind == RECORD_EVENT_DECISION)
        return;
    if (e.kind == RECORD_EVENT_NOTIFICATION)
        why = find_reason(&r->g.side[!side], &e, &reason) ||
              (side == REPLAY_WAS && standing_reason(r, e.oid, &text, &reason));
    name_it(r, e.oid, &out.host, &out.service);
    out.event = &e;
    out.reason = why ? &reason : NULL;
    r->o.event(r->o.user, &out);
    buf_release(&text);
}

static void compare_events(struct replay *r)
{
    struct replay_seen *s = r->g.side, left[2];

    if (!s[0].list.n && !s[1].list.n)
        return;
    /* The decisions are still looked at when the rest is told. */
    for (int k = 0; k < 2; k++) {
        left[k] = (struct replay_seen){.bytes = s[k].bytes};
        for (size_t i = 0; i < s[k].list.n; i++)
            *VEC_ADD(&left[k].list) = s[k].list.at[i];
    }
    replay_seen_cancel(left);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < left[k].list.n; i++)
            tell_event(r, (enum replay_side)k, &left[k].list.at[i]);
    for (int k = 0; k < 2; k++) {
        VEC_RELEASE(&left[k].list);
        VEC_CLEAR(&s[k].list);
        buf_clear(&s[k].bytes);
    }
}

/* ---- one moment ---- */

/* Of a RESULT or a STATE, without the rest: millions are looked at only for this. */
static bool first_is_oid(struct str payload, uint64_t *oid)
{
    struct tlv_field f;

    if (tlv_next(&payload, &f) != 1 || f.tag != 1 || f.kind != TLV_NUMBER)
        return false;
    *oid = f.u64;
    return true;
}

static void step(struct replay *r, const struct item *i, struct world_now now)
{
    struct record_frame f = {.kind = i ? i->record : RECORD_CLOCK, .at = now.wall};

    if (i)
        f.payload = str_sub(buf_str(&r->g.bytes), i->off, i->n);
    if (i && i->record == RECORD_RESULT) {
        uint64_t oid;
        uint32_t check;

        if (!first_is_oid(f.payload, &oid) || !oids_find(&r->w->oids, oid, &check))
            r->stats.unknown++;
        r->stats.results++;
    }
    r->stats.commands += i && i->record == RECORD_COMMAND;
    world_step_again(r->w, &f, now);
    see_effects(r);
}

static void stop(struct replay *r, struct world_now now)
{
    world_step(r->w, &(struct world_event){.kind = WORLD_STOP}, now);
    see_effects(r);
}

static void start_again(struct replay *r, struct world_now now)
{
    struct buf all = BUF_INIT;
    struct world *w;

    world_export(r->w, now, 0, &all);
    world_free(r->w);
    w = make_world(r, now, false);
    world_load(w, buf_str(&all)); /* our own */
    world_load_end(w, 1);
    r->w = w;
    world_start(w, now);
    see_effects(r);
    buf_release(&all);
    r->stats.lives++;
}

static void new_config(struct replay *r, const struct item *i, struct world_now now)
{
    struct record_snapshot s;

    if (record_get(RECORD_SNAPSHOT, str_sub(buf_str(&r->g.bytes), i->off, i->n), &s) < 0)
        return;
    take_config(r, s.hash);
    if (i->kind == ITEM_START) {
        start_again(r, now);
        return;
    }
    r->stats.reloads++;
    if (r->compares && r->o.changed)
        return;
    world_reload(r->w, r->used.model, ++r->generation, r->used.oids, now);
    see_effects(r);
}

static struct world_now moment(struct replay *r)
{
    int64_t passed = r->g.at.us - r->last - r->g.step;

    r->mono = MIN(r->mono + MAX(passed, 0), MOMENT_MOST);
    r->last = r->g.at.us;
    return (struct world_now){{r->mono}, r->g.at};
}

static void clear_group(struct group *g)
{
    g->any = g->effect_first = false;
    g->step = 0;
    buf_clear(&g->bytes);
    VEC_CLEAR(&g->items);
}

static void close_group(struct replay *r)
{
    struct group *g = &r->g;
    struct world_now now;

    if (!g->any)
        return;
    now = moment(r);
    /* What time brought was there before the first input, unless that is a new life, whose effects stand before it. */
    if (!g->items.n || (g->effect_first && g->items.at[0].kind <= ITEM_STOP))
        step(r, NULL, now);
    for (size_t i = 0; i < g->items.n; i++) {
        if (g->items.at[i].kind == ITEM_INPUT)
            step(r, &g->items.at[i], now);
        else if (g->items.at[i].kind == ITEM_STOP)
            stop(r, now);
        else
            new_config(r, &g->items.at[i], now);
    }
    telling_expect_none(r->w);
    compare_events(r);
    clear_group(g);
}

/* ---- states ---- */

static void know(struct replay *r, struct str payload)
{
    struct known *k;
    uint64_t oid, at;

    if (!first_is_oid(payload, &oid))
        return;
    if (!map_get_u64(&r->known_by_oid, oid, &at)) {
        at = r->known.n;
        map_put_u64(&r->known_by_oid, oid, at);
        k = VEC_ADD(&r->known);
        k->oid = oid;
        buf_init(&k->payload);
    }
    k = &r->known.at[at];
    k->gone = false;
    buf_clear(&k->payload);
    buf_add_str(&k->payload, payload);
}

static void know_end(struct replay *r, struct str payload)
{
    struct record_state_end e;
    uint64_t at;

    if (record_get(RECORD_STATE_END, payload, &e) == 0 && map_get_u64(&r->known_by_oid, e.oid, &at))
        r->known.at[at].gone = true;
}

static void know_all(struct replay *r)
{
    struct buf all = BUF_INIT;
    struct record_frame f;
    struct str rest;

    world_export(r->w, (struct world_now){{r->mono}, {r->last}}, 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1)
        if (f.kind == RECORD_STATE)
            know(r, f.payload);
    buf_release(&all);
}

static void compare_one(struct replay *r, const struct record_state *was, const struct record_state *would)
{
    struct replay_state s = {.has = {was != NULL, would != NULL}};

    if (was && would && !replay_state_differs(was, would))
        return;
    if (was)
        s.state[REPLAY_WAS] = *was;
    if (would)
        s.state[REPLAY_WOULD] = *would;
    name_it(r, s.state[was ? REPLAY_WAS : REPLAY_WOULD].oid, &s.host, &s.service);
    r->o.state(r->o.user, &s);
}

static void compare_states(struct replay *r)
{
    struct buf all = BUF_INIT;
    struct record_frame f;
    struct str rest;

    world_export(r->w, (struct world_now){{r->mono}, {r->last}}, 0, &all);
    rest = buf_str(&all);
    while (record_next(&rest, &f) == 1) {
        struct record_state would, was;
        struct known *k;
        uint64_t at;

        if (f.kind != RECORD_STATE || record_get(RECORD_STATE, f.payload, &would) < 0)
            continue;
        k = map_get_u64(&r->known_by_oid, would.oid, &at) ? &r->known.at[at] : NULL;
        if (k && !k->gone && record_get(RECORD_STATE, buf_str(&k->payload), &was) == 0)
            compare_one(r, &was, &would);
        else if (would.checked)
            compare_one(r, NULL, &would);
        if (k)
            k->gone = true; /* done */
    }
    for (size_t i = 0; i < r->known.n; i++) {
        struct record_state was;

        if (!r->known.at[i].gone && record_get(RECORD_STATE, buf_str(&r->known.at[i].payload), &was) == 0)
            compare_one(r, &was, NULL);
    }
    buf_release(&all);
}

/* ---- life ---- */

struct replay *replay_new(const struct replay_options *o)
{
    struct replay *r = mem_zalloc(sizeof(*r));

    r->o = *o;
    r->mono = TIME_DAY;
    buf_init(&r->g.bytes);
    for (int k = 0; k < 2; k++)
        buf_init(&r->g.side[k].bytes);
    return r;
}

void replay_free(struct replay *r)
{
    if (!r)
        return;
    world_free(r->w);
    oids_release(&r->names);
    mem_free(r->given);
    mem_free(r->stranger);
    map_release(&r->known_by_oid);
    for (size_t i = 0; i < r->known.n; i++)
        buf_release(&r->known.at[i].payload);
    VEC_RELEASE(&r->known);
    buf_release(&r->g.bytes);
    VEC_RELEASE(&r->g.items);
    for (int k = 0; k < 2; k++) {
        buf_release(&r->g.side[k].bytes);
        VEC_RELEASE(&r->g.side[k].list);
    }
    mem_free(r);
}

int replay_begin(struct replay *r, struct str records, struct wall at, struct str hash)
{
    struct world_now now = {{r->mono}, at};
    int rc;

    BUG_ON(r->w);
    if (!r->o.config(r->o.user, hash, &r->real))
        return E_NOENT;
    take_names(r);
    r->used = r->real;
    r->last = at.us;
    r->w = make_world(r, now, true);
    rc = world_load(r->w, records);
    world_load_end(r->w, 1);
    world_resume(r->w, now);
    drop_effects(r);
    return rc;
}

/* From here on what comes out is compared, and the other configuration is in force. */
static void begin_comparing(struct replay *r)
{
    struct world_now now = {{r->mono}, {r->last}};

    know_all(r);
    r->compares = true;
    r->stats.first = r->g.at;
    if (!r->o.changed)
        return;
    give_oids(r);
    world_reload(r->w, r->used.model, ++r->generation, r->used.oids, now);
    drop_effects(r);
}

static void add_item(struct group *g, enum item_kind kind, const struct record_frame *f)
{
    g->effect_first |= f->kind == RECORD_SKIP && !g->items.n; /* turns come after what time brings */
    *VEC_ADD(&g->items) =
        (struct item){.kind = kind, .record = f->kind, .off = g->bytes.len, .n = f->payload.n};
    buf_add_str(&g->bytes, f->payload);
}

/* Of a SNAPSHOT the event behind it says whether it begins a life. */
static void take_event(struct replay *r, const struct record_frame *f)
{
    struct group *g = &r->g;
    struct record_event e;

    if (record_get(RECORD_EVENT, f->payload, &e) < 0)
        return;
    if (e.kind == RECORD_EVENT_START && g->items.n && g->items.at[g->items.n - 1].record == RECORD_SNAPSHOT)
        VEC_LAST(&g->items).kind = ITEM_START;
    if (e.kind == RECORD_EVENT_STOP)
        add_item(g, ITEM_STOP, f);
    else if (e.kind != RECORD_EVENT_CLOCK_STEP)
        g->effect_first = g->effect_first || !g->items.n;
    see(r, REPLAY_WAS, f->payload);
}

static void take_one(struct replay *r, const struct record_frame *f)
{
    struct group *g = &r->g;
    struct record_clock clock;
    struct record_telling telling;

    switch (f->kind) {
    case RECORD_RESULT:
    case RECORD_COMMAND:
    case RECORD_COMMAND_PART:
    case RECORD_TELLING_PART:
    case RECORD_SKIP: add_item(g, ITEM_INPUT, f); return;
    case RECORD_SNAPSHOT: add_item(g, ITEM_RELOAD, f); return;
    case RECORD_COMMAND_WAITS:
    case RECORD_COMMAND_END ... RECORD_FILE_READ: return; /* only for who goes on with it */
    case RECORD_CLOCK:
        if (record_get(RECORD_CLOCK, f->payload, &clock) == 0 && clock.step_us > -MOMENT_MOST &&
            clock.step_us < MOMENT_MOST && !g->step)
            g->step = clock.step_us;
        return;
    case RECORD_EVENT: take_event(r, f); return;
    case RECORD_TELLING:
        if (record_get(RECORD_TELLING, f->payload, &telling) == 0)
            telling_expect(r->w, &telling, !r->compares || !r->o.changed); /* of what this moment decides */
        break;
    case RECORD_STATE:
    case RECORD_STATE_END:
        if (r->compares)
            (f->kind == RECORD_STATE ? know : know_end)(r, f->payload);
        break;
    default: break;
    }
    g->effect_first = g->effect_first || !g->items.n;
}

bool replay_take(struct replay *r, const struct record_frame *f)
{
    struct group *g = &r->g;

    if (f->at.us < 0 || f->at.us > MOMENT_MOST)
        return true;
    if (g->any && g->at.us != f->at.us)
        close_group(r);
    if (f->at.us > r->o.to.us)
        return false;
    if (!g->any) {
        g->any = true;
        g->at = f->at;
        if (!r->compares && f->at.us >= r->o.from.us)
            begin_comparing(r);
    }
    r->stats.records++;
    if (r->compares)
        r->stats.last = f->at;
    take_one(r, f);
    return true;
}

void replay_end(struct replay *r)
{
    close_group(r);
    if (!r->compares)
        begin_comparing(r);
    compare_states(r);
}

const struct replay_stats *replay_stats(const struct replay *r)
{
    return &r->stats;
}

const struct world *replay_world(const struct replay *r)
{
    return r->w;
}
