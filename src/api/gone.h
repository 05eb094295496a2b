/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What is configured no more still has its past: hosts and services found by the id or the name that they had last, as the reader knows them (the question `object` of db/past.h). */
#include "api/api.h"
#include "wire/json.h"

struct gone {
    uint64_t oid;
    struct str host, service; /* service.n 0: a host */
};
typedef void gone_then_f(struct api *a, struct api_request *q, const struct gone *at, size_t n);

/* The path's {id} is of nothing that is configured: then is called with what had it, or the request is answered with 404. False: it is configured. */
bool gone_by_id(struct api *a, struct api_request *q, gone_then_f *then);
/* The parameters host and service name nothing that is configured: then is called with what was called so, of a host its services too; n may be 0. False: they do, or none is given, or a group is. */
bool gone_by_name(struct api *a, struct api_request *q, gone_then_f *then);
/* "gone": [{"id", "kind", "host", "service"}]; nothing for n 0. */
void gone_member(struct json *j, const struct gone *at, size_t n);
extern const struct shape gone_shape;
