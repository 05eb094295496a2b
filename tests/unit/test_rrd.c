/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of others' files: dumps of rrdtool, the .xml of PNP4Nagios, tables, names of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "core/perf.h"
#include "db/csv_scan.h"
#include "db/rrd_dump.h"
#include "db/rrd_name.h"
#include "db/rrd_pnp.h"
#include "db/rrd_rows.h"
#include "db/series_roll.h"

/* ---- dumps ---- */

#define HEAD                                                                                                 \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE rrd SYSTEM "                                      \
    "\"https://example/rrdtool.dtd\">\n<!-- Round > Robin -->\n<rrd><version>0003</version>"                 \
    "<step>60</step> <!-- Seconds -->\n<lastupdate>6150</lastupdate>"
#define DS(name, type) "<ds><name> " name " </name><type> " type " </type><min>NaN</min></ds>\n"
#define RRA(cf, pdp)                                                                                         \
    "<rra><cf>" cf "</cf><pdp_per_row>" pdp "</pdp_per_row><params><xff>5.0e-01</xff></params>"              \
    "<cdp_prep><ds><primary_value>1.0</primary_value></ds></cdp_prep><database>\n<!-- 2026 / 1 --> "
#define ROW(v) "<row><v>" v "</v></row>"
#define END    "</database></rra>"

/* Minutes to 6120; three of 5 minutes to 6000: one whole before them, one across their begin (5940), one within. */
static const char gauge[] = HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") ROW("1.0000000000e+00") ROW("NaN")
    ROW("2.5000000000e+02") END RRA("AVERAGE", "5") ROW("7.0000000000e-01") ROW("9.0000000000e-01")
        ROW("2.0000000000e+00") END RRA("MAX", "5") ROW("4.0000000000e+00") ROW("-nan")
            ROW("3.0000000000e+00") END RRA("HWPREDICT", "1") ROW("8.0e+00") END "</rrd>\n";

static int read_dump(struct rrd_dump *d, const char *text, size_t piece, struct err *err)
{
    struct str rest = str_of(text);
    int r = 0;

    *err = (struct err)ERR_INIT;
    rrd_dump_init(d);
    while (rest.n && r == 0) {
        r = rrd_dump_feed(d, str_sub(rest, 0, piece), err);
        rest = str_sub(rest, piece, SIZE_MAX);
    }
    return r < 0 ? r : rrd_dump_end(d, err);
}

static void test_dump(void **state UNUSED)
{
    for (size_t piece = 1; piece < sizeof(gauge) + 10; piece += piece < 70 ? 1 : 97) {
        struct rrd_dump d;
        struct err err;

        assert_int_equal(read_dump(&d, gauge, piece, &err), 0);
        assert_int_equal(d.step, 60);
        assert_int_equal(d.ds.n, 1);
        assert_string_equal(d.ds.at[0].name, "1");
        assert_false(d.ds.at[0].rate);
        assert_int_equal(d.archive.n, 3);
        assert_int_equal(d.archive.at[0].end, 6120);
        assert_int_equal(d.archive.at[1].end, 6000);
        assert_int_equal(d.archive.at[1].step, 300);
        assert_int_equal(d.archive.at[2].cf, RRD_MAX);
        assert_int_equal(rrd_dump_value(&d, &d.archive.at[0], 2, 0)->mantissa, 25);
        assert_int_equal(rrd_dump_value(&d, &d.archive.at[0], 2, 0)->exponent, 1);
        assert_false(rrd_dump_value(&d, &d.archive.at[0], 1, 0)->known);
        rrd_dump_release(&d);
    }
}

