/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Looks through a database for damaged pages, a little at a time: each table and each index is read row by row in its own order, texts that go on in further pages too, so that every page which leads
 * to a row or holds one is met. Nothing is held between two turns, so the database's log does not grow meanwhile. What is written between two turns is met if it lies ahead, and that is enough.
 *
 * Found is what SQLite finds when it reads a page (as PRAGMA quick_check does): one that is none, rows out of their bounds, a row that cannot be taken apart. Another letter in a text is not, nor what comes in place of the last page of a long one. Free pages
 * hold nothing, and are not looked at. Columns that make a key may not be NULL, as in Vigie's schemas.
 */
#include "base/vec.h"
#include "db/sql.h"

#define SQL_WALK_KEYS 8u

struct sqlite3_value;

struct sql_tree {       /* a table or an index: statements for its keys, and all columns of a table; */
    char *first, *next; /* from the first row on, and from behind the keys that are bound */
    unsigned n_keys;
};

struct sql_walk {
    struct sql *sql;
    VEC(struct sql_tree) trees;
    size_t at;                                /* of them */
    struct sqlite3_value *key[SQL_WALK_KEYS]; /* of the last row that was read */
    unsigned n_keys;                          /* 0: none was */
};

/* s is open, and remains so until the end. E_*: as the database says. */
int sql_walk_begin(struct sql_walk *w, struct sql *s);
/* Reads for about turn_us. 1: there is more; 0: all was looked at; E_FORMAT: it is damaged; other E_*: it could not be read. */
int sql_walk_turn(struct sql_walk *w, int64_t turn_us);
void sql_walk_end(struct sql_walk *w);
