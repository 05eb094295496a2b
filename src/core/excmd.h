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
    EXCMD_HOST_AND_CHILDREN, /* the host and all hosts behind it */
    EXCMD_BEYOND,            /* all hosts behind it, and their services */
    EXCMD_HG_HOSTS,
    EXCMD_HG_SERVICES,
    EXCMD_SG_HOSTS,
    EXCMD_SG_SERVICES,
    EXCMD_PROGRAM_AND_ALL, /* the program, then every check */
    EXCMD_COMMENTS,        /* of the check */
    /* Downtimes, each with those that it triggers. */
    EXCMD_DOWNTIME, /* by number */
    EXCMD_DOWNTIMES_OF_HOST,
    EXCMD_DOWNTIMES_OF_GROUP,
    EXCMD_DOWNTIMES_LIKE,
    EXCMD_DOWNTIMES_FULL, /* of a check */
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
    uint64_t source, token; /* of its order */
    unsigned n, done;       /* when it is over: things, and those of them that it was done to */
    uint64_t id;            /* while it is done: of the comment or downtime it is done to */
    uint64_t *ref;          /* and the downtime that triggers the others, which the first of them sets */
};

/* For each thing of the target: a check; the program, a comment or a downtime, where check is MODEL_NONE. 0, or an error with its text. */
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
/*
 * Does what the line says, or has it done: in parts, when it is for many, or behind others that are (core/excmd_queue). source: enum world_source (core/source.h). WORLD_DONE with this
 * token comes when it is over.
 */
struct excmd_order {
    struct str line, who;
    uint64_t source, token;
    bool cut;      /* line is the begin of one that is too long: it is refused */
    bool left_out; /* engines ended while they did it: it is refused, and not even read */
};
void excmd_run(struct world *w, const struct excmd_order *o);
/* One from the record, done again as it was recorded: all of it, or the beginning of one in parts. */
struct record_command;
void excmd_again(struct world *w, const struct record_command *r);
