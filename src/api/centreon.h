/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The part of Centreon's REST v2 that its clients use (docs/OTHER_APIS.md), in its own paths and JSON: version, sign-in, the list of resources, and what is done to them.
 * Who asks shows a session or a token of Vigie in X-Auth-Token.
 */
#include "api/api.h"
#include "api/shape.h"

/* Which address and version: those before 23.10 call some members otherwise. */
bool centreon_is_old(const struct api_request *q);
struct str centreon_secret(struct api_request *q); /* api_secret_f */
extern const struct shape centreon_versions_shape, centreon_login_shape, centreon_logout_shape;
void centreon_versions(struct api *a, struct api_request *q);
void centreon_login(struct api *a, struct api_request *q);
void centreon_logout(struct api *a, struct api_request *q);
