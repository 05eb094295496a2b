/* SPDX-License-Identifier: Apache-2.0 */
/* Which series a selector means, and their samples. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "db/prom.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/perf.h"
#include "db/series_num.h"
#include "db/series_roll.h"
#include "db/series_said.h"
#include "db/series_steps.h"

#define MATCH_LIMIT 100000u /* steps of one match: a pattern that takes more is refused to match */

const char *const prom_label_names[PROM_LABELS] = {"__name__", "host", "label", "service", "unit"};

int prom_label_of(struct str name)
{
    for (int i = 0; i < PROM_LABELS; i++)
        if (str_eq_c(name, prom_label_names[i]))
            return i;
    return -1;
}

int prom_labels_cmp(const struct str *a, const struct str *b)
{
    int c = 0;

    for (unsigned i = 0; i < PROM_LABELS && !c; i++)
        c = str_cmp(a[i], b[i]);
    return c;
}

void prom_labels_put(struct buf *b, const struct str *label)
{
    bool any = false;

    buf_add_char(b, '{');
    for (unsigned i = 0; i < PROM_LABELS; i++) {
        if (!label[i].n)
            continue;
        buf_printf(b, "%s%s=\"" STR_FMT "\"", any ? ", " : "", prom_label_names[i], STR_ARG(label[i]));
        any = true;
    }
    buf_add_char(b, '}');
}

/* ---- matchers ---- */

struct test {
    const struct prom_matcher *m;
    int label; /* -1: one that nothing has */
    pcre2_code *regex;
};

struct tests {
    struct prom *p;
    struct test *at;
    size_t n;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    struct str host; /* the last one that was looked at, and what came of it */
    bool host_fits;
    struct str label[PROM_LABELS];
    bool exceeded;
};

static int compile(struct tests *t, struct test *x)
{
    struct buf b = BUF_INIT;
    int code;
    PCRE2_SIZE at;
    uint32_t flags = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C;

    buf_add_c(&b, "(?:");
    buf_add_str(&b, x->m->value);
    buf_add_char(&b, ')');
    x->regex = pcre2_compile((PCRE2_SPTR)b.data, b.len, flags, &code, &at, NULL);
    buf_release(&b);
    if (!x->regex) {
        PCRE2_UCHAR text[200];

        pcre2_get_error_message(code, text, sizeof(text));
        return err_set(t->p->err, E_INVAL, "error parsing regexp: %s: `" STR_FMT "`", (const char *)text,
                       STR_ARG(str_sub(x->m->value, 0, 200)));
    }
    return 0;
}

static int tests_init(struct tests *t, struct prom *p, const struct prom_node *n)
{
    int r = 0;

    *t = (struct tests){.p = p, .n = n->n_matchers};
    t->at = arena_alloc(p->arena, (t->n + 1) * sizeof(*t->at));
    memset(t->at, 0, (t->n + 1) * sizeof(*t->at));
    t->match = pcre2_match_data_create(1, NULL);
    t->limits = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(t->limits, MATCH_LIMIT);
    for (size_t i = 0; i < t->n && r == 0; i++) {
        t->at[i].m = &n->matcher[i];
        t->at[i].label = prom_label_of(n->matcher[i].label);
        if (n->matcher[i].how >= PROM_RE)
            r = compile(t, &t->at[i]);
    }
    return r;
}

static void tests_release(struct tests *t)
{
    for (size_t i = 0; i < t->n; i++)
        pcre2_code_free(t->at[i].regex);
    pcre2_match_data_free(t->match);
    pcre2_match_context_free(t->limits);
}

static bool matches(struct tests *t, const struct test *x, struct str value)
{
    int r;

    if (!x->regex)
        return str_eq(x->m->value, value) == (x->m->how == PROM_EQ);
    r = pcre2_match(x->regex, (PCRE2_SPTR)(value.n ? value.p : ""), value.n, 0, 0, t->match, t->limits);
    if (r < 0 && r != PCRE2_ERROR_NOMATCH)
        t->exceeded = true;
    return (r >= 0) == (x->m->how == PROM_RE);
}

