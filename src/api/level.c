/* SPDX-License-Identifier: Apache-2.0 */
#include "api/level.h"

#include "wire/json.h"
#include "wire/json_read.h"

static uint64_t number(const struct json_value *o, const char *key)
{
    int64_t v = json_read_int(json_read_member(o, key));

    return v > 0 ? (uint64_t)v : 0;
}

static void take_role(struct api *a, const struct json_value *o)
{
    struct api_role_level r = {.instance = (unsigned)number(o, "instance")};

    str_copy(r.name, sizeof(r.name), json_read_text(json_read_member(o, "role")));
    r.up = str_eq_c(json_read_text(json_read_member(o, "state")), "ready");
    r.seccomp = json_read_is(json_read_member(o, "seccomp"));
    r.no_new_privs = json_read_is(json_read_member(o, "no_new_privs"));
    r.landlock = number(o, "landlock");
    r.restarts = number(o, "restarts");
    r.rss_kb = number(o, "rss_kb");
    *VEC_ADD(&a->levels) = r;
}

/* What /status shows apart. */
static bool is_apart(struct str key)
{
    return str_eq_c(key, "roles") || str_eq_c(key, "reload") || str_eq_c(key, "log_stays") ||
           str_starts(key, STR("config_"));
}

/* The rest of the document. */
static void keep_rest(struct api *a, const struct json_value *root)
{
    const struct json_value *v;
    struct str key;
    void *at = NULL;
    struct json j;

    buf_clear(&a->status);
    json_init(&j, &a->status);
    json_map(&j);
    while (json_read_next(root, &at, &key, &v)) {
        struct buf text = BUF_INIT;

        if (is_apart(key) || json_read_type(v) == JSON_NOTHING)
            continue;
        json_read_copy(v, &text);
        json_key(&j, key.p);
        json_raw(&j, buf_str(&text));
        buf_release(&text);
    }
    json_map_end(&j);
}

static void take_config(struct api *a, const struct json_value *root)
{
    const struct json_value *reload = json_read_member(root, "reload"),
                            *list = json_read_member(root, "config_warnings");

    buf_clear(&a->reload);
    buf_clear(&a->config_warnings);
    if (json_read_type(reload) == JSON_IS_OBJECT)
        json_read_copy(reload, &a->reload);
    if (json_read_type(list) == JSON_IS_ARRAY)
        json_read_copy(list, &a->config_warnings);
    a->config_warning_count = number(root, "config_warning_count");
    a->reload_refused = a->reload.len && !json_read_is(json_read_member(reload, "ok"));
}

void level_take(struct api *a, struct str json)
{
    struct err err = ERR_INIT;
    struct json_value *root = json_read(&json, &err);
    const struct json_value *roles = json_read_member(root, "roles");

    VEC_CLEAR(&a->levels);
    buf_clear(&a->roles);
    for (size_t i = 0; i < json_read_length(roles); i++)
        take_role(a, json_read_element(roles, i));
    if (json_read_type(roles) == JSON_IS_ARRAY)
        json_read_copy(roles, &a->roles);
    take_config(a, root);
    str_copy(a->log_stays, sizeof(a->log_stays), json_read_text(json_read_member(root, "log_stays")));
    keep_rest(a, root);
    json_read_free(root);
}
