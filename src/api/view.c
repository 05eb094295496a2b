/* SPDX-License-Identifier: Apache-2.0 */
#include "api/view.h"

#include "api/names.h"

#include <stdlib.h>

enum {
    PARENTS_MAX = 64, /* hosts in a row that are looked up */
    HEAP_MOST = 2000  /* rows up to the end of a page; more are sorted with all others */
};

/* ---- which row a check belongs to ---- */

static bool is_bad_host(const struct api *a, uint32_t host)
{
    enum row_state s = row_brief(a, host).state;

    return s == ROW_DOWN || s == ROW_UNREACHABLE;
}

uint32_t view_root(const struct api *a, const struct sight *sight, uint32_t idx)
{
    const struct model *m = &a->model;
    uint32_t at = model_check(m, idx)->host;

    if (!is_bad_host(a, at) || !sight_sees(sight, at))
        return idx;
    for (unsigned far = 0; far < PARENTS_MAX && row_brief(a, at).state == ROW_UNREACHABLE; far++) {
        const struct model_check *c = model_check(m, at);
        uint32_t before = at;

        for (uint32_t i = 0; i < c->parents.n && at == before; i++) {
            uint32_t parent = model_item(m, c->parents, i);

            if (parent < m->n_hosts && is_bad_host(a, parent) && sight_sees(sight, parent))
                at = parent;
        }
        if (at == before)
            break;
    }
    return at;
}

/* Rows by what they are of: a host, a problem's root, or a service's name (an offset). */
struct rows {
    VEC(struct view_row) row;
    uint32_t *slot; /* row + 1, by key, at an open address; 0: free */
    uint32_t *key;
    uint32_t mask;
};

static void rows_init(struct rows *r, uint32_t most)
{
    uint32_t n = 64;

    while (n < most * 2 && n < 1u << 30)
        n *= 2;
    *r = (struct rows){.mask = n - 1};
    r->slot = mem_calloc(n, sizeof(*r->slot));
    r->key = mem_calloc(n, sizeof(*r->key));
}

static void rows_release(struct rows *r)
{
    VEC_RELEASE(&r->row);
    mem_free(r->slot);
    mem_free(r->key);
}

static struct view_row *row_for(struct rows *r, uint32_t key, uint32_t idx)
{
    uint32_t at = (uint32_t)((uint64_t)key * 2654435761u >> 8) & r->mask;

    while (r->slot[at] && r->key[at] != key)
        at = (at + 1) & r->mask;
    if (!r->slot[at]) {
        *VEC_ADD(&r->row) = (struct view_row){.idx = idx};
        r->slot[at] = (uint32_t)r->row.n;
        r->key[at] = key;
    }
    return &r->row.at[r->slot[at] - 1];
}

static void take(const struct api *a, const struct list_view *v, struct rows *r, uint32_t idx,
                 const struct row_brief *b)
{
    const struct model_check *c = model_check(&a->model, idx);
    int64_t since = __atomic_load_n(&row_in_place(a, idx)->last_state_change, __ATOMIC_RELAXED);
    struct view_row *row;
    uint32_t of;

    if (v->view == LIST_AS_SERVICES && idx < a->model.n_hosts)
        return;
    if (v->view == LIST_AS_PROBLEMS && !b->problem)
        return;
    of = v->view == LIST_AS_HOSTS      ? (sight_sees(v->sight, c->host) ? c->host : idx)
         : v->view == LIST_AS_SERVICES ? idx
                                       : view_root(a, v->sight, idx);
    row = row_for(r, v->view == LIST_AS_SERVICES ? c->name : v->view == LIST_AS_HOSTS ? c->host : of, of);
    if (b->state > row->worst || (b->state == row->worst && since > row->since) || !row->since) {
        if (v->view == LIST_AS_SERVICES && (b->state > row->worst || !row->since))
            row->idx = idx;
        row->since = b->state > row->worst || since > row->since ? since : row->since;
        row->worst = MAX(row->worst, b->state);
    }
    row->state[b->state]++;
    row->unhandled += b->problem && !b->handled;
    row->count += v->view != LIST_AS_PROBLEMS || of != idx;
}

/* ---- order ---- */

struct by {
    const struct api *a;
    const struct list_view *v;
};

