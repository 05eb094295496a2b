/* SPDX-License-Identifier: Apache-2.0 */
/* The value of an expression: of all steps at once, node by node. */
#include "db/prom.h"

#include <math.h>
#include <string.h>

#define MARGIN_MS                                                                                            \
    (3 * INT64_C(3600000)) /* read before the first step, to know how far measurements are apart */

static int64_t step_at(const struct prom *p, size_t i)
{
    return p->start_ms + (int64_t)i * p->step_ms;
}

struct prom_series *prom_series_add(struct prom *p, struct prom_value *v)
{
    struct prom_series *s;

    p->cells += p->n_steps;
    if (p->cells > PROM_CELLS_MAX) {
        err_set(p->err, E_LIMIT,
                "query processing would load too many samples into memory in query execution");
        return NULL;
    }
    s = VEC_ADD(&v->series);
    s->v = arena_alloc(p->arena, p->n_steps * sizeof(*s->v));
    s->has = arena_alloc(p->arena, p->n_steps);
    memset(s->has, 0, p->n_steps);
    return s;
}

double *prom_scalar_new(struct prom *p)
{
    return arena_alloc(p->arena, p->n_steps * sizeof(double));
}

/* ---- selectors ---- */

/* At each step the last sample that is not older than the lookback. */
static void instant(struct prom *p, const struct prom_node *n, struct prom_series *s)
{
    int64_t lookback = p->lookback_ms ? p->lookback_ms : MAX(PROM_LOOKBACK_MS, p->samples.usual_ms / 2 * 5),
            oldest_ms = INT64_MAX;
    size_t at = 0;

    for (size_t i = 0; i < p->n_steps; i++) {
        int64_t ref = step_at(p, i) - n->offset_ms;

        while (at < p->samples.n && p->samples.at[at].ms <= ref)
            at++;
        if (at && p->samples.at[at - 1].ms >= ref - lookback) {
            s->v[i] = p->samples.at[at - 1].v;
            s->has[i] = 1;
            oldest_ms = MIN(oldest_ms, p->samples.at[at - 1].ms);
        }
    }
    prom_used(p, oldest_ms);
}

/*
 * What a counter rose by within a range, as Prometheus estimates it. A fall is a new beginning. The rise between the first and the last sample is stretched to the ends of the range, but not
 * farther than half the mean distance of samples where an end is farther off than 1.1 of it, and not to before the moment at which the counter would have been 0.
 */
static double rise(const struct prom_sample *s, size_t n, int64_t from_ms, int64_t to_ms, double per_s)
{
    double total = s[n - 1].v - s[0].v, lasted = (double)(s[n - 1].ms - s[0].ms) / 1000,
           mean = lasted / (double)(n - 1), before = (double)(s[0].ms - from_ms) / 1000,
           after = (double)(to_ms - s[n - 1].ms) / 1000, covered = lasted;

    for (size_t i = 1; i < n; i++)
        if (s[i].v < s[i - 1].v)
            total += s[i - 1].v;
    if (total > 0 && s[0].v >= 0) {
        double since_zero = lasted * (s[0].v / total);

        before = since_zero < before ? since_zero : before;
    }
    covered += before < mean * 1.1 ? before : mean / 2;
    covered += after < mean * 1.1 ? after : mean / 2;
    return total * (covered / lasted / per_s);
}

static void ranged(struct prom *p, const struct prom_node *call, struct prom_series *s)
{
    const struct prom_node *n = call->a;
    double per_s = call->function == PROM_RATE ? (double)n->range_ms / 1000 : 1;
    size_t first = 0, end = 0;
    int64_t oldest_ms = INT64_MAX;

    for (size_t i = 0; i < p->n_steps; i++) {
        int64_t to = step_at(p, i) - n->offset_ms, from = to - n->range_ms;

        while (first < p->samples.n && p->samples.at[first].ms < from)
            first++;
        end = MAX(end, first);
        while (end < p->samples.n && p->samples.at[end].ms <= to)
            end++;
        if (end - first < 2)
            continue;
        s->v[i] = rise(p->samples.at + first, end - first, from, to, per_s);
        s->has[i] = 1;
        oldest_ms = MIN(oldest_ms, p->samples.at[first].ms);
    }
    prom_used(p, oldest_ms);
}

