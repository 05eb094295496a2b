/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The sub-commands of vigie. Each returns the exit status: 0 done, 1 refused or failed, 2 usage, 3 done, and what was worked on is damaged. argv[0] is the sub-command's name.
 */
enum { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2, CMD_DAMAGED = 3 };

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_journal(int argc, char **argv);
int cmd_audit(int argc, char **argv);
int cmd_series(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_beside(int argc, char **argv); /* backup, restore and import: by argv[0] */

/*
 * The end of each of them, and of what is called beside (run apart, whose lines are for who looks on): what could not be written to standard output was not said, and a full
 * disk must not look like success. Returns status, or then failed.
 */
int cmd_end(const char *name, int status, int failed);
