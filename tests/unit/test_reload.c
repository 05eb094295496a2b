/* SPDX-License-Identifier: Apache-2.0 */
/* A reload, seen from one check: what of it the new configuration changes, and what a command has changed stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/record.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1790000000 /* 2026-09-21, a Monday, 13:33:20 UTC */
#define S     TIME_S

static const char *const host = "define host {\n host_name h\n use ht\n active_checks_enabled 0\n}\n";
static struct buf last_words; /* of the run begun last */

/* A configuration of one service; more: its own lines. */
static const char *site(struct buf *b, const char *more)
{
    buf_clear(b);
    buf_printf(
        b,
        "%sdefine service {\n host_name h\n service_description s\n use st\n active_checks_enabled "
        "1\n%s\n}\ndefine command {\n command_name other\n command_line /bin/other\n}\n"
        "define timeperiod {\n timeperiod_name night\n alias n\n monday 22:00-24:00\n}\n"
        "define contact {\n contact_name bob\n host_notifications_enabled 1\n "
        "service_notifications_enabled 1\n host_notification_period 24x7\n service_notification_period "
        "24x7\n host_notification_options d,r\n service_notification_options w,u,c,r\n "
        "host_notification_commands n-host\n service_notification_commands n-svc\n}\n",
        host, more);
    return b->data;
}

static struct lab_answer slow(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.output = "slow", .lasts_us = 3 * S};
}

static void note_words(struct lab *lab, const struct world_effect *e, struct lab_answer *answer)
{
    struct str packed = world_text(lab->w, e->words), word;

    if (e->run_kind != WORLD_RUN_CHECK)
        return;
    buf_clear(&last_words);
    while (record_next_word(&packed, &word) > 0) {
        buf_add_str(&last_words, word);
        buf_add_char(&last_words, ' ');
    }
    *answer = slow(lab, 0, 0);
}

static const struct state *service(const struct lab *lab)
{
    return lab_state(lab, "h", "s");
}

static int64_t interval(const struct lab *lab, bool retry)
{
    return world_interval(lab->w, lab_check(lab, "h", "s"), retry);
}

static void test_command_changes_under_way(void **state UNUSED)
{
    struct lab lab = {.on_run = note_words};
    struct buf b = BUF_INIT;
    int64_t planned;

    buf_init(&last_words);
    lab_open(&lab, lab_main, site(&b, ""), START, 1, slow, 0);
    lab_run(&lab, 2 * S);
    assert_int_equal(world_running(lab.w), 1);
    assert_string_equal(last_words.data, "/bin/plug s ");
    lab_reload(&lab, lab_main, site(&b, " check_command other"));
    assert_int_equal(world_running(lab.w), 1);
    lab_run(&lab, 2 * S);
    assert_true(service(&lab)->checked && str_eq_c(state_output(service(&lab)), "slow"));
    planned = service(&lab)->next_check;
    assert_true(planned > lab_now(&lab).wall.us && planned <= lab_now(&lab).wall.us + 10 * S);
    lab_run(&lab, 11 * S);
    assert_string_equal(last_words.data, "/bin/other ");
    lab_close(&lab);
    buf_release(&b);
    buf_release(&last_words);
}

static void test_unchanged_keeps_its_time(void **state UNUSED)
{
    struct lab lab = {0};
    struct buf b = BUF_INIT;
    int64_t planned;

    lab_open(&lab, lab_main, site(&b, " check_interval 100"), START, 1, slow, 0);
    lab_run(&lab, 20 * S);
    planned = service(&lab)->next_check;
    lab_reload(&lab, lab_main, site(&b, " check_interval 100\n notes changed"));
    assert_true(service(&lab)->next_check == planned);
    lab_reload(&lab, lab_main, site(&b, " check_interval 3000")); /* longer: not before its time, nor never */
    assert_true(service(&lab)->next_check == planned);
    lab_run(&lab, 100 * S);
    assert_true(service(&lab)->next_check > planned + 2800 * S &&
                service(&lab)->next_check <= planned + 3000 * S);
    lab_reload(&lab, lab_main, site(&b, " check_interval 30")); /* shorter: within the new one */
    assert_true(service(&lab)->next_check <= lab_now(&lab).wall.us + 30 * S);
    lab_close(&lab);
    buf_release(&b);
}

