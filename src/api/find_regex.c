/* SPDX-License-Identifier: Apache-2.0 */
#include "api/find_regex.h"

#include "base/seek.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 2000, HEAP_KIB = 256, MUST_LEAST = 2 };

static void *take_memory(PCRE2_SIZE n, void *arena)
{
    return arena_alloc(arena, n);
}

static void leave_memory(void *p UNUSED, void *arena UNUSED)
{
}

bool find_regex_make(struct find_regex *x, struct str pattern, struct arena *arena, char *why, size_t size)
{
    uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C;
    pcre2_general_context *memory = pcre2_general_context_create(take_memory, leave_memory, arena);
    pcre2_compile_context *how = pcre2_compile_context_create(memory);
    PCRE2_SIZE at;
    int code;

    x->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, flags, &code, &at, how);
    if (!x->code) {
        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, size);
        return false;
    }
    x->match = pcre2_match_data_create(1, memory);
    x->limits = pcre2_match_context_create(memory);
    pcre2_set_match_limit(x->limits, MATCH_LIMIT);
    pcre2_set_heap_limit(x->limits, HEAP_KIB);
    x->must = find_regex_must(pattern);
    return true;
}

int find_regex_is(const struct find_regex *x, struct str text)
{
    int rc;

    if (x->must.n && seek_text(text, x->must) < 0)
        return 0;
    rc = pcre2_match(x->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, x->match, x->limits);
    return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

/* Stands for itself, or for its capital. Not so k and s: the signs of Kelvin and the long s are theirs, too. */
static bool is_plain(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return (c | 0x20) != 'k' && (c | 0x20) != 's';
    return c >= ' ' && c < 0x7f && !strchr("\\^$.[]|()?*+{}", c);
}

static void longer(struct str *most, const char *from, const char *to)
{
    if ((size_t)(to - from) > most->n && to - from >= MUST_LEAST)
        *most = str_make(from, (size_t)(to - from));
}

/*
 * Only what is beyond doubt: up to the first group, class, count or escape with a meaning, and nothing of a pattern with alternatives. A letter before ? or * need not be there.
 */
struct str find_regex_must(struct str pattern)
{
    const char *end = pattern.p + pattern.n, *from = pattern.p;
    struct str most = STR_NULL;

    if (str_find_char(pattern, '|') >= 0)
        return most;
    for (const char *p = from; p < end; p++) {
        if (is_plain(*p))
            continue;
        longer(&most, from, p - (p > from && strchr("?*{", *p)));
        if (!*p || strchr("([{", *p))
            return most;
        if (*p == '\\') {
            char next = p + 1 < end ? p[1] : 'a';

            if ((unsigned char)next < ' ' || (unsigned char)next >= 0x7f || (next >= 'a' && next <= 'z') ||
                (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9'))
                return most;
            p++;
        }
        from = p + 1;
    }
    longer(&most, from, end);
    return most;
}
