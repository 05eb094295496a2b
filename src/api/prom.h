/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * /prometheus/api/v1/: the part of Prometheus's reading API that Grafana's stock data source needs, in its own JSON and with its own errors (docs/SERIES.md). The reader parses and answers
 * (db/prom.h); here parameters are collected, from the address and from a form.
 */
#include "api/api.h"

extern const char *const prom_query_query[], *const prom_query_range[], *const prom_query_match[],
                                                                            *const prom_query_metadata[];

api_handler_f prom_query, prom_range, prom_labels, prom_values, prom_series, prom_metadata, prom_buildinfo;
