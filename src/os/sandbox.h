/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Closing a process's sandbox: no_new_privs, no core and no debugger (dumpable off), Landlock where the kernel has it, then a seccomp filter. What cannot be had is
 * told, not hidden: sandbox_enter reports the level it reached. Builds with sanitizers leave seccomp out (the sanitizers need calls of their own) and say so.
 */
#include "base/err.h"

enum sandbox_calls {
    SANDBOX_BASE = 0,             /* memory, time, signals, and reading and writing what is open: always */
    SANDBOX_FILES = 1 << 0,       /* opening, making, renaming and syncing files */
    SANDBOX_NET_CONNECT = 1 << 1, /* making sockets and connecting */
    SANDBOX_NET_ACCEPT = 1 << 2,  /* accepting on inherited listeners */
    SANDBOX_MEMFD = 1 << 3,       /* making memory segments */
    SANDBOX_SPAWN =
        1
        << 4, /* a deny-list instead of an allow-list: for the process that executes plugins, whose filter they inherit */
};

enum { SANDBOX_PATHS_MAX = 6 };

struct sandbox_path {
    const char *path;
    bool write;
};

struct sandbox_rules {
    unsigned calls; /* enum sandbox_calls */
    bool landlock;  /* only the paths below, and TCP only as calls allows */
    struct sandbox_path paths[SANDBOX_PATHS_MAX];
    size_t n_paths;
};

struct sandbox_level {
    bool seccomp, no_new_privs;
    int landlock; /* ABI in use, 0: none */
};

/* Cannot be undone. Outside an allow-list a call fails with EPERM; exec, ptrace and their like end the process. */
int sandbox_enter(const struct sandbox_rules *rules, struct sandbox_level *level, struct err *err);
int sandbox_landlock_abi(void); /* what the kernel offers; 0: nothing */
