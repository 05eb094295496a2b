/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * External commands, "[seconds] NAME;field;field": one table (core/excmd.def), one parser, one entrance. Whatever is wrong is refused with one reason, in
 * the log and to who asked; nothing is half done.
 */
#include "base/err.h"
#include "core/world.h"

#define EXCMD_FIELDS 12

enum excmd_target {
    EXCMD_NONE,
    EXCMD_CHECK,
    EXCMD_HOST_SERVICES,
    EXCMD_HOST_AND_SERVICES,
    EXCMD_HOST_AND_CHILDREN, /* the host and all hosts behind it */
    EXCMD_BEYOND,            /* all hosts behind it, and their services */
    EXCMD_HG_HOSTS,
    EXCMD_HG_SERVICES,
    EXCMD_HG_ALL,
    EXCMD_SG_HOSTS,
    EXCMD_SG_SERVICES,
};

struct excmd_row;
struct excmd {
    const struct excmd_row *row;
    int64_t stamp; /* seconds */
    struct str name, rest;
    struct str text[EXCMD_FIELDS]; /* by field, borrowed */
    int64_t number[EXCMD_FIELDS];  /* i, t, d */
    size_t first;                  /* the field behind those that name the object */
    uint32_t check, group, contact;
    struct str who;
};

/* For each check of the target; check is MODEL_NONE for target NONE. 0, or an error with its text. */
typedef int excmd_f(struct world *w, const struct excmd *c, uint32_t check, struct err *err);
struct excmd_row {
    const char *name, *fields;
    const char *args; /* what the fields are called, by ';'; [] around those that may be missing */
    enum excmd_target target;
    excmd_f *handle;
    uint32_t param;
    const char *doc;
};

/* Reads one line. m may be NULL: then names are not looked up. */
int excmd_parse(struct excmd *c, struct str line, const struct model *m, struct err *err);
const struct excmd_row *excmd_find(struct str name);
const struct excmd_row *excmd_table(size_t *n);
/* Seconds of a moment or a while that µs can hold, also a few of them together. */
bool excmd_is_time(int64_t s);
/* Units of interval_length, likewise. */
bool excmd_is_interval(const struct world *w, int64_t units);
/* Does what the line says. source: enum world_source (core/source.h). */
int excmd_run(struct world *w, struct str line, struct str who, uint64_t source, struct err *err);
