/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Single records of a journal by their place, in any order and also while it is written. A place stays good as long as its segment is kept.
 */
#include "db/journal.h"

struct journal_pick {
    const struct journal_io *io;
    uint64_t first_seq, nonce;
    uint32_t ordinal;
    int handle;       /* of that segment; -1: none */
    struct buf bytes; /* of the last record */
};

void journal_pick_init(struct journal_pick *p, const struct journal *j);
void journal_pick_release(struct journal_pick *p);
/* The record there, borrowed until the next call: 0; E_NOENT: the segment is no longer kept; E_FORMAT: no whole record stands there; E_IO. */
int journal_pick(struct journal_pick *p, const struct journal *j, const struct journal_place *at,
                 struct segment_record *out);
/* Where the batch begins that was committed last (j->done). */
struct journal_place journal_done_at(const struct journal *j);
