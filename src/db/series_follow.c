/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_follow.h"

#include "core/record.h"
#include "os/clock.h"

#define LOOK_EVERY 64u /* records between two looks at the clock */
#define TRIES      5u  /* of a place that cannot be read, before it is stepped over */

void series_follow_init(struct series_follow *f, struct series *s, const struct journal *j)
{
    *f = (struct series_follow){.s = s, .j = j, .to = s->applied, .behind = true};
}

static int feed(struct series_follow *f, const struct record_result *r, struct wall now)
{
    struct wall at = {r->started - r->started % TIME_MS};
    struct output o;
    int got = 0;

    f->results++;
    output_parse(r->output, r->truncated, &o);
    if (o.perf.n)
        got = series_feed(f->s, r->oid, o.perf, at, now, &f->count);
    output_release(&o);
    return got;
}

static int apply(struct series_follow *f, const struct segment_record *r, struct wall now)
{
    struct record_result result;
    int got = 0;

    if (r->flags & SEGMENT_CHECKPOINT || r->seq <= f->to)
        return 0;
    if (r->kind == RECORD_RESULT && record_get(RECORD_RESULT, r->payload, &result) == 0 && result.oid &&
        result.how == RECORD_HOW_EXIT && result.started > 0)
        got = feed(f, &result, now);
    if (got == 0)
        f->to = r->seq;
    return got;
}

/* As journal_reader_next; what could not be read often enough is stepped over. */
static int next(struct series_follow *f, struct journal_reader *rd, struct journal_record *rec)
{
    int more = journal_reader_next(rd, rec, NULL);

    f->tries = more < 0 ? f->tries + 1 : f->tries;
    while (more < 0 && f->tries >= TRIES) {
        journal_reader_skip(rd);
        more = journal_reader_next(rd, rec, NULL);
    }
    if (more == 1)
        f->tries = 0;
    return more;
}

int series_follow_turn(struct series_follow *f, int64_t turn_us, struct wall now)
{
    struct mono until = {clock_mono().us + turn_us};
    struct journal_reader rd;
    struct journal_record rec;
    unsigned n = 0;
    int r = 0, more = 1;

    if (!f->behind)
        return 0;
    if (!journal_read_at(f->j, &f->stand, &rd))
        journal_read_from(f->j, f->to + 1, &rd);
    while (r == 0 && (++n % LOOK_EVERY || clock_mono().us < until.us) && (more = next(f, &rd, &rec)) == 1)
        r = apply(f, &rec.r, now);
    if (r == 0 && rd.read_at)
        journal_reader_stand(&rd, &f->stand);
    journal_reader_release(&rd);
    if (r < 0 || more < 0)
        return r < 0 ? r : more;
    f->behind = more == 1;
    if (!f->behind) /* numbers that were given up are as good as put in */
        f->to = MAX(f->to, journal_stored(f->j));
    return more;
}

int series_follow_batch(struct series_follow *f, const struct buf *batch, struct wall now)
{
    struct segment_record r;
    size_t size;
    int got = 0;

    if (f->behind)
        return 0;
    for (size_t at = 0;
         got == 0 && segment_record_peek(str_sub(buf_str(batch), at, SIZE_MAX), &r, &size) == 1; at += size)
        got = apply(f, &r, now);
    f->behind = got < 0;
    f->stand.at.offset = 0; /* where that is in the journal is not known: a turn would look for the number */
    return got;
}

int series_follow_commit(struct series_follow *f, struct wall now)
{
    return series_commit(f->s, f->to, now);
}
