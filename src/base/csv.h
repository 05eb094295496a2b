/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A cell of CSV (RFC 4180) as Vigie writes it: UTF-8 without a mark at the beginning, quoted where it must be, NUL left out. What a plugin or a person wrote must not become a formula of the spreadsheet that
 * opens it: a cell whose first character that is no blank is one of = + - @, or that begins with a tab or the end of a line, gets an apostrophe in front. Numbers of our own are written without this.
 */
#include "base/buf.h"

void csv_cell(struct buf *out, struct str s);
