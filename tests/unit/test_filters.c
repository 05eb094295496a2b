/* SPDX-License-Identifier: Apache-2.0 */
/* Saved filters as auth keeps them, and how the gate asks for them. */
#include "api/api_ask.h"
#include "api_world.h"
#include "auth_rig.h"
#include "role/auth_filter.h"

static struct auth_result ask(struct auth_filters *f, const char *op, const char *a, const char *b,
                              const char *c, const char *d, const char *e, struct buf *list)
{
    struct str arg[] = {str_of(a), str_of(b), str_of(c), str_of(d), str_of(e)};
    struct auth_result r = {.code = AUTH_OK};
    size_t n = strcmp(op, "filter_list") == 0 ? 1 : strcmp(op, "filter_put") == 0 ? 5 : 4;

    assert_true(auth_filter_op(f, clock_at, str_of(op), arg, n, &r, list));
    return r;
}

static enum auth_code put(struct auth_filters *f, const char *user, const char *name, const char *query,
                          bool shared, bool may)
{
    return ask(f, "filter_put", user, name, query, shared ? "1" : "", may ? "1" : "", NULL).code;
}

static bool sees(struct auth_filters *f, const char *user, const char *text)
{
    struct buf list = BUF_INIT;
    bool there;

    ask(f, "filter_list", user, "", "", "", "", &list);
    there = strstr(list.data, text) != NULL;
    buf_release(&list);
    return there;
}

static void test_own_and_shared(void **state UNUSED)
{
    struct auth_filters f = {0};

    assert_int_equal(put(&f, "ann", "night shift", "q=is:down", false, false), AUTH_OK);
    assert_true(f.changed);
    assert_true(
        sees(&f, "ann", "\"name\":\"night shift\",\"query\":\"q=is:down\",\"shared\":false,\"own\":true"));
    assert_true(sees(&f, "ANN", "night shift"));
    assert_false(sees(&f, "bob", "night shift"));
    assert_int_equal(put(&f, "ann", "all", "view=hosts", true, false), AUTH_BEYOND);
    assert_int_equal(put(&f, "ann", "all", "view=hosts", true, true), AUTH_OK);
    assert_true(sees(
        &f, "bob", "\"name\":\"all\",\"query\":\"view=hosts\",\"shared\":true,\"own\":false,\"by\":\"ann\""));
    /* Another in its place; one that is shared is not changed without the right. */
    assert_int_equal(put(&f, "ann", "night shift", "q=is:up", false, false), AUTH_OK);
    assert_false(sees(&f, "ann", "is:down"));
    assert_int_equal(put(&f, "ann", "all", "view=services", false, false), AUTH_BEYOND);
    assert_int_equal(put(&f, "bob", "all", "view=problems", false, false),
                     AUTH_OK); /* his own of the same name */
    assert_true(sees(&f, "bob", "view=hosts"));
    assert_true(sees(&f, "bob", "view=problems"));
    /* Deleting. */
    assert_int_equal(ask(&f, "filter_delete", "bob", "ann", "night shift", "1", "", NULL).code, AUTH_NONE);
    assert_int_equal(ask(&f, "filter_delete", "bob", "ann", "all", "", "", NULL).code, AUTH_BEYOND);
    assert_int_equal(ask(&f, "filter_delete", "bob", "ann", "all", "1", "", NULL).code, AUTH_OK);
    assert_int_equal(ask(&f, "filter_delete", "ann", "ann", "all", "", "", NULL).code, AUTH_NONE);
    assert_int_equal(ask(&f, "filter_delete", "ann", "ann", "night shift", "", "", NULL).code, AUTH_OK);
    auth_filters_release(&f);
}

static void test_bad(void **state UNUSED)
{
    struct auth_filters f = {0};
    char name[80] = "", query[1602] = "";

    memset(name, 'n', 65);
    memset(query, 'q', 1501);
    assert_int_equal(put(&f, "ann", "", "q=x", false, false), AUTH_INVALID);
    assert_int_equal(put(&f, "ann", name, "q=x", false, false), AUTH_INVALID);
    assert_int_equal(put(&f, "ann", "a\tb", "q=x", false, false), AUTH_INVALID);
    assert_int_equal(put(&f, "ann", "a", "", false, false), AUTH_INVALID);
    assert_int_equal(put(&f, "ann", "a", query, false, false), AUTH_INVALID);
    assert_int_equal(put(&f, "ann", "a", "q=x\nfilter eve own 1 b\tq", false, false), AUTH_INVALID);
    assert_false(f.changed);
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof(name), "f%d", i);
        assert_int_equal(put(&f, "ann", name, "q=x", false, false), AUTH_OK);
    }
    assert_int_equal(put(&f, "ann", "one more", "q=x", false, false), AUTH_FULL);
    assert_int_equal(put(&f, "ann", "f7", "q=y", false, false), AUTH_OK);
    assert_int_equal(put(&f, "bob", "one more", "q=x", false, false), AUTH_OK);
    auth_filters_release(&f);
}

