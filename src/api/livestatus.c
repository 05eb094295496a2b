/* SPDX-License-Identifier: Apache-2.0 */
/* Running a query: rows through the filters, counted, sorted, cut and written. */
#include "api/livestatus.h"

#include "api/livestatus_int.h"
#include "api/livestatus_notes.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows and values ---- */

void ls_row_init(struct ls_row *row, const struct livestatus_world *w)
{
    memset(row, 0, sizeof(*row));
    row->w = w;
    buf_init(&row->text_buf);
    buf_init(&row->note_buf);
}

void ls_row_release(struct ls_row *row)
{
    buf_release(&row->text_buf);
    buf_release(&row->note_buf);
}

void ls_row_text(struct ls_row *row)
{
    if (row->has_text)
        return;
    board_read_check_text(row->w->b, row->idx, &row->check, &row->text, &row->text_buf);
    row->has_text = true;
}

void ls_value_release(struct ls_value *v)
{
    VEC_RELEASE(&v->list);
    buf_release(&v->scratch);
}

void ls_cut(struct ls_value *v)
{
    *VEC_ADD(&v->list) = str_make(NULL, v->scratch.len); /* its end; scratch may move yet */
}

void ls_cut_end(struct ls_value *v)
{
    size_t at = 0;

    for (size_t i = 0; i < v->list.n; i++) {
        size_t end = v->list.at[i].n;

        v->list.at[i] = str_make(v->scratch.data + at, end - at);
        at = end;
    }
}

void ls_get(struct ls_row *row, const struct ls_table *t, const struct ls_ref *ref, struct ls_value *v)
{
    struct ls_row other;

    v->number = 0;
    v->text = STR_NULL;
    v->cells = NULL;
    VEC_CLEAR(&v->list);
    buf_clear(&v->scratch);
    if (!ref->via) {
        ref->column->get(row, ref->column, v);
        return;
    }
    ls_row_init(&other, row->w);
    t->lend[ref->via - 1].as(row, &other);
    if (other.idx != MODEL_NONE) {
        ref->column->get(&other, ref->column, v);
        if (v->text.n && other.has_text) { /* it points into the row that goes now */
            buf_add_str(&v->scratch, v->text);
            v->text = buf_str(&v->scratch);
        }
    }
    ls_row_release(&other);
}

static const struct ls_column *own_column(const struct ls_table *t, struct str name)
{
    t = ls_own(t);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (str_eq_c(name, t->columns[i].name))
            return &t->columns[i];
    }
    return NULL;
}

bool ls_column_find(const struct ls_table *t, struct str name, struct ls_ref *out)
{
    struct str own = str_of(t->own_prefix);

    *out = (struct ls_ref){.column = own_column(t, name), .via = 0, .name = name};
    if (!out->column && own.n && str_starts(name, own))
        out->column = own_column(t, str_sub(name, own.n, name.n));
    for (unsigned i = 0; !out->column && i < LS_LENDERS; i++) {
        struct str prefix = str_of(t->lend[i].prefix);

        if (!prefix.n || !str_starts(name, prefix))
            continue;
        out->column = own_column(t->lend[i].table, str_sub(name, prefix.n, name.n));
        out->via = i + 1;
    }
    return out->column;
}

bool ls_check_seen(const struct model *m, uint32_t idx, uint32_t contact)
{
    const struct model_check *c = model_check(m, idx);

    return model_has(m, c->contacts, contact) ||
           (c->kind == MODEL_SERVICE && model_has(m, model_check(m, c->host)->contacts, contact));
}

/* Is this row part of the answer? */
static bool wanted(const struct ls_query *q, struct ls_row *row)
{
    if (q->restricted && q->table->seen &&
        (q->contact_at == MODEL_NONE || !q->table->seen(row, q->contact_at)))
        return false;
    return ls_filter_all(&q->filters, row, q->table);
}

/* ---- statistics ---- */

struct acc {
    int64_t count, sum, min, max;
    double squares; /* of std alone: never decides anything */
};

struct group {
    char *key; /* the columns' values as written, for finding and for the answer */
    struct acc *acc;
};

static void count_row(const struct ls_query *q, struct ls_row *row, struct acc *acc)
{
    struct ls_value v = {.scratch = BUF_INIT};

    for (size_t i = 0; i < q->stats.n; i++) {
        const struct ls_stat *s = &q->stats.at[i];
        struct acc *a = &acc[i];

        if (s->kind == LS_COUNT) {
            a->count += ls_filter_eval(&q->stat_filters, s->node, row, q->table);
            continue;
        }
        ls_get(row, q->table, &s->ref, &v);
        if (s->ref.column->type != LS_FLOAT)
            v.number *= 1000000;
        a->min = a->count ? MIN(a->min, v.number) : v.number;
        a->max = a->count ? MAX(a->max, v.number) : v.number;
        a->sum += v.number;
        a->squares += ((double)v.number / 1e6) * ((double)v.number / 1e6);
        a->count++;
    }
    ls_value_release(&v);
}

