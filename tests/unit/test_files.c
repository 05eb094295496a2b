/* SPDX-License-Identifier: Apache-2.0 */
/* Files of external commands: one after the other, each line once, also over the death of the engine, a checkpoint and a start that knows nothing but the record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/limits.h"
#include "core/record.h"
#include "core/source.h"
#include "core/world_in.h"
#include "lab.h"

#define START 1800000000
#define LIFE  ((uint64_t)5 << 32)

static struct lab_answer up(struct lab *lab UNUSED, uint32_t check UNUSED, uint64_t n UNUSED)
{
    return (struct lab_answer){.lasts_us = TIME_MS, .output = "UP"};
}

static void open_site(struct lab *lab)
{
    *lab = (struct lab){0};
    lab_open(lab, lab_main, "define host {\n host_name h\n use ht\n}\n", START, 1, up, 0);
    buf_clear(&lab->journal);
    world_export(lab->w, lab_now(lab), 0, &lab->journal);
}

/* A line of the command file. */
static void order(struct lab *lab, uint64_t number, const char *text)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    char line[300];

    snprintf(line, sizeof(line), "[%d] %s", START, text);
    e.command.id = number;
    e.command.source = WORLD_SOURCE_PIPE;
    e.command.text = str_of(line);
    lab_event(lab, &e);
}

/* The next line of a file, which ends at that byte. */
static void line(struct lab *lab, uint64_t file, uint64_t at, const char *text)
{
    struct world_event e = {.kind = WORLD_COMMAND};

    e.command.id = LIFE + 1000 + at;
    e.command.source = WORLD_SOURCE_LINES;
    e.command.text = str_of(text);
    e.command.file = file;
    e.command.at = at;
    e.command.mark = 77;
    lab_event(lab, &e);
}

static void over(struct lab *lab, uint64_t file)
{
    lab_event(lab, &(struct world_event){.kind = WORLD_FILE_OVER, .number = file});
}

static void expect(const struct lab *lab, uint64_t id, const char *path, uint64_t at)
{
    struct world_file f;

    assert_int_equal(excmd_file_first(lab->w, &f), id != 0);
    if (!id)
        return;
    assert_int_equal(f.id, id);
    assert_true(str_eq_c(f.path, path));
    assert_int_equal(f.at, at);
    assert_int_equal(f.mark, at ? 77 : 0);
}

static void test_one_after_the_other(void **state UNUSED)
{
    char text[64];
    struct lab lab;

    open_site(&lab);
    expect(&lab, 0, NULL, 0);
    for (uint64_t i = 1; i <= LIMIT_COMMAND_FILES + 1; i++) {
        snprintf(text, sizeof(text), "PROCESS_FILE;/tmp/f%d;%d", (int)i, i == 1);
        order(&lab, LIFE + i, text);
    }
    assert_int_equal(lab_count(&lab.log, "16 other files wait to be read"), 1);
    line(&lab, LIFE + 1, 40, "[1800000000] ADD_HOST_COMMENT;h;1;ann;one");
    line(&lab, LIFE + 2, 90,
         "[1800000000] ADD_HOST_COMMENT;h;1;ann;two"); /* not its turn: done, and nobody's place */
    expect(&lab, LIFE + 1, "/tmp/f1", 40);
    over(&lab, LIFE + 3);
    expect(&lab, LIFE + 1, "/tmp/f1", 40);
    over(&lab, LIFE + 1);
    over(&lab, LIFE + 1); /* said twice */
    expect(&lab, LIFE + 2, "/tmp/f2", 0);
    over(&lab, LIFE + 2);
    expect(&lab, LIFE + 4, "/tmp/f4", 0);
    assert_int_equal(lab.w->comments.n, 2);
    lab_close(&lab);
}

