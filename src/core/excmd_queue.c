/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_queue.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "core/excmd_do.h"
#include "core/excmd_entry.h"
#include "core/nlog.h"
#include "core/source.h"
#include "core/world_in.h"

#include <string.h>

#define EXCMD_HAD    UINT64_MAX /* in a list: not again */
#define NO_CHECK     UINT64_MAX /* in a record: the program */
#define PART_MOST    1000u      /* things of one part, also when next to nothing comes of each */
#define DIRECT       16u        /* things that are no part, but done at once */
#define AT_ONCE      100u       /* commands that waited, of one step */
#define DROPPED_SAID 100u       /* commands that are named, of those dropped at a start */
#define DONE_CHUNK   4000u      /* things in one record */

static struct excmd_queue *queue(struct world *w)
{
    return &w->commands;
}

bool excmd_queue_is_empty(const struct world *w)
{
    return w->commands.first == w->commands.all.n;
}

bool excmd_queue_holds(const struct world *w, const struct excmd *c)
{
    const struct excmd_queue *q = &w->commands;

    if (excmd_queue_is_empty(w) || c->row->handle == excmd_do_audit || c->row->handle == excmd_do_flush)
        return false;
    return c->row->handle != excmd_do_result || q->wide || (q->concerned && q->concerned[c->check]);
}

static void record_waits(struct world *w, const struct excmd_entry *e)
{
    world_record(w, RECORD_COMMAND_WAITS,
                 &(struct record_command_waits){.id = e->id,
                                                .source = e->source,
                                                .who = excmd_entry_who(e),
                                                .text = excmd_entry_line(e),
                                                .begun = e->begun,
                                                .number = excmd_entry_number(e)});
}

int excmd_queue_add(struct world *w, const struct excmd *c, const struct excmd_order *o, struct err *err)
{
    struct excmd_entry *e;

    if (queue(w)->bytes + o->line.n > LIMIT_COMMANDS_WAITING ||
        queue(w)->all.n - queue(w)->first >= LIMIT_COMMANDS_WAITING_N)
        return err_set(err, E_LIMIT,
                       "too many commands wait for one that is under way; FLUSH_PENDING_COMMANDS drops them");
    e = excmd_entry_add(w, excmd_entry_new_id(w), o->line, o->who, o->source);
    e->token = o->token;
    e->check = excmd_list_is_one_check(c) ? c->check : MODEL_NONE;
    excmd_entry_count(w, e, 1);
    record_waits(w, e);
    return 0;
}

/* ---- parts ---- */

/* What a thing is called in the record. */
static uint64_t object_of(const struct world *w, enum excmd_of of, uint64_t thing)
{
    if (of != EXCMD_OF_CHECKS)
        return thing;
    return thing == MODEL_NONE ? NO_CHECK : w->st[thing].oid;
}

static int do_one(struct world *w, struct excmd *c, uint64_t thing, struct err *err)
{
    c->id = thing;
    return c->row->handle(w, c, excmd_list_of(c) == EXCMD_OF_CHECKS ? (uint32_t)thing : MODEL_NONE, err);
}

/* Of a command for many each thing is done that can be; the last reason why one could not is what is said. */
static void part_one(struct world *w, struct excmd *c, struct excmd_entry *e, uint64_t thing)
{
    struct err err = ERR_INIT;

    c->ref = &e->ref;
    if (e->of == EXCMD_OF_CHECKS)
        excmd_entry_concern(w, thing, -1);
    if (do_one(w, c, thing, &err) >= 0)
        return;
    e->refused++;
    mem_free(e->why);
    e->why = str_dup(str_of(err.text));
}

static size_t part_most(const struct world *w)
{
    return w->opt.part ? w->opt.part : PART_MOST;
}

static void record_part(struct world *w, const struct excmd_entry *e, size_t done_before)
{
    struct buf objects = BUF_INIT;

    for (size_t i = done_before; i < e->done.n; i++)
        tlv_put_varint(&objects, e->done.at[i]);
    world_record(w, RECORD_COMMAND_PART,
                 &(struct record_command_part){
                     .id = e->id, .objects = buf_str(&objects), .last = e->at == e->list.n, .ref = e->ref});
    buf_release(&objects);
}

