/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told: from a base that is told, each row changes one thing and names the one reason that must come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/notify.h"

static struct notify_facts base(void)
{
    return (struct notify_facts){.kind = MODEL_SERVICE,
                                 .type = NOTIFY_PROBLEM,
                                 .state = STATE_CRITICAL,
                                 .hard = true,
                                 .attempt = 3,
                                 .max_attempts = 3,
                                 .switched_on = true,
                                 .switched_on_global = true,
                                 .in_period = true,
                                 .period = 4,
                                 .notify_on = MODEL_ON_CRITICAL | MODEL_ON_RECOVERY | MODEL_ON_FLAPPING |
                                              MODEL_ON_DOWNTIME,
                                 .host_up = true,
                                 .host = 9,
                                 .bad_master = MODEL_NONE,
                                 .now = 1000};
}

#define ROW(want, ...)                                                                                       \
    do {                                                                                                     \
        struct notify_facts f = base();                                                                      \
        __VA_ARGS__;                                                                                         \
        assert_string_equal(why_name(notify_decide(&f).code), why_name(want));                               \
        f.options |= NOTIFY_FORCED;                                                                          \
        assert_int_equal(notify_decide(&f).code, WHY_NONE);                                                  \
    } while (0)

static void test_problem(void **st UNUSED)
{
    ROW(WHY_NONE, (void)0);
    ROW(WHY_NOTIFY_OFF_GLOBAL, f.switched_on_global = false);
    ROW(WHY_NOTIFY_OFF, f.switched_on = false);
    ROW(WHY_NOTIFY_PERIOD, f.in_period = false);
    ROW(WHY_NOTIFY_SOFT, f.hard = false);
    ROW(WHY_NOTIFY_ACK, f.acknowledged = true);
    ROW(WHY_NOTIFY_DEPENDENCY, f.bad_master = 3);
    ROW(WHY_NOTIFY_OPTION, f.state = STATE_WARNING);
    ROW(WHY_NOTIFY_FLAPPING, f.flapping = true);
    ROW(WHY_NOTIFY_DOWNTIME, f.in_downtime = true);
    ROW(WHY_NOTIFY_FLEXIBLE, f.flexible = true);
    ROW(WHY_NOTIFY_HOST_DOWNTIME, f.host_in_downtime = true);
    ROW(WHY_NOTIFY_HOST_DOWN, f.host_up = false);
    ROW(WHY_NONE, f.host_up = false; f.kind = MODEL_HOST; f.state = STATE_DOWN; f.notify_on |= MODEL_ON_DOWN);
}

static void test_again(void **st UNUSED)
{
    ROW(WHY_NOTIFY_ONCE, f.number = 1; f.no_more = true);
    ROW(WHY_NONE, f.number = 1; f.no_more = true; f.is_volatile = true);
    ROW(WHY_NOTIFY_INTERVAL, f.number = 1; f.next_notification = 1001);
    ROW(WHY_NONE, f.number = 1; f.next_notification = 1000);
    ROW(WHY_NONE, f.number = 1; f.next_notification = 1001; f.is_volatile = true);
    ROW(WHY_NOTIFY_DELAY, f.first_delay_us = 10; f.problem_since = 991);
    ROW(WHY_NONE, f.first_delay_us = 10; f.problem_since = 990);
    ROW(WHY_NONE, f.first_delay_us = 10; f.problem_since = 991; f.number = 1);
}

static void test_recovery(void **st UNUSED)
{
#define RECOVERED f.type = NOTIFY_RECOVERY, f.state = STATE_OK, f.notified_on = MODEL_ON_CRITICAL
    ROW(WHY_NONE, RECOVERED);
    ROW(WHY_NOTIFY_NOT_BEFORE, RECOVERED; f.notified_on = 0);
    ROW(WHY_NOTIFY_OPTION, RECOVERED; f.notify_on = MODEL_ON_CRITICAL);
    ROW(WHY_NONE, RECOVERED; f.no_more = true);
    ROW(WHY_NONE, RECOVERED; f.next_notification = 5000; f.number = 2);
    ROW(WHY_NOTIFY_HOST_DOWN, RECOVERED; f.host_up = false);
    ROW(WHY_NONE, RECOVERED; f.host_up = false; f.kind = MODEL_HOST);
    ROW(WHY_NOTIFY_FLEXIBLE, RECOVERED; f.flexible = true);
    ROW(WHY_NOTIFY_DOWNTIME, RECOVERED; f.in_downtime = true);
    ROW(WHY_NOTIFY_FLAPPING, RECOVERED; f.flapping = true);
    ROW(WHY_NOTIFY_RECOVERY_DELAY, RECOVERED; f.recovery_at = 1001);
    ROW(WHY_NONE, RECOVERED; f.recovery_at = 1000);
}

