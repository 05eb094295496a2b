/* SPDX-License-Identifier: Apache-2.0 */
/* Mails, compared byte for byte; and values that try to break out of their header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "core/mail.h"

static const struct wall at = {1767268805 * TIME_S}; /* 2026-01-01 12:00:05 UTC, a Thursday */

static void write_one(const char *to, const char *subject, const char *body, struct buf *b)
{
    buf_clear(b);
    mail_write(&(struct mail){.from = STR("vigie@example.org"),
                              .to = str_of(to),
                              .subject = str_of(subject),
                              .body = str_of(body),
                              .date = at,
                              .id = {1, 255}},
               b);
}

#define HEAD(to)                                                                                             \
    "Date: Thu, 01 Jan 2026 12:00:05 +0000\r\nFrom: Vigie <vigie@example.org>\r\nTo: " to                    \
    "\r\nMessage-ID: <0000000000000001.00000000000000ff@vigie>\r\n"
#define MIDDLE "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
#define PLAIN  "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
#define CODED  "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"

static void test_whole_mails(void **state UNUSED)
{
    static const struct {
        const char *to, *subject, *body, *text;
    } cases[] = {
        {"a@b.c", "PROBLEM: h/s is CRITICAL", "one\ntwo\n",
         HEAD("<a@b.c>") "Subject: PROBLEM: h/s is CRITICAL\r\n" MIDDLE PLAIN "one\r\ntwo\r\n"},
        {"a@b.c, d@e.f ,", "x", ".\n..",
         HEAD("<a@b.c>,\r\n <d@e.f>") "Subject: x\r\n" MIDDLE PLAIN ".\r\n..\r\n"},
        {"a@b.c", "caf\xc3\xa9", "\xc3\xa9\n",
         HEAD("<a@b.c>") "Subject: =?UTF-8?B?Y2Fmw6k=?=\r\n" MIDDLE CODED "w6kNCg==\r\n"},
        {"a@b.c", "", "", HEAD("<a@b.c>") "Subject: \r\n" MIDDLE PLAIN},
        /* A line end in the subject cannot begin another header. */
        {"a@b.c", "x\r\nBcc: z@z.z", "y",
         HEAD("<a@b.c>") "Subject: =?UTF-8?B?eA0KQmNjOiB6QHoueg==?=\r\n" MIDDLE PLAIN "y\r\n"},
        {"a@b.c", "=?UTF-8?B?eA==?=", "y",
         HEAD("<a@b.c>") "Subject: =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=\r\n" MIDDLE PLAIN "y\r\n"},
    };
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        write_one(cases[i].to, cases[i].subject, cases[i].body, &b);
        assert_string_equal(b.data, cases[i].text);
    }
    buf_release(&b);
}

/* Whatever is in it: lines of at most 998 bytes, all ASCII, CR only before LF. */
static void test_every_server_takes_it(void **state UNUSED)
{
    struct buf b = BUF_INIT, long_text = BUF_INIT;
    size_t length = 0;

    for (int i = 0; i < 2000; i++)
        buf_add_c(&long_text, i % 7 ? "x" : "\xe2\x82\xac");
    write_one("a@b.c", long_text.data, long_text.data, &b);
    for (size_t i = 0; i < b.len; i++) {
        unsigned char c = (unsigned char)b.data[i];

        length = c == '\n' ? 0 : length + 1;
        assert_true(c < 0x80 && length <= 998);
        assert_true((c == '\n') == (i > 0 && b.data[i - 1] == '\r'));
    }
    buf_release(&b);
    buf_release(&long_text);
}

static void test_addresses(void **state UNUSED)
{
    static const char *const good[] = {"a@b", "first.last+tag@example.org", "root@localhost"};
    static const char *const bad[] = {"",        "a",          "@b",        "a@",      "a b@c",
                                      "a@b>",    "<a@b>",      "a@b\r\n",   "a@b,c@d", "\"a\"@b",
                                      "a@b\x7f", "a@\xc3\xa9", "a@b DATA\n"};

    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(mail_is_address(str_of(good[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(mail_is_address(str_of(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole_mails),
                                       cmocka_unit_test(test_every_server_takes_it),
                                       cmocka_unit_test(test_addresses)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
