/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * check_result_path: files of results (core/resultfile.h) that other programs put there, cXXXXXX with cXXXXXX.ok beside it. The parent looks into the folder with the rights of nagios_user,
 * opens one file after the other, hands it to local, and takes it away when local says that it is done. Which one is under way stands in the state folder, on disk before local has it: after
 * a crash it comes first, for the engine knows of the last file how far it was.
 * Refused, said once, and left where they are until they are too old: what is no ordinary file, has two names, belongs to somebody else, can be written by others, is too large, or could not be
 * deleted. What turns out not to go is said and not read again in this life; a folder that nagios_user may not write is not read at all.
 */
#include "base/str.h"

struct child;
struct msg_handed_read;
struct parent;

void parent_results_begin(struct parent *p); /* the start is over, or another configuration is in force */
void parent_results_pass(struct parent *p, struct child *local); /* a local that begins goes on with it */
void parent_results_read(struct parent *p, const struct msg_handed_read *m);
void parent_results_release(struct parent *p);
