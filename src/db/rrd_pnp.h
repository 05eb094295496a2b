/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The .xml that PNP4Nagios writes beside its RRD files: whose they are, and what their data sources are called. With one file for all labels (SINGLE) each has a data source 1, 2, ...; with one for each
 * (MULTIPLE) each has its own file, in which it is 1. Files are named by their last part: folders may have moved.
 */
#include "base/vec.h"
#include "db/rrd_name.h"
#include "db/xml_scan.h"

#define RRD_PNP_MAX 1024u /* labels of one .xml */

struct rrd_pnp_source {
    char *file; /* "PING.rrd"; empty: that of the .xml's name */
    char *ds, *label, *unit;
};

struct rrd_pnp {
    struct xml_scan xml;
    VEC(struct rrd_pnp_source) source;
    /* As Nagios calls them: without what makes file names of them, if the .xml says so (newer ones do). Empty: it does not say. */
    char *host, *service;
    char *file_host, *file_service; /* as they are in file names; of a host's own: _HOST_ */
};

/* Reads a whole .xml. E_FORMAT, E_LIMIT. Release it in any case. */
int rrd_pnp_read(struct rrd_pnp *p, struct str text, struct err *err);
void rrd_pnp_release(struct rrd_pnp *p);
