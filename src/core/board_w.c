/* SPDX-License-Identifier: Apache-2.0 */
#include "core/board_w.h"

#include "base/limits.h"

#include <string.h>

#define CLASS_LEAST 32u
#define ARENA_LEAST (16u * 1024 * 1024)
#define ARENA_CHECK 1024u /* what an ordinary check's texts take, generously: the segment is sparse */

uint64_t board_arena_size(uint32_t n_checks)
{
    return ARENA_LEAST + (uint64_t)n_checks * ARENA_CHECK;
}

static uint64_t align8(uint64_t n)
{
    return (n + 7) & ~(uint64_t)7;
}

/* Fills the offsets; returns the whole size. */
static uint64_t layout(struct board_header *h, const struct board_shape *s)
{
    uint64_t off = align8(sizeof(*h));

    h->cap_comments = LIMIT_COMMENTS;
    h->cap_downtimes = LIMIT_DOWNTIMES;
    h->off_checks = off;
    off = align8(off + (uint64_t)s->n_checks * sizeof(struct board_check));
    h->off_contacts = off;
    off = align8(off + (uint64_t)s->n_contacts * sizeof(struct board_contact));
    h->off_comments = off;
    off = align8(off + (uint64_t)h->cap_comments * sizeof(struct board_comment));
    h->off_downtimes = off;
    off = align8(off + (uint64_t)h->cap_downtimes * sizeof(struct board_downtime));
    h->off_arena = off;
    h->arena_size = align8(s->arena_size);
    return off + h->arena_size;
}

size_t board_bytes(const struct board_shape *s)
{
    struct board_header h = {0};

    return layout(&h, s);
}

void board_w_init(struct board_w *w, void *mem, size_t len, const struct board_shape *s)
{
    struct board_header *h = mem;

    memset(w, 0, sizeof(*w));
    BUG_ON(len < board_bytes(s));
    w->h = h;
    w->len = len;
    h->total_size = layout(h, s);
    h->version = BOARD_VERSION;
    h->header_size = sizeof(*h);
    h->generation = s->generation;
    h->n_checks = s->n_checks;
    h->n_hosts = s->n_hosts;
    h->n_contacts = s->n_contacts;
    memcpy(h->magic, BOARD_MAGIC, sizeof(h->magic)); /* last: with it the board is one */
}

void board_w_release(struct board_w *w)
{
    for (size_t i = 0; i < BOARD_CLASSES; i++)
        VEC_RELEASE(&w->free_block[i]);
    VEC_RELEASE(&w->comment_free);
    VEC_RELEASE(&w->downtime_free);
    map_release(&w->comment_slot);
    map_release(&w->downtime_slot);
    memset(w, 0, sizeof(*w));
}

bool board_w_full(const struct board_w *w)
{
    return w->full;
}

/* Blocks come in sizes 32, 48, 64, 96, 128 ...: at most a third is lost. */
static unsigned class_of(uint64_t n, uint64_t *size)
{
    uint64_t two = CLASS_LEAST;
    unsigned c = 0;

    for (;; two *= 2, c += 2) {
        if (n <= two) {
            *size = two;
            return c;
        }
        if (n <= two + two / 2) {
            *size = two + two / 2;
            return c + 1;
        }
    }
}

static bool arena_take(struct board_w *w, uint64_t n, uint64_t *off, uint32_t *cap)
{
    uint64_t size;
    unsigned c = class_of(n, &size);

    BUG_ON(c >= BOARD_CLASSES);
    if (w->free_block[c].n) {
        *off = VEC_LAST(&w->free_block[c]);
        w->free_block[c].n--;
    } else if (size <= w->h->arena_size - w->arena_top) {
        *off = w->arena_top;
        w->arena_top += size;
    } else {
        w->full = true;
        return false;
    }
    *cap = (uint32_t)size;
    return true;
}

static void arena_give(struct board_w *w, uint64_t off, uint32_t cap)
{
    uint64_t size;

    if (cap)
        *VEC_ADD(&w->free_block[class_of(cap, &size)]) = off;
}

