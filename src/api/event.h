/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What happened, from the history. */
#include "api/api.h"

extern const char *const event_query[];
void event_of_resource(struct api *a, struct api_request *q);
void event_list(struct api *a, struct api_request *q);
