/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A damaged database is moved aside: PATH becomes PATH.damaged-TIME (seconds since 1970), and what stands beside it goes with it. The file stays until a person removes it,
 * or two more have come: of each database the newest stays, and the largest of the others.
 */
#include "db/sql.h"

#define SQL_ASIDE_PATH 4300

/* sql_open; a database that cannot be read (E_FORMAT) is moved aside first, and a new one is made: *moved. */
int sql_open_or_renew(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                      struct wall now, bool *moved, struct err *err);
/* One that opens, and in which a damaged page was met. It is closed. */
void sql_set_aside(struct sql *s, const char *path, struct wall now);
/* The newest that was moved aside: its TIME and its path; 0: there is none. */
int64_t sql_aside_newest(const char *path, char out[SQL_ASIDE_PATH]);
/* The TIME of a name ("history.db.damaged-1700000000"), and what is before ".damaged-" in base; 0: it is none. */
int64_t sql_aside_time(const char *name, struct str *base);
