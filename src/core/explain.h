/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Why is a check as it is? Answers from the present state and configuration, as reasons (core/reason.h): why it has its state, why it ran or did not, when it
 * runs next or why not, whether somebody was told at its last decision, and what would be decided, contact by contact, if its result came again now.
 */
#include "base/buf.h"
#include "core/why.h"
#include "core/world.h"

/* False: no check has this identity. */
bool explain_oid(const struct world *w, uint64_t oid, struct buf *out);
void explain_check(const struct world *w, uint32_t check, struct buf *out);
/* One reason, with the name of what it is about. */
void explain_put(const struct world *w, unsigned topic, const struct state_why *why, struct buf *out);
/* Appends the name of what a reason's index means; nothing when it has none. */
void explain_object(const struct world *w, const struct state_why *why, struct buf *out);
/* Names of a host's parents, as words; not all if they are many. */
void explain_parents(const struct model *m, uint32_t host, struct buf *out);
/*
 * Whether somebody was told, as it is to be read beside the state: the last decision may have been about a message of its own (a downtime begins), and its
 * reason says nothing of the problem then.
 */
struct state_why explain_standing(const struct world *w, uint32_t check);
/* A reason that was kept over a start or a reload: gives it the index it has now, as far as that follows from the check. */
void explain_renew(const struct world *w, uint32_t check, struct state_why *why);
