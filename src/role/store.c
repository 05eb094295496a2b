/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: the only process that writes the record. Records that arrive in one round of the loop are one batch: one write, one fdatasync, then STORED. It never
 * makes the engine wait: on a full or broken disk records wait here, bounded, and STORED says why.
 */
#include "base/limits.h"
#include "base/log.h"
#include "core/record.h"
#include "os/clock.h"
#include "os/file.h"
#include "role/store_int.h"
#include "wire/link.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define CHANGED_MOST 16384u        /* checks in one CHANGED */
#define ASK_AGAIN_US (60 * TIME_S) /* a checkpoint that does not come */
#define TELL_GATE_US (1 * TIME_S)
#define ENGINE_US    (10 * TIME_S) /* that a starting engine has for itself, at most */

struct mono store_now(const struct store *s)
{
    return loop_now(s->role->loop);
}

bool store_engine_first(const struct store *s)
{
    return s->loading || (!s->engine_serves && store_now(s).us < s->engine_due.us);
}

static void await_engine(struct store *s)
{
    s->engine_loaded = s->engine_serves = false;
    s->engine_due = (struct mono){store_now(s).us + ENGINE_US};
}

/* ---- what is told ---- */

static void on_retry(void *user);

void store_plan_retry(struct store *s)
{
    if (!s->retry.slot)
        loop_timer_set(s->role->loop, &s->retry, (struct mono){store_now(s).us + STORE_RETRY_US}, on_retry,
                       s);
}

/* Records that the history does not know yet; those that are none of its business do not count while nothing waits. */
static uint64_t lag(const struct store *s)
{
    uint64_t stored = journal_stored(&s->journal);

    return (s->behind || s->events.len) && stored > s->history.applied ? stored - s->history.applied : 0;
}

static void send_stored(struct store *s, enum role_id to, const char *degraded)
{
    struct peer *p = role_peer(s->role, to, 0);

    if (!p)
        return;
    msg_must(msg_put_stored(&s->frame, &(struct msg_stored){.seq = journal_stored(&s->journal),
                                                            .degraded = str_of(degraded),
                                                            .applied = s->history.applied,
                                                            .lag = lag(s),
                                                            .state_applied = s->now.db.applied,
                                                            .taken = s->journal.next - 1,
                                                            .state_lag = store_current_lag(s),
                                                            .lines_lost = s->log.lost,
                                                            .syslog_lost = s->syslog_lost,
                                                            .records_lost = s->journal.stats.dropped_other}));
    role_send(p, &s->frame, -1);
    buf_clear(&s->frame);
}

/* The worst of what is not written now, and how bad that is; 0: all is. A journal that cannot be written at all is worse than one in its reserve. */
static unsigned why_now(const struct store *s, const char **why)
{
    const char *const all[] = {s->log.why,  s->series.why, s->now.why,
                               s->past_why, s->names_why,  s->journal.why};

    *why = "";
    for (unsigned i = ARRAY_LEN(all); i-- > 0;) {
        if (!all[i][0])
            continue;
        *why = all[i];
        return i + 1 + (all[i] == s->journal.why && s->fails);
    }
    return 0;
}

/* Says on the log when writing begins to fail, when it becomes worse than it was, and when all is written again; tells gate what people should see. */
void store_tell_degraded(struct store *s)
{
    const char *why;
    unsigned bad = why_now(s, &why), was = s->bad;
    uint64_t lost = s->log.lost + s->syslog_lost;

    s->bad = bad ? MAX(bad, was) : 0;
    if (s->bad > was)
        log_error("not all is written as it should be: %s", why);
    if (was && !bad)
        log_notice("the record is written again; given up so far: %llu results, %llu older states, %llu "
                   "other records, %llu lines of the log",
                   (unsigned long long)s->journal.stats.dropped_samples,
                   (unsigned long long)s->journal.stats.dropped_states,
                   (unsigned long long)s->journal.stats.dropped_other, (unsigned long long)s->log.lost);
    if (was == s->bad && s->told_lag == (lag(s) != 0) && s->told_lost == lost &&
        store_now(s).us - s->told_gate.us < TELL_GATE_US)
        return;
    s->told_lag = lag(s) != 0;
    s->told_lost = lost;
    snprintf(s->degraded, sizeof(s->degraded), "%s", why);
    s->told_gate = store_now(s);
    send_stored(s, ROLE_GATE, s->degraded);
}

