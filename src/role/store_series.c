/* SPDX-License-Identifier: Apache-2.0 */
#include "role/store_series.h"

#include "base/log.h"
#include "db/sql_aside.h"
#include "os/clock.h"
#include "role/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_MOST     (512u * 1024)  /* bytes of a batch that is looked at before the next one is written */
#define WORDS_MOST     (1024u * 1024) /* bytes of what was said that wait for bounds.db */
#define TURN_US        (20 * TIME_MS) /* of catching up, before records are looked after again */
#define IDLE_US        TIME_S         /* to the next look, when there is nothing to do */
#define PAUSE_PART     3              /* merging goes on after so many times what a step took */
#define COMMIT_US      (10 * TIME_S)  /* between two commits of few series: what readers see is no older */
#define COMMIT_MOST_US TIME_MIN       /* ... and of many */
#define COMMIT_SERIES  2000u          /* a second more for each so many series */
#define COMMIT_PART    20             /* or so many times what one took, if that is more */
#define RETRY_MOST_US  TIME_MIN       /* between two tries to open it */
#define TELL_US        (5 * TIME_S)   /* gate */
#define LABELS_MOST    512u /* of an object in a day, if nothing is configured: twice what one result may hold */
#define TRIM_US        TIME_MIN /* between two looks at a few objects in bounds.db */
#define TRIM_OBJECTS   200u
#define RENEW_US       (5 * TIME_S)
#define SPARE          4096u /* series in memory that are asleep, before it is opened anew */

static void on_series(void *user);

static void plan(struct store *s, int64_t in_us)
{
    struct store_series *x = &s->series;
    struct mono due = {store_now(s).us + in_us};

    if (x->timer.slot && x->timer_due.us <= due.us)
        return;
    loop_timer_cancel(&x->timer);
    x->timer_due = due;
    loop_timer_set(s->role->loop, &x->timer, due, on_series, s);
}

/* ---- what is told ---- */

uint64_t store_series_lag(const struct store *s)
{
    const struct store_series *x = &s->series;
    uint64_t stored = journal_held(&s->journal), has = x->open ? x->follow.to : x->reached;

    return (!x->open || x->follow.behind) && stored > has ? stored - has : 0;
}

static void put_by_object(struct series_refused *x, struct buf *b)
{
    series_refused_trim(x, clock_wall());
    for (size_t i = 0; i < x->n; i++) {
        buf_add_le64(b, x->at[i].oid);
        buf_add_le64(b, x->at[i].why);
        buf_add_le64(b, x->at[i].n);
    }
}

void store_series_tell(struct store *s)
{
    struct store_series *x = &s->series;
    struct series_feed *f = &x->follow.feed;
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);
    struct buf refused = BUF_INIT, by_object = BUF_INIT;

    if (!gate)
        return;
    for (unsigned i = 0; i < SERIES_REFUSAL_COUNT; i++)
        buf_add_le64(&refused, f->refused[i]);
    put_by_object(&f->by_object, &by_object);
    msg_must(msg_put_series(
        &s->frame, &(struct msg_series){.applied = x->reached,
                                        .lag = store_series_lag(s),
                                        .failed = x->why[0] != 0, /* until a commit has worked */
                                        .failures = x->failures,
                                        .active = x->active,
                                        .bytes = x->bytes,
                                        .memory = x->memory,
                                        .taken = f->taken,
                                        .refused = buf_str(&refused),
                                        .merged = x->was.merged + (x->open ? x->db.stats.merged : 0),
                                        .removed = x->was.removed + (x->open ? x->db.stats.removed : 0),
                                        .damaged = x->was.damaged + (x->open ? x->db.stats.damaged : 0),
                                        .given_up = s->journal.stats.dropped_samples + s->given_up,
                                        .last_oid = f->last.oid,
                                        .last_why = f->last.why,
                                        .last_label = str_of(f->last.label),
                                        .by_object = buf_str(&by_object)}));
    role_send(gate, &s->frame, -1);
    buf_clear(&s->frame);
    buf_release(&refused);
    buf_release(&by_object);
    x->told = store_now(s);
}

