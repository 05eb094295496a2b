/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/v1/results: rows as JSON, in an array or one a line. */
#include "api/api_reply.h"
#include "api/body.h"
#include "api/results.h"
#include "api/shape.h"
#include "base/limits.h"
#include "wire/http_text.h"
#include "wire/json.h"

enum {
    FIELD_HOST,
    FIELD_SERVICE,
    FIELD_STATE,
    FIELD_OUTPUT,
    FIELD_LONG,
    FIELD_PERF,
    FIELD_TIME,
    FIELD_SOURCE,
    FIELDS
};

static const char *const states[] = {"ok", "warning", "critical",    "unknown",
                                     "up", "down",    "unreachable", NULL};
const struct body_field results_body[] = {
    {"host", BODY_LINE, true, 1, LIMIT_NAME, NULL, "the host's name"},
    {"service", BODY_LINE, false, 1, LIMIT_NAME, NULL, "the service's; left out: the result is of the host"},
    {"state", BODY_STATE, true, 0, 3, states,
     "the state, in the words of a host or of a service, or as the number that a plugin ends with"},
    {"output", BODY_TEXT, true, 0, LIMIT_OUTPUT_TOTAL, NULL,
     "what the check found; as a plugin writes it, so that \"|\" begins performance data and a line end more "
     "lines"},
    {"long_output", BODY_TEXT, false, 0, LIMIT_OUTPUT_LONG, NULL, "more lines"},
    {"performance_data", BODY_LINE, false, 0, LIMIT_PERFDATA, NULL,
     "performance data, without the bar in front"},
    {"time", BODY_TIME, false, 0, 0, NULL, "when it was found; left out, or older than seven days: now"},
    {"source", BODY_LINE, false, 0, 64, NULL, "the program that sends it, for the record"},
    {NULL},
};
const char *const results_query[] = {"all_or_nothing", NULL};

/* -1: a word of the other kind. */
static int64_t state_of(const struct body_value *v, bool host)
{
    static const int8_t of_host[] = {-1, -1, -1, -1, 0, 1, 2}, of_service[] = {0, 1, 2, 3, -1, -1, -1};

    if (v->number >= BODY_NUMBER)
        return v->number - BODY_NUMBER;
    return host ? of_host[v->number] : of_service[v->number];
}

static void take(struct api *a, struct api_request *q, struct results *r, uint32_t row,
                 const struct json_value *value)
{
    struct body_value v[FIELDS];
    struct body_wrong wrong;
    struct results_one one;

    if (!body_take(q, value, results_body, v, NULL, NULL, &wrong)) {
        results_refuse(r, row, wrong.field, wrong.field ? wrong.problem : PROBLEM_ROW_OBJECT, wrong.arg[0],
                       wrong.arg[1]);
        return;
    }
    one = (struct results_one){.host = v[FIELD_HOST].text,
                               .service = v[FIELD_SERVICE].there ? v[FIELD_SERVICE].text : STR_NULL,
                               .output = v[FIELD_OUTPUT].text,
                               .long_text = v[FIELD_LONG].text,
                               .perfdata = v[FIELD_PERF].text,
                               .said = {v[FIELD_TIME].number},
                               .through = v[FIELD_SOURCE].text};
    one.state = state_of(&v[FIELD_STATE], !one.service.p);
    results_add(a, q, r, row, &one);
}

/* ---- reading ---- */

static void too_many(struct api *a, struct api_request *q)
{
    struct buf most = BUF_INIT;

    buf_add_u64(&most, RESULTS_ROWS);
    api_fail_with(a, q, 413, NULL, PROBLEM_ROWS_MANY, buf_str(&most), STR_NULL);
    buf_release(&most);
}

/* How many lines there are with something in them. */
static size_t count_lines(struct str text)
{
    size_t n = 0;

    while (text.p)
        n += str_trim(str_cut(&text, '\n')).n != 0;
    return n;
}

static void take_line(struct api *a, struct api_request *q, struct results *r, uint32_t row, struct str line)
{
    struct err err = ERR_INIT;
    struct json_value *value = json_read(&line, &err);

    if (value && !line.n)
        take(a, q, r, row, value);
    else
        results_refuse(r, row, NULL, PROBLEM_ROW_SYNTAX,
                       value ? STR("something follows the object") : arena_str(&q->arena, str_of(err.text)),
                       STR_NULL);
    json_read_free(value);
}

