/* SPDX-License-Identifier: Apache-2.0 */
/* Performance data as plugins really write it. One line a case: input, then each item read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "core/perf.h"

static void show_range(struct buf *b, const struct perf_range *r)
{
    char low[PERF_TEXT], high[PERF_TEXT];

    perf_text(&r->low, low);
    perf_text(&r->high, high);
    if (r->given)
        buf_printf(b, "%s[%s..%s]", r->inverted ? "@" : "", low, high);
}

static const char *show(const char *text, struct buf *b)
{
    struct str rest = str_of(text);
    struct perf_item it;
    struct perf_bad bad = {.n = 0};
    char label[256], v[PERF_TEXT];

    buf_clear(b);
    while (perf_next(&rest, &it, &bad)) {
        perf_label(&it, label, sizeof(label));
        perf_text(&it.value, v);
        buf_printf(b, "{%s=%s|" STR_FMT "|", label, v, STR_ARG(it.uom));
        show_range(b, &it.warn);
        buf_add_char(b, '|');
        show_range(b, &it.crit);
        perf_text(&it.min, v);
        buf_printf(b, "|%s|", v);
        perf_text(&it.max, v);
        buf_printf(b, "%s%s}", v, it.odd ? "!" : "");
    }
    if (bad.n)
        buf_printf(b, " bad=%u", bad.n);
    return b->data;
}

static const struct {
    const char *in, *out;
} items[] = {
    {"", ""},
    {"load1=0.150;5.000;10.000;0;", "{load1=0.15||[0..5]|[0..10]|0|}"},
    {"/=5022MB;6000;7000;0;8000", "{/=5022|MB|[0..6000]|[0..7000]|0|8000}"},
    {"'disk used'=96.4%;90;95", "{disk used=96.4|%|[0..90]|[0..95]||}"},
    {"'it''s'=1", "{it's=1|||||}"},
    {"rta=0.035000ms;100.000000;500.000000;0.000000 pl=0%;20;60;0",
     "{rta=0.035|ms|[0..100]|[0..500]|0|}{pl=0|%|[0..20]|[0..60]|0|}"},
    {"time=0,25s", "{time=0.25|s||||}"},
    {"a=U b=2", "{a=|||||}{b=2|||||}"},
    {"a=1e3 b=-2.5E-3s", "{a=1000|||||}{b=-0.0025|s||||}"},
    {"t=5;@10:20;~:30", "{t=5||@[10..20]|[..30]||}"},
    {"t=5;10:;:20", "{t=5||[10..]|[..20]||}"},
    {"users = 3", "{users=3|||||}"},
    {"junk a=1 more=x b=2c", "{a=1|||||}{b=2|c||||} bad=2"},
    {"'open=1", " bad=1"},
    {"x=1;;;;", "{x=1|||||}"},
    {"=5", " bad=1"},
    {"big=123456789012345678901234", "{big=123456789012345678000000|||||}"},
    {"neg=-0.000000000000000001", "{neg=-0.000000000000000001|||||}"},
    {"a=1\tb=2\nc=3", "{a=1|||||}{b=2|||||}{c=3|||||}"},
    {"e=5e", "{e=5|e||||}"},
    {"x=1e9999", " bad=1"},
    {"warn=3;abc;5", "{warn=3|||[0..5]||!}"},
    /* no value: the next item keeps its own */
    {"a= b=2 c=3", "{b=2|||||}{c=3|||||} bad=1"},
    {"a= 5min=3 'b c'= 'd e'=4 U=1", "{5min=3|||||}{d e=4|||||}{U=1|||||} bad=2"},
    {"a = 1 b= -2 c= .5 d= ,5 e= +1;2 f= U g= U;1 h=", "{a=1|||||}{b=-2|||||}{c=0.5|||||}{d=0.5|||||}"
                                                       "{e=1||[0..2]|||}{f=|||||}{g=||[0..1]|||} bad=1"},
    /* numbers that are none are not taken for their begin */
    {"a=1.234,56 b=1,234,567 c=0x1F d=1_000 e=1,5,3 f=1.2.3 g=0XfF ok=1", "{ok=1|||||} bad=7"},
    {"x=2x y=3xyz z=1.5.", "{x=2|x||||}{y=3|xyz||||} bad=1"},
    {"a=1'000 b=12:34 c=2026-11-30 d=1+2 ok=1", "{ok=1|||||} bad=4"},
    {"a=20°C b=3/s c=4\"", "{a=20|°C||||}{b=3|/s||||}{c=4|\"||||}"},
    {"a=1,b=2 c=3d=4 ok=5", "{ok=5|||||} bad=2"},
    {"l=5. m=7,;1", "{l=5|||||}{m=7||[0..1]|||}"},
    /* what stands behind the fifth field, or cannot be read there */
    {"a=1;2;3;4;5,b=2", "{a=1||[0..2]|[0..3]|4|!}"},
    {"c=5;d=6 e=1;2;3;4;5; f=1;2;3;4;5;6", "{c=5|||||!}{e=1||[0..2]|[0..3]|4|5}{f=1||[0..2]|[0..3]|4|5!}"},
    {"g=1;0x1F;1.2.3;1_0;x", "{g=1|||||!}"},
    {"h=1;10:20x;@;~", "{h=1|||||!}"},
    /* the unit once more behind a bound */
    {"d=45%;80%;@90%:95%;0%;100% t=1s;~:2s;3s:;U;U", "{d=45|%|[0..80]|@[90..95]|0|100}{t=1|s|[..2]|[3..]||}"},
    {"m=5MB;80%;90%;0;100%", "{m=5|MB|||0|!}"},
    /* the thousands apart, as French and Swiss write them, arithmetic, times of the day: nothing of it is a unit */
    {"a=1\xc2\xa0"
     "234 b=1\xe2\x80\xaf"
     "234,5ms c=1\xe2\x80\xaf"
     "234\xe2\x80\xaf"
     "567B d=1\xe2\x80\x99"
     "234 e=1\xc2\xb7"
     "234 ok=1",
     "{ok=1|||||} bad=5"},
    {"a=5/10 b=12h30m c=5*3 d=7(3) e=1e5e6 f=1E+ g=5d6 h=1e- i=5\xc3\x97"
     "3 j=1\xc2\xbd k=5/ l=5MB,7MB m=3m5 n=5m\xc2\xa0"
     "3 ok=1",
     "{ok=1|||||} bad=14"},
    {"a=1m2 b=2m3 c=3mmH2O d=4l/m2 e=5m3/h f=6\xe2\x82\xac g=7\xe2\x80\xb0 h=8\xc2\xb5s i=9m\xc2\xb2",
     "{a=1|m2||||}{b=2|m3||||}{c=3|mmH2O||||}{d=4|l/m2||||}{e=5|m3/h||||}{f=6|\xe2\x82\xac||||}"
     "{g=7|\xe2\x80\xb0||||}{h=8|\xc2\xb5s||||}{i=9|m\xc2\xb2||||}"},
    /* units that nobody knows: signs of their own, powers, chemistry, amounts. None of them is the rest of a number */
    {"e=5kW\xc2\xb7h t=5N\xc2\xb7m p=5kV\xe2\x8b\x85"
     "A n=5nV/\xe2\x88\x9aHz x=5\xc3\x97 u=5\xe2\x80\x89MB",
     "{e=5|kW\xc2\xb7h||||}{t=5|N\xc2\xb7m||||}{p=5|kV\xe2\x8b\x85"
     "A||||}{n=5|nV/\xe2\x88\x9aHz||||}{x=5|\xc3\x97||||}{u=5|MB||||}"},
    {"a=9.81m/s2 b=5W/m2K c=5W.m-2.K-1 d=5m/s^2 e=5m2K f=5s2 g=5W/m2K4 h=5s^-1 i=5kg/m2s",
     "{a=9.81|m/s2||||}{b=5|W/m2K||||}{c=5|W.m-2.K-1||||}{d=5|m/s^2||||}{e=5|m2K||||}{f=5|s2||||}"
     "{g=5|W/m2K4||||}{h=5|s^-1||||}{i=5|kg/m2s||||}"},
    {"a=400gCO2/kWh b=400ppmCO2 c=7.5l/100km d=5(ms) e=5[ms] f=5* g=5? h=5H2O i=5mgNH3/l",
     "{a=400|gCO2/kWh||||}{b=400|ppmCO2||||}{c=7.5|l/100km||||}{d=5|(ms)||||}{e=5|[ms]||||}{f=5|*||||}"
     "{g=5|?||||}{h=5|H2O||||}{i=5|mgNH3/l||||}"},
    {"a=2h3m b=5d2 c=3m2s d=4k7 e=1e5e2 f=4k2 g=5GB3 h=5MB/10MB i=3m-4 j=5^2 k=5^-2 l=5\xc2\xb7"
     "3 m=5l/7km n=12x34 o=1\xe2\x80\x89"
     "234 p=5m\xc2\xbd q=5g/100 r=5/100km s=3m-4m t=5CO22 u=5m1 ok=1",
     "{ok=1|||||} bad=21"},
    /* a blank before the unit, as shell plugins write it, and a typographer */
    {"size=5 MB;6;7 free=3 GB tot= 9 u = 4s",
     "{size=5|MB|[0..6]|[0..7]||}{free=3|GB||||}{tot=9|||||}{u=4|s||||}"},
    {"a=5\xc2\xa0MB b=3\xe2\x80\xaf%;4 c=20\xc2\xa0\xc2\xb0"
     "C",
     "{a=5|MB||||}{b=3|%|[0..4]|||}{c=20|\xc2\xb0"
     "C||||}"},
    {"a=1\xbf;2 b=3\xe2\x82",
     "{a=1|\xbf|[0..2]|||}{b=3|\xe2\x82||||}"}, /* no character, as what was not cleaned has it */
    {"size=5 Mo;6;7", "{size=5|Mo|[0..6]|[0..7]||}"},
    {"a=5 s=3 b=5 s = 3 c=5 s", "{a=5|||||}{s=3|||||}{b=5|||||}{s=3|||||}{c=5|s||||}"},
    {"temp=21 c load=5 b drive=7 t=21 c;30;40",
     "{temp=21|||||}{load=5|||||}{drive=7|||||}{t=21|c|[0..30]|[0..40]||} bad=2"},
    {"a=5;6 MB b=5 words c=5 MBx", "{a=5||[0..6]|||}{b=5|||||}{c=5|||||} bad=3"},
};

