/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A command line to words, by the quoting rules of the shell (POSIX 2.2), without a shell. Each byte of the line carries a class, so that what a macro brought in
 * is told from what the definition says, and secrets stay secrets through the split. Pure.
 */
#include "base/buf.h"

enum shsplit_class {
    SHSPLIT_TEXT = 't',   /* of the definition itself: operators count */
    SHSPLIT_VALUE = 'v',  /* of a configuration macro: split and quoted, but its operators are plain bytes */
    SHSPLIT_SECRET = 's', /* as VALUE, and secret */
    SHSPLIT_MACRO = 'm',  /* one byte that stands for a run-time macro; never split or interpreted */
};

struct shsplit_line {
    struct buf bytes;
    struct buf class; /* as long as bytes */
};

void shsplit_init(struct shsplit_line *l);
void shsplit_release(struct shsplit_line *l);
void shsplit_clear(struct shsplit_line *l);
void shsplit_add(struct shsplit_line *l, struct str text, enum shsplit_class class);

/* True if only a shell can run the line: an unquoted operator, a variable, a pattern, a builtin or an assignment in the definition's own bytes. */
bool shsplit_needs_shell(const struct shsplit_line *l);
/* The next word, quotes taken off, into word (cleared first); *at goes on. 1: a word; 0: the end; E_INVAL: a quote is not closed (the word is what there is). */
int shsplit_next(const struct shsplit_line *l, size_t *at, struct shsplit_line *word);

/* How a byte stands in the line, for text that goes to a shell as it is. */
enum shsplit_quote { SHSPLIT_BARE, SHSPLIT_SINGLE, SHSPLIT_DOUBLE, SHSPLIT_ESCAPED };
/* Walks one byte: *q is the state before the byte at i and becomes the one behind it. */
void shsplit_walk(const struct shsplit_line *l, size_t i, enum shsplit_quote *q, bool *was_double);
