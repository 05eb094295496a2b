/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/local_time.h"

#include "role/conf_io.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_zone(struct zone *z)
{
    const struct conf_io io = conf_io_files();
    const char *tz = getenv("TZ");
    struct buf bytes = BUF_INIT;
    bool ok;

    tz = tz ? tz + (*tz == ':') : "";
    ok = io.zone(io.ctx, tz, &bytes) == 0 && zone_compile(z, buf_str(&bytes)) == 0;
    if (!ok && *tz)
        ok = zone_compile_rule(z, str_of(tz)) == 0;
    buf_release(&bytes);
    return ok;
}

void local_time_open(struct local_time *l)
{
    *l = (struct local_time){.turn = 0};
    if (read_zone(&l->zone))
        return;
    zone_release(&l->zone);
    l->zone = (struct zone){.first_name = "UTC"};
}

void local_time_close(struct local_time *l)
{
    zone_release(&l->zone);
}

int32_t local_time_offset(struct local_time *l, int64_t utc_s, const char **name)
{
    const struct zone *z = &l->zone;

    while (l->turn && z->turns.at[l->turn - 1].at > utc_s)
        l->turn--;
    while (l->turn < z->turns.n && z->turns.at[l->turn].at <= utc_s)
        l->turn++;
    *name = l->turn ? z->turns.at[l->turn - 1].name : z->first_name;
    return l->turn ? z->turns.at[l->turn - 1].offset : z->first_offset;
}
