/* SPDX-License-Identifier: Apache-2.0 */
#include "api/label.h"

#include "api/api_reply.h"
#include "api/near.h"

#include <string.h>

static const char *const tag_kinds[] = {"hostgroup", "servicegroup", "hostcategory", "servicecategory", NULL};

static const struct model_extra *extra_of(const struct model *m, uint32_t idx)
{
    uint32_t extra = model_check(m, idx)->extra;

    return extra == MODEL_NONE ? NULL : model_extra(m, extra);
}

const struct model_severity *label_severity(const struct model *m, uint32_t idx)
{
    const struct model_extra *x = extra_of(m, idx);

    return x && x->severity ? model_severity(m, x->severity - 1) : NULL;
}

void label_severity_member(const struct model *m, uint32_t idx, struct json *j)
{
    const struct model_severity *s = label_severity(m, idx);

    if (!s)
        return;
    json_key(j, "severity");
    json_map(j);
    json_key_str(j, "name", model_str(m, s->name));
    json_key_u64(j, "level", s->level);
    if (s->icon)
        json_key_id(j, "icon", s->icon);
    json_map_end(j);
}

void label_tags_member(const struct model *m, uint32_t idx, struct json *j)
{
    const struct model_extra *x = extra_of(m, idx);

    json_key(j, "tags");
    json_list(j);
    for (uint32_t i = 0; x && i < x->tags.n; i++) {
        const struct model_tag *t = model_tag(m, model_item(m, x->tags, i));

        json_map(j);
        json_key_str(j, "name", model_str(m, t->name));
        json_key_c(j, "kind", tag_kinds[t->kind & 3]);
        json_map_end(j);
    }
    json_list_end(j);
}

static bool parse_levels(struct api *a, struct api_request *q, struct label_choice *c)
{
    struct str rest = api_query(q, "severity_level");

    while (rest.n) {
        struct str one = str_cut(&rest, ',');
        uint64_t n;

        if (c->n_levels == LABEL_LEVELS_MAX || one.n > 9 || !str_to_u64(one, &n)) {
            api_fail(a, q, 400, "severity_level", PROBLEM_PARAMETER_LEVEL);
            return false;
        }
        c->level[c->n_levels++] = (uint32_t)n;
    }
    return true;
}

void label_seen(const struct model *m, const struct sight *sight, uint8_t *seen)
{
    memset(seen, !sight, m->n_tag);
    for (uint32_t i = 0; sight && i < m->n_check; i++) {
        const struct model_extra *x = sight_sees(sight, i) ? extra_of(m, i) : NULL;

        for (uint32_t t = 0; x && t < x->tags.n; t++)
            seen[model_item(m, x->tags, t)] = 1;
    }
}

bool label_parse(struct api *a, struct api_request *q, struct label_choice *c)
{
    const struct model *m = &a->model;
    struct near near = {.name = api_query(q, "tag")};
    bool known = !near.name.p;
    uint8_t *in, *seen;

    *c = (struct label_choice){.tag = api_query(q, "tag")};
    if (c->tag.p) {
        in = arena_alloc(&q->arena, m->n_tag + 1u);
        seen = arena_alloc(&q->arena, m->n_tag + 1u);
        label_seen(m, q->sight, seen);
        for (uint32_t i = 0; i < m->n_tag; i++) {
            in[i] = seen[i] && str_eq(model_str(m, model_tag(m, i)->name), c->tag);
            known = known || in[i];
            if (seen[i])
                near_try(&near, model_str(m, model_tag(m, i)->name));
        }
        c->tags = in;
    }
    if (!known) { /* an empty list would look like good news */
        api_fail_near(a, q, 400, "tag", PROBLEM_NO_TAG, c->tag, near.found);
        return false;
    }
    return parse_levels(a, q, c);
}

struct label_choice label_keep(const struct model *m, const struct label_choice *c, struct arena *to)
{
    struct label_choice own = *c;
    uint8_t *in;

    if (!c->tag.p)
        return own;
    in = arena_alloc(to, m->n_tag + 1u);
    memcpy(in, c->tags, m->n_tag);
    own.tags = in;
    own.tag = arena_str(to, c->tag);
    return own;
}

bool label_matches(const struct model *m, const struct label_choice *c, uint32_t idx)
{
    const struct model_extra *x = c->n_levels || c->tag.p ? extra_of(m, idx) : NULL;
    const struct model_severity *s = c->n_levels ? label_severity(m, idx) : NULL;
    bool level = !c->n_levels, tag = !c->tag.p;

    for (size_t i = 0; s && i < c->n_levels; i++)
        level = level || c->level[i] == s->level;
    for (uint32_t i = 0; !tag && x && i < x->tags.n; i++)
        tag = c->tags[model_item(m, x->tags, i)] != 0;
    return level && tag;
}

void label_key(const struct label_choice *c, struct buf *out)
{
    for (size_t i = 0; i < c->n_levels; i++)
        buf_printf(out, "%s%u", i ? "," : " level=", c->level[i]);
    if (c->tag.p)
        buf_printf(out, " tag=%zu:" STR_FMT, c->tag.n, STR_ARG(c->tag));
}

/* ---- what the answers look like ---- */

static const struct shape_field severity_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"level", SHAPE_INT, 0, "1 is the most severe"},
    {"icon", SHAPE_ID, SHAPE_MAYBE, "Centreon's number of its picture"},
    {NULL},
};
const struct shape label_severity_shape = {"Severity", severity_fields};
static const struct shape_field tag_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},
    {"kind", SHAPE_WORD, 0, NULL, .words = tag_kinds},
    {NULL},
};
const struct shape label_tag_shape = {"Tag", tag_fields};
