/* SPDX-License-Identifier: Apache-2.0 */
#include "role/auth_store.h"

#include "role/auth_int.h"
#include "role/auth_policy.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

static const char *const role_words[] = {
    [AUTH_VIEWER] = "viewer", [AUTH_OPERATOR] = "operator", [AUTH_ADMIN] = "admin"};

const char *auth_role_word(enum auth_role role)
{
    BUG_ON((unsigned)role >= ARRAY_LEN(role_words));
    return role_words[role];
}

bool auth_role_of(struct str word, enum auth_role *out)
{
    for (size_t i = 0; i < ARRAY_LEN(role_words); i++) {
        if (str_eq_c(word, role_words[i])) {
            *out = (enum auth_role)i;
            return true;
        }
    }
    return false;
}

const char *auth_code_word(enum auth_code code)
{
    static const char *const words[] = {"ok",       "denied", "slow", "invalid",
                                        "conflict", "gone",   "full", "broken"};

    BUG_ON((unsigned)code >= ARRAY_LEN(words));
    return words[code];
}

void auth_fail(struct auth_result *r, enum auth_code code, const char *field, enum problem p)
{
    r->code = code;
    r->field = field;
    r->problem = p;
}

/* ---- secrets ---- */

/* 256 random bits as base64url; what is kept is their hash. */
static void new_secret(struct auth_store *s, const char *prefix, struct auth_result *r,
                       unsigned char hash[HASH_SHA256_BYTES])
{
    unsigned char raw[32];
    char text[AUTH_SECRET_TEXT];

    s->random(raw, sizeof(raw));
    sodium_bin2base64(text, sizeof(text), raw, sizeof(raw), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(r->secret, sizeof(r->secret), "%s%s", prefix, text);
    hash_sha256(r->secret, strlen(r->secret), hash);
    mem_wipe(raw, sizeof(raw));
    mem_wipe(text, sizeof(text));
}

static void hash_of(struct str secret, unsigned char out[HASH_SHA256_BYTES])
{
    hash_sha256(secret.p, secret.n, out);
}

static bool same(const unsigned char *a, const unsigned char *b)
{
    return sodium_memcmp(a, b, HASH_SHA256_BYTES) == 0;
}

/* ---- finding ---- */

static struct auth_user *find_user(struct auth_store *s, struct str name)
{
    for (size_t i = 0; i < s->users.n; i++) {
        if (str_ieq(str_of(s->users.at[i].name), name)) /* "Admin" and "admin" are one person */
            return &s->users.at[i];
    }
    return NULL;
}

static unsigned count_admins(const struct auth_store *s)
{
    unsigned n = 0;

    for (size_t i = 0; i < s->users.n; i++)
        n += s->users.at[i].role == AUTH_ADMIN;
    return n;
}

static void drop_sessions(struct auth_store *s, const char *user)
{
    for (size_t i = 0; i < s->sessions.n;) {
        if (strcmp(s->sessions.at[i].user, user) != 0) {
            i++;
            continue;
        }
        VEC_SWAP_REMOVE(&s->sessions, i);
        s->sessions_changed = true;
    }
}

/* ---- sessions ---- */

static void tell_user(const struct auth_user *u, struct auth_result *r)
{
    str_copy(r->user, sizeof(r->user), str_of(u->name));
    str_copy(r->lang, sizeof(r->lang), str_of(u->lang));
    r->role = u->role;
}

static void open_session(struct auth_store *s, struct auth_now now, const struct auth_user *u,
                         struct str source, struct auth_result *r)
{
    struct auth_session *x;

    if (s->sessions.n >= AUTH_SESSIONS_MAX)
        auth_store_expire(s, now);
    if (s->sessions.n >= AUTH_SESSIONS_MAX) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_SESSION_MANY);
        return;
    }
    x = VEC_ADD(&s->sessions);
    str_copy(x->user, sizeof(x->user), str_of(u->name));
    str_copy(x->source, sizeof(x->source), source);
    x->created = x->used = now.wall.us;
    new_secret(s, "", r, x->hash);
    s->sessions_changed = true;
    tell_user(u, r);
    r->expires = x->created + s->max_us;
}

