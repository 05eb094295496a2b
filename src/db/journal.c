/* SPDX-License-Identifier: Apache-2.0 */
#include "db/journal.h"

#include "base/log.h"
#include "core/record.h"
#include "db/journal_shrink.h"
#include "db/statedir.h"

#include <stdio.h>
#include <string.h>

#define AHEAD (1024u * 1024) /* allocated at a time, beyond the reserve */

static const struct journal_options defaults = {
    .segment_bytes = LIMIT_SEGMENT,
    .reserve = 4u * 1024 * 1024,
    .queue_bytes = LIMIT_QUEUE,
    .keep_bytes = 4ull * 1024 * 1024 * 1024,
    .keep_us = 7 * TIME_DAY,
};

static void set_options(struct journal *j, const struct journal_options *o)
{
    j->o = o ? *o : defaults;
    if (!j->o.reserve)
        j->o.reserve = defaults.reserve;
    if (!j->o.queue_bytes)
        j->o.queue_bytes = defaults.queue_bytes;
    if (!j->o.keep_bytes)
        j->o.keep_bytes = defaults.keep_bytes;
    j->unanswered_bytes = 16 * (j->o.segment_bytes ? j->o.segment_bytes : defaults.segment_bytes);
    if (!j->o.segment_bytes) /* the newest whole one and the next are always there */
        j->o.segment_bytes = MIN(defaults.segment_bytes, j->o.keep_bytes / 4);
    if (!j->o.keep_us)
        j->o.keep_us = defaults.keep_us;
}

static struct journal_segment *newest(const struct journal *j)
{
    return j->list.v.n ? &VEC_LAST(&j->list.v) : NULL;
}

static void remove_hollow(struct journal *j)
{
    for (size_t i = 0; i < j->list.hollow.n; i++)
        j->io.unlink(j->io.user, j->list.hollow.at[i].name);
    VEC_CLEAR(&j->list.hollow);
}

/* Reads one segment to its end, as far as the disk gives it. complete: it holds a whole checkpoint (one that is damaged, or behind damage, lacks something). The reader is left behind the last whole
 * record; in the newest segment behind the last whole batch, where batches have an end. */
static void scan_segment(struct journal *j, size_t i, struct journal_reader *rd, bool *complete)
{
    const struct journal_segment *s = &j->list.v.at[i];
    bool newest = i + 1 == j->list.v.n, ends = newest && s->whole && s->head.version >= SEGMENT_ENDS;
    uint64_t at = SEGMENT_BODY, expect = s->first_seq, checkpoint = 0;
    struct journal_record rec;

    *complete = false;
    journal_reader_init(rd, &j->io, &j->list, i, i + 1);
    while (journal_reader_next_whole(rd, &rec)) {
        if (rec.r.kind == RECORD_CHECKPOINT_END && rec.r.flags & SEGMENT_CHECKPOINT && !rd->damage.places)
            checkpoint = rec.offset;
        if (ends && !(rec.r.flags & SEGMENT_END))
            continue;
        at = rd->at;
        expect = rd->expect;
        *complete = *complete || checkpoint;
        if (newest && checkpoint)
            j->checkpoint_bytes = checkpoint;
    }
    if (!newest || !s->whole || rd->cut || rd->lacks)
        return;
    /* A batch without its end: nobody was told of it, unless it is known better. */
    if (ends && expect > j->list.known) {
        rd->at = at;
        rd->expect = expect;
    } else if (rd->expect <=
               j->list.known) { /* also where a batch ends: a disk that lied, a copy of half a folder */
        journal_reader_lacks(rd);
    }
}

/* The journal goes on where the newest segment was read to; whatever stands there is cut off. */
static void resume_segment(struct journal *j, const struct journal_reader *rd)
{
    struct journal_segment *s = newest(j);

    j->expect = j->written = j->next = rd->expect;
    j->at = rd->at;
    j->lacks = rd->lacks;
    if (j->lacks) /* what is whole behind the damage stays */
        return;
    if (!s->whole || rd->cut) { /* nothing of it is cut off: it may be readable another time */
        /* How many numbers it held is not known: at most this many. */
        j->expect = j->written = j->next =
            s->first_seq + (s->refused ? JOURNAL_NUMBERS_MOST : s->size / SEGMENT_RECORD_HEADER);
        return;
    }
    j->handle = j->io.open(j->io.user, s->name, JOURNAL_WRITE);
    if (j->handle >= 0 && s->size > j->at) {
        j->torn = s->size - j->at;
        if (j->io.truncate(j->io.user, j->handle, j->at) < 0 || j->io.sync(j->io.user, j->handle) < 0) {
            j->io.close(j->io.user, j->handle);
            j->handle = -1;
        }
    }
    if (j->handle < 0)
        j->handle = -1; /* not writable now: the first commit begins a new segment */
    j->allocated = j->at;
}

