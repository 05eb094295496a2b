/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Requests that wait (WaitObject, WaitCondition, WaitTrigger): who holds them asks here whether they begin to wait, and whether they go on. What happens is told by counters of the board.
 */
#include "api/livestatus.h"

enum livestatus_trigger { /* bits */
                          LIVESTATUS_ON_CHECK = 1,
                          LIVESTATUS_ON_STATE = 2,
                          LIVESTATUS_ON_LOG = 4,
                          LIVESTATUS_ON_DOWNTIME = 8,
                          LIVESTATUS_ON_COMMENT = 16,
                          LIVESTATUS_ON_COMMAND = 32,
                          LIVESTATUS_ON_PROGRAM = 64,
                          LIVESTATUS_ON_ALL = 127,
};

/* By the word of WaitTrigger; 0: there is none. */
unsigned livestatus_trigger_find(struct str word);

struct livestatus_pulse { /* what had happened at a moment, by triggers */
    uint64_t count[7];
};
void livestatus_pulse_read(const struct board *b, struct livestatus_pulse *out);
/* What happened between two of them: bits. */
unsigned livestatus_pulse_since(const struct livestatus_pulse *before, const struct livestatus_pulse *now);

struct livestatus_wait {
    unsigned triggers;
    int64_t timeout_us; /* 0: none */
};
/* Does it have to wait? Not for a condition that holds, and not for what is wrong, which livestatus_answer says. */
bool livestatus_wait_begins(const struct livestatus_world *w, struct str request,
                            struct livestatus_wait *out);
/* After a trigger: may it be answered? */
bool livestatus_wait_ends(const struct livestatus_world *w, struct str request);

struct ls_query;
struct err;
/* E_NOENT with a text: there is no such WaitObject, or who asks does not see it. */
int livestatus_wait_check(const struct livestatus_world *w, struct ls_query *q, struct err *err);
