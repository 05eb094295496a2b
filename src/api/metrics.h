/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How Vigie itself does, for Prometheus. */
#include "api/api.h"

/* µs since something came to disk while records wait for it; 0: none do. */
int64_t metrics_journal_lag(const struct board_program *p, struct wall now);
/* What is lost because there was no room for it, as far as store and engine know. */
struct metrics_given_up {
    uint64_t lines, results; /* of the log; of checks */
    bool history;
};
struct metrics_given_up metrics_given_up(const struct api *a, const struct board_program *p);
void metrics_show(struct api *a, struct api_request *q);
extern const struct shape metrics_shape;
