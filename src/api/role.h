/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Roles: the three that are built in, and those that administrators make. */
#include "api/body.h"

extern const struct body_field role_body[];
extern const struct body_field role_body_change[];
void role_list(struct api *a, struct api_request *q);
void role_create(struct api *a, struct api_request *q);
void role_change(struct api *a, struct api_request *q);
void role_delete(struct api *a, struct api_request *q);
extern const struct shape role_list_shape;
