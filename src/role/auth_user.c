/* SPDX-License-Identifier: Apache-2.0 */
/* Users: made, changed and deleted; passwords; and how a change is taken back. */
#include "role/auth_int.h"
#include "role/auth_policy.h"

#include <stdio.h>
#include <string.h>

struct auth_user *auth_find_user(const struct auth_store *s, struct str name)
{
    for (size_t i = 0; i < s->users.n; i++) {
        if (str_ieq(str_of(s->users.at[i].name), name)) /* "Admin" and "admin" are one person */
            return &s->users.at[i];
    }
    return NULL;
}

void auth_free_user(struct auth_user *u)
{
    mem_free(u->scope);
    mem_wipe(u, sizeof(*u));
}

void auth_free_group(struct auth_group *g)
{
    mem_free(g->scope);
    VEC_RELEASE(&g->members);
}

void auth_free_token(struct auth_token *t)
{
    mem_free(t->scope);
}

/* ---- all or nothing ---- */

/* Somebody who may do everything everywhere. */
static bool has_admin(const struct auth_store *s)
{
    uint64_t all = auth_role_rights(s, "admin");

    for (size_t i = 0; i < s->users.n; i++) {
        struct auth_result r = {.code = AUTH_OK};

        auth_user_grants(s, str_of(s->users.at[i].name), &r);
        for (size_t k = 0; k < r.n_grants; k++) {
            if (!r.grant[k].scope && r.grant[k].rights == all)
                return true;
        }
    }
    return false;
}

void auth_begin(const struct auth_store *s, struct auth_before *b)
{
    *b = (struct auth_before){.changed = s->users_changed, .admin = has_admin(s)};
    buf_init(&b->text);
    auth_store_dump_users(s, &b->text);
}

void auth_end(struct auth_store *s, struct auth_before *b, struct auth_result *r)
{
    struct err err = ERR_INIT;

    if (r->code == AUTH_OK && b->admin && !has_admin(s))
        auth_fail(r, AUTH_CONFLICT, "user", PROBLEM_LAST_ADMIN);
    if (r->code == AUTH_OK) {
        s->users_changed = true;
    } else {
        BUG_ON(auth_store_load_users(s, buf_str(&b->text), &err) < 0);
        s->users_changed = b->changed;
    }
    mem_wipe(b->text.data, b->text.len);
    buf_release(&b->text);
}

/* ---- users ---- */

/* Role, scope and groups; the rights afterwards are within those of who asks. */
static void give(struct auth_store *s, struct auth_user *u, const struct auth_user_want *w, struct str may,
                 struct auth_result *r)
{
    enum problem p = auth_scope_read(w->scope, &u->scope);

    if (p) {
        auth_fail(r, AUTH_INVALID, "scope", p);
        return;
    }
    if (!auth_take_role(s, w->role, u->role, r))
        return;
    auth_set_groups(s, u, w->names, r);
    if (r->code == AUTH_OK)
        (void)auth_within(auth_user_rights(s, u), may, r);
}

static bool may_be_named(const struct auth_store *s, struct str name, struct str password,
                         struct auth_result *r)
{
    enum problem weak = auth_policy_password(password, name);

    if (!auth_policy_name(name))
        auth_fail(r, AUTH_INVALID, "user", PROBLEM_USER_NAME);
    else if (weak)
        auth_fail(r, AUTH_INVALID, "password", weak);
    else if (auth_find_user(s, name))
        auth_fail(r, AUTH_CONFLICT, "user", PROBLEM_USER_EXISTS);
    else if (s->users.n >= AUTH_USERS_MAX)
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_USER_MANY);
    return r->code == AUTH_OK;
}

void auth_user_create(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                      const struct auth_user_want *w, struct str may, struct auth_result *r)
{
    struct auth_user *u;
    struct auth_before b;

    if (!may_be_named(s, user, password, r))
        return;
    auth_begin(s, &b);
    u = VEC_ADD(&s->users);
    u->created = u->changed = now.wall.us;
    str_copy(u->lang, sizeof(u->lang), STR("-"));
    str_copy(u->name, sizeof(u->name), user);
    give(s, u, w, may, r);
    if (r->code == AUTH_OK && !auth_hash_password(s, password, u->hash))
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_PASSWORD_MEMORY);
    auth_end(s, &b, r);
}