static bool session_over(const struct auth_store *s, const struct auth_session *x, struct auth_now now)
{
    return now.wall.us - x->used >= s->idle_us || now.wall.us - x->created >= s->max_us;
}

void auth_session_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_of(secret, hash);
    for (size_t i = 0; i < s->sessions.n; i++) {
        struct auth_session *x = &s->sessions.at[i];
        const struct auth_user *u;

        if (!same(x->hash, hash))
            continue;
        u = find_user(s, str_of(x->user));
        if (!u || session_over(s, x, now))
            break;
        x->used = MAX(x->used, now.wall.us);
        s->sessions_changed = true;
        tell_user(u, r);
        r->expires = x->created + s->max_us;
        return;
    }
    auth_fail(r, AUTH_DENIED, NULL, PROBLEM_SESSION_ENDED);
}

void auth_session_end(struct auth_store *s, struct str secret, struct auth_result *r UNUSED)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_of(secret, hash);
    for (size_t i = 0; i < s->sessions.n; i++) {
        if (!same(s->sessions.at[i].hash, hash))
            continue;
        VEC_SWAP_REMOVE(&s->sessions, i);
        s->sessions_changed = true;
        return;
    }
}

void auth_store_expire(struct auth_store *s, struct auth_now now)
{
    for (size_t i = 0; i < s->sessions.n;) {
        if (!session_over(s, &s->sessions.at[i], now)) {
            i++;
            continue;
        }
        VEC_SWAP_REMOVE(&s->sessions, i);
        s->sessions_changed = true;
    }
}

/* ---- passwords ---- */

static bool hash_password(const struct auth_store *s, struct str password, char out[AUTH_HASH_MAX])
{
    return crypto_pwhash_str_alg(out, password.p, password.n, s->ops, s->mem, crypto_pwhash_ALG_ARGON2ID13) ==
           0;
}

/* Somebody who does not exist costs as much time as somebody who does. */
static bool check_password(const struct auth_store *s, const struct auth_user *u, struct str password)
{
    char nobody[AUTH_HASH_MAX];

    if (u)
        return crypto_pwhash_str_verify(u->hash, password.p, password.n) == 0;
    (void)hash_password(s, password, nobody);
    return false;
}

void auth_login(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                struct str source, struct auth_result *r)
{
    struct auth_user *u = find_user(s, user);

    if (user.n > AUTH_NAME_MAX || password.n > AUTH_PASSWORD_MAX) {
        auth_fail(r, AUTH_DENIED, NULL, PROBLEM_SIGN_IN_WRONG);
        return;
    }
    r->wait_us = auth_wait(s, now.mono, user, source);
    if (r->wait_us > 0) {
        auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
        return;
    }
    if (!check_password(s, u, password)) {
        auth_failed(s, now.mono, user, source);
        auth_fail(r, AUTH_DENIED, NULL, PROBLEM_SIGN_IN_WRONG);
        return;
    }
    auth_succeeded(s, user, source);
    if (crypto_pwhash_str_needs_rehash(u->hash, s->ops, s->mem) == 1 && hash_password(s, password, u->hash))
        s->users_changed = true;
    open_session(s, now, u, source, r);
}

static bool put_user(struct auth_store *s, struct auth_now now, struct str name, struct str password,
                     enum auth_role role, struct auth_result *r)
{
    enum problem weak = auth_policy_password(password, name);
    struct auth_user u = {.role = role, .created = now.wall.us, .changed = now.wall.us, .lang = "-"};

    if (!auth_policy_name(name)) {
        auth_fail(r, AUTH_INVALID, "user", PROBLEM_USER_NAME);
        return false;
    }
    if (weak) {
        auth_fail(r, AUTH_INVALID, "password", weak);
        return false;
    }
    if (find_user(s, name)) {
        auth_fail(r, AUTH_CONFLICT, "user", PROBLEM_USER_EXISTS);
        return false;
    }
    if (s->users.n >= AUTH_USERS_MAX || !hash_password(s, password, u.hash)) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_USER_MANY);
        return false;
    }
    str_copy(u.name, sizeof(u.name), name);
    *VEC_ADD(&s->users) = u;
    s->users_changed = true;
    return true;
}

