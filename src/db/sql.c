/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sql_int.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
#define SQL(id, text)              [SQL_##id] = text,
#define SQL2(id, sqlite, postgres) [SQL_##id] = sqlite,
#define SQL_OWN(id, sqlite)        [SQL_##id] = sqlite,
#include "db/sql.def"
#undef SQL
#undef SQL2
#undef SQL_OWN
};

static int code(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE: return 0;
    case SQLITE_ROW: return 1;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return E_FORMAT;
    case SQLITE_FULL:
    case SQLITE_READONLY: return E_NOSPC;
    case SQLITE_CANTOPEN: return E_NOENT;
    case SQLITE_PERM:
    case SQLITE_AUTH: return E_PERM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return E_BUSY;
    case SQLITE_INTERRUPT: return E_TIMEOUT;
    case SQLITE_CONSTRAINT: return E_EXIST;
    default: return E_IO;
    }
}

int sql_code(struct sql *s, int rc)
{
    int r = code(rc);

    s->damaged = s->damaged || r == E_FORMAT;
    return r;
}

const char *sql_message(const struct sql *s)
{
    if (s->why[0]) /* of the transaction that was rolled back: by now SQLite speaks of the rolling back */
        return s->why;
    return s->db ? sqlite3_errmsg(s->db) : "not open";
}

static int run(struct sql *s, const char *text)
{
    return sql_code(s, sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

static int pragma(struct sql *s, const char *text, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    int r = code(sqlite3_prepare_v2(s->db, text, -1, &st, NULL));

    *out = 0;
    if (r == 0)
        r = code(sqlite3_step(st));
    if (r == 1)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return r < 0 ? r : 0;
}

static int migrate(struct sql *s, const struct sql_schema *schema, int from)
{
    char mark[96];
    int r = 0;

    for (int v = from; v < schema->version && r == 0; v++) {
        snprintf(mark, sizeof(mark), "PRAGMA user_version=%d; PRAGMA application_id=%d;", v + 1,
                 schema->application);
        r = sql_begin(s);
        if (r == 0)
            r = run(s, schema->migration[v]);
        if (r == 0)
            r = run(s, mark);
        if (r == 0)
            r = sql_commit(s);
        sql_rollback(s);
    }
    return r;
}

static int check_version(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                         struct err *err)
{
    int64_t version, application;
    int r = pragma(s, "PRAGMA user_version", &version);

    if (r == 0)
        r = pragma(s, "PRAGMA application_id", &application);
    if (r < 0)
        return r;
    if (version > schema->version)
        return err_set(err, E_INVAL,
                       "%s was written by a newer Vigie (schema %lld, this one knows %d): start the newer "
                       "one, or restore a backup made by "
                       "this one; nothing was changed",
                       path, (long long)version, schema->version);
    if (version && application != schema->application)
        return E_FORMAT;
    if (version < schema->version && how == SQL_READ)
        return E_AGAIN; /* its writer has not made it yet */
    return migrate(s, schema, (int)version);
}

static int set_up(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                  struct err *err)
{
    int keep = 1, r;

    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, how == SQL_READ ? 1000 : 5000);
    /* The log stays when the last one closes: a reader without the right to make it can still open the database. */
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (how == SQL_READ)
        r = run(s, "PRAGMA query_only=1; PRAGMA temp_store=MEMORY;");
    else
        r = run(s, how == SQL_DURABLE
                       ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                       : "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA "
                         "synchronous=NORMAL; PRAGMA temp_store=MEMORY; "
                         "PRAGMA journal_size_limit=33554432;");
    return r < 0 ? r : check_version(s, path, how, schema, err);
}

int sql_open(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
             struct err *err)
{
    int flags = how == SQL_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int r;

    *s = (struct sql){.db = NULL};
    r = code(sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL));
    if (r == 0)
        r = set_up(s, path, how, schema, err);
    if (r < 0) {
        err_set(err, r, "the database %s (%s) cannot be opened: %s", path, schema->name, sql_message(s));
        sql_close(s);
    }
    return r;
}

void sql_forget(struct sql *s)
{
    if (s->db)
        sqlite3_db_release_memory(s->db);
}

#define LONG_LOG 4000 /* pages: 16 MiB */

