/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The tables that say what files hold where their names do not (--map): of Centreon's database index_data (id, host_name, service_description) and metrics (metric_id, index_id, metric_name,
 * unit_name); of Nagiosgraph one of our own (db, ds, label, unit; docs/RRD.md). Columns are found by their names, which table it is by its columns.
 */
#include "cmd/import.h"

struct import_map {
    struct map metric, index, graph;
    VEC(char *) text; /* what the maps point to */
};

struct import_map_metric {                             /* borrowed */
    const char *index, *host, *service, *label, *unit; /* host: NULL: the index is not known */
};

/* E_INVAL: what is needed is not there; E_FORMAT with file and line. */
int import_map_read(struct import_map *m, enum import_format format, const struct opt_list *files,
                    struct err *err);
void import_map_release(struct import_map *m);
bool import_map_metric(const struct import_map *m, const char *id, struct import_map_metric *out);
/* Is there a row for files of Nagiosgraph with this label in their name? */
bool import_map_has_graph(const struct import_map *m, const char *db);
/* What the data sources of a file of Nagiosgraph are called. */
void import_map_graph(const struct import_map *m, const char *db, struct import_source *s,
                      void (*add)(struct import_source *s, const char *ds, const char *label,
                                  const char *unit));
