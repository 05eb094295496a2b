/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The downtime half of core/note.h, for core/retain. */
#include "core/note.h"

void downtime_export(const struct world *w, struct buf *out);
