/* SPDX-License-Identifier: Apache-2.0 */
#include "db/book.h"

#include <stdlib.h>

void book_init(struct book *b, struct sql *s)
{
    *b = (struct book){.sql = s};
}

void book_release(struct book *b)
{
    map_release(&b->place);
    VEC_RELEASE(&b->newest);
    VEC_RELEASE(&b->spans);
    VEC_RELEASE(&b->events);
    b->in_order = false;
}

/* The object's place in newest. */
static int look_up(struct book *b, uint64_t oid, uint64_t *i)
{
    struct span p;
    int r = 0;

    if (map_get_u64(&b->place, oid, i))
        return 0;
    if (b->newest.n >= BOOK_OBJECTS) {
        r = book_write(b, SIZE_MAX);
        book_release(b);
    }
    if (r == 0)
        r = span_at(b->sql, oid, (struct wall){INT64_MAX}, &p);
    if (r < 0)
        return r;
    *i = b->newest.n;
    *VEC_ADD(&b->newest) = p;
    map_put_u64(&b->place, oid, *i);
    return 0;
}

int book_newest(struct book *b, uint64_t oid, struct span *out)
{
    uint64_t i;
    int r = look_up(b, oid, &i);

    if (r < 0)
        return r;
    *out = b->newest.at[i];
    return out->seq != 0;
}

void book_add_span(struct book *b, const struct span *p)
{
    uint64_t i;

    BUG_ON(!map_get_u64(&b->place, p->oid, &i));
    b->newest.at[i] = *p;
    *VEC_ADD(&b->spans) = *p;
    b->in_order = false;
}

void book_add_event(struct book *b, uint64_t oid, struct wall at, uint64_t seq)
{
    *VEC_ADD(&b->events) = (struct book_event){oid, at.us, seq};
    b->in_order = false;
}

/* ---- writing ---- */

static int order(uint64_t oid, uint64_t oid2, int64_t at, int64_t at2, uint64_t seq, uint64_t seq2)
{
    if (oid != oid2)
        return oid < oid2 ? 1 : -1;
    if (at != at2)
        return at < at2 ? 1 : -1;
    return seq < seq2 ? 1 : seq > seq2 ? -1 : 0;
}

static int greatest_span_first(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    return order(x->oid, y->oid, x->since, y->since, x->seq, y->seq);
}

static int greatest_event_first(const void *a, const void *b)
{
    const struct book_event *x = a, *y = b;

    return order(x->oid, y->oid, x->at, y->at, x->seq, y->seq);
}

static int insert_span(struct sql *s, const struct span *p)
{
    const int64_t v[] = {(int64_t)p->oid, p->since,    (int64_t)p->seq, p->state,
                         p->hard_state,   p->hard,     p->attempt,      p->acknowledged,
                         p->downtimes,    p->flapping, p->changed,      (int64_t)p->said};

    return sql_run_i64(s, SQL_SPAN_ADD, v, ARRAY_LEN(v));
}

static int insert_event(struct sql *s, const struct book_event *e)
{
    const int64_t v[] = {(int64_t)e->oid, e->at, (int64_t)e->seq};

    return sql_run_i64(s, SQL_OBJECT_EVENT_ADD, v, ARRAY_LEN(v));
}

static void put_in_order(struct book *b)
{
    if (b->in_order)
        return;
    if (b->spans.n)
        qsort(b->spans.at, b->spans.n, sizeof(b->spans.at[0]), greatest_span_first);
    if (b->events.n)
        qsort(b->events.at, b->events.n, sizeof(b->events.at[0]), greatest_event_first);
    b->in_order = true;
}

int book_write(struct book *b, size_t n)
{
    int r = 0;

    put_in_order(b);
    for (; r == 0 && n && b->events.n; n--)
        if ((r = insert_event(b->sql, &VEC_LAST(&b->events))) == 0)
            b->events.n--;
    for (; r == 0 && n && b->spans.n; n--)
        if ((r = insert_span(b->sql, &VEC_LAST(&b->spans))) == 0)
            b->spans.n--;
    return r < 0 ? r : b->events.n || b->spans.n;
}
