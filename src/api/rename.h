/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "api/body.h"

extern const struct body_field rename_body[];
void rename_create(struct api *a, struct api_request *q);
void rename_list(struct api *a, struct api_request *q);
void rename_delete(struct api *a, struct api_request *q);
/* What the store says: a JSON list, and how many there are. */
void rename_take(struct api *a, struct str json, uint64_t total);
extern const struct shape rename_list_shape;
