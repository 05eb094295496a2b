/* SPDX-License-Identifier: Apache-2.0 */
/* The ground floor: each table is the specification of the function it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/err.h"
#include "base/glob.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/map.h"
#include "base/seek.h"
#include "base/time.h"
#include "base/tlv.h"
#include "base/vec.h"

static void test_numbers(void **state UNUSED)
{
    int64_t v = 7;
    uint64_t u = 7;

    assert_true(str_to_i64(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &v) && v == INT64_MAX);
    v = 7;
    assert_false(str_to_i64(STR("9223372036854775808"), &v));
    assert_false(str_to_i64(STR(""), &v));
    assert_false(str_to_i64(STR("12x"), &v));
    assert_false(str_to_i64(STR("-+1"), &v));
    assert_int_equal(v, 7);
    assert_true(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
}

static void test_str(void **state UNUSED)
{
    struct str rest = STR("a,,b");

    assert_true(str_eq_c(str_cut(&rest, ','), "a"));
    assert_true(str_eq_c(str_cut(&rest, ','), ""));
    assert_non_null(rest.p);
    assert_true(str_eq_c(str_cut(&rest, ','), "b"));
    assert_null(rest.p);
    assert_true(str_eq_c(str_trim(STR(" \t x y\r\n")), "x y"));
    assert_int_equal(str_distance(STR("max_check_atempts"), STR("max_check_attempts"), 3), 1);
    assert_int_equal(str_distance(STR("hsot"), STR("host"), 3), 1);
    assert_int_equal(str_distance(STR("abc"), STR("xyz"), 2), 3);
    assert_int_equal(str_distance(STR(""), STR("ab"), 3), 2);
    assert_true(str_is_utf8(STR("d\xc3\xa9j\xc3\xa0 \xf0\x9f\x99\x82")));
    rest = STR("d\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82");
    assert_int_equal(str_take_utf8(&rest), 'd');
    assert_int_equal(str_take_utf8(&rest), 0xe9);
    assert_int_equal(str_take_utf8(&rest), 0x20ac);
    assert_int_equal(str_take_utf8(&rest), 0x1f642);
    assert_int_equal(rest.n, 0);
    assert_false(str_is_utf8(STR("\xe9")));
    assert_int_equal(str_head(STR("d\xc3\xa9j"), 2).n, 1);
    assert_int_equal(str_head(STR("d\xc3\xa9j"), 3).n, 3);
    assert_int_equal(str_head(STR("d\xc3\xa9j"), 9).n, 4);
    assert_int_equal(str_head(STR("a\xf0\x9f\x99\x82"), 4).n, 1);
    assert_false(str_is_utf8(STR("\xc0\x80")));
    assert_false(str_is_utf8(STR("\xed\xa0\x80")));
    assert_true(str_icontains(STR("Disk /VAR"), STR("var")));
    assert_false(str_icontains(STR("va"), STR("var")));
}

static ptrdiff_t seek_slowly(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++) {
        if (str_ieq(str_sub(s, i, part.n), part))
            return (ptrdiff_t)i;
    }
    return -1;
}

/* Texts of few letters, their capitals and signs that differ from others by the same bit, each in memory of just its size, so that a sanitizer sees a byte read too many. */
static void test_seek(void **state UNUSED)
{
    static const char letters[] = "aAbB@`[{";
    uint64_t x = 88172645463325252u;

    assert_int_equal(seek_text(STR(""), STR("")), 0);
    assert_int_equal(seek_text(STR_NULL, STR("a")), -1);
    for (size_t k = 0; k < 20000; k++) {
        size_t n = k % 70, m = 1 + k % 7;
        char *text = mem_alloc(n + 1), *part = mem_alloc(m);

        for (size_t i = 0; i < n + m; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            *(i < n ? &text[i] : &part[i - n]) = letters[x % (k % 3 ? 8 : 3)];
        }
        assert_int_equal(seek_text(str_make(text, n), str_make(part, m)),
                         seek_slowly(str_make(text, n), str_make(part, m)));
        mem_free(text);
        mem_free(part);
    }
}

