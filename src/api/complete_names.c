/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the configuration that a search may go on with. */
#include "api/complete_int.h"

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

static void hosts(struct pass *p)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_hosts && offer(p, model_check(m, i)->name, model_check(m, i)->alias);)
        i++;
}

static void aliases(struct pass *p)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_hosts && offer(p, model_check(m, i)->alias, model_check(m, i)->name);)
        i++;
}

static void addresses(struct pass *p)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_hosts && offer(p, model_check(m, i)->address, model_check(m, i)->name);)
        i++;
}

static void parents(struct pass *p)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_hosts; i++) {
        const struct model_check *c = model_check(m, i);

        if (c->children.n && !offer(p, c->name, c->alias))
            return;
    }
}

/* Services of many hosts are called the same: what the one before was called is not looked at again. */
static void services(struct pass *p)
{
    const struct model *m = &p->c->a->model;
    uint32_t known[256] = {0};

    for (uint32_t i = m->n_hosts; i < m->n_check; i++) {
        uint32_t name = model_check(m, i)->name, *k = &known[name % ARRAY_LEN(known)];

        if (*k == name)
            continue;
        *k = name;
        if (!offer(p, name, name))
            return;
    }
}

#define TABLE(function, table, second)                                                                       \
    static void function(struct pass *p)                                                                     \
    {                                                                                                        \
        const struct model *m = &p->c->a->model;                                                             \
                                                                                                             \
        for (uint32_t i = 0;                                                                                 \
             i < m->n_##table && offer(p, model_##table(m, i)->name, model_##table(m, i)->second);)          \
            i++;                                                                                             \
    }
TABLE(commands, command, name)
TABLE(periods, period, alias)
TABLE(host_groups, host_group, alias)
TABLE(service_groups, service_group, alias)
TABLE(contacts, contact, alias)
TABLE(contact_groups, contact_group, alias)
TABLE(tags, tag, name)
TABLE(severities, severity, name)
TABLE(variables, var, name)

/* Values of secrets are shown to nobody. */
static void values(struct pass *p, struct str label)
{
    const struct model *m = &p->c->a->model;

    for (uint32_t i = 0; i < m->n_var; i++) {
        const struct model_var *v = model_var(m, i);

        if (!v->secret && str_ieq(model_str(m, v->name), label) && !offer(p, v->value, v->value))
            return;
    }
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
            values(&p, label);
        for (size_t i = 0; !label.p && i < ARRAY_LEN(sources) && c->n < COMPLETE_MAX; i++) {
            p.kind = sources[i].kind;
            if (sources[i].key == key)
                sources[i].names(&p);
        }
    }
}
