/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What is in force of a check: as configured, or what an external command put in its place, as the board has it (core/over). Periods: MODEL_NONE is always. */
#include "core/board.h"
#include "core/model.h"

uint32_t inforce_check_period(const struct model *m, uint32_t idx, const struct board_check *c);
uint32_t inforce_notify_period(const struct model *m, uint32_t idx, const struct board_check *c);
/* Of a contact: over as in struct board_contact. */
uint32_t inforce_period(const struct model *m, uint32_t over, uint32_t configured);
int64_t inforce_first_delay(const struct model *m, uint32_t idx, const struct board_check *c);
/* over: struct board_text; its texts are borrowed. */
struct str inforce_command(const struct model *m, uint32_t idx, struct str over);
struct str inforce_handler(const struct model *m, uint32_t idx, struct str over);
/* Secrets hidden. */
struct str inforce_var(const struct model *m, const struct model_var *v, struct str over);
