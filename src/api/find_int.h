/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Within api/find*. */
#include "api/find.h"
#include "api/find_regex.h"
#include "api/names.h"

#define FIND_KNOWN 1024u /* texts of the configuration that a term remembers; a power of two */

struct find_known {
    uint32_t text; /* offset of the string + 1; 0: free */
    bool holds;
};
/* Beside the term of the search: what it is compared with. */
struct find_term {
    const struct search_term *t;
    struct find_regex *regex; /* of values that are such, by place */
    struct find_known *known; /* of TEXT */
    struct names_hits hits;   /* of a word that is part of a text: the names that hold it */
    const uint8_t
        *in[2]; /* of NAMED: by index of its table, 1: is meant. group: host groups, then service groups */
};
struct find {
    const struct sight *sight; /* what is told of a host out of sight but its name holds nothing */
    struct str text;
    struct search search;
    struct find_term *term;
    struct wall now;
    unsigned spent; /* how often a regular expression met its limit */
};

/* Compares a text with the value at that place of the term. */
bool find_text_is(struct find *f, const struct find_term *t, size_t place, struct str text);
bool find_any_is(struct find *f, const struct find_term *t, struct str text);
/* The objects that a NAMED term means. False with the name there is none of, and the nearest. */
bool find_set(const struct api *a, struct find *f, struct find_term *t, struct arena *arena,
              struct str *missing, struct str *near);
bool find_set_has(const struct model *m, const struct find *f, const struct find_term *t, uint32_t idx);
