/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What Centreon's REST v2 does to many resources at once: {"acknowledgement":{...},"resources":[{"type","id","parent":{"id"}}]}, and the like. One command of the engine after the
 * other; 204 when all were done, 422 with how many were not, and why the first was not.
 */
#include "api/api.h"

void centreon_act_acknowledge(struct api *a, struct api_request *q);
void centreon_act_downtime(struct api *a, struct api_request *q);
void centreon_act_check(struct api *a, struct api_request *q);
