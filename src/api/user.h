/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Users. */
#include "api/body.h"

extern const struct body_field user_body[];
extern const struct body_field user_body_password[];
extern const struct body_field user_body_role[];
void user_list(struct api *a, struct api_request *q);
void user_create(struct api *a, struct api_request *q);
void user_password(struct api *a, struct api_request *q);
void user_role(struct api *a, struct api_request *q);
void user_delete(struct api *a, struct api_request *q);
extern const struct shape user_list_shape;
