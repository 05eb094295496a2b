/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of a Livestatus query. */
#include "api/livestatus_int.h"

#include <string.h>

struct header {
    const char *name;
    int (*take)(struct ls_query *q, struct str value, struct err *err);
    const char *text; /* one line of documentation */
};

static int bad(struct ls_query *q, struct err *err, int code, const char *text, struct str what)
{
    q->code = code;
    return err_set(err, E_INVAL, "%s '" STR_FMT "'", text, STR_ARG(what));
}

static int find_column(struct ls_query *q, struct str name, struct ls_ref *ref, struct err *err)
{
    if (ls_column_find(q->table, name, ref))
        return 0;
    q->code = 400;
    return err_set(err, E_INVAL, "the table %s has no column '" STR_FMT "'; GET columns lists what there is",
                   q->table->name, STR_ARG(name));
}

static struct str next_word(struct str *rest)
{
    struct str s = str_trim(*rest), word;

    *rest = s;
    word = str_cut(rest, ' ');
    return word;
}

static int take_columns(struct ls_query *q, struct str value, struct err *err)
{
    q->columns_given = true;
    while (value.n) {
        struct ls_ref ref;
        struct str word = next_word(&value);

        if (!word.n)
            continue;
        if (find_column(q, word, &ref, err) < 0)
            return -1;
        *VEC_ADD(&q->columns) = ref;
    }
    return 0;
}

static int take_filter(struct ls_query *q, struct str value, struct err *err)
{
    int r = ls_filter_add(&q->filters, q->table, value, err);

    if (r < 0)
        q->code = 400;
    return r;
}

static int combine(struct ls_query *q, struct ls_pool *p, enum ls_node_kind kind, struct str value,
                   struct err *err)
{
    int r = ls_filter_combine(p, kind, value, err);

    if (r < 0)
        q->code = 400;
    return r;
}

static int take_and(struct ls_query *q, struct str value, struct err *err)
{
    return combine(q, &q->filters, LS_NODE_AND, value, err);
}

static int take_or(struct ls_query *q, struct str value, struct err *err)
{
    return combine(q, &q->filters, LS_NODE_OR, value, err);
}

static int take_negate(struct ls_query *q, struct str value UNUSED, struct err *err)
{
    int r = ls_filter_negate(&q->filters, err);

    if (r < 0)
        q->code = 400;
    return r;
}

/* Counting filters are combined like others; each that stands on the stack is one number of the answer. Sums and the like between them stay. */
static void restack(struct ls_query *q, size_t combined)
{
    size_t kept = q->stats.n;

    for (size_t i = q->stats.n; i-- > 0 && combined;) {
        if (q->stats.at[i].kind != LS_COUNT)
            continue;
        memmove(&q->stats.at[i], &q->stats.at[i + 1], (kept - i - 1) * sizeof(q->stats.at[0]));
        kept--;
        combined--;
    }
    q->stats.n = kept;
    *VEC_ADD(&q->stats) = (struct ls_stat){.kind = LS_COUNT, .node = VEC_LAST(&q->stat_filters.stack)};
}

static int combine_stats(struct ls_query *q, enum ls_node_kind kind, struct str value, struct err *err)
{
    size_t before = q->stat_filters.stack.n, nodes = q->stat_filters.node.n;

    if (combine(q, &q->stat_filters, kind, value, err) < 0)
        return -1;
    if (q->stat_filters.node.n > nodes) /* of none: nothing is combined */
        restack(q, before + 1 - q->stat_filters.stack.n);
    return 0;
}

static int take_stats_and(struct ls_query *q, struct str value, struct err *err)
{
    return combine_stats(q, LS_NODE_AND, value, err);
}

static int take_stats_or(struct ls_query *q, struct str value, struct err *err)
{
    return combine_stats(q, LS_NODE_OR, value, err);
}

static int take_stats_negate(struct ls_query *q, struct str value UNUSED, struct err *err)
{
    if (ls_filter_negate(&q->stat_filters, err) < 0) {
        q->code = 400;
        return -1;
    }
    restack(q, 1);
    return 0;
}

