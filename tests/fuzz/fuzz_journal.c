/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's reader on damaged segments. The first byte says how the rest is taken: even, as the bytes of a segment file; odd, as batches to be written properly and then
 * damaged at places. Whatever comes: numbers only rise, records lie inside the file, the end is reached, and a segment that was not damaged reads back whole.
 * The same once more where the disk does not give some bytes: what is lost is said.
 */
#include "base/hash.h"
#include "db/journal_read.h"

#include <stdlib.h>
#include <string.h>

struct disk {
    struct buf file;
    uint64_t bad_from, bad_to; /* is not given */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int one_open(void *user UNUSED, const char *name UNUSED, enum journal_open_how how UNUSED)
{
    return 0;
}

static void one_close(void *user UNUSED, int handle UNUSED)
{
}

static int64_t one_size(void *user, int handle UNUSED)
{
    return (int64_t)((struct disk *)user)->file.len;
}

static int64_t one_read(void *user, int handle UNUSED, uint64_t at, void *to, size_t n)
{
    const struct disk *d = user;
    const struct buf *b = &d->file;
    size_t got = at < b->len ? MIN(n, b->len - (size_t)at) : 0;

    if (at < d->bad_to && at + got > d->bad_from)
        return E_IO;
    if (got)
        memcpy(to, b->data + at, got);
    return (int64_t)got;
}

static int one_list(void *user UNUSED, void (*each)(void *each_user, const char *name), void *each_user)
{
    each(each_user, "0000000000000001.vj");
    return 0;
}

/* Batches from the input: a byte of how many records, then for each kind and flags, a number to skip, a length. */
static unsigned build(struct buf *file, const uint8_t **data, size_t *size)
{
    struct segment_header h = {.version = SEGMENT_VERSION, .first_seq = 1, .nonce = 0x1234567890abcdef};
    uint64_t seq = 1, expect = 1;
    unsigned records = 0;

    segment_header_put(file, &h);
    while (*size > 4 && (*data)[0] && records < 2000) {
        unsigned n = (*data)[0] % 16;
        struct buf batch = BUF_INIT;

        for (++*data, --*size; n && *size >= 3; n--, *data += 3, *size -= 3) {
            const uint8_t *d = *data;
            struct segment_record r = {.kind = (uint16_t)(1 + d[0] % 15),
                                       .payload = str_make((const char *)d, MIN((size_t)d[2], *size))};

            r.flags = d[0] & 0x80 ? SEGMENT_CHECKPOINT : 0;
            seq += d[1] % 4 == 3 ? d[1] : 0;
            r.seq = r.flags ? 0 : seq++;
            segment_record_put(&batch, &r);
            records++;
        }
        expect = segment_seal(&batch, h.nonce, expect);
        buf_add_str(file, buf_str(&batch));
        buf_release(&batch);
    }
    return records;
}

/* Damage: place (3 bytes) and what to do there (1). */
static bool damage(struct buf *file, const uint8_t *data, size_t size)
{
    bool any = false;

    for (; size >= 5; data += 4, size -= 4) {
        size_t at = SEGMENT_BODY + ((size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) %
                                       (file->len - SEGMENT_BODY + 1);

        if (at >= file->len)
            continue;
        any = true;
        if (data[3] == 255)
            buf_truncate(file, at);
        else
            file->data[at] ^= (char)(data[3] | 1);
    }
    return any;
}

static unsigned read_all(const struct journal_io *io, const struct journal_list *l, size_t len, bool *whole)
{
    struct journal_reader rd;
    struct journal_record rec;
    uint64_t last = 0, at = 0;
    unsigned n = 0;

    journal_reader_init(&rd, io, l, 0, l->v.n);
    while (journal_reader_next_whole(&rd, &rec)) {
        if (rec.offset < at || rec.offset + rec.size > len ||
            rec.size != SEGMENT_RECORD_HEADER + rec.r.payload.n)
            abort();
        if (!(rec.r.flags & SEGMENT_CHECKPOINT) && rec.r.seq <= last)
            abort();
        if (!(rec.r.flags & SEGMENT_CHECKPOINT))
            last = rec.r.seq;
        at = rec.offset + rec.size;
        n++;
    }
    *whole = !rd.torn && !rd.damage.places;
    journal_reader_release(&rd);
    return n;
}

static void read_spoilt(const struct journal_io *io, struct disk *d, const struct journal_list *l,
                        uint32_t draw, unsigned had)
{
    bool whole;
    unsigned got;

    d->bad_from = SEGMENT_BODY + draw % (d->file.len + 1);
    d->bad_to = d->bad_from + 1 + draw % 10000;
    got = read_all(io, l, d->file.len, &whole);
    if (got < had && whole)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct disk d = {.file = BUF_INIT};
    struct journal_io io = {.user = &d,
                            .open = one_open,
                            .close = one_close,
                            .size = one_size,
                            .read = one_read,
                            .list = one_list};
    uint32_t draw = hash_crc32c(0, (const char *)data, size);
    struct journal_list l = {.v = {0}};
    struct err err = ERR_INIT;
    bool built = size && (data[0] & 1), damaged = true, whole;
    unsigned wrote = 0, got;

    if (!size)
        return 0;
    data++;
    size--;
    if (built) {
        wrote = build(&d.file, &data, &size);
        damaged = damage(&d.file, data, size);
    } else {
        buf_add(&d.file, data, size);
    }
    if (journal_list_read(&l, &io, &err) == 0) {
        got = read_all(&io, &l, d.file.len, &whole);
        if (!damaged && (got != wrote || !whole))
            abort();
        read_spoilt(&io, &d, &l, draw, damaged ? 0 : wrote);
    }
    journal_list_release(&l);
    buf_release(&d.file);
    return 0;
}
