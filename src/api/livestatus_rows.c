/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an answer: through the filters, in order, cut and written. Of those that are not written only their number is kept. */
#include "api/livestatus_query.h"

#include <stdlib.h>

enum {
    FEW = 10000
}; /* so many of the best are kept in a heap while rows are looked at; more are sorted at the end */

void ls_write_columns(const struct ls_query *q, struct ls_row *row, struct buf *out)
{
    struct ls_value v = {.scratch = BUF_INIT};

    for (size_t i = 0; i < q->columns.n; i++) {
        ls_get(row, q->table, &q->columns.at[i], &v);
        (q->stats.n ? ls_out_key : ls_out_value)(q, out, q->columns.at[i].column->type, &v, i == 0);
    }
    ls_value_release(&v);
}

/* ---- rows in order ---- */

struct sortable {
    const struct ls_query *q;
    struct ls_value *keys; /* one a sort */
    uint32_t i;
};

static int compare(const void *pa, const void *pb)
{
    const struct sortable *a = pa, *b = pb;

    for (size_t k = 0; k < a->q->sorts.n; k++) {
        const struct ls_sort *s = &a->q->sorts.at[k];
        const struct ls_value *va = &a->keys[k], *vb = &b->keys[k];
        int c = s->ref.column->type == LS_STRING ? str_cmp(va->text, vb->text)
                                                 : (va->number > vb->number) - (va->number < vb->number);

        if (c)
            return s->descending ? -c : c;
    }
    return (a->i > b->i) - (a->i < b->i);
}

struct ls_rows {
    VEC(struct sortable) at;
    size_t most;    /* so many are written; SIZE_MAX: all */
    uint64_t total; /* that passed the filters */
    struct sortable spare;
    struct ls_row row;
    size_t next; /* of at, to be written */
    bool first;  /* none was written yet, of those that stand in a list */
};

static void read_keys(struct sortable *s, struct ls_row *row)
{
    const struct ls_query *q = s->q;

    if (!s->keys)
        s->keys = mem_calloc(q->sorts.n, sizeof(*s->keys));
    for (size_t k = 0; k < q->sorts.n; k++) {
        struct ls_value *v = &s->keys[k];

        if (!v->scratch.data)
            buf_init(&v->scratch);
        ls_get(row, q->table, &q->sorts.at[k].ref, v);
        if (v->text.n && v->scratch.len == 0) { /* borrowed from the row: kept beyond it */
            buf_add_str(&v->scratch, v->text);
            v->text = buf_str(&v->scratch);
        }
    }
}

static void swap(struct sortable *a, struct sortable *b)
{
    struct sortable was = *a;

    *a = *b;
    *b = was;
}

/* A heap with the worst of those kept on top. */
static void sift_up(struct ls_rows *r)
{
    for (size_t i = r->at.n - 1; i && compare(&r->at.at[i], &r->at.at[(i - 1) / 2]) > 0; i = (i - 1) / 2)
        swap(&r->at.at[i], &r->at.at[(i - 1) / 2]);
}

static void sift_down(struct ls_rows *r)
{
    size_t i = 0, child;

    while ((child = 2 * i + 1) < r->at.n) {
        if (child + 1 < r->at.n && compare(&r->at.at[child + 1], &r->at.at[child]) > 0)
            child++;
        if (compare(&r->at.at[child], &r->at.at[i]) <= 0)
            return;
        swap(&r->at.at[child], &r->at.at[i]);
        i = child;
    }
}

static void keep_row(const struct ls_query *q, struct ls_row *row, uint32_t i, struct ls_rows *rows)
{
    rows->total++;
    if (!q->sorts.n) {
        if (rows->at.n < rows->most)
            *VEC_ADD(&rows->at) = (struct sortable){.q = q, .i = i};
        return;
    }
    rows->spare.q = q;
    rows->spare.i = i;
    read_keys(&rows->spare, row);
    if (rows->at.n < rows->most) {
        *VEC_ADD(&rows->at) = rows->spare;
        rows->spare = (struct sortable){0};
        if (rows->most <= FEW)
            sift_up(rows);
    } else if (rows->most && compare(&rows->spare, &rows->at.at[0]) < 0) {
        swap(&rows->spare, &rows->at.at[0]);
        sift_down(rows);
    }
}