static void test_items(void **state UNUSED)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        assert_string_equal(show(items[i].in, &b), items[i].out);
    buf_release(&b);
}

static void test_zero_low(void **state UNUSED)
{
    struct str rest = STR("a=1;10");
    struct perf_item it;
    struct perf_bad bad = {.n = 0};

    assert_int_equal(perf_next(&rest, &it, &bad), 1);
    assert_true(it.warn.low.known && it.warn.low.mantissa == 0); /* a bare threshold begins at 0 */
    assert_int_equal(it.unit, PERF_NONE);
}

/* A counter's c stands at its number; behind a blank it is what people write of temperatures. */
static void test_counter(void **state UNUSED)
{
    static const struct {
        const char *text;
        enum perf_unit unit;
    } cases[] = {{"a=21c", PERF_COUNTER},
                 {"a=21c;30;40", PERF_COUNTER},
                 {"a=21 c", PERF_NONE},
                 {"a=21 c;30;40", PERF_OTHER},
                 {"a=21\xc2\xa0"
                  "c",
                  PERF_OTHER},
                 {"a=5 b", PERF_NONE},
                 {"a=5 s", PERF_SECONDS}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str rest = str_of(cases[i].text);
        struct perf_item it;
        struct perf_bad bad = {.n = 0};

        assert_int_equal(perf_next(&rest, &it, &bad), 1);
        assert_int_equal(it.unit, cases[i].unit);
    }
}

