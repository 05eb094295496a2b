/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * By which time records are old enough to be removed. A clock that is ahead for a minute must not cost years of history, so one that goes ahead by more than a day is not believed before
 * it has been there for a day, as long as Vigie ran; and then removal follows it at AGE_PACE, so that there are days to notice. One that goes back is believed: it keeps more.
 */
#include "base/time.h"
#include "db/sql.h"

#define AGE_DOUBT_US TIME_DAY
#define AGE_PACE     144 /* a day of records in ten minutes */

struct age {
    int64_t now;    /* the time that is believed */
    int64_t lasted; /* how long the clock has been too far ahead of it */
};

/* What is kept of it in the database; `start` if there is nothing yet. */
int age_load(struct age *a, struct sql *s, int64_t start);
int age_store(const struct age *a, struct sql *s);
/* The clock says `wall`, and since the last question since_us have passed by one that nobody sets. The time that counts. */
int64_t age_step(struct age *a, int64_t wall, int64_t since_us);