/* The smallest integer root by Newton's way, in millionths: sqrt without libm. */
static int64_t root_millionths(double x)
{
    double r = x > 1 ? x : 1;

    for (int i = 0; i < 64 && x > 0; i++)
        r = (r + x / r) / 2;
    return x > 0 ? (int64_t)(r * 1e6) : 0;
}

static int64_t stat_value(const struct ls_stat *s, const struct acc *a)
{
    double mean;

    switch (s->kind) {
    case LS_SUM: return a->sum;
    case LS_AVG: return a->count ? a->sum / a->count : 0;
    case LS_MIN: return a->min;
    case LS_MAX: return a->max;
    case LS_STD:
        if (!a->count)
            return 0;
        mean = (double)a->sum / 1e6 / (double)a->count;
        return root_millionths(a->squares / (double)a->count - mean * mean);
    case LS_COUNT: break;
    }
    return a->count;
}

/* Sums and extremes of whole numbers are whole numbers. */
static bool is_whole(const struct ls_stat *s)
{
    return s->kind == LS_COUNT || (s->kind != LS_AVG && s->kind != LS_STD && s->ref.column->type != LS_FLOAT);
}

static void write_stats(const struct ls_query *q, const struct acc *acc, struct buf *out, bool first)
{
    for (size_t i = 0; i < q->stats.n; i++) {
        const struct ls_stat *s = &q->stats.at[i];
        struct ls_value v = {.number = stat_value(s, &acc[i])};

        if (is_whole(s) && s->kind != LS_COUNT)
            v.number /= 1000000;
        ls_out_value(q, out, is_whole(s) ? LS_INT : LS_FLOAT, &v, first);
        first = false;
    }
}

static void write_columns(const struct ls_query *q, struct ls_row *row, struct buf *out)
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

struct rows {
    VEC(struct sortable) at;
};

static void keep_row(const struct ls_query *q, struct ls_row *row, uint32_t i, struct rows *rows)
{
    struct sortable *s = VEC_ADD(&rows->at);

    s->q = q;
    s->i = i;
    if (!q->sorts.n)
        return;
    s->keys = mem_calloc(q->sorts.n, sizeof(*s->keys));
    for (size_t k = 0; k < q->sorts.n; k++) {
        struct ls_value *v = &s->keys[k];

        buf_init(&v->scratch);
        ls_get(row, q->table, &q->sorts.at[k].ref, v);
        if (v->text.n && v->scratch.len == 0) { /* borrowed from the row: kept beyond it */
            buf_add_str(&v->scratch, v->text);
            v->text = buf_str(&v->scratch);
        }
    }
}

static void release_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->at.n; i++) {
        for (size_t k = 0; rows->at.at[i].keys && k < rows->at.at[i].q->sorts.n; k++)
            ls_value_release(&rows->at.at[i].keys[k]);
        mem_free(rows->at.at[i].keys);
    }
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

/* What stands before the rows. True: the next row is the first of its list. */
static bool write_begin(const struct ls_query *q, struct buf *out)
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

/* One client's patterns must not keep all others waiting. Every 16th row is asked for: some cost a millisecond. */
static bool gives_up(struct ls_query *q, const struct livestatus_world *w, uint32_t i)
{
    if (i % 16 == 15 && w->too_long && w->too_long(w->user))
        q->gave_up = true;
    return q->gave_up;
}

static void run_rows(struct ls_query *q, const struct livestatus_world *w, struct buf *out)
{
    struct rows rows = {0};
    struct ls_row row;
    uint32_t n = q->table->count(w);
    size_t from, to;
    bool first;

    ls_row_init(&row, w);
    for (uint32_t i = 0; i < n && !gives_up(q, w, i); i++) {
        row.has_text = false;
        if (q->table->load(&row, i) && wanted(q, &row))
            keep_row(q, &row, i, &rows);
    }
    if (q->sorts.n && rows.at.n)
        qsort(rows.at.at, rows.at.n, sizeof(*rows.at.at), compare);
    first = write_begin(q, out);
    from = MIN((size_t)q->offset, rows.at.n);
    to = q->limit < 0 ? rows.at.n : MIN(rows.at.n, from + (size_t)q->limit);
    for (size_t i = from; i < to; i++) {
        row.has_text = false;
        if (!q->table->load(&row, rows.at.at[i].i))
            continue; /* it went while we looked */
        ls_out_row_begin(q, out, first);
        write_columns(q, &row, out);
        ls_out_row_end(q, out);
        first = false;
    }
    ls_out_end(q, out, rows.at.n);
    release_rows(&rows);
    ls_row_release(&row);
}

/* ---- groups of counts ---- */

struct groups {
    VEC(struct group) at;
};

