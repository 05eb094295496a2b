/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From the archives of an RRD file to what the series store takes. Pure.
 *
 * A row ends at its time. Rows of the finest archive of means are taken first; those of coarser ones only for what is older, the one across the border with the part that is. MIN and MAX of a
 * row come from the archives with its step, if there are such; else both are the mean. An unknown row is a gap. If there is no archive of means, those of last values stand for it.
 *
 * Each row becomes a measurement at its end, and is counted into the bucket of 5 min, 1 h and 1 d in which it begins (a row that is no longer than the file's step: in which it ends, as a
 * measurement does), as many measurements as the file's steps that it stands for. A row that is longer than a bucket is in the one in which it begins.
 */
#include "db/rrd_dump.h"
#include "db/series_chunk.h"
#include "db/series_record.h"

struct rrd_row {
    int64_t end, step; /* seconds; it is of (end - step, end] */
    int64_t count;     /* steps of the file */
    struct perf_value mean, min, max;
};
struct rrd_rows {
    struct rrd_row *at;
    size_t n, cap;
};

/* The known rows of data source ds in the order of time, in the base unit of uom (core/perf.h); out is cleared first. E_NOENT: the file has no archive of means or last values. */
int rrd_rows_of(const struct rrd_dump *d, size_t ds, struct str uom, struct rrd_rows *out);
/* Appends what becomes of rows. */
void rrd_rows_samples(const struct rrd_row *rows, size_t n, struct series_samples *out);
void rrd_rows_buckets(const struct rrd_row *rows, size_t n, int64_t file_step, enum series_class class,
                      struct series_buckets *out);