static int by_row(const void *pa, const void *pb, void *arg)
{
    const struct view_row *x = pa, *y = pb;
    const struct by *by = arg;
    const struct model *m = &by->a->model;
    int sign = by->v->descending ? -1 : 1, c = 0;

    if (by->v->sort == LIST_BY_SEVERITY) {
        c = (x->worst <= ROW_UP ? 0 : (int)x->worst * 2 + !!x->unhandled) -
            (y->worst <= ROW_UP ? 0 : (int)y->worst * 2 + !!y->unhandled);
        c = c ? c * sign : x->since > y->since ? -1 : x->since < y->since;
    } else if (by->v->sort == LIST_BY_SINCE) {
        c = sign * (x->since < y->since ? -1 : x->since > y->since);
    } else if (by->v->view == LIST_AS_SERVICES) {
        c = sign * str_cmp(model_description(m, x->idx), model_description(m, y->idx));
    } else {
        sign = by->v->sort == LIST_BY_NAME ? sign : 1;
        return names_rank(by->a->names, x->idx) < names_rank(by->a->names, y->idx) ? -sign : sign;
    }
    return c ? c : names_rank(by->a->names, x->idx) < names_rank(by->a->names, y->idx) ? -1 : 1;
}

static void swap(struct view_row *x, struct view_row *y)
{
    struct view_row t = *x;

    *x = *y;
    *y = t;
}

/* The last of the n comes to the top, when all below it are heaps. */
static void sink(struct view_row *at, size_t n, size_t i, struct by *by)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && by_row(&at[child], &at[child + 1], by) < 0)
            child++;
        if (by_row(&at[i], &at[child], by) >= 0)
            return;
        swap(&at[i], &at[child]);
    }
}

/* The first `wanted` of n rows come to the front, in order. When a hundred thousand have a problem at once, each is compared with the last of those, mostly once, and not sorted. */
static void first_rows(struct view_row *at, size_t n, size_t wanted, struct by *by)
{
    if (wanted && wanted < n && wanted <= HEAP_MOST) {
        for (size_t i = wanted / 2 + 1; i-- > 0;)
            sink(at, wanted, i, by);
        for (size_t i = wanted; i < n; i++) {
            if (by_row(&at[i], &at[0], by) >= 0)
                continue;
            swap(&at[i], &at[0]);
            sink(at, wanted, 0, by);
        }
        n = wanted;
    }
    if (n)
        qsort_r(at, n, sizeof(*at), by_row, by);
}

size_t view_select(const struct api *a, const struct list_view *v, struct view_row *page,
                   struct list_counts *counts)
{
    struct by by = {a, v};
    struct rows r;
    size_t n;

    *counts = (struct list_counts){0};
    rows_init(&r, v->view == LIST_AS_HOSTS ? a->model.n_hosts : a->model.n_check);
    for (uint32_t i = 0; i < a->model.n_check; i++) {
        struct row_brief b;

        if (!sight_sees(v->sight, i))
            continue;
        b = row_brief(a, i);
        list_count_one(counts, &b);
        if (list_holds(a, v, i, &b))
            take(a, v, &r, i, &b);
    }
    counts->matched = (uint32_t)r.row.n;
    first_rows(r.row.at, r.row.n, (size_t)v->offset + v->limit, &by);
    for (n = 0; n < v->limit && v->offset + n < r.row.n; n++)
        page[n] = r.row.at[v->offset + n];
    rows_release(&r);
    return n;
}

/* ---- as JSON ---- */

void view_write(const struct api *a, const struct sight *sight, const struct view_row *r, struct json *j,
                struct buf *scratch)
{
    struct board_check c;
    struct board_text t;

    board_read_check_text(&a->board, r->idx, &c, &t, scratch);
    json_map(j);
    row_members(a, sight, r->idx, &c, &t, j);
    json_key(j, "folded");
    json_map(j);
    json_key_u64(j, "count", r->count);
    json_key_u64(j, "unhandled", r->unhandled);
    json_key_c(j, "worst", row_state_word(r->worst));
    json_key_time(j, "since", (struct wall){r->since});
    json_key(j, "counts");
    json_map(j);
    for (int i = ROW_STATES - 1; i >= 0; i--) {
        if (r->state[i])
            json_key_u64(j, row_state_word((enum row_state)i), r->state[i]);
    }
    json_map_end(j);
    json_map_end(j);
    json_map_end(j);
}

static const struct shape_field folded_fields[] = {
    {"count", SHAPE_INT, 0, "how many the row stands for; of a problem, how many follow from it"},
    {"unhandled", SHAPE_INT, 0, "how many of them nobody has taken care of"},
    {"worst", SHAPE_WORD, 0, "the worst state among them", .words = row_state_words},
    {"since", SHAPE_TIME, SHAPE_NULL, "when the newest of the worst began"},
    {"counts", SHAPE_INT, SHAPE_NAMES, "how many are in which state"},
    {NULL},
};
static const struct shape folded_shape = {"Folded", folded_fields};
static const struct shape_field row_fields[] = {
    {"", SHAPE_INSIDE, 0, NULL, .of = &row_shape},
    {"folded", SHAPE_OBJECT, SHAPE_MAYBE, "with `view`: what the row stands for", .of = &folded_shape},
    {NULL},
};
const struct shape view_row_shape = {"ViewRow", row_fields};