static void test_period_changes(void **state UNUSED)
{
    struct lab lab = {0};
    struct buf b = BUF_INIT;
    int64_t before;

    lab_open(&lab, lab_main, site(&b, ""), START, 1, slow, 0);
    lab_run(&lab, 20 * S);
    lab_reload(&lab, lab_main, site(&b, " check_period night"));
    lab_run(&lab, 20 * S); /* what was under way ends */
    before = service(&lab)->last_check;
    lab_run(&lab, TIME_H);
    assert_true(service(&lab)->last_check == before);
    assert_true(time_wall_s((struct wall){service(&lab)->next_check}) % 86400 / 3600 == 22);
    lab_reload(&lab, lab_main, site(&b, "")); /* it does not wait for the night */
    lab_run(&lab, 20 * S);
    assert_true(service(&lab)->last_check > before);
    lab_close(&lab);
    buf_release(&b);
}

static bool is_checked(struct lab *lab)
{
    return (service(lab)->switches & MODEL_CHECK_ACTIVE) != 0;
}

/* Nagios: what a command has moved, the configuration moves no more, unless it says that this is not retained. */
static void test_moved_by_command(void **state UNUSED)
{
    struct lab lab = {0};
    struct buf b = BUF_INIT;

    lab_open(&lab, lab_main, site(&b, ""), START, 1, slow, 0);
    lab_reload(&lab, lab_main, site(&b, " active_checks_enabled 0"));
    assert_false(is_checked(&lab));
    lab_reload(&lab, lab_main, site(&b, ""));
    assert_true(is_checked(&lab)); /* nobody but the configuration has touched it */
    assert_true(lab_command(&lab, "DISABLE_SVC_CHECK;h;s"));
    assert_true(lab_command(&lab, "CHANGE_MAX_SVC_CHECK_ATTEMPTS;h;s;7"));
    assert_true(lab_command(&lab, "CHANGE_NORMAL_SVC_CHECK_INTERVAL;h;s;77"));
    lab_reload(&lab, lab_main, site(&b, " max_check_attempts 2\n check_interval 5\n retry_interval 4"));
    assert_false(is_checked(&lab));
    assert_int_equal(service(&lab)->max_attempts, 7);
    assert_true(interval(&lab, false) == 77 * S && interval(&lab, true) == 4 * S);
    lab_restart(&lab, true);
    assert_false(is_checked(&lab));
    assert_int_equal(service(&lab)->max_attempts, 7);
    lab_reload(&lab, lab_main, site(&b, " retain_nonstatus_information 0\n max_check_attempts 2"));
    assert_true(is_checked(&lab) && service(&lab)->max_attempts == 2);
    lab_close(&lab);
    buf_release(&b);
}

static struct lab_answer bad(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.output = "bad", .code = 2, .lasts_us = TIME_MS};
}

static void test_contacts_change(void **state UNUSED)
{
    struct lab lab = {0};
    struct buf b = BUF_INIT;

    lab_open(&lab, lab_main, site(&b, " max_check_attempts 1\n notification_interval 60"), START, 1, bad, 0);
    lab_run(&lab, 20 * S);
    assert_int_equal(lab_count(&lab.told, "alice PROBLEM"), 1);
    lab_reload(&lab, lab_main, site(&b, " max_check_attempts 1\n notification_interval 60\n contacts bob"));
    lab_run(&lab, 80 * S);
    assert_int_equal(lab_count(&lab.told, "alice PROBLEM"), 1);
    assert_int_equal(lab_count(&lab.told, "bob PROBLEM"),
                     1); /* the second of the problem, to who is there now */
    assert_int_equal(service(&lab)->notification_number, 2);
    lab_close(&lab);
    buf_release(&b);
}

/* Its run is ended, and what it brings all the same is counted and dropped. */
static void test_removed_under_way(void **state UNUSED)
{
    struct lab lab = {0};
    struct buf b = BUF_INIT;
    struct world_event late = {.kind = WORLD_RESULT};
    uint64_t unknown;

    lab_open(&lab, lab_main, site(&b, ""), START, 1, slow, 0);
    lab_run(&lab, 2 * S);
    assert_int_equal(lab.runs.n, 1);
    late.result = (struct world_result){.run_id = lab.runs.at[0].id, .code = 2, .output = STR("late")};
    unknown = world_program(lab.w)->results_unknown;
    lab_reload(&lab, lab_main, host);
    assert_int_equal(world_running(lab.w), 0);
    lab_event(&lab, &late);
    assert_true(world_program(lab.w)->results_unknown == unknown + 1);
    assert_int_equal(lab_count(&lab.log, "no longer configured"), 1);
    lab_close(&lab);
    buf_release(&b);
}

