/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Set-up, sign-in, the session and the own password. */
#include "api/body.h"

extern const struct body_field session_body_setup[];
extern const struct body_field session_body_setup_check[];
extern const struct body_field session_body_login[];
extern const struct body_field session_body_password[];
/* True, and answered, when too many passwords wait to be tried already; else this one is counted among them. */
bool session_crowded(struct api *a, struct api_request *q);
void session_setup_needed(struct api *a, struct api_request *q);
void session_setup(struct api *a, struct api_request *q);
void session_setup_check(struct api *a, struct api_request *q);
void session_setup_renew(struct api *a, struct api_request *q);
/* A sign-in that is not recorded was none: nobody has the new session's secret yet (audit_first). */
void session_end_new(struct api *a, struct api_request *q, const struct api_answer *x);
void session_login(struct api *a, struct api_request *q);
void session_logout(struct api *a, struct api_request *q);
void session_show(struct api *a, struct api_request *q);
void session_password(struct api *a, struct api_request *q);
extern const struct shape session_shape, session_needed_shape, session_link_shape;

/* A new session, of auth's answer: its cookie, and (into out) what the page needs to know of it. */
void session_begin(struct api *a, struct api_request *q, const struct api_answer *x, struct buf *out);
