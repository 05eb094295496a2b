/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of Livestatus share. A table is an array of columns; a column is name, type, one line of text and a getter. */
#include "api/eyes.h"
#include "api/livestatus.h"
#include "base/err.h"
#include "base/vec.h"

enum ls_type { LS_INT, LS_TIME, LS_FLOAT, LS_STRING, LS_LIST, LS_DICT, LS_ROWS };

/* A value: number (LS_INT, LS_TIME; LS_FLOAT in millionths), text, or a list of texts (LS_DICT: names and values by turns; LS_ROWS: rows of cells, one after the other). */
struct ls_value {
    int64_t number;
    struct str text;
    VEC(struct str) list;
    const char *cells; /* LS_ROWS: of one row, 's' text, 'n' number; LS_LIST: "n" when it is one of numbers */
    int64_t fine;      /* LS_FLOAT: what is left below a millionth, in millionths of it */
    struct buf scratch; /* what text or list may point into */
};

/* One row of any table. Board records are read once a row, texts only when a column asks. */
struct ls_row {
    const struct livestatus_world *w;
    uint32_t idx;  /* check, group, contact ...: index of its table */
    uint32_t slot; /* comment or downtime slot */
    struct {
        uint32_t group, member,
            base; /* base: number of the member's first row; rows are loaded in rising order */
    } in;         /* of the tables by group */
    struct board_check check;
    bool has_text;
    struct board_text text;
    struct buf text_buf;
    struct board_comment comment;
    struct board_downtime downtime;
    struct board_note note;
    struct buf note_buf;
};

/* Texts of the list that are made in scratch: each is added there and ended by ls_cut; ls_cut_end makes them the list. */
void ls_cut(struct ls_value *v);
void ls_cut_end(struct ls_value *v);

struct ls_column;
typedef void ls_get_f(struct ls_row *row, const struct ls_column *c, struct ls_value *v);

struct ls_column {
    const char *name;
    enum ls_type type;
    ls_get_f *get;
    int arg;          /* the getter's own */
    const char *text; /* one line of documentation */
};

/* Columns of another table, which rows also have under a prefix: a service those of its host. */
enum { LS_LENDERS = 4 };
struct ls_lend {
    const char *prefix; /* NULL: none */
    const struct ls_table *table;
    void (*as)(const struct ls_row *row,
               struct ls_row *out); /* the row of it; idx MODEL_NONE: there is none */
};

struct ls_table {
    const char *name, *text; /* text: one line of documentation */
    const struct ls_column *columns;
    size_t n_columns;
    const struct ls_table *like; /* has the columns of that table, instead of own ones */
    const char *own_prefix;      /* may stand before the names of its own columns; NULL: none */
    const char *else_prefix;     /* what a name that is not found may lack; NULL: nothing */
    const char *key;             /* the column that tells its rows apart, for WaitObject; NULL: none */
    struct ls_lend lend[LS_LENDERS];
    uint32_t (*count)(const struct livestatus_world *w); /* upper bound of rows */
    bool (*load)(struct ls_row *row, uint32_t i);        /* false: no row there */
    /* By AuthUser: by the user of Vigie that row->w->eyes are of, else by that contact. NULL: by everybody. */
    bool (*seen)(const struct ls_row *row, uint32_t contact);
};

/* What a user of Vigie sees of contacts and the like; of commands by their own right. */
struct ls_objects {
    struct eyes all, commands;
    struct arena arena;
};
void ls_objects_init(struct ls_objects *o, const struct livestatus_world *w);
void ls_objects_release(struct ls_objects *o);
/* Is the host or service told to AuthUser, where that is a user of Vigie? True where it is none. */
static inline bool ls_sees(const struct livestatus_world *w, uint32_t idx)
{
    return !w->eyes.user || sight_sees(w->eyes.resources, idx);
}
/* The same of what they refer to. */
bool ls_sees_object(const struct livestatus_world *w, enum eyes_kind kind, uint32_t at);

/* The table whose columns stand without a prefix in t. */
static inline const struct ls_table *ls_own(const struct ls_table *t)
{
    return t->like ? t->like : t;
}

extern const struct ls_table *const ls_tables[];
extern const size_t ls_n_tables;
const struct ls_table *ls_table_find(struct str name);

/* A column as a query names it. */
struct ls_ref {
    const struct ls_column *column;
    unsigned via;    /* 0: of the row itself; else lent by lend[via - 1] */
    struct str name; /* as asked for */
};
bool ls_column_find(const struct ls_table *t, struct str name, struct ls_ref *out);
/* The value of a column in a row; v is cleared first. */
void ls_get(struct ls_row *row, const struct ls_table *t, const struct ls_ref *ref, struct ls_value *v);
void ls_value_release(struct ls_value *v);
void ls_row_init(struct ls_row *row, const struct livestatus_world *w);
void ls_row_release(struct ls_row *row);
void ls_row_text(struct ls_row *row); /* makes row->text valid */
bool ls_load_check(struct ls_row *row, uint32_t idx);
bool ls_seen_check(const struct ls_row *row,
                   uint32_t contact); /* is it in sight of the user, or told to the contact? */
void ls_as_host(const struct ls_row *row, struct ls_row *out); /* of a check */

extern const struct ls_table ls_hosts, ls_services, ls_status, ls_comments, ls_downtimes, ls_host_groups,
    ls_service_groups, ls_contacts, ls_contact_groups, ls_commands, ls_periods, ls_columns, ls_hosts_by_group,
    ls_services_by_group, ls_services_by_host_group, ls_log, ls_statehist;
