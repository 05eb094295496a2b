/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The log in Nagios' format and syslog, as far as they are the parent's: it opens the file and hands it to store, and what it has to say itself goes to the engine, whose lines all are. */
#include "role/parent_int.h"

int parent_open_log(struct parent *p, struct err *err);
/* Says where the log could not be rotated when its time comes; 0. */
int parent_log_judge(struct parent *p, struct err *err);
/* After a reload: another file may stand at the path, or another path be named. */
void parent_log_reload(struct parent *p);
void parent_log_open(struct parent *p, struct child *store, const struct msg_log_open *m);
void parent_log_rotate(struct parent *p, struct str name); /* the old log gets that name in the archive */
void parent_log_lines(struct parent *p, struct str lines); /* "Warning: ..." or "Error: ...", of now */
void parent_pass_syslog(struct parent *p, struct child *store, bool again);
