/* SPDX-License-Identifier: Apache-2.0 */
/* The text form of users, tokens and sessions (role/auth_store.h): written and read back here, all or nothing. */
#include "role/auth_int.h"
#include "role/auth_policy.h"

#include <stdio.h>
#include <string.h>

#define WORDS_MAX 10

struct line {
    struct str word[WORDS_MAX];
    size_t n;
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

/* ---- words ---- */

static bool is_none(struct str s)
{
    return str_eq_c(s, "-");
}

/* The roles stand in front of those who have them. */
static bool role_word(const struct auth_store *s, struct str word, char out[AUTH_NAME_MAX + 1])
{
    const struct auth_role *x = is_none(word) ? NULL : auth_find_role(s, word);

    str_copy(out, AUTH_NAME_MAX + 1, str_of(x ? x->name : ""));
    return x || is_none(word);
}

static bool scope_word(struct str word, char **out)
{
    return auth_scope_read(word, out) == PROBLEM_NONE;
}

static bool lang_word(struct str word, char out[4])
{
    return word.n && str_copy(out, 4, word);
}

/* ---- lines ---- */

static bool take_role(struct auth_store *s, const struct line *l)
{
    struct auth_role x = {.built_in = false};

    if (l->n != 3 || !auth_policy_name(l->word[1]) || auth_find_role(s, l->word[1]) ||
        !auth_rights_read(l->word[2], &x.rights) || s->roles.n >= AUTH_ROLES_MAX)
        return false;
    str_copy(x.name, sizeof(x.name), l->word[1]);
    *VEC_ADD(&s->roles) = x;
    return true;
}

static bool take_demand(struct auth_store *s, const struct line *l)
{
    struct auth_role *x = l->n == 2 ? auth_find_role(s, l->word[1]) : NULL;

    if (!x || x->totp)
        return false;
    x->totp = true;
    return true;
}

/* name and what stands behind role and scope: language, two times, and (from version 2 on) when it was last seen, the hash. */
static bool user_line(struct auth_store *s, const struct line *l, bool first)
{
    const struct str *w = l->word + (first ? 3 : 4);
    struct auth_user *u;

    if (l->n != (first ? 7 : 9) || !auth_policy_name(l->word[1]) || auth_find_user(s, l->word[1]) ||
        s->users.n >= AUTH_USERS_MAX)
        return false;
    u = VEC_ADD(&s->users);
    str_copy(u->name, sizeof(u->name), l->word[1]);
    return role_word(s, l->word[2], u->role) && (first || scope_word(l->word[3], &u->scope)) &&
           lang_word(w[0], u->lang) && str_to_i64(w[1], &u->created) && str_to_i64(w[2], &u->changed) &&
           (first || str_to_i64(w[3], &u->seen)) && l->word[l->n - 1].n &&
           str_copy(u->hash, sizeof(u->hash), l->word[l->n - 1]);
}

static bool take_user(struct auth_store *s, const struct line *l)
{
    return user_line(s, l, false);
}

static bool take_user_1(struct auth_store *s, const struct line *l)
{
    return user_line(s, l, true);
}

static bool take_totp(struct auth_store *s, const struct line *l)
{
    struct auth_user *u = l->n == 5 ? auth_find_user(s, l->word[1]) : NULL;
    struct str rest = l->n == 5 ? l->word[4] : STR_NULL;

    if (!u || u->totp.on || !auth_base32_read(l->word[2], u->totp.key, sizeof(u->totp.key)) ||
        !str_to_i64(l->word[3], &u->totp.step))
        return false;
    while (!is_none(l->word[4]) && rest.p) {
        if (u->totp.n_recovery == AUTH_RECOVERY ||
            !hash_hex_read(str_cut(&rest, ','), u->totp.recovery[u->totp.n_recovery]))
            return false;
        u->totp.n_recovery++;
    }
    u->totp.on = true;
    return true;
}

static bool take_group(struct auth_store *s, const struct line *l)
{
    struct str rest = l->n == 5 ? l->word[4] : STR_NULL;
    struct auth_group *g;

    if (l->n != 5 || !auth_policy_name(l->word[1]) || auth_find_group(s, l->word[1]) ||
        s->groups.n >= AUTH_GROUPS_MAX)
        return false;
    g = VEC_ADD(&s->groups);
    str_copy(g->name, sizeof(g->name), l->word[1]);
    if (!role_word(s, l->word[2], g->role) || !scope_word(l->word[3], &g->scope))
        return false;
    while (!is_none(l->word[4]) && rest.p) {
        const struct auth_user *u = auth_find_user(s, str_cut(&rest, ','));

        if (!u || auth_group_has(g, u->name))
            return false;
        str_copy(VEC_ADD(&g->members)->text, AUTH_NAME_MAX + 1, str_of(u->name));
    }
    return true;
}

static bool token_line(struct auth_store *s, const struct line *l, bool first)
{
    const struct str *w = l->word + (first ? 3 : 5);
    struct auth_token *t;

    if (l->n != (first ? 7 : 9) || !auth_policy_name(l->word[1]) || s->tokens.n >= AUTH_TOKENS_MAX)
        return false;
    t = VEC_ADD(&s->tokens);
    str_copy(t->name, sizeof(t->name), l->word[1]);
    return role_word(s, l->word[2], t->role) &&
           (first || (auth_rights_read(l->word[3], &t->rights) && scope_word(l->word[4], &t->scope))) &&
           str_to_i64(w[0], &t->created) && str_to_i64(w[1], &t->expires) &&
           str_copy(t->by, sizeof(t->by), w[2]) && hash_hex_read(w[3], t->hash);
}

static bool take_token(struct auth_store *s, const struct line *l)
{
    return token_line(s, l, false);
}

static bool take_token_1(struct auth_store *s, const struct line *l)
{
    return token_line(s, l, true);
}

/* Of an address or a network, or -: what could not be written again as it was read is none. */
static bool is_source(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    }
    return s.n && s.n <= 46;
}

