/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* GET /api/v1/scope: what a scope would show, for who is about to give it. Of what one sees oneself: who sees a part learns nothing of the rest. */
#include "api/api.h"

extern const char *const scope_query[];
void scope_show(struct api *a, struct api_request *q);
extern const struct shape scope_shape;
