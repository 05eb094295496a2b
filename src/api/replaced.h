/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Macros in notes and links: those that older Livestatus servers replace. What is none of them stays as it is written, resource macros ($USERn$) too: they may be secrets. What macros say of the host of
 * a service is empty, but for its name, where the host is out of sight.
 */
#include "core/board.h"
#include "core/model.h"
#include "core/sight.h"

void replaced_text(const struct model *m, const struct board *b, const struct sight *sight, uint32_t idx,
                   struct str text, struct buf *out);
/* Values stand as parts of a URL; but one at the head of it is more than a part, and stays as it is. */
void replaced_url(const struct model *m, const struct board *b, const struct sight *sight, uint32_t idx,
                  struct str text, struct buf *out);
