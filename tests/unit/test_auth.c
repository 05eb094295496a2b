/* SPDX-License-Identifier: Apache-2.0 */
/* Users, sessions, tokens, the set-up link, waiting after failures, the password policy and the text form, under a clock of our own. */
#include "auth_rig.h"
#include "role/auth_policy.h"

static struct auth_result setup(struct auth_store *s, const char *token, const char *password)
{
    struct auth_result r = {.code = AUTH_OK};

    auth_setup_finish(s, clock_at, str_of(token), STR("root"), str_of(password), STR("127.0.0.1"), &r);
    return r;
}

static void test_setup_once(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result first = {.code = AUTH_OK}, r;

    auth_setup_begin(s, clock_at, &first);
    assert_int_equal(first.code, AUTH_OK);
    assert_int_equal(strlen(first.secret), 43);
    assert_int_equal(setup(s, "wrong", GOOD).code, AUTH_DENIED);
    r = setup(s, first.secret, "short");
    assert_int_equal(r.code, AUTH_INVALID); /* a weak password does not use the link up */
    assert_string_equal(r.field, "password");
    r = setup(s, first.secret, GOOD);
    assert_int_equal(r.code, AUTH_OK);
    assert_string_equal(r.role, "admin");
    assert_true(s->users_changed);
    assert_int_equal(check(s, r.secret).code, AUTH_OK);
    assert_int_equal(setup(s, first.secret, GOOD).code, AUTH_GONE);
    auth_setup_begin(s, clock_at, &first);
    assert_int_equal(first.code, AUTH_CONFLICT); /* never again while there is a user */
    store_free(s);
}

static void test_setup_expires(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result first = {.code = AUTH_OK};

    auth_setup_begin(s, clock_at, &first);
    forward(AUTH_SETUP_US - 1);
    assert_int_equal(setup(s, first.secret, "short").code, AUTH_INVALID);
    forward(1);
    assert_int_equal(setup(s, first.secret, GOOD).code, AUTH_GONE);
    store_free(s);
}

static void test_login(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r;

    assert_int_equal(add(s, "ann", "operator").code, AUTH_OK);
    assert_int_equal(add(s, "ANN", "viewer").code, AUTH_CONFLICT);
    assert_int_equal(add(s, "an n", "viewer").code, AUTH_INVALID);
    assert_int_equal(add(s, "bob", "king").code, AUTH_INVALID);
    assert_int_equal(login(s, "ann", "wrong", "a").code, AUTH_DENIED);
    assert_int_equal(login(s, "nobody", GOOD, "b").code, AUTH_DENIED);
    r = login(s, "ann", GOOD, "a");
    assert_int_equal(r.code, AUTH_OK);
    assert_string_equal(r.user, "ann");
    assert_string_equal(r.role, "operator");
    assert_true(strstr(s->users.at[0].hash, "$argon2id$") == s->users.at[0].hash);
    store_free(s);
}

static void test_waiting(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r;
    int64_t before = 0;

    add(s, "ann", "admin");
    for (int i = 0; i < 3; i++)
        assert_int_equal(login(s, "ann", "wrong", "evil").code, AUTH_DENIED);
    r = login(s, "ann", GOOD, "evil");
    assert_int_equal(r.code, AUTH_SLOW); /* not even the right one is tried */
    assert_true(r.wait_us > 0 && r.wait_us <= TIME_S);
    for (int i = 0; i < 12; i++) {
        forward(r.wait_us);
        assert_int_equal(login(s, "ann", "wrong", "evil").code, AUTH_DENIED);
        r = login(s, "ann", GOOD, "evil");
        assert_int_equal(r.code, AUTH_SLOW);
        assert_true(r.wait_us >= before &&
                    r.wait_us <= 30 * TIME_S); /* it grows, and never locks out for good */
        before = r.wait_us;
    }
    assert_int_equal(before, 30 * TIME_S);
    assert_int_equal(login(s, "bob", GOOD, "evil").code, AUTH_SLOW); /* the source waits for every account */
    assert_int_equal(login(s, "bob", GOOD, "other").code, AUTH_DENIED);
    forward(30 * TIME_S);
    assert_int_equal(login(s, "ann", GOOD, "evil").code, AUTH_OK);
    assert_int_equal(login(s, "ann", "wrong", "evil").code, AUTH_DENIED); /* and all is forgotten */
    store_free(s);
}