static int refused(const struct excmd *c, int r, struct err *err)
{
    if (r < 0 && c->done && c->n > c->done)
        err_prefix(err, "done for %u of %u, not for the others: ", c->done, c->n);
    else if (r < 0 && c->done) /* the engine was started again since, and does not know the others */
        err_prefix(err, "done for %u, not for the others: ", c->done);
    return r;
}

/* It began and cannot be read any more: what was done is told nevertheless. */
static int broken_off(struct excmd *c, const struct excmd_entry *e, int r, struct err *err)
{
    if (!c->row || !e->begun)
        return r;
    c->n = (unsigned)MAX(e->list.n, e->done.n);
    c->done = (unsigned)e->done.n - e->refused;
    return refused(c, r, err);
}

static int result_of(struct excmd *c, const struct excmd_entry *e, struct err *err)
{
    c->n = (unsigned)e->done.n;
    c->done = c->n - e->refused;
    return e->refused ? refused(c, err_set(err, E_INVAL, "%s", e->why), err) : 0;
}

/* As many as one step takes. */
static void do_some(struct world *w, struct excmd *c, struct excmd_entry *e)
{
    size_t n = 0;

    while (e->at < e->list.n && n < part_most(w) && !(n && world_spent(w))) {
        uint64_t thing = e->list.at[e->at++];

        if (thing == EXCMD_HAD)
            continue;
        *VEC_ADD(&e->done) = object_of(w, e->of, thing);
        part_one(w, c, e, thing);
        n++;
    }
}

/* The record of a part stands before what it did, as every input does. */
static int part(struct world *w, struct excmd *c, struct excmd_entry *e, struct err *err)
{
    size_t before = w->records.len, had = e->done.n, end;

    do_some(w, c, e);
    end = w->records.len;
    record_part(w, e, had);
    world_move_before(w, before, end);
    return e->at < e->list.n ? EXCMD_LATER : result_of(c, e, err);
}

/* From the record: what is no parts there is none here. */
static int all(struct world *w, struct excmd *c, const struct excmd_list *things, struct err *err)
{
    uint64_t ref = 0;
    int r = 0;

    c->ref = &ref;
    for (size_t i = 0; i < things->n; i++) {
        int one = do_one(w, c, things->at[i], err);

        r = one < 0 ? one : r;
        c->done += one >= 0;
    }
    c->n = (unsigned)things->n;
    return refused(c, r, err);
}

static void concern_rest(struct world *w, const struct excmd_entry *e, int by)
{
    for (size_t i = e->at; i < e->list.n && e->of == EXCMD_OF_CHECKS; i++)
        excmd_entry_concern(w, e->list.at[i], by);
}

static void begin_list(struct world *w, struct excmd_entry *e, const struct excmd *c,
                       struct excmd_list *things)
{
    e->begun = true;
    e->of = excmd_list_of(c);
    e->list = *things;
    *things = (struct excmd_list){0};
    if (e->of != EXCMD_OF_CHECKS)
        e->ref = e->of == EXCMD_OF_COMMENTS ? w->next_comment : w->next_downtime;
}

/* The inputs that say what was done. at_once: it is no parts. */
static void record_begin(struct world *w, const struct excmd_order *o, const struct excmd_entry *e,
                         bool waited, bool at_once)
{
    if (at_once) {
        excmd_record(w, o, 0);
        return;
    }
    if (!waited)
        record_waits(w, e);
    excmd_record(w, o, e->id);
    record_part(w, e, 0);
}

/* A few things are done at once; if more came of them than one step takes, those that are done are the first part. */
static bool begin(struct world *w, struct excmd *c, const struct excmd_order *o, struct excmd_entry *e,
                  bool waited)
{
    size_t before = w->records.len, inputs = 2 * (o->line.n + o->who.n), end;
    bool few = e->list.n <= MIN((size_t)DIRECT, part_most(w)), at_once;

    w->dirty_bytes += inputs; /* they are still to be written, and belong to the step */
    do_some(w, c, e);
    w->dirty_bytes -= inputs;
    at_once = few && e->at == e->list.n;
    end = w->records.len;
    record_begin(w, o, e, waited, at_once);
    world_move_before(w, before, end);
    return at_once;
}

