/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One host or service. */
#include "api/api.h"

/* The check that the path's {id} names; MODEL_NONE: answered with 404 or 503. */
uint32_t resource_of(struct api *a, struct api_request *q);
void resource_show(struct api *a, struct api_request *q);
extern const struct shape resource_shape;
