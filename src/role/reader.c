/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader: answers gate's questions about the past (db/history.h and db/series_ask.h list them) from the projections. It cannot write, and no question takes longer than LIMIT_READER_US, with those
 * that it lets in: a long transaction would make the database's log grow.
 *
 * Questions are answered in turn, each as a whole and of one moment. One that takes long stops now and then, wherever it looks whether it is overdue, and lets those in that are of a lower rank:
 * questions for series the long ones for history, and both of them the brief ones. Each rank has a connection of its own, so that they do not meet; half of the time at least is the long one's.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/damage.h"
#include "core/model.h"
#include "db/audit_ask.h"
#include "db/history.h"
#include "db/past.h"
#include "db/series_ask.h"
#include "os/clock.h"
#include "role/reader_look.h"
#include "role/reader_turns.h"
#include "role/role.h"
#include "wire/link.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAITING (256u * 1024)  /* bytes of an answer that gate has not taken yet */
#define LOOK_US (10 * TIME_MS) /* of a long question, until it looks whether there are others */

/* What is read. The first three are of their rank alone. */
enum { HISTORY_BRIEF = READER_BRIEF, HISTORY_LONG = READER_LONG, BOUNDS = READER_SERIES, OBJECTS, FILES };

static const struct {
    const char *name;
    enum damage_kind kind;
} files[FILES] = {[HISTORY_BRIEF] = {"history.db", DAMAGE_HISTORY},
                  [HISTORY_LONG] = {"history.db", DAMAGE_HISTORY},
                  [BOUNDS] = {"bounds.db", DAMAGE_BOUNDS},
                  [OBJECTS] = {"objects.db", DAMAGE_OBJECTS}};

/* The names, also of what is configured no more, as they were when some question began. */
struct roster {
    struct past_names names;
    unsigned users;
};

struct question {
    struct reader_turn turn; /* the first member: a turn is its question */
    struct reader *reader;
    struct arena arena; /* holds itself */
    struct peer *asker;
    uint64_t id;
    struct str stmt, *arg;
    size_t n;
    /* while it is answered */
    struct roster *roster;
    struct mono look, fair; /* when others are let in next, and from when on they may be */
    bool lets_in;
    bool
        hole; /* a part of the answer could not be sent, or nobody waits for it any more: what follows is of no use */
};

struct reader {
    struct role *role;
    struct history history[READER_SERIES];
    struct sql objects;
    struct bounds bounds;
    struct {
        char path[4200];
        struct sql *sql;
        uint64_t inode; /* of the file that is open; 0: none is known to be */
        bool told;      /* that it is damaged */
    } file[FILES];
    struct journal_dir series_dir; /* fd -1: there is none */
    struct series_reader series;
    struct journal_dir audit_dir; /* fd -1: there is none */
    struct roster *roster;        /* the newest; NULL: none was read */
    struct model model;           /* for time periods */
    bool has_model;
    struct buf frame;
    struct reader_turns turns;
    bool planned;
    struct reader_look look;
};

static void let_in(struct question *q);

static struct question *question_of(struct reader_turn *t)
{
    return (struct question *)t;
}

static bool overdue(void *user)
{
    struct question *q = user;

    if (!q->hole)
        let_in(q);
    return q->hole || clock_mono().us >= q->turn.deadline.us;
}

/* The writer makes the file; before its first start there is nothing to answer from. */
static int open_history(struct reader *s, enum reader_rank rank, struct err *err)
{
    return s->history[rank].sql.db ? 0 : history_open_read(&s->history[rank], s->file[rank].path, err);
}

/* ---- names ---- */

static void free_roster(struct roster *r)
{
    past_names_release(&r->names);
    mem_free(r);
}

static void leave_roster(struct reader *s, struct roster *r)
{
    if (r && --r->users == 0 && r != s->roster)
        free_roster(r);
}

static int open_objects(struct reader *s, struct err *err)
{
    return s->objects.db ? 0 : sql_open(&s->objects, s->file[OBJECTS].path, SQL_READ, &schema_objects, err);
}

