/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a downtime would mean, before it is planned: what it covers, of what else nobody would be told, who that is, what stands behind it, and with which downtimes it overlaps. */
#include "api/action.h"

extern const struct shape impact_shape;
/* in: by index, the checks it is planned for; v: by action_body_downtime. Writes members. */
/* Of a downtime for the hosts behind those: is one of them out of sight? */
bool impact_reaches_unseen(const struct api *a, const struct sight *sight, const bool *in);
void impact_write(struct json *j, struct api *a, const struct api_request *q, const bool *in,
                  const struct body_value *v);