/* Tells gate which checks have a new state on disk. */
static void send_changed(struct store *s, const struct buf *batch)
{
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);
    struct buf list = BUF_INIT;
    struct segment_record r;
    struct record_state state;
    uint32_t idx;
    size_t size;

    for (size_t at = 0; gate && segment_record_peek(str_sub(buf_str(batch), at, SIZE_MAX), &r, &size) == 1;
         at += size) {
        if (r.kind != RECORD_STATE || (r.flags & SEGMENT_CHECKPOINT) ||
            record_get(RECORD_STATE, r.payload, &state) < 0 || !oids_find(&s->oids, state.oid, &idx))
            continue;
        buf_add_le32(&list, idx);
        if (list.len < 4 * CHANGED_MOST)
            continue;
        msg_must(msg_put_changed(&s->frame, &(struct msg_changed){.idx = buf_str(&list)}));
        role_send(gate, &s->frame, -1);
        buf_clear(&list);
    }
    if (list.len) {
        msg_must(msg_put_changed(&s->frame, &(struct msg_changed){.idx = buf_str(&list)}));
        role_send(gate, &s->frame, -1);
    }
    buf_clear(&s->frame); /* gate reads the board itself when it lags */
    buf_release(&list);
}

static void ask_checkpoint(struct store *s)
{
    struct peer *engine = role_peer(s->role, ROLE_ENGINE, 0);

    if (journal_asks_checkpoint(&s->journal)) {
        s->ask = true;
        store_audit_segment(s);
        store_names_trim(s);
    }
    if (!s->ask && !journal_has_checkpoint(&s->journal) && store_now(s).us - s->asked.us > ASK_AGAIN_US) {
        journal_ask_again(&s->journal);
        s->ask = journal_asks_checkpoint(&s->journal);
    }
    if (!s->ask || !engine || !s->engine_loaded || !s->journal.list.v.n)
        return;
    s->ask = false;
    s->asked = store_now(s);
    msg_must(msg_put_segment(&s->frame,
                             &(struct msg_segment){.first_seq = VEC_LAST(&s->journal.list.v).first_seq}));
    role_send(engine, &s->frame, -1);
    buf_clear(&s->frame);
}

/* ---- records ---- */

static void commit(struct store *s)
{
    int r;

    s->planned = false;
    if (s->loading)
        return; /* the reader needs the journal as it is; its end plans the next commit */
    r = journal_commit(&s->journal, clock_wall());
    s->history.held = s->now.db.held = journal_held(&s->journal);
    s->fails = r < 0;
    send_stored(s, ROLE_ENGINE, s->journal.why);
    if (r == 0) {
        send_stored(s, ROLE_EXPORT, "");
        send_changed(s, &s->journal.done);
        store_past_take(s, &s->journal.done);
        store_current_take(s, &s->journal.done);
        store_series_take(s, &s->journal.done);
        if (journal_mended(&s->journal)) {
            s->merge.wanted = false;
            store_current_renew(s);
        }
    }
    if (s->journal.why[0] || s->journal.rotate)
        store_plan_retry(s);
    ask_checkpoint(s);
    store_tell_degraded(s);
}

static void on_later(void *user)
{
    struct store *s = user;

    if (s->planned)
        commit(s);
}

void store_plan(struct store *s)
{
    /* What a failing disk gets, it gets at the pace of the retries: meanwhile states coalesce. What is left of a full one is written to at once, for people wait for their answers. */
    if (s->planned || (s->fails && s->retry.slot))
        return;
    s->planned = true;
    loop_later(s->role->loop, on_later, s);
}

static void on_retry(void *user)
{
    struct store *s = user;
    const char *why;

    store_names_retry(s);
    store_past_flush(s);
    store_log_write(s);
    store_perf_write(s);
    commit(s);
    if (why_now(s, &why))
        store_plan_retry(s);
}

static void engine_serves(struct store *s)
{
    s->engine_serves = true;
    store_past_go_on(s);
    store_current_go_on(s);
    store_series_go_on(s);
}

