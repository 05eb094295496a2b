/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sql_walk.h"

#include "base/buf.h"
#include "db/sql_int.h"
#include "os/clock.h"

#include <sqlite3.h>
#include <string.h>

#define ROWS 32u /* between two looks at the clock */

/* All but the first are asked for one tree. A table without rowid is sorted by its primary key. */
static const char trees[] = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE rootpage > 0";
static const char table_keys[] = "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 AND (SELECT wr FROM "
                                 "pragma_table_list WHERE name = ?1) ORDER BY pk";
static const char index_keys[] = "SELECT coalesce(name, 'rowid') FROM pragma_index_xinfo(?1) ORDER BY seqno";

static const char *column(sqlite3_stmt *st, int i)
{
    const char *text = (const char *)sqlite3_column_text(st, i);

    return text ? text : "";
}

/* ---- what there is ---- */

/* "a", "b", ...; "rowid" if there are none. How many, or E_*. */
static int list_keys(struct sql *s, const char *text, const char *name, struct buf *out)
{
    sqlite3_stmt *st = NULL;
    int n = 0, r = sql_code(s, sqlite3_prepare_v2(s->db, text, -1, &st, NULL));

    if (r == 0)
        r = sql_code(s, sqlite3_bind_text(st, 1, name, -1, SQLITE_STATIC));
    while (r >= 0 && (r = sql_code(s, sqlite3_step(st))) == 1)
        buf_printf(out, "%s\"%s\"", n++ ? ", " : "", column(st, 0));
    sqlite3_finalize(st);
    if (r == 0 && !n) {
        buf_add_c(out, "rowid");
        n = 1;
    }
    return r < 0 ? r : n > (int)SQL_WALK_KEYS ? E_INVAL : n;
}

/* Of an index that leaves rows out: which it has. */
static const char *condition(const char *sql)
{
    const char *where = strstr(sql, " WHERE ");

    return where ? where + strlen(" WHERE ") : "1";
}

static char *statement(sqlite3_stmt *of, const char *keys, int behind)
{
    bool index = strcmp(column(of, 0), "index") == 0;
    struct buf b = BUF_INIT;

    buf_printf(&b, "SELECT %s%s FROM \"%s\"", keys, index ? "" : ", *", column(of, 2));
    if (index)
        buf_printf(&b, " INDEXED BY \"%s\"", column(of, 1));
    buf_printf(&b, " WHERE %s", index ? condition(column(of, 3)) : "1");
    if (behind)
        buf_printf(&b, " AND (%s) > (?", keys);
    for (int i = 1; i < behind; i++)
        buf_add_c(&b, ", ?");
    buf_printf(&b, "%s ORDER BY %s", behind ? ")" : "", keys);
    return b.data;
}

static int add_tree(struct sql_walk *w, sqlite3_stmt *st)
{
    bool index = strcmp(column(st, 0), "index") == 0;
    struct buf keys = BUF_INIT;
    int n = list_keys(w->sql, index ? index_keys : table_keys, column(st, 1), &keys);

    if (n > 0)
        *VEC_ADD(&w->trees) = (struct sql_tree){
            .first = statement(st, keys.data, 0), .next = statement(st, keys.data, n), .n_keys = (unsigned)n};
    buf_release(&keys);
    return MIN(n, 0);
}

int sql_walk_begin(struct sql_walk *w, struct sql *s)
{
    sqlite3_stmt *st = NULL;
    int r = sql_code(s, sqlite3_prepare_v2(s->db, trees, -1, &st, NULL));

    *w = (struct sql_walk){.sql = s};
    while (r >= 0 && (r = sql_code(s, sqlite3_step(st))) == 1)
        r = add_tree(w, st);
    sqlite3_finalize(st);
    return r;
}

/* ---- rows ---- */

static void forget_keys(struct sql_walk *w)
{
    for (unsigned i = 0; i < w->n_keys; i++)
        sqlite3_value_free(w->key[i]);
    w->n_keys = 0;
}

static void keep_keys(struct sql_walk *w, sqlite3_stmt *st, unsigned n)
{
    forget_keys(w);
    for (unsigned i = 0; i < n; i++)
        w->key[i] = sqlite3_value_dup(sqlite3_column_value(st, (int)i));
    w->n_keys = n;
}

/* 1: the time is over; 0: the tree is. */
static int walk_tree(struct sql_walk *w, struct mono until)
{
    const struct sql_tree *tree = &w->trees.at[w->at];
    sqlite3_stmt *st = NULL;
    int r =
        sql_code(w->sql, sqlite3_prepare_v2(w->sql->db, w->n_keys ? tree->next : tree->first, -1, &st, NULL));

    for (unsigned i = 0; r == 0 && i < w->n_keys; i++)
        r = sql_code(w->sql, sqlite3_bind_value(st, (int)i + 1, w->key[i]));
    for (unsigned n = 1; r >= 0 && (r = sql_code(w->sql, sqlite3_step(st))) == 1; n++)
        if (n % ROWS == 0 && clock_mono().us >= until.us)
            break;
    if (r == 1)
        keep_keys(w, st, tree->n_keys);
    sqlite3_finalize(st);
    return r;
}

int sql_walk_turn(struct sql_walk *w, int64_t turn_us)
{
    struct mono until = {clock_mono().us + turn_us};
    int r;

    for (; w->at < w->trees.n; w->at++) {
        r = walk_tree(w, until);
        if (r != 0)
            return r;
        forget_keys(w);
    }
    return 0;
}

void sql_walk_end(struct sql_walk *w)
{
    forget_keys(w);
    for (size_t i = 0; i < w->trees.n; i++) {
        mem_free(w->trees.at[i].first);
        mem_free(w->trees.at[i].next);
    }
    VEC_RELEASE(&w->trees);
    *w = (struct sql_walk){.sql = NULL};
}