static void test_glob(void **state UNUSED)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } table[] = {
        {"web", "web", true},
        {"web", "web1", false},
        {"w*", "web", true},
        {"w*", "Web", false},
        {"*", "", true},
        {"?", "", false},
        {"", "", true},
        {"", "a", false},
        {"*eb*", "web1", true},
        {"*1", "web12", false},
        {"*a*b*c", "xaybzbc", true},
        {"*a*b*c", "xaybzcd", false},
        {"aa*aa", "aaa", false},
        {"w?b",
         "w\xc3\xa9"
         "b",
         true},
        {"w?b",
         "w\xe9"
         "b",
         true},
        {"w??b",
         "w\xc3\xa9"
         "b",
         false},
        {"?\xa9", "\xc3\xa9", false},
        {"a\\*b", "a*b", true},
        {"a\\*b", "axb", false},
        {"a\\?", "a?", true},
        {"C:\\x*", "C:\\xyz", true},
        {"C:\\\\*", "C:\\xyz", true},
        {"C:\\*", "C:\\xyz", false},
        {"C:\\", "C:\\", true},
        {"**", "ab", true},
        {"*?", "", false},
        {"*?", "\xe2\x82\xac", true},
        {"*??", "\xe2\x82\xac", false}, /* a star takes whole characters */
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (glob_matches(str_of(table[i].pattern), str_of(table[i].text)) != table[i].matches)
            fail_msg("%s %s", table[i].pattern, table[i].text);
    assert_true(glob_is(STR("a?")) && glob_is(STR("a\\*")) && !glob_is(STR("C:\\ %")));
}

static void test_buf(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    size_t n;
    char *p;

    buf_printf(&b, "%s-%d", "x", 42);
    buf_add_i64(&b, INT64_MIN);
    assert_string_equal(b.data, "x-42-9223372036854775808");
    buf_drop_front(&b, 2);
    assert_true(str_starts(buf_str(&b), STR("42-")));
    p = buf_take(&b, &n);
    assert_int_equal(strlen(p), n);
    mem_free(p);
    assert_int_equal(b.len, 0);
    assert_true(buf_add_utf8(&b, STR("caf\xe9")));
    assert_string_equal(b.data, "caf\xc3\xa9");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%0200d", i);
    assert_int_equal(b.len, 5 + 200 * 1000);
    buf_release(&b);
}

/* Cells of CSV: quoted where they must be, and no formula, however it is hidden. */
static void test_csv(void **state UNUSED)
{
    static const struct {
        struct str in;
        const char *out;
    } cells[] = {
        {STR("plain text"), "plain text"},
        {STR("a,b"), "\"a,b\""},
        {STR("say \"x\""), "\"say \"\"x\"\"\""},
        {STR("two\nlines"), "\"two\nlines\""},
        {STR("=1+1"), "'=1+1"},
        {STR("+1"), "'+1"},
        {STR("-1 of 3"), "'-1 of 3"},
        {STR("@SUM(A1)"), "'@SUM(A1)"},
        {STR("\t=1"), "'\t=1"},
        {STR("\r=1"), "\"'\r=1\""},
        {STR("  =1"), "'  =1"},
        {STR("\0=1"), "'=1"},
        {STR(" \0=1"), "' =1"},
        {STR("a=1"), "a=1"},
        {STR(" - "), "' - "},
        {STR("   "), "   "},
        {STR("a\0b"), "ab"},
        {STR(""), ""},
    };
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cells); i++) {
        buf_clear(&b);
        csv_cell(&b, cells[i].in);
        assert_string_equal(b.len ? b.data : "", cells[i].out);
    }
    buf_release(&b);
}

