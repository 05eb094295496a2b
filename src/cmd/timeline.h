/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A written timeline: what plugins answer, what happens when, and when it ends, as a JSON object (docs: vigie(1), TIMELINES). Times are seconds from the begin, in thousandths here.
 *   name, what        texts
 *   main              directives of the main file; null takes one away
 *   objects           lines of object files, or one text
 *   plugins           key: answer; from the begin on
 *   steps             [{"at": seconds, then any of "cmd": a command or several, "plugin": {key: answer}, "objects": others from the next hup on,
 *                       "do": "stop", "start", "restart" or "hup", "probe": name}]
 *   end               seconds
 * An answer is [code, output] or {"rc", "out", "sleep": seconds, "sig": number or name}; what is left out of rc and out stays. "compare", "tolerance", "unspecified" and
 * "ignore_runs_of" belong to those who compare, and are passed over.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define TIMELINE_MOST_MS ((int64_t)10 * 366 * 86400 * 1000)

struct timeline_answer {
    const char *key, *output;
    bool has_code, has_output;
    uint64_t code, signal; /* signal 0: it ends by itself */
    int64_t sleep_ms;
    size_t number; /* of all in the file, as they stand there */
};

enum timeline_action { TIMELINE_NOTHING, TIMELINE_STOP, TIMELINE_START, TIMELINE_RESTART, TIMELINE_HUP };

struct timeline_step {
    int64_t at_ms;
    size_t place; /* in the file */
    const char *const *commands;
    size_t n_commands;
    const struct timeline_answer *answers;
    size_t n_answers;
    const char *objects; /* NULL: as they are */
    enum timeline_action action;
    const char *probe; /* NULL: none */
};

struct timeline_directive {
    const char *name, *value; /* value NULL: it is taken away */
};

struct timeline {
    struct arena arena; /* that all texts live in */
    size_t n_all_answers;
    const char *name, *what;
    VEC(struct timeline_directive) main;
    const char *objects;
    const struct timeline_answer *answers;
    size_t n_answers;
    VEC(struct timeline_step) steps; /* by time; of one time as they were written */
    int64_t end_ms;
    VEC(const char *) ignored; /* "steps[3].colour": what nobody knows */
};

/* err: "line 3, column 7: ..." of what is no JSON, else "steps[3].at: ..." */
int timeline_read(struct timeline *t, struct str text, struct err *err);
/* Where the key of that answer, or of that directive of the main file (its index), stands in the text that was read, both from 1. False: it was not found, and is 1, 1. */
enum timeline_key { TIMELINE_ANSWER, TIMELINE_DIRECTIVE };
bool timeline_place(struct str text, enum timeline_key what, size_t number, unsigned *line, unsigned *column);
void timeline_release(struct timeline *t);