static void test_bad_dumps(void **state UNUSED)
{
    static const char *const bad[] = {
        "",
        "ERROR: no such file",
        "<rrd/>",
        "<rrd><step>60</step><lastupdate>1</lastupdate></rrd>",
        "<html><ds></ds></html>",
        HEAD "</rrd></rrd>",
        HEAD DS("1", "GAUGE") "</rrd><rrd></rrd>",
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") ROW("1") END,          /* no end */
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "0") ROW("1") END "</rrd>", /* no step */
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "99999999999999") END "</rrd>",
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") ROW("x") END "</rrd>",
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") ROW("1 2") END "</rrd>",
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") "<row></row>" END "</rrd>",
        HEAD DS("1", "GAUGE") RRA("AVERAGE", "1") "<row><v>1</v><v>2</v></row>" END "</rrd>",
        HEAD RRA("AVERAGE", "1") ROW("1") END "</rrd>", /* no data source */
        HEAD "<ds><type>GAUGE</type></ds></rrd>",
        HEAD DS("1", "GAUGE") "<rra><pdp_per_row>1</pdp_per_row><database>" ROW(
            "1") "</database><cf>MAX</cf></rra></rrd>",
        HEAD DS("1", "&bad;") "</rrd>",
        HEAD DS("1", "GAUGE") "</html>",
        HEAD "<ds><name>1</name></rrd></ds>",
        "<!DOCTYPE rrd [<!ENTITY a \"b\">]><rrd></rrd>",
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct rrd_dump d;
        struct err err;
        int r = read_dump(&d, bad[i], 1000, &err);

        if (r >= 0)
            print_error("taken: %s\n", bad[i]);
        assert_int_equal(r, E_FORMAT);
        assert_true(err.text[0] != '\0');
        rrd_dump_release(&d);
    }
}

/* ---- rows ---- */

static void assert_row(const struct rrd_row *r, int64_t end, int64_t step, int64_t count, const char *values)
{
    char mean[PERF_TEXT], min[PERF_TEXT], max[PERF_TEXT], all[3 * PERF_TEXT];

    perf_text(&r->mean, mean);
    perf_text(&r->min, min);
    perf_text(&r->max, max);
    snprintf(all, sizeof(all), "%s %s %s", min, mean, max);
    assert_string_equal(all, values);
    assert_int_equal(r->end, end);
    assert_int_equal(r->step, step);
    assert_int_equal(r->count, count);
}

static void test_rows(void **state UNUSED)
{
    struct rrd_rows rows = {.n = 0};
    struct rrd_dump d;
    struct err err;

    assert_int_equal(read_dump(&d, gauge, 1000, &err), 0);
    assert_int_equal(rrd_rows_of(&d, 0, STR("ms"), &rows), 0);
    /* 5400 to 5700 lies before the minutes, which begin at 5940; so does the greater part of 5700 to 6000. */
    assert_int_equal(rows.n, 5);
    assert_row(&rows.at[0], 5400, 300, 5, "0.0007 0.0007 0.004");
    assert_row(&rows.at[1], 5700, 300, 5, "0.0009 0.0009 0.0009");
    assert_row(&rows.at[2], 5940, 240, 4, "0.002 0.002 0.003");
    assert_row(&rows.at[3], 6000, 60, 1, "0.001 0.001 0.001");
    assert_row(&rows.at[4], 6120, 60, 1, "0.25 0.25 0.25");
    VEC_RELEASE(&rows);
    rrd_dump_release(&d);
}

static void test_rows_without_means(void **state UNUSED)
{
    struct rrd_rows rows = {.n = 0};
    struct rrd_dump d;
    struct err err;

    assert_int_equal(read_dump(&d, HEAD DS("1", "DERIVE") RRA("MAX", "1") ROW("1") END "</rrd>", 1000, &err),
                     0);
    assert_true(d.ds.at[0].rate);
    assert_int_equal(rrd_rows_of(&d, 0, STR(""), &rows), E_NOENT);
    rrd_dump_release(&d);
    assert_int_equal(
        read_dump(&d, HEAD DS("1", "GAUGE") RRA("LAST", "1") ROW("1e300") ROW("3") END "</rrd>", 1000, &err),
        0);
    assert_int_equal(rrd_rows_of(&d, 0, STR("KiB"), &rows), 0);
    assert_int_equal(rows.n, 1); /* the other is no decimal of ours */
    assert_row(&rows.at[0], 6120, 60, 1, "3072 3072 3072");
    rrd_dump_release(&d);
    VEC_RELEASE(&rows);
}

