/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An indexed min-heap: items 0..n-1, each at most once in the heap, ordered by an int64 key and, for equal keys, by item
 * number, so that the order never depends on the history of the heap. Every operation is O(log n).
 */
#include "base/bug.h"

struct heap {
    int64_t *key;  /* by item */
    uint32_t *pos; /* by item: place in tree + 1, 0 = not in the heap */
    uint32_t *tree;
    size_t count, items;
};

void heap_init(struct heap *h, size_t items);
void heap_release(struct heap *h);
void heap_resize(struct heap *h, size_t items); /* items that no longer exist must not be in the heap */
void heap_set(struct heap *h, uint32_t item, int64_t key); /* inserts or moves */
void heap_remove(struct heap *h, uint32_t item);           /* no effect when absent */
bool heap_has(const struct heap *h, uint32_t item);
size_t heap_count_to(const struct heap *h, int64_t key); /* how many have that key or a lower one; O(those) */
bool heap_peek(const struct heap *h, uint32_t *item, int64_t *key); /* false when empty */