int prom_select_begin(struct prom *p, const struct prom_node *n, struct prom_selection *s)
{
    int64_t lookback = MAX(p->lookback_ms, p->lookback_ms ? 0 : MARGIN_MS);

    *s = (struct prom_selection){.selector = n->kind == PROM_CALL ? n->a : n,
                                 .call = n->kind == PROM_CALL ? n : NULL};
    if (s->call)
        lookback = s->selector->range_ms;
    s->from_ms = p->start_ms - s->selector->offset_ms - lookback;
    s->to_ms = p->end_ms - s->selector->offset_ms;
    return prom_choose(p, s->selector, s->from_ms, s->to_ms, &s->choice);
}

/* A series in which no step has a value is none. */
int prom_select_next(struct prom *p, struct prom_selection *s, struct prom_series *into)
{
    while (s->at < s->choice.at.n) {
        const struct prom_chosen *c = &s->choice.at.at[s->at++];
        int r = prom_read(p, &s->choice, c, s->from_ms, s->to_ms);

        if (r < 0)
            return r;
        memcpy(into->label, c->label, sizeof(into->label));
        memset(into->has, 0, p->n_steps);
        if (s->call) {
            into->label[PROM_L_NAME] = STR("");
            ranged(p, s->call, into);
        } else {
            instant(p, s->selector, into);
        }
        if (memchr(into->has, 1, p->n_steps))
            return 1;
    }
    return 0;
}

void prom_select_end(struct prom_selection *s)
{
    prom_choice_release(&s->choice);
}

static int select_all(struct prom *p, const struct prom_node *n, struct prom_value *out)
{
    struct prom_selection s;
    int r = prom_select_begin(p, n, &s);

    for (bool more = r == 0; more;) {
        struct prom_series *one = prom_series_add(p, out);

        r = one ? prom_select_next(p, &s, one) : E_LIMIT;
        more = r == 1;
        out->series.n -= one && !more;
    }
    prom_select_end(&s);
    return MIN(r, 0);
}

/* ---- nodes ---- */

static int number(struct prom *p, double v, struct prom_value *out)
{
    out->scalar = prom_scalar_new(p);
    for (size_t i = 0; i < p->n_steps; i++)
        out->scalar[i] = v;
    return 0;
}

static int negate(struct prom *p, const struct prom_node *n, struct prom_value *out)
{
    int r = prom_eval(p, n->a, out);

    for (size_t i = 0; r == 0 && out->scalar && i < p->n_steps; i++)
        out->scalar[i] = -out->scalar[i];
    for (size_t k = 0; r == 0 && k < out->series.n; k++) {
        out->series.at[k].label[PROM_L_NAME] = STR("");
        for (size_t i = 0; i < p->n_steps; i++)
            out->series.at[k].v[i] = -out->series.at[k].v[i];
    }
    return r;
}

static int of_two(struct prom *p, const struct prom_node *n, struct prom_value *out)
{
    struct prom_value a = {.scalar = NULL}, b = {.scalar = NULL};
    int r = prom_eval(p, n->a, &a);

    if (r == 0 && n->b)
        r = prom_eval(p, n->b, &b);
    if (r == 0)
        r = n->kind == PROM_BINARY ? prom_binary(p, n, &a, &b, out) : prom_group(p, n, &a, b.scalar, out);
    VEC_RELEASE(&a.series);
    VEC_RELEASE(&b.series);
    return r;
}

int prom_eval(struct prom *p, const struct prom_node *n, struct prom_value *out)
{
    *out = (struct prom_value){.type = n->type};
    switch (n->kind) {
    case PROM_NUMBER: return number(p, n->number, out);
    case PROM_SELECT:
    case PROM_CALL: return select_all(p, n, out);
    case PROM_NEGATE: return negate(p, n, out);
    case PROM_AGGREGATE:
    case PROM_BINARY: return of_two(p, n, out);
    case PROM_TEXT: break;
    }
    return err_set(p->err, E_INVAL, "a string is no value that can be counted with");
}