/* What was passed over first is told, as it is written. */
static void test_first_bad(void **state UNUSED)
{
    struct str rest = STR("ok=1 'used space'=1,234,567;8 x=nan");
    struct perf_item it;
    struct perf_bad bad = {.n = 0};

    while (perf_next(&rest, &it, &bad))
        ;
    assert_int_equal(bad.n, 2);
    assert_true(str_eq_c(bad.first, "'used space'=1,234,567;8"));
}

/* Of each text so much is whole when n bytes of it may stay, or when it ends where its reader stopped. */
static void test_whole_items(void **state UNUSED)
{
    static const struct {
        const char *text;
        size_t n;
        bool more;
        const char *whole;
    } cases[] = {
        {"", 0, false, ""},
        {"a=1 b=2", 7, false, "a=1 b=2"},
        {"a=1 b=2", 6, false, "a=1"},
        {"a=1 b=23 c=4", 8, false, "a=1 b=23"},
        {"a=1 b=23 c=4", 3, false, "a=1"},
        {"a=1 b=23 c=4", 2, false, ""},
        {"a=1 'b c d'=2 e=3", 8, false, "a=1"},
        {"a=1 'b''c d'=2 e=3", 14, false, "a=1 'b''c d'=2"},
        {"a=1 b = 12 c=3", 9, false, "a=1"},
        {"a=1 'b c=2 d=3 e=4", 14, false, "a=1 'b c=2 d=3"}, /* the quote has no end */
        {"a=1 it's=2 d=3", 11, false, "a=1 it's=2"},
        {"a=1 junk b=2", 8, false, "a=1 junk"},
        {"a=1 b=2 MB;3 c=4", 12, false, "a=1 b=2 MB;3"},
        {"a=1 b=2 MB;3 c=4", 8, false, "a=1"},
        {"a=1 b=2", 7, true, "a=1"},
        {"a=1 b=", 6, true, "a=1"},
        {"a=1 b", 5, true, ""}, /* b=, or bits */
        {"a=1 b=5 M", 9, true, "a=1"},
        {"a=1 b=5 MB", 10, true, "a=1"},
        {"a=1 'b c", 8, true, "a=1"},
        {"a=1 'b c'", 9, true, "a=1"},
        {"a=1 'b c'=2", 11, true, "a=1"},
        {"a=1 b = 12", 10, true, "a=1"},
        {"b=12", 4, true, ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_of(cases[i].text);

        print_message("  %zu\n", i);
        assert_true(str_eq_c(str_sub(text, 0, perf_whole(text, cases[i].n, cases[i].more)), cases[i].whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_items), cmocka_unit_test(test_zero_low),
                                       cmocka_unit_test(test_whole_items), cmocka_unit_test(test_first_bad),
                                       cmocka_unit_test(test_counter)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
