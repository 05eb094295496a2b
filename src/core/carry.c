/* SPDX-License-Identifier: Apache-2.0 */
#include "core/carry.h"

#include "base/hash.h"
#include "core/nlog.h"
#include "core/note.h"
#include "core/retain.h"
#include "core/sched.h"
#include "core/telling.h"

#define LINES_MOST 100 /* in the log: who takes away or renames thousands at once knows it */

/* ---- where it goes ---- */

struct places { /* which new check has an identity: made when the first one is not where it is expected */
    const uint64_t *oids;
    uint32_t n;
    uint32_t *slot; /* index + 1; 0: empty */
    uint32_t n_slot;
};

static uint32_t slot_of(const struct places *p, uint64_t oid)
{
    uint32_t at = (uint32_t)hash_bytes(&oid, sizeof(oid)) & (p->n_slot - 1);

    while (p->slot[at] && p->oids[p->slot[at] - 1] != oid)
        at = (at + 1) & (p->n_slot - 1);
    return at;
}

static void build(struct places *p)
{
    p->n_slot = 16;
    while (p->n_slot < p->n * 2)
        p->n_slot *= 2;
    p->slot = mem_calloc(p->n_slot, sizeof(*p->slot));
    for (uint32_t i = 0; i < p->n; i++)
        p->slot[slot_of(p, p->oids[i])] = i + 1;
}

static uint32_t find(struct places *p, uint64_t oid)
{
    uint32_t v;

    if (!oid)
        return MODEL_NONE;
    if (!p->slot)
        build(p);
    v = p->slot[slot_of(p, oid)];
    return v ? v - 1 : MODEL_NONE;
}

static void find_places(const struct world *w, struct carry *c, uint32_t n_next)
{
    struct places p = {.oids = c->oids, .n = n_next};
    uint32_t guess = 0; /* most often the one behind the last that was found */

    c->to = mem_calloc((size_t)c->n + 1, sizeof(*c->to));
    for (uint32_t i = 0; i < c->n; i++) {
        uint64_t oid = c->st[i].oid;
        uint32_t to = oid && guess < n_next && c->oids[guess] == oid ? guess : find(&p, oid);

        if (w->opt.mutation == WORLD_MIXES_UP && i % 5 == 1)
            to = MODEL_NONE;
        c->to[i] = to;
        if (to != MODEL_NONE)
            guess = to + 1;
    }
    mem_free(p.slot);
}

/* ---- what ends ---- */

static void end_check(struct world *w, uint32_t check, unsigned *lines)
{
    struct str host = model_host_name(w->m, check), service = model_description(w->m, check);
    struct buf name = BUF_INIT;

    nlog_name(w, check, &name);
    world_event(w, RECORD_EVENT_REMOVED, check,
                &(struct record_event){.text = buf_str(&name), .state = w->st[check].state});
    if (w->st[check].oid)
        world_record(w, RECORD_STATE_END, &(struct record_state_end){.oid = w->st[check].oid});
    buf_release(&name);
    if ((*lines)++ >= LINES_MOST)
        return;
    if (service.n)
        nlog_text(w, "Service '" STR_FMT "' on host '" STR_FMT "' is no longer configured", STR_ARG(service),
                  STR_ARG(host));
    else
        nlog_text(w, "Host '" STR_FMT "' is no longer configured", STR_ARG(host));
}

static void say_more(struct world *w, unsigned lines, const char *what)
{
    if (lines > LINES_MOST)
        nlog_text(w, "%u more %s", lines - LINES_MOST, what);
}

/* A notification is carried through even if its object is gone. */
static void end_runs(struct world *w, const struct carry *c)
{
    for (uint32_t i = 0; i < w->runs.n; i++) {
        const struct world_run *r = &w->runs.at[i];

        if (!r->id || r->kind != WORLD_RUN_CHECK || c->to[r->check] != MODEL_NONE)
            continue;
        world_effect(w, WORLD_KILL)->id = r->id;
        sched_end_run(w, i);
    }
}

static void end_notes(struct world *w, const struct carry *c)
{
    for (size_t i = w->downtimes.n; i-- > 0;)
        if (!w->downtimes.at[i].gone && c->to[w->downtimes.at[i].check] == MODEL_NONE)
            note_downtime_gone(w, w->downtimes.at[i].id);
    for (size_t i = w->comments.n; i-- > 0;) {
        uint64_t id = w->comments.at[i].id;

        if (w->comments.at[i].gone || c->to[w->comments.at[i].check] != MODEL_NONE)
            continue;
        note_comment_forget(w, id);
        world_record(w, RECORD_COMMENT_DEL, &(struct record_comment_del){.id = id});
    }
    note_take_out(w);
}

