/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate asks auth by name: who asks is looked up when it is done, roles have one name whatever the case, and which sessions must leave the disk at once. */
#include "auth_rig.h"
#include "role/auth_op.h"

static struct buf list;

static struct auth_result ask(struct auth_store *s, const char *op, const char *const *words)
{
    struct auth_result r = {.code = AUTH_OK};
    struct str arg[8];
    size_t n = 0;

    for (; words[n]; n++)
        arg[n] = str_of(words[n]);
    buf_clear(&list);
    assert_true(auth_op(s, clock_at, str_of(op), arg, n, &r, &list));
    return r;
}
#define ASK(op, ...) ask(s, op, (const char *const[]){__VA_ARGS__, NULL})

static struct auth_store *people(void)
{
    struct auth_store *s = store_new();

    buf_init(&list);
    add(s, "root", "admin");
    add(s, "ann", "admin");
    add(s, "bob", "viewer");
    return s;
}

static void done(struct auth_store *s)
{
    buf_release(&list);
    store_free(s);
}

/* Between the question and its entry in the audit record somebody else may have taken the right away. */
static void test_who_asks_is_judged_then(void **state UNUSED)
{
    struct auth_store *s = people();

    assert_int_equal(ASK("user_role", "bob", "operator", "session ann").code, AUTH_OK);
    assert_int_equal(ASK("user_role", "ann", "viewer", "session root").code, AUTH_OK);
    assert_int_equal(ASK("user_role", "ann", "admin", "session ann").code, AUTH_BEYOND);
    assert_int_equal(ASK("user_delete", "bob", "session ann").code, AUTH_BEYOND);
    assert_int_equal(ASK("user_delete", "bob", "session nobody").code, AUTH_BEYOND);
    assert_int_equal(ASK("user_delete", "bob", "nonsense root").code, AUTH_BEYOND);
    assert_int_equal(ASK("role_create", "r", "-", "no", "session ann").code, AUTH_BEYOND);
    assert_string_equal(
        ASK("token_create", "t", "viewer", "", "null", "3600000000", "ann", "session ann").about,
        "tokens.write");
    /* What is had for a part is not had for everything. */
    assert_int_equal(ASK("user_change", "ann", "admin", "[\"host:a\"]", "[]", "session root").code, AUTH_OK);
    assert_int_equal(ASK("user_delete", "bob", "session ann").code, AUTH_BEYOND);
    /* Who must have a second factor and has none. */
    assert_int_equal(ASK("user_change", "ann", "admin", "null", "[]", "session root").code, AUTH_OK);
    assert_int_equal(ASK("role_change", "admin", "=", "yes", "session root").code, AUTH_OK);
    assert_int_equal(ASK("user_delete", "bob", "session ann").code, AUTH_BEYOND);
    assert_int_equal(ASK("user_delete", "bob", "local root").code, AUTH_OK);
    done(s);
}

static void test_tokens_ask(void **state UNUSED)
{
    struct auth_store *s = people();
    const char *all_scope = "null";

    assert_int_equal(
        ASK("token_create", "whole", "admin", "", all_scope, "3600000000", "root", "session root").code,
        AUTH_OK);
    assert_int_equal(
        ASK("token_create", "part", "admin", "", "[\"host:a\"]", "3600000000", "root", "session root").code,
        AUTH_OK);
    assert_int_equal(ASK("user_role", "bob", "operator", "token part").code, AUTH_BEYOND);
    assert_int_equal(ASK("user_role", "bob", "operator", "token whole").code, AUTH_OK);
    assert_int_equal(ASK("token_delete", "whole", "session root").code, AUTH_OK);
    assert_int_equal(ASK("user_role", "bob", "viewer", "token whole").code, AUTH_BEYOND);
    done(s);
}

/* "ACK" is the role ack: else it could be deleted while somebody has it, and what is written then is read by no start. */
static void test_a_role_has_one_name(void **state UNUSED)
{
    struct auth_store *s = people();
    struct auth_result session = login(s, "bob", GOOD, "a"), r;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    assert_int_equal(ASK("role_create", "ack", "resources.read", "no", "local root").code, AUTH_OK);
    assert_int_equal(ASK("user_change", "bob", "ACK", "null", "[]", "local root").code, AUTH_OK);
    assert_string_equal(auth_find_user(s, STR("bob"))->role, "ack");
    assert_int_equal(check(s, session.secret).code, AUTH_DENIED);
    session = login(s, "bob", GOOD, "a");
    assert_int_equal(ASK("user_change", "bob", "Ack", "null", "[]", "local root").code, AUTH_OK);
    assert_int_equal(check(s, session.secret).code, AUTH_OK); /* it is no other role */
    r = ASK("role_delete", "ack", "local root");
    assert_int_equal(r.problem, PROBLEM_ROLE_USED);
    assert_int_equal(ASK("user_role", "bob", "", "local root").code, AUTH_OK);
    assert_int_equal(ASK("group_create", "g", "aCK", "null", "[]", "local root").code, AUTH_OK);
    assert_string_equal(auth_find_group(s, STR("g"))->role, "ack");
    assert_int_equal(ASK("role_delete", "ack", "local root").problem, PROBLEM_ROLE_USED);
    auth_store_dump_users(s, &text);
    assert_int_equal(auth_store_load_users(s, buf_str(&text), &err), 0);
    buf_release(&text);
    done(s);
}

static void ends(struct auth_store *s, bool want)
{
    assert_int_equal(s->sessions_ended, want);
    s->sessions_ended = false;
}