/* No segment is there, and there were some. */
static void begin_behind(struct journal *j)
{
    uint64_t known = j->list.known;

    journal_damage_all(&j->damage, known);
    j->lacks = 1;
    j->expect = j->written = j->next = known + 1;
}

static void scan(struct journal *j)
{
    struct journal_reader rd;
    bool complete = false;

    if (!j->list.v.n && j->list.known)
        begin_behind(j);
    for (size_t i = j->list.v.n; i-- > 0 && !complete;) {
        scan_segment(j, i, &rd, &complete);
        journal_damage_add(&j->damage, &rd.damage);
        if (i + 1 == j->list.v.n)
            resume_segment(j, &rd);
        j->complete = i;
        journal_reader_release(&rd);
    }
    j->has_complete = complete;
}

/* Nothing is cut or removed before it is known to be ours. */
static int check_site(const struct journal *j, struct err *err)
{
    char what[JOURNAL_NAME + 32];

    for (size_t i = 0; i < j->list.v.n; i++) {
        const struct journal_segment *s = &j->list.v.at[i];

        if (!s->whole || s->head.site == j->o.site)
            continue;
        snprintf(what, sizeof(what), "the journal (%s)", s->name);
        return statedir_other_site(err, what, s->head.site, j->o.site);
    }
    return 0;
}

int journal_open(struct journal *j, const struct journal_io *io, const struct journal_options *o,
                 struct err *err)
{
    struct journal_segment *s;
    int r;

    *j = (struct journal){.io = *io, .handle = -1, .expect = 1, .written = 1, .next = 1};
    buf_init(&j->pending);
    buf_init(&j->done);
    set_options(j, o);
    r = journal_list_read(&j->list, io, err);
    if (r < 0)
        return r;
    j->list.known = j->o.known;
    r = check_site(j, err);
    if (r < 0)
        return r;
    remove_hollow(j);
    scan(j);
    s = newest(j);
    if (s)
        memcpy(j->snapshot, s->head.snapshot, sizeof(j->snapshot));
    if (j->torn)
        log_notice(
            "the journal ended in a batch that is not whole (%s, %llu bytes): cut off. Nothing acknowledged "
            "is in it if the disk is sound",
            s->name, (unsigned long long)j->torn);
    return 0;
}

void journal_release(struct journal *j)
{
    if (j->handle >= 0)
        j->io.close(j->io.user, j->handle);
    j->handle = -1;
    journal_list_release(&j->list);
    buf_release(&j->pending);
    buf_release(&j->done);
}

void journal_raise(struct journal *j, uint64_t next)
{
    j->next = MAX(j->next, next);
}

void journal_set_snapshot(struct journal *j, const char *hash)
{
    size_t n = strlen(hash);

    memset(j->snapshot, 0, sizeof(j->snapshot));
    if (n == SEGMENT_HASH)
        memcpy(j->snapshot, hash, n);
}

static void keep_bound(struct journal *j)
{
    uint64_t others = j->stats.dropped_other;

    if (j->pending.len <= j->o.queue_bytes)
        return;
    if (journal_shrink(&j->pending, j->o.queue_bytes, &j->stats)) {
        j->cut = j->open;
        j->ask = true;
    }
    j->lost = j->lost || j->stats.dropped_other != others;
}

void journal_lacks(struct journal *j)
{
    j->lost = true;
}

bool journal_mended(struct journal *j)
{
    bool mended = j->mended;

    j->mended = false;
    return mended;
}

bool journal_add(struct journal *j, uint64_t seq, uint16_t kind, struct wall at, struct str payload)
{
    struct segment_record r = {.seq = seq, .kind = kind, .at = at, .payload = payload};

    if (seq < j->next)
        return false;
    keep_bound(j);
    segment_record_put(&j->pending, &r);
    j->next = seq + 1;
    return true;
}

