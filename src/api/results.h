/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Results of checks that programs send in, many in one request. Whoever reads them from a body (POST /api/v1/results here; other forms elsewhere) hands each over by name, and is called when those that were taken
 * are on disk: results_new, results_add for each, results_send. A row that is wrong is refused by its number, with what to send instead, and hinders no other.
 */
#include "api/body.h"

#define RESULTS_ROWS 1000u /* of one request */

struct results_one {
    struct str host, service;     /* service p NULL: of the host */
    int64_t state;                /* what a plugin ends with: 0 to 3; of a host 0 up, 1 down, 2 unreachable */
    struct str output, long_text; /* as a plugin writes it; more lines of it */
    struct str perfdata;          /* without the bar in front */
    struct wall said;             /* when it was; 0: now */
    struct str through;           /* the program that sends it; empty: it says none */
};

struct results_refusal {
    uint32_t row; /* from 1 */
    const char *field;
    enum problem problem;
    struct str arg[PROBLEM_ARGS];
};

struct results {
    uint32_t taken, n_refused; /* when it is over */
    struct results_refusal *refused;
    struct str unwritten; /* empty: all that was taken is on disk */
    /* the inside */
    bool all; /* none of them, if one is refused */
    uint32_t rows, most, parts;
    struct buf part;
    uint32_t part_rows;
    void (*done)(struct api *a, struct api_request *q, struct results *r);
    void *user; /* of who reads them */
};

/* For at most so many rows, in q's arena; all: none is taken if one is refused. To be ended by results_send. */
struct results *results_new(struct api_request *q, uint32_t most, bool all);
void results_refuse(struct results *r, uint32_t row, const char *field, enum problem p, struct str arg0,
                    struct str arg1);
void results_add(struct api *a, struct api_request *q, struct results *r, uint32_t row,
                 const struct results_one *one);
/* Has them done. done is called when that is over, perhaps at once; where nothing is known of it (a part of Vigie is away) the request is answered instead. */
void results_send(struct api *a, struct api_request *q, struct results *r,
                  void (*done)(struct api *a, struct api_request *q, struct results *r));

extern const struct shape results_shape;
extern const struct body_field results_body[];
extern const char *const results_query[];
void results_post(struct api *a, struct api_request *q);
