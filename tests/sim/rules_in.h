/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the rules share. */
#include "rules.h"

#include "core/notify.h"

enum { OK, WARNING, CRITICAL, UNKNOWN, UP = 0, DOWN = 1, UNREACHABLE = 2 };

const struct model_check *rules_conf(const struct rules *r, const struct rules_check *c);
bool rules_is_host(const struct rules *r, const struct rules_check *c);
int64_t rules_elapsed_s(const struct rules *r);
/* enum model_on of a state */
uint32_t rules_bit_of(const struct rules *r, const struct rules_check *c, unsigned state);
bool rules_in_period(const struct rules *r, uint32_t period); /* MODEL_NONE: always */
/* By a dependency, of its own or of its host's, nobody is told of it. */
bool rules_holds_back(struct rules *r, const struct rules_check *c);
/* If the filters let it pass. options: NOTIFY_FORCED past all filters, of the contacts' too; NOTIFY_BROADCAST to whom any escalation names as well. */
void rules_tell(struct rules *r, struct rules_check *c, enum notify_type type, uint32_t options);
