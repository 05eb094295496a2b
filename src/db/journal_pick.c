/* SPDX-License-Identifier: Apache-2.0 */
#include "db/journal_pick.h"

#define FIRST_READ 1024u /* bytes: most records are shorter */

void journal_pick_init(struct journal_pick *p, const struct journal *j)
{
    *p = (struct journal_pick){.io = &j->io, .handle = -1};
    buf_init(&p->bytes);
}

static void leave(struct journal_pick *p)
{
    if (p->handle >= 0)
        p->io->close(p->io->user, p->handle);
    p->handle = -1;
}

void journal_pick_release(struct journal_pick *p)
{
    leave(p);
    buf_release(&p->bytes);
}

static int enter(struct journal_pick *p, const struct journal *j, const struct journal_place *at)
{
    if (p->handle >= 0 && p->first_seq == at->first_seq && p->ordinal == at->ordinal)
        return 0;
    leave(p);
    for (size_t i = j->list.v.n; i-- > 0;) {
        const struct journal_segment *s = &j->list.v.at[i];

        if (s->first_seq != at->first_seq || s->ordinal != at->ordinal)
            continue;
        p->handle = p->io->open(p->io->user, s->name, JOURNAL_READ);
        p->first_seq = s->first_seq;
        p->ordinal = s->ordinal;
        p->nonce = s->head.nonce;
        return p->handle < 0 ? p->handle : 0;
    }
    return E_NOENT;
}

static int read_at(struct journal_pick *p, uint64_t at, size_t n)
{
    int64_t got;

    buf_clear(&p->bytes);
    buf_reserve(&p->bytes, n);
    got = p->io->read(p->io->user, p->handle, at, p->bytes.data, n);
    if (got < 0)
        return E_IO;
    p->bytes.len = (size_t)got;
    p->bytes.data[p->bytes.len] = 0;
    return 0;
}

int journal_pick(struct journal_pick *p, const struct journal *j, const struct journal_place *at,
                 struct segment_record *out)
{
    int r = enter(p, j, at), got;
    size_t size;

    if (r == 0)
        r = read_at(p, at->offset, FIRST_READ);
    if (r < 0)
        return r;
    got = segment_record_get(buf_str(&p->bytes), p->nonce, out, &size);
    if (got == E_AGAIN) { /* a longer one */
        r = read_at(p, at->offset, SEGMENT_RECORD_HEADER + SEGMENT_PAYLOAD_MAX);
        got = r == 0 ? segment_record_get(buf_str(&p->bytes), p->nonce, out, &size) : r;
    }
    return got == 1 ? 0 : got == E_IO ? E_IO : E_FORMAT;
}

struct journal_place journal_done_at(const struct journal *j)
{
    const struct journal_segment *s = &VEC_LAST(&j->list.v);

    return (struct journal_place){
        .first_seq = s->first_seq, .ordinal = s->ordinal, .offset = j->at - j->done.len};
}