static void test_buckets(void **state UNUSED)
{
    struct perf_value one = {1, 0, true}, three = {3, 0, true}, fine = {25, -1, true}, ten = {1, 1, true};
    const struct rrd_row rows[] = {
        {.end = 3600, .step = 600, .count = 10, .mean = fine, .min = one, .max = ten}, /* begins at 3000 */
        {.end = 4200, .step = 600, .count = 10, .mean = three, .min = three, .max = three},
        {.end = 7200,
         .step = 60,
         .count = 1,
         .mean = one,
         .min = one,
         .max = one}, /* a measurement at 7200 */
    };
    struct series_buckets b = {.n = 0};

    rrd_rows_buckets(rows, 3, 60, SERIES_1H, &b);
    assert_int_equal(b.n, 3);
    assert_int_equal(b.at[0].us, 0);
    assert_int_equal(b.at[0].count, 10);
    assert_int_equal(b.at[0].exponent, -1);
    assert_int_equal(b.at[0].min, 10);
    assert_int_equal(b.at[0].max, 100);
    assert_int_equal(b.at[0].last, 25);
    assert_true(series_roll_sum(&b.at[0]) == 250);
    assert_int_equal(b.at[1].us, 3600 * TIME_S);
    assert_int_equal(b.at[2].us, 7200 * TIME_S);
    VEC_CLEAR(&b);
    rrd_rows_buckets(rows, 3, 60, SERIES_1D, &b);
    assert_int_equal(b.n, 1);
    assert_int_equal(b.at[0].count, 21);
    assert_true(series_roll_sum(&b.at[0]) == 250 + 300 + 10);
    VEC_RELEASE(&b);
}

/* ---- names ---- */

