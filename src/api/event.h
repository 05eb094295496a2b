/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What happened, from the history. */
#include "api/api.h"

extern const char *const event_query[], *const event_query_resource[], *const event_query_histogram[];
const char *event_about(int64_t type); /* what a notification is about; NULL: it is no enum notify_type */
void event_of_resource(struct api *a, struct api_request *q);
void event_list(struct api *a, struct api_request *q);
void event_histogram(struct api *a, struct api_request *q);
extern const struct shape event_list_shape, event_histogram_shape;
