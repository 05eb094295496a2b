/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_follow.h"

#include "core/record.h"
#include "os/clock.h"

#define LOOK_EVERY 64u           /* records between two looks at the clock */
#define WORDS      500u          /* of one transaction */
#define STEP_US    (5 * TIME_MS) /* of a commit: words before it */
#define TRIES      5u            /* of a place that cannot be read, before it is stepped over */

void series_follow_init(struct series_follow *f, struct series *s, struct bounds *bounds,
                        const struct journal *j)
{
    struct series_feed feed = f->feed;

    buf_release(&f->words);
    *f = (struct series_follow){.s = s, .bounds = bounds, .j = j, .behind = true, .feed = feed};
    f->to = bounds ? MIN(s->applied, bounds->applied) : s->applied;
    f->had = s->applied;
    f->feed.s = s;
    f->feed.words = bounds ? &f->words : NULL;
    buf_init(&f->words);
}

void series_follow_release(struct series_follow *f)
{
    buf_release(&f->words);
}

static int feed(struct series_follow *f, uint64_t seq, const struct record_result *r, struct wall now)
{
    struct series_feed_result result = {
        .oid = r->oid, .seq = seq, .at = {r->started - r->started % TIME_MS}, .now = now};
    struct output o;
    int got = 0;

    if (r->untimed_us)
        result.untimed = r->untimed_us > r->started ? SERIES_AHEAD : SERIES_OLD;
    f->results++;
    result.again = seq <= f->had;
    output_parse(r->output, r->truncated, &o);
    result.perfdata = o.perf;
    result.cut = o.cut;
    result.cut_more = o.cut_more;
    if (o.perf.n || o.cut.n || o.cut_more)
        got = series_feed(&f->feed, &result);
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
        got = feed(f, r->seq, &result, now);
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
        f->to = MAX(f->to, journal_held(f->j));
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
    f->stand.at.offset = 0; /* where that is in the journal is not known: a turn would look for the number */
    f->behind = got < 0;
    return got;
}

void series_follow_later(struct series_follow *f)
{
    f->behind = true;
    f->stand.at.offset = 0;
}

static int put_some(struct series_follow *f)
{
    struct str all = buf_str(&f->words), rest = str_sub(all, f->words_at, SIZE_MAX);
    int r = bounds_begin(f->bounds);
    struct bounds_row row;
    struct series_key k;
    uint64_t seq;

    for (unsigned i = 0; i < WORDS && r == 0 && series_words_next(&rest, &k, &seq, &row); i++)
        r = bounds_put(f->bounds, seq, &k, &row);
    if (r == 0)
        r = bounds_end(f->bounds, f->bounds->applied);
    if (r == 0)
        f->words_at = all.n - rest.n;
    return r;
}

int series_follow_words(struct series_follow *f, int64_t turn_us)
{
    struct mono until = {clock_mono().us + turn_us};
    int r = 0;

    while (r == 0 && f->words_at < f->words.len && clock_mono().us <= until.us)
        r = put_some(f);
    if (r < 0 || f->words_at < f->words.len)
        return r < 0 ? r : 1;
    buf_clear(&f->words);
    f->words_at = 0;
    return 0;
}

/* bounds.db has all that was said up to f->to. */
static int end_words(struct series_follow *f)
{
    int r = f->bounds ? bounds_begin(f->bounds) : 0;

    return r == 0 && f->bounds ? bounds_end(f->bounds, MAX(f->to, f->bounds->applied)) : r;
}

int series_follow_commit_step(struct series_follow *f, struct wall now)
{
    int r;

    if (!f->s->commit) {
        r = series_follow_words(f, STEP_US);
        if (r == 0)
            r = end_words(f);
        if (r)
            return r;
    }
    return series_commit_step(f->s, MAX(f->to, f->had), now);
}

int series_follow_commit(struct series_follow *f, struct wall now)
{
    int r;

    while ((r = series_follow_words(f, TIME_S)) == 1)
        ;
    if (r == 0)
        r = end_words(f);
    return r < 0 ? r : series_commit(f->s, MAX(f->to, f->had), now);
}
