/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What external commands put in the place of the configuration: of a check its command, event handler, periods, first delay and custom variables; of a
 * contact its periods and variables. Kept by name, since an index is another one after a reload; what the configuration no longer has falls back to what it says.
 * Everything here is data: a custom variable or the argument of a command set at run time is one argument, or part of one, and never interpreted (core/line).
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "core/world.h"

enum over_what {
    OVER_CHECK_COMMAND, /* "command!argument" */
    OVER_HANDLER,       /* likewise */
    OVER_CHECK_PERIOD,
    OVER_NOTIFY_PERIOD,  /* of a contact: for hosts */
    OVER_SERVICE_PERIOD, /* of a contact */
    OVER_COUNT
};

struct over {
    char *text[OVER_COUNT];   /* owned; NULL: as configured */
    uint32_t idx[OVER_COUNT]; /* of the command or period in this configuration */
    char *vars;               /* name, value, name, value ...: packed words (core/record); owned */
    size_t vars_n;
    int64_t first_delay_us; /* -1: as configured */
};

struct over *over_new(void);
void over_free(struct over *o);
/* From a command. E_LIMIT: it would be too much together with the rest (LIMIT_OVER); E_NOENT: as over_set. Nothing changed then. */
int over_put(const struct model *m, struct over *o, enum over_what what, struct str text, struct err *err);
int over_put_var(struct over *o, struct str name, struct str value, struct err *err);
/* False: there is no such command or period in this configuration, or the command is privileged; nothing changed. */
bool over_set(const struct model *m, struct over *o, enum over_what what, struct str text);
/* The configuration is another one: finds everything again. Bits of enum state_modified for what it no longer has, or has made privileged, and is dropped. */
uint32_t over_settle(const struct model *m, struct over *o);
void over_forget(struct over *o, enum over_what what);
void over_set_vars(struct over *o, struct str packed);
bool over_var(const struct over *o, struct str name, struct str *value);
/* For the board: packed words, the check command and the event handler (empty: as configured), then names and values of variables. Nothing where none was set. */
void over_pack(const struct over *o, struct buf *b);
bool over_is_empty(const struct over *o);
uint32_t over_bit(enum over_what what); /* of enum state_modified */

/* ---- of a check ---- */
struct state;
const struct over *over_of(const struct state *s); /* NULL: nothing */
struct over *over_make(struct state *s);
uint32_t over_check_period(const struct world *w, uint32_t check); /* MODEL_NONE: always */
uint32_t over_notify_period(const struct world *w, uint32_t check);
int64_t over_first_delay(const struct world *w, uint32_t check);
/* Is there anything to execute for a check? */
bool over_can_run(const struct world *w, uint32_t check);
