/* SPDX-License-Identifier: Apache-2.0 */
#include "role/store_damage.h"

#include "base/log.h"
#include "db/holes.h"
#include "db/sql_aside.h"
#include "os/clock.h"
#include "os/disk.h"
#include "role/store_int.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN_US                                                                                             \
    (10 *                                                                                                    \
     TIME_MIN) /* between two times that a database is moved aside: a broken disk would be filled with them */
#define LOOK_US (10 * TIME_S) /* to the next look whether somebody has removed the files */
#define NOTED_US                                                                                             \
    (7 *                                                                                                     \
     TIME_DAY) /* how long it is said that there is no history of before, without a file that can be removed */

static const char *const names[DAMAGE_DATABASES] = {
    [DAMAGE_HISTORY] = "history.db",
    [DAMAGE_OBJECTS] = "objects.db",
    [DAMAGE_STATES] = "state.db",
    [DAMAGE_BOUNDS] = "bounds.db",
};

static void path_of(const struct store *s, enum damage_kind kind, char *out, size_t n)
{
    snprintf(out, n, "%s/db/%s", s->role->state_dir, names[kind]);
}

bool store_damage_aside(struct store *s, enum damage_kind kind, struct sql *sql)
{
    struct mono *last = &s->damage.aside[kind];
    char path[sizeof(s->role->state_dir) + 32];

    if (last->us && store_now(s).us - last->us < AGAIN_US)
        return false;
    *last = store_now(s);
    path_of(s, kind, path, sizeof(path));
    sql_set_aside(sql, path, clock_wall());
    store_damage_tell(s);
    return true;
}

void store_damage_message(struct role *r, struct peer *gate UNUSED, const struct msg *m)
{
    struct store *s = r->self;
    char path[sizeof(s->role->state_dir) + 32];
    struct stat st;

    if (m->u.damaged.kind >= DAMAGE_DATABASES)
        log_fatal("DAMAGED of a database that there is not");
    path_of(s, (enum damage_kind)m->u.damaged.kind, path, sizeof(path));
    if (stat(path, &st) < 0 || st.st_ino != m->u.damaged.inode)
        return; /* it was made anew meanwhile */
    switch (m->u.damaged.kind) {
    case DAMAGE_HISTORY: store_past_damaged(s); break;
    case DAMAGE_OBJECTS: store_names_damaged(s); break;
    case DAMAGE_BOUNDS: store_series_damaged(s); break;
    case DAMAGE_STATES: store_current_damaged(s); break;
    default: break;
    }
}

/* ---- the history ---- */

uint64_t store_damage_begins(const struct store *s)
{
    return journal_list_begins(&s->journal.list);
}

static void load_lost(struct store *s)
{
    if (s->history.sql.db && history_lost(&s->history, &s->damage.lost) < 0)
        log_debug("what is lost of the history cannot be read: %s", sql_message(&s->history.sql));
}

/* Is it new, although the journal has been there for longer than it goes back? */
static void look_at_begin(struct store *s, bool rescued)
{
    uint64_t begins = store_damage_begins(s);
    bool late = begins == UINT64_MAX ? s->now.db.reached > 0 : begins > 1;
    struct wall oldest = journal_oldest(&s->journal);
    struct wall before = begins == UINT64_MAX || oldest.us == INT64_MAX ? clock_wall() : oldest;
    char time[TIME_RFC3339];
    int64_t seq = 0;

    if (!s->history.sql.db || (s->history.applied && !rescued) || s->rescue.on || !late ||
        history_last_event(&s->history, &seq) < 0 || seq)
        return;
    if (history_lost_before(&s->history, before, clock_wall()) < 0)
        return; /* a full disk: the next start says it */
    time_rfc3339(before, time);
    log_error("the history is new, and the journal begins at %s: what happened before that is lost. A backup "
              "may have it",
              time);
}

static void say_rescued(const struct store *s)
{
    const struct history_lost *lost = &s->damage.lost;
    char from[TIME_RFC3339], until[TIME_RFC3339];

    time_rfc3339((struct wall){lost->from}, from);
    time_rfc3339((struct wall){lost->until}, until);
    if (lost->n)
        log_error("what was whole of the damaged history was taken over; %" PRIu64
                  " records of it, from %s to %s, "
                  "are lost, for they are older than the journal",
                  lost->n, from, until);
    else
        log_notice(
            "what was whole of the damaged history was taken over, and the rest comes from the journal");
}

void store_damage_rescued(struct store *s)
{
    load_lost(s);
    say_rescued(s);
    look_at_begin(s, true);
    load_lost(s);
    store_damage_tell(s);
}

/* ---- the journal ---- */

void store_damage_journal(struct store *s, const struct journal_damage *d)
{
    unsigned was = s->damage.journal.places;

    journal_damage_add(&s->damage.journal, d);
    if (s->opened && s->damage.journal.places != was) {
        s->damage.unwritten = true;
        store_damage_tell(s);
    }
}