int excmd_queue_begin(struct world *w, struct excmd *c, const struct excmd_order *o, struct excmd_entry *e,
                      struct excmd_list *things, struct err *err)
{
    struct excmd_entry own;
    int r;

    if (o->source == WORLD_SOURCE_RECORD) {
        excmd_record(w, o, 0);
        return all(w, c, things, err);
    }
    if (e) {
        begin_list(w, e, c, things);
        concern_rest(w, e, 1);
        begin(w, c, o, e, true);
        return e->at < e->list.n ? EXCMD_LATER : result_of(c, e, err);
    }
    own = excmd_entry_make(w, excmd_entry_new_id(w), o->line, o->who, o->source);
    own.token = o->token;
    begin_list(w, &own, c, things);
    if (begin(w, c, o, &own, false)) {
        r = result_of(c, &own, err);
        excmd_entry_release(w, &own);
        return r;
    }
    concern_rest(w, &own, 1);
    e = excmd_entry_enter(w, &own);
    return e->at < e->list.n ? EXCMD_LATER : result_of(c, e, err);
}

/* ---- what a tick does ---- */

void excmd_queue_over(struct world *w)
{
    world_record(w, RECORD_COMMAND_END, &(struct record_command_end){.id = excmd_entry_front(w)->id});
    excmd_entry_pop(w);
}

/* Over: to whom it may concern. */
static void end_front(struct world *w, const struct excmd *c, bool left_out, int r, struct err *err)
{
    struct excmd_entry *e = excmd_entry_front(w);
    struct excmd_order o = {excmd_entry_line(e), excmd_entry_who(e), e->source, e->token, false, left_out};

    excmd_over(w, c, &o, r, err);
    excmd_queue_over(w);
}

/* They are refused when it is their turn, some with each tick: there may be very many. */
int excmd_do_flush(struct world *w, const struct excmd *c UNUSED, uint32_t check UNUSED,
                   struct err *err UNUSED)
{
    queue(w)->flushed = queue(w)->last_id;
    world_record(w, RECORD_COMMAND_END, &(struct record_command_end){.id = queue(w)->flushed, .all = 1});
    return 0;
}

/* Its last part is an empty one: an input, as all that a replay does is. */
static int break_off(struct world *w, struct excmd *c, struct excmd_entry *e, int r, struct err *err)
{
    concern_rest(w, e, -1);
    e->at = e->list.n;
    record_part(w, e, e->done.n);
    return broken_off(c, e, r, err);
}

static bool is_left_out(const struct world *w, const struct excmd_entry *e)
{
    for (size_t i = 0; i < w->commands.left_out.n; i++)
        if (w->commands.left_out.at[i] == e->id)
            return true;
    return false;
}

void excmd_queue_leave_out(struct world *w, uint64_t id)
{
    *VEC_ADD(&queue(w)->left_out) = id;
}

static void say_doing(const struct world *w, const struct excmd_entry *e)
{
    if (!w->opt.doing)
        return;
    __atomic_store_n(&w->opt.doing->id, 0,
                     __ATOMIC_RELEASE); /* never the one before with the parts of this one */
    w->opt.doing->done = e->done.n;
    __atomic_store_n(&w->opt.doing->id, e->id, __ATOMIC_RELEASE);
}

static void say_done(const struct world *w)
{
    if (w->opt.doing)
        __atomic_store_n(&w->opt.doing->id, 0, __ATOMIC_RELEASE);
}

