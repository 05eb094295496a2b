/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who may come in, and what each may do where: users with argon2id password hashes and second factors, groups of users, roles, sessions and API tokens by the
 * SHA-256 of their secret, the set-up token, and how long somebody who failed must wait. In memory, with its text form; the files are role/auth's
 * affair, and so is the clock. A secret leaves only in the answer that makes it.
 *
 * Text form, lines of words, times are µs since 1970, the last line counts the entries; - is none, a SCOPE is `null` or a JSON array without blanks:
 *   vigie-users 2                                                     vigie-sessions 2
 *   role NAME RIGHT,RIGHT                                             session SHA256 USER CREATED USED SOURCE
 *   demand ROLE                 (who has it needs a second factor)    known SOURCE USER      (who signed in from where)
 *   user NAME ROLE SCOPE LANG CREATED CHANGED SEEN HASH               end N
 *   totp USER BASE32 LAST-STEP SHA256,SHA256                          (recovery codes)
 *   group NAME ROLE SCOPE USER,USER
 *   token NAME ROLE RIGHT,RIGHT SCOPE CREATED EXPIRES BY SHA256
 *   end N
 * Version 1 of sessions (read only) had no `known`; that of users (read only) had `user NAME ROLE LANG CREATED CHANGED HASH` and `token NAME ROLE CREATED EXPIRES BY SHA256`. A right that is not known makes the
 * file one of a newer Vigie.
 */
#include "api/problem.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/vec.h"

#define AUTH_NAME_MAX      64
#define AUTH_HASH_MAX      128 /* crypto_pwhash_STRBYTES */
#define AUTH_SECRET_TEXT   44  /* 256 bits in base64url, with NUL */
#define AUTH_SCOPE_MAX     2048u
#define AUTH_USERS_MAX     1000
#define AUTH_GROUPS_MAX    200
#define AUTH_ROLES_MAX     100
#define AUTH_GROUPS_OF_ONE 15 /* of a user: with the own role 16 grants, as many as the gate takes */
#define AUTH_GRANTS_MAX    16
#define AUTH_TOKENS_MAX    1000
#define AUTH_SESSIONS_MAX  10000
#define AUTH_SESSIONS_ONE  100 /* of a user; then the one that was used longest ago gives way */
#define AUTH_SETUP_US      (30 * TIME_MIN)
#define AUTH_TOKEN_PREFIX  "vgt_"
#define AUTH_TOTP_KEY      20
#define AUTH_RECOVERY      10
#define AUTH_RECOVERY_TEXT 20            /* "abcd-efgh-ijkl-mnop", with NUL */
#define AUTH_LIST_MAX      (100u * 1024) /* of an answer with many; then it is a page */

enum auth_code { /* what came of a request; words in auth_code_word() */
                 AUTH_OK,
                 AUTH_DENIED,   /* wrong, unknown or ended; which of them is not said */
                 AUTH_SLOW,     /* too many failures: wait */
                 AUTH_INVALID,  /* an argument is wrong: field says which */
                 AUTH_CONFLICT, /* it exists already, or must stay */
                 AUTH_GONE,     /* the set-up link was used, or is too old */
                 AUTH_FULL,
                 AUTH_BROKEN, /* the users' file cannot be read or written */
                 AUTH_BEYOND, /* who asks would give what he does not have */
                 AUTH_NONE,   /* there is none of this name */
};

enum { AUTH_KEY_MAX = AUTH_NAME_MAX + 52 };

