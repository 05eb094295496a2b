/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The segment with the lines of the command file that were read and are not done: opened at a start, with what a killed Vigie left in it, and taken away at an end if nothing waits. */
#include "base/err.h"

struct parent;

/* Sets p->hold, and p->doing_fd: by that what ends one engine after another is left out of the lines; after the state folder is open and p->epoch is this start's. */
int parent_hold_open(struct parent *p, struct err *err);
void parent_hold_end(struct parent *p);
