/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a pipe in a segment that outlives its reader: cut anywhere, killed at any moment, each line comes once and in order. */
#include "wire/hold.h"

#include "base/buf.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 100

static struct hold_segment *segment(void)
{
    void *p =
        mmap(NULL, sizeof(struct hold_segment), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(p, MAP_FAILED);
    return p;
}

static void fill(struct hold *h, const char *text)
{
    size_t room, n = strlen(text);
    char *to = hold_room(h, &room);

    assert_true(room >= n);
    memcpy(to, text, n);
    hold_filled(h, n);
}

static void expect(struct hold *h, enum hold_kind kind, const char *text, uint64_t number)
{
    struct str line;
    uint64_t n;

    assert_int_equal(hold_next(h, &line, &n), kind);
    if (kind == HOLD_NONE)
        return;
    assert_int_equal(n, number);
    if (kind == HOLD_LINE)
        assert_true(str_eq_c(line, text));
}

static void test_lines(void **state UNUSED)
{
    struct hold_segment *s = segment();
    struct hold h;

    hold_open(&h, s, MOST);
    expect(&h, HOLD_NONE, NULL, 0);
    fill(&h, "one\ntw");
    expect(&h, HOLD_LINE, "one", 1);
    expect(&h, HOLD_NONE, NULL, 0);
    fill(&h, "o\n\nfour\nfi");
    expect(&h, HOLD_LINE, "two", 2);
    hold_open(&h, s, MOST); /* the process was killed: nothing was forgotten yet */
    expect(&h, HOLD_LINE, "one", 1);
    hold_rewind(&h, 3);
    expect(&h, HOLD_LINE, "four", 4);
    expect(&h, HOLD_NONE, NULL, 0);
    hold_forget(&h);
    hold_open(&h, s, MOST);
    fill(&h, "ve\n");
    expect(&h, HOLD_LINE, "five", 5);
    hold_rewind(&h, 4);
    expect(&h, HOLD_LINE, "five", 5);
    munmap(s, sizeof(*s));
}

/* Read and killed before the bytes were counted. */
static void test_uncounted(void **state UNUSED)
{
    struct hold_segment *s = segment();
    struct hold h;
    size_t room;

    hold_open(&h, s, MOST);
    memcpy(hold_room(&h, &room), "a\0b\nc", 5);
    hold_open(&h, s, MOST);
    expect(&h, HOLD_LINE, "a b", 1);
    fill(&h, "d\n");
    expect(&h, HOLD_LINE, "cd", 2);
    munmap(s, sizeof(*s));
}

static void test_too_long(void **state UNUSED)
{
    char text[3 * MOST];
    struct hold_segment *s = segment();
    struct hold h;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    hold_open(&h, s, MOST);
    fill(&h, text);
    expect(&h, HOLD_TOO_LONG, NULL, 1);
    expect(&h, HOLD_NONE, NULL, 0);
    fill(&h, text);
    expect(&h, HOLD_NONE, NULL, 0);
    hold_forget(&h);
    hold_open(&h, s, MOST); /* that it is inside such a line is known to the next one */
    fill(&h, "the rest\nnext\n");
    expect(&h, HOLD_LINE, "next", 2);
    hold_forget(&h);
    fill(&h, text);
    fill(&h, "\nshort\n");
    expect(&h, HOLD_TOO_LONG, NULL, 3);
    expect(&h, HOLD_LINE, "short", 4);
    munmap(s, sizeof(*s));
}

/* Lines from elsewhere are known as such. Who opens the segment after a death finds them blank: they are read there again, and come under numbers of their own. */
static void test_foreign(void **state UNUSED)
{
    struct hold_segment *s = segment();
    struct hold h;

    hold_open(&h, s, MOST);
    assert_false(hold_is_foreign(&h, 1));
    fill(&h, "one\ntwo\n");
    expect(&h, HOLD_LINE, "one", 1);
    hold_foreign(&h, true);
    fill(&h, "three\nfo");
    assert_int_equal(hold_ahead(&h), 12);
    for (uint64_t i = 1; i <= 4; i++)
        assert_int_equal(hold_is_foreign(&h, i), i > 2);
    hold_open(&h, s, MOST);
    expect(&h, HOLD_LINE, "one", 1);
    expect(&h, HOLD_LINE, "two", 2);
    expect(&h, HOLD_LINE, "     ", 3);
    expect(&h, HOLD_LINE, "  ", 4);
    expect(&h, HOLD_NONE, NULL, 0);
    assert_true(hold_is_whole(&h));
    assert_false(hold_is_foreign(&h, 5)); /* what comes next is the pipe's, until they are read again */
    hold_foreign(&h, true);
    fill(&h, "three\nfour");
    expect(&h, HOLD_LINE, "three", 5);
    assert_true(hold_is_foreign(&h, 5));
    hold_forget(&h);
    assert_false(hold_is_empty(&h));
    fill(&h, "\n");
    hold_open(&h, s, MOST);
    expect(&h, HOLD_LINE, "    ", 6);
    hold_forget(&h);
    assert_true(hold_is_empty(&h));
    hold_foreign(&h, false);
    fill(&h, "five\n");
    hold_open(&h, s, MOST);
    expect(&h, HOLD_LINE, "five", 7);
    assert_false(hold_is_foreign(&h, 7));
    munmap(s, sizeof(*s));
}

static void test_full(void **state UNUSED)
{
    struct hold_segment *s = segment();
    struct hold h;
    struct str line;
    uint64_t n, last = 0;
    size_t room;

    hold_open(&h, s, MOST);
    for (int round = 0; round < 5; round++) {
        char *to = hold_room(&h, &room);

        memset(to, 'a', room);
        for (size_t i = 9; i < room; i += 10)
            to[i] = '\n';
        hold_filled(&h, room);
        hold_room(&h, &room);
        assert_int_equal(room, 0);
        while (hold_next(&h, &line, &n) == HOLD_LINE)
            assert_int_equal(n, ++last);
        hold_forget(&h);
        hold_room(&h, &room);
        assert_true(room > HOLD_BYTES - 10);
    }
    munmap(s, sizeof(*s));
}

/* ---- killed at any moment ---- */

enum { LINES = 60000, KILLS = 200 };

struct said { /* a reader to its receiver: so small that a write is whole or not at all */
    uint64_t number;
    uint32_t value;
};

/* Writes the lines 1 .. LINES, in pieces that do not end with lines. */
static void writer(int fd)
{
    struct buf b = BUF_INIT;

    for (unsigned i = 1; i <= LINES; i++)
        buf_printf(&b, "%u\n", i);
    for (size_t at = 0; at < b.len; at += 777)
        if (write(fd, b.data + at, MIN(b.len - at, (size_t)777)) < 0)
            _exit(1);
    _exit(0);
}

static void reader(struct hold_segment *s, int pipe_fd, int out)
{
    struct said said;
    struct str line;
    struct hold h;
    size_t room;

    hold_open(&h, s, MOST);
    for (;;) {
        char *to;
        ssize_t n;

        while (hold_next(&h, &line, &said.number) == HOLD_LINE) {
            uint64_t v = 0;

            if (!str_to_u64(line, &v))
                v = 0;
            said.value = (uint32_t)v;
            if (write(out, &said, sizeof(said)) != sizeof(said))
                _exit(1);
        }
        hold_forget(&h);
        to = hold_room(&h, &room);
        n = read(pipe_fd, to, MIN(room, (size_t)4096));
        if (n <= 0)
            _exit(0);
        hold_filled(&h, (size_t)n);
    }
}

static pid_t start(struct hold_segment *s, const int in[2], const int out[2], bool read_it)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid)
        return pid;
    close(out[0]);
    if (read_it) {
        close(in[1]);
        reader(s, in[0], out[1]);
    }
    close(in[0]);
    writer(in[1]);
    return 0;
}

