/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements in the forms in which they are sent: fixed vectors, written down byte by byte from the two specifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <snappy-c.h>
#include <string.h>
#include <zlib.h>

#include "db/outgoing.h"
#include "wire/influx.h"
#include "wire/press.h"
#include "wire/promwrite.h"

static void is_bytes(struct buf *b, const char *wanted, size_t n)
{
    assert_int_equal(b->len, n);
    assert_memory_equal(b->data, wanted, n);
    buf_release(b);
}

static void test_remote_write(void **state UNUSED)
{
    static const struct promwrite_label labels[] = {
        {STR("__name__"), STR("up")}, {STR("empty"), STR("")}, {STR("job"), STR("x")}};
    static const struct promwrite_sample samples[] = {{0, 1.0}, {1700000000123, -0.5}};
    /* clang-format off */
    static const char wanted[] =
        "\x0a\x39"
          "\x0a\x0e" "\x0a\x08" "__name__" "\x12\x02" "up"
          "\x0a\x08" "\x0a\x03" "job" "\x12\x01" "x"
          "\x12\x0b" "\x09" "\0\0\0\0\0\0\xf0\x3f" "\x10" "\0"
          "\x12\x10" "\x09" "\0\0\0\0\0\0\xe0\xbf" "\x10" "\xfb\xd0\x95\xff\xbc\x31";
    /* clang-format on */
    struct buf b = BUF_INIT;

    promwrite_series(&b, labels, 3, samples, 2);
    is_bytes(&b, wanted, sizeof(wanted) - 1);
}

/* A length of two bytes, and a time before 1970: ten bytes. */
static void test_remote_write_long(void **state UNUSED)
{
    char text[200] = {0};
    const struct promwrite_label label = {STR("a"), str_make(text, sizeof(text))};
    static const struct promwrite_sample sample = {-1, 0};
    struct buf b = BUF_INIT, w = BUF_INIT;

    memset(text, 'v', sizeof(text));
    promwrite_series(&b, &label, 1, &sample, 1);
    buf_add(&w,
            "\x0a\xe7\x01\x0a\xce\x01\x0a\x01"
            "a\x12\xc8\x01",
            12);
    buf_add(&w, text, sizeof(text));
    buf_add(&w, "\x12\x14\x09\0\0\0\0\0\0\0\0\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 22);
    is_bytes(&b, w.data, w.len);
    buf_release(&w);
}

static void test_influx(void **state UNUSED)
{
    static const struct {
        const char *value, *written;
    } table[] = {
        {"plain", "plain"},
        {"a b,c=d", "a\\ b\\,c\\=d"},
        {"C:\\", "C:"},
        {"C:\\dir", "C:\\dir"},
        {"C:\\ used", "C:\\\\\\ used"},
        {"\\\\srv\\x", "\\\\\\srv\\x"},
        {"two\nlines", "two\\ lines"},
        {"tab\\\tend", "tab\\\\\\ end"},
        {"\xc3\xa9\"'", "\xc3\xa9\"'"},
    };
    struct buf b = BUF_INIT, w = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct influx_tag tag[] = {{STR("empty"), STR("")}, {STR("t g"), str_of(table[i].value)}};

        buf_clear(&w);
        buf_printf(&w, "m\\,x,t\\ g=%s value=-0.25 1700000000123\n", table[i].written);
        influx_line(&b, STR("m,x"), tag, 2, STR("-0.25"), 1700000000123);
        assert_string_equal(b.data, w.data);
        buf_clear(&b);
    }
    buf_release(&b);
    buf_release(&w);
}

static void test_pressed(void **state UNUSED)
{
    struct buf text = BUF_INIT, b = BUF_INIT;
    char out[70000];
    size_t n = sizeof(out);
    z_stream z = {0};

    for (unsigned i = 0; i < 5000; i++)
        buf_printf(&text, "%u,", i * i % 977);
    press_snappy(buf_str(&text), &b);
    assert_true(b.len < text.len);
    assert_int_equal(snappy_uncompress(b.data, b.len, out, &n), SNAPPY_OK);
    assert_int_equal(n, text.len);
    assert_memory_equal(out, text.data, n);
    buf_clear(&b);
    press_gzip(buf_str(&text), &b);
    assert_memory_equal(b.data, "\x1f\x8b", 2);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)b.data;
    z.avail_in = (uInt)b.len;
    z.next_out = (Bytef *)out;
    z.avail_out = sizeof(out);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, text.len);
    assert_memory_equal(out, text.data, text.len);
    inflateEnd(&z);
    buf_release(&text);
    buf_release(&b);
}

/* ---- results ---- */

static void add(struct outgoing *o, const char *service, int64_t started_ms, const char *output)
{
    const struct record_result r = {
        .oid = 1, .how = RECORD_HOW_EXIT, .started = started_ms * TIME_MS + 999, .output = str_of(output)};

    outgoing_add(o, STR("web"), str_of(service), &r);
}

static void is_influx(struct outgoing *o, const char *extra, const char *wanted)
{
    struct buf b = BUF_INIT;
    struct labels l;
    struct err err = ERR_INIT;

    assert_int_equal(labels_init(&l, str_of(extra), &err), 0);
    outgoing_sort(o);
    outgoing_influx(o, 0, o->v.n, &l, &b);
    assert_string_equal(b.data, wanted);
    buf_release(&b);
    outgoing_release(o);
}

