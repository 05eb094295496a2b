/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One host or service. */
#include "api/api.h"

/* The check that the path's {id} names; MODEL_NONE: answered with 503, with 404 (what may not be read is not there), or with 403: who asks may read it, and not do this to it. */
uint32_t resource_of(struct api *a, struct api_request *q);
bool resource_reads(struct api *a, const struct api_request *q, uint32_t idx); /* may who asks read it? */
bool resource_has_version(const struct api_route *r); /* is what this route changes told with an ETag? */
/* If-Match of a change: false, and answered with 412, when the resource is not any more what who asks has seen (the ETag of GET), or what is changed has no version. */
bool resource_is_as_seen(struct api *a, struct api_request *q);
void resource_show(struct api *a, struct api_request *q);
extern const struct shape resource_shape;