void journal_add_checkpoint(struct journal *j, uint64_t last, uint16_t kind, struct wall at,
                            struct str payload)
{
    struct segment_record r = {.kind = kind, .flags = SEGMENT_CHECKPOINT, .at = at, .payload = payload};
    bool end = kind == RECORD_CHECKPOINT_END;

    if (!j->open || j->open_last != last)
        j->cut = false;
    j->open = true;
    j->open_last = last;
    if (!j->cut)
        keep_bound(j); /* which may cut this one */
    j->open = !end;
    if (j->cut) {
        j->ask = j->ask || end;
        return;
    }
    segment_record_put(&j->pending, &r);
}

void journal_add_aside(struct journal *j, uint16_t kind, struct wall at, struct str payload)
{
    struct segment_record r = {.kind = kind, .flags = SEGMENT_CHECKPOINT, .at = at, .payload = payload};

    keep_bound(j);
    segment_record_put(&j->pending, &r);
}

bool journal_has_checkpoint(const struct journal *j)
{
    return j->has_complete && j->complete + 1 == j->list.v.n;
}

bool journal_asks_checkpoint(struct journal *j)
{
    bool ask = j->ask;

    j->ask = false;
    return ask;
}

void journal_ask_again(struct journal *j)
{
    journal_shrink_checkpoint(&j->pending);
    j->cut = j->open; /* pieces of the old one may still come */
    j->ask = !journal_has_checkpoint(j);
}

uint64_t journal_stored(const struct journal *j)
{
    return j->written - 1;
}

uint64_t journal_held(const struct journal *j)
{
    return j->expect - 1;
}

/* ---- writing ---- */

/* Puts why writing fails into j->why; the code is returned. */
static int fails(struct journal *j, int code, const char *doing)
{
    const char *name = j->list.v.n ? newest(j)->name : "the first segment";

    j->stats.failures++;
    snprintf(j->why, sizeof(j->why), "%s: %s failed: %s", name, doing,
             code == E_NOSPC
                 ? "the disk is full or read-only; records wait in memory, writing resumes by itself"
                 : "the disk reports an error; records wait in memory, writing is tried again");
    return code;
}

/* Blocks for `need` more bytes and the reserve behind them. A full disk makes the journal low, until there is room for more than that; any other error will show at the write. */
static void allocate(struct journal *j, uint64_t need)
{
    uint64_t want = j->at + need + j->o.reserve;
    int r;

    if (!j->low && want <= j->allocated)
        return;
    r = j->io.allocate(j->io.user, j->handle, want + AHEAD);
    if (r == 0) {
        j->allocated = want + AHEAD;
        j->low = false;
        return;
    }
    if (r != E_NOSPC) {
        j->low = false;
        return;
    }
    if (want > j->allocated)
        r = j->io.allocate(j->io.user, j->handle, want);
    if (r == 0)
        j->allocated = want;
    j->low = j->low || r == E_NOSPC;
}

/* Gives the blocks behind the end back and leaves the segment. */
static void leave_segment(struct journal *j)
{
    if (j->handle < 0)
        return;
    if (j->io.truncate(j->io.user, j->handle, j->at) == 0)
        newest(j)->size = j->at;
    j->io.close(j->io.user, j->handle);
    j->handle = -1;
}

/* Where a segment ends: a checkpoint is at most a quarter of it. */
static uint64_t segment_end(const struct journal *j)
{
    return MAX(j->o.segment_bytes, 4 * j->checkpoint_bytes);
}

/* The bound is too little for the state: a part of the journal that is needed is larger. */
static void say_over(struct journal *j, uint64_t takes)
{
    if (takes <= j->o.keep_bytes || takes <= j->said_over)
        return;
    j->said_over = 2 * takes;
    log_warn(
        "the journal takes up to %llu bytes, for the newest state of all objects is always kept: write at "
        "least vigie_journal_size=%llu, not %llu",
        (unsigned long long)takes, (unsigned long long)takes, (unsigned long long)j->o.keep_bytes);
}

