/* SPDX-License-Identifier: Apache-2.0 */
/* The users' file: what is read is written so that it is read the same, and what is asked of it afterwards breaks nothing. Other bytes are read as sessions, a scope, and a code. */
#include "role/auth_int.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void zeros(void *p, size_t n)
{
    memset(p, 0, n);
}

/* Written, read and written again it is the same. */
static void round_trip(struct auth_store *s)
{
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;

    auth_store_dump_users(s, &one);
    if (auth_store_load_users(s, buf_str(&one), &err) < 0)
        abort();
    auth_store_dump_users(s, &two);
    if (!str_eq(buf_str(&one), buf_str(&two)))
        abort();
    buf_release(&one);
    buf_release(&two);
}

/* The same of sessions, and of where people have signed in from. */
static void round_trip_sessions(struct auth_store *s)
{
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;

    auth_store_dump_sessions(s, &one);
    if (auth_store_load_sessions(s, buf_str(&one), &err) < 0)
        abort();
    auth_store_dump_sessions(s, &two);
    if (!str_eq(buf_str(&one), buf_str(&two)))
        abort();
    buf_release(&one);
    buf_release(&two);
}

static void use(struct auth_store *s, struct str text)
{
    const struct auth_now now = {{1700000000 * TIME_S}, {TIME_S}};
    struct buf b = BUF_INIT;
    char next[AUTH_NAME_MAX + 1] = "";

    for (size_t i = 0; i < s->users.n && i < 4; i++) {
        struct auth_result r = {.code = AUTH_OK};

        auth_user_grants(s, str_of(s->users.at[i].name), &r);
        if (r.n_grants > AUTH_GRANTS_MAX)
            abort();
        auth_grants_json(&r, &b);
        (void)auth_totp_take(s, &s->users.at[i], now, str_head(text, 64));
    }
    auth_users_json(s, STR(""), &b, next);
    auth_groups_json(s, STR(""), &b, next);
    auth_roles_json(s, &b);
    auth_tokens_json(s, STR(""), &b, next);
    buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make((const char *)data, size);
    struct auth_store s;
    struct err err = ERR_INIT;
    char *scope = NULL;

    auth_store_init(&s, zeros);
    if (auth_store_load_users(&s, text, &err) == 0) {
        round_trip(&s);
        use(&s, text);
        round_trip(&s);
    } else if (s.users.n || s.groups.n || s.tokens.n || s.roles.n != 3) {
        abort();
    }
    if (auth_store_load_sessions(&s, text, &err) == 0)
        round_trip_sessions(&s);
    else if (s.sessions.n || s.known.n)
        abort();
    if (auth_scope_read(text, &scope) == PROBLEM_NONE && scope &&
        (strlen(scope) > AUTH_SCOPE_MAX || strchr(scope, ' ') || strchr(scope, '\n')))
        abort();
    mem_free(scope);
    auth_store_release(&s);
    return 0;
}
