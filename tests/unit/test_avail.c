/* SPDX-License-Identifier: Apache-2.0 */
/* Availability: literal cases, and random lives beside a reference that walks every second and asks the period about each. Zone: Europe/Paris, over both changes of the clock. */
#include "core/avail.h"

#include "fake_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char objects[] =
    "define timeperiod {\n timeperiod_name work\n alias w\n monday 09:00-12:00,13:00-17:00\n friday "
    "09:00-17:00\n saturday 23:00-24:00\n sunday 00:00-02:30,02:45-09:00\n exclude lunch\n}\n"
    "define timeperiod {\n timeperiod_name lunch\n alias l\n friday 12:00-12:30\n sunday 02:15-02:20\n}\n"
    "define timeperiod {\n timeperiod_name never\n alias n\n}\n"
    "define timeperiod {\n timeperiod_name day\n alias d\n 2026-10-25 02:30-04:00\n 2026-03-29 "
    "01:30-02:30\n monday 00:00-24:00\n}\n"
    "define host {\n host_name h\n max_check_attempts 1\n}\n";

static struct fake_model model;
static struct when when;

/* ---- cases to read ---- */

static const struct avail_point life[] = {
    {100, AVAIL_PENDING, false},  {110, AVAIL_OK, false},       {150, AVAIL_CRITICAL, false},
    {160, AVAIL_WARNING, false},  {200, AVAIL_CRITICAL, false}, {210, AVAIL_CRITICAL, true},
    {230, AVAIL_CRITICAL, false}, {240, AVAIL_OK, false},       {280, AVAIL_GONE, false},
};

static struct avail_in all_of_it(void)
{
    return (struct avail_in){.from_s = 90, .to_s = 300, .points = life, .n_points = ARRAY_LEN(life)};
}

static void test_service(void **state UNUSED)
{
    struct avail_in in = all_of_it();
    struct avail_out o;

    avail_compute(&in, &o);
    assert_int_equal(o.seconds[AVAIL_NO_DATA], 10);
    assert_int_equal(o.seconds[AVAIL_PENDING], 10);
    assert_int_equal(o.seconds[AVAIL_OK], 80);
    assert_int_equal(o.seconds[AVAIL_WARNING], 40);
    assert_int_equal(o.seconds[AVAIL_CRITICAL], 30);
    assert_int_equal(o.in_downtime[AVAIL_CRITICAL], 20);
    assert_int_equal(o.seconds[AVAIL_GONE], 20);
    assert_int_equal(o.good_s, 120);
    assert_int_equal(o.bad_s, 50);
    assert_int_equal(o.outages, 2);
    assert_int_equal(avail_ppm(&o), 705882);
    assert_int_equal(avail_mtbf_s(&o), 60);
    assert_int_equal(avail_mttr_s(&o), 25);
}

static void test_host_and_downtimes(void **state UNUSED)
{
    const struct avail_range downtime[] = {{145, 155}, {200, 235}};
    struct avail_in in = all_of_it();
    struct avail_out o;

    in.host = true;
    avail_compute(&in, &o);
    assert_int_equal(o.good_s, 80); /* 1 is DOWN */
    assert_int_equal(o.bad_s, 90);
    assert_int_equal(o.outages, 1);
    in.host = false;
    in.exclude_downtimes = true;
    in.host_downtimes = (struct avail_ranges){downtime, 2};
    avail_compute(&in, &o);
    assert_int_equal(o.in_downtime[AVAIL_OK], 5);
    assert_int_equal(o.in_downtime[AVAIL_CRITICAL], 40);
    assert_int_equal(o.good_s, 115);
    assert_int_equal(o.bad_s, 10); /* 155-160 and 235-240 */
    assert_int_equal(o.outages, 2);
}

static void test_blind_and_outside(void **state UNUSED)
{
    const struct avail_range blind[] = {{155, 205}}, slices[] = {{120, 158}, {204, 260}};
    const struct avail_ranges period = {slices, 2}, none = {NULL, 0};
    struct avail_in in = all_of_it();
    struct avail_out o;

    in.unmonitored = (struct avail_ranges){blind, 1};
    in.period = &period;
    avail_compute(&in, &o);
    assert_int_equal(o.outside_s, 210 - 38 - 56);
    assert_int_equal(o.seconds[AVAIL_UNMONITORED], 4);
    assert_int_equal(o.bad_s, 5 + 35);
    assert_int_equal(o.outages, 1); /* the same one goes on behind the gap */
    in.period = &none;
    avail_compute(&in, &o);
    assert_int_equal(o.outside_s, 210);
    assert_int_equal(avail_ppm(&o), -1);
    assert_int_equal(avail_mttr_s(&o), -1);
    in.to_s = in.from_s;
    avail_compute(&in, &o);
    assert_int_equal(o.outside_s, 0);
}

/* Each part is as if it had been asked for alone. */
static void test_parts(void **state UNUSED)
{
    const struct avail_range blind[] = {{95, 97}, {155, 205}, {241, 242}},
                             slices[] = {{120, 158}, {204, 260}},
                             downtime[] = {{100, 103}, {145, 155}, {200, 235}};
    const struct avail_ranges period = {slices, 2};
    struct avail_in in = all_of_it();
    struct avail_out o[210], want;

    in.unmonitored = (struct avail_ranges){blind, 3};
    in.host_downtimes = (struct avail_ranges){downtime, 3};
    for (size_t n = 1; n <= ARRAY_LEN(o); n++) {
        in.period = n % 2 ? &period : NULL;
        avail_parts(&in, n, o);
        for (size_t i = 0; i < n; i++) {
            struct avail_in part = in;

            part.from_s = in.from_s + 210 * (int64_t)i / (int64_t)n;
            part.to_s = in.from_s + 210 * (int64_t)(i + 1) / (int64_t)n;
            avail_compute(&part, &want);
            assert_memory_equal(&o[i], &want, sizeof(want));
        }
    }
}

