/* SPDX-License-Identifier: Apache-2.0 */
#include "api/series.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/body.h"
#include "api/choose.h"
#include "api/names.h"
#include "base/limits.h"
#include "db/series_ask.h"
#include "wire/http_text.h"

#include <string.h>

#define DEFAULT_US (24 * TIME_H)
#define ARGS_MOST  24
#define FLOW_FROM  (64u * 1024) /* bytes that go on at a time; shorter answers go as one */

#define CHOICE "id", "resource", "host", "service", "group", "kind", "label", "q"
const char *const series_query_list[] = {CHOICE, "limit", "cursor", NULL};
const char *const series_query_data[] = {CHOICE,      "from", "to",      "step",    "points", "limit",
                                         "aggregate", "rate", "combine", "compare", "format", NULL};

struct question {
    struct str arg[ARGS_MOST];
    size_t n;
};

static void put(struct api_request *q, struct question *k, const char *name, struct str value)
{
    struct buf b = BUF_INIT;

    BUG_ON(k->n == ARGS_MOST);
    buf_printf(&b, "%s=", name);
    buf_add_str(&b, value);
    k->arg[k->n++] = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
}

static void put_i64(struct api_request *q, struct question *k, const char *name, int64_t value)
{
    struct buf b = BUF_INIT;

    buf_add_i64(&b, value);
    put(q, k, name, buf_str(&b));
    buf_release(&b);
}

/* Parameters that go on as they are; the reader judges them. */
static void put_all(struct api_request *q, struct question *k, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) {
        struct str value = api_query(q, names[i]);

        if (value.p)
            put(q, k, names[i], value);
    }
}

/* Ids as the list of resources gives them: also those of before an identity was known. */
static bool put_resources(struct api *a, struct api_request *q, struct question *k)
{
    struct str rest = api_query(q, "resource");
    struct buf all = BUF_INIT;

    if (!rest.p)
        return true;
    while (rest.p) {
        struct str one = str_cut(&rest, ',');
        uint32_t idx = names_find_seen(a, q->sight, one);
        uint64_t oid = idx == MODEL_NONE ? 0 : names_oid(a, idx);

        if (!oid && !str_to_u64(one, &oid)) {
            buf_release(&all);
            api_fail(a, q, 404, "resource", PROBLEM_NO_CHECK);
            return false;
        }
        if (all.len)
            buf_add_char(&all, ',');
        buf_add_u64(&all, oid);
    }
    put(q, k, "resource", buf_str(&all));
    buf_release(&all);
    return true;
}

static bool put_number(struct api *a, struct api_request *q, struct question *k, const char *name,
                       uint64_t most)
{
    struct str value = api_query(q, name);
    struct buf b = BUF_INIT;
    uint64_t n;

    if (!value.p)
        return true;
    if (str_to_u64(value, &n) && n >= 1 && n <= most) {
        put_i64(q, k, name, (int64_t)n);
        return true;
    }
    buf_add_u64(&b, most);
    api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_FROM_ONE, str_of(name), buf_str(&b));
    buf_release(&b);
    return false;
}

static bool put_word(struct api *a, struct api_request *q, struct question *k, const char *name,
                     const char *const *words)
{
    struct str value = api_query(q, name);

    if (!value.p)
        return true;
    for (size_t i = 0; words[i]; i++) {
        if (!str_eq_c(value, words[i]))
            continue;
        put(q, k, name, value);
        return true;
    }
    api_fail_with(a, q, 400, name, PROBLEM_PARAMETER_WORD, str_of(name), body_words(q, words));
    return false;
}

static bool put_choice(struct api *a, struct api_request *q, struct question *k)
{
    static const char *const plain[] = {"id", "host", "service", "group", "label", "q", NULL},
                             *const kinds[] = {"host", "service", NULL};

    put(q, k, "scope", api_scope(q));
    put_i64(q, k, "now", api_wall(a).us);
    put_all(q, k, plain);
    return put_word(a, q, k, "kind", kinds) && put_resources(a, q, k);
}

