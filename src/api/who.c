/* SPDX-License-Identifier: Apache-2.0 */
#include "api/who.h"

#include "api/right.h"
#include "db/scope.h"

#include <stdio.h>
#include <string.h>

const char *const who_role_words[] = {"viewer", "operator", "admin", NULL};

enum api_role who_role_of(struct str word)
{
    for (int i = 0; who_role_words[i]; i++) {
        if (str_eq_c(word, who_role_words[i]))
            return (enum api_role)(API_ROLE_VIEWER + i);
    }
    return API_ROLE_NONE;
}

const char *who_role_word(enum api_role role)
{
    BUG_ON((unsigned)role > API_ROLE_ADMIN);
    return role == API_ROLE_NONE ? "none" : who_role_words[role - API_ROLE_VIEWER];
}

const char *who_role_french(enum api_role role)
{
    static const char *const french[] = {"aucun", "lecteur", "opérateur", "administrateur"};

    BUG_ON((unsigned)role > API_ROLE_ADMIN);
    return french[role];
}

void who_grant(struct api_who *w, enum api_role role)
{
    w->role = role;
    w->rights = right_mask(role);
}

struct str who_scope(const struct api_who *w)
{
    return w->rights ? STR(SCOPE_EVERYTHING) : STR("");
}

void who_cookie(struct str host, bool tls, char out[API_COOKIE_MAX])
{
    struct str port = STR_NULL;

    for (size_t i = host.n; i-- > 0 && host.n - i <= 6;) {
        if (host.p[i] == ':') {
            port = str_sub(host, i + 1, host.n);
            break;
        }
        if (host.p[i] < '0' || host.p[i] > '9')
            break;
    }
    snprintf(out, API_COOKIE_MAX, "%svigie_session%s" STR_FMT, tls ? "__Host-" : "", port.n ? "_" : "",
             STR_ARG(port));
}

void who_csrf(struct str secret, char out[HASH_SHA256_HEX])
{
    unsigned char hash[HASH_SHA256_BYTES];
    struct hash_sha256 s;

    hash_sha256_init(&s);
    hash_sha256_add(&s, "vigie csrf\n", 11);
    hash_sha256_add(&s, secret.p, secret.n);
    hash_sha256_end(&s, hash);
    hash_hex(hash, sizeof(hash), out);
}

void who_key(struct str secret, unsigned char out[HASH_SHA256_BYTES])
{
    hash_sha256(secret.p, secret.n, out);
}

struct entry {
    struct api_who who;
    struct mono until;
};

struct api_who_cache {
    struct map at; /* key -> index */
    VEC(struct entry) entry;
};

struct api_who_cache *who_cache_new(void)
{
    return mem_zalloc(sizeof(struct api_who_cache));
}

void who_cache_clear(struct api_who_cache *c)
{
    map_release(&c->at);
    c->at = (struct map)MAP_INIT;
    if (c->entry.n)
        mem_wipe(c->entry.at, c->entry.n * sizeof(*c->entry.at));
    VEC_CLEAR(&c->entry);
}

void who_cache_free(struct api_who_cache *c)
{
    if (!c)
        return;
    who_cache_clear(c);
    VEC_RELEASE(&c->entry);
    mem_free(c);
}

static struct str key_str(const unsigned char key[HASH_SHA256_BYTES])
{
    return str_make((const char *)key, HASH_SHA256_BYTES);
}

bool who_cache_get(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES], struct mono now,
                   struct api_who *out)
{
    uint64_t i;

    if (!map_get(&c->at, key_str(key), &i) || c->entry.at[i].until.us <= now.us)
        return false;
    *out = c->entry.at[i].who;
    return true;
}

void who_cache_put(struct api_who_cache *c, const struct api_who *who, struct mono now)
{
    uint64_t i;

    if (!map_get(&c->at, key_str(who->key), &i)) {
        if (c->entry.n >= API_WHO_MAX) /* it fills again in a moment, by those who are really there */
            who_cache_clear(c);
        i = c->entry.n;
        VEC_ADD(&c->entry);
        map_put(&c->at, key_str(who->key), i);
    }
    c->entry.at[i] = (struct entry){*who, {now.us + API_WHO_FRESH_US}};
}

void who_cache_drop(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES])
{
    uint64_t i;

    if (map_get(&c->at, key_str(key), &i))
        c->entry.at[i].until = (struct mono){INT64_MIN};
}
