/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * postpone_notification_to_timeperiod: what was not told because it was outside the notification period is told when the period begins, a problem that is still
 * there and the end of one that somebody was told of, without waiting for the next result. Nothing of it is kept: after a start it follows from the states' reasons.
 */
#include "core/world.h"

/* A notification came to this answer: is it one that waits? */
void postpone_note(struct world *w, uint32_t check);
/* The end of a problem that was told waits for its period: the problem is remembered until then. */
bool postpone_recovery(const struct world *w, uint32_t check);
/* The checks, or their periods, are other ones, or the clock was set. */
void postpone_look(struct world *w);
void postpone_look_begin(struct world *w); /* then postpone_note for each */
/* Tells what waited, where its period has begun. w->next_postponed is the next time to come. */
void postpone_step(struct world *w);
