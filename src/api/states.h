/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How a host or service was, stretch after stretch: GET /resources/{id}/states (core/strip.h). */
#include "api/api.h"

extern const char *const states_query[];
void states_of_resource(struct api *a, struct api_request *q);
extern const struct shape states_shape;
