/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Fields of forms as programs send them that put their form together by hand: application/x-www-form-urlencoded, where a % that begins no code is a %, and multipart/form-data. Everything
 * here comes from strangers; a field may hold any bytes.
 */
#include "base/buf.h"

bool form_has(struct str body, struct str type, const char *const *names);
/* The value of the first field of one of these names, appended; names ends with NULL. type: the Content-Type (p NULL: urlencoded). False: there is none. */
bool form_field(struct str body, struct str type, const char *const *names, struct buf *out);
