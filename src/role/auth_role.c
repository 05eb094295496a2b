/* SPDX-License-Identifier: Apache-2.0 */
/* What each may do where: rights by word, roles, scopes, and the grants that come of them. */
#include "api/right.h"
#include "core/sight.h"
#include "role/auth_int.h"
#include "role/auth_policy.h"
#include "wire/json.h"
#include "wire/json_read.h"

#include <stdio.h>
#include <string.h>

struct auth_role *auth_find_role(const struct auth_store *s, struct str name)
{
    for (size_t i = 0; i < s->roles.n; i++) {
        if (str_ieq(str_of(s->roles.at[i].name), name))
            return &s->roles.at[i];
    }
    return NULL;
}

bool auth_take_role(const struct auth_store *s, struct str name, char out[AUTH_NAME_MAX + 1],
                    struct auth_result *r)
{
    const struct auth_role *x = name.n ? auth_find_role(s, name) : NULL;

    if (name.n && !x) {
        auth_fail(r, AUTH_INVALID, "role", PROBLEM_ROLE_UNKNOWN);
        return false;
    }
    str_copy(out, AUTH_NAME_MAX + 1, str_of(x ? x->name : ""));
    return true;
}

uint64_t auth_role_rights(const struct auth_store *s, const char *role)
{
    const struct auth_role *x = auth_find_role(s, str_of(role));

    return x ? x->rights : 0;
}

bool auth_rights_read(struct str words, uint64_t *mask)
{
    struct str rest = words;

    *mask = 0;
    if (!words.n || str_eq_c(words, "-"))
        return true;
    while (rest.p) {
        enum right right;

        if (!right_of(str_cut(&rest, ','), &right))
            return false;
        *mask |= right_bit(right);
    }
    return true;
}

void auth_rights_write(uint64_t mask, struct buf *out)
{
    size_t begin = out->len;

    for (int r = RIGHT_FIRST; r < RIGHT_END; r++) {
        if (mask & right_bit((enum right)r))
            buf_printf(out, "%s%s", out->len > begin ? "," : "", right_word((enum right)r));
    }
    if (out->len == begin)
        buf_add_char(out, '-');
}

bool auth_within(uint64_t rights, struct str may, struct auth_result *r)
{
    uint64_t own = 0, more;

    (void)auth_rights_read(may, &own);
    more = rights & ~own;
    if (!more)
        return true;
    auth_fail(r, AUTH_BEYOND, NULL, PROBLEM_RIGHTS_BEYOND);
    for (int i = RIGHT_FIRST; i < RIGHT_END; i++) {
        if (more & right_bit((enum right)i)) {
            str_copy(r->about, sizeof(r->about), str_of(right_word((enum right)i)));
            break;
        }
    }
    return false;
}

/* ---- scopes ---- */

/* As JSON without blanks, so that it is one word of a line. */
static bool write_scope(const struct json_value *v, struct buf *out)
{
    struct buf text = BUF_INIT;
    struct arena arena = ARENA_INIT;
    struct json j;
    bool good = true;

    json_init(&j, &text);
    json_list(&j);
    for (size_t i = 0; good && i < json_read_length(v); i++) {
        struct str term = json_read_text(json_read_element(v, i));
        struct sight_term t;

        good = term.p && sight_term_parse(&t, term, &arena, NULL) >= 0;
        if (good)
            json_str(&j, term);
    }
    arena_release(&arena);
    if (good) {
        json_list_end(&j);
        for (size_t i = 0; i < text.len; i++) {
            if (text.data[i] == ' ')
                buf_add_c(out, "\\u0020");
            else
                buf_add_char(out, text.data[i]);
        }
    }
    buf_release(&text);
    return good;
}

enum problem auth_scope_read(struct str text, char **out)
{
    bool everything = str_eq_c(text, "null");
    struct err err = ERR_INIT;
    struct json_value *v = everything ? NULL : json_read(&text, &err);
    struct buf b = BUF_INIT;
    enum problem p = PROBLEM_SCOPE_FORM;

