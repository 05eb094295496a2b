/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How Vigie itself does, for Prometheus. */
#include "api/api.h"

/* µs since something came to disk while records wait for it; 0: none do. */
int64_t metrics_journal_lag(const struct board_program *p, struct wall now);
void metrics_show(struct api *a, struct api_request *q);
