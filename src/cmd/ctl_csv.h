/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Tables for spreadsheets: each cell is guarded against being read as a formula. */
#include "cmd/ctl_int.h"

/* Cells of a row; ctl_csv_end prints it (one cell at least). */
void ctl_csv_cell(struct buf *row, const char *text);
void ctl_csv_value(struct buf *row, const json_t *o,
                   const char *key); /* text, number, yes or no; empty for none */
void ctl_csv_end(struct buf *row);
/* A head and the rows with these members, at most so many. */
void ctl_csv_rows(const char *const *columns, size_t n, const json_t *rows, size_t most);
#define CTL_CSV_OPTION(csv)                                                                                  \
    {                                                                                                        \
        "csv", 0, OPT_FLAG, NULL, "A table for spreadsheets, times as in JSON.", csv                         \
    }
