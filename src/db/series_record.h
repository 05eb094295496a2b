/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The bytes of the files of the series store. Knows nothing of files: bytes in, structs out. All integers are little-endian, varints those of base/tlv.h.
 *
 * Every file begins with a header of SERIES_HEADER bytes, and goes on with records:
 *
 *   offset  bytes  what
 *        0      8  magic "VGSERS01"
 *        8      4  version of the format: 1. A reader refuses a higher one
 *       12      1  class: 0 samples, 1 buckets of 5 min, 2 of 1 h, 3 of 1 d
 *       13      1  form: 0 log, 1 part, 2 whole, 3 head
 *       14      2  zero
 *       16      8  begin of the partition, wall clock us (head: the number in the journal up to which all is in the store)
 *       24      4  generation
 *       28      4  site
 *       32      8  nonce: random, begins every checksum of this file
 *       40      4  zero
 *       44      4  crc32c of the 44 bytes before
 *
 *   record  4      crc32c over the nonce (8 bytes) and everything behind this field
 *           v      length of the body << 3 | kind (varint)
 *           n      body
 *
 * A *log* is appended to. A series has a number in it, which is said once, before its first chunk:
 *   NAME   number, key
 *   CHUNK  number, how many bytes before this record the one before of the same series begins (0: there is none), chunk (db/series_chunk.h)
 * One series is read backwards along these distances; when one leads to something that is damaged, the log is read from its begin.
 *
 * A *whole* file is what became of all files of the partition with a lower generation; a *part* has the same form and stands beside them (the buckets of one day). Both are never changed, and
 * count only with their END:
 *   WHOLE  key, chunk. In the order of oid, hash, unit, label; those of one series behind one another, in the order of time
 *   PAGE   up to SERIES_PAGE series: place of the first one's records, how many; of each: oid (less that of the one before), hash (4 bytes), bytes of its records
 *   TOP    place of the first page, how many; of each: oid of its first series (less that of the page before), bytes of its record
 *   END    place of TOP (8), bytes of TOP (4), series (4), measurements (8)
 * A damaged page makes its series be looked for among the WHOLE records, which say themselves whose they are.
 *
 * A *head* holds what is open (db/series_head.h):
 *   OPEN   key, and, if there are measurements: day of the partition (zigzag), exponent (1), how many, bits (db/series_open.h)
 *   FILE   bytes that are on disk for certain, name
 *   CLOSE  OPENs, FILEs
 *
 * A key: oid, unit class (1), length of the label, label.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

#define SERIES_MAGIC      "VGSERS01"
#define SERIES_VERSION    1u
#define SERIES_HEADER     48u                /* bytes */
#define SERIES_END        30u                /* bytes of the END record */
#define SERIES_BODY_MAX   (2u * 1024 * 1024) /* above the longest chunk */
#define SERIES_LABEL_MAX  255u
#define SERIES_PAGE       128u
#define SERIES_HEAD_BYTES 64u /* enough of a record to know how long it is */

enum series_class { SERIES_RAW, SERIES_5M, SERIES_1H, SERIES_1D, SERIES_CLASSES };
enum series_form { SERIES_LOG, SERIES_PART, SERIES_WHOLE, SERIES_HEAD, SERIES_FORMS };
enum series_kind {
    SERIES_R_NAME = 1,
    SERIES_R_CHUNK,
    SERIES_R_WHOLE,
    SERIES_R_PAGE,
    SERIES_R_TOP,
    SERIES_R_END,
    SERIES_R_OPEN
};
/* In a head the numbers mean: */
enum series_head_kind { SERIES_R_FILE = SERIES_R_NAME, SERIES_R_CLOSE = SERIES_R_END };

struct series_key {
    uint64_t oid;
    uint8_t unit;     /* enum perf_unit */
    struct str label; /* borrowed */
};

struct series_header {
    enum series_class class;
    enum series_form form;
    uint32_t generation, site;
    int64_t start_us;
    uint64_t nonce;
};

struct series_record {
    enum series_kind kind;
    struct str body; /* borrowed */
};

void series_header_put(struct buf *b, const struct series_header *h);
/* E_FORMAT: none, or damaged; E_INVAL: of a newer version. The text comes without the file's name. */
int series_header_get(struct str bytes, struct series_header *h, struct err *err);

/* Appends a record whose body is both pieces; returns its length. */
size_t series_record_put(struct buf *b, uint64_t nonce, enum series_kind kind, struct str head,
                         struct str body);
/* The record at the beginning of bytes. 1: whole, *size long; 0: bytes is empty; E_AGAIN: it is longer than bytes: *size (if known, else 0); E_FORMAT: it is none. */
int series_record_get(struct str bytes, uint64_t nonce, struct series_record *r, size_t *size);

void series_key_put(struct buf *b, const struct series_key *k);
bool series_key_get(struct str *rest, struct series_key *k);
bool series_key_eq(const struct series_key *a, const struct series_key *b);
uint32_t series_key_hash(const struct series_key *k); /* of unit and label: what a page holds */
int series_key_cmp(const struct series_key *a, const struct series_key *b);

struct series_chunk_head { /* of a CHUNK */
    uint64_t number, back;
    struct str chunk;
};
bool series_chunk_head_get(struct str body, struct series_chunk_head *c);

/* The index of a whole file. */
struct series_place {
    uint64_t oid, at, bytes;
    uint32_t hash;
};
struct series_end {
    uint64_t top, samples;
    uint32_t top_bytes, series;
};
void series_page_put(struct buf *body, const struct series_place *p, size_t n);
/* Calls each for every entry with that oid (any, if 0) until it returns false. E_FORMAT: the page is none. */
int series_page_each(struct str body, uint64_t oid, bool (*each)(void *user, const struct series_place *p),
                     void *user);
/* Place and length of the records of the pages which may hold the oid: they stand behind one another. None: *bytes is 0. */
int series_top_find(struct str body, uint64_t oid, uint64_t *at, uint64_t *bytes);
void series_end_put(struct buf *b, uint64_t nonce, const struct series_end *e);
int series_end_get(struct str bytes, uint64_t nonce, struct series_end *e);

/* How long a partition is, and a bucket of the class (0: samples). */
int64_t series_partition_us(enum series_class class);
int64_t series_bucket_us(enum series_class class);
int64_t series_start_of(enum series_class class, int64_t us);
const char *series_class_name(enum series_class class);
/* raw-20261129-0001.vsl (.vsp, .vsw) and its like, head-00000001.vsh; out of SERIES_NAME bytes. Reading: false if it is no such name. */
#define SERIES_NAME 48u
void series_name_put(char *out, const struct series_header *h);
bool series_name_get(const char *name, struct series_header *h);
