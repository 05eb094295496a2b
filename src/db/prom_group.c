/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregations: series that are grouped by some of their labels become one. */
#include "db/prom.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void prom_labels_keep(const struct prom_node *n, struct str *label)
{
    bool named[PROM_LABELS] = {false}, keep = n->words == PROM_BY || n->words == PROM_ON;

    for (size_t i = 0; i < n->n_labels; i++)
        if (prom_label_of(n->label[i]) >= 0)
            named[prom_label_of(n->label[i])] = true;
    if (n->words == PROM_NO_WORDS && n->kind == PROM_AGGREGATE)
        keep = true; /* all become one */
    if (!keep)
        named[PROM_L_NAME] = true;
    for (unsigned i = 0; i < PROM_LABELS; i++)
        if (named[i] != keep)
            label[i] = STR("");
}

struct member {
    struct str label[PROM_LABELS];
    const struct prom_series *s;
};

static int by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int c = prom_labels_cmp(x->label, y->label);

    return c ? c : x->s < y->s ? -1 : x->s > y->s;
}

static int by_value(const void *a, const void *b)
{
    double x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    if (isnan(x) || isnan(y))
        return isnan(x) ? (isnan(y) ? 0 : -1) : 1;
    return x < y ? -1 : x > y;
}

static double quantile(double q, double *v, size_t n)
{
    double rank, below;
    size_t low, high;

    if (isnan(q))
        return NAN;
    if (q < 0)
        return -INFINITY;
    if (q > 1)
        return INFINITY;
    qsort(v, n, sizeof(*v), by_value);
    rank = q * (double)(n - 1);
    below = floor(rank);
    low = (size_t)below;
    high = MIN(low + 1, n - 1);
    return v[low] * (1 - (rank - below)) + v[high] * (rank - below);
}

/* Infinities make the mean what they are, without becoming NaN on the way. */
static double mean_next(double mean, double v, double n)
{
    if (isinf(mean) && ((isinf(v) && (mean > 0) == (v > 0)) || (!isinf(v) && !isnan(v))))
        return mean;
    return mean + (v / n - mean / n);
}

static double joined(enum prom_aggregate what, double *v, size_t n, double parameter)
{
    double x = v[0];

    if (what == PROM_COUNT)
        return (double)n;
    if (what == PROM_QUANTILE)
        return quantile(parameter, v, n);
    for (size_t i = 1; i < n; i++) {
        switch (what) {
        case PROM_SUM: x += v[i]; break;
        case PROM_AVG: x = mean_next(x, v[i], (double)(i + 1)); break;
        case PROM_MIN: x = v[i] < x || isnan(x) ? v[i] : x; break;
        default: x = v[i] > x || isnan(x) ? v[i] : x; break;
        }
    }
    return x;
}

/* Members first .. end are one group. */
static int one_group(struct prom *p, const struct prom_node *n, const struct member *m, size_t members,
                     const double *parameter, struct prom_value *out)
{
    struct prom_series *s = prom_series_add(p, out);
    double *v;

    if (!s)
        return E_LIMIT;
    memcpy(s->label, m->label, sizeof(s->label));
    v = mem_calloc(members, sizeof(*v));
    for (size_t i = 0; i < p->n_steps; i++) {
        size_t k = 0;

        for (size_t j = 0; j < members; j++)
            if (m[j].s->has[i])
                v[k++] = m[j].s->v[i];
        if (!k)
            continue;
        s->v[i] = joined(n->aggregate, v, k, parameter ? parameter[i] : 0);
        s->has[i] = 1;
    }
    mem_free(v);
    return 0;
}

int prom_group(struct prom *p, const struct prom_node *n, const struct prom_value *of,
               const double *parameter, struct prom_value *out)
{
    struct member *m = mem_calloc(of->series.n + 1, sizeof(*m));
    int r = 0;

    for (size_t i = 0; i < of->series.n; i++) {
        m[i].s = &of->series.at[i];
        memcpy(m[i].label, m[i].s->label, sizeof(m[i].label));
        prom_labels_keep(n, m[i].label);
    }
    qsort(m, of->series.n, sizeof(*m), by_group);
    for (size_t i = 0, end; i < of->series.n && r == 0; i = end) {
        end = i + 1;
        while (end < of->series.n && prom_labels_cmp(m[i].label, m[end].label) == 0)
            end++;
        r = p->q->overdue(p->q->user) ? err_set(p->err, E_TIMEOUT, "query timed out in expression evaluation")
                                      : one_group(p, n, m + i, end - i, parameter, out);
    }
    mem_free(m);
    return r;
}