static bool take_session(struct auth_store *s, const struct line *l)
{
    struct auth_session x = {.created = 0};

    if (l->n != 6 || !hash_hex_read(l->word[1], x.hash) || !str_copy(x.user, sizeof(x.user), l->word[2]) ||
        !str_to_i64(l->word[3], &x.created) || !str_to_i64(l->word[4], &x.used) || !is_source(l->word[5]) ||
        !str_copy(x.source, sizeof(x.source), l->word[5]))
        return false;
    *VEC_ADD(&s->sessions) = x;
    return true;
}

static bool take_known(struct auth_store *s, const struct line *l)
{
    if (l->n != 3 || !is_source(l->word[1]) || !auth_policy_name(l->word[2]))
        return false;
    auth_know(s, l->word[2], l->word[1]);
    return true;
}

/* ---- forms ---- */

struct form {
    const char *head;
    struct {
        const char *name;
        bool (*take)(struct auth_store *s, const struct line *l);
    } line[6];
};

static const struct form users_form[] = {{"vigie-users 2",
                                          {{"role", take_role},
                                           {"demand", take_demand},
                                           {"user", take_user},
                                           {"totp", take_totp},
                                           {"group", take_group},
                                           {"token", take_token}}},
                                         {"vigie-users 1", {{"user", take_user_1}, {"token", take_token_1}}}};
static const struct form sessions_form[] = {
    {"vigie-sessions 2", {{"session", take_session}, {"known", take_known}}},
    {"vigie-sessions 1", {{"session", take_session}}}};

static bool take_line(struct auth_store *s, const struct form *f, const struct line *l)
{
    for (size_t i = 0; i < ARRAY_LEN(f->line) && f->line[i].name; i++) {
        if (l->n && str_eq_c(l->word[0], f->line[i].name))
            return f->line[i].take(s, l);
    }
    return false;
}

static int load(struct auth_store *s, struct str text, const struct form *forms, size_t n, struct err *err)
{
    struct str rest = text, first = str_cut(&rest, '\n');
    const struct form *f = NULL;
    struct line l = {.n = 0};
    int64_t entries = 0, said;

    s->wrong_line = 1;
    for (size_t i = 0; i < n; i++)
        f = str_eq_c(first, forms[i].head) ? &forms[i] : f;
    if (!f)
        return err_set(err, E_FORMAT, "it does not begin with \"%s\": it is damaged, or of a newer Vigie",
                       forms[0].head);
    while (rest.p) {
        split(str_cut(&rest, '\n'), &l);
        s->wrong_line++;
        if (l.n == 2 && str_eq_c(l.word[0], "end") && str_to_i64(l.word[1], &said) && said == entries &&
            rest.p && !rest.n)
            return 0;
        if (!take_line(s, f, &l))
            return err_set(err, E_FORMAT, "this line is damaged");
        entries++;
    }
    return err_set(err, E_FORMAT, "its end is missing");
}

int auth_store_load_users(struct auth_store *s, struct str text, struct err *err)
{
    int rc;

    auth_store_forget_users(s);
    rc = load(s, text, users_form, ARRAY_LEN(users_form), err);
    if (rc < 0)
        auth_store_forget_users(s);
    return rc;
}

