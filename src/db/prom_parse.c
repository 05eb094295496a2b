/* SPDX-License-Identifier: Apache-2.0 */
#include "db/prom_parse.h"

#include "base/buf.h"
#include "base/vec.h"
#include "db/prom_lex.h"

#include <math.h>
#include <string.h>

struct parser {
    struct prom_lexer lex;
    struct prom_token t; /* the next one */
    struct err *err;
    bool failed;
    unsigned depth;
};

/* ---- tokens ---- */

static PRINTF(3, 4) void *fail(struct parser *p, size_t at, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    buf_vprintf(&b, fmt, ap);
    va_end(ap);
    if (!p->failed)
        prom_wrong(p->lex.all, at, p->err, "%s", b.data);
    p->failed = true;
    buf_release(&b);
    return NULL;
}

static void advance(struct parser *p)
{
    if (!p->failed && prom_lex(&p->lex, &p->t, p->err) < 0)
        p->failed = true;
    if (p->failed)
        p->t.kind = PROM_T_END;
}

static bool is(const struct parser *p, const char *sign)
{
    return !p->failed && p->t.kind == PROM_T_SIGN && str_eq_c(p->t.text, sign);
}

static bool is_word(const struct parser *p, const char *word)
{
    return !p->failed && p->t.kind == PROM_T_NAME && str_ieq(p->t.text, str_of(word));
}

static void *unexpected(struct parser *p, const char *where)
{
    struct buf b = BUF_INIT;

    if (p->t.kind == PROM_T_END)
        buf_printf(&b, "unexpected end of input%s", where);
    else
        buf_printf(&b, "unexpected \"" STR_FMT "\"%s", STR_ARG(str_sub(p->t.text, 0, 60)), where);
    fail(p, p->t.at, "%s", b.data);
    buf_release(&b);
    return NULL;
}

/* Takes a sign, or fails. */
static bool take(struct parser *p, const char *sign, const char *where)
{
    if (!is(p, sign)) {
        unexpected(p, where);
        return false;
    }
    advance(p);
    return !p->failed;
}

static struct prom_node *node(struct parser *p, enum prom_kind kind, enum prom_type type, size_t at)
{
    struct prom_node *n = arena_alloc(p->lex.arena, sizeof(*n));

    *n = (struct prom_node){.kind = kind, .type = type, .at = at};
    return n;
}

const char *prom_type_name(enum prom_type t)
{
    static const char *const names[] = {"scalar", "instant vector", "range vector", "string"};

    return names[t];
}

static struct prom_node *expression(struct parser *p, unsigned least);

/* ---- selectors ---- */

static void add_matcher(struct parser *p, struct prom_node *n, struct prom_matcher m)
{
    struct prom_matcher *more = arena_alloc(p->lex.arena, (n->n_matchers + 1) * sizeof(*more));

    if (n->n_matchers)
        memcpy(more, n->matcher, n->n_matchers * sizeof(*more));
    more[n->n_matchers++] = m;
    n->matcher = more;
}

static bool read_matcher(struct parser *p, struct prom_node *n)
{
    static const char *const signs[] = {"=", "!=", "=~", "!~"};
    struct prom_matcher m = {.label = p->t.text};
    unsigned how = 0;

    if (p->t.kind != PROM_T_NAME || !prom_is_label(p->t.text))
        return unexpected(p, " in label matching, expected identifier or \"}\"");
    advance(p);
    while (how < ARRAY_LEN(signs) && !is(p, signs[how]))
        how++;
    if (how == ARRAY_LEN(signs))
        return unexpected(p, " in label matching, expected one of \"=\", \"!=\", \"=~\", \"!~\"");
    m.how = (enum prom_match)how;
    advance(p);
    if (p->t.kind != PROM_T_STRING)
        return unexpected(p, " in label matching, expected string");
    m.value = p->t.text;
    advance(p);
    if (n->n_matchers >= 64)
        return fail(p, n->at, "%s", "more than 64 label matchers");
    add_matcher(p, n, m);
    return !p->failed;
}

static bool read_matchers(struct parser *p, struct prom_node *n)
{
    if (!is(p, "{"))
        return true;
    advance(p);
    while (!is(p, "}")) {
        if (!read_matcher(p, n))
            return false;
        if (!is(p, "}") && !take(p, ",", " in label matching, expected \",\" or \"}\""))
            return false;
    }
    advance(p);
    return !p->failed;
}

