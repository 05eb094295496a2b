/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mail.h"

enum { WORD_BYTES = 42, LINE_BYTES = 57, PLAIN_SUBJECT = 60, PLAIN_LINE = 900 };

bool mail_is_address(struct str a)
{
    ptrdiff_t at = str_find_char(a, '@');

    for (size_t i = 0; i < a.n; i++) {
        unsigned char c = (unsigned char)a.p[i];

        if (c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == ',' || c == '"' || c == '\\' || c == '(' ||
            c == ')')
            return false;
    }
    return at > 0 && (size_t)at + 1 < a.n && a.n <= 254;
}

bool mail_next_address(struct str *rest, struct str *out)
{
    while (rest->p) {
        *out = str_trim(str_cut(rest, ','));
        if (out->n)
            return true;
    }
    return false;
}

static void add_base64(struct buf *b, struct str s)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t v = 0;

        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0);
        buf_add_char(b, digit[v >> 18]);
        buf_add_char(b, digit[v >> 12 & 63]);
        buf_add_char(b, i + 1 < s.n ? digit[v >> 6 & 63] : '=');
        buf_add_char(b, i + 2 < s.n ? digit[v & 63] : '=');
    }
}

static bool is_plain(struct str s, bool lines)
{
    size_t length = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c < ' ' && c != '\t' && !(lines && c == '\n')) || c >= 0x7f)
            return false;
        length = c == '\n' ? 0 : length + 1;
        if (length > PLAIN_LINE)
            return false;
    }
    return true;
}

static void add_subject(struct buf *b, struct str text)
{
    buf_add_c(b, "Subject: ");
    if (text.n <= PLAIN_SUBJECT && is_plain(text, false) && !str_contains(text, STR("=?"))) {
        buf_add_str(b, text);
        text.n = 0;
    }
    while (text.n) {
        size_t n = MIN(text.n, (size_t)WORD_BYTES);

        while (n > 1 && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
            n--; /* never cut a character */
        buf_add_c(b, "=?UTF-8?B?");
        add_base64(b, str_sub(text, 0, n));
        buf_add_c(b, "?=");
        text = str_sub(text, n, text.n);
        if (text.n)
            buf_add_c(b, "\r\n ");
    }
    buf_add_c(b, "\r\n");
}

static void add_date(struct buf *b, struct wall at)
{
    static const char *const day[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const month[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct time_civil c = time_utc(at);

    buf_printf(b, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", day[c.weekday], c.day,
               month[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static void add_recipients(struct buf *b, struct str to)
{
    const char *before = "To: ";
    struct str one;

    while (mail_next_address(&to, &one)) {
        buf_printf(b, "%s<" STR_FMT ">", before, STR_ARG(one));
        before = ",\r\n ";
    }
    buf_add_c(b, "\r\n");
}

static void add_plain_body(struct buf *b, struct str body)
{
    buf_add_c(b, "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
    while (body.n) {
        buf_add_str(b, str_cut(&body, '\n'));
        buf_add_c(b, "\r\n");
    }
}

static void add_coded_body(struct buf *b, struct str body)
{
    struct buf lines = BUF_INIT;

    buf_add_c(b, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for (size_t i = 0; i < body.n; i++) {
        if (body.p[i] == '\n')
            buf_add_char(&lines, '\r');
        buf_add_char(&lines, body.p[i]);
    }
    body = buf_str(&lines);
    for (size_t i = 0; i < body.n; i += LINE_BYTES) {
        add_base64(b, str_sub(body, i, LINE_BYTES));
        buf_add_c(b, "\r\n");
    }
    buf_release(&lines);
}

void mail_write(const struct mail *m, struct buf *out)
{
    add_date(out, m->date);
    buf_printf(out, "From: Vigie <" STR_FMT ">\r\n", STR_ARG(m->from));
    add_recipients(out, m->to);
    buf_printf(out, "Message-ID: <%016llx.%016llx@vigie>\r\n", (unsigned long long)m->id[0],
               (unsigned long long)m->id[1]);
    add_subject(out, m->subject);
    buf_add_c(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    if (is_plain(m->body, true))
        add_plain_body(out, m->body);
    else
        add_coded_body(out, m->body);
}
