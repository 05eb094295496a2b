/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How far the measurements are that go to stores elsewhere, as role export tells it (message EXPORTED): in /metrics, in the status, and among its warnings. */
#include "api/shape.h"
#include "base/buf.h"
#include "wire/json.h"
#include "wire/msg.h"

enum { API_EXPORTS = 2 }; /* targets: remote_write, influx */

struct api;
struct api_export {
    uint64_t used;
    int64_t lag_us; /* age of the oldest that waits */
    uint64_t lag_records, sent, refused, sent_before, nameless, missed, failures, failing;
    char why[400]; /* failing: what came of the last request */
};

/* False: there is no such target. */
bool metrics_export_take(struct api_export exports[API_EXPORTS], const struct msg_exported *m);
/* The role ended: what it knew is true no more, and its successor counts from nothing. */
void metrics_export_gone(struct api_export exports[API_EXPORTS]);
void metrics_export_put(struct buf *b, const struct api_export exports[API_EXPORTS]);
/* The member "exports" of the status. */
void metrics_export_status(struct json *j, const struct api_export exports[API_EXPORTS]);
/* What is behind for minutes, and what left the journal before it was sent: warn is called for each. */
void metrics_export_warnings(struct json *j, const struct api_export exports[API_EXPORTS],
                             void (*warn)(struct json *j, const char *code, const char *en, const char *fr));
extern const struct shape metrics_export_shape;
