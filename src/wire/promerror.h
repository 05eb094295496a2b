/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What goes wrong below /prometheus is told in the form of Prometheus' reading API: {"status":"error","errorType":"bad_data","error":"..."}. */
#include "base/buf.h"

bool promerror_is_path(struct str path);
/* Its word for what a status means; it has none for who may not ask. */
const char *promerror_type(int status);
void promerror_put(struct buf *out, const char *type, struct str text);
