/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The time zone of the person at the terminal, for many moments: that of TZ, else of the machine; UTC where none is to be had. */
#include "core/zone.h"

struct local_time {
    struct zone zone;
    size_t turn; /* of the moment asked for last: the next one is near it */
};

void local_time_open(struct local_time *l);
void local_time_close(struct local_time *l);
/* How many seconds east of UTC the clocks were then; name: what that is called, valid until close. */
int32_t local_time_offset(struct local_time *l, int64_t utc_s, const char **name);
