/* SPDX-License-Identifier: Apache-2.0 */
/* What objects are called: by the configuration in force, and what is configured no more by the store's table of identities. */
#include "role/export_int.h"

#include <stdio.h>

static bool is_wanted(const struct export *e, struct str host, struct str service)
{
    struct buf name = BUF_INIT;
    bool wanted;

    buf_add_str(&name, host);
    if (service.n) {
        buf_add_char(&name, '/');
        buf_add_str(&name, service);
    }
    wanted = (!e->has_only || ere_find(&e->only, buf_str(&name))) &&
             !(e->has_except && ere_find(&e->except, buf_str(&name)));
    buf_release(&name);
    return wanted;
}

static void set(struct export *e, struct export_object *o, struct str host, struct str service)
{
    o->known = true;
    o->host = str_dup(host);
    o->service = str_dup(service);
    o->wanted = is_wanted(e, host, service);
}

static void ask(struct export *e, uint64_t oid)
{
    struct peer *store = role_peer(e->role, ROLE_STORE, 0);

    if (!store)
        return; /* its successor is asked */
    msg_must(msg_put_name(&e->frame, &(struct msg_name){.oid = oid}));
    role_send(store, &e->frame, -1);
    buf_clear(&e->frame);
}

const struct export_object *export_name(struct export *e, uint64_t oid)
{
    struct export_object *o;
    uint64_t i;
    uint32_t check;

    if (e->model_generation != e->oids_generation || !e->oids.oid)
        return NULL; /* one of the two is on its way */
    if (map_get_u64(&e->names, oid, &i))
        return e->object.at[i].asked ? NULL : &e->object.at[i];
    map_put_u64(&e->names, oid, e->object.n);
    o = VEC_ADD(&e->object);
    *o = (struct export_object){.known = false};
    if (oids_find(&e->oids, oid, &check) && check < e->model.n_check) {
        bool service = model_check(&e->model, check)->kind == MODEL_SERVICE;

        set(e, o, model_host_name(&e->model, check),
            service ? model_str(&e->model, model_check(&e->model, check)->name) : STR_NULL);
        return o;
    }
    o->asked = true;
    ask(e, oid);
    return NULL;
}

void export_name_is(struct export *e, const struct msg_name_is *m)
{
    uint64_t i;

    if (!map_get_u64(&e->names, m->oid, &i) || !e->object.at[i].asked)
        return; /* of another configuration: asked anew if need be */
    e->object.at[i].asked = false;
    if (m->known)
        set(e, &e->object.at[i], m->host, m->service);
}

void export_name_ask_again(struct export *e)
{
    struct str key;
    uint64_t i;

    for (size_t k = 0; k < e->names.n_entry; k++)
        if (map_at(&e->names, k, &key, &i) && e->object.at[i].asked)
            map_remove(&e->names, key); /* its entry is unused until the next configuration */
}

void export_name_clear(struct export *e)
{
    for (size_t i = 0; i < e->object.n; i++) {
        mem_free(e->object.at[i].host);
        mem_free(e->object.at[i].service);
    }
    VEC_RELEASE(&e->object);
    map_release(&e->names);
    e->names = (struct map)MAP_INIT;
}
