/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in CSV, JSON and Python literals. */
#include "api/livestatus_query.h"

#include "wire/json.h"

#include <string.h>

static bool is_csv(const struct ls_query *q)
{
    return q->format == LS_CSV;
}

/* A text of Python 2, which knows its bytes only as ASCII. */
static void put_python(struct buf *out, struct str s)
{
    struct buf clean = BUF_INIT;
    struct str rest;

    buf_add_utf8(&clean, s);
    rest = buf_str(&clean);
    buf_add_c(out, "u\"");
    while (rest.n) {
        uint32_t c = str_take_utf8(&rest);

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", (char)c);
        else if (c >= ' ' && c < 0x7f)
            buf_add_char(out, (char)c);
        else
            buf_printf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }
    buf_add_char(out, '"');
    buf_release(&clean);
}

static void put_text(const struct ls_query *q, struct buf *out, struct str s)
{
    struct json j;

    if (is_csv(q)) {
        buf_add_str(out, s);
    } else if (q->format == LS_PYTHON) {
        put_python(out, s);
    } else {
        json_init(&j, out);
        json_str(&j, s); /* a JSON string is a Python 3 string, too */
    }
}

void ls_out_float(struct buf *out, int64_t millionths)
{
    uint64_t v = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths, rest = v % 1000000;
    char digits[6];
    size_t n = sizeof(digits);

    for (size_t i = sizeof(digits); i-- > 0; rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (millionths < 0)
        buf_add_char(out, '-');
    buf_add_u64(out, v / 1000000);
    buf_add_char(out, '.');
    buf_add(out, digits, n);
}

static void put_cell(const struct ls_query *q, struct buf *out, char kind, struct str cell)
{
    if (kind == 'n')
        buf_add_str(out, cell);
    else
        put_text(q, out, cell);
}

static void put_list(const struct ls_query *q, struct buf *out, const struct ls_value *v)
{
    if (!is_csv(q))
        buf_add_char(out, '[');
    for (size_t i = 0; i < v->list.n; i++) {
        if (i)
            buf_add_char(out, is_csv(q) ? q->separators[2] : ',');
        put_cell(q, out, v->cells ? v->cells[0] : 's', v->list.at[i]);
    }
    if (!is_csv(q))
        buf_add_char(out, ']');
}

static void put_dict(const struct ls_query *q, struct buf *out, const struct ls_value *v)
{
    if (!is_csv(q))
        buf_add_char(out, '{');
    for (size_t i = 0; i + 1 < v->list.n; i += 2) {
        if (i)
            buf_add_char(out, is_csv(q) ? q->separators[2] : ',');
        put_text(q, out, v->list.at[i]);
        buf_add_char(out, is_csv(q) ? q->separators[3] : ':');
        put_text(q, out, v->list.at[i + 1]);
    }
    if (!is_csv(q))
        buf_add_char(out, '}');
}

/* Rows of cells: [["a",1],["b",2]], or a|1,b|2. */
static void put_rows(const struct ls_query *q, struct buf *out, const struct ls_value *v)
{
    size_t width = v->list.n ? strlen(v->cells) : 1;

    if (!is_csv(q))
        buf_add_char(out, '[');
    for (size_t i = 0; i < v->list.n; i++) {
        size_t cell = i % width;

        if (i)
            buf_add_char(out, !is_csv(q) ? ',' : q->separators[cell ? 3 : 2]);
        if (!is_csv(q) && !cell)
            buf_add_char(out, '[');
        put_cell(q, out, v->cells[cell], v->list.at[i]);
        if (!is_csv(q) && cell + 1 == width)
            buf_add_char(out, ']');
    }
    if (!is_csv(q))
        buf_add_char(out, ']');
}

void ls_out_row_begin(const struct ls_query *q, struct buf *out, bool first)
{
    if (is_csv(q))
        return;
    if (!first)
        buf_add_c(out, ",\n");
    buf_add_char(out, '[');
}

/* 0 is never, by every clock. */
int64_t ls_out_time(const struct ls_query *q, int64_t seconds)
{
    return seconds ? seconds + q->shift_s : 0;
}

void ls_out_value(const struct ls_query *q, struct buf *out, enum ls_type type, const struct ls_value *v,
                  bool first)
{
    if (!first)
        buf_add_char(out, is_csv(q) ? q->separators[1] : ',');
    switch (type) {
    case LS_INT: buf_add_i64(out, v->number); break;
    case LS_TIME: buf_add_i64(out, ls_out_time(q, v->number)); break;
    case LS_FLOAT: ls_out_float(out, v->number); break;
    case LS_STRING: put_text(q, out, v->text); break;
    case LS_LIST: put_list(q, out, v); break;
    case LS_DICT: put_dict(q, out, v); break;
    case LS_ROWS: put_rows(q, out, v); break;
    }
}

void ls_out_key(const struct ls_query *q, struct buf *out, enum ls_type type, const struct ls_value *v,
                bool first)
{
    struct ls_value text = {.scratch = BUF_INIT};

    if (type != LS_INT && type != LS_TIME && type != LS_FLOAT) {
        ls_out_value(q, out, type, v, first);
        return;
    }
    if (type == LS_FLOAT)
        ls_out_float(&text.scratch, v->number);
    else
        buf_add_i64(&text.scratch, type == LS_TIME ? ls_out_time(q, v->number) : v->number);
    text.text = buf_str(&text.scratch);
    ls_out_value(q, out, LS_STRING, &text, first);
    ls_value_release(&text);
}

void ls_out_row_end(const struct ls_query *q, struct buf *out)
{
    buf_add_char(out, is_csv(q) ? q->separators[0] : ']');
}

void ls_out_end(const struct ls_query *q, struct buf *out, uint64_t total)
{
    if (q->format == LS_WRAPPED)
        buf_printf(out, "]\n,\"total_count\":%llu}\n", (unsigned long long)total);
    else if (!is_csv(q))
        buf_add_c(out, "]\n");
}