/* All matchers of one label. */
static bool fits(struct tests *t, int label, struct str value)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].label == label && !matches(t, &t->at[i], value))
            return false;
    return true;
}

/* Names are UTF-8 already, or are written as Latin-1. */
static struct str text_of(struct prom *p, struct str s)
{
    struct buf b = BUF_INIT;
    struct str out;

    if (str_is_utf8(s))
        return s;
    buf_add_utf8(&b, s);
    out = arena_str(p->arena, buf_str(&b));
    buf_release(&b);
    return out;
}

static struct str unit_of(struct prom *p, const struct series_key *k)
{
    struct buf b = BUF_INIT;
    struct str unit = series_said_unit(p->q, k, &b),
               out = k->unit == PERF_OTHER ? arena_str(p->arena, unit) : unit;

    buf_release(&b);
    return text_of(p, out);
}

static bool is_object(struct tests *t, const struct past_name *x)
{
    if (!t->host.p || !str_eq(x->host, t->host)) {
        t->host = x->host;
        t->label[PROM_L_HOST] = text_of(t->p, x->host);
        t->host_fits = fits(t, PROM_L_HOST, t->label[PROM_L_HOST]);
    }
    if (!t->host_fits)
        return false;
    t->label[PROM_L_SERVICE] = text_of(t->p, x->service);
    return fits(t, PROM_L_SERVICE, t->label[PROM_L_SERVICE]);
}

static bool is_series(void *user, const struct past_name *name UNUSED, const struct series_key *k)
{
    struct tests *t = user;

    return fits(t, PROM_L_LABEL, text_of(t->p, k->label)) && fits(t, PROM_L_UNIT, unit_of(t->p, k));
}

/* ---- choosing ---- */

static int by_labels(const void *a, const void *b)
{
    const struct prom_chosen *x = a, *y = b;
    int c = prom_labels_cmp(x->label, y->label);

    return c ? c : x->first < y->first ? -1 : x->first > y->first;
}

/* Picks of the same labels are put together. */
static void settle(struct prom_choice *c)
{
    struct series_picks sorted = {.n = 0};
    size_t kept = 0;

    if (c->at.n)
        qsort(c->at.at, c->at.n, sizeof(c->at.at[0]), by_labels);
    for (size_t i = 0; i < c->at.n; i++) {
        struct prom_chosen *x = &c->at.at[i];

        *VEC_ADD(&sorted) = c->picks.at[x->first];
        if (kept && prom_labels_cmp(c->at.at[kept - 1].label, x->label) == 0) {
            c->at.at[kept - 1].n++;
            continue;
        }
        x->first = sorted.n - 1;
        x->n = 1;
        c->at.at[kept++] = *x;
    }
    c->at.n = kept;
    VEC_RELEASE(&c->picks);
    c->picks = sorted;
}

static void choose_object(struct tests *t, const struct past_name *x, struct prom_choice *out)
{
    size_t from = out->picks.n;

    if (!scope_sees(&t->p->q->scope, x->oid) || !is_object(t, x))
        return;
    series_pick_object(t->p->q, x, is_series, t, &out->picks);
    for (size_t i = from; i < out->picks.n; i++) {
        struct series_key k = series_key_at(&t->p->q->r->s, out->picks.at[i].id);
        struct prom_chosen *c = VEC_ADD(&out->at);

        memcpy(c->label, t->label, sizeof(c->label));
        c->label[PROM_L_NAME] = STR(PROM_METRIC);
        c->label[PROM_L_LABEL] = text_of(t->p, k.label);
        c->label[PROM_L_UNIT] = unit_of(t->p, &k);
        c->first = i;
    }
}

