/* SPDX-License-Identifier: Apache-2.0 */
#include "db/age.h"

int age_load(struct age *a, struct sql *s, int64_t start)
{
    int r = sql_meta_get(s, "age_now", start, &a->now);

    return r < 0 ? r : sql_meta_get(s, "age_lasted", 0, &a->lasted);
}

int age_store(const struct age *a, struct sql *s)
{
    int r = sql_begin(s);

    if (r == 0)
        r = sql_meta_set(s, "age_now", a->now);
    if (r == 0)
        r = sql_meta_set(s, "age_lasted", a->lasted);
    if (r == 0)
        r = sql_commit(s);
    if (r < 0)
        sql_rollback(s);
    return r;
}

int64_t age_step(struct age *a, int64_t wall, int64_t since_us)
{
    if (wall - a->now <= AGE_DOUBT_US) {
        *a = (struct age){.now = wall};
        return wall;
    }
    if (a->lasted >= AGE_DOUBT_US)
        a->now += MIN(since_us * AGE_PACE, wall - a->now);
    else
        a->lasted += since_us;
    return a->now;
}
