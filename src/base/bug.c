/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bug_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "vigie: BUG at %s:%d: %s\n", file, line, what);
    abort();
}

static void *checked(void *p)
{
    if (!p)
        bug_fail(__FILE__, __LINE__, "out of memory");
    return p;
}

void *mem_alloc(size_t n)
{
    return checked(malloc(n ? n : 1));
}

void *mem_zalloc(size_t n)
{
    return checked(calloc(1, n ? n : 1));
}

void *mem_calloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *mem_realloc(void *p, size_t n)
{
    return checked(realloc(p, n ? n : 1));
}

void *mem_realloc_array(void *p, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n))
        bug_fail(__FILE__, __LINE__, "size overflow");
    return mem_realloc(p, n);
}

char *mem_strdup(const char *s)
{
    return mem_strndup(s, strlen(s));
}

char *mem_strndup(const char *s, size_t n)
{
    char *p = mem_alloc(n + 1);

    if (n)
        memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

void mem_free(void *p)
{
    free(p);
}

void mem_wipe(void *p, size_t n)
{
    if (n)
        explicit_bzero(p, n);
}