static void test_what_is_sent(void **state UNUSED)
{
    struct outgoing o;
    struct record_result late = {.how = RECORD_HOW_TIMEOUT, .started = 1, .output = STR("x|a=1")};

    outgoing_init(&o);
    add(&o, "PING", 2000,
        "fine|rta=1,5ms;1;2;0; pl=0% 'of day'=25% in=7c none=U big=3KB odd=4widgets rta=9ms");
    add(&o, "", 1000, "up|t=1");
    add(&o, "PING", 3000, "no numbers");
    outgoing_add(&o, STR("web"), STR("PING"), &late);
    is_influx(&o, "site=paris",
              "vigie_perfdata,host=web,label=t,site=paris value=1 1000\n"
              "vigie_perfdata,host=web,label=big,service=PING,site=paris,unit=B value=3000 2000\n"
              "vigie_perfdata,host=web,label=in,service=PING,site=paris,unit=c value=7 2000\n"
              "vigie_perfdata,host=web,label=odd,service=PING,site=paris,unit=widgets value=4 2000\n"
              "vigie_perfdata,host=web,label=of\\ day,service=PING,site=paris,unit=% value=25 2000\n"
              "vigie_perfdata,host=web,label=pl,service=PING,site=paris,unit=% value=0 2000\n"
              "vigie_perfdata,host=web,label=rta,service=PING,site=paris,unit=s value=0.0015 2000\n");
}

/* Of two with one time the later word counts; a time that goes back is put in its place. */
static void test_order(void **state UNUSED)
{
    struct outgoing o;

    outgoing_init(&o);
    add(&o, "s", 5000, "x|a=1");
    add(&o, "s", 4000, "x|a=2");
    add(&o, "s", 5000, "x|a=3");
    is_influx(&o, "",
              "vigie_perfdata,host=web,label=a,service=s value=2 4000\n"
              "vigie_perfdata,host=web,label=a,service=s value=3 5000\n");
}

static void test_series_together(void **state UNUSED)
{
    struct buf b = BUF_INIT, w = BUF_INIT;
    struct labels l;
    struct err err = ERR_INIT;
    struct outgoing o;
    struct promwrite_label label[] = {{STR("__name__"), STR("vigie_perfdata")},
                                      {STR("host"), STR("web")},
                                      {STR("label"), STR("a")},
                                      {STR("service"), STR("s")},
                                      {STR("zone"), STR("z")}};
    static const struct promwrite_sample a[] = {{1, 0.1}, {2, 0.2}}, c[] = {{1, 1e30}};

    outgoing_init(&o);
    add(&o, "s", 1, "x|c=1e30 a=0.1");
    add(&o, "s", 2, "x|a=0.2");
    add(&o, "s", 3, "x|a=0.3");
    outgoing_sort(&o);
    assert_int_equal(labels_init(&l, STR("zone=z"), &err), 0);
    outgoing_remote(&o, 0, 3, &l, &b);
    promwrite_series(&w, label, 5, a, 2);
    label[2].value = STR("c");
    promwrite_series(&w, label, 5, c, 1);
    is_bytes(&b, w.data, w.len);
    buf_release(&w);
    outgoing_release(&o);
}

static void test_last_first(void **state UNUSED)
{
    struct outgoing o;

    outgoing_init(&o);
    add(&o, "a", 1000, "fine | x=1");
    add(&o, "b", 2000, "fine | x=1");
    add(&o, "a", 3000, "fine | x=2");
    add(&o, "c", 4000, "fine | x=1");
    add(&o, "b", 5000, "fine | x=2");
    outgoing_sort(&o);
    assert_int_equal(outgoing_last_first(&o, 0, 5), 3);
    assert_int_equal(outgoing_last_first(&o, 0, 3), 1);
    assert_int_equal(outgoing_last_first(&o, 2, 5), 4);
    assert_int_equal(outgoing_last_first(&o, 4, 5), 4);
    outgoing_release(&o);
}

static void test_labels(void **state UNUSED)
{
    static const char *const wrong[] = {"x",        "=y",         "1a=x",      "a-b=x",
                                        "__a=x",    "host=x",     "a=x,a=y",   "a=1,,b=2",
                                        "service=", "__name__=x", "\xc3\xa9=1"};
    struct labels l;

    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct err err = ERR_INIT;

        assert_int_equal(labels_init(&l, str_of(wrong[i]), &err), E_INVAL);
    }
    assert_int_equal(labels_init(&l, STR(" env = prod , a1_B=x=y"), &(struct err)ERR_INIT), 0);
    assert_int_equal(l.n, 7);
    assert_true(str_eq_c(l.at[1].name, "a1_B") && str_eq_c(l.at[1].value, "x=y"));
    assert_true(str_eq_c(l.at[2].name, "env") && str_eq_c(l.at[2].value, "prod"));
}

static void test_place(void **state UNUSED)
{
    static const char *const wrong[] = {"",
                                        "vigie-export 1 5",
                                        "vigie-export 2 5 6",
                                        "vigie-export 1 6 5",
                                        "vigie-export 1 5 6 7",
                                        "vigie-export 1 5 18446744073709551616"};
    uint64_t done, marked;

    assert_true(outgoing_place(STR("vigie-export 1 5 12\n"), &done, &marked));
    assert_true(done == 5 && marked == 12);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(outgoing_place(str_of(wrong[i]), &done, &marked));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remote_write),    cmocka_unit_test(test_remote_write_long),
        cmocka_unit_test(test_influx),          cmocka_unit_test(test_pressed),
        cmocka_unit_test(test_what_is_sent),    cmocka_unit_test(test_order),
        cmocka_unit_test(test_series_together), cmocka_unit_test(test_last_first),
        cmocka_unit_test(test_labels),          cmocka_unit_test(test_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