static void on_put(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct store *s = r->self;
    struct str rest = m->u.put.records;
    uint64_t seq = m->u.put.first_seq, left = m->u.put.count;
    struct record_frame f;
    struct record_snapshot snap;
    struct record_given_up gone;
    int got;

    if (!s->engine_serves)
        engine_serves(s);
    if (m->u.put.anew)
        journal_lacks(&s->journal);
    s->given_up += m->u.put.given_up;
    for (; (got = record_next(&rest, &f)) == 1; seq++, left--) {
        if (!left)
            break;
        if (f.kind == RECORD_GIVEN_UP) {
            if (record_get(f.kind, f.payload, &gone) < 0 || !gone.n || gone.n > left)
                break;
            seq += gone.n - 1;
            left -= gone.n - 1;
            journal_raise(&s->journal, seq + 1);
            continue;
        }
        if (f.kind == RECORD_SNAPSHOT && record_get(f.kind, f.payload, &snap) == 0 &&
            snap.hash.n == SEGMENT_HASH) {
            char hash[SEGMENT_HASH + 1];

            str_copy(hash, sizeof(hash), snap.hash);
            journal_set_snapshot(&s->journal, hash);
            store_names_recorded(s, hash);
        }
        journal_add(&s->journal, seq, (uint16_t)f.kind, f.at, f.payload);
    }
    if (got != 0 || left)
        log_fatal("the engine sent a batch that is no batch");
    if (m->u.put.count)
        store_plan(s);
    store_log_take(s, &m->u.put);
}

static void on_checkpoint(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct store *s = r->self;
    struct str rest = m->u.checkpoint.records;
    struct record_frame f;
    int got;

    while ((got = record_next(&rest, &f)) == 1)
        journal_add_checkpoint(&s->journal, m->u.checkpoint.last, (uint16_t)f.kind, f.at, f.payload);
    if (got < 0)
        log_fatal("the engine sent a checkpoint that is none");
    store_plan(s);
}

static void on_load(struct role *r, struct peer *p, const struct msg *m)
{
    store_log_load(r->self, &m->u.load);
    store_load_begin(r->self, p);
}

/* ---- life ---- */

static void birth(struct role *r)
{
    struct store *s = r->self;

    s->role = r;
    s->state_fd = s->snapshots_fd = s->log_fd = s->dir.fd = s->oids_fd = s->audit.dir.fd = -1;
    s->journal.handle = s->series.dir.fd = -1;
    buf_init(&s->frame);
    buf_init(&s->batch);
    buf_init(&s->events);
    buf_init(&s->now.waiting);
    buf_init(&s->log.text);
    buf_init(&s->log.behind.text);
    for (size_t i = 0; i < ARRAY_LEN(s->perf); i++) {
        s->perf[i].fd = -1;
        buf_init(&s->perf[i].lines);
    }
    signal(SIGXFSZ, SIG_IGN); /* a limit on file size is a full disk, not the end */
}

static void take_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct store *s = r->self;

    if (store_log_fd(s, purpose, arg, fd) || store_perf_fd(s, purpose, arg, fd))
        return;
    BUG_ON(!str_eq_c(purpose, "state-dir"));
    file_close(&s->state_fd);
    s->state_fd = fd;
}

static void snapshot(struct role *r, const struct role_snapshot *now UNUSED, const struct role_snapshot *old)
{
    struct store *s = r->self;

    if (s->opened)
        store_names_snapshot(s, old);
}

