/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * PromQL, as much of it as is taken (docs/SERIES.md), from text to a tree whose types fit. Pure. All is in the caller's arena, and borrows from the text; at most PROM_DEPTH deep.
 */
#include "base/arena.h"
#include "base/err.h"

#define PROM_TEXT_MAX 16384u /* bytes of a query */
#define PROM_DEPTH    64u

enum prom_type { PROM_SCALAR, PROM_VECTOR, PROM_MATRIX, PROM_STRING };

enum prom_kind {
    PROM_NUMBER,
    PROM_TEXT,      /* only to say that it does not belong there */
    PROM_SELECT,    /* with range_ms: a range of each */
    PROM_CALL,      /* of a range: a */
    PROM_AGGREGATE, /* of a; parameter: b */
    PROM_BINARY,    /* a op b */
    PROM_NEGATE,    /* of a */
};

enum prom_match { PROM_EQ, PROM_NE, PROM_RE, PROM_NRE };
struct prom_matcher {
    struct str label, value;
    enum prom_match how;
};

enum prom_function { PROM_RATE, PROM_INCREASE };
enum prom_aggregate { PROM_SUM, PROM_AVG, PROM_MIN, PROM_MAX, PROM_COUNT, PROM_QUANTILE };
enum prom_operator { PROM_ADD, PROM_SUB, PROM_MUL, PROM_DIV, PROM_MOD, PROM_POW };
enum prom_words { PROM_NO_WORDS, PROM_BY, PROM_WITHOUT, PROM_ON, PROM_IGNORING };

struct prom_node {
    enum prom_kind kind;
    enum prom_type type;
    size_t at; /* in the text */
    double number;
    struct prom_matcher *matcher;
    size_t n_matchers;
    int64_t range_ms, offset_ms;
    enum prom_function function;
    enum prom_aggregate aggregate;
    enum prom_operator op;
    enum prom_words words; /* how the labels are meant */
    struct str *label;
    size_t n_labels;
    struct prom_node *a, *b;
};

/* NULL with a text like Prometheus' own: "1:5: parse error: ..." */
struct prom_node *prom_parse(struct str text, struct arena *arena, struct err *err);
/* A selector alone, as match[] has it. */
struct prom_node *prom_parse_selector(struct str text, struct arena *arena, struct err *err);
/* "5m", "1h30m" in ms: above 0. False: it is none. */
bool prom_duration(struct str s, int64_t *ms);
bool prom_is_label(struct str s);
const char *prom_type_name(enum prom_type t);