static int refresh_roster(struct question *q, struct err *err)
{
    static const struct past_names none = {.version = 0};
    struct reader *s = q->reader;
    struct past_names next;
    int r = open_objects(s, err);

    if (r < 0)
        return r;
    sql_limit(&s->objects, overdue, q);
    r = past_names_next(s->roster ? &s->roster->names : &none, &next, &s->objects, err);
    sql_limit(&s->objects, NULL, NULL);
    if (r < 1)
        return r;
    if (s->roster && !s->roster->users)
        free_roster(s->roster);
    s->roster = mem_zalloc(sizeof(*s->roster));
    s->roster->names = next;
    return 0;
}

/* As they are now, for this question. */
static int take_roster(struct question *q, struct err *err)
{
    int r = refresh_roster(q, err);

    if (r < 0)
        return r;
    q->roster = q->reader->roster;
    q->roster->users++;
    return 0;
}

/* ---- answering ---- */

static void send_rows(struct question *q, const struct msg_rows *m)
{
    struct reader *s = q->reader;
    int rc = msg_put_rows(&s->frame, m);

    if (rc == 0)
        rc = role_send(q->asker, &s->frame, -1);
    if (rc < 0 && !q->hole)
        log_warn("an answer was lost: a part of it is too long, or the queue to gate is full");
    q->hole = q->hole || rc < 0;
    buf_clear(&s->frame);
    /* Gate takes a part while the next one is made; more than some of them need not wait here. */
    if (q->asker->link && link_queued(q->asker->link) > WAITING)
        link_flush(q->asker->link, MAX(q->turn.deadline.us - clock_mono().us, 0));
    q->look = q->fair; /* who has the part may have asked for more */
}

static void piece(void *user, struct str json)
{
    struct question *q = user;

    if (!q->hole)
        send_rows(q, &(struct msg_rows){.id = q->id, .json = json});
}

static int ask_history(struct question *q, struct err *err)
{
    struct reader *s = q->reader;
    struct history_args args = {
        .stmt = q->stmt, .at = q->arg, .n = q->n, .m = s->has_model ? &s->model : NULL};
    struct err unread = ERR_INIT;
    int got = open_history(s, q->turn.rank, err);

    if (got < 0)
        return got;
    if (take_roster(q, &unread) == 0)
        args.names = &q->roster->names;
    q->lets_in = q->turn.rank > READER_BRIEF;
    sql_limit(&s->history[q->turn.rank].sql, overdue, q);
    got = history_query(&s->history[q->turn.rank], &args, piece, q, err);
    sql_limit(&s->history[q->turn.rank].sql, NULL, NULL);
    return got;
}

static struct bounds *bounds(struct question *q)
{
    struct reader *s = q->reader;
    struct err err = ERR_INIT;

    if (!s->bounds.sql.db && bounds_open_read(&s->bounds, s->file[BOUNDS].path, &err) < 0)
        return NULL;
    sql_limit(&s->bounds.sql, overdue, q);
    return &s->bounds;
}

static int ask_series(struct question *q, struct err *err)
{
    struct reader *s = q->reader;
    struct series_ask ask = {.r = &s->series,
                             .m = s->has_model ? &s->model : NULL,
                             .stmt = q->stmt,
                             .arg = q->arg,
                             .n = q->n,
                             .piece = piece,
                             .overdue = overdue,
                             .user = q};
    struct err unread = ERR_INIT;
    int got;

    if (s->series_dir.fd < 0 || open_objects(s, &unread) < 0)
        return err_set(err, E_NOENT, "there are no measurements yet");
    got = take_roster(q, err);
    if (got < 0)
        return got;
    ask.names = &q->roster->names;
    ask.bounds = bounds(q);
    q->lets_in = true;
    got = series_ask(&ask, err);
    if (s->bounds.sql.db)
        sql_limit(&s->bounds.sql, NULL, NULL);
    return got;
}

static int ask_audit(struct question *q, struct err *err)
{
    struct reader *s = q->reader;
    struct audit_ask ask = {.arg = q->arg, .n = q->n, .piece = piece, .overdue = overdue, .user = q};
    struct journal_io io;
    int got;

    if (s->audit_dir.fd < 0)
        return err_set(err, E_NOENT, "there is no audit record yet");
    journal_io_dir(&io, &s->audit_dir);
    ask.io = &io;
    q->lets_in = true;
    got = audit_ask(&ask, err);
    return got;
}

