/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following the journal while another process writes it. Only records that the store has called stored are looked at: what is behind them may still become something else. The list of segments is read
 * again when the ones that are known have come to their end.
 */
#include "base/log.h"
#include "os/clock.h"
#include "role/export_int.h"

#define TURN_US    (20 * TIME_MS) /* of reading, before others have their turn */
#define LOOK_EVERY 64u            /* records between two looks at the clock */
#define TRIES      5u             /* of a place that cannot be read, before it is stepped over */

static int read_list(struct export_target *t)
{
    struct err err = ERR_INIT;
    int r;

    journal_list_release(&t->list);
    t->list = (struct journal_list){0};
    r = journal_list_read(&t->list, &t->e->io, &err);
    t->list_read = r == 0;
    if (r < 0)
        log_warn("%s", err.text);
    return r;
}

static void say_missed(struct export_target *t, uint64_t n, const char *why)
{
    t->count.missed += n;
    log_error("%llu records %s before their measurements were sent to %s", (unsigned long long)n, why,
              t->name);
}

/* What the journal no longer has is not waited for. */
static void step_over_trimmed(struct export_target *t)
{
    uint64_t oldest = t->list.v.n ? t->list.v.at[0].first_seq : 0;

    if (oldest <= t->read + 1)
        return;
    say_missed(t, oldest - 1 - t->read,
               "were removed from the journal (vigie_journal_days, vigie_journal_size)");
    t->read = oldest - 1;
    t->stand.at.offset = 0;
}

/* A cursor that gives the records behind t->read, and perhaps some before them. */
static void begin(struct export_target *t, struct journal_reader *rd)
{
    size_t from = 0;

    if (journal_reader_init_at(rd, &t->e->io, &t->list, &t->stand))
        return;
    step_over_trimmed(t);
    for (size_t i = 1; i < t->list.v.n; i++)
        if (t->list.v.at[i].first_seq <= t->read + 1)
            from = i;
    journal_reader_init(rd, &t->e->io, &t->list, from, t->list.v.n);
}

static int next(struct export_target *t, struct journal_reader *rd, struct journal_record *rec)
{
    int more = journal_reader_next(rd, rec, NULL);

    t->tries_read = more < 0 ? t->tries_read + 1 : t->tries_read;
    while (more < 0 && t->tries_read >= TRIES) {
        journal_reader_skip(rd);
        more = journal_reader_next(rd, rec, NULL);
    }
    if (more == 1)
        t->tries_read = 0;
    return more;
}

/* False: a name is waited for, and the record is to come again. */
static bool apply(struct export_target *t, const struct segment_record *r)
{
    const struct export_object *o;
    struct record_result result;

    if (r->flags & SEGMENT_CHECKPOINT || r->seq <= t->read)
        return true;
    if (r->kind == RECORD_RESULT && record_get(RECORD_RESULT, r->payload, &result) == 0 && result.oid) {
        size_t had = t->batch.v.n;

        o = export_name(t->e, result.oid);
        if (!o)
            return false;
        if (!o->known)
            t->count.nameless++;
        else if (o->wanted)
            outgoing_add(&t->batch, str_of(o->host), str_of(o->service), &result);
        if (!had && t->batch.v.n)
            t->first = r->at;
    }
    t->read = r->seq;
    return true;
}

/* A batch that may have been sent before this process began is made of the same records again, so that what the other side refuses of it is known to be there. */
static bool is_full(const struct export_target *t)
{
    return t->done < t->marked ? t->read >= t->marked : t->batch.v.n >= EXPORT_BATCH;
}

static enum export_got read_some(struct export_target *t, struct journal_reader *rd)
{
    struct mono until = {clock_mono().us + TURN_US};
    uint64_t limit = t->done < t->marked ? t->marked : t->e->stored;
    struct journal_record rec;

    for (unsigned n = 1;; n++) {
        int more;

        if (t->read >= t->e->stored)
            return EXPORT_END;
        if (is_full(t))
            return EXPORT_FULL;
        if (n % LOOK_EVERY == 0 && clock_mono().us >= until.us)
            return EXPORT_TIME;
        more = next(t, rd, &rec);
        if (more < 0)
            return EXPORT_IO;
        if (more == 0)
            return EXPORT_END;
        if (!(rec.r.flags & SEGMENT_CHECKPOINT) && rec.r.seq > limit) {
            t->read = limit; /* the numbers between were given up */
            continue;
        }
        if (!apply(t, &rec.r))
            return EXPORT_NAME;
        journal_reader_stand(rd, &t->stand);
    }
}

static enum export_got read_on(struct export_target *t)
{
    struct journal_reader rd;
    enum export_got got;

    begin(t, &rd);
    got = read_some(t, &rd);
    if (got == EXPORT_IO) /* its segment may have been removed */
        t->list_read = false;
    if (rd.damage.lost)
        say_missed(t, rd.damage.lost, "were lost by damage to the journal");
    journal_reader_release(&rd);
    return got;
}

enum export_got export_read(struct export_target *t)
{
    bool fresh = !t->list_read;
    enum export_got got;

    if (fresh && read_list(t) < 0)
        return EXPORT_IO;
    got = read_on(t);
    if (got == EXPORT_END && t->read < t->e->stored && !fresh) {
        if (read_list(t) < 0)
            return EXPORT_IO;
        got = read_on(t);
    }
    if (got == EXPORT_END && t->read < t->e->stored) { /* these numbers were given up on a full disk */
        t->read = t->done < t->marked ? t->marked : t->e->stored;
        t->stand.at.offset = 0;
        t->list_read = false;
    }
    return got;
}

void export_read_release(struct export_target *t)
{
    journal_list_release(&t->list);
    outgoing_release(&t->batch);
}
