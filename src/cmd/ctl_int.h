/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files of vigie ctl share: ctl.c (which sub-command, which Vigie), ctl_call.c (asking over the local socket), ctl_status.c, ctl_list.c, ctl_show.c and
 * ctl_log.c, ctl_history.c, ctl_availability.c and ctl_why.c (reading), ctl_do.c, ctl_note.c, ctl_rename.c, ctl_user.c, ctl_people.c (changing), ctl_password.c, ctl_find.c (names), ctl_table.c (aligned tables), ctl_csv.c (tables for spreadsheets), ctl_group.c (what is done to a whole group), ctl_text.c (texts of answers), ctl_time.c, ctl_words.c (errors in both languages).
 */
#include "cmd/cmd.h"
#include "cmd/opt.h"
#include "base/buf.h"
#include "base/time.h"

#include <jansson.h>

/* How answers are written with -o json. */
#define CTL_JSON (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

/* Options that every sub-command of ctl has. */
struct ctl {
    const char *config, *state, *output; /* -c, --state, -o */
    char socket[4200];
    bool json;
    bool colour;      /* standard output is a terminal and NO_COLOR is not set */
    bool french;      /* errors, too */
    const char *hint; /* said behind an answer 404: what shows the names there are */
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

/* ---- what it says when it does not do what was asked (ctl_words.c) ---- */
enum ctl_words {
    CTL_EMPTY_HOST,
    CTL_NO_HOST,
    CTL_NO_SERVICE,
    CTL_MEANT,
    CTL_MEANT_MORE,
    CTL_MEANT_END,
    CTL_ALL_HOSTS,
    CTL_ALL_SERVICES,
    CTL_NO_TIME,
    CTL_YET_TO_COME,
    CTL_WRONG_WAY,
    CTL_TOO_LARGE,
    CTL_NO_RIGHT,
    CTL_NO_SOCKET_RIGHT,
    CTL_NOT_RUNNING,
    CTL_CLOSED,
    CTL_CLOSED_EARLY,
    CTL_BUSY,
    CTL_ANSWERED,
    CTL_WORDS
};
/* arg0, arg1: what is filled in, or NULL. c NULL: of any command of vigie, and in English. */
void ctl_words(const struct ctl *c, enum ctl_words w, const char *arg0, const char *arg1, struct buf *out);
void ctl_put(const struct ctl *c, enum ctl_words w, const char *arg0,
             const char *arg1); /* on standard error */
void ctl_say(const struct ctl *c, enum ctl_words w, const char *arg0, const char *arg1); /* a line of it */

/* One request. The answer's body is appended to body. Returns the HTTP status, or a negative code with err. */
int ctl_call(const struct ctl *c, const char *method, const char *path, const char *query, struct str request,
             struct buf *body, struct err *err);
/* ctl_call and reading its JSON; errors (also those of the answer) are printed. NULL: failed, *status says how to exit. */
json_t *ctl_ask(const struct ctl *c, const char *method, const char *path, const char *query, json_t *request,
                int *status);

/* The id of a host or service by name; 0 with an error printed (near names are told). */
bool ctl_find(const struct ctl *c, const char *host, const char *service, char *id, size_t size, int *status);
/* The same, also of what is configured no more, by the name that it had last: *gone. */
bool ctl_find_any(const struct ctl *c, const char *host, const char *service, char *id, size_t size,
                  bool *gone, int *status);
/* And that it is so is said. */
bool ctl_find_past(const struct ctl *c, const char *host, const char *service, char *id, size_t size,
                   int *status);
/* HOST, HOST SERVICE, HOST;SERVICE or HOST/SERVICE among the operands. False: none, which was said. */
bool ctl_name(const struct ctl *c, char **argv, size_t n, const char **host, const char **service);

#define CTL_HOST_OPERANDS .operands_min = 1, .operands_max = 2, .operands = "HOST [SERVICE]"
/* "expires" of a request: so long from now; nothing when it is below 0. */
void ctl_expires(json_t *request, int64_t length_us);
/* Sends what is asked for to one resource and says so. request is taken. */
int ctl_act(const struct ctl *c, char **argv, size_t n, const char *method, const char *verb, json_t *request,
            const char *done_text);

/* Commands of several words: "add", "list" and so on are the first operand. */
struct ctl_word {
    const char *word, *operands; /* "NAME ROLE" */
    size_t min, max;             /* operands behind it */
};
/* The place of argv[0] among the words, its operands counted; -1: what to write was said. */
int ctl_word(const char *command, const struct ctl_word *words, size_t n_words, char **argv, size_t n);

/* A password: from the terminal, unseen and twice, else one line of standard input. False: said why not. The caller wipes it. */
#define CTL_PASSWORD_SIZE 1026
bool ctl_password(const char *prompt, char out[CTL_PASSWORD_SIZE]);

/* ---- tables ---- */
#define CTL_COLUMNS_MAX 12
struct ctl_table {
    const char *const *head;
    size_t columns;
    VEC(char *) cells;
};
void ctl_table_cell(struct ctl_table *t, const char *text);
/* Not wider than the terminal. state_column -1: none is a state; frees the cells */
void ctl_table_print(struct ctl_table *t, const struct ctl *c, int state_column);
const char *ctl_state_colour(const char *state); /* of "warning", "WARNING 1/3"; NULL: none */
size_t ctl_terminal_width(void);                 /* 0: no terminal */
/* A copy that cannot move the cursor: control characters are blanks, but for line ends where lines are wanted. mem_free it. */
char *ctl_clean(const char *text, bool lines);
/* ---- times ---- */
/* "3 min", "2 h", "5 d" since an RFC 3339 time, "in 3 min" before it; "-" for none. */
void ctl_ago(const char *rfc3339, char *out, size_t size);
/* The same at that moment; NULL: now. */
void ctl_before(const char *rfc3339, const char *moment, char *out, size_t size);
/* What -o may ask for; NULL: nothing was asked. E_INVAL else. */
int ctl_format(const char *output, struct err *err);
/* "2026-11-23 22:00" or "22:00" (the next one from not_before on) of the caller's zone, or an RFC 3339 time. False: none of these. */
bool ctl_moment(const char *text, struct wall not_before, struct wall *out);
/* The same, for what lies behind: "22:00" is the last one, "2026-11-01" its begin, "7d" so long ago. False: none of these, or "at" or "from" is yet to come, which was said. */
bool ctl_past(const struct ctl *c, const char *option, const char *text, struct wall *out);
/* "&name=TIME" for the API, of what the caller wrote; nothing when text is NULL. False: said why not. */
bool ctl_past_query(const struct ctl *c, struct buf *q, const char *name, const char *text);
/* Both ends of a stretch of time; NULL: open. False also where they are the wrong way round, which was said with what to write. */
bool ctl_past_between(const struct ctl *c, struct buf *q, const char *from, const char *to);
void ctl_span(long long seconds, char *out,
              size_t size); /* "59 s", "5 min": one unit, rounded down, in the steps of the web page */
/* "1 d 2 h", "1 min 30 s": all of it, in whole seconds. */
void ctl_length(int64_t us, char *out, size_t size);
/* "2026-11-23 14:05:00 CET" of an RFC 3339 time, in the caller's zone; "-" for none. */
void ctl_when(const char *rfc3339, char *out, size_t size);

void ctl_print_event(const json_t *e); /* a line */
/* Behind an answer of what was: says so where the history does not have the newest of it, for the disk is full, or it catches up with a lot. */
void ctl_say_behind(const struct ctl *c);
/* "&name=value", percent-encoded; nothing when value is NULL. */
void ctl_query(struct buf *q, const char *name, const char *value);
const char *ctl_text(const json_t *o, const char *key); /* "" when absent */
static inline long long ctl_number(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}
static inline bool ctl_true(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}
int ctl_print_json(json_t *answer); /* takes it; CMD_OK */
void ctl_upper(const char *s, char *out, size_t size);
void ctl_lower(const char *s, char *out, size_t size);
/* "[ack] [downtime] " and so on: what changes how a state is to be read. */
void ctl_flags(const json_t *resource, struct buf *out);
/* The name of "uid:1000" on this machine; other names as they are. */
const char *ctl_person(const char *author);
void ctl_path_part(struct buf *b, const char *text); /* percent-encoded */

int ctl_status(int argc, char **argv);
int ctl_list(int argc, char **argv);
int ctl_show(int argc, char **argv);
int ctl_log(int argc, char **argv);
int ctl_history(int argc, char **argv);
int ctl_availability(int argc, char **argv);
int ctl_check_now(int argc, char **argv);
int ctl_ack(int argc, char **argv);
int ctl_downtime(int argc, char **argv);
int ctl_comment(int argc, char **argv);
int ctl_submit(int argc, char **argv);
int ctl_command(int argc, char **argv);
int ctl_reload(int argc, char **argv);
int ctl_rename(int argc, char **argv);
int ctl_token(int argc, char **argv);
int ctl_user(int argc, char **argv);
int ctl_user_group(int argc, char **argv);
int ctl_role(int argc, char **argv);
int ctl_session(int argc, char **argv);
int ctl_why(int argc, char **argv);