/* ---- random ones, second by second ---- */

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

enum { MOST = 400 };
struct scene {
    struct avail_point points[MOST];
    struct avail_range blind[MOST], host[MOST];
    size_t n_points, n_blind, n_host;
    struct avail_in in;
    uint32_t period;
};

static size_t draw_ranges(struct avail_range *r, int64_t from, uint32_t step)
{
    size_t n = draw(20);

    for (size_t i = 0; i < n; i++) {
        r[i].from_s = from += draw(step);
        r[i].to_s = from += 1 + draw(step);
    }
    return n;
}

static void draw_scene(struct scene *s, int64_t from, const char *period)
{
    int64_t at = from - 2000 + draw(4000);
    uint32_t step = draw(2) ? 30 : 3000;

    s->n_points = draw(MOST);
    for (size_t i = 0; i < s->n_points; i++) {
        s->points[i] = (struct avail_point){at, draw(AVAIL_UNMONITORED), draw(4) == 0};
        at += draw(step);
    }
    s->n_blind = draw_ranges(s->blind, from - 500, 9000);
    s->n_host = draw_ranges(s->host, from - 500, 9000);
    s->period = period ? model_find_period(&model.m, str_of(period)) : MODEL_NONE;
    s->in = (struct avail_in){.from_s = from,
                              .to_s = from + 1 + draw(3 * 86400),
                              .host = draw(2),
                              .exclude_downtimes = draw(2),
                              .points = s->points,
                              .n_points = s->n_points,
                              .unmonitored = {s->blind, s->n_blind},
                              .host_downtimes = {s->host, s->n_host}};
}

static bool in_any(const struct avail_range *r, size_t n, int64_t t)
{
    for (size_t i = 0; i < n; i++)
        if (t >= r[i].from_s && t < r[i].to_s)
            return true;
    return false;
}

static void reference(const struct scene *s, struct avail_out *o)
{
    bool bad_before = false;

    *o = (struct avail_out){.outages = 0};
    for (int64_t t = s->in.from_s; t < s->in.to_s; t++) {
        enum avail_state state = AVAIL_NO_DATA;
        bool downtime = in_any(s->host, s->n_host, t), own = false, bad;

        if (!when_contains(&when, s->period, (struct wall){t * TIME_S})) {
            o->outside_s++;
            continue;
        }
        for (size_t i = 0; i < s->n_points && s->points[i].at_s <= t; i++) {
            state = s->points[i].state;
            own = s->points[i].downtime;
        }
        if (in_any(s->blind, s->n_blind, t)) {
            o->seconds[AVAIL_UNMONITORED]++;
            continue;
        }
        if (downtime || own)
            o->in_downtime[state]++;
        else
            o->seconds[state]++;
        if (state >= AVAIL_PENDING || ((downtime || own) && s->in.exclude_downtimes))
            continue;
        bad = state >= AVAIL_CRITICAL || (s->in.host && state == AVAIL_WARNING);
        o->bad_s += bad;
        o->good_s += !bad;
        o->outages += bad && !bad_before;
        bad_before = bad;
    }
}

static void test_as_second_by_second(void **state UNUSED)
{
    static const char *const periods[] = {NULL, "work", "never", "day"};
    static const int64_t begins[] = {
        1774650000, /* 2026-03-27: the clock goes forward */
        1792792800, /* 2026-10-23: and back */
        1767268800,
    };
    static struct scene s;

    for (unsigned i = 0; i < 60; i++) {
        struct avail_ranges_vec slices = {.v = {0}};
        struct avail_ranges period;
        struct avail_out got, want;

        seed = i;
        draw_scene(&s, begins[i % 3] + draw(90000), periods[draw(4)]);
        avail_period(&when, s.period, s.in.from_s, s.in.to_s, &slices);
        period = (struct avail_ranges){slices.v.at, slices.v.n};
        s.in.period = s.period == MODEL_NONE && draw(2) ? NULL : &period;
        avail_compute(&s.in, &got);
        reference(&s, &want);
        if (memcmp(&got, &want, sizeof(got)) != 0)
            fail_msg(
                "seed %u: good %lld, wanted %lld; bad %lld, wanted %lld; outages %lld, wanted %lld; outside "
                "%lld, wanted %lld",
                i, (long long)got.good_s, (long long)want.good_s, (long long)got.bad_s, (long long)want.bad_s,
                (long long)got.outages, (long long)want.outages, (long long)got.outside_s,
                (long long)want.outside_s);
        VEC_RELEASE(&slices.v);
    }
}

static int open_all(void **state UNUSED)
{
    static struct fake f;
    struct conf *c;

    f.objects = str_of(objects);
    c = fake_load(&f);
    if (!fake_open(c, &model))
        return -1;
    conf_free(c);
    when_init(&when, &model.m);
    return 0;
}

static int close_all(void **state UNUSED)
{
    when_release(&when);
    fake_close(&model);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_service),
        cmocka_unit_test(test_host_and_downtimes),
        cmocka_unit_test(test_blind_and_outside),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_as_second_by_second),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