static int take_stats(struct ls_query *q, struct str value, struct err *err)
{
    static const struct {
        const char *name;
        enum ls_stat_kind kind;
    } kinds[] = {{"sum", LS_SUM}, {"avg", LS_AVG}, {"min", LS_MIN}, {"max", LS_MAX}, {"std", LS_STD}};
    struct str rest = value, word = next_word(&rest);

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct ls_stat s = {.kind = kinds[i].kind};

        if (!str_eq_c(word, kinds[i].name))
            continue;
        if (find_column(q, next_word(&rest), &s.ref, err) < 0)
            return -1;
        *VEC_ADD(&q->stats) = s;
        return 0;
    }
    if (ls_filter_add(&q->stat_filters, q->table, value, err) < 0) {
        q->code = 400;
        return -1;
    }
    *VEC_ADD(&q->stats) = (struct ls_stat){.kind = LS_COUNT, .node = VEC_LAST(&q->stat_filters.stack)};
    return 0;
}

static int take_sort(struct ls_query *q, struct str value, struct err *err)
{
    struct ls_sort s = {0};
    struct str way;

    if (find_column(q, next_word(&value), &s.ref, err) < 0)
        return -1;
    way = next_word(&value);
    s.descending = str_eq_c(way, "desc");
    if (way.n && !s.descending && !str_eq_c(way, "asc"))
        return bad(q, err, 400, "Sort takes asc or desc, not", way);
    *VEC_ADD(&q->sorts) = s;
    return 0;
}

static int take_count(struct ls_query *q, struct str value, int64_t *out, struct err *err)
{
    if (!str_to_i64(str_trim(value), out) || *out < 0)
        return bad(q, err, 400, "a whole number from 0 on is needed, not", value);
    return 0;
}

static int take_limit(struct ls_query *q, struct str value, struct err *err)
{
    return take_count(q, value, &q->limit, err);
}

static int take_offset(struct ls_query *q, struct str value, struct err *err)
{
    return take_count(q, value, &q->offset, err);
}

static int take_output(struct ls_query *q, struct str value, struct err *err)
{
    static const struct {
        const char *name;
        enum ls_format format;
    } formats[] = {{"csv", LS_CSV},       {"CSV", LS_CSV},
                   {"json", LS_JSON},     {"wrapped_json", LS_WRAPPED},
                   {"python", LS_PYTHON}, {"python3", LS_PYTHON3}};

    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (str_eq_c(value, formats[i].name)) {
            q->format = formats[i].format;
            return 0;
        }
    }
    return bad(q, err, 400, "OutputFormat is one of csv, json, wrapped_json, python, python3, not", value);
}

static int take_switch(struct ls_query *q, struct str value, bool *out, struct err *err)
{
    *out = str_eq_c(value, "on");
    if (!*out && !str_eq_c(value, "off"))
        return bad(q, err, 400, "on or off is needed, not", value);
    return 0;
}

static int take_headers(struct ls_query *q, struct str value, struct err *err)
{
    q->headers_given = true;
    return take_switch(q, value, &q->headers, err);
}

static int take_keep(struct ls_query *q, struct str value, struct err *err)
{
    return take_switch(q, value, &q->keep, err);
}

static int take_response(struct ls_query *q, struct str value, struct err *err)
{
    q->fixed16 = str_eq_c(value, "fixed16");
    if (!q->fixed16 && !str_eq_c(value, "off"))
        return bad(q, err, 400, "ResponseHeader is off or fixed16, not", value);
    return 0;
}

static int take_separators(struct ls_query *q, struct str value, struct err *err)
{
    for (int i = 0; i < 4; i++) {
        uint64_t v;

        if (!str_to_u64(next_word(&value), &v) || v > 255)
            return bad(q, err, 400, "Separators takes four ASCII codes; wrong from", value);
        q->separators[i] = (char)v;
    }
    return 0;
}

static int take_user(struct ls_query *q, struct str value, struct err *err UNUSED)
{
    q->restricted = true;
    q->contact = value;
    return 0;
}

static int pass_over(struct ls_query *q UNUSED, struct str value UNUSED, struct err *err UNUSED)
{
    return 0;
}

