/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seek.h"

#include <string.h>

/*
 * Where a text may begin with part: by its first and its last byte, sixteen places at a time. Bit 0x20 is left out of them, which takes capitals for small letters, and a few
 * signs for others: what is found is compared. Beside SSE2 stands the same place by place.
 */
#ifdef __SSE2__
typedef char bytes16 __attribute__((vector_size(16)));

static unsigned places16(const char *at, struct str part)
{
    const char without = (char)~0x20;
    bytes16 begin, end, hit;

    memcpy(&begin, at, sizeof(begin));
    memcpy(&end, at + part.n - 1, sizeof(end));
    hit = (bytes16)(((begin & without) == (bytes16){0} + (char)(part.p[0] & without)) &
                    ((end & without) == (bytes16){0} + (char)(part.p[part.n - 1] & without)));
    return (unsigned)__builtin_ia32_pmovmskb128(hit);
}
#else
static unsigned places16(const char *at, struct str part)
{
    unsigned places = 0;

    for (unsigned i = 0; i < 16; i++)
        places |= (unsigned)!(((at[i] ^ part.p[0]) | (at[i + part.n - 1] ^ part.p[part.n - 1])) & ~0x20) << i;
    return places;
}
#endif

ptrdiff_t seek_text(struct str s, struct str part)
{
    size_t places = s.n >= part.n ? s.n - part.n + 1 : 0;

    if (!part.n)
        return 0;
    for (size_t i = 0; i < places; i += 16) {
        size_t from =
            i + 16 <= places ? i : places - 16; /* the last sixteen again, rather than beyond the end */

        if (places < 16) {
            for (; i < places; i++) {
                if (str_ieq(str_make(s.p + i, part.n), part))
                    return (ptrdiff_t)i;
            }
            return -1;
        }
        for (unsigned at = places16(s.p + from, part); at; at &= at - 1) {
            size_t k = from + (unsigned)__builtin_ctz(at);

            if (str_ieq(str_make(s.p + k, part.n), part))
                return (ptrdiff_t)k;
        }
    }
    return -1;
}
