/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What Vigie says of itself (not the Nagios-format log of the monitored world, which is core/nlog): one line a message
 * on the sink, "vigie[role]: level: text". The sink is set by os/ or a test; without one, stderr. This is, with role/,
 * the only file that keeps state.
 */
#include "base/bug.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARN, LOG_ERROR };

typedef void log_sink_f(enum log_level level, const char *line, size_t n); /* line ends in '\n' */

void log_init(const char *role, enum log_level least);
void log_set_sink(log_sink_f *sink);
void log_debug(const char *fmt, ...) PRINTF(1, 2);
void log_info(const char *fmt, ...) PRINTF(1, 2);
void log_notice(const char *fmt, ...) PRINTF(1, 2);
void log_warn(const char *fmt, ...) PRINTF(1, 2);
void log_error(const char *fmt, ...) PRINTF(1, 2);
/* Logs and ends the process with status 1: for what the outside did and this process cannot go on with. */
NORETURN void log_fatal(const char *fmt, ...) PRINTF(1, 2);
