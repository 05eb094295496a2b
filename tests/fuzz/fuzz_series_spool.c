/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is to be imported: as it is, and, so that checksums do not keep all out, its bytes as the key, unit and chunk of a record that is written and read. */
#include "db/series_spool.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct str bytes, size_t want)
{
    struct series_chunk_room room;
    struct series_samples s = {.n = 0};
    struct series_buckets b = {.n = 0};
    struct series_spool_item item;
    struct str rest;
    size_t n = 0;

    series_chunk_room_init(&room);
    if (series_spool_open(bytes, &rest) == 0) {
        for (; series_spool_next(&rest, &item) == 1; n++)
            if (item.class == SERIES_RAW)
                series_chunk_get(&room, item.chunk, 0, &s);
            else
                series_chunk_get_buckets(&room, item.chunk, 0, &b);
    }
    if (want && n != want)
        abort();
    VEC_RELEASE(&s);
    VEC_RELEASE(&b);
    series_chunk_room_release(&room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = str_make((const char *)data, size);
    struct series_spool_item item = {.step_us = 1};
    struct series_samples s = {.n = 0};
    struct series_chunk_room room;
    struct buf b = BUF_INIT;
    size_t records;

    read_all(all, 0);
    if (size < 2)
        return 0;
    item.key = (struct series_key){
        .oid = 1u + data[0], .unit = data[1], .label = str_sub(all, 0, MIN(size, (size_t)SERIES_LABEL_MAX))};
    item.unit = str_sub(all, 1, SERIES_SPOOL_UNIT_MAX);
    for (size_t i = 0; i < size; i++)
        *VEC_ADD(&s) = (struct series_sample){
            .us = (int64_t)i * 1000000, .mantissa = data[i], .exponent = (int8_t)data[i]};
    series_chunk_room_init(&room);
    series_spool_begin(&b);
    records = series_spool_put_samples(&b, &room, &item, &s);
    series_spool_end(&b, records);
    read_all(buf_str(&b), records);
    VEC_RELEASE(&s);
    buf_release(&b);
    series_chunk_room_release(&room);
    return 0;
}
