/* SPDX-License-Identifier: Apache-2.0 */
/* vigie config diff: A is the old configuration, B the new one. */
#include "cmd/config.h"

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

static void text_object(const struct config_options *o, const struct conf_diff *d,
                        const struct conf_diff_object *x, struct buf *out)
{
    buf_printf(out, "%c " STR_FMT "%s" STR_FMT "\n", "+-~"[x->kind], STR_ARG(x->type), x -> name.n ? " " : "",
               STR_ARG(x->name));
    for (uint32_t i = 0; x->kind == CONF_DIFF_CHANGED && i < x->n_values; i++) {
        const struct conf_diff_value *v = &d->values.at[x->first_value + i];

        buf_printf(out, "    " STR_FMT ": " STR_FMT " -> " STR_FMT "%s\n", STR_ARG(v->name),
                   STR_ARG(shown(o, v, v->a)), STR_ARG(shown(o, v, v->b)),
                   v->secret && !o->show_secrets ? " (a secret that differs)" : "");
    }
}

static void text(const struct config_options *o, const struct conf_diff *d, struct buf *out)
{
    unsigned n[3] = {0, 0, 0};

    for (size_t i = 0; i < d->objects.n; i++) {
        text_object(o, d, &d->objects.at[i], out);
        n[d->objects.at[i].kind]++;
    }
    if (!d->objects.n)
        buf_add_c(out, "They mean the same.\n");
    else
        buf_printf(out, "%u added, %u removed, %u changed\n", n[CONF_DIFF_ADDED], n[CONF_DIFF_REMOVED],
                   n[CONF_DIFF_CHANGED]);
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
