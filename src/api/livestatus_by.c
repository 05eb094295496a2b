/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of members: a row for each group and each host or service in it, with the columns of both. */
#include "api/livestatus_int.h"

static uint32_t sum_of_groups(const struct livestatus_world *w, bool services)
{
    const struct model *m = w->m;
    uint32_t n = 0, groups = services ? m->n_service_group : m->n_host_group;

    for (uint32_t g = 0; g < groups; g++)
        n += (services ? model_service_group(m, g) : model_host_group(m, g))->members.n;
    return n;
}

/* The member that row number i is of, each member having so many rows. */
static uint32_t member_at(struct ls_row *row, uint32_t i, const struct model_group *groups,
                          uint32_t (*rows_of)(const struct model *m, uint32_t member))
{
    const struct model *m = row->w->m;

    if (i < row->in.base)
        row->in.group = row->in.member = row->in.base = 0;
    for (;;) {
        struct model_list l = groups[row->in.group].members;
        uint32_t n;

        if (row->in.member >= l.n) {
            row->in.group++;
            row->in.member = 0;
            continue;
        }
        n = rows_of(m, model_item(m, l, row->in.member));
        if (i < row->in.base + n)
            return model_item(m, l, row->in.member);
        row->in.base += n;
        row->in.member++;
    }
}

static uint32_t one_row(const struct model *m UNUSED, uint32_t member UNUSED)
{
    return 1;
}

static uint32_t a_row_each_service(const struct model *m, uint32_t host)
{
    return model_check(m, host)->n_services;
}

static void as_group(const struct ls_row *row, struct ls_row *out)
{
    out->idx = row->in.group;
}

/* ---- hostsbygroup ---- */

static uint32_t count_hosts(const struct livestatus_world *w)
{
    return sum_of_groups(w, false);
}

static bool load_host(struct ls_row *row, uint32_t i)
{
    return ls_load_check(row, member_at(row, i, row->w->m->host_group, one_row));
}

const struct ls_table ls_hosts_by_group = {.name = "hostsbygroup",
                                           .text = "a row a host and group that it is in",
                                           .like = &ls_hosts,
                                           .own_prefix = "host_",
                                           .lend = {{"hostgroup_", &ls_host_groups, as_group}},
                                           .count = count_hosts,
                                           .load = load_host,
                                           .seen = ls_seen_check};

/* ---- servicesbygroup ---- */

static uint32_t count_services(const struct livestatus_world *w)
{
    return sum_of_groups(w, true);
}

static bool load_service(struct ls_row *row, uint32_t i)
{
    return ls_load_check(row, member_at(row, i, row->w->m->service_group, one_row));
}

const struct ls_table ls_services_by_group = {
    .name = "servicesbygroup",
    .text = "a row a service and group that it is in",
    .like = &ls_services,
    .own_prefix = "service_",
    .lend = {{"host_", &ls_hosts, ls_as_host}, {"servicegroup_", &ls_service_groups, as_group}},
    .count = count_services,
    .load = load_service,
    .seen = ls_seen_check};

/* ---- servicesbyhostgroup ---- */

static uint32_t count_services_of_hosts(const struct livestatus_world *w)
{
    const struct model *m = w->m;
    uint32_t n = 0;

    for (uint32_t g = 0; g < m->n_host_group; g++) {
        struct model_list l = model_host_group(m, g)->members;

        for (uint32_t i = 0; i < l.n; i++)
            n += model_check(m, model_item(m, l, i))->n_services;
    }
    return n;
}

static bool load_service_of_host(struct ls_row *row, uint32_t i)
{
    uint32_t host = member_at(row, i, row->w->m->host_group, a_row_each_service);

    return ls_load_check(row, model_check(row->w->m, host)->first_service + i - row->in.base);
}

const struct ls_table ls_services_by_host_group = {
    .name = "servicesbyhostgroup",
    .text = "a row a service and group that its host is in",
    .like = &ls_services,
    .own_prefix = "service_",
    .lend = {{"host_", &ls_hosts, ls_as_host}, {"hostgroup_", &ls_host_groups, as_group}},
    .count = count_services_of_hosts,
    .load = load_service_of_host,
    .seen = ls_seen_check};
