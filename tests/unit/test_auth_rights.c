/* SPDX-License-Identifier: Apache-2.0 */
/* What users, groups, roles and tokens may do where, the second factor, the list of sessions, and the users' file with all of it. */
#include "auth_rig.h"

/* ---- what each may do where ---- */

static struct auth_result change(struct auth_store *s, const char *name, const char *role, const char *scope,
                                 const char *groups, struct str may)
{
    const struct auth_user_want w = {.role = str_of(role), .scope = str_of(scope), .names = str_of(groups)};
    struct auth_result r = {.code = AUTH_OK};

    auth_user_change(s, str_of(name), &w, may, &r);
    return r;
}

static struct auth_result group(struct auth_store *s, bool make, const char *name, const char *role,
                                const char *scope, const char *members, struct str may)
{
    const struct auth_user_want w = {.role = str_of(role), .scope = str_of(scope), .names = str_of(members)};
    struct auth_result r = {.code = AUTH_OK};

    (make ? auth_group_create : auth_group_change)(s, str_of(name), &w, may, &r);
    return r;
}

static struct auth_result role(struct auth_store *s, bool make, const char *name, const char *rights,
                               const char *totp, struct str may)
{
    struct auth_result r = {.code = AUTH_OK};

    (make ? auth_role_create : auth_role_change)(s, str_of(name), str_of(rights), str_of(totp), may, &r);
    return r;
}

static void grants_are(const struct auth_result *r, const char *want)
{
    struct buf b = BUF_INIT;

    auth_grants_json(r, &b);
    assert_string_equal(b.data, want);
    buf_release(&b);
}

static void test_grants(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r;

    add(s, "root", "admin");
    add(s, "ann", "");
    grants_are(&(struct auth_result){.code = AUTH_OK}, "[]");
    r = login(s, "ann", GOOD, "a");
    assert_int_equal(r.code, AUTH_OK); /* no role: signed in, and may do nothing */
    assert_string_equal(r.role, "none");
    grants_are(&r, "[]");
    assert_int_equal(role(s, true, "ack", "resources.read,resources.acknowledge", "no", all()).code, AUTH_OK);
    assert_int_equal(
        group(s, true, "linux", "ack", "[\"hostgroup:linux boxes\",\"!host:db*\"]", "[\"ann\"]", all()).code,
        AUTH_OK);
    assert_int_equal(change(s, "ann", "ack", "[\"host:web*\"]", "[\"linux\"]", all()).code, AUTH_OK);
    r = login(s, "ann", GOOD, "a");
    grants_are(&r, "[{\"rights\":[\"resources.read\",\"resources.acknowledge\"],\"scope\":[\"host:web*\"]},"
                   "{\"rights\":[\"resources.read\",\"resources.acknowledge\"],\"scope\":[\"hostgroup:"
                   "linux\\u0020boxes\",\"!host:db*\"]}]");
    /* what a role may holds at once */
    assert_int_equal(role(s, false, "ack", "resources.read", "no", all()).code, AUTH_OK);
    r = check(s, r.secret);
    assert_int_equal(r.n_grants, 2);
    /* equal scopes are one grant */
    assert_int_equal(group(s, false, "linux", "ack", "[\"host:web*\"]", "[\"ANN\"]", all()).code, AUTH_OK);
    r = check(s, login(s, "ann", GOOD, "a").secret);
    assert_int_equal(r.n_grants, 1);
    store_free(s);
}

