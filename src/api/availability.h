/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How much of the time hosts and services were as they should be. */
#include "api/api.h"

extern const char *const availability_query[],
    *const availability_query_one[], *const availability_query_parts[], *const availability_query_parts_one[];
void availability_of_resource(struct api *a, struct api_request *q);
void availability_list(struct api *a, struct api_request *q);
extern const struct shape availability_one_shape, availability_list_shape, availability_parts_shape;
