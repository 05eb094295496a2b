/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What differs in effect between two configurations: objects that only one has, and values that differ, after templates, groups and defaults were applied; how the files say it makes no
 * difference. Of the main file the values, of $USERn$ those that either has. Compared as they are; what is secret is marked, for the caller to mask. Pure.
 */
#include "base/arena.h"
#include "base/vec.h"
#include "core/conf.h"

enum conf_diff_kind { CONF_DIFF_ADDED, CONF_DIFF_REMOVED, CONF_DIFF_CHANGED };

struct conf_diff_value {
    struct str name, a, b; /* a, b: p NULL when that side does not have it */
    bool secret;
};

struct conf_diff_object {
    enum conf_diff_kind kind;
    struct str type;                /* "host", "service" ...; "main" for the main file */
    struct str name;                /* of services "HOST;DESCRIPTION"; empty for main */
    uint32_t first_value, n_values; /* CHANGED: those that differ; else all */
};

struct conf_diff {
    VEC(struct conf_diff_object) objects; /* main first, then by type and name */
    VEC(struct conf_diff_value) values;
    struct arena arena;
};

void conf_diff_make(struct conf *a, struct conf *b, struct conf_diff *out);
void conf_diff_release(struct conf_diff *d);
