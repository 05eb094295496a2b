/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a gate that somebody has taken over may ask of auth: a question a line, "NAME\1ARGUMENT\1ARGUMENT", of a store with users of each kind. Whatever comes, what is written is read as the same,
 * and as long as there are users one of them may do everything everywhere. An argument "@" is the last
 * secret that was told, "*" are all rights.
 */
#include "base/bug.h"
#include "role/auth_int.h"
#include "role/auth_op.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS_MAX  8
#define LINES_MAX 24 /* one with a password costs half a millisecond */

static unsigned char next_byte;

static void counting(void *p, size_t n)
{
    memset(p, ++next_byte, n);
}

static const char users[] = "vigie-users 2\n"
                            "role night resources.read,resources.check\n"
                            "user ann admin null - 1700000000000000 1700000000000001 0 $argon2id$v=19$x\n"
                            "totp ann GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ 5 "
                            "0000000000000000000000000000000000000000000000000000000000000000\n"
                            "user bob - [\"host:a\\u0020b\"] fr 1 2 3 $argon2id$v=19$y\n"
                            "group g night [\"hostgroup:linux\",\"!service:*/c\"] ann,bob\n"
                            "token tok night - null 1 1800000000000000 ann "
                            "0000000000000000000000000000000000000000000000000000000000000000\n"
                            "end 6\n";

static void round_trip(const struct auth_store *s)
{
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;
    struct auth_store again;

    auth_store_dump_users(s, &one);
    auth_store_init(&again, counting);
    BUG_ON(auth_store_load_users(&again, buf_str(&one), &err) < 0);
    auth_store_dump_users(&again, &two);
    BUG_ON(!str_eq(buf_str(&one), buf_str(&two)));
    buf_clear(&one);
    auth_store_dump_sessions(s, &one);
    BUG_ON(auth_store_load_sessions(&again, buf_str(&one), &err) < 0);
    auth_store_release(&again);
    buf_release(&one);
    buf_release(&two);
}

static bool administered(const struct auth_store *s)
{
    uint64_t all = auth_role_rights(s, "admin");

    for (size_t i = 0; i < s->users.n; i++) {
        struct auth_result r = {.code = AUTH_OK};

        auth_user_grants(s, str_of(s->users.at[i].name), &r);
        BUG_ON(r.n_grants > AUTH_GRANTS_MAX);
        for (size_t g = 0; g < r.n_grants; g++)
            if (!r.grant[g].scope && (r.grant[g].rights & all) == all)
                return true;
    }
    return false;
}

static void ask(struct auth_store *s, struct auth_now now, struct str line, char *secret, struct str all)
{
    struct str name = str_cut(&line, '\1'), arg[ARGS_MAX];
    struct auth_result r = {.code = AUTH_OK};
    struct buf list = BUF_INIT;
    size_t n = 0;

    while (line.p && n < ARGS_MAX) {
        arg[n] = str_cut(&line, '\1');
        if (str_eq_c(arg[n], "@"))
            arg[n] = str_of(secret);
        if (str_eq_c(arg[n], "*"))
            arg[n] = all;
        n++;
    }
    if (auth_op(s, now, name, arg, n, &r, &list)) {
        BUG_ON(!auth_code_word(r.code) || (r.code != AUTH_OK && r.code != AUTH_SLOW && !r.problem));
        if (r.secret[0])
            memcpy(secret, r.secret, sizeof(r.secret));
        if (s->users_changed || s->sessions_changed)
            round_trip(s);
        s->users_changed = s->sessions_changed = false;
        BUG_ON(s->users.n && !administered(s));
    }
    buf_release(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_make((const char *)data, size);
    struct auth_now now = {{1700000000 * TIME_S}, {5 * TIME_S}};
    char secret[sizeof(((struct auth_result *)0)->secret)] = "";
    struct buf all = BUF_INIT;
    struct err err = ERR_INIT;
    struct auth_store s;

    if (sodium_init() < 0)
        return 0;
    next_byte = 0;
    auth_store_init(&s, counting);
    s.ops = crypto_pwhash_OPSLIMIT_MIN;
    s.mem = crypto_pwhash_MEMLIMIT_MIN;
    BUG_ON(auth_store_load_users(&s, str_of(users), &err) < 0);
    auth_rights_write(~UINT64_C(0), &all);
    for (unsigned i = 0; rest.p && i < LINES_MAX; i++) {
        ask(&s, now, str_cut(&rest, '\n'), secret, buf_str(&all));
        now.wall.us += TIME_MIN;
        now.mono.us += TIME_MIN;
    }
    auth_store_expire(&s, now);
    auth_store_release(&s);
    buf_release(&all);
    return 0;
}
