/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: as the C library's, on the patterns that both know; and always with an end. */
#include "base/buf.h"
#include "base/ere.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* hit: 1 found, 0 not found, -1 no regular expression */
static const struct {
    const char *pattern, *text;
    int hit;
} cases[] = {
    {"web.*", "web1", 1},
    {"web.*", "my-web", 1},
    {"^web", "my-web", 0},
    {"b$", "web", 1},
    {"^(a|b)+$", "abba", 1},
    {"^(a|b)+$", "abc", 0},
    {"a{2,3}", "xaay", 1},
    {"^a{2,3}$", "aaaa", 0},
    {"^a{,2}$", "", 1},
    {"^(ab){2}$", "abab", 1},
    {"^a{0}b$", "b", 1},
    {"w+eb", "wweb", 1},
    {"colou?r", "color", 1},
    {"[0-9]+", "a7", 1},
    {"[^0-9]", "77", 0},
    {"[]x]", "]", 1},
    {"[a-]", "-", 1},
    {"[[:digit:]]", "7", 1},
    {"[[:alpha:]_]+$", "a_b", 1},
    {"[[.-.]]", "-", 1},
    {"a\\.b", "a.b", 1},
    {"a\\.b", "axb", 0},
    {"\\bdb\\b", "my db 1", 1},
    {"\\bdb\\b", "mydb", 0},
    {"\\<d", "a d", 1},
    {"\\w+\\W\\w", "a b", 1},
    {"a|", "", 1},
    {"()", "x", 1},
    {"(a*)*b", "aaab", 1},
    {"(a|aa)+$", "aaaa", 1},
    {"a)", "a)", 1},
    {"*", "", -1},
    {"+a", "", -1},
    {"a|*b", "", -1},
    {"(a", "", -1},
    {"[a", "", -1},
    {"[z-a]", "", -1},
    {"a{3,2}", "", -1},
    {"a{x}", "", -1},
    {"^*", "", -1},
    {"a\\", "", -1},
    {"[[:no:]]", "", -1},
};

static int hit(const char *pattern, const char *text, struct err *err)
{
    struct ere e;
    int r = ere_compile(&e, str_of(pattern), err);
    int found = r < 0 ? -1 : ere_find(&e, str_of(text));

    ere_release(&e);
    return found;
}

static int hit_libc(const char *pattern, const char *text)
{
    regex_t e;
    int found;

    if (regcomp(&e, pattern, REG_EXTENDED | REG_NOSUB))
        return -1;
    found = regexec(&e, text, 0, NULL, 0) == 0;
    regfree(&e);
    return found;
}

static void test_cases(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err = ERR_INIT;
        int ours = hit(cases[i].pattern, cases[i].text, &err);

        if (ours != cases[i].hit || hit_libc(cases[i].pattern, cases[i].text) != cases[i].hit)
            fail_msg("'%s' in '%s': %d, libc %d, wanted %d", cases[i].pattern, cases[i].text, ours,
                     hit_libc(cases[i].pattern, cases[i].text), cases[i].hit);
        assert_int_equal(err.code != 0, ours < 0);
    }
}

/* Patterns and texts made of few letters, so that they meet: the C library says the same. */
static void test_as_libc(void **state UNUSED)
{
    static const char *const part[] = {"a", "b",   "ab",    ".",   "[ab]", "[^a]",  "(",     ")",
                                       "|", "*",   "+",     "?",   "{2}",  "{1,2}", "{0,1}", "^",
                                       "$", "\\.", "[a-b]", "\\w", "\\b",  "()",    "c"};
    unsigned seed = 7, good = 0;

    for (unsigned round = 0; round < 20000; round++) {
        char pattern[64] = "", text[16] = "";
        struct buf b = BUF_INIT;
        int ours, theirs;

        for (unsigned n = 1 + (seed = seed * 1103515245 + 12345) / 65536 % 6; n; n--)
            buf_add_c(&b, part[(seed = seed * 1103515245 + 12345) / 65536 % ARRAY_LEN(part)]);
        str_copy(pattern, sizeof(pattern), buf_str(&b));
        buf_release(&b);
        for (unsigned n = (seed = seed * 1103515245 + 12345) / 65536 % 6, i = 0; i < n; i++)
            text[i] = "abc."[(seed = seed * 1103515245 + 12345) / 65536 % 4];
        ours = hit(pattern, text, NULL);
        theirs = hit_libc(pattern, text);
        if (ours != theirs)
            fail_msg("'%s' in '%s': %d, libc %d", pattern, text, ours, theirs);
        good += ours >= 0;
    }
    assert_true(good > 5000);
}

/* What makes backtracking programs run for hours, and what would need endless memory. */
static void test_has_an_end(void **state UNUSED)
{
    struct buf text = BUF_INIT, deep = BUF_INIT;
    struct err err = ERR_INIT;
    struct ere e;

    for (int i = 0; i < 5000; i++)
        buf_add_char(&text, 'a');
    assert_int_equal(hit("^(a|a)*(a|a)*(a|a)*(a|a)*b$", text.data, NULL), 0);
    assert_int_equal(hit("((a{1,255}){1,255}){1,255}", "a", &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    for (int i = 0; i < 5000; i++)
        buf_add_char(&deep, '(');
    assert_int_equal(ere_compile(&e, buf_str(&deep), NULL), E_LIMIT);
    ere_release(&e);
    err_clear(&err);
    assert_int_equal(hit("(a)\\1", "aa", &err), -1);
    assert_non_null(strstr(err.text, "back references"));
    buf_release(&text);
    buf_release(&deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_as_libc),
        cmocka_unit_test(test_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
