/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Directives of Vigie's own that take a number, a span of time, or one of some words: one table for what a reading refuses, for messages and for the manual. */
#include "core/conf_table.h"

/* What to write, for manuals and messages: conf_kind_text(), more exact for these. */
const char *conf_write_text(const struct conf_directive *d);
/* May this be its value? Of every other directive true. */
bool conf_option_fits(const struct conf_directive *d, struct str value);
