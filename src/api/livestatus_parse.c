/* SPDX-License-Identifier: Apache-2.0 */
/* The header lines of a Livestatus query. */
#include "api/livestatus_query.h"
#include "api/livestatus_wait.h"

#include <string.h>

enum { WAIT_FILTERS = 64 }; /* they are looked at again and again */

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
    while (value.n) {
        struct ls_ref ref;
        struct str word = next_word(&value);

        if (!word.n)
            continue;
        if (find_column(q, word, &ref, err) < 0)
            return -1;
        *VEC_ADD(&q->columns) = ref;
        q->columns_given = true;
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

/* Counting filters are combined like others; each that stands on the stack is one number of the answer. The last ones are counts, which was asked before. */
static void restack(struct ls_query *q, size_t combined)
{
    q->stats.n -= combined;
    *VEC_ADD(&q->stats) = (struct ls_stat){.kind = LS_COUNT, .node = VEC_LAST(&q->stat_filters.stack)};
}

/* A sum or an average is no filter: what stands before it cannot be combined with what comes behind, or the numbers would change their places. */
static int are_counts(struct ls_query *q, size_t n, struct err *err)
{
    for (size_t i = 0; i < n && i < q->stats.n; i++)
        if (q->stats.at[q->stats.n - 1 - i].kind != LS_COUNT) {
            q->code = 400;
            return err_set(err, E_INVAL, "counts are needed just before it, not a sum or the like");
        }
    return 0;
}

/* How many it combines. What is no number is refused behind this. */
static size_t n_combined(struct str value)
{
    int64_t n;

    return str_to_i64(str_trim(value), &n) && n > 0 ? (size_t)n : 0;
}

static int combine_stats(struct ls_query *q, enum ls_node_kind kind, struct str value, struct err *err)
{
    size_t before = q->stat_filters.stack.n, nodes = q->stat_filters.node.n;

    if (are_counts(q, n_combined(value), err) < 0)
        return -1;
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
    if (are_counts(q, 1, err) < 0)
        return -1;
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
    } kinds[] = {{"sum", LS_SUM},           {"avg", LS_AVG}, {"min", LS_MIN},
                 {"max", LS_MAX},           {"std", LS_STD}, {"suminv", LS_SUM_INVERSE},
                 {"avginv", LS_AVG_INVERSE}};
    struct str rest = value, word = next_word(&rest);

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct ls_stat s = {.kind = kinds[i].kind};

        if (!str_eq_c(word, kinds[i].name))
            continue;
        if (find_column(q, next_word(&rest), &s.ref, err) < 0)
            return -1;
        if (s.ref.column->type > LS_FLOAT)
            return bad(q, err, 400, "numbers can be summed up, not", s.ref.name);
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
        return bad(q, err, 400, "asc or desc is needed, not", way);
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
    return bad(q, err, 400, "one of csv, json, wrapped_json, python, python3 is needed, not", value);
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
        return bad(q, err, 400, "off or fixed16 is needed, not", value);
    return 0;
}

/* The client's clock. What remains after whole half hours is no difference of zones, but of clocks that are not set. */
static int take_localtime(struct ls_query *q, struct str value, struct err *err)
{
    enum { HALF_HOUR = 1800, DAY = 86400 };
    int64_t theirs, ahead;

    if (take_count(q, value, &theirs, err) < 0)
        return -1;
    ahead = theirs - q->now_s;
    if (ahead >= DAY || ahead <= -DAY)
        return bad(q, err, 400, "the clocks differ by a day or more; the client's stands at", value);
    q->shift_s = (ahead + (ahead < 0 ? -HALF_HOUR / 2 : HALF_HOUR / 2)) / HALF_HOUR * HALF_HOUR;
    if (q->shift_s >= DAY || q->shift_s <= -DAY)
        return bad(q, err, 400, "the clocks differ by a day or more; the client's stands at", value);
    return 0;
}

static int take_timelimit(struct ls_query *q, struct str value, struct err *err)
{
    if (take_count(q, value, &q->limit_s, err) < 0 || q->limit_s > 1000000000) {
        q->limit_s = -1;
        return bad(q, err, 400, "a number of seconds is needed, not", value);
    }
    return 0;
}

/* ---- waiting ---- */

static int take_wait_object(struct ls_query *q, struct str value, struct err *err UNUSED)
{
    q->wait_object_given = true;
    q->wait_object = value;
    return 0;
}

static int take_wait_condition(struct ls_query *q, struct str value, struct err *err)
{
    int r = q->wait_filters.node.n < WAIT_FILTERS
                ? ls_filter_add(&q->wait_filters, q->table, value, err)
                : err_set(err, E_LIMIT, "more than %d conditions", WAIT_FILTERS);

    q->waits = true;
    if (r < 0)
        q->code = 400;
    return r;
}

static int take_wait_and(struct ls_query *q, struct str value, struct err *err)
{
    return combine(q, &q->wait_filters, LS_NODE_AND, value, err);
}

static int take_wait_or(struct ls_query *q, struct str value, struct err *err)
{
    return combine(q, &q->wait_filters, LS_NODE_OR, value, err);
}

