/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record_queue.h"

#include "core/record.h"

#include <string.h>

#define SPARE_PART 16u /* so much of all is made free at a time: it need not be looked for again at once */

static void forget(struct record_queue *q, struct record_batch *b)
{
    q->bytes -= b->records.len;
    q->under_way -= b->handed;
    buf_release(&b->records);
}

void record_queue_clear(struct record_queue *q)
{
    for (size_t i = 0; i < q->batch.n; i++)
        forget(q, &q->batch.at[i]);
    VEC_CLEAR(&q->batch);
    q->handed = 0;
}

void record_queue_release(struct record_queue *q)
{
    record_queue_clear(q);
    VEC_RELEASE(&q->batch);
}

/* ---- giving up ---- */

bool record_is_sample(const struct record_frame *f)
{
    struct record_result r;

    /* A passive one was perhaps acknowledged to who sent it. */
    return f->kind == RECORD_RESULT && record_get(RECORD_RESULT, f->payload, &r) == 0 &&
           r.source != RECORD_SOURCE_PASSIVE;
}

static void end_run(struct buf *to, uint64_t *run)
{
    if (*run)
        record_put(to, RECORD_GIVEN_UP, (struct wall){0}, &(struct record_given_up){.n = *run});
    *run = 0;
}

static void count_gone(struct record_queue *q, struct record_batch *b)
{
    q->given_up += b->gone;
    b->gone = 0;
}

static void thin_out(struct record_queue *q, struct record_batch *b)
{
    struct str rest = buf_str(&b->records), before = rest;
    struct buf kept = BUF_INIT;
    struct record_frame f;
    uint64_t run = 0;

    for (; record_next(&rest, &f) == 1; before = rest) {
        if (record_is_sample(&f)) {
            run++;
            b->gone++;
            continue;
        }
        end_run(&kept, &run);
        buf_add(&kept, before.p, (size_t)(rest.p - before.p));
    }
    end_run(&kept, &run);
    q->bytes -= b->records.len - kept.len;
    buf_release(&b->records);
    b->records = kept;
    b->thin = true;
    if (!b->handed)
        count_gone(q, b);
}

static bool make_room(struct record_queue *q, size_t need, size_t most)
{
    size_t spare = most / SPARE_PART;

    if (q->bytes + need <= most)
        return true;
    for (size_t i = 0; i < q->batch.n && q->bytes + need + spare > most; i++)
        if (!q->batch.at[i].thin)
            thin_out(q, &q->batch.at[i]);
    return q->bytes + need <= most;
}

/* ---- in and out ---- */

bool record_queue_add(struct record_queue *q, struct str records, uint64_t first, uint64_t n, bool anew,
                      size_t most)
{
    struct record_batch *b;

    if (!make_room(q, records.n, most))
        return false;
    b = VEC_ADD(&q->batch);
    b->first = first;
    b->n = n;
    b->anew = anew;
    buf_init(&b->records);
    buf_add_str(&b->records, records);
    q->bytes += records.n;
    return true;
}

const struct record_batch *record_queue_next(const struct record_queue *q)
{
    if (q->handed == q->batch.n || q->under_way > RECORD_QUEUE_UNDER_WAY)
        return NULL;
    return &q->batch.at[q->handed];
}

void record_queue_handed(struct record_queue *q)
{
    struct record_batch *b = &q->batch.at[q->handed++];

    b->handed = b->records.len;
    q->under_way += b->handed;
}

void record_queue_stored(struct record_queue *q, uint64_t seq)
{
    size_t n = 0;

    while (n < q->batch.n && q->batch.at[n].first + q->batch.at[n].n - 1 <= seq)
        forget(q, &q->batch.at[n++]);
    if (!n)
        return;
    memmove(q->batch.at, q->batch.at + n, (q->batch.n - n) * sizeof(*q->batch.at));
    q->batch.n -= n;
    q->handed -= MIN(q->handed, n);
}

void record_queue_again(struct record_queue *q)
{
    for (size_t i = 0; i < q->batch.n; i++) {
        q->batch.at[i].handed = 0;
        count_gone(q, &q->batch.at[i]);
    }
    q->under_way = 0;
    q->handed = 0;
}

bool record_queue_has(const struct record_queue *q, uint64_t seq, uint64_t next)
{
    const struct record_batch *b = q->batch.at;

    return q->batch.n ? b->first <= seq && seq < b->first + b->n : seq == next;
}
