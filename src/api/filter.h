/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* /api/v1/filters: lists that a person has saved by name, and those that are shared. auth keeps them (role/auth_filter.h). */
#include "api/body.h"
#include "api/shape.h"

extern const struct body_field filter_body[];
extern const char *const filter_query_delete[];
extern const struct shape filter_list_shape;
void filter_list(struct api *a, struct api_request *q);
void filter_put(struct api *a, struct api_request *q);
void filter_delete(struct api *a, struct api_request *q);