/* NULL: there is none, or it has rights that who asks has not. */
static struct auth_user *take_user(struct auth_store *s, struct str name, struct str may,
                                   struct auth_result *r)
{
    struct auth_user *u = auth_find_user(s, name);

    if (!u)
        auth_fail(r, AUTH_NONE, "user", PROBLEM_USER_UNKNOWN);
    return u && auth_within(auth_user_rights(s, u), may, r) ? u : NULL;
}

void auth_user_change(struct auth_store *s, struct str user, const struct auth_user_want *w, struct str may,
                      struct auth_result *r)
{
    struct auth_user *u = take_user(s, user, may, r);
    char name[AUTH_NAME_MAX + 1];
    struct auth_before b;
    bool other;

    if (!u)
        return;
    str_copy(name, sizeof(name), str_of(u->name));
    other = !str_ieq(w->role, str_of(u->role));
    auth_begin(s, &b);
    give(s, u, w, may, r);
    auth_end(s, &b, r);
    if (r->code == AUTH_OK && other) /* what was opened as one thing does not go on as another */
        auth_drop_sessions(s, name);
}

static void group_names(const struct auth_store *s, const struct auth_user *u, struct buf *out)
{
    unsigned n = 0;

    buf_add_char(out, '[');
    for (size_t i = 0; i < s->groups.n; i++) {
        if (auth_group_has(&s->groups.at[i], u->name))
            buf_printf(out, "%s\"%s\"", n++ ? "," : "", s->groups.at[i].name);
    }
    buf_add_char(out, ']');
}

void auth_user_role(struct auth_store *s, struct str user, struct str role, struct str may,
                    struct auth_result *r)
{
    const struct auth_user *u = auth_find_user(s, user);
    struct buf scope = BUF_INIT, groups = BUF_INIT;

    if (u) {
        buf_add_c(&scope, u->scope ? u->scope : "null");
        group_names(s, u, &groups);
    }
    auth_user_change(
        s, user, &(struct auth_user_want){.role = role, .scope = buf_str(&scope), .names = buf_str(&groups)},
        may, r);
    buf_release(&scope);
    buf_release(&groups);
}

void auth_user_delete(struct auth_store *s, struct str user, struct str may, struct auth_result *r)
{
    struct auth_user *u = take_user(s, user, may, r);
    char name[AUTH_NAME_MAX + 1];
    struct auth_before b;

    if (!u)
        return;
    str_copy(name, sizeof(name), str_of(u->name));
    auth_begin(s, &b);
    auth_group_forget(s, name);
    auth_free_user(u);
    VEC_SWAP_REMOVE(&s->users, (size_t)(u - s->users.at));
    auth_end(s, &b, r);
    if (r->code != AUTH_OK)
        return;
    auth_drop_sessions(s, name);
    auth_unknow(s, name);
}

/* ---- passwords ---- */

static void set_password(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str password,
                         struct auth_result *r)
{
    enum problem weak = auth_policy_password(password, str_of(u->name));

    if (weak) {
        auth_fail(r, AUTH_INVALID, "password", weak);
        return;
    }
    if (!auth_hash_password(s, password, u->hash)) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_PASSWORD_MEMORY);
        return;
    }
    u->changed = now.wall.us;
    s->users_changed = true;
    auth_succeeded(s, str_of(u->name), str_of(u->name));
    auth_drop_sessions(s, u->name);
}

void auth_password(struct auth_store *s, struct auth_now now, struct str user, struct str old,
                   struct str password, struct str source, struct auth_result *r)
{
    struct auth_user *u = auth_find_user(s, user);

    if (!u) {
        auth_fail(r, AUTH_NONE, "user", PROBLEM_USER_UNKNOWN);
        return;
    }
    if (!auth_confirm(s, now, u, old, "old", r))
        return;
    set_password(s, now, u, password, r);
    if (r->code == AUTH_OK)
        auth_open_session(s, now, u, source, r);
}

void auth_user_password(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                        struct str may, struct auth_result *r)
{
    struct auth_user *u = take_user(s, user, may, r);

    if (u)
        set_password(s, now, u, password, r);
}

void auth_totp_reset(struct auth_store *s, struct str user, struct str may, struct auth_result *r)
{
    struct auth_user *u = take_user(s, user, may, r);

    if (!u)
        return;
    if (!u->totp.on) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_TOTP_OFF);
        return;
    }
    mem_wipe(&u->totp, sizeof(u->totp));
    s->users_changed = true;
    auth_drop_sessions(s, u->name);
}
