/* SPDX-License-Identifier: Apache-2.0 */
/* The text form of users, tokens and sessions (role/auth_store.h): written and read back here, all or nothing. */
#include "api/right.h"
#include "role/auth_int.h"
#include "role/auth_policy.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8

struct line {
    struct str word[WORDS_MAX];
    size_t n;
    unsigned number;
};

static void split(struct str text, struct line *l)
{
    struct str rest = text;

    l->n = 0;
    while (rest.p && l->n < WORDS_MAX)
        l->word[l->n++] = str_cut(&rest, ' ');
    if (rest.p)
        l->n = 0; /* more words than any line has */
}

static bool hex_hash(struct str s, unsigned char out[HASH_SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";

    if (s.n != HASH_SHA256_BYTES * 2)
        return false;
    for (size_t i = 0; i < HASH_SHA256_BYTES; i++) {
        const char *high = memchr(digits, s.p[i * 2], 16), *low = memchr(digits, s.p[i * 2 + 1], 16);

        if (!high || !low)
            return false;
        out[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
    return true;
}

static bool take_user(struct auth_store *s, const struct line *l)
{
    struct auth_user u = {.role = AUTH_VIEWER};

    if (l->n != 7 || !auth_policy_name(l->word[1]) || !str_copy(u.name, sizeof(u.name), l->word[1]) ||
        !auth_role_of(l->word[2], &u.role) || !str_copy(u.lang, sizeof(u.lang), l->word[3]) ||
        !str_to_i64(l->word[4], &u.created) || !str_to_i64(l->word[5], &u.changed) || !l->word[6].n ||
        !str_copy(u.hash, sizeof(u.hash), l->word[6]))
        return false;
    *VEC_ADD(&s->users) = u;
    return true;
}

static bool take_token(struct auth_store *s, const struct line *l)
{
    struct auth_token t = {.role = AUTH_VIEWER};

    if (l->n != 7 || !auth_policy_name(l->word[1]) || !str_copy(t.name, sizeof(t.name), l->word[1]) ||
        !auth_role_of(l->word[2], &t.role) || !str_to_i64(l->word[3], &t.created) ||
        !str_to_i64(l->word[4], &t.expires) || !str_copy(t.by, sizeof(t.by), l->word[5]) ||
        !hex_hash(l->word[6], t.hash))
        return false;
    *VEC_ADD(&s->tokens) = t;
    return true;
}

static bool take_session(struct auth_store *s, const struct line *l)
{
    struct auth_session x = {.created = 0};

    if (l->n != 6 || !hex_hash(l->word[1], x.hash) || !str_copy(x.user, sizeof(x.user), l->word[2]) ||
        !str_to_i64(l->word[3], &x.created) || !str_to_i64(l->word[4], &x.used) ||
        !str_copy(x.source, sizeof(x.source), l->word[5]))
        return false;
    *VEC_ADD(&s->sessions) = x;
    return true;
}

struct form {
    const char *head;
    const char *name[2];
    bool (*take[2])(struct auth_store *s, const struct line *l);
};

static const struct form users_form = {"vigie-users 1", {"user", "token"}, {take_user, take_token}};
static const struct form sessions_form = {"vigie-sessions 1", {"session", NULL}, {take_session, NULL}};

static bool take_line(struct auth_store *s, const struct form *f, const struct line *l)
{
    for (size_t i = 0; i < 2 && f->name[i]; i++) {
        if (l->n && str_eq_c(l->word[0], f->name[i]))
            return f->take[i](s, l);
    }
    return false;
}

static int load(struct auth_store *s, struct str text, const struct form *f, struct err *err)
{
    struct str rest = text, first = str_cut(&rest, '\n');
    struct line l = {.number = 1};
    int64_t entries = 0, said;

    s->wrong_line = 1;
    if (!str_eq_c(first, f->head))
        return err_set(err, E_FORMAT, "it does not begin with \"%s\": it is damaged, or of a newer Vigie",
                       f->head);
    while (rest.p) {
        split(str_cut(&rest, '\n'), &l);
        s->wrong_line = ++l.number;
        if (l.n == 2 && str_eq_c(l.word[0], "end") && str_to_i64(l.word[1], &said) && said == entries &&
            rest.p && !rest.n)
            return 0;
        if (!take_line(s, f, &l))
            return err_set(err, E_FORMAT, "this line is damaged");
        entries++;
    }
    return err_set(err, E_FORMAT, "its end is missing");
}

void auth_store_forget_users(struct auth_store *s)
{
    VEC_CLEAR(&s->users);
    VEC_CLEAR(&s->tokens);
}

int auth_store_load_users(struct auth_store *s, struct str text, struct err *err)
{
    int rc;

    auth_store_forget_users(s);
    rc = load(s, text, &users_form, err);
    if (rc < 0)
        auth_store_forget_users(s);
    return rc;
}

int auth_store_load_sessions(struct auth_store *s, struct str text, struct err *err)
{
    int rc;

    VEC_CLEAR(&s->sessions);
    rc = load(s, text, &sessions_form, err);
    if (rc < 0)
        VEC_CLEAR(&s->sessions);
    return rc;
}

static const char *word_or_dash(const char *s)
{
    return *s && !strpbrk(s, " \n") ? s : "-";
}

void auth_store_dump_users(const struct auth_store *s, struct buf *out)
{
    char hex[HASH_SHA256_HEX];

    buf_printf(out, "%s\n", users_form.head);
    for (size_t i = 0; i < s->users.n; i++) {
        const struct auth_user *u = &s->users.at[i];

        buf_printf(out, "user %s %s %s %lld %lld %s\n", u->name, auth_role_word(u->role),
                   word_or_dash(u->lang), (long long)u->created, (long long)u->changed, u->hash);
    }
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        hash_hex(t->hash, sizeof(t->hash), hex);
        buf_printf(out, "token %s %s %lld %lld %s %s\n", t->name, auth_role_word(t->role),
                   (long long)t->created, (long long)t->expires, word_or_dash(t->by), hex);
    }
    buf_printf(out, "end %zu\n", s->users.n + s->tokens.n);
}

void auth_store_dump_sessions(const struct auth_store *s, struct buf *out)
{
    char hex[HASH_SHA256_HEX];

    buf_printf(out, "%s\n", sessions_form.head);
    for (size_t i = 0; i < s->sessions.n; i++) {
        const struct auth_session *x = &s->sessions.at[i];

        hash_hex(x->hash, sizeof(x->hash), hex);
        buf_printf(out, "session %s %s %lld %lld %s\n", hex, x->user, (long long)x->created,
                   (long long)x->used, word_or_dash(x->source));
    }
    buf_printf(out, "end %zu\n", s->sessions.n);
}

/* ---- lists to read ---- */

void auth_grants_json(const struct auth_result *r, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_list(&j);
    json_map(&j);
    json_key(&j, "rights");
    right_json(right_mask(who_role_of(str_of(auth_role_word(r->role)))), &j);
    json_key_c(&j, "scope", NULL);
    json_map_end(&j);
    json_list_end(&j);
}

/* Elements begin with their name. */
static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

void auth_users_json(const struct auth_store *s, struct buf *out)
{
    struct json j;

    if (s->users.n)
        qsort(s->users.at, s->users.n, sizeof(*s->users.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->users.n; i++) {
        const struct auth_user *u = &s->users.at[i];
        uint64_t sessions = 0;

        for (size_t k = 0; k < s->sessions.n; k++)
            sessions += strcmp(s->sessions.at[k].user, u->name) == 0;
        json_map(&j);
        json_key_c(&j, "user", u->name);
        json_key_c(&j, "role", auth_role_word(u->role));
        json_key_time(&j, "created", (struct wall){u->created});
        json_key_time(&j, "password_changed", (struct wall){u->changed});
        json_key_u64(&j, "sessions", sessions);
        json_map_end(&j);
    }
    json_list_end(&j);
}

void auth_tokens_json(const struct auth_store *s, struct buf *out)
{
    struct json j;

    if (s->tokens.n)
        qsort(s->tokens.at, s->tokens.n, sizeof(*s->tokens.at), by_name);
    json_init(&j, out);
    json_list(&j);
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        json_map(&j);
        json_key_c(&j, "name", t->name);
        json_key_c(&j, "role", auth_role_word(t->role));
        json_key_time(&j, "created", (struct wall){t->created});
        json_key_time(&j, "expires", (struct wall){t->expires});
        json_key_c(&j, "by", t->by);
        json_map_end(&j);
    }
    json_list_end(&j);
}