static void test_escapes(void **state UNUSED)
{
    static const char *const bad[] = {"", "%", "%4", "a%zz", "%00", "a%2"};
    char out[RRD_TEXT], wrote[8];

    for (unsigned c = 1; c < 256; c++) {
        for (unsigned small = 0; small < 2; small++) {
            snprintf(wrote, sizeof(wrote), small ? "a%%%02xb" : "a%%%02Xb", c);
            assert_true(rrd_name_unescape(str_of(wrote), out));
            assert_int_equal((unsigned char)out[1], c);
            assert_string_equal(out + 2, "b");
        }
        if (c != '%') {
            char plain[2] = {(char)c, '\0'};

            assert_true(rrd_name_unescape(str_of(plain), out));
            assert_string_equal(out, plain);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(rrd_name_unescape(str_of(bad[i]), out));
}

static void test_cut(void **state UNUSED)
{
    char service[RRD_TEXT], label[RRD_TEXT];

    assert_true(rrd_name_cut(STR("Disk%20C%3A___used.rrd"), 0, service, label));
    assert_string_equal(service, "Disk C:");
    assert_string_equal(label, "used");
    assert_false(rrd_name_cut(STR("Disk%20C%3A___used.rrd"), 1, service, label));
    assert_true(rrd_name_cut(STR("a___b____c.rrd"), 1, service, label));
    assert_string_equal(service, "a___b");
    assert_string_equal(label, "_c");
    assert_true(rrd_name_cut(STR("a___b____c.rrd"), 2, service, label));
    assert_string_equal(service, "a___b_");
    assert_false(rrd_name_cut(STR("a___b.rr"), 0, service, label));
    assert_false(rrd_name_cut(STR("___b.rrd"), 0, service, label));
    assert_false(rrd_name_cut(STR("a___.rrd"), 0, service, label));
}

/* Nagiosgraph of old: any of host, service and label may hold the separator. */
static void test_ways(void **state UNUSED)
{
    static const struct {
        const char *file, *ways[7];
    } cases[] = {
        {"web%201_Disk%20C%3A_used.rrd", {"web 1|Disk C:|used"}},
        {"a_b_c_d.rrd", {"a|b|c_d", "a|b_c|d", "a_b|c|d"}},
        {"a__b_c.rrd", {"a|_b|c", "a_|b|c"}}, /* no part is empty */
        {"_a_b.rrd", {NULL}},
        {"a_b.rrd", {NULL}},
        {"a_b_.rrd", {NULL}},
        {"a_b%zz_c.rrd", {NULL}},
        {"a_b_c", {NULL}},
        {".rrd", {NULL}},
    };
    char host[RRD_TEXT], service[RRD_TEXT], label[RRD_TEXT], got[3 * RRD_TEXT + 2];
    struct rrd_name_ways w;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t n = 0;

        rrd_name_ways_begin(&w, str_of(cases[i].file));
        for (; rrd_name_ways_next(&w, host, service, label); n++) {
            snprintf(got, sizeof(got), "%s|%s|%s", host, service, label);
            assert_non_null(cases[i].ways[n]);
            assert_string_equal(got, cases[i].ways[n]);
        }
        assert_null(cases[i].ways[n]);
    }
}

static void test_other_names(void **state UNUSED)
{
    char out[RRD_TEXT];

    assert_true(rrd_name_clean(STR("a b&c:d/e\\f_g-h"), out));
    assert_string_equal(out, "a_b_c_d_e_f_g-h");
    assert_true(rrd_name_hashes(STR("#S#var#BS#x#P##S"), out));
    assert_string_equal(out, "/var\\x#P##S");
    assert_false(rrd_name_hashes(STR_NULL, out));
}

/* ---- PNP4Nagios ---- */

static void test_pnp(void **state UNUSED)
{
    struct rrd_pnp p;
    struct err err = ERR_INIT;

    assert_int_equal(
        rrd_pnp_read(&p,
                     STR("<?xml "
                         "version=\"1.0\"?><NAGIOS><DATASOURCE><RRDFILE>/p/h/s_a.rrd</RRDFILE><DS>1</"
                         "DS><NAME>a_b</NAME>"
                         "<LABEL>a &lt;&amp;&gt; &#233;&#x20AC;&#128512; "
                         "</LABEL><UNIT>%%</UNIT></DATASOURCE><DATASOURCE><DS>2</DS><NAME>n</NAME>"
                         "<UNIT/></DATASOURCE><RRD><RC>0</RC></RRD><NAGIOS_AUTH_HOSTNAME><![CDATA[h "
                         "<1>]]></NAGIOS_AUTH_HOSTNAME>"
                         "<NAGIOS_SERVICEDESC>s_1</NAGIOS_SERVICEDESC></NAGIOS>"),
                     &err),
        0);
    assert_int_equal(p.source.n, 2);
    assert_string_equal(p.source.at[0].file, "s_a.rrd");
    assert_string_equal(p.source.at[0].label, "a <&> \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_string_equal(p.source.at[0].unit, "%");
    assert_string_equal(p.source.at[1].file, "");
    assert_string_equal(p.source.at[1].ds, "2");
    assert_string_equal(p.source.at[1].label, "n");
    assert_string_equal(p.host, "h <1>");
    assert_string_equal(p.service, "");
    assert_string_equal(p.file_service, "s_1");
    rrd_pnp_release(&p);
    assert_int_equal(rrd_pnp_read(&p, STR("<rrd></rrd>"), &err), E_FORMAT);
    rrd_pnp_release(&p);
    assert_int_equal(rrd_pnp_read(&p, STR("<NAGIOS><DATASOURCE>"), &err), E_FORMAT);
    rrd_pnp_release(&p);
}

/* ---- tables ---- */

static void assert_csv(const char *text, const char *want)
{
    struct csv_scan c;
    struct err err = ERR_INIT;
    struct buf all = BUF_INIT;
    int r = csv_scan_begin(&c, str_of(text), &err);

    while (r >= 0 && (r = csv_scan_next(&c, &err)) == 1)
        for (size_t i = 0; i < c.n; i++)
            buf_printf(&all, STR_FMT "%s", STR_ARG(csv_scan_field(&c, (int)i)), i + 1 < c.n ? "|" : "$");
    if (r < 0)
        buf_add_c(&all, err.text);
    buf_add_char(&all, '\0');
    assert_string_equal(all.data, want);
    buf_release(&all);
    csv_scan_release(&c);
}

static void test_csv(void **state UNUSED)
{
    struct csv_scan c;
    struct err err = ERR_INIT;

    assert_csv("a,b\n1,2\r\n\n\"x,\"\"y\"\"\nz\",\n,\"\"", "1|2$x,\"y\"\nz|$|$");
    assert_csv("\xef\xbb\xbf\"a\";b\n1,5;C:\\\n", "1,5|C:\\$");
    assert_csv("a\tb\n\\t\\n\\\\\\x\t\"q\"\n\\N\tNULL\n", "\t\n\\x|\"q\"$|NULL$");
    assert_csv("", "there is no line that names the columns");
    assert_csv("a,b\n1\n", "line 2: 1 fields, but the first line names 2 columns");
    assert_csv(
        "a,b\n1,2\n\"x\"y,2\n",
        "1|2$line 3: something stands behind the quote that ends a field; write quotes in fields twice");
    assert_csv("a,b\n1,\"2\n\n", "line 2: the quotes of a field do not end");
    assert_int_equal(csv_scan_begin(&c, STR("Host_Name,b,b\n"), &err), 0);
    assert_int_equal(csv_scan_column(&c, "host_name"), 0);
    assert_int_equal(csv_scan_column(&c, "b"), 1);
    assert_int_equal(csv_scan_column(&c, "c"), -1);
    csv_scan_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dump),        cmocka_unit_test(test_bad_dumps),
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_rows_without_means),
        cmocka_unit_test(test_buckets),     cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_ways),
        cmocka_unit_test(test_other_names), cmocka_unit_test(test_pnp),
        cmocka_unit_test(test_csv),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