static bool step_one(struct world *w)
{
    struct excmd_entry *e = excmd_entry_front(w);
    struct excmd_order o = {excmd_entry_line(e), excmd_entry_who(e), e->source, e->token, false, false};
    struct buf rewritten = BUF_INIT;
    struct err err = ERR_INIT;
    bool waited = !e->begun, left_out = is_left_out(w, e);
    struct excmd c;
    int r;

    if (waited)
        excmd_entry_count(w, e, -1);
    r = excmd_read(w, &c, &o, &rewritten, &err); /* again: the configuration may be another one by now */
    if (r == 0 && excmd_entry_is_flushed(w, e))
        r = err_set(&err, E_INVAL, "dropped by FLUSH_PENDING_COMMANDS");
    if (r == 0 && left_out)
        r = excmd_left_out(&err);
    if (r == 0)
        r = waited ? excmd_begin(w, &c, &o, e, &err) : part(w, &c, e, &err);
    else if (!waited)
        r = break_off(w, &c, e, r, &err);
    if (r != EXCMD_LATER)
        end_front(w, &c, left_out, r, &err);
    buf_release(&rewritten);
    return r != EXCMD_LATER;
}

bool excmd_queue_wants(const struct world *w)
{
    return !excmd_queue_is_empty(w) && !w->commands.held && !w->stopping && !w->opt.rehearses;
}

void world_hold_commands(struct world *w, bool hold)
{
    w->commands.held = hold;
}

void excmd_queue_step(struct world *w)
{
    for (unsigned i = 0; i < AT_ONCE && excmd_queue_wants(w) && !(i && world_spent(w)); i++) {
        if (i)
            world_time_passes(w);
        say_doing(w, excmd_entry_front(w));
        if (!step_one(w))
            break;
    }
    say_done(w);
}

/* ---- from the record, at a start ---- */

static void add_done(struct excmd_entry *e, struct str objects)
{
    uint64_t object;

    while (objects.n && tlv_get_varint(&objects, &object))
        *VEC_ADD(&e->done) = object;
}

void excmd_queue_restore(struct world *w, const struct record_command_waits *r)
{
    struct excmd_queue *q = queue(w);
    struct excmd_entry *e = excmd_entry_find(w, r->id);

    if (!e && r->text.n && q->bytes + r->text.n <= LIMIT_COMMANDS_WAITING)
        e = excmd_entry_add(w, r->id, r->text, r->who, r->source);
    if (!e)
        return;
    e->begun = e->begun || r->begun;
    e->token = r->number ? r->number : e->token;
    e->ref = r->ref ? r->ref : e->ref;
    if (r->text.n) /* it begins anew with all that is done; the others have more of it */
        VEC_CLEAR(&e->done);
    add_done(e, r->done);
}

void excmd_queue_restore_part(struct world *w, const struct record_command_part *r)
{
    struct excmd_entry *e = excmd_entry_find(w, r->id);

    if (!e)
        return;
    e->begun = true;
    e->ref = r->ref;
    add_done(e, r->objects);
}

static void forget_up_to(struct world *w, uint64_t id)
{
    struct excmd_queue *q = queue(w);
    size_t n = q->first;

    for (size_t i = q->first; i < q->all.n; i++)
        if (!q->all.at[i].begun && q->all.at[i].id <= id)
            excmd_entry_release(w, &q->all.at[i]);
        else
            q->all.at[n++] = q->all.at[i];
    q->all.n = n;
}

void excmd_queue_restore_end(struct world *w, const struct record_command_end *r)
{
    const struct excmd_entry *e = excmd_entry_find(w, r->id);

    if (r->all == 2)
        queue(w)->doubted = queue(w)->last_id;
    else if (r->all)
        forget_up_to(w, r->id);
    else if (e)
        excmd_entry_forget(w, e);
}

/* What is done, or came later, is not done to again. */
static void take_out_had(struct world *w, struct excmd_entry *e)
{
    struct map had = MAP_INIT;

    for (size_t i = 0; i < e->done.n; i++)
        map_put_u64(&had, e->done.at[i], 0);
    for (size_t i = 0; i < e->list.n; i++) {
        uint64_t thing = e->list.at[i];
        bool later = e->of != EXCMD_OF_CHECKS && e->ref && thing >= e->ref;

        if (later || map_get_u64(&had, object_of(w, e->of, thing), NULL))
            e->list.at[i] = EXCMD_HAD;
        else if (e->of == EXCMD_OF_CHECKS)
            excmd_entry_concern(w, thing, 1);
    }
    map_release(&had);
}

