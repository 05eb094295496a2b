/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The list of hosts and services. */
#include "api/api.h"

void resources_problems(struct api *a, struct api_request *q); /* GET /api/v1/problems */
void resources_list(struct api *a, struct api_request *q);
extern const struct shape resources_shape;
