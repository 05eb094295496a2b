/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The two clocks, read here and nowhere else. */
#include "base/time.h"

struct mono clock_mono(void);
struct wall clock_wall(void);