static void test_hash(void **state UNUSED)
{
    unsigned char out[HASH_SHA256_BYTES];
    char hex[HASH_SHA256_HEX], long_text[200];
    struct hash_sha256 s;

    assert_int_equal(hash_crc32c(0, "123456789", 9), 0xe3069283); /* RFC 3720, B.4 */
    assert_int_equal(hash_crc32c(hash_crc32c(0, "1234", 4), "56789", 5), 0xe3069283);
    hash_sha256("abc", 3, out);
    hash_hex(out, sizeof(out), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_sha256("", 0, out);
    hash_hex(out, sizeof(out), hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    memset(long_text, 'a', sizeof(long_text));
    hash_sha256(long_text, sizeof(long_text), out); /* as sha256sum says */
    hash_hex(out, sizeof(out), hex);
    assert_string_equal(hex, "c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5");
    for (size_t cut = 0; cut <= sizeof(long_text); cut++) {
        char again[HASH_SHA256_HEX];

        hash_sha256(long_text, sizeof(long_text), out);
        hash_hex(out, sizeof(out), hex);
        hash_sha256_init(&s);
        hash_sha256_add(&s, long_text, cut);
        hash_sha256_add(&s, long_text + cut, sizeof(long_text) - cut);
        hash_sha256_end(&s, out);
        hash_hex(out, sizeof(out), again);
        assert_string_equal(hex, again);
    }
}

static void test_map(void **state UNUSED)
{
    struct map m = MAP_INIT;
    uint64_t v;
    struct str key;
    size_t seen = 0;

    for (uint64_t i = 0; i < 5000; i++)
        assert_true(map_put_u64(&m, i * 7919, i));
    for (uint64_t i = 0; i < 5000; i += 2)
        assert_true(map_remove_u64(&m, i * 7919));
    assert_int_equal(m.count, 2500);
    for (uint64_t i = 0; i < 5000; i++)
        assert_int_equal(map_get_u64(&m, i * 7919, &v), i % 2 == 1);
    assert_false(map_put_u64(&m, 7919, 77));
    assert_true(map_get_u64(&m, 7919, &v) && v == 77);
    for (size_t i = 0; i < m.n_entry; i++)
        seen += map_at(&m, i, &key, &v);
    assert_int_equal(seen, 2500);
    for (uint64_t i = 0; i < 100000; i++) { /* put and remove for ever must not grow without end */
        map_put_u64(&m, 1000000 + i, i);
        map_remove_u64(&m, 1000000 + i);
    }
    assert_true(m.cap_entry < 20000);
    map_release(&m);
}

static void test_heap(void **state UNUSED)
{
    enum { N = 500 };
    struct heap h;
    uint32_t item, x = 12345;
    int64_t key, last = INT64_MIN;
    size_t n = 0;

    heap_init(&h, N);
    for (int i = 0; i < 20000; i++) {
        x = x * 1103515245u + 12345u;
        if (x >> 28 < 4)
            heap_remove(&h, (x >> 8) % N);
        else
            heap_set(&h, (x >> 8) % N, (int64_t)(x >> 20));
    }
    assert_int_equal(heap_count_to(&h, INT64_MAX), h.count);
    assert_int_equal(heap_count_to(&h, -1), 0);
    while (heap_peek(&h, &item, &key)) {
        assert_true(key >= last);
        assert_true(heap_count_to(&h, key) >= 1 && heap_count_to(&h, key - 1) == 0);
        last = key;
        heap_remove(&h, item);
        assert_false(heap_has(&h, item));
        n++;
    }
    assert_true(n > N / 2);
    heap_set(&h, 9, 5);
    heap_set(&h, 3, 5);
    assert_true(heap_peek(&h, &item, &key) && item == 3); /* equal keys: by item */
    heap_release(&h);
}

static void test_civil(void **state UNUSED)
{
    char text[TIME_RFC3339];
    struct wall t;

    for (int64_t d = -800000; d < 800000; d += 97) {
        int y, m, day;

        time_civil_from_days(d, &y, &m, &day);
        assert_true(day >= 1 && day <= time_days_in_month(y, m));
        assert_int_equal(time_days_from_civil(y, m, day), d);
    }
    assert_true(time_parse_rfc3339(STR("2026-11-23T10:14:23.5+01:00"), &t));
    assert_int_equal(t.us, 1795425263500000);
    time_rfc3339(t, text);
    assert_string_equal(text, "2026-11-23T09:14:23.500Z");
    assert_int_equal(time_utc(t).weekday, 1);
    assert_false(time_parse_rfc3339(STR("2026-02-29T00:00:00Z"), &t));
    assert_false(time_parse_rfc3339(STR("2026-11-23T10:14:23"), &t));
    assert_int_equal(time_wall_s((struct wall){-1}), -1);
}

static void test_zone(void **state UNUSED)
{
    /* Paris 2026: summer from 29 March 01:00 UTC to 25 October 01:00 UTC. */
    static const int64_t at[] = {1774746000, 1792890000};
    static const int32_t offset[] = {7200, 3600};
    static const uint8_t dst[] = {1, 0};
    const struct time_zone z = {.at = at, .offset = offset, .is_dst = dst, .n = 2, .first_offset = 3600};
    struct time_civil c = {.year = 2026, .month = 3, .day = 29, .hour = 2, .minute = 30};

    assert_int_equal(time_from_local(&z, &c), 1774746000); /* skipped: the jump itself */
    c = (struct time_civil){.year = 2026, .month = 10, .day = 25, .hour = 2, .minute = 30};
    assert_int_equal(time_from_local(&z, &c), 1792888200); /* twice: the first, still summer time */
    for (int64_t s = 1774746000 - 90000; s < 1774746000 + 90000; s += 600) {
        c = time_local(&z, (struct wall){s * TIME_S});
        assert_int_equal(time_from_local(&z, &c), s);
    }
}

static void test_duration(void **state UNUSED)
{
    int64_t us;

    assert_true(time_parse_duration(STR("90"), &us) && us == 90 * TIME_S);
    assert_true(time_parse_duration(STR("1h30m"), &us) && us == 90 * TIME_MIN);
    assert_true(time_parse_duration(STR("30d"), &us) && us == 30 * TIME_DAY);
    assert_false(time_parse_duration(STR("1h30"), &us));
    assert_false(time_parse_duration(STR("h"), &us));
    assert_false(time_parse_duration(STR("5 m"), &us));
    assert_false(time_parse_duration(STR("99999999999999d"), &us));
}

static void test_tlv(void **state UNUSED)
{
    struct buf b = BUF_INIT;
    struct tlv_field f;
    struct str rest;

    tlv_put_u64(&b, 1, UINT64_MAX);
    tlv_put_i64(&b, 2, INT64_MIN);
    tlv_put_str(&b, 127, STR("abc"));
    rest = buf_str(&b);
    assert_int_equal(tlv_next(&rest, &f), 1);
    assert_true(f.tag == 1 && f.u64 == UINT64_MAX);
    assert_int_equal(tlv_next(&rest, &f), 1);
    assert_true(tlv_i64(&f) == INT64_MIN);
    assert_int_equal(tlv_next(&rest, &f), 1);
    assert_true(f.tag == 127 && str_eq_c(f.bytes, "abc"));
    assert_int_equal(tlv_next(&rest, &f), 0);
    for (size_t cut = 1; cut < b.len; cut++) { /* every truncation is an error or ends on a whole field */
        int r;

        rest = str_make(b.data, cut);
        while ((r = tlv_next(&rest, &f)) == 1)
            ;
        assert_true(r == E_FORMAT || cut == 11 || cut == 22);
    }
    rest = STR("\x02\x80\x00"); /* over-long 0 */
    assert_int_equal(tlv_next(&rest, &f), E_FORMAT);
    buf_release(&b);
}

static void test_err_arena_vec(void **state UNUSED)
{
    struct err e = ERR_INIT;
    struct arena a = ARENA_INIT;
    VEC(uint32_t) v = {0};

    assert_int_equal(err_set(&e, E_INVAL, "first"), E_INVAL);
    assert_int_equal(err_set(&e, E_IO, "second"), E_IO);
    assert_string_equal(e.text, "first");
    err_prefix(&e, "f:%d: ", 3);
    assert_string_equal(e.text, "f:3: first");
    for (int i = 0; i < 300; i++) {
        char *p = arena_dup(&a, STR("0123456789012345678901234567890123456789"));

        assert_int_equal((uintptr_t)p % 16, 0);
        memset(arena_alloc(&a, 1000), 1, 1000);
        assert_string_equal(p, "0123456789012345678901234567890123456789");
        *VEC_ADD(&v) = (uint32_t)i;
    }
    assert_int_equal(v.at[299], 299);
    VEC_RELEASE(&v);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_str),           cmocka_unit_test(test_seek),
        cmocka_unit_test(test_glob),    cmocka_unit_test(test_buf),           cmocka_unit_test(test_csv),
        cmocka_unit_test(test_hash),    cmocka_unit_test(test_map),           cmocka_unit_test(test_heap),
        cmocka_unit_test(test_civil),   cmocka_unit_test(test_zone),          cmocka_unit_test(test_duration),
        cmocka_unit_test(test_tlv),     cmocka_unit_test(test_err_arena_vec),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
