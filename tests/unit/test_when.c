/* SPDX-License-Identifier: Apache-2.0 */
/* Periods: inside or not, the next moment inside, the end; every form of a day; both changes of the clock of a year. Zone: Europe/Paris. */
#include "core/when.h"

#include "core/zone.h"
#include "fake_conf.h"
#include "vigie_cfg_example.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char periods[] =
    "define timeperiod {\n timeperiod_name always\n alias a\n sunday 00:00-24:00\n monday 00:00-24:00\n "
    "tuesday 00:00-24:00\n wednesday 00:00-24:00\n"
    " thursday 00:00-24:00\n friday 00:00-24:00\n saturday 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name never\n alias n\n}\n"
    "define timeperiod {\n timeperiod_name work\n alias w\n monday 09:00-12:00,13:00-17:00\n friday "
    "09:00-17:00\n}\n"
    "define timeperiod {\n timeperiod_name night\n alias n\n sunday 02:00-03:00\n}\n"
    "define timeperiod {\n timeperiod_name early\n alias n\n sunday 01:30-02:30\n}\n"
    "define timeperiod {\n timeperiod_name noon_off\n alias x\n exclude lunch\n monday 09:00-17:00\n}\n"
    "define timeperiod {\n timeperiod_name lunch\n alias x\n monday 12:00-13:00\n}\n"
    "define timeperiod {\n timeperiod_name date\n alias x\n 2026-12-24 10:00-11:00\n thursday "
    "00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name third\n alias x\n 2026-01-01 / 3 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name xmas\n alias x\n december 20 - january 5 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name feb_end\n alias x\n february -1 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name last\n alias x\n day -1 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name mid\n alias x\n day 10 - 15 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name over\n alias x\n day 31 - 30 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name nth\n alias x\n monday 3 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name last_friday\n alias x\n friday -1 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name thanks\n alias x\n thursday 4 november 00:00-24:00\n}\n"
    "define timeperiod {\n timeperiod_name closed\n alias x\n 2026-11-23 00:00-00:00\n monday "
    "00:00-24:00\n}\n"
    /* Tokyo: nine hours before UTC; New York: five behind it in winter, four in summer. */
    "define timeperiod {\n timeperiod_name tokyo\n alias x\n vigie_timezone JST-9\n monday 09:00-12:00\n}\n"
    "define timeperiod {\n timeperiod_name but_tokyo\n alias x\n exclude tokyo\n monday 00:00-24:00\n sunday "
    "00:00-24:00\n}\n"
    "define host {\n host_name h\n max_check_attempts 1\n}\n"
    "define host {\n host_name ny\n max_check_attempts 1\n timezone EST5EDT,M3.2.0,M11.1.0\n check_period "
    "work\n notification_period tokyo\n}\n"
    "define service {\n host_name ny\n service_description of_host\n max_check_attempts 1\n check_command "
    "c\n check_period work\n notification_period noon_off\n}\n"
    "define service {\n host_name ny\n service_description own\n max_check_attempts 1\n check_command c\n "
    "timezone JST-9\n check_period work\n}\n"
    "define command {\n command_name c\n command_line /bin/true\n}\n"
    "define contact {\n contact_name k\n timezone JST-9\n host_notification_period work\n "
    "service_notification_period always\n host_notification_commands c\n service_notification_commands "
    "c\n}\n";

static struct fake_model model;
static struct when when;

static struct wall utc(const char *text)
{
    struct wall t;

    if (!time_parse_rfc3339(str_of(text), &t))
        fail_msg("not a time: %s", text);
    return t;
}

static uint32_t period(const char *name)
{
    uint32_t p = model_find_period(&model.m, str_of(name));

    if (p == MODEL_NONE)
        fail_msg("no period %s", name);
    return p;
}

