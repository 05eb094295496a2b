/* SPDX-License-Identifier: Apache-2.0 */
/* Stretches of states: cases to read, and random lives beside a reference that paints every second. */
#include "core/strip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct avail_point life[] = {
    {100, AVAIL_PENDING, false},  {110, AVAIL_OK, false},      {150, AVAIL_CRITICAL, false},
    {155, AVAIL_CRITICAL, false}, {160, AVAIL_CRITICAL, true}, {180, AVAIL_OK, true},
    {190, AVAIL_OK, false},       {260, AVAIL_GONE, false},
};

/* "state from-to", with + in downtime */
static void expect(const struct strip *s, const char *want)
{
    char got[512];
    size_t n = 0;

    got[0] = '\0';
    for (size_t i = 0; i < s->span.n; i++) {
        const struct strip_span *x = &s->span.at[i];

        n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%d%s %lld-%lld", i ? ", " : "", (int)x->state,
                              x->downtime ? "+" : "", (long long)x->from_s, (long long)x->to_s);
        assert_true(n < sizeof(got));
    }
    assert_string_equal(got, want);
}

static void test_exact(void **state UNUSED)
{
    static const struct avail_range gaps[] = {{90, 95}, {120, 130}, {170, 185}, {290, 400}};
    struct strip s = {0};

    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){NULL, 0}, 90, 300);
    expect(&s, "6 90-100, 4 100-110, 0 110-150, 2 150-160, 2+ 160-180, 0+ 180-190, 0 190-260, 5 260-300");
    strip_release(&s);
    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){gaps, ARRAY_LEN(gaps)}, 90, 300);
    expect(&s,
           "7 90-95, 6 95-100, 4 100-110, 0 110-120, 7 120-130, 0 130-150, 2 150-160, 2+ 160-170, 7 170-185, "
           "0+ 185-190, 0 190-260, 5 260-290, 7 290-300");
    strip_release(&s);
    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){gaps, ARRAY_LEN(gaps)}, 152, 158);
    expect(&s, "2 152-158");
    strip_release(&s);
    strip_make(&s, NULL, 0, &(struct avail_ranges){NULL, 0}, 10, 20);
    expect(&s, "6 10-20");
    strip_release(&s);
    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){NULL, 0}, 20, 20);
    expect(&s, "");
    strip_thin(&s, 1, false);
    strip_release(&s);
}

static void test_thin(void **state UNUSED)
{
    struct strip s = {0};

    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){NULL, 0}, 90, 300);
    strip_thin(&s, 8, false);
    assert_int_equal(s.step_s, 0);
    strip_thin(&s, 7, false); /* parts of 30 s: 90, 120, 150, 180, 210, 240, 270 */
    assert_int_equal(s.step_s, 30);
    expect(&s, "0 90-150, 2+ 150-180, 0+ 180-210, 0 210-270, 5 270-300");
    strip_release(&s);
    strip_make(&s, life, ARRAY_LEN(life), &(struct avail_ranges){NULL, 0}, 90, 300);
    strip_thin(&s, 1, false);
    expect(&s, "2+ 90-300");
    strip_release(&s);
}

/* Of a host, DOWN (1) is worse than UNREACHABLE (2); of a service, CRITICAL (2) than WARNING (1). */
static void test_worse(void **state UNUSED)
{
    static const struct avail_point p[] = {{0, AVAIL_OK, false},
                                           {5, AVAIL_WARNING, false},
                                           {7, AVAIL_CRITICAL, false},
                                           {8, AVAIL_UNKNOWN, false}};

    for (int host = 0; host < 2; host++) {
        struct strip s = {0};

        strip_make(&s, p, ARRAY_LEN(p), &(struct avail_ranges){NULL, 0}, 0, 10);
        strip_thin(&s, 1, host);
        expect(&s, host ? "1 0-10" : "2 0-10");
        strip_release(&s);
    }
}

#define SECONDS 400

static unsigned rnd(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static void one_life(unsigned seed)
{
    struct avail_point point[40];
    struct avail_range gap[20];
    int paint[SECONDS];
    size_t n = 0, m = 0;
    struct strip s = {0};

    for (int64_t at = rnd(&seed) % 30; at < SECONDS && n < ARRAY_LEN(point); at += rnd(&seed) % 25)
        point[n++] =
            (struct avail_point){at, (enum avail_state)(rnd(&seed) % AVAIL_NO_DATA), rnd(&seed) % 3 == 0};
    for (int64_t at = rnd(&seed) % 60; at < SECONDS && m < ARRAY_LEN(gap); at += 1 + rnd(&seed) % 60, m++) {
        gap[m].from_s = at;
        gap[m].to_s = at += 1 + rnd(&seed) % 20;
    }
    for (int t = 0; t < SECONDS; t++) {
        paint[t] = AVAIL_NO_DATA;
        for (size_t i = 0; i < n && point[i].at_s <= t; i++)
            paint[t] = (int)point[i].state + (point[i].downtime ? 100 : 0);
        for (size_t i = 0; i < m; i++)
            if (gap[i].from_s <= t && t < gap[i].to_s)
                paint[t] = AVAIL_UNMONITORED;
    }
    strip_make(&s, point, n, &(struct avail_ranges){gap, m}, 0, SECONDS);
    assert_int_equal(s.span.at[0].from_s, 0);
    assert_int_equal(VEC_LAST(&s.span).to_s, SECONDS);
    for (size_t i = 0; i < s.span.n; i++) {
        const struct strip_span *x = &s.span.at[i];

        assert_true(i == 0 || x->from_s == s.span.at[i - 1].to_s);
        for (int64_t t = x->from_s; t < x->to_s; t++)
            assert_int_equal((int)x->state + (x->downtime ? 100 : 0), paint[t]);
        assert_true(i == 0 || paint[x->from_s] != paint[x->from_s - 1]);
    }
    strip_thin(&s, 1 + rnd(&seed) % 20, false);
    for (size_t i = 0; i < s.span.n; i++) /* nothing bad is lost */
        for (int64_t t = s.span.at[i].from_s; t < s.span.at[i].to_s; t++)
            assert_true(paint[t] % 100 != AVAIL_CRITICAL || s.span.at[i].state == AVAIL_CRITICAL);
    strip_release(&s);
}

static void test_random(void **state UNUSED)
{
    for (unsigned seed = 1; seed <= 500; seed++)
        one_life(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exact), cmocka_unit_test(test_thin),
                                       cmocka_unit_test(test_worse), cmocka_unit_test(test_random)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
