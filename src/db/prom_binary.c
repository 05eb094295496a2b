/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic between numbers and vectors; vectors match one to one, step by step. */
#include "db/prom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double count(enum prom_operator op, double a, double b)
{
    switch (op) {
    case PROM_ADD: return a + b;
    case PROM_SUB: return a - b;
    case PROM_MUL: return a * b;
    case PROM_DIV: return a / b;
    case PROM_MOD: return fmod(a, b);
    case PROM_POW: return pow(a, b);
    }
    return NAN;
}

static int with_number(struct prom *p, const struct prom_node *n, const struct prom_value *vector,
                       const double *number, bool number_first, struct prom_value *out)
{
    for (size_t k = 0; k < vector->series.n; k++) {
        const struct prom_series *from = &vector->series.at[k];
        struct prom_series *s = prom_series_add(p, out);

        if (!s)
            return E_LIMIT;
        memcpy(s->label, from->label, sizeof(s->label));
        s->label[PROM_L_NAME] = STR("");
        for (size_t i = 0; i < p->n_steps; i++) {
            s->has[i] = from->has[i];
            if (s->has[i])
                s->v[i] =
                    number_first ? count(n->op, number[i], from->v[i]) : count(n->op, from->v[i], number[i]);
        }
    }
    return 0;
}

/* ---- vectors ---- */

struct side {
    struct str label[PROM_LABELS]; /* by which it is matched */
    const struct prom_series *s;
};

static int by_match(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    int c = prom_labels_cmp(x->label, y->label);

    return c ? c : x->s < y->s ? -1 : x->s > y->s;
}

static struct side *side_of(const struct prom_node *n, const struct prom_value *v)
{
    struct side *s = mem_calloc(v->series.n + 1, sizeof(*s));

    for (size_t i = 0; i < v->series.n; i++) {
        s[i].s = &v->series.at[i];
        memcpy(s[i].label, s[i].s->label, sizeof(s[i].label));
        prom_labels_keep(n, s[i].label);
    }
    qsort(s, v->series.n, sizeof(*s), by_match);
    return s;
}

/* Those of one match at a step: how many, and the first. */
static size_t present(const struct side *s, size_t n, size_t step, const struct prom_series **first)
{
    size_t found = 0;

    for (size_t i = 0; i < n; i++) {
        if (!s[i].s->has[step])
            continue;
        *first = found ? *first : s[i].s;
        found++;
    }
    return found;
}

static int ambiguous(struct prom *p, const struct side *s, bool right)
{
    struct buf b = BUF_INIT;

    prom_labels_put(&b, s->label);
    err_set(p->err, E_LIMIT,
            right ? "found duplicate series for the match group %s on the right hand-side of the "
                    "operation;many-to-many matching not allowed: matching labels must be unique on one side"
                  : "multiple matches for labels %s: many-to-one matching must be explicit "
                    "(group_left/group_right)",
            b.data);
    buf_release(&b);
    return E_LIMIT;
}

/* All of one match. */
static int match_one(struct prom *p, const struct prom_node *n, const struct side *a, size_t n_a,
                     const struct side *b, size_t n_b, struct prom_value *out)
{
    struct prom_series *s = prom_series_add(p, out);

    if (!s)
        return E_LIMIT;
    memcpy(s->label, a->label, sizeof(s->label));
    for (size_t i = 0; i < p->n_steps; i++) {
        const struct prom_series *left = NULL, *right = NULL;
        size_t lefts = present(a, n_a, i, &left), rights = present(b, n_b, i, &right);

        if (rights > 1)
            return ambiguous(p, b, true);
        if (rights && lefts > 1)
            return ambiguous(p, a, false);
        if (!rights || !lefts)
            continue;
        s->v[i] = count(n->op, left->v[i], right->v[i]);
        s->has[i] = 1;
    }
    if (!memchr(s->has, 1, p->n_steps))
        out->series.n--;
    return 0;
}

/* Two on the right are a mistake also where nothing matches them. */
static int alone(struct prom *p, const struct side *b, size_t n)
{
    for (size_t i = 0; n > 1 && i < p->n_steps; i++) {
        const struct prom_series *right = NULL;

        if (present(b, n, i, &right) > 1)
            return ambiguous(p, b, true);
    }
    return 0;
}

static size_t run(const struct side *s, size_t n, size_t from)
{
    size_t end = from;

    while (end < n && prom_labels_cmp(s[from].label, s[end].label) == 0)
        end++;
    return end;
}

static int of_vectors(struct prom *p, const struct prom_node *n, const struct prom_value *a,
                      const struct prom_value *b, struct prom_value *out)
{
    struct side *left = side_of(n, a), *right = side_of(n, b);
    size_t i = 0, k = 0, n_a = a->series.n, n_b = b->series.n;
    int r = 0;

    while (r == 0 && (i < n_a || k < n_b)) {
        int c = i == n_a ? 1 : k == n_b ? -1 : prom_labels_cmp(left[i].label, right[k].label);
        size_t end_a = c <= 0 ? run(left, n_a, i) : i, end_b = c >= 0 ? run(right, n_b, k) : k;

        if (c == 0)
            r = match_one(p, n, left + i, end_a - i, right + k, end_b - k, out);
        else if (c > 0)
            r = alone(p, right + k, end_b - k);
        i = end_a;
        k = end_b;
    }
    mem_free(left);
    mem_free(right);
    return r;
}

int prom_binary(struct prom *p, const struct prom_node *n, const struct prom_value *a,
                const struct prom_value *b, struct prom_value *out)
{
    if (a->scalar && b->scalar) {
        out->scalar = prom_scalar_new(p);
        for (size_t i = 0; i < p->n_steps; i++)
            out->scalar[i] = count(n->op, a->scalar[i], b->scalar[i]);
        return 0;
    }
    if (a->scalar)
        return with_number(p, n, b, a->scalar, true, out);
    if (b->scalar)
        return with_number(p, n, a, b->scalar, false, out);
    return of_vectors(p, n, a, b, out);
}