/* UTC: winter is one hour behind Paris, summer two. */
static const struct {
    const char *period, *at;
    bool in;
} inside[] = {
    {"always", "2026-11-23T09:00:00Z", true},
    {"never", "2026-11-23T09:00:00Z", false},
    {"work", "2026-11-23T07:59:59Z", false}, /* Monday, 08:59:59 */
    {"work", "2026-11-23T08:00:00Z", true},
    {"work", "2026-11-23T11:00:00Z", false}, /* noon: a range ends before its end */
    {"work", "2026-11-23T12:00:00Z", true},
    {"work", "2026-11-24T09:00:00Z", false}, /* Tuesday */
    {"work", "2026-06-22T07:00:00Z", true},  /* summer: 09:00 */
    {"work", "2026-06-22T06:59:59Z", false},
    {"noon_off", "2026-11-23T10:59:59Z", true},
    {"noon_off", "2026-11-23T11:30:00Z", false},
    {"date", "2026-12-24T09:30:00Z", true},
    {"date", "2026-12-24T12:00:00Z", false}, /* the exception hides Thursday */
    {"date", "2026-12-17T12:00:00Z", true},
    {"third", "2026-01-01T12:00:00Z", true},
    {"third", "2026-01-02T12:00:00Z", false},
    {"third", "2026-01-04T12:00:00Z", true},
    {"third", "2025-12-29T12:00:00Z", false}, /* before it begins */
    {"xmas", "2026-12-19T12:00:00Z", false},
    {"xmas", "2026-12-20T12:00:00Z", true},
    {"xmas", "2027-01-03T12:00:00Z", true},
    {"xmas", "2027-01-06T12:00:00Z", false},
    {"feb_end", "2026-02-28T12:00:00Z", true},
    {"feb_end", "2028-02-28T12:00:00Z", false},
    {"feb_end", "2028-02-29T12:00:00Z", true},
    {"last", "2026-11-30T12:00:00Z", true},
    {"last", "2026-11-29T12:00:00Z", false},
    {"mid", "2026-11-10T12:00:00Z", true},
    {"mid", "2026-11-15T12:00:00Z", true},
    {"mid", "2026-11-16T12:00:00Z", false},
    {"over", "2026-02-28T12:00:00Z", true}, /* from January 31 to February 30: to the last day there is */
    {"over", "2026-03-01T12:00:00Z", false},
    {"over", "2026-04-15T12:00:00Z", true},
    {"nth", "2026-11-16T12:00:00Z", true},
    {"nth", "2026-11-23T12:00:00Z", false},
    {"last_friday", "2026-11-27T12:00:00Z", true},
    {"last_friday", "2026-11-20T12:00:00Z", false},
    {"thanks", "2026-11-26T12:00:00Z", true},
    {"thanks", "2026-10-22T12:00:00Z", false},
    {"closed", "2026-11-23T12:00:00Z", false}, /* an exception with an empty range closes the day */
    {"closed", "2026-11-30T12:00:00Z", true},
    /* 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC. There is no 02:30 that day. */
    {"night", "2026-03-29T00:59:59Z", false},
    {"night", "2026-03-29T01:00:00Z", false},
    {"early", "2026-03-29T00:30:00Z", true},
    {"early", "2026-03-29T01:00:00Z", false}, /* reads 03:00 */
    /* 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC. 02:00 to 03:00 is there twice. */
    {"night", "2026-10-24T23:59:59Z", false},
    {"night", "2026-10-25T00:00:00Z", true},
    {"night", "2026-10-25T00:59:59Z", true},
    {"night", "2026-10-25T01:00:00Z", true},
    {"night", "2026-10-25T01:59:59Z", true},
    {"night", "2026-10-25T02:00:00Z", false},
    {"early", "2026-10-25T00:29:59Z", true},
    {"early", "2026-10-25T00:30:00Z", false}, /* 02:30, the first time */
    {"early", "2026-10-25T01:00:00Z", true},  /* 02:00, the second time */
};

static void test_inside(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(inside); i++)
        if (when_contains(&when, period(inside[i].period), utc(inside[i].at)) != inside[i].in)
            fail_msg("%s at %s: not %d", inside[i].period, inside[i].at, inside[i].in);
}