static struct acc *find_group(const struct ls_query *q, struct ls_row *row, struct map *index,
                              struct groups *groups)
{
    struct buf key = BUF_INIT;
    struct group *g;
    uint64_t at = 0;

    write_columns(q, row, &key);
    if (!map_get(index, buf_str(&key), &at)) {
        at = groups->at.n;
        map_put(index, buf_str(&key), at);
        g = VEC_ADD(&groups->at);
        g->key = str_dup(buf_str(&key));
        g->acc = mem_calloc(q->stats.n, sizeof(*g->acc));
    }
    buf_release(&key);
    BUG_ON(!groups->at.at || at >= groups->at.n);
    return groups->at.at[at].acc;
}

static void run_stats(struct ls_query *q, const struct livestatus_world *w, struct buf *out)
{
    struct groups groups = {0};
    struct map index = MAP_INIT;
    struct ls_row row;
    uint32_t n = q->table->count(w);
    bool first;

    ls_row_init(&row, w);
    if (!q->columns.n) { /* one line, of zeros too */
        struct group *g = VEC_ADD(&groups.at);

        g->key = mem_strdup("");
        g->acc = mem_calloc(q->stats.n, sizeof(*g->acc));
        map_put(&index, STR(""), 0);
    }
    for (uint32_t i = 0; i < n && !gives_up(q, w, i); i++) {
        row.has_text = false;
        if (q->table->load(&row, i) && wanted(q, &row))
            count_row(q, &row, find_group(q, &row, &index, &groups));
    }
    first = write_begin(q, out);
    for (size_t i = 0; i < groups.at.n; i++) {
        if (q->limit < 0 || i < (size_t)q->limit) {
            ls_out_row_begin(q, out, first && i == 0);
            buf_add_c(out, groups.at.at[i].key);
            write_stats(q, groups.at.at[i].acc, out, !q->columns.n);
            ls_out_row_end(q, out);
        }
        mem_free(groups.at.at[i].key);
        mem_free(groups.at.at[i].acc);
    }
    ls_out_end(q, out, groups.at.n);
    VEC_RELEASE(&groups.at);
    map_release(&index);
    ls_row_release(&row);
}

/* ---- the request ---- */

static void all_columns(struct ls_query *q)
{
    const struct ls_table *t = ls_own(q->table);

    if (q->columns_given || q->stats.n)
        return;
    for (size_t i = 0; i < t->n_columns; i++)
        *VEC_ADD(&q->columns) = (struct ls_ref){.column = &t->columns[i], .name = str_of(t->columns[i].name)};
    if (!q->headers_given)
        q->headers = true;
}

static void finish(const struct ls_query *q, struct buf *body, struct buf *out)
{
    if (q->fixed16)
        buf_printf(out, "%03d %11zu\n", q->code, body->len);
    buf_add_str(out, buf_str(body));
}

void livestatus_refuse(struct str request, int code, const char *text, struct buf *out)
{
    struct ls_query q;
    struct err err = ERR_INIT;
    struct buf body = BUF_INIT;

    ls_parse(&q, request, &err);
    q.code = code;
    buf_printf(&body, "%s\n", text);
    finish(&q, &body, out);
    buf_release(&body);
    ls_query_release(&q);
}

static bool take_command(struct str request, struct livestatus_reply *reply)
{
    struct str line = str_trim(str_cut(&request, '\n')), word = STR("COMMAND ");

    if (!str_starts(line, word))
        return false;
    reply->command = str_trim(str_sub(line, word.n, line.n));
    reply->keep = true; /* as everywhere: clients ask on where they gave a command */
    while (request.p) {
        if (str_eq_c(str_trim(str_cut(&request, '\n')), "KeepAlive: off"))
            reply->keep = false;
    }
    return true;
}

void livestatus_answer(const struct livestatus_world *w, struct str request, struct buf *out,
                       struct livestatus_reply *reply)
{
    struct err err = ERR_INIT;
    struct buf body = BUF_INIT;
    struct ls_notes notes[LS_NOTE_KINDS] = {0};
    struct livestatus_world with_notes = *w;
    struct ls_query q;

    with_notes.notes = notes;
    *reply = (struct livestatus_reply){0};
    if (take_command(request, reply))
        return;
    if (ls_parse(&q, request, &err) < 0) {
        buf_printf(&body, "%s\n", err.text);
    } else {
        q.contact_at = model_find_contact(w->m, q.contact);
        all_columns(&q);
        if (q.stats.n)
            run_stats(&q, &with_notes, &body);
        else
            run_rows(&q, &with_notes, &body);
    }
    if (q.gave_up) {
        q.code = 400;
        buf_clear(&body);
        buf_add_c(&body, "the request takes too long and was given up: its patterns are too costly; write = "
                         "instead of ~, or begin them with ^ and leave out nested repetitions\n");
    }
    livestatus_notes_release(notes);
    reply->keep = q.keep;
    finish(&q, &body, out);
    buf_release(&body);
    ls_query_release(&q);
}
