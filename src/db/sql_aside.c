/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sql_aside.h"

#include "base/log.h"

#include <stdio.h>

static void move(const char *path, const char *suffix, struct wall now)
{
    char from[4200], to[4300];

    snprintf(from, sizeof(from), "%s%s", path, suffix);
    snprintf(to, sizeof(to), "%s.damaged-%lld%s", path, (long long)time_wall_s(now), suffix);
    rename(from, to);
}

int sql_open_or_renew(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                      struct wall now, bool *moved, struct err *err)
{
    struct err first = ERR_INIT;
    int r = sql_open(s, path, how, schema, &first);

    *moved = false;
    if (r != E_FORMAT) {
        if (r < 0)
            err_set(err, r, "%s", first.text);
        return r;
    }
    move(path, "", now);
    move(path, "-wal", now);
    move(path, "-shm", now);
    log_error("%s: it was moved to %s.damaged-%lld and is made anew", first.text, path,
              (long long)time_wall_s(now));
    *moved = true;
    return sql_open(s, path, how, schema, err);
}
