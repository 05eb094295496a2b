/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tlv.h"

#include "base/err.h"

size_t tlv_varint(unsigned char to[TLV_VARINT_MAX], uint64_t v)
{
    size_t n = 0;

    while (v >= 0x80) {
        to[n++] = (unsigned char)(v | 0x80);
        v >>= 7;
    }
    to[n++] = (unsigned char)v;
    return n;
}

void tlv_put_varint(struct buf *b, uint64_t v)
{
    unsigned char bytes[TLV_VARINT_MAX];

    buf_add(b, bytes, tlv_varint(bytes, v));
}

/* A key and the number behind it, in one piece: a state has forty of them. */
static void put_two(struct buf *b, unsigned tag, enum tlv_kind kind, uint64_t v)
{
    unsigned char bytes[2 * TLV_VARINT_MAX];
    size_t n;

    BUG_ON(tag < 1 || tag > 127);
    n = tlv_varint(bytes, (uint64_t)tag << 1 | kind);
    n += tlv_varint(bytes + n, v);
    buf_add(b, bytes, n);
}

void tlv_put_u64(struct buf *b, unsigned tag, uint64_t v)
{
    put_two(b, tag, TLV_NUMBER, v);
}

void tlv_put_i64(struct buf *b, unsigned tag, int64_t v)
{
    tlv_put_u64(b, tag, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void tlv_put_str(struct buf *b, unsigned tag, struct str s)
{
    put_two(b, tag, TLV_BYTES, s.n);
    buf_add_str(b, s);
}

int64_t tlv_i64(const struct tlv_field *f)
{
    return (int64_t)(f->u64 >> 1 ^ (0 - (f->u64 & 1)));
}

bool tlv_get_varint(struct str *rest, uint64_t *v)
{
    uint64_t out = 0;

    for (size_t i = 0; i < rest->n && i < 10; i++) {
        unsigned char c = (unsigned char)rest->p[i];

        if (i == 9 && c > 1)
            return false;
        out |= (uint64_t)(c & 0x7f) << (7 * i);
        if (c & 0x80)
            continue;
        if (i && !c)
            return false; /* an over-long form: one value, one coding */
        *v = out;
        *rest = str_make(rest->p + i + 1, rest->n - i - 1);
        return true;
    }
    return false;
}

int tlv_next(struct str *rest, struct tlv_field *f)
{
    uint64_t key, n;

    if (!rest->n)
        return 0;
    if (!tlv_get_varint(rest, &key) || key < 2 || key >> 1 > 127)
        return E_FORMAT;
    f->tag = (unsigned)(key >> 1);
    f->kind = (enum tlv_kind)(key & 1);
    f->u64 = 0;
    f->bytes = STR_NULL;
    if (!tlv_get_varint(rest, &n))
        return E_FORMAT;
    if (f->kind == TLV_NUMBER) {
        f->u64 = n;
        return 1;
    }
    if (n > rest->n)
        return E_FORMAT;
    f->bytes = str_make(rest->p, n);
    *rest = str_make(rest->p + n, rest->n - n);
    return 1;
}
