/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The body of Prometheus' remote write 1.0, before its compression: protobuf, one message
 *   WriteRequest { repeated TimeSeries = 1 }   TimeSeries { repeated Label = 1; repeated Sample = 2 }   Label { string name = 1, value = 2 }   Sample { double value = 1; int64 timestamp = 2 }
 * Series are put behind each other into a buffer; there is nothing around them.
 */
#include "base/buf.h"

struct promwrite_label {
    struct str name, value;
};

struct promwrite_sample {
    int64_t ms; /* since 1970 */
    double value;
};

/* Labels: the caller's, in the order of their names (bytes), no name twice; those with an empty value are left out, for they mean the same as none. Samples: in the order of their times. */
void promwrite_series(struct buf *b, const struct promwrite_label *label, size_t n_labels,
                      const struct promwrite_sample *sample, size_t n_samples);
