/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_whole.h"

#include "base/tlv.h"

#define PIECE (256u * 1024)

int series_whole_begin(struct series_whole *w, const struct journal_io *io, const struct series_header *h)
{
    int r;

    *w = (struct series_whole){.begun = true};
    buf_init(&w->out);
    series_file_init(&w->file, h);
    r = series_file_create(&w->file, io);
    if (r < 0)
        w->begun = false;
    return r;
}

static int flush(struct series_whole *w, const struct journal_io *io, size_t above)
{
    int r;

    if (w->out.len <= above)
        return 0;
    r = io->write(io->user, w->file.handle, w->file.size, w->out.data, w->out.len);
    if (r == 0)
        w->file.size += w->out.len;
    buf_clear(&w->out);
    return r;
}

int series_whole_put(struct series_whole *w, const struct journal_io *io, const struct series_key *k,
                     bool again, struct str chunk, size_t n)
{
    struct buf key = BUF_INIT;
    size_t bytes, at = w->file.size + w->out.len;

    series_key_put(&key, k);
    bytes = series_record_put(&w->out, w->file.h.nonce, SERIES_R_WHOLE, buf_str(&key), chunk);
    buf_release(&key);
    w->samples += n;
    if (again)
        VEC_LAST(&w->place).bytes += bytes;
    else
        *VEC_ADD(&w->place) =
            (struct series_place){.oid = k->oid, .at = at, .bytes = bytes, .hash = series_key_hash(k)};
    return flush(w, io, PIECE);
}

/* The pages, and TOP. */
static void put_index(struct series_whole *w, struct series_end *end)
{
    struct buf page = BUF_INIT, top = BUF_INIT;
    uint64_t oid = 0;

    tlv_put_varint(&top, w->file.size + w->out.len);
    tlv_put_varint(&top, (w->place.n + SERIES_PAGE - 1) / SERIES_PAGE);
    for (size_t i = 0; i < w->place.n; i += SERIES_PAGE) {
        buf_clear(&page);
        series_page_put(&page, &w->place.at[i], MIN(SERIES_PAGE, w->place.n - i));
        tlv_put_varint(&top, w->place.at[i].oid - oid);
        tlv_put_varint(&top,
                       series_record_put(&w->out, w->file.h.nonce, SERIES_R_PAGE, buf_str(&page), STR_NULL));
        oid = w->place.at[i].oid;
    }
    end->top = w->file.size + w->out.len;
    end->top_bytes =
        (uint32_t)series_record_put(&w->out, w->file.h.nonce, SERIES_R_TOP, buf_str(&top), STR_NULL);
    buf_release(&page);
    buf_release(&top);
}

int series_whole_end(struct series_whole *w, const struct journal_io *io)
{
    struct series_end end = {.series = (uint32_t)w->place.n, .samples = w->samples};
    int r;

    put_index(w, &end);
    r = flush(w, io, 0);
    /* What END vouches for is on the disk before it. */
    if (r == 0)
        r = io->sync(io->user, w->file.handle);
    series_end_put(&w->out, w->file.h.nonce, &end);
    if (r == 0)
        r = flush(w, io, 0);
    if (r == 0)
        r = io->sync(io->user, w->file.handle);
    w->file.synced = w->file.size;
    w->file.end = end;
    w->begun = r != 0;
    return r;
}

void series_whole_drop(struct series_whole *w, const struct journal_io *io)
{
    if (!w->begun)
        return;
    series_file_release(&w->file, io);
    io->unlink(io->user, w->file.name);
    w->begun = false;
}

void series_whole_release(struct series_whole *w)
{
    buf_release(&w->out);
    VEC_RELEASE(&w->place);
}
