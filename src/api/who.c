/* SPDX-License-Identifier: Apache-2.0 */
#include "api/who.h"

#include "api/right.h"
#include "base/log.h"
#include "os/rand.h"
#include "wire/json_read.h"

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

const char *who_role_french(const char *word)
{
    static const char *const french[] = {"aucun", "lecteur", "opérateur", "administrateur"};
    enum api_role role = who_role_of(str_of(word));

    return role == API_ROLE_NONE && *word ? word : french[role];
}

/* ---- grants ---- */

static void add_grant(struct api_who *w, uint64_t rights, const struct sight *sight)
{
    w->grant[w->n_grants++] = (struct api_grant){rights, sight};
    w->rights |= rights;
}

void who_grant(struct api_who *w, enum api_role role)
{
    w->n_grants = 0;
    w->rights = 0;
    str_copy(w->role, sizeof(w->role), str_of(who_role_word(role)));
    add_grant(w, right_mask(role), NULL);
}

static uint64_t rights_of(const struct json_value *words)
{
    uint64_t rights = 0;
    enum right r;

    for (size_t i = 0; i < json_read_length(words); i++) {
        if (right_of(json_read_text(json_read_element(words, i)), &r))
            rights |= right_bit(r);
    }
    return rights;
}

/* The text of a scope, as core/sight reads it. */
static int scope_text(const struct json_value *terms, struct buf *text, struct err *err)
{
    for (size_t i = 0; i < json_read_length(terms); i++) {
        int r = sight_put_term(text, json_read_text(json_read_element(terms, i)), err);

        if (r < 0)
            return r;
    }
    if (text->len)
        sight_put_end(text);
    return 0;
}

static int take_grant(struct api_who *w, const struct json_value *o, struct sights *sights, struct err *err)
{
    const struct json_value *scope = json_read_member(o, "scope");
    uint64_t rights = rights_of(json_read_member(o, "rights"));
    struct buf text = BUF_INIT;
    int r = 0;

    if (w->n_grants == API_GRANTS_MAX)
        return err_set(err, E_LIMIT, "there are more than %u", API_GRANTS_MAX);
    if (json_read_type(scope) == JSON_IS_NULL) {
        add_grant(w, rights, NULL);
        return 0;
    }
    if (json_read_type(scope) != JSON_IS_ARRAY)
        return err_set(err, E_INVAL, "one has no scope");
    r = scope_text(scope, &text, err);
    if (r == 0)
        add_grant(w, rights, sights_get(sights, buf_str(&text)));
    buf_release(&text);
    return r;
}

bool who_grants(struct api_who *w, struct str json, struct sights *sights)
{
    struct err err = ERR_INIT;
    struct json_value *list = json_read(&json, &err);
    int r = json_read_type(list) == JSON_IS_ARRAY ? 0 : err_set(&err, E_INVAL, "they are no list");

    w->n_grants = 0;
    w->rights = 0;
    for (size_t i = 0; r == 0 && i < json_read_length(list); i++)
        r = take_grant(w, json_read_element(list, i), sights, &err);
    json_read_free(list);
    if (r == 0)
        return true;
    log_error("the grants of %s cannot be read, so it may do nothing: %s", w->name, err.text);
    w->n_grants = 0;
    w->rights = 0;
    return false;
}

/* Each scope of several grants suffices. What does not fit into one question is left out: less is seen, never more. */
static const struct sight *joined(const struct api_who *w, uint64_t right, struct sights *sights)
{
    struct buf text = BUF_INIT;
    const struct sight *s;

    for (size_t i = 0; i < w->n_grants; i++) {
        const struct api_grant *g = &w->grant[i];

        if ((g->rights & right) && text.len + g->sight->text.len <= SIGHT_TEXT_MAX)
            buf_add_str(&text, buf_str(&g->sight->text));
    }
    s = sights_get(sights, buf_str(&text));
    buf_release(&text);
    return s;
}