int auth_store_load_sessions(struct auth_store *s, struct str text, struct err *err)
{
    int rc;

    VEC_CLEAR(&s->sessions);
    VEC_CLEAR(&s->known);
    rc = load(s, text, sessions_form, ARRAY_LEN(sessions_form), err);
    s->sessions_changed = false;
    if (rc < 0) {
        VEC_CLEAR(&s->sessions);
        VEC_CLEAR(&s->known);
    }
    return rc;
}

/* ---- writing ---- */

static const char *word_or_dash(const char *s)
{
    return *s && !strpbrk(s, " \n") ? s : "-";
}

static size_t dump_roles(const struct auth_store *s, struct buf *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->roles.n; i++) {
        if (s->roles.at[i].built_in)
            continue;
        n++;
        buf_printf(out, "role %s ", s->roles.at[i].name);
        auth_rights_write(s->roles.at[i].rights, out);
        buf_add_char(out, '\n');
    }
    for (size_t i = 0; i < s->roles.n; i++) {
        if (!s->roles.at[i].totp)
            continue;
        n++;
        buf_printf(out, "demand %s\n", s->roles.at[i].name);
    }
    return n;
}

static size_t dump_totp(const struct auth_user *u, struct buf *out)
{
    char key[AUTH_TOTP_KEY * 8 / 5 + 1], hex[HASH_SHA256_HEX];

    if (!u->totp.on)
        return 0;
    auth_base32(u->totp.key, sizeof(u->totp.key), key);
    buf_printf(out, "totp %s %s %lld %s", u->name, key, (long long)u->totp.step,
               u->totp.n_recovery ? "" : "-");
    for (unsigned i = 0; i < u->totp.n_recovery; i++) {
        hash_hex(u->totp.recovery[i], HASH_SHA256_BYTES, hex);
        buf_printf(out, "%s%s", i ? "," : "", hex);
    }
    buf_add_char(out, '\n');
    return 1;
}

static size_t dump_people(const struct auth_store *s, struct buf *out)
{
    size_t n = s->users.n + s->groups.n;

    for (size_t i = 0; i < s->users.n; i++) {
        const struct auth_user *u = &s->users.at[i];

        buf_printf(out, "user %s %s %s %s %lld %lld %lld %s\n", u->name, word_or_dash(u->role),
                   u->scope ? u->scope : "null", word_or_dash(u->lang), (long long)u->created,
                   (long long)u->changed, (long long)u->seen, u->hash);
        n += dump_totp(u, out);
    }
    for (size_t i = 0; i < s->groups.n; i++) {
        const struct auth_group *g = &s->groups.at[i];

        buf_printf(out, "group %s %s %s %s", g->name, word_or_dash(g->role), g->scope ? g->scope : "null",
                   g->members.n ? "" : "-");
        for (size_t k = 0; k < g->members.n; k++)
            buf_printf(out, "%s%s", k ? "," : "", g->members.at[k].text);
        buf_add_char(out, '\n');
    }
    return n;
}

void auth_store_dump_users(const struct auth_store *s, struct buf *out)
{
    char hex[HASH_SHA256_HEX];
    size_t n;

    buf_printf(out, "%s\n", users_form[0].head);
    n = dump_roles(s, out);
    n += dump_people(s, out);
    for (size_t i = 0; i < s->tokens.n; i++) {
        const struct auth_token *t = &s->tokens.at[i];

        hash_hex(t->hash, sizeof(t->hash), hex);
        buf_printf(out, "token %s %s ", t->name, word_or_dash(t->role));
        auth_rights_write(t->rights, out);
        buf_printf(out, " %s %lld %lld %s %s\n", t->scope ? t->scope : "null", (long long)t->created,
                   (long long)t->expires, word_or_dash(t->by), hex);
    }
    buf_printf(out, "end %zu\n", n + s->tokens.n);
}

void auth_store_dump_sessions(const struct auth_store *s, struct buf *out)
{
    char hex[HASH_SHA256_HEX];

    buf_printf(out, "%s\n", sessions_form[0].head);
    for (size_t i = 0; i < s->sessions.n; i++) {
        const struct auth_session *x = &s->sessions.at[i];

        hash_hex(x->hash, sizeof(x->hash), hex);
        buf_printf(out, "session %s %s %lld %lld %s\n", hex, x->user, (long long)x->created,
                   (long long)x->used, word_or_dash(x->source));
    }
    for (size_t i = 0; i < s->known.n; i++) /* "p:SOURCE USER" */
        buf_printf(out, "known %s\n", s->known.at[i].key + 2);
    buf_printf(out, "end %zu\n", s->sessions.n + s->known.n);
}
