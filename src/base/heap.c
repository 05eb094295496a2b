/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <string.h>

void heap_init(struct heap *h, size_t items)
{
    memset(h, 0, sizeof(*h));
    heap_resize(h, items);
}

void heap_release(struct heap *h)
{
    mem_free(h->key);
    mem_free(h->pos);
    mem_free(h->tree);
    memset(h, 0, sizeof(*h));
}

void heap_resize(struct heap *h, size_t items)
{
    BUG_ON(items >= UINT32_MAX);
    /* Who asks by each new item asks mostly for what is there, and not every realloc sees that. */
    if (items == h->items && h->key)
        return;
    for (size_t i = items; i < h->items; i++)
        BUG_ON(h->pos[i]);
    h->key = mem_realloc_array(h->key, items, sizeof(*h->key));
    h->pos = mem_realloc_array(h->pos, items, sizeof(*h->pos));
    h->tree = mem_realloc_array(h->tree, items, sizeof(*h->tree));
    if (items > h->items)
        memset(h->pos + h->items, 0, (items - h->items) * sizeof(*h->pos));
    h->items = items;
}

static bool before(const struct heap *h, uint32_t a, uint32_t b)
{
    return h->key[a] != h->key[b] ? h->key[a] < h->key[b] : a < b;
}

static void place(struct heap *h, size_t at, uint32_t item)
{
    h->tree[at] = item;
    h->pos[item] = (uint32_t)at + 1;
}

static void sift_up(struct heap *h, size_t at, uint32_t item)
{
    while (at) {
        size_t up = (at - 1) / 2;

        if (!before(h, item, h->tree[up]))
            break;
        place(h, at, h->tree[up]);
        at = up;
    }
    place(h, at, item);
}

static void sift_down(struct heap *h, size_t at, uint32_t item)
{
    for (;;) {
        size_t kid = 2 * at + 1;

        if (kid >= h->count)
            break;
        if (kid + 1 < h->count && before(h, h->tree[kid + 1], h->tree[kid]))
            kid++;
        if (!before(h, h->tree[kid], item))
            break;
        place(h, at, h->tree[kid]);
        at = kid;
    }
    place(h, at, item);
}

void heap_set(struct heap *h, uint32_t item, int64_t key)
{
    BUG_ON(item >= h->items);
    h->key[item] = key;
    if (!h->pos[item]) {
        sift_up(h, h->count++, item);
        return;
    }
    sift_up(h, h->pos[item] - 1, item);
    sift_down(h, h->pos[item] - 1, item);
}

void heap_remove(struct heap *h, uint32_t item)
{
    size_t at;
    uint32_t last;

    BUG_ON(item >= h->items);
    if (!h->pos[item])
        return;
    at = h->pos[item] - 1;
    h->pos[item] = 0;
    last = h->tree[--h->count];
    if (last == item)
        return;
    sift_up(h, at, last);
    sift_down(h, h->pos[last] - 1, last);
}

bool heap_has(const struct heap *h, uint32_t item)
{
    return item < h->items && h->pos[item];
}

static size_t count_below(const struct heap *h, size_t at, int64_t key)
{
    if (at >= h->count || h->key[h->tree[at]] > key)
        return 0;
    return 1 + count_below(h, 2 * at + 1, key) + count_below(h, 2 * at + 2, key);
}

size_t heap_count_to(const struct heap *h, int64_t key)
{
    return count_below(h, 0, key);
}

bool heap_peek(const struct heap *h, uint32_t *item, int64_t *key)
{
    if (!h->count)
        return false;
    *item = h->tree[0];
    *key = h->key[h->tree[0]];
    return true;
}
