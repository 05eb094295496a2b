/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, contacts, tags and severities of a search: chosen by name, and who is in them. */
#include "api/eyes.h"
#include "api/find_int.h"
#include "api/group.h"
#include "api/label.h"

/* A table whose objects have names: how many, the name of one, another name of it. */
struct table {
    uint32_t n;
    uint32_t (*name)(const struct model *m, uint32_t i);
    uint32_t (*alias)(const struct model *m, uint32_t i);
};

#define NAMES(table, second)                                                                                 \
    static uint32_t table##_name(const struct model *m, uint32_t i)                                          \
    {                                                                                                        \
        return model_##table(m, i)->name;                                                                    \
    }                                                                                                        \
    static uint32_t table##_alias(const struct model *m, uint32_t i)                                         \
    {                                                                                                        \
        return model_##table(m, i)->second;                                                                  \
    }
NAMES(host_group, alias)
NAMES(service_group, alias)
NAMES(contact, alias)
NAMES(contact_group, alias)
NAMES(tag, name)
NAMES(severity, name)

static struct table table_of(const struct model *m, enum search_key key, int which)
{
    switch (key) {
    case SEARCH_KEY_GROUP:
        return which ? (struct table){m->n_service_group, service_group_name, service_group_alias}
                     : (struct table){m->n_host_group, host_group_name, host_group_alias};
    case SEARCH_KEY_HOSTGROUP: return (struct table){m->n_host_group, host_group_name, host_group_alias};
    case SEARCH_KEY_SERVICEGROUP:
        return (struct table){m->n_service_group, service_group_name, service_group_alias};
    case SEARCH_KEY_CONTACT: return (struct table){m->n_contact, contact_name, contact_alias};
    case SEARCH_KEY_CONTACTGROUP:
        return (struct table){m->n_contact_group, contact_group_name, contact_group_alias};
    case SEARCH_KEY_TAG: return (struct table){m->n_tag, tag_name, tag_alias};
    default: return (struct table){m->n_severity, severity_name, severity_alias};
    }
}

/* Those that are called so, all of them in small letters or capitals. */
static bool mark_exact(const struct model *m, const struct table *t, const uint8_t *seen, struct str name,
                       uint8_t *in)
{
    bool any = false;

    for (uint32_t i = 0; i < t->n; i++) {
        bool is = seen[i] && str_ieq(model_str(m, t->name(m, i)), name);

        in[i] |= is;
        any |= is;
    }
    return any;
}

static bool mark_like(const struct model *m, struct find *f, const struct find_term *ft, size_t place,
                      const struct table *t, const uint8_t *seen, uint8_t *in)
{
    bool any = false;

    for (uint32_t i = 0; i < t->n; i++) {
        bool is = seen[i] && (find_text_is(f, ft, place, model_str(m, t->name(m, i))) ||
                              find_text_is(f, ft, place, model_str(m, t->alias(m, i))));

        in[i] |= is;
        any |= is;
    }
    return any;
}

/* Is there something in sight that is in it, or refers to it? */
static bool is_seen(struct eyes *e, enum search_key key, int which, uint32_t at)
{
    const struct model *m = e->m;

    switch (key) {
    case SEARCH_KEY_CONTACT: return eyes_see(e, EYES_CONTACT, at);
    case SEARCH_KEY_CONTACTGROUP: return eyes_see(e, EYES_CONTACT_GROUP, at);
    case SEARCH_KEY_SEVERITY: return eyes_see(e, EYES_SEVERITY, at);
    case SEARCH_KEY_GROUP:
        return which ? group_seen(m, model_service_group(m, at), false, e->sight)
                     : group_seen(m, model_host_group(m, at), true, e->sight);
    case SEARCH_KEY_HOSTGROUP: return group_seen(m, model_host_group(m, at), true, e->sight);
    default: return group_seen(m, model_service_group(m, at), false, e->sight);
    }
}

