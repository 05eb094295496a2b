/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Jobs: one action for many hosts and services, done in the gate a few at a time, so that nothing else waits for it. Whoever began one can look at it, and cancel it: what is done stays done. Jobs live as long as
 * the gate does; a number of an earlier life is answered with `job_lost`, and what was done stands in the history, for each object, and in the record with how many there were to do.
 *
 *   jobs_begin, then api_answered (by serial) and api_tick drive it -> at its end who waits for it is answered
 */
#include "api/action.h"

#define JOBS_RUNNING 16u  /* at once */
#define JOBS_KEPT    100u /* that are over */
#define JOBS_WINDOW  64u  /* commands of one job on their way to the engine: done when they are on disk */
#define JOBS_TOLD    100u /* objects for which it could not be done, with the reason */

struct job_item {
    uint64_t oid, entry;
    bool failed;
};

extern const struct shape jobs_shape, jobs_list_shape;
struct api_jobs;
struct job;
struct api_jobs *jobs_new(struct sights *sights); /* borrowed */
void jobs_free(struct api_jobs *jobs);

/* What this user or token may do has changed (name p NULL: what anybody may): before their jobs do more, auth is asked what it is now. What is not allowed any more is not done, and told. */
void jobs_judge(struct api *a, struct str name);

/* Takes items (of mem_*). The values are copied. NULL: too many are running, and q is answered. */
struct job *jobs_begin(struct api *a, struct api_request *q, const struct action *x,
                       const struct body_value *v, struct job_item *items, size_t n);
/* q is answered when it is over, with what came of it. */
void jobs_wait(struct api *a, struct api_request *q, struct job *j);
/* q is answered now: 202, and where it can be looked at. */
void jobs_accept(struct api *a, struct api_request *q, struct job *j);
/* Those that it was done to, of a job of who asks that is over. NULL: answered. */
const struct job_item *jobs_items(struct api *a, struct api_request *q, struct str id, size_t *n);

/* What an answer of auth or of the engine, or its death, brings; false: it is of no job. */
bool jobs_judged(struct api *a, uint64_t serial, const struct api_answer *x);
bool jobs_answered(struct api *a, uint64_t serial, const struct api_answer *x);
void jobs_engine_lost(struct api *a);
void jobs_auth_lost(struct api *a);
void jobs_tick(struct api *a);
/* Server-sent events, one for each job of this person or program that has changed since. */
uint64_t jobs_changes(const struct api *a);
void jobs_events(struct api *a, const struct api_who *who, uint64_t since, struct buf *out);

void jobs_list(struct api *a, struct api_request *q);
void jobs_show(struct api *a, struct api_request *q);
void jobs_cancel(struct api *a, struct api_request *q);
