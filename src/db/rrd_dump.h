/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What `rrdtool dump` says of a file: its data sources and archives. Fed in pieces, as they come from the program; values are decimals as they stand there, without what is rounded: no floating point.
 *
 * Times are counted, not read: the last row of an archive ends at the last multiple of its step that is not after lastupdate, each row one step after the one before. (Those beside the rows are comments.)
 * Rows that are NaN, infinite or too great for a decimal of ours are unknown. Archives of prediction are passed over.
 *
 * Limits: RRD_DS_MAX data sources, RRD_VALUES_MAX values in all archives that are kept.
 */
#include "base/vec.h"
#include "core/perf.h"
#include "db/xml_scan.h"

#define RRD_DS_MAX     1024u
#define RRD_NAME_MAX   64u
#define RRD_VALUES_MAX (8u * 1024 * 1024) /* 128 MiB; a year of minutes with fifteen data sources */

enum rrd_cf { RRD_AVERAGE, RRD_MIN, RRD_MAX, RRD_LAST, RRD_OTHER };

struct rrd_ds {
    char name[RRD_NAME_MAX];
    bool rate; /* COUNTER, DERIVE, ABSOLUTE: its values are per second */
};

struct rrd_archive {
    enum rrd_cf cf;
    int64_t step; /* seconds of a row */
    int64_t end;  /* of the last row, seconds since 1970 */
    size_t rows;
    VEC(struct perf_value) value; /* rows * ds.n, row by row */
};

struct rrd_dump {
    struct xml_scan xml;
    int64_t step, last_update;
    VEC(struct rrd_ds) ds;
    VEC(struct rrd_archive) archive; /* AVERAGE, MIN, MAX, LAST only, once it is whole */
    size_t values, row_values;
    int64_t per_row;
    struct err *err;
};

void rrd_dump_init(struct rrd_dump *d);
void rrd_dump_release(struct rrd_dump *d);
/* E_FORMAT, E_LIMIT: nothing more may be fed. */
int rrd_dump_feed(struct rrd_dump *d, struct str bytes, struct err *err);
/* The end of it: E_FORMAT if it is not whole. After 0, all is there. */
int rrd_dump_end(struct rrd_dump *d, struct err *err);
/* Row i of a data source; the row ends at a->end - (a->rows - 1 - i) * a->step. */
const struct perf_value *rrd_dump_value(const struct rrd_dump *d, const struct rrd_archive *a, size_t row,
                                        size_t ds);
