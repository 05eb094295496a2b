/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The clocks, read here and nowhere else. */
#include "base/time.h"

struct mono clock_mono(void);
struct wall clock_wall(void);
int64_t
clock_busy_us(void); /* the processor time that this thread has used: other programs do not add to it */
