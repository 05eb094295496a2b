/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/seek.h"

#include <string.h>

struct str str_of(const char *cstr)
{
    return (struct str){cstr, cstr ? strlen(cstr) : 0};
}

struct str str_make(const char *p, size_t n)
{
    return (struct str){p, n};
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_c(struct str a, const char *b)
{
    return str_eq(a, str_of(b));
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_ieq(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    }
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN(a.n, b.n);
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c)
        return c < 0 ? -1 : 1;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_make(s.p, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && (!suffix.n || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

bool str_contains(struct str s, struct str part)
{
    if (!part.n)
        return true;
    return s.n >= part.n && memmem(s.p, s.n, part.p, part.n);
}

bool str_icontains(struct str s, struct str part)
{
    return seek_text(s, part) >= 0;
}

ptrdiff_t str_find_char(struct str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

    return hit ? hit - s.p : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (from >= s.n)
        return str_make(s.p ? s.p + s.n : NULL, 0); /* its end, so that what was taken can be measured */
    return str_make(s.p + from, MIN(n, s.n - from));
}

struct str str_cut(struct str *rest, char sep)
{
    ptrdiff_t at = str_find_char(*rest, sep);
    struct str head = *rest;

    if (at < 0) {
        *rest = STR_NULL;
        return head;
    }
    head.n = (size_t)at;
    rest->p += at + 1;
    rest->n -= (size_t)at + 1;
    return head;
}

bool str_to_u64(struct str s, uint64_t *out)
{
    uint64_t v = 0;

    if (s.n && s.p[0] == '+')
        s = str_sub(s, 1, s.n);
    if (!s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool neg = s.n && s.p[0] == '-';
    uint64_t v;

    if (neg && s.n > 1 && s.p[1] == '+')
        return false;
    if (!str_to_u64(neg ? str_sub(s, 1, s.n) : s, &v))
        return false;
    if (v > (uint64_t)INT64_MAX + (neg ? 1 : 0))
        return false;
    *out = neg ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool str_copy(char *dst, size_t size, struct str s)
{
    size_t n = MIN(s.n, size - 1);

    BUG_ON(!size);
    if (n)
        memcpy(dst, s.p, n);
    dst[n] = '\0';
    return n == s.n;
}

char *str_dup(struct str s)
{
    return mem_strndup(s.p, s.n);
}

/* Length of the valid UTF-8 sequence at p (n bytes left), 0 if invalid. */
static size_t utf8_len(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    size_t len = c < 0x80                ? 1
                 : c >= 0xc2 && c < 0xe0 ? 2
                 : c >= 0xe0 && c < 0xf0 ? 3
                 : c >= 0xf0 && c < 0xf5 ? 4
                                         : 0;

    if (!len || len > n)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || (c == 0xf0 && p[1] < 0x90) ||
        (c == 0xf4 && p[1] > 0x8f))
        return 0;
    return len;
}

size_t str_utf8_len(struct str s)
{
    return s.n ? utf8_len((const unsigned char *)s.p, s.n) : 0;
}

bool str_is_utf8(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        uint64_t eight;
        size_t len;

        if (s.n - i >= sizeof(eight)) { /* mostly there is nothing but ASCII */
            memcpy(&eight, s.p + i, sizeof(eight));
            if (!(eight & 0x8080808080808080u)) {
                i += sizeof(eight);
                continue;
            }
        }
        len = utf8_len((const unsigned char *)s.p + i, s.n - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

struct str str_head(struct str s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

uint32_t str_take_utf8(struct str *rest)
{
    unsigned char lead = rest->n ? (unsigned char)rest->p[0] : 0;
    size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t c = lead < 0x80 ? lead : lead & (0x7fu >> n);

    BUG_ON(rest->n < n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)rest->p[i] & 0x3f);
    *rest = str_sub(*rest, n, rest->n);
    return c;
}

unsigned str_distance(struct str a, struct str b, unsigned max)
{
    unsigned row[3][66];

    if (a.n > 64 || b.n > 64)
        return max + 1;
    for (size_t j = 0; j <= b.n; j++)
        row[1][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *two = row[(i + 2) % 3], *one = row[i % 3], *cur = row[(i + 1) % 3];

        cur[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned d = one[j - 1] + (lower(a.p[i - 1]) != lower(b.p[j - 1]));

            d = MIN(d, one[j] + 1);
            d = MIN(d, cur[j - 1] + 1);
            if (i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) &&
                lower(a.p[i - 2]) == lower(b.p[j - 1]))
                d = MIN(d, two[j - 2] + 1);
            cur[j] = d;
        }
    }
    return MIN(row[(a.n + 1) % 3][b.n], max + 1);
}
