/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The state folder's own mark: a file `format` with the line "vigie-state N". A folder without the mark that is empty (but for the lock) is new and gets one; one of a newer
 * version, or with a damaged mark, is refused with one message.
 */
#include "base/err.h"

#define STATEDIR_FORMAT 1

/* What a file system of that number (statfs(2)) is called if it lies on another machine; NULL: it does not, or is not known. */
const char *statedir_network(long type);

int statedir_check_format(int dir, const char *path, struct err *err);