/* Would it choose what has none of the labels? Then it chooses everything there is. */
static bool chooses_nothing(const struct prom_node *n)
{
    for (size_t i = 0; i < n->n_matchers; i++) {
        const struct prom_matcher *m = &n->matcher[i];
        bool empty =
            !m->value.n || (m->how == PROM_RE && (str_eq_c(m->value, ".*") || str_eq_c(m->value, "^.*$")));

        if ((m->how == PROM_EQ && m->value.n) || (m->how == PROM_RE && !empty) ||
            (m->how == PROM_NE && !m->value.n) || (m->how == PROM_NRE && !m->value.n) ||
            (m->how == PROM_NRE && str_eq_c(m->value, ".*")))
            return false;
    }
    return true;
}

static bool read_duration(struct parser *p, int64_t *ms, const char *where)
{
    if (p->t.kind != PROM_T_DURATION)
        return unexpected(p, where);
    *ms = (int64_t)p->t.number;
    advance(p);
    return !p->failed;
}

static bool read_range(struct parser *p, struct prom_node *n)
{
    size_t at = p->t.at;

    advance(p);
    if (n->kind != PROM_SELECT || n->type != PROM_VECTOR || n->offset_ms)
        return fail(p, at, "%s",
                    n->kind == PROM_SELECT && n->type == PROM_VECTOR
                        ? "no offset modifiers allowed before range"
                        : "ranges only allowed for vector selectors (subqueries are not taken here)");
    if (!read_duration(p, &n->range_ms, " in a range, expected a duration such as 5m"))
        return false;
    if (is(p, ":"))
        return fail(p, p->t.at, "%s", "subqueries are not taken here");
    n->type = PROM_MATRIX;
    return take(p, "]", " in a range, expected \"]\"");
}

static bool read_offset(struct parser *p, struct prom_node *n)
{
    size_t at = p->t.at;
    bool minus;

    advance(p);
    minus = is(p, "-");
    if (minus || is(p, "+"))
        advance(p);
    if (n->kind != PROM_SELECT)
        return fail(
            p, at, "%s",
            "offset modifier must be preceded by an instant vector selector or range vector selector");
    if (n->offset_ms)
        return fail(p, at, "%s", "offset may not be set multiple times");
    if (!read_duration(p, &n->offset_ms, " in offset, expected a duration such as 5m"))
        return false;
    if (minus)
        n->offset_ms = -n->offset_ms;
    return true;
}

static struct prom_node *behind(struct parser *p, struct prom_node *n)
{
    while (n && !p->failed) {
        if (is(p, "[")) {
            if (!read_range(p, n))
                return NULL;
        } else if (is_word(p, "offset")) {
            if (!read_offset(p, n))
                return NULL;
        } else if (is(p, "@")) {
            return fail(p, p->t.at, "%s", "the modifier @ is not taken here");
        } else {
            return n;
        }
    }
    return p->failed ? NULL : n;
}

static struct prom_node *selector(struct parser *p, struct str name, size_t at)
{
    struct prom_node *n = node(p, PROM_SELECT, PROM_VECTOR, at);

    if (name.n)
        add_matcher(p, n, (struct prom_matcher){STR("__name__"), name, PROM_EQ});
    if (!read_matchers(p, n))
        return NULL;
    for (size_t i = name.n != 0; name.n && i < n->n_matchers; i++)
        if (str_eq_c(n->matcher[i].label, "__name__"))
            return fail(p, at, "%s", "metric name must not be set twice");
    if (chooses_nothing(n))
        return fail(p, at, "%s", "vector selector must contain at least one non-empty matcher");
    return n;
}

/* ---- functions and aggregations ---- */

static bool read_labels(struct parser *p, struct prom_node *n)
{
    VEC(struct str) label = {.n = 0};

    if (!take(p, "(", " in grouping opts, expected \"(\""))
        return false;
    while (!is(p, ")") && !p->failed) {
        if (p->t.kind != PROM_T_NAME || !prom_is_label(p->t.text)) {
            unexpected(p, " in grouping opts, expected label");
            break;
        }
        *VEC_ADD(&label) = p->t.text;
        advance(p);
        if (!is(p, ")") && !take(p, ",", " in grouping opts, expected \",\" or \")\""))
            break;
    }
    n->n_labels = label.n;
    n->label = arena_alloc(p->lex.arena, (label.n + 1) * sizeof(*n->label));
    if (label.n)
        memcpy(n->label, label.at, label.n * sizeof(*n->label));
    VEC_RELEASE(&label);
    return !p->failed && take(p, ")", "");
}

static bool read_grouping(struct parser *p, struct prom_node *n)
{
    if (!is_word(p, "by") && !is_word(p, "without"))
        return !p->failed;
    if (n->words != PROM_NO_WORDS)
        return unexpected(p, "");
    n->words = is_word(p, "by") ? PROM_BY : PROM_WITHOUT;
    advance(p);
    return read_labels(p, n);
}

static struct prom_node *aggregation(struct parser *p, enum prom_aggregate what, size_t at)
{
    struct prom_node *n = node(p, PROM_AGGREGATE, PROM_VECTOR, at);