/* ---- files ---- */

static uint64_t inode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_ino : 0;
}

static void close_file(struct reader *s, int i)
{
    switch (i) {
    case BOUNDS: bounds_close(&s->bounds); break;
    case OBJECTS:
        sql_close(&s->objects);
        if (s->roster)
            past_names_forget(&s->roster->names);
        break;
    default: history_close(&s->history[i]);
    }
}

/* What a question of that rank reads. */
static bool reads(enum reader_rank rank, int i)
{
    return i == (int)rank || i == OBJECTS;
}

/* The writer makes a damaged one anew, and the file that is open is the old one then. */
static void look_for_new(struct reader *s, enum reader_rank rank)
{
    for (int i = 0; i < FILES; i++) {
        uint64_t now = reads(rank, i) ? inode_of(s->file[i].path) : 0;

        if (!reads(rank, i))
            continue;
        if (s->file[i].inode && s->file[i].inode != now)
            close_file(s, i);
        s->file[i].told = s->file[i].told && s->file[i].inode == now;
        s->file[i].inode = now;
    }
}

/* A damaged page was met: the writer is told, over gate, and once of each file. */
static void tell_damaged(struct question *q, bool all_of_history)
{
    struct reader *s = q->reader;

    for (int i = 0; i < FILES; i++) {
        bool damaged =
            reads(q->turn.rank, i) && (s->file[i].sql->damaged || (all_of_history && i == (int)q->turn.rank));

        if (!damaged || s->file[i].told || !s->file[i].inode)
            continue;
        s->file[i].told = true;
        msg_must(msg_put_damaged(&s->frame,
                                 &(struct msg_damaged){.kind = files[i].kind, .inode = s->file[i].inode}));
        role_send(q->asker, &s->frame, -1);
        buf_clear(&s->frame);
    }
}

/* ---- one after the other ---- */

static void free_question(struct question *q)
{
    struct arena all = q->arena;

    arena_release(&all);
}

static int ask(struct question *q, struct err *err)
{
    struct reader *s = q->reader;
    enum reader_rank rank = q->turn.rank;
    int got;

    if (clock_mono().us >= q->turn.deadline.us)
        return err_set(err, E_TIMEOUT, "%s", ROWS_TOO_LONG);
    look_for_new(s, rank);
    got = audit_ask_is(q->stmt)   ? ask_audit(q, err)
          : rank == READER_SERIES ? ask_series(q, err)
                                  : ask_history(q, err);
    q->lets_in = false;
    tell_damaged(q, got == E_FORMAT && rank < READER_SERIES && !s->history[rank].sql.db);
    for (int i = 0; i < FILES; i++)
        if ((got == E_FORMAT || got == E_IO) && reads(rank, i)) /* opened again at the next question */
            close_file(s, i);
    return got;
}

static void answer(struct question *q)
{
    struct reader *s = q->reader;
    struct err err = ERR_INIT;
    int got = ask(q, &err);

    send_rows(q, &(struct msg_rows){.id = q->id,
                                    .end = 1,
                                    .error = q->hole   ? STR("a part of the answer was lost")
                                             : got < 0 ? str_of(err.text)
                                                       : STR_NULL});
    leave_roster(s, q->roster);
    reader_turns_end(&s->turns);
    free_question(q);
}

/* The next one that may begin; NULL: none. */
static struct question *next(struct reader *s)
{
    struct reader_turn *t = reader_turns_begin(&s->turns, clock_mono());

    return t ? question_of(t) : NULL;
}

static void let_in(struct question *q)
{
    struct reader *s = q->reader;
    struct mono began = clock_mono();
    struct question *other;

    if (!q->lets_in || began.us < q->look.us || began.us >= q->turn.deadline.us)
        return;
    q->lets_in = false;
    q->hole = q->hole || !q->asker->link || !link_drain(q->asker->link);
    while (!q->hole && clock_mono().us - began.us < LOOK_US && (other = next(s)))
        answer(other);
    q->lets_in = true;
    q->fair.us = 2 * clock_mono().us - began.us;
    q->look.us = MAX(q->fair.us, clock_mono().us + LOOK_US);
}

