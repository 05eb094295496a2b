/* SPDX-License-Identifier: Apache-2.0 */
/* Filters: one test a node, combined by And, Or, Negate on a stack as the language has it. */
#include "api/livestatus_query.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

enum { MATCH_LIMIT = 100000, NODES_MAX = 4096 };

static const struct {
    const char *text;
    enum ls_op op;
    bool negate;
} ops[] = {
    {"!~~", LS_IMATCH, true}, {"!=~", LS_IEQ, true},  {"!=", LS_EQ, true},      {"!~", LS_MATCH, true},
    {"!<=", LS_LE, true},     {"!>=", LS_GE, true},   {"~~", LS_IMATCH, false}, {"=~", LS_IEQ, false},
    {"<=", LS_LE, false},     {">=", LS_GE, false},   {"!<", LS_LT, true},      {"!>", LS_GT, true},
    {"=", LS_EQ, false},      {"~", LS_MATCH, false}, {"<", LS_LT, false},      {">", LS_GT, false},
};

static bool find_op(struct str text, struct ls_filter *f)
{
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (str_eq_c(text, ops[i].text)) {
            f->op = ops[i].op;
            f->negate = ops[i].negate;
            return true;
        }
    }
    return false;
}

/* options: beside those that all have. */
static int compile(struct ls_filter *f, uint32_t options, struct err *err)
{
    uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | options;
    PCRE2_UCHAR text[200];
    PCRE2_SIZE at;
    int code;

    f->regex = pcre2_compile((PCRE2_SPTR)(f->value.n ? f->value.p : ""), f->value.n, flags, &code, &at, NULL);
    if (f->regex) {
        f->match = pcre2_match_data_create(1, NULL);
        f->limits = pcre2_match_context_create(NULL);
        pcre2_set_match_limit(f->limits, MATCH_LIMIT);
        return 0;
    }
    pcre2_get_error_message(code, text, sizeof(text));
    return err_set(err, E_INVAL, "the pattern '" STR_FMT "' is wrong at %zu: %s", STR_ARG(f->value),
                   (size_t)at, (char *)text);
}

/* A decimal value of a float column, in millionths. */
static bool millionths(struct str s, int64_t *out)
{
    struct str rest = s, whole = str_cut(&rest, '.');
    int64_t w = 0, unit = 100000;

    if (!whole.n && rest.n)
        whole = STR("0"); /* ".5" */
    if (!str_to_i64(whole, &w) || w > INT64_MAX / 1000000 || w < INT64_MIN / 1000000)
        return false;
    w *= 1000000;
    for (size_t i = 0; i < rest.n; i++, unit /= 10) {
        if (rest.p[i] < '0' || rest.p[i] > '9')
            return false;
        w += (s.p[0] == '-' ? -1 : 1) * unit * (rest.p[i] - '0');
    }
    *out = w;
    return true;
}

/* "NAME value"; a name with blanks stands in single quotes. */
static void cut_name(struct ls_filter *f)
{
    struct str rest = f->value;

    if (rest.n && rest.p[0] == '\'') {
        rest = str_sub(rest, 1, rest.n);
        f->name = str_cut(&rest, '\'');
    } else {
        f->name = str_cut(&rest, ' ');
    }
    f->value = str_trim(rest);
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > 127)
            return false;
    return true;
}

/* Is it compared as a whole, where case does not count? Of lists "<=" and ">" ask that, too. */
static bool ignores_case(const struct ls_filter *f, enum ls_type type)
{
    bool list = type == LS_LIST || type == LS_ROWS;

    return (f->op == LS_IEQ && (list || type == LS_STRING || type == LS_DICT)) ||
           (list && (f->op == LS_LE || f->op == LS_GT));
}

static int parse_value(struct ls_filter *f, struct err *err)
{
    enum ls_type type = f->ref.column->type;

    if (type == LS_DICT)
        cut_name(f);
    if (f->op == LS_MATCH || f->op == LS_IMATCH)
        return compile(f, f->op == LS_IMATCH ? PCRE2_CASELESS : 0, err);
    if (ignores_case(f, type) && !is_ascii(f->value)) /* capitals of every script, as for patterns */
        return compile(f, PCRE2_CASELESS | PCRE2_LITERAL | PCRE2_ANCHORED | PCRE2_ENDANCHORED, err);
    if (type == LS_INT || type == LS_TIME) {
        if (!str_to_i64(f->value, &f->number))
            return err_set(err, E_INVAL, "the column %s is a number: '" STR_FMT "' is none",
                           f->ref.column->name, STR_ARG(f->value));
    } else if (type == LS_FLOAT && !millionths(f->value, &f->number)) {
        return err_set(err, E_INVAL, "the column %s is a number: '" STR_FMT "' is none", f->ref.column->name,
                       STR_ARG(f->value));
    }
    return 0;
}

