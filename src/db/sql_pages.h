/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rows out of the pages of a SQLite file that SQLite itself does not read any more, because one of them is damaged: each page that holds rows is read for itself, whatever leads to it. Pure
 * but for the pages, which the caller reads. Source: the SQLite database file format (sqlite.org/fileformat2.html), sections 1.3 to 1.7 and 2.1.
 *
 * Only pages of SQL_PAGE bytes and texts in UTF-8 are understood, as Vigie's databases have them. A page has no checksum, so the caller looks at whether a row can be one of its tables. What
 * SQLite has taken out and left in a free page does not come back, unless the first page, which leads to those, is damaged.
 */
#include "base/buf.h"
#include "base/str.h"

#define SQL_PAGE         4096u
#define SQL_PAGE_COLUMNS 48u
#define SQL_PAGE_ROW     (4u * 1024 * 1024) /* bytes of a row; Vigie's longest is far below */

struct sql_value {
    enum { SQL_VALUE_NULL, SQL_VALUE_INT, SQL_VALUE_TEXT } is;
    int64_t i;
    struct str text;
};

struct sql_row {   /* borrowed for the call */
    bool of_index; /* or of a table WITHOUT ROWID */
    int64_t rowid; /* of a table with one */
    unsigned n;
    struct sql_value v[SQL_PAGE_COLUMNS];
};

struct sql_pages {
    bool (*page)(void *user, uint32_t number,
                 unsigned char *to); /* SQL_PAGE bytes; the first page is 1. false: it cannot be read */
    void *user;
    uint32_t n;           /* how many there are */
    unsigned char *empty; /* a bit each: SQLite calls it free */
    struct buf row;       /* of one that goes on in further pages */
};

void sql_pages_init(struct sql_pages *p, bool (*page)(void *user, uint32_t number, unsigned char *to),
                    void *user, uint32_t n);
void sql_pages_release(struct sql_pages *p);
/* Hands out each whole row of a page, in its order. A row with a value that is neither number, text nor nothing is left out, and so is a text that is not UTF-8. */
void sql_pages_rows(struct sql_pages *p, uint32_t number, void (*each)(void *user, const struct sql_row *row),
                    void *user);
