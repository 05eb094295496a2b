/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

/* Never written: every writer reserves first, and a buffer with cap 0 is only read. */
char buf_empty[1] = "";

void buf_init(struct buf *b)
{
    *b = (struct buf)BUF_INIT;
}

void buf_release(struct buf *b)
{
    if (b->cap)
        mem_free(b->data);
    buf_init(b);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->cap)
        b->data[0] = '\0';
}

char *buf_take(struct buf *b, size_t *len)
{
    char *p;

    buf_reserve(b, 0);
    p = b->data;
    if (len)
        *len = b->len;
    buf_init(b);
    return p;
}

void buf_reserve(struct buf *b, size_t more)
{
    size_t need, cap;

    if (__builtin_add_overflow(b->len + 1, more, &need))
        BUG("buffer size overflow");
    if (b->cap && need <= b->cap)
        return;
    cap = MAX(b->cap * 2, (size_t)64);
    cap = MAX(cap, need);
    b->data = mem_realloc(b->cap ? b->data : NULL, cap);
    b->data[b->len] = '\0';
    b->cap = cap;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!n)
        return;
    if (b->cap - b->len <= n) /* cap is 0, or there is room for the end at least */
        buf_reserve(b, n);
    memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_add_c(struct buf *b, const char *cstr)
{
    buf_add(b, cstr, strlen(cstr));
}

void buf_add_char(struct buf *b, char c)
{
    if (b->cap - b->len <= 1)
        buf_reserve(b, 1);
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

void buf_add_u64(struct buf *b, uint64_t v)
{
    char tmp[20];
    size_t i = sizeof(tmp);

    do {
        tmp[--i] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    buf_add(b, tmp + i, sizeof(tmp) - i);
}

void buf_add_i64(struct buf *b, int64_t v)
{
    if (v < 0)
        buf_add_char(b, '-');
    buf_add_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    va_copy(again, ap);
    buf_reserve(b, 128);
    n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
    BUG_ON(n < 0);
    if ((size_t)n >= b->cap - b->len) {
        buf_reserve(b, (size_t)n);
        n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
    }
    va_end(again);
    b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_vprintf(b, fmt, ap);
    va_end(ap);
}

void buf_truncate(struct buf *b, size_t len)
{
    BUG_ON(len > b->len);
    if (len == b->len)
        return;
    b->len = len;
    b->data[len] = '\0';
}

void buf_drop_front(struct buf *b, size_t n)
{
    BUG_ON(n > b->len);
    if (!n)
        return;
    memmove(b->data, b->data + n, b->len - n + 1);
    b->len -= n;
}

struct str buf_str(const struct buf *b)
{
    return str_make(b->data, b->len);
}

static void add_le(struct buf *b, uint64_t v, unsigned bytes)
{
    unsigned char tmp[8];

    for (unsigned i = 0; i < bytes; i++)
        tmp[i] = (unsigned char)(v >> (8 * i));
    buf_add(b, tmp, bytes);
}

void buf_add_le16(struct buf *b, uint16_t v)
{
    add_le(b, v, 2);
}

void buf_add_le32(struct buf *b, uint32_t v)
{
    add_le(b, v, 4);
}

void buf_add_le64(struct buf *b, uint64_t v)
{
    add_le(b, v, 8);
}

void buf_add_code_point(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(b, (char)c);
    } else if (c < 0x800) {
        buf_add_char(b, (char)(0xc0 | c >> 6));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_add_char(b, (char)(0xe0 | c >> 12));
        buf_add_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_add_char(b, (char)(0xf0 | c >> 18));
        buf_add_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_char(b, (char)(0x80 | (c & 0x3f)));
    }
}

bool buf_add_utf8(struct buf *b, struct str s)
{
    if (str_is_utf8(s)) {
        buf_add_str(b, s);
        return false;
    }
    while (s.n) {
        size_t n = str_utf8_len(s);

        if (n)
            buf_add(b, s.p, n);
        else
            buf_add_code_point(b, (unsigned char)s.p[0]);
        s = str_sub(s, n ? n : 1, s.n);
    }
    return true;
}