    if (everything)
        p = PROBLEM_NONE;
    else if (json_read_length(v) > SIGHT_TERMS_MAX)
        p = PROBLEM_SCOPE_LONG;
    else if (v && !text.n && json_read_type(v) == JSON_IS_ARRAY && write_scope(v, &b))
        p = b.len > AUTH_SCOPE_MAX ? PROBLEM_SCOPE_LONG : PROBLEM_NONE;
    json_read_free(v);
    if (!p) {
        mem_free(*out);
        *out = everything ? NULL : buf_take(&b, NULL);
    }
    buf_release(&b);
    return p;
}

/* ---- grants ---- */

static void grant(struct auth_result *r, uint64_t rights, const char *scope)
{
    if (!rights)
        return;
    for (size_t i = 0; i < r->n_grants; i++) {
        const char *has = r->grant[i].scope;

        if (has == scope || (has && scope && strcmp(has, scope) == 0)) {
            r->grant[i].rights |= rights;
            return;
        }
    }
    if (r->n_grants < AUTH_GRANTS_MAX) /* no user is in more groups */
        r->grant[r->n_grants++] = (struct auth_grant){rights, scope};
}

static void take_role(const struct auth_store *s, const char *role, const char *scope, struct auth_result *r)
{
    const struct auth_role *x = *role ? auth_find_role(s, str_of(role)) : NULL;

    if (!x)
        return;
    grant(r, x->rights, scope);
    r->totp_required |= x->totp;
}

static void tell(const struct auth_store *s, const struct auth_user *u, struct auth_result *r)
{
    str_copy(r->user, sizeof(r->user), str_of(u->name));
    str_copy(r->lang, sizeof(r->lang), str_of(u->lang));
    str_copy(r->role, sizeof(r->role), str_of(*u->role ? u->role : "none"));
    r->who = true;
    r->n_grants = 0;
    r->totp = u->totp.on;
    r->totp_required = false;
    r->n_recovery = u->totp.n_recovery;
    take_role(s, u->role, u->scope, r);
    for (size_t i = 0; i < s->groups.n; i++) {
        if (auth_group_has(&s->groups.at[i], u->name))
            take_role(s, s->groups.at[i].role, s->groups.at[i].scope, r);
    }
}

void auth_tell_user(const struct auth_store *s, const struct auth_user *u, struct auth_result *r)
{
    tell(s, u, r);
    if (r->totp_required && !r->totp) /* first the second factor; then the rest */
        r->n_grants = 0;
}

void auth_user_grants(const struct auth_store *s, struct str user, struct auth_result *r)
{
    const struct auth_user *u = auth_find_user(s, user);

    if (u)
        tell(s, u, r);
    else
        auth_fail(r, AUTH_INVALID, "user", PROBLEM_USER_UNKNOWN);
}

uint64_t auth_user_rights(const struct auth_store *s, const struct auth_user *u)
{
    struct auth_result r = {.code = AUTH_OK};
    uint64_t all = 0;

    tell(s, u, &r);
    for (size_t i = 0; i < r.n_grants; i++)
        all |= r.grant[i].rights;
    return all;
}

uint64_t auth_asker_rights(const struct auth_store *s, struct auth_now now, struct str asker)
{
    struct auth_result r = {.code = AUTH_OK};
    struct str name = asker, kind = str_cut(&name, ' ');
    const struct auth_user *u = str_eq_c(kind, "session") ? auth_find_user(s, name) : NULL;
    uint64_t all = 0;

    if (str_eq_c(kind, "local"))
        return right_mask(API_ROLE_ADMIN);
    if (str_eq_c(kind, "token"))
        return auth_token_rights(s, now, name);
    if (u)
        auth_tell_user(s, u, &r);
    for (size_t i = 0; i < r.n_grants; i++)
        all |= r.grant[i].scope ? 0 : r.grant[i].rights;
    return all;
}

