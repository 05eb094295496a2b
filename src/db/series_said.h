/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What plugins say beside the values (db/bounds.h), for answers: in base units, as their values are. Where nothing is known, or bounds.db cannot be read, that is what the answer says. */
#include "db/series_pick.h"

/* "warn":...,"crit":...,"min":...,"max":... of now. */
void series_said_members(struct series_ask *q, struct json *j, const struct series_key *k);
/* [{"from":seconds,"warn":...},...] of [from, to); where only the plugin knows the unit, with "unit", which may be another from then on. */
void series_said_thresholds(struct series_ask *q, struct buf *b, const struct series_key *k, int64_t from_us,
                            int64_t to_us);
/* The unit of a series: of one that only the plugin knows as it wrote it last, which stands in b. */
struct str series_said_unit(struct series_ask *q, const struct series_key *k, struct buf *b);
/* "unit":..., "counter":..., and "written": the unit in which the plugin writes a size, "MB", for who shows it as the plugin does; null where there is none, and for all else. */
void series_said_unit_members(struct series_ask *q, struct json *j, const struct series_key *k);
