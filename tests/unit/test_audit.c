/* SPDX-License-Identifier: Apache-2.0 */
/* The audit record: what was acknowledged is there after any crash, every changed bit is found, and so is a cut end when somebody remembers the head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/audit.h"
#include "db/audit_ask.h"
#include "memdisk.h"

#define KEEP (400 * TIME_DAY)

static const struct wall noon = {1767268800 * TIME_S};

struct bench {
    struct memdisk disk;
    struct journal_io io;
    struct audit a;
    struct wall now;
};

static void open_it(struct bench *b)
{
    struct err err = ERR_INIT;

    assert_int_equal(audit_open(&b->a, &b->io, KEEP, b->now, &err), 0);
}

static void begin(struct bench *b, uint64_t seed)
{
    memdisk_init(&b->disk, seed);
    memdisk_io(&b->io, &b->disk);
    b->now = noon;
    open_it(b);
}

static void end(struct bench *b)
{
    audit_release(&b->a);
    memdisk_release(&b->disk);
}

static uint64_t ask(struct bench *b, const char *who, const char *path, const char *object)
{
    struct str name = str_of(object);

    return audit_add(&b->a, b->now,
                     &(struct audit_entry){.kind = AUDIT_ASKED,
                                           .who = str_of(who),
                                           .by = STR("session"),
                                           .role = STR("admin"),
                                           .from = STR("127.0.0.1"),
                                           .method = STR("POST"),
                                           .route = STR("/api/v1/x/{id}"),
                                           .path = str_of(path),
                                           .object = &name,
                                           .n_object = 1,
                                           .body = STR("{\"who\":\"nobody\",\"text\":\"\\u003c\"}")});
}

static void done(struct bench *b, uint64_t of, uint64_t status)
{
    audit_add(&b->a, b->now, &(struct audit_entry){.kind = AUDIT_DONE, .of = of, .status = status});
}

static struct audit_found look(struct bench *b, const struct audit_head *heads, size_t n)
{
    struct audit_found f;
    struct err err = ERR_INIT;

    assert_int_equal(audit_verify(&b->io, heads, n, &f, &err), 0);
    return f;
}

static void test_chain(void **state UNUSED)
{
    struct bench b;
    struct audit_found f;
    struct audit_head head = {0};

    begin(&b, 1);
    assert_int_equal(ask(&b, "anna", "/api/v1/x/1", "web;http"),
                     2); /* a file begins with an entry of its own */
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    done(&b, 2, 200);
    assert_true(audit_waits(&b.a));
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    assert_int_equal(f.first, 1);
    assert_int_equal(f.last, 3);
    head.n = f.last;
    memcpy(head.hash, f.hash, sizeof(head.hash));
    audit_release(&b.a);
    open_it(&b); /* goes on where it was */
    ask(&b, "bob", "/api/v1/x/2", "db");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    f = look(&b, &head, 1);
    assert_string_equal(f.wrong, "");
    assert_int_equal(f.last, 4);
    assert_int_equal(f.heads, 1);
    head.hash[0] = head.hash[0] == '0' ? '1' : '0';
    f = look(&b, &head, 1);
    assert_non_null(strstr(f.wrong, "entry 3"));
    head.n = 9;
    f = look(&b, &head, 1);
    assert_non_null(strstr(f.wrong, "cut off"));
    end(&b);
}

/* Any bit of any byte, but the end of the last line, that nobody can tell from a crash without a head. */
static void test_every_bit(void **state UNUSED)
{
    struct bench b;
    struct audit_head head;
    struct audit_found f;
    struct memfile *m;

    begin(&b, 2);
    for (unsigned i = 0; i < 4; i++) {
        ask(&b, "anna", "/api/v1/x/1", "web");
        assert_int_equal(audit_commit(&b.a, b.now), 0);
    }
    f = look(&b, NULL, 0);
    head.n = f.last;
    memcpy(head.hash, f.hash, sizeof(head.hash));
    m = memdisk_file(&b.disk, "0000000000000001.audit");
    assert_non_null(m);
    for (size_t i = 0; i < m->size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            m->live[i] ^= (unsigned char)(1u << bit);
            f = look(&b, &head, 1);
            if (!f.wrong[0])
                fail_msg("bit %u of byte %zu was changed, and nobody saw it", bit, i);
            f = look(&b, NULL, 0);
            if (i + 1 < m->size && !f.wrong[0])
                fail_msg("bit %u of byte %zu was changed, and without a head nobody saw it", bit, i);
            m->live[i] ^= (unsigned char)(1u << bit);
        }
    }
    f = look(&b, &head, 1);
    assert_string_equal(f.wrong, "");
    end(&b);
}

