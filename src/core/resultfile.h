/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Result files, as Nagios reads them from check_result_path: lines "name=value"; an empty line ends a result, one that begins with # says nothing, and a backslash at the end of a line joins it
 * with the next one, without the blanks that this begins with. What counts (nagios 4.4.6 was tried):
 *   file_time=S              of the whole file: when it was written
 *   host_name, service_description, output      without the first and the last a result is none; in output \n is a line end and \\ a backslash
 *   check_type=0             an active check's result, else one that is handed in
 *   return_code=N, exited_ok=0 (it did not end by itself), early_timeout=1 (it was ended)
 *   start_time, finish_time, latency            seconds with a fraction
 * Other names are passed over. A name that comes again in a result counts as it is said last. Knows no file, no clock and no configuration.
 */
#include "base/buf.h"
#include "base/err.h"

#define RESULTFILE_BYTES (1024u * 1024) /* of a file: some thousands of results */

struct resultfile_one {
    unsigned line;            /* where it begins, from 1 */
    struct str host, service; /* service empty: the host's */
    struct str output;        /* with line ends; borrowed until the next one is asked for */
    bool active, unclean, timed_out;
    uint64_t code;
    int64_t started_us, lasted_us, latency_us; /* 0: not said */
};

struct resultfile { /* resultfile_init */
    struct str rest;
    unsigned line;
    int64_t written_s; /* file_time, once it was read; 0: not said */
    struct buf joined, host, service, output;
};

/* The text must stay until the end. */
void resultfile_init(struct resultfile *f, struct str text);
void resultfile_release(struct resultfile *f);
/* 1: the next result; 0: there is none; an error with line and reason: that one is refused, and others may follow. */
int resultfile_next(struct resultfile *f, struct resultfile_one *one, struct err *err);