static const struct {
    const char *period, *at, *next,
        *end; /* end: of the stretch that begins at next; "" none within the horizon */
} turns[] = {
    {"always", "2026-11-23T09:00:00.5Z", "2026-11-23T09:00:00.5Z", ""},
    {"never", "2026-11-23T09:00:00Z", "", ""},
    {"work", "2026-11-23T07:00:00Z", "2026-11-23T08:00:00Z", "2026-11-23T11:00:00Z"},
    {"work", "2026-11-23T11:00:00.25Z", "2026-11-23T12:00:00Z", "2026-11-23T16:00:00Z"},
    {"work", "2026-11-23T16:00:00Z", "2026-11-27T08:00:00Z", "2026-11-27T16:00:00Z"},
    {"noon_off", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z", "2026-11-23T11:00:00Z"},
    {"noon_off", "2026-11-23T11:10:00Z", "2026-11-23T12:00:00Z", "2026-11-23T16:00:00Z"},
    {"date", "2026-12-24T00:00:00Z", "2026-12-24T09:00:00Z", "2026-12-24T10:00:00Z"},
    {"thanks", "2026-11-27T00:00:00Z", "2027-11-24T23:00:00Z", "2027-11-25T23:00:00Z"},
    /* the hour that is not there: the next Sunday */
    {"night", "2026-03-28T12:00:00Z", "2026-04-05T00:00:00Z", "2026-04-05T01:00:00Z"},
    {"early", "2026-03-28T12:00:00Z", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
    /* the hour that is there twice: one stretch of two hours; cut in two where the range ends inside it */
    {"night", "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
    {"early", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"},
};

static void same(const char *what, const char *name, const char *at, struct wall got, const char *want)
{
    char text[TIME_RFC3339];

    if (got.us == INT64_MAX && !*want)
        return;
    if (got.us != INT64_MAX)
        time_rfc3339(got, text);
    if (got.us == INT64_MAX || !*want || got.us != utc(want).us)
        fail_msg("%s of %s at %s is %s, not %s", what, name, at, got.us == INT64_MAX ? "never" : text, want);
}

static void test_turns(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(turns); i++) {
        uint32_t p = period(turns[i].period);
        struct wall next = when_next(&when, p, utc(turns[i].at));

        same("next", turns[i].period, turns[i].at, next, turns[i].next);
        if (next.us != INT64_MAX)
            same("end", turns[i].period, turns[i].at, when_end(&when, p, next), turns[i].end);
    }
}

static void test_none_is_always(void **state UNUSED)
{
    assert_true(when_contains(&when, MODEL_NONE, utc("2026-11-23T09:00:00Z")));
    assert_int_equal(when_next(&when, MODEL_NONE, utc("2026-11-23T09:00:00Z")).us,
                     utc("2026-11-23T09:00:00Z").us);
}

/* Every moment of a year, by quarter hours: next and end must agree with contains. */
static void test_next_agrees_with_contains(void **state UNUSED)
{
    const int64_t step = 15 * TIME_MIN;
    struct wall from = utc("2026-01-01T00:00:00Z"), to = utc("2027-01-01T00:00:00Z");

    for (uint32_t p = 0; p < model.m.n_period; p++) {
        int64_t next = INT64_MIN;

        for (struct wall t = from; t.us < to.us; t.us += step) {
            bool in = when_contains(&when, p, t);

            if (next <= t.us)
                next = when_next(&when, p, t).us;
            assert_int_equal(in, next == t.us);
        }
    }
}

static void test_zone_rules(void **state UNUSED)
{
    struct zone z;

    assert_int_equal(zone_compile_rule(&z, STR("CET-1CEST,M3.5.0,M10.5.0/3")), 0);
    assert_int_equal(z.first_offset, 3600);
    assert_true(z.turns.n > 200);
    for (size_t i = 1; i < z.turns.n; i++)
        assert_true(z.turns.at[i - 1].at < z.turns.at[i].at &&
                    z.turns.at[i].is_dst != z.turns.at[i - 1].is_dst);
    zone_release(&z);
    assert_int_equal(zone_compile_rule(&z, STR("UTC0")), 0);
    assert_int_equal(z.turns.n, 0);
    zone_release(&z);
    assert_int_equal(zone_compile_rule(&z, STR("<-03>3")), 0);
    assert_int_equal(z.first_offset, -3 * 3600);
    zone_release(&z);
    assert_int_equal(zone_compile_rule(&z, STR("AEST-10AEDT,M10.1.0,M4.1.0/3")),
                     0); /* summer over the turn of the year */
    assert_int_equal(z.first_offset, 10 * 3600);
    zone_release(&z);
    assert_int_equal(zone_compile_rule(&z, STR("Nowhere/Here")), E_FORMAT);
    assert_int_equal(zone_compile(&z, STR("TZif2")), E_FORMAT);
}

static int32_t offset_in(const struct zone *z, int64_t utc_s)
{
    int32_t offset = z->first_offset;

    for (size_t i = 0; i < z->turns.n && z->turns.at[i].at <= utc_s; i++)
        offset = z->turns.at[i].offset;
    return offset;
}

/* The file of the machine and the rule agree from the year the rule began on, and far beyond the file's own table. */
static void test_tzif_agrees_with_its_rule(void **state UNUSED)
{
    static char bytes[64 * 1024];
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Paris", "rb");
    struct zone file, rule;
    size_t n;

    if (!f)
        skip(); /* tzdata is not installed */
    n = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    assert_int_equal(zone_compile(&file, str_make(bytes, n)), 0);
    assert_int_equal(zone_compile_rule(&rule, STR("CET-1CEST,M3.5.0,M10.5.0/3")), 0);
    for (int64_t s = 946684800; s < 3786912000; s += 6 * 3600 + 1)
        assert_int_equal(offset_in(&file, s), offset_in(&rule, s));
    for (size_t cut = 0; cut < n;
         cut += 7) { /* short at any place: refused, or read as far as it goes, never out of bounds */
        struct zone z;

        if (zone_compile(&z, str_make(bytes, cut)) == 0)
            zone_release(&z);
    }
    zone_release(&file);
    zone_release(&rule);
}

static void test_names(void **state UNUSED)
{
    uint32_t z = model.m.globals->zone;

    assert_string_equal(model_zone_name(&model.m, z, utc("2026-11-23T09:00:00Z").us / TIME_S).p, "CET");
    assert_string_equal(model_zone_name(&model.m, z, utc("2026-07-01T09:00:00Z").us / TIME_S).p, "CEST");
    assert_string_equal(model_zone_name(&model.m, z, utc("2026-10-25T00:59:59Z").us / TIME_S).p, "CEST");
    assert_string_equal(model_zone_name(&model.m, z, utc("2026-10-25T01:00:00Z").us / TIME_S).p, "CET");
    assert_string_equal(model_zone_name(&model.m, z, -1).p, "CET");
    assert_string_equal(model_zone_name(&model.m, MODEL_NONE, 0).p, "UTC");
}

static void wanted(uint32_t p, const char *at, bool in)
{
    if (when_contains(&when, p, utc(at)) != in)
        fail_msg("%s at %s: not %d", model_str(&model.m, model_period(&model.m, p)->name).p, at, in);
}

static void test_zones_of_objects(void **state UNUSED)
{
    const struct model *m = &model.m;
    const struct model_check *host = model_check(m, model_find_host(m, STR("ny")));
    const struct model_check *of_host = model_check(m, model_find_service(m, STR("ny"), STR("of_host")));
    const struct model_check *own = model_check(m, model_find_service(m, STR("ny"), STR("own")));
    const struct model_contact *k = model_contact(m, model_find_contact(m, STR("k")));

    wanted(host->check_period, "2026-11-23T13:59:59Z", false); /* Monday in New York, 08:59:59 */
    wanted(host->check_period, "2026-11-23T14:00:00Z", true);
    wanted(host->check_period, "2026-06-22T13:00:00Z", true); /* summer */
    wanted(period("work"), "2026-11-23T14:00:00Z", true);     /* the period itself stays in Paris: 15:00 */
    wanted(period("work"), "2026-11-23T20:00:00Z", false);
    wanted(host->check_period, "2026-11-23T20:00:00Z", true);
    wanted(host->notification_period, "2026-11-23T00:00:00Z", true); /* it says its own zone */
    assert_int_equal(host->notification_period, period("tokyo"));
    assert_int_equal(of_host->check_period, host->check_period); /* the host's zone, and the same copy */
    wanted(of_host->notification_period, "2026-11-23T17:30:00Z", false); /* lunch, too, is read in New York */
    wanted(of_host->notification_period, "2026-11-23T18:00:00Z", true);
    wanted(own->check_period, "2026-11-23T00:00:00Z", true); /* Monday in Tokyo, 09:00 */
    wanted(own->check_period, "2026-11-23T14:00:00Z", false);
    wanted(k->host_period, "2026-11-23T00:00:00Z", true);
    assert_int_equal(model_find_period(m, STR("work")), period("work"));
    assert_true(period("work") < m->globals->n_periods && host->check_period >= m->globals->n_periods);
}

/* The end and the next begin, where a period excludes one that is read in another zone. */
static void test_an_exclusion_in_another_zone(void **state UNUSED)
{
    uint32_t p = period("but_tokyo");

    wanted(p, "2026-11-22T23:59:59Z", true);
    wanted(p, "2026-11-23T00:00:00Z", false); /* 09:00 in Tokyo, 01:00 in Paris */
    assert_int_equal(when_end(&when, p, utc("2026-11-22T20:00:00Z")).us, utc("2026-11-23T00:00:00Z").us);
    assert_int_equal(when_next(&when, p, utc("2026-11-23T01:00:00Z")).us, utc("2026-11-23T03:00:00Z").us);
}

/* What vigie.cfg(5) says with its examples. UTC: Paris is one hour before it in winter, two in summer; Tokyo nine. */
static void test_manual(void **state UNUSED)
{
    static const struct {
        const char *period, *at;
        bool in;
    } cases[] = {
        {"office", "2027-03-08T08:00:00Z", true}, /* Monday, 09:00 */
        {"office", "2027-03-08T11:30:00Z", false},
        {"office", "2027-03-09T08:00:00Z", false}, /* Tuesday */
        {"office", "2027-03-05T09:00:00Z", true},  /* Friday, 10:00 */
        {"office", "2027-03-05T13:00:00Z", false},
        {"office", "2027-03-12T09:00:00Z", false}, /* closed */
        {"office", "2027-03-31T17:00:00Z", true},  /* Wednesday, 19:00: the last day */
        {"office", "2027-07-26T09:00:00Z", false}, /* a Monday of the holidays */
        {"office", "2027-08-16T09:00:00Z", true},  /* behind them */
        {"office", "2027-05-31T09:00:00Z", false}, /* the last Monday of May, and its last day */
        {"office", "2027-05-24T09:00:00Z", true},
        {"holidays", "2028-01-03T12:00:00Z", true}, /* over the end of the year */
        {"holidays", "2028-01-04T12:00:00Z", false},
        {"holidays", "2027-12-26T12:00:00Z", true},
        {"office-abroad", "2027-03-05T06:30:00Z", true}, /* Friday, 15:30 */
        {"office-abroad", "2027-03-05T07:30:00Z", false},
        {"office-abroad", "2027-03-08T00:00:00Z", true}, /* Monday, 09:00 */
        {"office-abroad", "2027-03-12T00:00:00Z", false},
        {"office-abroad", "2027-07-26T00:00:00Z", false},
        {"patching", "2027-03-09T01:00:00Z", true}, /* the second Tuesday, 02:00 */
        {"patching", "2027-03-02T01:00:00Z", false},
        {"patching", "2027-03-15T22:00:00Z", true},
        {"patching", "2027-03-22T22:00:00Z", true},
        {"patching", "2027-03-16T22:00:00Z", false},
        {"patching", "2027-03-29T22:00:00Z", false},
        {"patching", "2027-01-03T02:00:00Z", true},
        {"patching", "2027-01-10T02:00:00Z", false},
        {"patching", "2027-01-17T02:00:00Z", true},
    };
    static const char text[] = EXAMPLE_PERIODS("JST-9") EXAMPLE_DOWNTIME
        "define host {\n name linux\n register 0\n max_check_attempts 1\n}\n";
    struct fake f = {.objects = str_of(text)};
    struct conf *c = fake_load(&f);
    struct fake_model example;
    struct when w;

    for (size_t i = 0; i < conf_n_diags(c); i++)
        if (strstr(conf_diag_at(c, i)->text, "timeperiod") || strstr(conf_diag_at(c, i)->text, "time"))
            fail_msg("%u: %s", conf_diag_at(c, i)->line, conf_diag_at(c, i)->text);
    assert_true(fake_open(c, &example));
    conf_free(c);
    when_init(&w, &example.m);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (when_contains(&w, model_find_period(&example.m, str_of(cases[i].period)), utc(cases[i].at)) !=
            cases[i].in)
            fail_msg("%s at %s: not %d", cases[i].period, cases[i].at, cases[i].in);
    assert_int_equal(model_check(&example.m, 0)->downtime_period,
                     model_find_period(&example.m, STR("patching")));
    when_release(&w);
    fake_close(&example);
}

/* Those that stand again, in the zone of an object, were not written. */
static unsigned periods_written(void)
{
    unsigned n = 0;

    for (const char *p = periods; (p = strstr(p, "define timeperiod")); p++)
        n++;
    return n;
}

static int open_all(void **state UNUSED)
{
    static struct fake f;
    struct conf *c;

    f.objects = str_of(periods);
    c = fake_load(&f);
    for (size_t i = 0; i < conf_n_diags(c); i++)
        if (conf_diag_at(c, i)->severity == CONF_ERROR)
            fprintf(stderr, "%s\n", conf_diag_at(c, i)->text);
    if (conf_count(c).periods != periods_written())
        return -1;
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
        cmocka_unit_test(test_inside),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_none_is_always),
        cmocka_unit_test(test_next_agrees_with_contains),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_zones_of_objects),
        cmocka_unit_test(test_an_exclusion_in_another_zone),
        cmocka_unit_test(test_manual),
        cmocka_unit_test(test_zone_rules),
        cmocka_unit_test(test_tzif_agrees_with_its_rule),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