struct auth_name {
    char text[AUTH_NAME_MAX + 1];
};
struct auth_known { /* where an account signed in from */
    char key[AUTH_KEY_MAX];
};
struct auth_role { /* the first three are built in */
    char name[AUTH_NAME_MAX + 1];
    uint64_t rights; /* bits of api/right.h */
    bool built_in, totp;
};
struct auth_totp {
    bool on;
    unsigned char key[AUTH_TOTP_KEY];
    int64_t step; /* of the last code that was taken: each is taken once */
    unsigned n_recovery;
    unsigned char recovery[AUTH_RECOVERY][HASH_SHA256_BYTES];
    unsigned char next[AUTH_TOTP_KEY]; /* shown, and not confirmed yet; in no file */
    struct mono next_until;
};
struct auth_user {
    char name[AUTH_NAME_MAX + 1], lang[4], hash[AUTH_HASH_MAX];
    char role[AUTH_NAME_MAX + 1]; /* "": none of its own */
    char *scope;                  /* of the own role; NULL: everything */
    int64_t created, changed, seen;
    struct auth_totp totp;
};
struct auth_group {
    char name[AUTH_NAME_MAX + 1], role[AUTH_NAME_MAX + 1];
    char *scope;
    VEC(struct auth_name) members;
};
struct auth_token {
    char name[AUTH_NAME_MAX + 1], by[AUTH_NAME_MAX + 1];
    char role[AUTH_NAME_MAX + 1]; /* "": rights of its own */
    uint64_t rights;
    char *scope;
    int64_t created, expires;
    unsigned char hash[HASH_SHA256_BYTES];
};
struct auth_session {
    char user[AUTH_NAME_MAX + 1], source[48];
    int64_t created, used;
    unsigned char hash[HASH_SHA256_BYTES];
};
struct
    auth_failure { /* of an account from one source ("p:ADDRESS NAME"), a source ("s:ADDRESS"), an account from anywhere ("u:NAME") */
    char key[AUTH_KEY_MAX];
    unsigned count;
    struct mono until, last;
};

struct auth_setup {
    bool out; /* a set-up token is */
    unsigned char hash[HASH_SHA256_BYTES];
    struct mono until;
};

struct auth_now {
    struct wall wall;
    struct mono mono;
};

struct auth_store {
    VEC(struct auth_role) roles;
    VEC(struct auth_user) users;
    VEC(struct auth_group) groups;
    VEC(struct auth_token) tokens;
    VEC(struct auth_session) sessions;
    VEC(struct auth_failure) failures;
    VEC(struct auth_known) known;         /* who signed in longest ago first */
    bool users_changed, sessions_changed; /* must be written; cleared by the owner */
    bool sessions_ended; /* ... at once: one that was ended must not come back with the file */
    bool users_seen;     /* somebody signed in: worth a write, but not at once */
    unsigned wrong_line; /* of the text that was not loaded */
    struct auth_setup setup;
    int64_t idle_us, max_us; /* of a session */
    unsigned long long ops;  /* argon2id's cost */
    size_t mem;
    void (*random)(void *p, size_t n);
};

struct auth_grant {
    uint64_t rights;
    const char *scope; /* NULL: everything; borrowed from the store until it changes */
};

struct auth_result {
    enum auth_code code;
    const char *field;    /* with AUTH_INVALID */
    enum problem problem; /* what to say when code is not AUTH_OK */
    char about[160];      /* what that text names, if it names something */
    int64_t wait_us;      /* with AUTH_SLOW */
    char secret[AUTH_SECRET_TEXT +
                8]; /* a new session's, token's or set-up link's; a new key of TOTP in base32 */
    char user[AUTH_NAME_MAX + 1], lang[4], role[AUTH_NAME_MAX + 1];
    int64_t expires; /* of a session: absolute limit; of a token */
    bool who;        /* user or token it is: grants and totp are told */
    struct auth_grant grant[AUTH_GRANTS_MAX];
    size_t n_grants;
    bool totp, totp_required;
    unsigned n_recovery;
    char recovery[AUTH_RECOVERY][AUTH_RECOVERY_TEXT]; /* new codes, which are shown once */
};

void auth_store_init(struct auth_store *s, void (*random)(void *p, size_t n));
void auth_store_release(struct auth_store *s);

void auth_store_forget_users(struct auth_store *s); /* their groups, own roles and tokens, too */
int auth_store_load_users(struct auth_store *s, struct str text, struct err *err);    /* all or nothing */
int auth_store_load_sessions(struct auth_store *s, struct str text, struct err *err); /* all or nothing */
void auth_store_dump_users(const struct auth_store *s, struct buf *out);
void auth_store_dump_sessions(const struct auth_store *s, struct buf *out);

/* ---- set-up: only while there is no user ---- */
void auth_setup_begin(struct auth_store *s, struct auth_now now,
                      struct auth_result *r); /* the secret is the new set-up token */
void auth_setup_check(struct auth_store *s, struct auth_now now, struct str token, struct auth_result *r);
void auth_setup_finish(struct auth_store *s, struct auth_now now, struct str token, struct str user,
                       struct str password, struct str source, struct auth_result *r);

void auth_store_expire(struct auth_store *s, struct auth_now now); /* drops what is over */
const char *auth_code_word(enum auth_code code);
