/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One file of the series store on a disk (db/journal_io.h). The bytes are described in db/series_record.h. Writes logs, reads logs and whole files; who decides when which is
 * made is db/series.h. A file is opened when it is needed and may be closed at any time.
 *
 * Damage: what cannot be read is passed over, counted and lost; the reader goes on at the next place where a record is whole. A log may end in anything (a crash): what stands behind its
 * last whole record is cut off when it is opened for writing.
 */
#include "db/journal_io.h"
#include "db/series_chunk.h"
#include "db/series_record.h"

/* What a log knows of a series, by its index in the store. */
struct series_seat {
    uint32_t number; /* in this log, plus 1; 0: it has none */
    uint32_t tail;   /* place of its last chunk; 0: none */
};

struct series_file {
    struct series_header h;
    char name[SERIES_NAME];
    int handle;         /* -1: closed */
    uint64_t size;      /* with what is pending */
    uint64_t synced;    /* bytes that survive a crash */
    uint64_t owed;      /* log: so many of them the commit under way waits for */
    struct buf pending; /* log: its end, not yet written */
    VEC(struct series_seat) seat;
    uint32_t numbers, chunks; /* log: series with a number; chunks in it */
    struct series_end end;    /* whole */
    struct buf top;           /* whole: read when it is first needed */
    int code;                 /* a read that failed: 0, or E_*. What was read is then not all there is */
    uint64_t used;            /* when it was last read, by the store's own count */
};

struct series_scan {
    const struct journal_io *io;
    struct series_file *file;
    struct buf window;
    uint64_t from;    /* where the window begins */
    size_t at;        /* in the window */
    uint64_t whole;   /* end of the last whole record */
    uint64_t lost;    /* bytes passed over before a whole record */
    unsigned places;  /* where that was */
    uint64_t skipped; /* bytes passed over since the last whole record */
};

/* What was read of one series. samples or buckets, by the class; the other is NULL. */
struct series_found {
    struct series_chunk_room *room;
    struct series_samples *samples;
    struct series_buckets *buckets;
    unsigned damaged; /* chunks that could not be read */
};

void series_file_init(struct series_file *f, const struct series_header *h);
void series_file_close(struct series_file *f, const struct journal_io *io);
void series_file_release(struct series_file *f, const struct journal_io *io);

/* Makes the file with its header, its name durable. */
int series_file_create(struct series_file *f, const struct journal_io *io);
/* Opens what is there and reads its header; of a whole one its end too. E_FORMAT: nothing in it can be used (a whole one without END); E_INVAL: a newer version, or another site. */
int series_file_open(struct series_file *f, const struct journal_io *io, uint32_t site, struct err *err);

int series_file_reach(struct series_file *f, const struct journal_io *io); /* opens it, if it is closed */

/* From the first record on. 1: a record and its place; 0: the end. */
void series_scan_init(struct series_scan *s, struct series_file *f, const struct journal_io *io);
int series_scan_next(struct series_scan *s, struct series_record *r, uint64_t *at);
void series_scan_release(struct series_scan *s);

/* Puts records at the end of a log (in memory: pending). Series id must have a seat: series_file_seat makes it. */
struct series_seat *series_file_seat(struct series_file *f, size_t id);
/* E_LIMIT: the log is full (places have 32 bits). */
int series_file_append(struct series_file *f, size_t id, const struct series_key *k, struct str chunk);
int series_file_write(struct series_file *f, const struct journal_io *io); /* pending to the disk */
int series_file_sync(struct series_file *f, const struct journal_io *io);
int series_file_truncate(struct series_file *f, const struct journal_io *io, uint64_t size);

/* Adds all chunks of a series, those that were written first first. Damage is no error, but counted in found; a disk that cannot be read is one, with what could be read in found. */
int series_file_get(struct series_file *f, const struct journal_io *io, size_t id, const struct series_key *k,
                    struct series_found *found);
/* Every place of the index of a whole file or a part that is open; E_FORMAT: the index is damaged, perhaps in the middle. And whose records stand at one; the key is borrowed from b. */
int series_file_places(struct series_file *f, const struct journal_io *io,
                       bool (*each)(void *user, const struct series_place *p), void *user);
int series_file_key(struct series_file *f, const struct journal_io *io, uint64_t at, struct buf *b,
                    struct series_key *k);
/* The keys with that oid in a whole file or a part; one with several chunks may come several times. */
int series_file_keys(struct series_file *f, const struct journal_io *io, uint64_t oid,
                     void (*each)(void *user, const struct series_key *k), void *user);
