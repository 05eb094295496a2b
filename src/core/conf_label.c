/* SPDX-License-Identifier: Apache-2.0 */
/* Severities and tags, as Centreon Engine has them: hosts and services name them by number, and a number counts within its type. */
#include "core/conf_build.h"

#include <string.h>

#define TAGS_MOST 1000u /* of one host or service */

static const struct {
    const char *word;
    uint32_t kind;
} severity_types[] = {{"host", MODEL_HOST}, {"service", MODEL_SERVICE}},
  tag_types[] = {{"hostgroup", MODEL_TAG_HOST_GROUP},
                 {"servicegroup", MODEL_TAG_SERVICE_GROUP},
                 {"hostcategory", MODEL_TAG_HOST_CATEGORY},
                 {"servicecategory", MODEL_TAG_SERVICE_CATEGORY}};

static uint64_t key_of(uint32_t kind, uint64_t id)
{
    return (uint64_t)kind << 48 | (id & 0xffffffffffff);
}

static uint64_t number(struct conf *c, const struct conf_object *o, unsigned row)
{
    return (uint64_t)MAX(conf_number(c, o, row), 0);
}

static bool is_real(const struct conf_object *o)
{
    return o->registered && !o->torn;
}

static void add_severity(struct conf *c, const struct conf_object *o)
{
    struct str type = conf_text(c, o, CONF_D_SEVERITY_type),
               name = conf_text(c, o, CONF_D_SEVERITY_severity_name);
    struct model_severity s = {.name = model_build_str(c->build, name),
                               .level = (uint32_t)number(c, o, CONF_D_SEVERITY_level),
                               .icon = (uint32_t)number(c, o, CONF_D_SEVERITY_icon_id),
                               .file = o->file,
                               .line = o->line};

    for (size_t i = 0; i < ARRAY_LEN(severity_types); i++) {
        if (!str_eq_c(type, severity_types[i].word))
            continue;
        s.kind = severity_types[i].kind;
        *VEC_ADD(&c->build->severity) = s;
        map_put_u64(&c->severities, key_of(s.kind, number(c, o, CONF_D_SEVERITY_id)), c->build->severity.n);
        return;
    }
    conf_say(
        c, CONF_WARNING, conf_object_place(o),
        "this severity has no type that is known, and counts for nobody; write: type host, or type service");
}

static void add_tag(struct conf *c, const struct conf_object *o)
{
    struct str type = conf_text(c, o, CONF_D_TAG_type), name = conf_text(c, o, CONF_D_TAG_tag_name);
    struct model_tag t = {.name = model_build_str(c->build, name), .file = o->file, .line = o->line};

    for (size_t i = 0; i < ARRAY_LEN(tag_types); i++) {
        if (!str_eq_c(type, tag_types[i].word))
            continue;
        t.kind = tag_types[i].kind;
        *VEC_ADD(&c->build->tag) = t;
        map_put_u64(&c->tags, key_of(t.kind, number(c, o, CONF_D_TAG_id)), c->build->tag.n);
        return;
    }
    conf_say(
        c, CONF_WARNING, conf_object_place(o),
        "this tag has no type that is known, and counts for nobody; write: type hostgroup, servicegroup, "
        "hostcategory or servicecategory");
}

void conf_build_labels(struct conf *c)
{
    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];

        if (o->type == CONF_SEVERITY && is_real(o))
            add_severity(c, o);
        else if (o->type == CONF_TAG && is_real(o))
            add_tag(c, o);
    }
}

/* Where the row is written is one mistake, however many take it from there. */
static void say_unknown(struct conf *c, const struct conf_object *o, unsigned row, const char *what,
                        struct str id)
{
    const struct conf_prop *p = conf_get(c, o, row);
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : 0;

    if (p && conf_say_once(c, prop, id))
        conf_say(c, CONF_WARNING, conf_value_place(c, prop),
                 "there is no %s with the number '" STR_FMT "' for a %s; define it, or take the number out",
                 what, STR_ARG(str_sub(id, 0, 40)), conf_type_name(o->type));
}

uint32_t conf_label_severity(struct conf *c, const struct conf_object *o, unsigned row)
{
    struct str text = conf_text(c, o, row);
    uint64_t id = number(c, o, row), at;
    uint32_t kind = o->type == CONF_HOST ? MODEL_HOST : MODEL_SERVICE;

    if (!id)
        return 0;
    if (map_get_u64(&c->severities, key_of(kind, id), &at))
        return (uint32_t)at;
    say_unknown(c, o, row, "severity", text);
    return 0;
}

static void add_tags(struct conf *c, const struct conf_object *o, unsigned row, uint32_t kind, conf_list *to)
{
    struct str rest = conf_text(c, o, row);

    while (rest.n && to->n < TAGS_MOST) {
        struct str one = str_trim(str_cut(&rest, ','));
        uint64_t id, at;

        if (!one.n)
            continue;
        if (str_to_u64(one, &id) && map_get_u64(&c->tags, key_of(kind, id), &at))
            conf_list_add(to, (uint32_t)at - 1);
        else
            say_unknown(c, o, row, "tag", one);
    }
}

struct model_list conf_label_tags(struct conf *c, const struct conf_object *o, unsigned groups,
                                  unsigned categories)
{
    bool host = o->type == CONF_HOST;
    struct model_list l;
    conf_list all = {0};

    add_tags(c, o, groups, host ? MODEL_TAG_HOST_GROUP : MODEL_TAG_SERVICE_GROUP, &all);
    add_tags(c, o, categories, host ? MODEL_TAG_HOST_CATEGORY : MODEL_TAG_SERVICE_CATEGORY, &all);
    l = all.n ? model_build_list(c->build, all.at, all.n) : (struct model_list){0};
    VEC_RELEASE(&all);
    return l;
}
