/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent: starts the roles from the executables of its own build, opens what they need and hands it over, restarts what dies, ends what must end. It parses
 * nothing that comes from a network or a user: the configuration is read by the role conf, and the parent takes its settings from the checked snapshot.
 *
 * Order of a start (parent.c has it as a table):
 *   own executables found beside /proc/self/exe and opened; signals to descriptors; subreaper
 *   conf compiles the configuration into the snapshot (its errors are printed; refused: exit 1)
 *   state folder made, locked, format checked; the epoch raised
 *   listeners and log file opened (a port in use or no right to bind: one error, exit 1)
 *   roles started, connected by the peer table, GO; each says READY
 *   last of all the command file; then READY is printed, sd_notify is told if it is there
 *
 * Files: parent.c (order, signals), parent_open.c (folders, listeners, pipe), parent_child.c (a role's start, death and restart), parent_conf.c (running conf,
 * swapping the snapshot), parent_status.c (levels from /proc for gate). Shared parts in parent_int.h.
 */
#include <stdbool.h>
#include <stddef.h>

struct parent_options {
    const char *main_file;
    const char *const *set; /* "name=value" */
    size_t n_set;
    bool one_process;
    bool verbose;
};

/* Runs until SIGTERM or SIGINT (or a start that failed). Returns the exit status: 0 ended as asked, 1 could not start. */
int parent_run(const struct parent_options *options);