static void test_killed(void **state UNUSED)
{
    struct hold_segment *s = segment();
    uint64_t had = 0;
    unsigned kills = 0, seed = 1;
    int in[2], out[2], status;
    pid_t write_pid, read_pid;
    struct said said;

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    write_pid = start(s, in, out, false);
    close(in[1]);
    read_pid = start(s, in, out, true);
    for (unsigned until = 1; had < LINES;) {
        assert_int_equal(read(out[0], &said, sizeof(said)), sizeof(said));
        if (said.number > had) { /* one that was not seen */
            assert_int_equal(said.number, had + 1);
            assert_int_equal(said.value, said.number);
            had = said.number;
        }
        if (had < until || kills == KILLS)
            continue;
        kill(read_pid, SIGKILL);
        waitpid(read_pid, &status, 0);
        read_pid = start(s, in, out, true);
        kills++;
        seed = seed * 1103515245 + 12345;
        until = (unsigned)had + seed / 65536 % (2 * LINES / KILLS);
    }
    waitpid(read_pid, &status, 0);
    waitpid(write_pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(kills > KILLS / 4); /* else it proved nothing */
    close(in[0]);
    close(out[0]);
    close(out[1]);
    munmap(s, sizeof(*s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_uncounted), cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_foreign), cmocka_unit_test(test_full),      cmocka_unit_test(test_killed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
