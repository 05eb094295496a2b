/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of programs; and the begin and the end of a store. */
#include "api/right.h"
#include "role/auth_int.h"
#include "role/auth_policy.h"
#include "wire/json_read.h"

#include <sodium.h>
#include <string.h>

static struct auth_token *find(const struct auth_store *s, struct str name)
{
    for (size_t i = 0; i < s->tokens.n; i++) {
        if (str_eq_c(name, s->tokens.at[i].name))
            return &s->tokens.at[i];
    }
    return NULL;
}

static uint64_t rights_of(const struct auth_store *s, const struct auth_token *t)
{
    return *t->role ? auth_role_rights(s, t->role) : t->rights;
}

uint64_t auth_token_rights(const struct auth_store *s, struct auth_now now, struct str name)
{
    const struct auth_token *t = find(s, name);

    return t && !t->scope && now.wall.us < t->expires ? rights_of(s, t) : 0;
}

/* What it may do where; false: it failed. */
static bool give(struct auth_store *s, struct auth_token *t, const struct auth_user_want *w, struct str may,
                 struct auth_result *r)
{
    const struct auth_role *role = w->role.n ? auth_find_role(s, w->role) : NULL;
    enum problem p;

    if (w->role.n && !role) {
        auth_fail(r, AUTH_INVALID, "role", PROBLEM_ROLE_UNKNOWN);
        return false;
    }
    if (role)
        str_copy(t->role, sizeof(t->role), str_of(role->name));
    if (!auth_rights_read(w->names, &t->rights) || (!role && !t->rights)) {
        auth_fail(r, AUTH_INVALID, "rights", PROBLEM_RIGHT_UNKNOWN);
        return false;
    }
    if (!auth_within(rights_of(s, t), may, r))
        return false;
    p = auth_scope_read(w->scope, &t->scope);
    if (p)
        auth_fail(r, AUTH_INVALID, "scope", p);
    return !p;
}

void auth_token_create(struct auth_store *s, struct auth_now now, struct str name,
                       const struct auth_user_want *w, int64_t lasts_us, struct str by, struct str may,
                       struct auth_result *r)
{
    struct auth_token t = {.created = now.wall.us, .expires = now.wall.us + lasts_us};

    if (!auth_policy_name(name))
        auth_fail(r, AUTH_INVALID, "name", PROBLEM_TOKEN_NAME);
    else if (lasts_us < TIME_MIN || lasts_us > 366 * TIME_DAY)
        auth_fail(r, AUTH_INVALID, "expires", PROBLEM_TOKEN_EXPIRES);
    else if (find(s, name))
        auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_TOKEN_EXISTS);
    else if (s->tokens.n >= AUTH_TOKENS_MAX)
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_TOKEN_MANY);
    if (r->code != AUTH_OK || !give(s, &t, w, may, r))
        return;
    str_copy(t.name, sizeof(t.name), name);
    str_copy(t.by, sizeof(t.by), by);
    auth_new_secret(s, AUTH_TOKEN_PREFIX, r, t.hash);
    *VEC_ADD(&s->tokens) = t;
    s->users_changed = true;
    str_copy(r->role, sizeof(r->role), str_of(*t.role ? t.role : "none"));
    r->expires = t.expires;
}

static void tell(const struct auth_store *s, const struct auth_token *t, struct auth_result *r)
{
    r->who = true;
    str_copy(r->user, sizeof(r->user), str_of(t->name));
    str_copy(r->role, sizeof(r->role), str_of(*t->role ? t->role : "none"));
    r->expires = t->expires;
    if (rights_of(s, t))
        r->grant[r->n_grants++] = (struct auth_grant){rights_of(s, t), t->scope};
}

void auth_token_grants(const struct auth_store *s, struct auth_now now, struct str name,
                       struct auth_result *r)
{
    const struct auth_token *t = find(s, name);

    if (t && now.wall.us < t->expires)
        tell(s, t, r);
    else
        auth_fail(r, AUTH_INVALID, "name", PROBLEM_TOKEN_UNKNOWN);
}

void auth_token_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_sha256(secret.p, secret.n, hash);
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        if (!auth_same_hash(t->hash, hash))
            continue;
        if (now.wall.us >= t->expires)
            break;
        tell(s, t, r);
        return;
    }
    auth_fail(r, AUTH_DENIED, NULL, PROBLEM_TOKEN_ENDED);
}

void auth_token_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r)
{
    struct auth_token *t = find(s, name);

    if (!t) {
        auth_fail(r, AUTH_NONE, "name", PROBLEM_TOKEN_UNKNOWN);
        return;
    }
    if (!auth_within(rights_of(s, t), may, r))
        return;
    auth_free_token(t);
    VEC_SWAP_REMOVE(&s->tokens, (size_t)(t - s->tokens.at));
    s->users_changed = true;
}

/* ---- a store ---- */

static void built_in(struct auth_store *s)
{
    for (int i = API_ROLE_VIEWER; i <= API_ROLE_ADMIN; i++) {
        struct auth_role *x = VEC_ADD(&s->roles);

        str_copy(x->name, sizeof(x->name), str_of(who_role_word((enum api_role)i)));
        x->rights = right_mask((enum api_role)i);
        x->built_in = true;
    }
}

void auth_store_forget_users(struct auth_store *s)
{
    for (size_t i = 0; i < s->users.n; i++)
        auth_free_user(&s->users.at[i]);
    for (size_t i = 0; i < s->groups.n; i++)
        auth_free_group(&s->groups.at[i]);
    for (size_t i = 0; i < s->tokens.n; i++)
        auth_free_token(&s->tokens.at[i]);
    VEC_CLEAR(&s->users);
    VEC_CLEAR(&s->groups);
    VEC_CLEAR(&s->tokens);
    VEC_CLEAR(&s->roles);
    built_in(s);
}

void auth_store_init(struct auth_store *s, void (*random)(void *p, size_t n))
{
    *s = (struct auth_store){.idle_us = TIME_H,
                             .max_us = 12 * TIME_H,
                             .ops = crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             .mem = crypto_pwhash_MEMLIMIT_INTERACTIVE,
                             .random = random};
    built_in(s);
}

void auth_store_release(struct auth_store *s)
{
    auth_store_forget_users(s);
    VEC_RELEASE(&s->roles);
    VEC_RELEASE(&s->users);
    VEC_RELEASE(&s->groups);
    VEC_RELEASE(&s->tokens);
    VEC_RELEASE(&s->sessions);
    VEC_RELEASE(&s->failures);
    VEC_RELEASE(&s->known);
}
