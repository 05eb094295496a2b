/* SPDX-License-Identifier: Apache-2.0 */
/* Counts, sums and the like of rows, a line each combination of what they are grouped by. */
#include "api/livestatus_query.h"
#include "base/map.h"

enum { MILLION = 1000000 };

struct
    acc { /* of whole numbers, or millionths of LS_FLOAT; fine: what lies below one, of all, in millionths of it */
    int64_t count, sum, fine, min, max;
    double squares, inverses; /* of std and of inverses alone: never decide anything */
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
        a->min = a->count ? MIN(a->min, v.number) : v.number;
        a->max = a->count ? MAX(a->max, v.number) : v.number;
        a->sum += v.number;
        a->fine += v.fine;
        a->inverses += v.number ? 1 / (double)v.number : 0; /* nothing has no inverse */
        a->squares += (double)v.number * (double)v.number;
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

/* A mean of n numbers in millionths, without overflow. */
static int64_t mean(int64_t sum, int64_t n, int64_t unit)
{
    return n ? (int64_t)((__int128)sum * (MILLION / unit) / n) : 0;
}

/* Sums and extremes in units of their column, else millionths. */
static int64_t stat_value(const struct ls_stat *s, const struct acc *a)
{
    int64_t unit = s->kind != LS_COUNT && s->ref.column->type == LS_FLOAT ? MILLION : 1;
    int64_t sum = a->sum + (a->fine + MILLION / 2) / MILLION;
    double n = a->count ? (double)a->count : 1, middle;

    switch (s->kind) {
    case LS_SUM: return sum;
    case LS_AVG: return mean(sum, a->count, unit);
    case LS_SUM_INVERSE: return (int64_t)(a->inverses * (double)unit * 1e6 + 0.5);
    case LS_AVG_INVERSE: return (int64_t)(a->inverses * (double)unit * 1e6 / n + 0.5);
    case LS_MIN: return a->min;
    case LS_MAX: return a->max;
    case LS_STD: /* of a sample, as MK Livestatus has it: by n - 1, 0 of one */
        middle = (double)a->sum / n;
        return a->count < 2 ? 0
                            : root_millionths((a->squares - middle * middle * n) / (n - 1) /
                                              ((double)unit * (double)unit));
    case LS_COUNT: break;
    }
    return a->count;
}

/* Sums and extremes of whole numbers are whole numbers. */
static bool is_whole(const struct ls_stat *s)
{
    bool whole = s->kind == LS_SUM || s->kind == LS_MIN || s->kind == LS_MAX;

    return s->kind == LS_COUNT || (whole && s->ref.column->type != LS_FLOAT);
}

static void write_stats(const struct ls_query *q, const struct acc *acc, struct buf *out, bool first)
{
    for (size_t i = 0; i < q->stats.n; i++) {
        const struct ls_stat *s = &q->stats.at[i];
        struct ls_value v = {.number = stat_value(s, &acc[i])};
        bool moment = s->kind == LS_MIN || s->kind == LS_MAX;

        if (moment && s->ref.column->type == LS_TIME)
            v.number = ls_out_time(q, v.number);
        ls_out_value(q, out, is_whole(s) ? LS_INT : LS_FLOAT, &v, first);
        first = false;
    }
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

    ls_write_columns(q, row, &key);
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

void ls_run_stats(struct ls_query *q, const struct livestatus_world *w, struct buf *out)
{
    struct groups groups = {0};
    struct map index = MAP_INIT;
    struct ls_row row;
    size_t from = (size_t)q->offset;
    uint32_t first_row, n;
    bool first;

    ls_rows_of(q, w, &first_row, &n);
    ls_row_init(&row, w);
    if (!q->columns.n) { /* one line, of zeros too */
        struct group *g = VEC_ADD(&groups.at);

        g->key = mem_strdup("");
        g->acc = mem_calloc(q->stats.n, sizeof(*g->acc));
        map_put(&index, STR(""), 0);
    }
    for (uint32_t i = first_row; i < n && !ls_gives_up(q, w, i); i++) {
        row.has_text = false;
        if (q->table->load(&row, i) && ls_wanted(q, &row))
            count_row(q, &row, find_group(q, &row, &index, &groups));
    }
    first = ls_write_begin(q, out);
    for (size_t i = 0; i < groups.at.n; i++) {
        if (i >= from && (q->limit < 0 || i - from < (size_t)q->limit)) {
            ls_out_row_begin(q, out, first && i == from);
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