static const uint8_t *seen_of(const struct model *m, const struct sight *sight, enum search_key key,
                              int which, const struct table *t, struct arena *arena)
{
    struct eyes e = eyes_of(m, sight, arena);
    uint8_t *seen = arena_alloc(arena, t->n + 1u);

    if (key == SEARCH_KEY_TAG) {
        label_seen(m, sight, seen);
        return seen;
    }
    for (uint32_t i = 0; i < t->n; i++)
        seen[i] = is_seen(&e, key, which, i);
    return seen;
}

static struct str nearest(const struct model *m, const struct table *t, const uint8_t *const *seen,
                          int tables, struct str name)
{
    struct near near = {.name = name};

    for (int w = 0; w < tables; w++) {
        for (uint32_t i = 0; i < t[w].n; i++)
            if (seen[w][i])
                near_try(&near, model_str(m, t[w].name(m, i)));
    }
    return near.found;
}

bool find_set(const struct api *a, struct find *f, struct find_term *ft, struct arena *arena,
              struct str *missing, struct str *near)
{
    const struct model *m = &a->model;
    int tables = ft->t->key == SEARCH_KEY_GROUP ? 2 : 1;
    struct table t[2];
    const uint8_t *seen[2];
    uint8_t *in[2];

    for (int w = 0; w < tables; w++) {
        t[w] = table_of(m, ft->t->key, w);
        in[w] = arena_alloc(arena, t[w].n + 1u);
        ft->in[w] = in[w];
        seen[w] = seen_of(m, f->sight, ft->t->key, w, &t[w], arena);
    }
    for (size_t i = 0; i < ft->t->n; i++) {
        const struct search_value *v = &ft->t->value[i];
        bool plain = v->how == SEARCH_HAS || v->how == SEARCH_IS, any = false;

        for (int w = 0; w < tables && plain; w++)
            any |= mark_exact(m, &t[w], seen[w], v->text, in[w]);
        for (int w = 0; w < tables && !any && v->how != SEARCH_IS; w++)
            any |= mark_like(m, f, ft, i, &t[w], seen[w], in[w]);
        if (!any) {
            *missing = v->text;
            *near = plain ? nearest(m, t, seen, tables, v->text) : STR_NULL;
            return false;
        }
    }
    return true;
}

static bool list_has(const struct model *m, struct model_list l, const uint8_t *in)
{
    for (uint32_t i = 0; i < l.n; i++) {
        if (in[model_item(m, l, i)])
            return true;
    }
    return false;
}

static bool extra_has(const struct model *m, enum search_key key, const struct model_check *c,
                      const uint8_t *in)
{
    const struct model_extra *x = c->extra == MODEL_NONE ? NULL : model_extra(m, c->extra);

    if (!x)
        return false;
    return key == SEARCH_KEY_TAG ? list_has(m, x->tags, in) : x->severity && in[x->severity - 1];
}

bool find_set_has(const struct model *m, const struct find *f, const struct find_term *ft, uint32_t idx)
{
    const struct model_check *c = model_check(m, idx), *host = model_check(m, c->host);
    bool service = c != host;

    switch (ft->t->key) {
    case SEARCH_KEY_GROUP:
        return list_has(m, host->groups, ft->in[0]) || (service && list_has(m, c->groups, ft->in[1]));
    case SEARCH_KEY_HOSTGROUP: return list_has(m, host->groups, ft->in[0]);
    case SEARCH_KEY_SERVICEGROUP: return service && list_has(m, c->groups, ft->in[0]);
    case SEARCH_KEY_CONTACT: return list_has(m, c->contacts, ft->in[0]);
    case SEARCH_KEY_CONTACTGROUP: return list_has(m, c->contact_groups, ft->in[0]);
    case SEARCH_KEY_TAG:
        return extra_has(m, ft->t->key, c, ft->in[0]) ||
               (service && sight_sees(f->sight, c->host) && extra_has(m, ft->t->key, host, ft->in[0]));
    default: return extra_has(m, ft->t->key, c, ft->in[0]);
    }
}
