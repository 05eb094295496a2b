/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A folder of its own for a test, removed with all in it. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int temp_dir_remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static inline void temp_dir_make(char *path, size_t size)
{
    const char *base = getenv("TMPDIR");

    snprintf(path, size, "%s/vigie-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path))
        abort();
}

static inline void temp_dir_remove(const char *path)
{
    nftw(path, temp_dir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