static int open_folder(const struct store *s, const char *name)
{
    int fd = openat(s->state_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        log_fatal("the folder %s/%s cannot be opened: %m", s->role->state_dir, name);
    return fd;
}

/* A positive number of the configuration; what is not one is said, and the default is used. */
static uint64_t option_number(const struct store *s, const char *name, uint64_t most)
{
    const char *text = role_option(s->role, name, "");
    uint64_t n;

    if (!text[0])
        return 0;
    if (str_to_u64(str_of(text), &n) && n > 0 && n <= most)
        return n;
    log_warn("%s=%s is no number from 1 to %llu: the default is used", name, text, (unsigned long long)most);
    return 0;
}

static void open_journal(struct store *s)
{
    struct journal_options o = {.keep_us = (int64_t)option_number(s, "vigie_journal_days", 36500) * TIME_DAY,
                                .keep_bytes = option_number(s, "vigie_journal_size", INT64_MAX),
                                .site = s->site,
                                .known = store_merge_known(s)};
    struct journal_io io;
    struct err err = ERR_INIT;

    journal_io_dir(&io, &s->dir);
    if (journal_open(&s->journal, &io, &o, &err) < 0)
        log_fatal("the state folder %s: %s", s->role->state_dir, err.text);
    if (s->journal.damage.places)
        log_error("the journal is damaged at %u place%s, the first: %s. What is whole is kept and used; at "
                  "least %llu record%s lost. Check the disk; a copy of the file is worth keeping",
                  s->journal.damage.places, s->journal.damage.places == 1 ? "" : "s", s->journal.damage.first,
                  (unsigned long long)s->journal.damage.lost, s->journal.damage.lost == 1 ? " is" : "s are");
    store_damage_journal(s, &s->journal.damage);
    journal_set_snapshot(&s->journal, s->role->snap.hash);
}

static void open_all(struct role *r)
{
    struct store *s = r->self;
    uint64_t site;

    if (str_to_u64(str_of(role_option(r, "vigie_site", "0")), &site)) /* the parent has looked at it */
        s->site = (uint32_t)site;
    s->dir.fd = open_folder(s, "journal");
    s->snapshots_fd = open_folder(s, "snapshots");
    open_journal(s);
    store_audit_open(s);
    store_names_look(s);
    store_past_open(s);
    store_names_open(s);
    store_current_open(s);
    s->history.held = s->now.db.held = journal_held(&s->journal);
    store_merge_look(s);
    journal_raise(&s->journal, MAX(s->history.applied, s->now.db.reached) + 1);
    store_series_open(s);
    store_damage_open(s);
    await_engine(s);
    s->opened = true;
}

static void serve(struct role *r)
{
    struct store *s = r->self;

    store_names_snapshot(s, NULL);
    store_audit_serve(s);
    commit(s);
    role_ready(r);
}

static void peer_up(struct role *r, struct peer *p)
{
    struct store *s = r->self;

    if (p->id == ROLE_ENGINE)
        await_engine(s);
    store_names_tell(s, p);
    if (p->id == ROLE_EXPORT)
        send_stored(s, ROLE_EXPORT, "");
    if (p->id == ROLE_GATE) {
        send_stored(s, ROLE_GATE, s->degraded);
        store_audit_tell(s);
        store_rename_tell(s);
        store_series_tell(s);
        store_damage_tell(s);
    }
}

static void peer_down(struct role *r, struct peer *p)
{
    struct store *s = r->self;

    if (p->id != ROLE_ENGINE)
        return;
    await_engine(s);
    store_load_abort(s);
    store_log_engine_gone(s);
    store_perf_engine_gone(s);
}

static void drained(struct role *r, struct peer *p)
{
    struct store *s = r->self;

    if (p == s->loading)
        store_load_go_on(s);
}

static void stop(struct role *r)
{
    struct store *s = r->self;

    store_load_abort(s);
    store_log_release(s);
    if (s->opened) {
        store_audit_stop(s);
        commit(s);
        store_past_release(s);
        store_current_release(s);
        store_series_release(s);
        store_names_release(s);
        store_damage_release(s);
        store_audit_release(s);
        journal_release(&s->journal);
    }
    store_perf_release(s);
    loop_timer_cancel(&s->retry);
    s->planned = false; /* what the end itself planned is done */
    buf_release(&s->frame);
    buf_release(&s->batch);
    file_close(&s->dir.fd);
    file_close(&s->state_fd);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_PUT, ROLE_BIT(ENGINE), on_put},
    {MSG_CHECKPOINT, ROLE_BIT(ENGINE), on_checkpoint},
    {MSG_LOAD, ROLE_BIT(ENGINE), on_load},
    {MSG_RENAME, ROLE_BIT(GATE), store_rename_message},
    {MSG_PERF, ROLE_BIT(ENGINE), store_perf_message},
    {MSG_NAME, ROLE_BIT(EXPORT), store_names_ask},
    {MSG_DAMAGED, ROLE_BIT(GATE), store_damage_message},
    {MSG_AUDIT, ROLE_BIT(GATE), store_audit_message},
};

const struct role_ops role_store = {
    .id = ROLE_STORE,
    .self_size = sizeof(struct store),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .snapshot = snapshot,
    .open = open_all,
    .serve = serve,
    .peer_up = peer_up,
    .peer_down = peer_down,
    .drained = drained,
    .stop = stop,
};
