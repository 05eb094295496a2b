/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Compares a laboratory's world, after each step, with the rules (tests/sim/rules.h) that were given the same inputs: what the journal says came in. Invariants:
 *   rules   every state is the one that the rules give
 *   rests   no check is started that must not be, by what it depends by
 *   told    who is told, in events and intents, is who must be told by the rules: in the same step, or in the parts that the step announces, until the last of them
 *   why     a check that somebody could have been told of has the reason why it was told or was not
 */
#include "lab.h"
#include "rules.h"

struct judge_command { /* one that is done in parts */
    uint64_t id, trigger;
    char text[200];
};

struct judge_owed { /* somebody is still to be told, in a part of a notification that was decided before */
    uint64_t telling;
    struct rules_told told;
};

struct judge_debts {
    VEC(struct judge_owed) list;
};

struct judge {
    struct rules rules;
    VEC(struct judge_command) commands;
    struct judge_debts debts;
    VEC(struct record_downtime) downtimes; /* as they were recorded last, without texts */
    unsigned models;
    uint64_t lives;
    const char *broken; /* the first invariant that did not hold */
    char what[200];
    uint64_t notifications; /* told so far */
};

void judge_init(struct judge *j);
void judge_release(struct judge *j);
void judge_copy_debts(struct judge_debts *to, const struct judge_debts *from);
/* To be called from lab.watch. */
void judge_watch(struct judge *j, struct lab *lab, bool step);
/* Instead: compares nothing, and the rules have the states that the world has. */
void judge_follow(struct judge *j, const struct lab *lab);