static const struct header headers[] = {
    {"Columns", take_columns, "the columns wanted, by name; none: all of the table, with their names above"},
    {"Filter", take_filter,
     "`column op value`: `=` `!=` `<` `>` `<=` `>=`, `~` and `!~` (regular expression), `=~` (equal, case "
     "does not count), `~~` (regular expression, case does not count); of lists `>=` holds, `<` does not, "
     "`=` with nothing: is empty"},
    {"And", take_and, "joins the last so many filters into one"},
    {"Or", take_or, "any of the last so many filters"},
    {"Negate", take_negate, "the contrary of the last filter"},
    {"Stats", take_stats,
     "counts instead of rows: `column op value`, or `sum`, `avg`, `min`, `max`, `std` of a column; with "
     "Columns a line each combination of their values"},
    {"StatsAnd", take_stats_and, "as And"},
    {"StatsOr", take_stats_or, "as Or"},
    {"StatsNegate", take_stats_negate, "as Negate"},
    {"Sort", take_sort, "`column asc` or `column desc`; several: the first counts most"},
    {"Limit", take_limit, "at most so many rows"},
    {"Offset", take_offset, "without the first so many rows"},
    {"OutputFormat", take_output,
     "`csv` (the default), `json`, `wrapped_json` (with `total_count`), `python`, `python3`"},
    {"ColumnHeaders", take_headers, "`on`: names of the columns as first row"},
    {"KeepAlive", take_keep, "`on`: the connection stays open for the next request"},
    {"ResponseHeader", take_response, "`fixed16`: 16 bytes before the answer, status and length"},
    {"Separators", take_separators,
     "four numbers: the bytes of csv that end rows, columns, lists, and pairs in lists"},
    {"AuthUser", take_user,
     "a contact: only what it is told of, and of a service also who is told of its host"},
    {"Localtime", pass_over, "read over"},
    {"Timelimit", pass_over, "read over"},
    {"WaitObject", pass_over, "read over: the answer comes at once"},
    {"WaitCondition", pass_over, "read over"},
    {"WaitConditionAnd", pass_over, "read over"},
    {"WaitConditionOr", pass_over, "read over"},
    {"WaitConditionNegate", pass_over, "read over"},
    {"WaitTrigger", pass_over, "read over"},
    {"WaitTimeout", pass_over, "read over"},
    {"Timeout", pass_over, "read over"},
};

const char *ls_header_at(size_t i, const char **text)
{
    if (i >= ARRAY_LEN(headers))
        return NULL;
    *text = headers[i].text;
    return headers[i].name;
}

static int take_line(struct ls_query *q, struct str line, struct err *err)
{
    struct str value = line, name = str_trim(str_cut(&value, ':'));

    value = str_trim(value);
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        if (str_eq_c(name, headers[i].name))
            return headers[i].take(q, value, err);
    }
    return bad(q, err, 400, "unknown header", name);
}

static int take_first(struct ls_query *q, struct str line, struct err *err)
{
    struct str rest = line, word = next_word(&rest), table = str_trim(rest);

    if (!str_eq_c(word, "GET"))
        return bad(q, err, 400, "a request begins with GET or COMMAND, not", word);
    q->table = ls_table_find(table);
    if (!q->table)
        return bad(q, err, 404, "there is no table", table);
    return 0;
}

/* With the header that is wrong, which the words of the error need not name. */
static void say_where(struct err *err, bool head, struct str line, const struct err *what)
{
    struct str name = str_cut(&line, ':');

    if (head)
        err_set(err, what->code, "%s", what->text);
    else
        err_set(err, what->code, STR_FMT ": %s", STR_ARG(str_sub(name, 0, 40)), what->text);
}

int ls_parse(struct ls_query *q, struct str request, struct err *err)
{
    struct err first = ERR_INIT;
    bool head = true;
    int r = 0;

    memset(q, 0, sizeof(*q));
    q->limit = -1;
    q->code = 200;
    memcpy(q->separators, "\n;,|", 4);
    while (request.p) {
        struct str line = str_trim(str_cut(&request, '\n'));

        if (!line.n)
            continue;
        err_clear(&first);
        if (head && take_first(q, line, &first) < 0)
            r = -1;
        /* After an error only what shapes the answer is still looked at. */
        else if (!head &&
                 (r == 0 || str_starts(line, STR("OutputFormat")) ||
                  str_starts(line, STR("ResponseHeader")) || str_starts(line, STR("KeepAlive"))) &&
                 take_line(q, line, &first) < 0)
            r = -1;
        if (first.code)
            say_where(err, head, line, &first);
        head = false;
    }
    return head ? bad(q, err, 400, "a request begins with GET or COMMAND; this one is empty:", STR_NULL) : r;
}

void ls_query_release(struct ls_query *q)
{
    VEC_RELEASE(&q->columns);
    VEC_RELEASE(&q->stats);
    VEC_RELEASE(&q->sorts);
    ls_pool_release(&q->filters);
    ls_pool_release(&q->stat_filters);
}