/* "200 application/json" and the body; false: it is no head. */
static bool cut_head(struct str *body, struct str *head, uint64_t *code)
{
    struct str status;

    *head = str_cut(body, '\n');
    status = str_cut(head, ' ');
    return str_to_u64(status, code) && *code >= 200 && *code <= 599;
}

/* A long one goes on while the reader still writes it. */
bool series_flow(struct api *a, struct api_request *q, struct str rows)
{
    struct str head;
    uint64_t code;

    if (rows.n < FLOW_FROM)
        return false;
    if (q->begun)
        api_reply_more(a, q, rows, false);
    else if (cut_head(&rows, &head, &code) && code == 200)
        api_reply_begin(a, q, (int)code, head, rows);
    else
        return false;
    return true;
}

void series_pass_on(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct str body = x->json, head, field, arg;
    uint64_t code = 0;
    enum problem p;

    if (x->ok && q->begun) {
        api_reply_more(a, q, body, true);
        return;
    }
    if (api_reader_refused(a, q, x))
        return;
    if (!cut_head(&body, &head, &code)) {
        api_fail(a, q, 500, NULL, PROBLEM_OUR_MISTAKE);
        return;
    }
    if (!str_starts(head, STR("problem "))) {
        api_reply_as(a, q, (int)code, head, body);
        return;
    }
    head = str_sub(head, 8, head.n);
    field = str_cut(&head, ' ');
    if (!problem_parse(head, &p))
        p = PROBLEM_OUR_MISTAKE;
    if (p == PROBLEM_PARAMETER_WORD && str_eq_c(field, "compare"))
        p = PROBLEM_COMPARE_SPANS; /* no words to choose from: a number of spans */
    arg = str_cut(&body, '\n');
    api_fail_with(a, q, (int)code, str_eq_c(field, "-") ? NULL : arena_dup(&q->arena, field), p, arg,
                  str_cut(&body, '\n'));
}

void series_show_list(struct api *a, struct api_request *q)
{
    static const char *const rest[] = {"cursor", NULL};
    struct question k = {.n = 0};

    if (api_not_ready(a, q) || !put_choice(a, q, &k) || !put_number(a, q, &k, "limit", SERIES_ASK_PAGE))
        return;
    put_all(q, &k, rest);
    q->flow = series_flow;
    api_ask_reader(a, q, "series_list", k.arg, k.n, series_pass_on);
}

void series_show_data(struct api *a, struct api_request *q)
{
    static const char *const formats[] = {"json", "csv", NULL}, *const rates[] = {"0", "1", NULL},
                             *const rest[] = {"aggregate", "combine", "compare", NULL};
    struct question k = {.n = 0};
    struct wall from, to;

    if (api_not_ready(a, q) || !put_choice(a, q, &k) || !choose_interval(a, q, DEFAULT_US, &from, &to) ||
        !put_number(a, q, &k, "step", SERIES_ASK_STEP) ||
        !put_number(a, q, &k, "points", SERIES_ASK_POINTS) ||
        !put_number(a, q, &k, "limit", SERIES_ASK_LIMIT) || !put_word(a, q, &k, "rate", rates))
        return;
    put_i64(q, &k, "from", from.us);
    put_i64(q, &k, "to", to.us);
    put_all(q, &k, rest);
    if (!api_query(q, "format").p && http_text_weight(q->accept, STR("text/csv")) > 0 &&
        http_text_weight(q->accept, STR("application/json")) <= 0)
        put(q, &k, "format", STR("csv"));
    else if (!put_word(a, q, &k, "format", formats))
        return;
    q->flow = series_flow;
    api_ask_reader(a, q, "series_data", k.arg, k.n, series_pass_on);
}

/* ---- what the answers look like ---- */

#define IN_WORDS(bits)                                                                                       \
    {"label", SHAPE_TEXT, 0, "of the performance data", .like = "\"rta\""},                                  \
        {"unit", SHAPE_TEXT, 0, "as the plugin wrote it"}, {"counter", SHAPE_BOOL, 0, NULL},                 \
    {                                                                                                        \
        "written", SHAPE_TEXT, SHAPE_NULL, "of bytes: the unit in which the plugin writes them"              \
    }