static void test_goes_on(void **state UNUSED)
{
    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
        bool known;
        struct lab lab;

        open_site(&lab);
        order(&lab, LIFE + 1, "PROCESS_FILE;/tmp/f1;1");
        order(&lab, LIFE + 2, "PROCESS_FILE;/tmp/f2");
        line(&lab, LIFE + 1, 40, "[1800000000] ADD_HOST_COMMENT;h;1;ann;one");
        line(&lab, LIFE + 1, 55, "nonsense"); /* refused, and over with it */
        if (checkpoint) {
            buf_clear(&lab.journal);
            world_export(lab.w, lab_now(&lab), 0, &lab.journal);
        }
        lab_engine_dies(&lab);
        expect(&lab, LIFE + 1, "/tmp/f1", 55);
        assert_true(excmd_file_had(lab.w, LIFE + 1, 55, &known) && known);
        assert_false(excmd_file_had(lab.w, LIFE + 1, 56, &known));
        assert_true(!excmd_file_had(lab.w, LIFE + 9, 1, &known) && !known);
        line(&lab, LIFE + 1, 99, "[1800000000] ADD_HOST_COMMENT;h;1;ann;two");
        over(&lab, LIFE + 1);
        lab_engine_dies(&lab);
        expect(&lab, LIFE + 2, "/tmp/f2", 0);
        over(&lab, LIFE + 2);
        lab_engine_dies(&lab);
        expect(&lab, 0, NULL, 0);
        assert_int_equal(lab.w->comments.n, 2);
        lab_close(&lab);
    }
}

/* A person's file has a number that no line, and no file of an engine before, has. */
static void test_of_a_person(void **state UNUSED)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct world_file a, b;
    struct lab lab;

    open_site(&lab);
    e.command.source = WORLD_SOURCE_CTL;
    e.command.text = STR("[1800000000] PROCESS_FILE;/tmp/f1");
    lab_event(&lab, &e);
    assert_true(excmd_file_first(lab.w, &a));
    assert_true(a.id >> 63);
    over(&lab, a.id);
    lab_event(&lab, &e);
    assert_true(excmd_file_first(lab.w, &b));
    assert_true(b.id >> 63 && b.id != a.id);
    lab_close(&lab);
}

/* That of a person, whose number is higher, is read first if it came first. */
static void open_two(struct lab *lab, uint64_t *first_id)
{
    struct world_event e = {.kind = WORLD_COMMAND};
    struct world_file first;

    open_site(lab);
    e.command.source = WORLD_SOURCE_CTL;
    e.command.text = STR("[1800000000] PROCESS_FILE;/tmp/f1");
    lab_event(lab, &e);
    buf_clear(&lab->journal);
    order(lab, LIFE + 2, "PROCESS_FILE;/tmp/f2");
    assert_true(excmd_file_first(lab->w, &first));
    *first_id = first.id;
}

static void expect_two(struct lab *lab, uint64_t first_id)
{
    assert_int_equal(lab->w->files.all.n, 2);
    expect(lab, first_id, "/tmp/f1", 0);
    over(lab, first_id);
    expect(lab, LIFE + 2, "/tmp/f2", 0);
    lab_close(lab);
}

static void test_checkpoint_is_cut_between(void **state UNUSED)
{
    uint64_t id, next = 0;
    struct lab lab;

    open_two(&lab, &id);
    buf_clear(&lab.journal);
    while (!excmd_file_put(lab.w, lab_now(&lab).wall, &next, lab.journal.len + 1, &lab.journal))
        ;
    lab_engine_dies(&lab);
    expect_two(&lab, id);
}

/* It came while the checkpoint was written, and stands before the older one. */
static void test_later_is_recorded_first(void **state UNUSED)
{
    struct lab lab;
    uint64_t id;

    open_two(&lab, &id);
    world_export(lab.w, lab_now(&lab), 0, &lab.journal);
    lab_engine_dies(&lab);
    expect_two(&lab, id);
}

static void test_journal_is_damaged(void **state UNUSED)
{
    struct lab lab;

    open_site(&lab);
    order(&lab, LIFE + 1, "PROCESS_FILE;/tmp/f1;1");
    line(&lab, LIFE + 1, 40, "[1800000000] ADD_HOST_COMMENT;h;1;ann;one");
    record_put(&lab.journal, RECORD_COMMAND_END, lab_now(&lab).wall, &(struct record_command_end){.all = 2});
    lab_engine_dies(&lab);
    expect(&lab, 0, NULL, 0);
    assert_int_equal(lab_count(&lab.log, "how much of it was done is not known: PROCESS_FILE;/tmp/f1"), 1);
    lab_engine_dies(&lab);
    assert_int_equal(lab_count(&lab.log, "dropped: a part of the journal is lost"), 1); /* said once */
    lab_close(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_after_the_other),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_of_a_person),
        cmocka_unit_test(test_checkpoint_is_cut_between),
        cmocka_unit_test(test_later_is_recorded_first),
        cmocka_unit_test(test_journal_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