/* A block for n bytes, the present one if it fits without much waste. cap 0: none. */
static bool arena_fit(struct board_w *w, uint64_t n, uint64_t *off, uint32_t *cap)
{
    uint64_t size, had = *off;
    uint32_t had_cap = *cap;

    if (n <= had_cap) {
        class_of(n ? n : 1, &size);
        if (size * 2 > had_cap)
            return true;
    }
    if (!n) {
        arena_give(w, had, had_cap);
        *off = 0;
        *cap = 0;
        return true;
    }
    if (!arena_take(w, n, off, cap)) {
        *off = had;
        *cap = had_cap;
        return n <= had_cap;
    }
    arena_give(w, had, had_cap);
    return true;
}

static void lock(uint32_t *seq)
{
    __atomic_store_n(seq, *seq + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

static void unlock(uint32_t *seq)
{
    __atomic_store_n(seq, *seq + 1, __ATOMIC_RELEASE);
}

/* Puts the new record in place, all but its first four bytes, which are the lock. */
static void fill(uint32_t *seq, const void *record, size_t size)
{
    memcpy((char *)seq + sizeof(*seq), (const char *)record + sizeof(*seq), size - sizeof(*seq));
}

static uint64_t next_change(struct board_w *w)
{
    return w->h->change + 1;
}

/* After the record, so that who sees the count finds the change. */
static void publish_change(struct board_w *w)
{
    __atomic_store_n(&w->h->change, w->h->change + 1, __ATOMIC_RELEASE);
}

static char *arena_at(struct board_w *w, uint64_t off)
{
    return (char *)w->h + w->h->off_arena + off;
}

static void add_text(char **to, struct str s)
{
    if (s.n)
        memcpy(*to, s.p, s.n);
    *to += s.n;
}

void board_put_check(struct board_w *w, uint32_t idx, const struct board_check *c, struct str output,
                     struct str long_output, struct str perfdata, struct str over)
{
    struct board_check *at = (struct board_check *)((char *)w->h + w->h->off_checks) + idx;
    struct board_check rec = *c;
    char *to;

    BUG_ON(idx >= w->h->n_checks);
    lock(&at->seq);
    rec.text_off = at->text_off;
    rec.text_cap = at->text_cap;
    rec.flags &= ~(uint32_t)BOARD_TEXT_CUT;
    if (!arena_fit(w, output.n + long_output.n + perfdata.n + over.n, &rec.text_off, &rec.text_cap)) {
        rec.flags |= BOARD_TEXT_CUT;
        long_output = perfdata = over = STR_NULL;
        if (!arena_fit(w, output.n, &rec.text_off, &rec.text_cap))
            output = STR_NULL;
    }
    rec.output_len = (uint32_t)output.n;
    rec.long_len = (uint32_t)long_output.n;
    rec.perf_len = (uint32_t)perfdata.n;
    rec.over_len = (uint32_t)over.n;
    rec.change = next_change(w);
    fill(&at->seq, &rec, sizeof(rec));
    to = arena_at(w, rec.text_off);
    add_text(&to, output);
    add_text(&to, long_output);
    add_text(&to, perfdata);
    add_text(&to, over);
    unlock(&at->seq);
    publish_change(w);
}

void board_put_contact(struct board_w *w, uint32_t idx, const struct board_contact *c, struct str over)
{
    struct board_contact *at = (struct board_contact *)((char *)w->h + w->h->off_contacts) + idx;
    struct board_contact rec = *c;
    char *to;

    BUG_ON(idx >= w->h->n_contacts);
    lock(&at->seq);
    rec.text_off = at->text_off;
    rec.text_cap = at->text_cap;
    if (!arena_fit(w, over.n, &rec.text_off, &rec.text_cap))
        over = STR_NULL;
    rec.over_len = (uint32_t)over.n;
    rec.change = next_change(w);
    fill(&at->seq, &rec, sizeof(rec));
    to = arena_at(w, rec.text_off);
    add_text(&to, over);
    unlock(&at->seq);
    publish_change(w);
}

/* The slot of id: the one it has, a freed one, or the next new one. UINT32_MAX: the table is full. */
static uint32_t slot_of(struct map *slots, uint32_t *free_slots, size_t *n_free, uint32_t *high, uint32_t cap,
                        uint64_t id)
{
    uint64_t slot;

    if (map_get_u64(slots, id, &slot))
        return (uint32_t)slot;
    if (*n_free)
        slot = free_slots[--*n_free];
    else if (*high < cap)
        slot = (*high)++;
    else
        return UINT32_MAX;
    map_put_u64(slots, id, slot);
    return (uint32_t)slot;
}

bool board_put_comment(struct board_w *w, const struct board_comment *c, struct str author, struct str text)
{
    uint32_t slot = slot_of(&w->comment_slot, w->comment_free.at, &w->comment_free.n, &w->h->high_comments,
                            w->h->cap_comments, c->id);
    struct board_comment *at, rec = *c;
    char *to;

    if (slot == UINT32_MAX)
        return false;
    at = (struct board_comment *)((char *)w->h + w->h->off_comments) + slot;
    lock(&at->seq);
    rec.text_off = at->text_off;
    rec.text_cap = at->text_cap;
    if (!arena_fit(w, author.n + text.n, &rec.text_off, &rec.text_cap))
        author = text = STR_NULL;
    rec.author_len = (uint32_t)author.n;
    rec.text_len = (uint32_t)text.n;
    rec.change = next_change(w);
    fill(&at->seq, &rec, sizeof(rec));
    to = arena_at(w, rec.text_off);
    add_text(&to, author);
    add_text(&to, text);
    unlock(&at->seq);
    publish_change(w);
    return true;
}

bool board_put_downtime(struct board_w *w, const struct board_downtime *d, struct str author, struct str text)
{
    uint32_t slot = slot_of(&w->downtime_slot, w->downtime_free.at, &w->downtime_free.n,
                            &w->h->high_downtimes, w->h->cap_downtimes, d->id);
    struct board_downtime *at, rec = *d;
    char *to;

    if (slot == UINT32_MAX)
        return false;
    at = (struct board_downtime *)((char *)w->h + w->h->off_downtimes) + slot;
    lock(&at->seq);
    rec.text_off = at->text_off;
    rec.text_cap = at->text_cap;
    if (!arena_fit(w, author.n + text.n, &rec.text_off, &rec.text_cap))
        author = text = STR_NULL;
    rec.author_len = (uint32_t)author.n;
    rec.text_len = (uint32_t)text.n;
    rec.change = next_change(w);
    fill(&at->seq, &rec, sizeof(rec));
    to = arena_at(w, rec.text_off);
    add_text(&to, author);
    add_text(&to, text);
    unlock(&at->seq);
    publish_change(w);
    return true;
}

void board_del_comment(struct board_w *w, uint64_t id)
{
    struct board_comment *at;
    uint64_t slot;

    if (!map_get_u64(&w->comment_slot, id, &slot))
        return;
    map_remove_u64(&w->comment_slot, id);
    at = (struct board_comment *)((char *)w->h + w->h->off_comments) + slot;
    lock(&at->seq);
    at->id = 0;
    at->author_len = at->text_len = 0;
    arena_give(w, at->text_off, at->text_cap);
    at->text_cap = 0;
    unlock(&at->seq);
    *VEC_ADD(&w->comment_free) = (uint32_t)slot;
    publish_change(w);
}

void board_del_downtime(struct board_w *w, uint64_t id)
{
    struct board_downtime *at;
    uint64_t slot;

    if (!map_get_u64(&w->downtime_slot, id, &slot))
        return;
    map_remove_u64(&w->downtime_slot, id);
    at = (struct board_downtime *)((char *)w->h + w->h->off_downtimes) + slot;
    lock(&at->seq);
    at->id = 0;
    at->author_len = at->text_len = 0;
    arena_give(w, at->text_off, at->text_cap);
    at->text_cap = 0;
    unlock(&at->seq);
    *VEC_ADD(&w->downtime_free) = (uint32_t)slot;
    publish_change(w);
}

void board_put_program(struct board_w *w, const struct board_program *p)
{
    struct board_program *at = &w->h->program;

    lock(&at->seq);
    fill(&at->seq, p, sizeof(*p));
    unlock(&at->seq);
    publish_change(w);
}
