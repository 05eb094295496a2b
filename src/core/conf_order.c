/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of contact groups in the order in which Nagios has them, which $CONTACTGROUPMEMBERS$ and $NOTIFICATIONRECIPIENTS$ show: those that the group names, from the last on; the contacts
 * that name it, as they are defined; then those of the groups in it, from the last group on, each from its last member on.
 */
#include "core/conf_list.h"

#include "base/limits.h"

static void add_all(conf_list *to, const conf_list *from)
{
    for (size_t i = 0; i < from->n; i++)
        conf_list_add(to, from->at[i]);
}

/* For each group the contacts that name it. */
static void join(struct conf *c, conf_list *joined)
{
    struct conf_names names = {.given = false};

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        uint32_t contact;

        if (o->type != CONF_CONTACT || !o->registered || !conf_get(c, o, CONF_D_CONTACT_contactgroups))
            continue;
        contact = conf_rank(c, CONF_CONTACT, conf_text(c, o, CONF_D_CONTACT_contact_name));
        conf_names_row(c, o, CONF_CONTACTGROUP, CONF_D_CONTACT_contactgroups, &names);
        for (size_t k = 0; contact != CONF_NONE && k < names.yes.n; k++)
            conf_list_add(&joined[names.yes.at[k]], contact);
    }
    conf_names_release(&names);
}

static void order(struct conf *c, uint32_t rank, const conf_list *joined, unsigned depth)
{
    struct conf_group *g = &c->groups[CONF_CONTACTGROUP].at[rank];
    const struct conf_object *o = &c->objects.at[g->object];
    struct conf_names names = {.as_written = true};
    conf_list all = {0};

    if (g->order.n || !g->members.n || depth > LIMIT_CONF_NEST)
        return;
    conf_names_row(c, o, CONF_CONTACT, CONF_D_CONTACTGROUP_members, &names);
    conf_list_reverse(&all, &names.yes);
    add_all(&all, &joined[rank]);
    conf_names_row(c, o, CONF_CONTACTGROUP, CONF_D_CONTACTGROUP_contactgroup_members, &names);
    for (size_t i = names.yes.n; i-- > 0;) {
        order(c, names.yes.at[i], joined, depth + 1);
        conf_list_reverse(&all, &c->groups[CONF_CONTACTGROUP].at[names.yes.at[i]].order);
    }
    conf_list_first(&all);
    for (size_t i = 0; i < all.n; i++)
        if (conf_list_has(&g->members, all.at[i]))
            conf_list_add(&g->order, all.at[i]);
    VEC_RELEASE(&all);
    conf_names_release(&names);
}

void conf_order_contacts(struct conf *c)
{
    size_t n = c->groups[CONF_CONTACTGROUP].n;
    conf_list *joined = arena_alloc(&c->arena, (n + 1) * sizeof(*joined));

    if (c->counts.errors) /* a circle of groups, perhaps; nothing is made of them */
        return;
    join(c, joined);
    for (uint32_t i = 0; i < n; i++)
        order(c, i, joined, 0);
    for (size_t i = 0; i < n; i++)
        VEC_RELEASE(&joined[i]);
}
