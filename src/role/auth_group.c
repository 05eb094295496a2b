/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of users: a role and a scope for all who are in it. */
#include "role/auth_int.h"
#include "role/auth_policy.h"
#include "wire/json_read.h"

#include <string.h>

struct auth_group *auth_find_group(const struct auth_store *s, struct str name)
{
    for (size_t i = 0; i < s->groups.n; i++) {
        if (str_ieq(str_of(s->groups.at[i].name), name))
            return &s->groups.at[i];
    }
    return NULL;
}

static size_t member_at(const struct auth_group *g, const char *user)
{
    for (size_t i = 0; i < g->members.n; i++) {
        if (strcmp(g->members.at[i].text, user) == 0)
            return i;
    }
    return SIZE_MAX;
}

bool auth_group_has(const struct auth_group *g, const char *user)
{
    return member_at(g, user) != SIZE_MAX;
}

static void add(struct auth_group *g, const char *user)
{
    if (!auth_group_has(g, user))
        str_copy(VEC_ADD(&g->members)->text, AUTH_NAME_MAX + 1, str_of(user));
}

void auth_group_forget(struct auth_store *s, const char *user)
{
    for (size_t i = 0; i < s->groups.n; i++) {
        struct auth_group *g = &s->groups.at[i];
        size_t at = member_at(g, user);

        if (at != SIZE_MAX)
            VEC_SWAP_REMOVE(&g->members, at);
    }
}

bool auth_names_read(struct str text, size_t max, struct auth_names *out)
{
    struct err err = ERR_INIT;
    struct json_value *v = json_read(&text, &err);
    size_t n = json_read_length(v);
    bool good = v && !text.n && json_read_type(v) == JSON_IS_ARRAY && n <= max;

    for (size_t i = 0; good && i < n; i++) {
        struct str name = json_read_text(json_read_element(v, i));

        good = auth_policy_name(name);
        if (good)
            str_copy(VEC_ADD(&out->at)->text, AUTH_NAME_MAX + 1, name);
    }
    json_read_free(v);
    if (!good)
        VEC_RELEASE(&out->at);
    return good;
}

static unsigned groups_of(const struct auth_store *s, const char *user)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->groups.n; i++)
        n += auth_group_has(&s->groups.at[i], user);
    return n;
}

void auth_set_groups(struct auth_store *s, const struct auth_user *u, struct str names, struct auth_result *r)
{
    struct auth_names list = {.at = {0}};

    if (!auth_names_read(names, AUTH_GROUPS_OF_ONE, &list)) {
        auth_fail(r, AUTH_INVALID, "groups", PROBLEM_GROUPS_OF_ONE);
        return;
    }
    auth_group_forget(s, u->name);
    for (size_t i = 0; i < list.at.n && r->code == AUTH_OK; i++) {
        struct auth_group *g = auth_find_group(s, str_of(list.at.at[i].text));

        if (g) {
            add(g, u->name);
        } else {
            auth_fail(r, AUTH_INVALID, "groups", PROBLEM_USER_GROUP_UNKNOWN);
            str_copy(r->about, sizeof(r->about), str_of(list.at.at[i].text));
        }
    }
    VEC_RELEASE(&list.at);
}

/* ---- made, changed, deleted ---- */

static void set_members(struct auth_store *s, struct auth_group *g, struct str names, struct auth_result *r)
{
    struct auth_names list = {.at = {0}};

    if (!auth_names_read(names, AUTH_USERS_MAX, &list)) {
        auth_fail(r, AUTH_INVALID, "members", PROBLEM_MEMBERS_FORM);
        return;
    }
    VEC_CLEAR(&g->members);
    for (size_t i = 0; i < list.at.n && r->code == AUTH_OK; i++) {
        const struct auth_user *u = auth_find_user(s, str_of(list.at.at[i].text));

        if (u)
            add(g, u->name);
        if (!u || groups_of(s, u->name) > AUTH_GROUPS_OF_ONE) {
            auth_fail(r, AUTH_INVALID, "members", u ? PROBLEM_GROUPS_FULL : PROBLEM_MEMBER_NO_USER);
            str_copy(r->about, sizeof(r->about), str_of(list.at.at[i].text));
        }
    }
    VEC_RELEASE(&list.at);
}

static void give(struct auth_store *s, struct auth_group *g, const struct auth_user_want *w, struct str may,
                 struct auth_result *r)
{
    enum problem p = auth_scope_read(w->scope, &g->scope);

    if (p) {
        auth_fail(r, AUTH_INVALID, "scope", p);
        return;
    }
    if (!auth_take_role(s, w->role, g->role, r))
        return;
    if (auth_within(auth_role_rights(s, g->role), may, r))
        set_members(s, g, w->names, r);
}

void auth_group_create(struct auth_store *s, struct str name, const struct auth_user_want *w, struct str may,
                       struct auth_result *r)
{
    struct auth_group *g;
    struct auth_before b;

    if (!auth_policy_name(name)) {
        auth_fail(r, AUTH_INVALID, "name", PROBLEM_USER_GROUP_NAME);
        return;
    }
    if (auth_find_group(s, name)) {
        auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_USER_GROUP_EXISTS);
        return;
    }
    if (s->groups.n >= AUTH_GROUPS_MAX) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_USER_GROUP_MANY);
        return;
    }
    auth_begin(s, &b);
    g = VEC_ADD(&s->groups);
    str_copy(g->name, sizeof(g->name), name);
    give(s, g, w, may, r);
    auth_end(s, &b, r);
}

/* NULL: there is none, or it has rights that who asks has not. */
static struct auth_group *take(struct auth_store *s, struct str name, struct str may, struct auth_result *r)
{
    struct auth_group *g = auth_find_group(s, name);

    if (!g) {
        auth_fail(r, AUTH_NONE, "name", PROBLEM_USER_GROUP_UNKNOWN);
        str_copy(r->about, sizeof(r->about), str_head(name, AUTH_NAME_MAX));
    }
    return g && auth_within(auth_role_rights(s, g->role), may, r) ? g : NULL;
}

void auth_group_change(struct auth_store *s, struct str name, const struct auth_user_want *w, struct str may,
                       struct auth_result *r)
{
    struct auth_group *g = take(s, name, may, r);
    struct auth_before b;

    if (!g)
        return;
    auth_begin(s, &b);
    give(s, g, w, may, r);
    auth_end(s, &b, r);
}

void auth_group_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r)
{
    struct auth_group *g = take(s, name, may, r);
    struct auth_before b;

    if (!g)
        return;
    auth_begin(s, &b);
    auth_free_group(g);
    VEC_SWAP_REMOVE(&s->groups, (size_t)(g - s->groups.at));
    auth_end(s, &b, r);
}
