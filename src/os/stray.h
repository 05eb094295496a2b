/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Processes that leave the group of the plugin that started them (daemons, double forks) are still ended in time. Each plugin gets a mark that all its descendants inherit and
 * cannot take off, over exec, setsid and an emptied environment: its deadline as RLIMIT_LOCKS, a limit that Linux has not enforced since 2.4. Their parents dead, they
 * become children of the next subreaper (the runner; when that has died, the parent), which finds them by its list of children and reads the mark.
 */
#include "base/time.h"
#include "os/proc.h"

/* The mark: to be among the limits of the process to be started. Without one (event handlers may start daemons) what it leaves behind is let alone. False: this process is
 * itself marked (a Vigie inside a plugin), no mark can be given. */
bool stray_mark(struct proc_limit *out, struct mono deadline);
/* Reaps marked children that ended, and kills with all their descendants those whose deadline is before now. spare: processes that have an owner. Returns how many marked ones
 * still live. */
size_t stray_sweep(struct mono now, bool (*spare)(void *user, pid_t pid), void *user);
/* Kills every marked descendant, spare or not, and waits until they are gone, at most max_us. */
void stray_end_all(int64_t max_us);
/* Kills all descendants of pid, itself not. */
void stray_kill_below(pid_t pid);
