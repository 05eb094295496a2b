/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The sessions there are: one's own, and with the rights for it those of others. */
#include "api/body.h"

extern const char *const sessions_query[];
void sessions_list(struct api *a, struct api_request *q);
void sessions_end_others(struct api *a, struct api_request *q);
void sessions_end(struct api *a, struct api_request *q);
extern const struct shape sessions_shape;
