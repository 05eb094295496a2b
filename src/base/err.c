/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
    va_list ap;

    BUG_ON(code >= 0);
    if (!err || err->code)
        return code;
    err->code = code;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return code;
}

int err_from_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return E_NOENT;
    case EEXIST: return E_EXIST;
    case EACCES:
    case EPERM: return E_PERM;
    case ENOSPC:
    case EDQUOT:
    case EROFS: return E_NOSPC;
    case EAGAIN:
    case EINTR: return E_AGAIN;
    case EADDRINUSE:
    case EBUSY: return E_BUSY;
    case EPIPE:
    case ECONNRESET: return E_CLOSED;
    case ETIMEDOUT: return E_TIMEOUT;
    case EINVAL:
    case ENAMETOOLONG: return E_INVAL;
    default: return E_IO;
    }
}

int err_sys(struct err *err, int errno_value, const char *fmt, ...)
{
    int code = err_from_errno(errno_value);
    va_list ap;
    int n;

    if (!err || err->code)
        return code;
    err->code = code;
    va_start(ap, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof(err->text))
        snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", strerror(errno_value));
    return code;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
    char old[sizeof(err->text)];
    va_list ap;
    int n;

    if (!err)
        return;
    memcpy(old, err->text, sizeof(old));
    va_start(ap, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof(err->text))
        snprintf(err->text + n, sizeof(err->text) - (size_t)n, "%s", old);
}

void err_clear(struct err *err)
{
    err->code = 0;
    err->text[0] = '\0';
}

const char *err_name(int code)
{
    static const char *const names[] = {"ok",       "invalid", "not found",        "exists", "not allowed",
                                        "limit",    "again",   "input/output",     "format", "in use",
                                        "no space", "timeout", "connection closed"};

    if (code > 0 || (size_t)-code >= ARRAY_LEN(names))
        return "unknown error";
    return names[-code];
}