static void test_special(void **st UNUSED)
{
    ROW(WHY_NONE, f.type = NOTIFY_ACK);
    ROW(WHY_NOTIFY_OK_ACK, f.type = NOTIFY_ACK; f.state = STATE_OK);
    ROW(WHY_NONE, f.type = NOTIFY_CUSTOM; f.hard = false);
    ROW(WHY_NOTIFY_DOWNTIME, f.type = NOTIFY_CUSTOM; f.in_downtime = true);
    for (enum notify_type t = NOTIFY_FLAP_START; t <= NOTIFY_FLAP_DISABLED; t++) {
        ROW(WHY_NONE, f.type = t);
        ROW(WHY_NOTIFY_OPTION, f.type = t; f.notify_on = MODEL_ON_CRITICAL);
        ROW(WHY_NOTIFY_HOST_DOWNTIME, f.type = t; f.host_in_downtime = true);
    }
    for (enum notify_type t = NOTIFY_DOWNTIME_START; t <= NOTIFY_DOWNTIME_CANCELLED; t++) {
        ROW(WHY_NONE, f.type = t);
        ROW(WHY_NOTIFY_OPTION, f.type = t; f.notify_on = MODEL_ON_CRITICAL);
        ROW(WHY_NOTIFY_DOWNTIME, f.type = t; f.in_downtime = true);
        ROW(WHY_NOTIFY_PERIOD, f.type = t; f.in_period = false);
    }
}

static struct notify_contact_facts contact(void)
{
    return (struct notify_contact_facts){.kind = MODEL_SERVICE,
                                         .type = NOTIFY_PROBLEM,
                                         .state = STATE_CRITICAL,
                                         .switched_on = true,
                                         .in_period = true,
                                         .contact_on = MODEL_ON_CRITICAL | MODEL_ON_RECOVERY,
                                         .has_command = true};
}

#define CONTACT(want, ...)                                                                                   \
    do {                                                                                                     \
        struct notify_contact_facts f = contact();                                                           \
        __VA_ARGS__;                                                                                         \
        assert_string_equal(why_name(notify_decide_contact(&f).code), why_name(want));                       \
    } while (0)

static void test_contact(void **st UNUSED)
{
    CONTACT(WHY_NONE, (void)0);
    CONTACT(WHY_CONTACT_OFF, f.switched_on = false);
    CONTACT(WHY_NONE, f.switched_on = false; f.options = NOTIFY_FORCED);
    CONTACT(WHY_CONTACT_NO_COMMAND, f.has_command = false; f.options = NOTIFY_FORCED);
    CONTACT(WHY_CONTACT_PERIOD, f.in_period = false);
    CONTACT(WHY_CONTACT_IMPORTANCE, f.least_importance = 1);
    CONTACT(WHY_CONTACT_OPTION, f.state = STATE_WARNING);
    CONTACT(WHY_NONE, f.state = STATE_WARNING; f.type = NOTIFY_CUSTOM);
    CONTACT(WHY_CONTACT_OPTION, f.type = NOTIFY_FLAP_START);
    CONTACT(WHY_CONTACT_OPTION, f.type = NOTIFY_DOWNTIME_END);
    CONTACT(WHY_NONE, f.type = NOTIFY_RECOVERY; f.state = STATE_OK; f.notified_on = MODEL_ON_CRITICAL);
    CONTACT(WHY_CONTACT_NOT_BEFORE, f.type = NOTIFY_RECOVERY; f.state = STATE_OK;
            f.notified_on = MODEL_ON_WARNING);
    CONTACT(WHY_CONTACT_OPTION, f.type = NOTIFY_RECOVERY; f.state = STATE_OK;
            f.contact_on = MODEL_ON_CRITICAL);
    CONTACT(WHY_NONE, f.kind = MODEL_HOST; f.type = NOTIFY_RECOVERY; f.state = STATE_UP;
            f.contact_on = MODEL_ON_RECOVERY; f.notified_on = MODEL_ON_DOWN);
    CONTACT(WHY_CONTACT_NOT_BEFORE, f.kind = MODEL_HOST; f.type = NOTIFY_RECOVERY; f.state = STATE_UP;
            f.contact_on = MODEL_ON_RECOVERY);
}

/* Every reason has words in both languages, and they name only what can be filled in. */
static void test_words(void **st UNUSED)
{
    const int64_t arg[2] = {90 * TIME_S, 3};
    struct buf en = BUF_INIT, fr = BUF_INIT;

    for (unsigned code = 1; code < 200; code++) {
        if (!why_known(code))
            continue;
        buf_clear(&en);
        buf_clear(&fr);
        why_render(&en, code, arg, STR("OBJ"), WHY_EN, NULL);
        why_render(&fr, code, arg, STR("OBJ"), WHY_FR, NULL);
        assert_true(en.len > 5 && fr.len > 5);
        assert_int_equal(str_find_char(buf_str(&en), '{'), -1);
        assert_int_equal(str_find_char(buf_str(&fr), '{'), -1);
        assert_int_equal(str_contains(buf_str(&en), STR("OBJ")), str_contains(buf_str(&fr), STR("OBJ")));
    }
    buf_clear(&en);
    why_render(&en, WHY_STATE_TIMEOUT, arg, STR_NULL, WHY_EN, NULL);
    assert_string_equal(en.data, "the check was ended after 1m 30s");
    buf_release(&en);
    buf_release(&fr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problem), cmocka_unit_test(test_again),   cmocka_unit_test(test_recovery),
        cmocka_unit_test(test_special), cmocka_unit_test(test_contact), cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
