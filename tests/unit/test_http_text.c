/* SPDX-License-Identifier: Apache-2.0 */
/* The small texts inside HTTP. */
#include "wire/http_text.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void test_unescape(void **state UNUSED)
{
    static const struct {
        const char *in;
        bool plus;
        const char *out; /* NULL: refused */
    } cases[] = {
        {"", false, ""},       {"abc", false, "abc"}, {"a%20b", false, "a b"}, {"a+b", true, "a b"},
        {"a+b", false, "a+b"}, {"%41", false, "A"},   {"%4", false, NULL},     {"%", false, NULL},
        {"a%", false, NULL},   {"%zz", false, NULL},  {"%00", false, NULL},    {"%C3%A9", false, "\xc3\xa9"},
        {"%C3", false, NULL},  {"%2f", false, "/"},   {"x%2", false, NULL},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf b = BUF_INIT;
        bool ok = http_text_unescape(str_of(cases[i].in), cases[i].plus, &b);

        assert_int_equal(ok, cases[i].out != NULL);
        if (ok)
            assert_string_equal(b.data, cases[i].out);
        buf_release(&b);
    }
}

static void test_query_cookie(void **state UNUSED)
{
    struct str rest = STR("a=1&&b&c=x=y&"), name, value;

    assert_true(http_text_query_next(&rest, &name, &value));
    assert_true(str_eq_c(name, "a") && str_eq_c(value, "1"));
    assert_true(http_text_query_next(&rest, &name, &value));
    assert_true(str_eq_c(name, "b") && !value.p);
    assert_true(http_text_query_next(&rest, &name, &value));
    assert_true(str_eq_c(name, "c") && str_eq_c(value, "x=y"));
    assert_false(http_text_query_next(&rest, &name, &value));
    assert_true(http_text_cookie(STR("x=1; vigie=abc; y=2"), STR("vigie"), &value));
    assert_true(str_eq_c(value, "abc"));
    assert_false(http_text_cookie(STR("xvigie=abc; vigiex=1"), STR("vigie"), &value));
    assert_false(http_text_cookie(STR("vigie"), STR("vigie"), &value));
}

static void test_weight(void **state UNUSED)
{
    assert_int_equal(http_text_weight(STR("gzip, br"), STR("gzip")), 1000);
    assert_int_equal(http_text_weight(STR("gzip;q=0, *"), STR("gzip")), 0);
    assert_int_equal(http_text_weight(STR("br, *;q=0.5"), STR("gzip")), 500);
    assert_int_equal(http_text_weight(STR("br"), STR("gzip")), -1);
    assert_int_equal(http_text_weight(STR("fr-CA,fr;q=0.8,en;q=0.25"), STR("fr")), 800);
    assert_int_equal(http_text_weight(STR("fr-CA;q=0.7"), STR("fr")), 700);
    assert_int_equal(http_text_weight(STR("en;q=nonsense"), STR("en")), 0);
    assert_true(http_text_etag_matches(STR("W/\"a\", \"b\""), STR("\"b\"")));
    assert_false(http_text_etag_matches(STR("\"a\""), STR("\"b\"")));
}

static void test_host(void **state UNUSED)
{
    static const struct {
        const char *in;
        bool ok, loopback;
        unsigned port;
    } cases[] = {
        {"localhost", true, true, 0},
        {"LOCALHOST:8080", true, true, 8080},
        {"127.0.0.1:1", true, true, 1},
        {"127.9.8.7", true, true, 0},
        {"[::1]:443", true, true, 443},
        {"[::1]", true, true, 0},
        {"a.localhost", true, true, 0},
        {"evil.example", true, false, 0},
        {"127.0.0.1.evil.example", true, false, 0},
        {"1270.0.0.1", true, false, 0},
        {"localhost.evil", true, false, 0},
        {"", false, false, 0},
        {"a:0", false, false, 0},
        {"a:99999", false, false, 0},
        {"a:8x", false, false, 0},
        {"[::1", false, false, 0},
        {"[::1]x", false, false, 0},
        {"a b", false, false, 0},
        {"user@localhost", false, false, 0},
        {"127.0.0.1:", false, false, 0},
        {"0.0.0.0", true, false, 0},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str name = STR_NULL;
        unsigned port = 0;
        bool ok = http_text_host(str_of(cases[i].in), &name, &port);

        assert_int_equal(ok, cases[i].ok);
        if (!ok)
            continue;
        assert_int_equal(port, cases[i].port);
        assert_int_equal(http_text_is_loopback(name), cases[i].loopback);
    }
}

static void test_date(void **state UNUSED)
{
    struct buf b = BUF_INIT;

    http_text_date((struct wall){784111777 * TIME_S}, &b);
    assert_string_equal(b.data, "Sun, 06 Nov 1994 08:49:37 GMT");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unescape), cmocka_unit_test(test_query_cookie), cmocka_unit_test(test_weight),
        cmocka_unit_test(test_host),     cmocka_unit_test(test_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
