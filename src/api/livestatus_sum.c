/* SPDX-License-Identifier: Apache-2.0 */
#include "api/livestatus_sum.h"

void livestatus_sum_add(const struct livestatus_world *w, uint32_t service, int sum, struct ls_value *v)
{
    static const int64_t rank[4] = {0, 1, 3, 2}; /* critical is worse than unknown */
    struct board_check b;
    int64_t state;

    if (!ls_sees(w, service))
        return;
    board_read_check(w->b, service, &b);
    state = (sum & LS_SUM_HARD && !b.state_hard ? b.last_hard_state : b.state) & 3;
    if (!(b.flags & BOARD_CHECKED))
        state = LS_SUM_PENDING;
    sum &= ~LS_SUM_HARD;
    if (sum != LS_SUM_WORST)
        v->number += sum == LS_SUM_ALL || state == sum;
    else if (state != LS_SUM_PENDING && rank[state] > rank[v->number])
        v->number = state;
}
