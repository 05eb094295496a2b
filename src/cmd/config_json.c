/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config show -o json. */
#include "cmd/config.h"
#include "wire/json.h"

#include <string.h>

void config_json_file(struct json *j, const struct conf *c, uint32_t file, uint32_t line, uint32_t column)
{
    if (file == UINT32_MAX) {
        json_key_bool(j, "set", true);
        return;
    }
    json_key_c(j, "file", conf_file_path(c, file));
    json_key_u64(j, "line", line);
    if (column)
        json_key_u64(j, "column", column);
}

static void json_through(struct json *j, struct str through)
{
    json_key(j, "through");
    json_list(j);
    while (through.n) {
        const char *at = memmem(through.p, through.n, " > ", 3);
        size_t n = at ? (size_t)(at - through.p) : through.n;

        json_str(j, str_sub(through, 0, n));
        through = str_sub(through, at ? n + 3 : through.n, SIZE_MAX);
    }
    json_list_end(j);
}

static void json_row(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                     const struct conf_origin_row *r, struct json *j)
{
    static const char *const sources[] = {[CONF_ORIGIN_FILE] = "file",
                                          [CONF_ORIGIN_DEFAULT] = "default",
                                          [CONF_ORIGIN_HOST] = "host",
                                          [CONF_ORIGIN_SERVICE] = "service",
                                          [CONF_ORIGIN_EXTINFO] = "extinfo"};

    json_map(j);
    json_key_str(j, "name", r->name);
    json_key_str(j, "value", config_shown(o, r->value, r->secret));
    if (r->secret)
        json_key_bool(j, "secret", true);
    json_key_c(j, "source", sources[r->source]);
    json_key(j, "from");
    json_list(j);
    for (uint32_t i = 0; i < r->n_parts; i++) {
        const struct conf_origin_part *p = &g->parts.at[r->first_part + i];

        json_map(j);
        json_key_str(j, "value", config_shown(o, p->value, r->secret));
        config_json_file(j, c, p->file, p->line, p->column);
        json_through(j, p->through);
        json_map_end(j);
    }
    json_list_end(j);
    json_map_end(j);
}

static void json_group(const struct conf *c, const struct conf_origin_group *m, struct json *j)
{
    json_map(j);
    json_key_c(j, "type", conf_type_name(m->type));
    json_key_str(j, "name", m->name);
    if (m->service.n)
        json_key_str(j, "service", m->service);
    json_key_c(j, "by", m->by);
    if (m->inner.n)
        json_key_str(j, "inner", m->inner);
    config_json_file(j, c, m->file, m->line, m->column);
    json_map_end(j);
}

static void json_groups(const struct conf *c, const struct conf_origin *g, struct json *j)
{
    json_key(j, "groups");
    json_list(j);
    for (size_t i = 0; i < g->groups.n; i++)
        json_group(c, &g->groups.at[i], j);
    json_list_end(j);
    if (g->type != CONF_HOSTGROUP && g->type != CONF_SERVICEGROUP && g->type != CONF_CONTACTGROUP)
        return;
    json_key(j, "members");
    json_list(j);
    for (size_t i = 0; i < g->members.n; i++)
        json_group(c, &g->members.at[i], j);
    json_list_end(j);
}

void config_json(const struct config_options *o, const struct conf *c, const struct conf_origin *g,
                 struct json *j)
{
    bool main = g->type == CONF_TYPE_COUNT;

    json_map(j);
    json_key_c(j, "type", main ? "main" : conf_type_name(g->type));
    if (!main) {
        json_key_str(j, "name", g->name);
        if (g->service.n)
            json_key_str(j, "service", g->service);
        json_key_bool(j, "template", g->is_template);
        config_json_file(j, c, g->file, g->line, 0);
        json_key_str(j, "uses", g->uses);
    }
    json_key(j, "values");
    json_list(j);
    for (size_t i = 0; i < g->rows.n; i++)
        json_row(o, c, g, &g->rows.at[i], j);
    json_list_end(j);
    if (!main)
        json_groups(c, g, j);
    json_map_end(j);
}
