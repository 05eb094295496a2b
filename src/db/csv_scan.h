/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A table as text, whose first line names its columns. The separator is the one of comma, semicolon and tab that stands first in that line. With comma and semicolon fields may stand in double quotes, a
 * doubled quote within is one (RFC 4180), and hold line breaks; with tabs there are no quotes, and \t, \n, \\ and \N (nothing) are what they are as MySQL writes them. A byte order mark is passed over.
 *
 * Strict: each line has as many fields as the first one, CSV_COLUMNS_MAX at most, of CSV_FIELD_MAX bytes at most. Empty lines are passed over.
 */
#include "base/buf.h"
#include "base/err.h"

#define CSV_COLUMNS_MAX 256u
#define CSV_FIELD_MAX   65536u

struct csv_scan {
    struct str rest;
    char separator;
    unsigned line, next_line; /* of the fields that are there, from 1 on */
    struct buf text;
    size_t at[CSV_COLUMNS_MAX], len[CSV_COLUMNS_MAX]; /* in text */
    size_t n, columns;
    struct buf names; /* of the columns, each ended by NUL */
};

/* Reads the line of names. text is borrowed as long as it is read. E_FORMAT: there is none. Of columns with the same name the first counts. */
int csv_scan_begin(struct csv_scan *c, struct str text, struct err *err);
void csv_scan_release(struct csv_scan *c);
/* The column of that name, capitals or not; -1: there is none. */
int csv_scan_column(const struct csv_scan *c, const char *name);
/* 1: the next line is there; 0: the end; E_FORMAT with the line. */
int csv_scan_next(struct csv_scan *c, struct err *err);
/* Borrowed until the next line. */
struct str csv_scan_field(const struct csv_scan *c, int column);
