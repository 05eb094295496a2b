/* SPDX-License-Identifier: Apache-2.0 */
/* Coming in: sessions, sign-in and the set-up link. */
#include "role/auth_store.h"

#include "role/auth_int.h"
#include "role/auth_policy.h"
#include "wire/json.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_SHOWN 500u
#define ID_BYTES       8u

const char *auth_code_word(enum auth_code code)
{
    static const char *const words[] = {"ok",   "denied", "slow",   "invalid", "conflict",
                                        "gone", "full",   "broken", "beyond",  "none"};

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
void auth_new_secret(struct auth_store *s, const char *prefix, struct auth_result *r,
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

bool auth_same_hash(const unsigned char *a, const unsigned char *b)
{
    return sodium_memcmp(a, b, HASH_SHA256_BYTES) == 0;
}

/* ---- sessions ---- */

void auth_drop_sessions(struct auth_store *s, const char *user)
{
    for (size_t i = 0; i < s->sessions.n;) {
        if (strcmp(s->sessions.at[i].user, user) != 0) {
            i++;
            continue;
        }
        VEC_SWAP_REMOVE(&s->sessions, i);
        s->sessions_changed = s->sessions_ended = true;
    }
}

/* Nobody who signs in again and again takes the room of others. */
static void drop_oldest(struct auth_store *s, const char *user)
{
    size_t n = 0, oldest = 0;

    for (size_t i = 0; i < s->sessions.n; i++) {
        if (strcmp(s->sessions.at[i].user, user) != 0)
            continue;
        if (!n++ || s->sessions.at[i].used < s->sessions.at[oldest].used)
            oldest = i;
    }
    if (n >= AUTH_SESSIONS_ONE)
        VEC_SWAP_REMOVE(&s->sessions, oldest);
}

void auth_open_session(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str source,
                       struct auth_result *r)
{
    struct auth_session *x;

    drop_oldest(s, u->name);
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
    auth_new_secret(s, "", r, x->hash);
    s->sessions_changed = true;
    auth_tell_user(s, u, r);
    r->expires = x->created + s->max_us;
}

static bool session_over(const struct auth_store *s, const struct auth_session *x, struct auth_now now)
{
    return now.wall.us - x->used >= s->idle_us || now.wall.us - x->created >= s->max_us;
}

static struct auth_session *find_hash(struct auth_store *s, const unsigned char hash[HASH_SHA256_BYTES])
{
    for (size_t i = 0; i < s->sessions.n; i++) {
        if (auth_same_hash(s->sessions.at[i].hash, hash))
            return &s->sessions.at[i];
    }
    return NULL;
}

static struct auth_session *find_session(struct auth_store *s, struct str secret)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_sha256(secret.p, secret.n, hash);
    return find_hash(s, hash);
}

/* NULL: it is over. */
static const struct auth_user *use(struct auth_store *s, struct auth_now now, struct auth_session *x)
{
    const struct auth_user *u = x && !session_over(s, x, now) ? auth_find_user(s, str_of(x->user)) : NULL;

    if (u) {
        x->used = MAX(x->used, now.wall.us);
        s->sessions_changed = true;
    }
    return u;
}

void auth_sessions_over(struct auth_store *s, struct auth_now now, struct str hashes, struct buf *out)
{
    unsigned char hash[HASH_SHA256_BYTES];
    struct str rest = hashes;

    for (; rest.n >= HASH_SHA256_BYTES * 2; rest = str_sub(rest, HASH_SHA256_BYTES * 2, rest.n)) {
        struct str one = str_sub(rest, 0, HASH_SHA256_BYTES * 2);

        if (!hash_hex_read(one, hash) || !use(s, now, find_hash(s, hash)))
            buf_add_str(out, one);
    }
}

void auth_session_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r)
{
    struct auth_session *x = find_session(s, secret);
    const struct auth_user *u = use(s, now, x);

    if (!u) {
        auth_fail(r, AUTH_DENIED, NULL, PROBLEM_SESSION_ENDED);
        return;
    }
    auth_tell_user(s, u, r);
    r->expires = x->created + s->max_us;
}

