/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's text: a table of what plugins write, and what must come of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/limits.h"
#include "core/output.h"

static const struct {
    const char *raw, *first, *rest, *perf;
} table[] = {
    {"", "", "", ""},
    {"DISK OK", "DISK OK", "", ""},
    {"DISK OK\n", "DISK OK", "", ""},
    {"DISK OK | /=5%;80;90", "DISK OK", "", "/=5%;80;90"},
    {"DISK OK|a=1\nline two\nline three\n", "DISK OK", "line two\nline three", "a=1"},
    {"DISK OK|a=1\nline two\nline three|b=2\nc=3", "DISK OK", "line two\nline three", "a=1 b=2 c=3"},
    {"DISK OK\nline two|b=2", "DISK OK", "line two", "b=2"},
    {"|a=1", "", "", "a=1"},
    {"\n\n first \r\nsecond\r\n", "first", "second", ""},
    {"a\tb\x01\x7f"
     "c",
     "a\tb  c", "", ""},
    {"caf\xe9", "caf\xc3\xa9", "", ""},
    {"caf\xc3\xa9", "caf\xc3\xa9", "", ""},
    {"x|", "x", "", ""},
    {"caf\xe9 | d\xe9j\xe0=1", "caf\xc3\xa9", "", "d\xc3\xa9j\xc3\xa0=1"},
    {"a\rb", "a b", "", ""},
    {"\x1b[31mred\x1b[0m", "[31mred [0m", "", ""},
    {"a\x9b"
     "31mb",
     "a 31mb", "", ""}, /* a control character of Latin-1 */
    {"a\xc2\x9b"
     "31mb",
     "a 31mb", "", ""}, /* the same in UTF-8 */
    {"OK | a=1\tb=2", "OK", "", "a=1 b=2"},
    {"a;b; | c=1;2\nd;e|f=3;4", "a:b:", "d;e", "c=1;2 f=3;4"}, /* as Nagios: the log parts by semicolons */
    {"OK | a=1 | b=2", "OK", "", "a=1 | b=2"},
};

static void test_table(void **st UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct output o;

        output_parse(str_of(table[i].raw), false, &o);
        print_message("  %zu\n", i);
        assert_true(str_eq_c(o.first, table[i].first));
        assert_true(str_eq_c(o.rest, table[i].rest));
        assert_true(str_eq_c(o.perf, table[i].perf));
        output_release(&o);
    }
}

/* Ten megabytes of two-byte characters: cut at the limits, still UTF-8. */
static void test_limits(void **st UNUSED)
{
    size_t n = 10u * 1024 * 1024;
    char *big = mem_alloc(n);
    struct output o;

    for (size_t i = 0; i < n; i++)
        big[i] = i % 2 ? '\xa9' : '\xc3';
    big[0] = 'x'; /* so that a limit falls inside a character */
    output_parse(str_make(big, n), false, &o);
    assert_true(o.first.n <= LIMIT_OUTPUT_FIRST && o.first.n >= LIMIT_OUTPUT_FIRST - 3);
    assert_true(str_is_utf8(o.first));
    output_release(&o);
    big[1] = '\n';
    big[LIMIT_OUTPUT_FIRST + 8] = '|';
    output_parse(str_make(big, n), false, &o);
    assert_true(str_eq_c(o.first, "x"));
    assert_true(o.rest.n <= LIMIT_OUTPUT_LONG && str_is_utf8(o.rest));
    assert_true(o.perf.n <= LIMIT_PERFDATA && str_is_utf8(o.perf));
    output_release(&o);
    mem_free(big);
}

static void test_nul(void **st UNUSED)
{
    struct output o;

    output_parse(str_make("a\0b|c\0d", 7), false, &o);
    assert_true(str_eq_c(o.first, "a b") && str_eq_c(o.perf, "c d"));
    output_release(&o);
}

/* Cut by the reader of the pipe in the middle of a character: still read as UTF-8. */
static void test_half_character(void **st UNUSED)
{
    static const char euro[] = "ok \xf0\x9f\x98\x80";
    struct output o;

    for (size_t n = 4; n < 7; n++) {
        output_parse(str_make(euro, n), true, &o);
        assert_true(str_eq_c(o.first, "ok") && !o.converted);
        output_release(&o);
    }
    output_parse(str_make(euro, 7), true, &o);
    assert_true(str_eq_c(o.first, euro) && !o.converted);
    output_release(&o);
    output_parse(str_make(euro, 5), false, &o); /* nobody cut it: not UTF-8 */
    assert_true(o.converted);
    output_release(&o);
}

static void test_perf_limit(void **st UNUSED)
{
    struct buf b = BUF_INIT;
    struct output o;

    buf_add_c(&b, "OK |");
    while (b.len < LIMIT_PERFDATA + 500)
        buf_add_c(&b, " value=1234567");
    output_parse(buf_str(&b), false, &o);
    assert_in_range(o.perf.n, LIMIT_PERFDATA - 20, LIMIT_PERFDATA);
    assert_true(str_ends(o.perf, STR("=1234567")));
    output_release(&o);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),          cmocka_unit_test(test_limits),     cmocka_unit_test(test_nul),
        cmocka_unit_test(test_half_character), cmocka_unit_test(test_perf_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