const struct sight *who_sight(const struct api_who *w, uint64_t right, struct sights *sights)
{
    const struct sight *one = NULL;
    size_t n = 0;

    for (size_t i = 0; i < w->n_grants; i++) {
        const struct api_grant *g = &w->grant[i];

        if (!(g->rights & right))
            continue;
        if (!g->sight)
            return NULL;
        n += g->sight != one;
        one = g->sight;
    }
    return n > 1 ? joined(w, right, sights) : n ? one : sights_nothing(sights);
}

void who_mark(const struct api_who *w, struct sights *sights)
{
    for (size_t i = 0; i < w->n_grants; i++)
        sights_mark(sights, w->grant[i].sight);
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
    enum who_kind kind;
    bool ended; /* a session that is over: an answer about it that was on its way does not bring it back */
};

struct api_who_cache {
    struct map at; /* key -> index */
    VEC(struct entry) entry;
    unsigned char random[HASH_SHA256_BYTES];
};

struct api_who_cache *who_cache_new(void)
{
    struct api_who_cache *c = mem_zalloc(sizeof(*c));

    rand_bytes(c->random, sizeof(c->random));
    return c;
}

static void name_hash(const struct api_who_cache *c, struct str what, struct str name,
                      unsigned char out[HASH_SHA256_BYTES])
{
    struct hash_sha256 s;

    hash_sha256_init(&s);
    hash_sha256_add(&s, c->random, sizeof(c->random));
    hash_sha256_add(&s, what.p, what.n);
    hash_sha256_add(&s, name.p, name.n);
    hash_sha256_end(&s, out);
}

void who_name_key(const struct api_who_cache *c, struct str name, unsigned char out[HASH_SHA256_BYTES])
{
    name_hash(c, STR("name\n"), name, out);
}

void who_view_key(const struct api_who_cache *c, const unsigned char own[HASH_SHA256_BYTES], struct str name,
                  unsigned char out[HASH_SHA256_BYTES])
{
    name_hash(c, str_make((const char *)own, HASH_SHA256_BYTES), name, out);
}

void who_cache_clear(struct api_who_cache *c)
{
    map_release(&c->at);
    c->at = (struct map)MAP_INIT;
    if (c->entry.n)
        mem_wipe(c->entry.at, c->entry.n * sizeof(*c->entry.at));
    VEC_CLEAR(&c->entry);
}

void who_cache_mark(const struct api_who_cache *c, struct sights *sights)
{
    for (size_t i = 0; i < c->entry.n; i++)
        who_mark(&c->entry.at[i].who, sights);
}

void who_cache_free(struct api_who_cache *c)
{
    if (!c)
        return;
    who_cache_clear(c);
    VEC_RELEASE(&c->entry);
    mem_wipe(c->random, sizeof(c->random));
    mem_free(c);
}

static struct str key_str(const unsigned char key[HASH_SHA256_BYTES])
{
    return str_make((const char *)key, HASH_SHA256_BYTES);
}

bool who_cache_get(struct api_who_cache *c, enum who_kind kind, const unsigned char key[HASH_SHA256_BYTES],
                   struct mono now, struct api_who *out)
{
    uint64_t i;

    if (!map_get(&c->at, key_str(key), &i) || c->entry.at[i].kind != kind ||
        c->entry.at[i].until.us <= now.us)
        return false;
    *out = c->entry.at[i].who;
    return true;
}

static struct entry *place(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES])
{
    uint64_t i;

    if (!map_get(&c->at, key_str(key), &i)) {
        if (c->entry.n >= API_WHO_MAX) /* it fills again in a moment, by those who are really there */
            who_cache_clear(c);
        i = c->entry.n;
        *VEC_ADD(&c->entry) = (struct entry){.ended = false};
        map_put(&c->at, key_str(key), i);
    }
    return &c->entry.at[i];
}

void who_cache_put(struct api_who_cache *c, enum who_kind kind, const struct api_who *who, struct mono now)
{
    struct entry *e = place(c, who->key);

    if (!e->ended)
        *e = (struct entry){*who, {now.us + API_WHO_FRESH_US}, kind, false};
}

void who_cache_drop(struct api_who_cache *c, const unsigned char key[HASH_SHA256_BYTES])
{
    *place(c, key) = (struct entry){.until = {INT64_MIN}, .ended = true};
}
