/* SPDX-License-Identifier: Apache-2.0 */
/* What answers about measurements are made of: numbers as text, steps and gaps, rates, names of series, and the trees and mistakes of PromQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/vec.h"
#include "core/perf.h"
#include "db/prom_parse.h"
#include "db/series_num.h"
#include "db/series_pick.h"
#include "db/series_steps.h"

/* ---- numbers ---- */

/* The text is the same however many places the number before had. */
static const char *text_with(double v, char *(*put)(char *to, double v, unsigned *places))
{
    static char text[SERIES_NUM_ROOM + 1];
    char other[SERIES_NUM_ROOM + 1];

    for (unsigned before = 0; before < 10; before++) {
        unsigned places = before;

        *put(other, v, &places) = '\0';
        if (before)
            assert_string_equal(other, text);
        memcpy(text, other, sizeof(text));
    }
    return text;
}

static const char *text_of(double v)
{
    return text_with(v, series_num_at);
}

static const char *json_of(double v)
{
    return text_with(v, series_num_json_at);
}

static void test_numbers(void **state)
{
    static const struct {
        double v;
        const char *text;
    } table[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {-12.5, "-12.5"},
        {0.000123, "0.000123"},
        {123456789012345.0, "123456789012345"},
        {100, "100"},
        {1e14, "100000000000000"},
        {1e15, "1000000000000000"},
        {18446744073709551616.0, "18446744073709551616"},
        {0.30000000000000004, "0.30000000000000004"},
        {NAN, "NaN"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        assert_string_equal(text_of(table[i].v), table[i].text);
    assert_string_equal(json_of(NAN), "null");
    assert_string_equal(json_of(INFINITY), "null");
    assert_string_equal(json_of(1.0 / 3), "0.333333333333333");
}

/* Whatever the number is, its text is this number again; 15 digits are near enough for a graph. */
static void test_numbers_come_back(void **state)
{
    uint64_t x = 88172645463325252u;

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        double v, w;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (i % 3 == 0)
            v = (double)(int64_t)(x % 2000000) / (double)(1 + x % 999); /* as means are */
        else if (i % 3 == 1)
            v = series_num((int64_t)(x % 100000000000u) - 50000000000, -(int)(x % 9));
        else
            memcpy(&v, &x, sizeof(v));
        if (!isfinite(v))
            continue;
        w = strtod(text_of(v), NULL);
        if (w != v)
            fail_msg("%.17g comes back as %.17g: %s", v, w, text_of(v));
        if (fabs(v) < 1e300 && fabs(v) > 1e-300 && fabs(strtod(json_of(v), NULL) - v) > fabs(v) * 2e-14)
            fail_msg("%.17g is %s in JSON", v, json_of(v));
    }
}

/* ---- steps ---- */

static struct series_points points_of(const struct series_sample *s, size_t n, const struct series_want *w)
{
    struct series_points p = {.n = 0};

    series_steps(s, n, w, &p);
    return p;
}

static struct series_sample at(int64_t s, int64_t value)
{
    return (struct series_sample){.us = s * TIME_S, .mantissa = value};
}

static void test_steps(void **state)
{
    const struct series_sample s[] = {at(600, 1), at(660, 5),  at(720, 3), at(780, 9),
                                      at(840, 2), at(1200, 7), at(1260, 8)};
    struct series_want w = {.step_us = 2 * TIME_MIN, .percentile = {50, 100}, .n_percentiles = 2};
    struct series_points p = points_of(s, ARRAY_LEN(s), &w);

    (void)state;
    assert_int_equal(p.usual_us, TIME_MIN);
    assert_false(p.single);
    assert_int_equal(p.n, 5); /* three, a gap, one */
    assert_int_equal(p.at[0].us, 600 * TIME_S);
    assert_int_equal(p.at[0].count, 2);
    assert_true(p.at[0].mean == 3 && p.at[0].min == 1 && p.at[0].max == 5 && p.at[0].last == 5 &&
                p.at[0].sum == 6);
    assert_true(p.at[0].percentile[0] == 3 && p.at[0].percentile[1] == 5);
    assert_true(p.at[1].mean == 6 && p.at[1].last == 9);
    assert_int_equal(p.at[2].us, 840 * TIME_S);
    assert_int_equal(p.at[3].count, 0);
    assert_int_equal(p.at[3].us, 960 * TIME_S);
    assert_int_equal(p.at[4].us, 1200 * TIME_S);
    assert_true(p.at[4].percentile[0] == 7.5);
    VEC_RELEASE(&p);
    w = (struct series_want){.step_us = 30 * TIME_S, .shift_us = TIME_DAY};
    p = points_of(s, ARRAY_LEN(s), &w);
    assert_true(p.single);
    assert_int_equal(p.at[0].us, 600 * TIME_S + TIME_DAY);
    assert_int_equal(p.n, 8); /* steps without a measurement are not there; one gap */
    VEC_RELEASE(&p);
    /* 2.5 times the usual distance is no gap yet */
    p = points_of((const struct series_sample[]){at(0, 1), at(60, 1), at(120, 1), at(270, 1), at(421, 1)}, 5,
                  &w);
    assert_int_equal(p.n, 6);
    assert_int_equal(p.at[4].count, 0);
    VEC_RELEASE(&p);
    p = points_of(s, 0, &w);
    assert_int_equal(p.n, 0);
    VEC_RELEASE(&p);
}

static void test_rates(void **state)
{
    const int64_t round = INT64_C(4294967296);
    const struct series_sample s[] = {at(0, 0),          at(60, 600),      at(120, 600), at(180, round - 300),
                                      at(240, 300),      at(300, 900),     at(360, 60),  at(420, 120),
                                      at(4000, 1000000), at(4060, 1000060)};
    struct series_want w = {.step_us = TIME_MIN, .rate = true};
    struct series_points p = points_of(s, ARRAY_LEN(s), &w);
    const double want[] = {10, 0, ((double)round - 900) / 60, 10, 10, 1, 1, NAN, 1};

    (void)state;
    assert_int_equal(p.n, ARRAY_LEN(want));
    for (size_t i = 0; i < p.n; i++) {
        if (isnan(want[i]))
            assert_int_equal(p.at[i].count, 0); /* no rate over a gap */
        else
            assert_true(fabs(p.at[i].mean - want[i]) < 1e-9);
    }
    assert_true(series_steps_rise(18446744073709547520.0, 1000) == 5096);
    assert_true(series_steps_rise(1000, 10) == 10);
    VEC_RELEASE(&p);
}

static void test_buckets(void **state)
{
    const struct series_bucket b[] = {
        {.us = 0, .count = 5, .min = 10, .max = 90, .last = 20, .sum_low = 200, .exponent = -1},
        {.us = 300 * TIME_S, .count = 1, .min = 40, .max = 40, .last = 40, .sum_low = 40, .exponent = -1},
    };
    struct series_want w = {.step_us = 10 * TIME_MIN};
    struct series_points p = {.n = 0};

    (void)state;
    series_steps_buckets(b, 2, &w, &p);
    assert_int_equal(p.n, 1);
    assert_true(p.at[0].mean == 4 && p.at[0].min == 1 && p.at[0].max == 9 && p.at[0].last == 4 &&
                p.at[0].sum == 24);
    assert_int_equal(p.at[0].count, 6);
    assert_false(p.single);
    VEC_RELEASE(&p);
}

/* A rate of buckets knows where a counter fell, and from what height. */
static void test_bucket_rates(void **state)
{
    const int64_t round = INT64_C(4294967296);
    const struct {
        int64_t min, max, last;
        double rise; /* since the one before */
    } b[] = {
        {900, 1000, 1000, NAN},
        {1100, 1300, 1300, 300},
        {20, 2000, 50, 750}, /* fell in the middle */
        {10, 40, 40, 40},    /* fell between two */
        {5, 70, 30, 60},     /* rose, fell, rose */
        {0, 200, 200, 200},  /* fell to nothing, rose past where it was */
        {round - 500, round - 100, round - 100, (double)round - 300},
        {4, round - 10, 60, 160}, /* went round in the middle */
    };
    struct series_bucket at[ARRAY_LEN(b)];
    struct series_want w = {.step_us = 5 * TIME_MIN, .rate = true};
    struct series_points p = {.n = 0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(b); i++)
        at[i] = (struct series_bucket){
            .us = (int64_t)i * 5 * TIME_MIN, .count = 5, .min = b[i].min, .max = b[i].max, .last = b[i].last};
    series_steps_buckets(at, ARRAY_LEN(b), &w, &p);
    assert_int_equal(p.n, ARRAY_LEN(b) - 1);
    for (size_t i = 0; i < p.n; i++)
        if (fabs(p.at[i].mean * 300 - b[i + 1].rise) > 1e-6)
            fail_msg("%zu: %f", i + 1, p.at[i].mean * 300);
    VEC_RELEASE(&p);
}

/* ---- names of series ---- */

static void test_ids(void **state)
{
    static const char *const labels[] = {"rta", "/var log", "a,b-c~d", "\xe9t\xc3\xa9", "_x.Y9"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        struct series_key k = {.oid = 281474976710657u, .unit = PERF_BYTES, .label = str_of(labels[i])}, back;
        struct buf id = BUF_INIT, label = BUF_INIT;

        series_pick_id(&id, &k);
        assert_int_equal(str_find_char(buf_str(&id), ','), -1);
        assert_true(series_pick_parse(buf_str(&id), &label, &back));
        assert_true(series_key_eq(&k, &back));
        buf_release(&id);
        buf_release(&label);
    }
    for (size_t i = 0; i < 7; i++) {
        static const char *const wrong[] = {"", "x", "1-2", "1-9-a", "a-1-b", "1-1-~G0", "1-1-a b"};
        struct buf label = BUF_INIT;
        struct series_key k;

        assert_false(series_pick_parse(str_of(wrong[i]), &label, &k));
        buf_release(&label);
    }
}

/* ---- PromQL ---- */

static void show(struct buf *b, const struct prom_node *n)
{
    static const char *const ops[] = {"+", "-", "*", "/", "%", "^"};

    switch (n->kind) {
    case PROM_NUMBER: buf_printf(b, "%g", n->number); break;
    case PROM_TEXT: buf_add_c(b, "text"); break;
    case PROM_SELECT:
        buf_printf(b, "s%zu[%lld]@%lld", n->n_matchers, (long long)n->range_ms, (long long)n->offset_ms);
        break;
    case PROM_CALL:
        buf_printf(b, "%s ", n->function == PROM_RATE ? "rate" : "increase");
        show(b, n->a);
        break;
    case PROM_AGGREGATE:
        buf_printf(b, "(agg%d w%d/%zu ", n->aggregate, n->words, n->n_labels);
        show(b, n->a);
        buf_add_char(b, ')');
        break;
    case PROM_BINARY:
        buf_add_char(b, '(');
        show(b, n->a);
        buf_add_c(b, ops[n->op]);
        show(b, n->b);
        buf_add_char(b, ')');
        break;
    case PROM_NEGATE:
        buf_add_char(b, '!');
        show(b, n->a);
        break;
    }
}

static void test_promql(void **state)
{
    static const struct {
        const char *query, *tree;
    } table[] = {
        {"1 + 2 * 3 - 4", "((1+(2*3))-4)"},
        {"2 ^ 3 ^ 2", "(2^(3^2))"},
        {"-1 ^ 2 * 3", "(!(1^2)*3)"},
        {"-x - -1", "(!s1[0]@0-!1)"},
        {"rate(x{a=\"b\",}[1h5m] offset 90s)", "rate s2[3900000]@90000"},
        {"sum by (a, b) (x)", "(agg0 w1/2 s1[0]@0)"},
        {"quantile(0.5, x) without ()", "(agg5 w2/0 s1[0]@0)"},
        {"SUM(x) OFFSET 1m", NULL},
        {"x OFFSET -1y", "s1[0]@-31536000000"},
        {"sum", "s1[0]@0"},
        {"((1))", "1"},
        {"x[5m]", "s1[300000]@0"},
        {"x[5m5m]", NULL},
        {"x[1m1h]", NULL},
        {"x[0s]", NULL},
        {"1e3 + 0x10 + .5", "((1000+16)+0.5)"},
        {"1e", NULL},
        {"1_0", NULL},
        {"x{__name__=\"y\"}", NULL},
        {"{a=~\".*\"}", NULL},
        {"{a=\"\"}", NULL},
        {"{a!=\"\"}", "s1[0]@0"},
        {"sum(x) by (a) by (b)", NULL},
        {"a and b", NULL},
        {"a > bool 1", NULL},
        {"a * on(b) group_left(c) d", NULL},
        {"a * ignoring(b) c", "(s1[0]@0*s1[0]@0)"},
        {"x # more", "s1[0]@0"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct arena arena = ARENA_INIT;
        struct buf b = BUF_INIT;
        struct err err = ERR_INIT;
        struct prom_node *n = prom_parse(str_of(table[i].query), &arena, &err);

        if (n)
            show(&b, n);
        if (!n != !table[i].tree || (n && strcmp(b.data, table[i].tree) != 0))
            fail_msg("%s: %s %s", table[i].query, b.data, err.text);
        buf_release(&b);
        arena_release(&arena);
    }
}

static void test_promql_places(void **state)
{
    static const struct {
        const char *query, *error;
    } table[] = {
        {"", "1:1: parse error: no expression found in input"},
        {"1 +\n  )", "2:3: parse error: unexpected \")\""},
        {"topk(1, x)", "1:1: parse error: the aggregation topk is not taken here"},
        {"1 + frob(x)", "1:5: parse error: unknown function with name \"frob\""},
        {"rate(x)",
         "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"},
        {"x @ 5", "1:3: parse error: the modifier @ is not taken here"},
        {"x{a=b}", "1:5: parse error: unexpected \"b\" in label matching, expected string"},
    };
    char deep[400];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct arena arena = ARENA_INIT;
        struct err err = ERR_INIT;

        assert_null(prom_parse(str_of(table[i].query), &arena, &err));
        if (strncmp(err.text, table[i].error, strlen(table[i].error)) != 0)
            fail_msg("%s: %s", table[i].query, err.text);
        arena_release(&arena);
    }
    memset(deep, '(', sizeof(deep));
    {
        struct arena arena = ARENA_INIT;
        struct err err = ERR_INIT;

        assert_null(prom_parse(str_make(deep, sizeof(deep)), &arena, &err));
        assert_non_null(strstr(err.text, "too deeply"));
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_numbers_come_back),
        cmocka_unit_test(test_steps),         cmocka_unit_test(test_rates),
        cmocka_unit_test(test_buckets),       cmocka_unit_test(test_bucket_rates),
        cmocka_unit_test(test_ids),           cmocka_unit_test(test_promql),
        cmocka_unit_test(test_promql_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
