/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What answers look like: tables of members that stand beside the handlers that write them, named in the table of routes (.answer). The OpenAPI document is made from them, and builds
 * with sanitizers compare every answer that leaves the gate with its table (shape_check): a member that is missing, of another type or not written down stops the gate.
 */
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct json;
struct shape;

enum shape_type {
    SHAPE_TEXT,
    SHAPE_BOOL,
    SHAPE_INT,
    SHAPE_NUMBER,
    SHAPE_ID,     /* a 64-bit number, as a text of digits */
    SHAPE_TIME,   /* RFC 3339, UTC */
    SHAPE_WORD,   /* one of words */
    SHAPE_OBJECT, /* of */
    SHAPE_INSIDE, /* the members of `of` stand here; has no name of its own (write "") */
    SHAPE_ANY,
};

enum shape_bits {
    SHAPE_NULL = 1 << 0,  /* may be null */
    SHAPE_MAYBE = 1 << 1, /* may be left out */
    SHAPE_LIST = 1 << 2,  /* a list of them */
    SHAPE_NAMES = 1 << 3, /* an object whose members have any names, and are of this type each */
    SHAPE_HOLES = 1 << 4, /* of a list: its elements may be null */
};

struct shape_field {
    const char *name; /* NULL: the end */
    enum shape_type type;
    unsigned bits;
    const char *doc;          /* what it is; NULL: its name says it */
    const struct shape *of;   /* SHAPE_OBJECT, SHAPE_INSIDE */
    const char *const *words; /* SHAPE_WORD, ended by NULL */
    const char *like;         /* an example, as JSON; NULL: there is nothing to learn from one */
};

struct shape {
    const char *name;                  /* among the schemas of the document */
    const struct shape_field *field;   /* ended by one without a name; NULL: either, or it is no JSON */
    const struct shape *const *either; /* one of these, ended by NULL */
    const char *media;                 /* NULL: application/json */
    const char *also;                  /* another type in which it may come; NULL: none */
    bool open;                         /* it may have other members: those that another standard rules */
};

extern const char *const shape_kinds[];  /* host, service */
extern const struct shape shape_trouble; /* what is wrong with one of many */
extern const struct shape shape_ok;      /* {"ok":true} */
extern const struct shape shape_problem; /* RFC 9457 */
extern const struct shape shape_prom_error, shape_centreon_error, shape_nrdp,
    shape_nothing; /* nothing: 204 */

/* A JSON Schema (2020-12) of it, as a value; what it refers to stands at #/components/schemas/. */
void shape_schema(struct json *j, const struct shape *s);
void shape_example(struct json *j, const struct shape *s);
/* Calls each once for it and all that it refers to, inner ones first; seen: what has been, ended by NULL. */
#define SHAPES_MAX 200u
struct shape_seen {
    const struct shape *at[SHAPES_MAX];
    size_t n;
};
void shape_collect(const struct shape *s, struct shape_seen *seen);

/* True when the answer is as its table says; else why is "/resources/0/foo: not written down". shape NULL: any. */
bool shape_check(const struct shape *s, struct str type, struct str body, struct buf *why);
