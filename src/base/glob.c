/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

bool glob_is(struct str s)
{
    return str_find_char(s, '*') >= 0 || str_find_char(s, '?') >= 0;
}

static size_t one_character(struct str s, size_t at)
{
    size_t n = 1;

    while ((unsigned char)s.p[at] >= 0xc0 && n < 4 && at + n < s.n &&
           ((unsigned char)s.p[at + n] & 0xc0) == 0x80)
        n++;
    return n;
}

static bool is_escape(struct str pattern, size_t at)
{
    char next = at + 1 < pattern.n ? pattern.p[at + 1] : 0;

    return pattern.p[at] == '\\' && (next == '*' || next == '?' || next == '\\');
}

/* What does not fit is tried again behind the last star, which takes one character more. */
bool glob_matches(struct str pattern, struct str s)
{
    size_t p = 0, i = 0, star = SIZE_MAX, taken = 0;

    while (i < s.n || p < pattern.n) {
        bool escape = p < pattern.n && is_escape(pattern, p);
        char c = p < pattern.n ? pattern.p[p + escape] : 0;

        if (p < pattern.n && c == '*' && !escape) {
            star = ++p;
            taken = i;
        } else if (p < pattern.n && i < s.n && c == '?' && !escape) {
            i += one_character(s, i);
            p++;
        } else if (p < pattern.n && i < s.n && c == s.p[i]) {
            i++;
            p += 1u + escape;
        } else if (star != SIZE_MAX && taken < s.n) {
            taken += one_character(s, taken);
            i = taken;
            p = star;
        } else {
            return false;
        }
    }
    return true;
}
