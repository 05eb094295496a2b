/* SPDX-License-Identifier: Apache-2.0 */
/* Result files: what counts as a result, what is refused and where, as nagios 4.4.6 was seen to read them; and what the world makes of them, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/handed.h"
#include "core/resultfile.h"
#include "lab.h"

/* A line each result: "line host;service active how code started lasted latency output", how - for as it should be. */
static void write_all(const char *text, struct buf *to)
{
    struct resultfile_one one;
    struct resultfile f;
    struct err err = ERR_INIT;
    int r;

    resultfile_init(&f, str_of(text));
    while ((r = resultfile_next(&f, &one, &err)) != 0) {
        if (r < 0)
            buf_printf(to, "%s\n", err.text);
        else
            buf_printf(to, "%u " STR_FMT ";" STR_FMT " %s %s %llu %lld %lld %lld " STR_FMT "\n", one.line,
                       STR_ARG(one.host), STR_ARG(one.service), one.active ? "active" : "passive",
                       one.timed_out ? "late"
                       : one.unclean ? "unclean"
                                     : "-",
                       (unsigned long long)one.code, (long long)one.started_us, (long long)one.lasted_us,
                       (long long)one.latency_us, STR_ARG(one.output));
        err_clear(&err);
    }
    if (f.written_s)
        buf_printf(to, "of %lld\n", (long long)f.written_s);
    resultfile_release(&f);
}

static void test_read(void **st UNUSED)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"\n\n# nothing\n", ""},
        {"### Active Check Result File ###\nfile_time=1700000000\n\n### Nagios Service Check Result ###\n"
         "host_name=h\nservice_description=s\ncheck_type=0\ncheck_options=0\nscheduled_check=1\n"
         "latency=0.25\nstart_time=1700000000.5\nfinish_time=1700000002.000001\nearly_timeout=0\nexited_ok="
         "1\n"
         "return_code=2\noutput=bad\n",
         "5 h;s active - 2 1700000000500000 1500001 250000 bad\nof 1700000000\n"},
        {"host_name=h\nreturn_code=1\noutput=one\n\nhost_name=h\noutput=two", /* without a line end */
         "1 h; passive - 1 0 0 0 one\n5 h; passive - 0 0 0 0 two\n"},
        {"host_name=h\r\noutput=a\\nb\\\\n|x=1\\n\r\n", "1 h; passive - 0 0 0 0 a\nb\\n|x=1\n\n"},
        {"host_name=h\noutput=cont\\\n   inued\\\\\n", "1 h; passive - 0 0 0 0 continued\\\n"},
        {"host_name=h\noutput=first\nmore of it\nreturn_code=3\n", "1 h; passive - 3 0 0 0 first\n"},
        {"host_name=a\nhost_name=b\noutput=x\nreturn_code=1\nreturn_code=2\n", "1 b; passive - 2 0 0 0 x\n"},
        {"host_name=h\nexited_ok=0\noutput=\n\nhost_name=h\nearly_timeout=1\ncheck_type=0\noutput=y\n",
         "1 h; passive unclean 0 0 0 0 \n5 h; active late 0 0 0 0 y\n"},
        {"host_name=h\nreturn_code=-1\noutput=x\n", "1 h; passive - 3 0 0 0 x\n"},
        {"host_name = h\n output = blanks \nunknown=1\n", "1 h; passive - 0 0 0 0 blanks\n"},
        {"output=x\n\nhost_name=h\noutput=good\n",
         "line 1: this result has no host_name\n3 h; passive - 0 0 0 0 good\n"},
        {"host_name=h\n\nhost_name=\noutput=x\n",
         "line 1: this result has no output\nline 3: this result has no host_name\n"},
        {"host_name=h\nreturn_code=two\noutput=x\n\nhost_name=h\noutput=good\n",
         "line 2: return_code=two: write a whole number\n5 h; passive - 0 0 0 0 good\n"},
        {"host_name=h\nstart_time=now\noutput=x\n",
         "line 2: start_time=now: write seconds, such as 1700000000.25\n"},
        {"host_name=h\nlatency=1.2.3\n", "line 2: latency=1.2.3: write seconds, such as 1700000000.25\n"},
        {"file_time=x\n\nhost_name=h\noutput=x\n",
         "line 1: file_time=x: write seconds since 1970\n3 h; passive - 0 0 0 0 x\n"},
        {"host_name=h\nfinish_time=5\nstart_time=9\noutput=x\n", "1 h; passive - 0 9000000 0 0 x\n"},
    };
    struct buf found = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_clear(&found);
        write_all(cases[i].text, &found);
        if (strcmp(found.len ? found.data : "", cases[i].wanted) != 0)
            fail_msg("case %zu: %s", i, found.len ? found.data : "(nothing)");
    }
    buf_release(&found);
}