    n->aggregate = what;
    if (!read_grouping(p, n) || !take(p, "(", " in aggregation, expected \"(\""))
        return NULL;
    if (what == PROM_QUANTILE) {
        n->b = expression(p, 0);
        if (!n->b || !take(p, ",", " in aggregation, expected \",\": quantile takes a number and a vector"))
            return NULL;
        if (n->b->type != PROM_SCALAR)
            return fail(p, n->b->at, "expected type scalar in aggregation parameter, got %s",
                        prom_type_name(n->b->type));
    }
    n->a = expression(p, 0);
    if (!n->a || !take(p, ")", " in aggregation, expected \")\"") || !read_grouping(p, n))
        return NULL;
    if (n->a->type != PROM_VECTOR)
        return fail(p, n->a->at, "expected type instant vector in aggregation expression, got %s",
                    prom_type_name(n->a->type));
    return n;
}

static struct prom_node *call(struct parser *p, struct str name, size_t at)
{
    struct prom_node *n = node(p, PROM_CALL, PROM_VECTOR, at);

    if (str_eq_c(name, "increase")) {
        n->function = PROM_INCREASE;
    } else if (!str_eq_c(name, "rate")) {
        char word[64];

        str_copy(word, sizeof(word), name);
        return fail(p, at, "unknown function with name \"%s\": here there are rate and increase", word);
    }
    if (!take(p, "(", ""))
        return NULL;
    n->a = expression(p, 0);
    if (!n->a || !take(p, ")", ": the function takes one range vector"))
        return NULL;
    if (n->a->type != PROM_MATRIX)
        return fail(p, n->a->at,
                    n->function == PROM_RATE
                        ? "expected type range vector in call to function \"rate\", got %s"
                        : "expected type range vector in call to function \"increase\", got %s",
                    prom_type_name(n->a->type));
    return n;
}

static struct prom_node *named(struct parser *p)
{
    static const char *const aggregates[] = {"sum", "avg", "min", "max", "count", "quantile"},
                             *const others[] = {"stddev",  "stdvar",       "topk",
                                                "bottomk", "count_values", "group"};
    struct str name = p->t.text;
    size_t at = p->t.at;
    char word[32];

    advance(p);
    if (str_ieq(name, STR("inf")) || str_ieq(name, STR("nan"))) {
        struct prom_node *n = node(p, PROM_NUMBER, PROM_SCALAR, at);

        n->number = str_ieq(name, STR("inf")) ? INFINITY : NAN;
        return n;
    }
    for (unsigned i = 0; i < ARRAY_LEN(aggregates); i++)
        if (str_ieq(name, str_of(aggregates[i])) && (is(p, "(") || is_word(p, "by") || is_word(p, "without")))
            return aggregation(p, (enum prom_aggregate)i, at);
    str_copy(word, sizeof(word), name);
    for (unsigned i = 0; i < ARRAY_LEN(others); i++)
        if (str_ieq(name, str_of(others[i])) && is(p, "("))
            return fail(p, at,
                        "the aggregation %s is not taken here: sum, avg, min, max, count and quantile are",
                        word);
    if (is(p, "("))
        return call(p, name, at);
    return selector(p, name, at);
}

/* ---- expressions ---- */

static struct prom_node *negated(struct parser *p)
{
    size_t at = p->t.at;
    bool minus = is(p, "-");
    struct prom_node *a, *n;

    advance(p);
    a = expression(p, 6);
    if (!a)
        return NULL;
    if (a->type != PROM_SCALAR && a->type != PROM_VECTOR)
        return fail(
            p, at,
            "unary expression only allowed on expressions of type scalar or instant vector, got \"%s\"",
            prom_type_name(a->type));
    if (!minus)
        return a;
    n = node(p, PROM_NEGATE, a->type, at);
    n->a = a;
    return n;
}

static struct prom_node *primary(struct parser *p)
{
    struct prom_node *n;
    size_t at = p->t.at;

    if (p->t.kind == PROM_T_NUMBER || p->t.kind == PROM_T_STRING) {
        n = node(p, p->t.kind == PROM_T_NUMBER ? PROM_NUMBER : PROM_TEXT,
                 p->t.kind == PROM_T_NUMBER ? PROM_SCALAR : PROM_STRING, at);
        n->number = p->t.number;
        advance(p);
        return n;
    }
    if (p->t.kind == PROM_T_NAME)
        return named(p);
    if (is(p, "{"))
        return selector(p, STR_NULL, at);
    if (is(p, "(")) {
        advance(p);
        n = expression(p, 0);
        return n && take(p, ")", ", expected \")\"") ? n : NULL;
    }
    return unexpected(p, "");
}

