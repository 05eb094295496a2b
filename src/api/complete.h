/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * GET /api/v1/resources/complete: what the term of a search in which the cursor stands may go on with. In front of a colon: keys, and the hosts, services and groups whose name
 * holds what stands there. Behind it: the words or names of that key. What begins so comes before what only holds it.
 */
#include "api/api.h"
#include "api/shape.h"

extern const char *const complete_query[];
void complete_show(struct api *a, struct api_request *q);
extern const struct shape complete_shape;
