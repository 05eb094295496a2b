/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the configuration that a search may go on with. */
#include "api/complete_int.h"
#include "api/group.h"
#include "api/label.h"

#include <stddef.h>
#include <string.h>

/* One pass over names that begin with what was typed, another one over those that hold it, until there are enough. */
struct pass {
    struct complete *c;
    bool inside;
    const char *kind;
};

static bool fits(const struct pass *p, struct str name)
{
    struct str typed = p->c->typed;
    bool begins = name.n >= typed.n && str_ieq(str_sub(name, 0, typed.n), typed);

    return p->inside ? !begins && str_icontains(name, typed) : begins;
}

/* False: there are enough. */
static bool offer(struct pass *p, uint32_t name, uint32_t about)
{
    const struct model *m = &p->c->a->model;
    struct complete *c = p->c;

    for (size_t i = 0; i < c->n_seen; i++) {
        if (c->seen[i] == name)
            return true;
    }
    if (!name || !fits(p, model_str(m, name)))
        return true;
    c->seen[c->n_seen++] = name;
    complete_add(c, model_str(m, name), true, p->kind, about == name ? STR("") : model_str(m, about));
    return c->n < COMPLETE_MAX;
}

/* ---- where names come from: each goes on until offer says that there are enough ---- */

/* Of each host in sight a name, and another text about it; with_children: of parents. */
static void of_hosts(struct pass *p, size_t name, size_t about, bool by_service, bool with_children)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_hosts; i++) {
        const struct model_check *c = model_check(m, i);
        bool seen = sight_sees(p->c->sight, i), named = by_service && sight_names_host(p->c->sight, i);
        uint32_t text[2];

        if ((!seen && !named) || (with_children && !c->children.n))
            continue;
        memcpy(&text[0], (const char *)c + name, sizeof(text[0]));
        memcpy(&text[1], (const char *)c + (seen ? about : name), sizeof(text[1]));
        if (!offer(p, text[0], text[1]))
            return;
    }
}
#define TEXT(member) offsetof(struct model_check, member)

static void hosts(struct pass *p)
{
    of_hosts(p, TEXT(name), TEXT(alias), true, false);
}

static void aliases(struct pass *p)
{
    of_hosts(p, TEXT(alias), TEXT(name), false, false);
}

static void addresses(struct pass *p)
{
    of_hosts(p, TEXT(address), TEXT(name), false, false);
}

static void parents(struct pass *p)
{
    of_hosts(p, TEXT(name), TEXT(alias), false, true);
}

/* Services of many hosts are called the same: what the one before was called is not looked at again. */
static void services(struct pass *p)
{
    const struct model *m = &p->c->a->model;
    uint32_t known[256] = {0};

    for (uint32_t i = m->n_hosts; i < m->n_check; i++) {
        uint32_t name = model_check(m, i)->name, *k = &known[name % ARRAY_LEN(known)];

        if (*k == name || !sight_sees(p->c->sight, i))
            continue;
        *k = name;
        if (!offer(p, name, name))
            return;
    }
}

/* What only others refer to is not told. */
#define TABLE(function, table, second, eye)                                                                  \
    static void function(struct pass *p)                                                                     \
    {                                                                                                        \
        const struct model *m = &p->c->a->model;                                                             \
                                                                                                             \
        for (uint32_t i = 0; i < m->n_##table; i++) {                                                        \
            if (eyes_see(&p->c->eyes, eye, i) &&                                                             \
                !offer(p, model_##table(m, i)->name, model_##table(m, i)->second))                           \
                return;                                                                                      \
        }                                                                                                    \
    }
TABLE(commands, command, name, EYES_COMMAND)
TABLE(periods, period, alias, EYES_PERIOD)
TABLE(contacts, contact, alias, EYES_CONTACT)
TABLE(contact_groups, contact_group, alias, EYES_CONTACT_GROUP)
TABLE(severities, severity, name, EYES_SEVERITY)

static void groups(struct pass *p, const struct model_group *at, uint32_t n, bool of_hosts)
{
    for (uint32_t i = 0; i < n; i++) {
        if (group_seen(&p->c->a->model, &at[i], of_hosts, p->c->sight) && !offer(p, at[i].name, at[i].alias))
            return;
    }
}

static void host_groups(struct pass *p)
{
    groups(p, p->c->a->model.host_group, p->c->a->model.n_host_group, true);
}

static void service_groups(struct pass *p)
{
    groups(p, p->c->a->model.service_group, p->c->a->model.n_service_group, false);
}

static void tags(struct pass *p)
{
    const struct model *m = &p->c->a->model;
    uint8_t *seen = mem_zalloc(m->n_tag + 1u);

    label_seen(m, p->c->sight, seen);
    for (uint32_t i = 0; i < m->n_tag; i++) {
        if (seen[i] && !offer(p, model_tag(m, i)->name, model_tag(m, i)->name))
            break;
    }
    mem_free(seen);
}

/* The variables of what is in sight: their names, or the values of one. Values of secrets are shown to nobody. */
static void variables_of(struct pass *p, struct str label)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_check; i++) {
        const struct model_check *c = model_check(m, i);

        for (uint32_t k = 0; sight_sees(p->c->sight, i) && k < c->n_vars; k++) {
            const struct model_var *v = model_var(m, c->first_var + k);

            if (label.p ? !v->secret && str_ieq(model_str(m, v->name), label) && !offer(p, v->value, v->value)
                        : !offer(p, v->name, v->name))
                return;
        }
    }
}

static void variables(struct pass *p)
{
    variables_of(p, STR_NULL);
}

static const struct {
    enum search_key key;
    const char *kind;
    void (*names)(struct pass *p);
} sources[] = {
    {SEARCH_KEY_HOST, "host", hosts},
    {SEARCH_KEY_NAME, "host", hosts},
    {SEARCH_KEY_PARENT_NAME, "host", hosts},
    {SEARCH_KEY_NAME, "service", services},
    {SEARCH_KEY_SERVICE, "service", services},
    {SEARCH_KEY_ALIAS, "alias", aliases},
    {SEARCH_KEY_ADDRESS, "address", addresses},
    {SEARCH_KEY_PARENT, "host", parents},
    {SEARCH_KEY_COMMAND, "command", commands},
    {SEARCH_KEY_PERIOD, "period", periods},
    {SEARCH_KEY_GROUP, "hostgroup", host_groups},
    {SEARCH_KEY_GROUP, "servicegroup", service_groups},
    {SEARCH_KEY_HOSTGROUP, "hostgroup", host_groups},
    {SEARCH_KEY_SERVICEGROUP, "servicegroup", service_groups},
    {SEARCH_KEY_CONTACT, "contact", contacts},
    {SEARCH_KEY_CONTACTGROUP, "contactgroup", contact_groups},
    {SEARCH_KEY_TAG, "tag", tags},
    {SEARCH_KEY_SEVERITY, "severity", severities},
    {SEARCH_KEY_LABEL, "variable", variables},
};

void complete_names(struct complete *c, enum search_key key, struct str label)
{
    c->n_seen = 0;
    for (int inside = 0; inside < 2 && !(inside && !c->typed.n); inside++) {
        struct pass p = {.c = c, .inside = inside, .kind = "value"};

        if (label.p && c->n < COMPLETE_MAX)
            variables_of(&p, label);
        for (size_t i = 0; !label.p && i < ARRAY_LEN(sources) && c->n < COMPLETE_MAX; i++) {
            p.kind = sources[i].kind;
            if (sources[i].key == key)
                sources[i].names(&p);
        }
    }
}