/* What it is for, by the configuration of now. False: it meant the program that has ended since. */
static bool list_again(struct world *w, struct excmd_entry *e)
{
    struct excmd_order o = {excmd_entry_line(e), excmd_entry_who(e), e->source, 0, false, false};
    struct buf rewritten = BUF_INIT;
    struct err err = ERR_INIT;
    struct excmd c;
    int r = excmd_read(w, &c, &o, &rewritten, &err);
    bool stays = r < 0 || c.row->handle != excmd_do_program_end;

    if (r == 0 && e->begun) {
        e->of = excmd_list_of(&c);
        if (excmd_list(w, &c, &e->list, &err) == 0)
            take_out_had(w, e);
    } else if (r == 0) {
        e->check = excmd_list_is_one_check(&c) ? c.check : MODEL_NONE;
    }
    buf_release(&rewritten);
    return stays;
}

/* Why one that was loaded does not go on; NULL: it does. */
static const char *why_dropped(struct world *w, struct excmd_entry *e)
{
    if (w->opt.resumes)
        return list_again(w, e), NULL;
    if (e->id <= w->commands.doubted)
        return "a part of the journal is lost, and how much of it was done is not known";
    return list_again(w, e) ? NULL : "it was for the Vigie that has ended";
}

static void drop_loaded(struct world *w, struct excmd_entry *e, const char *why, bool said)
{
    if (said)
        nlog_text(w, "Warning: External command dropped: %s: " STR_FMT, why,
                  STR_ARG(str_sub(excmd_entry_line(e), 0, 512)));
    world_record(w, RECORD_COMMAND_END, &(struct record_command_end){.id = e->id});
    excmd_entry_release(w, e);
}

void excmd_queue_after_load(struct world *w)
{
    struct excmd_queue *q = queue(w);
    size_t n = q->first, dropped = 0;

    for (size_t i = q->first; i < q->all.n; i++) {
        struct excmd_entry *e = &q->all.at[i];
        const char *why = why_dropped(w, e);

        if (why) {
            drop_loaded(w, e, why, ++dropped <= DROPPED_SAID);
            continue;
        }
        if (!e->begun)
            excmd_entry_count(w, e, 1);
        q->all.at[n++] = *e;
    }
    if (dropped > DROPPED_SAID)
        nlog_text(w, "Warning: %zu more external commands dropped", dropped - DROPPED_SAID);
    q->all.n = n;
    excmd_entry_counted(w);
    if (excmd_queue_is_empty(w))
        excmd_entry_reset(w);
}

static void put_one(const struct excmd_entry *e, size_t from, struct wall at, struct buf *out)
{
    struct record_command_waits r = {.id = e->id, .begun = e->begun, .ref = e->ref};
    size_t to = MIN(from + DONE_CHUNK, e->done.n);
    struct buf done = BUF_INIT;

    if (!from) {
        r.source = e->source;
        r.who = excmd_entry_who(e);
        r.text = excmd_entry_line(e);
        r.number = excmd_entry_number(e);
    }
    for (size_t i = from; i < to; i++)
        tlv_put_varint(&done, e->done.at[i]);
    r.done = buf_str(&done);
    record_put(out, RECORD_COMMAND_WAITS, at, &r);
    buf_release(&done);
}

bool excmd_queue_put(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    const struct excmd_queue *q = &w->commands;
    size_t i = q->first;

    while (i < q->all.n && q->all.at[i].id < *next)
        i++;
    for (; i < q->all.n && out->len < most; i++) {
        const struct excmd_entry *e = &q->all.at[i];

        *next = e->id + 1;
        if (excmd_entry_is_flushed(w, e))
            continue;
        put_one(e, 0, at, out);
        for (size_t from = DONE_CHUNK; from < e->done.n; from += DONE_CHUNK)
            put_one(e, from, at, out);
    }
    return i == q->all.n;
}