static int take_wait_negate(struct ls_query *q, struct str value UNUSED, struct err *err)
{
    int r = ls_filter_negate(&q->wait_filters, err);

    if (r < 0)
        q->code = 400;
    return r;
}

static int take_wait_trigger(struct ls_query *q, struct str value, struct err *err)
{
    q->wait_trigger = livestatus_trigger_find(value);
    q->waits = true;
    if (!q->wait_trigger)
        return bad(q, err, 400,
                   "one of check, state, log, downtime, comment, command, program, all is needed, not",
                   value);
    return 0;
}

static int take_wait_timeout(struct ls_query *q, struct str value, struct err *err)
{
    return take_count(q, value, &q->wait_ms, err);
}

static int take_separators(struct ls_query *q, struct str value, struct err *err)
{
    struct str rest = value;

    for (int i = 0; i < 4; i++) {
        uint64_t v;

        if (!str_to_u64(next_word(&rest), &v) || v > 255)
            return bad(q, err, 400, "four numbers from 0 to 255 are needed, not", value);
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
     "counts instead of rows: `column op value`, or `sum`, `avg`, `min`, `max`, `std` (of a sample, by n - "
     "1), `suminv`, `avginv` "
     "(of 1/x; 0 has none) of a "
     "column of numbers; with Columns a line each combination of their values"},
    {"StatsGroupBy", take_columns, "an old word for Columns"},
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
     "a user of Vigie: what he may see; else a contact: only what it is told of, of a service also who is "
     "told of its host, of groups those that it "
     "sees all of, and no lines of the log that are of no host; another name: nothing"},
    {"Localtime", take_localtime,
     "the client's clock, seconds since 1970: times are sent and read as its clock would have them, by half "
     "hours; a day or more is an error"},
    {"Timelimit", take_timelimit, "seconds: an answer that takes longer is an error, 413"},
    {"WaitObject", take_wait_object,
     "a row of the table, by name; services as `host;description` or `host description`"},
    {"WaitCondition", take_wait_condition, "as Filter, of the WaitObject: the answer comes when it holds"},
    {"WaitConditionAnd", take_wait_and, "as And"},
    {"WaitConditionOr", take_wait_or, "as Or"},
    {"WaitConditionNegate", take_wait_negate, "as Negate"},
    {"WaitTrigger", take_wait_trigger,
     "`check`, `state`, `log`, `downtime`, `comment`, `command`, `program` or `all` (the default): what must "
     "happen before the condition is looked at again; "
     "without a condition the answer comes then"},
    {"WaitTimeout", take_wait_timeout, "milliseconds: then the answer comes in any case; 0 or none: never"},
    {"Timeout", pass_over, "read over"},
    {"Cache", pass_over, "read over: there is none"},
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
    q->code = 400;
    return err_set(err, E_INVAL, "there is no such header");
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

/* With the header that is wrong, which the words of the error do not name. */
static void say_where(struct err *err, bool head, struct str line, const struct err *what)
{
    struct str name = str_cut(&line, ':');

    if (head)
        err_set(err, what->code, "%s", what->text);
    else
        err_set(err, what->code, STR_FMT ": %s", STR_ARG(str_sub(name, 0, 40)), what->text);
}

/* Wherever the Localtime stands among the lines, all times of the filters are the client's. */
static void shift(struct ls_pool *p, int64_t seconds)
{
    for (size_t i = 0; i < p->node.n; i++) {
        if (p->node.at[i].kind == LS_NODE_TEST && p->node.at[i].ref.column->type == LS_TIME)
            p->node.at[i].shift_s = seconds;
    }
}

static int check(struct ls_query *q, struct err *err)
{
    struct ls_pool *pools[] = {&q->filters, &q->stat_filters, &q->wait_filters};

    for (size_t i = 0; i < ARRAY_LEN(pools); i++)
        shift(pools[i], q->shift_s);
    if (q->wait_filters.stack.n && !q->table->key && q->table != &ls_status) {
        q->code = 400;
        return err_set(err, E_INVAL, "no row of the table %s can be waited for", q->table->name);
    }
    if (q->wait_filters.stack.n && q->table->key && !q->wait_object_given) {
        q->code = 400;
        return err_set(err, E_INVAL, "a WaitCondition needs a WaitObject: which row it is of");
    }
    return 0;
}

int ls_parse(struct ls_query *q, struct wall now, struct str request, struct err *err)
{
    struct err first = ERR_INIT;
    bool head = true;
    int r = 0;

    memset(q, 0, sizeof(*q));
    buf_init(&q->names);
    q->limit = q->limit_s = -1;
    q->now_s = time_wall_s(now);
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
    if (head)
        return bad(q, err, 400, "a request begins with GET or COMMAND; this one is empty:", STR_NULL);
    return r < 0 ? r : check(q, err);
}

void ls_query_release(struct ls_query *q)
{
    VEC_RELEASE(&q->columns);
    buf_release(&q->names);
    VEC_RELEASE(&q->stats);
    VEC_RELEASE(&q->sorts);
    ls_pool_release(&q->filters);
    ls_pool_release(&q->stat_filters);
    ls_pool_release(&q->wait_filters);
}
