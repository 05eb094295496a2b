/* SPDX-License-Identifier: Apache-2.0 */
#include "core/carry.h"

#include "core/nlog.h"
#include "core/note.h"
#include "core/retain.h"
#include "core/sched.h"
#include "core/telling.h"

#include <string.h>

#define LINES_MOST 100 /* in the log: who takes away or renames thousands at once knows it */

/* ---- where it goes ---- */

/* Which new check has an identity: made when the first one is not where it is expected. */
static const struct oids *next_oids(struct carry *c, uint32_t n)
{
    uint64_t *oid;

    if (c->ids.oid)
        return &c->ids;
    oid = mem_calloc((size_t)n + 1, sizeof(*oid));
    memcpy(oid, c->oids, n * sizeof(*oid));
    oids_take(&c->ids, oid, n);
    return &c->ids;
}

static uint32_t find(struct carry *c, uint32_t n_next, uint64_t oid)
{
    uint32_t at;

    return oid && oids_find(next_oids(c, n_next), oid, &at) ? at : MODEL_NONE;
}

static void find_places(const struct world *w, struct carry *c, uint32_t n_next)
{
    const uint64_t *oids = w->oids.oid; /* as in the states, but close together */
    uint32_t guess = 0;                 /* most often the one behind the last that was found */

    c->to = mem_calloc((size_t)c->n + 1, sizeof(*c->to));
    c->taken = mem_calloc((size_t)n_next + 1, sizeof(*c->taken));
    c->same = c->n == n_next;
    for (uint32_t i = 0; i < c->n; i++) {
        uint64_t oid = oids ? oids[i] : c->st[i].oid;
        uint32_t to = oid && guess < n_next && c->oids[guess] == oid ? guess : find(c, n_next, oid);

        if (w->opt.mutation == WORLD_MIXES_UP && i % 5 == 1)
            to = MODEL_NONE;
        c->to[i] = to;
        c->same = c->same && to == i;
        if (to == MODEL_NONE)
            continue;
        c->taken[to] = true;
        guess = to + 1;
    }
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
        w->runs.at[i].forced_next = false;
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
        if (heap_has(c->same ? &w->due : &c->due, i)) {
            if (!c->same)
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

/* What nothing went over to. */
static void begin_new(struct world *w, const struct carry *c)
{
    for (uint32_t i = 0; i < w->n; i++) {
        if (c->taken[i])
            continue;
        retain_fresh(w, i);
        w->st[i].oid = c->oids[i];
        world_touch(w, i);
    }
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
        w->contact[to].dirty = old->dirty; /* who was told just before */
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
    if (c->same) { /* plans and identities are those of the same numbers */
        w->due = c->due;
        c->due = (struct heap){0};
    } else {
        heap_init(&w->due, w->n);
        next_oids(c, w->n);
        oids_release(&w->oids);
        w->oids = c->ids;
        c->ids = (struct oids){0};
    }
    carry_checks(w, c);
    begin_new(w, c);
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

void carry_end(struct carry *c)
{
    mem_free(c->st);
    mem_free(c->contact);
    mem_free(c->to);
    mem_free(c->taken);
    mem_free(c->other);
    heap_release(&c->due);
    oids_release(&c->ids);
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
