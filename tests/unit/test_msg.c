/* SPDX-License-Identifier: Apache-2.0 */
/* Every message of the table: round trip, each truncation, a byte too many, a field twice, an unknown field, a wrong version; and golden bytes, so that the format
 * does not change unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/tlv.h"
#include "wire/msg.h"

static struct msg one, two;
static const struct str words[] = {{"alpha", 5}, {"", 0}, {"a\0b", 3}};

/* Fills every field with something that is not its default. */
static void fill(struct msg *m, const struct msg_info *info)
{
    memset(m, 0, sizeof(*m));
    m->type = info->type;
    for (size_t i = 0; i < info->n_fields; i++) {
        char *at = (char *)&m->u + info->field[i].offset;
        uint64_t u = UINT64_MAX - i;
        int64_t s = INT64_MIN + (int64_t)i;
        struct msg_strv v = {words, ARRAY_LEN(words)};

        switch (info->field[i].kind) {
        case MSG_KIND_U64: memcpy(at, &u, sizeof(u)); break;
        case MSG_KIND_I64: memcpy(at, &s, sizeof(s)); break;
        case MSG_KIND_STR: memcpy(at, &words[2], sizeof(struct str)); break;
        case MSG_KIND_STRV: memcpy(at, &v, sizeof(v)); break;
        }
    }
}

static void set_len(struct buf *b)
{
    size_t len = b->len - MSG_HEADER;

    for (unsigned k = 0; k < 4; k++)
        b->data[4 + k] = (char)(len >> (8 * k));
}

static void check_damage(const struct msg_info *info, const struct buf *good)
{
    struct buf b = BUF_INIT;

    for (size_t cut = 0; cut < good->len; cut++)
        assert_int_equal(msg_decode(str_make(good->data, cut), &two), E_FORMAT);
    /* The frame cut, its length put right: only whole optional fields may be missing. */
    for (size_t cut = MSG_HEADER; cut < good->len; cut++) {
        buf_clear(&b);
        buf_add(&b, good->data, cut);
        set_len(&b);
        if (msg_decode(buf_str(&b), &two) == 0) {
            struct buf again = BUF_INIT;

            assert_int_equal(msg_put(&again, &two), 0); /* what was accepted is canonical */
            assert_true(str_eq(buf_str(&again), buf_str(&b)));
            buf_release(&again);
        }
    }
    buf_clear(&b);
    buf_add_str(&b, buf_str(good));
    buf_add_char(&b, 0);
    set_len(&b);
    assert_int_equal(msg_decode(buf_str(&b), &two), E_FORMAT);
    buf_truncate(&b, good->len);
    tlv_put_u64(&b, 120, 1); /* a tag nobody knows */
    set_len(&b);
    assert_int_equal(msg_decode(buf_str(&b), &two), E_FORMAT);
    if (info->n_fields && info->field[info->n_fields - 1].kind != MSG_KIND_STRV) {
        buf_truncate(&b, good->len);
        tlv_put_u64(&b, info->field[info->n_fields - 1].tag, 1);
        set_len(&b);
        assert_int_equal(msg_decode(buf_str(&b), &two), E_FORMAT);
    }
    buf_clear(&b);
    buf_add_str(&b, buf_str(good));
    b.data[2]++;
    assert_int_equal(msg_decode(buf_str(&b), &two), E_FORMAT);
    buf_release(&b);
}

static void test_every_message(void **state UNUSED)
{
    struct buf b = BUF_INIT, again = BUF_INIT;

    for (size_t i = 0; i < msg_count(); i++) {
        const struct msg_info *info = msg_info_at(i);

        fill(&one, info);
        buf_clear(&b);
        assert_int_equal(msg_put(&b, &one), 0);
        assert_int_equal(msg_frame_len(buf_str(&b)), b.len);
        assert_int_equal(msg_decode(buf_str(&b), &two), 0);
        assert_int_equal(two.type, info->type);
        buf_clear(&again);
        assert_int_equal(msg_put(&again, &two), 0);
        assert_true(str_eq(buf_str(&b), buf_str(&again)));
        check_damage(info, &b);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(msg_info_at(k)->type, info->type);
    }
    buf_release(&b);
    buf_release(&again);
}

static void test_required(void **state UNUSED)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_go(&b, &(struct msg_go){}));
    b.data[0] = MSG_KILL; /* an empty KILL: its run_id is missing */
    assert_int_equal(msg_decode(buf_str(&b), &two), E_FORMAT);
    buf_release(&b);
}

static void test_limits(void **state UNUSED)
{
    struct buf big = BUF_INIT, b = BUF_INIT;

    for (size_t i = 0; i < LIMIT_MESSAGE; i++)
        buf_add_char(&big, 'x');
    assert_int_equal(msg_put_status(&b, &(struct msg_status){.json = buf_str(&big)}), E_LIMIT);
    assert_int_equal(b.len, 0);
    buf_release(&big);
    buf_release(&b);
}

static void test_golden(void **state UNUSED)
{
    static const char run[] = "\x14\x00\x02\x00\x13\x00\x00\x00"
                              "\x02\x87\x80\x80\x80\x20" /* run_id 2 << 32 | 7 */
                              "\x04\x2a\x06\x00"         /* idx 42, kind 0 */
                              "\x09\x02/a"               /* argv */
                              "\x09\x00"
                              "\x0c\x80\x01"; /* timeout 64 us, zigzag */
    const struct str argv[] = {STR("/a"), STR("")};
    struct buf b = BUF_INIT;

    msg_must(msg_put_run(
        &b, &(struct msg_run){.run_id = 2ull << 32 | 7, .oid = 42, .argv = {argv, 2}, .timeout_us = 64}));
    assert_int_equal(b.len, sizeof(run) - 1);
    assert_memory_equal(b.data, run, b.len);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_message), cmocka_unit_test(test_required),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_golden)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
