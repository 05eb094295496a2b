/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who asks: nobody, a person's session, a program's token, a user of this machine at the local socket. What auth said of a
 * session or token is remembered for a moment, so that each request of a page does not cost a question.
 */
#include "api/sights.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"

#define API_NAME_MAX     64
#define API_COOKIE_MAX   40
#define API_WHO_FRESH_US (30 * TIME_S)
#define API_WHO_MAX      4096u
#define API_GRANTS_MAX   16u

enum api_role { API_ROLE_NONE, API_ROLE_VIEWER, API_ROLE_OPERATOR, API_ROLE_ADMIN };
enum api_by { API_BY_NOBODY, API_BY_SESSION, API_BY_TOKEN, API_BY_UID };

/* What somebody may do (bits of api/right.h), and to which hosts and services. */
struct api_grant {
    uint64_t rights;
    const struct sight *sight; /* NULL: of all of them */
};

struct api_who {
    enum api_by by;
    char role[API_NAME_MAX + 1]; /* a word for people; what it may do is in the grants */
    struct api_grant grant[API_GRANTS_MAX];
    size_t n_grants;
    uint64_t rights; /* of all grants together: a right for some of the hosts and services is among them */
    char name[API_NAME_MAX + 1];
    char viewer[API_NAME_MAX + 1]; /* who looks at things as `name` (X-View-As); empty: it is he himself */
    char lang[4];
    char totp[16];              /* of a session: "on 10", "off", "required" (api/api.h, API_AUTH_TOTP) */
    char csrf[HASH_SHA256_HEX]; /* of a session: what X-CSRF must be */
    unsigned char key[HASH_SHA256_BYTES]; /* of the secret: finds the session again */
    int64_t expires;                      /* wall µs, 0: not known */
};

extern const char *const who_role_words[];  /* from viewer on, ended by NULL */
enum api_role who_role_of(struct str word); /* API_ROLE_NONE: no such role */
const char *who_role_word(enum api_role role);
const char *who_role_french(
    const char *word); /* for people to read; of a role that is none of the built-in ones the word itself */
void who_grant(struct api_who *w, enum api_role role); /* a built-in role, for all hosts and services */
/* The grants as auth says them: [{"rights":["resources.read"],"scope":null},{"rights":[...],"scope":["hostgroup:linux"]}]. What cannot be read gives no rights at all, and false. */
bool who_grants(struct api_who *w, struct str json, struct sights *sights);
/* Of which hosts and services it has this right (a bit of api/right.h): NULL, all of them. */
const struct sight *who_sight(const struct api_who *w, uint64_t right, struct sights *sights);
void who_mark(const struct api_who *w, struct sights *sights); /* sights_mark of all of its own */

/* Derived from the session's secret, so that it need not be kept; who reads the one cannot make the other. */
void who_csrf(struct str secret, char out[HASH_SHA256_HEX]);
void who_key(struct str secret, unsigned char out[HASH_SHA256_BYTES]);

/*
 * The name of the session's cookie, by the Host of the request: browsers keep cookies by host whatever the port (RFC 6265, 8.5), so it holds the port, or signing in
 * at one Vigie of a machine would sign out of another.
 */
void who_cookie(struct str host, bool tls, char out[API_COOKIE_MAX]);

/* What an entry is found by. Whoever asks chooses what he sends as his secret: by it only what is remembered of secrets is found. */
enum who_kind { WHO_BY_SECRET, WHO_BY_NAME, WHO_BY_VIEW };

struct api_who_cache;
struct api_who_cache *who_cache_new(void); /* with random bytes of its own, that go into its keys of names */
void who_cache_free(struct api_who_cache *c);

/* Of a name that another program gives for somebody (AuthUser of Livestatus). */
void who_name_key(const struct api_who_cache *c, struct str name, unsigned char out[HASH_SHA256_BYTES]);
/* Of what somebody sees as another, beside what he sees as himself. */
void who_view_key(const struct api_who_cache *c, const unsigned char own[HASH_SHA256_BYTES], struct str name,
                  unsigned char out[HASH_SHA256_BYTES]);

bool who_cache_get(struct api_who_cache *c, enum who_kind kind, const unsigned char key[HASH_SHA256_BYTES],
                   struct mono now, struct api_who *out);
void who_cache_put(struct api_who_cache *c, enum who_kind kind, const struct api_who *who, struct mono now);
/* The session is over: what auth has said of it before, and is still on its way, is not remembered. */
void who_cache_drop(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES]);
void who_cache_clear(struct api_who_cache *c); /* users, roles or tokens have changed */
void who_cache_mark(const struct api_who_cache *c, struct sights *sights);