void auth_user_create(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                      struct str role, struct auth_result *r)
{
    enum auth_role which;

    if (!auth_role_of(role, &which)) {
        auth_fail(r, AUTH_INVALID, "role", PROBLEM_ROLE_WORD);
        return;
    }
    put_user(s, now, user, password, which, r);
}

void auth_user_role(struct auth_store *s, struct str user, struct str role, struct auth_result *r)
{
    struct auth_user *u = find_user(s, user);
    enum auth_role which;

    if (!u) {
        auth_fail(r, AUTH_INVALID, "user", PROBLEM_USER_UNKNOWN);
        return;
    }
    if (!auth_role_of(role, &which)) {
        auth_fail(r, AUTH_INVALID, "role", PROBLEM_ROLE_WORD);
        return;
    }
    if (u->role == AUTH_ADMIN && which != AUTH_ADMIN && count_admins(s) == 1) {
        auth_fail(r, AUTH_CONFLICT, "user", PROBLEM_LAST_ADMIN);
        return;
    }
    s->users_changed |= u->role != which;
    u->role = which;
}

void auth_user_delete(struct auth_store *s, struct str user, struct auth_result *r)
{
    struct auth_user *u = find_user(s, user);

    if (!u) {
        auth_fail(r, AUTH_INVALID, "user", PROBLEM_USER_UNKNOWN);
        return;
    }
    if (u->role == AUTH_ADMIN && count_admins(s) == 1) {
        auth_fail(r, AUTH_CONFLICT, "user", PROBLEM_LAST_ADMIN);
        return;
    }
    drop_sessions(s, u->name);
    VEC_SWAP_REMOVE(&s->users, (size_t)(u - s->users.at));
    s->users_changed = true;
}

void auth_password(struct auth_store *s, struct auth_now now, struct str user, struct str old,
                   struct str password, bool skip_old, struct auth_result *r)
{
    struct auth_user *u = find_user(s, user);
    enum problem weak = auth_policy_password(password, user);

    if (!skip_old) { /* whoever has a session must not guess here for ever */
        r->wait_us = auth_wait(s, now.mono, user, user);
        if (r->wait_us > 0) {
            auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
            return;
        }
    }
    if (!u || (!skip_old && !check_password(s, u, old))) {
        if (u)
            auth_failed(s, now.mono, user, user);
        auth_fail(r, AUTH_INVALID, u ? "old" : "user", u ? PROBLEM_PASSWORD_OLD : PROBLEM_USER_UNKNOWN);
        return;
    }
    if (weak) {
        auth_fail(r, AUTH_INVALID, "password", weak);
        return;
    }
    if (!hash_password(s, password, u->hash)) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_PASSWORD_MEMORY);
        return;
    }
    u->changed = now.wall.us;
    s->users_changed = true;
    auth_succeeded(s, user, user);
    drop_sessions(s, u->name);
    if (!skip_old) /* else somebody else did it, and who is meant signs in */
        open_session(s, now, u, STR("-"), r);
}

/* ---- set-up ---- */

void auth_setup_begin(struct auth_store *s, struct auth_now now, struct auth_result *r)
{
    if (s->users.n) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_SETUP_DONE);
        return;
    }
    new_secret(s, "", r, s->setup.hash);
    s->setup.out = true;
    s->setup.until = (struct mono){now.mono.us + AUTH_SETUP_US};
}

void auth_setup_check(struct auth_store *s, struct auth_now now, struct str token, struct auth_result *r)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_of(token, hash);
    if (s->users.n || !s->setup.out)
        auth_fail(r, AUTH_GONE, "token", PROBLEM_SETUP_USED);
    else if (now.mono.us >= s->setup.until.us)
        auth_fail(r, AUTH_GONE, "token", PROBLEM_SETUP_OLD);
    else if (!same(hash, s->setup.hash))
        auth_fail(r, AUTH_DENIED, "token", PROBLEM_SETUP_WRONG);
}

