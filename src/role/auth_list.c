/* SPDX-License-Identifier: Apache-2.0 */
/* What there is, as JSON for administrators to read, a page at a time: one message holds a quarter of a megabyte. */
#include "api/right.h"
#include "role/auth_int.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

void auth_grants_json(const struct auth_result *r, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < r->n_grants; i++) {
        json_map(&j);
        json_key(&j, "rights");
        right_json(r->grant[i].rights, &j);
        json_key(&j, "scope");
        json_raw(&j, str_of(r->grant[i].scope ? r->grant[i].scope : "null"));
        json_map_end(&j);
    }
    json_list_end(&j);
}

/* Elements begin with their name. */
static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void role_and_scope(struct json *j, const char *role, const char *scope)
{
    json_key_c(j, "role", *role ? role : NULL);
    json_key(j, "scope");
    json_raw(j, str_of(scope ? scope : "null"));
}

/* Is the page full? Then it ends with `last`. */
static bool full(const struct buf *out, const char *last, char next[AUTH_NAME_MAX + 1])
{
    if (out->len < AUTH_LIST_MAX)
        return false;
    str_copy(next, AUTH_NAME_MAX + 1, str_of(last));
    return true;
}

static bool is_behind(const char *name, struct str after)
{
    return !after.n || str_cmp(str_of(name), after) > 0;
}

static void user(const struct auth_store *s, const struct auth_user *u, struct json *j)
{
    struct auth_result r = {.code = AUTH_OK};
    uint64_t sessions = 0;

    auth_tell_user(s, u, &r);
    for (size_t k = 0; k < s->sessions.n; k++)
        sessions += strcmp(s->sessions.at[k].user, u->name) == 0;
    json_map(j);
    json_key_c(j, "user", u->name);
    role_and_scope(j, u->role, u->scope);
    json_key(j, "groups");
    json_list(j);
    for (size_t k = 0; k < s->groups.n; k++) {
        if (auth_group_has(&s->groups.at[k], u->name))
            json_c(j, s->groups.at[k].name);
    }
    json_list_end(j);
    json_key_bool(j, "totp", u->totp.on);
    json_key_bool(j, "totp_required", r.totp_required);
    json_key_time(j, "created", (struct wall){u->created});
    json_key_time(j, "password_changed", (struct wall){u->changed});
    json_key_time(j, "last_sign_in", (struct wall){u->seen});
    json_key_u64(j, "sessions", sessions);
    json_map_end(j);
}

void auth_users_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1])
{
    struct json j;

    if (s->users.n)
        qsort(s->users.at, s->users.n, sizeof(*s->users.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->users.n; i++) {
        if (!is_behind(s->users.at[i].name, after))
            continue;
        user(s, &s->users.at[i], &j);
        if (i + 1 < s->users.n && full(out, s->users.at[i].name, next))
            break;
    }
    json_list_end(&j);
}

void auth_groups_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1])
{
    struct json j;

    if (s->groups.n)
        qsort(s->groups.at, s->groups.n, sizeof(*s->groups.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->groups.n; i++) {
        struct auth_group *g = &s->groups.at[i];

        if (!is_behind(g->name, after))
            continue;
        if (g->members.n)
            qsort(g->members.at, g->members.n, sizeof(*g->members.at), by_name);
        json_map(&j);
        json_key_c(&j, "name", g->name);
        role_and_scope(&j, g->role, g->scope);
        json_key(&j, "members");
        json_list(&j);
        for (size_t k = 0; k < g->members.n; k++)
            json_c(&j, g->members.at[k].text);
        json_list_end(&j);
        json_map_end(&j);
        if (i + 1 < s->groups.n && full(out, g->name, next))
            break;
    }
    json_list_end(&j);
}

static uint64_t users_of(const struct auth_store *s, const char *role)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s->users.n; i++)
        n += strcmp(s->users.at[i].role, role) == 0;
    for (size_t i = 0; i < s->groups.n; i++)
        n += strcmp(s->groups.at[i].role, role) == 0;
    for (size_t i = 0; i < s->tokens.n; i++)
        n += strcmp(s->tokens.at[i].role, role) == 0;
    return n;
}

/* The built-in ones first, from the weakest on, then the others by name. */
void auth_roles_json(struct auth_store *s, struct buf *out)
{
    size_t built = 0;
    struct json j;

    while (built < s->roles.n && s->roles.at[built].built_in)
        built++;
    if (s->roles.n > built)
        qsort(s->roles.at + built, s->roles.n - built, sizeof(*s->roles.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->roles.n; i++) {
        const struct auth_role *x = &s->roles.at[i];

        json_map(&j);
        json_key_c(&j, "name", x->name);
        json_key_bool(&j, "built_in", x->built_in);
        json_key(&j, "rights");
        right_json(x->rights, &j);
        json_key_bool(&j, "totp_required", x->totp);
        json_key_u64(&j, "used_by", users_of(s, x->name));
        json_map_end(&j);
    }
    json_list_end(&j);
}

void auth_tokens_json(struct auth_store *s, struct str after, struct buf *out, char next[AUTH_NAME_MAX + 1])
{
    struct json j;

    if (s->tokens.n)
        qsort(s->tokens.at, s->tokens.n, sizeof(*s->tokens.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        if (!is_behind(t->name, after))
            continue;
        json_map(&j);
        json_key_c(&j, "name", t->name);
        role_and_scope(&j, t->role, t->scope);
        json_key(&j, "rights");
        right_json(*t->role ? auth_role_rights(s, t->role) : t->rights, &j);
        json_key_time(&j, "created", (struct wall){t->created});
        json_key_time(&j, "expires", (struct wall){t->expires});
        json_key_c(&j, "by", t->by);
        json_map_end(&j);
        if (i + 1 < s->tokens.n && full(out, t->name, next))
            break;
    }
    json_list_end(&j);
}
