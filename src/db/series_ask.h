/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Questions about measurements, as the reader gets them (message QUERY). Arguments are texts NAME=VALUE: scope=0 and now=µs always, and those of docs/SERIES.md, judged by the API and judged
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

#define SERIES_ASK_PAGE   1000u           /* series of a page of the list */
#define SERIES_ASK_LIMIT  1000u           /* series of one answer */
#define SERIES_ASK_POINTS 100000u         /* of one series */
#define SERIES_ASK_STEP   (366u * 86400u) /* seconds */
#define SERIES_ASK_TOTAL  4000000u /* points of one answer: with what they are as text, some tens of MiB */
