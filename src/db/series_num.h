/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Numbers of answers about measurements: decimals become doubles, as near as can be, and doubles become text, fast. */
#include "base/buf.h"

double series_num(int64_t mantissa, int exponent);
/* A text that is this number and no other: the shortest one if it has at most 15 digits, else 17 digits. NaN and infinities as Prometheus writes them: NaN, +Inf, -Inf. */
void series_num_put(struct buf *b, double v);
/* JSON for graphs: 15 digits are enough. What is no number is null. */
void series_num_json(struct buf *b, double v);
/* A whole number, faster than buf_add_i64. */
void series_num_i64(struct buf *b, int64_t v);
