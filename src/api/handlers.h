/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The handlers that the table of routes names; each stands in the file of its resource. */
#include "api/api.h"

/* The check that the path's {id} names; MODEL_NONE: answered with 404 or 503. */
uint32_t resource_of(struct api *a, struct api_request *q);

api_handler_f resources_list, resource_show;
api_handler_f action_check, action_acknowledge, action_unacknowledge, action_downtime, action_comment, action_submit;
api_handler_f action_downtime_delete, action_comment_delete, action_command, action_reload;
api_handler_f event_of_resource, event_list;
api_handler_f session_setup_needed, session_setup, session_setup_renew, session_login, session_logout, session_show, session_password;
api_handler_f token_create, token_delete, user_create, user_delete;
api_handler_f status_show, metrics_show, openapi_show, stream_open;
