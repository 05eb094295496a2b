/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/influx.h"

static bool is_special(char c)
{
    return c == ',' || c == '=' || c == ' ';
}

static void put_char(struct buf *b, char c, char next)
{
    if ((unsigned char)c < ' ' || c == 0x7f)
        c = ' ';
    if ((unsigned char)next < ' ' || next == 0x7f)
        next = ' '; /* that is what it becomes */
    if (is_special(c) || (c == '\\' && (is_special(next) || next == '\\')))
        buf_add_char(b, '\\');
    buf_add_char(b, c);
}

static struct str without_end(struct str s)
{
    while (s.n && s.p[s.n - 1] == '\\')
        s.n--;
    return s;
}

static void put_text(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        put_char(b, s.p[i], i + 1 < s.n ? s.p[i + 1] : 'x');
}

void influx_line(struct buf *b, struct str measurement, const struct influx_tag *tag, size_t n_tags,
                 struct str number, int64_t ms)
{
    put_text(b, measurement);
    for (size_t i = 0; i < n_tags; i++) {
        struct str value = without_end(tag[i].value);

        if (!value.n)
            continue;
        buf_add_char(b, ',');
        put_text(b, tag[i].name);
        buf_add_char(b, '=');
        put_text(b, value);
    }
    buf_add_c(b, " value=");
    buf_add_str(b, number);
    buf_add_char(b, ' ');
    buf_add_i64(b, ms);
    buf_add_char(b, '\n');
}
