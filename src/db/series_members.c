/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_members.h"

#include "db/series_int.h"

#define STEP_SEATS   2048u
#define STEP_RECORDS 512u /* read whole, with their chunks */

void series_members_release(struct series_members *m)
{
    if (m->scanning)
        series_scan_release(&m->scan);
    m->scanning = false;
    VEC_RELEASE(&m->heap);
    buf_release(&m->seen);
}

/* ---- the heap ---- */

static bool less(const struct series_member *a, const struct series_member *b)
{
    if (a->oid != b->oid)
        return a->oid < b->oid;
    return a->hash != b->hash ? a->hash < b->hash : a->id < b->id;
}

static void push(struct series_members *m, struct series_member x)
{
    size_t i = m->heap.n;

    (void)VEC_ADD(&m->heap);
    for (; i && less(&x, &m->heap.at[(i - 1) / 2]); i = (i - 1) / 2)
        m->heap.at[i] = m->heap.at[(i - 1) / 2];
    m->heap.at[i] = x;
}

bool series_members_next(struct series_members *m, size_t *id)
{
    size_t n = m->heap.n, i = 0, child;
    struct series_member last;

    if (!n)
        return false;
    *id = m->heap.at[0].id;
    last = m->heap.at[--n];
    m->heap.n = n;
    for (; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && less(&m->heap.at[child + 1], &m->heap.at[child]))
            child++;
        if (!less(&m->heap.at[child], &last))
            break;
        m->heap.at[i] = m->heap.at[child];
    }
    m->heap.at[i] = last;
    return true;
}

/* ---- finding ---- */

static void add(struct series *s, struct series_members *m, size_t id)
{
    struct series_key k;

    while (m->seen.len <= id)
        buf_add_char(&m->seen, 0);
    if (m->seen.data[id])
        return;
    m->seen.data[id] = 1;
    k = series_key_at(s, id);
    push(m, (struct series_member){.oid = k.oid, .hash = series_key_hash(&k), .id = (uint32_t)id});
}

static bool look_at_log(struct series *s, struct series_members *m, const struct series_file *f)
{
    for (unsigned i = 0; i < STEP_SEATS && m->seat < f->seat.n; i++, m->seat++)
        if (f->seat.at[m->seat].tail)
            add(s, m, m->seat);
    return m->seat < f->seat.n;
}

/* 1: there is more of it; 0; E_*. */
static int look_at_whole(struct series *s, struct series_members *m, struct series_file *f)
{
    struct series_record r;
    struct series_key k;
    uint64_t at;
    int got = series_file_reach(f, &s->io);

    if (got < 0)
        return got;
    if (!m->scanning) {
        f->code = 0;
        series_scan_init(&m->scan, f, &s->io);
    }
    m->scanning = true;
    m->scan.file = f; /* the list of files may have moved it */
    got = 1;
    for (unsigned i = 0; i < STEP_RECORDS && (got = series_scan_next(&m->scan, &r, &at)) > 0; i++)
        if (r.kind == SERIES_R_WHOLE && series_key_get(&r.body, &k))
            add(s, m, series_intern(s, &k));
    if (got > 0)
        return 1;
    series_scan_release(&m->scan);
    m->scanning = false;
    return f->code;
}

/* The file of the partition that is under way, or the next one. */
static struct series_file *file_of(struct series *s, const struct series_members *m, enum series_class class,
                                   int64_t start_us, uint32_t below)
{
    for (size_t i = 0; i < s->file.n; i++) {
        struct series_file *f = &s->file.at[i];

        if (series_same_partition(f, class, start_us) && f->h.nonce && f->h.generation >= m->generation &&
            f->h.generation < below)
            return f;
    }
    return NULL;
}

int series_members_find(struct series *s, struct series_members *m, enum series_class class, int64_t start_us,
                        uint32_t below)
{
    struct series_file *f = file_of(s, m, class, start_us, below);
    int r;

    if (!f)
        return 0;
    if (!m->generation) {
        VEC_RESERVE(&m->heap, s->active.n);
        buf_reserve(&m->seen, s->active.n);
    }
    m->generation = f->h.generation;
    r = f->h.form == SERIES_LOG ? look_at_log(s, m, f) : look_at_whole(s, m, f);
    if (r)
        return r;
    m->generation++;
    m->seat = 0;
    return 1;
}
