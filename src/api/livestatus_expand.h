/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Macros in notes and links: those that older Livestatus servers replace. What is none of them stays as it is written, resource macros ($USERn$) too: they may be secrets. */
#include "api/livestatus_int.h"

void livestatus_expand(struct ls_row *row, struct str text, struct buf *out);
