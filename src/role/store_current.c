/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The projection of what is so now (db/current.h). What changes is applied with the batches, a moment later; that a check was made and nothing changed is only marked (where its record
 * stands in the journal), and each minute the marked ones are read and written, in the order of the table, so that each of its pages is touched once.
 *
 * After a start, or when something was given up, the marks are made again from the journal: from the number that the database reached, or from the newest checkpoint. While the journal is
 * damaged the database stays as it is: an engine that starts is given what it knows (store_merge.c).
 */
#include "base/log.h"
#include "core/record.h"
#include "db/journal_pick.h"
#include "os/clock.h"
#include "role/store_int.h"

#include <stdio.h>
#include <string.h>

#define SOON_US      (200 * TIME_MS) /* until a change is in */
#define ROUND_S      60u   /* between two rounds over what is marked, if vigie_states_every says nothing */
#define SLICE        1000u /* checks of one transaction of a round */
#define PAUSE_PART   3     /* a slice is followed by a pause of so many times what it took */
#define WAITS_MOST   (4u * 1024 * 1024)
#define OFFSET_BITS  40
#define SEGMENT_MOST ((UINT64_C(1) << (64 - OFFSET_BITS)) - 1)

static void on_current(void *user);

static void plan(struct store *s, int64_t in_us)
{
    struct mono due = {store_now(s).us + in_us};

    if (s->now.timer.slot && s->now.due.us <= due.us)
        return;
    loop_timer_cancel(&s->now.timer);
    s->now.due = due;
    loop_timer_set(s->role->loop, &s->now.timer, due, on_current, s);
}

/* ---- marks ---- */

static int64_t round_us(const struct store *s)
{
    uint64_t n = ROUND_S;

    if (!str_to_u64(str_of(role_option(s->role, "vigie_states_every", "")), &n) || !n)
        n = ROUND_S;
    return (int64_t)MIN(n, (uint64_t)86400) * TIME_S;
}

/* The number of a segment among those that marks lie in. */
static uint64_t segment_number(struct store *s, uint64_t first_seq, uint32_t ordinal)
{
    struct journal_place *last = s->now.segment.n ? &VEC_LAST(&s->now.segment) : NULL;

    if (!last || last->first_seq != first_seq || last->ordinal != ordinal)
        *VEC_ADD(&s->now.segment) = (struct journal_place){.first_seq = first_seq, .ordinal = ordinal};
    BUG_ON(s->now.before + s->now.segment.n > SEGMENT_MOST);
    return s->now.before + s->now.segment.n; /* from 1 on, so that no mark is 0 */
}

static void mark(struct store *s, uint32_t idx, uint64_t segment, uint64_t offset)
{
    s->now.marked += s->now.mark[idx] == 0;
    s->now.mark[idx] = segment << OFFSET_BITS | (offset & ((UINT64_C(1) << OFFSET_BITS) - 1));
}

static void unmark(struct store *s, uint32_t idx)
{
    s->now.marked -= s->now.mark[idx] != 0;
    s->now.mark[idx] = 0;
}

static struct journal_place place_of(const struct store *s, uint64_t mark)
{
    struct journal_place p = s->now.segment.at[(mark >> OFFSET_BITS) - 1 - s->now.before];

    p.offset = mark & ((UINT64_C(1) << OFFSET_BITS) - 1);
    return p;
}

void store_current_snapshot(struct store *s, const struct oids *was)
{
    uint32_t n = s->model.n_check, from;
    uint64_t *mark = mem_calloc((size_t)n + 1, sizeof(*mark));
    uint32_t *digest = mem_calloc((size_t)n + 1, sizeof(*digest));

    s->now.marked = 0;
    for (uint32_t i = 0; i < n; i++)
        if (s->now.mark && oids_find(was, s->oids.oid[i], &from)) {
            mark[i] = s->now.mark[from];
            digest[i] = s->now.digest[from];
            s->now.marked += mark[i] != 0;
        }
    mem_free(s->now.mark);
    mem_free(s->now.digest);
    s->now.mark = mark;
    s->now.digest = digest;
    s->now.contacts_changed = true;
    s->now.round.at = 0; /* their order is another one */
    s->now.round.segment = s->now.before + 1;
}

/* ---- what comes ---- */

static void give_up_waiting(struct store *s)
{
    buf_clear(&s->now.waiting);
    s->now.behind = true;
}

void store_current_renew(struct store *s)
{
    struct current *db = &s->now.db;

    if (current_begin(db) < 0 || current_end(db, 0, db->reached) < 0)
        db->applied = 0; /* it fails again at the next turn, which says so */
    s->now.round.on = false;
    give_up_waiting(s);
    plan(s, SOON_US);
}

