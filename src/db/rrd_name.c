/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rrd_name.h"

#include <string.h>

static int digit(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    if (!at)
        return -1;
    return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

bool rrd_name_unescape(struct str s, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        int c = (unsigned char)s.p[i];

        if (c == '%') {
            int high = i + 2 < s.n ? digit(s.p[i + 1]) : -1, low = i + 2 < s.n ? digit(s.p[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = high << 4 | low;
            i += 2;
        }
        if (!c || n + 1 == RRD_TEXT)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return n > 0;
}

bool rrd_name_cut(struct str file, unsigned nth, char *service, char *label)
{
    if (!str_ends(file, STR(".rrd")))
        return false;
    file.n -= 4;
    for (size_t i = 1; i + 3 < file.n; i++)
        if (memcmp(file.p + i, "___", 3) == 0 && !nth--)
            return rrd_name_unescape(str_sub(file, 0, i), service) &&
                   rrd_name_unescape(str_sub(file, i + 3, SIZE_MAX), label);
    return false;
}

void rrd_name_ways_begin(struct rrd_name_ways *w, struct str file)
{
    bool is_one = str_ends(file, STR(".rrd"));

    *w = (struct rrd_name_ways){.name = is_one ? str_sub(file, 0, file.n - 4) : STR_NULL};
}

/* The next _ behind `from`; the end of the name: there is none. */
static size_t next_separator(struct str name, size_t from)
{
    size_t i = from + 1;

    while (i < name.n && name.p[i] != '_')
        i++;
    return MIN(i, name.n);
}

bool rrd_name_ways_next(struct rrd_name_ways *w, char *host, char *service, char *label)
{
    for (;;) {
        w->second = w->first ? next_separator(w->name, w->second) : w->name.n;
        if (w->second == w->name.n) { /* this host has no more */
            w->first = next_separator(w->name, w->first);
            w->second = next_separator(w->name, w->first);
        }
        if (w->first >= w->name.n)
            return false;
        if (w->second < w->name.n && rrd_name_unescape(str_sub(w->name, 0, w->first), host) &&
            rrd_name_unescape(str_sub(w->name, w->first + 1, w->second - w->first - 1), service) &&
            rrd_name_unescape(str_sub(w->name, w->second + 1, SIZE_MAX), label))
            return true;
    }
}

bool rrd_name_clean(struct str s, char *out)
{
    if (str_find_char(s, '\0') >= 0 || !str_copy(out, RRD_TEXT, s))
        return false;
    for (char *c = out; *c; c++)
        if (strchr("& :/\\", *c))
            *c = '_';
    return true;
}

bool rrd_name_hashes(struct str s, char *out)
{
    size_t n = 0;

    while (s.n) {
        size_t took = str_starts(s, STR("#S#")) ? 3 : str_starts(s, STR("#BS#")) ? 4 : 1;

        if (n + 1 == RRD_TEXT || !s.p[0])
            return false;
        out[n++] = took == 3 ? '/' : took == 4 ? '\\' : s.p[0];
        s = str_sub(s, took, SIZE_MAX);
    }
    out[n] = '\0';
    return n > 0;
}
