/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the parent says of the running roles (message STATUS): kept as text for /status, and as figures for /metrics. */
#include "api/api.h"

void level_take(struct api *a, struct str json);