static int on_commit(void *user, sqlite3 *db UNUSED, const char *name UNUSED, int pages)
{
    ((struct sql *)user)->log_pages = pages;
    return SQLITE_OK;
}

void sql_hurry(struct sql *s, bool on)
{
    if (!s->db || s->hurries == on)
        return;
    /* Without this memory it is only slower. */
    run(s, on ? "PRAGMA cache_size=-16384;" : "PRAGMA cache_size=-2000; PRAGMA wal_autocheckpoint=1000;");
    if (on)
        sqlite3_wal_hook(s->db, on_commit, s);
    s->log_pages = 0;
    s->hurries = on;
    if (!on)
        sql_forget(s);
}

bool sql_tidy(struct sql *s)
{
    if (s->log_pages < LONG_LOG || s->in_transaction)
        return false;
    s->log_pages = 0;
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return true;
}

void sql_settle(struct sql *s)
{
    if (!s->db)
        return;
    sql_rollback(s);
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void sql_close(struct sql *s)
{
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->stmt[i]);
    sqlite3_close(s->db);
    *s = (struct sql){.db = NULL};
}

bool sql_overdue(const struct sql *s)
{
    return s->overdue && s->overdue(s->overdue_user);
}

static int ask_overdue(void *user)
{
    return sql_overdue(user);
}

void sql_limit(struct sql *s, bool (*overdue)(void *user), void *user)
{
    s->overdue = overdue;
    s->overdue_user = user;
    sqlite3_progress_handler(s->db, overdue ? 10000 : 0, overdue ? ask_overdue : NULL, s);
}

int sql_start(struct sql *s, enum sql_id id)
{
    if (!s->db)
        return E_CLOSED;
    s->why[0] = '\0';
    if (!s->stmt[id])
        return sql_code(
            s, sqlite3_prepare_v3(s->db, texts[id], -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[id], NULL));
    sqlite3_reset(s->stmt[id]);
    sqlite3_clear_bindings(s->stmt[id]);
    return 0;
}

void sql_bind_i64(struct sql *s, enum sql_id id, int place, int64_t v)
{
    BUG_ON(sqlite3_bind_int64(s->stmt[id], place, v) != SQLITE_OK);
}

void sql_bind_str(struct sql *s, enum sql_id id, int place, struct str v)
{
    BUG_ON(sqlite3_bind_text(s->stmt[id], place, v.n ? v.p : "", (int)v.n, SQLITE_STATIC) != SQLITE_OK);
}

int sql_step(struct sql *s, enum sql_id id)
{
    return sql_code(s, sqlite3_step(s->stmt[id]));
}

int64_t sql_i64(struct sql *s, enum sql_id id, int column)
{
    return sqlite3_column_int64(s->stmt[id], column);
}

struct str sql_str(struct sql *s, enum sql_id id, int column)
{
    const char *p = (const char *)sqlite3_column_text(s->stmt[id], column);

    return str_make(p, p ? (size_t)sqlite3_column_bytes(s->stmt[id], column) : 0);
}

int sql_changes(const struct sql *s)
{
    return sqlite3_changes(s->db);
}

void sql_end(struct sql *s, enum sql_id id)
{
    sqlite3_reset(s->stmt[id]);
}

int sql_run_i64(struct sql *s, enum sql_id id, const int64_t *v, size_t n)
{
    int r = sql_start(s, id);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        sql_bind_i64(s, id, (int)i + 1, v[i]);
    r = sql_step(s, id);
    sql_end(s, id);
    return MIN(r, 0);
}

static int written(struct sql *s)
{
    int now = 0, most = 0;

    sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_WRITE, &now, &most, 0);
    return now;
}

unsigned sql_written(struct sql *s)
{
    return (unsigned)(written(s) - s->written);
}

static int begin(struct sql *s, const char *how)
{
    int r = run(s, how);

    s->why[0] = '\0';
    s->in_transaction = r == 0;
    s->written = written(s);
    return r;
}

int sql_begin(struct sql *s)
{
    return begin(s, "BEGIN IMMEDIATE");
}

int sql_begin_read(struct sql *s)
{
    return begin(s, "BEGIN");
}