static void release_keys(const struct ls_query *q, struct sortable *s)
{
    for (size_t k = 0; s->keys && k < q->sorts.n; k++)
        ls_value_release(&s->keys[k]);
    mem_free(s->keys);
}

static void release_rows(const struct ls_query *q, struct ls_rows *rows)
{
    for (size_t i = 0; i < rows->at.n; i++)
        release_keys(q, &rows->at.at[i]);
    release_keys(q, &rows->spare);
    VEC_RELEASE(&rows->at);
}

/* The names of what is asked for; numbers that are counted are called as clients know them. */
static void write_headers(const struct ls_query *q, struct buf *out)
{
    struct ls_value v = {.scratch = BUF_INIT};

    ls_out_row_begin(q, out, true);
    for (size_t i = 0; i < q->columns.n; i++) {
        v.text = q->columns.at[i].name;
        ls_out_value(q, out, LS_STRING, &v, i == 0);
    }
    for (size_t i = 0; i < q->stats.n; i++) {
        buf_clear(&v.scratch);
        buf_printf(&v.scratch, "stats_%zu", i + 1);
        v.text = buf_str(&v.scratch);
        ls_out_value(q, out, LS_STRING, &v, i + q->columns.n == 0);
    }
    ls_out_row_end(q, out);
    ls_value_release(&v);
}

bool ls_write_begin(const struct ls_query *q, struct buf *out)
{
    if (q->format == LS_WRAPPED) {
        buf_add_char(out, '{');
        if (q->headers) {
            buf_add_c(out, "\"columns\":");
            write_headers(q, out);
            buf_add_c(out, ",\n");
        }
        buf_add_c(out, "\"data\":[");
        return true;
    }
    if (q->format != LS_CSV)
        buf_add_char(out, '[');
    if (q->headers)
        write_headers(q, out);
    return !q->headers;
}

/* Whoever wants no order and no total needs no more rows than are written. */
static bool has_all(const struct ls_query *q, const struct ls_rows *rows)
{
    return !q->sorts.n && q->format != LS_WRAPPED && rows->at.n >= rows->most;
}

static void collect(struct ls_query *q, const struct livestatus_world *w, struct ls_row *row,
                    struct ls_rows *rows)
{
    uint32_t from, n;

    ls_rows_of(q, w, &from, &n);
    rows->most = q->limit < 0                        ? SIZE_MAX
                 : q->limit > (int64_t)n - q->offset ? n
                                                     : (size_t)(q->limit + q->offset);
    for (uint32_t i = from; i < n && !has_all(q, rows) && !ls_gives_up(q, w, i); i++) {
        row->has_text = false;
        if (q->table->load(row, i) && ls_wanted(q, row))
            keep_row(q, row, i, rows);
    }
    if (q->sorts.n && rows->at.n)
        qsort(rows->at.at, rows->at.n, sizeof(*rows->at.at), compare);
}

struct ls_rows *ls_rows_begin(struct ls_query *q, const struct livestatus_world *w, struct buf *out)
{
    struct ls_rows *rows = mem_zalloc(sizeof(*rows));

    ls_row_init(&rows->row, w);
    collect(q, w, &rows->row, rows);
    rows->next = MIN((size_t)q->offset, rows->at.n);
    rows->first = ls_write_begin(q, out);
    return rows;
}

bool ls_rows_more(struct ls_rows *rows, const struct ls_query *q, struct buf *out, size_t most)
{
    struct ls_row *row = &rows->row;

    for (; rows->next < rows->at.n && most; rows->next++, most--) {
        row->has_text = false;
        if (!q->table->load(row, rows->at.at[rows->next].i))
            continue; /* it went while we looked */
        ls_out_row_begin(q, out, rows->first);
        ls_write_columns(q, row, out);
        ls_out_row_end(q, out);
        rows->first = false;
    }
    if (rows->next < rows->at.n)
        return false;
    ls_out_end(q, out, rows->total);
    return true;
}

void ls_rows_free(struct ls_rows *rows, const struct ls_query *q)
{
    if (!rows)
        return;
    release_rows(q, rows);
    ls_row_release(&rows->row);
    mem_free(rows);
}