static void drop_session(struct auth_store *s, struct auth_session *x)
{
    VEC_SWAP_REMOVE(&s->sessions, (size_t)(x - s->sessions.at));
    s->sessions_changed = true;
}

/* By somebody, not by time. */
static void end_session(struct auth_store *s, struct auth_session *x)
{
    drop_session(s, x);
    s->sessions_ended = true;
}

void auth_session_end(struct auth_store *s, struct str secret, struct auth_result *r UNUSED)
{
    struct auth_session *x = find_session(s, secret);

    if (x)
        end_session(s, x);
}

/* What others may know it by: from it nobody makes the secret, nor its hash. */
static void public_id(const struct auth_session *x, char out[ID_BYTES * 2 + 1])
{
    unsigned char hash[HASH_SHA256_BYTES];
    struct hash_sha256 h;

    hash_sha256_init(&h);
    hash_sha256_add(&h, "vigie session id\n", 17);
    hash_sha256_add(&h, x->hash, sizeof(x->hash));
    hash_sha256_end(&h, hash);
    hash_hex(hash, ID_BYTES, out);
}

void auth_session_drop(struct auth_store *s, struct str id, struct str user, struct auth_result *r)
{
    for (size_t i = 0; i < s->sessions.n; i++) {
        struct auth_session *x = &s->sessions.at[i];
        char text[ID_BYTES * 2 + 1];

        public_id(x, text);
        if (!str_eq_c(id, text) || (user.n && !str_ieq(user, str_of(x->user))))
            continue;
        str_copy(r->user, sizeof(r->user), str_of(x->user));
        end_session(s, x);
        return;
    }
    auth_fail(r, AUTH_NONE, "id", PROBLEM_SESSION_UNKNOWN);
}

void auth_session_drop_others(struct auth_store *s, struct str secret, struct str user)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_sha256(secret.p, secret.n, hash);
    for (size_t i = 0; i < s->sessions.n;) {
        struct auth_session *x = &s->sessions.at[i];

        if (str_ieq(user, str_of(x->user)) && !auth_same_hash(x->hash, hash))
            end_session(s, x);
        else
            i++;
    }
}

static int last_used_first(const void *a, const void *b)
{
    const struct auth_session *x = a, *y = b;

    return x->used < y->used ? 1 : x->used > y->used ? -1 : memcmp(x->hash, y->hash, sizeof(x->hash));
}

void auth_sessions_json(struct auth_store *s, struct auth_now now, struct str user, struct str secret,
                        struct buf *out)
{
    unsigned char own[HASH_SHA256_BYTES];
    struct json j;
    size_t n = 0;

    hash_sha256(secret.p, secret.n, own);
    if (s->sessions.n)
        qsort(s->sessions.at, s->sessions.n, sizeof(*s->sessions.at), last_used_first);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->sessions.n && n < SESSIONS_SHOWN; i++) {
        const struct auth_session *x = &s->sessions.at[i];
        char id[ID_BYTES * 2 + 1];

        if ((user.n && !str_ieq(user, str_of(x->user))) || session_over(s, x, now))
            continue;
        n++;
        public_id(x, id);
        json_map(&j);
        json_key_c(&j, "id", id);
        json_key_c(&j, "user", x->user);
        json_key_c(&j, "source", x->source);
        json_key_time(&j, "created", (struct wall){x->created});
        json_key_time(&j, "used", (struct wall){x->used});
        json_key_time(&j, "expires", (struct wall){MIN(x->used + s->idle_us, x->created + s->max_us)});
        json_key_bool(&j, "current", secret.n && auth_same_hash(x->hash, own));
        json_map_end(&j);
    }
    json_list_end(&j);
}

void auth_store_expire(struct auth_store *s, struct auth_now now)
{
    for (size_t i = 0; i < s->sessions.n;) {
        if (session_over(s, &s->sessions.at[i], now))
            drop_session(s, &s->sessions.at[i]);
        else
            i++;
    }
}

/* ---- sign-in ---- */

