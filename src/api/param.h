/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What parameters of a query may be, for the OpenAPI document and docs/API.md: one table, for the same name means the same everywhere, or else its row names the path. Handlers read and judge
 * them; tests/unit/test_conventions.c sends each what it must not be, and every one of its words.
 */
#include "api/route.h"

enum param_type {
    PARAM_TEXT,
    PARAM_INT,   /* from min to max */
    PARAM_TIME,  /* RFC 3339 */
    PARAM_WORD,  /* one of words */
    PARAM_WORDS, /* some of words, by commas */
    PARAM_TEXTS, /* some, by commas */
    PARAM_MANY,  /* may stand there several times (Prometheus' match[]) */
};

struct param {
    const char *path; /* NULL: of all that have no row of their own; with * at its end: of all below */
    const char *name;
    enum param_type type;
    int64_t min, max;
    const char *const *words;
    const char *doc;
};

const struct param *param_find(const char *path, const char *name); /* NULL: it has none */
