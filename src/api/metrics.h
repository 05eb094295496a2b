/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How Vigie itself does, for Prometheus. */
#include "api/api.h"

void metrics_show(struct api *a, struct api_request *q);