bool auth_hash_password(const struct auth_store *s, struct str password, char out[AUTH_HASH_MAX])
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
    (void)auth_hash_password(s, password, nobody);
    return false;
}

bool auth_confirm(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str password,
                  const char *field, struct auth_result *r)
{
    struct str name = str_of(u->name);

    r->wait_us = auth_wait(s, now.mono, name, name);
    if (r->wait_us > 0) {
        auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
        return false;
    }
    if (check_password(s, u, password))
        return true;
    auth_failed(s, now.mono, name, name);
    auth_fail(r, AUTH_INVALID, field, PROBLEM_PASSWORD_OLD);
    return false;
}

/* The second step, where there is one. */
static bool second_step(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str code,
                        struct str source, struct auth_result *r)
{
    if (!u->totp.on)
        return true;
    if (!code.n) { /* neither a failure nor a sign-in: what failed before still counts */
        auth_fail(r, AUTH_DENIED, "code", PROBLEM_TOTP_NEEDED);
        return false;
    }
    if (auth_totp_take(s, u, now, code))
        return true;
    auth_failed(s, now.mono, str_of(u->name), source);
    auth_fail(r, AUTH_DENIED, "code", PROBLEM_TOTP_WRONG);
    return false;
}

void auth_login(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                struct str code, struct str source, struct auth_result *r)
{
    struct auth_user *u = auth_find_user(s, user);

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
    if (!second_step(s, now, u, code, source, r))
        return;
    auth_succeeded(s, user, source);
    u->seen = now.wall.us;
    s->users_seen = true;
    if (crypto_pwhash_str_needs_rehash(u->hash, s->ops, s->mem) == 1 &&
        auth_hash_password(s, password, u->hash))
        s->users_changed = true;
    auth_open_session(s, now, u, source, r);
}

/* ---- set-up ---- */

void auth_setup_begin(struct auth_store *s, struct auth_now now, struct auth_result *r)
{
    if (s->users.n) {
        auth_fail(r, AUTH_CONFLICT, NULL, PROBLEM_SETUP_DONE);
        return;
    }
    auth_new_secret(s, "", r, s->setup.hash);
    s->setup.out = true;
    s->setup.until = (struct mono){now.mono.us + AUTH_SETUP_US};
}

void auth_setup_check(struct auth_store *s, struct auth_now now, struct str token, struct auth_result *r)
{
    unsigned char hash[HASH_SHA256_BYTES];

    hash_sha256(token.p, token.n, hash);
    if (s->users.n || !s->setup.out)
        auth_fail(r, AUTH_GONE, "token", PROBLEM_SETUP_USED);
    else if (now.mono.us >= s->setup.until.us)
        auth_fail(r, AUTH_GONE, "token", PROBLEM_SETUP_OLD);
    else if (!auth_same_hash(hash, s->setup.hash))
        auth_fail(r, AUTH_DENIED, "token", PROBLEM_SETUP_WRONG);
}

void auth_setup_finish(struct auth_store *s, struct auth_now now, struct str token, struct str user,
                       struct str password, struct str source, struct auth_result *r)
{
    const struct auth_user_want first = {.role = STR("admin"), .scope = STR("null"), .names = STR("[]")};
    struct buf all = BUF_INIT;

    r->wait_us = auth_wait(s, now.mono, STR("setup"), source);
    if (r->wait_us > 0) {
        auth_fail(r, AUTH_SLOW, NULL, PROBLEM_SIGN_IN_SLOW);
        return;
    }
    auth_setup_check(s, now, token, r);
    if (r->code == AUTH_DENIED)
        auth_failed(s, now.mono, STR("setup"), source);
    if (r->code != AUTH_OK)
        return;
    auth_rights_write(~UINT64_C(0), &all);
    auth_user_create(s, now, user, password, &first, buf_str(&all), r);
    buf_release(&all);
    if (r->code != AUTH_OK)
        return;
    s->setup.out = false;
    mem_wipe(s->setup.hash, sizeof(s->setup.hash));
    VEC_LAST(&s->users).seen = now.wall.us;
    auth_open_session(s, now, &VEC_LAST(&s->users), source, r);
}
