/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Results that runner and prober keep until the engine says that they are on disk (RESULT_STORED), and send again when a new engine comes. Bounded: over 64 MiB the
 * oldest go, since by then their checks are long due again.
 */
#include "base/map.h"
#include "base/vec.h"
#include "role/role.h"

struct kept {
    uint64_t seq;
    char *frame;
    size_t len;
};

struct keep {
    VEC(struct kept) kept; /* by rising seq, from at on */
    size_t at, bytes;
    uint64_t
        next_seq; /* rises over restarts of the role, too: what an earlier process was told as stored is never taken for ours */
    uint64_t sent; /* up to here all were handed to the link */
    char *ids;     /* what the last HELLO borrowed */
};

/* Gives the result its number, keeps it and sends it (engine may be NULL: it goes when one comes). */
void keep_send(struct keep *k, struct peer *engine, struct msg_result *m);
void keep_stored(struct keep *k, uint64_t seq);
void keep_resend(struct keep *k, struct peer *engine);
void keep_go_on(struct keep *k, struct peer *engine); /* the link has room again */
/* What runs, packed for HELLO: id and identity of the check, 8 bytes each, of every entry of a map from run ids but those whose identity is KEEP_UNTOLD; borrowed until the next call. */
#define KEEP_UNTOLD UINT64_MAX
struct str keep_list(struct keep *k, const struct map *runs, uint64_t (*oid_of)(uint64_t value));
void keep_release(struct keep *k);
