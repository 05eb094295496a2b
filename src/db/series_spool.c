/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_spool.h"

#include "base/tlv.h"

#include <string.h>

void series_spool_begin(struct buf *b)
{
    buf_add_c(b, SERIES_SPOOL_MAGIC);
}

static void put(struct buf *b, const struct series_spool_item *what, struct str chunk)
{
    struct buf head = BUF_INIT;

    buf_add_char(&head, (char)what->class);
    tlv_put_varint(&head, (uint64_t)what->step_us);
    tlv_put_varint(&head, what->unit.n);
    buf_add_str(&head, what->unit);
    series_key_put(&head, &what->key);
    series_record_put(b, 0, SERIES_R_WHOLE, buf_str(&head), chunk);
    buf_release(&head);
}

size_t series_spool_put_samples(struct buf *b, struct series_chunk_room *room,
                                const struct series_spool_item *what, const struct series_samples *v)
{
    struct buf chunk = BUF_INIT;
    size_t records = 0;

    for (size_t done = 0; done < v->n; records++) {
        buf_clear(&chunk);
        done += series_chunk_put(room, &chunk, v->at + done, MIN(v->n - done, (size_t)SERIES_SPOOL_CHUNK), 0);
        put(b, what, buf_str(&chunk));
    }
    buf_release(&chunk);
    return records;
}

size_t series_spool_put_buckets(struct buf *b, struct series_chunk_room *room,
                                const struct series_spool_item *what, const struct series_buckets *v)
{
    struct buf chunk = BUF_INIT;
    size_t records = 0;

    for (size_t done = 0; done < v->n; records++) {
        buf_clear(&chunk);
        done += series_chunk_put_buckets(room, &chunk, v->at + done,
                                         MIN(v->n - done, (size_t)SERIES_SPOOL_CHUNK), 0);
        put(b, what, buf_str(&chunk));
    }
    buf_release(&chunk);
    return records;
}

void series_spool_end(struct buf *b, uint64_t records)
{
    struct buf n = BUF_INIT;

    buf_add_le64(&n, records);
    series_record_put(b, 0, SERIES_R_END, buf_str(&n), STR_NULL);
    buf_release(&n);
}

static bool item_get(struct str body, struct series_spool_item *item)
{
    uint64_t step, n;

    if (!body.n || (unsigned char)body.p[0] >= SERIES_CLASSES)
        return false;
    item->class = (enum series_class)body.p[0];
    body = str_sub(body, 1, SIZE_MAX);
    if (!tlv_get_varint(&body, &step) || step > INT64_MAX / 2 || !tlv_get_varint(&body, &n) ||
        n > SERIES_SPOOL_UNIT_MAX || n > body.n)
        return false;
    item->step_us = (int64_t)step;
    item->unit = str_sub(body, 0, n);
    body = str_sub(body, n, SIZE_MAX);
    if (!series_key_get(&body, &item->key) || !item->key.oid || item->key.label.n > SERIES_LABEL_MAX)
        return false;
    item->chunk = body;
    return true;
}

/* 1: a record; 0: the END, with its number; E_FORMAT. */
static int next(struct str *rest, struct series_spool_item *item, uint64_t *records)
{
    struct series_record r;
    size_t size;

    if (series_record_get(*rest, 0, &r, &size) != 1)
        return E_FORMAT;
    *rest = str_sub(*rest, size, SIZE_MAX);
    if (r.kind == SERIES_R_END && r.body.n == 8 && !rest->n) {
        *records = 0;
        for (size_t i = 8; i-- > 0;)
            *records = *records << 8 | (unsigned char)r.body.p[i];
        return 0;
    }
    return r.kind == SERIES_R_WHOLE && item_get(r.body, item) ? 1 : E_FORMAT;
}

int series_spool_open(struct str bytes, struct str *rest)
{
    struct series_spool_item item;
    uint64_t n = 0, records;
    int r;

    if (!str_starts(bytes, STR(SERIES_SPOOL_MAGIC)))
        return E_FORMAT;
    bytes = str_sub(bytes, strlen(SERIES_SPOOL_MAGIC), SIZE_MAX);
    *rest = bytes;
    while ((r = next(&bytes, &item, &records)) == 1)
        n++;
    return r == 0 && n == records ? 0 : E_FORMAT;
}

int series_spool_next(struct str *rest, struct series_spool_item *item)
{
    uint64_t records;
    int r = next(rest, item, &records);

    return MAX(r, 0);
}
