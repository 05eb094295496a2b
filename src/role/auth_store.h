/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who may come in: users with argon2id password hashes, sessions and API tokens by the SHA-256 of their secret, the set-up
 * token, and how long somebody who failed must wait. In memory, with its text form; the files are role/auth's affair,
 * and so is the clock. A secret leaves only in the answer that makes it.
 *
 * Text form, lines of words, names hold no blanks, times are µs since 1970, the last line counts the entries:
 *   vigie-users 1                                         vigie-sessions 1
 *   user NAME ROLE LANG CREATED CHANGED HASH              session SHA256 USER CREATED USED SOURCE
 *   token NAME ROLE CREATED EXPIRES BY SHA256             end N
 *   end N
 */
#include "api/problem.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/vec.h"

#define AUTH_NAME_MAX     64
#define AUTH_HASH_MAX     128 /* crypto_pwhash_STRBYTES */
#define AUTH_SECRET_TEXT  44  /* 256 bits in base64url, with NUL */
#define AUTH_USERS_MAX    1000
#define AUTH_TOKENS_MAX   1000
#define AUTH_SESSIONS_MAX 10000
#define AUTH_SETUP_US     (30 * TIME_MIN)
#define AUTH_TOKEN_PREFIX "vgt_"

enum auth_role { AUTH_VIEWER, AUTH_OPERATOR, AUTH_ADMIN };

enum auth_code { /* what came of a request; words in auth_code_word() */
                 AUTH_OK,
                 AUTH_DENIED,   /* wrong, unknown or ended; which of them is not said */
                 AUTH_SLOW,     /* too many failures: wait */
                 AUTH_INVALID,  /* an argument is wrong: field says which */
                 AUTH_CONFLICT, /* it exists already, or must stay */
                 AUTH_GONE,     /* the set-up link was used, or is too old */
                 AUTH_FULL,
                 AUTH_BROKEN, /* the users' file cannot be read or written */
};

enum { AUTH_KEY_MAX = AUTH_NAME_MAX + 52 };

struct auth_known { /* where an account signed in from */
    char key[AUTH_KEY_MAX];
};
struct auth_user {
    char name[AUTH_NAME_MAX + 1], lang[4], hash[AUTH_HASH_MAX];
    enum auth_role role;
    int64_t created, changed;
};
struct auth_token {
    char name[AUTH_NAME_MAX + 1], by[AUTH_NAME_MAX + 1];
    enum auth_role role;
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
    VEC(struct auth_user) users;
    VEC(struct auth_token) tokens;
    VEC(struct auth_session) sessions;
    VEC(struct auth_failure) failures;
    VEC(struct auth_known) known;         /* the oldest first */
    bool users_changed, sessions_changed; /* must be written; cleared by the owner */
    unsigned wrong_line;                  /* of the text that was not loaded */
    struct auth_setup setup;
    int64_t idle_us, max_us; /* of a session */
    unsigned long long ops;  /* argon2id's cost */
    size_t mem;
    void (*random)(void *p, size_t n);
};

struct auth_result {
    enum auth_code code;
    const char *field;                 /* with AUTH_INVALID */
    enum problem problem;              /* what to say when code is not AUTH_OK */
    int64_t wait_us;                   /* with AUTH_SLOW */
    char secret[AUTH_SECRET_TEXT + 8]; /* a new session's, token's or set-up link's */
    char user[AUTH_NAME_MAX + 1], lang[4];
    enum auth_role role;
    int64_t expires; /* of a session: absolute limit; of a token */
};

void auth_store_init(struct auth_store *s, void (*random)(void *p, size_t n));
void auth_store_release(struct auth_store *s);

void auth_store_forget_users(struct auth_store *s);                                   /* and their tokens */
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

/* ---- people ---- */
void auth_login(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                struct str source, struct auth_result *r);
void auth_session_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r);
void auth_session_end(struct auth_store *s, struct str secret, struct auth_result *r);
void auth_user_create(struct auth_store *s, struct auth_now now, struct str user, struct str password,
                      struct str role, struct auth_result *r);
/* The last administrator stays one. */
void auth_user_role(struct auth_store *s, struct str user, struct str role, struct auth_result *r);
void auth_user_delete(struct auth_store *s, struct str user, struct auth_result *r); /* and its sessions */
/* Ends the user's other sessions. An administrator may skip old for another user (skip_old): then all sessions end, and none begins. */
void auth_password(struct auth_store *s, struct auth_now now, struct str user, struct str old,
                   struct str password, bool skip_old, struct auth_result *r);

/* ---- programs ---- */
void auth_token_create(struct auth_store *s, struct auth_now now, struct str name, struct str role,
                       int64_t lasts_us, struct str by, struct auth_result *r);
void auth_token_check(struct auth_store *s, struct auth_now now, struct str secret, struct auth_result *r);
void auth_token_delete(struct auth_store *s, struct str name, struct auth_result *r);

/* What the answer's user or token may do where, as the gate reads it (api/api.h, API_AUTH_GRANTS). */
void auth_grants_json(const struct auth_result *r, struct buf *out);

/* For administrators to read: JSON arrays, by name. No hash and no secret is in them. */
void auth_users_json(const struct auth_store *s, struct buf *out);
void auth_tokens_json(const struct auth_store *s, struct buf *out);

void auth_store_expire(struct auth_store *s, struct auth_now now); /* drops what is over */
const char *auth_role_word(enum auth_role role);
bool auth_role_of(struct str word, enum auth_role *out);
const char *auth_code_word(enum auth_code code);