/* A line that is taken out, or that changes places with another. */
static void test_lines(void **state UNUSED)
{
    struct bench b;
    struct audit_found f;
    struct memfile *m;
    char *first, *second, *third;

    begin(&b, 3);
    for (unsigned i = 0; i < 4; i++)
        ask(&b, "anna", "/api/v1/x/1", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    m = memdisk_file(&b.disk, "0000000000000001.audit");
    first = (char *)m->live;
    second = (char *)memchr(first, '\n', m->size) + 1;
    third = (char *)memchr(second, '\n', m->size - (size_t)(second - first)) + 1;
    m->size -= (size_t)(third - second);
    memmove(second, third, m->size - (size_t)(second - first));
    f = look(&b, NULL, 0);
    assert_non_null(
        strstr(f.wrong, "0000000000000001.audit, line 2: entry 2 was expected, and 3 stands there"));
    end(&b);
}

static void test_torn(void **state UNUSED)
{
    struct bench b;
    struct audit_found f;
    struct memfile *m;

    begin(&b, 4);
    ask(&b, "anna", "/api/v1/x/1", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    ask(&b, "anna", "/api/v1/x/1", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    audit_release(&b.a);
    m = memdisk_file(&b.disk, "0000000000000001.audit");
    m->size -= 10;
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    assert_true(f.torn > 0);
    open_it(&b);
    assert_true(b.a.torn > 0);
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    assert_int_equal(f.torn, 0);
    assert_int_equal(f.last, 3); /* the entry that says so */
    assert_non_null(
        strstr((char *)memdisk_file(&b.disk, "0000000000000001.audit")->live, "\"kind\":\"mended\""));
    end(&b);
}

/* What was changed is not gone on with: it stays as it is. */
static void test_changed(void **state UNUSED)
{
    struct bench b;
    struct memfile *m;
    size_t size;

    begin(&b, 5);
    ask(&b, "anna", "/api/v1/x/1", "web");
    ask(&b, "bob", "/api/v1/x/1", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    audit_release(&b.a);
    m = memdisk_file(&b.disk, "0000000000000001.audit");
    *strstr((char *)m->live, "anna") = 'A';
    size = m->size;
    open_it(&b);
    assert_non_null(strstr(b.a.wrong, "0000000000000001.audit, line 2"));
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    assert_int_equal(m->size, size);
    assert_non_null(memdisk_file(&b.disk, "0000000000000004.audit"));
    assert_non_null(strstr(look(&b, NULL, 0).wrong, "0000000000000001.audit, line 2"));
    end(&b);
}

/* ---- crashes ---- */

/* Entries and acknowledgements until the n-th call to the disk fails, with the power or without; then a start. */
static void crash_at(uint64_t seed, unsigned call, bool dead, int code)
{
    struct bench b;
    struct audit_head acked = {0};
    struct audit_found f;

    begin(&b, seed);
    b.disk.fail_at = call;
    b.disk.dead = dead;
    b.disk.fail_code = code;
    for (unsigned i = 0; i < 12; i++) {
        uint64_t n = ask(&b, "anna", "/api/v1/x/1", "web");

        ask(&b, "bob", "/api/v1/a/rather/long/address/so/that/an/entry/is/more/than/a/page/of/a/disk", "db");
        if (audit_commit(&b.a, b.now) == 0) {
            assert_true(b.a.disk.n > n);
            acked.n = b.a.disk.n;
            memcpy(acked.hash, b.a.disk.hash, sizeof(acked.hash));
            done(&b, n, 200);
        }
    }
    audit_release(&b.a);
    memdisk_crash(&b.disk);
    b.disk.dead = false;
    open_it(&b);
    assert_string_equal(b.a.wrong, "");
    assert_true(b.a.disk.n >= acked.n);
    ask(&b, "eve", "/api/v1/x/9", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    f = look(&b, &acked, acked.n ? 1 : 0);
    if (f.wrong[0])
        fail_msg("seed %llu, call %u: %s", (unsigned long long)seed, call, f.wrong);
    assert_int_equal(f.heads, acked.n ? 1 : 0);
    end(&b);
}

static void test_crashes(void **state UNUSED)
{
    for (uint64_t seed = 1; seed <= 12; seed++) {
        for (unsigned call = 1; call < 48; call++) {
            crash_at(seed, call, true, E_IO);
            crash_at(seed, call, false, E_IO);
            crash_at(seed, call, false, E_NOSPC);
        }
    }
}

/* A full disk: entries go into the reserve, then they are refused, and the ends of what was done wait. */
static void test_full(void **state UNUSED)
{
    struct bench b;
    uint64_t first, n = 0;
    struct audit_found f;

    begin(&b, 6);
    first = ask(&b, "anna", "/api/v1/x/1", "web");
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    b.disk.capacity = b.a.allocated + 1;
    while (audit_commit(&b.a, b.now) == 0) {
        ask(&b, "anna", "/api/v1/x/1", "web");
        n++;
        assert_true(n < 20000);
    }
    assert_true(n > AUDIT_RESERVE / 1024);
    assert_true(b.a.low);
    assert_non_null(strstr(b.a.why, "full"));
    done(&b, first, 200);
    assert_int_not_equal(audit_commit(&b.a, b.now), 0);
    b.disk.capacity = 0;
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    assert_string_equal(b.a.why, "");
    assert_false(audit_waits(&b.a));
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    end(&b);
}

/* ---- files ---- */

static void test_files(void **state UNUSED)
{
    struct bench b;
    struct audit_found f;
    struct audit_files files = {.v = {0}};
    struct err err = ERR_INIT;

    begin(&b, 7);
    for (unsigned month = 0; month < 4; month++) {
        ask(&b, "anna", "/api/v1/x/1", "web");
        assert_int_equal(audit_commit(&b.a, b.now), 0);
        b.now.us += 31 * TIME_DAY;
        ask(&b, "anna", "/api/v1/x/1", "web");
        assert_int_equal(audit_commit(&b.a, b.now), 0);
    }
    assert_int_equal(audit_files_read(&files, &b.io, &err), 0);
    assert_true(files.v.n >= 4);
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    b.now.us += KEEP;
    audit_trim(&b.a, b.now);
    assert_null(memdisk_file(&b.disk, files.v.at[0].name));
    assert_null(memdisk_file(&b.disk, files.v.at[1].name));
    f = look(&b, NULL, 0);
    assert_string_equal(f.wrong, "");
    assert_true(f.cut);
    assert_int_equal(f.first, files.v.at[2].first);
    /* one more, which no entry says */
    b.io.unlink(b.io.user, files.v.at[2].name);
    f = look(&b, NULL, 0);
    assert_non_null(strstr(f.wrong, "no entry says that those before it were removed"));
    audit_files_release(&files);
    end(&b);
}

/* ---- looking ---- */

static void piece(void *user, struct str part)
{
    buf_add_str(user, part);
}

static bool never(void *user UNUSED)
{
    return false;
}

static const char *asked(struct bench *b, struct buf *out, const char *one, const char *two)
{
    struct str arg[2] = {str_of(one), str_of(two)};
    struct audit_ask q = {
        .io = &b->io, .arg = arg, .n = two ? 2 : 1, .piece = piece, .overdue = never, .user = out};
    struct err err = ERR_INIT;

    buf_clear(out);
    assert_int_equal(audit_ask(&q, &err), 0);
    return out->data;
}

static unsigned count(const char *text, const char *part)
{
    unsigned n = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        n++;
    return n;
}

static void test_ask(void **state UNUSED)
{
    struct buf out = BUF_INIT;
    struct bench b;
    const char *text;

    begin(&b, 8);
    done(&b, ask(&b, "anna", "/api/v1/x/1", "web;http"), 200);
    done(&b, ask(&b, "bob", "/api/v1/x/2", "db"), 422);
    ask(&b, "anna \"<\xc3\xa9>\"", "/api/v1/y", "=1+1");
    audit_add(&b.a, b.now,
              &(struct audit_entry){.kind = AUDIT_REFUSED, .from = STR("10.0.0.1"), .status = 401});
    assert_int_equal(audit_commit(&b.a, b.now), 0);
    text = asked(&b, &out, "limit=100", NULL);
    assert_non_null(strstr(text, "200 application/json\n{\"entries\":[{\"n\":5,"));
    assert_int_equal(count(text, "\"n\":"), 4);
    assert_int_equal(count(text, "\"outcome\":\"done\""), 1);
    assert_int_equal(count(text, "\"outcome\":\"refused\""), 2);
    assert_int_equal(count(text, "\"outcome\":\"unknown\""), 1);
    assert_non_null(strstr(text, "\"next\":null"));
    text = asked(&b, &out, "limit=2", NULL);
    assert_int_equal(count(text, "\"n\":"), 2);
    assert_non_null(strstr(text, "\"next\":\"4\""));
    text = asked(&b, &out, "limit=2", "cursor=4");
    assert_int_equal(count(text, "\"n\":"), 2);
    assert_int_equal(count(text, "\"outcome\":\"done\""), 1);
    assert_int_equal(count(asked(&b, &out, "who=anna", NULL), "\"n\":"), 1);
    assert_int_equal(count(asked(&b, &out, "who=anna*", NULL), "\"n\":"), 2);
    assert_int_equal(count(asked(&b, &out, "who=anna \"<\xc3\xa9>\"", NULL), "\"n\":"), 1);
    assert_int_equal(count(asked(&b, &out, "who=nobody", NULL), "\"n\":"), 0); /* that is of a body */
    assert_int_equal(count(asked(&b, &out, "object=web;*", NULL), "\"n\":"), 1);
    assert_int_equal(count(asked(&b, &out, "what=/x/", NULL), "\"n\":"), 2);
    assert_int_equal(count(asked(&b, &out, "what=REFUSED", NULL), "\"n\":"), 1);
    assert_int_equal(count(asked(&b, &out, "outcome=refused", NULL), "\"n\":"), 2);
    assert_int_equal(count(asked(&b, &out, "text=10.0.0.1", NULL), "\"n\":"), 1);
    text = asked(&b, &out, "format=csv", NULL);
    assert_non_null(strstr(text, "200 text/csv; charset=utf-8\nn,at,kind,who"));
    assert_non_null(strstr(text, ",'=1+1,")); /* no formula */
    assert_non_null(strstr(text, ",\"anna \"\"<\xc3\xa9>\"\"\","));
    buf_release(&out);
    end(&b);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain), cmocka_unit_test(test_every_bit), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_torn),  cmocka_unit_test(test_changed),   cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_full),  cmocka_unit_test(test_files),     cmocka_unit_test(test_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
