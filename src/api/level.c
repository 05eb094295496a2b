/* SPDX-License-Identifier: Apache-2.0 */
#include "api/level.h"

#include <jansson.h>
#include <string.h>

static uint64_t number(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);

    return json_is_integer(v) && json_integer_value(v) > 0 ? (uint64_t)json_integer_value(v) : 0;
}

static void take_role(struct api *a, const json_t *o)
{
    struct api_role_level r = {.instance = (unsigned)number(o, "instance")};
    const char *name = json_string_value(json_object_get(o, "role")), *state = json_string_value(json_object_get(o, "state"));

    if (!name)
        return;
    str_copy(r.name, sizeof(r.name), str_of(name));
    r.up = state && strcmp(state, "ready") == 0;
    r.seccomp = json_is_true(json_object_get(o, "seccomp"));
    r.no_new_privs = json_is_true(json_object_get(o, "no_new_privs"));
    r.restarts = number(o, "restarts");
    r.rss_kb = number(o, "rss_kb");
    *VEC_ADD(&a->levels) = r;
}

static void keep(struct buf *to, const json_t *v)
{
    char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    buf_clear(to);
    if (text)
        buf_add_c(to, text);
    free(text);
}

void level_take(struct api *a, struct str json)
{
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
    json_t *roles = json_object_get(root, "roles");
    size_t i;
    json_t *o;

    VEC_CLEAR(&a->levels);
    if (json_is_array(roles)) {
        json_array_foreach (roles, i, o)
            take_role(a, o);
    }
    keep(&a->roles, roles);
    json_object_del(root, "roles");
    keep(&a->status, root);
    json_decref(root);
}
