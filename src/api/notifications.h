/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Notifications: each decision about one, with who was told, why each other contact was not, and what did not arrive. From the history (the question `decisions` of db/past.h); the words of the reasons are
 * those of api/why.h. The events of kind notification say one contact each, and nothing of those who were not told.
 */
#include "api/api.h"

extern const char *const notifications_query[];
void notifications_list(struct api *a, struct api_request *q);
extern const struct shape notifications_shape;
