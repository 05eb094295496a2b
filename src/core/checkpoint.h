/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Everything that is so, as records: at once (world_export), or a piece at a time while the world goes on (world_checkpoint_*). A piece is as things are when it is made. What is recorded from the beginning on
 * stands between the pieces once more, so whoever takes all of them in their order has what is so at the end, whatever was changed, made or deleted meanwhile; an absolute record may come twice.
 */
#include "core/world.h"

#include "core/record.h"

enum checkpoint_kind { /* what is written, in this order */
                       CHECKPOINT_PROGRAM,
                       CHECKPOINT_STATES,
                       CHECKPOINT_CONTACTS,
                       CHECKPOINT_COMMENTS,
                       CHECKPOINT_DOWNTIMES,
                       CHECKPOINT_INTENTS,
                       CHECKPOINT_COMMANDS,
                       CHECKPOINT_FILES,
                       CHECKPOINT_TELLINGS,
                       CHECKPOINT_KINDS
};

struct checkpoint {
    bool on;
    enum checkpoint_kind kind;
    uint64_t next; /* of that kind: an index, or the number from which on they are still to be written */
    struct buf changes;
    size_t given; /* of them */
};

/* A record was written; only for world_record. */
void checkpoint_note(struct world *w, enum record_kind kind, const void *record);
/* What has been written stays, and all comes once more: indexes are other ones now. */
void checkpoint_again(struct world *w);
