/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements: GET /series and GET /series/data (docs/SERIES.md). Parameters are judged here; the reader chooses, reads and writes the answer (db/series_ask.h), which is passed on as it
 * is, so that gate holds no measurement.
 */
#include "api/api.h"

extern const char *const series_query_list[];
extern const char *const series_query_data[];

void series_show_list(struct api *a, struct api_request *q);
void series_show_data(struct api *a, struct api_request *q);

/* The reader's answer, head and body (db/series_ask.h), to who asks: the parts of a long one as they come (q->flow), and the end or all of it. */
bool series_flow(struct api *a, struct api_request *q, struct str rows);
void series_pass_on(struct api *a, struct api_request *q, const struct api_answer *x);
extern const struct shape series_list_shape, series_data_shape;
