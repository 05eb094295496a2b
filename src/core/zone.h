/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * TZif data (RFC 8536) to a plain list of transitions. The rule in the footer is unrolled up to ZONE_LAST_YEAR, so a reader needs no rules. Pure.
 */
#include "base/err.h"
#include "base/time.h"
#include "base/vec.h"

#define ZONE_LAST_YEAR 2099
#define ZONE_NAME_MAX  12

struct zone_turn {
    int64_t at; /* UTC seconds */
    int32_t offset;
    uint32_t is_dst;
    char name[ZONE_NAME_MAX]; /* "CET" */
};
struct zone {
    VEC(struct zone_turn) turns; /* rising */
    int32_t first_offset;
    char first_name[ZONE_NAME_MAX];
};

int zone_compile(struct zone *z, struct str tzif); /* E_FORMAT: not TZif, or damaged; z is empty then */
/* Only a rule as in the footer or in TZ: "CET-1CEST,M3.5.0,M10.5.0/3", "UTC0". */
int zone_compile_rule(struct zone *z, struct str rule);
void zone_release(struct zone *z);
