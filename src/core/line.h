/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A command line put together at run time, for what conf could not know: a check command or event handler set by an external command, a custom variable (of the check, of
 * the contact, of one that the line names) changed by one. The definition is the snapshot's, and is split and quoted as conf does; what was set at run time is data: it becomes one argument, or part of one, whatever it holds.
 */
#include "core/expand.h"

struct line_use {
    uint32_t command;  /* index */
    struct str text;   /* "command!argument!argument" */
    bool text_is_data; /* the arguments came at run time; else they stand in the configuration */
    bool
        told; /* of a contact or the main file: what is of a host or service is data, as in the lines that conf made */
};

/* A command changed a custom variable that stands, or may stand, in the line: what conf made of it is out of date. */
bool line_is_old(struct world *w, const struct line_use *use, const struct expand_of *of);

/* Packed words and environment of a run, coded for the runner. Secrets stay slots. */
void line_make(struct world *w, const struct line_use *use, const struct expand_of *of, struct buf *words,
               struct buf *env);