void auth_setup_finish(struct auth_store *s, struct auth_now now, struct str token, struct str user,
                       struct str password, struct str source, struct auth_result *r)
{
    r->wait_us = auth_wait(s, now.mono, STR("setup"), source);
    if (r->wait_us > 0) {
        auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
        return;
    }
    auth_setup_check(s, now, token, r);
    if (r->code == AUTH_DENIED)
        auth_failed(s, now.mono, STR("setup"), source);
    if (r->code != AUTH_OK || !put_user(s, now, user, password, AUTH_ADMIN, r))
        return;
    s->setup.out = false;
    mem_wipe(s->setup.hash, sizeof(s->setup.hash));
    open_session(s, now, &VEC_LAST(&s->users), source, r);
}

/* ---- tokens of programs ---- */

void auth_token_create(struct auth_store *s, struct auth_now now, struct str name, struct str role,
                       int64_t lasts_us, struct str by, struct auth_result *r)
{
    struct auth_token t = {.created = now.wall.us, .expires = now.wall.us + lasts_us};

    if (!auth_policy_name(name)) {
        auth_fail(r, AUTH_INVALID, "name", PROBLEM_TOKEN_NAME);
        return;
    }
    if (!auth_role_of(role, &t.role)) {
        auth_fail(r, AUTH_INVALID, "role", PROBLEM_ROLE_WORD);
        return;
    }
    if (lasts_us < TIME_MIN || lasts_us > 366 * TIME_DAY) {
        auth_fail(r, AUTH_INVALID, "expires", PROBLEM_TOKEN_EXPIRES);
        return;
    }
    for (size_t i = 0; i < s->tokens.n; i++) {
        if (str_eq_c(name, s->tokens.at[i].name)) {
            auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_TOKEN_EXISTS);
            return;
        }
    }
    if (s->tokens.n >= AUTH_TOKENS_MAX) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_TOKEN_MANY);
        return;
    }
    str_copy(t.name, sizeof(t.name), name);
    str_copy(t.by, sizeof(t.by), by);
    new_secret(s, AUTH_TOKEN_PREFIX, r, t.hash);
    *VEC_ADD(&s->tokens) = t;
    s->users_changed = true;
    r->role = t.role;
    r->expires = t.expires;
}

void auth_token_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_of(secret, hash);
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        if (!same(t->hash, hash))
            continue;
        if (now.wall.us >= t->expires)
            break;
        snprintf(r->user, sizeof(r->user), "%s", t->name);
        r->role = t->role;
        r->expires = t->expires;
        return;
    }
    auth_fail(r, AUTH_DENIED, NULL, PROBLEM_TOKEN_ENDED);
}

void auth_token_delete(struct auth_store *s, struct str name, struct auth_result *r)
{
    for (size_t i = 0; i < s->tokens.n; i++) {
        if (!str_eq_c(name, s->tokens.at[i].name))
            continue;
        VEC_SWAP_REMOVE(&s->tokens, i);
        s->users_changed = true;
        return;
    }
    auth_fail(r, AUTH_INVALID, "name", PROBLEM_TOKEN_UNKNOWN);
}

void auth_store_init(struct auth_store *s, void (*random)(void *p, size_t n))
{
    *s = (struct auth_store){.idle_us = TIME_H,
                             .max_us = 12 * TIME_H,
                             .ops = crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             .mem = crypto_pwhash_MEMLIMIT_INTERACTIVE,
                             .random = random};
}

void auth_store_release(struct auth_store *s)
{
    VEC_RELEASE(&s->users);
    VEC_RELEASE(&s->tokens);
    VEC_RELEASE(&s->sessions);
    VEC_RELEASE(&s->failures);
    VEC_RELEASE(&s->known);
}
