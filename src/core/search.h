/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The search language of lists: a text becomes terms, which are all to hold. Pure: what a term means for a host or service is in api/find.
 *
 *   web db1                 words: each in a name, alias, address or the output, whatever its capitals
 *   "disk full"             a word with blanks; in quotes nothing else has a meaning (\" and \\ are " and \)
 *   host:web                key and value: the value stands in that field, whatever its capitals
 *   host:web*01 host:=web1  with * and ? the whole field (of words and outputs a part), with = exactly so
 *   host:~^web[0-9]+$       a regular expression; one that begins with ^, ends with $ or holds .* .+ or | needs no ~
 *   group:linux,bsd         one of these
 *   !is:downtime -web       not so
 *   is:down OR output:disk  one of the two
 *   since:<1h attempt:>2    spans of time, moments and numbers
 *   label:OS=debian _OS:debian   custom variables
 *
 * A word with a colon whose key is not known, and is near none, is a word: "10:30" and "http://x" stay what they are.
 */
#include "base/arena.h"
#include "base/time.h"

#define SEARCH_TEXT_MAX   1024u
#define SEARCH_TERMS_MAX  32u
#define SEARCH_VALUES_MAX 32u

enum search_kind { SEARCH_TEXT, SEARCH_MARK, SEARCH_NAMED, SEARCH_COUNT, SEARCH_SPAN, SEARCH_LABEL };
enum search_key {
    SEARCH_WORD, /* without a key */
#define KEY(ID, kind, name, others, en, fr) SEARCH_KEY_##ID,
#include "core/search.def"
#undef KEY
    SEARCH_KEYS
};
enum search_mark {
#define MARK(ID, word, others, en, fr) SEARCH_MARK_##ID,
#include "core/search.def"
#undef MARK
    SEARCH_MARKS
};

enum search_how { SEARCH_HAS, SEARCH_IS, SEARCH_GLOB, SEARCH_REGEX };
enum search_compare { SEARCH_EQ, SEARCH_LT, SEARCH_LE, SEARCH_GT, SEARCH_GE };
struct search_value {
    struct str
        text; /* HAS, IS and GLOB in small letters (ASCII); of a label what stands behind its name, p NULL: any */
    struct str name; /* of a label, in capitals */
    enum search_how how;
    enum search_compare compare;
    int64_t number; /* COUNT: the number; SPAN: µs, or with moment the wall clock */
    bool moment, never;
    unsigned column; /* in the search, from 1 */
};
struct search_term {
    enum search_key key;
    bool negated, joined; /* joined: by OR with the one before */
    uint32_t marks;       /* of MARK: a bit for each enum search_mark */
    struct search_value *value;
    size_t n;
    struct str text; /* as it stands in the search */
    unsigned column;
};
struct search {
    struct search_term *term; /* in the arena */
    size_t n;
};

enum search_wrong {
    SEARCH_LONG = 1,
    SEARCH_MANY,
    SEARCH_QUOTE,  /* is not closed, or something follows it */
    SEARCH_EMPTY,  /* no value behind name */
    SEARCH_NO_KEY, /* name: the key that is near */
    SEARCH_NO_MARK,
    SEARCH_NO_NUMBER, /* name: the key */
    SEARCH_NO_SPAN,
    SEARCH_LONE_OR,
};
struct search_error {
    enum search_wrong wrong; /* 0: none */
    unsigned column;
    struct str name; /* static, or a slice of the search */
};

struct search_word { /* of the tables, for completion and help */
    const char *name, *others, *en, *fr;
    enum search_kind kind;
};
const struct search_word *search_key_word(enum search_key k); /* from SEARCH_WORD + 1 */
const struct search_word *search_mark_word(enum search_mark m);
/* SEARCH_KEYS: there is none of that name. */
enum search_key search_key_of(struct str name);

/* Terms point into text and the arena. False with what is wrong. */
bool search_parse(struct str text, struct arena *arena, struct search *out, struct search_error *e);
/* Does pattern (small letters, with * and ?) fit the whole text, whatever its capitals? */
bool search_glob(struct str pattern, struct str text);
