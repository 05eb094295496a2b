/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_int.h"

#include <stdlib.h>

struct found_ids {
    struct series *s;
    VEC(uint32_t) id;
};

static void add_id(void *user, const struct series_key *k)
{
    struct found_ids *f = user;

    *VEC_ADD(&f->id) = (uint32_t)series_intern(f->s, k);
}

static int by_label(const void *a, const void *b)
{
    const struct series_key *x = a, *y = b;
    int r = str_cmp(x->label, y->label);

    return r ? r : x->unit - y->unit;
}

/* What is in memory: open, or in a log of the span. */
static bool is_here(const struct series *s, size_t id, int64_t from_us, int64_t to_us)
{
    if (s->active.at[id].open.n)
        return true;
    for (size_t i = 0; i < s->file.n; i++) {
        const struct series_file *f = &s->file.at[i];

        if (f->h.form == SERIES_LOG && id < f->seat.n && f->seat.at[id].tail && f->h.start_us < to_us &&
            f->h.start_us + series_partition_us(f->h.class) > from_us)
            return true;
    }
    return false;
}

static int from_files(struct series *s, uint64_t oid, int64_t from_us, int64_t to_us, struct found_ids *found)
{
    int code = 0;

    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];
        int r;

        if (f->h.form == SERIES_LOG || !f->h.nonce || f->h.start_us >= to_us ||
            f->h.start_us + series_partition_us(f->h.class) <= from_us)
            continue;
        if (f->handle < 0)
            series_close_some(s);
        f->used = ++s->uses;
        r = series_file_keys(f, &s->io, oid, add_id, found);
        if (r < 0)
            code = r;
    }
    return code;
}

int series_list(struct series *s, uint64_t oid, int64_t from_us, int64_t to_us,
                void (*each)(void *user, const struct series_key *k), void *user)
{
    struct found_ids found = {.s = s};
    VEC(struct series_key) keys = {.n = 0};
    int code = from_files(s, oid, from_us, to_us, &found);

    for (size_t id = 0; id < s->active.n; id++)
        if (s->active.at[id].oid == oid && is_here(s, id, from_us, to_us))
            *VEC_ADD(&found.id) = (uint32_t)id;
    for (size_t i = 0; i < found.id.n; i++)
        *VEC_ADD(&keys) = series_key_at(s, found.id.at[i]);
    if (keys.n)
        qsort(keys.at, keys.n, sizeof(keys.at[0]), by_label);
    for (size_t i = 0; i < keys.n; i++)
        if (!i || !series_key_eq(&keys.at[i], &keys.at[i - 1]))
            each(user, &keys.at[i]);
    VEC_RELEASE(&found.id);
    VEC_RELEASE(&keys);
    return code;
}
