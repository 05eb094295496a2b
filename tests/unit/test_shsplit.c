/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting a command line: the words a shell would make, and when only a shell can do it. */
#include "core/shsplit.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* text: the line. class: one letter a byte (enum shsplit_class), "" means all 't'. words: joined by '|'. */
static const struct {
    const char *text, *class, *words;
    bool shell;
} cases[] = {
    {"a b  c", "", "a|b|c", false},
    {"  a\tb ", "", "a|b", false},
    {"", "", "", false},
    {"a 'b c' d", "", "a|b c|d", false},
    {"a \"b c\" d", "", "a|b c|d", false},
    {"a '' \"\"", "", "a||", false},
    {"a b'c'\"d\"e", "", "a|bcde", false},
    {"a b\\ c", "", "a|b c", false},
    {"a \"b\\\"c\"", "", "a|b\"c", false},
    {"a \"b\\nc\"", "", "a|b\\nc", false},
    {"a '\\n'", "", "a|\\n", false},
    {"a \\", "", "a|\\", false},
    {"a 'x|y' \"p;q\"", "", "a|x|y|p;q", false},
    {"a \\| b", "", "a|||b", false},
    {"a | b", "", "a|||b", true},
    {"a; b", "", "a;|b", true},
    {"a > /x", "", "a|>|/x", true},
    {"a $(b)", "", "a|$(b)", true},
    {"a \"$(b)\"", "", "a|$(b)", true},
    {"a '$(b)'", "", "a|$(b)", false},
    {"a `b`", "", "a|`b`", true},
    {"a $HOME", "", "a|$HOME", true},
    {"a 5$", "", "a|5$", false},
    {"a \\$HOME", "", "a|$HOME", false},
    {"a *.c", "", "a|*.c", true},
    {"a ~/x", "", "a|~/x", true},
    {"a x~", "", "a|x~", false},
    {"a # b", "", "a|#|b", true},
    {"a b#", "", "a|b#", false},
    {"X=1 a", "", "X=1|a", true},
    {"a X=1", "", "a|X=1", false},
    {"cd /x", "", "cd|/x", true},
    {"/bin/cd /x", "", "/bin/cd|/x", false},
    /* what a configuration macro brought: split, but no operator */
    {"a b|c d", "ttvvvvv", "a|b|c|d", false},
    {"a $(b)", "ttvvvv", "a|$(b)", false},
    {"a 'b c'", "ttvvvvv", "a|b c", false},
    /* a secret is split as any text, a run-time macro never is */
    {"a b c", "ttsss", "a|b|c", false},
    {"a xx", "ttmm", "a|xx", false},
    {"a \"x\"", "tttmt", "a|x", false},
};

static void fill(struct shsplit_line *l, const char *text, const char *class)
{
    for (size_t i = 0; text[i]; i++)
        shsplit_add(l, str_make(text + i, 1), (enum shsplit_class)(*class ? class[i] : 't'));
}

static void test_cases(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct shsplit_line l, word;
        struct buf got = BUF_INIT;
        size_t at = 0, n = 0;

        shsplit_init(&l);
        shsplit_init(&word);
        fill(&l, cases[i].text, cases[i].class);
        while (shsplit_next(&l, &at, &word) > 0) {
            buf_add_c(&got, n++ ? "|" : "");
            buf_add(&got, word.bytes.data, word.bytes.len);
            assert_int_equal(word.bytes.len, word.class.len);
        }
        if (strcmp(got.data, cases[i].words) != 0 || shsplit_needs_shell(&l) != cases[i].shell)
            fail_msg("case %zu '%s': words '%s', shell %d", i, cases[i].text, got.data,
                     shsplit_needs_shell(&l));
        buf_release(&got);
        shsplit_release(&l);
        shsplit_release(&word);
    }
}

static void test_open_quote(void **state UNUSED)
{
    struct shsplit_line l, word;
    size_t at = 0;

    shsplit_init(&l);
    shsplit_init(&word);
    fill(&l, "a 'b c", "");
    assert_int_equal(shsplit_next(&l, &at, &word), 1);
    assert_int_equal(shsplit_next(&l, &at, &word), E_INVAL);
    assert_string_equal(word.bytes.data, "b c");
    assert_int_equal(shsplit_next(&l, &at, &word), 0);
    shsplit_release(&l);
    shsplit_release(&word);
}

/* The class of each byte goes with it through quotes and escapes. */
static void test_class_stays(void **state UNUSED)
{
    struct shsplit_line l, word;
    size_t at = 0;

    shsplit_init(&l);
    shsplit_init(&word);
    fill(&l, "\"a\\\"bc\"", "ttttsst");
    assert_int_equal(shsplit_next(&l, &at, &word), 1);
    assert_string_equal(word.bytes.data, "a\"bc");
    assert_string_equal(word.class.data, "ttss");
    shsplit_release(&l);
    shsplit_release(&word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_open_quote),
        cmocka_unit_test(test_class_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
