/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: answers gate's questions about the past (db/history.h and db/series_ask.h list them) from the projections. It cannot write, and no question takes longer than LIMIT_READER_US: a long
 * transaction would make the database's log grow.
 */
#include "base/limits.h"
#include "base/log.h"
#include "core/damage.h"
#include "core/model.h"
#include "db/history.h"
#include "db/series_ask.h"
#include "os/clock.h"
#include "role/role.h"
#include "wire/link.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAITING (256u * 1024) /* bytes of an answer that gate has not taken yet */

struct reader {
    struct role *role;
    struct history history;
    struct sql objects; /* names, also of what is configured no more */
    struct bounds bounds;
    char path[4200], objects_path[4200], bounds_path[4200];
    struct { /* by enum damage_kind: those that it reads */
        const char *path;
        struct sql *sql;
        uint64_t inode; /* of the file that is open; 0: none is known to be */
        bool told;      /* that it is damaged */
    } file[DAMAGE_DATABASES];
    struct journal_dir series_dir; /* fd -1: there is none */
    struct series_reader series;
    struct past_names names;
    struct model model; /* for time periods */
    bool has_model;
    struct buf frame;
    struct mono deadline;
    struct peer *asker; /* during a question */
    uint64_t id;
    bool hole; /* a part of the answer could not be sent: what follows is of no use */
};

static bool overdue(void *user)
{
    struct reader *s = user;

    return s->hole || clock_mono().us >= s->deadline.us;
}

/* The writer makes the file; before its first start there is nothing to answer from. */
static int open_history(struct reader *s, struct err *err)
{
    int r = s->history.sql.db ? 0 : history_open_read(&s->history, s->path, err);

    if (r == 0)
        sql_limit(&s->history.sql, overdue, s);
    return r;
}

static struct sql *names(struct reader *s)
{
    struct err err = ERR_INIT;

    if (!s->objects.db && sql_open(&s->objects, s->objects_path, SQL_READ, &schema_objects, &err) < 0)
        return NULL;
    sql_limit(&s->objects, overdue, s);
    return &s->objects;
}

static void send_rows(struct reader *s, const struct msg_rows *m)
{
    int rc = msg_put_rows(&s->frame, m);

    if (rc == 0)
        rc = role_send(s->asker, &s->frame, -1);
    if (rc < 0 && !s->hole)
        log_warn("an answer was lost: a part of it is too long, or the queue to gate is full");
    s->hole = s->hole || rc < 0;
    buf_clear(&s->frame);
    /* Gate takes a part while the next one is made; more than some of them need not wait here. */
    if (s->asker->link && link_queued(s->asker->link) > WAITING)
        link_flush(s->asker->link, MAX(s->deadline.us - clock_mono().us, 0));
}

static void piece(void *user, struct str json)
{
    struct reader *s = user;

    if (!s->hole)
        send_rows(s, &(struct msg_rows){.id = s->id, .json = json});
}

static int ask_history(struct reader *s, const struct msg_query *q, struct err *err)
{
    struct history_args args = {.stmt = q->stmt, .at = q->args.at, .n = q->args.n};
    struct err unread = ERR_INIT;
    int got = open_history(s, err);

    args.m = s->has_model ? &s->model : NULL;
    args.objects = names(s);
    if (args.objects && past_names_refresh(&s->names, args.objects, &unread) == 0)
        args.names = &s->names;
    return got == 0 ? history_query(&s->history, &args, piece, s, err) : got;
}

static struct bounds *bounds(struct reader *s)
{
    struct err err = ERR_INIT;

    if (!s->bounds.sql.db && bounds_open_read(&s->bounds, s->bounds_path, &err) < 0)
        return NULL;
    sql_limit(&s->bounds.sql, overdue, s);
    return &s->bounds;
}

static int ask_series(struct reader *s, const struct msg_query *q, struct err *err)
{
    struct series_ask ask = {.r = &s->series,
                             .names = &s->names,
                             .m = s->has_model ? &s->model : NULL,
                             .stmt = q->stmt,
                             .arg = q->args.at,
                             .n = q->args.n,
                             .piece = piece,
                             .overdue = overdue,
                             .user = s};
    int got;

    if (s->series_dir.fd < 0 || !names(s))
        return err_set(err, E_NOENT, "there are no measurements yet");
    ask.bounds = bounds(s);
    got = past_names_refresh(&s->names, &s->objects, err);
    return got == 0 ? series_ask(&ask, err) : got;
}

static uint64_t inode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void close_all(struct reader *s)
{
    history_close(&s->history);
    sql_close(&s->objects);
    bounds_close(&s->bounds);
    past_names_forget(&s->names);
}

