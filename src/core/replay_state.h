/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Two states of one check, of the journal and of a replay. */
#include "core/record.h"

/* Do these differ in anything but plans and what a configuration says? The name of the first field that does; NULL: none. */
const char *replay_state_differs(const struct record_state *a, const struct record_state *b);
