/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Compares a laboratory's world, after each step, with the rules (tests/sim/rules.h) that were given the same inputs: what the journal says came in. Invariants:
 *   rules   every state is the one that the rules give
 *   told    who is told, in events and intents, is who must be told by the rules
 *   why     a check that somebody could have been told of has the reason why it was told or was not
 */
#include "lab.h"
#include "rules.h"

struct judge_command { /* one that is done in parts */
    uint64_t id, trigger;
    char text[200];
};

struct judge {
    struct rules rules;
    VEC(struct judge_command) commands;
    VEC(struct record_downtime) downtimes; /* as they were recorded last, without texts */
    unsigned models;
    const char *broken; /* the first invariant that did not hold */
    char what[200];
    uint64_t notifications; /* told so far */
};

void judge_init(struct judge *j);
void judge_release(struct judge *j);
/* To be called from lab.watch. */
void judge_watch(struct judge *j, struct lab *lab, bool step);
