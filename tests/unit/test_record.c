/* SPDX-License-Identifier: Apache-2.0 */
/* Journal records: what is put is got; anything damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "core/record.h"
#include "base/tlv.h"

static void test_round_trip(void **state UNUSED)
{
    struct record_state s = {.oid = 12,
                             .state = 2,
                             .hard = 1,
                             .last_check = -5,
                             .output = STR("out"),
                             .max_attempts = 9},
                        out;
    struct record_comment_del d = {.id = 3}, dout;
    struct buf b = BUF_INIT;
    struct record_frame f;
    struct str rest;

    record_put(&b, RECORD_STATE, (struct wall){1234567}, &s);
    record_put(&b, RECORD_COMMENT_DEL, (struct wall){-1}, &d);
    rest = buf_str(&b);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_int_equal(f.kind, RECORD_STATE);
    assert_int_equal(f.at.us, 1234567);
    assert_int_equal(record_get(f.kind, f.payload, &out), 0);
    assert_int_equal(out.oid, 12);
    assert_int_equal(out.last_check, -5);
    assert_int_equal(out.max_attempts, 9);
    assert_true(str_eq_c(out.output, "out"));
    assert_int_equal(out.long_output.n, 0);
    assert_int_equal(record_next(&rest, &f), 1);
    assert_int_equal(f.at.us, -1);
    assert_int_equal(record_get(f.kind, f.payload, &dout), 0);
    assert_int_equal(dout.id, 3);
    assert_int_equal(record_next(&rest, &f), 0);
    buf_release(&b);
}

/* Every kind: numbers 1.., texts "x", coded and read back, and cut at every length. */
static void test_every_kind(void **state UNUSED)
{
    uint64_t in[96], out[96];
    struct buf b = BUF_INIT;
    struct record_frame f;

    assert_true(RECORD_COMMAND_END < RECORD_KIND_END && RECORD_FILE_READ < RECORD_KIND_END);
    for (int k = 1; k < RECORD_KIND_END; k++) {
        struct str rest;

        assert_true(record_size((enum record_kind)k) > 0 && record_size((enum record_kind)k) <= sizeof(in));
        memset(in, 0, sizeof(in));
        buf_clear(&b);
        record_put(&b, (enum record_kind)k, (struct wall){k}, in);
        for (size_t cut = 0; cut <= b.len; cut++) {
            rest = str_make(b.data, cut);
            assert_int_equal(record_next(&rest, &f), cut == 0 ? 0 : cut == b.len ? 1 : E_FORMAT);
        }
        assert_int_equal(record_get(f.kind, f.payload, out), 0);
        assert_memory_equal(in, out, record_size(f.kind));
    }
    buf_release(&b);
}

static void test_refused(void **state UNUSED)
{
    struct record_notified n;
    struct record_frame f;
    struct str rest = STR("\x7f\x01\x00");
    struct buf b = BUF_INIT;

    assert_int_equal(record_next(&rest, &f), E_FORMAT); /* no such kind */
    tlv_put_u64(&b, 99, 1);
    assert_int_equal(record_get(RECORD_NOTIFIED, buf_str(&b), &n), E_FORMAT); /* unknown tag */
    buf_clear(&b);
    tlv_put_u64(&b, 1, 1);
    tlv_put_u64(&b, 1, 1);
    assert_int_equal(record_get(RECORD_NOTIFIED, buf_str(&b), &n), E_FORMAT); /* twice */
    buf_clear(&b);
    tlv_put_str(&b, 1, STR("x"));
    assert_int_equal(record_get(RECORD_NOTIFIED, buf_str(&b), &n), E_FORMAT); /* wrong kind of field */
    buf_release(&b);
}

/* A number means one thing for ever: no two kinds, and no two fields of a kind, have the same. */
static void test_numbers_are_given_once(void **state UNUSED)
{
    static const struct {
        const char *kind, *field;
        unsigned number;
    } all[] = {
#define RECORD(NAME, name, number) {NULL, #name, number},
#define F_U64(name, field, tag)    {#name, #field, tag},
#define F_I64(name, field, tag)    {#name, #field, tag},
#define F_STR(name, field, tag)    {#name, #field, tag},
#undef END
#define END(name)
#include "core/record.def"
#undef RECORD
#undef F_U64
#undef F_I64
#undef F_STR
    };

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        for (size_t k = 0; k < i; k++)
            if (all[i].number == all[k].number && (!all[i].kind) == (!all[k].kind) &&
                (!all[i].kind || strcmp(all[i].kind, all[k].kind) == 0))
                fail_msg("%s and %s are both %u", all[i].field, all[k].field, all[i].number);
}

static void test_words(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct str rest, w;

    record_pack_word(&b, STR("/bin/ls"));
    record_pack_word(&b, STR_NULL);
    rest = buf_str(&b);
    assert_true(record_next_word(&rest, &w) == 1 && str_eq_c(w, "/bin/ls"));
    assert_true(record_next_word(&rest, &w) == 1 && w.n == 0);
    assert_int_equal(record_next_word(&rest, &w), 0);
    rest = STR("\x05"
               "abc");
    assert_int_equal(record_next_word(&rest, &w), E_FORMAT);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_numbers_are_given_once),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
