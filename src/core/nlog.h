/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines of the Nagios-format log: "[epoch] TEXT". What other programs read (log analysers, availability reports) stays byte for byte in that form and in
 * English. The log_* switches of the main file are looked at here.
 */
#include "core/expand.h"
#include "core/notify.h"
#include "core/world.h"

/* Any text; control characters become blanks, so that one event is one line. */
void nlog_text(struct world *w, const char *fmt, ...) PRINTF(2, 3);
void nlog_alert(struct world *w, uint32_t check);
void nlog_state(struct world *w, uint32_t check, const char *what); /* "CURRENT", "INITIAL" */
void nlog_start(struct world *w);
/* What a log file begins with behind a rotation: its version, and all states, as log_current_states wants it. */
void nlog_anew(struct world *w);
void nlog_notification(struct world *w, const struct expand_of *of, struct str command);
/* Why nobody is told, in Naemon's form. */
void nlog_suppressed(struct world *w, uint32_t check, const struct state_why *why);
void nlog_downtime(struct world *w, uint32_t check, const char *what);
void nlog_flapping(struct world *w, uint32_t check, bool begins, uint32_t threshold);
void nlog_flapping_off(struct world *w, uint32_t check);
void nlog_handler(struct world *w, uint32_t check, bool global, struct str command);
void nlog_passive(struct world *w, uint32_t check, uint64_t code, struct str text);
void nlog_timeout(struct world *w, uint32_t check, int64_t lasted_us);
/* All states, as log_initial_states wants it; behind a start and a reload. */
void nlog_initial(struct world *w);
/* "host" or "host;description" appended to b. */
void nlog_name(const struct world *w, uint32_t check, struct buf *b);
/* "host 'name'" or "service 'description' on host 'name'" */
void nlog_object(const struct world *w, uint32_t check, struct buf *b);
