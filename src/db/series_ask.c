/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_ask.h"

#include "db/prom.h"
#include "db/rows.h"

#include <string.h>

typedef int answer_f(struct series_ask *q, struct err *err);

static const struct {
    const char *stmt;
    answer_f *run;
} questions[] = {{"series_list", series_ask_list}, {"series_data", series_ask_data}, {"prom", prom_answer}};

bool series_ask_is(struct str stmt)
{
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        if (str_eq_c(stmt, questions[i].stmt))
            return true;
    return false;
}

static int answer(struct series_ask *q, struct err *err)
{
    int r = series_read_refresh(q->r, false, err);

    if (r < 0 && r != E_NOENT) /* before the first commit there are no series, which is an answer */
        return r;
    err_clear(err);
    q->now.us = series_ask_number(q, "now", 0, 0, INT64_MAX);
    buf_init(&q->out);
    if (q->bounds)
        bounds_hold(q->bounds);
    r = E_INVAL;
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        if (str_eq_c(q->stmt, questions[i].stmt))
            r = questions[i].run(q, err);
    if (q->bounds)
        bounds_let_go(q->bounds);
    buf_release(&q->out);
    if (q->given > SERIES_ASK_MOST)
        r = err_set(err, E_LIMIT,
                    "the answer is too long: ask for fewer series, a shorter time or a longer step");
    if (r == E_TIMEOUT)
        err_set(err, r, "%s", ROWS_TOO_LONG);
    else if (r < 0 && !err->text[0])
        err_set(err, r, "the series store cannot be read");
    return r;
}

int series_ask(struct series_ask *q, struct err *err)
{
    int r = scope_parse(&q->scope, series_ask_value(q, "scope"), q->m, q->names, err);

    if (r == 0)
        r = answer(q, err);
    scope_release(&q->scope);
    return r;
}

struct str series_ask_value(const struct series_ask *q, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < q->n; i++)
        if (q->arg[i].n > n && memcmp(q->arg[i].p, name, n) == 0 && q->arg[i].p[n] == '=')
            return str_sub(q->arg[i], n + 1, SIZE_MAX);
    return STR_NULL;
}

int64_t series_ask_number(const struct series_ask *q, const char *name, int64_t def, int64_t low,
                          int64_t high)
{
    int64_t v;

    return str_to_i64(series_ask_value(q, name), &v) && v >= low && v <= high ? v : def;
}

void series_ask_give(struct series_ask *q, bool end)
{
    if (!q->out.len || (!end && q->out.len < SERIES_ASK_PIECE))
        return;
    q->given += q->out.len;
    for (size_t at = 0; at < q->out.len && q->given <= SERIES_ASK_MOST; at += SERIES_ASK_PIECE)
        q->piece(q->user, str_sub(buf_str(&q->out), at, SERIES_ASK_PIECE));
    buf_clear(&q->out);
}

static void put_line(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_add_char(b, s.p[i] == '\n' ? ' ' : s.p[i]);
    buf_add_char(b, '\n');
}

int series_ask_problem(struct series_ask *q, int status, const char *field, const char *code, struct str arg0,
                       struct str arg1)
{
    buf_clear(&q->out);
    buf_printf(&q->out, "%d problem %s %s\n", status, field, code);
    put_line(&q->out, arg0);
    put_line(&q->out, arg1);
    series_ask_give(q, true);
    return 0;
}
