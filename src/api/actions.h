/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* POST /api/v1/actions: one action (api/action.h) for many hosts and services at once: those that are named, all that a list's filter shows, or those of a job that is over. */
#include "api/action.h"

#define ACTIONS_AT_ONCE 100u /* as many are answered when they are done; more are a job (api/jobs.h) */
#define ACTIONS_NAMED   5000u

extern const struct shape actions_shape;
extern const struct body_field actions_body[];
extern const struct body_field actions_body_preview[];
void actions_preview(struct api *a, struct api_request *q); /* POST /api/v1/downtimes/preview */
void actions_post(struct api *a, struct api_request *q);
/* The same for one, in more than one step. Answers. */
void actions_one(struct api *a, struct api_request *q, const struct action_on *on);
