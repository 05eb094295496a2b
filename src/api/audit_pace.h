/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How much of what is refused goes into the audit record: what nobody has to be signed in for must not fill a disk. A source gets AUDIT_PACE_ENTRIES entries a minute; more of it is counted, and told as one entry when
 * the minute is over. At most AUDIT_PACE_SOURCES are told apart in a minute, the others are one. Pure.
 */
#include "base/time.h"
#include "db/audit_line.h"

#define AUDIT_PACE_SOURCES 64u
#define AUDIT_PACE_ENTRIES 10u

struct audit_pace_source {
    char from[64]; /* empty: all others */
    uint32_t entries, more;
};

struct audit_pace {
    int64_t minute;
    unsigned n;
    struct audit_pace_source source[AUDIT_PACE_SOURCES];
};

/* May there be an entry of this source now? Else it is counted. audit_pace_over was asked before. */
bool audit_pace_take(struct audit_pace *p, struct str from, struct wall now);
/* When a minute is over, hands out the sources that had more, one after the other, and true each time; false: there is none (any more). since: when it began. */
bool audit_pace_over(struct audit_pace *p, struct wall now, struct audit_pace_source *out,
                     struct wall *since);

/* What the gate knows of the audit record. */
struct api_audit_state {
    char why[512],
        wrong[512];          /* why it is not written now; what a start found wrong with it. Empty: nothing */
    bool low;                /* only the reserve is left */
    uint64_t last, failures; /* number of the last entry; tries that failed */
    uint64_t refused;        /* requests that were refused because of that */
    uint64_t without;        /* requests that went on without an entry */
    uint64_t paced;          /* refusals that are told as one */
    struct audit_pace pace;
};
