/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Filling the run-time macros of a compiled command line. Each value becomes part of one argument and is never interpreted; secret slots stay as they are,
 * the runner fills them. Which macros the files decide is core/macro_static's business.
 */
#include "core/macro.h"
#include "core/notify.h"
#include "core/world.h"

struct state;
struct
    expand_then { /* how it was when a notification that goes out later was decided: of its check, and of the host of a service */
    struct wall at;
    const struct state *check, *host;
};
struct expand_of {                  /* who and what is meant */
    uint32_t check, contact;        /* MODEL_NONE: nobody */
    const struct expand_then *then; /* NULL: as it is now. What is said of others is always as it is now */
    bool notification;
    enum notify_type type;
    uint32_t number;
    bool escalated;
    uint64_t id;
    struct str author, comment, recipients;
    struct str use;   /* the command under way and its arguments: "command!argument" */
    bool use_is_data; /* a command set it: no macro in an argument counts */
    size_t most;      /* bytes of one value: what is longer is cut; 0: nothing is */
    struct expand_within
        *within; /* of core/expand_within: a value that holds macros is under way; NULL: none */
};

/* Fills words, env and privileged of a RUN effect with the check's command, or its event handler: as configured, or as a command set it. */
void expand_check(struct world *w, struct world_effect *e, bool handler);
struct line_use;
/* Fills words and env of a RUN effect. */
void expand_use(struct world *w, struct world_effect *e, const struct line_use *use,
                const struct expand_of *of);
void expand_run(struct world *w, struct world_effect *e, uint32_t line, const struct expand_of *of);
/* Packed words and environment of a notification. False: it was longer than the system takes, and its longest values are cut. */
bool expand_notice(struct world *w, uint32_t line, const struct expand_of *of, struct buf *words,
                   struct buf *env);
/* Fills in the macros of a value, coded, that is all that out has behind `from`: a note's or a link's. Nagios calls itself for that without an end; here it has one. */
void expand_within(struct world *w, enum macro_id id, const struct expand_of *of, struct buf *out,
                   size_t from);
/* The value of one macro, coded; nothing where it means nothing. */
void expand_value(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                  struct buf *out);
/* The same. False: it means nothing here and stays as it was written; nothing was added. */
bool expand_part(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                 struct buf *out);
/* An argument of the command under way, coded, its macros filled in. False: there is none. */
bool expand_arg(struct world *w, unsigned n, const struct expand_of *of, struct buf *out);
/* What enable_environment_macros puts into the environment: packed words, no more than `room` bytes; what is largest is left out first. */
void expand_environment(struct world *w, const struct expand_of *of, size_t room, struct buf *b);
/* A template of the main file (conf_line_template) as plain text. */
void expand_text(struct world *w, struct str coded, const struct expand_of *of, struct buf *b);
/* One of the program. In a notification the totals count only what the contact has to do with. */
void expand_program(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                    struct buf *b);
/* What is so of a check, and when, for who is told. */
const struct state *expand_state(const struct world *w, const struct expand_of *of, uint32_t check);
struct wall expand_now(const struct world *w, const struct expand_of *of);
/* The value of one macro; false: not one of ours. */
bool expand_macro(struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                  struct buf *b);
/* The value that a command gave to a custom variable; false: none did. arg as in struct macro_part. */
bool expand_var(const struct world *w, enum macro_id id, struct str arg, const struct expand_of *of,
                struct str *value);
/* Whom the macros without an argument mean. */
struct macro_scope_of expand_scope(const struct world *w, const struct expand_of *of);
/* Date and time in the configuration's zone: by date_format. */
enum expand_time { EXPAND_LONG, EXPAND_SHORT, EXPAND_DATE, EXPAND_CLOCK };
void expand_time(const struct world *w, enum expand_time how, struct wall t, struct buf *b);
