/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is whole of a damaged database goes into a new one. The damaged file was moved aside (db/sql_aside.h) and stays as it is; it is read page by page (db/sql_pages.h), so that one that
 * is damaged costs only what stood in it. In turns, each a transaction of its own, for others wait meanwhile.
 */
#include "base/time.h"
#include "db/sql.h"
#include "db/sql_pages.h"

struct rescue_table {
    const char *
        columns; /* a letter each: k the key that is the rowid, i a number, t a text, T a text that older rows lack */
    bool of_index;  /* or WITHOUT ROWID */
    enum sql_id id; /* takes the columns in their order */
};

struct rescue {
    int fd; /* -1: closed */
    struct sql_pages pages;
    struct sql *to;
    const struct rescue_table *table;
    size_t n_table;
    /* A row of that table: 1 it is to be put in, 0 not, E_*. NULL: all are. */
    int (*want)(void *user, size_t table, const struct sql_row *row);
    void *user;
    int error;
};

/* E_NOENT, E_IO. `to` is used by rescue_pages. */
int rescue_open(struct rescue *r, const char *path, struct sql *to);
void rescue_close(struct rescue *r);
/* Within a transaction of `to`: puts in the rows of that page (from 1 on). A page that cannot be read has none. */
int rescue_page(struct rescue *r, uint32_t number);
/* All of it at once, in a transaction: for a small database. */
int rescue_all(struct rescue *r);
