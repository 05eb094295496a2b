/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Time periods: is a moment inside, and when is the next one. Days and hours are local time of the period's
 * zone, or of the configuration's, so a day of a clock change has 23 or 25 hours: a range covers the moments whose wall
 * clock reads inside it. Pure; the periods come compiled in the snapshot.
 *   - A day is decided by the first matching exception in the order date, month date, month day, month
 * weekday, weekday; if none matches, by the weekday's ranges.
 *   - Moments inside an excluded period are outside.
 *   - period MODEL_NONE is always.
 */
#include "core/model.h"

struct when {
    const struct model *m;
    struct model_zone_view zone;   /* of the configuration */
    struct model_zone_view *zones; /* all of the snapshot, by index */
    uint32_t n_zones;
};

/* Opens the zones of the configuration once; m must outlive w. */
void when_init(struct when *w, const struct model *m);
void when_release(struct when *w);
bool when_contains(const struct when *w, uint32_t period, struct wall t);
/* The first moment not before t that is inside; us INT64_MAX when there is none within two years. */
struct wall when_next(const struct when *w, uint32_t period, struct wall t);
/* The first moment after t (t inside) that is outside; us INT64_MAX when there is none within two years. */
struct wall when_end(const struct when *w, uint32_t period, struct wall t);
