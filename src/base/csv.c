/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

#include <string.h>

static bool is_formula(struct str s)
{
    size_t i = 0;

    while (i < s.n && (s.p[i] == ' ' || !s.p[i]))
        i++;
    return i < s.n && strchr(i && s.p[i - 1] == ' ' ? "=+-@" : "=+-@\t\r\n", s.p[i]);
}

void csv_cell(struct buf *out, struct str s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n && !quoted; i++)
        quoted = s.p[i] && strchr(",\"\r\n", s.p[i]);
    if (quoted)
        buf_add_char(out, '"');
    if (is_formula(s))
        buf_add_char(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_add_char(out, '"');
        if (s.p[i])
            buf_add_char(out, s.p[i]);
    }
    if (quoted)
        buf_add_char(out, '"');
}
