/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Extended regular expressions of POSIX, for the names that use_regexp_matching turns into patterns. A pattern is compiled to a small program that is run
 * over the text in one pass with all its states at once: time is at most text times program, whatever the pattern, and the program has a limit. Bytes, no
 * locale; \w \W \s \S \b \B \< \> as glibc has them. Back references are refused: no bound holds with them.
 */
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct ere_op;
struct ere_set;
struct ere {
    struct str text; /* of the pattern; borrowed */
    VEC(struct ere_op) ops;
    VEC(struct ere_set) sets;
};

/* E_INVAL with what is wrong in err, E_LIMIT when the program would be too long. Release also after an error. */
int ere_compile(struct ere *e, struct str pattern, struct err *err);
bool ere_find(const struct ere *e, struct str text); /* does any part of text match? */
void ere_release(struct ere *e);
