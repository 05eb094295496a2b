/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/press.h"

#include <snappy-c.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way to say: the largest window, with a head of gzip */

void press_snappy(struct str s, struct buf *out)
{
    size_t room = snappy_max_compressed_length(s.n);

    buf_reserve(out, room);
    BUG_ON(snappy_compress(s.p ? s.p : "", s.n, out->data + out->len, &room) != SNAPPY_OK);
    out->len += room;
}

void press_gzip(struct str s, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p, .avail_in = (uInt)s.n};
    size_t room;

    BUG_ON(deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK);
    room = deflateBound(&z, s.n);
    buf_reserve(out, room);
    z.next_out = (Bytef *)out->data + out->len;
    z.avail_out = (uInt)room;
    BUG_ON(deflate(&z, Z_FINISH) != Z_STREAM_END); /* the bound holds */
    out->len += z.total_out;
    deflateEnd(&z);
}