void carry_begin(struct world *w, const struct model *next, const uint64_t *oids, struct carry *c)
{
    unsigned lines = 0;

    *c =
        (struct carry){.m = w->m, .oids = oids, .st = w->st, .contact = w->contact, .due = w->due, .n = w->n};
    c->other = mem_calloc((size_t)c->n + 1, sizeof(*c->other));
    find_places(w, c, next->n_check);
    telling_before_carry(w, next, c->to);
    end_runs(w, c);
    end_notes(w, c);
    for (uint32_t i = 0; i < c->n; i++)
        if (c->to[i] == MODEL_NONE)
            end_check(w, i, &lines);
    say_more(w, lines, "hosts and services are no longer configured");
}

/* ---- what goes on ---- */

static bool has_another_name(const struct world *w, uint32_t check, const struct carry *c, uint32_t was)
{
    const struct model_check *now = model_check(w->m, check), *old = model_check(c->m, was);

    return !str_eq(model_str(w->m, now->name), model_str(c->m, old->name)) ||
           (old->kind == MODEL_SERVICE && (c->other[old->host] || c->to[old->host] != now->host));
}

static void say_renamed(struct world *w, uint32_t check, const struct model *old, uint32_t was,
                        unsigned *lines)
{
    struct buf from = BUF_INIT, to = BUF_INIT;

    buf_add_str(&from, model_host_name(old, was));
    if (model_check(old, was)->kind == MODEL_SERVICE) {
        buf_add_char(&from, ';');
        buf_add_str(&from, model_description(old, was));
    }
    nlog_name(w, check, &to);
    world_event(w, RECORD_EVENT_RENAMED, check, &(struct record_event){.text = buf_str(&from)});
    if ((*lines)++ < LINES_MOST)
        nlog_text(w, "%s is called %s now", from.data, to.data);
    buf_release(&from);
    buf_release(&to);
}

/* One pass: a check's state is in reach of the cache for a moment only. */
static void carry_checks(struct world *w, struct carry *c)
{
    unsigned lines = 0;

    for (uint32_t i = 0; i < c->n; i++) {
        uint32_t to = c->to[i];

        if (to == MODEL_NONE) {
            state_release(&c->st[i]);
            continue;
        }
        if (retain_carry(w, to, &c->st[i]))
            world_touch(w, to);
        if (heap_has(&c->due, i)) {
            heap_set(&w->due, to, c->due.key[i]);
            sched_again(w, to);
        }
        if (has_another_name(w, to, c, i)) {
            say_renamed(w, to, c->m, i, &lines);
            c->other[i] = true;
        }
    }
    say_more(w, lines, "hosts and services have another name now");
}

static void carry_runs(struct world *w, const struct carry *c)
{
    for (uint32_t i = 0; i < w->runs.n; i++) {
        struct world_run *r = &w->runs.at[i];

        if (r->id && r->check != MODEL_NONE)
            r->check = c->to[r->check] == MODEL_NONE ? 0 : c->to[r->check];
    }
}

static void carry_contacts(struct world *w, const struct carry *c)
{
    for (uint32_t i = 0; i < c->m->n_contact; i++) {
        uint32_t to = model_find_contact(w->m, model_str(c->m, model_contact(c->m, i)->name));
        struct world_contact *old = &c->contact[i];

        if (to == MODEL_NONE) {
            over_free(old->over);
            continue;
        }
        w->contact[to].over = old->over;
        w->contact[to].modified = old->modified;
        w->contact[to].last_host = old->last_host;
        w->contact[to].last_service = old->last_service;
        w->contact[to].modified_host = old->modified_host;
        w->contact[to].modified_service = old->modified_service;
        w->contact[to].host_off = old->host_off; /* retain_settle looks at what the files say now */
        w->contact[to].service_off = old->service_off;
    }
}

void carry_over(struct world *w, struct carry *c)
{
    carry_checks(w, c);
    carry_runs(w, c);
    for (size_t i = 0; i < w->comments.n; i++)
        w->comments.at[i].check = c->to[w->comments.at[i].check];
    for (size_t i = 0; i < w->downtimes.n; i++)
        w->downtimes.at[i].check = c->to[w->downtimes.at[i].check];
    note_index(w);
    excmd_queue_carry(w, c->to, c->n);
    telling_carry(w, c->to);
    carry_contacts(w, c);
}

void carry_end(struct world *w, struct carry *c)
{
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->st[i].oid)
            continue;
        w->st[i].oid = c->oids[i];
        world_touch(w, i);
    }
    world_know_oids(w);
    mem_free(c->st);
    mem_free(c->contact);
    mem_free(c->to);
    mem_free(c->other);
    heap_release(&c->due);
}

void carry_gone(struct world *w)
{
    struct str key;
    uint64_t oid;

    for (size_t i = 0; i < w->gone.n_entry; i++) {
        if (!map_at(&w->gone, i, &key, &oid))
            continue;
        world_record(w, RECORD_EVENT, &(struct record_event){.kind = RECORD_EVENT_REMOVED, .oid = oid});
        world_record(w, RECORD_STATE_END, &(struct record_state_end){.oid = oid});
    }
    map_release(&w->gone);
}
