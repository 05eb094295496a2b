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
    {"\n\n second \r\nthird\r\n", "", "second \nthird", ""}, /* the first line is empty */
    {" first \r\nsecond\r\n", "first", "second", ""},
    {"\nsecond|a=1", "", "second", "a=1"},
    {"first|a=1\n\n", "first", "", "a=1"},
    {"a\tb\x01\x7f"
     "c",
     "a\tb  c", "", ""},
    {"caf\xe9", "caf\xc3\xa9", "", ""},
    {"caf\xc3\xa9", "caf\xc3\xa9", "", ""},
    {"x|", "x", "", ""},
    {"caf\xe9 | d\xe9j\xe0=1", "caf\xc3\xa9", "", "d\xc3\xa9j\xc3\xa0=1"},
    /* one byte that is no UTF-8 changes no other */
    {"fine \xc3 | 'caf\xc3\xa9'=1 d\xe9j\xe0=2", "fine \xc3\x83", "", "'caf\xc3\xa9'=1 d\xc3\xa9j\xc3\xa0=2"},
    {"x | 'caf\xc3\xa9'=1 'th\xc3\xa9'=2 'cr\xc3", "x", "",
     "'caf\xc3\xa9'=1 'th\xc3\xa9'=2 'cr"}, /* cut by who passed it on */
    {"x | 'caf\xc3\xa9'=1\n\xe2\x82", "x", "", "'caf\xc3\xa9'=1"},
    {"20\xc2\xb0 caf\xe9", "20\xc2\xb0 caf\xc3\xa9", "",
     ""}, /* others of two bytes: the last letter is Latin-1 */
    {"\xc3\xa9t\xc3", "\xc3\xa9t", "", ""},
    {"20\xc2\xb0 5\xe2", "20\xc2\xb0 5", "", ""},
    {"\xe6\x97\xa5 \xe9", "\xe6\x97\xa5", "", ""}, /* others of three */
    {"\xe9t\xe9", "\xc3\xa9t\xc3\xa9", "", ""},    /* wholly Latin-1: its last letter is one */
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

/* Output up to the limit, of which what begins so is the end: no value may be read that is not there. */
static void end_at_limit(const char *end, size_t kept, bool told, const char *perf, const char *cut)
{
    struct buf b = BUF_INIT;
    struct output o;

    buf_add_c(&b, "OK\n");
    while (b.len < LIMIT_OUTPUT_TOTAL - kept)
        buf_add_char(&b, b.len % 100 ? 'x' : '\n');
    buf_add_c(&b, end);
    if (told) /* who read it has cut it */
        buf_truncate(&b, LIMIT_OUTPUT_TOTAL);
    output_parse(buf_str(&b), told, &o);
    assert_true(str_eq_c(o.perf, perf));
    assert_true(str_eq_c(o.cut, cut));
    assert_true(o.cut_more);
    output_release(&o);
    buf_release(&b);
}

static void test_no_half_value(void **st UNUSED)
{
    for (unsigned told = 0; told < 2; told++) {
        end_at_limit("|a=1 big=123456789012 c=3", 13, told, "a=1", "big=1234");
        end_at_limit("|a=1 'a b'=12 'some label'=3", 21, told, "a=1 'a b'=12", "'some l");
        end_at_limit("|a=1 'a b'=12 c=3", 14, told, "a=1 'a b'=12", "");
        end_at_limit("|a=1 b=12\nc=3", 10, told, "a=1 b=12", "");
        end_at_limit("|a=1 b=12\xc3\xa9 c=3", 10, told, "a=1", "b=12");
        end_at_limit("|big=123456789012", 10, told, "", "big=12345");
    }
}

/* Long text behind the performance data, of which the end is missing, takes nothing of it. */
static void test_long_text_is_cut(void **st UNUSED)
{
    struct buf b = BUF_INIT;
    struct output o;

    buf_add_c(&b, "OK|a=1 b=12\n");
    while (b.len < LIMIT_OUTPUT_TOTAL + 10)
        buf_add_char(&b, 'x');
    output_parse(buf_str(&b), true, &o);
    assert_true(str_eq_c(o.perf, "a=1 b=12") && !o.cut.n && !o.cut_more);
    output_release(&o);
    buf_release(&b);
}

/* As many labels of usual length as a result may have go in; what does not is told, with its quotes. */
static void test_perf_beyond_limit(void **st UNUSED)
{
    struct buf b = BUF_INIT;
    struct output o;
    size_t all;

    buf_add_c(&b, "OK|");
    for (unsigned i = 0; i < LIMIT_PERF_ITEMS; i++)
        buf_printf(
            &b,
            "'interface GigabitEthernet0/0/%03u inbound octets per second and more words'=%u;;;0;1000000000 ",
            i, i);
    output_parse(buf_str(&b), false, &o);
    assert_int_equal(o.perf.n, b.len - 4);
    assert_true(!o.cut.n && !o.cut_more);
    output_release(&o);
    while (b.len < LIMIT_PERFDATA + 500)
        buf_add_c(&b, "'a b c d e f g h i j'=1 ");
    all = b.len - 4;
    output_parse(buf_str(&b), false, &o);
    assert_in_range(o.perf.n, LIMIT_PERFDATA - 24, LIMIT_PERFDATA);
    assert_true(str_ends(o.perf, STR(" i j'=1")) && str_starts(o.cut, STR("'a b c d")) &&
                str_ends(o.cut, STR("j'=1")));
    assert_true(o.perf.n + 1 + o.cut.n == all && !o.cut_more);
    output_release(&o);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_half_character),
        cmocka_unit_test(test_perf_limit),
        cmocka_unit_test(test_no_half_value),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_perf_beyond_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
