/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Users, and the groups they are in. */
#include "api/body.h"

extern const struct body_field user_body[];
extern const struct body_field user_body_change[];
extern const struct body_field user_body_password[];
extern const struct body_field user_body_role[];
void user_list(struct api *a, struct api_request *q);
void user_create(struct api *a, struct api_request *q);
void user_change(struct api *a, struct api_request *q);
void user_password(struct api *a, struct api_request *q);
void user_role(struct api *a, struct api_request *q);
void user_totp_reset(struct api *a, struct api_request *q);
void user_delete(struct api *a, struct api_request *q);
extern const struct shape user_list_shape, user_group_list_shape;

extern const struct body_field user_body_group[];
extern const struct body_field user_body_group_change[];
void user_group_list(struct api *a, struct api_request *q);
void user_group_create(struct api *a, struct api_request *q);
void user_group_change(struct api *a, struct api_request *q);
void user_group_delete(struct api *a, struct api_request *q);
