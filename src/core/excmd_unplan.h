/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The downtimes that a command cancels: with each those that it triggers, before it. */
#include "core/excmd_list.h"

int excmd_unplan_list(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err);