/* Removes the oldest segments: what is over size, with the segment that begins; and of what is over age at most two. */
static void trim(struct journal *j, struct wall now, uint64_t next_bytes)
{
    uint64_t total = next_bytes + j->o.reserve + AHEAD;
    size_t n = 0;

    for (size_t i = 0; i < j->list.v.n; i++)
        total += j->list.v.at[i].size;
    while (n < j->complete && j->has_complete) {
        const struct journal_segment *s = &j->list.v.at[n];
        int64_t until = s[1].head.created.us;
        bool old = n < 2 && s[1].whole && until < now.us - j->o.keep_us;

        if (total <= j->o.keep_bytes && !old)
            break;
        /* In order for certain: a hole in the middle of the folder would look like damage. */
        if ((n && j->io.sync_names(j->io.user) < 0) ||
            (j->io.unlink(j->io.user, s->name) < 0 && !s->refused)) /* that may be a folder: it is left */
            break;
        total -= s->size;
        n++;
    }
    if (n == j->complete)
        say_over(j, total);
    if (!n)
        return;
    memmove(j->list.v.at, j->list.v.at + n, (j->list.v.n - n) * sizeof(j->list.v.at[0]));
    j->list.v.n -= n;
    j->complete -= n;
}

/* Makes the file with its header, durable, and reserves room. The handle, or an error; then nothing stays. */
static int make_file(struct journal *j, const struct journal_segment *s)
{
    struct buf b = BUF_INIT;
    int h = j->io.open(j->io.user, s->name, JOURNAL_CREATE), r;

    if (h < 0)
        return h;
    segment_header_put(&b, &s->head);
    r = j->io.allocate(j->io.user, h, SEGMENT_BODY + j->o.reserve);
    if (r != E_NOSPC)
        r = j->io.write(j->io.user, h, 0, b.data, b.len);
    if (r == 0)
        r = j->io.sync(j->io.user, h);
    if (r == 0)
        r = j->io.sync_names(j->io.user);
    buf_release(&b);
    if (r == 0)
        return h;
    j->io.close(j->io.user, h);
    j->io.unlink(j->io.user, s->name);
    return r;
}

/* The next segment begins at the number after the last durable one. */
static int begin_segment(struct journal *j, struct wall now)
{
    uint64_t next_bytes = segment_end(j);
    struct journal_segment s = {.first_seq = j->expect, .whole = true, .size = SEGMENT_BODY};
    const struct journal_segment *last = newest(j);
    int h;

    if (last && last->first_seq == s.first_seq)
        s.ordinal = last->ordinal + 1;
    journal_name(s.name, s.first_seq, s.ordinal);
    s.head = (struct segment_header){.version = SEGMENT_VERSION,
                                     .site = j->o.site,
                                     .first_seq = s.first_seq,
                                     .created = now,
                                     .nonce = j->io.nonce(j->io.user)};
    memcpy(s.head.snapshot, j->snapshot, sizeof(s.head.snapshot));
    h = make_file(j, &s);
    if (h < 0)
        return h;
    leave_segment(j);
    /* What is still to come of a checkpoint belongs to the segment that was left. */
    journal_shrink_checkpoint(&j->pending);
    *VEC_ADD(&j->list.v) = s;
    j->handle = h;
    j->at = SEGMENT_BODY;
    j->allocated = SEGMENT_BODY + j->o.reserve;
    j->checkpoint_bytes = j->part_bytes = 0;
    j->ask = true;
    j->rotate = false;
    j->mending = j->mending || j->lost;
    j->lost = false;
    j->cut = j->open;
    trim(j, now, next_bytes);
    return 0;
}

static bool wants_segment(const struct journal *j, struct wall now)
{
    const struct journal_segment *s = newest(j);
    uint64_t bound = segment_end(j);
    int64_t age;

    if (j->handle < 0 || (j->rotate && !j->low))
        return true;
    if (j->at == SEGMENT_BODY || j->low)
        return false;
    age = now.us - s->head.created.us;
    age = MAX(age, -age); /* the clock was set back: this one would have no end */
    /* While a checkpoint is awaited the segment may grow; without an end, if nobody answers, it must not. */
    if (!journal_has_checkpoint(j))
        return j->at > MAX(j->unanswered_bytes, 16 * bound) ||
               j->at - j->part_bytes > MAX(MAX(j->o.keep_bytes, bound), j->part_bytes);
    return j->at > bound || age > TIME_DAY;
}

