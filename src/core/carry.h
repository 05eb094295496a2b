/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From one configuration to the next: what goes on goes over to the new place of its identity, what is not there any more ends with an event. Only for core/world.
 *   carry_begin, while the world is still the old one; carry_over and carry_end, when it is the new one and empty
 */
#include "core/world_in.h"

struct carry {
    const struct model *m; /* the old one */
    const uint64_t *oids;  /* of the new one */
    struct state *st;
    struct world_contact *contact;
    struct heap due;
    uint32_t n;
    uint32_t *to;    /* old index -> new, or MODEL_NONE */
    bool same;       /* that is the same number for each, and there are no others */
    bool *taken;     /* by new index: something went over to it */
    struct oids ids; /* of the new one, when they had to be looked for */
    bool *other;     /* by old index: called something else now */
};

/* Finds where everything goes; ends what goes nowhere: its run, its notes, its state. */
void carry_begin(struct world *w, const struct model *next, const uint64_t *oids, struct carry *c);
/* States, plans, runs, notes, contacts; what has another name now has an event of it. What is new is blank, and gets its identity. */
void carry_over(struct world *w, struct carry *c);
void carry_end(struct carry *c);

/* At a start: what has a state in the record and is not configured any more. */
void carry_gone(struct world *w);