/* One host by its name needs no look at the others. */
static size_t objects(struct tests *t, size_t *n)
{
    *n = t->p->q->names->at.n;
    for (size_t i = 0; i < t->n; i++)
        if (t->at[i].label == PROM_L_HOST && t->at[i].m->how == PROM_EQ && t->at[i].m->value.n)
            return past_names_host(t->p->q->names, t->at[i].m->value, n);
    return 0;
}

int prom_choose(struct prom *p, const struct prom_node *selector, int64_t from_ms, int64_t to_ms,
                struct prom_choice *out)
{
    struct tests t;
    int r = tests_init(&t, p, selector);
    size_t from, n;

    *out = (struct prom_choice){.picks = {.n = 0}};
    if (r == 0 && series_read_catalogue(p->q->r, from_ms * 1000, to_ms * 1000 + 1000) < 0)
        r = err_set(p->err, E_IO, "the series store cannot be read");
    if (r == 0 && fits(&t, PROM_L_NAME, STR(PROM_METRIC)) && fits(&t, -1, STR(""))) {
        from = objects(&t, &n);
        for (size_t i = 0; i < n && !t.exceeded; i++)
            choose_object(&t, &p->q->names->at.at[from + i], out);
    }
    if (t.exceeded)
        r = err_set(p->err, E_LIMIT, "a regular expression takes too many steps");
    settle(out);
    tests_release(&t);
    if (r < 0)
        prom_choice_release(out);
    return r;
}

void prom_choice_release(struct prom_choice *c)
{
    VEC_RELEASE(&c->picks);
    VEC_RELEASE(&c->at);
}

/* ---- samples ---- */

/* What is older than the measurements themselves is read from roll-ups: of each class what lies before the finer ones. */
struct old {
    int64_t oldest_us, end_us; /* end <= oldest: nothing */
};

static struct old old_of(const struct prom *p, enum series_class class)
{
    struct old o = {.end_us = INT64_MAX};

    for (unsigned c = SERIES_RAW; c < (unsigned)class; c++)
        o.end_us = MIN(o.end_us, series_read_oldest(p->q->r, (enum series_class)c));
    o.oldest_us = series_read_oldest(p->q->r, class);
    return o;
}

/* The last value of each bucket, at its end. */
static int read_old(struct prom *p, const struct series_key *k, int64_t from_us, int64_t to_us)
{
    int r = 0;

    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && r == 0; c++) {
        int64_t width = series_bucket_us((enum series_class)c);
        struct old o = old_of(p, (enum series_class)c);

        if (from_us >= MIN(o.end_us, to_us) || o.oldest_us >= o.end_us)
            continue;
        r = series_read_class(p->q->r, k, (enum series_class)c, from_us, MIN(o.end_us, to_us), &p->buckets);
        for (size_t i = 0; i < p->buckets.n && r == 0; i++) {
            const struct series_bucket *b = &p->buckets.at[i];

            *VEC_ADD(&p->raw) = (struct series_sample){
                .us = b->us + width - 1000, .mantissa = b->last, .exponent = b->exponent};
        }
    }
    return r;
}

void prom_used(struct prom *p, int64_t ms)
{
    p->oldest_ms = MIN(p->oldest_ms, ms);
}

void prom_warnings_put(const struct prom *p, struct buf *b)
{
    static const char *const width[SERIES_CLASSES] = {"", "5 minutes", "1 hour", "1 day"};
    bool any = false;

    for (unsigned c = SERIES_5M; c < SERIES_CLASSES && p->oldest_ms != INT64_MAX; c++) {
        struct old o = old_of(p, (enum series_class)c);
        char end[TIME_RFC3339];

        if (p->oldest_ms >= o.end_us / 1000 || o.oldest_us >= o.end_us)
            continue;
        time_rfc3339((struct wall){MIN(o.end_us, p->q->now.us)}, end);
        buf_printf(b, "%s\"values before %s are made of roll-ups of %s: the last measurement of each\"",
                   any ? "," : ",\"warnings\":[", end, width[c]);
        any = true;
    }
    buf_add_c(b, any ? "]" : "");
}