/* Guessing from many places makes the account wait everywhere, but not where its owner has signed in from; a guesser in one place does not bother others. */
static void test_nobody_is_kept_out(void **state UNUSED)
{
    struct auth_store *s = store_new();
    char source[16];

    add(s, "ann", "admin");
    for (int i = 0; i < 3; i++)
        login(s, "ann", "wrong", "evil");
    assert_int_equal(login(s, "ann", GOOD, "evil").code, AUTH_SLOW);
    assert_int_equal(login(s, "ann", GOOD, "home").code, AUTH_OK);
    for (int i = 0; i < 20; i++) {
        snprintf(source, sizeof(source), "bot%d", i);
        login(s, "ann", "wrong", source);
    }
    assert_int_equal(login(s, "ann", GOOD, "elsewhere").code, AUTH_SLOW);
    assert_int_equal(login(s, "ann", GOOD, "home").code, AUTH_OK);
    assert_int_equal(login(s, "ann", "wrong", "home").code, AUTH_DENIED);
    store_free(s);
}

static void test_password_guesses(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {0};

    add(s, "ann", "admin");
    for (int i = 0; i < 3; i++) {
        r = (struct auth_result){0};
        auth_password(s, clock_at, STR("ann"), STR("wrong"), STR(GOOD), STR("there"), &r);
        assert_int_equal(r.code, AUTH_INVALID);
    }
    r = (struct auth_result){0};
    auth_password(s, clock_at, STR("ann"), STR(GOOD), STR("another " GOOD), STR("there"), &r);
    assert_int_equal(r.code, AUTH_SLOW);
    forward(r.wait_us);
    r = (struct auth_result){0};
    auth_password(s, clock_at, STR("ann"), STR(GOOD), STR("another " GOOD), STR("there"), &r);
    assert_int_equal(r.code, AUTH_OK);
    store_free(s);
}

static void test_session_limits(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, two;

    add(s, "ann", "viewer");
    one = login(s, "ann", GOOD, "a");
    two = login(s, "ann", GOOD, "a");
    assert_string_not_equal(one.secret, two.secret); /* each login makes a new one */
    forward(s->idle_us - 1);
    assert_int_equal(check(s, one.secret).code, AUTH_OK);
    forward(1);
    assert_int_equal(check(s, two.secret).code, AUTH_DENIED); /* idle too long */
    assert_int_equal(check(s, one.secret).code, AUTH_OK);
    for (int64_t used = 0; used < s->max_us - s->idle_us; used += s->idle_us / 2) {
        forward(s->idle_us / 2);
        check(s, one.secret);
    }
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED); /* used all the time, and yet it ends */
    auth_store_expire(s, clock_at);
    assert_int_equal(s->sessions.n, 0);
    store_free(s);
}