static void plan(struct reader *s);

static void answer_next(void *user)
{
    struct reader *s = user;
    struct question *q = next(s);

    s->planned = false;
    if (q)
        answer(q);
    plan(s);
}

static void plan(struct reader *s)
{
    if (s->planned || !s->turns.waiting.n || s->role->stopping)
        return;
    s->planned = true;
    loop_later(s->role->loop, answer_next, s);
}

static enum reader_rank rank_of(const struct msg_query *q)
{
    if (series_ask_is(q->stmt) || audit_ask_is(q->stmt))
        return READER_SERIES;
    return past_is_brief(q->stmt, q->args.at, q->args.n) ? READER_BRIEF : READER_LONG;
}

static void refuse(struct question *q)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_rows(
        &b, &(struct msg_rows){
                .id = q->id, .end = 1, .error = STR("too many questions wait for their turn; ask again")}));
    role_send(q->asker, &b, -1);
    buf_release(&b);
    free_question(q);
}

static void on_query(struct role *r, struct peer *p, const struct msg *m)
{
    struct reader *s = r->self;
    const struct msg_query *from = &m->u.query;
    struct arena a = ARENA_INIT;
    struct question *q = arena_alloc(&a, sizeof(*q));

    *q = (struct question){.reader = s, .asker = p, .id = from->id, .turn.rank = rank_of(from)};
    q->stmt = arena_str(&a, from->stmt);
    q->arg = arena_alloc(&a, (from->args.n + 1) * sizeof(*q->arg));
    for (q->n = 0; q->n < from->args.n; q->n++)
        q->arg[q->n] = arena_str(&a, from->args.at[q->n]);
    q->arena = a;
    if (!reader_turns_add(&s->turns, &q->turn, clock_mono())) {
        refuse(q);
        return;
    }
    plan(s);
}

/* Nobody waits for these answers any more, and who comes next counts its questions from the first again. */
static void peer_down(struct role *r, struct peer *p)
{
    struct reader *s = r->self;
    size_t n = 0;

    for (size_t i = 0; i < s->turns.waiting.n; i++) {
        struct reader_turn *t = s->turns.waiting.at[i];

        if (question_of(t)->asker == p)
            free_question(question_of(t));
        else
            s->turns.waiting.at[n++] = t;
    }
    s->turns.waiting.n = n;
    for (struct reader_turn *t = s->turns.now; t; t = t->outer)
        if (question_of(t)->asker == p)
            question_of(t)->hole = true;
}

static void birth(struct role *r)
{
    struct reader *s = r->self;

    s->role = r;
    s->series_dir.fd = s->audit_dir.fd = -1;
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
    for (int i = 0; i < FILES; i++) {
        snprintf(s->file[i].path, sizeof(s->file[i].path), STR_FMT "/%s", STR_ARG(arg), files[i].name);
        s->file[i].sql = i == BOUNDS ? &s->bounds.sql : i == OBJECTS ? &s->objects : &s->history[i].sql;
    }
    open_series(s, fd);
    s->audit_dir.fd = openat(fd, "../audit", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    close(fd);
    reader_look_begin(&s->look, r, arg);
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

    look_for_new(s, READER_BRIEF);
    if (open_history(s, READER_BRIEF, &err) < 0)
        log_debug("%s", err.text);
    role_ready(r);
}

static void stop(struct role *r)
{
    struct reader *s = r->self;

    reader_look_release(&s->look);
    for (size_t i = 0; i < s->turns.waiting.n; i++)
        free_question(question_of(s->turns.waiting.at[i]));
    VEC_RELEASE(&s->turns.waiting);
    for (int i = 0; i < FILES; i++)
        close_file(s, i);
    if (s->roster)
        free_roster(s->roster);
    if (s->series_dir.fd >= 0) {
        series_read_release(&s->series);
        close(s->series_dir.fd);
    }
    if (s->audit_dir.fd >= 0)
        close(s->audit_dir.fd);
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
    .peer_down = peer_down,
    .stop = stop,
};
