/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What follows when a check begins or ends to flap: comment, log, event, notifications and what they held back. The arithmetic is core/flap's. */
#include "core/world_in.h"

/* A result is in the state: keeps the history, and says when flapping begins or ends. True: it ended now. */
bool flapping_step(struct world *w, uint32_t check);
/* A host's history goes on with each result of its services, too. One that holds a single state stays as it is. */
void flapping_of_host(struct world *w, uint32_t service);
/* Flap detection is switched off for a check that flaps: it does not any more. */
void flapping_off(struct world *w, uint32_t check);
/* It is switched on: what its history says counts now. */
void flapping_on(struct world *w, uint32_t check);
/* As if its state had never been another one. */
void flapping_clear(struct world *w, uint32_t check);
