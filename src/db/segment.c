/* SPDX-License-Identifier: Apache-2.0 */
#include "db/segment.h"

#include "base/hash.h"

#include <string.h>

static uint32_t le32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static uint64_t le64(const char *p)
{
    return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

static uint16_t le16(const char *p)
{
    return (uint16_t)((unsigned char)p[0] | (unsigned char)p[1] << 8);
}

static void set_le16(char *p, uint16_t v)
{
    p[0] = (char)v;
    p[1] = (char)(v >> 8);
}

static void set_le32(char *p, uint32_t v)
{
    set_le16(p, (uint16_t)v);
    set_le16(p + 2, (uint16_t)(v >> 16));
}

static void set_le64(char *p, uint64_t v)
{
    set_le32(p, (uint32_t)v);
    set_le32(p + 4, (uint32_t)(v >> 32));
}

static void pad(struct buf *b, size_t to)
{
    static const char zeros[256];

    while (b->len < to)
        buf_add(b, zeros, MIN(to - b->len, sizeof(zeros)));
}

static void put_copy(struct buf *b, const struct segment_header *h)
{
    size_t from = b->len, n = strlen(h->snapshot);

    buf_add(b, SEGMENT_MAGIC, 8);
    buf_add_le32(b, h->version);
    buf_add_le32(b, h->site);
    buf_add_le64(b, h->first_seq);
    buf_add_le64(b, (uint64_t)h->created.us);
    buf_add_le64(b, h->nonce);
    buf_add(b, h->snapshot, n);
    pad(b, from + SEGMENT_HEADER_USED - 4);
    buf_add_le32(b, hash_crc32c(0, b->data + from, SEGMENT_HEADER_USED - 4));
    pad(b, from + SEGMENT_HEADER);
}

void segment_header_put(struct buf *b, const struct segment_header *h)
{
    put_copy(b, h);
    put_copy(b, h);
}

static bool hex_or_empty(const char *p)
{
    for (size_t i = 0; i < SEGMENT_HASH; i++)
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
            return i == 0 && p[0] == 0;
    return true;
}

static int get_copy(struct str s, struct segment_header *h, struct err *err)
{
    uint32_t version;

    if (s.n < SEGMENT_HEADER_USED)
        return err_set(err, E_FORMAT, "the header is cut off");
    if (memcmp(s.p, SEGMENT_MAGIC, 8) != 0)
        return err_set(err, E_FORMAT, "this is no journal segment");
    version = le32(s.p + 8);
    if (hash_crc32c(0, s.p, SEGMENT_HEADER_USED - 4) != le32(s.p + SEGMENT_HEADER_USED - 4))
        return err_set(err, E_FORMAT, "the header is damaged");
    if (version > SEGMENT_VERSION)
        return err_set(
            err, E_INVAL,
            "it was written by a newer Vigie (format %u, this one reads up to %u): start that version again, "
            "or restore a backup made by this one; nothing was changed",
            version, SEGMENT_VERSION);
    if (!hex_or_empty(s.p + 40))
        return err_set(err, E_FORMAT, "the header is damaged");
    *h = (struct segment_header){.version = version,
                                 .site = le32(s.p + 12),
                                 .first_seq = le64(s.p + 16),
                                 .created = {(int64_t)le64(s.p + 24)},
                                 .nonce = le64(s.p + 32)};
    memcpy(h->snapshot, s.p + 40, SEGMENT_HASH);
    return 0;
}

int segment_header_get(struct str bytes, struct segment_header *h, struct err *err)
{
    struct err second = ERR_INIT;
    int r;

    if (get_copy(bytes, h, err) == 0)
        return 0;
    r = get_copy(str_sub(bytes, SEGMENT_HEADER, SEGMENT_HEADER), h, &second);
    if (err && (r == 0 || r == E_INVAL))
        *err = second; /* a whole copy knows better than a damaged one */
    return r == 0 || err == NULL ? r : err->code;
}

void segment_record_put(struct buf *b, const struct segment_record *r)
{
    char head[SEGMENT_RECORD_HEADER];

    BUG_ON(r->payload.n > SEGMENT_PAYLOAD_MAX || r->kind == 0);
    set_le32(head, (uint32_t)r->payload.n);
    set_le32(head + 4, 0);
    set_le64(head + 8, r->seq);
    set_le16(head + 16, r->kind);
    set_le16(head + 18, r->flags);
    set_le64(head + 20, (uint64_t)r->at.us);
    buf_reserve(b, sizeof(head) + r->payload.n);
    buf_add(b, head, sizeof(head));
    buf_add_str(b, r->payload);
}

static uint32_t checksum(const char *p, size_t payload, uint64_t nonce)
{
    char seed[12];

    set_le64(seed, nonce);
    memcpy(seed + 8, p, 4);
    return hash_crc32c(hash_crc32c(0, seed, sizeof(seed)), p + 8, SEGMENT_RECORD_HEADER - 8 + payload);
}

uint64_t segment_seal(struct buf *b, uint64_t nonce, uint64_t expect)
{
    for (size_t at = 0; at < b->len;) {
        char *p = b->data + at;
        size_t n = le32(p);
        uint16_t flags = le16(p + 18) & SEGMENT_CHECKPOINT;

        BUG_ON(at + SEGMENT_RECORD_HEADER + n > b->len);
        if (flags & SEGMENT_CHECKPOINT) {
            set_le64(p + 8, expect - 1);
        } else {
            uint64_t seq = le64(p + 8);

            BUG_ON(seq < expect);
            if (seq > expect)
                flags |= SEGMENT_GAP;
            expect = seq + 1;
        }
        if (at == 0)
            flags |= SEGMENT_BATCH;
        at += SEGMENT_RECORD_HEADER + n;
        if (at == b->len)
            flags |= SEGMENT_END;
        set_le16(p + 18, flags);
        set_le32(p + 4, checksum(p, n, nonce));
    }
    return expect;
}

int segment_record_peek(struct str bytes, struct segment_record *r, size_t *size)
{
    size_t n;

    if (!bytes.n)
        return 0;
    if (bytes.n < SEGMENT_RECORD_HEADER)
        return E_AGAIN;
    n = le32(bytes.p);
    r->kind = le16(bytes.p + 16);
    if (n > SEGMENT_PAYLOAD_MAX || r->kind == 0)
        return E_FORMAT;
    r->seq = le64(bytes.p + 8);
    r->flags = le16(bytes.p + 18);
    r->at.us = (int64_t)le64(bytes.p + 20);
    if (bytes.n < SEGMENT_RECORD_HEADER + n)
        return E_AGAIN;
    r->payload = str_make(bytes.p + SEGMENT_RECORD_HEADER, n);
    *size = SEGMENT_RECORD_HEADER + n;
    return 1;
}

int segment_record_get(struct str bytes, uint64_t nonce, struct segment_record *r, size_t *size)
{
    int got = segment_record_peek(bytes, r, size);

    if (got == 1 && checksum(bytes.p, r->payload.n, nonce) != le32(bytes.p + 4))
        return E_FORMAT;
    return got;
}

bool segment_in_order(const struct segment_record *r, uint64_t expect)
{
    if (r->flags & SEGMENT_CHECKPOINT)
        return r->seq + 1 == expect;
    return r->seq == expect || (r->seq > expect && (r->flags & SEGMENT_GAP));
}

uint64_t segment_next(const struct segment_record *r, uint64_t expect)
{
    return r->flags & SEGMENT_CHECKPOINT ? expect : r->seq + 1;
}