void excmd_queue_carry(struct world *w, const uint32_t *to, uint32_t n)
{
    struct excmd_queue *q = queue(w);

    mem_free(q->concerned);
    q->concerned = NULL;
    q->wide = 0;
    for (size_t i = q->first; i < q->all.n; i++) {
        struct excmd_entry *e = &q->all.at[i];

        if (e->check < n)
            e->check = to[e->check];
        if (!e->begun)
            excmd_entry_count(w, e, 1);
        for (size_t k = e->at; k < e->list.n && e->of == EXCMD_OF_CHECKS; k++) {
            if (e->list.at[k] < n)
                e->list.at[k] = to[e->list.at[k]] == MODEL_NONE ? EXCMD_HAD : to[e->list.at[k]];
            excmd_entry_concern(w, e->list.at[k], 1);
        }
    }
}

void excmd_queue_release(struct world *w)
{
    while (!excmd_queue_is_empty(w))
        excmd_entry_pop(w);
    VEC_RELEASE(&queue(w)->all);
    VEC_RELEASE(&queue(w)->left_out);
}

/* ---- from the record, once more ---- */

void excmd_queue_again(struct world *w, const struct record_command *r)
{
    struct excmd_entry *e = excmd_entry_find(w, r->id);

    if (!e)
        e = excmd_entry_add(w, r->id, r->text, r->who, WORLD_SOURCE_RECORD);
    e->begun = true;
    list_again(w, e);
}

/* In the order of the list, if the configuration is the same; what that does not have is left out. */
static void object_again(struct world *w, struct excmd *c, struct excmd_entry *e, uint64_t object)
{
    uint64_t thing = object;
    uint32_t check = MODEL_NONE;
    size_t i = e->at;

    if (e->of == EXCMD_OF_CHECKS && object != NO_CHECK) {
        if (!oids_find(&w->oids, object, &check) || !queue(w)->concerned || !queue(w)->concerned[check])
            return;
        thing = check;
    } else if (e->of == EXCMD_OF_CHECKS) {
        thing = MODEL_NONE;
    }
    while (i < e->list.n && e->list.at[i] != thing)
        i++;
    if (i == e->list.n)
        return;
    e->list.at[i] = EXCMD_HAD;
    e->at += i == e->at;
    *VEC_ADD(&e->done) = object; /* the replay may come to another life of the engine before the rest */
    part_one(w, c, e, thing);
}

/* What the record cannot name, since only the other configuration has it. The rest of the list was not there when the command was begun. */
static bool is_ours_only(const struct world *w, const struct excmd_entry *e, uint64_t thing)
{
    if (!w->opt.own_oids)
        return false;
    return e->of != EXCMD_OF_CHECKS || thing == MODEL_NONE || w->st[thing].oid >= w->opt.own_oids;
}

static void rest_again(struct world *w, struct excmd *c, struct excmd_entry *e)
{
    for (; e->at < e->list.n; e->at++)
        if (e->list.at[e->at] != EXCMD_HAD && is_ours_only(w, e, e->list.at[e->at]))
            part_one(w, c, e, e->list.at[e->at]);
}

void excmd_queue_part_again(struct world *w, const struct record_command_part *r)
{
    struct excmd_entry *e = excmd_entry_find(w, r->id);
    struct buf rewritten = BUF_INIT;
    struct str objects = r->objects;
    struct err err = ERR_INIT;
    struct excmd_order o;
    struct excmd c;
    uint64_t object;
    int got;

    if (!e)
        return;
    o = (struct excmd_order){excmd_entry_line(e), excmd_entry_who(e), WORLD_SOURCE_RECORD, 0, false, false};
    got = excmd_read(w, &c, &o, &rewritten, &err);
    if (got == 0) {
        while (objects.n && tlv_get_varint(&objects, &object))
            object_again(w, &c, e, object);
        if (r->last) {
            rest_again(w, &c, e);
            excmd_over(w, &c, &o, result_of(&c, e, &err), &err);
        }
    } else if (r->last) {
        excmd_over(w, &c, &o, broken_off(&c, e, got, &err), &err);
    }
    if (r->last)
        excmd_entry_forget(w, e);
    buf_release(&rewritten);
}