/* A check was made. True: something that people wait for changed. */
static bool take_state(struct store *s, const struct segment_record *r, uint64_t segment, uint64_t offset)
{
    struct record_state state;
    uint32_t idx, digest;

    if (record_get(RECORD_STATE, r->payload, &state) < 0)
        return false;
    if (!oids_find(&s->oids, state.oid, &idx))
        return true; /* of a configuration that comes in a moment */
    mark(s, idx, segment, offset);
    digest = current_digest(&state);
    if (digest == s->now.digest[idx])
        return false;
    s->now.digest[idx] = digest;
    return true;
}

/* What a round has still to read of it would bring it back. */
static void ended(struct store *s, const struct segment_record *r)
{
    struct record_state_end end;
    uint32_t idx;

    if (record_get(RECORD_STATE_END, r->payload, &end) < 0 || !oids_find(&s->oids, end.oid, &idx))
        return;
    unmark(s, idx);
    s->now.digest[idx] = 0;
}

void store_current_take(struct store *s, const struct buf *batch)
{
    struct journal_place place;
    struct segment_record r;
    uint64_t segment;
    size_t size;

    if (s->now.behind || !batch->len)
        return;
    place = journal_done_at(&s->journal);
    segment = segment_number(s, place.first_seq, place.ordinal);
    for (size_t at = 0; segment_record_peek(str_sub(buf_str(batch), at, SIZE_MAX), &r, &size) == 1;
         at += size) {
        if (r.flags & SEGMENT_CHECKPOINT || !current_wants(r.kind))
            continue;
        if (r.kind == RECORD_STATE_END)
            ended(s, &r);
        if (r.kind != RECORD_STATE || take_state(s, &r, segment, place.offset + at))
            buf_add(&s->now.waiting, batch->data + at, size);
    }
    s->now.reached = journal_stored(&s->journal);
    if (s->now.waiting.len > WAITS_MOST)
        give_up_waiting(s);
    plan(s, s->now.waiting.len || s->now.behind ? SOON_US : round_us(s));
}

/* ---- what is written ---- */

uint64_t store_current_lag(const struct store *s)
{
    uint64_t stored = journal_stored(&s->journal), applied = s->now.db.applied;

    return (s->now.behind || s->now.filling || s->now.why[0]) && stored > applied ? stored - applied : 0;
}

static int apply_one(struct store *s, const struct segment_record *r)
{
    struct record_state state;
    uint32_t idx;

    if (r->kind == RECORD_STATE && record_get(RECORD_STATE, r->payload, &state) == 0 &&
        oids_find(&s->oids, state.oid, &idx))
        s->now.digest[idx] = current_digest(&state);
    return current_put(&s->now.db, r->seq, r->at, r->kind, r->payload);
}

/* Nothing of a failed transaction is in: what was thought to be is written with the next round. */
static void forget_digests(struct store *s)
{
    memset(s->now.digest, 0, ((size_t)s->model.n_check + 1) * sizeof(*s->now.digest));
}

static int apply_waiting(struct store *s)
{
    struct segment_record r;
    size_t size;
    int got;

    if (!s->now.waiting.len)
        return 0;
    got = current_begin(&s->now.db);
    for (size_t at = 0;
         got == 0 && segment_record_peek(str_sub(buf_str(&s->now.waiting), at, SIZE_MAX), &r, &size) == 1;
         at += size)
        got = apply_one(s, &r);
    if (got == 0)
        got = current_end(&s->now.db, s->now.db.applied, s->now.reached);
    if (got == 0)
        buf_clear(&s->now.waiting);
    return got;
}

/* Where the marks are made anew from. True: from a checkpoint, before which nothing counts. */
static bool scan_from(struct store *s, struct journal_reader *rd)
{
    const struct journal *j = &s->journal;
    bool anew = !j->has_complete || s->now.db.applied < j->list.v.at[j->complete].first_seq ||
                s->now.db.applied > journal_stored(j);

    if (anew)
        journal_read_state(j, rd);
    else
        journal_read_from(j, s->now.db.applied + 1, rd);
    if (anew && rd->segment < j->list.v.n) /* its own records have the number before */
        s->now.sweep_before = MAX(j->list.v.at[rd->segment].first_seq, 1u) - 1;
    return anew;
}

