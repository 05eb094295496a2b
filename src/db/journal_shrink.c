/* SPDX-License-Identifier: Apache-2.0 */
#include "db/journal_shrink.h"

#include "base/map.h"
#include "base/tlv.h"
#include "core/record.h"
#include "db/journal.h"

#include <string.h>

/* A number of a record's payload; 0 when it is not there. */
static uint64_t field(struct str payload, unsigned tag)
{
    struct tlv_field f;

    while (tlv_next(&payload, &f) > 0)
        if (f.tag == tag && f.kind == TLV_NUMBER)
            return f.u64;
    return 0;
}

/* The tags stand in core/record.def. A passive result was perhaps acknowledged to who sent it: it is no sample. */
#define TAG_OID    1
#define TAG_SOURCE 9

static bool is_sample(const struct segment_record *r)
{
    return r->kind == RECORD_RESULT && field(r->payload, TAG_SOURCE) != RECORD_SOURCE_PASSIVE;
}

enum verdict { KEEP, DROP_SAMPLE, DROP_STATE, DROP_OTHER };

struct shrink {
    struct map newest;   /* object to offset of its last state in the batch */
    uint64_t still_over; /* bytes to be given up whatever they are */
    bool checkpoint_only;
};

static enum verdict judge(struct shrink *s, const struct segment_record *r, size_t at, size_t size)
{
    uint64_t last;

    if (s->checkpoint_only)
        return r->flags & SEGMENT_CHECKPOINT ? DROP_OTHER : KEEP;
    if (is_sample(r))
        return DROP_SAMPLE;
    if (r->kind == RECORD_STATE && !(r->flags & SEGMENT_CHECKPOINT) &&
        map_get_u64(&s->newest, field(r->payload, TAG_OID), &last) && last != at)
        return DROP_STATE;
    if (s->still_over) {
        s->still_over -= MIN(s->still_over, size);
        return DROP_OTHER;
    }
    return KEEP;
}

/* Moves what stays to the front. */
static void sweep(struct buf *b, struct shrink *s, struct journal_stats *stats)
{
    struct segment_record r;
    size_t at = 0, to = 0, size;

    while (segment_record_peek(str_sub(buf_str(b), at, SIZE_MAX), &r, &size) == 1) {
        enum verdict v = judge(s, &r, at, size);

        if (stats) {
            stats->dropped_samples += v == DROP_SAMPLE;
            stats->dropped_states += v == DROP_STATE;
            stats->dropped_other += v == DROP_OTHER;
        }
        if (v == KEEP) {
            memmove(b->data + to, b->data + at, size);
            to += size;
        }
        at += size;
    }
    BUG_ON(at != b->len);
    buf_truncate(b, to);
}

static void find_newest(const struct buf *b, struct map *m)
{
    struct segment_record r;
    size_t size;

    for (size_t at = 0; segment_record_peek(str_sub(buf_str(b), at, SIZE_MAX), &r, &size) == 1; at += size)
        if (r.kind == RECORD_STATE && !(r.flags & SEGMENT_CHECKPOINT)) /* that one may be taken out again */
            map_put_u64(m, field(r.payload, TAG_OID), at);
}

bool journal_shrink_checkpoint(struct buf *batch)
{
    struct shrink s = {.checkpoint_only = true};
    size_t before = batch->len;

    sweep(batch, &s, NULL);
    return batch->len != before;
}

bool journal_shrink(struct buf *batch, uint64_t bound, struct journal_stats *stats)
{
    struct shrink s = {.newest = MAP_INIT};
    bool cut;

    find_newest(batch, &s.newest);
    sweep(batch, &s, stats);
    map_release(&s.newest);
    if (!bound || batch->len <= bound)
        return false;
    cut = journal_shrink_checkpoint(batch);
    if (batch->len > bound) {
        s = (struct shrink){.newest = MAP_INIT, .still_over = batch->len - bound + bound / 4};
        sweep(batch, &s, stats);
    }
    return cut;
}
