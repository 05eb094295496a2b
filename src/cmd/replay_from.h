/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where `vigie replay` begins: with what a segment of the journal says of how things were at the end of its checkpoint. */
#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "db/journal_read.h"

struct replay_from {
    size_t segment;
    uint64_t last; /* number of the last record that the checkpoint holds */
    struct wall at;
    char hash[SEGMENT_HASH + 1]; /* of the configuration then */
    struct buf records;          /* owned; a batch for replay_begin */
};

/* As a start reads it: all that a start restores up to the end of the whole checkpoint, not its records only. An abandoned checkpoint may stand before it, and what ended since is said by ordinary records. 1;
 * 0: the segment has no whole checkpoint. */
int replay_from_read(const struct journal_io *io, const struct journal_list *list, size_t segment,
                     struct replay_from *from, struct err *err);
