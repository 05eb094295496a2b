/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The series store (db/series.h) for who only reads it, in a process of its own, while the writer appends, merges and removes. Shows all that the newest head says is committed (and what of the
 * logs is newer); a look whether there is a newer one costs two failing calls. Writes nothing, whatever it finds.
 *
 * Order of reading: the head first, then the names in the folder, then the files. What the writer moves meanwhile (an open chunk into a log, logs into a whole file) it moves to where is looked
 * later; when the names changed while files were opened, they are listed again. A file that is gone when it is to be read (SERIES_READ_AGAIN) is no error: refresh and ask again.
 *
 * Which series there are: those of the head and of the logs are known from their beginning; those of whole files by their index, of which only what is new is read. Of the buckets the class of a
 * day tells of all that is rolled up.
 */
#include "db/series.h"

struct series_log_read {
    char name[SERIES_NAME];
    uint64_t whole;   /* read up to here */
    VEC(uint32_t) id; /* by number in the log */
};

struct series_reader {
    struct series s; /* what db/series.h reads with works on it: series_read, series_read_buckets */
    struct journal_io below;
    bool any; /* a head was read */
    bool
        suspect; /* something did not read: all is read anew, when the head is SERIES_READ_ANEW further than the last time */
    uint32_t anew;
    VEC(struct series_log_read) log;
    struct map known, seen; /* mix of oid and hash: keys; names of whole files whose keys are known */
    size_t n_known;
    uint32_t *by_oid; /* indexes in s.active, by oid and label */
    size_t n_by_oid;
};

#define SERIES_READ_AGAIN E_NOENT
#define SERIES_READ_ANEW  10u

/* Nothing is read yet. io stays the caller's; of it only open, close, size, read and list are used. */
void series_read_init(struct series_reader *r, const struct journal_io *io);
void series_read_release(struct series_reader *r);
/* Reads what is new: 1; 0: nothing is; E_NOENT: the store has committed nothing yet; E_INVAL: of a newer version; other E_*: the disk. force: also when no newer head is there. */
int series_read_refresh(struct series_reader *r, bool force, struct err *err);
/* Makes known which series there are in [from, to). E_*: not all could be read. */
int series_read_catalogue(struct series_reader *r, int64_t from_us, int64_t to_us);
/* The series of an object: series_key_at(&r->s, id[0 .. n)), by label and unit. Borrowed until the next call. */
size_t series_read_object(struct series_reader *r, uint64_t oid, const uint32_t **id);
/* series_read and series_read_buckets, with a refresh where files have gone. */
int series_read_samples(struct series_reader *r, const struct series_key *k, int64_t from_us, int64_t to_us,
                        struct series_samples *out);
int series_read_class(struct series_reader *r, const struct series_key *k, enum series_class class,
                      int64_t from_us, int64_t to_us, struct series_buckets *out);
/* The begin of the oldest partition from which the class can be answered; INT64_MAX: there is none. */
int64_t series_read_oldest(const struct series_reader *r, enum series_class class);
/* The newest measurement of a series. 1; 0: there is none; E_*. */
int series_read_last(struct series_reader *r, const struct series_key *k, struct series_sample *out);