static void test_bad_scopes(void **state UNUSED)
{
    static const char *const bad[] = {"",
                                      "{}",
                                      "[1]",
                                      "[\"\"]",
                                      "[\"host:\"]",
                                      "[\"nonsense:x\"]",
                                      "[\"service:x\"]",
                                      "[\"service:x/\"]",
                                      "[\"service:/x\"]",
                                      "[\"service:a\\\\/b\"]",
                                      "[\"!\"]",
                                      "[\"!!host:x\"]",
                                      "[\"host:a\\nb\"]",
                                      "[\"host:a\"] x",
                                      "[[\"host:a\"]]",
                                      "\"host:a\"",
                                      "[\"host:a\""};
    static const char *const good[] = {"null", "[]", "[\"host:*\"]", "[\"!contact:ann\",\"service:a*/b?\"]",
                                       "[\"servicegroup:caf\xc3\xa9\"]"};
    struct auth_store *s = store_new();
    struct buf much = BUF_INIT;

    add(s, "root", "admin");
    add(s, "ann", "viewer");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct auth_result r = change(s, "ann", "viewer", bad[i], "[]", all());

        if (r.code != AUTH_INVALID || strcmp(r.field, "scope") != 0)
            fail_msg("%s is taken", bad[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_int_equal(change(s, "ann", "viewer", good[i], "[]", all()).code, AUTH_OK);
    buf_add_c(&much, "[\"host:a\"");
    while (much.len < AUTH_SCOPE_MAX)
        buf_add_c(&much, ",\"host:a\"");
    buf_add_c(&much, "]");
    assert_int_equal(change(s, "ann", "viewer", much.data, "[]", all()).problem, PROBLEM_SCOPE_LONG);
    buf_release(&much);
    store_free(s);
}

static void test_own_roles(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK};

    add(s, "root", "admin");
    assert_int_equal(role(s, true, "viewer", "resources.read", "no", all()).code, AUTH_CONFLICT);
    assert_int_equal(role(s, true, "none", "resources.read", "no", all()).code, AUTH_INVALID);
    assert_int_equal(role(s, true, "night", "resources.fly", "no", all()).code, AUTH_INVALID);
    assert_int_equal(role(s, true, "night", "resources.read,resources.check", "no", all()).code, AUTH_OK);
    assert_int_equal(role(s, true, "Night", "resources.read", "no", all()).code, AUTH_CONFLICT);
    assert_int_equal(role(s, false, "viewer", "resources.read", "no", all()).problem, PROBLEM_ROLE_FIXED);
    assert_int_equal(role(s, false, "viewer", "=", "yes", all()).code, AUTH_OK);
    add(s, "ann", "night");
    auth_role_delete(s, STR("night"), all(), &r);
    assert_int_equal(r.problem, PROBLEM_ROLE_USED);
    assert_string_equal(r.about, "ann");
    change(s, "ann", "", "null", "[]", all());
    r = (struct auth_result){.code = AUTH_OK};
    auth_role_delete(s, STR("night"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    auth_role_delete(s, STR("viewer"), all(), &r);
    assert_int_equal(r.problem, PROBLEM_ROLE_FIXED);
    store_free(s);
}

/* Nobody gives, takes or becomes what he does not have. */
static void test_nobody_rises(void **state UNUSED)
{
    struct str may = STR("resources.read,users.read,users.write,roles.write,tokens.write");
    const struct auth_user_want boss = {.role = STR("admin"), .scope = STR("null"), .names = STR("[]")},
                                some = {
                                    .role = STR(""), .scope = STR("null"), .names = STR("resources.check")};
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK};

    add(s, "root", "admin");
    add(s, "eve", "");
    auth_user_create(s, clock_at, STR("x"), STR(GOOD), &boss, may, &r);
    assert_int_equal(r.code, AUTH_BEYOND);
    assert_null(auth_find_user(s, STR("x")));
    assert_int_equal(change(s, "eve", "admin", "null", "[]", may).code, AUTH_BEYOND);
    assert_string_equal(auth_find_user(s, STR("eve"))->role, "");
    assert_int_equal(change(s, "root", "", "null", "[]", may).code,
                     AUTH_BEYOND); /* nor is anybody brought low */
    assert_int_equal(group(s, true, "g", "admin", "null", "[\"eve\"]", may).code, AUTH_BEYOND);
    assert_int_equal(group(s, true, "g", "admin", "null", "[]", all()).code, AUTH_OK);
    assert_int_equal(change(s, "eve", "", "null", "[\"g\"]", may).code, AUTH_BEYOND);
    assert_int_equal(role(s, true, "big", "resources.read,resources.check", "no", may).code, AUTH_BEYOND);
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_password(s, clock_at, STR("root"), STR("another zebra in the attic"), may, &r);
    assert_int_equal(r.code, AUTH_BEYOND);
    r = (struct auth_result){.code = AUTH_OK};
    auth_token_create(s, clock_at, STR("t"), &some, TIME_H, STR("eve"), may, &r);
    assert_int_equal(r.code, AUTH_BEYOND);
    assert_string_equal(r.about, "resources.check");
    r = (struct auth_result){.code = AUTH_OK};
    auth_token_create(s, clock_at, STR("t"), &some, TIME_H, STR("root"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    store_free(s);
}

/* Also by way of a group somebody may do everything; whoever is the last stays. */
static void test_last_admin_by_group(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK};

    add(s, "root", "admin");
    add(s, "ann", "viewer");
    assert_int_equal(group(s, true, "bosses", "admin", "null", "[\"ann\"]", all()).code, AUTH_OK);
    auth_user_delete(s, STR("root"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    auth_group_delete(s, STR("bosses"), all(), &r);
    assert_int_equal(r.problem, PROBLEM_LAST_ADMIN);
    assert_true(auth_group_has(auth_find_group(s, STR("bosses")), "ann"));
    assert_int_equal(group(s, false, "bosses", "admin", "null", "[]", all()).problem, PROBLEM_LAST_ADMIN);
    assert_int_equal(group(s, false, "bosses", "admin", "[\"host:a\"]", "[\"ann\"]", all()).problem,
                     PROBLEM_LAST_ADMIN);
    assert_int_equal(group(s, false, "bosses", "viewer", "null", "[\"ann\"]", all()).problem,
                     PROBLEM_LAST_ADMIN);
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_delete(s, STR("ann"), all(), &r);
    assert_int_equal(r.problem, PROBLEM_LAST_ADMIN);
    store_free(s);
}

/* ---- the second factor ---- */

/* RFC 6238, appendix B, of SHA-1. */
static void test_totp_vectors(void **state UNUSED)
{
    static const struct {
        uint64_t time;
        uint32_t code;
    } rfc[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
               {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    char text[33];
    unsigned char back[20];

    for (size_t i = 0; i < ARRAY_LEN(rfc); i++)
        assert_int_equal(
            auth_totp_number((const unsigned char *)"12345678901234567890", 20, rfc[i].time / 30) % 100000000,
            rfc[i].code);
    auth_base32((const unsigned char *)"12345678901234567890", 20, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(auth_base32_read(str_of(text), back, sizeof(back)));
    assert_memory_equal(back, "12345678901234567890", 20);
    auth_base32((const unsigned char *)"foob", 4, text); /* RFC 4648 */
    assert_string_equal(text, "MZXW6YQ");
    assert_false(auth_base32_read(STR("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"), back, sizeof(back)));
}

static const char *code_of(const struct auth_store *s, const char *name, bool next, int64_t off_us)
{
    static char text[8];
    const struct auth_totp *t = &auth_find_user(s, str_of(name))->totp;

    snprintf(text, sizeof(text), "%06u",
             (unsigned)(auth_totp_number(next ? t->next : t->key, AUTH_TOTP_KEY,
                                         (uint64_t)((clock_at.wall.us + off_us) / (30 * TIME_S))) %
                        1000000));
    return text;
}

static struct auth_result second(struct auth_store *s, const char *name, const char *code)
{
    struct auth_result r = {.code = AUTH_OK};

    auth_login(s, clock_at, str_of(name), STR(GOOD), str_of(code), STR("a"), &r);
    return r;
}

static struct auth_result enrol(struct auth_store *s, const char *name)
{
    struct auth_result r = {.code = AUTH_OK};

    auth_totp_enrol(s, clock_at, str_of(name), STR(GOOD), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(strlen(r.secret), 32);
    r = (struct auth_result){.code = AUTH_OK};
    auth_totp_confirm(s, clock_at, str_of(name), str_of(code_of(s, name, true, 0)), STR("a"), &r);
    assert_int_equal(r.code, AUTH_OK);
    return r;
}

static void test_totp(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, r = {.code = AUTH_OK};
    char code[8];

    add(s, "ann", "admin");
    one = login(s, "ann", GOOD, "a");
    auth_totp_confirm(s, clock_at, STR("ann"), STR("123456"), STR("a"), &r);
    assert_int_equal(r.problem, PROBLEM_TOTP_BEGIN);
    auth_totp_enrol(s, clock_at, STR("ann"), STR("wrong"), &r);
    assert_int_equal(r.problem, PROBLEM_PASSWORD_OLD);
    assert_int_equal(login(s, "ann", GOOD, "a").code, AUTH_OK); /* nothing holds yet */
    r = enrol(s, "ann");
    assert_true(r.totp);
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED); /* opened by a password alone */
    assert_int_equal(check(s, r.secret).code, AUTH_OK);
    r = login(s, "ann", GOOD, "a");
    assert_int_equal(r.problem, PROBLEM_TOTP_NEEDED);
    assert_string_equal(r.secret, "");
    snprintf(code, sizeof(code), "%s", code_of(s, "ann", false, 0));
    assert_int_equal(second(s, "ann", code).problem, PROBLEM_TOTP_WRONG); /* the one that confirmed */
    forward(30 * TIME_S);
    assert_int_equal(second(s, "ann", code_of(s, "ann", false, 60 * TIME_S)).problem, PROBLEM_TOTP_WRONG);
    assert_int_equal(second(s, "ann", code_of(s, "ann", false, 30 * TIME_S)).code,
                     AUTH_OK); /* a clock that is ahead */
    assert_int_equal(second(s, "ann", code_of(s, "ann", false, 0)).problem,
                     PROBLEM_TOTP_WRONG); /* and no way back */
    forward(120 * TIME_S);
    snprintf(code, sizeof(code), "%s", code_of(s, "ann", false, -30 * TIME_S));
    assert_int_equal(second(s, "ann", code).code, AUTH_OK); /* a clock that is behind */
    assert_int_equal(second(s, "ann", code).code, AUTH_DENIED);
    store_free(s);
}

static void test_totp_guesses(void **state UNUSED)
{
    struct auth_store *s = store_new();

    add(s, "ann", "admin");
    enrol(s, "ann");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(second(s, "ann", "x").problem, PROBLEM_TOTP_WRONG);
        assert_int_equal(second(s, "ann", "").code,
                         i < 2 ? AUTH_DENIED : AUTH_SLOW); /* the password alone forgives nothing */
    }
    forward(30 * TIME_S);
    assert_int_equal(second(s, "ann", code_of(s, "ann", false, 0)).code, AUTH_OK);
    store_free(s);
}

static void test_recovery(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result first, r;
    struct buf text = BUF_INIT;

    add(s, "ann", "admin");
    first = enrol(s, "ann");
    auth_store_dump_users(s, &text);
    for (int i = 0; i < AUTH_RECOVERY; i++) {
        assert_int_equal(strlen(first.recovery[i]), 19);
        assert_null(strstr(text.data, first.recovery[i]));
    }
    r = second(s, "ann", first.recovery[3]);
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(r.n_recovery, 9);
    assert_int_equal(second(s, "ann", first.recovery[3]).problem, PROBLEM_TOTP_WRONG);
    r = (struct auth_result){.code = AUTH_OK};
    auth_totp_recovery(s, clock_at, STR("ann"), STR(GOOD), str_of(first.recovery[4]), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(second(s, "ann", first.recovery[5]).problem, PROBLEM_TOTP_WRONG);
    assert_int_equal(second(s, "ann", r.recovery[5]).code, AUTH_OK);
    first = (struct auth_result){.code = AUTH_OK};
    auth_totp_off(s, clock_at, STR("ann"), STR(GOOD), STR("nonsense"), &first);
    assert_int_equal(first.problem, PROBLEM_TOTP_WRONG);
    first = (struct auth_result){.code = AUTH_OK};
    auth_totp_off(s, clock_at, STR("ann"), STR(GOOD), str_of(r.recovery[6]), &first);
    assert_int_equal(first.code, AUTH_OK);
    assert_int_equal(login(s, "ann", GOOD, "a").code, AUTH_OK);
    buf_release(&text);
    store_free(s);
}

static void test_totp_required(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, r = {.code = AUTH_OK};

    add(s, "ann", "admin");
    assert_int_equal(role(s, false, "admin", "=", "yes", all()).code, AUTH_OK);
    one = login(s, "ann", GOOD, "a");
    assert_int_equal(one.code, AUTH_OK);
    assert_true(one.totp_required && !one.totp && !one.n_grants); /* signed in, and may only enrol */
    auth_user_grants(s, STR("ann"), &r);
    assert_int_equal(r.n_grants, 1);
    one = enrol(s, "ann");
    assert_int_equal(one.n_grants, 1);
    r = (struct auth_result){.code = AUTH_OK};
    auth_totp_off(s, clock_at, STR("ann"), STR(GOOD), str_of(one.recovery[0]), &r);
    assert_int_equal(r.problem, PROBLEM_TOTP_REQUIRED);
    r = (struct auth_result){.code = AUTH_OK};
    auth_totp_reset(s, STR("ann"), all(), &r); /* a lost telephone */
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED);
    assert_int_equal(login(s, "ann", GOOD, "a").n_grants, 0);
    store_free(s);
}

/* ---- sessions ---- */

static void test_session_list(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, two, r = {.code = AUTH_OK};
    struct buf b = BUF_INIT;
    char id[17];

    add(s, "ann", "admin");
    add(s, "bob", "viewer");
    s->random = randombytes_buf;
    login(s, "bob", GOOD, "192.0.2.9");
    one = login(s, "ann", GOOD, "192.0.2.7");
    forward(TIME_S);
    two = login(s, "ann", GOOD, "::1");
    auth_sessions_json(s, clock_at, STR("ann"), str_of(two.secret), &b);
    assert_null(strstr(b.data, "192.0.2.9"));
    assert_null(strstr(b.data, one.secret));
    assert_true(strstr(b.data, "\"current\":true") < strstr(b.data, "192.0.2.7")); /* the last used first */
    snprintf(id, sizeof(id), "%.16s", strstr(strstr(b.data, "},{"), "\"id\":\"") + 6);
    auth_session_drop(s, str_of(id), STR("bob"), &r);
    assert_int_equal(r.code, AUTH_NONE); /* not his */
    r = (struct auth_result){.code = AUTH_OK};
    auth_session_drop(s, str_of(id), STR("ann"), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED);
    one = login(s, "ann", GOOD, "192.0.2.7");
    auth_session_drop_others(s, str_of(two.secret), STR("ann"));
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED);
    assert_int_equal(check(s, two.secret).code, AUTH_OK);
    assert_int_equal(s->sessions.n, 2); /* bob's is his own affair */
    for (int i = 0; i < AUTH_SESSIONS_ONE + 5; i++)
        login(s, "ann", GOOD, "a");
    assert_int_equal(s->sessions.n, 1 + AUTH_SESSIONS_ONE); /* no account takes the room of others */
    buf_release(&b);
    store_free(s);
}

/* ---- the text form ---- */

static void test_text_2(void **state UNUSED)
{
    struct auth_store *s = store_new(), *t = store_new();
    struct auth_result r;
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;

    add(s, "ann", "admin");
    add(s, "bob", "");
    role(s, true, "night", "resources.read,resources.check", "yes", all());
    role(s, true, "empty", "", "no", all());
    group(s, true, "g", "night", "[\"host:a b\",\"!service:*/c\"]", "[\"ann\",\"bob\"]", all());
    group(s, true, "h", "", "null", "[]", all());
    r = enrol(s, "ann");
    make_token(s, STR("tok"), STR("night"), TIME_H, &(struct auth_result){.code = AUTH_OK});
    auth_store_dump_users(s, &one);
    assert_int_equal(auth_store_load_users(t, buf_str(&one), &err), 0);
    auth_store_dump_users(t, &two);
    assert_string_equal(one.data, two.data);
    assert_int_equal(second(t, "ann", r.recovery[0]).code, AUTH_OK);
    assert_int_equal(second(t, "ann", "").problem, PROBLEM_TOTP_NEEDED);
    for (size_t n = 0; n < one.len; n++) {
        err_clear(&err);
        assert_int_equal(auth_store_load_users(t, str_sub(buf_str(&one), 0, n), &err), E_FORMAT);
        assert_int_equal(t->users.n + t->groups.n + t->tokens.n, 0);
        assert_int_equal(t->roles.n, 3);
    }
    buf_release(&one);
    buf_release(&two);
    store_free(s);
    store_free(t);
}

/* As the first version wrote it; it is never changed. */
static const char version_1[] = "vigie-users 1\n"
                                "user root admin - 1700000000000000 1700000000000001 "
                                "$argon2id$v=19$m=8,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$nothing\n"
                                "user vic viewer fr 1700000000000002 1700000000000003 "
                                "$argon2id$v=19$m=8,t=1,p=1$AQEBAQEBAQEBAQEBAQEBAQ$nothing\n"
                                "token dash operator 1700000000000004 1800000000000000 uid:0 "
                                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
                                "end 3\n";

static void test_version_1(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK};
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;

    assert_int_equal(auth_store_load_users(s, str_of(version_1), &err), 0);
    auth_user_grants(s, STR("vic"), &r);
    assert_string_equal(r.role, "viewer");
    assert_string_equal(r.lang, "fr");
    assert_int_equal(r.n_grants, 1);
    assert_null(r.grant[0].scope);
    assert_string_equal(s->tokens.at[0].role, "operator");
    auth_store_dump_users(s, &b);
    assert_true(str_starts(
        buf_str(&b),
        STR("vigie-users 2\nuser root admin null - 1700000000000000 1700000000000001 0 $argon2id$")));
    assert_non_null(
        strstr(b.data, "\ntoken dash operator - null 1700000000000004 1800000000000000 uid:0 0001020304"));
    assert_int_equal(auth_store_load_users(s, buf_str(&b), &err), 0);
    buf_release(&b);
    store_free(s);
}

static void test_pages(void **state UNUSED)
{
    struct auth_store *s = store_new();
    char next[AUTH_NAME_MAX + 1] = "", scope[AUTH_SCOPE_MAX];
    struct buf b = BUF_INIT;
    unsigned n = 0, pages = 0;

    add(s, "root", "admin");
    memset(scope, 'x', sizeof(scope));
    memcpy(scope, "[\"host:", 7);
    for (size_t i = 200; i < 1900; i += 200)
        memcpy(scope + i, "\",\"host:", 8);
    memcpy(scope + 1900, "\"]", 3);
    for (int i = 0; i < 150; i++) {
        char name[16];

        snprintf(name, sizeof(name), "u%03d", i);
        add(s, name, "");
        assert_int_equal(change(s, name, "viewer", scope, "[]", all()).code, AUTH_OK);
    }
    do {
        char after[AUTH_NAME_MAX + 1];

        memcpy(after, next, sizeof(after));
        next[0] = '\0';
        buf_clear(&b);
        auth_users_json(s, str_of(after), &b, next);
        assert_true(b.len < 200 * 1024); /* a message holds it */
        pages++;
        for (const char *p = b.data; (p = strstr(p, "\"user\":")); p++)
            n++;
    } while (next[0]);
    assert_int_equal(n, 151);
    assert_true(pages > 1);
    buf_release(&b);
    store_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grants),
        cmocka_unit_test(test_bad_scopes),
        cmocka_unit_test(test_own_roles),
        cmocka_unit_test(test_nobody_rises),
        cmocka_unit_test(test_last_admin_by_group),
        cmocka_unit_test(test_totp_vectors),
        cmocka_unit_test(test_totp),
        cmocka_unit_test(test_totp_guesses),
        cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_totp_required),
        cmocka_unit_test(test_session_list),
        cmocka_unit_test(test_text_2),
        cmocka_unit_test(test_version_1),
        cmocka_unit_test(test_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