int ls_filter_add(struct ls_pool *p, const struct ls_table *t, struct str text, struct err *err)
{
    struct ls_filter f = {.kind = LS_NODE_TEST};
    struct str rest = str_trim(text), name = str_cut(&rest, ' '), op;

    rest = str_trim(rest);
    op = str_cut(&rest, ' ');
    if (p->node.n >= NODES_MAX)
        return err_set(err, E_LIMIT, "more than %d filters", NODES_MAX);
    if (!ls_column_find(t, name, &f.ref))
        return err_set(err, E_INVAL,
                       "the table %s has no column '" STR_FMT "'; GET columns lists what there is", t->name,
                       STR_ARG(name));
    if (!find_op(op, &f))
        return err_set(err, E_INVAL,
                       "'" STR_FMT
                       "' is no operator; write column, one of = ~ =~ ~~ < > <= >= or ! before it, value",
                       STR_ARG(op));
    f.value = str_trim(rest);
    if (parse_value(&f, err) < 0)
        return err->code;
    *VEC_ADD(&p->node) = f;
    *VEC_ADD(&p->stack) = (uint32_t)p->node.n - 1;
    return 0;
}

int ls_filter_combine(struct ls_pool *p, enum ls_node_kind kind, struct str count, struct err *err)
{
    struct ls_filter f = {.kind = kind, .first = (uint32_t)p->kids.n};
    uint64_t n;

    if (!str_to_u64(str_trim(count), &n) || n > p->stack.n)
        return err_set(err, E_INVAL, "how many of the %zu filters before it is needed, not '" STR_FMT "'",
                       p->stack.n, STR_ARG(count));
    if (!n)
        return 0;
    f.n = (uint32_t)n;
    for (size_t i = p->stack.n - n; i < p->stack.n; i++)
        *VEC_ADD(&p->kids) = p->stack.at[i];
    p->stack.n -= n;
    *VEC_ADD(&p->node) = f;
    *VEC_ADD(&p->stack) = (uint32_t)p->node.n - 1;
    return 0;
}

int ls_filter_negate(struct ls_pool *p, struct err *err)
{
    if (!p->stack.n)
        return err_set(err, E_INVAL, "a filter is needed before it");
    p->node.at[VEC_LAST(&p->stack)].negate ^= true;
    return 0;
}

static bool regex_hits(const struct ls_filter *f, struct str text)
{
    return pcre2_match(f->regex, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, f->match, f->limits) >= 0;
}

static bool same_but_case(const struct ls_filter *f, struct str text)
{
    return f->regex ? regex_hits(f, text) : str_ieq(text, f->value);
}

static bool text_test(const struct ls_filter *f, struct str text)
{
    switch (f->op) {
    case LS_EQ: return str_eq(text, f->value);
    case LS_IEQ: return same_but_case(f, text);
    case LS_MATCH:
    case LS_IMATCH: return regex_hits(f, text);
    case LS_LT: return str_cmp(text, f->value) < 0;
    case LS_GT: return str_cmp(text, f->value) > 0;
    case LS_LE: return str_cmp(text, f->value) <= 0;
    case LS_GE: return str_cmp(text, f->value) >= 0;
    }
    return false;
}

static bool number_test(const struct ls_filter *f, int64_t v)
{
    struct buf b = BUF_INIT;
    bool hit = false;

    switch (f->op) {
    case LS_EQ:
    case LS_IEQ: return v == f->number;
    case LS_LT: return v < f->number;
    case LS_GT: return v > f->number;
    case LS_LE: return v <= f->number;
    case LS_GE: return v >= f->number;
    case LS_MATCH:
    case LS_IMATCH:
        if (f->ref.column->type == LS_FLOAT)
            ls_out_float(&b, v);
        else
            buf_add_i64(&b, v);
        hit = regex_hits(f, buf_str(&b));
        buf_release(&b);
    }
    return hit;
}

/* Lists: "= " is empty, ">= x" and "< x": x is, is not a member; "<= x" also, case ignored; "~ p": a member matches. */
static bool list_test(const struct ls_filter *f, const struct ls_value *v)
{
    bool member = false;

    if (f->op == LS_EQ)
        return f->value.n ? v->list.n == 1 && str_eq(v->list.at[0], f->value) : v->list.n == 0;
    for (size_t i = 0; i < v->list.n; i++) {
        switch (f->op) {
        case LS_MATCH:
        case LS_IMATCH: member |= regex_hits(f, v->list.at[i]); break;
        case LS_LE:
        case LS_GT:
        case LS_IEQ: member |= same_but_case(f, v->list.at[i]); break;
        default: member |= str_eq(v->list.at[i], f->value);
        }
    }
    return f->op == LS_LT || f->op == LS_GT ? !member : member;
}

/* A dictionary of custom variables: one that is not there has an empty value. */
static bool dict_test(const struct ls_filter *f, const struct ls_value *v)
{
    for (size_t i = 0; i + 1 < v->list.n; i += 2) {
        if (str_eq(v->list.at[i], f->name))
            return text_test(f, v->list.at[i + 1]);
    }
    return text_test(f, STR_NULL);
}

