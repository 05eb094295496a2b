/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Numbers of answers about measurements: decimals become doubles, as near as can be, and doubles become text, fast: an answer has hundreds of thousands. Those that write at a
 * place need SERIES_NUM_ROOM bytes there, and return the end.
 */
#include "base/buf.h"

#define SERIES_NUM_ROOM 56u

double series_num(int64_t mantissa, int exponent);
/* A text that is this number and no other: the shortest one if it has at most 15 digits, else 17 digits. NaN and infinities as Prometheus writes them: NaN, +Inf, -Inf. */
/* places: 0 at first; then how many the number before had behind its point: that one of the same series will have as many makes it quick, and changes nothing of the text. */
char *series_num_at(char *to, double v, unsigned *places);
/* JSON for graphs: 15 digits are enough. What is no number is null. */
char *series_num_json_at(char *to, double v, unsigned *places);
char *series_num_i64_at(char *to, int64_t v);
void series_num_json(struct buf *b, double v);
