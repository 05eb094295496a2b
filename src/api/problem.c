/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"

static const struct {
    const char *code, *en, *fr;
} table[PROBLEM_COUNT] = {
    [PROBLEM_NONE] = {"NONE", "", ""},
#define PROBLEM(CODE, en, fr) [PROBLEM_##CODE] = {#CODE, en, fr},
#include "api/problem.def"
#undef PROBLEM
};

const char *problem_code(enum problem p)
{
    BUG_ON((unsigned)p >= PROBLEM_COUNT);
    return table[p].code;
}

void problem_word(struct buf *b, enum problem p)
{
    for (const char *c = problem_code(p); *c; c++)
        buf_add_char(b, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
}

bool problem_parse(struct str code, enum problem *out)
{
    for (size_t i = 1; i < PROBLEM_COUNT; i++) {
        if (str_eq_c(code, table[i].code)) {
            *out = (enum problem)i;
            return true;
        }
    }
    return false;
}

void problem_render(struct buf *b, enum problem p, bool french, const struct str arg[PROBLEM_ARGS])
{
    struct str rest;

    BUG_ON((unsigned)p >= PROBLEM_COUNT);
    rest = str_of(french ? table[p].fr : table[p].en);
    while (rest.n) {
        if (rest.n >= 3 && rest.p[0] == '{' && rest.p[2] == '}' && (rest.p[1] == '0' || rest.p[1] == '1')) {
            buf_add_str(b, arg[rest.p[1] - '0']);
            rest = str_sub(rest, 3, rest.n);
            continue;
        }
        buf_add_char(b, rest.p[0]);
        rest = str_sub(rest, 1, rest.n);
    }
}
