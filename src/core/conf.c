/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the work, and what is given back at the end. */
#include "core/conf_build.h"

#include <string.h>

static void count(struct conf *c)
{
    const struct model_build *b = c->build;
    struct conf_counts *n = &c->counts;

    n->hosts = b->n_hosts;
    n->services = (uint32_t)b->check.n - b->n_hosts;
    n->host_groups = (uint32_t)b->host_group.n;
    n->service_groups = (uint32_t)b->service_group.n;
    n->contacts = (uint32_t)b->contact.n;
    n->contact_groups = (uint32_t)b->contact_group.n;
    n->commands = (uint32_t)b->command.n;
    n->periods = b->globals.n_periods; /* not those that stand again, in another zone */
    n->dependencies = (uint32_t)b->dep.n;
    n->escalations = (uint32_t)b->escalation.n;
}

struct conf *conf_load(const struct conf_io *io, const struct conf_request *rq)
{
    struct conf *c = mem_zalloc(sizeof(*c));

    c->io = *io;
    c->rq = *rq;
    c->build = mem_zalloc(sizeof(*c->build));
    c->filled = arena_alloc(&c->arena, CONF_D_ALL * sizeof(*c->filled));
    memset(c->filled, 0, CONF_D_ALL * sizeof(*c->filled));
    model_build_init(c->build);
    conf_read_main(c);
    conf_resolve(c);
    conf_expand(c);
    conf_build_globals(c);
    conf_build_zone(c);
    conf_build_periods(c);
    conf_build_commands(c);
    conf_build_contacts(c);
    conf_build_labels(c);
    conf_build_checks(c);
    conf_check_idents(c);
    conf_build_groups(c);
    conf_build_relations(c);
    conf_build_lines(c);
    conf_build_origins(c);
    conf_build_rest(c);
    conf_verify(c);
    count(c);
    return c;
}

void conf_build(struct conf *c, struct buf *public_out, struct buf *secret_out)
{
    BUG_ON(!conf_ok(c));
    model_build_public(c->build, public_out);
    model_build_secret(c->build, secret_out);
}

bool conf_is_native(const struct conf *c)
{
    return c->rq.native;
}

const struct model_build *conf_tables(const struct conf *c)
{
    return c->build;
}

static void free_groups(struct conf *c, enum conf_type type)
{
    for (size_t i = 0; i < c->groups[type].n; i++) {
        VEC_RELEASE(&c->groups[type].at[i].members);
        VEC_RELEASE(&c->groups[type].at[i].order);
        VEC_RELEASE(&c->groups[type].at[i].left_out);
    }
    VEC_RELEASE(&c->groups[type]);
}

void conf_free(struct conf *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->files.n; i++)
        mem_free(c->files.at[i].bytes);
    for (size_t i = 0; i < c->diags.n; i++)
        mem_free(c->diags.at[i].text);
    for (unsigned t = 0; t < CONF_TYPE_COUNT; t++) {
        map_release(&c->row_cache[t]);
        map_release(&c->templates[t]);
        map_release(&c->rank[t]);
        VEC_RELEASE(&c->ranked[t]);
        free_groups(c, (enum conf_type)t);
    }
    VEC_RELEASE(&c->files);
    VEC_RELEASE(&c->diags);
    VEC_RELEASE(&c->props);
    VEC_RELEASE(&c->objects);
    VEC_RELEASE(&c->notices);
    VEC_RELEASE(&c->exposed);
    map_release(&c->exposed_index);
    VEC_RELEASE(&c->options);
    VEC_RELEASE(&c->to_read);
    VEC_RELEASE(&c->services);
    VEC_RELEASE(&c->doubles);
    VEC_RELEASE(&c->whos);
    map_release(&c->notice_index);
    map_release(&c->seen_files);
    map_release(&c->user_named);
    map_release(&c->said);
    map_release(&c->severities);
    map_release(&c->tags);
    map_release(&c->who);
    map_release(&c->programs);
    conf_match_release(c);
    model_build_release(c->build);
    mem_free(c->build);
    arena_release(&c->arena);
    mem_free(c);
}
