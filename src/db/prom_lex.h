/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The words of PromQL. Pure. */
#include "base/arena.h"
#include "base/err.h"

enum prom_token_kind {
    PROM_T_END,
    PROM_T_NAME,     /* an identifier, perhaps with colons; also keywords */
    PROM_T_NUMBER,   /* number */
    PROM_T_DURATION, /* number: ms */
    PROM_T_STRING,   /* text: what it stands for */
    PROM_T_SIGN,     /* one of + - * / % ^ ( ) { } [ ] , : @ = == != =~ !~ < > <= >= */
};

struct prom_token {
    enum prom_token_kind kind;
    struct str text;
    size_t at;
    double number;
};

struct prom_lexer {
    struct str all;
    size_t at;
    struct arena *arena;
};

/* E_INVAL with a text: what stands there is no word. */
int prom_lex(struct prom_lexer *l, struct prom_token *t, struct err *err);
/* Sets the text of a mistake at a place: "LINE:COLUMN: parse error: ...". Returns E_INVAL. */
int prom_wrong(struct str all, size_t at, struct err *err, const char *fmt, ...) PRINTF(4, 5);
