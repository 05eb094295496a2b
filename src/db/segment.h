/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The bytes of one journal segment. Knows nothing of files: bytes in, structs out; what a damaged byte may do to the
 * reader is decided here, and fuzzed. All integers are little-endian.
 *
 * A segment is a header area of 8192 bytes and records behind each other, to the end of what was written.
 * The header stands twice (and keeps this form in every version), at 0 and at 4096, so that a torn or unreadable page leaves one; both are synced before the first record:
 *
 *   offset  bytes  what
 *        0      8  magic "VGJRNL01"
 *        8      4  version of the format: 2 (1 has no SEGMENT_END). A reader refuses a higher one
 *       12      4  site (16 bits used)
 *       16      8  first_seq: the lowest sequence number that an ordinary record of this segment may have
 *       24      8  created, wall clock µs
 *       32      8  nonce: random, begins every checksum of this segment
 *       40     64  hash of the snapshot in force when the segment was begun (hex), or zeros
 *      104      4  zero
 *      108      4  crc32c of the 108 bytes before
 *
 * A record:
 *        0      4  length of the payload, at most SEGMENT_PAYLOAD_MAX
 *        4      4  crc32c over the nonce (8 bytes), the length, and everything behind this field
 *        8      8  seq
 *       16      2  kind, not 0 (core/record.def)
 *       18      2  flags (below)
 *       20      8  wall clock µs
 *       28      n  payload (base/tlv.h)
 *
 * The nonce makes a record of another segment, or one that somebody wrote into a plugin's output, invalid here.
 *
 * What a sequence of records means. `expect` is first_seq at the beginning, and one more than the last ordinary record after it.
 *   - An ordinary record has seq == expect, or, with SEGMENT_GAP, a higher one: what lies between was given up on purpose (samples, on a full disk).
 *   - A checkpoint record (SEGMENT_CHECKPOINT) has no number of its own: seq == expect - 1.
 *   - SEGMENT_BATCH stands on the first record of each batch: one write, and one sync, before the next batch was begun. So what is
 *     damaged before a whole record with SEGMENT_BATCH had been synced (damage, to be reported); what is damaged with no such
 *     record behind it is a batch that nobody was told of (a torn tail, to be cut off), unless somebody knows its numbers (journal_list.known).
 *   - SEGMENT_END stands on the last record of each batch, since version 2. What one event did is in one batch, so a batch at the end of
 *     the newest segment that has none is cut off as a whole: its front alone would be done again, as a half of what happened.
 *   - Records with a seq of the following segment's first_seq or higher were never acknowledged from here: they are ignored.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#define SEGMENT_MAGIC         "VGJRNL01"
#define SEGMENT_VERSION       2u
#define SEGMENT_ENDS          2u    /* from this version on */
#define SEGMENT_HEADER        4096u /* bytes of the place of one copy */
#define SEGMENT_HEADER_USED   112u
#define SEGMENT_BODY          (2 * SEGMENT_HEADER) /* records begin here */
#define SEGMENT_RECORD_HEADER 28u
#define SEGMENT_PAYLOAD_MAX   LIMIT_MESSAGE /* a record comes in a message */
#define SEGMENT_HASH          64u

enum segment_flag {
    SEGMENT_BATCH = 1, /* first of a batch */
    SEGMENT_CHECKPOINT =
        2, /* part of the checkpoint at the head of a segment, or of the store's own: it has no number */
    SEGMENT_GAP = 4, /* numbers before this one were given up */
    SEGMENT_END = 8, /* last of a batch */
};

struct segment_header {
    uint32_t version, site;
    uint64_t first_seq, nonce;
    struct wall created;
    char snapshot[SEGMENT_HASH + 1]; /* hex, or empty */
};

struct segment_record {
    uint64_t seq;
    uint16_t kind, flags;
    struct wall at;
    struct str payload; /* borrowed */
};

/* Appends the whole header area. */
void segment_header_put(struct buf *b, const struct segment_header *h);
/* Reads it from the first bytes of a segment (SEGMENT_BODY of them, or fewer of a short file). E_FORMAT with a text (without the file's name) when
 * neither copy is whole; E_INVAL when the version is higher than this reader's. */
int segment_header_get(struct str bytes, struct segment_header *h, struct err *err);

/* Appends a record without its checksum: segment_seal gives all records of a batch theirs, once it is known what is written. */
void segment_record_put(struct buf *b, const struct segment_record *r);
/* b holds one batch of whole records. Sets flags, numbers of checkpoint records and checksums. expect is that of the segment's end; returns the one
 * after the batch. */
uint64_t segment_seal(struct buf *b, uint64_t nonce, uint64_t expect);

/* The record at the beginning of bytes. 1: whole, *size is its length in bytes; 0: bytes is empty; E_AGAIN: it may be a record, but is longer than
 * bytes; E_FORMAT: it is none. */
int segment_record_get(struct str bytes, uint64_t nonce, struct segment_record *r, size_t *size);
/* As above without the checksum, for records that never left this process. */
int segment_record_peek(struct str bytes, struct segment_record *r, size_t *size);

/* May r stand here? See "What a sequence of records means"; does not look at the end. */
bool segment_in_order(const struct segment_record *r, uint64_t expect);
uint64_t segment_next(const struct segment_record *r, uint64_t expect); /* expect after r */
