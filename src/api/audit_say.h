/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How the audit record does, for /api/v1/status (the banner of the page, `vigie ctl status`) and /metrics. */
#include "api/audit_pace.h"
#include "wire/json.h"

void audit_say_warnings(struct json *j, const struct api_audit_state *s,
                        void (*warning)(struct json *j, const char *code, const char *en, const char *fr));
void audit_say_metrics(struct buf *b, const struct api_audit_state *s);
