/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Snapshots that are kept: STATE/snapshots holds, for every snapshot a journal segment may name, HASH.snap (its public part) and HASH.oids (the identity of each check: magic
 * "VGOIDS01", u32 count, u32 crc32c of the identities, u64 each). Written by role store only.
 */
#include "base/buf.h"
#include "base/err.h"
#include "core/model.h"

#define KEPT_NAME 96

void kept_name(char out[KEPT_NAME], const char *hash, const char *suffix);
int kept_write_oids(int dir, const char *hash, const uint64_t *oid, uint32_t n, struct err *err);
/* Fills oid[n]; false (and oid as it was) when they are not there, or not whole. */
bool kept_read_oids(int dir, const char *hash, uint64_t *oid, uint32_t n);
/* How many there are, as the head of their file says; 0: it is not there, or not so long. */
uint32_t kept_count_oids(int dir, const char *hash);

struct kept {
    struct buf bytes; /* that model lies in */
    struct model model;
    uint64_t *oid; /* by check */
};
/* All of one: E_NOENT, E_FORMAT. */
int kept_read(int dir, const char *hash, struct kept *k, struct err *err);
void kept_release(struct kept *k);
