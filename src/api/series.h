/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Measurements: GET /series and GET /series/data (docs/SERIES.md). Parameters are judged here; the reader chooses, reads and writes the answer (db/series_ask.h), which is passed on as it
 * is, so that gate holds no measurement.
 */
#include "api/api.h"

extern const char *const series_query_list[], *const series_query_data[];

api_handler_f series_show_list, series_show_data;

/* The reader's answer, head and body (db/series_ask.h), to who asks. */
void series_pass_on(struct api *a, struct api_request *q, const struct api_answer *x);
