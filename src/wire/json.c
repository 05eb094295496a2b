/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

#include <string.h>

void json_init(struct json *j, struct buf *out)
{
    *j = (struct json){.out = out};
}

/* The comma where one is due, else NUL. What follows has one due before it. */
static char comma(struct json *j)
{
    bool due = j->comma[j->depth - 1];

    j->comma[j->depth - 1] = true;
    return due ? ',' : '\0';
}

/* Before every value: a comma where one is due. */
static void value(struct json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth && comma(j))
        buf_add_char(j->out, ',');
}

static void open_level(struct json *j, char c)
{
    value(j);
    BUG_ON(j->depth == JSON_DEPTH_MAX);
    j->comma[j->depth++] = false;
    buf_add_char(j->out, c);
}

static void close_level(struct json *j, char c)
{
    BUG_ON(!j->depth || j->after_key);
    j->depth--;
    buf_add_char(j->out, c);
}

void json_map(struct json *j)
{
    open_level(j, '{');
}

void json_map_end(struct json *j)
{
    close_level(j, '}');
}

void json_list(struct json *j)
{
    open_level(j, '[');
}

void json_list_end(struct json *j)
{
    close_level(j, ']');
}

static void escape(struct buf *b, unsigned char c)
{
    static const char digit[] = "0123456789abcdef";

    switch (c) {
    case '"': buf_add_c(b, "\\\""); return;
    case '\\': buf_add_c(b, "\\\\"); return;
    case '\n': buf_add_c(b, "\\n"); return;
    case '\r': buf_add_c(b, "\\r"); return;
    case '\t': buf_add_c(b, "\\t"); return;
    default:
        buf_add_c(b, "\\u00");
        buf_add_char(b, digit[c >> 4]);
        buf_add_char(b, digit[c & 15]);
    }
}

/* By byte: 1 is never written as it is; 2 begins a character of several bytes, of which two are not. All others stand for themselves. */
static const unsigned char kind[256] = {
    [0 ... 0x1f] = 1, ['"'] = 1, ['\\'] = 1, ['<'] = 1, [0x7f] = 1, [0x80 ... 0xff] = 2};

static size_t plain(struct str s)
{
    size_t i = 0;

    while (i < s.n && !kind[(unsigned char)s.p[i]])
        i++;
    return i;
}

static void text(struct buf *b, struct str s)
{
    size_t from = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool separator = c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80 &&
                         ((unsigned char)s.p[i + 2] & 0xfe) == 0xa8;

        if (kind[c] != 1 && !separator)
            continue;
        buf_add(b, s.p + from, i - from);
        if (separator) {
            buf_add_c(b, (unsigned char)s.p[i + 2] == 0xa8 ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            escape(b, c);
        }
        from = i + 1;
    }
    buf_add(b, s.p + from, s.n - from);
}

/* Between quotes, with at most one sign in front and one behind (NUL: none): what is plain, as mostly, in one go. */
static void quoted(struct buf *b, struct str s, char before, char behind)
{
    struct buf fixed = BUF_INIT;
    bool is_plain = plain(s) == s.n;

    buf_reserve(b, s.n + 4);
    if (before)
        b->data[b->len++] = before;
    b->data[b->len++] = '"';
    if (is_plain) {
        memcpy(b->data + b->len, s.n ? s.p : "", s.n);
        b->len += s.n;
    } else if (str_is_utf8(s)) {
        text(b, s);
    } else {
        buf_add_utf8(&fixed, s);
        text(b, buf_str(&fixed));
        buf_release(&fixed);
    }
    buf_reserve(b, 2);
    b->data[b->len++] = '"';
    if (behind)
        b->data[b->len++] = behind;
    b->data[b->len] = '\0';
}

void json_key(struct json *j, const char *key)
{
    BUG_ON(j->after_key || !j->depth);
    quoted(j->out, str_of(key), comma(j), ':');
    j->after_key = true;
}

void json_str(struct json *j, struct str s)
{
    value(j);
    quoted(j->out, s, '\0', '\0');
}

void json_c(struct json *j, const char *s)
{
    if (s)
        json_str(j, str_of(s));
    else
        json_none(j);
}

void json_i64(struct json *j, int64_t v)
{
    value(j);
    buf_add_i64(j->out, v);
}

void json_u64(struct json *j, uint64_t v)
{
    value(j);
    buf_add_u64(j->out, v);
}

void json_id(struct json *j, uint64_t v)
{
    value(j);
    buf_add_char(j->out, '"');
    buf_add_u64(j->out, v);
    buf_add_char(j->out, '"');
}

void json_bool(struct json *j, bool v)
{
    value(j);
    buf_add_c(j->out, v ? "true" : "false");
}

void json_none(struct json *j)
{
    value(j);
    buf_add_c(j->out, "null");
}

void json_time(struct json *j, struct wall t)
{
    char s[TIME_RFC3339];

    if (!t.us) {
        json_none(j);
        return;
    }
    time_rfc3339(t, s);
    json_c(j, s);
}

void json_milli(struct json *j, int64_t thousandths)
{
    uint64_t v = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
    unsigned rest = (unsigned)(v % 1000);

    value(j);
    if (thousandths < 0)
        buf_add_char(j->out, '-');
    buf_add_u64(j->out, v / 1000);
    if (!rest)
        return;
    buf_add_char(j->out, '.');
    for (unsigned unit = 100; unit; unit /= 10)
        buf_add_char(j->out, (char)('0' + rest / unit % 10));
    while (j->out->data[j->out->len - 1] == '0')
        buf_truncate(j->out, j->out->len - 1);
}

void json_raw(struct json *j, struct str raw)
{
    value(j);
    buf_add_str(j->out, raw);
}

void json_key_str(struct json *j, const char *key, struct str s)
{
    json_key(j, key);
    json_str(j, s);
}

void json_key_c(struct json *j, const char *key, const char *s)
{
    json_key(j, key);
    json_c(j, s);
}

void json_key_i64(struct json *j, const char *key, int64_t v)
{
    json_key(j, key);
    json_i64(j, v);
}

void json_key_u64(struct json *j, const char *key, uint64_t v)
{
    json_key(j, key);
    json_u64(j, v);
}

void json_key_id(struct json *j, const char *key, uint64_t v)
{
    json_key(j, key);
    json_id(j, v);
}

void json_key_bool(struct json *j, const char *key, bool v)
{
    json_key(j, key);
    json_bool(j, v);
}

void json_key_time(struct json *j, const char *key, struct wall t)
{
    json_key(j, key);
    json_time(j, t);
}
