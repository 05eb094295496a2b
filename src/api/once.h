/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Idempotency-Key: who sends a change again with the same key gets the answer that there was, and it is not done twice. A key counts for who asks, for 24 hours, and for one request: with another method, path
 * or body it is refused (422), and while the first is under way, too (409). Answers that hold a secret are not kept: then it is only told that it was done (409). What ended with 5xx may be tried again.
 * Bounded: ONCE_MAX keys, ONCE_EACH of one who asks; the oldest give way. They live in the gate, and end with it.
 */
#include "api/api.h"

#define ONCE_MAX   4096u
#define ONCE_EACH  512u
#define ONCE_US    (24 * TIME_H)
#define ONCE_BYTES (16u * 1024) /* of an answer that is kept */
#define ONCE_KEY   255u         /* characters of a key */

struct once;
struct once *once_new(void);
void once_free(struct once *o);
bool once_takes(const struct api_route *r); /* what changes something, and results of many */
/* Before a change is run. True: it was answered, from what there was or by a refusal. */
bool once_known(struct api *a, struct api_request *q);
/* Its answer; only of a request that once_known let go on. */
void once_answered(struct api *a, struct api_request *q, int status, struct str type, struct str body);
/* It ends without one. */
void once_dropped(struct api *a, const struct api_request *q);
