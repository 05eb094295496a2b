/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The audit record as the gate keeps it: an entry before each change and each sign-in (the store syncs it before the handler runs), one behind it with what came of it, and one for what was refused for want of a right or by a
 * wrong password. Where it cannot be written, what needs a privileged right, set-up, sign-in and changes of one's own access are refused (503); the rest goes on, is counted and said. What was asked
 * stands in it without secrets. docs/AUDIT.md.
 */
#include "api/api.h"
#include "api/shape.h"

/* ---- for api.c, api_ask.c and the gate ---- */

/* The entry, if the route asks for one, and then the handler. */
void audit_before(struct api *a, struct api_request *q);
/* The request is over: what came of it. */
void audit_end(struct api *a, const struct api_request *q);
/* Once a second or more often: tells of what was only counted. */
void audit_tick(struct api *a);
/* The store answers; of an entry that nobody waits for any more it is noted that it was not done. */
void audit_answered(struct api *a, uint64_t serial, uint64_t number, struct str why);

/* ---- for handlers ---- */

/*
 * Of a route that is `late`: auth has said yes (x), and nobody has anything of it yet. True: it is recorded, go on. False: do no more; again is called with the same answer when it is, and undo when it cannot be, before the request is refused.
 */
bool audit_first(struct api *a, struct api_request *q, const struct api_answer *x, api_resume_f *again,
                 api_resume_f *undo);

extern const char *const audit_query[];
extern const struct shape audit_shape;
void audit_list(struct api *a, struct api_request *q);
