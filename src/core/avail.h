/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Availability: from the changes of one object's state to seconds in each state, outages and their lengths. Pure.
 *
 * All is counted in whole seconds: a change counts from the second in which it happened, and of several in one second the last. So every second of [from, to) is counted once and
 * the sums are exact. A second belongs, in this order, to: outside (of the time period), unmonitored (Vigie did not run), else to the state it had.
 *   - The basis are seconds in a state that says something: good (OK, WARNING, UP) or bad (all other states of a checked object). Pending, gone and unknown past are no basis.
 *   - Seconds in a downtime, of the object or of its host, are counted apart, and with exclude_downtimes they are no basis.
 *   - An outage begins with a bad second whose last basis second before it, within [from, to), was good or does not exist: a night outside the period does not make two of one.
 */
#include "base/vec.h"
#include "core/when.h"

enum avail_state {
    AVAIL_OK,       /* UP */
    AVAIL_WARNING,  /* of a host: DOWN */
    AVAIL_CRITICAL, /* of a host: UNREACHABLE */
    AVAIL_UNKNOWN,
    AVAIL_PENDING,     /* configured, no result yet */
    AVAIL_GONE,        /* not configured */
    AVAIL_NO_DATA,     /* before the first thing known of it */
    AVAIL_UNMONITORED, /* Vigie did not run; never the state of a point */
    AVAIL_STATES,
};

struct avail_point { /* from at_s on */
    int64_t at_s;
    enum avail_state state;
    bool downtime;
};
struct avail_range { /* [from_s, to_s) */
    int64_t from_s, to_s;
};
/* Rising by time, not overlapping. */
struct avail_ranges {
    const struct avail_range *at;
    size_t n;
};

struct avail_in {
    int64_t from_s, to_s;
    bool host, exclude_downtimes;
    const struct avail_point *points;
    size_t n_points;
    struct avail_ranges unmonitored, host_downtimes;
    const struct avail_ranges *period; /* NULL: always */
};

struct avail_out {
    int64_t seconds[AVAIL_STATES];     /* outside downtimes */
    int64_t in_downtime[AVAIL_STATES]; /* inside */
    int64_t outside_s;                 /* of the period */
    int64_t good_s, bad_s;             /* the basis */
    int64_t outages;
};

void avail_compute(const struct avail_in *in, struct avail_out *out);
/* The same of each of n equal parts, the oldest first, in one walk; an outage that goes on counts in each. */
void avail_parts(const struct avail_in *in, size_t n, struct avail_out *out);

/* Good seconds of the basis in millionths; -1 when there is no basis. */
int64_t avail_ppm(const struct avail_out *o);
/* Mean time between failures (good seconds an outage) and to repair (bad seconds an outage); -1 without an outage. */
int64_t avail_mtbf_s(const struct avail_out *o);
int64_t avail_mttr_s(const struct avail_out *o);

/* The parts of [from, to) inside the period. */
struct avail_ranges_vec {
    VEC(struct avail_range) v;
};
void avail_period(const struct when *w, uint32_t period, int64_t from_s, int64_t to_s,
                  struct avail_ranges_vec *out);
