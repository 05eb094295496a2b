/* SPDX-License-Identifier: Apache-2.0 */
#include "db/follow.h"

#include "base/log.h"
#include "os/clock.h"

#define LOOK_EVERY 256u  /* records between two looks at the clock */
#define WRITE_PART 2000u /* spans, the same */
#define WHOLE_EVENTS                                                                                         \
    20000u /* of a transaction that cannot be committed in parts any more (history_part): the next one can */
#define FEW_EVENTS                                                                                           \
    2000u /* of a transaction after one that failed: where there is little room, some of it may go in */

void follow_init(struct follow *f, struct history *h, const struct journal *j,
                 int (*watch)(void *user, const struct segment_record *r), void *user)
{
    *f = (struct follow){
        .h = h, .j = j, .watch = watch, .user = user, .most = FOLLOW_EVENTS, .part = FOLLOW_PART};
}

static int begin(struct follow *f)
{
    int r = history_begin(f->h);

    if (f->to != f->h->applied) /* the last transaction failed, or events came another way */
        f->stand.at.offset = 0;
    f->to = f->h->applied;
    f->stored = 0;
    f->all = false;
    f->events = f->records = 0;
    f->writing = false;
    return r;
}

/* Until the spans know all objects: what the journal says of those that nothing happened to. */
static int seed(struct follow *f, const struct segment_record *r)
{
    struct record_state state;

    if (f->h->seeded || r->kind != RECORD_STATE || record_get(RECORD_STATE, r->payload, &state) < 0 ||
        !state.oid)
        return 0;
    return history_seed(f->h, r->seq, r->at, &state);
}

static int apply(struct follow *f, const struct segment_record *r)
{
    struct record_event e;
    int got = seed(f, r);

    if (got < 0 || r->flags & SEGMENT_CHECKPOINT || r->seq <= f->to)
        return got;
    if (r->kind == RECORD_EVENT && record_get(RECORD_EVENT, r->payload, &e) == 0) {
        got = history_add(f->h, r->seq, r->at, &e);
        f->events++;
    }
    if (r->kind == RECORD_SNAPSHOT)
        got = f->watch(f->user, r);
    else if (got == 0)
        history_seen(
            f->h,
            r->at); /* a life begins with a SNAPSHOT: it says nothing about when the one before it ended */
    f->to = r->seq;
    f->records++;
    return got;
}

static bool is_full(const struct follow *f)
{
    return f->events >= f->most || f->records >= FOLLOW_RECORDS || (f->h->whole && f->events >= WHOLE_EVENTS);
}

static bool over(struct mono until)
{
    return clock_mono().us >= until.us;
}

/* As journal_reader_next; what could not be read often enough is stepped over. */
static int next(struct follow *f, struct journal_reader *rd, struct journal_record *rec)
{
    struct err err = ERR_INIT;
    int more = journal_reader_next(rd, rec, &err);

    if (more < 0)
        f->tries++;
    while (more < 0 && f->tries >= FOLLOW_TRIES) {
        journal_reader_skip(rd);
        more = journal_reader_next(rd, rec, &err);
    }
    if (more == 1)
        f->tries = 0;
    if (more < 0)
        str_copy(f->why, sizeof(f->why), str_of(err.text));
    return more;
}

static void tell_damage(const struct journal_reader *rd)
{
    if (rd->damage.places)
        log_error(
            "the history lacks what stood in damaged places of the journal (%u), the first: %s; what is "
            "whole behind it is used, at least %llu record%s lost",
            rd->damage.places, rd->damage.first, (unsigned long long)rd->damage.lost,
            rd->damage.lost == 1 ? " is" : "s are");
}

/* Reads until the time is over, the transaction is full or the journal ends, or cannot be read: then what was read is written, and the rest is behind. */
static int read_on(struct follow *f, struct mono until)
{
    struct journal_reader rd;
    struct journal_record rec;
    unsigned n = 0;
    int r = 0, more = 1;

    if (!journal_read_at(f->j, &f->stand, &rd))
        journal_read_from(f->j, f->h->applied + 1, &rd);
    while (r == 0 && !is_full(f) && (++n % LOOK_EVERY || !over(until)) && (more = next(f, &rd, &rec)) == 1)
        r = apply(f, &rec.r);
    if (rd.read_at)
        journal_reader_stand(&rd, &f->stand);
    tell_damage(&rd);
    journal_damage_add(&f->damage, &rd.damage);
    journal_reader_release(&rd);
    if (r < 0)
        return r;
    f->writing = more <= 0 || is_full(f);
    f->all = more == 0;
    f->stored = f->all ? journal_stored(f->j) : 0;
    f->to = MAX(f->to, f->stored);
    return f->all ? history_seeded(f->h) : 0;
}

static int end(struct follow *f)
{
    int r = history_end(f->h, f->to);

    f->writing = false;
    if (r < 0)
        return r;
    f->most = MIN(f->most * 2, FOLLOW_EVENTS);
    return f->all && f->stored == journal_stored(f->j) ? 0 : 1;
}

/* At the end of a turn: 1, or E_*. */
static int part(struct follow *f)
{
    int r = sql_written(&f->h->sql) < f->part ? 0 : history_part(f->h);

    f->in_parts = r == 1;
    return r < 0 ? r : 1;
}

static int go_on(struct follow *f)
{
    int r;

    if (f->h->sql.in_transaction)
        return 0;
    r = f->in_parts ? history_resume(f->h) : begin(f);
    f->in_parts = false;
    return r;
}

/* Reads or writes; 1: there is more. */
static int work(struct follow *f, struct mono until)
{
    int r = f->writing ? 0 : read_on(f, until);

    if (r < 0 || !f->writing)
        return r < 0 ? r : part(f);
    while ((r = history_write(f->h, WRITE_PART)) == 1 && !over(until))
        continue;
    return r == 1 ? part(f) : r < 0 ? r : end(f);
}

int follow_turn(struct follow *f, int64_t turn_us)
{
    struct mono until = {clock_mono().us + turn_us};
    int r;

    f->why[0] = 0;
    if (sql_tidy(&f->h->sql))
        return 1;
    r = go_on(f);
    if (r == 0)
        r = work(f, until);
    if (r < 0) {
        history_abandon(f->h);
        f->in_parts = false;
        f->most = FEW_EVENTS;
    }
    return r;
}
