/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What availability.c and availability_parts.c know of a question under way: of whom, on which conditions, and what has come of it so far. Nobody else includes it. */
#include "api/api.h"
#include "api/gone.h"
#include "core/avail.h"
#include "wire/json_read.h"

struct availability_member { /* of what is asked for */
    uint64_t oid, host_oid;  /* host_oid 0: a host */
    const struct gone *gone; /* it is configured no more */
};
struct shown { /* of the page */
    struct str host, service;
    struct avail_out out;
    bool told;
};

struct availability_ask {
    struct wall from, to;
    struct str period;
    bool exclude, hard, one, summary;
    struct availability_member *member;
    size_t n, at, asked; /* at: the next whose answer is due; asked: how many are */
    size_t page_from, page_n;
    struct shown *page;
    /* the summary */
    int64_t sum_ppm, worst_ppm; /* -1: none yet */
    size_t told, counted;
    struct availability_member worst;
    /* in equal parts of the time */
    size_t parts; /* 0: it is asked for as one */
    int64_t *part_ppm;
    size_t *part_counted;
};

void availability_percent(struct json *j, const char *key, int64_t ppm);
void availability_conditions(struct json *j, const struct availability_ask *k);
extern const struct shape availability_conditions_shape;

/* availability_parts.c. The parameter `buckets`; false: answered. One row of the reader, and the answer. */
bool availability_read_parts(struct api *a, struct api_request *q, struct availability_ask *k);
void availability_take_parts(struct availability_ask *k, const struct json_value *row);
void availability_write_parts(struct api *a, struct api_request *q, const struct availability_ask *k);
