/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay_state.h"

/* clang-format off */
#define COMPARED(F)                                                                                          \
    F(state) F(hard) F(last_state) F(last_hard_state) F(attempt) F(checked) F(passive) F(last_check)         \
    F(last_state_change) F(last_hard_change) F(last_time_0) F(last_time_1) F(last_time_2) F(last_time_3)     \
    F(latency_us) F(execution_us) F(ack_type) F(ack_expires) F(notification_number) F(last_notification)     \
    F(next_notification) F(no_more) F(notified_on) F(switches) F(modified) F(flapping) F(flap_percent)       \
    F(flap_history) F(flap_at) F(flap_recovery) F(event_id) F(last_event_id) F(problem_id)                   \
    F(last_problem_id) F(last_update) F(why_state) F(why_notify) F(problem_since)
/* clang-format on */

const char *replay_state_differs(const struct record_state *a, const struct record_state *b)
{
#define F(field)                                                                                             \
    if (a->field != b->field)                                                                                \
        return #field;
    COMPARED(F)
#undef F
    return str_eq(a->output, b->output) ? NULL : "output";
}