static void test_what_must_leave_the_disk(void **state UNUSED)
{
    struct auth_store *s = people();
    struct auth_result one = login(s, "bob", GOOD, "a"), r = {.code = AUTH_OK};

    ends(s, false);
    check(s, one.secret);
    ends(s, false);
    auth_session_end(s, str_of(one.secret), &r);
    ends(s, true);
    login(s, "bob", GOOD, "a");
    assert_int_equal(ASK("session_drop_others", "", "BOB").code, AUTH_OK); /* names of people have no case */
    assert_int_equal(s->sessions.n, 0);
    ends(s, true);
    login(s, "bob", GOOD, "a");
    assert_int_equal(ASK("user_password", "bob", "another zebra in the attic", "local root").code, AUTH_OK);
    ends(s, true);
    login(s, "bob", "another zebra in the attic", "a");
    forward(s->idle_us);
    auth_store_expire(s, clock_at); /* by themselves they are over in the file as well */
    assert_int_equal(s->sessions.n, 0);
    ends(s, false);
    done(s);
}

static void test_a_new_password_comes_from_somewhere(void **state UNUSED)
{
    struct auth_store *s = people();
    struct auth_result r = ASK("password", "bob", GOOD, "another zebra in the attic", "192.0.2.7");

    assert_int_equal(r.code, AUTH_OK);
    assert_int_equal(ASK("session_list", "bob", r.secret).code, AUTH_OK);
    assert_non_null(strstr(list.data, "\"source\":\"192.0.2.7\""));
    done(s);
}

/* ---- waiting ---- */

/* Who knows one password tries no more of others' by it. */
static void test_success_forgives_its_own(void **state UNUSED)
{
    struct auth_store *s = people();
    char name[32];

    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof(name), "victim%d", i);
        assert_int_equal(login(s, name, "wrong", "evil").code, AUTH_DENIED);
    }
    assert_int_equal(login(s, "bob", GOOD, "evil").code, AUTH_OK);
    assert_int_equal(login(s, "victim9", "wrong", "evil").code, AUTH_DENIED);
    assert_int_equal(login(s, "victim10", "wrong", "evil").code, AUTH_SLOW);
    /* ... and who only mistyped waits no longer than for that. */
    for (int i = 0; i < 2; i++)
        login(s, "ann", "wrong", "desk");
    assert_int_equal(login(s, "ann", GOOD, "desk").code, AUTH_OK);
    for (size_t i = 0; i < s->failures.n; i++)
        assert_null(strstr(s->failures.at[i].key, "p:desk"));
    done(s);
}

static void test_a_network_is_one_source(void **state UNUSED)
{
    struct auth_store *s = people();
    char from[48], name[32];

    for (int i = 0; i < 10; i++) {
        snprintf(from, sizeof(from), "2001:db8:1:2::%x", i + 1);
        snprintf(name, sizeof(name), "nobody%d", i);
        assert_int_equal(login(s, name, "wrong", from).code, AUTH_DENIED);
    }
    assert_int_equal(login(s, "ann", "wrong", "2001:db8:1:2:aaaa::1").code, AUTH_SLOW);
    assert_int_equal(login(s, "ann", "wrong", "2001:db8:1:3::1").code, AUTH_DENIED);
    assert_int_equal(login(s, "ann", "wrong", "192.0.2.1").code, AUTH_DENIED);
    done(s);
}

/* Where somebody has signed in from is known behind a restart, too: else a guesser in many places keeps everybody out until then. */
static void test_known_places_are_kept(void **state UNUSED)
{
    struct auth_store *s = people(), *t = store_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    char from[32];

    login(s, "ann", GOOD, "192.0.2.7");
    assert_true(s->sessions_changed);
    s->sessions_changed = false;
    login(s, "ann", "wrong", "198.51.100.1");
    assert_false(s->sessions_changed); /* failures are worth no write */
    auth_store_dump_sessions(s, &text);
    assert_non_null(strstr(text.data, "\nknown 192.0.2.7 ann\n"));
    assert_int_equal(auth_store_load_sessions(t, buf_str(&text), &err), 0);
    add(t, "ann", "admin");
    for (int i = 0; i < 20; i++) {
        snprintf(from, sizeof(from), "203.0.113.%d", i);
        login(t, "ann", "wrong", from);
    }
    assert_int_equal(login(t, "ann", GOOD, "198.51.100.9").code, AUTH_SLOW);
    assert_int_equal(login(t, "ann", GOOD, "192.0.2.7").code, AUTH_OK);
    assert_int_equal(auth_store_load_sessions(t, STR("vigie-sessions 1\nend 0\n"), &err), 0);
    assert_int_equal(auth_store_load_sessions(t, STR("vigie-sessions 2\nknown a\nend 1\n"), &err), E_FORMAT);
    buf_release(&text);
    store_free(t);
    done(s);
}

/* Whoever found a session open has no more tries at the code that confirms than at one of a sign-in. */
static void test_codes_that_confirm_are_not_guessed(void **state UNUSED)
{
    struct auth_store *s = people();
    enum auth_code last = AUTH_OK;

    assert_int_equal(ASK("totp_enrol", "ann", GOOD).code, AUTH_OK);
    for (int i = 0; i < 4; i++)
        last = ASK("totp_confirm", "ann", "x", "a").code;
    assert_int_equal(last, AUTH_SLOW);
    done(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_asks_is_judged_then),
        cmocka_unit_test(test_tokens_ask),
        cmocka_unit_test(test_a_role_has_one_name),
        cmocka_unit_test(test_what_must_leave_the_disk),
        cmocka_unit_test(test_a_new_password_comes_from_somewhere),
        cmocka_unit_test(test_success_forgives_its_own),
        cmocka_unit_test(test_a_network_is_one_source),
        cmocka_unit_test(test_known_places_are_kept),
        cmocka_unit_test(test_codes_that_confirm_are_not_guessed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