#define S TIME_S
static const char objects[] =
    "define host {\n host_name h1\n use ht\n max_check_attempts 3\n}\n"
    "define service {\n host_name h1\n service_description s1\n use st\n max_check_attempts 3\n}\n"
    "define service {\n host_name h1\n service_description off\n use st\n passive_checks_enabled 0\n}\n";

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = 10 * TIME_MS, .output = "UP"};
}

static void hand(struct lab *lab, const char *file, uint64_t index, struct world_handed h, uint64_t code,
                 const char *output)
{
    struct world_event ev = {
        .kind = WORLD_HANDED, .handed = h, .result = {.code = code, .output = str_of(output)}};

    ev.handed.file = str_of(file);
    ev.handed.index = ev.handed.line = index;
    if (!handed_had(lab->w, ev.handed.file, index))
        lab_event(lab, &ev);
}

static void test_applied(void **st UNUSED)
{
    const struct world_handed s1 = {.host = STR("h1"), .service = STR("s1"), .passive = true},
                              active = {.host = STR("h1"), .service = STR("s1"), .latency_us = S},
                              host = {.host = STR("h1")}, gone = {.host = STR("h1"), .service = STR("s9")},
                              off = {.host = STR("h1"), .service = STR("off"), .passive = true},
                              wrong = {.refused = STR("line 4: return_code=x: write a whole number")};
    struct lab lab = {0};

    lab_open(&lab, lab_main, objects, 1800000000, 1, up, 0);
    hand(&lab, "c00001 1 2", 1, s1, 2, "bad");
    assert_int_equal(lab_state(&lab, "h1", "s1")->state, 2);
    assert_true(lab_state(&lab, "h1", "s1")->passive);
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 1);
    hand(&lab, "c00001 1 2", 1, s1, 2, "bad"); /* sent again */
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 1);
    hand(&lab, "c00001 1 2", 2, active, 2, "bad|x=1");
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 2);
    assert_false(lab_state(&lab, "h1", "s1")->passive);
    assert_int_equal(lab_state(&lab, "h1", "s1")->latency_us, S);
    lab_restart(&lab, false); /* as after a kill: the record knows */
    hand(&lab, "c00001 1 2", 2, active, 2, "bad");
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 2);
    hand(&lab, "c00002 1 2", 1, s1, 2, "bad"); /* another file */
    assert_int_equal(lab_state(&lab, "h1", "s1")->attempt, 3);
    hand(&lab, "c00002 1 2", 2, host, 1, "warns"); /* an active host check: 1 is up */
    assert_int_equal(lab_state(&lab, "h1", NULL)->state, STATE_UP);
    hand(&lab, "c00002 1 2", 3, gone, 1, "x");
    hand(&lab, "c00002 1 2", 4, off, 1, "x");
    hand(&lab, "c00002 1 2", 5, wrong, 0, "");
    assert_true(handed_had(lab.w, STR("c00002 1 2"), 5));
    assert_int_equal(lab_count(&lab.log, "Result refused: c00002:3: there is no service 'h1;s9'"), 1);
    assert_int_equal(lab_count(&lab.log, "Result refused: c00002:4: passive checks of this object"), 1);
    assert_int_equal(lab_count(&lab.log, "Result refused: c00002:5: line 4: return_code=x"), 1);
    assert_false(lab_state(&lab, "h1", "off")->checked);
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_applied)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
