/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Errors from outside: a negative code for the program and, where a person will read it, a text that names the place and
 * says what to write instead. A struct err is on the caller's stack; functions fill it once, the first text stays.
 */
#include "base/bug.h"

enum err_code {
    E_OK = 0,
    E_INVAL = -1,  /* the input is wrong */
    E_NOENT = -2,  /* what was named does not exist */
    E_EXIST = -3,  /* it exists already */
    E_PERM = -4,   /* not allowed */
    E_LIMIT = -5,  /* over a limit of base/limits.h */
    E_AGAIN = -6,  /* not now: call again when ready */
    E_IO = -7,     /* disk or network */
    E_FORMAT = -8, /* stored data is damaged, or of another version */
    E_BUSY = -9,   /* in use by another */
    E_NOSPC = -10, /* disk full or read-only */
    E_TIMEOUT = -11,
    E_CLOSED = -12, /* the other side went away */
};

struct err {
    int code;       /* 0: no error */
    char text[768]; /* one sentence or more, no newline at the end; empty if no error */
};

#define ERR_INIT                                                                                             \
    {                                                                                                        \
        .code = 0                                                                                            \
    }

/* Sets code and text unless an error is already there; returns code, so that `return err_set(err, E_INVAL, ...)` works.
 * err may be NULL: then only the code is returned. */
int err_set(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);
/* As err_set, with ": " and the text of errno_value. The code is made from errno_value. */
int err_sys(struct err *err, int errno_value, const char *fmt, ...) PRINTF(3, 4);
/* Puts text in front of the message that is there ("file.cfg: " + old). */
void err_prefix(struct err *err, const char *fmt, ...) PRINTF(2, 3);
void err_clear(struct err *err);
int err_from_errno(int errno_value);
const char *err_name(int code);