/* The batch is on disk. */
static void committed(struct journal *j, uint64_t expect)
{
    struct segment_record r;
    struct buf swap;
    size_t size;

    for (size_t at = 0; segment_record_peek(str_sub(buf_str(&j->pending), at, SIZE_MAX), &r, &size) == 1;
         at += size) {
        j->stats.records++;
        j->part_bytes += r.flags & SEGMENT_CHECKPOINT ? size : 0;
        if (r.kind != RECORD_CHECKPOINT_END || !(r.flags & SEGMENT_CHECKPOINT))
            continue;
        j->has_complete = true;
        j->complete = j->list.v.n - 1;
        j->checkpoint_bytes = j->at - SEGMENT_BODY + at;
        j->mended = j->mended || (j->mending && !j->lost);
        j->mending = j->mending && j->lost;
    }
    j->rotate = j->rotate || (j->lost && !j->low);
    j->stats.batches++;
    j->stats.bytes += j->pending.len;
    j->at += j->pending.len;
    newest(j)->size = j->at;
    j->expect = expect;
    j->written = j->next; /* what is not in the batch was given up */
    swap = j->done;
    j->done = j->pending;
    j->pending = swap;
    buf_clear(&j->pending);
    if (!j->low)
        j->why[0] = 0;
}

static int write_batch(struct journal *j)
{
    uint64_t expect = segment_seal(&j->pending, newest(j)->head.nonce, j->expect);
    int r = j->io.write(j->io.user, j->handle, j->at, j->pending.data, j->pending.len);

    if (r < 0)
        return fails(j, r, "writing");
    r = j->io.sync(j->io.user, j->handle);
    if (r < 0) {
        leave_segment(j);
        return fails(j, r, "syncing");
    }
    committed(j, expect);
    return 0;
}

int journal_commit(struct journal *j, struct wall now)
{
    int r = 0;

    buf_clear(&j->done);
    if (!j->pending.len && j->handle >= 0 && !j->rotate && !j->why[0]) {
        j->written = j->next;
        return 0;
    }
    if (wants_segment(j, now))
        r = begin_segment(j, now);
    if (j->handle < 0)
        return fails(j, r, "beginning a segment");
    allocate(j, j->pending.len);
    if (j->low) {
        journal_shrink(&j->pending, 0, &j->stats);
        snprintf(j->why, sizeof(j->why),
                 "the disk is full: results of checks are no longer recorded (%llu given up), events go into "
                 "the reserve of %s (%llu KiB left)",
                 (unsigned long long)j->stats.dropped_samples, newest(j)->name,
                 (unsigned long long)(j->allocated > j->at ? (j->allocated - j->at) / 1024 : 0));
    }
    if (!j->pending.len) {
        j->written = j->next;
        if (!j->low)
            j->why[0] = 0;
        return 0;
    }
    return write_batch(j);
}

/* ---- reading ---- */

bool journal_names_snapshot(const struct journal *j, const char *hash)
{
    for (size_t i = 0; i < j->list.v.n; i++)
        if (strcmp(j->list.v.at[i].head.snapshot, hash) == 0)
            return true;
    return strcmp(j->snapshot, hash) == 0;
}

struct wall journal_oldest(const struct journal *j)
{
    struct wall oldest = {INT64_MAX};

    for (size_t i = 0; i < j->list.v.n; i++)
        if (j->list.v.at[i].whole)
            oldest.us = MIN(oldest.us, j->list.v.at[i].head.created.us);
    return oldest;
}

bool journal_refuses(const struct journal *j)
{
    for (size_t i = 0; i < j->list.v.n; i++)
        if (j->list.v.at[i].refused)
            return true;
    return false;
}

struct wall journal_begun(const struct journal *j)
{
    return j->list.v.n ? VEC_LAST(&j->list.v).head.created : (struct wall){0};
}

void journal_read_state(const struct journal *j, struct journal_reader *rd)
{
    journal_reader_init(rd, &j->io, &j->list, j->has_complete ? j->complete : 0, j->list.v.n);
    rd->stop = j->at;
}

void journal_read_from(const struct journal *j, uint64_t seq, struct journal_reader *rd)
{
    size_t from = 0;

    for (size_t i = 1; i < j->list.v.n; i++)
        if (j->list.v.at[i].first_seq <= seq)
            from = i;
    journal_reader_init(rd, &j->io, &j->list, from, j->list.v.n);
    rd->stop = j->at;
}

bool journal_read_at(const struct journal *j, const struct journal_stand *stand, struct journal_reader *rd)
{
    bool there = journal_reader_init_at(rd, &j->io, &j->list, stand);

    if (there)
        rd->stop = j->at;
    return there;
}
