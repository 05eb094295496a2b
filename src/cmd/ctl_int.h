/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files of vigie ctl share: ctl.c (which sub-command, which Vigie), ctl_call.c (asking over the local socket), ctl_show.c (reading), ctl_do.c (changing),
 * ctl_find.c (names), ctl_table.c (aligned tables), ctl_time.c.
 */
#include "cmd/cmd.h"
#include "cmd/opt.h"
#include "base/buf.h"

#include <jansson.h>

/* How answers are written with -o json. */
#define CTL_JSON (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

/* Options that every sub-command of ctl has. */
struct ctl {
    const char *config, *state, *output; /* -c, --state, -o */
    char socket[4200];
    bool json;
    bool colour; /* standard output is a terminal and NO_COLOR is not set */
};

#define CTL_OPTIONS(c)                                                                                       \
    {"config", 'c', OPT_STR, "MAIN", "The main configuration file of the Vigie to ask.", &(c)->config},      \
        {"state", 0, OPT_STR, "DIR", "Its state folder (instead of -c).", &(c)->state},                      \
    {                                                                                                        \
        "output", 'o', OPT_STR, "FORMAT", "text (default) or json.", &(c)->output                            \
    }

/* Parses, finds the socket. CMD_OK, or what to exit with; *done: the help was printed, nothing is left to do. */
int ctl_begin(struct ctl *c, const struct opt_command *cmd, int argc, char **argv, size_t *n_operands,
              bool *done);

/* One request. The answer's body is appended to body. Returns the HTTP status, or a negative code with err. */
int ctl_call(const struct ctl *c, const char *method, const char *path, const char *query, struct str request,
             struct buf *body, struct err *err);
/* A request whose answer goes on: each part is given to part() until it returns false or the end comes. */
int ctl_follow(const struct ctl *c, const char *path, const char *query,
               bool (*part)(void *user, struct str body), void *user, struct err *err);
/* ctl_call and reading its JSON; errors (also those of the answer) are printed. NULL: failed, *status says how to exit. */
json_t *ctl_ask(const struct ctl *c, const char *method, const char *path, const char *query, json_t *request,
                int *status);

/* The id of a host or service by name; 0 with an error printed (near names are told). */
bool ctl_find(const struct ctl *c, const char *host, const char *service, char *id, size_t size, int *status);
/* HOST, HOST SERVICE or HOST;SERVICE among the operands. */
bool ctl_name(char **argv, size_t n, const char **host, const char **service);

/* ---- tables ---- */
#define CTL_COLUMNS_MAX 12
struct ctl_table {
    const char *const *head;
    size_t columns;
    VEC(char *) cells;
};
void ctl_table_cell(struct ctl_table *t, const char *text);
/* -1: no column is a state; frees the cells */
void ctl_table_print(struct ctl_table *t, const struct ctl *c, int state_column);
const char *ctl_state_colour(const char *state);
/* ---- times ---- */
/* "3 min", "2 h", "5 d" since an RFC 3339 time, "in 3 min" before it; "-" for none. */
void ctl_ago(const char *rfc3339, char *out, size_t size);
/* "2026-11-23 14:05:00 CET" of an RFC 3339 time, in the caller's zone; "-" for none. */
void ctl_when(const char *rfc3339, char *out, size_t size);

const char *ctl_text(const json_t *o, const char *key); /* "" when absent */
void ctl_path_part(struct buf *b, const char *text);    /* percent-encoded */

int ctl_status(int argc, char **argv);
int ctl_list(int argc, char **argv);
int ctl_show(int argc, char **argv);
int ctl_log(int argc, char **argv);
int ctl_check_now(int argc, char **argv);
int ctl_ack(int argc, char **argv);
int ctl_downtime(int argc, char **argv);
int ctl_submit(int argc, char **argv);
int ctl_reload(int argc, char **argv);
int ctl_token(int argc, char **argv);