static void test_file(void **state UNUSED)
{
    static const char *const bad[] = {
        "",
        "vigie-filters 2\nend 0\n",
        "vigie-filters 1\n",
        "vigie-filters 1\nend 1\n",
        "vigie-filters 1\nfilter ann own 1 a\tq\n",
        "vigie-filters 1\nfilter ann own 1 a\nend 1\n",
        "vigie-filters 1\nfilter ann mine 1 a\tq\nend 1\n",
        "vigie-filters 1\nfilter ann own x a\tq\nend 1\n",
        "vigie-filters 1\nfilter ann own 1 a\tq\nfilter ann own 1 a\tq\nend 2\n",
        "vigie-filters 1\nend 0\nmore\n"};
    struct auth_filters f = {0}, g = {0};
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct err err = ERR_INIT;

    put(&f, "ann", "l'\xc3\xa9t\xc3\xa9", "q=host%3Aweb&view=hosts", false, false);
    put(&f, "bob", "all", "q=x", true, true);
    auth_filters_dump(&f, &one);
    assert_int_equal(auth_filters_load(&g, buf_str(&one), &err), 0);
    auth_filters_dump(&g, &two);
    assert_string_equal(one.data, two.data);
    auth_filters_forget(&g, STR("ann"));
    auth_filters_forget(&g, STR("bob")); /* what is shared stays */
    assert_int_equal(g.at.n, 1);
    auth_filters_release(&g);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        err_clear(&err);
        assert_int_equal(auth_filters_load(&g, str_of(bad[i]), &err), E_FORMAT);
        assert_int_equal(g.at.n, 0);
    }
    auth_filters_release(&f);
    auth_filters_release(&g);
    buf_release(&one);
    buf_release(&two);
}

/* A program's name may be that of a person: it sees what is shared, and saves nothing. */
static void test_programs(void **state UNUSED)
{
    struct api_world *w = api_world_new(1, 1);

    api_world_ask(w, "GET", "/api/v1/filters", "", "", API_ROLE_VIEWER);
    assert_string_equal(w->question.data, "filter_list|");
    api_source_lost(&w->api, API_BY_WEB);
    assert_int_equal(
        api_world_ask(w, "PUT", "/api/v1/filters/mine", "", "{\"query\":\"q=x\"}", API_ROLE_ADMIN), 422);
    assert_non_null(strstr(w->body.data, "filter_person"));
    assert_int_equal(api_world_ask(w, "DELETE", "/api/v1/filters/mine", "", "", API_ROLE_ADMIN), 422);
    api_world_free(w);
}

/* Ann, in a browser, with these grants, saves a list that is shared. */
static void ask_as_person(struct api_world *w, const char *grants)
{
    struct str values[API_AUTH_VALUES] = {STR("ok"),  STR(""),    STR("0"), STR(""),
                                          STR("ann"), STR("own"), STR("")};
    struct api_request q = {.source = API_BY_WEB,
                            .id = 1,
                            .method = STR("PUT"),
                            .path = STR("/api/v1/filters/mine"),
                            .body = STR("{\"query\":\"q=x\",\"shared\":true}"),
                            .peer = STR("127.0.0.1"),
                            .host = STR("localhost"),
                            .uid = -1,
                            .cookie = STR("vigie_session=abc"),
                            .content_type = STR("application/json")};
    char csrf[HASH_SHA256_HEX];

    who_csrf(STR("abc"), csrf);
    q.csrf = str_of(csrf);
    values[API_AUTH_EXPIRES] = STR("9000000000000000");
    values[API_AUTH_LIST] = STR("[]");
    values[API_AUTH_GRANTS] = str_of(grants);
    values[API_AUTH_TOTP] = STR("off");
    api_receive(&w->api, &q);
    assert_true(str_starts(buf_str(&w->question), STR("session_check")));
    api_answered(&w->api, w->serial,
                 &(struct api_answer){
                     .kind = API_FROM_AUTH, .ok = true, .values = values, .n_values = API_AUTH_VALUES});
    api_world_audited(w);
}

/* The right is the one of its name: operators have it, viewers have not; and no other right does in its place. */
static void test_who_may_share(void **state)
{
    static const struct {
        const char *grants;
        const char *may;
    } cases[] = {{"[{\"rights\":[\"filters.share\"],\"scope\":null}]", "1"},
                 {"[{\"rights\":[\"reload.run\",\"resources.read\"],\"scope\":null}]", ""}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct api_world *w = api_world_new(1, 1);
        char want[64];

        ask_as_person(w, cases[i].grants);
        snprintf(want, sizeof(want), "filter_put|ann|mine|q=x|1|%s", cases[i].may);
        assert_string_equal(w->question.data, want);
        api_world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_and_shared), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_file),           cmocka_unit_test(test_programs),
        cmocka_unit_test(test_who_may_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
