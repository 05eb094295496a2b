/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/replay_from.h"

#include "base/tlv.h"
#include "base/vec.h"
#include "core/record.h"

#include <stdio.h>
#include <string.h>

static void add_record(struct buf *b, const struct segment_record *r)
{
    tlv_put_varint(b, r->kind);
    tlv_put_varint(b, (uint64_t)r->at.us);
    tlv_put_varint(b, r->payload.n);
    buf_add_str(b, r->payload);
}

struct turn { /* a SNAPSHOT that stands in the segment */
    uint64_t seq;
    char hash[SEGMENT_HASH + 1];
};

static bool is_end(const struct segment_record *r, struct record_checkpoint_end *end)
{
    return r->flags & SEGMENT_CHECKPOINT && r->kind == RECORD_CHECKPOINT_END &&
           record_get(RECORD_CHECKPOINT_END, r->payload, end) == 0;
}

int replay_from_read(const struct journal_io *io, const struct journal_list *list, size_t segment,
                     struct replay_from *from, struct err *err)
{
    VEC(struct turn) turns = {0};
    struct journal_reader rd;
    struct journal_record rec;
    struct record_snapshot s;
    struct record_checkpoint_end end;
    int found = 0;

    buf_clear(&from->records);
    journal_reader_init(&rd, io, list, segment, segment + 1);
    while (!found && journal_reader_next(&rd, &rec, err) == 1) {
        if (rec.r.kind == RECORD_SNAPSHOT && record_get(RECORD_SNAPSHOT, rec.r.payload, &s) == 0) {
            struct turn *t = VEC_ADD(&turns);

            t->seq = rec.r.seq;
            str_copy(t->hash, sizeof(t->hash), s.hash);
        }
        if (record_restores(rec.r.kind) || is_end(&rec.r, &end))
            add_record(&from->records, &rec.r);
        if (!is_end(&rec.r, &end))
            continue;
        from->segment = segment;
        from->last = end.last;
        from->at = rec.r.at;
        found = 1;
    }
    snprintf(from->hash, sizeof(from->hash), "%s", list->v.at[segment].head.snapshot);
    for (size_t i = 0; i < turns.n; i++)
        if (turns.at[i].seq <= from->last)
            memcpy(from->hash, turns.at[i].hash, sizeof(from->hash));
    VEC_RELEASE(&turns);
    journal_reader_release(&rd);
    return found;
}
