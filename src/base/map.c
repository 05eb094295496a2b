/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/hash.h"

#include <string.h>

struct map_entry {
    char *key; /* NULL: removed */
    size_t key_len;
    uint64_t hash, value;
};

void map_release(struct map *m)
{
    for (size_t i = 0; i < m->n_entry; i++)
        mem_free(m->entry[i].key);
    mem_free(m->entry);
    mem_free(m->slot);
    *m = (struct map)MAP_INIT;
}

static struct map_entry *entry_of(const struct map *m, size_t at)
{
    return &m->entry[(uint32_t)m->slot[at] - 1];
}

static uint64_t slot_of(uint64_t hash, size_t entry)
{
    return (hash >> 32 << 32) | (uint32_t)(entry + 1);
}

/* The slot that holds key, or the empty slot where it belongs. A slot whose entry was removed is passed over. */
static size_t find_slot(const struct map *m, struct str key, uint64_t hash)
{
    size_t at = hash & (m->n_slot - 1);

    for (; m->slot[at]; at = (at + 1) & (m->n_slot - 1)) {
        const struct map_entry *e;

        if (m->slot[at] >> 32 != hash >> 32)
            continue;
        e = entry_of(m, at);
        if (e->key && e->hash == hash && str_eq(str_make(e->key, e->key_len), key))
            break;
    }
    return at;
}

/* Drops removed entries and makes the slot table fit for half as many again as live ones, or more. */
static void rebuild(struct map *m)
{
    size_t live = 0, n_slot = 16;

    for (size_t i = 0; i < m->n_entry; i++) {
        if (m->entry[i].key)
            m->entry[live++] = m->entry[i];
    }
    m->n_entry = live;
    while (n_slot < live * 2 + 4)
        n_slot *= 2;
    mem_free(m->slot);
    m->slot = mem_calloc(n_slot, sizeof(*m->slot));
    m->n_slot = n_slot;
    for (size_t i = 0; i < live; i++) {
        size_t at = m->entry[i].hash & (n_slot - 1);

        while (m->slot[at])
            at = (at + 1) & (n_slot - 1);
        m->slot[at] = slot_of(m->entry[i].hash, i);
    }
}

uint64_t *map_place(struct map *m, struct str key, bool *is_new)
{
    uint64_t hash = hash_bytes(key.p, key.n);
    struct map_entry *e;
    size_t at;

    if ((m->n_entry + 1) * 4 > m->n_slot * 3)
        rebuild(m);
    at = find_slot(m, key, hash);
    *is_new = !m->slot[at];
    if (!*is_new)
        return &entry_of(m, at)->value;
    if (m->n_entry == m->cap_entry) {
        m->cap_entry = MAX(m->cap_entry * 2, (size_t)8);
        m->entry = mem_realloc_array(m->entry, m->cap_entry, sizeof(*m->entry));
    }
    e = &m->entry[m->n_entry];
    *e = (struct map_entry){.key = mem_strndup(key.p, key.n), .key_len = key.n, .hash = hash};
    m->slot[at] = slot_of(hash, m->n_entry++);
    m->count++;
    return &e->value;
}

bool map_put(struct map *m, struct str key, uint64_t value)
{
    bool is_new;

    *map_place(m, key, &is_new) = value;
    return is_new;
}

static struct map_entry *lookup(const struct map *m, struct str key)
{
    size_t at;

    if (!m->n_slot)
        return NULL;
    at = find_slot(m, key, hash_bytes(key.p, key.n));
    return m->slot[at] ? entry_of(m, at) : NULL;
}

bool map_get(const struct map *m, struct str key, uint64_t *value)
{
    const struct map_entry *e = lookup(m, key);

    if (!e)
        return false;
    if (value)
        *value = e->value;
    return true;
}

bool map_remove(struct map *m, struct str key)
{
    struct map_entry *e = lookup(m, key);

    if (!e)
        return false;
    mem_free(e->key);
    e->key = NULL;
    m->count--;
    return true;
}

bool map_put_u64(struct map *m, uint64_t key, uint64_t value)
{
    return map_put(m, str_make((const char *)&key, sizeof(key)), value);
}

bool map_get_u64(const struct map *m, uint64_t key, uint64_t *value)
{
    return map_get(m, str_make((const char *)&key, sizeof(key)), value);
}

bool map_remove_u64(struct map *m, uint64_t key)
{
    return map_remove(m, str_make((const char *)&key, sizeof(key)));
}

bool map_at(const struct map *m, size_t i, struct str *key, uint64_t *value)
{
    const struct map_entry *e = &m->entry[i];

    BUG_ON(i >= m->n_entry);
    if (!e->key)
        return false;
    *key = str_make(e->key, e->key_len);
    *value = e->value;
    return true;
}