int sql_commit(struct sql *s)
{
    int r = run(s, "COMMIT");

    if (r == 0)
        s->in_transaction = false;
    return r;
}

void sql_rollback(struct sql *s)
{
    if (s->in_transaction)
        snprintf(s->why, sizeof(s->why), "%s", sqlite3_errmsg(s->db));
    if (s->in_transaction && !sqlite3_get_autocommit(s->db)) /* a full disk has ended it already */
        run(s, "ROLLBACK");
    s->in_transaction = false;
}

void sql_end_read(struct sql *s)
{
    if (s->in_transaction && sql_commit(s) < 0)
        sql_rollback(s);
}

int sql_meta_get(struct sql *s, const char *name, int64_t def, int64_t *out)
{
    int r = sql_start(s, SQL_META_GET);

    *out = def;
    if (r < 0)
        return r;
    sql_bind_str(s, SQL_META_GET, 1, str_of(name));
    r = sql_step(s, SQL_META_GET);
    if (r == 1)
        *out = sql_i64(s, SQL_META_GET, 0);
    sql_end(s, SQL_META_GET);
    return r < 0 ? r : 0;
}

int sql_meta_set(struct sql *s, const char *name, int64_t value)
{
    int r = sql_start(s, SQL_META_SET);

    if (r < 0)
        return r;
    sql_bind_str(s, SQL_META_SET, 1, str_of(name));
    sql_bind_i64(s, SQL_META_SET, 2, value);
    r = sql_step(s, SQL_META_SET);
    sql_end(s, SQL_META_SET);
    return r;
}

/* ---- whole databases ---- */

static int open_plain(struct sql *s, const char *path, int flags, struct err *err)
{
    int r;

    *s = (struct sql){.db = NULL};
    r = code(sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL));
    if (r == 0) {
        int keep = 1;

        sqlite3_busy_timeout(s->db, 5000);
        sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    }
    return r < 0 ? err_set(err, r, "the database %s cannot be opened: %s", path, sql_message(s)) : 0;
}

/* A copy of one moment, without a log beside it. */
static int copy_all(struct sql *in, struct sql *out)
{
    sqlite3_backup *b = sqlite3_backup_init(out->db, "main", in->db, "main");
    int keep = 0, r = E_IO;

    if (b) {
        sqlite3_backup_step(b, -1);
        r = code(sqlite3_backup_finish(b));
    }
    if (r < 0)
        return r;
    sqlite3_file_control(out->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    return run(out, "PRAGMA journal_mode=DELETE;");
}

int sql_copy(const char *from, const char *to, struct err *err)
{
    struct sql in, out = {.db = NULL};
    int r = open_plain(&in, from, SQLITE_OPEN_READONLY, err);

    if (r == 0)
        r = open_plain(&out, to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
    if (r == 0 && (r = copy_all(&in, &out)) == E_NOSPC)
        err_set(err, r, "there is no room for a copy of the database %s: %s cannot be written: %s", from, to,
                sql_message(&out));
    else if (out.db && r < 0)
        err_set(err, r, "the database %s cannot be copied: %s", from, sql_message(&out));
    sql_close(&out);
    sql_close(&in);
    return r;
}

static int look(const char *path, const char *question, struct err *err)
{
    struct sql s;
    sqlite3_stmt *st = NULL;
    int r = open_plain(&s, path, SQLITE_OPEN_READONLY, err);

    if (r == 0)
        r = code(sqlite3_prepare_v2(s.db, question, -1, &st, NULL));
    if (r == 0)
        r = code(sqlite3_step(st));
    if (r == 1)
        r = strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0 ? 0 : E_FORMAT;
    if (r < 0)
        err_set(err, r, "the database %s is damaged: %.200s", path,
                r == E_FORMAT && st && sqlite3_data_count(st) ? (const char *)sqlite3_column_text(st, 0)
                                                              : sql_message(&s));
    sqlite3_finalize(st);
    sql_close(&s);
    return r;
}

int sql_look(const char *path, struct err *err)
{
    return look(path, "PRAGMA quick_check(1)", err);
}

int sql_look_all(const char *path, struct err *err)
{
    return look(path, "PRAGMA integrity_check(1)", err);
}
