/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * struct str: a borrowed slice of bytes, not ended by NUL, valid as long as what it points into. Passed by value.
 * Text handling of the ground floor: no locale anywhere, ASCII case only.
 */
#include "base/bug.h"

struct str {
    const char *p; /* may be NULL when n is 0 */
    size_t n;
};

#define STR(lit)   ((struct str){"" lit, sizeof(lit) - 1})
#define STR_NULL   ((struct str){NULL, 0})
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

struct str str_of(const char *cstr); /* NULL gives the empty slice */
struct str str_make(const char *p, size_t n);
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
bool str_ieq(struct str a, struct str b); /* ASCII case ignored */
int str_cmp(struct str a, struct str b);  /* byte order; shorter first when equal so far */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str part);
bool str_icontains(struct str s, struct str part);       /* ASCII case ignored */
ptrdiff_t str_find_char(struct str s, char c);           /* -1: none */
struct str str_trim(struct str s);                       /* blanks, tabs, CR, LF at both ends */
struct str str_sub(struct str s, size_t from, size_t n); /* clipped to s */
struct str str_head(struct str s, size_t n);             /* at most n bytes, never half a character */
/* Cuts the part before the first sep off *rest and returns it; without sep returns all and leaves *rest empty with p NULL.
 * A loop `while (rest.p) part = str_cut(&rest, ',')` sees every part, empty ones too. */
struct str str_cut(struct str *rest, char sep);
/* Whole-slice numbers, decimal, optional sign; false (and *out unchanged) on anything else or overflow. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* Copies into dst (size bytes, always NUL-ended); false if it had to be cut. */
bool str_copy(char *dst, size_t size, struct str s);
char *str_dup(struct str s); /* NUL-ended heap copy, mem_free it */
/* Length of the character of valid UTF-8 with which s begins; 0: it begins with none, or is empty. */
size_t str_utf8_len(struct str s);
/* True if s is valid UTF-8 (no surrogates, no over-long forms, at most U+10FFFF). */
bool str_is_utf8(struct str s);
/* Takes the first character off *rest, which is valid UTF-8 and not empty. */
uint32_t str_take_utf8(struct str *rest);
/* Edit distance (insert, delete, replace, swap of neighbours), stopped at max: returns max + 1 when farther apart. For
 * "did you mean". Slices over 64 bytes count as far. */
unsigned str_distance(struct str a, struct str b, unsigned max);
