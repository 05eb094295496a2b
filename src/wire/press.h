/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Bodies of requests made smaller: snappy's block format (remote write wants it), gzip. Linked only by who sends such. */
#include "base/buf.h"

/* Appended to out. */
void press_snappy(struct str s, struct buf *out);
void press_gzip(struct str s, struct buf *out);
