/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The catalogue of refusals, in both languages (api/problem.def). Handlers and auth name them; words are made where the answer is written. */
#include "base/buf.h"

enum problem {
    PROBLEM_NONE,
#define PROBLEM(CODE, en, fr) PROBLEM_##CODE,
#include "api/problem.def"
#undef PROBLEM
    PROBLEM_COUNT
};
#define PROBLEM_ARGS 2

const char *problem_code(enum problem p);         /* "NO_ADDRESS": as auth sends it */
void problem_word(struct buf *b, enum problem p); /* "no_address": as the API shows it */
bool problem_parse(struct str code, enum problem *out);
void problem_render(struct buf *b, enum problem p, bool french, const struct str arg[PROBLEM_ARGS]);
