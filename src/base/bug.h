/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Assertions, kept on in production. BUG_ON is for what only our own mistake can cause: the process ends, its parent
 * restarts it from the record. What the outside can cause is an error (base/err.h), never a BUG.
 * Also here: the attributes and helpers that every file may use, and the calls that the house bans.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUG_ON(cond)                                                                                         \
    do {                                                                                                     \
        if (__builtin_expect(!!(cond), 0))                                                                   \
            bug_fail(__FILE__, __LINE__, #cond);                                                             \
    } while (0)
#define BUG(text)    bug_fail(__FILE__, __LINE__, text)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define UNUSED       __attribute__((unused))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define NORETURN     __attribute__((noreturn))
#define MUST_CHECK   __attribute__((warn_unused_result))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

/* Prints place and condition on stderr and aborts. */
NORETURN void bug_fail(const char *file, int line, const char *what);

/* Allocation that never returns NULL: out of memory ends the process (restart from the record is the recovery).
 * Sizes are checked for overflow. mem_free(NULL) is allowed. */
void *mem_alloc(size_t n);  /* not zeroed */
void *mem_zalloc(size_t n); /* zeroed */
void *mem_calloc(size_t count, size_t size);
void *mem_realloc(void *p, size_t n);
void *mem_realloc_array(void *p, size_t count, size_t size);
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
void mem_free(void *p);
/* Overwrites n bytes so that the compiler cannot leave it out: for secrets. */
void mem_wipe(void *p, size_t n);
