/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    char role[24];
    enum log_level least;
    log_sink_f *sink;
} L = {.role = "", .least = LOG_INFO};

void log_init(const char *role, enum log_level least)
{
    snprintf(L.role, sizeof(L.role), "%s", role);
    L.least = least;
}

void log_set_sink(log_sink_f *sink)
{
    L.sink = sink;
}

static void emit(enum log_level level, const char *fmt, va_list ap)
{
    static const char *const word[] = {"debug: ", "", "", "warning: ", "error: "};
    char line[2048];
    int n, m;

    if (level < L.least)
        return;
    n = snprintf(line, sizeof(line), "vigie%s%s%s: %s", L.role[0] ? "[" : "", L.role, L.role[0] ? "]" : "",
                 word[level]);
    m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
    n = MIN(n + MAX(m, 0), (int)sizeof(line) - 2);
    /* One message is one line: what came from outside cannot forge another. */
    for (int i = 0; i < n; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    }
    line[n++] = '\n';
    line[n] = '\0';
    if (L.sink)
        L.sink(level, line, (size_t)n);
    else
        fwrite(line, 1, (size_t)n, stderr);
}

#define LOG_BODY(level)                                                                                      \
    do {                                                                                                     \
        va_list ap;                                                                                          \
        va_start(ap, fmt);                                                                                   \
        emit(level, fmt, ap);                                                                                \
        va_end(ap);                                                                                          \
    } while (0)

void log_debug(const char *fmt, ...)
{
    LOG_BODY(LOG_DEBUG);
}

void log_info(const char *fmt, ...)
{
    LOG_BODY(LOG_INFO);
}

void log_notice(const char *fmt, ...)
{
    LOG_BODY(LOG_NOTICE);
}

void log_warn(const char *fmt, ...)
{
    LOG_BODY(LOG_WARN);
}

void log_error(const char *fmt, ...)
{
    LOG_BODY(LOG_ERROR);
}

void log_fatal(const char *fmt, ...)
{
    LOG_BODY(LOG_ERROR);
    exit(1);
}
