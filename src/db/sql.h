/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A database behind statement ids: knows SQLite, with db/sql_walk.c beside it. Tables are STRICT, the journal mode is WAL; the schema's version stands in user_version and rises by
 * migrations, each in one transaction. Errors are codes: E_FORMAT damaged, E_INVAL of a newer Vigie, E_NOSPC full or read-only, E_TIMEOUT the limit of a
 * query, E_BUSY locked, E_IO everything else.
 */
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

enum sql_id {
#define SQL(id, text)              SQL_##id,
#define SQL2(id, sqlite, postgres) SQL_##id,
#define SQL_OWN(id, sqlite)        SQL_##id,
#include "db/sql.def"
#undef SQL
#undef SQL2
#undef SQL_OWN
    SQL_COUNT
};

/* A database's schema: migration[i] leads from version i to i + 1. */
struct sql_schema {
    const char *name; /* for people: "history" */
    int application;  /* SQLite's application_id */
    const char *const *migration;
    int version; /* how many there are */
};
extern const struct sql_schema schema_history, schema_objects, schema_state, schema_bounds; /* schema.c */

enum sql_how {
    SQL_PROJECTION, /* written; a power cut may lose the last transactions, never the file: the journal has them */
    SQL_DURABLE, /* written; what was committed is on disk */
    SQL_READ,    /* never written */
};

struct sql {
    struct sqlite3 *db; /* NULL: closed */
    struct sqlite3_stmt *stmt[SQL_COUNT];
    char why[128]; /* what ended the last transaction, until something else is asked */
    bool in_transaction;
    bool damaged; /* a page was met that is none: until sql_close */
    bool hurries;
    int written;                 /* pages, in all, when the transaction began */
    int log_pages;               /* in a hurry: how long the log was after the last commit */
    bool (*overdue)(void *user); /* asked now and then during a query: true ends it with E_TIMEOUT */
    void *overdue_user;
};

int sql_open(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
             struct err *err);
void sql_close(struct sql *s);
void sql_limit(struct sql *s, bool (*overdue)(void *user), void *user); /* NULL: none */
bool sql_overdue(const struct sql *s); /* for who does more than to ask the database */

/* A statement's life: sql_start (prepared once, its old bindings gone), sql_bind_*, sql_step until it is not 1, sql_end. */
int sql_start(struct sql *s, enum sql_id id);
void sql_bind_i64(struct sql *s, enum sql_id id, int place, int64_t v);
void sql_bind_str(struct sql *s, enum sql_id id, int place, struct str v); /* borrowed until sql_end */
int sql_step(struct sql *s, enum sql_id id);                               /* 1 a row, 0 done, E_* */
int64_t sql_i64(struct sql *s, enum sql_id id, int column);
struct str sql_str(struct sql *s, enum sql_id id, int column); /* borrowed until the next step */
void sql_end(struct sql *s, enum sql_id id);
/* A statement with numbers only, whose rows do not matter, from start to end: 0 or E_*. */
int sql_run_i64(struct sql *s, enum sql_id id, const int64_t *v, size_t n);

int sql_begin(struct sql *s);
int sql_begin_read(struct sql *s); /* for reading alone: one moment, and the locks are taken once */
void sql_end_read(struct sql *s);  /* of sql_begin_read; no effect without a transaction */
int sql_commit(struct sql *s);
void sql_rollback(struct sql *s); /* no effect without a transaction */
/* Numbers kept in the table meta that every schema has; def when it is not there. */
int sql_meta_get(struct sql *s, const char *name, int64_t def, int64_t *out);
int sql_meta_set(struct sql *s, const char *name, int64_t value);
/* A copy of a database, of one moment, while others write it: `to` is made. The source is not migrated or changed. */
int sql_copy(const char *from, const char *to, struct err *err);
/* Opens a database nobody uses and lets SQLite check it. */
int sql_look(const char *path, struct err *err);
/* The same, and whether each index has what its table has, which takes longer. One that is being written is looked at as it is at this moment, and its log grows meanwhile. */
int sql_look_all(const char *path, struct err *err);
/* Before a damaged database is closed for good: what waits in its log goes into the file, as far as that works. */
void sql_settle(struct sql *s);
/* Rows that the last statement removed or changed. */
int sql_changes(const struct sql *s);
/* Gives back what it keeps in memory of the file: for a database that is not asked again soon. */
void sql_forget(struct sql *s);
/* While much is written in a row, as when catching up: up to 16 MiB of memory instead of 2, and the log goes into the file when sql_tidy says so, not in a commit. What was
   committed is as safe. */
void sql_hurry(struct sql *s, bool on);
/* Pages that the transaction has put into the log so far; in a hurry up to 16 MiB more wait in memory. */
unsigned sql_written(struct sql *s);
/* In a hurry, between two transactions: moves the log into the file if it is longer than 16 MiB. true: it was, and that took its time, whether it could be moved or not. */
bool sql_tidy(struct sql *s);
const char *sql_message(const struct sql *s); /* what the database said last */