static int scan_one(struct store *s, const struct journal_record *rec)
{
    const struct journal_segment *seg = &s->journal.list.v.at[rec->segment];
    struct record_state state;
    uint32_t idx;

    if (rec->r.kind == RECORD_STATE_END)
        ended(s, &rec->r);
    if (rec->r.kind != RECORD_STATE)
        return current_put(&s->now.db, rec->r.seq, rec->r.at, rec->r.kind, rec->r.payload);
    if (record_get(RECORD_STATE, rec->r.payload, &state) == 0 && oids_find(&s->oids, state.oid, &idx))
        mark(s, idx, segment_number(s, seg->first_seq, seg->ordinal), rec->offset);
    return 0;
}

/* Marks the states that are not in, and applies the rest. What the disk does not give is missing here as it is in the history, which says so. */
static int scan(struct store *s)
{
    struct journal_reader rd;
    struct journal_record rec;
    bool anew = scan_from(s, &rd);
    int got = current_begin(&s->now.db);

    buf_clear(&s->now.waiting); /* the journal has it */
    if (got == 0 && anew)
        got = current_renew(&s->now.db);
    while (got == 0 && journal_reader_next_whole(&rd, &rec) == 1)
        if (anew || (!(rec.r.flags & SEGMENT_CHECKPOINT) && rec.r.seq > s->now.db.applied))
            got = scan_one(s, &rec);
    journal_reader_release(&rd);
    if (got == 0)
        got = current_end(&s->now.db, s->now.db.applied, journal_stored(&s->journal));
    if (got < 0)
        return got;
    s->now.filling = true;
    forget_digests(s);
    s->now.reached = journal_stored(&s->journal);
    s->now.behind = false;
    s->now.round_due = store_now(s);
    return 0;
}

/* ---- rounds ---- */

static int write_marked(struct store *s, struct journal_pick *pick, uint32_t idx, struct err *err)
{
    struct journal_place place = place_of(s, s->now.mark[idx]);
    struct record_state state;
    struct segment_record r;
    uint32_t digest;
    int got = journal_pick(pick, &s->journal, &place, &r);

    if (got < 0 && got != E_NOENT && got != E_FORMAT) /* the next round asks again */
        return err_set(err, got, "the journal cannot be read: %s", err_name(got));
    unmark(s, idx);
    if (got < 0 || record_get(RECORD_STATE, r.payload, &state) < 0)
        return 0; /* that segment is gone, or damaged: the next result of the check is as good */
    digest = current_digest(&state);
    got = current_put_state(&s->now.db, r.seq, r.at, &state,
                            digest == s->now.digest[idx] ? CURRENT_RESULT : CURRENT_WHOLE);
    s->now.digest[idx] = digest;
    return got;
}

/* What is marked of one segment, then of the next, so that each is opened once. True: that was the last. */
static bool round_over(struct store *s)
{
    if (s->now.round.at < s->model.n_check)
        return false;
    s->now.round.at = 0;
    s->now.round.segment++;
    return s->now.round.segment > s->now.before + s->now.segment.n;
}

/* Those in which no mark lies any more. */
static void forget_segments(struct store *s)
{
    uint64_t first = s->now.before + s->now.segment.n;
    size_t n;

    for (uint32_t i = 0; i < s->model.n_check; i++)
        if (s->now.mark[i])
            first = MIN(first, s->now.mark[i] >> OFFSET_BITS);
    n = s->now.segment.n && first > s->now.before + 1 ? (size_t)(first - 1 - s->now.before) : 0;
    if (!n)
        return;
    memmove(s->now.segment.at, s->now.segment.at + n, (s->now.segment.n - n) * sizeof(*s->now.segment.at));
    s->now.segment.n -= n;
    s->now.before += n;
}

static bool is_configured(void *user, struct str contact)
{
    const struct store *s = user;

    return model_find_contact(&s->model, contact) != MODEL_NONE;
}

static int end_round(struct store *s)
{
    int got = s->now.sweep_before ? current_sweep(&s->now.db, s->now.sweep_before) : 0;

    if (got == 0 && s->now.contacts_changed)
        got = current_keep_contacts(&s->now.db, is_configured, s);
    if (got == 0)
        got = current_end(&s->now.db, s->now.round.to, s->now.reached);
    if (got < 0)
        return got;
    s->now.sweep_before = 0;
    s->now.contacts_changed = s->now.filling = s->now.round.on = false;
    s->now.round_due = (struct mono){store_now(s).us + round_us(s)};
    forget_segments(s);
    sql_forget(&s->now.db.sql);
    return 0;
}

