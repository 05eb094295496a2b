/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Lists of Centreon's REST v2: monitoring/resources, with types, statuses, states, search, sort_by, limit and page. */
#include "api/api.h"
#include "api/shape.h"

extern const char *const centreon_list_query[];
extern const struct shape centreon_list_shape;
void centreon_list_resources(struct api *a, struct api_request *q);
