/* SPDX-License-Identifier: Apache-2.0 */
/* What commands changed of contacts, and when they were told last: as records, and back. */
#include "core/model.h"
#include "core/record.h"
#include "core/retain.h"
#include "core/world_in.h"

static struct record_contact contact_of(const struct world *w, uint32_t i)
{
    const struct world_contact *c = &w->contact[i];
    const struct over *o = c->over;

    return (struct record_contact){.modified = c->modified,
                                   .host_period = o ? str_of(o->text[OVER_NOTIFY_PERIOD]) : STR_NULL,
                                   .service_period = o ? str_of(o->text[OVER_SERVICE_PERIOD]) : STR_NULL,
                                   .vars = o ? str_make(o->vars, o->vars_n) : STR_NULL,
                                   .name = model_str(w->m, model_contact(w->m, i)->name),
                                   .host_off = c->host_off,
                                   .service_off = c->service_off,
                                   .last_host = c->last_host,
                                   .last_service = c->last_service,
                                   .modified_host = c->modified_host,
                                   .modified_service = c->modified_service};
}

void retain_contacts(struct world *w)
{
    bool any = w->contacts_dirty;

    w->contacts_dirty = false;
    for (uint32_t i = 0; any && i < w->m->n_contact; i++) {
        struct record_contact r;

        if (!w->contact[i].dirty)
            continue;
        w->contact[i].dirty = false;
        w->contacts_unseen = true;
        r = contact_of(w, i);
        world_record(w, RECORD_CONTACT, &r);
    }
}

void retain_load_contact(struct world *w, const struct record_contact *r)
{
    uint32_t i = model_find_contact(w->m, r->name);
    struct world_contact *c;

    if (i == MODEL_NONE)
        return;
    c = &w->contact[i];
    c->last_host = r->last_host;
    c->last_service = r->last_service;
    c->modified = (uint32_t)r->modified;
    c->modified_host = (uint32_t)r->modified_host;
    c->modified_service = (uint32_t)r->modified_service;
    c->host_off = r->host_off != 0;
    c->service_off = r->service_off != 0;
    over_free(c->over);
    c->over = r->host_period.n || r->service_period.n || r->vars.n ? over_new() : NULL;
    if (!c->over)
        return;
    over_set(w->m, c->over, OVER_NOTIFY_PERIOD, r->host_period);
    over_set(w->m, c->over, OVER_SERVICE_PERIOD, r->service_period);
    over_set_vars(c->over, r->vars);
}

void retain_settle_contact(struct world *w, uint32_t contact)
{
    const struct model_globals *g = w->m->globals;
    uint32_t flags = model_contact(w->m, contact)->flags;
    struct world_contact *c = &w->contact[contact];

    if (!(flags & MODEL_CONTACT_RETAIN_STATUS))
        c->last_host = c->last_service = 0;
    if (!(flags & MODEL_CONTACT_RETAIN_NONSTATUS))
        c->modified = c->modified_host = c->modified_service = 0;
    c->modified_host &= ~g->retained_contact_host_mask;
    c->modified_service &= ~g->retained_contact_service_mask;
    if (!(c->modified_host & STATE_MODIFIED_NOTIFY))
        c->host_off = !(flags & MODEL_CONTACT_HOST_NOTIFY);
    if (!(c->modified_service & STATE_MODIFIED_NOTIFY))
        c->service_off = !(flags & MODEL_CONTACT_SERVICE_NOTIFY);
    if (!c->over)
        return;
    over_settle(w->m, c->over);
    if (!(c->modified_host & STATE_MODIFIED_NOTIFY_PERIOD))
        over_forget(c->over, OVER_NOTIFY_PERIOD);
    if (!(c->modified_service & STATE_MODIFIED_NOTIFY_PERIOD))
        over_forget(c->over, OVER_SERVICE_PERIOD);
    if (!(c->modified & STATE_MODIFIED_VARS))
        over_set_vars(c->over, STR_NULL);
}

bool retain_put_contacts(const struct world *w, struct wall at, uint64_t *next, size_t most, struct buf *out)
{
    for (; *next < w->m->n_contact && out->len < most; ++*next) {
        struct record_contact r = contact_of(w, (uint32_t)*next);

        if (r.modified || r.modified_host || r.modified_service || r.last_host || r.last_service)
            record_put(out, RECORD_CONTACT, at, &r);
    }
    return *next == w->m->n_contact;
}