/* 0: no operator. */
static unsigned strength(const struct parser *p)
{
    static const struct {
        const char *word;
        unsigned strength;
    } table[] = {{"or", 1}, {"and", 2}, {"unless", 2}, {"==", 3}, {"!=", 3}, {"<", 3},
                 {">", 3},  {"<=", 3},  {">=", 3},     {"+", 4},  {"-", 4},  {"*", 5},
                 {"/", 5},  {"%", 5},   {"atan2", 5},  {"^", 6}};

    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (is(p, table[i].word) || is_word(p, table[i].word))
            return table[i].strength;
    return 0;
}

static bool read_matching(struct parser *p, struct prom_node *n)
{
    if (is_word(p, "bool"))
        return fail(p, p->t.at, "%s", "bool modifier can only be used on comparison operators");
    if (is_word(p, "on") || is_word(p, "ignoring")) {
        n->words = is_word(p, "on") ? PROM_ON : PROM_IGNORING;
        advance(p);
        if (!read_labels(p, n))
            return false;
    }
    if (is_word(p, "group_left") || is_word(p, "group_right"))
        return fail(p, p->t.at, "%s",
                    "group_left and group_right are not taken here: vectors match one to one");
    return !p->failed;
}

static struct prom_node *binary(struct parser *p, struct prom_node *a, unsigned s)
{
    static const char signs[] = "+-*/%^";
    struct prom_node *n = node(p, PROM_BINARY, PROM_SCALAR, p->t.at);
    const char *sign = s >= 4 && p->t.text.n == 1 ? strchr(signs, p->t.text.p[0]) : NULL;

    if (!sign)
        return fail(p, p->t.at, "%s",
                    "comparisons and set operators are not taken here: the operators are + - * / % ^");
    n->op = (enum prom_operator)(sign - signs);
    n->a = a;
    advance(p);
    if (!read_matching(p, n))
        return NULL;
    n->b = expression(p, s == 6 ? 6 : s + 1);
    if (!n->b)
        return NULL;
    if ((a->type != PROM_SCALAR && a->type != PROM_VECTOR) ||
        (n->b->type != PROM_SCALAR && n->b->type != PROM_VECTOR))
        return fail(p, n->at, "%s", "binary expression must contain only scalar and instant vector types");
    if (n->words != PROM_NO_WORDS && (a->type != PROM_VECTOR || n->b->type != PROM_VECTOR))
        return fail(p, n->at, "%s", "vector matching only allowed between instant vectors");
    n->type = a->type == PROM_VECTOR || n->b->type == PROM_VECTOR ? PROM_VECTOR : PROM_SCALAR;
    return n;
}

static struct prom_node *expression(struct parser *p, unsigned least)
{
    struct prom_node *n;
    unsigned s, steps = 0;

    if (++p->depth > PROM_DEPTH)
        return fail(p, p->t.at, "%s", "the expression is nested too deeply");
    n = is(p, "-") || is(p, "+") ? negated(p) : behind(p, primary(p));
    while (n && !p->failed && (s = strength(p)) != 0 && s >= least) {
        if (++steps > PROM_DEPTH) /* each one makes the tree deeper */
            return fail(p, p->t.at, "%s", "the expression is nested too deeply");
        n = binary(p, n, s);
    }
    p->depth--;
    return p->failed ? NULL : n;
}

static bool begin(struct parser *p, struct str text, struct arena *arena, struct err *err)
{
    *p = (struct parser){.lex = {.all = text, .arena = arena}, .err = err};
    if (text.n > PROM_TEXT_MAX) {
        err_set(err, E_INVAL, "1:1: parse error: the query has more than %u bytes", PROM_TEXT_MAX);
        return false;
    }
    advance(p);
    if (p->t.kind == PROM_T_END)
        fail(p, 0, "%s", "no expression found in input");
    return !p->failed;
}

struct prom_node *prom_parse(struct str text, struct arena *arena, struct err *err)
{
    struct parser p;
    struct prom_node *n;

    if (!begin(&p, text, arena, err))
        return NULL;
    n = expression(&p, 0);
    if (n && p.t.kind != PROM_T_END)
        return unexpected(&p, "");
    return p.failed ? NULL : n;
}

struct prom_node *prom_parse_selector(struct str text, struct arena *arena, struct err *err)
{
    struct parser p;
    struct prom_node *n = NULL;
    struct str name = STR_NULL;

    if (!begin(&p, text, arena, err))
        return NULL;
    if (p.t.kind == PROM_T_NAME) {
        name = p.t.text;
        advance(&p);
    }
    n = selector(&p, name, 0);
    if (n && p.t.kind != PROM_T_END)
        return unexpected(&p, ": here only a selector may stand");
    return p.failed ? NULL : n;
}