static bool test(const struct ls_filter *f, struct ls_row *row, const struct ls_table *t)
{
    struct ls_value v = {.scratch = BUF_INIT};
    bool hit = false;

    ls_get(row, t, &f->ref, &v);
    switch (f->ref.column->type) {
    case LS_TIME:
        v.number += v.number ? f->shift_s : 0;
        hit = number_test(f, v.number);
        break;
    case LS_INT:
    case LS_FLOAT: hit = number_test(f, v.number); break;
    case LS_STRING: hit = text_test(f, v.text); break;
    case LS_ROWS:
    case LS_LIST: hit = list_test(f, &v); break;
    case LS_DICT: hit = dict_test(f, &v); break;
    }
    ls_value_release(&v);
    return hit;
}

bool ls_filter_eval(const struct ls_pool *p, uint32_t node, struct ls_row *row, const struct ls_table *t)
{
    const struct ls_filter *f = &p->node.at[node];
    bool all = f->kind == LS_NODE_AND;

    if (f->kind == LS_NODE_TEST)
        return test(f, row, t) != f->negate;
    for (uint32_t i = 0; i < f->n; i++) {
        if (ls_filter_eval(p, p->kids.at[f->first + i], row, t) != all)
            return !all != f->negate;
    }
    return all != f->negate;
}

bool ls_filter_all(const struct ls_pool *p, struct ls_row *row, const struct ls_table *t)
{
    for (size_t i = 0; i < p->stack.n; i++) {
        if (!ls_filter_eval(p, p->stack.at[i], row, t))
            return false;
    }
    return true;
}

/* ---- of when ---- */

#define SECONDS_MAX (INT64_MAX / TIME_S / 2)

static void narrow(struct ls_range *range, enum ls_op op, int64_t s)
{
    s = MAX((int64_t)-1, MIN(s, SECONDS_MAX));
    if (op == LS_GE || op == LS_EQ)
        range->from_s = MAX(range->from_s, s);
    if (op == LS_GT)
        range->from_s = MAX(range->from_s, s + 1);
    if (op == LS_LE || op == LS_EQ)
        range->to_s = MIN(range->to_s, s);
    if (op == LS_LT)
        range->to_s = MIN(range->to_s, s - 1);
}

static void narrow_by(const struct ls_pool *p, uint32_t node, const char *column, struct ls_range *range)
{
    const struct ls_filter *f = &p->node.at[node];

    if (f->negate)
        return;
    if (f->kind == LS_NODE_TEST && f->ref.column->type == LS_TIME && !f->ref.via &&
        strcmp(f->ref.column->name, column) == 0)
        narrow(range, f->op, f->number - f->shift_s);
    for (uint32_t i = 0; f->kind == LS_NODE_AND && i < f->n; i++)
        narrow_by(p, p->kids.at[f->first + i], column, range);
}

void ls_range_of(const struct ls_query *q, const char *column, struct ls_range *range)
{
    *range = (struct ls_range){0, INT64_MAX};
    for (size_t i = 0; i < q->filters.stack.n; i++)
        narrow_by(&q->filters, q->filters.stack.at[i], column, range);
}

void ls_pool_release(struct ls_pool *p)
{
    for (size_t i = 0; i < p->node.n; i++) {
        pcre2_match_data_free(p->node.at[i].match);
        pcre2_match_context_free(p->node.at[i].limits);
        pcre2_code_free(p->node.at[i].regex);
    }
    VEC_RELEASE(&p->node);
    VEC_RELEASE(&p->kids);
    VEC_RELEASE(&p->stack);
}

/* ---- what may be ---- */

enum { MAY_HOLD = 1, MAY_FAIL = 2 };

/* What a filter can come to, whatever those columns are that are not fixed. */
static unsigned outcome(const struct ls_query *q, uint32_t node, struct ls_row *row,
                        bool (*fixed)(const struct ls_ref *ref))
{
    const struct ls_filter *f = &q->filters.node.at[node];
    bool all = f->kind == LS_NODE_AND;
    unsigned hold = all ? MAY_HOLD : 0, fail = all ? 0 : MAY_FAIL;

    if (f->kind == LS_NODE_TEST && !fixed(&f->ref))
        return MAY_HOLD | MAY_FAIL;
    if (f->kind == LS_NODE_TEST)
        return ls_filter_eval(&q->filters, node, row, q->table) ? MAY_HOLD : MAY_FAIL;
    for (uint32_t i = 0; i < f->n; i++) {
        unsigned kid = outcome(q, q->filters.kids.at[f->first + i], row, fixed);

        hold = all ? hold & kid : hold | (kid & MAY_HOLD);
        fail = all ? fail | (kid & MAY_FAIL) : fail & kid;
    }
    return f->negate ? (hold ? MAY_FAIL : 0) | (fail ? MAY_HOLD : 0) : hold | fail;
}

bool ls_may_pass(const struct ls_query *q, struct ls_row *row, bool (*fixed)(const struct ls_ref *ref))
{
    for (size_t i = 0; i < q->filters.stack.n; i++) {
        if (!(outcome(q, q->filters.stack.at[i], row, fixed) & MAY_HOLD))
            return false;
    }
    return true;
}
