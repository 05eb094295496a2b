/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The list of hosts and services. */
#include "api/api.h"

void resources_list(struct api *a, struct api_request *q);
extern const struct shape resources_shape;
