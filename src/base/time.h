/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Time: int64 microseconds everywhere. Two types that cannot be mixed: struct mono (CLOCK_MONOTONIC, for schedules and
 * time-outs) and struct wall (UTC since 1970, for periods, logs and people). This file only computes; the clocks are read in os/clock.
 * Civil time is the proleptic Gregorian calendar.
 */
#include "base/str.h"

#define TIME_US  ((int64_t)1)
#define TIME_MS  ((int64_t)1000)
#define TIME_S   ((int64_t)1000000)
#define TIME_MIN (60 * TIME_S)
#define TIME_H   (60 * TIME_MIN)
#define TIME_DAY (24 * TIME_H)

struct mono {
    int64_t us;
};
struct wall {
    int64_t us;
};

struct time_civil {
    int year, month, day;     /* month 1..12, day 1..31 */
    int hour, minute, second; /* of the zone asked for */
    int us;
    int weekday; /* 0 Sunday .. 6 Saturday */
    int yearday; /* 0..365 */
};

int64_t time_days_from_civil(int year, int month, int day); /* days since 1970-01-01 */
void time_civil_from_days(int64_t days, int *year, int *month, int *day);
int time_days_in_month(int year, int month);
struct time_civil time_utc(struct wall t);
struct wall time_from_utc(const struct time_civil *c); /* fields are taken as they are; us too */
int64_t time_wall_s(struct wall t);                    /* whole seconds, rounded down */

/* A zone: what conf compiles from TZif data (RFC 8536). at[i] (UTC seconds, rising) begins offset[i] (seconds east). */
struct time_zone {
    const int64_t *at;
    const int32_t *offset;
    const uint8_t *is_dst;
    uint32_t n;
    int32_t first_offset; /* before at[0], or always when n is 0 */
};
int32_t time_zone_offset(const struct time_zone *z, int64_t utc_s); /* z NULL: UTC */
struct time_civil time_local(const struct time_zone *z, struct wall t);
/* Local civil to UTC seconds. A time that exists twice gives the first; one that is skipped gives the moment of the jump. */
int64_t time_from_local(const struct time_zone *z, const struct time_civil *c);

/* "2026-11-23T09:14:23.123Z"; out of at least TIME_RFC3339 bytes. */
#define TIME_RFC3339 32
void time_rfc3339(struct wall t, char *out);
bool time_parse_rfc3339(struct str s, struct wall *out);
/* "90s", "5m", "2h", "30d", "1h30m" or bare seconds; false on anything else, on 0 < overflow. */
bool time_parse_duration(struct str s, int64_t *us);
