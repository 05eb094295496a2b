/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How the series store does, as the store tells it (message SERIES): in /metrics, and in the status. */
#include "api/shape.h"
#include "base/buf.h"
#include "wire/json.h"
#include "wire/msg.h"

enum {
#define REFUSAL(id, name, en, fr) API_REFUSAL_##id,
#include "core/refusal.def"
#undef REFUSAL
    API_REFUSALS
};

struct api;
struct sight;
struct api_series {
    uint64_t applied, lag; /* number up to which all is on disk; records that it has yet to read */
    uint64_t active, bytes, memory;
    uint64_t taken, refused[API_REFUSALS];
    uint64_t merged, removed, damaged, failures;
    uint64_t given_up; /* results that a full disk took: their measurements are a gap */
    bool failed;       /* it takes nothing now */
    uint64_t last_oid; /* whose measurement was refused last (not for U); 0: none was */
    uint64_t last_why; /* below API_REFUSALS */
    char last_label[64];
    struct buf by_object; /* as in message SERIES */
};

void metrics_series_take(struct api_series *s, const struct msg_series *m);
void metrics_series_release(struct api_series *s);
/* The member "measurements_refused" of a resource: null, or how many of it were not taken today for the reason that most of them had. */
void metrics_series_resource(struct json *j, const struct api *a, uint64_t oid);
void metrics_series_put(struct buf *b, const struct api_series *s);
/* The member "series" of the status. */
void metrics_series_status(struct json *j, struct api *a, const struct sight *sight);
extern const struct shape metrics_series_refused_shape, metrics_series_status_shape;
