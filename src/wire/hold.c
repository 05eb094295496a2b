/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/hold.h"

#include <string.h>

static struct hold_half *half(const struct hold *h)
{
    return &h->s->half[h->s->current & 1];
}

static void begin(struct hold *h)
{
    h->at = 0;
    h->last = half(h)->before;
    h->skip = half(h)->inside != 0;
}

static void without_nul(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!p[i])
            p[i] = ' ';
    }
}

void hold_begin(struct hold_segment *s, uint32_t life)
{
    s->half[0].before = (uint64_t)life << 32;
}

char *hold_room(struct hold *h, size_t *n)
{
    *n = HOLD_BYTES - h->len;
    return half(h)->data + h->len;
}

void hold_filled(struct hold *h, size_t n)
{
    BUG_ON(n > HOLD_BYTES - h->len);
    without_nul(half(h)->data + h->len, n);
    h->len += n;
}

enum hold_kind hold_next(struct hold *h, struct str *line, uint64_t *number)
{
    const char *data = half(h)->data;

    for (;;) {
        struct str rest = str_make(data + h->at, h->len - h->at);
        ptrdiff_t end = str_find_char(rest, '\n');
        bool skip = h->skip;

        if (end < 0 && (skip || rest.n <= h->line_max)) {
            h->at = skip ? h->len : h->at;
            return HOLD_NONE;
        }
        h->at = end < 0 ? h->len : h->at + (size_t)end + 1;
        h->skip = end < 0;
        if (skip) /* that was the rest of it */
            continue;
        *line = str_sub(rest, 0, end < 0 ? rest.n : (size_t)end);
        *number = ++h->last;
        return line->n > h->line_max ? HOLD_TOO_LONG : HOLD_LINE;
    }
}

/* They are read again from where they came. Their numbers remain theirs, for those of them that were done are known by these. Killed in between: it is done again. */
static void blank_foreign(struct hold *h)
{
    char *data = half(h)->data;
    struct str line;
    uint64_t number;
    size_t from = h->len;

    if (!h->s->foreign_to)
        return;
    while (h->last < h->s->foreign_from && hold_next(h, &line, &number) != HOLD_NONE)
        ;
    if (h->last >= h->s->foreign_from)
        from = h->at;
    for (size_t i = from; i < h->len; i++)
        data[i] = data[i] == '\n' ? '\n' : ' ';
    if (from < h->len && data[h->len - 1] != '\n') {
        if (h->len == HOLD_BYTES)
            data[h->len - 1] = '\n';
        else
            data[h->len++] = '\n';
    }
    if (!h->len)
        half(h)->inside = 0; /* in such a line, too long, of which nothing else is left */
    __atomic_store_n(&h->s->foreign_to, 0, __ATOMIC_SEQ_CST);
    begin(h);
}

void hold_open(struct hold *h, struct hold_segment *s, size_t line_max)
{
    struct hold_half *now;

    BUG_ON(line_max >= HOLD_BYTES / 2);
    *h = (struct hold){.s = s, .line_max = line_max};
    now = half(h);
    memset(&s->half[!(s->current & 1)], 0, sizeof(s->half[0]));
    /* Read, but not yet counted when the process ended: all up to the last byte that is no zero. */
    for (h->len = HOLD_BYTES; h->len && !now->data[h->len - 1];)
        h->len--;
    without_nul(now->data, h->len);
    /* Every page is there from now on: a read that had to wait for one could be cut in its middle, its bytes both here and in the pipe. */
    for (size_t i = 0; i < sizeof(*s); i += 1024) {
        volatile char *at = (volatile char *)s + i;
        char c = *at;

        *at = c;
    }
    begin(h);
    blank_foreign(h);
}

bool hold_is_whole(const struct hold *h)
{
    return h->len ? half(h)->data[h->len - 1] == '\n' : !h->skip;
}

/* The number of the last line that is there. */
static uint64_t last_line(const struct hold *h)
{
    struct hold probe = *h;
    struct str line;
    uint64_t number;

    while (hold_next(&probe, &line, &number) != HOLD_NONE)
        ;
    return probe.last;
}

/* Killed between the two: none is foreign yet. */
void hold_foreign(struct hold *h, bool foreign)
{
    if (foreign)
        __atomic_store_n(&h->s->foreign_from, last_line(h), __ATOMIC_SEQ_CST);
    __atomic_store_n(&h->s->foreign_to, foreign ? UINT64_MAX : 0, __ATOMIC_SEQ_CST);
}

bool hold_is_foreign(const struct hold *h, uint64_t number)
{
    return number > h->s->foreign_from && number <= h->s->foreign_to;
}

size_t hold_ahead(const struct hold *h)
{
    return h->len - h->at;
}

bool hold_is_empty(const struct hold *h)
{
    return !h->len && !h->skip;
}

void hold_rewind(struct hold *h, uint64_t number)
{
    struct str line;
    uint64_t n;

    begin(h);
    while (h->last < number && hold_next(h, &line, &n) != HOLD_NONE)
        ;
}

/* The other half is written first, then becomes the current one in a single store. */
void hold_forget(struct hold *h)
{
    struct hold_half *from = half(h), *to = &h->s->half[!(h->s->current & 1)];
    size_t left = h->len - h->at;

    if (!h->at)
        return;
    memcpy(to->data, from->data + h->at, left);
    to->before = h->last;
    to->inside = h->skip;
    __atomic_store_n(&h->s->current, h->s->current ^ 1, __ATOMIC_SEQ_CST);
    memset(from->data, 0, h->len);
    from->before = from->inside = 0;
    h->len = left;
    begin(h);
}
