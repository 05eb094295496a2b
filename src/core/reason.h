/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reasons as they travel and are kept: with names instead of indexes, so that they mean the same under another configuration. A list of them is text, one a
 * line: "topic code arg0 arg1 TAB object TAB contact LF", in the order in which they were found. In the journal it is the text of an EVENT of kind DECISION or
 * SKIPPED, and so in the history; on the way from engine to gate it is the body of WHY_IS. Words for people: core/why.
 */
#include "base/buf.h"
#include "core/why.h"

enum reason_topic {
    REASON_STATE,   /* why it has its state */
    REASON_RAN,     /* why it ran, or did not run, last time; arg1: when */
    REASON_NEXT,    /* when it runs, or why it does not */
    REASON_DECIDED, /* whether somebody is told: of the object as a whole */
    REASON_CONTACT, /* ... of one contact */
    REASON_NOW,     /* what would be decided now, of the whole */
    REASON_CONTACT_NOW,
    REASON_TOPICS
};

struct reason {
    enum reason_topic topic;
    unsigned code; /* enum why_code */
    int64_t arg[2];
    struct str object, contact; /* empty: none */
};

#define REASON_LIST_MAX (12u * 1024) /* of one decision: more contacts than fit are counted */

void reason_put(struct buf *b, const struct reason *r);
/* The next one: 1; 0 at the end; E_FORMAT. Texts are borrowed. */
int reason_next(struct str *rest, struct reason *r);
