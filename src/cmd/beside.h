/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Some commands stand in an executable of their own beside this one, for the libraries that it links (docs/decisions/0014). It takes the place of this process. */

/* argv becomes its words from 1 on. Returns only when it cannot be executed, with the exit status; why: what needs it, for the error. */
int beside_exec(const char *name, const char *why, int argc, char **argv);
