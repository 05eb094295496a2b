/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nlog_queue.h"

#include <string.h>

static void drop_first(struct nlog_queue *q, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        q->bytes -= q->chunk.at[i].text.len;
        q->under_way -= i < q->handed ? q->chunk.at[i].text.len : 0;
        buf_release(&q->chunk.at[i].text);
    }
    memmove(q->chunk.at, q->chunk.at + n, (q->chunk.n - n) * sizeof(*q->chunk.at));
    q->chunk.n -= n;
    q->handed -= MIN(q->handed, n);
}

void nlog_queue_release(struct nlog_queue *q)
{
    if (q->chunk.n)
        drop_first(q, q->chunk.n);
    VEC_RELEASE(&q->chunk);
}

static struct nlog_chunk *begin_chunk(struct nlog_queue *q, bool mark)
{
    struct nlog_chunk *c = VEC_ADD(&q->chunk);

    *c = (struct nlog_chunk){.first = q->last + 1, .mark = mark};
    buf_init(&c->text);
    return c;
}

void nlog_queue_add(struct nlog_queue *q, struct str line)
{
    struct nlog_chunk *c = q->chunk.n > q->handed ? &VEC_LAST(&q->chunk) : NULL;

    if (!c || c->mark || c->text.len + line.n >= NLOG_QUEUE_CHUNK)
        c = begin_chunk(q, false);
    buf_add_str(&c->text, line);
    buf_add_char(&c->text, '\n');
    c->n++;
    q->last++;
    q->bytes += line.n + 1;
}

void nlog_queue_mark(struct nlog_queue *q, struct str name)
{
    buf_add_str(&begin_chunk(q, true)->text, name);
    q->bytes += name.n;
}

void nlog_queue_begun(struct nlog_queue *q)
{
    for (size_t i = q->chunk.n; i-- > q->handed;) {
        if (!q->chunk.at[i].mark)
            continue;
        q->chunk.at[i].begins = q->last;
        return;
    }
}

const struct nlog_chunk *nlog_queue_next(const struct nlog_queue *q)
{
    const struct nlog_chunk *c = q->handed < q->chunk.n ? &q->chunk.at[q->handed] : NULL;

    return c && !c->mark && (q->ending || q->under_way < NLOG_QUEUE_UNDER_WAY) ? c : NULL;
}

void nlog_queue_handed(struct nlog_queue *q)
{
    q->under_way += q->chunk.at[q->handed++].text.len;
}

/* The first lines of a piece: a disk that became full in the middle of it, or a new file that there is not. */
static void drop_lines(struct nlog_queue *q, struct nlog_chunk *c, uint64_t n)
{
    struct str rest = buf_str(&c->text);
    size_t before = rest.n;

    for (uint64_t i = 0; i < n; i++)
        str_cut(&rest, '\n');
    c->first += n;
    c->n -= n;
    buf_drop_front(&c->text, before - rest.n);
    q->bytes -= before - rest.n;
    q->under_way -= q->handed ? before - rest.n : 0;
}

void nlog_queue_written(struct nlog_queue *q, uint64_t line)
{
    size_t n = 0;

    while (n < q->handed && q->chunk.at[n].first + q->chunk.at[n].n - 1 <= line)
        n++;
    if (n)
        drop_first(q, n);
    if (q->handed && q->chunk.at[0].first <= line)
        drop_lines(q, &q->chunk.at[0], line + 1 - q->chunk.at[0].first);
}

uint64_t nlog_queue_reached(const struct nlog_queue *q)
{
    return q->chunk.n ? q->chunk.at[0].first - 1 : q->last;
}

uint64_t nlog_queue_held(const struct nlog_queue *q)
{
    return q->handed < q->chunk.n ? q->last + 1 - q->chunk.at[q->handed].first : 0;
}

void nlog_queue_again(struct nlog_queue *q)
{
    q->handed = q->under_way = 0;
}

bool nlog_queue_at_mark(const struct nlog_queue *q, struct str *name)
{
    if (!q->chunk.n || !q->chunk.at[0].mark)
        return false;
    *name = buf_str(&q->chunk.at[0].text);
    return true;
}

void nlog_queue_pass(struct nlog_queue *q)
{
    drop_first(q, 1);
}

/* Nothing behind a mark was handed over, so what is left can have the numbers of what is dropped. */
void nlog_queue_stay(struct nlog_queue *q)
{
    uint64_t begins = q->chunk.at[0].begins, from = q->chunk.at[0].first, dropped;

    drop_first(q, 1);
    while (q->chunk.n && !q->chunk.at[0].mark && q->chunk.at[0].first <= begins) {
        struct nlog_chunk *c = &q->chunk.at[0];

        if (c->first + c->n - 1 <= begins)
            drop_first(q, 1);
        else
            drop_lines(q, c, begins + 1 - c->first);
    }
    dropped = begins >= from ? begins + 1 - from : 0;
    for (size_t i = 0; i < q->chunk.n; i++) {
        q->chunk.at[i].first -= dropped;
        q->chunk.at[i].begins -= q->chunk.at[i].begins ? dropped : 0;
    }
    q->last -= dropped;
}

void nlog_queue_drop_marks(struct nlog_queue *q)
{
    size_t n = 0;

    for (size_t i = 0; i < q->chunk.n; i++) {
        if (q->chunk.at[i].mark) {
            q->bytes -= q->chunk.at[i].text.len;
            buf_release(&q->chunk.at[i].text);
            continue;
        }
        q->chunk.at[n++] = q->chunk.at[i];
    }
    q->chunk.n = n;
    q->ending = true;
}
