/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A hash map from byte strings, or from u64, to a u64 value (an index, or a pointer cast by the owner).
 * Keys are copied. There is no iteration in hash order on purpose: entries are visited in the order of insertion
 * (map_at), so that the same input gives the same trace. Removing leaves a hole that map_at reports as false.
 */
#include "base/str.h"

struct map {
    struct map_entry *entry; /* in order of insertion */
    size_t n_entry, cap_entry;
    uint64_t
        *slot; /* index + 1 into entry, 0 empty; above it 32 bits of the hash, so that most misses end here */
    size_t n_slot;
    size_t count; /* live entries */
};

#define MAP_INIT                                                                                             \
    {                                                                                                        \
        .count = 0                                                                                           \
    }

void map_release(struct map *m);
/* Inserts or replaces; returns true if the key was new. */
bool map_put(struct map *m, struct str key, uint64_t value);
bool map_get(const struct map *m, struct str key, uint64_t *value); /* value may be NULL */
/* The place of the key's value, to be set when *is_new; good until the next change of the map. One search where get and put would be two. */
uint64_t *map_place(struct map *m, struct str key, bool *is_new);
bool map_remove(struct map *m, struct str key);
bool map_put_u64(struct map *m, uint64_t key, uint64_t value);
bool map_get_u64(const struct map *m, uint64_t key, uint64_t *value);
bool map_remove_u64(struct map *m, uint64_t key);
/* Entry number i (0 <= i < m->n_entry) in order of insertion; false for a removed one. key is borrowed. */
bool map_at(const struct map *m, size_t i, struct str *key, uint64_t *value);
