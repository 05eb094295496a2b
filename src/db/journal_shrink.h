/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Making a batch that cannot be written smaller: what is given up, and in which order. Bytes only.
 */
#include "base/buf.h"

struct journal_stats;

/* Gives up samples (results of active checks), then states that a later one of the same object in the batch replaces (not those of a checkpoint: who reads to its end, and no further, needs them); and if the batch is still greater than `bound` (0: no bound)
 * all of the checkpoint, and a quarter more than needed, from the oldest on. True if checkpoint records went: what is still to come of it is worth nothing. */
bool journal_shrink(struct buf *batch, uint64_t bound, struct journal_stats *stats);
/* Takes all checkpoint records out; true if there were any. */
bool journal_shrink_checkpoint(struct buf *batch);