static int read_one(struct prom *p, const struct series_key *k, int64_t from_us, int64_t to_us)
{
    struct series_samples now = {.n = 0};
    int r = read_old(p, k, from_us, to_us);

    if (r == 0 && !p->raw.n) /* mostly: no copy */
        return series_read_samples(p->q->r, k, from_us, to_us, &p->raw);
    if (r == 0)
        r = series_read_samples(p->q->r, k, from_us, to_us, &now);
    for (size_t i = 0; i < now.n && r == 0; i++)
        *VEC_ADD(&p->raw) = now.at[i];
    VEC_RELEASE(&now);
    return r;
}

int prom_read(struct prom *p, const struct prom_choice *c, const struct prom_chosen *one, int64_t from_ms,
              int64_t to_ms)
{
    struct series_samples all = {.n = 0};
    int r = p->q->overdue(p->q->user) ? E_TIMEOUT : 0;

    VEC_CLEAR(&p->raw);
    for (size_t i = 0; i < one->n && r == 0; i++) {
        struct series_key k = series_key_at(&p->q->r->s, c->picks.at[one->first + i].id);

        VEC_CLEAR(&p->raw);
        r = read_one(p, &k, from_ms * 1000, to_ms * 1000 + 1000);
        for (size_t s = 0; s < p->raw.n && one->n > 1; s++)
            *VEC_ADD(&all) = p->raw.at[s];
    }
    if (one->n > 1) {
        VEC_RELEASE(&p->raw);
        p->raw = all;
    }
    series_roll_order(&p->raw);
    VEC_CLEAR(&p->samples);
    VEC_RESERVE(&p->samples, p->raw.n);
    for (size_t i = 0; i < p->raw.n; i++) {
        struct prom_sample s = {p->raw.at[i].us / 1000,
                                series_num(p->raw.at[i].mantissa, p->raw.at[i].exponent)};

        if (p->samples.n && VEC_LAST(&p->samples).ms == s.ms)
            VEC_LAST(&p->samples) = s;
        else
            p->samples.at[p->samples.n++] = s;
    }
    p->samples.usual_ms = series_steps_usual(p->raw.at, p->raw.n, sizeof(*p->raw.at)) / 1000;
    if (r < 0)
        err_set(p->err, r,
                r == E_TIMEOUT ? "query timed out in expression evaluation"
                               : "the series store cannot be read");
    return r;
}

/* Of most that are asked for, the newest measurement is in the span. */
static bool newest_is_in(struct prom *p, const struct prom_choice *c, const struct prom_chosen *one,
                         int64_t from_ms, int64_t to_ms)
{
    for (size_t i = 0; i < one->n; i++) {
        const struct series_open *o = &p->q->r->s.active.at[c->picks.at[one->first + i].id].open;

        if (o->n && o->us >= from_ms * 1000 && o->us < to_ms * 1000 + 1000)
            return true;
    }
    return false;
}

/* From the newest day on, since that is where most are. */
int prom_is_there(struct prom *p, const struct prom_choice *c, const struct prom_chosen *one, int64_t from_ms,
                  int64_t to_ms)
{
    int64_t last_ms = MIN(to_ms, (p->q->r->s.newest_us + TIME_DAY) / 1000), day_ms = TIME_DAY / TIME_MS;
    int64_t middle_ms = MAX(from_ms, last_ms - day_ms);
    int r;

    if (from_ms > last_ms)
        return 0;
    if (newest_is_in(p, c, one, from_ms, to_ms))
        return 1;
    r = prom_read(p, c, one, middle_ms, last_ms);
    if (r == 0 && !p->samples.n && middle_ms > from_ms)
        r = prom_read(p, c, one, from_ms, middle_ms);
    return r < 0 ? r : p->samples.n != 0;
}
