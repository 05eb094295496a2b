/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of Livestatus share. A table is an array of columns; a column is name, type, one line of text and a getter. */
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
enum { LS_LENDERS = 2 };
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
    struct ls_lend lend[LS_LENDERS];
    uint32_t (*count)(const struct livestatus_world *w);      /* upper bound of rows */
    bool (*load)(struct ls_row *row, uint32_t i);             /* false: no row there */
    bool (*seen)(const struct ls_row *row, uint32_t contact); /* by AuthUser; NULL: by everybody */
};

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
bool ls_seen_check(const struct ls_row *row, uint32_t contact); /* ls_check_seen of the row */
void ls_as_host(const struct ls_row *row, struct ls_row *out);  /* of a check */

extern const struct ls_table ls_hosts, ls_services, ls_status, ls_comments, ls_downtimes, ls_host_groups,
    ls_service_groups, ls_contacts, ls_contact_groups, ls_commands, ls_periods, ls_columns, ls_hosts_by_group,
    ls_services_by_group, ls_services_by_host_group, ls_log;

/* ---- filters ---- */

enum ls_op { LS_EQ, LS_MATCH, LS_IEQ, LS_IMATCH, LS_LT, LS_GT, LS_LE, LS_GE };
enum ls_node_kind { LS_NODE_TEST, LS_NODE_AND, LS_NODE_OR };

struct ls_filter {
    enum ls_node_kind kind;
    bool negate;
    struct ls_ref ref; /* LS_NODE_TEST */
    enum ls_op op;
    struct str value;
    int64_t number;               /* the value of number columns */
    void *regex, *match, *limits; /* of pcre2, for LS_MATCH and LS_IMATCH */
    uint32_t first, n;            /* AND, OR: indexes into the pool's kids */
};
struct ls_pool {
    VEC(struct ls_filter) node;
    VEC(uint32_t) kids;
    VEC(uint32_t) stack; /* filters not yet combined */
};

/* "column op value" */
int ls_filter_add(struct ls_pool *p, const struct ls_table *t, struct str text, struct err *err);
int ls_filter_combine(struct ls_pool *p, enum ls_node_kind kind, struct str count, struct err *err);
int ls_filter_negate(struct ls_pool *p, struct err *err);
bool ls_filter_eval(const struct ls_pool *p, uint32_t node, struct ls_row *row, const struct ls_table *t);
/* every one of the stack */
bool ls_filter_all(const struct ls_pool *p, struct ls_row *row, const struct ls_table *t);
/* Is this contact told of this check? Of a service also when it is told of its host. */
bool ls_check_seen(const struct model *m, uint32_t idx, uint32_t contact);
void ls_pool_release(struct ls_pool *p);

/* ---- query ---- */

enum ls_format { LS_CSV, LS_JSON, LS_WRAPPED, LS_PYTHON, LS_PYTHON3 };
enum ls_stat_kind { LS_COUNT, LS_SUM, LS_AVG, LS_MIN, LS_MAX, LS_STD };

struct ls_stat {
    enum ls_stat_kind kind;
    uint32_t node;     /* LS_COUNT: in the stats pool */
    struct ls_ref ref; /* the others */
};
struct ls_sort {
    struct ls_ref ref;
    bool descending;
};

struct ls_query {
    const struct ls_table *table;
    VEC(struct ls_ref) columns;
    bool columns_given, headers, headers_given, fixed16, keep;
    bool restricted;    /* AuthUser was given */
    struct str contact; /* its value */
    uint32_t
        contact_at; /* in the snapshot; MODEL_NONE: nobody of that name, who sees nothing that is restricted */
    struct ls_pool filters, stat_filters;
    VEC(struct ls_stat) stats;
    VEC(struct ls_sort) sorts;
    int64_t limit, offset; /* limit -1: none */
    enum ls_format format;
    char separators[4];
    int code;     /* of the error, 200 while there is none */
    bool gave_up; /* it took too long */
};

/* Reads all header lines. On an error q->code is set and err has the text; format, fixed16 and keep are right all the same. */
int ls_parse(struct ls_query *q, struct str request, struct err *err);
void ls_query_release(struct ls_query *q);
/* The header lines that are known, for the documentation; NULL behind the last. */
const char *ls_header_at(size_t i, const char **text);

/* ---- output ---- */
void ls_out_row_begin(const struct ls_query *q, struct buf *out, bool first);
void ls_out_value(const struct ls_query *q, struct buf *out, enum ls_type type, const struct ls_value *v,
                  bool first);
/* A column that counts are grouped by: numbers are texts there, as clients are used to. */
void ls_out_key(const struct ls_query *q, struct buf *out, enum ls_type type, const struct ls_value *v,
                bool first);
void ls_out_row_end(const struct ls_query *q, struct buf *out);
void ls_out_end(const struct ls_query *q, struct buf *out, uint64_t total);
