/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Flapping: how much the last 21 states changed, newer changes weighing more (0.75 to 1.25), in fixed point. Pure.
 */
#include "core/state.h"

#define FLAP_STATES 21

/* Puts the state of this result into the history and computes flap_percent (1/100 percent). */
void flap_add(struct state *s);
/* The percentage in tenths, as the old engines write it: rounded once, half to even. */
uint32_t flap_tenths(uint32_t percent);
/* As if its state had never been another one. */
void flap_clear(struct state *s);
/* Every state remembered is the present one. */
bool flap_is_even(const struct state *s);
/* True when flapping should begin (or end, when it is on). Thresholds in 1/100 percent. */
bool flap_begins(const struct state *s, uint32_t high);
bool flap_ends(const struct state *s, uint32_t low);
