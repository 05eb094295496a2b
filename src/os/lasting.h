/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Segments that outlive their process: files in memory, under a random name in a folder where others may write, too. Nobody can take the name beforehand; what is found under it is used only if it is
 * ours alone: an ordinary file of this user, closed to others, on a tmpfs. Who holds one has it locked, and one is seen by others only when it is whole and locked, so that what is not locked is left over.
 */
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

#define LASTING_NAME 64  /* bytes of a name, with its end */
#define LASTING_PATH 128 /* and of a path */

struct lasting {
    int fd;                  /* owned; -1: none */
    char path[LASTING_PATH]; /* its first LASTING_NAME bytes after the last '/' are the name */
};

/* places: folders, ended by NULL, in the order in which they are tried. */

/* A new segment of zeros, locked and not yet to be seen. E_NOENT: no place has room for it; the text says why each has not. */
int lasting_new(const char *const *places, const char *prefix, size_t size, struct lasting *out,
                struct err *err);
/* Gives it its name. */
int lasting_enter(struct lasting *l, struct err *err);
/* The one of that name. E_NOENT: there is none; E_PERM: what is there is not ours; E_BUSY: somebody holds it; E_FORMAT: it has another size. */
int lasting_take(const char *const *places, const char *name, size_t size, struct lasting *out,
                 struct err *err);
/* Closes it; with `remove` its memory is given back first. */
void lasting_close(struct lasting *l, bool remove);
/* Every one of ours whose name begins with prefix and that nobody holds, locked meanwhile; size: its own. True: it is to be removed. */
void lasting_left(const char *const *places, const char *prefix,
                  bool (*look)(void *user, const struct lasting *l, size_t size), void *user);
const char *lasting_name(const struct lasting *l);
