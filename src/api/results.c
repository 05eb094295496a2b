/* SPDX-License-Identifier: Apache-2.0 */
#include "api/results.h"

#include "api/api_ask.h"
#include "api/api_reply.h"
#include "api/names.h"
#include "base/limits.h"
#include "core/passive.h"

#define PART_ROWS  256u         /* of one message, so that what comes behind it need not wait long */
#define PART_BYTES (64u * 1024) /* likewise */

static struct results *in(const struct api_request *q)
{
    return q->state;
}

struct results *results_new(struct api_request *q, uint32_t most, bool all)
{
    struct results *r = arena_alloc(&q->arena, sizeof(*r));

    r->refused = arena_alloc(&q->arena, ((size_t)most + 1) * sizeof(*r->refused));
    r->all = all;
    r->most = most;
    buf_init(&r->part);
    q->state = r;
    return r;
}

void results_refuse(struct results *r, uint32_t row, const char *field, enum problem p, struct str arg0,
                    struct str arg1)
{
    BUG_ON(r->n_refused >= r->most);
    r->refused[r->n_refused++] = (struct results_refusal){row, field, p, {arg0, arg1}};
}

/* ---- a row ---- */

/* The first line, its performance data, then the others. */
static struct str join(struct buf *b, const struct results_one *one)
{
    struct str rest = one->output, first = str_cut(&rest, '\n');

    buf_add_str(b, first);
    if (one->perfdata.n) {
        buf_add_char(b, str_find_char(first, '|') < 0 ? '|' : ' ');
        buf_add_str(b, one->perfdata);
    }
    if (rest.n) {
        buf_add_char(b, '\n');
        buf_add_str(b, rest);
    }
    if (one->long_text.n) {
        buf_add_char(b, '\n');
        buf_add_str(b, one->long_text);
    }
    return str_sub(buf_str(b), 0, LIMIT_OUTPUT_TOTAL);
}

/* The check that is meant; MODEL_NONE: refused. */
static uint32_t find(struct api *a, const struct sight *sight, struct results *r, uint32_t row,
                     const struct results_one *one)
{
    uint32_t host = model_find_host(&a->model, one->host), idx = host;

    if (host != MODEL_NONE && one->service.p)
        idx = model_find_service(&a->model, one->host, one->service);
    if (idx != MODEL_NONE && sight_sees(sight, idx))
        return idx;
    if (host == MODEL_NONE || !one->service.p || !sight_names_host(sight, host))
        results_refuse(r, row, "host", PROBLEM_NO_HOST, one->host, STR_NULL);
    else
        results_refuse(r, row, "service", PROBLEM_NO_SERVICE_OF, one->host, one->service);
    return MODEL_NONE;
}

static void send_part(struct api *a, struct api_request *q, struct results *r);

void results_add(struct api *a, struct api_request *q, struct results *r, uint32_t row,
                 const struct results_one *one)
{
    uint32_t idx = find(a, q->sight, r, row, one);
    struct passive_row x = {
        .row = row, .code = (uint64_t)one->state, .said = one->said, .through = one->through};
    struct buf text = BUF_INIT;

    if (idx == MODEL_NONE)
        return;
    x.oid = names_oid(a, idx);
    if (one->state < 0 || one->state > (idx < a->model.n_hosts ? 2 : 3)) {
        results_refuse(r, row, "state", idx < a->model.n_hosts ? PROBLEM_STATE_HOST : PROBLEM_STATE_SERVICE,
                       STR_NULL, STR_NULL);
        return;
    }
    if (!x.oid) {
        results_refuse(r, row, NULL, PROBLEM_NOT_KNOWN_YET, STR_NULL, STR_NULL);
        return;
    }
    x.output = join(&text, one);
    if (r->part_rows && !r->all && (r->part_rows == PART_ROWS || r->part.len + text.len > PART_BYTES))
        send_part(a, q, r);
    passive_put(&r->part, &x);
    buf_release(&text);
    r->part_rows++;
    r->rows++;
}

/* ---- to the engine and back ---- */

static void over(struct api *a, struct api_request *q, struct results *r)
{
    r->taken = 0;
    if (!r->all || !r->n_refused)
        r->taken = r->rows;
    r->done(a, q, r);
}

static void part_done(struct api *a, struct api_request *q, const struct api_answer *x)
{
    struct results *r = in(q);
    struct str rest = x->refused;
    struct passive_refusal one;

    while (passive_refused(&rest, &one) == 1 && r->n_refused < r->most && r->rows) {
        results_refuse(r, (uint32_t)one.row, NULL, PROBLEM_ENGINE_REFUSES, arena_str(&q->arena, one.why),
                       STR_NULL);
        r->rows--;
    }
    if (x->error.n)
        r->unwritten = arena_str(&q->arena, x->error);
    if (--r->parts)
        q->resume = part_done;
    else
        over(a, q, r);
}

static void send_part(struct api *a, struct api_request *q, struct results *r)
{
    if (!q->answered)
        api_ask_results(a, q, buf_str(&r->part), r->all, part_done);
    r->parts++;
    r->part_rows = 0;
    buf_clear(&r->part);
}

void results_send(struct api *a, struct api_request *q, struct results *r,
                  void (*done)(struct api *a, struct api_request *q, struct results *r))
{
    bool none = r->all && r->n_refused;

    r->done = done;
    if (none)
        r->rows = 0;
    else if (r->part_rows)
        send_part(a, q, r);
    buf_release(&r->part);
    if (!r->parts && !q->answered)
        over(a, q, r);
}
