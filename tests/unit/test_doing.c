/* SPDX-License-Identifier: Apache-2.0 */
/* What ends one engine after another is known to the next one, and nothing else is. */
#include "wire/doing.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct doing line = {DOING_LINE, 0, 7}, next = {DOING_LINE, 0, 8}, result = {DOING_RESULT, 3, 7};

static void ends_at(struct doing_segment *s, const struct doing *what)
{
    doing_begin(s, what);
    doing_open(s);
}

static void test_second_end(void **state)
{
    struct doing_segment s = {.next = 0};

    (void)state;
    doing_open(&s); /* the first engine of all */
    ends_at(&s, &line);
    assert_false(doing_is_left_out(&s, &line));
    ends_at(&s, &line);
    assert_true(doing_is_left_out(&s, &line));
    assert_false(doing_is_left_out(&s, &next));
    assert_false(doing_is_left_out(&s, &result));
}

static void test_other_ends_count_for_none(void **state)
{
    struct doing_segment s = {.next = 0};

    (void)state;
    ends_at(&s, &line);
    for (int i = 0; i < 5; i++) {
        doing_begin(&s, &next);
        doing_end(&s);
        assert_true(doing_is_nothing(&s));
        doing_open(&s);
    }
    assert_false(doing_is_left_out(&s, &line));
    assert_false(doing_is_left_out(&s, &next));
}

/* As long as the first is not on disk it is given again before the second. */
static void test_several(void **state)
{
    struct doing_segment s = {.next = 0};

    (void)state;
    ends_at(&s, &line);
    ends_at(&s, &line);
    ends_at(&s, &next);
    ends_at(&s, &result);
    ends_at(&s, &next);
    ends_at(&s, &result);
    assert_true(doing_is_left_out(&s, &line));
    assert_true(doing_is_left_out(&s, &next));
    assert_true(doing_is_left_out(&s, &result));
}

static void test_more_than_are_remembered(void **state)
{
    struct doing_segment s = {.next = 0};

    (void)state;
    for (uint64_t i = 1; i <= 3 * DOING_SUSPECTS; i++) {
        const struct doing one = {DOING_LINE, 0, i};

        ends_at(&s, &one);
        ends_at(&s, &one);
        assert_true(doing_is_left_out(&s, &one));
    }
}

static void test_queued(void **state)
{
    struct doing_segment s = {.next = 0};
    uint64_t numbers[DOING_SUSPECTS];

    (void)state;
    for (unsigned i = 1; i <= DOING_PARTS_MOST; i++) {
        assert_int_equal(doing_numbers_left_out(&s, DOING_QUEUED, numbers), 0);
        s.world.id = 5;
        s.world.done = 1000; /* the same part each time */
        doing_open(&s);
        s.world.id = 6;
        s.world.done = 1000 * i; /* it goes on, however often it is killed */
        doing_open(&s);
    }
    assert_int_equal(doing_numbers_left_out(&s, DOING_QUEUED, numbers), 1);
    assert_int_equal(numbers[0], 5);
}

/* Beside a line that asked for it: each is counted for itself. */
static void test_check(void **state)
{
    struct doing_segment s = {.next = 0};
    uint64_t numbers[DOING_SUSPECTS];

    (void)state;
    for (unsigned i = 1; i <= DOING_PARTS_MOST; i++) {
        assert_int_equal(doing_numbers_left_out(&s, DOING_CHECK, numbers), 0);
        s.world.check = 77;
        ends_at(&s, &line);
        assert_int_equal(s.world.check, 0);
        doing_open(&s); /* ended at nothing */
    }
    assert_int_equal(doing_numbers_left_out(&s, DOING_CHECK, numbers), 1);
    assert_int_equal(numbers[0], 77);
    assert_int_equal(doing_numbers_left_out(&s, DOING_QUEUED, numbers), 0);
    assert_true(doing_is_left_out(&s, &line));
}

/* One that is killed in the midst of counting counts nothing twice. */
static void test_killed_while_it_counts(void **state)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE),
           size = (sizeof(struct doing_segment) + page - 1) / page * page;
    char *at = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* The suspects begin on a page of their own: whoever writes there ends. */
    struct doing_segment *s = (struct doing_segment *)(at + page - offsetof(struct doing_segment, next));
    pid_t pid;
    int status = 0;

    (void)state;
    assert_ptr_not_equal(at, MAP_FAILED);
    doing_begin(s, &line);
    s->world.id = 5;
    s->world.check = 77;
    pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        mprotect(at + page, size, PROT_READ);
        doing_open(s);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(doing_is_nothing(s));
    assert_int_equal(s->world.id, 0);
    assert_int_equal(s->world.check, 0);
    munmap(at, size + page);
}

static void test_killed(void **state)
{
    struct doing_segment *s =
        mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_ptr_not_equal(s, MAP_FAILED);
    for (unsigned i = 0; i < DOING_ENDS_MOST; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            doing_open(s);
            doing_begin(s, &line);
            raise(SIGKILL);
        }
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    doing_open(s);
    assert_true(doing_is_left_out(s, &line));
    munmap(s, sizeof(*s));
}

static void test_no_segment(void **state)
{
    (void)state;
    doing_begin(NULL, &line);
    doing_end(NULL);
    assert_true(doing_is_nothing(NULL));
    assert_false(doing_is_left_out(NULL, &line));
    assert_int_equal(doing_numbers_left_out(NULL, DOING_QUEUED, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_end),
        cmocka_unit_test(test_other_ends_count_for_none),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_more_than_are_remembered),
        cmocka_unit_test(test_queued),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_no_segment),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_killed_while_it_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