static int slice(struct store *s, struct err *err)
{
    struct journal_pick pick;
    unsigned n = 0;
    bool over = false;
    int got;

    if (!s->now.round.on) {
        s->now.round.on = true;
        s->now.round.at = 0;
        s->now.round.segment = s->now.before + 1;
        s->now.round.to = s->now.reached;
    }
    got = current_begin(&s->now.db);
    journal_pick_init(&pick, &s->journal);
    while (got == 0 && n < SLICE && !(over = round_over(s))) {
        uint32_t idx = s->now.round.at++;

        if (idx < s->model.n_check && s->now.mark[idx] >> OFFSET_BITS == s->now.round.segment) {
            got = write_marked(s, &pick, idx, err);
            n++;
        }
    }
    journal_pick_release(&pick);
    if (got < 0)
        return got;
    return over ? end_round(s) : current_end(&s->now.db, s->now.db.applied, s->now.reached);
}

/* ---- life ---- */

static int open_current(struct store *s, struct err *err)
{
    char path[sizeof(s->role->state_dir) + 32];
    bool moved;
    int r;

    snprintf(path, sizeof(path), "%s/db/state.db", s->role->state_dir);
    s->now.behind = true;
    r = current_open(&s->now.db, path, clock_wall(), &moved, err);
    s->now.db.site = s->site;
    return r;
}

void store_current_open(struct store *s)
{
    struct err err = ERR_INIT;
    int r = open_current(s, &err);

    if (r == E_INVAL)
        log_fatal("%s", err.text);
    if (r == E_FORMAT)
        store_damage_aside(s, DAMAGE_STATES, &s->now.db.sql);
    else if (r < 0)
        log_error("%s", err.text);
    plan(s, 0);
}

/* False: not now. */
static bool renew(struct store *s)
{
    bool aside = store_damage_aside(s, DAMAGE_STATES, &s->now.db.sql);

    if (aside)
        current_close(&s->now.db);
    return aside;
}

/* What a transaction that failed held is marked again from the journal. */
static void begin_anew(struct store *s)
{
    s->now.round.on = false;
    s->now.behind = true;
    buf_clear(&s->now.waiting);
}

static void failed(struct store *s, int code, const struct err *err)
{
    begin_anew(s);
    if ((code == E_FORMAT || s->now.db.sql.damaged) && renew(s))
        return;
    if (!s->now.why[0])
        log_error("the database of states is not written: %s; it is made good from the journal later",
                  err->text[0] ? err->text : sql_message(&s->now.db.sql));
    snprintf(s->now.why, sizeof(s->now.why),
             "the database of states is not written (%.150s); it is made good from the journal later",
             code == E_NOSPC ? "the disk is full or read-only"
             : err->text[0]  ? err->text
                             : sql_message(&s->now.db.sql));
    sql_rollback(&s->now.db.sql);
}

static void on_current(void *user)
{
    struct store *s = user;
    struct err err = ERR_INIT;
    struct mono began = clock_mono();
    int r;

    if (store_engine_first(s) || !s->oids.oid) {
        plan(s, SOON_US);
        return;
    }
    if (s->merge.wanted) { /* it knows what the journal lacks, until that is whole again */
        plan(s, STORE_RETRY_US);
        return;
    }
    r = s->now.db.sql.damaged ? E_FORMAT : s->now.db.sql.db ? 0 : open_current(s, &err);
    if (r == 0 && s->now.why[0]) /* does it take anything again? */
        r = current_begin(&s->now.db);
    if (r == 0 && s->now.why[0])
        r = current_end(&s->now.db, s->now.db.applied, s->now.db.reached);
    if (r == 0)
        r = s->now.behind ? scan(s) : apply_waiting(s);
    if (r == 0 && (s->now.round.on || store_now(s).us >= s->now.round_due.us))
        r = slice(s, &err);
    if (r < 0)
        failed(s, r, &err);
    else
        s->now.why[0] = 0;
    store_tell_degraded(s);
    plan(s, r < 0                ? STORE_RETRY_US
            : s->now.round.on    ? PAUSE_PART * (clock_mono().us - began.us)
            : s->now.waiting.len ? SOON_US
                                 : MAX(s->now.round_due.us - store_now(s).us, (int64_t)0));
}

void store_current_damaged(struct store *s)
{
    if (s->merge.wanted || !renew(s)) /* it knows what the journal lacks */
        return;
    begin_anew(s);
    plan(s, 0);
}

void store_current_go_on(struct store *s)
{
    plan(s, 0);
}

void store_current_release(struct store *s)
{
    if (s->now.db.sql.db && !s->now.behind)
        apply_waiting(s);
    loop_timer_cancel(&s->now.timer);
    current_close(&s->now.db);
    mem_free(s->now.mark);
    mem_free(s->now.digest);
    VEC_RELEASE(&s->now.segment);
    buf_release(&s->now.waiting);
}
