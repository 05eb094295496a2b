/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * /prometheus/api/v1/: the part of Prometheus's reading API that Grafana's stock data source needs, in its own JSON and with its own errors (docs/SERIES.md). The reader parses and answers
 * (db/prom.h); here parameters are collected, from the address and from a form.
 */
#include "api/api.h"

extern const char *const prom_query_query[];
extern const char *const prom_query_range[];
extern const char *const prom_query_match[];
extern const char *const prom_query_metadata[];

void prom_query(struct api *a, struct api_request *q);
void prom_range(struct api *a, struct api_request *q);
void prom_labels(struct api *a, struct api_request *q);
void prom_values(struct api *a, struct api_request *q);
void prom_series(struct api *a, struct api_request *q);
void prom_metadata(struct api *a, struct api_request *q);
void prom_buildinfo(struct api *a, struct api_request *q);
extern const struct shape prom_shape;
