/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The second factor of who has a session, as he turns it on and off himself. */
#include "api/body.h"

extern const struct body_field totp_body_enrol[];
extern const struct body_field totp_body_confirm[];
extern const struct body_field totp_body_both[];
void totp_enrol(struct api *a, struct api_request *q);
void totp_confirm(struct api *a, struct api_request *q);
void totp_off(struct api *a, struct api_request *q);
void totp_recovery(struct api *a, struct api_request *q);
extern const struct shape totp_enrol_shape, totp_confirm_shape, totp_recovery_shape;
