/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which fields of a STATE record stand in which table of state.db, for current.c, which writes them, and current_read.c, which makes the record of them again. */

/* The columns behind oid, site, scope, seq and at, in the order of the statements in db/sql.def. */
#define CURRENT_NUMBERS(F)                                                                                   \
    F(checked)                                                                                               \
    F(state)                                                                                                 \
    F(hard)                                                                                                  \
    F(last_state)                                                                                            \
    F(last_hard_state)                                                                                       \
    F(attempt)                                                                                               \
    F(max_attempts)                                                                                          \
    F(last_state_change)                                                                                     \
    F(last_hard_change)                                                                                      \
    F(ack_type)                                                                                              \
    F(ack_expires)                                                                                           \
    F(notification_number)                                                                                   \
    F(last_notification)                                                                                     \
    F(next_notification)                                                                                     \
    F(no_more)                                                                                               \
    F(notified_on)                                                                                           \
    F(switches)                                                                                              \
    F(modified)                                                                                              \
    F(flapping)                                                                                              \
    F(flap_recovery)                                                                                         \
    F(flap_comment)                                                                                          \
    F(event_id)                                                                                              \
    F(last_event_id)                                                                                         \
    F(problem_id)                                                                                            \
    F(last_problem_id)                                                                                       \
    F(check_interval_us)                                                                                     \
    F(retry_interval_us)                                                                                     \
    F(why_state)                                                                                             \
    F(why_notify)                                                                                            \
    F(problem_since)                                                                                         \
    F(first_delay)                                                                                           \
    F(recur_from)                                                                                            \
    F(recur_until)

/* ... and its texts: what commands put in the place of the configuration. */
#define CURRENT_TEXTS(F)                                                                                     \
    F(check_command)                                                                                         \
    F(handler)                                                                                               \
    F(check_period)                                                                                          \
    F(notify_period)                                                                                         \
    F(vars)

/* Of table result. */
#define CURRENT_RESULTS(F)                                                                                   \
    F(passive)                                                                                               \
    F(last_check)                                                                                            \
    F(next_check)                                                                                            \
    F(last_update)                                                                                           \
    F(latency_us)                                                                                            \
    F(execution_us)                                                                                          \
    F(flap_history)                                                                                          \
    F(flap_at)                                                                                               \
    F(flap_percent)                                                                                          \
    F(last_time_0)                                                                                           \
    F(last_time_1)                                                                                           \
    F(last_time_2)                                                                                           \
    F(last_time_3)                                                                                           \
    F(why_state_arg)                                                                                         \
    F(why_notify_arg)

/* ... behind its texts: columns that came later. */
#define CURRENT_LATER(F) F(forced)

#define CURRENT_SAID(F)                                                                                      \
    F(output)                                                                                                \
    F(long_output)                                                                                           \
    F(perfdata)
