/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The labels of a measurement that is sent to another store: four of Vigie's own, the metric's name, and what the configuration adds (vigie_export_labels). Pure. */
#include "base/err.h"
#include "base/str.h"

#define LABELS_METRIC "vigie_perfdata"
#define LABELS_MAX    16u /* with the five of our own */

enum labels_part { LABELS_HOST, LABELS_SERVICE, LABELS_LABEL, LABELS_UNIT, LABELS_PARTS, LABELS_FIXED };

struct labels_one {
    struct str name, value;
    enum labels_part part; /* which of the four is its value; LABELS_FIXED: it stands here */
};

/* In the order of their names. Texts are borrowed from who made it. */
struct labels {
    struct labels_one at[LABELS_MAX];
    size_t n;
};

/* extra: "name=value,name=value". E_INVAL with what to write instead: no name that Prometheus takes, one of our own, twice, too many. */
int labels_init(struct labels *l, struct str extra, struct err *err);
