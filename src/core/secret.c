/* SPDX-License-Identifier: Apache-2.0 */
#include "core/secret.h"

#include "core/macro.h"

#include <string.h>

#define SECRET_HEAD 24u

static uint64_t le(const unsigned char *p, size_t n)
{
    uint64_t v = 0;

    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

int secret_open(struct secret *s, const void *base, size_t len, struct err *err)
{
    const unsigned char *b = base;
    uint64_t total, n;

    memset(s, 0, sizeof(*s));
    if (len < SECRET_HEAD || memcmp(b, "VGSECR01", 8) != 0)
        return err_set(err, E_FORMAT, "this is no Vigie secret segment");
    n = le(b + 8, 4);
    total = le(b + 16, 8);
    if (total > len || n > (total - SECRET_HEAD) / 16)
        return err_set(err, E_FORMAT, "the secret segment is cut short");
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = le(b + SECRET_HEAD + 16 * i, 8), bytes = le(b + SECRET_HEAD + 16 * i + 8, 8);

        if (at > total || bytes > total - at)
            return err_set(err, E_FORMAT, "the secret segment is damaged");
    }
    s->base = b;
    s->len = (size_t)total;
    s->n = (uint32_t)n;
    return 0;
}

struct str secret_get(const struct secret *s, uint32_t slot)
{
    const unsigned char *row;

    if (slot >= s->n)
        return STR("");
    row = s->base + SECRET_HEAD + 16 * (size_t)slot;
    return str_make((const char *)s->base + le(row, 8), (size_t)le(row + 8, 8));
}

int secret_fill(const struct secret *s, struct str coded, struct buf *out)
{
    struct macro_part part;
    int r;

    while ((r = macro_next(&coded, &part)) > 0) {
        if (part.kind == MACRO_PART_MACRO)
            return E_FORMAT;
        buf_add_str(out, part.kind == MACRO_PART_SLOT ? secret_get(s, part.slot) : part.text);
    }
    return r;
}
