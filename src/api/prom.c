/* SPDX-License-Identifier: Apache-2.0 */
#include "api/prom.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/route.h"
#include "api/series.h"
#include "base/vec.h"
#include "build_id.h"
#include "wire/http_text.h"
#include "wire/json.h"
#include "wire/promerror.h"

#include <string.h>

#define ARGS_MOST 64u /* parameters of one request */

const char *const prom_query_query[] = {"query", "time", "timeout", "limit", "lookback_delta", "stats", NULL};
const char *const prom_query_range[] = {"query", "start",          "end",   "step", "timeout",
                                        "limit", "lookback_delta", "stats", NULL};
const char *const prom_query_match[] = {"match[]", "start", "end", "limit", NULL};
const char *const prom_query_metadata[] = {"metric", "limit", "limit_per_metric", NULL};

struct question {
    struct str arg[ARGS_MOST];
    size_t n;
    bool bad, many;
};

static void put(struct api_request *q, struct question *k, const char *name, struct str value)
{
    struct buf b = BUF_INIT;

    if (k->n == ARGS_MOST) {
        k->many = true;
        return;
    }
    buf_printf(&b, "%s=", name);
    buf_add_str(&b, value);
    k->arg[k->n++] = arena_str(&q->arena, buf_str(&b));
    buf_release(&b);
}

/* Those that the endpoint knows; what it does not know is passed over, as Prometheus does. */
static void take(struct api_request *q, struct question *k, struct str text)
{
    struct str name, value;

    while (http_text_query_next(&text, &name, &value)) {
        struct buf n = BUF_INIT, v = BUF_INIT;
        bool fine = http_text_unescape(name, true, &n) && http_text_unescape(value, true, &v);

        k->bad |= !fine;
        for (size_t i = 0; fine && q->route->query && q->route->query[i]; i++)
            if (str_eq_c(buf_str(&n), q->route->query[i]))
                put(q, k, q->route->query[i], buf_str(&v));
        buf_release(&n);
        buf_release(&v);
    }
}

static void fail(struct api *a, struct api_request *q, int status, struct str text)
{
    struct buf out = BUF_INIT;

    promerror_put(&out, promerror_type(status), text);
    api_reply_json(a, q, status, &out);
    buf_release(&out);
}

static void known(struct api *a, struct api_request *q, const struct api_answer *x)
{
    if (x->ok)
        series_pass_on(a, q, x);
    else
        fail(a, q, 503, x->error);
}

static void ask(struct api *a, struct api_request *q, const char *endpoint)
{
    struct question k = {.n = 0};
    struct buf now = BUF_INIT;

    buf_add_i64(&now, api_wall(a).us);
    put(q, &k, "scope", api_scope(q));
    put(q, &k, "now", buf_str(&now));
    buf_release(&now);
    put(q, &k, "endpoint", str_of(endpoint));
    if (q->param[0].p)
        put(q, &k, "name", q->param[0]);
    take(q, &k, q->body);
    take(q, &k, q->query);
    if (k.bad || k.many)
        fail(a, q, 400,
             k.many ? STR("too many parameters: 60 at most")
                    : STR("a parameter is not coded as it should be"));
    else {
        q->flow = series_flow;
        api_ask_reader(a, q, "prom", k.arg, k.n, known);
    }
}

void prom_query(struct api *a, struct api_request *q)
{
    ask(a, q, "query");
}

void prom_range(struct api *a, struct api_request *q)
{
    ask(a, q, "query_range");
}

void prom_labels(struct api *a, struct api_request *q)
{
    ask(a, q, "labels");
}

void prom_values(struct api *a, struct api_request *q)
{
    ask(a, q, "values");
}

void prom_series(struct api *a, struct api_request *q)
{
    ask(a, q, "series");
}

void prom_metadata(struct api *a, struct api_request *q)
{
    ask(a, q, "metadata");
}

/* Grafana looks here which functions it may offer: the version is that of the Prometheus whose answers ours equal. */
void prom_buildinfo(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct json j;

    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "status", "success");
    json_key(&j, "data");
    json_map(&j);
    json_key_c(&j, "application", "Vigie");
    json_key_c(&j, "version", "2.42.0");
    json_key_c(&j, "revision", BUILD_REVISION);
    json_key_c(&j, "branch", "");
    json_key_c(&j, "buildUser", "");
    json_key_c(&j, "buildDate", "");
    json_key_c(&j, "goVersion", "");
    json_map_end(&j);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answers look like ---- */

static const struct shape_field fields[] = {
    {"status", SHAPE_TEXT, 0, "success", .like = "\"success\""},
    {"data", SHAPE_ANY, 0, "as Prometheus writes it"},
    {"warnings", SHAPE_TEXT, SHAPE_MAYBE | SHAPE_LIST, NULL},
    {NULL},
};
const struct shape prom_shape = {"PrometheusAnswer", fields};
