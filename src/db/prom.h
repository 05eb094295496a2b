/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Prometheus' reading API on the series store. The question "prom" (db/series_ask.h) has endpoint = query, query_range, labels, values, series or metadata, and the parameters as Prometheus names
 * them; name: the label whose values are asked for. What it answers, and how it differs, is in docs/SERIES.md.
 *
 * There is one metric. The labels of a series are a place each in an array, in the order of their names; an empty text is a label that is not there.
 */
#include "base/arena.h"
#include "db/prom_parse.h"
#include "db/series_pick.h"

#define PROM_METRIC "vigie_perfdata"

enum prom_label { PROM_L_NAME, PROM_L_HOST, PROM_L_LABEL, PROM_L_SERVICE, PROM_L_UNIT, PROM_LABELS };
extern const char *const prom_label_names[PROM_LABELS];
int prom_label_of(struct str name); /* -1: no series has it */

#define PROM_STEPS_MAX  11000u   /* of one query: Prometheus' own */
#define PROM_CELLS_MAX  8000000u /* values that a query may hold: each nine bytes */
#define PROM_VALUES_MAX 1000000u /* values of an answer: each up to 40 bytes of text */

#define PROM_LOOKBACK_MS (5 * INT64_C(60000)) /* if nothing is said: Prometheus' own */

struct prom_series {
    struct str label[PROM_LABELS];
    double *v;
    uint8_t *has; /* of each step: 0: none */
};

/* What a selector chose: series of the store that are one here (same labels) stand together. */
struct prom_chosen {
    struct str label[PROM_LABELS];
    size_t first, n; /* in picks */
};
struct prom_choice {
    struct series_picks picks;
    VEC(struct prom_chosen) at; /* by labels */
};

struct prom_value {
    enum prom_type type;
    double *scalar; /* of each step */
    VEC(struct prom_series) series;
};

struct prom_sample {
    int64_t ms;
    double v;
};
struct prom_samples {
    struct prom_sample *at;
    size_t n, cap;
    int64_t usual_ms;
};

struct prom {
    struct series_ask *q;
    struct arena *arena; /* of the query: all values live in it */
    struct err *err;     /* E_INVAL: bad_data; E_LIMIT: execution; E_TIMEOUT; else the store */
    int64_t start_ms, end_ms, step_ms;
    size_t n_steps;
    int64_t lookback_ms; /* 0: PROM_LOOKBACK_MS, or longer where measurements are farther apart */
    size_t cells;
    int64_t oldest_ms; /* of the samples that values were made of; INT64_MAX: none yet */
    /* used again from series to series */
    struct series_samples raw;
    struct series_buckets buckets;
    struct prom_samples samples;
};

/* The answer to the question. */
int prom_answer(struct series_ask *q, struct err *err);

/* prom_choose.c: which series, and their samples. 0 or E_* with a text in p->err. */
int prom_choose(struct prom *p, const struct prom_node *selector, int64_t from_ms, int64_t to_ms,
                struct prom_choice *out);
void prom_choice_release(struct prom_choice *c);
/* Samples in [from, to] of a chosen one, into p->samples. */
int prom_read(struct prom *p, const struct prom_choice *c, const struct prom_chosen *one, int64_t from_ms,
              int64_t to_ms);
/* Has a chosen one a sample in [from, to]? 1, 0, or E_*. */
int prom_is_there(struct prom *p, const struct prom_choice *c, const struct prom_chosen *one, int64_t from_ms,
                  int64_t to_ms);
/* Values were made of samples of that time, none older. */
void prom_used(struct prom *p, int64_t ms);
/* ,"warnings":[...]: which of what was used came from which roll-ups; nothing where none did. */
void prom_warnings_put(const struct prom *p, struct buf *b);

/* prom_eval.c: what a selector chooses, or a function of one, one series after another by labels: next says 1, 0 at the end, or E_*. end also after a begin that failed. */
struct prom_selection {
    const struct prom_node *selector, *call; /* call NULL: the last value */
    int64_t from_ms, to_ms;
    struct prom_choice choice;
    size_t at;
};
int prom_select_begin(struct prom *p, const struct prom_node *n, struct prom_selection *s);
int prom_select_next(struct prom *p, struct prom_selection *s,
                     struct prom_series *into); /* v, has: of all steps */
void prom_select_end(struct prom_selection *s);
/* The value of an expression at each step. */
int prom_eval(struct prom *p, const struct prom_node *n, struct prom_value *out);
struct prom_series *prom_series_add(struct prom *p, struct prom_value *v); /* NULL: too many values */
double *prom_scalar_new(struct prom *p);
/* prom_group.c: aggregations; prom_binary.c: operators. */
int prom_group(struct prom *p, const struct prom_node *n, const struct prom_value *of,
               const double *parameter, struct prom_value *out);
int prom_binary(struct prom *p, const struct prom_node *n, const struct prom_value *a,
                const struct prom_value *b, struct prom_value *out);
/* {host="web", label="rta"} */
void prom_labels_put(struct buf *b, const struct str *label);
int prom_labels_cmp(const struct str *a, const struct str *b);
/* The labels by which a series is grouped or matched: the others are emptied. */
void prom_labels_keep(const struct prom_node *n, struct str *label);