static void take_figures(struct store *s)
{
    struct store_series *x = &s->series;

    x->active = 0;
    x->held = x->db.active.n;
    for (size_t i = 0; i < x->db.active.n; i++)
        x->active += x->db.active.at[i].open.n != 0;
    x->bytes = series_disk(&x->db);
    x->memory = series_memory(&x->db);
}

/* ---- opening and closing ---- */

/* Days of the configuration in force; 0: the store's own default. */
static int64_t kept(const struct store *s, const char *option)
{
    uint64_t days = 0;

    if (!str_to_u64(str_of(role_option(s->role, option, "")), &days))
        days = 0;
    return (int64_t)MIN(days, (uint64_t)36500) * TIME_DAY;
}

static uint32_t labels_most(const struct store *s)
{
    uint64_t n;

    return str_to_u64(str_of(role_option(s->role, "vigie_series_labels", "")), &n)
               ? (uint32_t)MIN(n, UINT16_MAX - 1)
               : LABELS_MOST;
}

static struct series_options options(const struct store *s)
{
    return (struct series_options){.site = s->site,
                                   .labels_most = labels_most(s),
                                   .keep_us = {[SERIES_RAW] = kept(s, "vigie_series_days"),
                                               [SERIES_5M] = kept(s, "vigie_series_5min_days"),
                                               [SERIES_1H] = kept(s, "vigie_series_hour_days"),
                                               [SERIES_1D] = kept(s, "vigie_series_day_days")}};
}

