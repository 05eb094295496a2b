/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The events of one moment on both sides of a replay (core/replay): those of the journal, and those that came out again. */
#include "base/buf.h"
#include "base/vec.h"

struct replay_seen_one {
    uint64_t key;  /* the same for what counts as the same event */
    size_t off, n; /* payload in bytes of its side */
};

struct replay_seen { /* of one side, in the order in which they came */
    struct buf bytes;
    VEC(struct replay_seen_one) list;
};

/* Takes out of both lists what stands in both. */
void replay_seen_cancel(struct replay_seen s[2]);