static void test_session_ends(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, two, r = {.code = AUTH_OK};

    add(s, "ann", "admin");
    one = login(s, "ann", GOOD, "a");
    two = login(s, "ann", GOOD, "a");
    auth_session_end(s, str_of(one.secret), &r);
    assert_int_equal(check(s, one.secret).code, AUTH_DENIED);
    assert_int_equal(check(s, two.secret).code, AUTH_OK);
    auth_password(s, clock_at, STR("ann"), STR("wrong"), STR("another zebra in the attic"), STR("there"), &r);
    assert_int_equal(r.code, AUTH_INVALID);
    r = (struct auth_result){.code = AUTH_OK};
    auth_password(s, clock_at, STR("ann"), STR(GOOD), STR("another zebra in the attic"), STR("there"), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(check(s, two.secret).code, AUTH_DENIED); /* the others are ended */
    assert_int_equal(check(s, r.secret).code, AUTH_OK);
    assert_int_equal(login(s, "ann", GOOD, "a").code, AUTH_DENIED);
    store_free(s);
}

static void test_set_by_an_administrator(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, r = {.code = AUTH_OK};

    add(s, "ann", "admin");
    one = login(s, "ann", GOOD, "a");
    auth_user_password(s, clock_at, STR("nobody"), STR("another zebra in the attic"), all(), &r);
    assert_int_equal(r.code, AUTH_NONE);
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_password(s, clock_at, STR("ann"), STR("short"), all(), &r);
    assert_int_equal(r.code, AUTH_INVALID);
    assert_int_equal(check(s, one.secret).code, AUTH_OK);
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_password(s, clock_at, STR("ann"), STR("another zebra in the attic"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_string_equal(r.secret, ""); /* the administrator gets no session of hers */
    assert_int_equal(s->sessions.n, 0);
    assert_int_equal(login(s, "ann", GOOD, "a").code, AUTH_DENIED);
    assert_int_equal(login(s, "ann", "another zebra in the attic", "a").code, AUTH_OK);
    store_free(s);
}

static void test_roles_change(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result one, r = {.code = AUTH_OK};

    add(s, "ann", "admin");
    add(s, "bob", "viewer");
    auth_user_role(s, STR("ann"), STR("operator"), all(), &r);
    assert_int_equal(r.code, AUTH_CONFLICT); /* nobody would be left who may change it back */
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_role(s, STR("bob"), STR("boss"), all(), &r);
    assert_int_equal(r.code, AUTH_INVALID);
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_role(s, STR("cid"), STR("admin"), all(), &r);
    assert_int_equal(r.code, AUTH_NONE);
    one = login(s, "bob", GOOD, "a");
    assert_string_equal(one.role, "viewer");
    r = (struct auth_result){.code = AUTH_OK};
    s->users_changed = false;
    auth_user_role(s, STR("bob"), STR("admin"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_true(s->users_changed);
    assert_int_equal(check(s, one.secret).code,
                     AUTH_DENIED); /* what was opened as one thing does not go on as another */
    assert_string_equal(login(s, "bob", GOOD, "a").role, "admin");
    auth_user_role(s, STR("ann"), STR("operator"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    store_free(s);
}

static void test_last_admin(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK};

    add(s, "ann", "admin");
    add(s, "bob", "viewer");
    auth_user_delete(s, STR("ann"), all(), &r);
    assert_int_equal(r.code, AUTH_CONFLICT);
    add(s, "cid", "admin");
    r = (struct auth_result){.code = AUTH_OK};
    auth_user_delete(s, STR("ann"), all(), &r);
    assert_int_equal(r.code, AUTH_OK);
    store_free(s);
}

static void test_tokens(void **state UNUSED)
{
    struct auth_store *s = store_new();
    struct auth_result r = {.code = AUTH_OK}, c = {.code = AUTH_OK};

    make_token(s, STR("grafana"), STR("viewer"), TIME_H, &r);
    assert_int_equal(r.code, AUTH_OK);
    assert_true(strncmp(r.secret, AUTH_TOKEN_PREFIX, 4) == 0);
    auth_token_check(s, clock_at, str_of(r.secret), &c);
    assert_int_equal(c.code, AUTH_OK);
    assert_string_equal(c.role, "viewer");
    assert_string_equal(c.user, "grafana");
    forward(TIME_H);
    auth_token_check(s, clock_at, str_of(r.secret), &c);
    assert_int_equal(c.code, AUTH_DENIED);
    for (int i = 0; i < 2; i++) {
        static const int64_t bad[] = {0, 400 * TIME_DAY};

        c = (struct auth_result){.code = AUTH_OK};
        make_token(s, STR("x"), STR("viewer"), bad[i], &c);
        assert_int_equal(c.code, AUTH_INVALID);
        assert_string_equal(c.field, "expires");
    }
    c = (struct auth_result){.code = AUTH_OK};
    make_token(s, STR("grafana"), STR("viewer"), TIME_H, &c);
    assert_int_equal(c.code, AUTH_CONFLICT);
    c = (struct auth_result){.code = AUTH_OK};
    auth_token_delete(s, STR("grafana"), all(), &c);
    assert_int_equal(c.code, AUTH_OK);
    store_free(s);
}

/* What is written is read back; cut anywhere, it is refused as a whole; secrets are not in it. */
static void test_text(void **state UNUSED)
{
    struct auth_store *s = store_new(), *t = store_new();
    struct auth_result r, k = {.code = AUTH_OK};
    struct buf users = BUF_INIT, sessions = BUF_INIT, again = BUF_INIT;
    struct err err = ERR_INIT;

    add(s, "ann", "admin");
    add(s, "bob", "viewer");
    make_token(s, STR("tok"), STR("operator"), TIME_H, &k);
    r = login(s, "ann", GOOD, "::1");
    auth_store_dump_users(s, &users);
    auth_store_dump_sessions(s, &sessions);
    assert_null(strstr(users.data, k.secret));
    assert_null(strstr(users.data, GOOD));
    assert_null(strstr(sessions.data, r.secret));
    assert_int_equal(auth_store_load_users(t, buf_str(&users), &err), 0);
    assert_int_equal(auth_store_load_sessions(t, buf_str(&sessions), &err), 0);
    auth_store_dump_users(t, &again);
    assert_string_equal(again.data, users.data);
    assert_int_equal(check(t, r.secret).code, AUTH_OK);
    assert_int_equal(login(t, "bob", GOOD, "x").code, AUTH_OK);
    for (size_t n = 0; n < users.len; n++) {
        err_clear(&err);
        assert_int_equal(auth_store_load_users(t, str_sub(buf_str(&users), 0, n), &err), E_FORMAT);
        assert_int_equal(t->users.n + t->tokens.n, 0);
    }
    err_clear(&err);
    assert_int_equal(auth_store_load_users(t, STR("vigie-users 3\nend 0\n"), &err), E_FORMAT);
    buf_release(&users);
    buf_release(&sessions);
    buf_release(&again);
    store_free(s);
    store_free(t);
}

static void test_policy(void **state UNUSED)
{
    static const struct {
        const char *password, *user;
        bool good;
    } cases[] = {
        {GOOD, "ann", true},
        {"x7#kQ!v2Lm9z", "ann", true},
        {"caf\xc3\xa9 au lait \xc3\xa0 midi", "ann", true},
        {"short", "ann", false},
        {"eleven char", "ann", false},
        {"password12345", "ann", false},
        {"P4ssw0rd!2026", "ann", false},
        {"administrator1", "x", false},
        {"Welcome123456!", "x", false},
        {"mot de passe 12345", "x", false},
        {"aaaaaaaaaaaaaaaa", "x", false},
        {"abcdefghijklmnop", "x", false},
        {"qwertyuiop12345", "x", false},
        {"azertyuiop99999", "x", false},
        {"xannx zebra lamp 40", "ann", false},
        {"correct horse battery staple", "x", false},
        {"\xff\xfe zebra lamp forty", "x", false},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum problem why = auth_policy_password(str_of(cases[i].password), str_of(cases[i].user));

        if ((why == PROBLEM_NONE) != cases[i].good)
            fail_msg("%s: %s", cases[i].password, problem_code(why));
    }
    assert_true(auth_policy_name(STR("a.b_c-d@e")));
    assert_false(auth_policy_name(STR("")));
    assert_false(auth_policy_name(STR("a b")));
    assert_false(auth_policy_name(STR("a\nuser x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_setup_once),
        cmocka_unit_test(test_setup_expires),
        cmocka_unit_test(test_login),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_nobody_is_kept_out),
        cmocka_unit_test(test_password_guesses),
        cmocka_unit_test(test_session_limits),
        cmocka_unit_test(test_session_ends),
        cmocka_unit_test(test_set_by_an_administrator),
        cmocka_unit_test(test_roles_change),
        cmocka_unit_test(test_last_admin),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
