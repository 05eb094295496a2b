/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_whole.h"

#include "base/tlv.h"

#define PIECE (128u * 1024) /* written and synced at a time, by itself: no sync at the end has much to do */

int series_whole_begin(struct series_whole *w, const struct journal_io *io, const struct series_header *h,
                       size_t series)
{
    int r;

    *w = (struct series_whole){.begun = true};
    buf_init(&w->out);
    buf_init(&w->top);
    VEC_RESERVE(&w->place, series); /* it grows by no copy of all that there is */
    series_file_init(&w->file, h);
    r = series_file_create(&w->file, io);
    if (r < 0)
        w->begun = false;
    return r;
}

static int flush(struct series_whole *w, const struct journal_io *io)
{
    int r;

    if (!w->out.len)
        return 0;
    r = io->write(io->user, w->file.handle, w->file.size, w->out.data, w->out.len);
    if (r == 0)
        w->file.size += w->out.len;
    buf_clear(&w->out);
    return r;
}

void series_whole_put(struct series_whole *w, const struct series_key *k, bool again, struct str chunk,
                      size_t n)
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
}

bool series_whole_full(const struct series_whole *w)
{
    return w->out.len >= PIECE;
}

int series_whole_flush(struct series_whole *w, const struct journal_io *io)
{
    int r = flush(w, io);

    return r < 0 ? r : io->sync(io->user, w->file.handle);
}

/* Pages, as many as make a piece. */
static void put_pages(struct series_whole *w)
{
    struct buf page = BUF_INIT;

    if (!w->indexed) {
        tlv_put_varint(&w->top, w->file.size + w->out.len);
        tlv_put_varint(&w->top, (w->place.n + SERIES_PAGE - 1) / SERIES_PAGE);
    }
    while (w->indexed < w->place.n && w->out.len < PIECE) {
        const struct series_place *first = &w->place.at[w->indexed];

        buf_clear(&page);
        series_page_put(&page, first, MIN(SERIES_PAGE, w->place.n - w->indexed));
        tlv_put_varint(&w->top, first->oid - w->oid);
        tlv_put_varint(&w->top,
                       series_record_put(&w->out, w->file.h.nonce, SERIES_R_PAGE, buf_str(&page), STR_NULL));
        w->oid = first->oid;
        w->indexed += MIN(SERIES_PAGE, w->place.n - w->indexed);
    }
    buf_release(&page);
}

static void put_top(struct series_whole *w)
{
    w->end = (struct series_end){
        .series = (uint32_t)w->place.n, .samples = w->samples, .top = w->file.size + w->out.len};
    w->end.top_bytes =
        (uint32_t)series_record_put(&w->out, w->file.h.nonce, SERIES_R_TOP, buf_str(&w->top), STR_NULL);
    w->top_put = true;
}

/* What END vouches for is on the disk before it. */
int series_whole_end(struct series_whole *w, const struct journal_io *io)
{
    bool last = w->top_put && !w->out.len;
    int r;

    if (!w->top_put && !series_whole_full(w)) {
        if (w->indexed < w->place.n || !w->top.len)
            put_pages(w);
        else
            put_top(w);
        return 1;
    }
    if (last)
        series_end_put(&w->out, w->file.h.nonce, &w->end);
    r = series_whole_flush(w, io);
    if (r < 0 || !last)
        return r < 0 ? r : 1;
    w->file.synced = w->file.size;
    w->file.end = w->end;
    w->begun = false;
    return 0;
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
    buf_release(&w->top);
    VEC_RELEASE(&w->place);
}
