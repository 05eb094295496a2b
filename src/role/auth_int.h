/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared by the files of role/auth_store: refusals, finding, scopes, secrets, TOTP's arithmetic, and the waiting time after failures (role/auth_wait.c). */
#include "role/auth_people.h"

void auth_fail(struct auth_result *r, enum auth_code code, const char *field, enum problem p);

/* ---- finding: NULL, there is none ---- */
struct auth_user *auth_find_user(const struct auth_store *s, struct str name); /* whatever the case */
struct auth_group *auth_find_group(const struct auth_store *s, struct str name);
struct auth_role *auth_find_role(const struct auth_store *s, struct str name);
/* What a user or group is given: the role's own name, whatever the case it was asked for in; "" is none. False: it failed. */
bool auth_take_role(const struct auth_store *s, struct str name, char out[AUTH_NAME_MAX + 1],
                    struct auth_result *r);
bool auth_group_has(const struct auth_group *g, const char *user);

/* ---- rights and scopes ---- */
bool auth_rights_read(struct str words, uint64_t *mask); /* "-" and "": none; false: not all are known */
void auth_rights_write(uint64_t mask, struct buf *out);
uint64_t auth_role_rights(const struct auth_store *s, const char *role);
uint64_t auth_user_rights(const struct auth_store *s, const struct auth_user *u); /* of all grants */
/* Of who asks for a change, for everything: "session NAME", "token NAME", or "local NAME", which is an administrator of this machine. */
uint64_t auth_asker_rights(const struct auth_store *s, struct auth_now now, struct str asker);
uint64_t auth_token_rights(const struct auth_store *s, struct auth_now now,
                           struct str name); /* ... of a token; one that is over has none */
bool auth_within(uint64_t rights, struct str may, struct auth_result *r); /* false: it failed */
/* The JSON of a scope in one form without blanks; *out NULL: everything. What is there already is freed. PROBLEM_NONE: good. */
enum problem auth_scope_read(struct str text, char **out);
void auth_tell_user(const struct auth_store *s, const struct auth_user *u, struct auth_result *r);
/* Names of a JSON array of texts into `out`; false: it is none, or holds more than max. */
struct auth_names {
    VEC(struct auth_name) at;
};
bool auth_names_read(struct str text, size_t max, struct auth_names *out);
void auth_set_groups(struct auth_store *s, const struct auth_user *u, struct str names,
                     struct auth_result *r);
void auth_group_forget(struct auth_store *s, const char *user); /* out of all groups */

/* ---- all or nothing ---- */
struct auth_before {
    struct buf text;
    bool changed, admin;
};
void auth_begin(const struct auth_store *s, struct auth_before *b);
/* Refuses what leaves nobody who administers everything; what failed is taken back. */
void auth_end(struct auth_store *s, struct auth_before *b, struct auth_result *r);
void auth_free_user(struct auth_user *u);
void auth_free_group(struct auth_group *g);
void auth_free_token(struct auth_token *t);

/* ---- secrets and sessions ---- */
void auth_new_secret(struct auth_store *s, const char *prefix, struct auth_result *r,
                     unsigned char hash[HASH_SHA256_BYTES]);
bool auth_same_hash(const unsigned char *a, const unsigned char *b);
void auth_open_session(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str source,
                       struct auth_result *r);
void auth_drop_sessions(struct auth_store *s, const char *user);
bool auth_hash_password(const struct auth_store *s, struct str password, char out[AUTH_HASH_MAX]);
/* Of who has a session: whoever has it must not guess here for ever. False: it failed. */
bool auth_confirm(struct auth_store *s, struct auth_now now, struct auth_user *u, struct str password,
                  const char *field, struct auth_result *r);

/* ---- TOTP (RFC 6238: SHA-1, 30 s, 6 digits) ---- */
uint32_t auth_totp_number(const unsigned char *key, size_t n, uint64_t step); /* 31 bits, before the digits */
/* A code of now, one step before or behind, each once; or a recovery code, each once. */
bool auth_totp_take(struct auth_store *s, struct auth_user *u, struct auth_now now, struct str code);
void auth_base32(const unsigned char *p, size_t n, char *out); /* without padding, ended by NUL */
bool auth_base32_read(struct str s, unsigned char *out, size_t n);

/*
 * After some failures each further one doubles the waiting time, up to half a minute: after three for an account from one source, after ten for a source
 * whatever the account, after twenty for an account whatever the source - but for this last not where the account has signed in from before, also before a restart, so that
 * nobody can keep an administrator out by guessing. While one waits no password is tried at all, so waiting costs the guesser, not us. A source is an address, of IPv6 its network of 64 bits.
 */
int64_t auth_wait(const struct auth_store *s, struct mono now, struct str account,
                  struct str source); /* 0: go on */
void auth_failed(struct auth_store *s, struct mono now, struct str account, struct str source);
void auth_succeeded(struct auth_store *s, struct str account, struct str source);
void auth_know(struct auth_store *s, struct str account, struct str source); /* it has signed in from there */
void auth_unknow(struct auth_store *s, const char *account);                 /* it is deleted */
