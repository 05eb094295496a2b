/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What was asked, for the audit record: the request's body as compact JSON, in which secrets are "***". A secret is what the route's table says (body_field.secret), and any member, however deep, whose name says so: it has password,
 * secret, token, otp, code or key in it. What is no JSON is told by its length only.
 */
#include "api/route.h"

struct str audit_body(struct arena *arena, const struct api_route *route, struct str body);
/* The same of the parameters in its address that the route takes. */
struct str audit_body_query(struct api_request *q);
bool audit_body_hides(const struct api_route *route, struct str member);