static int open_folder(struct store *s, struct err *err)
{
    struct store_series *x = &s->series;

    if (x->dir.fd >= 0)
        return 0;
    if (mkdirat(s->state_fd, "db/series", 0700) < 0 && errno != EEXIST)
        return err_sys(err, errno, "the folder db/series cannot be made");
    x->dir.fd = openat(s->state_fd, "db/series", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return x->dir.fd < 0 ? err_sys(err, errno, "the folder db/series cannot be opened") : 0;
}

static int open_bounds(struct store *s, struct err *err)
{
    struct store_series *x = &s->series;
    char path[sizeof(s->role->state_dir) + 32], damaged[SQL_ASIDE_PATH];
    bool moved;
    int r;

    if (x->bounds.sql.db)
        return 0;
    snprintf(path, sizeof(path), "%s/db/bounds.db", s->role->state_dir);
    r = bounds_open(&x->bounds, path, clock_wall(), &moved, err);
    x->bounds.site = s->site;
    if (r == 0 && !x->bounds.applied && sql_aside_newest(path, damaged))
        r = bounds_rescue(&x->bounds, damaged);
    if (r == E_FORMAT && store_damage_aside(s, DAMAGE_BOUNDS, &x->bounds.sql))
        bounds_close(&x->bounds);
    return r;
}

static int open_store(struct store *s, struct err *err)
{
    struct store_series *x = &s->series;
    struct series_options o = options(s);
    struct journal_io io;
    int r = open_folder(s, err);

    if (r == 0)
        r = open_bounds(s, err);
    if (r < 0)
        return r;
    journal_io_dir(&io, &x->dir);
    r = series_open(&x->db, &io, &o, err);
    if (r < 0) {
        series_release(&x->db);
        return r;
    }
    series_follow_init(&x->follow, &x->db, &x->bounds, &s->journal);
    x->open = true;
    take_figures(s); /* not only once something was committed */
    x->reached = x->db.applied;
    x->committed = store_now(s);
    x->added = x->adding = 0;
    x->committing_us = 0;
    x->at_open = x->db.active.n;
    x->held = 0;
    return 0;
}

static void close_store(struct store *s)
{
    struct store_series *x = &s->series;

    if (x->open) {
        x->was.merged += x->db.stats.merged;
        x->was.removed += x->db.stats.removed;
        x->was.damaged += x->db.stats.damaged;
        series_release(&x->db);
    }
    store_import_drop(s);
    bounds_close(&x->bounds);
    if (x->dir.fd >= 0)
        close(x->dir.fd);
    x->dir.fd = -1;
    x->open = false;
}

void store_series_damaged(struct store *s)
{
    if (store_damage_aside(s, DAMAGE_BOUNDS, &s->series.bounds.sql))
        close_store(s);
    plan(s, 0);
}

static void failed(struct store *s, const char *why)
{
    struct store_series *x = &s->series;

    if (x->bounds.sql.damaged && store_damage_aside(s, DAMAGE_BOUNDS, &x->bounds.sql)) {
        close_store(s);
        plan(s, 0);
        return;
    }
    if (!x->why[0])
        log_error("the series store takes nothing: %s; measurements stay in the journal and are added later",
                  why);
    snprintf(x->why, sizeof(x->why),
             "the series store takes nothing (%s); measurements stay in the journal and are added later",
             why);
    x->failures++;
    close_store(s);
    x->wait_us = MIN(MAX(2 * x->wait_us, STORE_RETRY_US), RETRY_MOST_US);
    plan(s, x->wait_us);
}

/* What failed last, of the two. */
static const char *reason(const struct store *s, int code)
{
    const struct store_series *x = &s->series;

    if (x->db.failed)
        return x->db.why;
    return code == E_NOSPC ? "the disk is full or read-only" : sql_message(&x->bounds.sql);
}

void store_series_open(struct store *s)
{
    struct store_series *x = &s->series;
    struct err err = ERR_INIT;
    struct journal_io io;

    x->dir.fd = -1;
    if (open_folder(s, &err) == 0) {
        journal_io_dir(&io, &x->dir);
        x->reached = series_reached(&io);
    }
    if (open_bounds(s, &err) == E_INVAL)
        log_fatal("%s", err.text);
    if (err.code && err.code != E_FORMAT) /* that was moved aside, and said */
        log_error("%s", err.text);
    journal_raise(&s->journal, MAX(x->reached, x->bounds.applied) + 1);
    plan(s, 0);
}

/* ---- what there is to do ---- */

static void committed(struct store *s)
{
    struct store_series *x = &s->series;

    x->committed = clock_mono();
    x->commit_took_us = x->committing_us;
    x->committing_us = 0;
    x->reached = x->db.applied;
    x->added = x->adding;
    take_figures(s);
    if (x->why[0])
        log_notice("the series store takes measurements again");
    x->why[0] = 0;
    x->wait_us = 0;
}

int store_series_commit(struct store *s)
{
    struct store_series *x = &s->series;
    struct mono began = clock_mono();
    int r;

    if (!x->db.commit)
        x->adding = x->db.stats.added;
    r = series_follow_commit_step(&x->follow, clock_wall());
    x->committing_us += clock_mono().us - began.us;
    if (r == 0)
        committed(s);
    return r;
}

static bool commit_is_due(const struct store *s)
{
    const struct store_series *x = &s->series;
    int64_t pace = COMMIT_US + (int64_t)(x->db.active.n / COMMIT_SERIES) * TIME_S;
    int64_t since = store_now(s).us - x->committed.us;

    if (x->why[0]) /* it is open again: does it work? */
        return true;
    pace = MAX(MIN(pace, COMMIT_MOST_US), COMMIT_PART * x->commit_took_us);
    /* Records without measurements are quickly read again. */
    return x->follow.to != x->reached && since >= (x->db.stats.added != x->added ? pace : COMMIT_MOST_US);
}

static bool is_object(void *user, uint64_t oid)
{
    const struct store *s = user;
    uint32_t idx;

    return oids_find(&s->oids, oid, &idx);
}

static int trim(struct store *s, int64_t now)
{
    struct store_series *x = &s->series;
    struct wall before = {now - x->db.o.keep_us[SERIES_1D]};

    x->trimmed = store_now(s);
    return s->oids.oid ? MIN(bounds_trim(&x->bounds, before, is_object, s, TRIM_OBJECTS), 0) : 0;
}

/* Merging and removing, by the time that counts for what is old (db/age.h). 1: there is more. */
static int tidy(struct store *s)
{
    struct store_series *x = &s->series;
    int64_t now = MIN(clock_wall().us, s->age.now);
    struct series_options o = options(s);

    if (!s->age.now)
        return 0;
    series_keep(&x->db, &o);
    if (store_now(s).us - x->trimmed.us >= TRIM_US)
        return trim(s, now);
    return series_step(&x->db, (struct wall){now});
}

/* Labels that came and went stay in memory until then: judged as of the last commit, for what came since is awake. And that is read from the journal again, so the commit is not long ago. */
static bool is_overgrown(const struct store *s)
{
    const struct store_series *x = &s->series;

    return !x->db.merge && (x->added == x->db.stats.added || store_now(s).us - x->committed.us < RENEW_US) &&
           x->held > SPARE + MAX(2 * x->active, x->at_open);
}

static int renew(struct store *s)
{
    struct err err = ERR_INIT;

    log_debug("the series store is opened anew: most of what it holds in memory is asleep");
    close_store(s);
    if (open_store(s, &err) == 0)
        return 1;
    failed(s, err.text);
    return 0;
}

/* One piece of work: 1: there is more; 0: not now; E_*. */
static int work(struct store *s)
{
    struct store_series *x = &s->series;
    int r;

    if (x->follow.words.len - x->follow.words_at > WORDS_MOST) {
        r = series_follow_words(&x->follow, TURN_US);
        return r < 0 ? r : 1;
    }
    if (x->db.commit || commit_is_due(s)) {
        r = store_series_commit(s);
        return r < 0 ? r : 1;
    }
    if (x->follow.behind) {
        r = series_follow_turn(&x->follow, TURN_US, clock_wall());
        return r < 0 && !x->db.failed ? 0 : r; /* the journal cannot be read just now */
    }
    r = store_import_turn(s, TURN_US);
    if (r)
        return r;
    if (is_overgrown(s))
        return renew(s);
    return tidy(s);
}

static void on_series(void *user)
{
    struct store *s = user;
    struct store_series *x = &s->series;
    struct err err = ERR_INIT;
    struct mono began;
    int r = 0;

    if (store_engine_first(s)) {
        plan(s, IDLE_US);
        return;
    }
    if (!x->open && open_store(s, &err) < 0) {
        failed(s, err.text);
    } else {
        bool catching = x->follow.behind;

        began = clock_mono();
        r = work(s);
        if (r < 0)
            failed(s, reason(s, r));
        else
            plan(s, r <= 0 ? IDLE_US : catching ? 0 : PAUSE_PART * (clock_mono().us - began.us));
    }
    if (store_now(s).us - x->told.us >= TELL_US)
        store_series_tell(s);
    store_tell_degraded(s);
}

void store_series_take(struct store *s, const struct buf *batch)
{
    struct store_series *x = &s->series;
    int r = 0;

    if (!x->open || x->follow.behind)
        return;
    if (batch->len > BATCH_MOST) {
        series_follow_later(&x->follow);
        plan(s, 0);
        return;
    }
    r = series_follow_batch(&x->follow, batch, clock_wall());
    if (r < 0)
        failed(s, reason(s, r));
    plan(s, IDLE_US);
}

void store_series_go_on(struct store *s)
{
    plan(s, 0);
}

void store_series_release(struct store *s)
{
    struct store_series *x = &s->series;

    if (x->open && series_follow_commit(&x->follow, clock_wall()) < 0)
        log_warn("the series store is not written: %s; the next start reads the journal", reason(s, E_IO));
    loop_timer_cancel(&x->timer);
    close_store(s);
    series_follow_release(&x->follow);
}
