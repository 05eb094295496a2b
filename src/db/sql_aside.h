/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A projection that is damaged is no reason to stop: it is moved aside and begun anew, to be redone from the journal. */
#include "db/sql.h"

/* As sql_open; a damaged file becomes PATH.damaged-SECONDS (with its log) and *moved is true. */
int sql_open_or_renew(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                      struct wall now, bool *moved, struct err *err);