static struct results *read_lines(struct api *a, struct api_request *q, bool all)
{
    struct str rest = q->body;
    size_t n = count_lines(rest);
    struct results *r;
    uint32_t row = 0;

    if (n > RESULTS_ROWS) {
        too_many(a, q);
        return NULL;
    }
    r = results_new(q, (uint32_t)n, all);
    while (rest.p) {
        struct str line = str_trim(str_cut(&rest, '\n'));

        if (line.n)
            take_line(a, q, r, ++row, line);
    }
    return r;
}

static struct results *read_array(struct api *a, struct api_request *q, bool all)
{
    struct json_value *root = body_parse(a, q);
    bool one = json_read_type(root) == JSON_IS_OBJECT;
    size_t n = one ? 1 : json_read_length(root);
    struct results *r = NULL;

    if (n > RESULTS_ROWS)
        too_many(a, q);
    else if (root)
        r = results_new(q, (uint32_t)n, all);
    for (uint32_t i = 0; r && i < n; i++)
        take(a, q, r, i + 1, one ? root : json_read_element(root, i));
    json_read_free(root);
    return r;
}

static bool comes_in_lines(const struct api_request *q)
{
    struct str type = q->content_type, text = str_trim(q->body);

    if (q->source == API_BY_LOCAL) /* it says none */
        return text.n && text.p[0] == '{';
    return !str_ieq(str_trim(str_cut(&type, ';')), STR("application/json"));
}

/* ---- answering ---- */

static void write_problem(struct json *j, const struct api_request *q, const struct results_refusal *x)
{
    struct buf b = BUF_INIT;

    json_map(j);
    json_key_u64(j, "row", x->row);
    if (x->field)
        json_key_c(j, "field", x->field);
    problem_word(&b, x->problem);
    json_key_str(j, "code", buf_str(&b));
    buf_clear(&b);
    problem_render(&b, x->problem, api_reads_french(q), x->arg);
    json_key_str(j, "detail", buf_str(&b));
    json_map_end(j);
    buf_release(&b);
}

static void write_members(struct json *j, const struct api_request *q, const struct results *r)
{
    json_key_u64(j, "accepted", r->taken);
    json_key_u64(j, "refused", r->n_refused);
    json_key(j, "problems");
    json_list(j);
    for (uint32_t i = 0; i < r->n_refused; i++)
        write_problem(j, q, &r->refused[i]);
    json_list_end(j);
}

static void answer(struct api *a, struct api_request *q, struct results *r)
{
    static const struct str none[PROBLEM_ARGS];
    bool refused = r->n_refused && !r->taken;
    struct buf out = BUF_INIT, detail = BUF_INIT;
    struct json j;

    if (r->unwritten.n) {
        api_fail_with(a, q, 503, NULL, PROBLEM_NOT_STORED, r->unwritten, STR_NULL);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    if (refused) {
        problem_render(&detail, PROBLEM_ROWS_REFUSED, api_reads_french(q), none);
        json_key_c(&j, "type", "about:blank");
        json_key_c(&j, "title", http_text_reason(422));
        json_key_i64(&j, "status", 422);
        json_key_c(&j, "code", "rows_refused");
        json_key_str(&j, "detail", buf_str(&detail));
    }
    write_members(&j, q, r);
    json_map_end(&j);
    api_reply_as(a, q, refused ? 422 : 200,
                 refused ? STR("application/problem+json") : STR("application/json"), buf_str(&out));
    buf_release(&out);
    buf_release(&detail);
}

void results_post(struct api *a, struct api_request *q)
{
    struct str all = api_query(q, "all_or_nothing");
    struct results *r;

    if (api_not_ready(a, q))
        return;
    if (all.p && !str_eq_c(all, "0") && !str_eq_c(all, "1")) {
        api_fail_with(a, q, 400, "all_or_nothing", PROBLEM_PARAMETER_WORD, STR("all_or_nothing"),
                      STR("0, 1"));
        return;
    }
    r = comes_in_lines(q) ? read_lines(a, q, str_eq_c(all, "1")) : read_array(a, q, str_eq_c(all, "1"));
    if (r)
        results_send(a, q, r, answer);
}

static const struct shape_field fields[] = {
    {"accepted", SHAPE_INT, 0, "so many are on disk"},
    {"refused", SHAPE_INT, 0, NULL},
    {"problems", SHAPE_OBJECT, SHAPE_LIST, "what is wrong with each that was refused", .of = &shape_trouble},
    {NULL},
};
const struct shape results_shape = {"Results", fields};
