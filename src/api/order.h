/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines of external commands for the engine, put together of checked parts, so that no field can become another one: names with a semicolon are refused, and what is written in a text that
 * could end the line becomes a blank.
 */
#include "api/api.h"

/* "[at] NAME;host;service": of_host or of_service by the check's kind. False: a name holds a semicolon or a control character. */
bool order_begin(const struct api *a, struct buf *b, int64_t at_s, uint32_t idx, const char *of_host,
                 const char *of_service);
void order_number(struct buf *b, int64_t v);
void order_text(struct buf *b, struct str s); /* the author, where others follow: without semicolons */
void order_last(struct buf *b, struct str s); /* the last field, which may hold semicolons */
