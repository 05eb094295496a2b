/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the values of an object stand, from the snapshot in force: for each directive and custom variable the lines that made it, its own and those of templates. conf writes it (conf_build_origin.c) as
 * conf_origin tells it. Kept small, since there is one for each definition: `own` are words of a row and of how many lines behind the definition's first one, `taken` pairs of a row and a model_place; both
 * are lists of the pool, where equal ones stand once: definitions of the same form share the first, those that use the same templates the second. No values: those that count are in the objects themselves,
 * and secrets are nowhere. Pure.
 */
#include "core/model.h"

#define ORIGIN_LINE_BITS 20u
#define ORIGIN_CUT                                                                                           \
    UINT32_MAX /* in `own`: not all of it is told, because templates of templates are too many */

struct origin_line {
    uint32_t file, line;
    struct str
        through; /* the templates between the object and that line, by " > "; empty: it is the object's own */
};

/* The definition that begins there; NULL: there is none. */
const struct model_origin *origin_find(const struct model *m, uint32_t file, uint32_t line);
/* The lines of a row, those of the object first: how many there are, of which the first `most` are in out. row: of the type's own table; a variable's is the number of rows + its place among the variables. */
size_t origin_lines(const struct model *m, const struct model_origin *o, unsigned row,
                    struct origin_line *out, size_t most);
bool origin_is_cut(const struct model *m, const struct model_origin *o);
