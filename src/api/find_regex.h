/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A regular expression of a search: that of PCRE2, whatever capitals, with a limit for each text. What must stand in every text that matches is looked for first (base/seek.h), which is many times faster than to
 * begin a match: of a hundred thousand outputs mostly a few are left.
 */
#include "base/arena.h"

struct find_regex {
    void *code, *match, *limits; /* of PCRE2, in the arena */
    struct str must;             /* stands in every text that matches; n 0: nothing is known to */
};

/* False: why, in size bytes, says what is wrong with it. */
bool find_regex_make(struct find_regex *x, struct str pattern, struct arena *arena, char *why, size_t size);
/* Does a part of text match? negative: it took too long to say. */
int find_regex_is(const struct find_regex *x, struct str text);
/* The longest part of the pattern that stands in every text that matches, whatever its capitals; n 0: none is seen. */
struct str find_regex_must(struct str pattern);
