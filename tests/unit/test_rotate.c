/* SPDX-License-Identifier: Apache-2.0 */
/* core/rotate: when the log is begun anew, in zones and over clock changes, and what the old one is called. */
#include "core/rotate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Paris in 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC. */
static const int64_t turns[] = {1774746000, 1792890000};
static const int32_t offsets[] = {7200, 3600};
static const uint8_t dst[] = {1, 0};
static const struct time_zone paris = {turns, offsets, dst, 2, 3600};
/* A zone whose summer time begins at midnight: that midnight does not exist. 1775001600 is 2026-04-01 00:00 UTC. */
static const int64_t midnight_turn[] = {1775001600};
static const struct time_zone skips = {midnight_turn, offsets, dst, 1, 0};

static struct wall utc(const char *text)
{
    struct wall t;

    assert_true(time_parse_rfc3339(str_of(text), &t));
    return t;
}

static void test_next_rotations(void **state UNUSED)
{
    static const struct {
        const struct time_zone *zone;
        char method;
        const char *now, *next, *name;
    } rows[] = {
        {NULL, 'h', "2026-11-23T09:14:23Z", "2026-11-23T10:00:00Z", "nagios-11-23-2026-10.log"},
        {NULL, 'h', "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", "nagios-11-23-2026-11.log"},
        {NULL, 'd', "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "nagios-01-01-2027-00.log"},
        {NULL, 'd', "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z", "nagios-01-01-2027-00.log"},
        {NULL, 'w', "2026-11-23T09:00:00Z", "2026-11-29T00:00:00Z",
         "nagios-11-29-2026-00.log"}, /* a Monday */
        {NULL, 'w', "2026-11-28T23:00:00Z", "2026-11-29T00:00:00Z", "nagios-11-29-2026-00.log"},
        {NULL, 'w', "2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z", "nagios-12-06-2026-00.log"},
        {NULL, 'm', "2028-02-10T00:00:00Z", "2028-03-01T00:00:00Z", "nagios-03-01-2028-00.log"},
        {NULL, 'm', "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "nagios-01-01-2027-00.log"},
        {&paris, 'd', "2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z", "nagios-11-24-2026-00.log"},
        {&paris, 'd', "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z",
         "nagios-03-30-2026-00.log"}, /* a day of 23 hours */
        {&paris, 'd', "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "nagios-10-26-2026-00.log"}, /* of 25 */
        {&paris, 'h', "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "nagios-10-25-2026-02.log"},
        {&paris, 'h', "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z", "nagios-10-25-2026-03.log"},
        {&skips, 'd', "2026-03-31T12:00:00Z", "2026-04-01T00:00:00Z", "nagios-04-01-2026-02.log"},
        {&skips, 'd', "2026-04-01T00:00:00Z", "2026-04-01T22:00:00Z", "nagios-04-02-2026-00.log"},
    };
    struct buf name = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wall at = rotate_next(rows[i].zone, (uint32_t)rows[i].method, utc(rows[i].now));

        if (at.us != utc(rows[i].next).us)
            fail_msg("row %zu: %lld, not %s", i, (long long)at.us, rows[i].next);
        rotate_name(rows[i].zone, at, &name);
        assert_string_equal(name.data, rows[i].name);
        buf_clear(&name);
    }
    buf_release(&name);
}

static void test_never(void **state UNUSED)
{
    assert_int_equal(rotate_next(NULL, 'n', utc("2026-11-23T09:14:23Z")).us, INT64_MAX);
    assert_int_equal(rotate_next(NULL, 0, utc("2026-11-23T09:14:23Z")).us, INT64_MAX);
}

/* Whatever the moment: the next one is later, and none lies between. */
static void test_always_later(void **state UNUSED)
{
    static const char methods[] = "hdwm";

    for (int64_t s = turns[0] - 4 * 86400; s < turns[0] + 250 * 86400; s += 1777) {
        for (size_t m = 0; m < 4; m++) {
            struct wall now = {s * TIME_S}, at = rotate_next(&paris, (uint32_t)methods[m], now),
                        before = rotate_next(&paris, (uint32_t)methods[m], (struct wall){at.us - 1});

            assert_true(at.us > now.us);
            assert_int_equal(before.us, at.us);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_rotations),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_always_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
