/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config diff: A is the old configuration, B the new one. */
#include "cmd/config.h"

#include "base/map.h"
#include "cmd/cmd.h"
#include "core/conf_diff.h"
#include "core/conf_secret.h"
#include "wire/json.h"

#include <stdio.h>

static struct str shown(const struct config_options *o, const struct conf_diff_value *v, struct str value)
{
    if (!value.p)
        return STR("(not there)");
    if (!value.n)
        return STR("(empty)");
    return v->secret && !o->show_secrets ? STR(CONF_MASK) : value;
}

enum { ALIKE = 5 }; /* more objects with the same change are told as one */

/* Objects with the same change, as a template makes them. */
struct alike {
    size_t first; /* of diff.objects */
    unsigned n;
    struct str body;
    struct buf names;
};

struct telling {
    const struct config_options *o;
    const struct conf_diff *d;
    struct map index; /* type and body -> alike */
    VEC(struct alike) alike;
    struct arena arena;
};

static void body_of(const struct telling *t, const struct conf_diff_object *x, struct buf *out)
{
    for (uint32_t i = 0; x->kind == CONF_DIFF_CHANGED && i < x->n_values; i++) {
        const struct conf_diff_value *v = &t->d->values.at[x->first_value + i];

        buf_printf(out, "    " STR_FMT ": " STR_FMT " -> " STR_FMT "%s\n", STR_ARG(v->name),
                   STR_ARG(shown(t->o, v, v->a)), STR_ARG(shown(t->o, v, v->b)),
                   v->secret && !t->o->show_secrets ? " (a secret that differs)" : "");
    }
}

static void add_head(const struct conf_diff_object *x, struct buf *out)
{
    buf_printf(out, "%c " STR_FMT "%s" STR_FMT, "+-~"[x->kind], STR_ARG(x->type), x -> name.n ? " " : "",
               STR_ARG(x->name));
}

/* Puts an object to those with the same change; one that was added or removed stands alone. */
static void sort_in(struct telling *t, size_t i)
{
    const struct conf_diff_object *x = &t->d->objects.at[i];
    struct buf key = BUF_INIT;
    struct alike *a;
    uint64_t at;

    body_of(t, x, &key);
    buf_printf(&key, STR_FMT, STR_ARG(x->type));
    if (x->kind == CONF_DIFF_CHANGED && map_get(&t->index, buf_str(&key), &at)) {
        BUG_ON(at >= t->alike.n);
        a = &t->alike.at[at];
        if (a->n++ < 3)
            buf_printf(&a->names, ", " STR_FMT, STR_ARG(x->name));
    } else {
        struct str kept = arena_str(&t->arena, buf_str(&key));

        map_put(&t->index, kept, t->alike.n);
        a = VEC_ADD(&t->alike);
        *a = (struct alike){
            .first = i, .n = 1, .body = str_sub(kept, 0, kept.n - x->type.n), .names = BUF_INIT};
        add_head(x, &a->names);
    }
    buf_release(&key);
}

static const struct alike *alike_of(const struct telling *t, size_t i, struct buf *key)
{
    const struct conf_diff_object *x = &t->d->objects.at[i];
    uint64_t at;

    buf_clear(key);
    body_of(t, x, key);
    buf_printf(key, STR_FMT, STR_ARG(x->type));
    BUG_ON(!map_get(&t->index, buf_str(key), &at));
    return &t->alike.at[at];
}

static void tell(struct telling *t, struct buf *out)
{
    struct buf key = BUF_INIT;

    for (size_t i = 0; i < t->d->objects.n; i++)
        sort_in(t, i);
    for (size_t i = 0; i < t->d->objects.n; i++) {
        const struct conf_diff_object *x = &t->d->objects.at[i];
        const struct alike *a = alike_of(t, i, &key);

        if (x->kind != CONF_DIFF_CHANGED || a->n <= ALIKE)
            add_head(x, out);
        else if (a->first == i)
            buf_printf(out, "%s and %u more, alike", a->names.data, a->n - 3);
        else
            continue;
        buf_add_char(out, '\n');
        if (x->kind == CONF_DIFF_CHANGED)
            buf_add_str(out, a->body);
    }
    buf_release(&key);
}

static void text(const struct config_options *o, const struct conf_diff *d, struct buf *out)
{
    struct telling t = {.o = o, .d = d};
    unsigned n[3] = {0, 0, 0};

    tell(&t, out);
    for (size_t i = 0; i < d->objects.n; i++)
        n[d->objects.at[i].kind]++;
    if (!d->objects.n)
        buf_add_c(out, "They mean the same.\n");
    else
        buf_printf(out, "%u added, %u removed, %u changed\n", n[CONF_DIFF_ADDED], n[CONF_DIFF_REMOVED],
                   n[CONF_DIFF_CHANGED]);
    for (size_t i = 0; i < t.alike.n; i++)
        buf_release(&t.alike.at[i].names);
    VEC_RELEASE(&t.alike);
    map_release(&t.index);
    arena_release(&t.arena);
}

static void json_side(const struct config_options *o, struct json *j, const char *key,
                      const struct conf_diff_value *v, struct str value)
{
    json_key(j, key);
    if (!value.p)
        json_none(j);
    else
        json_str(j, value.n ? shown(o, v, value) : value);
}

static void json_all(const struct config_options *o, const struct conf_diff *d, struct buf *out)
{
    static const char *const kinds[] = {"added", "removed", "changed"};
    struct json j;

    json_init(&j, out);
    json_map(&j);
    json_key_bool(&j, "same", !d->objects.n);
    json_key(&j, "objects");
    json_list(&j);
    for (size_t i = 0; i < d->objects.n; i++) {
        const struct conf_diff_object *x = &d->objects.at[i];

        json_map(&j);
        json_key_c(&j, "change", kinds[x->kind]);
        json_key_str(&j, "type", x->type);
        json_key_str(&j, "name", x->name);
        json_key(&j, "values");
        json_list(&j);
        for (uint32_t k = 0; k < x->n_values; k++) {
            const struct conf_diff_value *v = &d->values.at[x->first_value + k];

            json_map(&j);
            json_key_str(&j, "name", v->name);
            json_side(o, &j, "old", v, v->a);
            json_side(o, &j, "new", v, v->b);
            if (v->secret)
                json_key_bool(&j, "secret", true);
            json_map_end(&j);
        }
        json_list_end(&j);
        json_map_end(&j);
    }
    json_list_end(&j);
    json_map_end(&j);
    buf_add_char(out, '\n');
}

/* What is refused has no effect to be compared. */
static bool load(const struct config_options *o, const char *path, struct loaded *l)
{
    if (!config_load(o, path, l))
        return false;
    if (conf_ok(l->c))
        return true;
    load_release(l);
    return false;
}

int config_diff(const struct config_options *o, char **words, size_t n UNUSED)
{
    struct conf_diff d;
    struct loaded a, b;
    struct buf out = BUF_INIT;
    int r;

    if (o->config) {
        fprintf(stderr, "vigie config: diff takes two main files and no -c\n");
        return CMD_USAGE;
    }
    if (!load(o, words[0], &a))
        return CMD_USAGE;
    if (!load(o, words[1], &b)) {
        load_release(&a);
        return CMD_USAGE;
    }
    conf_diff_make(a.c, b.c, &d);
    if (o->json)
        json_all(o, &d, &out);
    else
        text(o, &d, &out);
    r = d.objects.n ? CMD_FAILED : CMD_OK;
    conf_diff_release(&d);
    load_release(&b);
    load_release(&a);
    return config_print(&out, r);
}
