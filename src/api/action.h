/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What people do to hosts and services. */
#include "api/body.h"

extern const struct body_field action_body_check[];
extern const struct body_field action_body_acknowledge[];
extern const struct body_field action_body_downtime[];
extern const struct body_field action_body_comment[];
extern const struct body_field action_body_submit[];
extern const struct body_field action_body_command[];
void action_check(struct api *a, struct api_request *q);
void action_acknowledge(struct api *a, struct api_request *q);
void action_unacknowledge(struct api *a, struct api_request *q);
void action_downtime(struct api *a, struct api_request *q);
void action_comment(struct api *a, struct api_request *q);
void action_submit(struct api *a, struct api_request *q);
void action_downtime_delete(struct api *a, struct api_request *q);
void action_comment_delete(struct api *a, struct api_request *q);
void action_command(struct api *a, struct api_request *q);
void action_reload(struct api *a, struct api_request *q);
