/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How Vigie itself does, for people. */
#include "api/api.h"

void status_show(struct api *a, struct api_request *q);
extern const struct shape status_shape;
