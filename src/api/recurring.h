/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Recurring downtimes that lie ahead: GET /downtimes/recurring (core/recur.h). */
#include "api/api.h"

extern const char *const recurring_query[];
void recurring_list(struct api *a, struct api_request *q);
extern const struct shape recurring_shape;
