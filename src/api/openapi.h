/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The table of routes as a document. */
#include "api/api.h"

void openapi_show(struct api *a, struct api_request *q);
extern const struct shape openapi_shape;
