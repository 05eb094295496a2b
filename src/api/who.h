/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who asks: nobody, a person's session, a program's token, a user of this machine at the local socket. What auth said of a
 * session or token is remembered for a moment, so that each request of a page does not cost a question.
 */
#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"

#define API_NAME_MAX     64
#define API_COOKIE_MAX   40
#define API_WHO_FRESH_US (30 * TIME_S)
#define API_WHO_MAX      4096u

enum api_role { API_ROLE_NONE, API_ROLE_VIEWER, API_ROLE_OPERATOR, API_ROLE_ADMIN };
enum api_by { API_BY_NOBODY, API_BY_SESSION, API_BY_TOKEN, API_BY_UID };

struct api_who {
    enum api_by by;
    enum api_role role; /* its word is for people; what it may do is in rights */
    uint64_t rights;    /* bits of api/right.h */
    char name[API_NAME_MAX + 1];
    char lang[4];
    char totp[16];              /* of a session: "on 10", "off", "required" (api/api.h, API_AUTH_TOTP) */
    char csrf[HASH_SHA256_HEX]; /* of a session: what X-CSRF must be */
    unsigned char key[HASH_SHA256_BYTES]; /* of the secret: finds the session again */
    int64_t expires;                      /* wall µs, 0: not known */
};

extern const char *const who_role_words[];  /* from viewer on, ended by NULL */
enum api_role who_role_of(struct str word); /* API_ROLE_NONE: no such role */
const char *who_role_word(enum api_role role);
const char *who_role_french(enum api_role role);       /* for people to read */
void who_grant(struct api_who *w, enum api_role role); /* the role and its rights */

/* What of the past it may see, as the reader judges it (db/scope.h). Users have no scopes of their own yet: who may read sees everything. */
struct str who_scope(const struct api_who *w);

/* Derived from the session's secret, so that it need not be kept; who reads the one cannot make the other. */
void who_csrf(struct str secret, char out[HASH_SHA256_HEX]);
void who_key(struct str secret, unsigned char out[HASH_SHA256_BYTES]);

/*
 * The name of the session's cookie, by the Host of the request: browsers keep cookies by host whatever the port (RFC 6265, 8.5), so it holds the port, or signing in
 * at one Vigie of a machine would sign out of another.
 */
void who_cookie(struct str host, bool tls, char out[API_COOKIE_MAX]);

struct api_who_cache;
struct api_who_cache *who_cache_new(void);
void who_cache_free(struct api_who_cache *c);
bool who_cache_get(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES], struct mono now,
                   struct api_who *out);
void who_cache_put(struct api_who_cache *c, const struct api_who *who, struct mono now);
void who_cache_drop(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES]);
void who_cache_clear(struct api_who_cache *c); /* users, roles or tokens have changed */
