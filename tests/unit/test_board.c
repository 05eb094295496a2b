/* SPDX-License-Identifier: Apache-2.0 */
/* The board: what is written is read, texts move between blocks, damage is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/board_w.h"

#define N_CHECKS 40u

struct fixture {
    void *mem;
    size_t len;
    struct board_w w;
    struct board r;
};

static void open_board(struct fixture *f, uint64_t arena)
{
    struct board_shape s = {
        .generation = 3, .n_checks = N_CHECKS, .n_hosts = 10, .n_contacts = 2, .arena_size = arena};

    f->len = board_bytes(&s);
    f->mem = mem_zalloc(f->len);
    board_w_init(&f->w, f->mem, f->len, &s);
    assert_int_equal(board_open(&f->r, f->mem, f->len, NULL), 0);
}

static void close_board(struct fixture *f)
{
    board_w_release(&f->w);
    mem_free(f->mem);
}

static void test_check(void **state UNUSED)
{
    struct fixture f;
    struct board_check c = {.oid = 77, .state = 2, .attempt = 3}, out;
    struct board_text t;
    struct buf buf = BUF_INIT;
    uint64_t before;

    open_board(&f, 65536);
    before = board_change(&f.r);
    board_put_check(&f.w, 5, &c, STR("DISK CRITICAL"), STR("a\nb"), STR("x=1"), STR("\1y"));
    assert_true(board_change(&f.r) > before);
    board_read_check_text(&f.r, 5, &out, &t, &buf);
    assert_int_equal(out.oid, 77);
    assert_int_equal(out.change, board_change(&f.r));
    assert_int_equal(out.seq, 2);
    assert_true(str_eq_c(t.output, "DISK CRITICAL") && str_eq_c(t.long_output, "a\nb") &&
                str_eq_c(t.perfdata, "x=1") && str_eq_c(t.over, "\1y"));
    board_put_check(&f.w, 5, &c, STR_NULL, STR_NULL, STR_NULL, STR_NULL);
    board_read_check_text(&f.r, 5, &out, &t, &buf);
    assert_int_equal(t.output.n + t.long_output.n + t.perfdata.n + t.over.n, 0);
    buf_release(&buf);
    close_board(&f);
}

/* Random texts in random records, against a plain copy of them: blocks are never shared. */
static void test_texts_do_not_mix(void **state UNUSED)
{
    struct fixture f;
    struct board_check c = {0}, out;
    struct board_text t;
    struct buf buf = BUF_INIT;
    size_t len[N_CHECKS] = {0};
    char fillc[N_CHECKS] = {0}, text[5000];
    uint32_t rnd = 12345;

    open_board(&f, 1024 * 1024);
    for (int step = 0; step < 20000; step++) {
        uint32_t i;

        rnd = rnd * 1664525 + 1013904223;
        i = (rnd >> 8) % N_CHECKS;
        len[i] = (rnd >> 16) % (step % 7 ? 200 : sizeof(text));
        fillc[i] = (char)('a' + step % 26);
        memset(text, fillc[i], sizeof(text));
        board_put_check(&f.w, i, &c, str_make(text, len[i]), STR_NULL, STR_NULL, STR_NULL);
        i = (rnd >> 4) % N_CHECKS;
        board_read_check_text(&f.r, i, &out, &t, &buf);
        assert_int_equal(t.output.n, len[i]);
        for (size_t k = 0; k < len[i]; k++)
            assert_int_equal(t.output.p[k], fillc[i]);
    }
    assert_false(board_w_full(&f.w));
    buf_release(&buf);
    close_board(&f);
}

static void test_full_keeps_output(void **state UNUSED)
{
    struct fixture f;
    struct board_check c = {0}, out;
    struct board_text t;
    struct buf buf = BUF_INIT;
    char big[1000];

    memset(big, 'x', sizeof(big));
    open_board(&f, 512);
    board_put_check(&f.w, 1, &c, STR("short"), str_make(big, sizeof(big)), STR_NULL, STR_NULL);
    board_read_check_text(&f.r, 1, &out, &t, &buf);
    assert_true(board_w_full(&f.w));
    assert_true(out.flags & BOARD_TEXT_CUT);
    assert_true(str_eq_c(t.output, "short"));
    assert_int_equal(t.long_output.n, 0);
    buf_release(&buf);
    close_board(&f);
}

static void test_notes(void **state UNUSED)
{
    struct fixture f;
    struct board_comment c = {.id = 9, .idx = 3, .entry_type = BOARD_COMMENT_ACK}, out;
    struct board_downtime d = {.id = 4, .idx = 2, .fixed = 1, .start = 5, .end = 6}, dout;
    struct board_note n;
    struct buf buf = BUF_INIT;

    open_board(&f, 65536);
    assert_true(board_put_comment(&f.w, &c, STR("ann"), STR("on it")));
    c.id = 10;
    assert_true(board_put_comment(&f.w, &c, STR("bob"), STR("me too")));
    assert_int_equal(board_comments_high(&f.r), 2);
    assert_true(board_read_comment(&f.r, 0, &out, &n, &buf) && out.id == 9 && str_eq_c(n.text, "on it"));
    board_del_comment(&f.w, 9);
    assert_false(board_read_comment(&f.r, 0, &out, &n, &buf));
    assert_true(board_read_comment(&f.r, 1, &out, &n, &buf) && str_eq_c(n.author, "bob"));
    c.id = 11;
    assert_true(board_put_comment(&f.w, &c, STR("cid"), STR("x")));
    assert_true(board_read_comment(&f.r, 0, &out, &n, &buf) && out.id == 11 && str_eq_c(n.author, "cid"));
    assert_true(board_put_downtime(&f.w, &d, STR("ann"), STR("works")));
    assert_true(board_read_downtime(&f.r, 0, &dout, &n, &buf) && dout.end == 6 && str_eq_c(n.text, "works"));
    board_del_downtime(&f.w, 4);
    assert_false(board_read_downtime(&f.r, 0, &dout, &n, &buf));
    buf_release(&buf);
    close_board(&f);
}

static void test_damage(void **state UNUSED)
{
    struct fixture f;
    struct board b;
    struct board_check c = {0}, out;
    struct board_text t;
    struct buf buf = BUF_INIT;

    open_board(&f, 4096);
    board_put_check(&f.w, 0, &c, STR("x"), STR_NULL, STR_NULL, STR_NULL);
    ((struct board_check *)((char *)f.mem + f.w.h->off_checks))->text_off =
        UINT64_MAX - 4; /* a wild writer */
    board_read_check_text(&f.r, 0, &out, &t, &buf);
    assert_int_equal(t.output.n, 0);
    assert_int_equal(board_open(&b, f.mem, 10, NULL), E_FORMAT);
    assert_int_equal(board_open(&b, f.mem, f.len - 8, NULL), E_FORMAT);
    f.w.h->off_comments = f.len - 8;
    assert_int_equal(board_open(&b, f.mem, f.len, NULL), E_FORMAT);
    f.w.h->magic[0] = 'X';
    assert_int_equal(board_open(&b, f.mem, f.len, NULL), E_FORMAT);
    buf_release(&buf);
    close_board(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_texts_do_not_mix),
        cmocka_unit_test(test_full_keeps_output),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
