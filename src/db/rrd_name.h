/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How others make file names of hosts, services and labels (docs/RRD.md). Pure. Buffers are of RRD_TEXT bytes; false: it does not fit, or is no such name. */
#include "base/str.h"

#define RRD_TEXT 1024u

/* Nagiosgraph: %XX. A % without two digits behind it is none of its names. */
bool rrd_name_unescape(struct str s, char *out);
/* Nagiosgraph: SERVICE___LABEL.rrd, as the nth ___ from the left cuts it (from 0 on), unescaped. False: there are not so many. */
bool rrd_name_cut(struct str file, unsigned nth, char *service, char *label);
/* Nagiosgraph of old, all files in one folder: HOST_SERVICE_LABEL.rrd, unescaped, where each of the three may hold _: all ways to cut it, the shortest host first, then the shortest service. */
struct rrd_name_ways {
    struct str name;      /* borrowed; without .rrd */
    size_t first, second; /* where it was cut last */
};
void rrd_name_ways_begin(struct rrd_name_ways *w, struct str file);
bool rrd_name_ways_next(struct rrd_name_ways *w, char *host, char *service, char *label);
/* PNP4Nagios: blanks, &, :, / and \ are _ in the names of files. */
bool rrd_name_clean(struct str s, char *out);
/* Centreon: #S# is /, #BS# is \. */
bool rrd_name_hashes(struct str s, char *out);
