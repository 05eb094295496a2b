/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A Livestatus query: its filters, its header lines, what is counted, and how rows are written. */
#include "api/livestatus_int.h"

/* ---- filters ---- */

enum ls_op { LS_EQ, LS_MATCH, LS_IEQ, LS_IMATCH, LS_LT, LS_GT, LS_LE, LS_GE };
enum ls_node_kind { LS_NODE_TEST, LS_NODE_AND, LS_NODE_OR };

struct ls_filter {
    enum ls_node_kind kind;
    bool negate;
    struct ls_ref ref; /* LS_NODE_TEST */
    enum ls_op op;
    struct str name, value;       /* name: LS_DICT, of the variable */
    int64_t shift_s;              /* what the client's clock adds to LS_TIME (Localtime) */
    int64_t number;               /* the value of number columns */
    void *regex, *match, *limits; /* of pcre2: of patterns, and of texts beyond ASCII */
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
void ls_pool_release(struct ls_pool *p);

/* ---- query ---- */

enum ls_format { LS_CSV, LS_JSON, LS_WRAPPED, LS_PYTHON, LS_PYTHON3 };
enum ls_stat_kind { LS_COUNT, LS_SUM, LS_AVG, LS_MIN, LS_MAX, LS_STD, LS_SUM_INVERSE, LS_AVG_INVERSE };

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
    struct buf names; /* of columns that nobody named */
    bool columns_given, headers, headers_given, fixed16, keep;
    bool restricted;    /* AuthUser was given */
    struct str contact; /* its value: a user of Vigie, where livestatus_world says so, or a contact */
    uint32_t
        contact_at; /* in the snapshot; MODEL_NONE: nobody of that name, who sees nothing that is restricted */
    struct ls_pool filters, stat_filters, wait_filters;
    VEC(struct ls_stat) stats;
    VEC(struct ls_sort) sorts;
    int64_t limit, offset; /* limit -1: none */
    enum ls_format format;
    char separators[4];
    int64_t now_s, shift_s; /* shift_s: added to times that are sent (Localtime) */
    int64_t limit_s;        /* Timelimit; -1: none */
    bool waits, wait_object_given;
    struct str wait_object;
    unsigned wait_trigger;  /* bits of enum livestatus_trigger; 0: not given */
    int64_t wait_ms;        /* WaitTimeout; 0: for as long as it takes */
    int code;               /* of the error, 200 while there is none */
    bool gave_up, overtime; /* its patterns cost too much; its Timelimit is over */
};

/* Reads all header lines. On an error q->code is set and err has the text; format, fixed16 and keep are right all the same. */
int ls_parse(struct ls_query *q, struct wall now, struct str request, struct err *err);
/* One client's patterns must not keep all others waiting, and it may have set a limit itself: asked for each row. */
bool ls_gives_up(struct ls_query *q, const struct livestatus_world *w, uint32_t i);
/* The rows among which the answer is: of one host, where the filters name it. */
void ls_rows_of(const struct ls_query *q, const struct livestatus_world *w, uint32_t *from, uint32_t *to);
/* May AuthUser, if there is one, see it? The second: a row of a host or service, in any table. */
bool ls_may_see(const struct ls_query *q, const struct ls_row *row);
bool ls_may_see_check(const struct ls_query *q, const struct ls_row *row);
/* Is this row part of the answer? */
bool ls_wanted(const struct ls_query *q, struct ls_row *row);
/* Could a row be part of it that is like this one in the columns that are fixed, whatever the others hold? */
bool ls_may_pass(const struct ls_query *q, struct ls_row *row, bool (*fixed)(const struct ls_ref *ref));
/* Seconds of an own column of times that the filters leave, both inclusive. Only what must hold of every row narrows: a test, or those joined by And. */
struct ls_range {
    int64_t from_s, to_s; /* 0 and INT64_MAX: open */
};
void ls_range_of(const struct ls_query *q, const char *column, struct ls_range *range);
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
/* Millionths as a decimal number. */
void ls_out_float(struct buf *out, int64_t millionths);
/* A time as it is sent. */
int64_t ls_out_time(const struct ls_query *q, int64_t seconds);
void ls_out_end(const struct ls_query *q, struct buf *out, uint64_t total);

/* ---- answering ---- */
/* Rows: found at once, written a few at a time. w and q must stay where they are meanwhile. */
struct ls_rows;
struct ls_rows *ls_rows_begin(struct ls_query *q, const struct livestatus_world *w, struct buf *out);
bool ls_rows_more(struct ls_rows *rows, const struct ls_query *q, struct buf *out,
                  size_t most); /* true: that was all */
void ls_rows_free(struct ls_rows *rows, const struct ls_query *q);
void ls_run_stats(struct ls_query *q, const struct livestatus_world *w, struct buf *out);
/* What stands before the rows. True: the next row is the first of its list. */
bool ls_write_begin(const struct ls_query *q, struct buf *out);
void ls_write_columns(const struct ls_query *q, struct ls_row *row, struct buf *out);
