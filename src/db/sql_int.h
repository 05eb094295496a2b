/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Between the files that know SQLite: sql.c and sql_walk.c. */
#include "db/sql.h"

/* SQLite's word as a code of sql.h; a damaged page is noted in s. */
int sql_code(struct sql *s, int rc);