/* ---- many ---- */

enum { MANY = 6000 };

/* Services s0000, s0001 ... of h, every one, or every other one; first: another host before. */
static const char *many(struct buf *b, unsigned every, bool first)
{
    buf_clear(b);
    buf_add_c(b, host);
    if (first)
        buf_add_c(b, "define host {\n host_name a\n use ht\n}\n");
    for (unsigned i = 0; i < MANY; i += every)
        buf_printf(b,
                   "define service {\n host_name h\n service_description s%04u\n use st\n "
                   "active_checks_enabled 1\n check_interval 3600\n}\n",
                   i);
    return b->data;
}

/* By the number in its name. */
static void plans(const struct lab *lab, int64_t *due)
{
    for (uint32_t i = lab->model->n_hosts; i < lab->model->n_check; i++) {
        uint64_t n;

        assert_true(str_to_u64(str_sub(model_description(lab->model, i), 1, 4), &n) && n < MANY);
        due[n] = heap_has(&lab->w->due, i) ? lab->w->due.key[i] : 0;
    }
}

static void prepare(struct lab *lab, uint32_t n_check)
{
    unsigned pieces = 1;

    while (!world_prepare(lab->w, n_check))
        pieces++;
    assert_true(n_check < MANY || pieces > 1);
}

/* Whether the numbers stay the same or not, and memory was made before, not at all, or for another number: each keeps its plan and is found by its identity, what is new is blank. */
static void test_numbers_and_memory(void **state UNUSED)
{
    static int64_t before[MANY], after[MANY];

    for (unsigned how = 0; how < 8; how++) {
        bool other_numbers = how & 1;
        struct lab lab = {.part = 0};
        struct buf b = BUF_INIT;
        uint32_t check;

        lab_open(&lab, lab_main, many(&b, other_numbers ? 2 : 1, false), START, 1, slow, 0);
        lab_command(&lab, "PROCESS_SERVICE_CHECK_RESULT;h;s0004;1;known"); /* which plans it anew */
        memset(before, 0, sizeof(before));
        plans(&lab, before);
        if (how >> 1)
            prepare(&lab, MANY + (how >> 1 == 1 ? 1 + other_numbers : how >> 1 == 2 ? 1 : 50));
        lab_reload(&lab, lab_main, many(&b, 1, other_numbers));
        plans(&lab, after);
        for (unsigned i = 0; i < MANY; i++)
            assert_true(before[i] < lab.mono + S || before[i] == after[i]); /* those before may have begun */
        assert_true(str_eq_c(state_output(lab_state(&lab, "h", "s0004")), "known"));
        for (unsigned i = 0; i < lab.model->n_check; i++) {
            assert_true(oids_find(&lab.w->oids, world_oid(lab.w, i), &check));
            assert_int_equal(check, i);
        }
        assert_false(lab_state(&lab, "h", "s0001")->checked);
        assert_int_equal(lab_state(&lab, "h", "s0001")->max_attempts, 3);
        buf_add_c(&b, "define service {\n host_name h\n service_description z\n use st\n "
                      "active_checks_enabled 1\n check_interval 3600\n}\n");
        lab_reload(&lab, lab_main, b.data); /* one more at the end, and no longer */
        assert_false(lab_state(&lab, "h", "z")->checked);
        lab_reload(&lab, lab_main, many(&b, 1, other_numbers));
        assert_true(str_eq_c(state_output(lab_state(&lab, "h", "s0004")), "known"));
        lab_close(&lab);
        buf_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_changes_under_way),
        cmocka_unit_test(test_unchanged_keeps_its_time),
        cmocka_unit_test(test_period_changes),
        cmocka_unit_test(test_moved_by_command),
        cmocka_unit_test(test_contacts_change),
        cmocka_unit_test(test_removed_under_way),
        cmocka_unit_test(test_numbers_and_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