/* ---- own roles ---- */

static bool read_role(struct str rights, struct str totp, struct str may, struct auth_role *x,
                      struct auth_result *r)
{
    if (!str_eq_c(rights, "=") && !auth_rights_read(rights, &x->rights)) {
        auth_fail(r, AUTH_INVALID, "rights", PROBLEM_RIGHT_UNKNOWN);
        return false;
    }
    x->totp = str_eq_c(totp, "yes");
    return auth_within(x->rights, may, r);
}

void auth_role_create(struct auth_store *s, struct str name, struct str rights, struct str totp,
                      struct str may, struct auth_result *r)
{
    struct auth_role x = {.rights = 0};

    if (!auth_policy_name(name) || str_eq_c(name, "none") || str_eq_c(name, "-")) {
        auth_fail(r, AUTH_INVALID, "name", PROBLEM_ROLE_NAME);
        return;
    }
    if (auth_find_role(s, name)) {
        auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_ROLE_EXISTS);
        return;
    }
    if (s->roles.n >= AUTH_ROLES_MAX) {
        auth_fail(r, AUTH_FULL, NULL, PROBLEM_ROLE_MANY);
        return;
    }
    if (!read_role(rights, totp, may, &x, r))
        return;
    str_copy(x.name, sizeof(x.name), name);
    *VEC_ADD(&s->roles) = x;
    s->users_changed = true;
}

/* NULL: there is none, or it has rights that who asks has not. */
static struct auth_role *take_own(struct auth_store *s, struct str name, struct str may,
                                  struct auth_result *r)
{
    struct auth_role *x = auth_find_role(s, name);

    if (!x)
        auth_fail(r, AUTH_NONE, "name", PROBLEM_ROLE_UNKNOWN);
    return x && auth_within(x->rights, may, r) ? x : NULL;
}

void auth_role_change(struct auth_store *s, struct str name, struct str rights, struct str totp,
                      struct str may, struct auth_result *r)
{
    struct auth_role *x = take_own(s, name, may, r), next;
    struct auth_before b;

    if (!x)
        return;
    next = *x;
    if (!read_role(rights, totp, may, &next, r))
        return;
    if (x->built_in && next.rights != x->rights) {
        auth_fail(r, AUTH_CONFLICT, "rights", PROBLEM_ROLE_FIXED);
        return;
    }
    auth_begin(s, &b);
    *x = next;
    auth_end(s, &b, r);
}

/* Who has it: the first of them, by kind and name. */
static bool used_by(const struct auth_store *s, const char *role, char *out, size_t size)
{
    for (size_t i = 0; i < s->users.n; i++) {
        if (strcmp(s->users.at[i].role, role) == 0) {
            snprintf(out, size, "%s", s->users.at[i].name);
            return true;
        }
    }
    for (size_t i = 0; i < s->groups.n; i++) {
        if (strcmp(s->groups.at[i].role, role) == 0) {
            snprintf(out, size, "%s", s->groups.at[i].name);
            return true;
        }
    }
    for (size_t i = 0; i < s->tokens.n; i++) {
        if (strcmp(s->tokens.at[i].role, role) == 0) {
            snprintf(out, size, "%s", s->tokens.at[i].name);
            return true;
        }
    }
    return false;
}

void auth_role_delete(struct auth_store *s, struct str name, struct str may, struct auth_result *r)
{
    struct auth_role *x = take_own(s, name, may, r);

    if (!x)
        return;
    if (x->built_in) {
        auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_ROLE_FIXED);
        return;
    }
    if (used_by(s, x->name, r->about, sizeof(r->about))) {
        auth_fail(r, AUTH_CONFLICT, "name", PROBLEM_ROLE_USED);
        return;
    }
    VEC_SWAP_REMOVE(&s->roles, (size_t)(x - s->roles.at));
    s->users_changed = true;
}
