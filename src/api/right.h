/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rights: what a route asks for, and what who asks has. Those of the table (api/right.def) are the bits of a mask, by their place in it; what is kept or sent names them by word
 * ("resources.read"), never by number, so that the table may grow anywhere. The built-in roles are masks made from the table.
 */
#include "api/who.h"

enum right {
    RIGHT_NOBODY, /* of a route that names none: denied */
    RIGHT_OPEN,   /* without signing in: set-up and login */
    RIGHT_SELF,   /* whoever has signed in, about himself */
    RIGHT_HERE, /* on this machine whoever asks, from elsewhere who may read platform; names nothing: /metrics */
#define RIGHT(NAME, ...) RIGHT_##NAME,
#include "api/right.def"
#undef RIGHT
    RIGHT_END
};
#define RIGHT_FIRST (RIGHT_HERE + 1) /* of the table */

struct right_row {
    const char *word; /* "resources.read" */
    enum api_role least;
    bool privileged;
    const char *en, *fr; /* "see hosts and services" */
};

const struct right_row *right_row(enum right r); /* NULL: it is not of the table */
uint64_t right_bit(enum right r);                /* 0: it is not of the table */
uint64_t right_mask(enum api_role role);
bool right_of(struct str word, enum right *out); /* of the table, by its word */
struct json;
void right_json(uint64_t mask, struct json *j); /* ["resources.read", ...] */
const char *right_word(enum right r); /* "resources.read", "anyone": for people and programs to read */
