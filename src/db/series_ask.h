/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Questions about measurements, as the reader gets them (message QUERY). Arguments are texts NAME=VALUE: scope (db/scope.h; what lies outside it is not there) and now=µs always, and those of docs/SERIES.md, judged by the API and judged
 * again here; from, to in µs; resource: oids by comma.
 *   series_list   id, resource, host, service, group, kind, label, q, limit, cursor
 *   series_data   the same without cursor, and from, to, step, points, aggregate, rate, combine, compare, format
 *   prom          endpoint=query and its like, and what the client sent (db/prom.h)
 *
 * The answer is a head of one line and the body, as it goes to the client: "200 application/json\n{...}". Or "404 problem host NO_HOST\n", a problem of api/problem.def with the parameter that
 * is wrong ("-": none), behind it its arguments, a line each.
 */
#include "base/buf.h"
#include "base/err.h"
#include "core/model.h"
#include "db/bounds.h"
#include "db/scope.h"
#include "db/past_names.h"
#include "db/series_read.h"
#include "wire/json.h"

#define SERIES_ASK_PAGE   1000u           /* series of a page of the list */
#define SERIES_ASK_LIMIT  1000u           /* series of one answer */
#define SERIES_ASK_POINTS 100000u         /* of one series */
#define SERIES_ASK_STEP   (366u * 86400u) /* seconds */
#define SERIES_ASK_TOTAL  2000000u        /* points that are read for one answer */
#define SERIES_ASK_BYTES                                                                                     \
    (16u * 1024 * 1024) /* an answer that is longer ends behind the series it is at: `truncated` */
#define SERIES_ASK_MOST                                                                                      \
    (40u * 1024 * 1024) /* none is longer: it must go through the queues between reader, gate and web */
#define SERIES_ASK_PIECE (96u * 1024) /* an answer is handed out in pieces of about this size */

struct series_ask {
    struct series_reader *r;
    const struct past_names *names;
    const struct model *m; /* for groups; NULL: there are none */
    struct bounds *bounds; /* thresholds, bounds, units; NULL: nothing is known of them */
    struct str stmt;
    const struct str *arg;
    size_t n;
    void (*piece)(void *user, struct str part);
    bool (*overdue)(void *user);
    void *user;
    /* its own */
    struct scope scope;
    struct wall now;
    struct buf out;
    size_t given; /* bytes handed out */
};

bool series_ask_is(struct str stmt); /* one of these questions? */
/* Refreshes r. 0: answered, perhaps by a problem; E_* with a text: it cannot be answered now. */
int series_ask(struct series_ask *q, struct err *err);

/* ---- for those who answer ---- */

struct str series_ask_value(const struct series_ask *q, const char *name); /* p NULL: not there */
/* The whole number of an argument; def when it is not there, or is none between low and high. */
int64_t series_ask_number(const struct series_ask *q, const char *name, int64_t def, int64_t low,
                          int64_t high);
/* Hands out what stands in q->out, if it is enough or the end. */
void series_ask_give(struct series_ask *q, bool end);
/* Answers by a problem; returns 0. */
int series_ask_problem(struct series_ask *q, int status, const char *field, const char *code, struct str arg0,
                       struct str arg1);
int series_ask_list(struct series_ask *q, struct err *err);
int series_ask_data(struct series_ask *q, struct err *err);