/* The writer makes a damaged one anew, and the file that is open is the old one then. */
static void look_for_new(struct reader *s)
{
    bool other = false;

    for (int i = 0; i < DAMAGE_DATABASES; i++) {
        uint64_t now = s->file[i].path ? inode_of(s->file[i].path) : 0;

        other = other || (s->file[i].inode && s->file[i].inode != now);
        s->file[i].told = s->file[i].told && s->file[i].inode == now;
        s->file[i].inode = now;
    }
    if (other)
        close_all(s);
}

/* A damaged page was met: the writer is told, over gate, and once of each file. */
static void tell_damaged(struct reader *s, bool all_of_history)
{
    for (int i = 0; i < DAMAGE_DATABASES; i++) {
        bool damaged = s->file[i].sql && (s->file[i].sql->damaged || (all_of_history && i == DAMAGE_HISTORY));

        if (!damaged || s->file[i].told || !s->file[i].inode)
            continue;
        s->file[i].told = true;
        msg_put_damaged(&s->frame, &(struct msg_damaged){.kind = (uint64_t)i, .inode = s->file[i].inode});
        role_send(s->asker, &s->frame, -1);
        buf_clear(&s->frame);
    }
}

static void on_query(struct role *r, struct peer *p, const struct msg *m)
{
    struct reader *s = r->self;
    const struct msg_query *q = &m->u.query;
    struct err err = ERR_INIT;
    int got;

    s->asker = p;
    s->id = q->id;
    s->hole = false;
    s->deadline = (struct mono){clock_mono().us + LIMIT_READER_US};
    look_for_new(s);
    got = series_ask_is(q->stmt) ? ask_series(s, q, &err) : ask_history(s, q, &err);
    tell_damaged(s, got == E_FORMAT && !s->history.sql.db && !series_ask_is(q->stmt));
    if (got == E_FORMAT || got == E_IO) /* opened again at the next question */
        close_all(s);
    send_rows(s, &(struct msg_rows){.id = q->id,
                                    .end = 1,
                                    .error = s->hole   ? STR("a part of the answer was lost")
                                             : got < 0 ? str_of(err.text)
                                                       : STR_NULL});
}

static void birth(struct role *r)
{
    struct reader *s = r->self;

    s->role = r;
    s->series_dir.fd = -1;
    buf_init(&s->frame);
}

static void open_series(struct reader *s, int db_dir)
{
    struct journal_io io;

    s->series_dir.fd = openat(db_dir, "series", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (s->series_dir.fd < 0)
        return;
    journal_io_dir(&io, &s->series_dir);
    series_read_init(&s->series, &io);
}

static void take_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct reader *s = r->self;

    BUG_ON(!str_eq_c(purpose, "db-dir"));
    snprintf(s->path, sizeof(s->path), STR_FMT "/history.db", STR_ARG(arg));
    snprintf(s->objects_path, sizeof(s->objects_path), STR_FMT "/objects.db", STR_ARG(arg));
    snprintf(s->bounds_path, sizeof(s->bounds_path), STR_FMT "/bounds.db", STR_ARG(arg));
    s->file[DAMAGE_HISTORY].path = s->path;
    s->file[DAMAGE_HISTORY].sql = &s->history.sql;
    s->file[DAMAGE_OBJECTS].path = s->objects_path;
    s->file[DAMAGE_OBJECTS].sql = &s->objects;
    s->file[DAMAGE_BOUNDS].path = s->bounds_path;
    s->file[DAMAGE_BOUNDS].sql = &s->bounds.sql;
    open_series(s, fd);
    close(fd);
}

static void snapshot(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old UNUSED)
{
    struct reader *s = r->self;
    struct err err = ERR_INIT;

    if (model_open(&s->model, now->base, now->len, &err) < 0)
        log_fatal("the snapshot: %s", err.text);
    s->has_model = true;
}

static void serve(struct role *r)
{
    struct reader *s = r->self;
    struct err err = ERR_INIT;

    look_for_new(s);
    if (open_history(s, &err) < 0)
        log_debug("%s", err.text);
    role_ready(r);
}

static void stop(struct role *r)
{
    struct reader *s = r->self;

    history_close(&s->history);
    sql_close(&s->objects);
    bounds_close(&s->bounds);
    past_names_release(&s->names);
    if (s->series_dir.fd >= 0) {
        series_read_release(&s->series);
        close(s->series_dir.fd);
    }
    buf_release(&s->frame);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_QUERY, ROLE_BIT(GATE), on_query},
};

const struct role_ops role_reader = {
    .id = ROLE_READER,
    .self_size = sizeof(struct reader),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = birth,
    .fd = take_fd,
    .snapshot = snapshot,
    .serve = serve,
    .stop = stop,
};