static int open_db(const struct store *s)
{
    return openat(s->state_fd, "db", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* What a start before this one has found. */
static void load_holes(struct store *s)
{
    struct journal_damage *d = &s->damage.journal, before = {.places = 0};
    unsigned n = 0;
    int fd = open_db(s);

    s->damage.unwritten = d->n_hole != 0;
    if (fd < 0)
        return;
    holes_read(fd, &before);
    close(fd);
    holes_left(&before, store_damage_begins(s));
    for (unsigned i = 0; i < before.n_hole; i++)
        n += !journal_damage_has(d, before.hole[i].from);
    journal_damage_add(d, &before);
    if (n)
        log_warn("records of the journal are lost, as was found before: at least %" PRIu64 ", from %" PRIu64
                 " on. 'vigie journal verify' names them; remove db/%s when you have seen it",
                 before.lost, before.hole[0].from, HOLES_FILE);
}

/* Somebody has removed the file, or the journal no longer goes back so far: it is said no more. */
static void keep_holes(struct store *s)
{
    struct journal_damage *d = &s->damage.journal;
    struct err err = ERR_INIT;
    int fd = d->n_hole ? open_db(s) : -1;

    if (fd < 0)
        return;
    if (!s->damage.unwritten && !holes_are_kept(fd))
        *d = (struct journal_damage){.places = 0};
    if (holes_left(d, store_damage_begins(s)))
        s->damage.unwritten = true;
    if (s->damage.unwritten) {
        s->damage.unwritten = holes_write(fd, d, &err) < 0;
        if (s->damage.unwritten)
            log_debug("what the journal lacks cannot be kept: %s",
                      err.text); /* a full disk: it is tried again */
    }
    close(fd);
}

/* ---- what gate is told ---- */

struct list {
    struct store *s;
    VEC(struct msg_damage) v;
    VEC(char *) files;
    int64_t newest[DAMAGE_DATABASES];
};

static void add_file(void *user, const char *name)
{
    struct list *l = user;
    struct str base;
    int64_t at_s = sql_aside_time(name, &base);

    for (int i = 0; at_s && i < DAMAGE_DATABASES; i++)
        if (str_eq_c(base, names[i]))
            l->newest[i] = MAX(l->newest[i], at_s);
}

static void add_databases(struct list *l)
{
    const struct history_lost *lost = &l->s->damage.lost;
    int fd = open_db(l->s);
    bool noted = lost->before && clock_wall().us - lost->noted < NOTED_US;

    if (fd >= 0) {
        disk_list(fd, add_file, l);
        close(fd);
    }
    for (int i = 0; i < DAMAGE_DATABASES; i++) {
        struct buf name = BUF_INIT;
        struct msg_damage m = {.kind = (uint64_t)i};

        if (!l->newest[i] && (i != DAMAGE_HISTORY || !noted))
            continue;
        if (l->newest[i]) {
            buf_printf(&name, "%s.damaged-%" PRId64, names[i], l->newest[i]);
            *VEC_ADD(&l->files) = name.data;
            m.file = buf_str(&name);
        }
        if (i == DAMAGE_HISTORY) {
            m.lost = lost->n;
            m.from_us = lost->from;
            m.until_us = lost->until;
            m.before_us = lost->before;
            m.unknown = l->s->rescue.on || !l->s->history.sql.db;
        }
        *VEC_ADD(&l->v) = m;
    }
}

static void add_journal(struct list *l)
{
    const struct journal_damage *d = &l->s->damage.journal;

    for (unsigned i = 0; i < d->n_hole; i++)
        *VEC_ADD(&l->v) = (struct msg_damage){.kind = DAMAGE_JOURNAL,
                                              .lost = d->hole[i].n,
                                              .from_us = d->hole[i].after.us,
                                              .until_us = d->hole[i].before.us,
                                              .first = d->hole[i].from,
                                              .last = d->hole[i].from + d->hole[i].n - 1,
                                              .unknown = !d->hole[i].n};
}

static void on_look(void *user)
{
    store_damage_tell(user);
}

void store_damage_tell(struct store *s)
{
    struct peer *gate = role_peer(s->role, ROLE_GATE, 0);
    struct list l = {.s = s};

    loop_timer_set(s->role->loop, &s->damage.timer, (struct mono){store_now(s).us + LOOK_US}, on_look, s);
    keep_holes(s);
    if (!gate)
        return;
    add_databases(&l);
    add_journal(&l);
    for (size_t i = 0; i < MAX(l.v.n, (size_t)1); i++) {
        struct msg_damage m = l.v.n ? l.v.at[i] : (struct msg_damage){.number = 0};

        m.number = i;
        m.of = l.v.n;
        msg_must(msg_put_damage(&s->frame, &m));
        role_send(gate, &s->frame, -1);
        buf_clear(&s->frame);
    }
    for (size_t i = 0; i < l.files.n; i++)
        mem_free(l.files.at[i]);
    VEC_RELEASE(&l.files);
    VEC_RELEASE(&l.v);
}

/* ---- life ---- */

void store_damage_open(struct store *s)
{
    load_lost(s);
    look_at_begin(s, false);
    load_lost(s);
    load_holes(s);
    store_damage_tell(s);
}

void store_damage_release(struct store *s)
{
    loop_timer_cancel(&s->damage.timer);
}
