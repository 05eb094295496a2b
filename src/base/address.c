/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <string.h>

static bool parse_byte(struct str s, uint8_t *out)
{
    unsigned v = 0;

    if (!s.n || s.n > 3 || (s.n > 1 && s.p[0] == '0'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (unsigned)(s.p[i] - '0');
    }
    *out = (uint8_t)v;
    return v <= 255;
}

static bool parse_v4(struct str s, uint8_t out[4])
{
    size_t n = 0;

    for (struct str rest = s; rest.p && n <= 4; n++) {
        struct str part = str_cut(&rest, '.');

        if (n == 4 || !parse_byte(part, &out[n]))
            return false;
    }
    return n == 4;
}

static bool parse_group(struct str s, uint8_t out[2])
{
    unsigned v = 0;

    if (!s.n || s.n > 4)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        const char *digits = "0123456789abcdef", *at = NULL;
        char c = s.p[i] >= 'A' && s.p[i] <= 'F' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];

        at = c ? strchr(digits, c) : NULL;
        if (!at)
            return false;
        v = v << 4 | (unsigned)(at - digits);
    }
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
    return true;
}

/* Groups by colon; the last may be an IPv4 address. The number of bytes, or -1. */
static int parse_groups(struct str s, uint8_t out[16], bool v4)
{
    int n = 0;

    while (s.p && s.n) {
        struct str part = str_cut(&s, ':');

        if (n <= 12 && v4 && !s.p && parse_v4(part, out + n))
            return n + 4;
        if (n > 14 || !parse_group(part, out + n) || (s.p && !s.n))
            return -1;
        n += 2;
    }
    return n;
}

static bool parse_v6(struct str s, uint8_t out[16])
{
    uint8_t tail[16];
    int head, rest;
    size_t gap = 0;

    memset(out, 0, 16);
    while (gap + 1 < s.n && !(s.p[gap] == ':' && s.p[gap + 1] == ':'))
        gap++;
    if (gap + 1 >= s.n)
        return parse_groups(s, out, true) == 16;
    head = parse_groups(str_sub(s, 0, gap), out, false);
    rest = parse_groups(str_sub(s, gap + 2, s.n), tail, true);
    if (head < 0 || rest < 0 || head + rest > 14)
        return false;
    memcpy(out + 16 - rest, tail, (size_t)rest);
    return true;
}

bool address_parse(struct str text, struct address *out)
{
    *out = (struct address){.v6 = str_find_char(text, ':') >= 0};
    return out->v6 ? parse_v6(text, out->byte) : parse_v4(text, out->byte);
}

bool address_parse_at(struct str text, struct address *out, uint16_t *port)
{
    size_t colon = text.n;
    struct str host;
    uint64_t n;

    while (colon && text.p[colon - 1] != ':')
        colon--;
    if (!colon || !str_to_u64(str_sub(text, colon, text.n), &n) || n > 65535)
        return false;
    host = str_sub(text, 0, colon - 1);
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = str_sub(host, 1, host.n - 2);
    if (port)
        *port = (uint16_t)n;
    return address_parse(host, out);
}

static bool is_all(const struct address *a, uint8_t last)
{
    size_t n = a->v6 ? 16 : 4;

    for (size_t i = 0; i + 1 < n; i++)
        if (a->byte[i])
            return false;
    return a->byte[n - 1] == last;
}

bool address_is_any(const struct address *a)
{
    return is_all(a, 0);
}

bool address_is_loopback(const struct address *a)
{
    return a->v6 ? is_all(a, 1) : a->byte[0] == 127;
}

bool address_is_private(const struct address *a)
{
    static const struct {
        uint8_t net[2], mask[2];
    } nets[] = {{{10, 0}, {0xff, 0}},
                {{172, 16}, {0xff, 0xf0}},
                {{192, 168}, {0xff, 0xff}},
                {{169, 254}, {0xff, 0xff}},
                {{100, 64}, {0xff, 0xc0}}};
    const uint8_t *b = a->byte;

    if (address_is_loopback(a))
        return true;
    if (a->v6)
        return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
    for (size_t i = 0; i < ARRAY_LEN(nets); i++)
        if ((b[0] & nets[i].mask[0]) == nets[i].net[0] && (b[1] & nets[i].mask[1]) == nets[i].net[1])
            return true;
    return false;
}
