/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* API tokens of programs. */
#include "api/body.h"

extern const struct body_field token_body[];
void token_list(struct api *a, struct api_request *q);
void token_create(struct api *a, struct api_request *q);
void token_delete(struct api *a, struct api_request *q);
extern const struct shape token_made_shape, token_list_shape;