#define BOUNDS                                                                                               \
    {"warn", SHAPE_TEXT, SHAPE_NULL, "a range as plugins write it"}, {"crit", SHAPE_TEXT, SHAPE_NULL, NULL}, \
        {"min", SHAPE_NUMBER, SHAPE_NULL, NULL},                                                             \
    {                                                                                                        \
        "max", SHAPE_NUMBER, SHAPE_NULL, NULL                                                                \
    }
static const struct shape_field series_fields[] = {{"id", SHAPE_TEXT, 0, NULL},
                                                   {"resource", SHAPE_ID, 0, "the host or service"},
                                                   {"kind", SHAPE_WORD, 0, NULL, .words = shape_kinds},
                                                   {"host", SHAPE_TEXT, 0, NULL},
                                                   {"service", SHAPE_TEXT, SHAPE_NULL, NULL},
                                                   IN_WORDS(0),
                                                   BOUNDS,
                                                   {"last", SHAPE_NUMBER, SHAPE_NULL, "the last value"},
                                                   {"last_at", SHAPE_TIME, SHAPE_NULL, NULL},
                                                   {NULL}};
static const struct shape series_shape = {"Series", series_fields};
static const struct shape_field list_fields[] = {
    {"series", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &series_shape},
    {"matched", SHAPE_INT, 0, NULL},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape series_list_shape = {"SeriesList", list_fields};
static const struct shape_field threshold_fields[] = {
    {"from", SHAPE_INT, 0, "seconds since 1970"}, BOUNDS, {"unit", SHAPE_TEXT, SHAPE_MAYBE, NULL}, {NULL}};
static const struct shape threshold_shape = {"Thresholds", threshold_fields};
#define COLUMN(name)                                                                                         \
    {                                                                                                        \
        name, SHAPE_NUMBER, SHAPE_MAYBE | SHAPE_LIST | SHAPE_HOLES, NULL                                     \
    }
static const struct shape_field drawn_fields[] = {
    {"id", SHAPE_TEXT, SHAPE_NULL, "null, as the next ones, where several are combined"},
    {"resource", SHAPE_ID, SHAPE_NULL, NULL},
    {"kind", SHAPE_WORD, SHAPE_NULL, NULL, .words = shape_kinds},
    {"host", SHAPE_TEXT, SHAPE_NULL, NULL},
    {"service", SHAPE_TEXT, SHAPE_NULL, NULL},
    {"combined", SHAPE_INT, SHAPE_MAYBE, "how many"},
    IN_WORDS(0),
    {"compare", SHAPE_TEXT, SHAPE_NULL, "of earlier by that much", .like = "\"1d\""},
    {"usual", SHAPE_INT, SHAPE_NULL, "seconds between two measurements"},
    {"t", SHAPE_INT, SHAPE_LIST, "seconds since 1970"},
    COLUMN("mean"),
    COLUMN("min"),
    COLUMN("max"),
    COLUMN("last"),
    COLUMN("sum"),
    COLUMN("count"),
    {"thresholds", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &threshold_shape},
    {NULL},
};
static const struct shape drawn_shape = {"SeriesDrawn", drawn_fields, .open = true}; /* columns p0 to p100 */
static const char *const resolutions[] = {"raw", "5min", "1h", "1d", NULL};
static const struct shape_field data_fields[] = {
    {"from", SHAPE_TIME, 0, NULL},
    {"to", SHAPE_TIME, 0, NULL},
    {"step", SHAPE_INT, 0, NULL},
    {"resolution", SHAPE_WORD, 0, "the coarsest from which a value was made", .words = resolutions},
    {"series", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &drawn_shape},
    {"truncated", SHAPE_BOOL, 0, "there was more than an answer holds"},
    {NULL},
};
const struct shape series_data_shape = {"SeriesData", data_fields, .also = "text/csv"};
