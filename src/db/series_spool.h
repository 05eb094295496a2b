/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A file of measurements that are to be imported (db/series_import.h), as 'vigie import' leaves it in the folder db/import for the store.
 *
 *   magic "VGIMPT01"
 *   records as in db/series_record.h, with nonce 0:
 *     WHOLE  class (1), length of what a measurement stands for in us (varint), length of the unit as written and the unit, key, chunk (db/series_chunk.h, its times relative to 0)
 *     END    how many WHOLE there are (8)
 *
 * A chunk has at most SERIES_SPOOL_CHUNK measurements, so that each record is put in within some milliseconds. Beside NAME.vsi appears NAME.done when all of it is in the store, on disk: a line
 * "NUMBER TAKEN HAD OLD AHEAD" for each record, or "E TEXT" if the file cannot be read or taken. Then NAME.vsi is gone.
 */
#include "db/series_chunk.h"
#include "db/series_record.h"

#define SERIES_SPOOL_MAGIC    "VGIMPT01"
#define SERIES_SPOOL_CHUNK    4096u
#define SERIES_SPOOL_UNIT_MAX 32u
#define SERIES_SPOOL_FILE_MAX (64u * 1024 * 1024)
#define SERIES_SPOOL_FOLDER   "db/import"
#define SERIES_SPOOL_FILE     ".vsi"
#define SERIES_SPOOL_DONE     ".done"

struct series_spool_item {
    enum series_class class;
    int64_t step_us;
    struct str unit; /* as written; empty: its class says it */
    struct series_key key;
    struct str chunk;
};

void series_spool_begin(struct buf *b);
/* Appends all samples (buckets, if class is not SERIES_RAW), in as many records as it takes; returns how many. */
size_t series_spool_put_samples(struct buf *b, struct series_chunk_room *room,
                                const struct series_spool_item *what, const struct series_samples *v);
size_t series_spool_put_buckets(struct buf *b, struct series_chunk_room *room,
                                const struct series_spool_item *what, const struct series_buckets *v);
void series_spool_end(struct buf *b, uint64_t records);

/* Is it a whole one? *rest is where series_spool_next begins. E_FORMAT: it is none, or damaged. Looks at every record. */
int series_spool_open(struct str bytes, struct str *rest);
/* 1: the next record, borrowed from the bytes; 0: the end. */
int series_spool_next(struct str *rest, struct series_spool_item *item);
