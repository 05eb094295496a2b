/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Sequences of whole numbers as few bytes: the codec below the chunks of the series store. Knows nothing of time, decimals or files. Whatever the 64-bit numbers are, they come back
 * as they were: all arithmetic is modulo 2^64.
 *
 * A sequence is first made small by one of four rules (the one whose result costs least by its own entropy):
 *   SERIES_SEQ_VALUE    u = x - base                      levels that do not drift
 *   SERIES_SEQ_DELTA    u = zigzag(x - x')                walks; x' is the number before
 *   SERIES_SEQ_RISE     u = (x - x') - base               counters and times
 *   SERIES_SEQ_BEND     u = zigzag((x - x') - (x' - x'')) slopes
 * When every u is 0 (a constant, a regular step) nothing more is written: the sequence is flat. Otherwise each u is written as
 *   1. is it 0? in the context of whether the one before was;
 *   2. its class, the number of its bits: 3 decisions down a tree of 7 neighbouring classes from `low` on; the 8th leaf is the escape, behind which stand 6 more decisions;
 *   3. the two bits below its highest one, in the context of the class;
 *   4. the bits below those as they are.
 * Decisions go through an adaptive binary range coder: 64 bits of range, renormalised by 32; the probability of each node is that of Krichevsky and Trofimov for its first decisions and
 * then follows with a weight of 1/SERIES_SEQ_MEMORY, so that a chunk of fifty samples is already coded well and a day's change of habits is followed. The
 * plain bits stand in a bit string of their own, which costs a shift to read.
 *
 * The head of a sequence: a byte (rule in bits 0-1, low in bits 2-7, 63: flat), then varints, zigzag: VALUE base; DELTA x0; RISE x0, base; BEND x0, x1 - x0.
 * Several sequences share one series_seq_writer: the coded bytes of all, then their plain bits.
 */
#include "base/buf.h"

#define SERIES_SEQ_MEMORY 160u
#define SERIES_SEQ_FLAT   63u

enum series_seq_rule {
    SERIES_SEQ_VALUE,
    SERIES_SEQ_DELTA,
    SERIES_SEQ_RISE,
    SERIES_SEQ_BEND,
    SERIES_SEQ_RULES
};

struct series_seq_plan {
    enum series_seq_rule rule;
    unsigned low; /* first class of the tree, 1..58, or SERIES_SEQ_FLAT */
    uint64_t base;
};

struct series_seq_writer {
    struct buf coded, plain;
    uint64_t low, range;
    uint64_t waiting; /* plain bits that are no whole bytes yet */
    unsigned waits;
};

struct series_seq_reader {
    const unsigned char *coded, *coded_end, *plain, *plain_end;
    uint64_t code, range;
    uint64_t at; /* plain bits taken */
    bool bad;    /* more was asked for than there is */
};

/* n is at least 1. */
void series_seq_plan(struct series_seq_plan *p, const int64_t *x, size_t n);
void series_seq_head_put(struct buf *to, const struct series_seq_plan *p, const int64_t *x, size_t n);
/* Puts the first numbers into x (as many as the rule stands on, at most n). E_FORMAT: no head. */
int series_seq_head_get(struct str *rest, struct series_seq_plan *p, int64_t *x, size_t n);

void series_seq_writer_init(struct series_seq_writer *w);
void series_seq_writer_clear(struct series_seq_writer *w); /* for the next chunk; memory is kept */
void series_seq_writer_release(struct series_seq_writer *w);
/* Writes x behind what was written. A flat one writes nothing. */
void series_seq_put(struct series_seq_writer *w, const struct series_seq_plan *p, const int64_t *x, size_t n);
/* Appends a varint (bytes of decisions), these bytes, and the plain bits to the end. */
void series_seq_end(struct series_seq_writer *w, struct buf *to);

/* bytes: what series_seq_end appended. */
int series_seq_reader_init(struct series_seq_reader *r, struct str bytes);
/* x holds what series_seq_head_get put there; r may be NULL for a flat one. Damaged bytes give wrong numbers, and no more than that. */
void series_seq_get(struct series_seq_reader *r, const struct series_seq_plan *p, int64_t *x, size_t n);
/* True if all was used and no more was wanted. */
bool series_seq_whole(const struct series_seq_reader *r);
